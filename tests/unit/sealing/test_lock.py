"""A lock says what was sealed, to a person as to the program, and cannot be edited unnoticed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from sealed import Change, lock, nothing, plan, study
from surveypipe.problems import SurveyError
from surveypipe.sealing.lock import PlanFiles, plan_files, read_lock, write_lock
from surveypipe.sealing.readings import add_reading, read_record
from surveypipe.sealing.seal import seal


@pytest.fixture
def files(tmp_path: Path) -> PlanFiles:
    return plan_files(tmp_path / "study/config.yaml")


def sealing(files: PlanFiles, change: Change = nothing) -> list[str]:
    return seal(study(change), files, [], files.lock.parents[1])


def test_what_was_written_is_read(files: PlanFiles) -> None:
    assert write_lock(lock(), files.lock) == read_lock(files.lock)
    assert yaml.safe_load(files.lock.read_text())["plan"]["claims"]["C1"]["threshold"] == 0.5


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("threshold: 0.5", "threshold: 0.4"),
        ("state: absent", "state: unread"),
        ("2026-03-02", "2026-03-01"),
        ("min_n: 10", "min_n: 9"),
    ],
)
def test_an_edited_lock_stops_in_words(files: PlanFiles, old: str, new: str) -> None:
    write_lock(lock(), files.lock)
    text = files.lock.read_text()
    assert old in text
    files.lock.write_text(text.replace(old, new, 1))
    with pytest.raises(SurveyError, match="text and its checksum disagree"):
        read_lock(files.lock)


def test_layout_and_comments_may_change(files: PlanFiles) -> None:
    sealed = write_lock(lock(), files.lock)
    files.lock.write_text("# a word\n" + yaml.safe_dump(yaml.safe_load(files.lock.read_text()), indent=4))
    assert read_lock(files.lock) == sealed


def test_a_plan_is_sealed_before_any_answer_is_there(files: PlanFiles) -> None:
    assert "No file of answers is there, and no run has read one." in sealing(files)
    sealed = read_lock(files.lock)
    assert (sealed.answers.state, sealed.answers.file, sealed.plan) == ("absent", "", plan().text)
    assert [event.file for event in read_record(files.record).events] == [sealed.checksum]


def test_it_says_whether_answers_were_there_and_read(files: PlanFiles) -> None:
    survey = files.lock.parents[1] / study().settings.inputs.survey
    survey.parent.mkdir(parents=True)
    survey.write_text("answers")
    sealing(files)
    assert read_lock(files.lock).answers.state == "unread"
    files.lock.unlink()
    add_reading(files.record, survey, [], "snakemake")
    told = sealing(files)
    assert read_lock(files.lock).answers.state == "read" and "had been read one time;" in " ".join(told)


def test_a_record_that_is_not_whole_leaves_it_unknown(files: PlanFiles) -> None:
    files.record.parent.mkdir(parents=True)
    files.record.write_text("{}\n")
    sealing(files)
    assert read_lock(files.lock).answers.state == "unknown"


def test_a_second_seal_does_nothing_or_is_refused(files: PlanFiles) -> None:
    sealing(files)
    before = files.lock.read_bytes(), files.record.read_bytes()
    assert "no setting that decides has changed" in sealing(files)[0]
    with pytest.raises(SurveyError, match=r"1 of its settings.*claims\.C1\.threshold.*deviations"):
        sealing(files, lambda config, book: config["claims"]["C1"].update(threshold=0.4))
    assert (files.lock.read_bytes(), files.record.read_bytes()) == before


def test_a_new_plan_names_the_one_it_replaces(files: PlanFiles) -> None:
    sealing(files)
    first = read_lock(files.lock)
    files.lock.unlink()
    assert "replaces" in " ".join(sealing(files))
    replaced = read_lock(files.lock).replaces
    assert replaced is not None and replaced.checksum == first.checksum


def test_deviations_without_a_plan_are_refused(files: PlanFiles) -> None:
    def change(config: dict, book: dict) -> None:
        config["deviations"] = [{"what": "claims.C1", "why": "x", "when": "2026-05-01"}]

    with pytest.raises(SurveyError, match="no plan is sealed"):
        sealing(files, change)


def test_the_moment_says_where_it_is_from(files: PlanFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    sealing(files)
    sealed = read_lock(files.lock)
    assert (sealed.sealed, sealed.dated_by) == ("2023-11-14T22:13:20Z", "SOURCE_DATE_EPOCH")


def test_the_commit_is_named_and_whether_the_files_are_as_committed(files: PlanFiles) -> None:
    root = files.lock.parents[1]
    config = root / "study/config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("one")

    def git(*words: str) -> None:
        named = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", "-C", str(root), *named, *words], check=True, capture_output=True)

    git("init")
    git("add", "study")
    git("commit", "-m", "A plan")
    seal(study(), files, [config], root)
    sealed = read_lock(files.lock)
    assert re.fullmatch("[0-9a-f]{40}", sealed.commit) and sealed.as_committed is True
    files.lock.unlink()
    config.write_text("two")
    seal(study(), files, [config], root)
    assert read_lock(files.lock).as_committed is False


def test_a_configuration_of_another_name_has_a_lock_of_its_own() -> None:
    assert plan_files("study/config.yaml").lock == Path("study/plan.lock.yaml")
    assert plan_files("false.yaml").lock == Path("false.plan.lock.yaml")
    assert plan_files("false.yaml").record == Path("false.plan.readings.jsonl")
