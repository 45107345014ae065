"""Facts about what would follow if the silent differed from those who answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveypipe.formatting import decimal
from surveypipe.reporting.claim_names import mark
from surveypipe.reporting.lookups import beside, first_of, known, number_of, rows_of
from surveypipe.reporting.refusals import refusals
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording.ledger import Facts, listed, named, place_facts
from surveypipe.study.grades import Grade

if TYPE_CHECKING:
    import pandas as pd


def bounds(released: Released) -> Facts:
    """Find for which claims the bounds decide, which needs least to fall, and which might yet stand."""
    bounded = [row for row in released.claim_rows() if known(number_of(row, "bound_low"))]
    judged = [row for row in bounded if known(number_of(row, "grade"))]
    graded = [(row, Grade.of(int(row["grade"]))) for row in judged]
    sure = [row for row, grade in graded if grade is Grade.WHATEVER]
    held = [row for row, grade in graded if grade.supported and grade is not Grade.WHATEVER]
    failed = [row for row, grade in graded if not grade.supported]
    could = [row for row in failed if _reachable(released, row)]
    return {
        "judged": len(judged),
        "sure": listed(sure, released),
        "held": listed(held, released),
        "weakest": _weakest(released, held),
        "could": listed(could, released),
        "never": listed([row for row in failed if not any(row is one for one in could)], released),
    }


def _reachable(released: Released, row: pd.Series) -> bool:
    low, high = float(row["bound_low"]), float(row["bound_high"])
    sides = released.claim_of(row).sides()
    return all(high > side.limit if side.direction == "above" else low < side.limit for side in sides)


def _weakest(released: Released, held: list[pd.Series]) -> Facts | None:
    points = [(row, number_of(row, "tipping_theta")) for row in held]
    points = [(row, max(theta, 1 / theta)) for row, theta in points if known(theta) and theta > 0]
    if not points:
        return None
    theta = min(point for _, point in points)
    tied = [row for row, point in points if decimal(point, 1) == decimal(theta, 1)]
    strong = float(released.settings.sensitivity.theta_strong)
    return {
        "rows": listed(tied, released),
        "theta": theta,
        "strong": theta >= strong,
        "only": len(points) == 1,
        "shares": all(released.claim_of(row).binary for row in tied),
    }


def reader_outcomes(released: Released) -> tuple[list[pd.Series], list[pd.Series]]:
    """Claims supported under the primary weights: those that stand in the reader scenario, and that fall."""
    stands: list[pd.Series] = []
    falls: list[pd.Series] = []
    for row in released.claim_rows():
        limit = number_of(row, "reader_limit")
        if not known(limit, number_of(row, "grade")) or not Grade.of(int(row["grade"])).supported:
            continue
        (stands if released.claim_of(row).supported(limit, limit) else falls).append(row)
    return stands, falls


def readers(released: Released) -> Facts:
    """Find which claims survive when there are fewer readers among the silent."""
    stands, falls = reader_outcomes(released)
    return {
        "k": released.settings.sensitivity.k_grade,
        "stands": listed(stands, released),
        "falls": listed(falls, released),
    }


def bayes(released: Released) -> Facts:
    """Find the lowest posterior probability of a claim under the least favourable of the priors.

    What is released is the probability of lying above the threshold; a claim may be that it lies below.
    """
    data = rows_of(released.table("not_at_random"), method="bayes")
    data = data[data["claim"].isin(list(released.claims))]
    found = [row for _, row in data.iterrows() if known(number_of(row, "probability"))]

    def side(row: pd.Series) -> str:
        return str(getattr(released.claim_of(row), "direction", "above"))

    def stands(row: pd.Series) -> float:
        above = float(row["probability"])
        return 1 - above if side(row) == "below" else above

    row = min(found, key=stands, default=None)
    if row is None:
        return {"least": None}
    probability = stands(row)
    others = [stands(one) for one in found if place_facts(one, released) != place_facts(row, released)]
    outcome = "almost none" if probability < 0.005 else "almost sure" if probability >= 0.995 else "between"
    return {
        "priors": int(data["value"].nunique()),
        "least": place_facts(row, released),
        "probability": probability,
        "side": side(row),
        "outcome": outcome,
        "alone": decimal(probability) not in map(decimal, others),
        "only": not others,
    }


def proxy(released: Released) -> Facts:
    """Say how good the best proxy is, and for how many rows of the ledger one is good."""
    rho = released.table("ledger_context")["rho"].astype(float).dropna()
    weak = float(released.settings.nonresponse.weak_rho)
    return {"best": None if rho.empty else float(rho.max()), "weak": weak, "good": int((rho >= weak).sum())}


def follow_up(released: Released) -> Facts:
    """Give what a check of the silent found, claim by claim."""
    data = released.table("follow_up_check")
    rows = rows_of(data, measure="two_phase")
    rows = rows[rows["estimate"].notna()]
    return {
        "asked": [
            {
                "claim": mark(released, row["claim"]),
                "group": released.levels[row["group_level"]] if row["group_level"] else "",
                "estimate": float(row["estimate"]),
                "low": float(row["ci_low"]),
                "high": float(row["ci_high"]),
                "p": number_of(first_of(beside(data, row), measure="difference"), "p_value"),
            }
            for _, row in rows.iterrows()
        ]
    }


def heckman(released: Released) -> Facts:
    """Give what a selection model found, or the reasons for which there is none.

    It is asked for by naming a variable that drives response and not the answer; else nothing is said of it.
    """
    data = rows_of(released.table("not_at_random"), method="heckman")
    if not released.settings.nonresponse.exclusion:
        return {"outcome": "none", "reasons": [], "estimates": []}
    reasons = refusals((row for _, row in data.iterrows()), released)
    fitted = [row for _, row in data.iterrows() if row["parameter"] == "estimate"]
    estimates = []
    for row in fitted:
        own = {"claim": str(row["claim"]), "group_level": str(row["group_level"])}
        claim = first_of(released.table("claims"), **own)
        if claim is not None and known(number_of(row, "estimate")):
            ends = {end: float(row[f"ci_{end}"]) for end in ("low", "high")}
            estimates.append(named(claim, released) | {"estimate": float(row["estimate"]), **ends})
    outcome = "none" if data.empty or (fitted and not estimates) else "fitted" if fitted else "refused"
    return {"outcome": outcome, "reasons": reasons, "estimates": estimates}
