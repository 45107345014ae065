"""Where two configurations differ, in words, and what rests on it."""

from __future__ import annotations

import copy

import pytest

from surveypipe.comparison.differences import differences

CONFIG = {
    "cleaning": {
        "reverse": ["a_2"],
        "scales": [{"variable": "clear", "items": ["a_1", "a_2"]}],
        "recodes": [
            {"variable": "clear_above", "type": "above", "from": "clear", "cut": 3},
            {"variable": "band", "type": "bands", "from": "years", "cuts": [2, 5]},
        ],
        "rules": [{"type": "late", "id": "late", "after": "2012-03-31"}],
    },
    "bases": {"readers": {"read": 1}},
    "claims": {
        "C1": {"variable": "read", "threshold": 0.5},
        "C2": {"variable": "clear_above", "base": "readers", "threshold": 0.5},
    },
    "weighting": {"primary": "cells", "schemes": {"cells": {"method": "poststratify"}}},
    "report": {"journal": "preprint"},
}


def changed(*path, to):
    other = copy.deepcopy(CONFIG)
    inner = other
    for key in path[:-1]:
        inner = inner[key]
    if to is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return other


CUT, ITEMS, SCHEME = ("cleaning", "recodes", 0, "cut"), ("cleaning", "scales", 0, "items"), ("weighting",)
AFTER = ("cleaning", "rules", 0, "after")
CASES = [
    (CUT, 3.5, "recode of clear_above, cut: 3 became 3.5", "C2 clear_above"),
    (("cleaning", "recodes", 1, "cuts"), [2, 6], "recode of band, cuts: 5 taken out, 6 added", "band"),
    (ITEMS, ["a_1"], "scale clear, items: a_2 taken out", "C2 clear clear_above"),
    (("cleaning", "reverse"), [], "cleaning.reverse: a_2 taken out", "C2 a_2 clear clear_above"),
    (AFTER, "2012-04-30", "cleaning rule late, after: 2012-03-31 became 2012-04-30", ""),
    (("claims", "C1", "threshold"), 0.67, "threshold of C1: 0.5 became 0.67", "C1"),
    (("claims", "C1"), None, "claim C1: variable read, threshold 0.5 was taken out", "C1"),
    (("bases", "readers", "read"), 2, "base readers, read: 1 became 2", "C2 readers"),
    ((*SCHEME, "schemes", "cells", "by"), ["site"], "weighting scheme cells, by: site is new", "cells"),
    ((*SCHEME, "primary"), "raked", "weighting.primary: cells became raked", ""),
]


@pytest.mark.parametrize(("path", "to", "words", "about"), CASES)
def test_a_changed_key_is_named_with_what_rests_on_it(path, to, words, about):
    [found] = differences(CONFIG, changed(*path, to=to))
    assert (found.words, " ".join(sorted(found.about))) == (words, about)
    assert found.moves_numbers


@pytest.mark.parametrize(
    ("key", "moves"),
    [
        ("report.journal", False), ("study.title", False), ("claims.C1.short", False), ("results", False),
        ("claims.C1.label", True), ("disclosure.preset", True), ("inputs.encoding", True), ("seed", True),
    ],
)  # fmt: skip
def test_words_and_pages_move_no_number(key, moves):
    *path, last = key.split(".")
    old, new = ({}, {})
    for config, value in ((old, "a"), (new, "b")):
        for step in path:
            config = config.setdefault(step, {})
        config[last] = value
    [found] = differences(old, new)
    assert found.moves_numbers is moves


def test_the_order_of_entries_that_stand_beside_each_other_is_no_difference():
    other = copy.deepcopy(CONFIG)
    other["claims"] = dict(reversed(other["claims"].items()))
    assert differences(CONFIG, other) == []


def test_the_order_of_what_is_done_one_after_the_other_is_a_difference():
    other = copy.deepcopy(CONFIG)
    other["cleaning"]["recodes"].reverse()
    [found] = differences(CONFIG, other)
    assert found.words == "cleaning.recodes: in another order"
    assert sorted(found.about) == ["C2", "band", "clear_above"]
