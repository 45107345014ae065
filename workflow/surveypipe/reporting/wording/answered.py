"""Facts about who answered, what the list has to do with it, and early and late answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveypipe.formatting import p_value, percent, sentence_list
from surveypipe.nonresponse.outcomes import BiasOutcome
from surveypipe.reporting.lookups import (
    beside,
    described_rows,
    first_of,
    known,
    level_label,
    number_of,
    rows_of,
    variables_of,
)
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording import primary
from surveypipe.reporting.wording.ledger import Facts, listed, named, place_facts, placed, shifts
from surveypipe.reporting.wording.worst_cases import farthest, weighting_shifts

if TYPE_CHECKING:
    import pandas as pd

LIMIT_P = 0.05
# Associations are released in bands; those in the lowest are weak.
WEAK_V = 0.25


def rates(released: Released) -> Facts:
    """Count those who answered, and find the least and the greatest rate of each variable."""
    data = rows_of(released.table("nonresponse"), step="rates")
    overall = first_of(data, measure="response_rate", variable="")
    found = [_range(released, data, variable) for variable in variables_of(data)]
    return {
        "answered": number_of(overall, "n"),
        "eligible": number_of(overall, "N"),
        "variables": [facts for facts in found if facts],
    }


def _range(released: Released, data: pd.DataFrame, variable: str) -> Facts | None:
    own = rows_of(data, variable=variable, measure="response_rate")
    own = own[own["estimate"].notna()]
    p = number_of(first_of(data, variable=variable, measure="chi2_test"), "p_value")
    if len(own) < 2 or not known(p):
        return None
    ranked = sorted((row for _, row in own.iterrows()), key=lambda row: float(row["estimate"]))

    def end(rate: float) -> Facts:
        """Name every group whose rate prints as this one."""
        alike = [row for row in ranked if percent(float(row["estimate"])) == percent(rate)]
        names = [released.in_text(level_label(released, variable, str(row["level"]))) for row in alike]
        return {"rate": rate, "label": sentence_list(names)}

    least, most = (end(float(row["estimate"])) for row in (ranked[0], ranked[-1]))
    return {
        "label": released.in_text(released.label(variable)),
        "least": least,
        "most": most,
        "outcome": "tie" if percent(least["rate"]) == percent(most["rate"]) else "range",
        "p": p,
        **_held_equal(released, variable),
    }


def _held_equal(released: Released, variable: str) -> Facts:
    """Give the test of a variable with the list's other variables held equal."""
    model = rows_of(released.table("nonresponse"), step="response_model", measure="wald_test")
    others = [released.in_text(released.label(name)) for name in variables_of(model) if name != variable]
    return {"others": others, "p_model": number_of(first_of(model, variable=variable), "p_value")}


def representativity(released: Released) -> Facts:
    """Give the R-indicator, before and after adjustment, and the coefficient of variation."""
    data = rows_of(released.table("nonresponse"), step="representativity")
    adjusted = first_of(data, measure="R_adjusted")
    return {
        "plain": number_of(first_of(data, measure="R"), "estimate"),
        "adjusted": number_of(adjusted, "estimate"),
        "se": number_of(adjusted, "se"),
        "spread": number_of(first_of(data, measure="cv_adjusted"), "estimate"),
    }


def auxiliaries(released: Released) -> Facts:
    """Find the links of the list with an answer that are not weak, and where the list adds no precision."""
    data = rows_of(released.table("nonresponse"), step="auxiliaries", measure="v_answer")
    links = [
        named(claim, released)
        | {"variable": released.in_text(released.label(str(row["variable"]))), "size": float(row["estimate"])}
        for claim in described_rows(released)
        for _, row in beside(data, claim).iterrows()
        if known(number_of(row, "estimate"))
    ]
    held = variables_of(rows_of(released.table("nonresponse"), measure="v_response"))
    asked = sum(
        not claim["group_level"] or name != released.group
        for claim in described_rows(released)
        for name in held
    )
    strong = [link for link in links if link["size"] >= WEAK_V]
    return {
        "linked": len(links),
        "withheld": len(links) < asked,
        "strong": sorted(strong, key=lambda link: -link["size"]),
        "weak_below": WEAK_V,
        **_information(released),
    }


