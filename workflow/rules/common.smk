"""Helper functions of the rules; no rule stands here."""

import functools
import hashlib
import json
import os
import shlex
import shutil
import sys
import time
from pathlib import Path

from surveypipe import parents, private_files, provenance
from surveypipe.homes import homes, usable
from surveypipe.imports import Imports, write_stamp
from surveypipe.memory import megabytes
from surveypipe.problems import SurveyError
from surveypipe.rendering.programs import choose_renderer, renderer_version
from surveypipe.reporting.names import NUMBER_LIST
from surveypipe.sealing.lock import plan_files
from surveypipe.study import checking
from surveypipe.study.accepted import Accepted
from surveypipe.study.base import plain
from surveypipe.study.checking import AWAITED, UNREAD, settings_of
from surveypipe.study.consistency import numeric_frame_variables
from surveypipe.study.folder import OWN_WORDING
from surveypipe.study.reading import read_yaml
from surveypipe.text_skeleton import skeleton, wanted

# Targets that read no answer, and can be made before there is one.
BEFORE_ANSWERS = {"seal", "registration", "rehearse"}
# Targets that the default run does not make, and that say themselves what came of them.
OWN_TARGETS = BEFORE_ANSWERS | {
    "archive",
    "archive_restricted",
    "compare",
    "export",
    "followup",
    "second_opinion",
    "simulation",
    "submission",
    "verify",
    "waves",
}


def awaited():
    """Keys of the files that need not be there yet, for what is asked of Snakemake now."""
    # Snakemake reads the rules before it looks at its targets.
    return AWAITED if BEFORE_ANSWERS.intersection(sys.argv[1:]) else ()


def read_settings():
    """Read the configuration as its type, completed with what it does not say; or stop with all that is wrong."""
    accepted = Accepted(STUDY.own(".snakemake/accepted.json"), judged_by())
    try:
        found = settings_of(config, configuration_files(), STUDY, awaited(), accepted)
    except SurveyError as error:
        stop(error.problems)
    accepted.keep()
    config.clear()
    config.update(plain(found.settings))
    return found


def judged_by():
    """Checksums of the code that holds the study's files against their types, and of the packages' versions."""
    modules = IMPORTS.checksums(Path(checking.__file__))
    return "\n".join([*modules, provenance.checksum(Path(tool("requirements.lock")))])


def configuration_files():
    """Paths within the study of the files that the configuration was read from; none where `module` gives it."""
    if not PREFIX:
        return workflow.configfiles
    return [] if workflow.modifier.skip_configfile else [CONFIGURATION]


def section(*names):
    """Give a job the parts of the configuration it needs, through its params; optional ones may be absent.

    The parts are written to a file named by its content, so that a changed value is a changed
    parameter, and a message about a failed command stays short enough to read. Defaults are filled in:
    a line that says a default may come or go, and nothing runs again.
    """
    return kept("sections", {name: config[name] for name in names if name in config})


def kept(folder, content):
    """Write JSON into a file that is named by it, whole or not at all; give its path within the study."""
    text = json.dumps(content, ensure_ascii=False)
    name = f".snakemake/{folder}/{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
    path = STUDY.own(name)
    if not path.is_file() or path.read_bytes() != text.encode():
        path.parent.mkdir(parents=True, exist_ok=True)
        # A configuration may name people whose answers are quoted.
        private_files.close(path.parent)
        partial = path.with_name(f"{path.name}.{os.getpid()}")
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    return name


def plan_file(name):
    """Path within the study of a file of the sealed plan; it need not be there."""
    named = (configuration_files() or [CONFIGURATION])[0]
    return str(getattr(plan_files(named), name))


def plan_there(name):
    """The same, where it is there."""
    path = plan_file(name)
    return path if STUDY.own(path).is_file() else []


def texts():
    """Texts of the documents that the configuration asks for, in its order."""
    return [STUDY.text_of(document) for document in SETTINGS.report.documents]


@functools.cache
def skeletons():
    """File of what the texts say to stages that read no word of them: an edited sentence leaves it as it is."""
    try:
        phrases = wanted(read_yaml(STUDY.own(checklists_file())))
    except SurveyError:
        phrases = frozenset()
    stamp = ".snakemake/code/texts.txt"
    paths = [STUDY.own(path) for path in texts()]
    # What is no text is told by the stage that reads it.
    made = {
        path.name: skeleton(path.read_text(encoding="utf-8", errors="replace"), phrases)
        for path in paths
    }
    write_stamp(
        STUDY.own(stamp),
        {name: provenance.sha256(text.encode()) for name, text in made.items()},
        paths,
    )
    return stamp


def checklists_file():
    """Path of the list of the checklists' items, the study's own or the tool's."""
    return STUDY.found("config/checklists.yaml", "workflow")


