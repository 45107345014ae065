"""Publish: the manifest of what is released, with checksums, rules and software versions.

Inputs are public/ and report/ only; of the raw data the checksums.
"""


rule check_placeholders:
    input:
        authors=config["inputs"]["authors"],
        template="workflow/schemas/placeholders.yaml",
        script="workflow/scripts/check_placeholders.py",
        lib=library("check_placeholders"),
    output:
        report="<results>/checks/placeholders.txt",
    log:
        "<results>/logs/check_placeholders.log",
    conda:
        "../../environment.yml"
    params:
        config=section("study"),
        name=workflow.configfiles[0],
    message:
        "Report: looking for values that stand as in the template"
    shell:
        "python {input.script} --config {params.config:q} --authors {input.authors:q} --template {input.template:q}"
        " --name {params.name:q} --report {output.report:q} 2>&1 | tee {log:q}"


rule publish:
    input:
        released=list(rule_of_released()),
        headlines="<results>/headlines.json",
        checks=blinding_checks() + journal_checks(),
        placeholders="<results>/checks/placeholders.txt",
        raw=[config["inputs"][name] for name in ("survey", "staff_list", "codebook")],
        wording=own_templates(),
        script="workflow/scripts/publish.py",
        lib=library("publish"),
        lock="requirements.lock",
    output:
        manifest="<results>/public/manifest.json",
        summary="<results>/summary.txt",
    log:
        "<results>/logs/publish.log",
    conda:
        "../../environment.yml"
    params:
        config=json.dumps(config, sort_keys=True, ensure_ascii=False),
        rules=lambda wildcards, input: json.dumps(
            dict(zip(input.released, rule_of_released().values()))
        ),
        renderer=RENDERER,
        renderer_version=RENDERER_VERSION,
    message:
        "Publish: writing the manifest of released files"
    shell:
        "python {input.script} --config {params.config:q} --rules {params.rules:q} --headlines {input.headlines:q}"
        " --placeholders {input.placeholders:q} --raw {input.raw:q} --wording {input.wording:q} --renderer {params.renderer:q} --renderer-version {params.renderer_version:q}"
        " --manifest {output.manifest:q} --summary {output.summary:q} 2>&1 | tee {log:q}"
