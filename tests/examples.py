"""The examples of docs/extending.md: what each block puts where, read from its first line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).resolve().parents[1] / "docs/extending.md"
# Parts of the page with the changes that the house promises to keep small.
CHANGES = ("A claim kind", "An item type", "A figure, a table", "A sentence", "A weighting method")
STUDY = ("config/", "report/")
_BLOCK = re.compile(r"^```(?:python|yaml|jinja)\n(?P<first>[^\n]*)\n(?P<text>.*?)^```$", re.S | re.M)
_PLACE = re.compile(
    r"(?:#|\{#) (?P<file>[^\s:,]+)(?:, under (?P<section>[\w.]+))?: "
    r"(?P<how>a new file|first|last|before|after|in place of)(?: `(?P<line>.+)`)?(?: #\})?"
)


class Block(NamedTuple):
    """One block of text and the place where it goes.

    Attributes
    ----------
    part
        Heading of the page under which it stands.
    file
        Path within the project.
    section
        Keys of a YAML file within which `how` holds, divided by points; '' for the whole file.
    how, line
        ``a new file``; ``first`` in the section; ``last`` in the file; ``before``, ``after`` or
        ``in place of`` a line.
    text
        What is pasted.
    """

    part: str
    file: str
    section: str
    how: str
    line: str
    text: str


def blocks() -> list[Block]:
    """Read every block of the page, in its order."""
    found = []
    for part in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.M)[1:]:
        title = part.partition("\n")[0]
        for block in _BLOCK.finditer(part):
            place = _PLACE.fullmatch(block["first"])
            assert place, f"{title}: no place is named by {block['first']!r}"
            found.append(
                Block(title, *(place[n] or "" for n in ("file", "section", "how", "line")), block["text"])
            )
    return found


def paste(block: Block, project: Path) -> None:
    """Put a block where it says; a place that is not there, or twice, is an error."""
    path = project / block.file
    if block.how == "a new file":
        assert not path.exists(), f"{block.file} is no new file"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        return
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    start = _start(lines, block.section)
    if block.how == "last":
        lines += ["\n\n", block.text]
    elif block.how == "first":
        lines.insert(start, block.text)
    else:
        # Within a section the first such line is meant; in a whole file there is only one.
        found = [n for n in range(start, len(lines)) if lines[n].rstrip("\n") == block.line]
        told = f"{block.file}: {len(found)} times {block.line!r}"
        assert len(found) == 1 or (found and block.section), told
        at = found[0] + (block.how == "after")
        lines[at : at + (block.how == "in place of")] = [block.text]
    path.write_text("".join(lines), encoding="utf-8")


def _start(lines: list[str], section: str) -> int:
    """First line within a section of a YAML file, whose keys are each indented by two more blanks."""
    at = 0
    for depth, key in enumerate(filter(None, section.split("."))):
        head = f"{'  ' * depth}{key}:\n"
        at = next(n for n in range(at, len(lines)) if lines[n] == head) + 1
    return at


def files_touched() -> dict[str, tuple[list[str], list[str]]]:
    """Give for each promised change the files of the tool, and of the study, that its example touches."""
    made = {}
    for change in CHANGES:
        files = list(dict.fromkeys(block.file for block in blocks() if block.part == change))
        of_study = [file for file in files if file.startswith(STUDY)]
        made[change] = [file for file in files if file not in of_study], of_study
    return made
