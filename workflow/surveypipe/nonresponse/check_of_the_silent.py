"""A one-question check of non-respondents: the two phases put together.

Of the N_0 staff who returned nothing, a random part is rung up or written to with one question, and n_0f of
them answer it. Each then stands for N_0/n_0f of the silent, within the strata in which they were drawn
(Hansen and Hurwitz 1946). In a census the respondents stand for themselves and add no variance, so

    P = [Σ_respondents y + Σ_g N_0g ȳ_0g] / N,   v = Σ_g (N_0g/N)² (1 − n_0g/N_0g) s²_0g/n_0g,
    df = Σ_g (n_0g − 1).

Who cannot be reached in the follow-up is treated as missing at random among those tried in the stratum; the
bounds say what becomes of the estimate if they are not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.design import intervals
from surveypipe.problems import Problems, SurveyError, shown

Floats = NDArray[np.float64]

COLUMNS = (
    "claim", "group", "group_level", "stratum", "measure", "n", "N", "estimate", "se", "df", "ci_low",
    "ci_high", "p_value", "note",
)  # fmt: skip


@dataclass(frozen=True)
class TwoPhase:
    """Estimate over all staff from respondents and a follow-up of the silent.

    Attributes
    ----------
    estimate, se, df, ci_low, ci_high
        Share or mean over all staff.
    silent
        The same among the silent alone.
    silent_se
        Its standard error.
    weights
        Weight N_0g/n_0g in each stratum.
    low, high
        Bounds: silent who were not reached may answer anything.
    n, n_silent
        Respondents with an answer, and answers of the follow-up.
    """

    estimate: float
    se: float
    df: float
    ci_low: float
    ci_high: float
    silent: float
    silent_se: float
    weights: dict[str, float]
    low: float
    high: float
    n: int
    n_silent: int


def two_phase(
    answered: Floats,
    stratum: NDArray[Any],
    respondent: NDArray[np.bool_],
    checked: Floats,
    *,
    limits: tuple[float, float] = (0.0, 1.0),
    level: float = 0.95,
) -> TwoPhase:
    """Combine the survey with the follow-up.

    Parameters
    ----------
    answered
        Answers of respondents over the frame, NaN where there is none, shape (N,). A respondent who left the
        question out counts with the mean of the respondents of the stratum.
    stratum
        Stratum of the follow-up, shape (N,).
    respondent
        Whether a questionnaire was returned, shape (N,).
    checked
        Answers of the follow-up, NaN for whoever was not asked or not reached, shape (N,).
    limits
        Least and greatest possible answer; (0, 1) for a share, whose interval is on the logit scale.
    level
        Of the interval.

    Raises
    ------
    SurveyError
        If a stratum with silent staff has fewer than two answers in the follow-up, unless all were reached.
    """
    N, problems = len(stratum), Problems()
    total = silent_total = variance = low = high = 0.0
    df, weights = 0, {}
    for name in np.unique(stratum):
        inside = stratum == name
        here = answered[inside & respondent]
        known = here[~np.isnan(here)]
        total += len(here) * float(known.mean()) if len(known) else 0.0
        gaps = len(here) - len(known)
        low, high = low + known.sum() + gaps * limits[0], high + known.sum() + gaps * limits[1]
        silent = int((inside & ~respondent).sum())
        given = checked[inside & ~respondent]
        given = given[~np.isnan(given)]
        low += given.sum() + (silent - len(given)) * limits[0]
        high += given.sum() + (silent - len(given)) * limits[1]
        if not silent:
            continue
        if len(given) < min(2, silent):
            problems.add(
                f"follow-up, {name}: {len(given)} of {silent} silent staff have an answer; at least two are "
                "needed in each stratum. Ask more, or name no stratum."
            )
            continue
        weights[str(name)] = silent / len(given)
        silent_total += silent * float(given.mean())
        spread = float(given.var(ddof=1)) if len(given) > 1 else 0.0
        variance += silent**2 * (1 - len(given) / silent) * spread / len(given)
        df += len(given) - 1
    problems.raise_if_any()
    n_silent = int((~respondent).sum())
    estimate, se = (total + silent_total) / N, math.sqrt(variance) / N
    make = intervals.logit_interval if limits == (0.0, 1.0) and 0 < estimate < 1 else intervals.t_interval
    ends = make(estimate, se, df, level=level)
    return TwoPhase(
        estimate, se, float(df), float(ends[0]), float(ends[1]),
        silent_total / n_silent if n_silent else math.nan,
        math.sqrt(variance) / n_silent if n_silent else math.nan,
        weights, low / N, high / N,
        int((~np.isnan(answered) & respondent).sum()), int((~np.isnan(checked) & ~respondent).sum()),
    )  # fmt: skip


def response_odds_ratio(respondents: Floats, silent: Floats) -> tuple[float, float, float]:
    """Odds ratio θ of responding, yes against no, that a follow-up has measured, with its 95 % interval.

    Parameters
    ----------
    respondents, silent
        Answers (0, 1) of respondents and of the silent who were reached, without missing ones.

    Returns
    -------
    tuple of float
        θ = odds(yes | answered)/odds(yes | silent), the θ of the pattern mixture, with ½ added to each count
        (Haldane and Anscombe), and Woolf's interval. Of two random parts, so without a population correction.
    """
    a, b = respondents.sum() + 0.5, (1 - respondents).sum() + 0.5
    c, d = silent.sum() + 0.5, (1 - silent).sum() + 0.5
    centre, half = math.log(a * d / (b * c)), 1.959963984540054 * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return math.exp(centre), math.exp(centre - half), math.exp(centre + half)


def check(follow_up: pd.DataFrame, eligible: pd.DataFrame, variables: Mapping[str, str]) -> pd.DataFrame:
    """Check the file of a follow-up against the staff list.

    Parameters
    ----------
    follow_up
        ``id`` and one column for each question, as text; blank: not reached. A row without any text is passed
        over.
    eligible
        ``id``, ``respondent``.
    variables
        Variable of the survey: column of the follow-up.

    Returns
    -------
    DataFrame
        ``id`` and the variables, one row for each person tried.

    Raises
    ------
    SurveyError
        With every problem: lacking columns, rows without a person, the same person twice, unknown persons,
        respondents, answers that are no codes.
    """
    lacking = [name for name in ("id", *variables.values()) if name not in follow_up]
    if lacking:
        raise SurveyError(
            f"follow-up: the file holds no column {shown(lacking)}; it has {shown(follow_up.columns)}. "
            "Correct the file or nonresponse.follow_up.variables."
        )
    problems, text = Problems(), follow_up.astype(object).where(follow_up.notna(), "").astype(str)
    text = text.apply(lambda column: column.str.strip())
    text = text[(text != "").any(axis=1)].reset_index(drop=True)
    nobody = int((text["id"] == "").sum())
    if nobody:
        problems.add(f"follow-up: {nobody} rows have an answer and no id; fill it in, or take them out.")
    text = text[text["id"] != ""]
    for name in variables.values():
        strange = text.loc[pd.to_numeric(text[name], errors="coerce").isna() & (text[name] != ""), name]
        if len(strange):
            problems.add(
                f"follow-up: {name} holds {shown(sorted(set(strange)))} ({len(strange)} rows), which is no "
                "code of an answer; write the codebook's codes, or nothing for who was not reached."
            )
    ids = text["id"]
    twice = sorted(set(ids[ids.duplicated()]))
    if twice:
        problems.add(
            f"follow-up: {len(twice)} persons occur more than once ({shown(twice)}); keep one row each."
        )
    unknown = sorted(set(ids) - set(eligible["id"]))
    if unknown:
        problems.add(
            f"follow-up: {len(unknown)} persons are not among the eligible staff ({shown(unknown)}); "
            "take them out."
        )
    answered = sorted(set(ids) & set(eligible.loc[eligible["respondent"].astype(bool), "id"]))
    if answered:
        problems.add(
            f"follow-up: {len(answered)} persons had returned a questionnaire ({shown(answered)}); the check "
            "is of those who had not. Take them out."
        )
    problems.raise_if_any()
    made = text[list(variables.values())].apply(pd.to_numeric, errors="coerce")
    made.columns = pd.Index(list(variables))
    return made.assign(id=ids.to_numpy())


def claim_rows(
    identity: Mapping[str, Any],
    answered: Floats,
    staff: pd.DataFrame,
    checked: Floats,
    stratum: str | None,
    primary: tuple[float, float, float],
    *,
    level: float = 0.95,
) -> list[dict[str, Any]]:
    """Rows of one claim on a share over all staff.

    Parameters
    ----------
    identity
        ``claim``, ``group``, ``group_level``.
    answered, checked
        See :func:`two_phase`.
    staff
        Eligible staff with ``respondent`` and the stratum.
    stratum
        Frame variable within which the follow-up was drawn; None: all staff.
    primary
        Estimate, standard error and degrees of freedom of the primary scheme.

    Returns
    -------
    list of dict
        Columns :data:`COLUMNS`; measures ``two_phase``, ``silent``, ``bounds``, ``primary``, ``difference``,
        ``weight`` (one for each stratum) and ``response_odds_ratio``.
    """
    from surveypipe.nonresponse.tests_of_response import tested

    names = staff[stratum].astype(str).to_numpy() if stratum else np.full(len(staff), "All")
    respondent = staff["respondent"].to_numpy(bool)
    found = two_phase(answered, names, respondent, checked, level=level)
    silent = int((~respondent).sum())
    # Given who responded, the two-phase estimate is right on average whatever made them respond; so it and
    # the primary one are uncorrelated, and their variances add up.
    apart = tested(found.estimate - primary[0], math.hypot(found.se, primary[1]), min(found.df, primary[2]))
    theta = response_odds_ratio(answered[~np.isnan(answered)], checked[~np.isnan(checked)])
    both = {"n": found.n + found.n_silent, "N": len(staff)}
    rows: list[dict[str, Any]] = [
        {"measure": "two_phase", **both, "estimate": found.estimate, "se": found.se, "df": found.df,
         "ci_low": found.ci_low, "ci_high": found.ci_high,
         "note": "respondents and a follow-up of the silent, weight N0/n0f"},
        {"measure": "silent", "n": found.n_silent, "N": silent, "estimate": found.silent,
         "se": found.silent_se, "df": found.df, "note": "among the silent alone"},
        {"measure": "bounds", **both, "ci_low": found.low, "ci_high": found.high,
         "note": "whoever was not reached may answer anything"},
        {"measure": "primary", "n": found.n, "N": len(staff), "estimate": primary[0], "se": primary[1],
         "df": primary[2], "note": "without the follow-up"},
        {"measure": "difference", **both, "estimate": apart.estimate, "se": apart.se, "df": apart.df,
         "p_value": apart.p_value, "note": "two-phase less primary; the two are uncorrelated"},
        {"measure": "response_odds_ratio", **both, "estimate": theta[0], "ci_low": theta[1],
         "ci_high": theta[2], "note": "measured theta, unweighted over strata, one half added to each count"},
    ]  # fmt: skip
    for name, weight in found.weights.items():
        inside = names == name
        rows.append(
            {
                "stratum": name,
                "measure": "weight",
                "n": int((~np.isnan(checked[inside])).sum()),
                "N": int((inside & ~respondent).sum()),
                "estimate": weight,
                "note": "those for whom one answer of the follow-up stands",
            }
        )
    return [{**identity, "stratum": "", "note": "", **row} for row in rows]
