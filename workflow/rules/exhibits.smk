"""Exhibits: figures, tables, methods paragraphs and numbers.

Made from results/public/, and from the list of what is checked against R, which holds nothing of the survey.
"""

from surveypipe.reporting.answer_blocks import blocks, of_codebook
from surveypipe.reporting.names import FIGURES, RELEASED, TEXTS

# One table and one figure each.
ANSWERS = blocks(of_codebook(CODEBOOK))
DRAWN = [*FIGURES, *(block.figure for block in ANSWERS)]
RELEASED_FILES = [
    *(f"<results>/public/{name}.csv" for name in RELEASED),
    tool("workflow/verification.csv"),
]
EXHIBIT_SECTIONS = [
    "study",
    "design",
    "population",
    "frame",
    "groups",
    "cleaning",
    "response",
    "weighting",
    "analysis",
    "claims",
    "bases",
    "sensitivity",
    "disclosure",
    "nonresponse",
    "vocabulary",
]


rule figures:
    input:
        **stage("figures"),
        released=RELEASED_FILES,
        variables="<results>/public/variables.json",
    output:
        [shown_figure(name) for name in DRAWN],
        [
            f"<results>/figures/{name}{form}"
            for name in DRAWN
            for form in ("-narrow.svg", ".png", ".csv")
        ],
        index="<results>/figures/index.json",
        letters="<results>/checks/letters.txt",
    log:
        "<results>/logs/figures.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(*EXHIBIT_SECTIONS),
    message:
        "Drawing the figures"
    shell:
        STAGE


rule tables:
    input:
        **stage("tables"),
        released=RELEASED_FILES,
        variables="<results>/public/variables.json",
        plan="<results>/public/plan.json",
        opinion=opinion_told(),
        skeletons=skeletons(),
        texts=ancient(texts()),
    output:
        [
            f"<results>/tables/{name}.md"
            for name in [*TEXTS, *(block.table for block in ANSWERS)]
        ],
        index="<results>/tables/index.json",
        parts="<results>/parts.json",
        numbers="<results>/numbers.yaml",
        headlines="<results>/headlines.json",
        provenance="<results>/provenance.json",
        number_list=number_list(),
    log:
        "<results>/logs/tables.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(*EXHIBIT_SECTIONS, wording=OWN_WORDING),
    message:
        "Writing the tables, the methods paragraphs and the numbers of the text"
    shell:
        STAGE


rule submission:
    input:
        **stage("submission"),
        released=RELEASED_FILES,
        variables="<results>/public/variables.json",
    output:
        [
            f"<results>/submission/{name}.{form}"
            for name in FIGURES
            for form in ("pdf", "tiff")
        ],
        listed="<results>/submission/figures.txt",
    log:
        "<results>/logs/submission.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(*EXHIBIT_SECTIONS),
    message:
        "Drawing the figures as journals ask for them"
    shell:
        STAGE
