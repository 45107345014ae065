"""Planning the follow-up study: config/followup.yaml -> results/followup/. A target of its own, not part of `all`.

snakemake followup    how many teams, for which effect
"""


rule followup:
    message:
        "Planning a follow-up study with a control group from the assumptions in {input.assumptions}"
    input:
        assumptions="config/followup.yaml",
        schema="workflow/schemas/followup.schema.json",
        script="workflow/scripts/followup.py",
        lib=library("followup"),
    output:
        power="<results>/followup/power.csv",
        sizes="<results>/followup/sample_size.csv",
        figure_svg="<results>/followup/power.svg",
        figure_png="<results>/followup/power.png",
        page="<results>/followup/planning.md",
    log:
        "<results>/logs/followup.log",
    conda:
        "../../environment.yml"
    shell:
        "python {input.script} --assumptions {input.assumptions:q}"
        " --power {output.power:q} --sizes {output.sizes:q}"
        " --figure-svg {output.figure_svg:q} --figure-png {output.figure_png:q} --page {output.page:q}"
        " 2>&1 | tee {log:q}"
