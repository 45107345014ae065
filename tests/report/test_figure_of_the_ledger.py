"""The figure of the ledger shows what would overturn each claim; its marks do not contradict each other."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

import made_up
from surveypipe.reporting.figures import ledger, theme
from surveypipe.reporting.figures.theme import themed
from surveypipe.reporting.what_if import scenario_text, tipping_text
from surveypipe.study.grades import Grade


@pytest.fixture(scope="module")
def released():
    given = made_up.released()
    claims = given.tables["claims"].copy()
    within = claims["kind"] == "equivalence"
    claims.loc[within, ["tipping_theta", "tipping_shift"]] = [0.8, 0.16]
    return dataclasses.replace(given, tables={**given.tables, "claims": claims})


@pytest.fixture(scope="module")
def figure(released):
    with themed("ledger"):
        return ledger.draw(released).figure


def test_theta_the_shift_and_the_scenario_stand_beside_each_claim(released, figure):
    written = [text.get_text() for text in figure.texts]
    plan = released.settings.sensitivity.scenario
    for row in released.claim_rows():
        assert tipping_text(row, released.claim_of(row)) in written
        assert scenario_text(row, plan.k_grade, released.claim_of(row).tabled) in written
    assert "0.8 (0.16)" in written


def test_a_study_whose_silent_are_unknown_has_no_columns_for_them(released):
    claims = released.tables["claims"].copy()
    claims[["tipping_theta", "tipping_shift"]] = float("nan")
    claims["tipping_outcome"] = "who is silent is unknown"
    without = {**released.config["sensitivity"], "scenario": None}
    config = {**released.config, "sensitivity": without, "population": "none"}
    changed = dataclasses.replace(released, config=config, tables={**released.tables, "claims": claims})
    with themed("ledger"):
        made = ledger.draw(changed)
    assert not [t for t in made.figure.texts if "θ" in t.get_text() or "Readers" in t.get_text()]
    assert "θ" not in made.alt


def test_grades_are_told_by_lightness_in_one_order():
    order = [
        Grade.NOT_SUPPORTED, Grade.AMONG_RESPONDENTS, Grade.IF_AT_RANDOM, Grade.UNLESS_STRONGLY_DIFFERENT,
        Grade.WHATEVER,
    ]  # fmt: skip
    assert [ledger.STRENGTH[grade.number] for grade in order] == [0, 1, 2, 3, 4]
    assert set(ledger.STRENGTH) == {grade.number for grade in Grade}
    from matplotlib.colors import to_rgb

    grey = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in map(to_rgb, theme.GRADES)]
    assert all(lighter - darker > 0.1 for lighter, darker in itertools.pairwise(grey))


def test_two_limits_of_a_claim_are_told_apart_by_their_heads(released, figure):
    both = next(claim for claim in released.claims.values() if len(claim.sides()) == 2)
    heads = {
        (float(line.get_xdata()[0]), line.get_marker())
        for axes in figure.axes
        for line in axes.lines
        if line.get_color() == theme.LIMIT and line.get_marker() in "<>"
    }
    wanted = {(side.limit, ">" if side.direction == "above" else "<") for side in both.sides()}
    assert wanted <= heads
