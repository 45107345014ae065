"""The sealed plan: written once, on demand, and compared with the configuration at each run."""


rule compare_plan:
    input:
        **stage("compare_plan"),
        codebook=SETTINGS.inputs.codebook,
        sealed=plan_there("lock"),
        token=plan_there("token"),
        certificate=plan_there("certificate"),
    output:
        plan="<results>/public/plan.json",
    log:
        "<results>/logs/compare_plan.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        # No input: each reading adds a line, and only whether the lines of the sealing still stand is asked.
        **given(*config, record=plan_file("record")),
    message:
        "Comparing the configuration with the sealed plan"
    shell:
        STAGE


rule seal:
    input:
        **stage("seal"),
        codebook=SETTINGS.inputs.codebook,
    log:
        "<results>/logs/seal.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        # The lock is no output: Snakemake would delete it before the job, and make it anew after an edit.
        **given(*config, configuration=configuration_files() or CONFIGURATION),
    message:
        "Sealing the plan"
    shell:
        STAGE
