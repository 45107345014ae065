"""What disclosure control takes for one question: levels of which each person gave one."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import disclose
from surveypipe.disclosure import magnitudes
from surveypipe.disclosure.questions import REST, _asked, exclusive, parts_of


def test_levels_that_add_up_to_all_are_one_question():
    assert exclusive({"1": 5.0, "2": 3.0, "low": 5.0, "high": 3.0}, 8.0) == [["1", "2", "low", "high"]]
    assert parts_of(["1", "2"], []) == {"1": ("1",), "2": ("2",)}


@pytest.mark.parametrize("given", [{"pay": 5.0, "hours": 6.0}, {"pay": 1.0, "hours": 2.0}])
def test_themes_of_which_one_may_name_several_or_none_are_questions_of_their_own(given: dict[str, float]):
    assert exclusive(given, 8.0) == [["pay"], ["hours"]]
    assert parts_of(["pay"], []) == {"pay": ("pay",), REST: (REST,)}


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ({}, 1.0),
        ({"design": {"kind": "sample", "strata": "part"}}, 1.0),
        ({"design": {"kind": "sample", "weights": "alike"}}, 2.5),
        ({"design": {"kind": "sample", "weights": "pw"}}, None),
        ({"design": {"kind": "sample", "probabilities": "chance"}}, None),
        ({"weighting": {"unknown_eligibility": {"by": ["part"]}}}, None),
        ({"frame": {"margins": {"part": {"A": 10, "B": 20}}}}, None),
    ],
)
def test_tables_of_weights_count_people_unless_they_differ_in_weight(
    said: dict[str, Any], counted: float | None
):
    staff = pd.DataFrame({"id": ["1", "2"], "part": ["A", "B"], "pw": [2.5, 3.5], "chance": [0.4, 0.3]})
    staff["alike"] = 2.5
    sections: dict[str, Any] = {"weighting": {}, "frame": {}, "design": {}, **said}
    assert disclose.weight_of_each(sections, staff) == counted


@pytest.mark.parametrize(("n", "found"), [((12.0, 9.0), {("town", "c")}), ((float("nan"), 9.0), set())])
def test_a_group_hidden_already_is_the_partner_of_a_dominated_one(n: tuple[float, float], found: set[Any]):
    """Rows of a group that is suppressed tell no size."""
    groups = ["overall", "town", "town", "town"]
    rows = pd.DataFrame({"group": groups, "group_level": [None, "a", "b", "c"], "n": [30.0, 9.0, *n]})
    assert magnitudes._partners(rows, {("town", "a")}) == found


class Everybody:
    """Stands for respondents: thirty, of whom twelve are in a group."""

    bases = ()

    def size(self, base: str, group: str) -> float:
        return 12.0 if group else 30.0


def told_of(
    shares: dict[tuple[str, str], float], n: dict[str, float], variable: str = "often"
) -> pd.DataFrame:
    rows = [
        {
            "variable": variable, "base": "all", "statistic": "proportion", "scheme": "none",
            "status": "released", "group_level": group, "level": level, "n": n[group], "estimate": share,
        }
        for (group, level), share in shares.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_how_many_were_asked_is_told_by_every_answer_on_which_they_were():
    """Of 28 who answered, three gave one of the two answers; two left it out and may have been asked too."""
    asked_if, values = {"why": {"often": ["4", "5"]}}, {"often": ["1", "2", "3", "4", "5"]}
    each = {("", "4"): 2 / 28, ("", "5"): 1 / 28, ("", "1"): 7 / 28}
    together = {("", "high"): 3 / 28, ("", "low"): 21 / 28}
    for shares in (each, together, each | together):
        assert _asked(told_of(shares, {"": 28.0}), "why", "all", asked_if, Everybody(), values) == {"": 5.0}
    # One of the two is not told: nothing follows.
    assert not _asked(told_of({("", "4"): 2 / 28}, {"": 28.0}), "why", "all", asked_if, Everybody(), values)


def test_a_filter_behind_a_filter_bounds_those_who_left_it_out():
    asked_if = {"why": {"often": ["4", "5"]}, "often": {"used": ["1"]}}
    rows = pd.concat(
        [
            told_of({("", "1"): 20 / 30, ("A", "1"): 5 / 12}, {"": 30.0, "A": 12.0}, "used"),
            told_of(
                {("", "4"): 6 / 18, ("", "5"): 3 / 18, ("A", "4"): 0, ("A", "5"): 1 / 5}, {"": 18.0, "A": 5.0}
            ),
        ]
    )
    # Twenty were put the question, eighteen answered it, nine of them so that they were asked.
    assert _asked(rows, "why", "all", asked_if, Everybody(), {}) == {"": 11.0, "A": 1.0}
