"""Publish: the manifest of what is released, with checksums, rules and software versions.

Inputs are public/ and report/ only; of the raw data the checksums.
"""


rule check_placeholders:
    input:
        **stage("check_placeholders"),
        authors=SETTINGS.inputs.authors,
        template=tool("workflow/schemas/placeholders.yaml"),
    output:
        report="<results>/checks/placeholders.txt",
    log:
        "<results>/logs/check_placeholders.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given("study", name=(configuration_files() or ["configuration"])[0]),
    message:
        "Report: looking for values that stand as in the template"
    shell:
        STAGE


rule publish:
    input:
        blinding_checks(),
        journal_checks(),
        # Every part of the tool has its checksum in the manifest.
        code_stamp(),
        **stage("publish"),
        released=list(rule_of_released()),
        headlines="<results>/headlines.json",
        placeholders="<results>/checks/placeholders.txt",
        codebook=SETTINGS.inputs.codebook,
        raw=[
            getattr(SETTINGS.inputs, name)
            for name in ("survey", "staff_list", "counts", "codebook")
            if getattr(SETTINGS.inputs, name)
            and (name == "codebook" or not SETTINGS.inputs.released)
        ],
        before=[released_before("manifest.json")] if SETTINGS.inputs.released else [],
        wording=STUDY.own_templates(),
    output:
        manifest="<results>/public/manifest.json",
        summary="<results>/summary.txt",
    log:
        "<results>/logs/publish.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(
            *config,
            rules=rule_of_released().values(),
            renderer=RENDERER,
            renderer_version=RENDERER_VERSION,
        ),
    message:
        "Publish: writing the manifest of released files"
    shell:
        STAGE


rule index:
    input:
        **stage("index"),
        released=list(rule_of_released()),
        manifest="<results>/public/manifest.json",
        headlines="<results>/headlines.json",
        parts="<results>/parts.json",
        texts=texts(),
        authors=SETTINGS.inputs.authors,
        placeholders="<results>/checks/placeholders.txt",
        letters="<results>/checks/letters.txt",
        blinding=blinding_checks(),
        journal=journal_checks(),
        style=next(
            path for path in STUDY.typesetting("styles") if path.endswith("page.css")
        ),
    output:
        page="<results>/index.html",
    log:
        "<results>/logs/index.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given("study", "report"),
    message:
        "Publish: writing the page that opens everything"
    shell:
        STAGE
