"""Second opinion: the estimates computed once more, in R.

Every run writes the program, which anybody may read, and the files from which it computes, which stay private.
`snakemake second_opinion` runs it where R and its package survey are.
"""

OPINION_PARTS = (
    "head.R.j2",
    "designs.R",
    "estimates.R",
    "comparisons.R",
    "models.R",
    "compared.R",
)


rule write_second_opinion:
    input:
        **stage("write_second_opinion"),
        parts=[tool("workflow/second_opinion", name) for name in OPINION_PARTS],
        spss_template=tool("workflow/second_opinion", "second_opinion.sps.j2"),
        stata_template=tool("workflow/second_opinion", "second_opinion.do.j2"),
        analysis="<results>/data/analysis.parquet",
        weights="<results>/data/weights.parquet",
        selection="<results>/data/selection.parquet",
        cells="<results>/private/weight_cells.csv",
        dispositions="<results>/data/dispositions.parquet",
        variables="<results>/data/variables.json",
        estimates=[
            "<results>/private/estimates.csv",
            "<results>/private/further_estimates.csv",
        ],
    output:
        opinion="<results>/public/second_opinion.R",
        spss="<results>/public/second_opinion.sps",
        stata="<results>/public/second_opinion.do",
        respondents="<results>/private/second_opinion/respondents.csv",
        totals="<results>/private/second_opinion/totals.csv",
    log:
        "<results>/logs/write_second_opinion.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(
            "analysis",
            "bases",
            "claims",
            "cleaning",
            "design",
            "frame",
            "groups",
            "inputs",
            "sensitivity",
            "study",
            "weighting",
        ),
    message:
        "Second opinion: writing the program in R that computes the estimates once more"
    shell:
        STAGE


rule second_opinion:
    input:
        **stage("second_opinion"),
        opinion="<results>/public/second_opinion.R",
        respondents="<results>/private/second_opinion/respondents.csv",
        totals="<results>/private/second_opinion/totals.csv",
        released="<results>/public/estimates.csv",
    output:
        compared="<results>/private/second_opinion/compared.csv",
    log:
        "<results>/logs/second_opinion.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        # No output of the rule: the supplement tells of it where it is, and a run is not to need R for that.
        **given(told=opinion_path()),
    message:
        "Second opinion: computing the estimates once more in R"
    shell:
        STAGE
