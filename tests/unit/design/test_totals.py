"""Totals: every sample that could have been drawn, and weights that do and do not add up to people.

R's answers stand in tests/golden/data/designs.csv.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations, product

import numpy as np
import pytest

from surveypipe.design.from_weights import cells_of
from surveypipe.design.phases import second_phase
from surveypipe.design.protocol import Design
from surveypipe.design.replicated import ReplicatedDesign
from surveypipe.design.sampled import SampledDesign
from surveypipe.design.selection import Selection
from surveypipe.design.stages import Stage
from surveypipe.design.totals import counts_people, domain_totals
from surveypipe.study.design import Sampling
from surveypipe.study.frame import Frame

Y = np.array([3.0, 7.0, 1.0, 0.0, 10.0, 4.0, 4.0, 9.0, 2.0])
STRATUM = np.array(list("aaaabbbbb"))
CLUSTER = np.array([0, 0, 0, 1, 1, 2, 2, 3, 3])
DOMAIN = np.array([True, True, False, True, True, False, True, True, False])


def stratified() -> Iterator[tuple[Design, np.ndarray]]:
    """Two of four and two of five, drawn in every way."""
    members = [np.flatnonzero(STRATUM == name) for name in "ab"]
    for first, second in product(combinations(members[0], 2), combinations(members[1], 2)):
        rows = np.array([*first, *second])
        size = np.array([4.0, 4.0, 5.0, 5.0])
        yield sampled(rows, Stage(rows.astype(str), STRATUM[rows], size), size / 2), rows


def clustered() -> Iterator[tuple[Design, np.ndarray]]:
    """Two of four clusters, drawn in every way."""
    for drawn in combinations(range(4), 2):
        rows = np.flatnonzero(np.isin(CLUSTER, drawn))
        stage = Stage(CLUSTER[rows].astype(str), np.full(len(rows), ""), np.full(len(rows), 4.0))
        yield sampled(rows, stage, np.full(len(rows), 2.0)), rows


def answering() -> Iterator[tuple[Design, np.ndarray]]:
    """A census of which two of each cell answer, in every way."""
    for design, rows in stratified():
        yield second_phase(design.weights, STRATUM[rows], {"a": 4.0, "b": 5.0}), rows


def sampled(rows: np.ndarray, stage: Stage, weights: np.ndarray) -> SampledDesign:
    labels = np.full(len(rows), "all")
    selection = Selection((stage,), np.ones(len(rows), bool), weights)
    return SampledDesign(weights, labels, cells_of(labels, {"all": float(weights.sum())}), selection)


@pytest.mark.parametrize("drawn", [stratified, clustered, answering])
@pytest.mark.parametrize("domain", [np.ones(9, bool), DOMAIN])
def test_over_all_samples_the_total_and_its_variance_are_right_on_average(drawn, domain):
    values = np.where(domain, Y, np.nan)
    tables = [domain_totals(values[rows], design, fpc=True) for design, rows in drawn()]
    # Where a sample has nobody in the domain its total is nought.
    totals = np.array([np.nan_to_num(table.estimate[0]) for table in tables])
    variances = np.array([np.nan_to_num(table.se[0]) ** 2 for table in tables])
    assert totals.mean() == pytest.approx(np.nansum(values))
    assert variances.mean() == pytest.approx(totals.var())


def test_the_total_of_people_is_the_share_times_their_number():
    design, rows = next(answering())
    hits = (Y[rows] > 3).astype(float)
    total, mean = domain_totals(hits, design, fpc=True), design.means(hits[:, None])
    assert total.estimate[0] == pytest.approx(9 * mean.estimate[0])
    assert total.se[0] == pytest.approx(9 * mean.se[0])
    assert total.df[0] == mean.df[0]


def test_replicates_compute_the_total_again():
    weights = np.array([2.0, 2.0, 2.5, 2.5])
    # Each leaves one out and lets the other of its pair stand for both.
    kept = np.array([[0, 2, 1, 1], [2, 0, 1, 1], [1, 1, 0, 2], [1, 1, 2, 0]], float).T
    labels = np.full(4, "all")
    design = ReplicatedDesign(
        weights, labels, cells_of(labels, {"all": 9.0}), weights[:, None] * kept, np.full(4, 0.5), "JKn", True
    )
    y = np.array([3.0, 1.0, 10.0, 4.0])
    found = domain_totals(y, design, fpc=False)
    assert found.estimate[0] == pytest.approx(2 * 4 + 2.5 * 14)
    assert found.se[0] ** 2 == pytest.approx(0.5 * 2 * ((2 * 2) ** 2 + (2.5 * 6) ** 2))


def test_an_empty_domain_has_no_total():
    design, rows = next(stratified())
    table = domain_totals(np.full((len(rows), 1), np.nan), design, fpc=True)
    assert np.isnan(table.estimate[0]) and np.isnan(table.se[0]) and table.n[0] == 0


SAMPLE = Sampling(kind="sample", weights="w")
PEOPLE = [
    ("counts", Sampling(kind="census"), Frame(), 1.0, True),
    ("none", SAMPLE, Frame(), 1.0, False),
    ("none", SAMPLE, Frame(), 12.5, True),
    ("none", Sampling(kind="convenience"), Frame(), 1.0, False),
    ("counts", Sampling(kind="convenience"), Frame(size=100), 12.5, True),
    ("none", Sampling(kind="convenience"), Frame(margins={"sex": {"f": 0.5, "m": 0.5}}), 1.0, False),
    ("counts", SAMPLE, Frame(margins={"sex": {"f": 50.0, "m": 50.0}}), 1.0, False),
]


@pytest.mark.parametrize(("population", "sampling", "frame", "mean", "expected"), PEOPLE)
def test_weights_add_up_to_people_or_not(population, sampling, frame, mean, expected):
    rows = np.arange(8)
    stage = Stage(rows.astype(str), np.full(8, ""))
    design = sampled(rows, stage, np.full(8, mean))
    assert counts_people(design, population, sampling, frame) is expected


def test_all_samples_are_tried():
    assert [len(list(drawn())) for drawn in (stratified, clustered, answering)] == [60, 6, 60]
    assert set(chain.from_iterable(rows for _, rows in stratified())) == set(range(9))
