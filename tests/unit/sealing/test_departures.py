"""Every change of what decides is found, named by its key, and told once."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from sealed import Change, plan
from surveypipe.sealing.deciding import departures


def _after(change: Change) -> list[tuple[str, str, Any, Any]]:
    found = departures(plan().text, plan(change))
    return [(one.path, one.change, one.before, one.after) for one in found]


CHANGES: list[tuple[Change, list[tuple[str, str, Any, Any]]]] = [
    (
        lambda config, book: config["claims"]["C1"].update(threshold=0.6),
        [("claims.C1.threshold", "changed", 0.5, 0.6)],
    ),
    (
        lambda config, book: config["claims"]["C1"].update(upper_threshold=0.9),
        [("claims.C1.upper_threshold", "added", None, 0.9)],
    ),
    (
        lambda config, book: config["claims"]["C4"].pop("upper_threshold"),
        [("claims.C4.upper_threshold", "dropped", 0.5, None)],
    ),
    (
        lambda config, book: config["analysis"].update(ci_level=0.9),
        [("analysis.ci_level", "changed", 0.95, 0.9)],
    ),
    (
        lambda config, book: config["cleaning"]["rules"][-1].update(action="drop"),
        [("cleaning.rules.late.action", "changed", "flag", "drop")],
    ),
    (
        lambda config, book: config["weighting"].update(primary=config["weighting"].pop("fallback")),
        [
            ("weighting.primary", "changed", "cells", "agency"),
            ("weighting.fallback", "dropped", "agency", None),
        ],
    ),
    (
        lambda config, book: book["variables"]["read"].update(counts=2),
        [("codebook.variables.read.counts", "changed", 1.0, 2.0)],
    ),
]


@pytest.mark.parametrize(("change", "told"), CHANGES)
def test_a_change_is_told(change: Change, told: list[tuple[str, str, Any, Any]]) -> None:
    assert _after(change) == told


def test_nothing_changed_is_nothing_told() -> None:
    assert departures(plan().text, plan()) == []


def test_a_block_that_came_or_went_is_one_departure() -> None:
    def change(config: dict[str, Any], book: dict[str, Any]) -> None:
        config["claims"]["C7"] = config["claims"].pop("C3")
        config["analysis"]["models"].pop(0)

    found = {(path, kind) for path, kind, _, _ in _after(change)}
    assert found == {
        ("claims.C3", "dropped"), ("claims.C7", "added"), ("analysis.models.read/logistic", "dropped"),
    }  # fmt: skip


def test_the_order_of_rules_decides_and_that_of_models_does_not() -> None:
    assert _after(lambda config, book: config["analysis"]["models"].reverse()) == []
    ((path, change, before, after),) = _after(lambda config, book: config["cleaning"]["rules"].reverse())
    assert (path, change, before[::-1]) == ("cleaning.rules", "reordered", after)


def test_rules_of_which_fewer_were_sealed_are_told_also_where_they_are_now_the_usual_ones() -> None:
    sealed = plan(lambda config, book: config.update(cleaning={"rules": [{"type": "blank"}]})).text
    usual = plan(lambda config, book: config.update(cleaning={}))
    found = [one for one in departures(sealed, usual) if one.steps[:2] == ("cleaning", "rules")]
    assert {one.steps[2] for one in found if one.change == "added"} == {
        "not_on_frame", "duplicate", "range", "skip",
    }  # fmt: skip


def test_a_setting_that_the_tool_learned_since_is_no_departure_until_somebody_sets_it() -> None:
    older = copy.deepcopy(plan().text)
    del older["analysis"]["proportion_interval"], older["weighting"]["replicates"]["max_n"]
    assert departures(older, plan()) == []
    changed = plan(lambda config, book: config["analysis"].update(proportion_interval="wilson"))
    assert [one.path for one in departures(older, changed)] == ["analysis.proportion_interval"]
