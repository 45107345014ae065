"""What the marks of the ledger's figure stand for, its notes, and the figure in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from surveypipe import formatting
from surveypipe.reporting.claim_names import coded
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.lettering import LegendPlan, legend_plan
from surveypipe.reporting.released import SUPPRESSED, Released
from surveypipe.reporting.what_if import scenario_text, tipping_text

if TYPE_CHECKING:
    import pandas as pd


def handles_of(released: Released) -> tuple[list[Any], LegendPlan]:
    """Explain the marks that the claims have, and no others."""
    from matplotlib.lines import Line2D

    flat: Any = {"solid_capstyle": "butt"}
    dot: Any = {"color": theme.ACCENT, "marker": "o", "markersize": 5.5, "linewidth": 1.6}
    level = formatting.confidence(released.settings.analysis.ci_level)
    made: dict[str, Any] = {
        f"Supported, {level} interval": dot | {"markerfacecolor": theme.GRADES[3]},
        "Not supported": dot | {"markerfacecolor": "white"},
        "Limit, its head to the claim's side": {
            "color": theme.LIMIT, "marker": ">", "markersize": 4.2, "linewidth": 1.3, "dashes": (1.6, 1.0),
        },
        "Range over weighting schemes": flat | {"color": theme.SECOND, "linewidth": 2.6},
    }  # fmt: skip
    if released.settings.sensitivity.scenario is not None:
        name = released.vocabulary.fill("{readers.one} scenario")
        made[formatting.capital(name)] = {"marker": "D", **theme.SCENARIO}
    if any(math.isfinite(float(row["bound_low"])) for row in released.claim_rows()):
        made["Bounds (worst to best case)"] = flat | {"color": theme.BOUNDS, "linewidth": 6.5}
    return [Line2D([], [], **look) for look in made.values()], legend_plan(list(made), theme.across())


def notes_of(released: Released, rows: list[pd.Series]) -> list[str]:
    """Explain the columns, and what stands where a claim is suppressed or its bounds go on."""
    shown = [row for row in rows if row["status"] != SUPPRESSED]
    within = [claim for claim in map(released.claim_of, shown) if claim.within_margin]
    level = released.settings.analysis.ci_level
    decides = formatting.confidence(within[0].deciding_level(level)) if within else ""
    return [
        "Squares: how far the grade goes.",
        *_what_ifs(released, shown),
        f"For the equivalence, cross-strokes mark the {decides} interval that decides." if within else "",
        "Arrows: bounds go on." if any(_cut(released, row) for row in shown) else "",
        released.vocabulary.fill("Suppressed rows rest on too few {respondents.many}.")
        if len(shown) < len(rows)
        else "",
    ]


def _cut(released: Released, row: pd.Series) -> bool:
    return released.claim_of(row).axis.ends is None and math.isfinite(float(row["bound_low"]))


def _what_ifs(released: Released, shown: list[pd.Series]) -> list[str]:
    words, plan = released.vocabulary, released.settings.sensitivity.scenario
    if not released.silent_known:
        return []
    shifted = any(math.isfinite(float(row.get("tipping_shift", math.nan))) for row in shown)
    brackets = (
        words.fill(" (in brackets, the shift of the {silent.many} that does the same)") if shifted else ""
    )
    told = [f"Tipping θ: odds ratio of response at which the estimate crosses its limit{brackets}."]
    if plan is not None:
        among = words.fill("{readers.many}: the estimate if their share among the {silent.many} were ")
        times = f"{formatting.setting(plan.k_grade)} times that among {words.respondents.many}."
        told.append(formatting.capital(among) + times)
    return told


def _bounds_text(row: pd.Series, number: Callable[[float], str]) -> str:
    low, high = float(row["bound_low"]), float(row["bound_high"])
    return f", bounds {number(low)} to {number(high)}" if math.isfinite(low) else ""


def _what_if_text(row: pd.Series, released: Released) -> str:
    told, plan = "", released.settings.sensitivity.scenario
    tipping = tipping_text(row, released.claim_of(row))
    if tipping != formatting.NOT_APPLICABLE:
        told += f", tipping θ {tipping}"
    if plan is not None:
        shown = scenario_text(row, plan.k_grade, released.claim_of(row).printed)
        if shown != formatting.NOT_APPLICABLE:
            told += released.vocabulary.fill(", in the {readers.one} scenario ") + shown
    return told


def alt_text(released: Released, rows: list[pd.Series]) -> str:
    """Read out each claim: estimate, interval, threshold, bounds, what would overturn it, and grade."""
    parts = []
    for row in rows:
        where = f", {released.levels[row['group_level']]}" if row["group_level"] else ""
        name = f"{row['claim']} ({row['short']}{where})" if coded(released) else f"{row['short']}{where}"
        if row["status"] == SUPPRESSED:
            parts.append(f"{name}: suppressed.")
            continue
        claim = released.claim_of(row)
        number = claim.printed
        marks = " and ".join(claim.set_bare(limit) for _, limit in claim.sides())
        parts.append(
            f"{name}: {number(row['estimate'])}, {formatting.confidence(row['ci_level'])} interval "
            f"{number(row['ci_low'])} to {number(row['ci_high'])}, {claim.limit_noun} {marks}"
            f"{_bounds_text(row, number)}{_what_if_text(row, released)}; {row['grade_label']}."
        )
    return "Estimates of each claim with interval, range over weighting schemes and bounds. " + " ".join(
        parts
    )
