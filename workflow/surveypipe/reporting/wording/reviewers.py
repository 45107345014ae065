"""Questions that a reviewer may ask: facts of the results and the configuration, worded by ``questions/``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from surveypipe.reporting.claim_names import coded, mark
from surveypipe.reporting.lookups import beside, first_of, known, number_of, rows_of
from surveypipe.reporting.released import SUPPRESSED, Released
from surveypipe.reporting.wording import choices, methods, nonresponse, plan, primary
from surveypipe.reporting.wording.answered import LIMIT_P
from surveypipe.reporting.wording.nonresponse import main_claims
from surveypipe.reporting.wording.worst_cases import places, ranked
from surveypipe.sealing.standing import Standing
from surveypipe.wording import Markdown, Wording

if TYPE_CHECKING:
    import pandas as pd

Facts = dict[str, Any]
# Of more claims with one number the first is named, and how many more there are.
MOST_TIES = 2


# Sentences about non-response that an answer repeats, by the name under which its template calls it.
SAID = {
    "multiverse": "multiverse",
    "scenario": "readers",
    "bayes": "bayes",
    "heckman": "heckman",
    "imputation": "imputation",
}


def questions(released: Released, words: Wording, standing: Standing | None = None) -> str:
    """Write the questions with their answers: Markdown, one paragraph each.

    Parameters
    ----------
    released
        The released tables.
    words
        Templates.
    standing
        How the run stands to its sealed plan; None where none is sealed.
    """
    said = {key: nonresponse.sentence(name, released, words) for key, name in SAID.items()}
    said = methods.study(released) | {"plan": plan.facts(standing or Standing())} | said
    made = (words.say(f"questions/{name}", **said | facts(released)) for name, facts in QUESTIONS.items())
    return "\n\n".join(filter(None, made)) + "\n"


def _labels(released: Released, variables: list[str]) -> list[str]:
    return [released.in_text(released.label(name)) for name in variables]


# --- weights ------------------------------------------------------------------------------------------


def which_weight(released: Released) -> Facts:
    """Name the weight in force and what the others give."""
    others = [label for key, label in released.schemes.items() if key != released.primary]
    return {
        "scheme": released.in_text(released.schemes[released.primary]),
        "fallback": released.primary != released.settings.weighting.primary,
        "others": [released.in_text(label) for label in others],
    }


def why_these_cells(released: Released) -> Facts:
    """Say what the cells are made of, why some were merged, and what they leave."""
    scheme = primary.scheme_of(released)
    rates = rows_of(released.table("nonresponse"), step="response_model", measure="wald_test")
    clear = [str(row["variable"]) for _, row in rates.iterrows() if number_of(row, "p_value") < LIMIT_P]
    cells = rows_of(released.table("weight_cells"), scheme=released.primary)
    sizes = cells["n"].astype(float)
    return {
        "variables": primary.known_by(released),
        "rests_on": primary.rests_on(released),
        "in_cells": primary.in_cells(released),
        "response": "differs" if clear else "alike" if len(rates) else "unknown",
        "modelled": len(rates),
        "clear": _labels(released, clear),
        "merge_below": scheme.collapse.min_n if scheme.collapse else None,
        "merge_over": scheme.collapse.max_factor if scheme.collapse else None,
        "cells": len(cells),
        "merged": int((cells["merged"].astype(str).str.lower() == "true").sum()),
        "smallest": float(sizes.min()) if len(cells) and sizes.notna().all() else math.nan,
    }


def population_correction(released: Released) -> Facts:
    """Justify the finite-population correction and say what it does."""
    plan = released.settings.analysis.fpc
    return {
        "correction": plan.descriptive,
        "tests_corrected": plan.tests,
        "tests": bool(released.settings.analysis.tests),
        "models": bool(released.settings.analysis.models),
        "n": released.base_size(),
        "size": released.staff_size(),
        **_without_correction(released),
    }


def _without_correction(released: Released) -> Facts:
    """Compare each claim's interval and grade with and without the correction, all else as in the primary."""
    table = rows_of(released.table("multiverse"), what="specification")
    wider, changed = [], []
    for claim in released.claim_rows():
        own = beside(table, claim)
        with_fpc = first_of(own[own["primary"].astype(str).str.lower() == "true"])
        if with_fpc is None or with_fpc["status"] == SUPPRESSED:
            continue
        same = {name: str(with_fpc[name]) for name in ("scheme", "missing", "interval")}
        without = first_of(rows_of(own, **same, fpc="False"))
        widths = [number_of(row, "ci_high") - number_of(row, "ci_low") for row in (with_fpc, without)]
        if not known(*widths) or without is None:
            continue
        # How much wider is not said: the ends are released rounded, and a ratio of widths would not be true.
        wider.append(widths[1] > widths[0])
        if number_of(with_fpc, "grade") != number_of(without, "grade"):
            changed.append(claim)
    return {"wider": bool(wider) and all(wider), "changed": Markdown(places(changed, released))}


