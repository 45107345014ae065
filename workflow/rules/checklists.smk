"""Reporting checklists: each item with the section that answers it.

Made from the list of items and the texts of the documents; a section that is not there stops the run.
"""

from surveypipe.reporting.names import CHECKLISTS


rule checklists:
    input:
        **stage("checklists"),
        checklists=checklists_file(),
        parts="<results>/parts.json",
        skeletons=skeletons(),
        documents=ancient(texts()),
    output:
        tables=[f"<results>/tables/checklist_{name}.md" for name in CHECKLISTS],
    log:
        "<results>/logs/checklists.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given("study", "vocabulary"),
    message:
        "Writing the reporting checklists"
    shell:
        STAGE
