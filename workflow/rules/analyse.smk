# Estimates, tests between groups and Table 1: every number that is shown is a row of estimates.csv.


rule analyse:
    input:
        **stage("analyse"),
        analysis="<results>/data/analysis.parquet",
        missing="<results>/data/missing.parquet",
        weights="<results>/data/weights.parquet",
        selection="<results>/data/selection.parquet",
        cells="<results>/private/weight_cells.csv",
        diagnostics="<results>/private/weight_diagnostics.csv",
        replicate_weights="<results>/data/replicate_weights.parquet",
        replicate_coefs="<results>/data/replicate_coefs.parquet",
        dispositions="<results>/data/dispositions.parquet",
        rates="<results>/private/response_rates.csv",
        flow="<results>/private/flow.csv",
        variables="<results>/data/variables.json",
    output:
        estimates="<results>/private/estimates.csv",
        table_1="<results>/private/table_1.csv",
    log:
        "<results>/logs/analyse.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(
            "analysis",
            "claims",
            "cleaning",
            "design",
            "disclosure",
            "frame",
            "groups",
            "population",
            "weighting",
            "bases",
            "sensitivity",
            "vocabulary",
        ),
    message:
        "Estimating every item, scale and claim under every weighting scheme"
    shell:
        STAGE
