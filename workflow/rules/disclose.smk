"""Disclosure control: results/private/ -> results/public/.

Everything that a figure, a table, the text or a reader sees has passed this rule. Which tables there are,
and by which rule each is released, stands in workflow/surveypipe/release_kinds.py.
"""

from surveypipe.release_kinds import KINDS, RELEASED_TABLES

PUBLIC = [*RELEASED_TABLES, "quotations"]


rule disclose:
    input:
        private=[f"<results>/private/{name}.csv" for name in KINDS],
        cleaning_log="<results>/private/cleaning_log.csv",
        variables="<results>/data/variables.json",
        analysis="<results>/data/analysis.parquet",
        weights="<results>/data/weights.parquet",
        dispositions="<results>/data/dispositions.parquet",
        script="workflow/scripts/disclose.py",
        lib=library("disclose"),
    output:
        public=[f"<results>/public/{name}.csv" for name in PUBLIC],
        disclosure_log="<results>/public/disclosure_log.csv",
        cleaning_summary="<results>/public/cleaning_summary.csv",
        variables="<results>/public/variables.json",
    log:
        "<results>/logs/disclose.log",
    conda:
        "../../environment.yml"
    params:
        config=section(
            "disclosure", "claims", "cleaning", "frame", "groups", "sensitivity", "weighting"
        ),
    message:
        "Disclosure control: releasing what may be read by anybody"
    shell:
        "python {input.script} --config {params.config:q} --private {input.private:q}"
        " --cleaning-log {input.cleaning_log:q} --variables {input.variables:q}"
        " --analysis {input.analysis:q} --weights {input.weights:q} --dispositions {input.dispositions:q}"
        " --public {output.public:q} --disclosure-log {output.disclosure_log:q}"
        " --cleaning-summary {output.cleaning_summary:q} --public-variables {output.variables:q}"
        " 2>&1 | tee {log:q}"
