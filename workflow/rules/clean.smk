"""Stage 2, clean: declared cleaning rules, reverse scoring, scales and recodes.

Inputs: data/responses.parquet, data/frame.parquet, the codebook.
Outputs: data/analysis.parquet (one row per accepted case), data/missing.parquet (why each missing answer is
missing), private/cleaning_log.csv (every change, flag and record left out), data/variables.json (names, answers
and derivation of every variable).
"""


rule clean:
    input:
        **stage("clean"),
        responses="<results>/data/responses.parquet",
        frame="<results>/data/frame.parquet",
        codebook=SETTINGS.inputs.codebook,
    output:
        analysis="<results>/data/analysis.parquet",
        missing="<results>/data/missing.parquet",
        log="<results>/private/cleaning_log.csv",
        variables="<results>/data/variables.json",
    log:
        "<results>/logs/clean.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given("cleaning", "groups", "population"),
    message:
        "Cleaning by the declared rules, and writing down every change"
    shell:
        STAGE
