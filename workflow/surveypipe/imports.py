"""Files that a program of the tool imports, so that an edited formula runs again what rests on it.

A rule names one file in their place, their stamp: Snakemake looks every input of every rule up among the
outputs of all others, and with each module for an input that was a third of a run with nothing to do.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from surveypipe.whole_files import whole


class Module(NamedTuple):
    """What is kept of one file: the dotted names that it imports, and its checksum."""

    names: list[str]
    checksum: str


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
        self._looked = functools.cache(self._look)
        self._behind = functools.cache(self._files_behind)
        self._imported = functools.cache(self._files_imported)
        self._files = functools.cache(self._files_of)
        self._is_file = functools.cache(os.path.isfile)
        self._above = str(library.parent)
        self._used: dict[str, Module] = {}

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
        return sorted(self._behind(str(script)))

    def checksums(self, script: Path) -> list[str]:
        """List the checksums of a program and of all that it imports."""
        return sorted(self._looked(file).checksum for file in {str(script), *self._behind(str(script))})

    def stamp(self, script: Path, path: Path) -> None:
        """Write the checksums of the files that a script imports; see :func:`write_stamp`."""
        found = self._behind(str(script))
        write_stamp(path, {self._place(file): self._looked(file).checksum for file in found}, found)

    def _files_behind(self, script: str) -> set[str]:
        found: set[str] = set()
        waiting, scripts = [script], os.path.dirname(script)
        while waiting:
            new = self._imported(waiting.pop(), scripts) - found
            found |= new
            waiting += new
        return found

    def _place(self, file: str) -> str:
        """Name a file without the folder in which the tool happens to lie."""
        inside = file.startswith(os.path.join(self._above, self.library.name, ""))
        return file.removeprefix(self._above).lstrip(os.sep) if inside else os.path.basename(file)

    def keep(self) -> None:
        """Write what was found, for the next run."""
        if self._memory is None or set(self._used) == self._before:
            return
        try:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            with whole(self._memory, shared=True) as made:
                made.write_text(json.dumps(self._used), encoding="utf-8")
        except OSError:
            return

    def _look(self, file: str) -> Module:
        """Names and checksum of one file, as they were kept where its path, size and time are the same."""
        state = os.stat(file)
        key = f"{os.path.abspath(file)} {state.st_size} {state.st_mtime_ns}"
        if key not in self._known:
            path = Path(file)
            content = path.read_bytes()
            self._known[key] = Module(
                sorted(_imported(path, content.decode("utf-8"), self.library)),
                hashlib.sha256(content).hexdigest()[:16],
            )
        self._used[key] = self._known[key]
        return self._known[key]

    def _files_imported(self, file: str, scripts: str) -> frozenset[str]:
        """Files that the imports of one file run, at its top or inside a function."""
        return frozenset().union(*(self._files(name, scripts) for name in self._looked(file).names))

    def _files_of(self, name: str, scripts: str) -> frozenset[str]:
        """Files that an import of a dotted name runs: the module and the packages above it."""
        beside = os.path.join(scripts, f"{name}.py")
        if name and self._is_file(beside):
            return frozenset({beside})
        package, _, last = name.rpartition(".")
        if (package or last).partition(".")[0] != self.library.name:
            return frozenset()
        base = os.path.join(self._above, *name.split("."))
        own = {path for path in (os.path.join(base, "__init__.py"), f"{base}.py") if self._is_file(path)}
        return (self._files(package, scripts) if package else frozenset()) | own


def write_stamp(path: Path, checksums: dict[str, str], files: Iterable[str | Path]) -> None:
    """Write the checksums of some files into one, which changes when one of them does and at no other time.

    A new stamp is as old as the newest of the files, as if it were they: results that were moved here
    without it are not out of date for that.

    Parameters
    ----------
    path
        The stamp.
    checksums
        By the name of each file.
    files
        The files.
    """
    text = "".join(f"{checksum}  {name}\n" for name, checksum in sorted(checksums.items()))
    is_new = not path.is_file()
    if not is_new and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path, shared=True) as partial:
        partial.write_text(text, encoding="utf-8")
        if is_new:
            newest = max((os.stat(file).st_mtime_ns for file in files), default=0)
            os.utime(partial, ns=(newest, newest))


def _remembered(memory: Path | None) -> dict[str, Module]:
    try:
        kept = json.loads(memory.read_text(encoding="utf-8")) if memory else {}
        return {key: Module([*map(str, names)], str(checksum)) for key, (names, checksum) in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _imported(path: Path, text: str, library: Path) -> set[str]:
    names: set[str] = set()
    for node in _statements(ast.parse(text).body):
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
