"""What the web page tells a reader who points at a number: the estimate in words, and its table.

The technical source (:mod:`surveypipe.reporting.number_sources`) stands one click further. A number that was
set and not found (a threshold, the level of an interval) tells nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from surveypipe.formatting import PRINTED, escape
from surveypipe.rendering.expand import label_prefix, split_front_matter
from surveypipe.reporting.answer_blocks import blocks, of_variables
from surveypipe.reporting.number_sources import RULES, Source, names_with_digits
from surveypipe.reporting.numbers import HIDDEN, claim_identifier, estimate_fields
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.layout import Table
from surveypipe.study.reading import parse_yaml
from surveypipe.wording import Markdown, Wording

if TYPE_CHECKING:
    import pandas as pd

SETTINGS_RULE = "configuration"
_INCLUDE = re.compile(r"\{\{<\s*include\s+(?:tables/)?([\w-]+)\.md\s*>\}\}")
_LABEL = re.compile(r"\{#((tbl|fig)-[\w-]+)")
_KINDS = {"tbl": "Table", "fig": "Figure"}
# Tables that show what a key of a whole table is about, by the beginning of the key.
_BY_KEY = (
    ("bias__multiverse", "multiverse"),
    ("bias__imputation", "imputation"),
    ("bias__open-answers", "open_answers"),
    ("bias__level-contrast", "level_contrast"),
    ("bias__proxy", "proxy"),
    ("bias__heckman", "not_at_random"),
    ("bias__representativity", "nrba_indicators"),
    ("bias__waves", "nrba_waves"),
    ("bias__list", "nrba_auxiliaries"),
    ("bias__weighting", "nrba_claims"),
    ("claims__largest-shift", "schemes"),
    ("claims__", "ledger"),
)
_BY_RULE = {"response": "response", "weight": "weights", "sensitivity": "ledger"}
# Beside the tables of the answers, those whose rows are variables.
_OF_VARIABLES = ("scales", "shares", "numbers", "totals", "open_answers")
# Compared are groups; their tests have a table of their own.
_COMPARED = ("difference", "rao_scott", "t_test", "rank_test")
_MOST_LINES = 6


@dataclass(frozen=True)
class Tip:
    """What is told of the numbers of one key.

    Parameters
    ----------
    told
        Lines, plain text.
    places
        Document to the name that the table has there: ``{"supplement": "Table 13"}``; empty for none.
    label
        Label of the table or figure, '' for none.
    constants
        Numbers of the value that were set, as they are printed, and names with digits; they tell nothing.
    """

    told: tuple[str, ...]
    label: str
    places: Mapping[str, str]
    constants: tuple[str, ...]


def numbering(text: str, included: Mapping[str, str]) -> dict[str, str]:
    """Count the tables and figures of a document in the order of its text.

    Parameters
    ----------
    text
        A ``.qmd``; what its front matter sets before the numbers (``label-prefix``) stands in the names.
    included
        Content of what it may include, by file name.

    Returns
    -------
    dict
        Label to its name: ``{"tbl-shares": "Table 13"}``.
    """

    def content(match: re.Match[str]) -> str:
        inner = included.get(f"{match[1]}.md", "")
        return _INCLUDE.sub(content, inner)

    front = parse_yaml(split_front_matter(text)[0], "text") or {}
    prefix = label_prefix(front, "text")
    counts = dict.fromkeys(_KINDS, 0)
    found: dict[str, str] = {}
    for match in _LABEL.finditer(_INCLUDE.sub(content, text)):
        label, kind = match.groups()
        counts[kind] += 1
        found.setdefault(label, f"{_KINDS[kind]} {prefix}{counts[kind]}")
    return found


def with_tips(
    released: Released,
    words: Wording,
    found: Mapping[str, Source],
    tables: Mapping[str, Table],
    documents: Mapping[str, Mapping[str, str]],
) -> dict[str, dict[str, Any]]:
    """Lay sources out for the page, each with what a reader is told; what was set is left out.

    Parameters
    ----------
    released
        The released tables.
    words
        The templates.
    found
        Key to source.
    tables
        Tables of the report by name.
    documents
        Document to its :func:`numbering`.
    """
    teller = _Teller(released, words, tables, documents)
    return {
        key: {**asdict(source), "rows": list(source.rows), **asdict(teller.tip(key, source))}
        for key, source in sorted(found.items())
        if source.rule != SETTINGS_RULE
    }


class _Teller:
    def __init__(
        self,
        released: Released,
        words: Wording,
        tables: Mapping[str, Table],
        documents: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._released = released
        self._words = words
        self._tables = tables
        self._documents = documents
        self._rows = {str(row["estimate_id"]): row for _, row in released.table("estimates").iterrows()}
        self._names = names_with_digits(released)
        self._claims = {claim_identifier(row): row for row in released.claim_rows()}

    def tip(self, key: str, source: Source) -> Tip:
        rows = [self._rows[name] for name in source.rows if name in self._rows]
        told = list(dict.fromkeys(line for row in rows[:_MOST_LINES] if (line := self._line(row))))
        if source.rule == "sensitivity" and rows:
            told.insert(0, self._plain("numbers/whole_table", method=Markdown(source.method), scheme=""))
        if not told:
            told = [
                self._plain(
                    "numbers/whole_table", method=Markdown(source.method), scheme=Markdown(source.scheme)
                )
            ]
        label, places = self._place(key, source, rows)
        return Tip(tuple(told), label, places, self._constants(key))

    def _plain(self, template: str, **facts: Any) -> str:
        return str(self._words.say(template, **facts))

    def _line(self, row: pd.Series) -> str:
        fields = estimate_fields(row)
        rule = RULES.get(str(row["statistic"]))
        value = fields.get("test") or fields.get("est")
        if value is None or value == HIDDEN:
            return ""
        if rule == "weight" or (rule is None and not {"ci", "test"} & set(fields)):
            about = row["variable_label"] if rule else row["method"]
            return self._plain("numbers/whole_table", method=Markdown(about), scheme="")
        level = str(row["group_level"])
        in_group = bool(level) and str(row["group"]) == self._released.group
        among = self._released.levels.get(level, level) if in_group else level
        compared = not level and str(row["statistic"]).startswith(_COMPARED)
        if compared:
            among = self._group_label(str(row["group"]))
        scheme = self._released.schemes.get(str(row["scheme"]), "")
        unweighted = str(row["scheme"]) == self._released.unweighted
        total = self._released.flow_count("analysed", level if in_group else "")
        return self._plain(
            "numbers/tip",
            of=Markdown(row["variable_label"] or self._released.label(str(row["variable"]))),
            among=Markdown(self._released.in_text(among)) if among else "",
            compared=compared,
            # A number as it stands in a sentence, without the marks of italics.
            value=Markdown(value.replace("*", "").replace("\\", "")),
            interval=Markdown(fields.get("ci", "")) if "test" not in fields else "",
            level=float(row["ci_level"]),
            n=math.nan if rule else float(row["n"]),
            total=total,
            people=self._released.vocabulary.respondents.many,
            scheme="" if rule or unweighted else Markdown(self._released.in_text(scheme)),
            unweighted=unweighted and not rule and self._released.weighted,
        )

    def _group_label(self, group: str) -> str:
        known = self._released.settings.groups.get(group)
        return "" if known is None else str(known.label)

    def _place(self, key: str, source: Source, rows: list[pd.Series]) -> tuple[str, Mapping[str, str]]:
        for name in self._candidates(key, source, rows):
            label = f"tbl-{name.replace('_', '-')}"
            places = {document: names[label] for document, names in self._documents.items() if label in names}
            if places:
                return label, places
        return "", {}

    def _candidates(self, key: str, source: Source, rows: list[pd.Series]) -> Iterator[str]:
        yield from (table for start, table in _BY_KEY if key.startswith(start))
        if source.rule in _BY_RULE:
            yield _BY_RULE[source.rule]
        if not rows:
            return
        first = rows[0]
        if str(first["statistic"]).startswith(_COMPARED):
            yield "tests"
        variable = str(first["variable"])
        for block in blocks(of_variables(self._released.variables)):
            if variable in (question.name for question in block.questions):
                yield block.table
        labels = tuple({escape(str(first["variable_label"])), escape(self._released.label(variable))})
        for name in _OF_VARIABLES:
            rows_of = self._tables[name].rows if name in self._tables else []
            if any(row and row[0].strip("*\u2003 ").startswith(labels) for row in rows_of):
                yield name
        yield "ledger"

    def _constants(self, key: str) -> tuple[str, ...]:
        row = self._claims.get(key.partition("__")[0])
        if row is None:
            return self._names
        claim = self._released.claim_of(row)
        limits = (PRINTED.findall(claim.set_bare(limit)) for limit in claim.landmarks())
        return (*dict.fromkeys(number for found in limits for number in found), *self._names)
