"""Released: what an earlier run released, in the place of all stages that read answers (inputs.released).

Each file is held against the manifest that lies beside it, and copied into public/.
"""

from surveypipe.disclosure.kinds import PUBLIC

RELEASED_NAMES = [
    *(f"{name}.csv" for name in [*PUBLIC, "disclosure_log", "cleaning_summary"]),
    "variables.json",
    "plan.json",
    "second_opinion.R",
    "second_opinion.sps",
    "second_opinion.do",
    *(Path(path).name for path in opinion_told()),
]


rule released:
    input:
        **stage("released"),
        manifest=released_before("manifest.json"),
        released=[released_before(name) for name in RELEASED_NAMES],
    output:
        public=[f"<results>/public/{name}" for name in RELEASED_NAMES],
    log:
        "<results>/logs/released.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(),
    message:
        "Released: taking up what an earlier run released"
    shell:
        STAGE
