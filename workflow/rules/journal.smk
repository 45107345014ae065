"""Journal: the finished manuscript against the journal's limits; a warning, never a failure."""


rule check_journal:
    input:
        profile=journal_profile(),
        pages=journal_pages(),
        script="workflow/scripts/check_journal.py",
        lib=library("check_journal"),
    output:
        report="<results>/checks/journal.txt",
    log:
        "<results>/logs/check_journal.log",
    conda:
        "../../environment.yml"
    params:
        config=section("report"),
    message:
        "Report: holding the manuscript against what the journal asks"
    shell:
        "python {input.script} --config {params.config:q} --profile {input.profile:q}"
        " --pages {input.pages:q} --report {output.report:q} 2>&1 | tee {log:q}"
