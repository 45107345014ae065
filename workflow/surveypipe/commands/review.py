"""What came back in an edited Word file: changes as a patch of the source, refusals and comments by line."""

from __future__ import annotations

import contextlib
from pathlib import Path

from surveypipe.place import tool_folder
from surveypipe.problems import SurveyError
from surveypipe.review.comparison import Review, review
from surveypipe.review.word_file import WordFile, read_word_file
from surveypipe.study.checking import configuration_file
from surveypipe.study.folder import StudyFolder
from surveypipe.text_files import read_text


def review_file(folder: Path, edited: Path, original: Path | None, *, apply: bool) -> list[str]:
    """Review an edited file, and write what can be taken over as a patch beside it.

    Parameters
    ----------
    folder
        The study's folder.
    edited
        The file that came back.
    original
        The file that was sent out; None for the one among the study's results that it was made as.
    apply
        Whether to write the changes into the source as well.

    Returns
    -------
    list of str
        Lines for the screen.

    Raises
    ------
    SurveyError
        If the files are not of one document and run, or the source is the tool's own.
    """
    edited, original = edited.resolve(), original.resolve() if original else None
    came = read_word_file(edited)
    with contextlib.chdir(folder):
        study = StudyFolder(Path(), tool_folder())
        made = (
            read_word_file(original) if original else _sent_out(came, Path(configuration_file(study).results))
        )
        source = Path(study.text_of(made.document.replace("_", "-")))
        found = review(made, came, read_text(source), str(source))
        lines = told(found)
        if found.patch():
            patch = edited.with_suffix(".patch")
            patch.write_text(found.patch(), encoding="utf-8")
            lines.append(f"The changes are in {patch.name}, beside the edited file; look at them first.")
            lines.append(_applied(source, found, apply=apply))
    return lines


def _sent_out(came: WordFile, results: Path) -> WordFile:
    if not came.document:
        raise SurveyError(
            "The edited file does not say what it was made from: it comes from another program, or its first "
            "paragraph was taken out. Give the file that was sent out: --original FILE."
        )
    name = came.document.replace("_", "-")
    found = [results / f"report/{name}{variant}.docx" for variant in ("", "-blinded")]
    for path in found:
        if path.is_file() and (made := read_word_file(path)).checksum == came.checksum:
            return made
    raise SurveyError(
        f"The edited file was made from another run: none of {', '.join(map(str, found))} has its text. "
        "Build that run again, or give the file that was sent out: --original FILE."
    )


def _applied(source: Path, found: Review, *, apply: bool) -> str:
    if not apply:
        return "To take them over: surveypipe review with --apply, or `git apply` with that file."
    if source.is_absolute():
        raise SurveyError(
            f"{source} is the tool's own text; copy it into report/ of the study, and apply then."
        )
    source.write_text(found.new, encoding="utf-8")
    return f"They are in {source} now."


def told(found: Review) -> list[str]:
    """Say what was found, a line to each."""
    lines = [f"{found.source}, line {line}: {words}." for line, words in found.changes]
    for refusal in found.refusals:
        where = found.source if refusal.line is None else f"{found.source}, line {refusal.line}"
        lines.append(f"Not taken over: {where}: {refusal.sentence}")
    for comment in found.comments:
        where = found.source if comment.line is None else f"{found.source}, line {comment.line}"
        on = f" on '{comment.words}'" if comment.words else ""
        dated = f", {comment.date}" if comment.date else ""
        lines.append(f"Comment: {where}: {comment.author or 'somebody'}{dated}{on}: {comment.text}")
    return lines or ["Nothing was changed."]
