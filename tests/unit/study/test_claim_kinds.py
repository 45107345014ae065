"""Each kind of claim answers every question, and all of its answers agree with one another."""

from __future__ import annotations

import inspect
import math
from typing import Any, get_args

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from surveypipe.study.base import plain
from surveypipe.study.bounds import Heard
from surveypipe.study.claim import Claim
from surveypipe.study.claims import (
    AnyClaim,
    EquivalenceClaim,
    ShareClaim,
    SharesWithinPeople,
    claims_of,
)
from surveypipe.study.comparing import Compared, TwoGroups
from surveypipe.study.grades import Evidence, Grade
from surveypipe.study.measured import Beyond, Measured
from surveypipe.study.sides import Outcome, Side

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

KINDS = get_args(AnyClaim)


def unanswered() -> set[str]:
    """What the base class leaves to every kind."""
    found = set()
    for name, it in vars(Claim).items():
        source = it.fget if isinstance(it, property) else it
        if inspect.isfunction(source) and "NotImplementedError" in inspect.getsource(source):
            found.add(name)
    return found


def test_every_kind_answers_every_question():
    asked = unanswered()
    assert {"sides", "limits", "form", "noun", "axis", "test_name"} <= asked
    for kind in KINDS:
        assert asked <= set().union(*(vars(one) for one in kind.__mro__ if one is not Claim)), kind


def test_the_configuration_chooses_among_all_kinds():
    leaves, waiting = set(), [Claim]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        leaves |= {one} - {Claim}
    # What several kinds have in common, and the one that no study configures.
    assert leaves - {Measured, Beyond, Compared, SharesWithinPeople} == set(KINDS)


@tried
@given(every_claim)
def test_a_claim_is_read_back_from_the_configuration(claim: Claim):
    assert claims_of({"claims": {"C1": plain(claim)}}) == {"C1": claim}


@tried
@given(every_claim, numbers, numbers)
def test_support_is_every_condition(claim: Claim, low: float, high: float):
    beyond = {"above": lambda limit: low > limit, "below": lambda limit: high < limit}
    assert claim.supported(low, high) == all(beyond[way](limit) for way, limit in claim.sides())
    assert not claim.supported(math.nan, high) and not claim.supported(low, math.nan)


def test_conditions():
    some = ShareClaim(**COMMON, level=1, threshold=0.1, upper_threshold=0.5)
    assert some.sides() == (Side("above", 0.1), Side("below", 0.5))
    assert some.at(0.2).sides() == (Side("above", 0.2), Side("below", 0.5))
    assert some.sides()[0].opposite == Side("below", 0.1)
    assert some.condition_printed() == "\\> 10,\u00a0\\< 50"
    rare = ShareClaim(**COMMON, level=1, threshold=0.2, direction="below")
    assert rare.condition_printed() == "\\< 20"
    equal = EquivalenceClaim(**COMMON, margin=0.25, range=(-4, 4))
    assert equal.sides() == (Side("above", -0.25), Side("below", 0.25))
    assert equal.condition_printed() == "±0.25"


@tried
@given(every_claim, rows)
def test_the_interval_that_decides(claim: Claim, row: dict[str, float]):
    found, level = claim.deciding_interval(row), row["ci_level"]
    published = (row["ci_low"], row["ci_high"])
    if claim.deciding_level(level) == level:
        assert found == published
    elif published[0] == published[1]:
        assert found == (row["estimate"], row["estimate"])
    else:
        half = stats.t.ppf(level, row["df"]) * row["se"] if row["df"] > 0 else math.nan
        expected = (row["estimate"] - half, row["estimate"] + half)
        assert np.allclose(found, expected, rtol=1e-12, atol=1e-12, equal_nan=True)


