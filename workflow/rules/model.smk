"""Beside the analysis, further rows of the table of estimates.

Models, reliability of scales, claims from imputed items beside complete cases, each claim's test against its
threshold, p-values adjusted for their number, and coded open answers.
Inputs: respondents, their weights and response cells, the estimates (for their p-values), the codebook, and the
two coders' codes if there are any.
Output: private/further_estimates.csv, with the columns of private/estimates.csv; disclosure control puts the two
under one another.
"""


rule model:
    input:
        **stage("model"),
        analysis="<results>/data/analysis.parquet",
        missing="<results>/data/missing.parquet",
        weights="<results>/data/weights.parquet",
        selection="<results>/data/selection.parquet",
        cells="<results>/private/weight_cells.csv",
        estimates="<results>/private/estimates.csv",
        variables="<results>/data/variables.json",
        codebook=SETTINGS.inputs.codebook,
        codes=SETTINGS.inputs.codes or [],
    output:
        further="<results>/private/further_estimates.csv",
    log:
        "<results>/logs/model.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(
            "analysis",
            "claims",
            "design",
            "groups",
            "population",
            "weighting",
            "bases",
            "sensitivity",
            "cleaning",
            "seed",
        ),
    message:
        "Fitting models, imputing unanswered items, and checking scales and codes"
    shell:
        STAGE
