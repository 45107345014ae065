"""Non-response: what the staff list, the returns and a check of the silent tell; and the weighting multiverse.

Inputs: the answers, the staff's dispositions, the weights with their replicates, the estimates and the ledger.
Outputs: private/nonresponse.csv (the whole bias analysis), private/ledger_context.csv (what of it stands beside
each claim), private/follow_up_check.csv (the two-phase estimate; its header alone without a follow-up),
private/multiverse.csv (every claim under every specification) and private/multiverse_summary.csv.
"""


rule nonresponse:
    input:
        **stage("nonresponse"),
        estimates="<results>/private/estimates.csv",
        not_at_random="<results>/private/not_at_random.csv",
        analysis="<results>/data/analysis.parquet",
        dispositions="<results>/data/dispositions.parquet",
        weights="<results>/data/weights.parquet",
        selection="<results>/data/selection.parquet",
        weight_cells="<results>/private/weight_cells.csv",
        replicate_weights="<results>/data/replicate_weights.parquet",
        replicate_coefs="<results>/data/replicate_coefs.parquet",
        follow_up=SETTINGS.inputs.follow_up or [],
    output:
        nonresponse="<results>/private/nonresponse.csv",
        ledger_context="<results>/private/ledger_context.csv",
        follow_up_check="<results>/private/follow_up_check.csv",
    log:
        "<results>/logs/nonresponse.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(
            "claims",
            "design",
            "bases",
            "sensitivity",
            "weighting",
            "groups",
            "frame",
            "cleaning",
            "seed",
            "vocabulary",
            "nonresponse",
            "population",
        ),
    message:
        "Asking what is known of those who did not answer"
    shell:
        STAGE


rule multiverse:
    input:
        **stage("multiverse"),
        codebook=SETTINGS.inputs.codebook,
        estimates="<results>/private/estimates.csv",
        claims="<results>/private/claims.csv",
        analysis="<results>/data/analysis.parquet",
        missing="<results>/data/missing.parquet",
        dispositions="<results>/data/dispositions.parquet",
        weights="<results>/data/weights.parquet",
        selection="<results>/data/selection.parquet",
        weight_cells="<results>/private/weight_cells.csv",
    output:
        multiverse="<results>/private/multiverse.csv",
        multiverse_summary="<results>/private/multiverse_summary.csv",
    log:
        "<results>/logs/multiverse.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(
            "claims",
            "population",
            "design",
            "bases",
            "sensitivity",
            "weighting",
            "groups",
            "frame",
            "cleaning",
            "analysis",
            "seed",
            "vocabulary",
        ),
    message:
        "Estimating each claim in every other way that would have been reasonable"
    shell:
        STAGE
