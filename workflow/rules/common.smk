"""Helper functions of the rules; no rule stands here."""

import hashlib
import json
import os
import shlex
import shutil
import sys
import time
from pathlib import Path

from surveypipe.study.consistency import consistency_problems, numeric_frame_variables
from surveypipe.imports import modules_of
from surveypipe.problems import SurveyError
from surveypipe.reporting.answer_blocks import blocks, of_codebook
from surveypipe.rendering.programs import choose_renderer, renderer_version
from surveypipe.study.authors import Authors
from surveypipe.study.base import plain
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.completion import completed
from surveypipe.study.codebook_parsing import parse_codebook
from surveypipe.study.journal import Journal
from surveypipe.study.reading import checked, read, read_yaml
from surveypipe.study.settings import Configuration


def stop(problems):
    """End before any job is planned, with the problems numbered and in plain words."""
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    print(f"The configuration has {count} to put right:", file=sys.stderr)
    for number, text in enumerate(problems, start=1):
        print(f"  {number}. {text}", file=sys.stderr)
    sys.exit(1)


def told(read, *words):
    """Result and problems of reading a file, of which one is empty."""
    try:
        return read(*words), []
    except SurveyError as error:
        return None, error.problems


def missing_files():
    """Files that the configuration names and that are not there."""
    meaning = {
        "survey": "the survey's data",
        "staff_list": "the staff list",
        "checksums": "the checksums",
    }
    meaning |= {
        "counts": "the headcounts",
        "authors": "the authors' file",
        "headcounts": "the headcounts to compare the list with",
    }
    meaning |= {
        "follow_up": "the check of non-respondents",
        "codes": "the coders' codes",
    }
    named = {getattr(SETTINGS.inputs, key): words for key, words in meaning.items()}
    named |= {text: "a document" for text in texts()}
    named |= dict.fromkeys(journal_profile(), "a journal's profile (report.journal)")
    return [
        f"{path}: there is no such file; the configuration names it as {words}. Put it there or correct the name."
        for path, words in named.items()
        if path and not Path(path).is_file()
    ]


def read_settings():
    """Read the configuration as its type, and complete it with what it does not say.

    Snakemake has read the files by itself, and of a key given twice kept the last: they are read again.
    """
    for path in workflow.configfiles:
        _, problems = told(read_yaml, Path(path))
        if problems:
            stop(problems)
    settings, problems = told(checked, config, Configuration, configuration_name())
    if problems:
        stop(problems)
    codebook, problems = told(read, Path(settings.inputs.codebook), CodebookFile)
    if problems:
        stop(problems)
    settings = completed(settings, codebook)
    config.clear()
    config.update(plain(settings))
    return settings


def configuration_name():
    """What messages call the configuration: the path of its file."""
    return workflow.configfiles[0] if workflow.configfiles else "configuration"


def check_settings():
    """Hold the parts of the configuration against each other, the codebook and the files that they name."""
    codebook, problems = told(read, Path(SETTINGS.inputs.codebook), CodebookFile)
    if codebook:
        problems = consistency_problems(SETTINGS, codebook, configuration_name())
    problems = [*problems, *missing_files()] or form_problems()
    if problems:
        stop(problems)


def answer_blocks():
    """Blocks of the codebook's questions: one table and one figure each."""
    codebook = parse_codebook(read_yaml(Path(SETTINGS.inputs.codebook)))
    return blocks(of_codebook(codebook))


def form_problems():
    """What is wrong with the form of the authors' file, and of the journal's profile where one is named."""
    kinds = {SETTINGS.inputs.authors: Authors} | dict.fromkeys(
        journal_profile(), Journal
    )
    return [
        problem
        for path, kind in kinds.items()
        for problem in told(read, Path(path), kind)[1]
    ]


