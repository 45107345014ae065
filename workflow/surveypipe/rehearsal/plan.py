"""Is the survey large enough? Many rehearsals summed up: widths, grades and numbers, each with its error.

Each figure has a Monte Carlo standard error over R rehearsals: of a mean s/√R; of a share p, √(p(1 − p)/R)
(Koehler, Brown and Haneuse 2009, *The American Statistician* 63(2), 155-162); of a percentile that of Maritz
and Jarrett (1978, *Journal of the American Statistical Association* 73(361), 194-196).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveypipe.rehearsal.outcomes import CLAIM, GROUP, REFUSED
from surveypipe.study.claims import AnyClaim
from surveypipe.study.grades import Grade

COLUMNS = ["what", "claim", "group", "group_level", "measure", "level", "value", "mc_se", "rehearsals"]
MEAN, LOW, HIGH, CHANCE = "mean", "10th percentile", "90th percentile", "chance"
WIDTH, COUNT, ESTIMATE = "width", "n", "estimate"
SUPPORTED, GRADE, PUBLISHED, STOPPED = "supported", "grade", "published", "stopped"
LEVELS = {LOW: 0.1, HIGH: 0.9}


def plan_table(draws: pd.DataFrame, claims: Mapping[str, AnyClaim], grades: Sequence[Grade]) -> pd.DataFrame:
    """Sum up rehearsals.

    Parameters
    ----------
    draws
        Rows of :mod:`surveypipe.rehearsal.outcomes`.
    claims
        The claims by key.
    grades
        Grades that a claim of this study can earn.

    Returns
    -------
    pandas.DataFrame
        Tidy, columns :data:`COLUMNS`: for each claim, over all and by group, the width of its interval, the
        number of respondents and the estimate (mean, 10th and 90th percentile), the chance of each grade,
        that it is supported and that it may be published; for each group the number of respondents; the share
        of rehearsals that stopped. Widths and estimates are in the claim's own unit.
    """
    total = draws["rehearsal"].nunique()
    rows = [dict(_share(draws["what"].eq(REFUSED).sum(), total), what="all", measure=STOPPED)]
    for what in (CLAIM, GROUP):
        part = draws[draws["what"] == what].fillna({"claim": "", "group_level": ""})
        for keys, of_one in part.groupby(["claim", "group", "group_level"], sort=False):
            place = dict(zip(["claim", "group", "group_level"], keys, strict=True), what=what)
            found = (
                _of_claim(of_one, claims[str(keys[0])], grades)
                if what == CLAIM
                else _spread(of_one["n"], COUNT)
            )
            rows += [place | row for row in found]
    return pd.DataFrame(rows, columns=COLUMNS).fillna(
        {"claim": "", "group": "", "group_level": "", "level": ""}
    )


def _of_claim(part: pd.DataFrame, claim: AnyClaim, grades: Sequence[Grade]) -> Iterator[dict[str, Any]]:
    yield from _spread(part["ci_high"] - part["ci_low"], WIDTH)
    yield from _spread(part["n"], COUNT)
    yield from _spread(part["estimate"], ESTIMATE)
    for grade in grades:
        earned = int((part["grade"] == grade.number).sum())
        yield _share(earned, len(part)) | {"measure": GRADE, "level": str(grade.number)}
    supported = part["grade"].isin([grade.number for grade in grades if grade.supported])
    yield _share(int(supported.sum()), len(part)) | {"measure": SUPPORTED}
    published = part["published"].astype(str).str.lower().eq("true")
    yield _share(int(published.sum()), len(part)) | {"measure": PUBLISHED}


def _spread(values: pd.Series, measure: str) -> Iterator[dict[str, Any]]:
    """Give mean, 10th and 90th percentile of what is there, each with its Monte Carlo standard error."""
    from scipy.stats.mstats import mjci

    known = values.dropna().to_numpy(float)
    if not len(known):
        return
    told = {"measure": measure, "rehearsals": len(known)}
    spread = float(np.std(known, ddof=1)) if len(known) > 1 else math.nan
    yield {**told, "level": MEAN, "value": float(known.mean()), "mc_se": spread / math.sqrt(len(known))}
    for level, share in LEVELS.items():
        # Of equal values the estimator takes the root of a rounding error.
        error = float(mjci(known, [share])[0]) if np.ptp(known) > 0 else 0.0
        yield {**told, "level": level, "value": float(np.quantile(known, share)), "mc_se": error}


def _share(count: int, total: int) -> dict[str, Any]:
    share = count / total if total else math.nan
    error = math.sqrt(share * (1 - share) / total) if total else math.nan
    return {"level": CHANCE, "value": share, "mc_se": error, "rehearsals": total}


def possible_grades(*, silent_known: bool) -> list[Grade]:
    """List the grades that a claim can earn, given whether it is known who did not answer."""
    of_known = (Grade.WHATEVER, Grade.UNLESS_STRONGLY_DIFFERENT, Grade.IF_AT_RANDOM)
    earned = of_known if silent_known else (Grade.IF_LIKE_THE_REST,)
    return [*earned, Grade.AMONG_RESPONDENTS, Grade.NOT_SUPPORTED]
