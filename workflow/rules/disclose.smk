"""Disclosure control: results/private/ -> results/public/.

Everything that a figure, a table, the text or a reader sees has passed this rule. Which tables there are,
and by which rule each is released, stands in workflow/surveypipe/disclosure/kinds.py.
"""

from surveypipe.disclosure.kinds import KINDS, PUBLIC


rule disclose:
    input:
        **stage("disclose"),
        private=[f"<results>/private/{name}.csv" for name in KINDS],
        cleaning_log="<results>/private/cleaning_log.csv",
        variables="<results>/data/variables.json",
        analysis="<results>/data/analysis.parquet",
        weights="<results>/data/weights.parquet",
        dispositions="<results>/data/dispositions.parquet",
        selection="<results>/data/selection.parquet",
    output:
        public=[shown_table(name) for name in PUBLIC],
        disclosure_log=shown_table("disclosure_log"),
        cleaning_summary=shown_table("cleaning_summary"),
        public_variables="<results>/public/variables.json",
    log:
        "<results>/logs/disclose.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(
            "study",
            "disclosure",
            "analysis",
            "claims",
            "cleaning",
            "design",
            "frame",
            "groups",
            "bases",
            "sensitivity",
            "weighting",
            "population",
            "vocabulary",
        ),
    message:
        "Disclosure control: releasing what may be read by anybody"
    shell:
        STAGE
