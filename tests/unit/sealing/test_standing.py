"""Each departure is declared or not, and what is declared of nothing is a mistake."""

from __future__ import annotations

from typing import Any

import pytest

from sealed import Change, lock, nothing, plan
from surveypipe.problems import SurveyError
from surveypipe.sealing.lock import Answers
from surveypipe.sealing.readings import Record
from surveypipe.sealing.stamps import Stamp
from surveypipe.sealing.standing import Standing, read_standing, standing_of, written
from surveypipe.study.deviations import Deviation


def two(config: dict[str, Any], book: dict[str, Any]) -> None:
    config["claims"]["C1"]["threshold"] = 0.4
    config["analysis"]["models"].pop(0)


def deviation(what: str) -> Deviation:
    return Deviation(what=what, why="A reason", when="2026-05-01")


def standing(change: Change, *declared: str, **more: Any) -> Standing:
    record = more.pop("record", Record())
    return standing_of(lock(**more), plan(change), [deviation(what) for what in declared], record, Stamp())


def test_without_a_lock_nothing_is_sealed() -> None:
    assert standing_of(None, plan(), [], Record(), Stamp()).sealed == ""


def test_nothing_departs_from_the_plan_that_it_is() -> None:
    found = standing(nothing)
    assert (found.sealed, found.departures, found.undeclared) == ("2026-03-02T09:00:00Z", (), ())


@pytest.mark.parametrize(
    ("declared", "left"),
    [
        ([], ["analysis.models.read/logistic", "claims.C1.threshold"]),
        (["claims.C1.threshold"], ["analysis.models.read/logistic"]),
        (["claims.C1"], ["analysis.models.read/logistic"]),
        (["claims", "analysis.models"], []),
    ],
)
def test_what_is_not_declared_is_named(declared: list[str], left: list[str]) -> None:
    assert [one.path for one in standing(two, *declared).undeclared] == left


def test_a_deviation_in_words_is_kept_beside() -> None:
    found = standing(two, "Fieldwork went on for two weeks more")
    assert len(found.stated) == 1 and len(found.undeclared) == 2


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("claims.C2.threshold", "as it was sealed"),
        ("claims.C1.short", "decides nothing"),
        ("claim.C1", "no section 'claim'"),
    ],
)
def test_a_deviation_of_nothing_is_refused(what: str, said: str) -> None:
    with pytest.raises(SurveyError, match=said):
        standing(two, what)


def test_without_a_lock_no_deviation_may_be_declared() -> None:
    with pytest.raises(SurveyError, match="no plan is sealed"):
        standing_of(None, plan(), [deviation("claims.C1")], Record(), Stamp())


def test_a_record_that_lost_its_lines_is_told() -> None:
    before = Answers(state="read", readings=1, last_line="abc")
    assert standing(nothing, answers=before).record_whole
    assert not standing(nothing, answers=before, record=Record(broken=1)).record_whole
    assert standing(nothing, answers=before, record=Record(sums=("abc",))).record_whole


def test_it_comes_back_from_its_file() -> None:
    import json

    found = standing(two, "claims.C1.threshold", "In words")
    laid = written(found)
    assert [one["key"] for one in laid["departures"]] == [one.departure.path for one in found.departures]
    assert read_standing(json.dumps(laid)) == found
