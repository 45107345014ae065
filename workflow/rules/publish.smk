"""Publish: the manifest of what is released, with checksums, rules and software versions.

Inputs are public/ and report/ only; of the raw data the checksums.
"""


def rule_of_released():
    """Every released file with the rule that makes it."""
    made = {f"<results>/public/{name}.csv": "disclose" for name in [*PUBLIC, "disclosure_log", "cleaning_summary"]}
    made["<results>/public/variables.json"] = "disclose"
    made |= {path: "render_blinded" if "-blinded." in path else "render" for path in finished_documents()}
    return made


rule publish:
    message:
        "Publish: writing the manifest of released files"
    input:
        released=list(rule_of_released()),
        headlines="<results>/headlines.json",
        raw=[config["inputs"][name] for name in ("survey", "staff_list", "codebook")],
        script="workflow/scripts/publish.py",
        lib=library("publish"),
        lock="requirements.lock",
    output:
        manifest="<results>/public/manifest.json",
        summary="<results>/summary.txt",
    params:
        config=json.dumps(config, sort_keys=True, ensure_ascii=False),
        rules=lambda wildcards, input: json.dumps(dict(zip(input.released, rule_of_released().values()))),
        renderer=RENDERER,
        renderer_version=RENDERER_VERSION,
    log:
        "<results>/logs/publish.log",
    conda:
        "../../environment.yml"
    shell:
        "python {input.script} --config {params.config:q} --rules {params.rules:q} --headlines {input.headlines:q}"
        " --raw {input.raw:q} --renderer {params.renderer:q} --renderer-version {params.renderer_version:q}"
        " --manifest {output.manifest:q} --summary {output.summary:q} 2>&1 | tee {log:q}"
