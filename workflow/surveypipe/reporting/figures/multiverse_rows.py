"""Rows of the multiverse's matrix, and what each claim has in them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.ledger.outcomes import IMPUTED
from surveypipe.reporting import claim_names
from surveypipe.reporting.figures.lettering import fitted, lines_mm
from surveypipe.reporting.released import SUPPRESSED, Released
from surveypipe.study.claim import Claim

if TYPE_CHECKING:
    import pandas as pd

ROW = 4.2
# Rows that are no specification.
OTHERWISE, SCENARIO, BOUNDS = "counted otherwise", "scenario", "bounds"
# A row: a scheme and a treatment of unanswered items, or one of those above and ''.
Key = tuple[str, str]


@dataclass(frozen=True)
class Point:
    """One distinct estimate with its intervals.

    Parameters
    ----------
    estimate
        Share or mean.
    scheme, missing
        How it was made: key of the scheme, and complete cases or imputed items.
    usual
        Interval as in the primary analysis (correction and method).
    widest
        From the lowest to the highest end over corrections and methods.
    primary
        Whether it is the primary analysis.
    otherwise
        Whether the claim's answer is counted by another rule.
    """

    estimate: float
    scheme: str
    missing: str
    usual: tuple[float, float]
    widest: tuple[float, float]
    primary: bool
    otherwise: bool = False


@dataclass(frozen=True)
class Panel:
    """What is drawn of one claim.

    Parameters
    ----------
    claim, about
        Row of the ledger, and the claim.
    points
        An estimate for each specification, from least to greatest; none where the claim is suppressed.
    distinct
        How many of them differ.
    readers
        Multiple k to the estimate under the scenario.
    bounds
        Least and greatest value whatever the silent think; NaN where unknown.
    """

    claim: pd.Series
    about: Claim
    points: tuple[Point, ...]
    distinct: int
    readers: Mapping[float, float]
    bounds: tuple[float, float]


@dataclass(frozen=True)
class Row:
    """A named row of the matrix, its label wrapped, with its place below the top in millimetres."""

    key: Key
    label: str
    top: float
    height: float
    inner: bool

    @property
    def middle(self) -> float:
        """Where marks stand."""
        return self.top + self.height / 2


def rows_of(released: Released, panels: Sequence[Panel], room: float) -> list[Row]:
    """Name the rows that some panel fills: the primary scheme first, each with its treatments of items."""
    points = [point for one in panels for point in one.points]
    found = dict.fromkeys((point.scheme, point.missing) for point in points if not point.otherwise)
    schemes = [released.primary, *(key for key in released.schemes if key != released.primary)]
    named: list[tuple[Key, str, bool]] = []
    for scheme in schemes:
        own = sorted((key for key in found if key[0] == scheme), key=lambda key: key[1] == IMPUTED)
        label = released.schemes[scheme] + (" (primary)" if scheme == released.primary else "")
        named += [(key, key[1] if number else label, bool(number)) for number, key in enumerate(own)]
    if any(point.otherwise for point in points):
        named.append(((OTHERWISE, ""), "Counted otherwise", False))
    if any(one.readers for one in panels):
        name = released.vocabulary.fill("{readers.one} scenario")
        named.append(((SCENARIO, ""), formatting.capital(name), False))
    if any(math.isfinite(end) for one in panels for end in one.bounds):
        named.append(((BOUNDS, ""), "Bounds", False))
    rows, top = [], 0.0
    for key, label, inner in named:
        text = fitted(label, room - (3.0 if inner else 0.0))
        height = max(ROW, lines_mm(text) + 0.6)
        rows.append(Row(key, text, top, height, inner))
        top += height
    return rows


def panel_of(released: Released, claim: pd.Series) -> Panel:
    """Gather a claim's estimates, scenario and bounds."""
    table = released.table("multiverse")
    table = table[(table["claim"] == claim["claim"]) & (table["group_level"] == claim["group_level"])]
    made = table[table["what"] == "specification"]
    made = made[(made["status"] != SUPPRESSED) & made["estimate"].notna()]
    usual = str(released.settings.analysis.fpc.descriptive)
    primary = made[_true(made["primary"])]
    interval = primary["interval"].iloc[0] if len(primary) else None
    points = [_point(same, usual, interval) for _, same in made.groupby(["scheme", "missing"], sort=False)]
    other = table[(table["what"] == "counted otherwise") & _true(table["primary"])]
    points += [_otherwise(row) for _, row in other[other["estimate"].notna()].iterrows()]
    readers = table[(table["what"] == "reader scenario") & table["estimate"].notna()]
    limits = table[(table["what"] == "bounds") & (table["status"] != SUPPRESSED)]
    bounds = (math.nan, math.nan)
    if len(limits):
        bounds = (float(limits["ci_low"].iloc[0]), float(limits["ci_high"].iloc[0]))
    return Panel(
        claim,
        released.claim_of(claim),
        tuple(sorted(points, key=lambda point: (point.otherwise, point.estimate, point.scheme))),
        int(_true(made["distinct"]).sum()),
        {float(row["k"]): float(row["estimate"]) for _, row in readers.iterrows()},
        bounds,
    )


def _otherwise(row: pd.Series) -> Point:
    """Give the point of a claim counted by another rule, all else as in the primary analysis."""
    ends = (float(row["ci_low"]), float(row["ci_high"]))
    made_by = str(row["scheme"]), str(row["missing"])
    return Point(float(row["estimate"]), *made_by, ends, ends, primary=False, otherwise=True)


def _true(column: pd.Series) -> pd.Series:
    return column.astype(str).str.lower() == "true"


def _point(same: pd.DataFrame, usual_fpc: str, interval: str | None) -> Point:
    """Make a point of the rows of a specification, which differ in correction and interval alone."""
    primary = same[_true(same["primary"])]
    usual = same[(same["fpc"].astype(str) == usual_fpc) & (same["interval"] == interval)]
    shown = (primary if len(primary) else usual if len(usual) else same).iloc[0]
    # An equivalence is decided by its interval at 1 − 2α, so that is what the whisker shows.
    low, high = ("deciding_low", "deciding_high") if shown["interval"] == "t" else ("ci_low", "ci_high")
    return Point(
        float(shown["estimate"]),
        str(shown["scheme"]),
        str(shown["missing"]),
        (float(shown[low]), float(shown[high])),
        (float(same[low].min()), float(same[high].max())),
        bool(len(primary)),
    )


def title(claim: pd.Series, released: Released) -> str:
    """Name a panel: the claim, and the group where it is about one."""
    if not claim["group_level"]:
        return claim_names.title(released, claim)
    level = released.levels[claim["group_level"]]
    return f"{claim['claim'] if claim_names.coded(released) else claim['short'] + ','} {level}"