def _information(released: Released) -> Facts:
    data = rows_of(released.table("nonresponse"), step="missing_information", measure="fmi")
    found = [(claim, first_of(beside(data, claim))) for claim in described_rows(released)]
    told = [
        (claim, row["outcome"] == BiasOutcome.ADDS_NOTHING)
        for claim, row in found
        if row is not None and known(number_of(row, "estimate"))
    ]
    nothing = [claim for claim, adds_nothing in told if adds_nothing]
    outcomes = {0: "none", len(told): "all"}
    return {
        "no_more_precise": listed(nothing, released),
        "precision": outcomes.get(len(nothing), "some") if told else "unknown",
    }


def weighting(released: Released) -> Facts:
    """Find how far weighting moved the claims, and which shifts are more than chance."""
    found = weighting_shifts(released)
    clear = [row for row, shift, p in found if known(shift, p) and p < LIMIT_P]
    return {
        "shifts": shifts([(row, shift) for row, shift, _ in found], released),
        "clear": listed(clear, released),
        "limit_p": LIMIT_P,
        "paired": primary.shift_paired(released),
    }


def waves(released: Released) -> Facts:
    """Compare late respondents with early ones, and find where the silent would lead."""
    data = released.table("nonresponse")
    late = [row for _, row in rows_of(data, step="early_late").iterrows()]
    late = [row for row in late if known(number_of(row, "estimate"), number_of(row, "p_value"))]
    return {
        "comparable": bool(late),
        "dated": released.settings.nonresponse.waves is not None,
        "over_all": _early_late([row for row in late if not row["group_level"]], released),
        "inside": _early_late([row for row in late if row["group_level"]], released),
        "scenarios": [
            {"name": name, **facts}
            for name, measure in SCENARIOS.items()
            if (facts := _continued(released, data, measure))
        ],
    }


def _early_late(rows: list[pd.Series], released: Released) -> Facts | None:
    if not rows:
        return None
    clear = [row for row in rows if float(row["p_value"]) < LIMIT_P]
    least = min(float(row["p_value"]) for row in rows)
    tied = [row for row in rows if p_value(float(row["p_value"])) == p_value(least)]

    def tested(row: pd.Series) -> Facts:
        return place_facts(row, released) | {"p": float(row["p_value"])}

    return {
        "differing": [tested(row) for row in clear],
        "least": {"p": least, "rows": placed(tied, released)},
    }


# Where the silent are supposed to stand, with the measure that gives the estimate for all.
SCENARIOS = {"last": "all_staff_as_last_wave", "line": "all_staff_on_line"}


def _continued(released: Released, data: pd.DataFrame, measure: str) -> Facts | None:
    """Find the estimate that would move most, and those that would cross a threshold or margin."""
    found = [
        (row, number_of(first_of(beside(data, row), measure=measure), "estimate"))
        for row in described_rows(released)
    ]
    found = [(row, value) for row, value in found if known(value, number_of(row, "estimate"))]
    moves = farthest(((row, value - float(row["estimate"])) for row, value in found), released)
    if not moves:
        return None
    row, move = moves[0]
    now = float(row["estimate"])
    printed = released.claim_of(row).printed
    alike = printed(now) == printed(now + move)
    return {
        "most": named(row, released) | {"before": now, "after": now + move},
        "moves": not alike,
        "crossed": _crossed(released, found),
    }


def _crossed(released: Released, found: list[tuple[pd.Series, float]]) -> list[Facts]:
    """List the estimates that a move takes from one side of their threshold or margin to the other."""
    crossed = []
    for row, value in found:
        claim, now = released.claim_of(row), float(row["estimate"])
        if claim.supported(now, now) != claim.supported(value, value):
            crossed.append(named(row, released) | {"after": value})
    return crossed
