"""Bounds by enumeration, pattern mixtures, tipping points and the reader scenario on small cases."""

import dataclasses
import itertools
import math

import numpy as np
import pandas as pd
import pytest

from surveypipe.ledger.carried import carried_end, carried_limit
from surveypipe.ledger.rows import theta_grid
from surveypipe.ledger.scenario import nonreader_source, reader_scenario
from surveypipe.ledger.sensitivity import (
    cells_from_answers,
    cells_from_counts,
    limit_binds,
    mixture,
    theta_note,
    tipping_shift,
    tipping_theta,
)
from surveypipe.study.bounds import Heard, mean_bounds

NAN = math.nan


# --- bounds: every completion of a tiny population ---------------------------------------------------


@pytest.mark.parametrize("answers", [[1, 0, 1], [0, 0], [1, 1, 1, 0], []])
def test_share_bounds_are_the_extremes_of_all_completions(answers):
    silent = 3
    completed = [
        (sum(answers) + sum(rest)) / (len(answers) + silent)
        for rest in itertools.product([0, 1], repeat=silent)
    ]
    low, high = mean_bounds(Heard(np.array(answers, dtype=float), silent), (0, 1))
    assert (low, high) == pytest.approx((min(completed), max(completed)))


def test_mean_bounds_are_the_extremes_of_all_completions():
    answers = [2, 5, 4]
    completed = [np.mean([*answers, *rest]) for rest in itertools.product(range(1, 6), repeat=3)]
    heard = Heard(np.array(answers, dtype=float), 3)
    assert mean_bounds(heard, (1, 5)) == pytest.approx((min(completed), max(completed)))


@pytest.mark.parametrize(
    "people",
    [
        # (reads, answers yes); None: not known
        [(1, 1), (1, 0), (0, None), (None, None), (None, None)],
        [(1, 1), (1, None), (0, None), (None, None)],
        [(1, 0), (1, 1), (None, 1), (None, 0), (None, None)],
        [(1, None), (None, 0), (None, 0)],
        [(0, None), (None, 1), (None, None)],
        [(1, 0), (1, 0), (None, None)],
    ],
)
def test_reader_bounds_are_the_extremes_of_all_completions(people):
    shares = []
    for reads in itertools.product([0, 1], repeat=len(people)):
        for yes in itertools.product([0, 1], repeat=len(people)):
            fits = all(
                known[0] in (None, r) and known[1] in (None, y)
                for known, r, y in zip(people, reads, yes, strict=True)
            )
            if fits and sum(reads):
                shares.append(sum(r * y for r, y in zip(reads, yes, strict=True)) / sum(reads))
    readers = [yes for read, yes in people if read == 1]
    stray = [yes for read, yes in people if read is None and yes is not None]
    heard = Heard(
        np.array([yes for yes in readers if yes is not None], dtype=float),
        unanswered=readers.count(None),
        perhaps=sum(read is None and yes is None for read, yes in people),
        stray=np.array(stray, dtype=float),
    )
    assert mean_bounds(heard, (0, 1)) == pytest.approx((min(shares), max(shares)))


def test_reader_bounds_without_item_non_response():
    # METHODS 3.7, DESIGN 11: [y/(m+M), (y+M)/(m+M)]
    heard = Heard(np.repeat([1.0, 0.0], [30, 10]), perhaps=201)
    assert mean_bounds(heard, (0, 1)) == pytest.approx((30 / 241, 231 / 241))
    assert all(math.isnan(end) for end in mean_bounds(Heard(np.empty(0)), (0, 1)))


@pytest.mark.parametrize(
    "people",
    [
        # (in the base, answer from 1 to 3); None: not known
        [(1, 2), (1, 3), (None, None)],
        [(1, 1), (None, 3), (None, 2), (0, None)],
        [(None, 2), (None, 1), (None, None)],
        [(1, None), (None, 3), (1, 2)],
    ],
)
def test_bounds_of_a_mean_in_a_base_are_the_extremes_of_all_completions(people):
    means = []
    for inside in itertools.product([0, 1], repeat=len(people)):
        for answers in itertools.product([1, 2, 3], repeat=len(people)):
            fits = all(
                known[0] in (None, r) and known[1] in (None, y)
                for known, r, y in zip(people, inside, answers, strict=True)
            )
            if fits and sum(inside):
                means.append(np.average(answers, weights=inside))
    sure = [y for r, y in people if r == 1]
    heard = Heard(
        np.array([y for y in sure if y is not None], dtype=float),
        unanswered=sure.count(None),
        perhaps=people.count((None, None)),
        stray=np.array([y for r, y in people if r is None and y is not None], dtype=float),
    )
    assert mean_bounds(heard, (1, 3)) == pytest.approx((min(means), max(means)))


