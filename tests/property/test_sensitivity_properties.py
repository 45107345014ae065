"""Properties of bounds, response-odds mixtures and tipping points (METHODS 5)."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from surveypipe.ledger.sensitivity import cells_from_answers, cells_from_counts, mixture, tipping_theta
from surveypipe.study.bounds import Heard, mean_bounds

QUICK = settings(max_examples=60, deadline=None, derandomize=True)


def share_bounds(yes, answered, population):
    """Bounds of a share, from those who said yes, those who answered, and all persons."""
    heard = Heard(np.repeat([1.0, 0.0], [int(yes), int(answered - yes)]), population - answered)
    return mean_bounds(heard, (0, 1))


@st.composite
def mixed_cells(draw):
    """Cells (population, answered, yes) with 0 < yes < answered."""
    cells = []
    for _ in range(draw(st.integers(1, 5))):
        answered = draw(st.integers(2, 40))
        cells.append((answered + draw(st.integers(0, 60)), answered, draw(st.integers(1, answered - 1))))
    return tuple(zip(*cells, strict=True))


@QUICK
@given(mixed_cells())
def test_theta_reaches_the_ends_of_the_bounds(cells):
    size, answered, yes = cells
    made = cells_from_counts(size, answered, yes)
    low, high = share_bounds(sum(yes), sum(answered), sum(size))
    assert mixture(made, 1e300) == pytest.approx(low, abs=1e-12)
    assert mixture(made, 1e-300) == pytest.approx(high, abs=1e-12)


@QUICK
@given(mixed_cells(), st.floats(1e-4, 1e4), st.floats(1.0001, 100))
def test_estimate_falls_as_theta_grows_and_stays_in_the_bounds(cells, theta, factor):
    size, answered, yes = cells
    made = cells_from_counts(size, answered, yes)
    low, high = share_bounds(sum(yes), sum(answered), sum(size))
    here, further = mixture(made, theta), mixture(made, theta * factor)
    assert low - 1e-12 <= further <= here <= high + 1e-12


@QUICK
@given(mixed_cells(), st.floats(1e-6, 1e6))
def test_everybody_answered(cells, theta):
    _, answered, yes = cells
    made = cells_from_counts(answered, answered, yes)
    low, high = share_bounds(sum(yes), sum(answered), sum(answered))
    assert low == high == pytest.approx(mixture(made, theta), abs=1e-14)


@QUICK
@given(mixed_cells(), st.floats(0.01, 0.99), st.sampled_from(["above", "below"]))
def test_tipping_theta_solves_or_says_that_nothing_does(cells, limit, direction):
    size, answered, yes = cells
    made = cells_from_counts(size, answered, yes)
    theta = tipping_theta(made, limit, direction)
    at_one = mixture(made, 1)
    bound = share_bounds(sum(yes), sum(answered), sum(size))
    if direction == "above":
        crossed, never = at_one <= limit, bound[0] > limit
    else:
        crossed, never = at_one >= limit, bound[1] < limit
    assert math.isnan(theta) == crossed
    if never:
        assert theta in (0, math.inf)
    elif not crossed and theta not in (0, math.inf):
        assert mixture(made, theta) == pytest.approx(limit, abs=1e-9)
        assert (theta > 1) == (direction == "above")


@QUICK
@given(mixed_cells(), st.floats(0.1, 10), st.randoms(use_true_random=False))
def test_order_of_cells_is_irrelevant(cells, theta, random):
    rows = list(zip(*cells, strict=True))
    shuffled = rows[:]
    random.shuffle(shuffled)
    one = mixture(cells_from_counts(*zip(*rows, strict=True)), theta)
    two = mixture(cells_from_counts(*zip(*shuffled, strict=True)), theta)
    assert one == pytest.approx(two, abs=1e-12)


@QUICK
@given(mixed_cells(), st.floats(0.1, 10))
def test_yes_and_no_exchanged_mirrors_the_estimate(cells, theta):
    size, answered, yes = cells
    no = [a - y for a, y in zip(answered, yes, strict=True)]
    straight = mixture(cells_from_counts(size, answered, yes), theta)
    mirrored = mixture(cells_from_counts(size, answered, no), 1 / theta)
    assert straight == pytest.approx(1 - mirrored, abs=1e-12)


@st.composite
def answer_sheets(draw):
    """Answers with gaps and the weights N_h/n_h of up to three cells."""
    y, w, cell = [], [], []
    for name in range(draw(st.integers(1, 3))):
        n = draw(st.integers(3, 15))
        factor = (n + draw(st.integers(0, 30))) / n
        for _ in range(n):
            y.append(draw(st.sampled_from([0.0, 1.0, math.nan])))
            w.append(factor)
            cell.append(str(name))
    return np.array(y), np.array(w), cell


@QUICK
@given(answer_sheets())
def test_items_left_out_are_unheard_too(sheet):
    y, w, cell = sheet
    known = ~np.isnan(y)
    assume(known.any())
    made = cells_from_answers(y, w, cell, cell)
    if not made.corrected and 0 < np.nanmean(y) < 1:
        assert mixture(made, 1) == pytest.approx((w * y)[known].sum() / w[known].sum(), abs=1e-12)
    low, high = share_bounds(np.nansum(y), known.sum(), w.sum())
    assert mixture(made, 1e300) == pytest.approx(low, abs=1e-9)
    assert mixture(made, 1e-300) == pytest.approx(high, abs=1e-9)


@QUICK
@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 100), st.integers(0, 5))
def test_reader_bounds_hold_the_respondents_share(yes, no, silent, unanswered):
    assume(yes + no > 0)
    heard = Heard(np.repeat([1.0, 0.0], [yes, no]), unanswered=unanswered, perhaps=silent)
    low, high = mean_bounds(heard, (0, 1))
    assert 0 <= low <= yes / (yes + no) <= high <= 1


@QUICK
@given(st.lists(st.floats(-4, 4), min_size=1, max_size=20), st.integers(0, 50), st.floats(1.01, 1e6))
def test_mean_stays_in_its_bounds(answers, silent, theta):
    n = len(answers)
    low, high = mean_bounds(Heard(np.array(answers), silent), (-4, 4))
    made = cells_from_answers(
        np.array(answers), np.full(n, (n + silent) / n), ["a"] * n, ["g"] * n, binary=False, limits=(-4, 4)
    )
    for value in (mixture(made, theta), mixture(made, 1 / theta)):
        assert low - 1e-9 <= value <= high + 1e-9
