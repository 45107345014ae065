"""Errors and intervals as statements of counts: by the formula of the program, of schemes that it fits."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from surveypipe.design.intervals import logit_interval
from surveypipe.design.variance import second_phase_means
from surveypipe.disclosure import errors, unweighted
from surveypipe.disclosure.atoms import Atom, Question
from surveypipe.disclosure.errors import hidden_by_errors, print_the_same, strata_of
from surveypipe.disclosure.members import Members
from surveypipe.disclosure.questions import Respondents
from surveypipe.disclosure.rules import PRESETS
from surveypipe.disclosure.tables import Study
from surveypipe.disclosure.unweighted import _columns

SIZES, PEOPLE, YES = [18, 15, 11], [110.0, 113.0, 128.0], [8, 15, 6]
CELLS = np.repeat(["1", "2", "3"], SIZES)
WEIGHTS = pd.DataFrame(
    {
        "w_cells": np.repeat(np.array(PEOPLE) / SIZES, SIZES), "cell_cells": CELLS,
        "w_none": sum(PEOPLE) / sum(SIZES), "cell_none": "All",
        "w_raked": np.repeat([1.0, 2.0, 3.0], SIZES), "cell_raked": CELLS, "slope_raked_000": 0.1,
        "w_each": np.arange(44.0), "cell_each": CELLS,
    }
)  # fmt: skip
ATOMS = pd.Series(np.repeat([0, 1, 2], SIZES))


def answered(yes: list[int]) -> np.ndarray:
    return np.concatenate([np.arange(n) < y for n, y in zip(SIZES, yes, strict=True)]).astype(float)


def question(scheme: str) -> Question:
    labels = WEIGHTS[f"cell_{scheme}"].to_numpy()
    sizes = dict(zip(["1", "2", "3"], PEOPLE, strict=True)) if scheme == "cells" else {"All": sum(PEOPLE)}
    weights = WEIGHTS[f"w_{scheme}"].to_numpy()
    told = second_phase_means(answered(YES), labels, sizes, weights=weights)[0]
    low, high = logit_interval(told.estimate, told.se, told.df)
    row = {
        "level": "1", "group_level": "", "scheme": scheme, "statistic": "proportion", "status": "released",
        "n": 44.0, "estimate": told.estimate, "se": told.se, "df": told.df, "ci_low": low, "ci_high": high,
        "method": "second phase; logit interval",
    }  # fmt: skip
    atoms = tuple(
        Atom(group, size, {scheme: weights[CELLS == group][0]})
        for group, size in zip("123", map(float, SIZES), strict=True)
    )
    parts = {"1": ("1",), "2": ("2",)}
    strata = strata_of(WEIGHTS, ATOMS)
    return Question("q", "all", pd.DataFrame([row]), parts, {}, atoms, strata=strata)


class Counts:
    """Stands for a walk: combinations of yes in three parts."""

    def by_part(self, answer: str, solutions: np.ndarray) -> np.ndarray:
        return solutions if answer == "1" else np.array(SIZES) - solutions

    def sums(self, target: list[tuple[str, int]], solutions: np.ndarray) -> np.ndarray:
        return np.sum([self.by_part(answer, solutions)[:, part] for answer, part in target], axis=0)


@pytest.mark.parametrize("scheme", ["cells", "none"])
def test_only_counts_that_print_the_same_error_and_interval_are_possible(scheme: str):
    tried = np.array([YES, [8, 14, 7], [8, 13, 8], [9, 14, 6], [6, 15, 8], [0, 0, 0]])
    asked = question(scheme)
    found = print_the_same(asked, Counts(), tried)

    def printed(yes: np.ndarray) -> list[float]:
        labels = WEIGHTS[f"cell_{scheme}"].to_numpy()
        sizes = dict(zip(["1", "2", "3"], PEOPLE, strict=True)) if scheme == "cells" else {"All": sum(PEOPLE)}
        one = second_phase_means(
            answered(list(yes)), labels, sizes, weights=WEIGHTS[f"w_{scheme}"].to_numpy()
        )[0]
        ends = logit_interval(one.estimate, one.se, one.df)
        return [round(float(value), 2) for value in (one.estimate, one.se, *ends)]

    same = [printed(yes) == printed(np.array(YES)) for yes in tried]
    assert list(found) == same and same[0] and not all(same)


def test_schemes_whose_weights_are_estimated_or_differ_within_a_cell_are_left_out():
    found = strata_of(WEIGHTS, ATOMS)
    assert sorted(found) == ["cells", "none"]
    assert found["cells"].people == pytest.approx(PEOPLE) and list(found["cells"].respondents) == SIZES
    assert list(found["none"].of_atom) == [0, 0, 0]
    assert strata_of(WEIGHTS, pd.Series(0, index=ATOMS.index)).keys() == {"none"}


def test_a_row_that_is_hidden_says_nothing():
    asked = question("cells")
    asked.left_out = {("cells", "")}
    assert print_the_same(asked, Counts(), np.array([YES, [0, 0, 0]])).all()


def test_a_scheme_that_leaves_somebody_without_a_cell_is_left_out():
    holed = WEIGHTS.copy()
    holed.loc[3, "cell_cells"] = None
    assert sorted(strata_of(holed, ATOMS)) == ["none"]


def test_the_scheme_without_weights_takes_its_cells_with_it_when_it_is_renamed():
    assert _columns({"raw": "none"}) == {
        "w_raw": "w_none",
        "cell_raw": "cell_none",
        "estimate_raw": "estimate_none",
    }


def by_the_program(values: np.ndarray, fpc: bool) -> tuple[np.ndarray, np.ndarray]:
    """The census of cells, as the program computes it."""
    sizes = dict(zip(["1", "2", "3"], PEOPLE, strict=True))
    found = second_phase_means(values, CELLS, sizes, weights=WEIGHTS["w_cells"].to_numpy(), fpc=fpc)
    return found.estimate, found.se


def in_pairs(values: np.ndarray, fpc: bool) -> tuple[np.ndarray, np.ndarray]:
    """Errors that depend on who sits beside whom."""
    sums = values.reshape(22, 2, -1).sum(axis=1)
    return values.mean(axis=0), sums.std(axis=0)


def test_counts_put_through_the_program_print_what_the_formula_does():
    asked, tried = question("cells"), np.array(list(itertools.product(*(range(n + 1) for n in SIZES))), float)
    tried = np.concatenate([[YES], tried])
    asked.rows["fpc"] = True
    by_formula = print_the_same(asked, Counts(), tried)
    asked.strata, asked.members = {}, Members(ATOMS.to_numpy(), {"cells": by_the_program})
    assert 0 < by_formula.sum() < len(tried)
    assert (print_the_same(asked, Counts(), tried) == by_formula).all()


def test_errors_in_which_it_matters_who_of_a_part_answered_are_told_apart_and_those_of_many_left_out():
    errors = {"cells": by_the_program, "clusters": in_pairs}
    assert Members(ATOMS.to_numpy(), errors).apart == {"clusters"}
    many = Members(
        np.zeros(2_001, dtype=np.intp), {"mean": lambda values, _: (values.mean(0), values.std(0))}
    )
    assert not many.errors


def test_answers_are_given_to_as_many_of_each_part_as_said():
    members = Members(np.array([1, 0, 1, 0, 0]), {})
    made = members.answers(
        [(2.0, np.array([[1.0, 1.0], [0.0, 2.0]])), (5.0, np.array([[1.0, 0.0], [3.0, 0.0]]))]
    )
    assert np.array_equal(made[:, 0], [2, 2, np.nan, 5, np.nan], equal_nan=True)
    assert np.array_equal(made[:, 1], [2, 5, 2, 5, 5], equal_nan=True)


def test_answers_are_drawn_of_which_so_many_of_each_part_gave_each_and_few_are_changed():
    draw = np.random.default_rng(0)
    members, given = Members(ATOMS.to_numpy(), {}), draw.integers(0, 3, len(ATOMS))
    own = np.array([np.bincount(given[ATOMS == part], minlength=3) for part in range(3)]).T
    counts = np.repeat(own[:, None], 50, axis=1).astype(float)
    # Two of the first part, and one of the last, answer otherwise.
    counts[:, 1:, 0] += np.array([-2.0, 1, 1])[:, None]
    counts[:, 1:, 2] += np.array([0.0, -1, 1])[:, None]
    made = members.drawn(given, counts)
    assert (made[:, 0] == given).all() and ((made[:, 1:] != given[:, None]).sum(axis=0) == 3).all()
    for part in range(3):
        found = np.apply_along_axis(np.bincount, 0, made[ATOMS == part], minlength=3)
        assert (found == counts[:, :, part]).all()
    assert len(np.unique(made[:, 1:], axis=1).T) > 20


def test_counts_are_possible_where_some_who_gave_them_would_print_the_same_in_every_row():
    """Of pairs: a pair that differs tells another error than two that are alike."""
    asked, given = question("cells"), 1 - answered(YES).astype(int)
    asked.rows["fpc"] = True
    asked.strata, asked.members, asked.given = {}, Members(ATOMS.to_numpy(), {"cells": in_pairs}), given
    whole = np.array([YES, [8, 14, 6], [8, 14, 7], [7, 15, 7], [13, 8, 8]], float)
    true = in_pairs(answered(YES)[:, None], True)
    row = {"estimate": true[0][0], "se": true[1][0], "df": 40.0, "ci_low": np.nan, "ci_high": np.nan}
    for name, value in row.items():
        asked.rows[name] = value
    found = print_the_same(asked, Counts(), whole)
    # The second adds up to another share; in the last so many of each part differ that pairs do too.
    assert list(found) == [True, False, True, True, False]
    asked.given = None
    assert print_the_same(asked, Counts(), whole).all()


@pytest.mark.parametrize("first", [1, 3, 10_000])
def test_values_that_print_the_same_are_found_however_many_are_tried_at_once(first: int, monkeypatch):
    monkeypatch.setattr(errors, "FIRST", first)
    asked, tried = question("cells"), np.array(list(itertools.product(*(range(n + 1) for n in SIZES))), float)
    tried = np.concatenate([[YES], tried])
    same = tried[print_the_same(asked, Counts(), tried)]
    for part in range(3):
        there = len(np.unique(same[:, part]))
        cells = [("1", part)]
        assert hidden_by_errors(asked, Counts(), tried, cells, there, {})
        assert not hidden_by_errors(asked, Counts(), tried, cells, there + 1, {})


def test_errors_go_with_their_scheme_under_its_other_name(monkeypatch):
    """Else the errors of a sample whose unweighted scheme has a name of its own were held against nothing."""
    given = []
    monkeypatch.setattr(unweighted, "release_all", lambda private, study, *_, **__: given.append(study) or {})
    by = {"raw": by_the_program, "none": in_pairs, "other": by_the_program}
    people = Respondents(pd.DataFrame(), pd.DataFrame({"w_raw": [1.0], "w_none": [2.0]}), "ward", errors=by)
    study = Study(people, pd.DataFrame(), [], [], {}, "none")
    unweighted.release_study({}, study, PRESETS["research"], "raw")
    known = given[0].respondents
    assert known.errors == {"none": by_the_program, "raw": in_pairs, "other": by_the_program}
    assert list(known.weights) == ["w_none", "w_raw"]
