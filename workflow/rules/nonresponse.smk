"""Non-response: what the staff list, the returns and a check of the silent tell; and the weighting multiverse.

Inputs: the answers, the staff's dispositions, the weights with their replicates, the estimates and the ledger.
Outputs: private/nonresponse.csv (the whole bias analysis), private/ledger_context.csv (what of it stands beside
each claim), private/follow_up_check.csv (the two-phase estimate; its header alone without a follow-up),
private/multiverse.csv (every claim under every specification) and private/multiverse_summary.csv.
"""


rule nonresponse:
    input:
        script="workflow/scripts/nonresponse.py",
        lib=library("nonresponse"),
        lock="requirements.lock",
        estimates="<results>/private/estimates.csv",
        not_at_random="<results>/private/not_at_random.csv",
        analysis="<results>/data/analysis.parquet",
        dispositions="<results>/data/dispositions.parquet",
        weights="<results>/data/weights.parquet",
        weight_cells="<results>/private/weight_cells.csv",
        replicate_weights="<results>/data/replicate_weights.parquet",
        replicate_coefs="<results>/data/replicate_coefs.parquet",
        follow_up=config["inputs"].get("follow_up") or [],
    output:
        nonresponse="<results>/private/nonresponse.csv",
        ledger_context="<results>/private/ledger_context.csv",
        follow_up_check="<results>/private/follow_up_check.csv",
    log:
        "<results>/logs/nonresponse.log",
    conda:
        "../../environment.yml"
    params:
        config=section(
            "claims",
            "sensitivity",
            "weighting",
            "groups",
            "frame",
            "cleaning",
            "seed",
            "nonresponse",
        ),
        follow_up=lambda wildcards, input: (
            f"--follow-up '{input.follow_up}'" if input.follow_up else ""
        ),
    message:
        "Asking what is known of those who did not answer"
    shell:
        "python {input.script} --config {params.config:q}"
        " --estimates {input.estimates:q} --not-at-random {input.not_at_random:q}"
        " --analysis {input.analysis:q} --dispositions {input.dispositions:q}"
        " --weights {input.weights:q} --weight-cells {input.weight_cells:q}"
        " --replicate-weights {input.replicate_weights:q} --replicate-coefs {input.replicate_coefs:q}"
        " {params.follow_up} --nonresponse {output.nonresponse:q}"
        " --ledger-context {output.ledger_context:q} --follow-up-check {output.follow_up_check:q}"
        " 2>&1 | tee {log:q}"


rule multiverse:
    input:
        script="workflow/scripts/multiverse.py",
        lib=library("multiverse"),
        lock="requirements.lock",
        codebook=config["inputs"]["codebook"],
        estimates="<results>/private/estimates.csv",
        claims="<results>/private/claims.csv",
        analysis="<results>/data/analysis.parquet",
        missing="<results>/data/missing.parquet",
        dispositions="<results>/data/dispositions.parquet",
        weights="<results>/data/weights.parquet",
        weight_cells="<results>/private/weight_cells.csv",
    output:
        multiverse="<results>/private/multiverse.csv",
        multiverse_summary="<results>/private/multiverse_summary.csv",
    log:
        "<results>/logs/multiverse.log",
    conda:
        "../../environment.yml"
    params:
        config=section(
            "claims",
            "sensitivity",
            "weighting",
            "groups",
            "frame",
            "cleaning",
            "analysis",
            "seed",
        ),
    message:
        "Estimating each claim in every other way that would have been reasonable"
    shell:
        "python {input.script} --config {params.config:q} --codebook {input.codebook:q}"
        " --estimates {input.estimates:q} --claims {input.claims:q}"
        " --analysis {input.analysis:q} --missing {input.missing:q}"
        " --dispositions {input.dispositions:q} --weights {input.weights:q}"
        " --weight-cells {input.weight_cells:q} --multiverse {output.multiverse:q}"
        " --multiverse-summary {output.multiverse_summary:q} 2>&1 | tee {log:q}"
