"""Simulation study, a target of its own (`snakemake simulation`): do intervals and grades keep their promise?"""

from surveypipe.study.reading import read_yaml

MECHANISMS = ["at_random", "not_at_random", "strong"]
# Grades always rest on questionnaires with answers left out; for coverage that is a case of its own.
COVERAGE_MECHANISMS = [*MECHANISMS, "left_out"]
# Draws for coverage and bias; surveys graded, of each kind of population.
SIMULATION_DRAWS = 1000
SIMULATION_SURVEYS = 250
# Populations of known truth that belong to the tool.
POPULATIONS = tool("workflow", "populations.yaml")


rule simulation:
    input:
        "<results>/simulation/coverage.csv",
        "<results>/simulation/grades.csv",
        "<results>/simulation/populations.csv",
        "<results>/simulation/coverage.svg",
        "<results>/simulation/coverage.png",
        "<results>/simulation/simulation_study.md",


rule simulation_coverage:
    input:
        **stage("simulation_coverage"),
        design="config/simulation.yaml",
        codebook=SETTINGS.inputs.codebook,
    output:
        table="<results>/simulation/{mechanism}/coverage.csv",
    log:
        "<results>/logs/simulation_coverage_{mechanism}.log",
    wildcard_constraints:
        mechanism="|".join(COVERAGE_MECHANISMS),
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(
            "claims",
            "bases",
            "sensitivity",
            "weighting",
            "frame",
            "groups",
            "analysis",
            "cleaning",
            "seed",
            mechanism="{mechanism}",
            count=SIMULATION_DRAWS,
        ),
    message:
        "Holding intervals against the truth in simulated surveys ({wildcards.mechanism})"
    shell:
        STAGE


rule simulation_grades:
    input:
        **stage("simulation_grades"),
        design="config/simulation.yaml",
        codebook=SETTINGS.inputs.codebook,
    output:
        table="<results>/simulation/{mechanism}/judged.csv",
    log:
        "<results>/logs/simulation_grades_{mechanism}.log",
    wildcard_constraints:
        mechanism="|".join(MECHANISMS),
    # The longer jobs first, so that none is left alone at the end.
    priority: 1
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(
            "claims",
            "design",
            "population",
            "bases",
            "sensitivity",
            "weighting",
            "frame",
            "groups",
            "analysis",
            "cleaning",
            "seed",
            "vocabulary",
            mechanism="{mechanism}",
            count=SIMULATION_SURVEYS,
        ),
    message:
        "Grading claims in simulated surveys ({wildcards.mechanism})"
    shell:
        STAGE


rule simulation_population:
    input:
        **stage("simulation_population"),
        populations=POPULATIONS,
    output:
        table="<results>/simulation/populations/{population}.csv",
    log:
        "<results>/logs/simulation_population_{population}.log",
    priority: 2
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given("seed", population="{population}"),
    message:
        "Trying every interval on a population of known truth ({wildcards.population})"
    shell:
        STAGE


rule simulation_report:
    input:
        **stage("simulation_report"),
        coverage_parts=expand(
            "<results>/simulation/{mechanism}/coverage.csv",
            mechanism=COVERAGE_MECHANISMS,
        ),
        judged_parts=expand(
            "<results>/simulation/{mechanism}/judged.csv", mechanism=MECHANISMS
        ),
        kept_parts=expand(
            "<results>/simulation/populations/{population}.csv",
            population=read_yaml(Path(POPULATIONS))["populations"],
        ),
        populations=POPULATIONS,
    output:
        coverage="<results>/simulation/coverage.csv",
        grades="<results>/simulation/grades.csv",
        kept="<results>/simulation/populations.csv",
        svg="<results>/simulation/coverage.svg",
        png="<results>/simulation/coverage.png",
        account="<results>/simulation/simulation_study.md",
    log:
        "<results>/logs/simulation_report.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(
            "study",
            "claims",
            "weighting",
            "frame",
            "groups",
            "analysis",
            "bases",
            "sensitivity",
            "vocabulary",
        ),
    message:
        "Setting the simulated surveys against the truth"
    shell:
        STAGE
