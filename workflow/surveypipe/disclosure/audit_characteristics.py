"""Counts of staff and respondents that follow from others: totals less the published parts.

The atoms are the combinations of the variables of the staff list that any table uses. Every published count
adds up some of them, whichever table it stands in; the interval of each count that is too small to publish is
worked out from all of them together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from surveypipe.disclosure.linear import LEEWAY, Statement, System
from surveypipe.disclosure.published_counts import (
    ANSWERED,
    COUNTED_STEPS,
    STAFF,
    TOGETHER_STEPS,
    AtomBook,
    Published,
    about_characteristics,
    as_text,
    published_rows,
)
from surveypipe.disclosure.release import ROUNDED, SUPPRESSED, Release, blank
from surveypipe.disclosure.rules import Rules
from surveypipe.identifiers import NOT_ANSWERED
from surveypipe.problems import SurveyError

if TYPE_CHECKING:
    import pandas as pd

# What is given up first: what no reader misses.
CHEAPEST_FIRST = ("weight_margins", "nonresponse", "response_cells", "weight_cells", "table_1")
# Group of those whose own is not published, because they did not tell it.
ELSEWHERE = ""


@dataclass
class Counts:
    """Everything published of one set of atoms, and what nobody may work out.

    Parameters
    ----------
    published
        Rows of the released tables.
    secrets
        Name of a count to its kind, its atoms and the width that its interval has to have.
    """

    published: list[Published]
    secrets: dict[str, tuple[str, frozenset[Any], float]] = field(default_factory=dict)

    def protect(self) -> list[Published]:
        """Give up rows, the cheapest first, until no secret can be worked out.

        Returns
        -------
        list of Published
            The rows given up.

        Raises
        ------
        SurveyError
            If nothing is left to give up.
        """
        given_up: list[Published] = []
        while exposed := self._exposed():
            telling = self._telling(exposed)
            if not telling:
                raise SurveyError(
                    f"disclosure control: the count of {exposed} could be worked out from totals alone; "
                    "merge categories or groups in the configuration."
                )
            row = min(telling, key=_cost)
            self.published.remove(row)
            given_up.append(row)
        return [row for row in sorted(given_up, key=_cost, reverse=True) if not self._may_return(row)]

    def _telling(self, name: str) -> list[Published]:
        """Rows that count some of a secret's atoms, or some of what is counted with them."""
        kind, atoms, _ = self.secrets[name]
        rows = [row for row in self.published if kind in row.counts]
        around = frozenset().union(*(row.atoms for row in rows if row.atoms & atoms))
        return [row for row in rows if row.atoms & around and row.cost[:1] != ("kept",)]

    def _may_return(self, row: Published) -> bool:
        """Whether a row that was given up turned out to tell nothing; it is published again then."""
        self.published.append(row)
        if self._exposed():
            self.published.remove(row)
            return False
        return True

    def _exposed(self) -> str:
        systems = {kind: System(list(self._statements(kind))) for kind in (STAFF, ANSWERED)}
        for name, (kind, atoms, width) in self.secrets.items():
            if systems[kind].width(atoms) < width - LEEWAY:
                return name
        return ""

    def _statements(self, kind: str) -> Iterator[Statement]:
        for row in self.published:
            if kind in row.counts:
                yield Statement((row.table, row.row), dict.fromkeys(row.atoms, 1.0), row.counts[kind], 1e-4)


def _cost(row: Published) -> tuple[Any, ...]:
    return CHEAPEST_FIRST.index(row.table), row.cost, row.row


def apply(releases: Mapping[str, Release], given_up: Iterable[Published]) -> None:
    """Empty the rows that were given up, and log each by its table and place."""
    ordered = sorted(given_up, key=lambda row: row.table)
    for name, rows in groupby(ordered, key=lambda row: row.table):
        release = releases[name]
        where = release.table.index.isin([row.row for row in rows])
        columns = ("scheme", "cell", "variable", "level", "level_label", "group_level")
        named = release.table.loc[where, [c for c in columns if c in release.table]]
        places = named.fillna("").astype(str).agg("|".join, axis=1)
        blank(release.table, release.table.index.to_series().isin(named.index))
        release.note(name, places, SUPPRESSED, "would give away a suppressed count")


def hide_what_is_computed(release: Release) -> None:
    """Hide what the non-response analysis computes from hidden counts of a characteristic.

    A test of response, given to six digits, would say which of few whole numbers the counts are. What rests
    on them among others, as the R-indicator and the response model do, keeps the two printed decimals.

    Parameters
    ----------
    release
        The non-response analysis, after its counts were audited; changed.
    """
    made = release.table
    about, level = (made[name].fillna("").astype(str) for name in ("variable", "level"))
    counted = made["step"].isin(COUNTED_STEPS) & (level != "")
    hidden = set(about[counted & (made["status"] == SUPPRESSED)])
    if not hidden:
        return
    gone = about_characteristics(made) & ~counted & about.isin(hidden) & (made["status"] != SUPPRESSED)
    blank(made, gone)
    places = made["measure"] + "|" + about + "|" + level
    release.note("nonresponse", places[gone], SUPPRESSED, "would give away a suppressed count")
    rest = made["step"].isin(TOGETHER_STEPS) & (made["status"] != SUPPRESSED)
    for column in made.select_dtypes("float").columns.difference(["n", "N", "df"]):
        made[column] = made[column].where(~rest, made[column].round(2))
    release.note("nonresponse", places[rest], ROUNDED, "more decimals would give away a suppressed count")


