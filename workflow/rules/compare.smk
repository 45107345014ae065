"""Compare and verify: the results beside those of a commit or a folder, and beside the committed manifest.

`snakemake compare` holds them against the last commit, `--config old=... new=...` any two against each other.
`snakemake verify` fails where a number or a word is not as it was released.
"""


# Without an output: what a commit or a folder holds may be another each time.
rule compare:
    input:
        "<results>/public/manifest.json",
        **stage("compare"),
    log:
        "<results>/logs/compare.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(
            old=ASKED.get("old", "HEAD"),
            new=ASKED.get("new", SETTINGS.results),
            out=f"{SETTINGS.results}/comparison",
        ),
    message:
        "Compare: looking for numbers and words that moved"
    shell:
        STAGE


rule verify:
    input:
        "<results>/public/manifest.json",
        **stage("verify"),
    log:
        "<results>/logs/verify.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(results=SETTINGS.results, committed="config/manifest.json"),
    message:
        "Verify: holding the results against the committed manifest"
    shell:
        STAGE
