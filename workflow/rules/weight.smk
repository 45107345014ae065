# Weights for unit non-response: every scheme side by side, and replicates that re-run every step.


rule weight:
    input:
        **stage("weight"),
        dispositions="<results>/data/dispositions.parquet",
    output:
        weights="<results>/data/weights.parquet",
        selection="<results>/data/selection.parquet",
        replicate_weights="<results>/data/replicate_weights.parquet",
        replicate_coefs="<results>/data/replicate_coefs.parquet",
        cells="<results>/private/weight_cells.csv",
        diagnostics="<results>/private/weight_diagnostics.csv",
        margins="<results>/private/weight_margins.csv",
        decisions="<results>/private/weight_log.csv",
    log:
        "<results>/logs/weight.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given("design", "weighting", "frame", "groups", "population", "seed"),
    message:
        "Weighting the respondents"
    shell:
        STAGE
