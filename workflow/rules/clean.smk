"""Stage 2, clean: declared cleaning rules, reverse scoring, scales and recodes.

Inputs: data/responses.parquet, data/frame.parquet, the codebook.
Outputs: data/analysis.parquet (one row per accepted case), data/missing.parquet (why each missing answer is
missing), private/cleaning_log.csv (every change, flag and record left out), data/variables.json (names, answers
and derivation of every variable).
"""


rule clean:
    input:
        responses="<results>/data/responses.parquet",
        frame="<results>/data/frame.parquet",
        codebook=config["inputs"]["codebook"],
        reading="workflow/scripts/_reading.py",
        script="workflow/scripts/clean.py",
        lib=library("clean"),
        reading_lib=library("_reading"),
    output:
        analysis="<results>/data/analysis.parquet",
        missing="<results>/data/missing.parquet",
        log="<results>/private/cleaning_log.csv",
        variables="<results>/data/variables.json",
    log:
        "<results>/logs/clean.log",
    conda:
        "../../environment.yml"
    params:
        config=section("cleaning", "groups"),
    message:
        "Cleaning by the declared rules, and writing down every change"
    shell:
        "python {input.script} --config {params.config:q} --responses {input.responses:q}"
        " --frame {input.frame:q} --codebook {input.codebook:q} --analysis {output.analysis:q}"
        " --missing {output.missing:q} --log {output.log:q} --variables {output.variables:q}"
        " 2>&1 | tee {log:q}"