@pytest.mark.parametrize(
    "people",
    [
        # (in the base, answer from 1 to 3, people drawn for); None: not known
        [(1, 2, 4.0), (1, 3, 1.5), (None, None, 7.0)],
        [(1, 1, 2.0), (None, 3, 9.0), (None, 2, 0.5), (0, None, 30.0), (1, None, 3.0)],
        [(None, 2, 5.0), (None, 1, 2.0), (None, None, 1.0), (1, 3, 1.0)],
    ],
)
def test_bounds_of_a_sample_are_the_extremes_of_all_weighted_completions(people):
    means = []
    for inside in itertools.product([0, 1], repeat=len(people)):
        for said in itertools.product([1, 2, 3], repeat=len(people)):
            fits = all(
                known[0] in (None, r) and known[1] in (None, y)
                for known, r, y in zip(people, inside, said, strict=True)
            )
            if fits and sum(inside):
                means.append(
                    np.average(said, weights=[r * w for r, (*_, w) in zip(inside, people, strict=True)])
                )
    heard = [(y, w) for r, y, w in people if r == 1 and y is not None]
    stray = [(y, w) for r, y, w in people if r is None and y is not None]
    found = Heard(
        np.array([y for y, _ in heard], dtype=float),
        unanswered=sum(w for r, y, w in people if r == 1 and y is None),
        perhaps=sum(w for r, y, w in people if r is None and y is None),
        stray=np.array([y for y, _ in stray], dtype=float),
        weights=np.array([w for _, w in heard]),
        stray_weights=np.array([w for _, w in stray]),
    )
    assert mean_bounds(found, (1, 3)) == pytest.approx((min(means), max(means)))


# --- pattern mixture ----------------------------------------------------------------------------------


def test_the_identity_of_odds():
    # 100 staff, 60 would say yes; yes-sayers respond with odds 3 : 1, no-sayers with 1 : 1, so θ = 3.
    cells = cells_from_counts([100], [65], [45])
    assert mixture(cells, 3) == pytest.approx(0.60, abs=1e-12)


def test_theta_in_one_group_only():
    cells = cells_from_counts([180, 140], [45, 74], [36, 66], ["AMH", "CSC"])
    both = mixture(cells, 3)
    one, other = mixture(cells, {"AMH": 3.0}), mixture(cells, {"CSC": 3.0})
    assert both < one < mixture(cells, 1) and both < other < mixture(cells, 1)
    assert mixture(cells, {"AMH": 3.0, "CSC": 3.0}) == pytest.approx(both)
    alone = tipping_theta(cells, 0.7, "above", only="AMH")
    assert mixture(cells, {"AMH": alone}) == pytest.approx(0.7, abs=1e-10)


def test_theta_one_is_the_weighted_estimate_even_with_items_left_out():
    y = np.array([1, 0, NAN, 1, 1, 0, NAN, 1])
    w = np.array([4.0, 4, 4, 4, 2, 2, 2, 2])
    cell = ["a"] * 4 + ["b"] * 4
    known = ~np.isnan(y)
    made = cells_from_answers(y, w, cell, cell)
    assert mixture(made, 1) == pytest.approx(np.sum((w * y)[known]) / w[known].sum(), abs=1e-14)
    assert made.population == pytest.approx(w.sum())


