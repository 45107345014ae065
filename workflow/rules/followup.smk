"""The follow-up study: its planning, and a second wave of this survey. Targets of their own, not part of `all`.

snakemake followup    config/followup.yaml -> results/followup/: how many teams, for which effect
snakemake waves       both waves' results -> results/private/: who is in both, how answers changed
"""


include: "followup_common.smk"


rule followup:
    input:
        assumptions=FOLLOWUP,
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
    message:
        "Planning a follow-up study with a control group from the assumptions in {input.assumptions}"
    shell:
        "python {input.script} --assumptions {input.assumptions:q}"
        " --power {output.power:q} --sizes {output.sizes:q}"
        " --figure-svg {output.figure_svg:q} --figure-png {output.figure_png:q} --page {output.page:q}"
        " 2>&1 | tee {log:q}"


rule waves:
    input:
        assumptions=FOLLOWUP,
        analysis="<results>/data/analysis.parquet",
        dispositions="<results>/data/dispositions.parquet",
        variables="<results>/data/variables.json",
        second_analysis=second_wave("data/analysis.parquet"),
        second_dispositions=second_wave("data/dispositions.parquet"),
        second_variables=second_wave("data/variables.json"),
        script="workflow/scripts/waves.py",
        lib=library("waves"),
    output:
        change="<results>/private/wave_change.csv",
        flow="<results>/private/wave_flow.csv",
    log:
        "<results>/logs/waves.log",
    conda:
        "../../environment.yml"
    params:
        config=section("frame", "weighting", "analysis"),
    message:
        "Linking the second wave with the first"
    shell:
        "python {input.script} --config {params.config:q} --assumptions {input.assumptions:q}"
        " --analysis {input.analysis:q} --dispositions {input.dispositions:q} --variables {input.variables:q}"
        " --second-analysis {input.second_analysis:q} --second-dispositions {input.second_dispositions:q}"
        " --second-variables {input.second_variables:q}"
        " --change {output.change:q} --flow {output.flow:q}"
        " 2>&1 | tee {log:q}"