def section(*names):
    """Give a job the parts of the configuration it needs, through its params; optional ones may be absent.

    The parts are written to a file named by its content, so that a changed value is a changed
    parameter, and a message about a failed command stays short enough to read. Defaults are filled in:
    a line that says a default may come or go, and nothing runs again.
    """
    text = json.dumps(
        {name: config[name] for name in names if name in config}, ensure_ascii=False
    )
    path = (
        Path(".snakemake/sections")
        / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
    )
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return str(path)


def templates():
    """Templates of the sentences: the tool's, and those that the study says in its own words."""
    shipped = TOOL.joinpath("workflow/wording").rglob("*.md.j2")
    return [*sorted(map(str, shipped)), *own_templates()]


# Where the study says sentences in its own words.
OWN_WORDING = "report/wording"


def own_templates():
    """Templates that the study says in its own words."""
    return sorted(map(str, Path(OWN_WORDING).rglob("*.md.j2")))


def text_of(document):
    """Text of a document: the study's, else the tool's, which fits any study."""
    return own_or_tools(f"report/{document}.qmd", "workflow/documents")


def texts():
    """Texts of the documents that the configuration asks for, in its order."""
    return [text_of(document) for document in SETTINGS.report.documents]


def typesetting(kind):
    """Files of one kind that documents are typeset with, of which the study may have its own, file by file."""
    own, shipped = Path("report", kind), TOOL.joinpath("workflow/typesetting", kind)
    found = {
        path.name: str(path)
        for folder in (shipped, own)
        for path in folder.glob("*")
        if path.is_file()
    }
    return [found[name] for name in sorted(found)]


# What every stage depends on beside its data. These inputs are looked at and never named on a command line.
DEPENDS = ("script", "lib", "lock", "templates")
# The command of every stage: its parser is made from the same names, those of its `main`.
STAGE = "python {input.script} --config {params.config:q} {params.files} {params.options} 2>&1 | tee {log:q}"


def stage(name):
    """Give the inputs of a stage beside its data: script, our modules behind it, the locked packages, templates."""
    script = tool("workflow/scripts", f"{name}.py")
    modules = modules_of(Path(script), LIBRARY)
    words = any(Path(path).stem == "wording" for path in modules)
    return {
        "script": script,
        "lib": modules,
        "lock": tool("requirements.lock"),
        "templates": templates() if words else [],
    }


def given(*sections, **options):
    """Give the params of a stage: the sections of the configuration that it reads, its options, and its files."""
    return {
        "config": section(*sections),
        "options": command_line(options),
        "files": files,
    }


def files(wildcards, input, output):
    """Name each file of a rule on a command line, by the name it has there; one without a name is left out."""
    named = {**dict(input.items()), **dict(output.items())}
    return command_line(
        {name: value for name, value in named.items() if name not in DEPENDS}
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
    if not journal:
        return []
    return [own_or_tools(f"config/journals/{journal}.yaml", "workflow/journals")]


def rule_of_released():
    """Every released file with the rule that makes it."""
    made = {
        f"<results>/public/{name}.csv": "disclose"
        for name in [*PUBLIC, "disclosure_log", "cleaning_summary"]
    }
    made["<results>/public/variables.json"] = "disclose"
    made |= {
        path: "render_blinded" if "-blinded." in path else "render"
        for path in finished_documents()
    }
    return made


def problems_told():
    """What the stages of this run said of problems, to be repeated after Snakemake's own last words."""
    logs = sorted(
        Path(SETTINGS.results, "logs").glob("*.log"),
        key=lambda path: path.stat().st_mtime,
    )
    recent = [
        path.read_text(encoding="utf-8")
        for path in logs
        if path.stat().st_mtime >= STARTED
    ]
    return [
        text[text.index("The stage '") :].strip()
        for text in recent
        if "The stage '" in text
    ]


STARTED = time.time()

# The interpreter that runs Snakemake runs the scripts too, whether or not its environment was activated.
os.environ.update(
    PATH=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
)

SETTINGS = read_settings()
check_settings()
try:
    RENDERER = choose_renderer(SETTINGS.report.renderer, which=shutil.which)
except SurveyError as error:
    stop(error.problems)
RENDERER_VERSION = renderer_version(RENDERER)
