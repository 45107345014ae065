"""The record of readings only grows, and shows where a line was changed or taken out."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveypipe.sealing.readings import SEALED, Record, add_event, add_reading, read_record


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path, survey = tmp_path / "plan.readings.jsonl", tmp_path / "survey.csv"
    add_event(path, SEALED, "seal", "abc")
    for answers in ("1", "2", "3"):
        survey.write_text(answers)
        add_reading(path, survey, [tmp_path / "absent.yaml"], "snakemake")
    return path


def test_each_reading_adds_a_line(record: Path) -> None:
    found = read_record(record)
    assert [event.what for event in found.events] == ["sealed", "read", "read", "read"]
    assert found.broken is None and len(found.readings) == 3
    assert len({event.file for event in found.events}) == 4
    assert read_record(record.with_name("none")) == Record()


def test_a_file_that_is_not_there_was_not_read(tmp_path: Path) -> None:
    add_reading(tmp_path / "record", tmp_path / "survey.sav", [], "snakemake")
    assert not (tmp_path / "record").exists()


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_a_line_taken_out_is_seen(record: Path, taken: int) -> None:
    lines = record.read_text().splitlines(keepends=True)
    record.write_text("".join(lines[:taken] + lines[taken + 1 :]))
    assert read_record(record).broken == taken + 1


@pytest.mark.parametrize("changed", [0, 1, 2])
def test_a_line_changed_is_seen(record: Path, changed: int) -> None:
    lines = record.read_text().splitlines(keepends=True)
    lines[changed] = lines[changed].replace('"at": "2', '"at": "1')
    record.write_text("".join(lines))
    assert read_record(record).broken == changed + 2


def test_a_record_cut_short_no_longer_holds_the_line_it_ended_with(record: Path) -> None:
    last = read_record(record).last
    lines = record.read_text().splitlines(keepends=True)
    record.write_text("".join(lines[:-1]))
    assert not read_record(record).goes_on_from(last)
    record.write_text("".join(lines))
    add_event(record, SEALED, "seal", "def")
    assert read_record(record).goes_on_from(last)


def test_a_line_cut_off_before_anything_names_it_is_not_seen(record: Path) -> None:
    """The page says so of a record that was cut short before the plan was sealed."""
    lines = record.read_text().splitlines(keepends=True)
    record.write_text("".join(lines[:-1]))
    assert read_record(record).broken is None and len(read_record(record).readings) == 2


def test_a_record_that_is_no_record_is_not_whole(record: Path) -> None:
    record.write_text("nothing\n")
    assert read_record(record).broken == 1
