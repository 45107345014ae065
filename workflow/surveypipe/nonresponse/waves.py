"""Early against late answers, and what follows if the silent go on from the late."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.ledger.cases import Case
from surveypipe.nonresponse import tests_of_response
from surveypipe.nonresponse.late_answers import cumulative_by_wave, early_against_late, extrapolate_waves
from surveypipe.nonresponse.outcomes import BiasRefusal, refused
from surveypipe.nonresponse.study import Study, claim_cells, lines_of, test_cells
from surveypipe.study.bases import EVERYBODY

Floats = NDArray[np.float64]


def effort(study: Study) -> pd.Series | None:
    """Days from invitation to return (or the date of return), as numbers; None where none is configured."""
    plan = study.plan.waves
    if not plan:
        return None
    back = study.respondents[plan.variable]
    start = study.respondents[plan.since] if plan.since else back.min()
    return (back - start).dt.days.astype(float).reset_index(drop=True)


def wave_rows(study: Study) -> Iterator[dict[str, Any]]:
    """Estimates as returns came in, early against late within groups, and the line through the waves."""
    days = effort(study)
    if days is None:
        told = refused(BiasRefusal.WAVES_NOT_SET, study.plan.fewest)
        yield {"step": "waves", "measure": "cumulative", **told}
        return
    for case in study.cases:
        y = case.outcome
        # The rows within groups are made with those of all staff.
        if not case.group_level:
            yield from _cumulative_rows(study, case, y, days)
            yield from _late_rows(study, case, y, days.to_numpy())


def _cumulative_rows(study: Study, case: Case, y: Floats, days: pd.Series) -> Iterator[dict[str, Any]]:
    assert study.plan.waves is not None
    number = study.plan.waves.number
    waves = cumulative_by_wave(y, study.designs[study.primary].weights, days, number)
    common = {**claim_cells(case), "scheme": study.primary, "N": case.population}
    fewest = study.plan.fewest
    total, shown_so_far = int(waves["n"].sum()), 0
    errors = _errors(study, y, days, waves["until"])
    for line, se in zip(lines_of(waves), errors, strict=True):
        note = f"returned within {line.until:.0f} days"
        row = {"step": "waves", **common, "level": str(line.wave), "note": note}
        if line.n < fewest:
            yield {**row, "measure": "wave", "n": line.n, **refused(BiasRefusal.WAVE_TOO_SMALL, fewest)}
        else:
            yield {**row, "measure": "wave", "n": line.n, "estimate": line.estimate, "se": se}
        # No two cumulative estimates may lie so close that their difference is a wave of too few.
        left = total - line.n_cumulative
        if line.n_cumulative - shown_so_far >= fewest and (left == 0 or left >= fewest):
            shown_so_far = line.n_cumulative
            yield {**row, "measure": "cumulative", "n": line.n_cumulative, "estimate": line.cumulative}
    yield from _extrapolated_rows(study, case, waves, {"step": "extrapolation", **common}, fewest)


def _errors(study: Study, y: Floats, days: pd.Series, until: pd.Series) -> Floats:
    """Give the standard errors of the waves, each a domain of the primary design; shape (waves,)."""
    ends = until.to_numpy(dtype=float)
    starts = np.concatenate([[-np.inf], ends[:-1]])
    back = days.to_numpy()[:, None]
    inside = (starts < back) & (back <= ends)
    return study.designs[study.primary].means(np.where(inside, y[:, None], np.nan)).se


def _extrapolated_rows(
    study: Study, case: Case, waves: pd.DataFrame, common: dict[str, Any], fewest: int
) -> Iterator[dict[str, Any]]:
    """Take the silent for the last wave, and for where a line through the waves points to."""
    n = int(waves["n"].sum())
    rate = float(study.respondent.mean())
    least, most = case.claim.limits
    if len(waves) < 2 or waves["n"].iloc[-1] < fewest:
        told = refused(BiasRefusal.TOO_FEW_WAVES, fewest)
        for measure in ("silent_as_last_wave", "silent_on_line"):
            yield {**common, "measure": measure, "n": n, **told}
        return
    line = extrapolate_waves(waves, rate)
    held = min(max(line, least), most)
    sources = {
        "last_wave": (float(waves["estimate"].iloc[-1]), "the silent taken for the last to return"),
        "line": (held, "weighted line through the waves, read off at the middle of the silent"
                 + ("; held within the limits of the scale" if held != line else "")),
    }  # fmt: skip
    now = float(waves["cumulative"].iloc[-1])
    for key, (silent, words) in sources.items():
        suffix = "as_last_wave" if key == "last_wave" else "on_line"
        yield {**common, "measure": f"silent_{suffix}", "n": n, "estimate": silent, "note": words}
        if case.claim.base != EVERYBODY:
            continue
        yield {
            **common, "measure": f"all_staff_{suffix}", "n": n, "estimate": rate * now + (1 - rate) * silent,
            "note": f"{words}; a sensitivity figure, never a correction",
        }  # fmt: skip


def _late_rows(study: Study, case: Case, y: Floats, days: Floats) -> Iterator[dict[str, Any]]:
    """Late less early within each group, and over the groups where both parts hold answers enough."""
    labels = study.respondents[study.group].astype(str).to_numpy()
    levels = sorted(set(labels))
    fewest = study.plan.fewest
    parts: list[tuple[float, float, float, int]] = []
    for level in levels:
        inside = (labels == level) & ~np.isnan(days)
        late = days > np.median(days[inside]) if inside.any() else np.zeros(len(days), bool)
        gap, se, p = early_against_late(y[inside], late[inside], fewest)
        known = inside & ~np.isnan(y)
        size = int(known.sum())
        row = {
            "step": "early_late", **claim_cells(case), "measure": "late_minus_early", "group": study.group,
            "group_level": level, "n": size, "N": int((study.staff[study.group].astype(str) == level).sum()),
        }  # fmt: skip
        if math.isnan(gap):
            yield {**row, **refused(BiasRefusal.PART_TOO_SMALL, fewest)}
            continue
        parts.append((gap, se, float(row["N"]), size))
        yield {
            **row, "estimate": gap, "se": se, "p_value": p,
            "note": "second half of the returns of the group less the first; unweighted, Welch",
        }  # fmt: skip
    yield {
        "step": "early_late", **claim_cells(case), "measure": "late_minus_early", "N": case.population,
        **_pooled(parts, len(levels), fewest),
    }  # fmt: skip


def _pooled(parts: Sequence[tuple[float, float, float, int]], levels: int, fewest: int) -> dict[str, Any]:
    """Differences within groups put together by the groups' share of the staff: Σ W_g d_g, Σ W_g² se²_g."""
    if not parts:
        return {"n": 0, **refused(BiasRefusal.NO_GROUP_LARGE_ENOUGH, fewest)}
    gaps, errors, sizes, counts = (np.array(part, dtype=float) for part in zip(*parts, strict=True))
    share = sizes / sizes.sum()
    gap, se = float(share @ gaps), float(np.sqrt(share**2 @ errors**2))
    found = tests_of_response.tested(gap, se, float("inf"))
    missing = f"; {levels - len(parts)} of {levels} groups not estimable" if len(parts) < levels else ""
    note = f"within groups, weighted by their size; normal test{missing}"
    return {"n": int(counts.sum()), **test_cells(found), "note": note}
