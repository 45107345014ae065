"""What every table is made of: columns, cells, notes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.column_widths import column_widths
from surveypipe.formatting import NO_BREAK, NOT_APPLICABLE, SUPPRESSED, escape
from surveypipe.reporting.refusals import is_refused, refusals
from surveypipe.reporting.released import Released

if TYPE_CHECKING:
    import pandas as pd


INDENT = "\u2003"
# A bracket without words belongs to the letter before it: ``*n* (%)``.
_COUNTED = re.compile(r"(\*\w\*) (?=\([^\w\s]+\))")
# Dashes that tell a hundredth of the width. With one a rounded column lost the letter that filled its line.
_DASHES = 10
# Letters of what stands in a heading for no word, and of what it is kept with.
_SIGN, _GLUED = 2, 8


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    head
        Heading, Markdown.
    width
        Share of the table's width, in any unit.
    align
        ``l``, ``r`` or ``c``.
    """

    head: str
    width: int
    align: str = "r"


@dataclass
class Table:
    """A table ready to be written.

    Parameters
    ----------
    name
        Its cross-reference is ``@tbl-<name>`` with dashes for underscores.
    caption
        Markdown.
    columns, rows
        Headings, and cells of finished Markdown; a short row is filled with empty cells.
    notes
        Sentences below the table.
    """

    name: str
    caption: str
    columns: list[Column]
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def section(self, title: str) -> None:
        """Begin a block of rows under a heading of its own."""
        self.rows.append([f"**{escape(title)}**"])

    def markdown(self, *, mark: str = "", people: str = "people") -> str:
        """Write the table for Pandoc and Quarto, whose note on suppression speaks of `people`.

        The note begins with the mark of data that are not real.

        The dashes under the headings give the relative widths; the line is long enough for Pandoc to use
        them. A column that applies to no row is left out. Suppressed cells are explained where there are any.
        """
        applies = self._applies()
        columns = [self.columns[place] for place in applies]
        # A title spans its row and needs no room in the first column.
        whole = [row + [""] * (len(self.columns) - len(row)) for row in self.rows]
        rows = [[row[place] for place in applies] for row in whole]
        told = [cells for cells, row in zip(rows, self.rows, strict=True) if len(row) > 1]
        wished = [column.width for column in columns]
        heads = [_glued(column.head) for column in columns]
        widths = column_widths(heads, wished, told)
        rules = [_rule(column.align, round(_DASHES * w)) for column, w in zip(columns, widths, strict=True)]
        lines = [_line(heads), "|" + "|".join(rules) + "|"]
        nothing = ["There is none in this study.", *[""] * (len(columns) - 1)]
        lines += [_line(row) for row in rows or [nothing]]
        caption = f": {self.caption} {{#tbl-{self.name.replace('_', '-')}}}"
        return "\n".join([*lines, "", caption, "", self._note(mark, people), ""])

    def _applies(self) -> list[int]:
        """Find the columns that hold more than dashes and blanks; the first is always shown."""
        held = [
            {row[place] for row in self.rows if place < len(row)} - {"", NOT_APPLICABLE}
            for place in range(len(self.columns))
        ]
        return [place for place, cells in enumerate(held) if cells or place == 0 or not self.rows]

    def _note(self, mark: str, people: str) -> str:
        sentences = list(self.notes)
        applies = self._applies()
        cells = {row[place] for row in self.rows for place in applies if place < len(row)}
        if any(cell == SUPPRESSED or cell.startswith(f"{SUPPRESSED} ") for cell in cells):
            sentences.append(
                f"{SUPPRESSED}, suppressed: too few {people} stand behind it, or behind what could be worked "
                "out from it."
            )
        if NOT_APPLICABLE in cells:
            sentences.append(f"{NOT_APPLICABLE}, not applicable.")
        warning = f"**{mark}.** " if mark else ""
        text = " ".join(sentence for sentence in sentences if sentence)
        return f'::: {{.table-note custom-style="Table Note"}}\n{warning}{text}\n:::'


def _glued(head: str) -> str:
    """Keep a sign or a letter of a heading in the line of its word: ``AMH n``, ``Rate, %``, ``× 0.5``."""
    first, *rest = _COUNTED.sub(rf"\1{NO_BREAK}", head).split(" ")
    parts = [first]
    for word in rest:
        joined = f"{parts[-1]}{NO_BREAK}{word}"
        short = min(len(_shown(parts[-1].split(NO_BREAK)[-1])), len(_shown(word))) <= _SIGN
        if short and len(_shown(joined)) <= _GLUED:
            parts[-1] = joined
        else:
            parts.append(word)
    return " ".join(parts)


def _shown(head: str) -> str:
    """Letters of a heading that count: no mark of Markdown, no bracket, no stop."""
    return re.sub(r"[*\\(),;]", "", head)


