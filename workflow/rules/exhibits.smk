"""Exhibits: figures, tables, methods paragraphs and numbers.

Made from results/public/, and from the list of what is checked against R, which holds nothing of the survey.
"""

EXHIBIT_TABLES = [
    "estimates",
    "claims",
    "table_1",
    "response_rates",
    "response_cells",
    "flow",
    "weight_diagnostics",
    "weight_cells",
    "weight_margins",
    "cleaning_summary",
    "nonresponse",
    "ledger_context",
    "follow_up_check",
    "not_at_random",
    "multiverse",
    "multiverse_summary",
]
EXHIBIT_SECTIONS = [
    "study",
    "frame",
    "groups",
    "cleaning",
    "response",
    "weighting",
    "analysis",
    "claims",
    "sensitivity",
    "disclosure",
    "nonresponse",
]


rule figures:
    input:
        released=[f"<results>/public/{name}.csv" for name in EXHIBIT_TABLES],
        variables="<results>/public/variables.json",
        verification="<results>/verification.csv",
        script="workflow/scripts/figures.py",
        reading="workflow/scripts/_released.py",
        lib=library("figures"),
        reading_lib=library("_released"),
        lock="requirements.lock",
    output:
        [
            f"<results>/figures/{name}.{form}"
            for name in (
                "flow",
                "response",
                "likert",
                "scales",
                "weights",
                "ledger",
                "multiverse",
                "waves",
            )
            for form in ("svg", "png")
        ],
        index="<results>/figures/index.json",
    log:
        "<results>/logs/figures.log",
    conda:
        "../../environment.yml"
    params:
        config=section(*EXHIBIT_SECTIONS),
        released=released_options,
    message:
        "Drawing the figures"
    shell:
        "python {input.script} --config {params.config:q} {params.released} --variables {input.variables:q}"
        " --verification {input.verification:q}"
        " --index {output.index:q} 2>&1 | tee {log:q}"


rule tables:
    input:
        released=[f"<results>/public/{name}.csv" for name in EXHIBIT_TABLES],
        variables="<results>/public/variables.json",
        verification="<results>/verification.csv",
        texts=[f"report/{document}.qmd" for document in config["report"]["documents"]],
        wording=templates(),
        script="workflow/scripts/tables.py",
        reading="workflow/scripts/_released.py",
        lib=library("tables"),
        reading_lib=library("_released"),
        lock="requirements.lock",
    output:
        [
            f"<results>/tables/{name}.md"
            for name in (
                "table_1",
                "response",
                "weights",
                "cells",
                "items",
                "shares",
                "scales",
                "schemes",
                "ledger",
                "tests",
                "nrba_response",
                "nrba_model",
                "nrba_auxiliaries",
                "nrba_indicators",
                "nrba_partial",
                "nrba_claims",
                "nrba_waves",
                "nrba_range",
                "not_at_random",
                "proxy",
                "multiverse",
                "models",
                "reliability",
                "imputation",
                "multiplicity",
                "open_answers",
                "verification",
                "nrba_summary",
                "reviewer_questions",
                "questionnaire",
                "level_contrast",
                "provenance",
                "methods_response",
                "methods_cleaning",
                "methods_weighting",
                "methods_analysis",
                "methods_claims",
                "methods_sensitivity",
                "methods_disclosure",
                "methods_software",
            )
        ],
        index="<results>/tables/index.json",
        numbers="<results>/numbers.yaml",
        headlines="<results>/headlines.json",
        provenance="<results>/provenance.json",
    log:
        "<results>/logs/tables.log",
    conda:
        "../../environment.yml"
    params:
        config=section(*EXHIBIT_SECTIONS),
        released=released_options,
    message:
        "Writing the tables, the methods paragraphs and the numbers of the text"
    shell:
        "python {input.script} --config {params.config:q} {params.released} --variables {input.variables:q}"
        " --verification {input.verification:q}"
        " --texts {input.texts:q} --provenance {output.provenance:q}"
        " --index {output.index:q} --numbers {output.numbers:q} --headlines {output.headlines:q} 2>&1 | tee {log:q}"
