"""Files that a program of the tool imports, so that an edited formula runs again what rests on it."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Iterator
from pathlib import Path


def modules_of(script: Path, library: Path) -> list[str]:
    """List the files of ours that a script imports, directly or not.

    Parameters
    ----------
    script
        The program; what lies in its folder is found by its bare name.
    library
        Folder of the package.

    Returns
    -------
    list of str
        Sorted paths, relative where `script` and `library` are.
    """
    found: set[Path] = set()
    waiting = [script]
    while waiting:
        for path in _local_imports(waiting.pop(), script.parent, library):
            if path not in found:
                found.add(path)
                waiting.append(path)
    return sorted(map(str, found))


# A module that many scripts share is read once, not once a rule: a run with nothing to do stays short.
@functools.cache
def _local_imports(path: Path, scripts: Path, library: Path) -> set[Path]:
    """Files of ours that one file imports, at its top or inside a function."""
    names: set[str] = set()
    for node in _statements(ast.parse(path.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            name = _absolute_name(node, path, library)
            names |= {name} | {f"{name}.{alias.name}" for alias in node.names}
    return {file for name in names for file in _files_of(name, scripts, library)}


def _statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Statements at any depth; what stands within expressions imports nothing, and is most of a file."""
    for node in body:
        yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _statements(getattr(node, part, ()))


def _absolute_name(node: ast.ImportFrom, path: Path, library: Path) -> str:
    """Name of the module of a from-import, a relative one resolved against its file."""
    if not node.level:
        return node.module or ""
    package = path.relative_to(library.parent).with_suffix("").parts[: -node.level]
    return ".".join([*package, *(node.module.split(".") if node.module else [])])


def _files_of(name: str, scripts: Path, library: Path) -> set[Path]:
    """Files that an import of a dotted name runs: the module and the packages above it."""
    beside = scripts / f"{name}.py"
    if name and beside.is_file():
        return {beside}
    parts = name.split(".")
    if parts[0] != library.name:
        return set()
    found = set()
    for depth in range(1, len(parts) + 1):
        base = library.parent.joinpath(*parts[:depth])
        for candidate in (base / "__init__.py", base.with_suffix(".py")):
            if candidate.is_file():
                found.add(candidate)
    return found
