"""The authors' own works among the references, which a blinded document must not give away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from surveypipe.problems import Problems
from surveypipe.rendering.bibliography import entries
from surveypipe.rendering.expand import near

OWN = "author's own"


def withhold(bibliography: str, keys: Sequence[str], words: str = OWN) -> str:
    """Put words that name nobody in the place of some entries of a bibliography.

    Parameters
    ----------
    bibliography
        BibTeX.
    keys
        Keys of the authors' own works.
    words
        What stands for them, in the text and in the list.

    Raises
    ------
    SurveyError
        If there is no entry of a key.
    """
    works = list(entries(bibliography))
    known = [work.key for work in works]
    problems = Problems()
    for key in keys:
        if key not in known:
            problems.add(f"report.own_works: there is no '{key}' in the bibliography.{near(key, known)}")
    problems.raise_if_any()

    made, at = [], 0
    author = f"{{{{{words[:1].upper()}{words[1:]}}}}}"
    for work in works:
        if work.key in keys:
            fields = [_name(keys, work.key), f"  author = {author}", "  title = {Withheld for peer review}"]
            made += [bibliography[at : work.start], "@misc{" + ",\n".join(fields) + "\n}"]
            at = work.end
    return "".join([*made, bibliography[at:]])


def rename(text: str, keys: Sequence[str]) -> str:
    """Cite the authors' own works by keys that name nobody, since keys become anchors in the documents."""
    for key in keys:
        text = re.sub(rf"(?<![\w\\])@{re.escape(key)}(?![\w-]|[:.]\w)", f"@{_name(keys, key)}", text)
    return text


def _name(keys: Sequence[str], key: str) -> str:
    return f"own-work-{list(keys).index(key) + 1}"


def withhold_own_works(folder: Path, keys: Sequence[str], words: str = OWN) -> None:
    """Do both in the folder in which a blinded document is rendered.

    Parameters
    ----------
    folder
        Made by :func:`surveypipe.rendering.staging.stage`.
    keys, words
        As in :func:`withhold`.
    """
    listed = folder / "references.bib"
    listed.write_text(withhold(listed.read_text(encoding="utf-8"), keys, words), encoding="utf-8")
    for path in sorted([*folder.glob("*.qmd"), *folder.glob("tables/*.md")]):
        path.write_text(rename(path.read_text(encoding="utf-8"), keys), encoding="utf-8")