@tried
@given(every_claim, rows)
def test_the_outcome_says_whether_it_is_supported(claim: Claim, row: dict[str, float]):
    # The published interval is that of the estimate.
    half = row["se"] * abs(row["ci_low"])
    row |= {"ci_low": row["estimate"] - half, "ci_high": row["estimate"] + half}
    supported = {Outcome.SUPPORTED, Outcome.EQUIVALENT, Outcome.BOTH}
    if row["ci_low"] == row["ci_high"] or (row["se"] > 0 and row["df"] > 0):
        assert (claim.outcome(row) in supported) == claim.supported(*claim.deciding_interval(row))


@tried
@given(every_claim, st.integers(0, 40), st.integers(0, 40))
def test_bounds(claim: Claim, answered: int, silent: int):
    least, most = claim.limits
    middle, unknown = (least + most) / 2, silent + 1
    low, high = claim.bounds(Heard(np.full(answered, middle), unknown))
    assert low == pytest.approx((middle * answered + least * unknown) / (answered + unknown))
    assert high == pytest.approx((middle * answered + most * unknown) / (answered + unknown))


@tried
@given(every_claim)
def test_every_limit_is_a_landmark_and_can_be_drawn(claim: Claim):
    limits = {side.limit for side in claim.sides()}
    assert limits <= set(claim.landmarks())
    if claim.axis.ends is not None:
        assert all(claim.limits[0] <= end <= claim.limits[1] for end in claim.axis.ends)


@tried
@given(
    every_claim,
    st.tuples(*[st.booleans()] * 5),
    st.sampled_from([0.0, 0.2, 1.0, 2.9, 4.0, math.inf, math.nan]),
)
def test_a_grade_supports_what_the_primary_scheme_does(claim: Claim, said: tuple[bool, ...], tipping: float):
    primary, unweighted, every, bounded, scenario = said
    can = bounded and claim.bounds_can_decide
    grade = Grade.earned(Evidence(primary, unweighted, every, can, tipping, scenario, 3.0))
    assert grade.supported == primary
    assert (grade is Grade.WHATEVER) == (primary and can)


def test_a_share_counts_its_code_however_it_is_written():
    claim = ShareClaim(**COMMON, level=1, threshold=0.5)
    assert [claim.counts(code) for code in (1, 1.0, "1", "1.0", 2, "yes")] == [True] * 4 + [False] * 2


def test_values_are_printed_in_the_unit_of_the_kind():
    share = ShareClaim(**COMMON, level=1, threshold=0.5)
    assert [share.printed(0.5), share.tabled(0.5), share.form.marked(0.5)] == ["50%", "50", "50%"]
    assert share.shift_printed(-0.01) == "1 percentage point"
    assert share.shift_printed(0.02) == "2 percentage points"
    assert share.span_printed(0.1, 0.2) == "10% to 20%"
    equal = EquivalenceClaim(**COMMON, margin=0.25, range=(-4, 4))
    assert [equal.printed(0.5), equal.tabled(0.5)] == ["0.50", "0.50"]
    assert equal.shift_printed(-0.5) == "0.50"
    equal = EquivalenceClaim(**COMMON, margin=0.25, range=(-4, 4), unit="minutes")
    assert equal.shift_printed(-0.5) == "0.50 minutes" and equal.axis.label == "Difference in minutes"
    apart = EquivalenceClaim(**COMMON, margin=0.1, level=1, groups=TwoGroups(variable="g", of=1, minus=2))
    assert [apart.printed(-0.01), apart.printed(0.02), apart.span_printed(-0.02, 0.01)] == [
        "−1 percentage point", "2 percentage points", "−2 to 1 percentage point",
    ]  # fmt: skip
    assert apart.condition_printed() == "±10" and apart.limits == (-1, 1)


def test_the_share_of_items_agreed_with_is_a_mean_on_the_scale_of_a_share():
    claim = ShareClaim(**COMMON, level=1, threshold=0.5)
    other = SharesWithinPeople(**msgspec.structs.asdict(claim))
    assert (claim.statistic, other.statistic) == ("proportion", "mean")
    assert other.binary and other.limits == claim.limits and other.sides() == claim.sides()
    assert other.counts("anything")