def staff_counts(
    staff: pd.DataFrame,
    variables: Sequence[str],
    group: str,
    releases: Mapping[str, Release],
    rules: Rules,
    *,
    staff_weight: float | None = 1.0,
) -> Counts:
    """Put together what all tables say of the variables of the staff list.

    Parameters
    ----------
    staff
        Eligible staff: the variables and ``respondent``.
    variables
        Variables of the staff list that any table uses, the group among them.
    group
        The variable whose levels are the published groups.
    releases
        Released tables; those among ``CHEAPEST_FIRST`` are read.
    rules
        Thresholds.
    staff_weight
        As in :class:`surveypipe.disclosure.tables.Study`.
    """
    atoms = [tuple(map(str, row)) for row in staff[list(variables)].itertuples(index=False)]
    book = AtomBook(tuple(variables), frozenset(atoms), group)
    total = {STAFF: Counter(atoms)}
    total[ANSWERED] = Counter(a for a, here in zip(atoms, staff["respondent"], strict=True) if here)
    published = [
        row for name in CHEAPEST_FIRST if name in releases for row in published_rows(name, releases, book)
    ]
    published = [_in_persons(row, staff_weight) for row in published]
    counts = Counts(published)
    shown = {(row.table, row.atoms) for row in published}
    for name, cells in book.places():
        if ("table_1", cells) in shown:
            continue
        N, n = (sum(total[kind][atom] for atom in cells) for kind in (STAFF, ANSWERED))
        for kind, small in ((STAFF, N < rules.min_population), (ANSWERED, n < rules.min_cell)):
            if small:
                width = min(float(rules.min_cell), _pool(cells, published, kind))
                counts.secrets[f"{name} ({kind})"] = (kind, cells, width)
    return counts


def _in_persons(row: Published, weight: float | None) -> Published:
    """Give the staff that a sum of weights counts; none where it counts nobody."""
    if row.table not in ("weight_cells", "weight_margins") or STAFF not in row.counts:
        return row
    others = {kind: n for kind, n in row.counts.items() if kind != STAFF}
    counted = {} if weight is None else {STAFF: row.counts[STAFF] / weight}
    return replace(row, counts=others | counted)


def _pool(cells: frozenset[Any], published: list[Published], kind: str) -> float:
    """Smallest published count that the cells are part of: no interval can be wider than it."""
    around = (row.counts[kind] for row in published if cells < row.atoms and kind in row.counts)
    return min(around, default=0.0)


def answered_counts(
    variable: str, private: pd.DataFrame, released: pd.DataFrame, groups: Mapping[str, float], rules: Rules
) -> Counts:
    """Put together what Table 1 says of a characteristic that respondents told of themselves.

    Parameters
    ----------
    variable
        Its name.
    private, released
        Table 1 before and after each cell was judged by itself.
    groups
        Respondents in each group; those whose group is not published are one more.
    rules
        Thresholds.
    """
    mine = private[private["variable"] == variable].to_dict("records")
    atoms = {(str(r["level"]), as_text(r["group_level"])): float(r["n"])
             for r in mine if r["group"] != "overall"}  # fmt: skip
    inside_of = {group for _, group in atoms}
    for row in mine:
        left = float(row["n"]) - sum(n for (level, _), n in atoms.items() if level == str(row["level"]))
        if row["group"] == "overall" and left > 0:
            atoms[str(row["level"]), ELSEWHERE] = left
    sizes = {group: n for group, n in groups.items() if group in inside_of}
    sizes[ELSEWHERE] = sum(groups.values()) - sum(sizes.values())
    counts = Counts([_group_total(atoms, group, n) for group, n in sizes.items() if n])
    rows = released[released["variable"] == variable]
    for index, row in zip(rows.index, rows.to_dict("records"), strict=True):
        levels, inside = as_text(row["level"]).split("+"), as_text(row["group_level"])
        cells = frozenset(a for a in atoms if a[0] in levels and inside in ("", a[1]))
        if row["status"] != SUPPRESSED:
            n, cost = {ANSWERED: float(row["n"])}, (not inside, row["level"] == NOT_ANSWERED, row["n"])
            counts.published.append(Published("table_1", int(index), cells, n, cost))
        elif cells:
            width = min(float(rules.min_cell), sum(atoms[a] for a in atoms if inside in ("", a[1])))
            counts.secrets[f"{variable} {row['level']} {inside}"] = (ANSWERED, cells, width)
    return counts


def _group_total(atoms: Mapping[tuple[str, str], float], group: str, n: float) -> Published:
    cells = frozenset(atom for atom in atoms if atom[1] == group)
    return Published("table_1", -1, cells, {ANSWERED: n}, ("kept",))
