"""A rebuild against what was released: what is the same, what differs, and from what."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from surveypipe import formatting
from surveypipe.comparison.causes import OPINION, Provenance, attributed, provenance
from surveypipe.comparison.expected import expected_tables, fingerprints, paragraphs
from surveypipe.comparison.moves import Moves, moves
from surveypipe.comparison.release import read_manifest
from surveypipe.comparison.sentences import first_line, told
from surveypipe.comparison.tables import NOT_RESULTS, Table, read_table
from surveypipe.problems import SurveyError
from surveypipe.provenance import checksum

# Differing paragraphs of a document that are told, and their letters.
_SHOWN, _LETTERS = 3, 90


@dataclass
class Verification:
    """What was found.

    Parameters
    ----------
    moves
        Numbers and grades that are not as expected, each with its likely cause.
    known
        What differs in data, configuration, code and software.
    same_bytes
        Files that are the same to the byte.
    same_content
        Files of other bytes with the same numbers, and documents with the same words.
    unlike
        File to what is wrong with it, of files that differ, are missing, damaged or were not released.
    unread
        Files of other bytes of which nothing but the bytes is compared.
    changed
        Files that are not what the run wrote.
    count
        Files that were released, and those that were not and are there.
    """

    moves: Moves
    known: Provenance
    same_bytes: list[str] = field(default_factory=list)
    same_content: list[str] = field(default_factory=list)
    unlike: dict[str, list[str]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    count: int = 0

    @property
    def passed(self) -> bool:
        """Whether every number and every word is as it was released."""
        return not (self.moves.numbers or self.moves.grades or self.unlike)


def verify(results: Path, released: Mapping[str, Any]) -> Verification:
    """Hold results against what was released.

    Parameters
    ----------
    results
        Folder of a run.
    released
        Content of the committed file (:mod:`surveypipe.comparison.expected`).

    Raises
    ------
    SurveyError
        If the run left no manifest.
    """
    now = read_manifest(results / "public/manifest.json")
    known = provenance(released, now)
    written = {entry["path"]: entry["sha256"] for entry in now["files"]}
    found = Verification(Moves(), known)
    tables: dict[str, Table] = {}
    for entry in released["files"]:
        _file(found, results, entry, written.get(entry["path"]), released["texts"], tables)
    named = {entry["path"] for entry in released["files"]}
    for name in written:
        # What R answered is told as a cause, for it changes no number and some words.
        if name not in named and name != OPINION:
            found.unlike[name] = ["it is not among the released files"]
    found.count = len(named | found.unlike.keys())
    expected = expected_tables(released)
    # Of a table that cannot be read its numbers are not told one by one.
    kept = {name: table for name, table in expected.items() if name in tables}
    found.moves = _of_changed_files(attributed(moves(kept, tables), known), found.changed)
    moved = {f"public/{move.table}.csv" for move in found.moves.numbers}
    if found.moves.grades:
        moved.add("public/claims.csv")
    found.same_content = [path for path in found.same_content if path not in moved]
    return found


def _of_changed_files(found: Moves, changed: set[str]) -> Moves:
    """Give a number of a file that somebody changed after the run that as its cause."""
    cause = "its file was changed after the run"
    numbers = [
        replace(move, cause=cause) if f"public/{move.table}.csv" in changed else move
        for move in found.numbers
    ]
    grades = [replace(one, cause=cause) if "public/claims.csv" in changed else one for one in found.grades]
    return replace(found, numbers=numbers, grades=grades)


def _file(
    found: Verification,
    results: Path,
    entry: Mapping[str, Any],
    written: str | None,
    texts: Mapping[str, list[str]],
    tables: dict[str, Table],
) -> None:
    """Compare one file, as far as it can be."""
    name = entry["path"]
    path = results / name
    if not path.is_file():
        found.unlike[name] = ["it is missing"]
        return
    now = checksum(path)
    if written is not None and now != written:
        found.unlike[name] = ["it is not what the run wrote: it was changed or damaged afterwards"]
        found.changed.add(name)
    try:
        wrong = _content(path, name, texts, tables)
    except SurveyError as error:
        found.unlike[name] = [problem.removeprefix(f"{path}: ").rstrip(".") for problem in error.problems]
        return
    if now == entry["sha256"]:
        found.same_bytes.append(name)
    elif wrong:
        found.unlike.setdefault(name, []).extend(wrong)
    elif name in found.unlike:
        return
    elif name in texts or (path.suffix == ".csv" and path.stem not in NOT_RESULTS):
        found.same_content.append(name)
    else:
        found.unread.append(name)


def _content(path: Path, name: str, texts: Mapping[str, list[str]], tables: dict[str, Table]) -> list[str]:
    """Read a file; say what of its words is not as released. Numbers of tables are compared together."""
    if path.suffix == ".csv" and name.startswith("public/"):
        tables[path.stem] = read_table(path)
    elif path.suffix == ".pdf" and not _whole_pdf(path):
        raise SurveyError(f"{path}: this file is damaged; it is no whole PDF.")
    elif name in texts:
        return list(_words(paragraphs(path), texts[name]))
    return []


def _whole_pdf(path: Path) -> bool:
    content = path.read_bytes()
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]


def _words(lines: list[str], released: list[str]) -> Iterator[str]:
    codes = difflib.SequenceMatcher(None, released, fingerprints(lines), autojunk=False).get_opcodes()
    went = sum(b - a for kind, a, b, _, _ in codes if kind != "equal")
    came = [line for kind, _, _, c, d in codes if kind != "equal" for line in lines[c:d]]
    if went or came:
        many = max(went, len(came))
        are = "is" if many == 1 else "are"
        yield f"{many} of {len(lines)} paragraphs and cells {are} not as released"
    for line in came[:_SHOWN]:
        yield f"now: {line if len(line) <= _LETTERS else line[: _LETTERS - 1] + '…'}"


def report(found: Verification) -> list[str]:
    """Lay a verification out for the terminal, the verdict first."""
    files = f"{len(found.same_bytes)} of {found.count} files are the same to the byte"
    if found.passed:
        numbers = formatting.count(found.moves.compared)
        said = f"all {numbers} released numbers and the words of the documents are as released"
        lines = [f"Verified: {said}; {files}."]
    else:
        lines = [f"NOT as released. {first_line(found.moves)} {files[0].upper()}{files[1:]}."]
    same = [path for path in found.same_content]
    lines += (
        [f"Other bytes, the same numbers in tables and words in documents: {', '.join(same)}."]
        if same
        else []
    )
    if found.unread:
        lines.append(f"Other bytes, in which nothing else is compared: {', '.join(found.unread)}.")
    for path, wrong in found.unlike.items():
        lines += [f"{path}: {wrong[0]}.", *(f"  {line}" for line in wrong[1:])]
    if found.passed and not (same or found.unread):
        return lines
    return lines + told(found.moves, found.known, ("the committed manifest", "these results"))[1:]