def test_of_a_sample_only_the_silent_who_were_drawn_are_moved():
    """Ten people stand for each of those drawn: of them, too, half answered."""
    y, drawn = np.array([1.0, 0, 1, 1]), np.full(4, 10.0)
    sample = cells_from_answers(y, 2 * drawn, ["a"] * 4, ["g"] * 4, asked=drawn)
    census = cells_from_answers(y, np.full(4, 2.0), ["a"] * 4, ["g"] * 4)
    for theta in (1.0, 3.0):
        assert mixture(sample, theta) == pytest.approx(mixture(census, theta), rel=1e-12)
    assert tipping_theta(sample, 0.6, "above") == pytest.approx(tipping_theta(census, 0.6, "above"))
    same = cells_from_answers(np.ones(4), 2 * drawn, ["a"] * 4, ["g"] * 4, asked=drawn)
    alike = cells_from_answers(np.ones(4), np.full(4, 2.0), ["a"] * 4, ["g"] * 4)
    assert mixture(same, 2.0) == pytest.approx(mixture(alike, 2.0), rel=1e-12)


def test_theta_one_is_the_weighted_estimate_with_unequal_weights_in_a_cell():
    y, w = np.array([1.0, 0, 1, 0]), np.array([3.0, 1.5, 2, 5])
    made = cells_from_answers(y, w, ["a"] * 4, ["g"] * 4)
    assert mixture(made, 1) == pytest.approx(np.sum(w * y) / w.sum(), abs=1e-14)


def test_cells_where_all_answer_alike_use_the_half_and_say_so():
    cells = cells_from_counts([20, 30], [10, 10], [10, 5])
    expected = (10 + 10 * 10.5 / 11 + 5 + 20 * 0.5) / 50
    assert mixture(cells, 1) == pytest.approx(expected)
    assert mixture(cells, 5) < mixture(cells, 1)
    note = theta_note(cells, 5)
    assert "all of a cell answered alike" in note and "(y + 1/2)/(n + 1)" in note
    assert theta_note(cells_from_counts([20], [10], [5]), 5) == ""


def test_a_cell_without_any_answer_leans_on_the_others():
    y = np.array([1.0, 0, NAN, NAN])
    made = cells_from_answers(y, np.full(4, 3.0), ["a", "a", "b", "b"], ["g"] * 4)
    assert mixture(made, 1) == pytest.approx(0.5)


def test_mean_moves_by_standard_deviations_and_stays_on_the_scale():
    y, w = np.array([-1.0, 0, 1, 2]), np.full(4, 2.0)
    made = cells_from_answers(y, w, ["a"] * 4, ["g"] * 4, binary=False, limits=(-4, 4))
    theta = math.exp(0.5)
    assert mixture(made, theta) == pytest.approx(0.5 - 0.5 * 0.5 * np.std(y, ddof=1))
    assert not limit_binds(made, theta)
    assert mixture(made, math.exp(50)) == pytest.approx((y.sum() - 16) / 8)
    assert limit_binds(made, math.exp(50)) and "end of the scale" in theta_note(made, math.exp(50))


# --- tipping points -----------------------------------------------------------------------------------

A = cells_from_counts([180, 140], [45, 74], [36, 66], ["AMH", "CSC"])


@pytest.mark.parametrize("threshold", [0.35, 0.5, 0.67, 0.84])
def test_tipping_theta_solves_its_equation(threshold):
    assert mixture(A, tipping_theta(A, threshold, "above")) == pytest.approx(threshold, abs=1e-10)


def test_tipping_on_the_other_side():
    theta = tipping_theta(A, 0.9, "below")
    assert theta < 1 and mixture(A, theta) == pytest.approx(0.9, abs=1e-10)


def test_tipping_when_crossed_already_or_never():
    assert math.isnan(tipping_theta(A, 0.85, "above"))
    assert math.isnan(tipping_theta(A, 0.8, "below"))
    assert tipping_theta(A, 0.31, "above") == math.inf
    assert tipping_theta(A, 0.95, "below") == 0
    assert tipping_theta(A, 102 / 320 + 1e-9, "above") > 1e6


def test_interval_carried_over_on_the_logit_scale():
    def logit(p):
        return math.log(p / (1 - p))

    target = carried_limit(0.5, 0.84, 0.768, logit_scale=True)
    assert logit(target) - logit(0.5) == pytest.approx(logit(0.84) - logit(0.768))
    assert carried_end(target, 0.84, 0.768, logit_scale=True) == pytest.approx(0.5)
    # GT-8's logit interval starts at .7680750: its tipping θ lies nearer 1 than the point's 12.80313.
    theta = tipping_theta(A, carried_limit(0.5, 0.8402027, 0.7680750, logit_scale=True), "above")
    assert 1 < theta < 12.80313


