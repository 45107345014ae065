"""Kinds of claims as types answer what the functions that branch on the kind answer."""

from __future__ import annotations

import inspect
import math
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveypipe.ledger.bounds import manski_mean
from surveypipe.ledger.cases import Case
from surveypipe.reporting.wording import worst_cases
from surveypipe.study import verdicts as today
from surveypipe.study.base import plain
from surveypipe.study.claims import AnyClaim, Claim, EquivalenceClaim, Outcome, ShareClaim
from surveypipe.study.grades import Evidence, Grade

# The first call of scipy is slow.
tried = settings(deadline=None)
COMMON: dict[str, Any] = {"label": "A claim", "short": "Claim", "variable": "v"}
numbers = st.floats(-5, 5, allow_nan=False).map(lambda x: round(x, 3))
shares = st.floats(0, 1).map(lambda x: round(x, 3))
share_claims = st.builds(
    ShareClaim, **{key: st.just(value) for key, value in COMMON.items()}, level=st.just(1), threshold=shares,
    upper_threshold=st.none() | shares, direction=st.sampled_from(["above", "below"]),
)  # fmt: skip
equivalences = st.builds(
    EquivalenceClaim, **{key: st.just(value) for key, value in COMMON.items()},
    margin=st.floats(0.01, 2), range=st.just((-4.0, 4.0)),
)  # fmt: skip
every_claim = share_claims | equivalences
rows = st.fixed_dictionaries(
    {
        "estimate": numbers, "se": st.floats(0, 1), "df": st.sampled_from([0.0, 3.0, 57.5]),
        "ci_low": numbers, "ci_high": numbers, "ci_level": st.sampled_from([0.9, 0.95]),
    }
)  # fmt: skip


def case(claim: Claim, row: dict[str, float]) -> Case:
    return Case("C", plain(claim), "overall", "", pd.DataFrame(), 10, {"s": pd.Series(row)})


def test_every_kind_answers_every_question():
    asked = {name for name, it in vars(Claim).items() if isinstance(it, property) or inspect.isfunction(it)}
    asked = {name for name in asked if "NotImplementedError" in inspect.getsource(getattr(Claim, name).fget
             if isinstance(vars(Claim)[name], property) else getattr(Claim, name))}  # fmt: skip
    assert {"statistic", "sides", "limits", "deciding_interval", "printed", "unit", "outcome"} <= asked
    for kind in get_args(AnyClaim):
        assert asked <= set(vars(kind)), kind
    assert set(get_args(AnyClaim)) == set(Claim.__subclasses__())


@tried
@given(every_claim, numbers, numbers)
def test_conditions_and_support(claim: Claim, low: float, high: float):
    assert list(claim.sides()) == today.sides(plain(claim))
    assert claim.supported(low, high) == today.supported(plain(claim), low, high)
    assert not claim.supported(math.nan, high) and not claim.supported(low, math.nan)


@tried
@given(every_claim, rows)
def test_the_interval_that_decides(claim: Claim, row: dict[str, float]):
    mine, theirs = claim.deciding_interval(row), case(claim, row).interval("s")
    assert np.array_equal(mine, theirs, equal_nan=True)
    assert claim.limits == case(claim, row).limits
    assert claim.binary != case(claim, row).averaged


@tried
@given(equivalences, rows)
def test_the_outcome_of_an_equivalence(claim: EquivalenceClaim, row: dict[str, float]):
    # The published interval is that of the estimate.
    half = row["se"] * abs(row["ci_low"])
    row |= {"ci_low": row["estimate"] - half, "ci_high": row["estimate"] + half}
    test = case(claim, row).tost("s")
    known = row["ci_low"] == row["ci_high"]
    ci = (row["ci_low"], row["ci_high"])
    if known or (row["se"] > 0 and row["df"] > 0):
        assert claim.outcome(row).value == today.equivalence_verdict(claim.margin, test.ci_tost, ci)
    else:
        assert claim.outcome(row) is Outcome.INCONCLUSIVE and test.verdict == "inconclusive"


@tried
@given(share_claims, rows)
def test_the_outcome_of_a_share(claim: ShareClaim, row: dict[str, float]):
    supported = today.supported(plain(claim), row["ci_low"], row["ci_high"])
    assert (claim.outcome(row) is Outcome.SUPPORTED) == supported


@tried
@given(every_claim, numbers)
def test_values_are_printed_as_they_were(claim: Claim, value: float):
    row = pd.Series({"kind": claim.kind})
    assert claim.printed(value) == worst_cases.shown_value(value, row)
    assert claim.shift_printed(value) == worst_cases.shown_shift(value, row)


@tried
@given(every_claim, st.integers(0, 40), st.integers(0, 40))
def test_bounds(claim: Claim, answered: int, silent: int):
    total, population = 0.5 * answered, answered + silent + 1
    assert claim.bounds(total, answered, population) == manski_mean(
        total, answered, population, *claim.limits
    )


@pytest.mark.parametrize("grade", Grade, ids=lambda grade: grade.name)
def test_words_of_the_grades(grade: Grade):
    assert Grade.of(grade.number) is grade
    assert grade.label == today.GRADE_LABELS[grade.number]
    for claim in (
        ShareClaim(**COMMON, level=1, threshold=0.5),
        EquivalenceClaim(**COMMON, margin=0.25, range=(-4, 4)),
    ):
        assert claim.verdict(grade) == today.verdict(claim.kind, grade.number)
    assert len(Grade) == len(today.GRADE_LABELS)


@tried
@given(
    every_claim,
    st.tuples(*[st.booleans()] * 5),
    st.sampled_from([0.0, 0.2, 1.0, 2.9, 4.0, math.inf, math.nan]),
)
def test_the_first_rule_that_matches_gives_the_grade(claim: Claim, said: tuple[bool, ...], tipping: float):
    primary, unweighted, every, bounded, scenario = said
    before = today.Evidence(claim.kind, primary, unweighted, every, bounded, tipping, scenario)
    mine = Evidence(primary, unweighted, every, bounded and claim.bounds_can_decide, tipping, scenario, 3.0)
    grade = Grade.earned(mine)
    assert grade.number == today.grade(before, 3.0)
    assert grade.supported == primary


def test_a_share_counts_its_code_however_it_is_written():
    claim = ShareClaim(**COMMON, level=1, threshold=0.5)
    assert [claim.counts(code) for code in (1, 1.0, "1", "1.0", 2, "yes")] == [True] * 4 + [False] * 2


def test_one_point_is_one_point():
    claim = ShareClaim(**COMMON, level=1, threshold=0.5)
    assert claim.shift_printed(-0.01) == "1 percentage point"
    assert worst_cases.shown_shift(0.01, pd.Series({"kind": "share"})) == "1 percentage point"
