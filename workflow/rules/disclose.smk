"""Disclosure control: results/private/ -> results/public/.

Everything that a figure, a table, the text or a reader sees has passed this rule.
"""

PUBLIC = [
    "estimates",
    "claims",
    "table_1",
    "flow",
    "weight_cells",
    "weight_margins",
    "theta",
    "theta_by_group",
    "not_at_random",
    "nonresponse",
    "ledger_context",
    "follow_up_check",
    "multiverse",
    "multiverse_summary",
    "response_rates",
    "response_cells",
    "weight_diagnostics",
]


rule disclose:
    input:
        private=[f"<results>/private/{name}.csv" for name in PUBLIC],
        further="<results>/private/further_estimates.csv",
        cleaning_log="<results>/private/cleaning_log.csv",
        variables="<results>/data/variables.json",
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
        config=section("disclosure", "cleaning"),
    message:
        "Disclosure control: releasing what may be read by anybody"
    shell:
        "python {input.script} --config {params.config:q} --private {input.private:q}"
        " --further {input.further:q} --cleaning-log {input.cleaning_log:q} --variables {input.variables:q}"
        " --public {output.public:q} --disclosure-log {output.disclosure_log:q}"
        " --cleaning-summary {output.cleaning_summary:q} --public-variables {output.variables:q}"
        " 2>&1 | tee {log:q}"
