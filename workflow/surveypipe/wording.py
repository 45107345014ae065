"""The sentences that the pipeline writes: templates filled with facts, a study's own before the tool's.

A template is Markdown with Jinja2 blocks in ``workflow/wording/<language>/``, named for its place in a text.
Python gives it facts (numbers, labels, lists) and enumerated outcomes; how they are worded is the template's
alone. A study puts a file of the same name into its own ``report/wording/`` to say it differently.

What a template prints of a fact that is text is escaped, so that a label prints as it is; what is Markdown
already (made by a filter, or by Python as :class:`Markdown`) is not. A fact that a template names and was not
given is an error, never an empty place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
)

from surveypipe import formatting
from surveypipe.problems import SurveyError

SUFFIX = ".md.j2"
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
# Items of a list and rows of a table, which keep a line each.
_ITEM = re.compile(r"^[-*|] ", re.MULTILINE)


class Markdown(str):
    """Text that is Markdown already and is printed as it stands."""

    __slots__ = ()


def _printed(value: Any) -> Any:
    return formatting.escape(value) if isinstance(value, str) and not isinstance(value, Markdown) else value


def _listed(words: Iterable[Any], last: str = "and") -> Markdown:
    return Markdown(formatting.sentence_list([str(_printed(word)) for word in words], last))


def _worded(keys: Iterable[str], words: Mapping[str, str]) -> list[str]:
    return [words.get(key, key.replace("_", " ")) for key in keys]


def _capital(text: str) -> str:
    return type(text)(text[:1].upper() + text[1:])


def _known(value: Any) -> bool:
    return value is not None and math.isfinite(value)


# Filters that print a number give text without Markdown, but for the symbol of a p-value.
_FILTERS = {
    "count": formatting.count,
    "decimal": formatting.decimal,
    "held": formatting.held,
    "measured": formatting.measured,
    "weight": formatting.weight,
    "percent": formatting.percent,
    "points": formatting.points,
    "setting": formatting.setting,
    "confidence": formatting.confidence,
    "numeral": formatting.numeral,
    "capital": _capital,
    "possessive": formatting.possessive,
    "listed": _listed,
    "worded": _worded,
    "p_value": formatting.p_value,
    "p_statement": lambda p: Markdown(formatting.p_statement(p)),
    "markdown": Markdown,
}
_FUNCTIONS = {
    "percent_interval": formatting.percent_interval,
    "decimal_interval": formatting.decimal_interval,
    "period": formatting.period,
}


class Wording:
    """Templates found in a series of folders, the first that has one winning.

    Parameters
    ----------
    folders
        Folders of templates: the study's own first, then the tool's. One that does not exist is passed over.
    everywhere
        Facts that every template may name: the study's vocabulary, for example.
    """

    def __init__(self, folders: Sequence[Path], everywhere: Mapping[str, Any] | None = None) -> None:
        self.folders = [folder for folder in folders if folder.is_dir()]
        self.environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in self.folders]),
            undefined=StrictUndefined,
            finalize=_printed,
            trim_blocks=True,
            lstrip_blocks=True,
            # The text is Markdown, whose rules `finalize` keeps; those of HTML do not apply.
            autoescape=False,
        )
        self.environment.filters |= _FILTERS
        self.environment.globals |= {**_FUNCTIONS, **(everywhere or {})}
        self.environment.tests["known"] = _known

    def say(self, name: str, **facts: Any) -> Markdown:
        """Word some facts.

        Parameters
        ----------
        name
            Template, without its ending: ``methods/response``.
        facts
            What the template may name.

        Returns
        -------
        Markdown
            Paragraphs divided by blank lines, each on one line; lists and tables keep a line for each item
            or row.

        Raises
        ------
        SurveyError
            If there is no such template, if it is not valid, or if it names a fact that it is not given.
        """
        try:
            text = self.environment.get_template(name + SUFFIX).render(**facts)
        except TemplateNotFound as error:
            raise SurveyError(f"wording: there is no template {error.name}.") from error
        except TemplateError as error:
            raise SurveyError(self._complaint(name, error)) from error
        return Markdown("\n\n".join(filter(None, map(_folded, _BLANK_LINE.split(text)))))

    def _complaint(self, name: str, error: TemplateError) -> str:
        path = self.path(name)
        line = getattr(error, "lineno", None)
        where = f"{path}, line {line}" if line else str(path)
        return f"{where}: {error.message}. Compare it with the template of the same name that the tool ships."

    def path(self, name: str) -> Path:
        """File that a template is read from."""
        return next(
            folder / (name + SUFFIX) for folder in self.folders if (folder / (name + SUFFIX)).is_file()
        )

    def names(self) -> list[str]:
        """Every template, in order."""
        return sorted(
            name.removesuffix(SUFFIX) for name in self.environment.list_templates(extensions=["j2"])
        )


def _folded(paragraph: str) -> str:
    """One line a paragraph, or one line an item of a list or a row of a table."""
    items = [match.start() for match in _ITEM.finditer(paragraph)]
    starts = sorted({0, *items})
    pieces = [paragraph[a:b] for a, b in zip(starts, [*starts[1:], len(paragraph)], strict=True)]
    return "\n".join(filter(None, (re.sub(r"\s+", " ", piece).strip() for piece in pieces)))


def replaced(own: Path, shipped: Path) -> list[str]:
    """Name the templates that a study says in its own words, for the manifest.

    Raises
    ------
    SurveyError
        If the study's folder holds a template that replaces none.
    """
    found = sorted(str(path.relative_to(own)) for path in own.rglob(f"*{SUFFIX}")) if own.is_dir() else []
    names = sorted(path.relative_to(shipped).as_posix() for path in shipped.rglob(f"*{SUFFIX}"))
    unknown = [name for name in found if name not in names]
    if unknown:
        raise SurveyError(
            f"{own / name}: no template of the tool has this name, so that nothing would use it; names of "
            f"the tool are, for example, {', '.join(get_close_matches(name, names, cutoff=0))}."
            for name in unknown
        )
    return found