# --- who is counted -----------------------------------------------------------------------------------


def which_n(released: Released) -> Facts:
    """Tell apart the numbers that a reader meets."""
    facts: Facts = {
        "n": released.base_size(),
        "size": released.staff_size(),
        "n_eff": number_of(first_of(released.table("weight_diagnostics"), scheme=released.primary), "n_eff"),
    }
    found = ranked(released.claim_rows(), lambda row: number_of(row, "n"))
    if not found:
        return facts | {"spread": "withheld"}
    least, most = (float(found[end]["n"]) for end in (0, -1))

    def having(n: float) -> tuple[Markdown, int]:
        rows = [row for row in found if row["n"] == n]
        named = rows if len(rows) <= MOST_TIES else rows[:1]
        return Markdown(places(named, released)), len(rows) - len(named)

    (least_of, least_more), (most_of, most_more) = having(least), having(most)

    return facts | {
        "spread": "equal" if least == most else "unequal",
        "least": least,
        "least_of": least_of,
        "least_more": least_more,
        "most": most,
        "most_of": most_of,
        "most_more": most_more,
    }


# --- the silent ---------------------------------------------------------------------------------------


def if_readers_answered(released: Released) -> Facts:
    """Answer the particular suspicion that mainly readers answered."""
    k, plan = released.settings.sensitivity.k_grade, released.settings.sensitivity.scenario
    about = (row for row in main_claims(released) if plan and row["variable"] == plan.variable)
    own = next(about, None)
    return {
        "k": k,
        "own": None if own is None else _own_claim(own, released, k),
    }


def _own_claim(row: pd.Series, released: Released, k: float) -> Facts | None:
    """Estimates of the claim that is about reading itself, at three multiples; None where one is withheld.

    The scenario that supposes nothing is not the estimate where some left the question out: `estimate` is
    given where the two print differently.
    """
    values = {step: number_of(row, f"reader_k{round(100 * step):03d}") for step in (1.0, k, 0.0)}
    if not known(*values.values()):
        return None
    claim = released.claim_of(row)
    printed = {step: claim.printed(value) for step, value in values.items()}
    estimate = number_of(row, "estimate")
    now = claim.printed(estimate) if known(estimate) else ""
    return {
        "title": f"{row['claim']} ({row['short']})" if coded(released) else mark(released, row["claim"]),
        "as_common": printed[1.0],
        "at_k": "" if k in (0.0, 1.0) else printed[k],
        "none": printed[0.0],
        "estimate": "" if now == printed[1.0] else now,
    }


# --- choices, missing items, many tests -----------------------------------------------------------------


def what_is_set(released: Released) -> Facts:
    """List what the configuration sets and what it leaves to exploration."""
    settings = released.settings
    return {
        "rules": len(choices.could_act(released)),
        "claims": len(settings.claims),
        "theta_strong": settings.sensitivity.theta_strong,
        "fallback_named": settings.weighting.fallback is not None,
        "merging": any(part.collapse for part in primary.scheme_of(released).parts()),
    }


def missing_items(released: Released) -> Facts:
    """Say how unanswered items were handled."""
    shares = [scale.min_share for scale in released.settings.cleaning.scales]
    return {
        "least_share": min(shares, default=math.nan),
        "table": released.settings.analysis.imputation is not None and bool(released.claims),
    }


def many_tests(released: Released) -> Facts:
    """Say how the number of tests was allowed for."""
    if released.settings.analysis.multiplicity is None:
        return {"verdict": "not adjusted"}
    data, limit = released.table("estimates"), LIMIT_P
    holm = [row for _, row in data[data["statistic"].str.endswith("_p_holm")].iterrows()]
    tests = [row for row in holm if known(number_of(row, "estimate"), number_of(row, "p_value"))]
    if not tests:
        return {"verdict": "withheld"}
    below = [row for row in tests if row["p_value"] < limit]
    lost = [row for row in below if row["estimate"] >= limit]
    return {
        "verdict": "lost" if lost else "kept" if below else "none",
        "limit": limit,
        "below": len(below),
        "lost": Markdown(places(lost, released)),
    }


def trusted(released: Released) -> Facts:
    """Say against what the computations are checked."""
    checked = rows_of(released.table("verification"), status="checked")
    exact = rows_of(checked, tolerance_kind="relative")
    return {
        "results": len(exact),
        "sets": len(checked) - len(exact),
        "published": int((checked["through"].fillna("") != "").sum()),
    }


QUESTIONS: dict[str, Callable[[Released], Facts]] = {
    "which_weight": which_weight,
    "why_these_cells": why_these_cells,
    "if_readers_answered": if_readers_answered,
    # What it says of the silent is said elsewhere already.
    "if_the_silent_differ": lambda released: {},
    "which_n": which_n,
    "population_correction": population_correction,
    "what_is_set": what_is_set,
    "missing_items": missing_items,
    "many_tests": many_tests,
    "trusted": trusted,
}
