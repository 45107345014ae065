"""The list of tests that cost too much for every run: they are there, and some of each kind are left."""

from __future__ import annotations

import re

import long_tests
from studies import ROOT


def test_every_test_of_the_list_is_there_and_none_is_told_to_stay() -> None:
    named = long_tests.listed()
    assert named and named == sorted(set(named))
    for name in named:
        path, _, test = name.partition("::")
        source = (ROOT / path).read_text(encoding="utf-8")
        assert all(
            re.search(rf"(def|class) {part}\b", source) for part in test.partition("[")[0].split("::")
        ), name
        assert not name.endswith(long_tests.STAY), name


def test_what_the_supplement_says_is_checked_each_time_is_not_among_the_long_ones() -> None:
    files = {name.partition("::")[0] for name in long_tests.listed()}
    assert [path for path in files if re.search(r"^CHECKS\b", (ROOT / path).read_text("utf-8"), re.M)] == []


def test_every_test_that_is_to_stay_is_there() -> None:
    held = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert all(f"def {name.partition('[')[0]}(" in held for name in long_tests.STAY)


def test_of_many_cases_the_cheapest_stay_until_two_seconds_are_spent() -> None:
    costs = {"a::t[1]": 0.9, "a::t[2]": 1.0, "a::t[3]": 1.1, "a::t[4]": 0.1, "b::one": 2.1, "b::two": 1.9}
    assert long_tests.long_ones(costs) == ["a::t[3]", "b::one"]
    assert long_tests.long_ones({"e::t[1]": 3.9, "e::t[2]": 3.95}) == ["e::t[2]"]
    many = {f"c::t[{number}]": 0.3 for number in range(50)}
    assert long_tests.long_ones(many) == []
    kept = f"d::{long_tests.STAY[0]}"
    assert long_tests.long_ones({kept: 60.0}) == []
