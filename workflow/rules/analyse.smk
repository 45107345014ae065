# Estimates, tests between groups and Table 1: every number that is shown is a row of estimates.csv.


rule analyse:
    input:
        analysis="<results>/data/analysis.parquet",
        missing="<results>/data/missing.parquet",
        weights="<results>/data/weights.parquet",
        cells="<results>/private/weight_cells.csv",
        diagnostics="<results>/private/weight_diagnostics.csv",
        replicate_weights="<results>/data/replicate_weights.parquet",
        replicate_coefs="<results>/data/replicate_coefs.parquet",
        dispositions="<results>/data/dispositions.parquet",
        rates="<results>/private/response_rates.csv",
        flow="<results>/private/flow.csv",
        variables="<results>/data/variables.json",
        script="workflow/scripts/analyse.py",
        lib=library("analyse"),
        lock="requirements.lock",
    output:
        estimates="<results>/private/estimates.csv",
        table_1="<results>/private/table_1.csv",
    log:
        "<results>/logs/analyse.log",
    conda:
        "../../environment.yml"
    params:
        config=section(
            "analysis",
            "claims",
            "cleaning",
            "frame",
            "groups",
            "weighting",
            "sensitivity",
        ),
    message:
        "Estimating every item, scale and claim under every weighting scheme"
    shell:
        "python {input.script} --config {params.config:q}"
        " --analysis {input.analysis:q} --missing {input.missing:q} --weights {input.weights:q}"
        " --cells {input.cells:q} --diagnostics {input.diagnostics:q}"
        " --replicate-weights {input.replicate_weights:q} --replicate-coefs {input.replicate_coefs:q}"
        " --dispositions {input.dispositions:q} --rates {input.rates:q} --flow {input.flow:q}"
        " --variables {input.variables:q}"
        " --estimates {output.estimates:q} --table-1 {output.table_1:q} 2>&1 | tee {log:q}"
