"""Files that a program of the tool imports, so that an edited formula runs again what rests on it."""

from __future__ import annotations

import ast
import functools
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path


class Imports:
    """What programs import, remembered between runs: a run with nothing to do reads no source.

    Parameters
    ----------
    library
        Folder of the package.
    memory
        JSON file of what was found before: names by the path, size and time of change of a file. One that is
        absent, damaged or may not be written is done without.
    """

    def __init__(self, library: Path, memory: Path | None = None) -> None:
        self.library = library
        self._memory = memory
        self._known = _remembered(memory)
        self._before = set(self._known)
        self._names = functools.cache(self._names_of)
        self._files = functools.cache(self._files_of)
        self._used: dict[str, list[str]] = {}

    def of(self, script: Path) -> list[str]:
        """List the files of ours that a script imports, directly or not.

        Parameters
        ----------
        script
            The program; what lies in its folder is found by its bare name.

        Returns
        -------
        list of str
            Sorted paths, relative where `script` and `library` are.
        """
        found: set[Path] = set()
        waiting = [script]
        while waiting:
            for name in self._names(waiting.pop()):
                new = self._files(name, script.parent) - found
                found |= new
                waiting += new
        return sorted(map(str, found))

    def keep(self) -> None:
        """Write what was found, for the next run."""
        if self._memory is None or set(self._used) == self._before:
            return
        try:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            made = self._memory.with_name(f"{self._memory.name}.{os.getpid()}")
            made.write_text(json.dumps(self._used), encoding="utf-8")
            made.replace(self._memory)
        except OSError:
            return

    def _names_of(self, path: Path) -> list[str]:
        """Dotted names that one file imports, at its top or inside a function."""
        state = path.stat()
        key = f"{path.resolve()} {state.st_size} {state.st_mtime_ns}"
        if key not in self._known:
            self._known[key] = sorted(_imported(path, self.library))
        self._used[key] = self._known[key]
        return self._known[key]

    def _files_of(self, name: str, scripts: Path) -> set[Path]:
        """Files that an import of a dotted name runs: the module and the packages above it."""
        beside = scripts / f"{name}.py"
        if name and beside.is_file():
            return {beside}
        parts = name.split(".")
        if parts[0] != self.library.name:
            return set()
        found = set()
        for depth in range(1, len(parts) + 1):
            base = self.library.parent.joinpath(*parts[:depth])
            for candidate in (base / "__init__.py", base.with_suffix(".py")):
                if candidate.is_file():
                    found.add(candidate)
        return found


def _remembered(memory: Path | None) -> dict[str, list[str]]:
    try:
        return dict(json.loads(memory.read_text(encoding="utf-8"))) if memory else {}
    except (OSError, ValueError, TypeError):
        return {}


def _imported(path: Path, library: Path) -> set[str]:
    names: set[str] = set()
    for node in _statements(ast.parse(path.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            name = _absolute_name(node, path, library)
            names |= {name} | {f"{name}.{alias.name}" for alias in node.names}
    return names


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
