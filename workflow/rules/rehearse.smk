"""Rehearsal, a target of its own (`snakemake rehearse`): everything built from made-up answers, in a folder apart."""

# A cluster is given jobs, and no number of cores; a rehearsal runs a Snakemake of its own on one node.
CORES = workflow.resource_settings.cores or 4


rule rehearse:
    input:
        **stage("rehearse"),
        configuration=configuration_files(),
    log:
        "<results>/logs/rehearse.log",
    conda:
        "../../environment.yml"
    threads: CORES
    resources:
        mem_mb=MEMORY,
    params:
        **given(cores=CORES),
    message:
        "Rehearsing the survey with made-up answers"
    shell:
        STAGE
