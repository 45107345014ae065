"""The house: a room imports from itself and from below, nothing goes in a circle, a door runs nothing."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from pathlib import Path

import count_house
import examples
import house
from studies import FIXED, ROOT


def test_every_room_has_a_floor():
    assert house.rooms() == sorted(room for rooms in house.FLOORS for room in rooms)


def test_no_import_climbs():
    assert house.climbs() == []


def test_no_import_goes_in_a_circle():
    assert house.circle() == []


def test_the_door_of_a_room_runs_nothing():
    """What a room's __init__ imports would make every edit re-run every rule."""
    for path in house.LIBRARY.rglob("__init__.py"):
        body = house.tree_of(path).body
        assert len(body) <= 1 and all(isinstance(node, ast.Expr) for node in body), path


def test_no_name_repeats_its_room():
    names = [module.split(".") for module in house.MODULES if "." in module]
    assert [name for name in names if name[-1].startswith(name[-2].rstrip("s"))] == []


def test_the_promised_changes_stay_small():
    """Files of the tool that each change of docs/extending.md touches, and no more."""
    touched = [len(tool) for tool, _ in examples.files_touched().values()]
    # Class, template and test; an entry; module and register; nothing of the tool; a function.
    assert touched == [3, 1, 2, 0, 1]


def test_each_file_of_a_rule_is_named_once():
    assert set(count_house.times_named().values()) == {1}


def test_no_file_is_long():
    """One subject each: what has grown longer holds two."""
    assert {str(path): count for path, count in count_house.long_files().items()} == {}


def test_no_two_modules_of_the_tests_have_one_name():
    """A script and a helper of the tests are imported by name alone: of two, whichever came first is used."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]
    files = [path for folder in options["pythonpath"] for path in (ROOT / folder).glob("*.py")]
    times = Counter(path.stem for path in files if path.stem != "conftest")
    assert "beside_r" in times and [name for name, count in times.items() if count > 1] == []


def test_no_test_of_a_part_reads_the_shipped_study():
    """Titles, labels, thresholds and claims are the shipped study's to change."""
    tests = ROOT / "tests"
    files = [path for path in tests.glob("unit/**/*.py") if path != Path(__file__)]
    files += [tests / "made_up.py", *tests.glob("property/*.py")]
    named = "|".join(path.stem for path in FIXED.glob("*.yaml"))
    shipped = re.compile(rf"config/({named})\.yaml|[\"']config[\"'] *[/,]")
    reads = {str(path.relative_to(tests)): shipped.findall(path.read_text("utf-8")) for path in files}
    assert named and {name: found for name, found in reads.items() if found} == {}


def test_designs_are_known_by_their_protocol_alone():
    """What is above asks a design what `design/protocol.py` says, so that a new design is a class."""
    made = {"surveypipe.design.phases", "surveypipe.design.phases.SecondPhase"}
    users = [
        path.relative_to(house.LIBRARY).as_posix()
        for path in house.LIBRARY.rglob("*.py")
        if path.parent.name != "design" and any(name in path.read_text(encoding="utf-8") for name in made)
    ]
    assert users == []
