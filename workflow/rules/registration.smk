"""Registration, a target of its own (`snakemake registration`): the plan as text for a registry, before any answer."""


rule registration:
    input:
        **stage("registration"),
        codebook=SETTINGS.inputs.codebook,
        plan="<results>/public/plan.json",
        sealed=plan_there("lock"),
        bibliography=STUDY.bibliographies(),
        styles=STUDY.typesetting("styles"),
        filters=STUDY.typesetting("filters"),
    output:
        markdown="<results>/registration/registration.md",
        docx="<results>/registration/registration.docx",
    log:
        "<results>/logs/registration.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(
            *config,
            wording=OWN_WORDING,
            epoch=EPOCH,
            build=f"{SETTINGS.results}/build/registration",
        ),
    message:
        "Writing the text of a preregistration"
    shell:
        STAGE
