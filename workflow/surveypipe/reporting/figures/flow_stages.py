"""Stages of the flow from the list to the analysis, sorted into boxes, for all and by group."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.reporting.figures.lettering import fitted
from surveypipe.reporting.released import Released

if TYPE_CHECKING:
    import pandas as pd

PEOPLE, DOCUMENTS = "returned_persons", "returned"
ELIGIBLE, COMPLETE, PARTIAL = "eligible", "complete", "partial"
MAIN = ("on_list", ELIGIBLE, PEOPLE, "analysed")
# Shown as a line within another stage's box.
INSIDE = {DOCUMENTS: PEOPLE, COMPLETE: "analysed", PARTIAL: "analysed"}
# Counts of more groups than this would leave no room for the stages: then only all staff are counted.
MOST_GROUPS = 3
# A longer name would run into its neighbour at the head of a column; it is replaced by a letter.
LONGEST_HEAD = 5
LINE, PAD, INDENT = 4.2, 1.8, 2.5
# A count; NaN where suppressed, None where the counts of the group have not begun.
Count = float | None


@dataclass
class Box:
    """A stage: a heading with counts, and lines below it.

    Parameters
    ----------
    label, counts
        The stage, and its counts for all staff and each group.
    lines
        Labels and counts of the parts.
    """

    label: str
    counts: list[Count]
    lines: list[tuple[str, list[Count]]] = field(default_factory=list)

    def rows(self, room: float) -> list[Row]:
        """Heading and parts, each with its label in lines of at most `room` millimetres."""
        made = [Row(fitted(self.label, room, weight="bold"), self.counts, True)] if self.label else []
        inner = room - (INDENT if self.label else 0.0)
        return made + [Row(fitted(label, inner), counts, False) for label, counts in self.lines]

    def height(self, room: float) -> float:
        """Height in millimetres when labels have so much room."""
        return 2 * PAD + LINE * sum(row.label.count("\n") + 1 for row in self.rows(room))

    @property
    def grouped(self) -> bool:
        """Whether the counts of the groups have begun."""
        return any(len(counts) > 1 and counts[1] is not None for counts in self._every())

    def _every(self) -> list[list[Count]]:
        return [self.counts, *(counts for _, counts in self.lines)]


@dataclass(frozen=True)
class Row:
    """A label in its lines, with its counts, and whether it heads a box."""

    label: str
    counts: list[Count]
    head: bool


def headings(released: Released) -> dict[str, str]:
    """Heading of each group's column: its abbreviation, or a letter where names are long; none if many."""
    levels = list(released.levels)
    if len(levels) > MOST_GROUPS:
        return {}
    short = {level: released.abbreviation(level) for level in levels}
    if max(map(len, short.values()), default=0) <= LONGEST_HEAD:
        return short
    return {level: chr(ord("A") + number) for number, level in enumerate(levels)}


def boxes(released: Released) -> tuple[list[Box], list[Box]]:
    """Sort the stages into boxes and, for each, the box of those who leave after it.

    People are in the boxes, and documents beneath them where these are not as many.
    """
    table = fold_merged(released.table("flow").sort_values("order", kind="stable"))
    stages = table[table["group_level"] == ""]
    people = bool((stages["stage"] == PEOPLE).any())
    main: list[Box] = []
    sides: list[Box] = []
    place: dict[str, Box] = {}
    for _, row in stages.iterrows():
        stage, counts = str(row["stage"]), _counts(released, table, str(row["stage"]))
        if stage == ELIGIBLE and released.population == "counts":
            # All who are counted are; the stage before says so.
            continue
        if stage in MAIN or (stage == DOCUMENTS and not people):
            place[stage] = Box(str(row["stage_label"]), counts)
            main.append(place[stage])
            sides.append(Box("", []))
        elif stage in INSIDE:
            continue
        elif sides and not all(count == 0 for count in counts):
            sides[-1].lines.append((str(row["stage_label"]), counts))
    whole = all(count == 0 for count in _counts(released, table, PARTIAL))
    for _, row in stages.iterrows():
        if whole and row["stage"] in (COMPLETE, PARTIAL):
            continue
        home = place.get(INSIDE.get(str(row["stage"]), ""))
        counts = _counts(released, table, str(row["stage"]))
        if home is not None and not (row["stage"] == DOCUMENTS and counts == home.counts):
            home.lines.append((str(row["stage_label"]), counts))
            if row["stage"] == DOCUMENTS and sides[main.index(home)].lines:
                # What is left out is of the documents, not of the people.
                left_out = released.vocabulary.fill("{questionnaire.many} left out")
                sides[main.index(home)].label = formatting.capital(left_out)
    _begin(main, sides)
    return main, sides


def _begin(main: list[Box], sides: list[Box]) -> None:
    """Leave the counts of the groups away before the first stage at which one can be shown."""
    first = next((number for number, box in enumerate(main) if any(map(known, box.counts[1:]))), len(main))
    for box in (*main[:first], *sides[:first]):
        box.counts[1:] = [None] * len(box.counts[1:])
        for _, counts in box.lines:
            counts[1:] = [None] * len(counts[1:])


def known(count: Count) -> bool:
    """Whether a count is shown as a number."""
    return count is not None and math.isfinite(count)


def fold_merged(table: pd.DataFrame) -> pd.DataFrame:
    """Merge for all staff the reasons that disclosure control merged within groups, so that columns compare.

    A reason that is shown for all staff but in no group was added there to the merged reason of the group.
    """
    within = table[table["group_level"] != ""]
    merged = [str(stage) for stage in dict.fromkeys(within.loc[within["status"] == "merged", "stage"])]
    overall = table["group_level"] == ""
    lost = sorted(set(table.loc[overall, "stage"]) - set(within["stage"]), key=list(table["stage"]).index)
    if within.empty or len(merged) != 1 or not lost or merged[0] in lost:
        return table
    table = table.copy()
    home, parts = overall & (table["stage"] == merged[0]), overall & table["stage"].isin(lost)
    if not home.any():
        return table
    labels = [*table.loc[parts, "stage_label"], *table.loc[home, "stage_label"]]
    table.loc[home, "stage_label"] = formatting.sentence_list(
        [labels[0], *(formatting.lower_first(str(label)) for label in labels[1:])], "or"
    )
    table.loc[home, "n"] = float(table.loc[home | parts, "n"].sum(skipna=False))
    return table[~parts]


def _counts(released: Released, table: pd.DataFrame, stage: str) -> list[Count]:
    rows = table[table["stage"] == stage]
    found = {str(row["group_level"]): float(row["n"]) for _, row in rows.iterrows()}
    return [found.get(level, math.nan) for level in ["", *headings(released)]]


def shown(value: Count) -> str:
    """Print a count, or the mark of a suppressed one."""
    if value is None:
        return ""
    return formatting.SUPPRESSED if math.isnan(value) else formatting.count(value)