# What every stage depends on beside its data. These inputs are looked at and never named on a command line.
DEPENDS = ("script", "lib", "lock", "templates", "skeletons")
# The command of every stage: its parser is made from the same names, those of its `main`.
STAGE = (
    "python {input.script:q} --job {params.job:q} --config {params.config:q} {params.files} {params.options} "
    "2>&1 | tee {log:q}"
)
# Scripts work in the study's folder, so that what they write of its files is the same however it is run.
if PREFIX:
    ENTER = f"cd {shlex.quote(PREFIX)} && ".replace("{", "{{").replace("}", "}}")
    STAGE = f"({ENTER}{STAGE.replace(' 2>&1', ') 2>&1', 1)}"


IMPORTS = Imports(LIBRARY, STUDY.own(".snakemake/imports.json"))


def stage(name):
    """Give the inputs of a stage beside its data: script, the stamp of our modules behind it, locked packages, templates."""
    script = tool("workflow/scripts", f"{name}.py")
    names = map(os.path.basename, IMPORTS.of(Path(script)))
    words = "wording.py" in names
    stamp = f".snakemake/code/{name}.txt"
    IMPORTS.stamp(Path(script), STUDY.own(stamp))
    return {
        "script": script,
        "lib": stamp,
        "lock": tool("requirements.lock"),
        "templates": STUDY.templates() if words else [],
    }


def given(*sections, **options):
    """Give the params of a stage: the sections of the configuration that it reads, its options, and its files."""
    return {
        "config": section(*sections),
        "options": command_line(options),
        "files": files,
        "job": job,
    }


def job(wildcards, input, output):
    """Name every file that a job reads and makes, so that its stage can tell which were changed since."""
    code = {
        path
        for name, value in input.items()
        if name in DEPENDS
        for path in ([value] if isinstance(value, str) else value)
    }
    return kept(
        "jobs",
        {
            "results": SETTINGS.results,
            "inputs": [within_study(path) for path in input if path not in code],
            "outputs": [within_study(path) for path in output],
        },
    )


def files(wildcards, input, output):
    """Name each file of a rule on a command line, by the name it has there; one without a name is left out."""
    named = {**dict(input.items()), **dict(output.items())}
    return command_line(
        {
            name: (
                within_study(value)
                if isinstance(value, str)
                else [within_study(path) for path in value]
            )
            for name, value in named.items()
            if name not in DEPENDS
        }
    )


def command_line(values):
    """Lay out options and their values; none for an optional file or a list of which there is nothing."""
    listed = {
        name: [value] if isinstance(value, (str, int, Path)) else list(value)
        for name, value in values.items()
    }
    return " ".join(
        f"--{name.replace('_', '-')} {shlex.join(map(str, value))}"
        for name, value in listed.items()
        if value
    )


# What the name of a document's files says of the variant.
SUFFIX = {"authors": "", "blinded": "-blinded"}


def finished_documents():
    """Paths of every document the configuration asks for, in every variant and format."""
    return [
        f"<results>/report/{document}{SUFFIX[variant]}.{form}"
        for document, variants in SETTINGS.report.documents.items()
        for variant in variants
        for form in ("html", "docx", "pdf")
    ]


def linked(variant):
    """Files that a page of a variant may link, relative to it: the documents of the variant, what is released, rows of figures."""
    made = [
        f"{document}{SUFFIX[variant]}.{form}"
        for document, variants in SETTINGS.report.documents.items()
        if variant in variants
        for form in ("html", "docx", "pdf")
    ]
    # The search for names does not read tables, so that a blinded page leads to none.
    if variant == "blinded":
        return made
    figures = [*FIGURES, *(block.figure for block in ANSWERS)]
    return [
        *made,
        NUMBER_LIST,
        *(f"../public/{name}.csv" for name in PUBLIC),
        *(f"../figures/{name}.csv" for name in figures),
    ]


def number_list():
    """Path of the list of the article's numbers with their sources, beside the documents."""
    return f"<results>/report/{NUMBER_LIST}"


def paged_documents(document, variant):
    """PDFs whose pages a document names: its checklists say where the manuscript answers an item."""
    made = document == "supplement" and variant in SETTINGS.report.documents.get(
        "manuscript", []
    )
    return (
        [f"{SETTINGS.results}/report/manuscript{SUFFIX[variant]}.pdf"] if made else []
    )


def blinding_checks():
    """Reports of the search for names in every blinded document."""
    documents = SETTINGS.report.documents.items()
    return [
        f"<results>/checks/{document}-blinded.txt"
        for document, variants in documents
        if "blinded" in variants
    ]


