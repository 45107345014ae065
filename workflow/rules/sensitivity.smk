"""Sensitivity: what must be believed of those who did not answer for each claim to stand."""


rule sensitivity:
    input:
        **stage("sensitivity"),
        estimates="<results>/private/estimates.csv",
        analysis="<results>/data/analysis.parquet",
        dispositions="<results>/data/dispositions.parquet",
        weights="<results>/data/weights.parquet",
        weight_cells="<results>/private/weight_cells.csv",
    output:
        claims="<results>/private/claims.csv",
        theta="<results>/private/theta.csv",
        theta_by_group="<results>/private/theta_by_group.csv",
        not_at_random="<results>/private/not_at_random.csv",
        explorer="<results>/private/explorer.csv",
    log:
        "<results>/logs/sensitivity.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(
            "claims",
            "design",
            "population",
            "bases",
            "sensitivity",
            "nonresponse",
            "weighting",
            "groups",
            "frame",
            "cleaning",
            "seed",
            "vocabulary",
        ),
    message:
        "Asking what each claim becomes if the silent differ"
    shell:
        STAGE
