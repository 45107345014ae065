"""The workflow: what Snakemake says of it, what it reruns, what it reads, and that two runs agree."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

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


def test_run_in_another_folder_gives_the_same_bytes(finished, tmp_path):
    """The results that `make` left in the project's own folder, against those of the copy."""
    own = ROOT / "results"
    if not (own / "public/manifest.json").is_file():
        pytest.skip("no results in the project's own folder; `make test` makes them first")
    ours = json.loads((own / "public/manifest.json").read_text())
    theirs = json.loads((finished / "results/public/manifest.json").read_text())
    if ours["inputs"] != theirs["inputs"] or ours["configuration_sha256"] != theirs["configuration_sha256"]:
        pytest.skip("the results in the project's own folder are of other inputs")
    assert sums(own) == sums(finished / "results")


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
        for part in ("message:", "log:", "conda:", "script=", "lib="):
            assert part in rule, f"{path.name}, rule {rule.split(':')[0]}: no {part}"


@pytest.mark.parametrize("name", ["exhibits.smk", "report.smk", "publish.smk"])
def test_what_readers_see_is_made_from_released_files_only(name):
    text = (ROOT / "workflow/rules" / name).read_text()
    assert "<results>/private" not in text
    assert "<results>/data" not in text


def test_only_disclose_hands_private_results_on():
    for path in RULE_FILES:
        if path.name in ("common.smk", "disclose.smk"):
            continue
        written = re.findall(r"=\s*\"<results>/public/([\w.]+)\"", path.read_text().split("output:")[-1])
        assert path.name == "publish.smk" or not written, path.name


def scripts_of_rules() -> list[str]:
    text = "".join(path.read_text() for path in RULE_FILES)
    return sorted(set(re.findall(r"script=\"workflow/scripts/(\w+)\.py\"", text)))


@pytest.mark.parametrize("script", scripts_of_rules())
def test_inputs_of_a_rule_hold_every_module_that_its_script_imports(script):
    """What the rules list, from reading the source, against what Python itself finds."""
    code = (
        "import modulefinder, json;"
        "f = modulefinder.ModuleFinder(path=['workflow', 'workflow/scripts']);"
        f"f.run_script('workflow/scripts/{script}.py');"
        "print(json.dumps(sorted(m.__file__ for m in f.modules.values() if m.__file__)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = {p for p in json.loads(done.stdout) if p.startswith("workflow/")} - {
        f"workflow/scripts/{script}.py"
    }
    namespace: dict = {}
    source = (ROOT / "workflow/rules/common.smk").read_text()
    functions = source[source.index("def library(") : source.index("def finished_documents(")]
    exec("import ast, functools\nfrom pathlib import Path\n" + functions, namespace)
    import os

    before = Path.cwd()
    os.chdir(ROOT)
    try:
        listed = set(namespace["library"](script))
    finally:
        os.chdir(before)
    assert imported <= listed
    assert "workflow/surveypipe/problems.py" in listed


def test_edited_formula_runs_again_and_a_comment_elsewhere_does_not(finished_copy, snakemake):
    module = finished_copy / "workflow/surveypipe/weighting.py"
    module.write_text(module.read_text() + "\n# another line\n")
    planned = snakemake(finished_copy, "-n").stdout
    assert re.search(r"^weight\s+1", planned, re.M)
    assert not re.search(r"^ingest\s+1", planned, re.M)


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
    paged = re.findall(r"--paged (\S.*?) --html", planned)
    assert sorted(filter(None, paged)) == [
        "'my results/report/manuscript-blinded.pdf'",
        "'my results/report/manuscript.pdf'",
    ]


@pytest.mark.parametrize("script", scripts_of_rules())
def test_nothing_reads_the_configuration_behind_snakemakes_back(script):
    text = (ROOT / f"workflow/scripts/{script}.py").read_text()
    assert "snakemake.config" not in text
    assert "config.yaml" not in text
