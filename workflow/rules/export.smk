"""Export: the cleaned, labelled, weighted analysis file for colleagues. A target of its own, never released.

Inputs: data/analysis.parquet, data/missing.parquet, data/weights.parquet, data/variables.json, the codebook.
Outputs: private/export/analysis.sav, .dta, .csv, its codebook as DDI, and a README.
"""


rule export:
    input:
        **stage("export"),
        analysis="<results>/data/analysis.parquet",
        missing="<results>/data/missing.parquet",
        weights="<results>/data/weights.parquet",
        variables="<results>/data/variables.json",
        codebook=SETTINGS.inputs.codebook,
    output:
        sav="<results>/private/export/analysis.sav",
        dta="<results>/private/export/analysis.dta",
        csv="<results>/private/export/analysis.csv",
        ddi="<results>/private/export/analysis.ddi.xml",
        told="<results>/private/export/README.md",
    log:
        "<results>/logs/export.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given("study", "weighting", epoch=EPOCH),
    message:
        "Export: writing the analysis file for SPSS, Stata and others"
    shell:
        STAGE