def test_interval_carried_over_in_scale_points():
    assert carried_limit(-0.25, 0.05, -0.10, logit_scale=False) == pytest.approx(-0.10)
    assert carried_end(-0.10, 0.05, -0.10, logit_scale=False) == pytest.approx(-0.25)
    # A share of 1 has no logit; the width is then kept in percentage points.
    assert carried_limit(0.5, 1.0, 0.9, logit_scale=True) == pytest.approx(0.6)


def test_shift_of_the_unheard():
    y, w = np.array([0.0, 0.2, -0.2, 0.4]), np.full(4, 2.0)
    cells = cells_from_answers(y, w, ["a"] * 4, ["g"] * 4, binary=False, limits=(-4, 4))
    assert tipping_shift(cells, 0.1, -0.25, "above") == pytest.approx(-0.7)
    assert tipping_shift(cells, 0.1, 0.25, "below") == pytest.approx(0.3)
    assert math.isnan(tipping_shift(cells, 0.3, 0.25, "below"))
    everyone = cells_from_answers(y, np.ones(4), ["a"] * 4, ["g"] * 4, binary=False, limits=(-4, 4))
    assert tipping_shift(everyone, 0.1, 0.25, "below") == math.inf


def test_grid_lies_on_the_harmful_sides():
    assert theta_grid([1, 2, 5], ["above"]) == [1, 2, 5]
    assert theta_grid([2, 5], ["below"]) == [0.2, 0.5, 1]
    assert theta_grid([2], ["above", "below"]) == [0.5, 1, 2]


# --- reader scenario ----------------------------------------------------------------------------------


def people(rows):
    """Rows of (number, y, read, weight, cell, group)."""
    flat = [row[1:] for row in rows for _ in range(row[0])]
    return pd.DataFrame(flat, columns=["y", "read", "weight", "cell", "group"]).assign(asked=1.0)


SURVEY = people(
    [
        (12, 1.0, 1.0, 4.0, "A1", "A"),
        (4, 0.0, 1.0, 4.0, "A1", "A"),
        (2, 1.0, 0.0, 4.0, "A1", "A"),
        (4, 0.0, 0.0, 4.0, "A1", "A"),
        (10, 1.0, 1.0, 2.0, "B1", "B"),
        (5, 0.0, 1.0, 2.0, "B1", "B"),
        (3, 1.0, 0.0, 2.0, "B1", "B"),
        (2, 0.0, 0.0, 2.0, "B1", "B"),
    ]
)


def by_hand(k):
    """Cell A1: 22 respondents, 66 silent, 16 readers (12 yes), 6 not (2 yes); B1: 20, 20, 15 (10), 5 (3)."""
    yes = 14 + 66 * (k * 16 / 22 * 12 / 16 + (1 - k * 16 / 22) * 2 / 6)
    yes += 13 + 20 * (k * 15 / 20 * 10 / 15 + (1 - k * 15 / 20) * 3 / 5)
    return yes / 128


@pytest.mark.parametrize("k", [0, 0.25, 0.5, 0.75, 1])
def test_scenario_by_hand(k):
    found = reader_scenario(SURVEY, k, among=False, min_group=5, assumed=0)
    assert found.estimate == pytest.approx(by_hand(k)) and found.source == "group"


def test_scenario_at_one_is_the_weighted_estimate():
    found = reader_scenario(SURVEY, 1, among=False, min_group=5, assumed=0)
    assert found.estimate == pytest.approx(np.average(SURVEY["y"], weights=SURVEY["weight"]))
    readers = SURVEY[SURVEY["read"] == 1]
    found = reader_scenario(SURVEY, 1, among=True, min_group=5, assumed=0)
    assert found.estimate == pytest.approx(np.average(readers["y"], weights=readers["weight"]))


def test_scenario_of_a_sample_is_that_of_a_census_of_it():
    drawn = SURVEY.assign(asked=7.0, weight=7 * SURVEY["weight"])
    for among in (True, False):
        one, other = (reader_scenario(s, 0.5, among=among, min_group=5, assumed=0) for s in (SURVEY, drawn))
        assert one.estimate == pytest.approx(other.estimate, rel=1e-12)


