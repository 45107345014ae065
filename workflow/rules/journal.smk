"""Journal: the finished manuscript against the journal's limits; a warning, never a failure."""


rule check_journal:
    input:
        **stage("check_journal"),
        profile=journal_profile(),
        pages=journal_pages(),
    output:
        report="<results>/checks/journal.txt",
    log:
        "<results>/logs/check_journal.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given("report"),
    message:
        "Report: holding the manuscript against what the journal asks"
    shell:
        STAGE
