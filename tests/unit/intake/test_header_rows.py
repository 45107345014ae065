"""Rows of names under the first: what survey platforms export, and what only looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveypipe.intake.drafting import draft
from surveypipe.intake.files import read_survey

QUALTRICS = (
    "StartDate,ResponseId,Q1,Q2_1\n"
    'Start Date,Response ID,"Do you like\nit?",Matrix - A\n'
    '"{""ImportId"":""startDate""}","{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}",'
    '"{""ImportId"":""QID2_1""}"\n'
)
MONKEY = (
    "Respondent ID,Gender,Media used,,\n"
    ",Response,Newspaper,Radio,TV\n"
)  # fmt: skip


def written(folder: Path, text: str) -> Path:
    path = folder / "export.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_questions_of_qualtrics_are_labels_and_no_records(tmp_path: Path):
    records = "".join(f"2024-03-01,R_{k},{('Yes', 'No')[k % 2]},{1 + k % 5}\n" for k in range(20))
    raw, labels = read_survey(written(tmp_path, QUALTRICS + records))
    assert len(raw) == 20
    assert labels.variables["Q1"] == "Do you like it?"
    assert any("2 more rows name the columns" in note for note in labels.notes)
    made = draft(raw, labels).codebook["variables"]
    assert (made["Q1"]["type"], made["Q2_1"]["type"]) == ("binary", "ordinal")


def test_the_parts_of_surveymonkey_are_boxes_of_one_question(tmp_path: Path):
    rows = "".join(
        f"{100 + k},{('Female', 'Male')[k % 2]},{'Newspaper' * (k % 2)},{'Radio' * (k % 3 == 0)},"
        f"{'TV' * (k % 5 > 0)}\n"
        for k in range(30)
    )
    raw, labels = read_survey(written(tmp_path, MONKEY + rows))
    assert list(raw) == [
        "Respondent ID",
        "Gender",
        *(f"Media used: {x}" for x in ("Newspaper", "Radio", "TV")),
    ]
    assert raw["Media used: TV"].notna().sum() == 24
    boxes = [entry for entry in draft(raw, labels).codebook["variables"].values() if entry.get("set")]
    assert [box["label"] for box in boxes] == ["Newspaper", "Radio", "TV"]


@pytest.mark.parametrize(
    "text",
    [
        "id,q1,\n1,a,x\n2,b,y\n3,c,z\n",
        "id,q1,\n,a,x\n,b,y\n3,c,z\n",
        "id,q1\n,Response\n2,b\n3,c\n",
        'id,q1\n1,"{""ImportId"": told by somebody}"\n2,b\n3,c\n4,d\n',
    ],
)
def test_a_first_record_with_gaps_stays_a_record(tmp_path: Path, text: str):
    raw, labels = read_survey(written(tmp_path, text))
    assert len(raw) == text.count("\n") - 1
    assert not any("name the columns" in note or "names the columns" in note for note in labels.notes)
