# From the raw survey to the manuscript:  snakemake --cores 4
from snakemake.utils import min_version

min_version("9.20")


include: "workflow/rules/place.smk"


# A study named on the command line replaces the default one; a plain `configfile:` would merge the two.
if PREFIX or not workflow.overwrite_configfiles:

    configfile: configuration_path()


pathvars:
    results=config.get("results", "results"),


include: "workflow/rules/common.smk"
include: "workflow/rules/shown.smk"


# The public archive of a study of real data begins at what was released; nothing before it can be run there.
if SETTINGS.inputs.released:

    include: "workflow/rules/released.smk"

else:

    include: "workflow/rules/plan.smk"
    include: "workflow/rules/ingest.smk"
    include: "workflow/rules/clean.smk"
    include: "workflow/rules/response.smk"
    include: "workflow/rules/weight.smk"
    include: "workflow/rules/analyse.smk"
    include: "workflow/rules/model.smk"
    include: "workflow/rules/sensitivity.smk"
    include: "workflow/rules/nonresponse.smk"
    include: "workflow/rules/disclose.smk"
    include: "workflow/rules/second_opinion.smk"


include: "workflow/rules/exhibits.smk"
include: "workflow/rules/checklists.smk"


if SETTINGS.study.rehearsed:

    include: "workflow/rules/rehearsal.smk"

else:

    include: "workflow/rules/rehearse.smk"


include: "workflow/rules/report.smk"
include: "workflow/rules/publish.smk"


if journal_checks():

    include: "workflow/rules/journal.smk"


# Targets of their own (OWN_TARGETS in workflow/rules/common.smk).
if not SETTINGS.inputs.released:

    include: "workflow/rules/export.smk"
    include: "workflow/rules/archive.smk"


include: "workflow/rules/registration.smk"
include: "workflow/rules/compare.smk"
include: "workflow/rules/simulation.smk"
include: "workflow/rules/followup.smk"


IMPORTS.keep()


rule all:
    default_target: True
    input:
        finished_documents(),
        "<results>/public/manifest.json",
        "<results>/summary.txt",
        "<results>/index.html",


onsuccess:
    if summary_of_run():
        print(summary_of_run().read_text(encoding="utf-8"), end="")


onerror:
    print("", *problems_told(), sep="\n", file=sys.stderr)
