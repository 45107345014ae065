"""Inside the folder of a rehearsal: many more of them, for the plan. Included where `study.data` is rehearsal.

Inputs: the codebook, the list or the headcounts, the guesses. Outputs: public/rehearsal_plan.csv and its tables.
"""

from surveypipe.reporting.names import REHEARSAL

# Jobs that share the rehearsals.
REHEARSAL_PARTS = 8


rule rehearsal_draws:
    input:
        # Without a name: the program finds who is asked by the configuration.
        [path for path in (SETTINGS.inputs.staff_list, SETTINGS.inputs.counts) if path],
        **stage("rehearsal_draws"),
        codebook=SETTINGS.inputs.codebook,
    output:
        table="<results>/rehearsal/draws_{part}.csv",
    log:
        "<results>/logs/rehearsal_draws_{part}.log",
    wildcard_constraints:
        part=r"\d+",
    # The longest jobs, of which none should be left alone at the end.
    priority: 1
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(*config, part="{part}", parts=REHEARSAL_PARTS),
    message:
        "Rehearsing the survey again and again (part {wildcards.part})"
    shell:
        STAGE


rule rehearsal_plan:
    input:
        **stage("rehearsal_plan"),
        draws=expand(
            "<results>/rehearsal/draws_{part}.csv", part=range(REHEARSAL_PARTS)
        ),
        codebook=SETTINGS.inputs.codebook,
    output:
        [f"<results>/tables/{name}.md" for name in REHEARSAL],
        plan="<results>/public/rehearsal_plan.csv",
        account="<results>/tables/rehearsal_account.md",
    log:
        "<results>/logs/rehearsal_plan.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=MEMORY,
    params:
        **given(*config, wording=OWN_WORDING),
    message:
        "Summing up the rehearsals: widths of intervals, chances of grades"
    shell:
        STAGE
