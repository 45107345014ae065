"""Reporting checklists: each item with the section that answers it.

Made from the list of items and the texts of the documents; a section that is not there stops the run.
"""


rule checklists:
    input:
        checklists="config/checklists.yaml",
        documents=[
            f"report/{document}.qmd" for document in config["report"]["documents"]
        ],
        script="workflow/scripts/checklists.py",
        lib=library("checklists"),
    output:
        cross="<results>/tables/checklist_cross.md",
        strobe="<results>/tables/checklist_strobe.md",
        cherries="<results>/tables/checklist_cherries.md",
        aapor="<results>/tables/checklist_aapor.md",
    log:
        "<results>/logs/checklists.log",
    conda:
        "../../environment.yml"
    params:
        config=section("study"),
    message:
        "Writing the reporting checklists"
    shell:
        "python {input.script} --config {params.config:q} --checklists {input.checklists:q}"
        " --documents {input.documents:q} --cross {output.cross:q} --strobe {output.strobe:q}"
        " --cherries {output.cherries:q} --aapor {output.aapor:q} 2>&1 | tee {log:q}"
