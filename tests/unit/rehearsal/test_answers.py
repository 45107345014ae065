"""Made-up answers have the distribution that was guessed, follow the filters, and say what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rehearsed
from surveypipe.intake.columns import typed
from surveypipe.intake.files import read_survey
from surveypipe.intake.ingestion import match_columns
from surveypipe.problems import Problems, SurveyError
from surveypipe.rehearsal.answers import rehearse
from surveypipe.rehearsal.asked import asked
from surveypipe.rehearsal.marginals import TEXT
from surveypipe.rehearsal.raw_files import WRITERS, write_survey

GUESSES = {
    "uses": {"share": 0.7},
    "often": {"shares": {"Rarely": 0.2, 3: 0.8}, "missing": 0.1},
    "hours": {"mean": 12, "sd": 6, "by": {"uses": {"No": {"mean": 4, "sd": 2}}}},
    "why": {"share": 0.25},
}


def made(folder: Path, **rehearsal: object) -> pd.DataFrame:
    settings, codebook, _ = rehearsed.study(folder, {"answers": GUESSES, **rehearsal})
    return rehearse(settings, codebook, asked(settings, codebook, folder), 1).records


def test_answers_are_as_guessed_and_flat_else(tmp_path: Path) -> None:
    records = made(tmp_path, respondents=20_000, missing=0.0)
    share = records["uses"].eq(1).mean()
    assert share == pytest.approx(0.7, abs=0.015)
    assert records["site"].eq(1).mean() == pytest.approx(0.5, abs=0.015)
    users = records[records["uses"] == 1]
    assert users["often"].isin([1, 3, 8]).sum() + users["often"].isna().sum() == len(users)
    answered = users.loc[users["often"].isin([1, 2, 3]), "often"]
    assert answered.eq(3).mean() == pytest.approx(0.8, abs=0.015)
    assert len(answered) / len(users) == pytest.approx(0.9, abs=0.015)
    # Mean and spread are kept by whole numbers within the range.
    assert users["hours"].mean() == pytest.approx(12, abs=0.2)
    assert users["hours"].std() == pytest.approx(6, abs=0.2)
    others = records.loc[records["uses"] == 2, "hours"]
    assert others.mean() == pytest.approx(4, abs=0.1) and records["hours"].between(0, 40).all()
    assert records["why"].eq(TEXT).mean() == pytest.approx(0.25, abs=0.015)
    assert records["day"].between("2024-03-01", "2024-03-31").all()


def test_whoever_a_question_is_not_put_to_does_not_answer(tmp_path: Path) -> None:
    records = made(tmp_path, respondents=500)
    # A filter that is left blank tells nobody who was asked.
    assert records.loc[records["uses"] == 2, "often"].isna().all()
    boxes = records[["tv", "web"]].isna()
    assert (boxes["tv"] == boxes["web"]).all() and boxes["tv"].any()


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_raw_file_of_every_kind_is_read_back(suffix: str, tmp_path: Path) -> None:
    settings, codebook, _ = rehearsed.study(tmp_path, {"answers": GUESSES, "respondents": 60})
    records = rehearse(settings, codebook, asked(settings, codebook, tmp_path), 1).records
    path, problems = tmp_path / f"survey{suffix}", Problems()
    write_survey(records, codebook, path, "REHEARSAL")
    raw, labels = read_survey(path)
    matched, _ = match_columns(raw, codebook, problems, str(path))
    back = typed(matched, labels, codebook, problems, str(path)).drop(columns="record")
    problems.raise_if_any()
    for name in records:
        if codebook.variables[name].kind.form == "text":
            assert back[name].fillna("").tolist() == records[name].fillna("").tolist(), name
        else:
            first, second = back[name].to_numpy(), records[name].to_numpy()
            assert np.array_equal(pd.isna(first), pd.isna(second)), name
            assert (first[~pd.isna(first)] == second[~pd.isna(second)]).all(), name


def test_what_is_wrong_with_guesses_is_told_at_once(tmp_path: Path) -> None:
    wrong = {
        "uses": {"shares": {"Yes": 0.7, "Perhaps": 0.4}},
        "hours": {"mean": 50},
        "often": {"by": {"why": {"x": {"share": 0.5}}}, "share": 0.5},
        "nothing": {"share": 0.5},
    }
    response = {"cells": [{"levels": {"ward": "A"}, "rate": 0.5}]}
    with pytest.raises(SurveyError) as told:
        rehearsed.study(tmp_path, {"answers": wrong, "response": response})
    text = "\n".join(told.value.problems)
    for part in ("Perhaps", "add up to 1.1", "0 to 40", "'why' is neither", "which answer is counted",
                 "answers.nothing", "'ward' is not known"):  # fmt: skip
        assert part in text, part


def test_each_rehearsal_has_numbers_of_its_own_and_gives_them_again(tmp_path: Path) -> None:
    settings, codebook, _ = rehearsed.study(tmp_path, {})
    people = asked(settings, codebook, tmp_path)
    first, again, other = (rehearse(settings, codebook, people, number).records for number in (1, 1, 2))
    assert first.equals(again) and not first.equals(other)
