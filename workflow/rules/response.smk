"""Response: who answered, by AAPOR's standard definitions, and the numbers of the flow diagram."""


rule response:
    input:
        **stage("response"),
        frame="<results>/data/frame.parquet",
        analysis="<results>/data/analysis.parquet",
        cleaning_log="<results>/private/cleaning_log.csv",
    output:
        dispositions="<results>/data/dispositions.parquet",
        rates="<results>/private/response_rates.csv",
        cells="<results>/private/response_cells.csv",
        flow="<results>/private/flow.csv",
    log:
        "<results>/logs/response.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(
            "response",
            "design",
            "frame",
            "groups",
            "cleaning",
            "population",
            "vocabulary",
        ),
    message:
        "Counting who answered, and the response rates"
    shell:
        STAGE
