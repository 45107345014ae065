"""A plan is sealed, the study run, a threshold changed and the study run again: the documents say so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml
from docx import Document

import any_study
import compare_plan
import made_up
from rules import rule_of
from stages import run_rule, run_stages, whole
from studies import ROOT, small_study
from surveypipe.commands.run import main
from surveypipe.intake.files import read_codebook
from surveypipe.problems import SurveyError
from surveypipe.reporting.wording import methods
from surveypipe.sealing.lock import PlanFiles
from surveypipe.sealing.readings import read_record
from surveypipe.sealing.seal import seal
from surveypipe.sealing.standing import Standing, read_standing
from surveypipe.study.checking import Checked

Config = dict[str, Any]
MOVED = "claim SHARE, threshold: 0.2 when sealed, 0.3 now."


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return any_study.configuration(tmp_path / "study", any_study.CLAIMED[0])


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return tmp_path / "results"


def sealed(config: Config, results: Path) -> Path:
    """Seal the plan where the rules of the tests look for it; give the lock."""
    files = PlanFiles(*(results / f"plan.{name}" for name in PlanFiles._fields))
    settings = whole(config)
    seal(Checked(settings, read_codebook(Path(settings.inputs.codebook))), files, [])
    return files.lock


def compared(config: Config, results: Path) -> Standing:
    """Compare as a run does, and read what it released."""
    (results / "public").mkdir(parents=True, exist_ok=True)
    run_rule(compare_plan.main, rule_of("compare_plan", whole(config), results))
    return read_standing((results / "public/plan.json").read_text(encoding="utf-8"))


def text_of(config: Config, results: Path) -> str:
    """Run the study, and give the paragraph of its manuscript with the emphasis taken off."""
    run_stages(config, results)
    given = any_study.released_of(config, results)
    words = methods.paragraphs(given, made_up.words(), None, compared(config, results))
    return words["sealed"].replace("*", "")


def test_a_threshold_that_was_changed_stands_in_the_manuscript(config: Config, results: Path) -> None:
    sealed(config, results)
    before = text_of(config, results)
    assert (
        "By then the file of answers was there, and by its record this workflow had not opened it." in before
    )
    assert "No setting that decides was changed since" in before
    config["claims"]["SHARE"] = config["claims"]["SHARE"] | {"threshold": 0.3}
    after = text_of(config, results)
    assert f"{MOVED} Not declared: no reason is given." in after
    # What is only printed deviates from nothing.
    config["claims"]["SHARE"] = config["claims"]["SHARE"] | {"short": "Told otherwise"}
    config["deviations"] = [
        {"what": "claims.SHARE.threshold", "why": "The board moved it", "when": "2026-03-09"}
    ]
    found = compared(config, results)
    assert [one.why for one in found.departures] == ["The board moved it"]
    assert found.undeclared == ()


@pytest.mark.parametrize("name", ["report/manuscript.qmd", "workflow/documents/manuscript.qmd"])
def test_the_manuscript_has_the_paragraph(name: str) -> None:
    """The shipped one, and the one of a study that wrote none of its own."""
    assert "{{< include tables/methods_sealed.md >}}" in (ROOT / name).read_text(encoding="utf-8")


def test_a_run_leaves_a_record_that_the_next_seal_tells_of(config: Config, results: Path) -> None:
    run_stages(config, results, last="ingest")
    assert len(read_record(results / "plan.record").readings) == 1
    sealed(config, results)
    assert "By then this workflow had already opened the answers." in text_of(config, results)


def test_a_lock_that_was_changed_stops_the_run(config: Config, results: Path) -> None:
    lock = sealed(config, results)
    lock.write_text(lock.read_text(encoding="utf-8").replace("threshold: 0.2", "threshold: 0.3"))
    with pytest.raises(SurveyError, match="it was changed after the plan was sealed"):
        compared(config, results)


CLAIM = {"kind": "share", "variable": "uses", "level": 1, "short": "Use", "label": "use it", "threshold": 0.5}


@pytest.mark.slow
def test_seal_run_change_and_run_again(
    tmp_path: Path, snakemake: Callable[..., CompletedProcess[str]], copied: Callable[[Path], Path]
) -> None:
    """As it is typed, before the answers are there; in every format, and in the blinded copy."""
    study = small_study(copied(tmp_path / "project") / "small")
    path, text = study / "config/config.yaml", study / "report/brief.qmd"
    config = yaml.safe_load(path.read_text(encoding="utf-8")) | {"claims": {"C1": CLAIM}}
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    text.write_text(text.read_text(encoding="utf-8") + "\n{{< include tables/methods_sealed.md >}}\n")
    answers = study / "data/raw/answers.csv"
    kept = answers.rename(tmp_path / "answers.csv")
    assert main(["seal", str(study)]) == 0
    kept.rename(answers)
    words = ["--cores", "2", "--snakefile", str(study.parent / "Snakefile")]

    def run() -> CompletedProcess[str]:
        return snakemake(study, *words)

    done = run()
    assert done.returncode == 0, done.stderr[-4000:]
    summary = (study / "results/summary.txt").read_text(encoding="utf-8")
    assert "no answers read by then; no setting that decides was changed since." in summary
    config["claims"]["C1"]["threshold"] = 0.6
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    done = run()
    assert done.returncode == 0, done.stderr[-4000:]
    listed = json.loads((study / "results/public/manifest.json").read_text(encoding="utf-8"))["files"]
    assert "public/plan.json" in [entry["path"] for entry in listed]
    summary = (study / "results/summary.txt").read_text(encoding="utf-8")
    assert "one setting is otherwise now, one undeclared." in summary
    for name in ("brief", "brief-blinded"):
        page = (study / f"results/report/{name}.html").read_text(encoding="utf-8")
        word = "\n".join(p.text for p in Document(str(study / f"results/report/{name}.docx")).paragraphs)
        for shown in (" ".join(re.sub(r"<[^>]+>", "", page).split()), word):
            assert "there was no file of answers" in shown, name
            assert "claim C1, threshold: 0.5 when sealed, 0.6 now. Not declared" in shown, name
    lock = study / "config/plan.lock.yaml"
    lock.write_text(lock.read_text(encoding="utf-8").replace("threshold: 0.5", "threshold: 0.6"))
    done = run()
    assert done.returncode != 0 and "it was changed after the plan was sealed" in done.stdout + done.stderr


def test_what_was_told_of_the_sealing_stands_last(
    tmp_path: Path, snakemake: Callable[..., CompletedProcess[str]]
) -> None:
    """The summary of an earlier run would say that no plan is sealed."""
    study = small_study(tmp_path)
    (study / "results").mkdir()
    (study / "results/summary.txt").write_text("No plan is sealed.\n", encoding="utf-8")
    done = snakemake(study, "--cores", "1", "--snakefile", str(ROOT / "Snakefile"), "seal")
    assert done.returncode == 0, done.stderr[-4000:]
    assert "Sealed: config/plan.lock.yaml" in done.stdout + done.stderr
    assert "No plan is sealed" not in done.stdout + done.stderr
