"""Report: the text with its released numbers, tables and figures -> HTML, DOCX and PDF.

The authors' file goes into `render` only; `render_blinded` never sees it.
"""

from surveypipe.determinism import source_date_epoch

# The date inside the documents is that of the last change of what they are made from.
EPOCH = source_date_epoch(
    [*configuration_files(), *plain(SETTINGS.inputs).values(), "report"], STUDY.root
)

EXHIBITS = [rules.figures.output, rules.tables.output, rules.checklists.output]
if SETTINGS.study.rehearsed:
    EXHIBITS.append(rules.rehearsal_plan.output)


# What a document is made of, with its authors or without.
PARTS = {
    "qmd": lambda wildcards: STUDY.text_of(wildcards.document),
    "bibliography": STUDY.bibliographies(),
    "numbers": "<results>/numbers.yaml",
    "tables": "<results>/tables/index.json",
    "parts": "<results>/parts.json",
    "figures": "<results>/figures/index.json",
    "provenance": "<results>/provenance.json",
    "journal": journal_profile(),
    "styles": STUDY.typesetting("styles"),
    "filters": STUDY.typesetting("filters"),
}
# How it is typeset.
TYPESETTING = {
    "document": "{document}",
    "renderer": RENDERER,
    "epoch": EPOCH,
}


rule render:
    input:
        EXHIBITS,
        **stage("render"),
        **PARTS,
        authors=SETTINGS.inputs.authors,
        released=[f"<results>/public/{name}.csv" for name in PUBLIC],
        paged=lambda wildcards: paged_documents(wildcards.document, "authors"),
    output:
        html=shown_document("html"),
        docx=shown_document("docx"),
        pdf=shown_document("pdf"),
    log:
        "<results>/logs/render_{document}_authors.log",
    wildcard_constraints:
        document="(?!.*-blinded$)[a-z][a-z0-9-]*",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(
            "study",
            "report",
            **TYPESETTING,
            build=f"{SETTINGS.results}/build/{{document}}/authors",
            made=linked("authors"),
        ),
    message:
        "Report: typesetting {wildcards.document} with its authors (HTML, DOCX, PDF)"
    shell:
        STAGE


use rule render as render_blinded with:
    input:
        EXHIBITS,
        **stage("render"),
        **PARTS,
        paged=lambda wildcards: paged_documents(wildcards.document, "blinded"),
    output:
        # Read by the search for names, and an option of nothing.
        "<results>/build/{document}/blinded/{document}.typ",
        html=shown_document("html", blinded=True),
        docx=shown_document("docx", blinded=True),
        pdf=shown_document("pdf", blinded=True),
    log:
        "<results>/logs/render_{document}_blinded.log",
    params:
        **given(
            "study",
            "report",
            **TYPESETTING,
            build=f"{SETTINGS.results}/build/{{document}}/blinded",
            made=linked("blinded"),
        ),
    message:
        "Report: typesetting {wildcards.document} without its authors (HTML, DOCX, PDF)"


rule check_blinding:
    input:
        **stage("check_blinding"),
        html="<results>/report/{document}-blinded.html",
        docx="<results>/report/{document}-blinded.docx",
        pdf="<results>/report/{document}-blinded.pdf",
        typst="<results>/build/{document}/blinded/{document}.typ",
        authors=SETTINGS.inputs.authors,
    output:
        report="<results>/checks/{document}-blinded.txt",
    log:
        "<results>/logs/check_blinding_{document}.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(),
    message:
        "Report: looking for names and places in the blinded {wildcards.document}"
    shell:
        STAGE
