"""The house: a room imports from itself and from below, nothing goes in a circle, a door runs nothing."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[2] / "workflow/surveypipe"
LONGEST = 350
# The files of the root lie below the first floor; rooms of one floor do not know each other.
FLOORS = [
    ["study"],
    ["intake", "design", "disclosure", "rendering"],
    ["weighting"],
    ["estimation"],
    ["regression", "measurement"],
    ["ledger"],
    ["nonresponse", "panel", "simulation"],
    ["reporting"],
    ["archiving"],
]


def module_of(path: Path) -> str:
    parts = path.relative_to(LIBRARY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in LIBRARY.rglob("*.py")}


def imports(path: Path) -> set[str]:
    """Modules of the library that a file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name.removeprefix("surveypipe.") for name in found if name.startswith("surveypipe")} & set(
        MODULES
    )


def floor(module: str) -> int:
    room = module.partition(".")[0]
    return next((number for number, rooms in enumerate(FLOORS, start=1) if room in rooms), 0)


def test_every_room_has_a_floor():
    rooms = {path.name for path in LIBRARY.iterdir() if path.is_dir() and (path / "__init__.py").is_file()}
    assert rooms <= {room for rooms in FLOORS for room in rooms}


def test_no_import_climbs():
    climbs = [
        f"{module} -> {other}"
        for module, path in MODULES.items()
        for other in imports(path)
        if module.partition(".")[0] != other.partition(".")[0] and floor(other) >= floor(module) > 0
    ]
    climbs += [f"{m} -> {o}" for m, path in MODULES.items() for o in imports(path) if floor(m) < floor(o)]
    assert climbs == []


def test_no_import_goes_in_a_circle():
    graph = {module: imports(path) - {""} for module, path in MODULES.items()}
    graphlib.TopologicalSorter(graph).prepare()


def test_the_door_of_a_room_runs_nothing():
    """What a room's __init__ imports would make every edit re-run every rule."""
    for path in LIBRARY.rglob("__init__.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        assert len(body) <= 1 and all(isinstance(node, ast.Expr) for node in body), path


def test_no_name_repeats_its_room():
    twice = [m for m in MODULES if "." in m and m.split(".")[-1].startswith(m.split(".")[-2].rstrip("s"))]
    assert twice == []


def test_no_file_is_long():
    """One subject each: what has grown longer holds two."""
    lines = {str(path.relative_to(LIBRARY)): path.read_text("utf-8").count("\n") for path in MODULES.values()}
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}
