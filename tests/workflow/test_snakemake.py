"""The workflow: what Snakemake says of it, what it reruns, what it reads, and that two runs agree."""

from __future__ import annotations

import csv
import hashlib
import importlib
import inspect
import itertools
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

from _shared import options
from benchmark.desk import THRESHOLD, edit
from rules import scripts
from surveypipe.imports import Imports

ROOT = Path(__file__).resolve().parents[2]
RULE_FILES = sorted((ROOT / "workflow/rules").glob("*.smk"))


def sums(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for part in ("public", "report")
        for path in sorted((folder / part).rglob("*"))
        if path.is_file()
    }


def test_lint_is_clean(project, snakemake):
    done = snakemake(project, "--lint")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Congratulations" in done.stdout + done.stderr


def test_dry_run_plans_every_stage_and_uses_the_profile(project, snakemake):
    done = snakemake(project, "-n")
    assert done.returncode == 0, done.stderr
    told = done.stdout + done.stderr
    assert "Using workflow specific profile" in told
    for stage in (
        "ingest",
        "clean",
        "response",
        "weight",
        "analyse",
        "sensitivity",
        "disclose",
        "render",
        "publish",
    ):
        assert re.search(rf"^{stage}\s+\d", told, re.M), stage


def test_whole_run_leaves_the_documents_and_a_second_run_does_nothing(finished, snakemake):
    for suffix in ("", "-blinded"):
        for form in ("html", "docx", "pdf"):
            assert (finished / f"results/report/manuscript{suffix}.{form}").stat().st_size > 10_000
    again = snakemake(finished)
    assert again.returncode == 0
    assert "Nothing to be done" in again.stdout + again.stderr


# Every run of the tests holds the bytes against the committed manifest, of a run of another day and place.
@pytest.mark.slow
def test_run_in_another_folder_gives_the_same_bytes(finished, project, snakemake):
    done = snakemake(project, "--cores", "2")
    assert done.returncode == 0, done.stderr[-4000:]
    assert sums(project / "results") == sums(finished / "results")


def test_manifest_describes_every_released_file(finished):
    manifest = json.loads((finished / "results/public/manifest.json").read_text())
    found = sums(finished / "results")
    found.pop("public/manifest.json")
    assert {entry["path"]: entry["sha256"] for entry in manifest["files"]} == found
    assert manifest["data"] == "simulated" and "SIMULATED" in manifest["note"]
    assert manifest["renderer"]["name"] in ("quarto", "pandoc")
    assert {"python", "snakemake", "svy", "pandas"} <= set(manifest["software"])


def test_end_of_the_run_names_the_manuscript_and_the_claims(finished):
    text = (finished / "results/summary.txt").read_text()
    assert "results/report/manuscript.html, .docx, .pdf" in text
    config = yaml.safe_load((finished / "config/config.yaml").read_text())
    for claim in config["claims"]:
        assert re.search(rf"^\s+{claim}\s+\S", text, re.M)
    assert "SIMULATED" in text and "nan" not in text.lower().split()


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda p: p.name)
def test_rules_run_programs_and_say_what_they_do(path):
    text = path.read_text()
    assert text.startswith(('"""', "# ")), "each file of rules opens with what goes in and what comes out"
    assert not re.search(r"^\s+(run|shadow|script):", text, re.M)
    rules = re.split(r"^rule ", text, flags=re.M)[1:]
    # A rule without a shell command only names what a target collects.
    for rule in [rule for rule in rules if "shell:" in rule]:
        for part in ("message:", "log:", "conda:", "**stage(", "**given(", "shell:\n        STAGE\n"):
            assert part in rule, f"{path.name}, rule {rule.split(':')[0]}: no {part}"


@pytest.mark.parametrize("name", ["exhibits.smk", "report.smk", "publish.smk"])
def test_what_readers_see_is_made_from_released_files_only(name):
    text = (ROOT / "workflow/rules" / name).read_text()
    assert "<results>/private" not in text
    assert "<results>/data" not in text


def test_only_disclose_hands_private_results_on():
    """What is published is made by it, or, as a rehearsal's plan is, without a file that tells of people."""
    for path in RULE_FILES:
        if path.name in ("common.smk", "disclose.smk"):
            continue
        text = path.read_text()
        written = [
            name
            for rule in text.split("output:")[1:]
            for name in re.findall(r"\"<results>/public/([\w.]+)\"", rule.split("log:")[0])
            # Programs, which hold no answers.
            if not name.startswith("second_opinion.")
        ]
        reads_people = "<results>/private" in text or "<results>/data" in text
        assert not (written and reads_people), (path.name, written)


