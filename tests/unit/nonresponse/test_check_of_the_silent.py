"""A check of the silent: unbiased over every sample that could have been drawn, and its file checked."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveypipe.intake.files import read_text_table
from surveypipe.ledger.sensitivity import cells_from_counts, mixture
from surveypipe.nonresponse import check_of_the_silent as follow_up
from surveypipe.problems import SurveyError

STRATUM = np.array(["a"] * 7 + ["b"] * 5)
RESPONDENT = np.array([1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], bool)
TRUTH = np.array([1.0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0])


def every_sample():
    """All ways to reach 3 of the 5 silent in one stratum and 2 of the 4 in the other."""
    for first in itertools.combinations(np.flatnonzero(~RESPONDENT & (STRATUM == "a")), 3):
        for second in itertools.combinations(np.flatnonzero(~RESPONDENT & (STRATUM == "b")), 2):
            checked = np.full(12, np.nan)
            reached = [*first, *second]
            checked[reached] = TRUTH[reached]
            yield checked


def test_estimate_and_its_variance_are_unbiased_over_every_sample():
    answered = np.where(RESPONDENT, TRUTH, np.nan)
    found = [follow_up.two_phase(answered, STRATUM, RESPONDENT, checked) for checked in every_sample()]
    estimates = np.array([one.estimate for one in found])
    assert estimates.mean() == pytest.approx(TRUTH.mean())
    assert np.mean([one.se**2 for one in found]) == pytest.approx(estimates.var())
    assert np.mean([one.silent for one in found]) == pytest.approx(TRUTH[~RESPONDENT].mean())
    assert found[0].weights == {"a": 5 / 3, "b": 2.0}
    assert found[0].df == 3
    for one in found:
        assert one.low <= min(one.estimate, TRUTH.mean()) <= max(one.estimate, TRUTH.mean()) <= one.high


def test_all_reached_leaves_no_error_and_no_bound():
    answered, checked = np.where(RESPONDENT, TRUTH, np.nan), np.where(RESPONDENT, np.nan, TRUTH)
    found = follow_up.two_phase(answered, STRATUM, RESPONDENT, checked)
    assert (found.estimate, found.se) == (pytest.approx(TRUTH.mean()), 0.0)
    assert found.low == pytest.approx(found.high)


def test_measured_theta_is_that_of_the_pattern_mixture():
    """With θ from the follow-up, the mixture's silent answer as the follow-up did (up to the half added)."""
    respondents, silent = np.repeat([1.0, 0.0], [3000, 1000]), np.repeat([1.0, 0.0], [2000, 2000])
    theta, low, high = follow_up.response_odds_ratio(respondents, silent)
    assert theta == pytest.approx(3.0, rel=1e-3)
    assert low < theta < high
    cells = cells_from_counts([8000], [4000], [3000])
    assert mixture(cells, theta) == pytest.approx((3000 + 4000 * 0.5) / 8000, abs=1e-3)


def test_stratum_with_one_answer_is_refused():
    checked = np.full(12, np.nan)
    checked[[2, 3, 8]] = 1.0
    with pytest.raises(SurveyError, match="follow-up, b: 1 of 4 silent"):
        follow_up.two_phase(np.where(RESPONDENT, TRUTH, np.nan), STRATUM, RESPONDENT, checked)


def eligible():
    return pd.DataFrame({"id": [f"S{i}" for i in range(12)], "respondent": RESPONDENT})


def test_every_mistake_of_the_file_is_said_at_once():
    raw = pd.DataFrame({"id": ["S0", "S2", "S2", "X9"], "asked": ["1", "2", "2", ""]})
    with pytest.raises(SurveyError) as caught:
        follow_up.check(raw, eligible(), {"read": "asked"})
    text = str(caught.value)
    assert len(caught.value.problems) == 3
    assert "S2" in text and "X9" in text and "returned a questionnaire (S0)" in text
    with pytest.raises(SurveyError, match="no column asked"):
        follow_up.check(raw.rename(columns={"asked": "other"}), eligible(), {"read": "asked"})


def test_file_is_read_by_the_names_of_the_survey():
    raw = pd.DataFrame({"id": ["S2", "S3"], "asked": ["1", np.nan]})
    made = follow_up.check(raw, eligible(), {"read": "asked"}).set_index("id")["read"]
    assert made["S2"] == 1 and math.isnan(made["S3"])


def test_rows_of_a_claim():
    staff = eligible().assign(agency=STRATUM)
    answered = np.where(RESPONDENT, TRUTH, np.nan)
    rows = pd.DataFrame(
        follow_up.claim_rows(
            {"claim": "C1", "group": "overall", "group_level": ""},
            answered, staff, next(every_sample()), "agency", (0.6, 0.1, 10.0),
        )
    ).set_index("measure")  # fmt: skip
    assert set(rows.columns) <= set(follow_up.COLUMNS)
    gap = rows.loc["difference"]
    assert gap["estimate"] == pytest.approx(rows.loc["two_phase", "estimate"] - 0.6)
    assert gap["se"] == pytest.approx(math.hypot(rows.loc["two_phase", "se"], 0.1))
    assert rows.loc["weight", "n"].sum() == 5
    assert rows.loc["weight", "N"].sum() == (~RESPONDENT).sum()


ROOT = Path(__file__).resolve().parents[3]


def test_simulated_example_is_made_again_byte_for_byte_and_fits_the_survey(tmp_path):
    output = tmp_path / "again.csv"
    command = [sys.executable, "workflow/scripts/simulate_follow_up.py", "--output", str(output)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert output.read_bytes() == (ROOT / "data/raw/follow_up_SIMULATED.csv").read_bytes()
    truth = pd.read_csv(ROOT / "tests/fixtures/truth_SIMULATED.csv")
    staff = truth[truth["eligible"]]
    made = follow_up.check(pd.read_csv(output), staff[["id", "respondent"]], {"read": "read"})
    assert made["read"].notna().sum() >= 20
    held = staff.set_index("id")["read"].reindex(made["id"]).to_numpy(float)
    given = made["read"].to_numpy(float)
    assert ((held == given) | np.isnan(given)).all()


def test_a_file_with_blank_and_short_rows_and_answers_that_are_no_codes(tmp_path: Path):
    staff = pd.DataFrame({"id": list("abcde"), "respondent": [1, 0, 0, 0, 0]})
    path = tmp_path / "follow_up.csv"
    path.write_text("id,read,note\nb,1,\n\n,,\nc\n d , 2 ,x\n", encoding="utf-8")
    made = follow_up.check(read_text_table(path), staff, {"read": "read"}).set_index("id")["read"]
    assert made.to_dict() == pytest.approx({"b": 1.0, "c": np.nan, "d": 2.0}, nan_ok=True)
    path.write_text("id,read\nb,yes\n,1\nc,9\nb,no\n", encoding="utf-8")
    with pytest.raises(SurveyError) as caught:
        follow_up.check(read_text_table(path), staff, {"read": "read"})
    told = " ".join(caught.value.problems)
    for words in (
        "1 rows have an answer and no id",
        "read holds no, yes (2 rows)",
        "occur more than once (b)",
    ):
        assert words in told
    path.write_bytes("id,read\nb\u00e9,1\n".encode("latin-1")[:-3] + b"\x00\n")
    with pytest.raises(SurveyError):
        follow_up.check(read_text_table(path), staff, {"read": "read"})
