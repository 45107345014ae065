"""Report: the text with its released numbers, tables and figures -> HTML, DOCX and PDF.

The authors' file goes into `render` only; `render_blinded` never sees it.
"""

from surveypipe.determinism import source_date_epoch

# The date inside the documents is that of the last change of what they are made from.
EPOCH = source_date_epoch(
    [*workflow.configfiles, *filter(None, config["inputs"].values()), "report"]
)

PAGE_STYLES = [
    f"report/styles/{name}"
    for name in (
        "formats.yml",
        "page.html",
        "page.css",
        "pandoc.typst",
        "typst-show.typ",
        "typst-template.typ",
        "reference.docx",
    )
]


rule render:
    input:
        qmd="report/{document}.qmd",
        bibliography="report/references.bib",
        styles=PAGE_STYLES,
        filters=["report/filters/manuscript.lua", "report/filters/pandoc.lua"],
        numbers="<results>/numbers.yaml",
        tables="<results>/tables/index.json",
        figures="<results>/figures/index.json",
        provenance="<results>/provenance.json",
        exhibits=[
            rules.figures.output,
            rules.tables.output,
            rules.checklists.output,
        ],
        authors=config["inputs"]["authors"],
        journal=journal_profile(),
        paged=lambda wildcards: paged_documents(wildcards.document, "authors"),
        script="workflow/scripts/render.py",
        lib=library("render"),
    output:
        html="<results>/report/{document}.html",
        docx="<results>/report/{document}.docx",
        pdf="<results>/report/{document}.pdf",
    log:
        "<results>/logs/render_{document}_authors.log",
    wildcard_constraints:
        document="(?!.*-blinded$)[a-z][a-z0-9-]*",
    conda:
        "../../environment.yml"
    params:
        config=section("study", "report"),
        renderer=RENDERER,
        epoch=EPOCH,
        build=lambda wildcards: f"{config['results']}/build/{wildcards.document}/authors",
    message:
        "Report: typesetting {wildcards.document} with its authors (HTML, DOCX, PDF)"
    shell:
        "python {input.script} --config {params.config:q} --document {wildcards.document} --renderer {params.renderer}"
        " --epoch {params.epoch} --qmd {input.qmd:q} --bibliography {input.bibliography:q} --numbers {input.numbers:q}"
        " --tables {input.tables:q} --figures {input.figures:q} --styles report/styles --filters report/filters"
        " --provenance {input.provenance:q}"
        " --authors {input.authors:q} --build {params.build:q} --journal {input.journal:q} --paged {input.paged:q}"
        " --html {output.html:q} --docx {output.docx:q} --pdf {output.pdf:q} 2>&1 | tee {log:q}"


rule render_blinded:
    input:
        qmd="report/{document}.qmd",
        bibliography="report/references.bib",
        styles=PAGE_STYLES,
        filters=["report/filters/manuscript.lua", "report/filters/pandoc.lua"],
        numbers="<results>/numbers.yaml",
        tables="<results>/tables/index.json",
        figures="<results>/figures/index.json",
        provenance="<results>/provenance.json",
        exhibits=[
            rules.figures.output,
            rules.tables.output,
            rules.checklists.output,
        ],
        journal=journal_profile(),
        paged=lambda wildcards: paged_documents(wildcards.document, "blinded"),
        script="workflow/scripts/render.py",
        lib=library("render"),
    output:
        html="<results>/report/{document}-blinded.html",
        docx="<results>/report/{document}-blinded.docx",
        pdf="<results>/report/{document}-blinded.pdf",
        typst="<results>/build/{document}/blinded/{document}.typ",
    log:
        "<results>/logs/render_{document}_blinded.log",
    conda:
        "../../environment.yml"
    params:
        config=section("study", "report"),
        renderer=RENDERER,
        epoch=EPOCH,
        build=lambda wildcards: f"{config['results']}/build/{wildcards.document}/blinded",
    message:
        "Report: typesetting {wildcards.document} without its authors (HTML, DOCX, PDF)"
    shell:
        "python {input.script} --config {params.config:q} --document {wildcards.document} --renderer {params.renderer}"
        " --epoch {params.epoch} --qmd {input.qmd:q} --bibliography {input.bibliography:q} --numbers {input.numbers:q}"
        " --tables {input.tables:q} --figures {input.figures:q} --styles report/styles --filters report/filters"
        " --provenance {input.provenance:q}"
        " --build {params.build:q} --journal {input.journal:q} --paged {input.paged:q}"
        " --html {output.html:q} --docx {output.docx:q} --pdf {output.pdf:q} 2>&1 | tee {log:q}"


rule check_blinding:
    input:
        html="<results>/report/{document}-blinded.html",
        docx="<results>/report/{document}-blinded.docx",
        pdf="<results>/report/{document}-blinded.pdf",
        typst="<results>/build/{document}/blinded/{document}.typ",
        authors=config["inputs"]["authors"],
        script="workflow/scripts/check_blinding.py",
        lib=library("check_blinding"),
    output:
        report="<results>/checks/{document}-blinded.txt",
    log:
        "<results>/logs/check_blinding_{document}.log",
    conda:
        "../../environment.yml"
    message:
        "Report: looking for names and places in the blinded {wildcards.document}"
    shell:
        "python {input.script} --authors {input.authors:q} --html {input.html:q} --docx {input.docx:q}"
        " --pdf {input.pdf:q} --typst {input.typst:q} --report {output.report:q} 2>&1 | tee {log:q}"
