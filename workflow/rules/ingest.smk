"""Stage 1, ingest: the survey file and the staff list, checked and typed.

Inputs: the survey (SPSS, Stata, SAS, CSV or Excel), the staff list (CSV), their checksums, the codebook,
optional headcounts.
Outputs: data/responses.parquet (one row per record, user-missing codes still in), data/frame.parquet (one row
per person on the staff list), data/labels.json (the labels that the file itself carries).
"""


rule ingest:
    input:
        **stage("ingest"),
        survey=SETTINGS.inputs.survey,
        staff_list=SETTINGS.inputs.staff_list or [],
        counts=SETTINGS.inputs.counts or [],
        checksums=SETTINGS.inputs.checksums,
        codebook=SETTINGS.inputs.codebook,
        headcounts=SETTINGS.inputs.headcounts or [],
    output:
        responses="<results>/data/responses.parquet",
        frame="<results>/data/frame.parquet",
        labels="<results>/data/labels.json",
    log:
        "<results>/logs/ingest.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(
            "design",
            "frame",
            "groups",
            "population",
            "response",
            numeric=numeric_frame_variables(SETTINGS),
            encoding=SETTINGS.inputs.encoding or [],
            record=plan_file("record"),
            configuration=configuration_files(),
        ),
    message:
        "Reading the survey and the staff list, and checking them against the codebook"
    shell:
        STAGE