FIND_MODULES = """
import functools, json, modulefinder, os, sys
# Most modules are those of many scripts.
modulefinder.compile = functools.cache(compile)
found = {}
for script in sys.argv[1:]:
    finder = modulefinder.ModuleFinder(path=["workflow", "workflow/scripts"])
    finder.run_script(f"workflow/scripts/{script}.py")
    files = [module.__file__ for module in finder.modules.values() if module.__file__]
    found[script] = [os.path.abspath(file) for file in files]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found_by_python() -> dict[str, list[str]]:
    """Files of the modules that Python itself finds behind each script."""
    command = [sys.executable, "-c", FIND_MODULES, *scripts()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("script", scripts())
def test_inputs_of_a_rule_hold_every_module_that_its_script_imports(script, found_by_python):
    """What the rules list, from reading the source, against what Python itself finds."""
    paths = {Path(path) for path in found_by_python[script]} - {ROOT / f"workflow/scripts/{script}.py"}
    imported = {str(path.relative_to(ROOT)) for path in paths if path.is_relative_to(ROOT / "workflow")}
    assert imported
    listed = {
        str(Path(path).relative_to(ROOT))
        for path in Imports(ROOT / "workflow/surveypipe").of(ROOT / f"workflow/scripts/{script}.py")
    }
    assert imported <= listed
    assert "workflow/surveypipe/problems.py" in listed


def test_edited_formula_runs_again_and_a_comment_elsewhere_does_not(finished_copy, snakemake):
    module = finished_copy / "workflow/surveypipe/weighting/schemes.py"
    module.write_text(module.read_text() + "\n# another line\n")
    planned = snakemake(finished_copy, "-n").stdout
    assert re.search(r"^weight\s+1", planned, re.M)
    assert not re.search(r"^ingest\s+1", planned, re.M)


def test_sentence_in_words_of_the_study_writes_the_texts_again_and_computes_nothing(finished_copy, snakemake):
    shipped = finished_copy / "workflow/wording/en/methods/claims.md.j2"
    own = finished_copy / "report/wording/methods/claims.md.j2"
    own.parent.mkdir(parents=True)
    own.write_text(shipped.read_text() + "\nA sentence of the study's own.\n")
    planned = snakemake(finished_copy, "-n").stdout
    assert re.search(r"^tables\s+1", planned, re.M)
    assert not re.search(r"^(ingest|clean|weight|analyse|disclose|figures)\s", planned, re.M)


def planned_rules(folder: Path, snakemake) -> set[str]:
    """Rules that a run would carry out."""
    return set(re.findall(r"^(\w+)\s+\d+$", snakemake(folder, "-n").stdout, re.M)) - {"all", "total"}


def test_a_word_of_the_article_runs_what_reads_its_text_and_a_number_or_a_heading_runs_more(
    finished_copy, snakemake
):
    text = finished_copy / "report/manuscript.qmd"
    before = text.read_text()
    text.write_text(before.replace("Busy people return few", "Busy persons return few"))
    assert text.read_text() != before
    # The supplement names pages of the article.
    few = {"render", "render_blinded", "check_blinding", "publish", "index"}
    planned = planned_rules(finished_copy, snakemake)
    assert few <= planned <= {*few, "check_journal"}
    assert "typesetting title-page" not in snakemake(finished_copy, "-n").stdout
    text.write_text(before.replace("\n# Introduction {", "\n# Opening {"))
    assert {"tables", "checklists", *few} <= planned_rules(finished_copy, snakemake)


# What is edited, and the stages that need not run again for it.
SPARED = {
    THRESHOLD: {"ingest", "clean", "response", "weight"},
    ("author", "config/authors.yaml", "name: ", "name: A. "): {"figures", "tables", "render_blinded"},
    ("reference", "report/references.bib", "Children's Needs", "Needs"): {"figures", "tables", "checklists"},
}


@pytest.mark.parametrize("change", SPARED, ids=lambda change: change[0])
def test_what_reads_nothing_of_what_was_edited_is_spared(finished_copy, snakemake, change):
    edit(finished_copy, *change[1:])
    planned = planned_rules(finished_copy, snakemake)
    assert {"render", "publish", "index"} <= planned
    assert SPARED[change] & planned == set()


def test_other_versions_of_the_packages_run_every_stage_again(finished_copy, snakemake):
    lock = finished_copy / "requirements.lock"
    lock.write_text(lock.read_text() + "# another version\n")
    planned = dict(re.findall(r"^(\w+)\s+(\d+)$", snakemake(finished_copy, "-n").stdout, re.M))
    # No other stage runs before these, so nothing but the lock is newer.
    assert {"ingest", "check_placeholders"} <= set(planned)
    for rule in ("clean", "weight", "disclose", "render", "render_blinded", "check_blinding", "publish"):
        assert rule in planned


def test_second_study_inherits_nothing_from_the_first(project, snakemake):
    study = yaml.safe_load((project / "config/config.yaml").read_text())
    study["study"]["id"] = "second"
    study["results"] = "results_second"
    study["claims"] = {"D1": study["claims"]["C1"] | {"label": "Another claim", "short": "Another"}}
    del study["weighting"]["schemes"]["raked"]
    (project / "second.yaml").write_text(yaml.safe_dump(study, allow_unicode=True))
    done = snakemake(project, "results_second/private/claims.csv", "--configfile", "second.yaml")
    assert done.returncode == 0, done.stderr[-3000:]
    with open(project / "results_second/private/claims.csv") as file:
        rows = list(csv.DictReader(file))
    assert {row["claim"] for row in rows} == {"D1"}
    assert "estimate_raked" not in rows[0]
    assert not (project / "results").exists()


def test_a_folder_of_results_may_have_a_space_in_its_name(project, snakemake):
    study = yaml.safe_load((project / "config/config.yaml").read_text())
    study["results"] = "my results"
    (project / "second.yaml").write_text(yaml.safe_dump(study, allow_unicode=True))
    planned = snakemake(project, "-n", "-p", "--configfile", "second.yaml").stdout
    commands = re.findall(r"^Shell command: (.*)$", planned, re.MULTILINE)
    assert len(commands) > 20
    assert not [command for command in commands if "my" in shlex.split(command)]
    named = [values_of(command) for command in commands]
    paged = [values["--paged"] for values in named if "--paged" in values]
    assert sorted(paged) == [
        ["my results/report/manuscript-blinded.pdf"],
        ["my results/report/manuscript.pdf"],
    ]


def values_of(command: str) -> dict[str, list[str]]:
    """Options of a command and their values."""
    words = shlex.split(command.partition(" 2>&1 ")[0])[2:]
    starts = [at for at, word in enumerate(words) if word.startswith("--")]
    pairs = [(words[at], words[at + 1 : end]) for at, end in itertools.pairwise([*starts, len(words)])]
    assert len(dict(pairs)) == len(pairs), f"an option is named twice: {command}"
    return dict(pairs)


# The first is in the shipped study; the others are targets of their own.
TARGETS = [[], ["simulation"], ["followup"], ["compare"], ["verify"]]


@pytest.mark.parametrize("targets", TARGETS, ids=lambda names: " ".join(names) or "all")
def test_options_of_a_command_are_the_parameters_of_its_script(project, snakemake, targets):
    """Rule and script name each file alike, and neither names one that the other does not."""
    planned = snakemake(project, "-n", "-p", *targets).stdout
    commands = re.findall(r"^Shell command: (python .*)$", planned, re.MULTILINE)
    assert commands
    for command in commands:
        script = shlex.split(command)[1]
        made = options(importlib.import_module(Path(script).stem).main)
        named = {"--" + option.name.replace("_", "-"): option for option in made if option.on_command_line}
        needed = {name for name, option in named.items() if option.default is inspect.Parameter.empty}
        given = set(values_of(command)) - {"--config", "--job"}
        assert needed <= given <= set(named), script


def test_paths_with_spaces_and_quotes_reach_the_scripts(project, snakemake):
    study = yaml.safe_load((project / "config/config.yaml").read_text())
    folder = project / "O'Brien"
    folder.mkdir()
    for key in ("survey", "staff_list", "codes"):
        shutil.copyfile(project / study["inputs"][key], folder / f"the {key}.{study['inputs'][key][-3:]}")
    shutil.copyfile(project / "config/codebook.yaml", folder / 'the "codebook".yaml')
    with open(folder / "the staff_list.csv", newline="", encoding="utf-8-sig") as file:
        counts = Counter(row["agency"] for row in csv.DictReader(file))
    lines = [f"agency,{agency},{n}\n" for agency, n in counts.items()]
    (folder / "head counts.csv").write_text("variable,level,n\n" + "".join(lines))
    files = [path for path in sorted(folder.iterdir()) if "codebook" not in path.name]
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / "the sums").write_text("".join(sums))
    study["inputs"] = {
        "survey": "O'Brien/the survey.sav",
        "staff_list": "O'Brien/the staff_list.csv",
        "codes": "O'Brien/the codes.csv",
        "codebook": 'O\'Brien/the "codebook".yaml',
        "headcounts": "O'Brien/head counts.csv",
        "checksums": "O'Brien/the sums",
    }
    (project / "second.yaml").write_text(yaml.safe_dump(study, allow_unicode=True))
    planned = snakemake(project, "-n", "-p", "--configfile", "second.yaml").stdout
    commands = re.findall(r"^Shell command: (python .*)$", planned, re.MULTILINE)
    named = [values for command in commands for values in values_of(command).values()]
    for path in study["inputs"].values():
        assert [path] in named, path
    done = snakemake(project, "results/data/analysis.parquet", "--configfile", "second.yaml")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.mark.parametrize("script", scripts())
def test_nothing_reads_the_configuration_behind_snakemakes_back(script):
    text = (ROOT / f"workflow/scripts/{script}.py").read_text()
    assert "snakemake.config" not in text
    assert "config.yaml" not in text