def journal_pages():
    """HTML of the manuscript with its authors, then of the title page, as far as they are made."""
    return [
        f"<results>/report/{document}.html"
        for document in ("manuscript", "title-page")
        if "authors" in SETTINGS.report.documents.get(document, [])
    ]


def journal_checks():
    """Report on the journal's limits, where a journal is named and there is a manuscript to count."""
    named = "<results>/report/manuscript.html" in journal_pages()
    return ["<results>/checks/journal.txt"] if journal_profile() and named else []


def journal_profile():
    """The journal's profile, where a journal is named."""
    journal = SETTINGS.report.journal
    return [STUDY.journal(journal)] if journal else []


def opinion_path():
    """Path of what R said of the estimates, when it was last asked."""
    return f"{SETTINGS.results}/public/second_opinion.json"


def released_before(name):
    """Path within the study of a file in the folder of what was released before."""
    return f"{SETTINGS.inputs.released}/{name}"


def opinion_told():
    """What R said, where it was asked: a file of no rule, so that a run needs no R."""
    told = opinion_path()
    if SETTINGS.inputs.released:
        there = STUDY.own(released_before("second_opinion.json")).is_file()
        return [told] if there else []
    return [str(STUDY.own(told))] if STUDY.own(told).is_file() else []


def rule_of_released():
    """Every released file with the rule that makes it."""
    made = {
        f"<results>/public/{name}.csv": "disclose"
        for name in [*PUBLIC, "disclosure_log", "cleaning_summary"]
    }
    if SETTINGS.study.rehearsed:
        made["<results>/public/rehearsal_plan.csv"] = "rehearsal_plan"
    made["<results>/public/variables.json"] = "disclose"
    made["<results>/public/plan.json"] = "compare_plan"
    for kind in ("R", "sps", "do"):
        made[f"<results>/public/second_opinion.{kind}"] = "write_second_opinion"
    made |= dict.fromkeys(opinion_told(), "second_opinion")
    if SETTINGS.inputs.released:
        made = dict.fromkeys(made, "released")
    made[number_list()] = "tables"
    made |= {
        path: "render_blinded" if "-blinded." in path else "render"
        for path in finished_documents()
    }
    return made


@functools.cache
def code_stamp():
    """Stamp of every file of the tool that can move a number or a word."""
    stamp = ".snakemake/code/tool.txt"
    parts = provenance.code_files(TOOL, LIBRARY)
    files = [path for part in parts.values() for path in part]
    write_stamp(STUDY.own(stamp), provenance.checksums_of(parts), files)
    return stamp


def summary_of_run():
    """Path of what a run is summed up in; None after a target of its own, whose last words are to stand last."""
    path = STUDY.own(SETTINGS.results) / "summary.txt"
    asked = OWN_TARGETS.intersection(sys.argv[1:])
    return path if path.is_file() and not asked else None


def problems_told():
    """What the stages of this run said of problems, to be repeated after Snakemake's own last words."""
    logs = sorted(
        STUDY.own(SETTINGS.results).glob("logs/*.log"),
        key=lambda path: path.stat().st_mtime,
    )
    recent = [
        path.read_text(encoding="utf-8", errors="replace")
        for path in logs
        if path.stat().st_mtime >= STARTED
    ]
    found = [
        text[text.index("The stage '") :].strip()
        for text in recent
        if "The stage '" in text
    ]
    # What a stage said of a full disk may have found no room in its log.
    if shutil.disk_usage(STUDY.own(".")).free < 2**20:
        found.append(
            "The disk that the study lies on is full. Free some of it, and run again."
        )
    return found


STARTED = time.time()

# The interpreter that runs Snakemake runs the scripts too, whether or not its environment was activated.
os.environ.update(
    PATH=os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    ),
    **homes(os.environ, STUDY.own(".snakemake/home")),
    # A stage ends with this process.
    **{parents.VARIABLE: str(os.getpid())},
)

# Asked for on the command line (`--config old=...`): what a comparison is of, what is archived; no key of a study.
ASKED = {key: str(config.pop(key)) for key in ("old", "new", "wheels") if key in config}
SETTINGS, CODEBOOK = read_settings()
for FOLDER in (STUDY.own(".snakemake"), STUDY.own(SETTINGS.results)):
    if not usable(FOLDER):
        sys.exit(
            f"{FOLDER}: no file can be made in this folder. Make it writable (is its disk full, or for reading "
            "only?), or take the study elsewhere."
        )
try:
    RENDERER = choose_renderer(SETTINGS.report.renderer, which=shutil.which)
except SurveyError as error:
    stop(error.problems)
RENDERER_VERSION = renderer_version(RENDERER)
# What every stage asks a cluster for.
MEMORY = megabytes(
    STUDY.own(path)
    for path in (SETTINGS.inputs.survey, SETTINGS.inputs.staff_list)
    if path
)
