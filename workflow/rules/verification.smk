"""What is checked against which computation in R.

Inputs: the golden tests, read as text, and R's answers on public data.
Output: verification.csv, printed in the supplement; it holds nothing of the survey.
"""

from glob import glob


rule verification:
    input:
        **stage("verification"),
        tests=sorted(glob("tests/golden/test_*.py")),
        reference=["tests/golden/data/api.json", "tests/golden/data/stage.json"],
        calls="tests/golden/data/r_calls.csv",
    output:
        verification="<results>/verification.csv",
    log:
        "<results>/logs/verification.log",
    conda:
        "../../environment.yml"
    params:
        **given(),
    message:
        "Listing what the tests check against R"
    shell:
        STAGE
