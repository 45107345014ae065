"""Two results beside each other: on the screen, as a table, a page, and Word files with tracked changes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from surveypipe import formatting
from surveypipe.commands.rebuilding import rebuilt
from surveypipe.comparison.causes import Provenance, attributed, provenance
from surveypipe.comparison.moves import Moves, moves
from surveypipe.comparison.page import comparison_page
from surveypipe.comparison.release import Release, read_release
from surveypipe.comparison.sentences import told
from surveypipe.comparison.tracked_documents import Change, track_changes
from surveypipe.comparison.tracked_words import Author
from surveypipe.determinism import as_datetime, source_date_epoch
from surveypipe.place import tool_folder
from surveypipe.problems import Problems
from surveypipe.rendering.docx_package import Package
from surveypipe.study.folder import StudyFolder

NUMBERS, PAGE = "numbers.csv", "comparison.html"
HEAD = (
    "happened", "table", "place", "column", "old", "new", "absolute", "relative", "in_se", "cause",
)  # fmt: skip


@dataclass(frozen=True)
class Compared:
    """What was found, and where it is written.

    Parameters
    ----------
    lines
        For the screen, the worst first.
    same
        Whether no number, no grade and no word of a document differs.
    """

    lines: Sequence[str]
    same: bool


def compare(old: str, new: str, folder: Path, out: Path, progress: Callable[[str], None]) -> Compared:
    """Compare two results and write what was found.

    Parameters
    ----------
    old, new
        Each a folder of results, or a commit of the study, which is built anew.
    folder
        The study's folder.
    out
        Folder for the page, the table and the Word files.
    progress
        Is told what is being done.

    Raises
    ------
    SurveyError
        If either is neither folder nor commit, cannot be built, or is damaged.
    """
    problems = Problems()
    sides = [problems.attempt(partial(_side, one, folder, progress)) for one in (old, new)]
    problems.raise_if_any()
    was, now = (side for side in sides if side is not None)
    known = provenance(was.manifest, now.manifest)
    found = attributed(moves(was.tables, now.tables), known)
    out.mkdir(parents=True, exist_ok=True)
    changes = _documents(was, now, out)
    write_numbers(found, out / NUMBERS)
    _write_page(found, known, changes, (was, now), folder, out)
    words = {document: len(some) for document, some in changes.items() if some}
    lines = told(found, known, (was.label, now.label))
    lines += [
        f"{document}: {formatting.numeral(number, 'paragraph or cell', 'paragraphs and cells')} changed."
        for document, number in words.items()
    ]
    lines.append(f"Written to {out}: {', '.join(_files(out))}")
    return Compared(lines, not (found.numbers or found.grades or words))


def _side(named: str, folder: Path, progress: Callable[[str], None]) -> Release:
    """Read a folder of results, or build a commit of the study and read that."""
    if Path(named).is_dir():
        return read_release(Path(named), named)
    results, label = rebuilt(named, folder, progress)
    return read_release(results, label)


def _documents(old: Release, new: Release, out: Path) -> dict[str, list[Change]]:
    """Write each document that both results have with tracked changes."""
    epoch = source_date_epoch([path for path in new.documents.values()], Path())
    author = Author("surveypipe compare", as_datetime(epoch).strftime("%Y-%m-%dT%H:%M:%SZ"))
    found = {}
    for document in [name for name in new.documents if name in old.documents]:
        package = Package(new.documents[document])
        found[document] = track_changes(Package(old.documents[document]), package, author)
        path = out / f"{document}.docx"
        if found[document]:
            package.write(path, epoch)
        else:
            path.unlink(missing_ok=True)
    return found


def write_numbers(found: Moves, path: Path) -> None:
    """Write every number that moved, appeared or vanished, a line to each."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEAD)
        for move in found.numbers:
            amounts = [move.old, move.new, move.absolute, move.relative, move.in_se]
            shown = ["" if amount is None else f"{amount:.12g}" for amount in amounts]
            place = "|".join(move.place)
            writer.writerow([move.happened, move.table, place, move.column, *shown, move.cause])


def _write_page(
    found: Moves,
    known: Provenance,
    changes: Mapping[str, Sequence[Change]],
    sides: tuple[Release, Release],
    folder: Path,
    out: Path,
) -> None:
    styles = StudyFolder(folder, tool_folder()).typesetting("styles")
    style = next(path for path in styles if path.endswith("page.css"))
    page = comparison_page(
        labels=(sides[0].label, sides[1].label),
        found=found,
        known=known,
        changes=changes,
        files=[name for name in _files(out) if name != PAGE],
        language=sides[1].manifest.get("configuration", {}).get("report", {}).get("language", "en-GB"),
        notice=next((side.mark.notice for side in reversed(sides) if side.mark), ""),
        style=(folder / style).read_text(encoding="utf-8"),
    )
    (out / PAGE).write_text(page, encoding="utf-8")


def _files(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir() if path.suffix in (".csv", ".docx", ".html"))