def _rule(align: str, width: int) -> str:
    """Tell alignment and width; the colons count as dashes."""
    inner = "-" * max(2, width - 2)
    return {"l": f":{inner}-", "r": f"-{inner}:", "c": f":{inner}:"}[align]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def number(value: float, form: Callable[[float], str], row: pd.Series | None = None) -> str:
    """Print a cell: the number, ``s`` where its row is suppressed, a dash where there is none."""
    if math.isfinite(float(value)):
        return form(float(value))
    return SUPPRESSED if row is not None and row.get("status") == SUPPRESSED_STATUS else NOT_APPLICABLE


SUPPRESSED_STATUS = "suppressed"


def share_cell(row: pd.Series | None, places: int = 0) -> str:
    """Print a share with its interval: ``84 (77–89)``."""
    return with_interval(row, lambda value: formatting.points(value, places))


def mean_cell(row: pd.Series | None) -> str:
    """Print a mean with its interval, as figures and sentences print means too: ``3.91 (3.71–4.11)``."""
    return with_interval(row, formatting.weight)


def quartiles_cell(low: pd.Series | None, middle: pd.Series | None, high: pd.Series | None) -> str:
    """Print a median with its quartiles: ``14 (9–20)``."""
    if low is None or middle is None or high is None:
        return NOT_APPLICABLE
    cells = [number(row["estimate"], formatting.shortest, row) for row in (low, middle, high)]
    return cells[1] if SUPPRESSED in cells else f"{cells[1]} ({formatting.span(cells[0], cells[2])})"


def range_cell(low: str, high: str) -> str:
    """Print from where to where numbers reach: one of them where both ends are printed alike."""
    return low if low == high else formatting.span(low, high)


def settled(row: pd.Series) -> bool:
    """Whether an estimate is known, because the weights meet it: an interval around it would be a point."""
    return row["se"] == 0.0 and row["ci_low"] == row["ci_high"]


def with_interval(row: pd.Series | None, form: Callable[[float], str]) -> str:
    """Print a value with its interval in brackets."""
    if row is None:
        return NOT_APPLICABLE
    estimate = number(row["estimate"], form, row)
    if settled(row):
        return estimate
    if not (math.isfinite(float(row["ci_low"])) and math.isfinite(float(row["ci_high"]))):
        return estimate
    return f"{estimate} ({formatting.span(form(float(row['ci_low'])), form(float(row['ci_high'])))})"


def count_cell(value: float, *, suppressed: bool = False) -> str:
    """Print a count, or ``s``, or a dash."""
    if math.isfinite(value):
        return formatting.count(value)
    return SUPPRESSED if suppressed else NOT_APPLICABLE


def weights_note(released: Released) -> str:
    """Name the weights of a table."""
    return escape(released.weighted_by)


def short_note(released: Released) -> str:
    """Spell out the abbreviations of a table."""
    short = released.abbreviations()
    return f"{escape(short)}." if short else ""


def interval_note(released: Released) -> str:
    """Say what stands in brackets."""
    level = formatting.confidence(released.settings.analysis.ci_level)
    fpc = " with finite-population correction" if released.settings.analysis.fpc.descriptive else ""
    return f"In brackets, {level} confidence intervals{fpc}."


def by_group(released: Released, before: str = "") -> str:
    """Say in a caption by what groups a table is: ``by agency``, after some words; '' without groups."""
    if not released.levels:
        return ""
    return f"{before} by {escape(released.in_text(released.settings.groups[released.group].label))}"


Form = Callable[[float], str]
# Stands where a figure would mislead.
REFUSED = "n.e."


def cell(row: pd.Series | None, column: str, form: Form) -> str:
    """Print a value of a row: a number, ``s``, ``n.e.`` where it was refused, or a dash."""
    if row is None:
        return NOT_APPLICABLE
    text = number(float(row[column]), form, row)
    return REFUSED if text == NOT_APPLICABLE and is_refused(row) else text


def p_cell(row: pd.Series | None, column: str = "p_value") -> str:
    """Print a p-value that does not break over lines."""
    text = cell(row, column, formatting.p_value)
    return escape(text).replace(" ", NO_BREAK)


def with_p(row: pd.Series | None, form: Form) -> str:
    """Print a difference with the p-value of its test: ``3.7; 0.015``."""
    value, test = cell(row, "estimate", form), p_cell(row)
    return value if test in (NOT_APPLICABLE, SUPPRESSED, REFUSED) else f"{value}; {test}"


def refused_note(released: Released, tables: Iterable[pd.DataFrame]) -> str:
    """Explain ``n.e.`` by the reasons given; '' where nothing was refused."""
    rows = (row for table in tables for _, row in table.iterrows())
    found = refusals((row for row in rows if row.get("status") != SUPPRESSED_STATUS), released)
    return f"{REFUSED}, not estimable: {escape('; '.join(found))}." if found else ""
