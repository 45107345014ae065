"""What the explorer is computed from: equal to the ledger, exact where it is told, and no way to a count."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from explored import Run, joint_attack, run_of
from surveypipe.disclosure import audit_curves
from surveypipe.disclosure.digits import decimals_of
from surveypipe.ledger import sensitivity
from surveypipe.ledger.cells import cells_of
from surveypipe.ledger.explorer import BETWEEN, YES, against
from surveypipe.ledger.rows import ledger_row
from surveypipe.ledger.tipping import readers
from surveypipe.study.claims import claims_of
from surveypipe.study.offered import offered, own_limit

SETTINGS = 200


@pytest.fixture(scope="module")
def run(finished: Path) -> Run:
    return run_of(finished / "results")


def parts(cell: str) -> list[str]:
    return cell.split(BETWEEN)[:-1]


def test_the_printed_state_is_the_ledger(run: Run) -> None:
    claims = pd.read_csv(run.results / "public/claims.csv")
    claims = claims[claims["group"] == "overall"].set_index("claim")
    primary = [row for row in run.rows("at_random") if row["scheme"] == run.made.primary]
    assert [row["claim"] for row in primary] == list(run.made.claims)
    for row in primary:
        printed, limits = claims.loc[row["claim"]], offered(run.case(row).claim)
        for name in ("estimate", "ci_low", "ci_high"):
            assert row[name] == printed[name], (row["claim"], name)
        place = limits.index(own_limit(run.case(row).claim))
        assert int(parts(row["grades"])[place]) == printed["grade"], row["claim"]
    for row in run.rows("at_random"):
        assert row["estimate"] == claims.loc[row["claim"], f"estimate_{row['scheme']}"]


def test_estimates_under_an_assumption_are_those_of_the_stage(run: Run) -> None:
    thetas = list(run.rows("theta"))
    assert len({row["theta"] for row in thetas}) >= 30
    for row in thetas:
        moved = sensitivity.mixture(cells_of(run.case(row)), 1 / round(1 / row["theta"], 8))
        assert row["estimate"] == pytest.approx(decimals_of([moved], 2)[0]), (row["claim"], row["theta"])
    claims = pd.read_csv(run.results / "public/claims.csv").drop_duplicates("claim").set_index("claim")
    for row in run.rows("scenario"):
        assert row["estimate"] == claims.loc[row["claim"], f"reader_k{round(100 * row['k']):03d}"]


def test_grades_at_random_settings_are_those_of_the_ledger(run: Run) -> None:
    draw = random.Random(1)
    places = [(row, number) for row in run.rows("at_random") for number in range(len(parts(row["limits"])))]
    for row, number in draw.sample(places, SETTINGS):
        case, under = run.case(row), replace(run.made, primary=row["scheme"])
        line = ledger_row(against(case, offered(case.claim)[number]), under)
        assert int(parts(row["grades"])[number]) == line["grade"], (row["claim"], row["scheme"], number)


def test_an_assumption_supports_what_its_interval_clears(run: Run) -> None:
    for row in [*run.rows("theta"), *run.rows("scenario")]:
        claim = run.case(row).claim
        for limit, letter in zip(offered(claim), row["supported"], strict=True):
            sides = claim.at(limit).sides()
            ends = [side.end(row["deciding_low"], row["deciding_high"]) for side in sides]
            # Where the printed end lies on the limit, only the end before rounding tells the side.
            if all(abs(end - side.limit) > 0.006 for end, side in zip(ends, sides, strict=True)):
                holds = claim.at(limit).supported(row["deciding_low"], row["deciding_high"])
                assert holds == (letter == YES), (row["claim"], row["theta"], row["k"], limit)


def test_the_scenario_of_the_grade_is_that_of_the_ledger(run: Run) -> None:
    k = run.made.sensitivity.k_grade
    for row in (row for row in run.rows("scenario") if row["k"] == k):
        case = run.case(row)
        place = offered(case.claim).index(own_limit(case.claim))
        assert readers(case, run.made, run.made.primary).supported == (row["supported"][place] == YES)


def test_no_count_follows_from_the_curves_and_without_the_audit_one_does(run: Run, tmp_path: Path) -> None:
    """Of an agency's other professions all who answered had read: the whole curve would tell it."""
    (tmp_path / "public").mkdir()
    for path in (run.results / "public").glob("*.csv"):
        (tmp_path / "public" / path.name).write_bytes(path.read_bytes())
    assert leaks(run.results, run.results / "public") == []
    whole = pd.read_csv(run.results / "private/explorer.csv")
    ends = ["estimate", "ci_low", "ci_high"]
    whole[ends] = whole[ends].round(2)
    whole.to_csv(tmp_path / "public/explorer.csv", index=False)
    assert any("alike" in leak for leak in leaks(run.results, tmp_path / "public"))


def leaks(results: Path, public: Path) -> list[str]:
    survey = joint_attack.survey_of(results, public)
    asked = [one for one in joint_attack.questions(survey) if one.variable == "read"]
    return [leak for question in asked for leak in joint_attack.leaks(question)]


def test_the_nearest_other_counts_cost_the_fewest_odds_ratios() -> None:
    counts = np.array([4.0, 3.0, 3.0, 5.0])
    other = np.array([[0, 0, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0], [1, 0, 1, 1]], dtype=bool)
    none = np.zeros(4, dtype=bool)
    assert audit_curves.cheapest(counts, other, none, 1).tolist() == [False] * 4
    assert audit_curves.cheapest(counts, other, none, 2).tolist() == [False, True, False, False]
    assert audit_curves.cheapest(counts, other, none, 3).all()


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("share", {"level": 1, "threshold": 0.5}, [*range(5, 100, 5)]),
        ("share", {"level": 1, "threshold": 0.1, "upper_threshold": 0.5}, [*range(5, 50, 5)]),
        ("equivalence", {"margin": 0.25, "range": [-4, 4]}, [*range(5, 75, 5)]),
        ("mean", {"threshold": 3.0, "range": [1, 5]}, [*range(120, 500, 20)]),
        ("difference", {"threshold": 0.0}, [0]),
    ],
)
def test_limits_that_are_offered(kind: str, given: dict, expected: list[int]) -> None:
    said = {"kind": kind, "label": "It is so", "short": "So", "variable": "x", **given}
    (claim,) = claims_of({"claims": {"C": said}}).values()
    assert [round(100 * limit) for limit in offered(claim)] == expected