def test_claim_on_readers_counts_fewer_silent_readers():
    found = reader_scenario(SURVEY, 0.5, among=True, min_group=5, assumed=0)
    above = 12 + 33 * 16 / 22 * 12 / 16 + 10 + 10 * 0.75 * 10 / 15
    below = 16 + 33 * 16 / 22 + 15 + 10 * 0.75
    assert found.estimate == pytest.approx(above / below) and found.source == "none"
    none = reader_scenario(SURVEY, 0, among=True, min_group=5, assumed=0)
    assert none.estimate == pytest.approx(22 / 31)


def test_readership_itself():
    own = SURVEY.assign(y=SURVEY["read"])
    found = reader_scenario(own, 0.5, among=False, min_group=5, assumed=9, nonreaders=0.0)
    assert found.estimate == pytest.approx((31 + 0.5 * (66 * 16 / 22 + 20 * 15 / 20)) / 128)
    assert reader_scenario(own, 0, among=False, min_group=5, assumed=9, nonreaders=0.0).estimate == 31 / 128


def test_routed_non_readers_count_as_no():
    found = reader_scenario(SURVEY, 0, among=False, min_group=5, assumed=9, nonreaders=0.0)
    assert found.estimate == pytest.approx(27 / 128) and found.source == "fixed"


def test_who_did_not_tell_the_group_is_of_any_of_them():
    """One cell holds everybody, and some left the question blank by which results are shown."""
    whole = SURVEY.assign(cell="All")
    lost = whole.assign(group=whole["group"].where(whole["group"] == "A"))
    assert nonreader_source(lost, None, 5) == {"A": "group", "": "all"}
    found = reader_scenario(lost, 0, among=False, min_group=5, assumed=0)
    said, silent = SURVEY["y"], SURVEY["weight"] - 1
    nonreaders = SURVEY["read"] == 0
    answer = (silent * said)[nonreaders].sum() / silent[nonreaders].sum()
    assert found.estimate == pytest.approx((said.sum() + silent.sum() * answer) / SURVEY["weight"].sum())


def test_too_few_non_readers_are_pooled_over_groups():
    few = SURVEY.drop(SURVEY[(SURVEY["group"] == "B") & (SURVEY["read"] == 0)].index[:1])
    assert nonreader_source(few, None, 5) == {"A": "group", "B": "all"}
    found = reader_scenario(few, 0, among=False, min_group=5, assumed=0, group_level="B")
    # Ten non-reading respondents: 6 in A stand for 18 silent, 4 in B for 4; yes: 2 x 3 and 2 x 1.
    pooled = (2 * 3 + 2 * 1) / (6 * 3 + 4 * 1)
    assert found.source == "all"
    assert found.estimate == pytest.approx((12 + 19 * pooled) / 38)


def test_still_too_few_are_assumed():
    few = SURVEY[(SURVEY["read"] == 1) | (SURVEY.index % 4 == 0)]
    assert set(nonreader_source(few, None, 5).values()) == {"assumed"}
    low = reader_scenario(few, 0, among=False, min_group=5, assumed=0.0)
    high = reader_scenario(few, 0, among=False, min_group=5, assumed=1.0)
    assert low.source == "assumed" and high.estimate > low.estimate


def test_respondent_who_did_not_say_is_not_moved_by_k():
    unsaid = pd.concat([SURVEY, people([(1, NAN, NAN, 4.0, "A1", "A")])], ignore_index=True)
    silent = reader_scenario(unsaid, 0, among=True, min_group=5, assumed=0)
    share = 16 / 22
    assert silent.estimate == pytest.approx((22 + share * 12 / 16) / (31 + share))


def test_a_cell_without_readers_borrows_from_its_group():
    extra = people([(3, 0.0, 0.0, 2.0, "A2", "A")])
    found = reader_scenario(pd.concat([SURVEY, extra]), 1, among=False, min_group=5, assumed=0)
    assert 0 < found.estimate < 1


def test_of_a_base_in_which_nobody_is_nothing_is_estimated():
    someone, none = cells_from_counts([10], [5], [2]), np.zeros(1)
    nobody = dataclasses.replace(someone, total=none, heard=none, silent=none, missing=none)
    assert math.isnan(mixture(nobody, 1.0)) and math.isnan(nobody.unheard_share)
