"""Bounds of totals, ratios, medians and changes: those of every completion that there could be."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest

from surveypipe.design.quantiles import weighted_quantiles
from surveypipe.study.bounds import Heard
from surveypipe.study.bounds_of_amounts import change_bounds, median_bounds, ratio_bounds, total_bounds

NAN = math.nan
Y, X = (-1.0, 4.0), (1.0, 3.0)


def drawn(seed: int, second: tuple[float, float] = X) -> Heard:
    """A few people in the base and a few who may be in it, some of whose answers are known."""
    r = np.random.default_rng(seed)
    n, m = r.integers(0, 4), r.integers(0, 3)

    def answers(size: int, limits: tuple[float, float]) -> np.ndarray:
        return np.where(r.random(size) < 0.3, NAN, r.uniform(*limits, size).round(1))

    return Heard(
        answers(n, Y), int(r.integers(0, 2)), int(r.integers(0, 2)), answers(m, Y),
        weights=r.integers(1, 4, n).astype(float), stray_weights=r.integers(1, 4, m).astype(float),
        beside=answers(n, second), stray_beside=answers(m, second),
    )  # fmt: skip


def completions(
    heard: Heard, second: tuple[float, float] = X
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Everybody's y, x and weight in every way in which they could be, at the corners of the limits."""
    weights, extra = heard.counted
    y = [*heard.values, *[NAN] * int(heard.unanswered), *heard.stray, *[NAN] * int(heard.perhaps)]
    x = [*heard.beside, *[NAN] * int(heard.unanswered), *heard.stray_beside, *[NAN] * int(heard.perhaps)]
    w = np.array([*weights, *[1.0] * int(heard.unanswered), *extra, *[1.0] * int(heard.perhaps)], dtype=float)
    sure = len(weights) + int(heard.unanswered)
    free = [Y if math.isnan(a) else (a,) for a in y], [second if math.isnan(b) else (b,) for b in x]
    for inside in itertools.product((False, True), repeat=len(w) - sure):
        among = np.array([*[True] * sure, *inside], bool)
        if among.any():
            for a in itertools.product(*free[0]):
                for b in itertools.product(*free[1]):
                    yield np.array(a)[among], np.array(b)[among], w[among]


@pytest.mark.parametrize("seed", range(60))
def test_a_ratio_lies_between_the_least_and_the_greatest_of_all_completions(seed: int):
    heard = drawn(seed)
    found = [float(w @ y / (w @ x)) for y, x, w in completions(heard)]
    if not found:
        assert all(math.isnan(end) for end in ratio_bounds(heard, Y, X))
    else:
        assert ratio_bounds(heard, Y, X) == pytest.approx((min(found), max(found)), abs=1e-12)


@pytest.mark.parametrize("seed", range(60))
def test_a_change_lies_between_the_least_and_the_greatest_of_all_completions(seed: int):
    heard = drawn(seed, Y)
    found = [float(w @ (y - x) / w.sum()) for y, x, w in completions(heard, Y)]
    if not found:
        assert all(math.isnan(end) for end in change_bounds(heard, Y))
    else:
        assert change_bounds(heard, Y) == pytest.approx((min(found), max(found)), abs=1e-12)


def whole(heard: Heard) -> Heard:
    """The same people, who answered one question alone."""
    weights, extra = heard.counted
    said, stray = ~np.isnan(heard.values), ~np.isnan(heard.stray)
    return Heard(
        heard.values[said], heard.unanswered + weights[~said].sum(), heard.perhaps + extra[~stray].sum(),
        heard.stray[stray], weights=weights[said], stray_weights=extra[stray],
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_a_median_and_a_total_lie_between_those_of_all_completions(seed: int):
    heard = drawn(seed)
    every = list(completions(heard))
    if every:
        medians = [float(weighted_quantiles(y, w, [0.5])[0]) for y, _, w in every]
        assert median_bounds(whole(heard), Y) == (min(medians), max(medians))
        totals = [float(w @ y) for y, _, w in every]
        # With nobody in the base there is no completion, and the total is nought.
        nobody = [] if len(heard.values) + heard.unanswered else [0.0]
        expected = min(totals + nobody), max(totals + nobody)
        assert total_bounds(whole(heard), Y) == pytest.approx(expected)


def test_without_limits_a_median_is_bounded_where_fewer_than_half_are_silent():
    without = (-math.inf, math.inf)
    assert median_bounds(Heard(np.array([1.0, 2.0, 3.0]), 2), without) == (1.0, 3.0)
    # Half of them do not exceed 3, whatever the other half says.
    assert median_bounds(Heard(np.array([1.0, 2.0, 3.0]), 3), without) == (-math.inf, 3.0)
    assert median_bounds(Heard(np.array([1.0, 2.0, 3.0]), 4), without) == without
    assert total_bounds(Heard(np.array([1.0, 2.0]), 1), without) == without
    two = Heard(np.array([1.0, 2.0]), 1, beside=np.array([1.0, 1.0]), stray_beside=np.empty(0))
    assert ratio_bounds(two, without, (0.0, math.inf)) == without
