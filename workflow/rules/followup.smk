"""The follow-up study: its planning, and a second wave of this survey. Targets of their own, not part of `all`.

snakemake followup    config/followup.yaml -> results/followup/: how many teams, for which effect
snakemake waves       both waves' results -> results/private/: who is in both, how answers changed
"""


include: "followup_common.smk"


rule followup:
    input:
        **stage("followup"),
        assumptions=FOLLOWUP,
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
    resources:
        mem_mb=MEMORY,
    params:
        **given("vocabulary", wording=OWN_WORDING),
    message:
        "Planning a follow-up study with a control group from the assumptions in {input.assumptions}"
    shell:
        STAGE


rule waves:
    input:
        **stage("waves"),
        assumptions=FOLLOWUP,
        analysis="<results>/data/analysis.parquet",
        dispositions="<results>/data/dispositions.parquet",
        variables="<results>/data/variables.json",
        second_analysis=second_wave("data/analysis.parquet"),
        second_dispositions=second_wave("data/dispositions.parquet"),
        second_variables=second_wave("data/variables.json"),
    output:
        change="<results>/private/wave_change.csv",
        flow="<results>/private/wave_flow.csv",
    log:
        "<results>/logs/waves.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given("frame", "weighting", "analysis"),
    message:
        "Linking the second wave with the first"
    shell:
        STAGE
