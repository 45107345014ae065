"""Shortcodes of the text, expanded for both renderers: ``include``, ``meta`` and ``pagebreak``.

Quarto could expand them itself, but not tell which number came from where. Positions are kept,
so that an unknown key is reported with the file and line where it stands.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from surveypipe.formatting import PRINTED, numbers_in
from surveypipe.problems import Problems, SurveyError
from surveypipe.rendering.blocks import marked_abstract, marked_blocks
from surveypipe.rendering.metadata import known_keys, value_at
from surveypipe.study.reading import parse_yaml
from surveypipe.text_files import read_text

SHORTCODE = re.compile(r"\{\{<\s*(?P<name>[A-Za-z][\w-]*)(?P<argument>[^>]*?)\s*>\}\}")
PAGE_BREAK = "\n::: {.page-break}\n:::\n"
_MAX_DEPTH = 5
_PREFIX = re.compile(r"[A-Z]{0,2}")
# What stands behind the level of an interval.
_LEVEL = re.compile(r"\s+(?:confidence\s+)?interval\b")


def split_front_matter(text: str) -> tuple[str, str]:
    """Separate the YAML block at the top from the body.

    Returns
    -------
    tuple of str
        The YAML without its fences ('' when there is none) and the body.
    """
    found = re.match(r"---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", text, flags=re.DOTALL)
    return (found.group(1), text[found.end() :]) if found else ("", text)


def join_front_matter(front: Mapping[str, Any], body: str) -> str:
    """Put a YAML block and a body together."""
    block = yaml.safe_dump(dict(front), allow_unicode=True, sort_keys=False, width=10**6)
    return f"---\n{block}---\n{body}"


def label_prefix(front: Mapping[str, Any], name: str) -> str:
    """Give what stands before the numbers of a document's tables and figures.

    Parameters
    ----------
    front
        The front matter, whose ``label-prefix`` says so; without it nothing does.
    name
        What a message calls the text.

    Raises
    ------
    SurveyError
        If it is anything but one or two capital letters: what Word updates must be told from it.

    Examples
    --------
    >>> label_prefix({"label-prefix": "S"}, "supplement.qmd")
    'S'
    """
    prefix = str(front.get("label-prefix") or "")
    if not _PREFIX.fullmatch(prefix):
        raise SurveyError(
            f"{name}: label-prefix is '{prefix}'; write one or two capital letters, such as S for 'Table S1'."
        )
    return prefix


def near(key: str, candidates: list[str]) -> str:
    """Suggest up to three similar names, as the end of a sentence."""
    close = difflib.get_close_matches(key, candidates, n=3, cutoff=0.6)
    return f" Near it: {', '.join(close)}." if close else ""


class Expander:
    """Expands the shortcodes of one document and collects what cannot be expanded.

    Parameters
    ----------
    metadata
        Nested values that ``meta`` may name.
    problems
        Where unknown keys, missing files and unknown shortcodes are recorded.
    sourced
        Keys below ``num`` whose source is known, each with what is known of it; their numbers become spans of
        the class ``num``, but for those listed as its ``constants``.
    page_break
        What a page break becomes.
    """

    def __init__(
        self,
        metadata: Mapping[str, Any],
        problems: Problems,
        sourced: Mapping[str, Mapping[str, Any]] | None = None,
        page_break: str = PAGE_BREAK,
    ) -> None:
        self._metadata = metadata
        self._problems = problems
        self._sourced = sourced or {}
        self._page_break = page_break
        self._keys = known_keys(metadata)

    def document(self, path: Path, added_lines: int = 0) -> tuple[dict[str, Any], str]:
        """Expand a document.

        Parameters
        ----------
        path
            The text; files it includes are looked for beside it.
        added_lines
            Lines that staging put into the front matter, not to be counted in messages.

        Returns
        -------
        tuple
            The front matter, its texts expanded, and the body.
        """
        text = read_text(path)
        block, body = split_front_matter(text)
        skipped = text[: len(text) - len(body)].count("\n")
        first_line = skipped + 1 - added_lines
        # Run over the block as it stands for the positions; its values are expanded after parsing, because a
        # number may hold a character that means something to YAML.
        self._expand(block, path, first_line=2, depth=0)
        front = self._values(parse_yaml(marked_abstract(block), str(path), first_line=2) or {}, path)
        return front, self._expand(marked_blocks(body, first_line), path, first_line, depth=0)

    def _values(self, value: Any, path: Path, name: str = "") -> Any:
        if isinstance(value, str):
            # Of the front matter only the abstract is text; a title is a property of the files as well.
            marked = name == "abstract"
            return self._expand(value, path, first_line=0, depth=0, report=False, marked=marked)
        if isinstance(value, list):
            return [self._values(item, path) for item in value]
        if isinstance(value, dict):
            return {key: self._values(item, path, key) for key, item in value.items()}
        return value

    def _expand(
        self,
        text: str,
        path: Path,
        first_line: int,
        depth: int,
        report: bool = True,
        marked: bool = True,
    ) -> str:
        def replaced(match: re.Match[str]) -> str:
            line = first_line + text.count("\n", 0, match.start())
            where = f"{path.name}, line {line}" if report else ""
            name, argument = match["name"], match["argument"].strip()
            if name == "meta":
                value = self._meta(argument, where, text, match)
                key = argument.removeprefix("num.")
                if not marked or not self._marks(key, text, match):
                    return value
                return marked_numbers(value, key, self._sourced[key].get("constants", ()))
            if name == "include":
                return self._include(argument, path, where, depth)
            if name == "pagebreak":
                return self._page_break
            self._add(where, f"the shortcode '{name}' is not known here; use meta, include or pagebreak.")
            return ""

        return SHORTCODE.sub(replaced, text)

    def _meta(self, key: str, where: str, text: str, match: re.Match[str]) -> str:
        value = value_at(self._metadata, key)
        if value is None:
            self._add(where, f"the text asks for '{key}', which no stage made.{near(key, self._keys)}")
            return ""
        if not in_grid_table(text, match.start()):
            return value
        # A grid table is drawn with characters, so a value must take exactly the room of its shortcode.
        room = len(match.group(0))
        if len(value) > room or "\n" in value:
            self._add(
                where, f"the value of '{key}' is wider than its cell; make this grid table a pipe table."
            )
            return match.group(0)
        return value.ljust(room)

    def _marks(self, key: str, text: str, match: re.Match[str]) -> bool:
        if key not in self._sourced or in_grid_table(text, match.start()):
            return False
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        # Headings are repeated in the contents list, captions are made into attributes.
        return not line.startswith(("#", "![", ":", "|"))

    def _include(self, name: str, path: Path, where: str, depth: int) -> str:
        included = path.parent / name
        if not included.is_file():
            others = sorted(f"{included.parent.name}/{file.name}" for file in included.parent.glob("*.md"))
            self._add(where, f"the text includes '{name}', which does not exist.{near(name, others)}")
            return ""
        if depth >= _MAX_DEPTH:
            self._add(
                where, f"'{name}' is included more than {_MAX_DEPTH} files deep; does it include itself?"
            )
            return ""
        text = read_text(included)
        return self._expand(text.strip("\n"), included, first_line=1, depth=depth + 1)

    def _add(self, where: str, sentence: str) -> None:
        if where:
            self._problems.add(f"{where}: {sentence}")


def marked_numbers(value: str, key: str, constants: Collection[str] = ()) -> str:
    """Put each number of a value into a span that names its key; the first of them can be focused.

    Constants, the level of an interval and digits within a constant that is a name were set and not found:
    they stay plain.

    Examples
    --------
    >>> marked_numbers("58% (*n* = 45)", "k")
    '[58%]{.num source="k" first="1"} (*n* = [45]{.num source="k"})'
    >>> marked_numbers("(95% interval 8% to 19%) above 8% in year 8", "k", ["8%", "Year 8"])
    '(95% interval 8% to [19%]{.num source="k" first="1"}) above 8% in year 8'
    """
    first = iter([' first="1"'])
    names = [constant for constant in constants if not PRINTED.fullmatch(constant)]
    found_at = {found.start() for found in numbers_in(value, names)}

    def marked(found: re.Match[str]) -> str:
        level = _LEVEL.match(value, found.end())
        if level or found[0].lstrip("±") in constants or found.start() not in found_at:
            return found[0]
        return f'[{found[0]}]{{.num source="{key}"{next(first, "")}}}'

    return PRINTED.sub(marked, value)


def in_grid_table(text: str, position: int) -> bool:
    """Tell whether a position stands in a grid table (its paragraph begins with ``+-``)."""
    start = text.rfind("\n\n", 0, position)
    paragraph = text[start + 2 if start >= 0 else 0 : position].lstrip()
    return paragraph.startswith(("+-", "+="))
