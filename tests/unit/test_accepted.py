"""What was accepted is not held against its schema again; what is wrong, or judged otherwise since, is."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveypipe.problems import SurveyError
from surveypipe.study import reading
from surveypipe.study.accepted import Accepted
from surveypipe.study.journal import Journal

RIGHT = {
    "name": "A journal",
    "max_words": 4000,
    "count_includes": ["abstract"],
    "abstract_max": 200,
    "keywords_max": 6,
    "statements": [],
}
OTHER = RIGHT | {"name": "Another"}


def look(memory: Path, ground: str = "code", document: object = RIGHT) -> Journal:
    accepted = Accepted(memory, ground)
    made = reading.checked(document, Journal, "journal.yaml", accepted)
    accepted.keep()
    return made


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Documents that were held against a schema."""
    seen: list[object] = []
    real = reading.schema_problems

    def noted(value: object, *rest: object) -> list[str]:
        seen.append(value)
        return real(value, *rest)

    monkeypatch.setattr(reading, "schema_problems", noted)
    return seen


def test_the_same_document_is_held_against_its_schema_once(tmp_path: Path, looked_at: list[object]):
    memory = tmp_path / "kept/accepted.json"
    assert look(memory) == look(memory)
    assert looked_at == [RIGHT]


def test_another_document_or_another_judge_is_a_new_case(tmp_path: Path, looked_at: list[object]):
    memory = tmp_path / "accepted.json"
    look(memory)
    look(memory, document=OTHER)
    look(memory, ground="code of a later day", document=OTHER)
    assert len(looked_at) == 3


def test_what_is_wrong_is_told_each_time(tmp_path: Path):
    for _ in range(2):
        with pytest.raises(SurveyError):
            look(tmp_path / "accepted.json", document={"nme": "A journal"})


@pytest.mark.parametrize("held", ["", "3", "{", "\x00"])
def test_a_damaged_memory_is_done_without(tmp_path: Path, held: str, looked_at: list[object]):
    memory = tmp_path / "accepted.json"
    memory.write_text(held)
    look(memory)
    look(memory)
    assert len(looked_at) == 1
