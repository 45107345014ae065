"""Sensitivity: what must be believed of those who did not answer for each claim to stand."""


rule sensitivity:
    input:
        script="workflow/scripts/sensitivity.py",
        lib=library("sensitivity"),
        lock="requirements.lock",
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
    log:
        "<results>/logs/sensitivity.log",
    conda:
        "../../environment.yml"
    params:
        config=section(
            "claims",
            "sensitivity",
            "nonresponse",
            "weighting",
            "groups",
            "frame",
            "cleaning",
            "seed",
        ),
    message:
        "Asking what each claim becomes if the silent differ"
    shell:
        "python {input.script} --config {params.config:q}"
        " --estimates {input.estimates:q} --analysis {input.analysis:q}"
        " --dispositions {input.dispositions:q} --weights {input.weights:q}"
        " --weight-cells {input.weight_cells:q} --claims {output.claims:q} --theta {output.theta:q}"
        " --theta-by-group {output.theta_by_group:q}"
        " --not-at-random {output.not_at_random:q} 2>&1 | tee {log:q}"
