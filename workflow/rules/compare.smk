"""Compare: the results beside those of a commit or of another folder; which numbers and words moved, from what.

`snakemake compare` holds them against the last commit, `--config old=... new=...` any two against each other.
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
    params:
        **given(
            old=COMPARED.get("old", "HEAD"),
            new=COMPARED.get("new", SETTINGS.results),
            out=f"{SETTINGS.results}/comparison",
        ),
    message:
        "Compare: looking for numbers and words that moved"
    shell:
        STAGE
