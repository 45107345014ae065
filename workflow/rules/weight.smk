# Weights for unit non-response: every scheme side by side, and replicates that re-run every step.


rule weight:
    input:
        dispositions="<results>/data/dispositions.parquet",
        script="workflow/scripts/weight.py",
        lib=library("weight"),
        lock="requirements.lock",
    output:
        weights="<results>/data/weights.parquet",
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
    params:
        config=section("weighting", "frame", "groups", "seed"),
    message:
        "Weighting the respondents to all eligible staff"
    shell:
        "python {input.script} --config {params.config:q}"
        " --dispositions {input.dispositions:q}"
        " --weights {output.weights:q}"
        " --replicate-weights {output.replicate_weights:q}"
        " --replicate-coefs {output.replicate_coefs:q}"
        " --cells {output.cells:q}"
        " --diagnostics {output.diagnostics:q}"
        " --margins {output.margins:q}"
        " --log {output.decisions:q}"
        " 2>&1 | tee {log:q}"
