"""Archive: one zip for a repository, from which `make` alone rebuilds the report. Targets of their own.

`snakemake archive` makes the public one, in which no answer of a real person is; `snakemake archive_restricted`
the one with the answers, under private/. `--config wheels=yes` puts the packages in, for years without a network.
"""

# What the study gave beside the raw files; what is the tool's own lies in the archive already.
KEPT = [
    *texts(),
    *STUDY.bibliographies(),
    *STUDY.own_templates(),
    *STUDY.typesetting("styles"),
    *STUDY.typesetting("filters"),
    *journal_profile(),
    STUDY.found("config/checklists.yaml", "workflow"),
]
PICTURES = ("*.png", "*.jpg", "*.jpeg", "*.svg")
ARCHIVED = {
    "released": list(rule_of_released()),
    "manifest": "<results>/public/manifest.json",
    "headlines": "<results>/headlines.json",
    "public_variables": "<results>/public/variables.json",
    "authors": SETTINGS.inputs.authors,
    "codebook": SETTINGS.inputs.codebook,
    "configuration": configuration_files()[:1],
    "texts": [
        *(path for path in KEPT if not Path(path).is_relative_to(TOOL / "workflow")),
        *(
            str(path.relative_to(STUDY.root))
            for form in PICTURES
            for path in sorted(STUDY.own("report").glob(form))
        ),
    ],
    "plan": [plan_there(name) for name in ("lock", "token", "certificate", "record")],
    "raw": [
        path
        for name in UNREAD
        if (path := getattr(SETTINGS.inputs, name)) and STUDY.own(path).is_file()
    ],
}
ARCHIVE_OPTIONS = {
    "epoch": EPOCH,
    "results": SETTINGS.results,
    # YAML reads `yes` as true.
    "wheels": ["yes"] if ASKED.get("wheels") in ("yes", "True") else [],
}


rule archive:
    input:
        code_stamp(),
        **stage("archive"),
        **ARCHIVED,
        template=tool("workflow/templates", "archive.md.j2"),
    output:
        archive=f"<results>/archive/{SETTINGS.study.id}-public.zip",
    log:
        "<results>/logs/archive.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(*config, level="public", **ARCHIVE_OPTIONS),
    message:
        "Archive: putting together what anybody may have"
    shell:
        STAGE


use rule archive as archive_restricted with:
    input:
        code_stamp(),
        **stage("archive"),
        **ARCHIVED,
        template=tool("workflow/templates", "archive.md.j2"),
        export=list(rules.export.output),
    output:
        archive=f"<results>/private/archive/{SETTINGS.study.id}-restricted.zip",
    log:
        "<results>/logs/archive_restricted.log",
    params:
        **given(*config, level="restricted", **ARCHIVE_OPTIONS),
    message:
        "Archive: putting together what holds the answers, for who was given leave"
