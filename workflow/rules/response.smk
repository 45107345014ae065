"""Response: who answered, by AAPOR's standard definitions, and the numbers of the flow diagram."""


rule response:
    input:
        script="workflow/scripts/response.py",
        lib=library("response"),
        lock="requirements.lock",
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
    params:
        config=section("response", "frame", "groups", "cleaning"),
    message:
        "Counting who answered, and the response rates"
    shell:
        "python {input.script} --config {params.config:q}"
        " --frame {input.frame:q} --analysis {input.analysis:q} --cleaning-log {input.cleaning_log:q}"
        " --dispositions {output.dispositions:q} --rates {output.rates:q} --cells {output.cells:q}"
        " --flow {output.flow:q} 2>&1 | tee {log:q}"
