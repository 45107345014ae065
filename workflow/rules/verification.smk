"""What is checked against which computation in R.

Inputs: the golden tests, read as text, and R's answers on public data.
Output: verification.csv, printed in the supplement; it holds nothing of the survey.
"""

from glob import glob


rule verification:
    input:
        tests=sorted(glob("tests/golden/test_*.py")),
        reference=["tests/golden/data/api.json", "tests/golden/data/stage.json"],
        calls="tests/golden/data/r_calls.csv",
        script="workflow/scripts/verification.py",
        lib=library("verification"),
    output:
        verification="<results>/verification.csv",
    log:
        "<results>/logs/verification.log",
    conda:
        "../../environment.yml"
    message:
        "Listing what the tests check against R"
    shell:
        "python {input.script} --tests {input.tests:q} --reference {input.reference:q}"
        " --calls {input.calls:q} --verification {output.verification:q} 2>&1 | tee {log:q}"
