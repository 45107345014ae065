"""Walk over every number printed in the article and the supplement, and compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recomputation import answers, article_tables, contrasts, random_tables, sentences, supplement_tables
from recomputation.article_tables import Row, Rows
from recomputation.book import ANY, Saying, Value, Verdict, bind, cell, judged, tally
from recomputation.printed import Page, Passage, Table
from recomputation.whole import Whole

DOCUMENTS = ("manuscript", "supplement")
# Tables that say nothing of the survey's results: page numbers, section numbers, checks of the code.
NO_RESULTS = {
    "tbl-checklist-cross": "not a result",
    "tbl-checklist-strobe": "not a result",
    "tbl-checklist-cherries": "not a result",
    "tbl-checklist-aapor": "not a result",
    "tbl-verification": "of the tests",
}
LABEL = Value(None, "constant")
FINE = ("recomputed", "constant", "simulated", "not a result", "of the tests", "withheld")


@dataclass
class Comparison:
    """What became of every printed number."""

    verdicts: list[Verdict]

    @property
    def counts(self) -> dict[str, int]:
        return tally(self.verdicts)

    @property
    def faults(self) -> list[Verdict]:
        return [v for v in self.verdicts if v.kind not in FINE]

    def report(self) -> str:
        lines = []
        for document in DOCUMENTS:
            own = [v for v in self.verdicts if v.document == document]
            lines.append(
                f"{document}: {len(own)} numbers: " + ", ".join(f"{n} {k}" for k, n in tally(own).items())
            )
        lines += [f"  {verdict.kind}: {verdict}" for verdict in self.faults]
        return "\n".join(lines)


def compare(root: Path, results: Path) -> Comparison:
    """Recompute a study and hold its finished pages against it."""
    whole = Whole(root)
    said = [*contrasts.level_sayings(whole), *sentences.sayings(whole), *answers.figures(whole)]
    expected = tables(whole)
    verdicts: list[Verdict] = []
    for name in DOCUMENTS:
        page = Page(results / "report" / f"{name}.html")
        for item in page.passages:
            verdicts += _passage(item, said)
        for table in page.tables:
            verdicts += _table(table, expected.get(table.place), said)
    return Comparison(verdicts)


def tables(whole: Whole) -> dict[str, Rows]:
    makers = {
        "tbl-table-1": article_tables.table_1,
        "tbl-ledger": article_tables.ledger,
        **supplement_tables.TABLES,
        **answers.TABLES,
        "tbl-level-contrast": contrasts.level_contrast,
        **random_tables.TABLES,
    }
    return {place: make(whole) for place, make in makers.items()}


def _passage(item: Passage, said: Sequence[Saying]) -> list[Verdict]:
    if item.kind == "references":
        return [judged(item, token, ANY) for token in item.tokens]
    if item.kind in ("h1", "h2", "h3", "h4"):
        return [judged(item, token, ANY if token.start < 3 else None) for token in item.tokens]
    years = sentences.citations(item.text)
    made = bind(item, said)
    return [
        judged(item, verdict.token, ANY)
        if verdict.kind == "unclassified" and verdict.token.start in years
        else verdict
        for verdict in made
    ]


def _table(table: Table, rows: Rows | None, said: Sequence[Saying]) -> list[Verdict]:
    if table.place in NO_RESULTS:
        return [
            Verdict(token, table.document, table.place, "", NO_RESULTS[table.place])
            for _, _, cells in table.rows
            for one in cells
            for token in one.tokens
        ]
    verdicts: list[Verdict] = []
    held = _occurrences(rows or {})
    for section, label, cells in table.rows:
        waiting = held.get((section, label)) or held.get(("*", label)) or []
        row: Row | None = waiting.pop(0) if waiting else None
        # A label that is ours, word for word, comes from the configuration with the numbers in it.
        if row is None:
            verdicts += [verdict for item in cells for verdict in bind(item, said)]
            continue
        verdicts += [judged(cells[0], token, LABEL) for token in cells[0].tokens]
        for number, item in enumerate(cells[1:]):
            values = row[number] if number < len(row) else None
            verdicts += cell(item, values, f"{section} / {label} / column {number + 2}")
    return verdicts


def _occurrences(rows: Rows) -> dict[tuple[str, str], list[Row]]:
    """Rows by section and label in their order; what follows # tells rows of one label apart."""
    held: dict[tuple[str, str], list[Row]] = {}
    for (section, label), row in rows.items():
        held.setdefault((section, label.partition("#")[0]), []).append(row)
    return held
