"""The library as a house: its rooms and floors, and what imports what."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

WORKFLOW = Path(__file__).resolve().parents[1] / "workflow"
LIBRARY = WORKFLOW / "surveypipe"
# The files of the root lie below the first floor; rooms of one floor do not know each other.
FLOORS = [
    ["study"],
    ["intake", "design", "disclosure", "rendering", "sealing"],
    ["weighting", "review"],
    ["estimation"],
    ["regression", "measurement"],
    ["ledger"],
    ["nonresponse", "panel", "rehearsal", "simulation"],
    ["reporting"],
    ["archiving", "comparison", "second_opinion"],
    ["commands"],
]


def module_of(path: Path) -> str:
    """Name of a module within the library."""
    parts = path.relative_to(LIBRARY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in LIBRARY.rglob("*.py")}


@cache
def tree_of(path: Path) -> ast.Module:
    """Syntax of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    """Modules of the library that a file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    ours = {name.removeprefix("surveypipe.") for name in found if name.startswith("surveypipe")}
    return frozenset(ours & set(MODULES))


def rooms() -> list[str]:
    """Rooms that are there."""
    return sorted(path.name for path in LIBRARY.iterdir() if (path / "__init__.py").is_file())


def floor(module: str) -> int:
    """Floor of a module, counted from 1; 0 for the root."""
    room = module.partition(".")[0]
    return next((number for number, held in enumerate(FLOORS, start=1) if room in held), 0)


def climbs() -> list[str]:
    """Imports from a room of the same floor or above, or from the root into a room."""
    found = []
    for module, path in MODULES.items():
        for other in imports(path):
            abroad = module.partition(".")[0] != other.partition(".")[0]
            if floor(other) > floor(module) or (abroad and floor(other) == floor(module) > 0):
                found.append(f"{module} -> {other}")
    return found


def circle() -> list[str]:
    """One circle of imports, as a list of modules; empty where there is none."""
    graph = {module: imports(path) - {""} for module, path in MODULES.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def functions() -> Iterator[int]:
    """Length of every function of the library and the scripts, in lines."""
    for path in [*MODULES.values(), *WORKFLOW.glob("scripts/*.py")]:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1
