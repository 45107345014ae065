"""What a stage wrote is recorded, and a file that was changed afterwards is told before it is read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from surveypipe import stage_record
from surveypipe.problems import SurveyError


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two stages' files, each with its record."""
    folder = tmp_path / "my results"
    for stage, names in {"clean": ["data/a.parquet", "private/log.csv"], "weight": ["data/w.csv"]}.items():
        outputs = [folder / name for name in names]
        for path in outputs:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{path.name}: 1,2,3\n")
        stage_record.write_record(folder, stage, outputs)
    return folder


def inputs(results: Path) -> list[Path]:
    return [results / "data/a.parquet", results / "private/log.csv", results / "data/w.csv"]


def test_what_is_as_it_was_written_is_passed_over(results: Path, tmp_path: Path):
    raw = tmp_path / "data/raw/answers.csv"
    raw.parent.mkdir(parents=True)
    raw.write_text("x")
    assert stage_record.changed_inputs([*inputs(results), raw]) == []
    assert stage_record.state_of(results) == stage_record.State()


@pytest.mark.parametrize(
    "content", [b"", b"a.parquet: 1,2,3", b"a.parquet: 1,2,4\n", b"\0" * 18], ids=lambda content: str(content)
)
def test_a_changed_file_is_told_with_its_stage_and_what_to_type(results: Path, content: bytes):
    path = results / "data/a.parquet"
    path.write_bytes(content)
    [told] = stage_record.changed_inputs(inputs(results))
    assert told.startswith(f"{path}: this file was changed or damaged since the stage 'clean' made it (")
    assert told.endswith(f"Delete it, or make it again with: snakemake --forcerun '{path}'")
    assert stage_record.state_of(results).changed == [told]


def test_two_files_that_changed_places_are_both_told(results: Path):
    first, second = inputs(results)[:2]
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    assert len(stage_record.changed_inputs(inputs(results))) == 2


def test_a_folder_in_the_place_of_a_file_is_told(results: Path):
    path = results / "data/w.csv"
    path.unlink()
    path.mkdir()
    [told] = stage_record.changed_inputs([path])
    assert "it cannot be read (Is a directory), and the stage 'weight' made it" in told


def test_a_missing_file_is_told_of_the_results_and_stops_no_stage(results: Path):
    path = results / "data/w.csv"
    path.unlink()
    assert stage_record.changed_inputs([path]) == []
    state = stage_record.state_of(results)
    assert state.changed == []
    assert [told.partition(": it is missing; the stage 'weight'")[0] for told in state.missing] == [str(path)]


def test_records_go_with_the_results(results: Path, tmp_path: Path):
    copied = Path(shutil.copytree(results, tmp_path / "elsewhere/copy"))
    assert stage_record.changed_inputs(inputs(copied)) == []
    (copied / "data/w.csv").write_text("")
    assert len(stage_record.changed_inputs(inputs(copied))) == 1
    assert stage_record.changed_inputs(inputs(results)) == []


def test_a_stage_that_writes_anew_replaces_what_is_recorded(results: Path):
    path = results / "data/w.csv"
    path.write_text("another")
    stage_record.write_record(results, "weight", [path])
    assert stage_record.changed_inputs([path]) == []
    stage_record.remove_record(results, [path])
    path.write_text("a third")
    assert stage_record.changed_inputs([path]) == []


def test_of_two_stages_that_recorded_a_file_the_later_counts(results: Path):
    path = results / "data/w.csv"
    path.write_text("another")
    # Sorts before the record of the file's own name, and after it.
    for name in ("data/b.csv", "data/x.csv"):
        (results / name).write_text("")
        path.write_text(name)
        stage_record.write_record(results, "other", [results / name, path])
        assert stage_record.changed_inputs([path]) == []


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b'{"stage": "a", "at": "b"}'])
def test_a_damaged_record_is_told(results: Path, content: bytes):
    record = results / "stage_records/data/w.csv.json"
    assert record.is_file()
    record.write_bytes(content)
    with pytest.raises(SurveyError, match="this record of what a stage wrote is damaged") as error:
        stage_record.changed_inputs(inputs(results))
    assert f"--forcerun '{results}/data/w.csv'" in str(error.value)
    assert stage_record.state_of(results).changed == error.value.problems
