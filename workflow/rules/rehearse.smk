"""Rehearsal, a target of its own (`snakemake rehearse`): everything built from made-up answers, in a folder apart."""


rule rehearse:
    input:
        **stage("rehearse"),
        configuration=configuration_files(),
    log:
        "<results>/logs/rehearse.log",
    conda:
        "../../environment.yml"
    threads: workflow.cores
    params:
        **given(cores=workflow.cores or 1),
    message:
        "Rehearsing the survey with made-up answers"
    shell:
        STAGE
