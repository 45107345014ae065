"""What a mean, a spread or a model tells of one person, or of all of a group at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from surveypipe.disclosure.extremes import hide_alike
from surveypipe.disclosure.magnitudes import dominated, nearly_alike
from surveypipe.disclosure.modelled import Modelled, hide_models
from surveypipe.disclosure.questions import Respondents
from surveypipe.disclosure.release import Release, log_frame
from surveypipe.disclosure.rules import PRESETS

RULES = PRESETS["research"]


def respondents(**answers: list[float] | np.ndarray) -> Respondents:
    table = pd.DataFrame({name: np.asarray(values, float) for name, values in answers.items()})
    table.insert(0, "id", [f"p{k}" for k in range(len(table))])
    table["site"] = table.get("site", pd.Series(1.0, index=table.index))
    return Respondents(table, table[["id"]].assign(w_none=1.0), "site")


def released(*rows: dict) -> Release:
    base = {"variable": "q", "level": "", "statistic": "mean", "group": "site", "group_level": "1",
            "scheme": "none", "base": "all", "n": 20.0, "estimate": 3.0, "se": 0.1, "effect": "",
            "status": "released"}  # fmt: skip
    table = pd.DataFrame([base | {"estimate_id": f"e{k}"} | row for k, row in enumerate(rows)])
    return Release(table, log_frame([]))


def hidden(release: Release) -> list[str]:
    gone = release.table[release.table["status"] == "suppressed"]
    assert gone[["n", "estimate", "se"]].isna().all().all()
    assert sorted(release.log["place"]) == sorted(gone["estimate_id"])
    return list(gone["estimate_id"])


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([5] * 12, True),
        ([5] * 11 + [4], True),
        ([5] * 10 + [4, 4], False),
        ([1] * 11 + [5], True),
        ([1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2], False),
        ([5] * 11 + [np.nan], True),
        ([5] * 10 + [4, np.nan], True),
    ],
)
def test_the_mean_of_a_group_of_whom_all_but_one_answered_alike_is_hidden(
    answers: list[float], expected: bool
):
    people = respondents(q=[*answers, *([1, 3, 5] * 4)], site=[1] * 12 + [2] * 12)
    release = released(
        {}, {"statistic": "total"}, {"group_level": "2"}, {"group": "overall", "group_level": ""}
    )
    hide_alike(release, people, RULES)
    assert hidden(release) == (["e0", "e1"] if expected else [])


def test_what_is_no_mean_of_a_group_stays_and_so_does_everything_under_the_open_preset():
    people = respondents(q=[5] * 12)
    rows = [{"level": "5", "statistic": "proportion"}, {"statistic": "median"}, {"variable": "other"}]
    release = released(*rows)
    hide_alike(release, people, RULES)
    assert hidden(release) == []
    release = released({})
    hide_alike(release, people, PRESETS["open"])
    assert hidden(release) == []


def test_nobody_is_alike():
    assert not nearly_alike(np.array([])) and nearly_alike(np.array([3.0]))


NUMBERS = np.array([5.0, 7, 6, 9, 8, 5, 6, 7, 8, 9, 6])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # Three quarters of the sum: the second could not work it out, the spread tells it to a tenth.
        ([*NUMBERS, 0.76 / 0.24 * NUMBERS.sum()], True),
        ([*NUMBERS, 0.6 / 0.4 * NUMBERS.sum()], False),
        ([*NUMBERS, NUMBERS.sum() - 1], False),
        (list(NUMBERS), False),
        (list(NUMBERS + 1000), False),
        ([-number for number in [*NUMBERS, 0.76 / 0.24 * NUMBERS.sum()]], True),
    ],
)
def test_a_sum_is_hidden_whose_spread_tells_the_greatest(values: list[float], expected: bool):
    assert dominated(np.array(values), RULES) is expected


@pytest.mark.parametrize("seed", range(40))
def test_what_is_shown_leaves_the_greatest_open(seed: int):
    """Some other numbers from 0 up, with the same sum and spread, have another greatest by a tenth of it."""
    draw = np.random.default_rng(seed)
    values = np.append(draw.gamma(2, 1, 11), 0.0)
    values[-1] = values.sum() * draw.uniform(0.2, 6)
    if dominated(values, replace(RULES, dominance=(1, 1.0))):
        return
    top, total, squares = values.max(), values.sum(), (values**2).sum()

    def possible(greatest: float) -> bool:
        rest, left, others = total - greatest, squares - greatest**2, len(values) - 1
        whole = np.floor(rest / greatest)
        most = whole * greatest**2 + (rest - whole * greatest) ** 2
        return rest >= 0 and rest**2 / others <= left <= most

    far = [one for one in np.linspace(total / len(values), np.sqrt(squares), 5001) if possible(one)]
    assert min(far) <= 0.905 * top or max(far) >= 1.095 * top


def model_of(people: Respondents, *, indicators: bool, of_numbers: bool = False) -> list[str]:
    release = released(
        {"statistic": "coefficient", "level": "(Intercept)"}, {"statistic": "coefficient", "level": "x"},
        {"statistic": "coefficient", "variable": "other"}, {},
    )  # fmt: skip
    hide_models(release, [Modelled("q", {"x": indicators}, of_numbers)], people, RULES)
    return hidden(release)


ALL_OF_IT = ["e0", "e1"]
YES_NO = [1.0, 0.0] * 15


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        # One far from all others decides its own fitted value; among evenly spread ones nobody does.
        ([*np.linspace(0, 1, 29), 40.0], ALL_OF_IT),
        (list(np.linspace(0, 1, 30)), []),
        ([*np.linspace(0, 1, 28), 40.0, 40.0], []),
    ],
)
def test_a_model_in_which_one_person_decides_their_own_fitted_value_is_hidden(x: list[float], expected: list):
    assert model_of(respondents(q=YES_NO, x=x), indicators=False) == expected


@pytest.mark.parametrize(
    ("x", "expected"),
    [([1.0] * 15 + [2.0] * 15, []), ([1.0] * 21 + [2.0] * 9, ALL_OF_IT)],
)
def test_a_model_with_a_level_of_few_is_hidden(x: list[float], expected: list):
    assert model_of(respondents(q=YES_NO, x=x), indicators=True) == expected


def test_a_model_with_a_level_that_answered_alike_or_that_one_makes_up_is_hidden():
    x = [1.0] * 15 + [2.0] * 15
    assert model_of(respondents(q=[*YES_NO[:15], *[1.0] * 15], x=x), indicators=True) == ALL_OF_IT
    amounts = [*np.arange(1.0, 16.0), *np.arange(1.0, 15.0), 5000.0]
    assert model_of(respondents(q=amounts, x=x), indicators=True, of_numbers=True) == ALL_OF_IT
    assert model_of(respondents(q=amounts, x=x), indicators=True) == []
