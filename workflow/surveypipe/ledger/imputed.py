"""Every claim's estimand from complete cases and from multiply imputed items, side by side.

Items are imputed, never scales or shares: each completed data set passes through the rules that made the
scales and recodes in cleaning, so that a claim means the same in both columns. Filter questions are imputed
with the rest; a person whose imputed answer routes past a follow-up counts as the rules say.

A case is incomplete for a claim where those rules leave its estimand unknown although an answer could have
been given: a scale that the person mean already covers (`min_share`) is complete. Under 5 % incomplete,
complete cases are primary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.estimation import imputation
from surveypipe.estimation.flags import ImputationFlag
from surveypipe.estimation.pooling import estimator_of, tidy
from surveypipe.estimation.rows import estimate_frame, estimate_row
from surveypipe.estimation.survey import Survey, answers, membership, places
from surveypipe.intake.scoring import derive
from surveypipe.study.analysis import Imputation
from surveypipe.study.bases import conditions_of
from surveypipe.study.claims import AnyClaim
from surveypipe.study.cleaning import Cleaning
from surveypipe.study.codebook import Codebook

Floats = NDArray[np.float64]
CELL = "response_cell"
# Rows of completed data that are held at a time.
ROWS = 500_000


def imputed_claim_rows(
    survey: Survey,
    settings: Imputation,
    missing: pd.DataFrame,
    cleaning: Cleaning,
    codebook: Codebook,
    seed: int,
) -> pd.DataFrame:
    """Estimate every claim from complete cases and from imputed items, for all staff and in each group.

    Parameters
    ----------
    survey
        With the design of the primary scheme, whose response cells enter the imputation.
    settings
        Section ``analysis.imputation``.
    missing
        Long table of missing values: `id`, `variable`, `reason`.
    cleaning, codebook
        The rules that make scales and recodes.
    seed
        Of the imputations.

    Returns
    -------
    DataFrame
        Rows of :func:`surveypipe.estimation.pooling.tidy`; `share_incomplete` and `share_item_unanswered` of
        each claim; `imputations`, how many data sets were made.
    """
    scales = {made.variable: list(made.items) for made in cleaning.scales}
    wanted = {name: scales[name] for name in settings.scales}
    single = list(settings.single)
    items = [*dict.fromkeys([item for own in wanted.values() for item in own] + single)]
    people = survey.respondents.reset_index(drop=True)
    routed = _routed(people, missing, items, settings)
    made = imputation.impute(
        people.assign(**{CELL: survey.designs[survey.primary].labels}), scales=wanted, single=single,
        auxiliaries=[CELL, *settings.auxiliaries], routed=routed, seed=seed,
        m=settings.number,
    )  # fmt: skip
    filled = _outcomes_of_all(survey, completed_data(people, made, cleaning, codebook))
    rows = [_number_row(survey, made.m)]
    unanswered = (people[items].isna() & routed).to_numpy()
    for key, claim in survey.described.items():
        sources = _sources(claim.variable, cleaning, items)
        lacking = np.asarray(unanswered[:, [items.index(name) for name in sources]].any(axis=1))
        rows += _claim_rows(survey, key, claim, filled[key], lacking)
    return estimate_frame(rows)


def _routed(
    people: pd.DataFrame, missing: pd.DataFrame, items: Sequence[str], settings: Imputation
) -> pd.DataFrame:
    routed = imputation.routed_items(missing, list(people["id"]), items, reasons=settings.reasons)
    return routed.reset_index(drop=True)


def completed_data(
    people: pd.DataFrame, made: imputation.Imputations, cleaning: Cleaning, codebook: Codebook
) -> Iterator[pd.DataFrame]:
    """Complete the data, with scales and recodes made anew, some data sets under one another at a time.

    Yields
    ------
    DataFrame
        Shape (k n, ...): the next k data sets, as many as make ``ROWS`` rows, and one at least.
    """
    # The analysis file holds reverse-worded items already turned.
    turned = msgspec.structs.replace(cleaning, reverse=())
    size = max(1, ROWS // max(1, len(people)))
    for start in range(0, made.m, size):
        values = made.values[start : start + size]
        stacked = pd.concat([people] * len(values), ignore_index=True)
        stacked[list(made.items)] = values.reshape(-1, len(made.items))
        yield derive(stacked, turned, codebook)


def _sources(variable: str, cleaning: Cleaning, items: Sequence[str]) -> list[str]:
    """Items that a variable is made of, through scales and recodes."""
    if variable in items:
        return [variable]
    found: list[str] = []
    for scale in cleaning.scales:
        if scale.variable == variable:
            found += [name for item in scale.items for name in _sources(item, cleaning, items)]
    for recode in cleaning.recodes:
        if recode.variable == variable:
            parts = [getattr(recode, key, None) for key in ("from_", "filter", "minuend", "subtrahend")]
            found += [name for part in parts if part for name in _sources(part, cleaning, items)]
    return list(dict.fromkeys(found))


def _claim_rows(
    survey: Survey, key: str, claim: AnyClaim, filled: Floats, lacking: NDArray[np.bool_]
) -> Iterator[dict[str, Any]]:
    given = outcomes(survey, claim, survey.respondents)[:, 0]
    in_base = ~np.isnan(filled)
    if not in_base.any(axis=0).all():
        # Of a base of nobody there is nothing to tell.
        return
    share = _share(in_base & np.isnan(given)[:, None], in_base)
    common = _common(survey, key, claim)
    yield from _share_rows(survey, claim, common, share, _share(in_base & lacking[:, None], in_base), in_base)
    estimator = estimator_of(survey.designs[survey.primary], fpc=survey.fpc)
    for group, level, inside in places(survey):
        rows = tidy(
            {claim.variable: np.where(inside[:, None], filled, np.nan)},
            {claim.variable: np.where(inside, given, np.nan)},
            estimator, share=share, statistic=claim.statistic, fpc=survey.fpc, ci_level=survey.level,
            levels={claim.variable: (common["level"], common["level_label"])},
            labels={claim.variable: common["variable_label"]},
            scheme=survey.primary, group=group, group_level=level, claim=key, base=claim.base,
            n_level=int((given[inside] == 1).sum()) if claim.binary else None,
        )  # fmt: skip
        yield from _judged(claim, rows)


def outcomes(survey: Survey, claim: AnyClaim, people: pd.DataFrame) -> Floats:
    """Outcome of a claim in m data sets of the same n people, shape (n, m); NaN outside its base."""
    values = answers(people, claim)
    inside = membership(people, conditions_of(survey.settings.bases, claim.base)) == 1.0
    return np.where(inside, values, np.nan).reshape(-1, len(survey.respondents)).T


def _outcomes_of_all(survey: Survey, completed: Iterator[pd.DataFrame]) -> dict[str, Floats]:
    """Outcomes of each claim in all completed data sets, shape (n, m)."""
    parts: dict[str, list[Floats]] = {key: [] for key in survey.described}
    for people in completed:
        for key, claim in survey.described.items():
            parts[key].append(outcomes(survey, claim, people))
    return {key: np.column_stack(found) for key, found in parts.items()}


def _share(part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> float:
    """Mean over data sets; an imputed filter question moves people into the base or out of it."""
    return float((part.sum(axis=0) / whole.sum(axis=0)).mean())


def _common(survey: Survey, key: str, claim: AnyClaim) -> dict[str, Any]:
    cells = {"claim": key, "base": claim.base, "variable_label": survey.label(claim.variable)}
    if claim.counted is None:
        return {**cells, "level": "", "level_label": ""}
    values = survey.values(claim.variable)
    level = next((code for code in values if claim.counts(code)), str(claim.counted))
    return {**cells, "level": level, "level_label": values.get(level, "")}


def _number_row(survey: Survey, m: int) -> dict[str, Any]:
    return estimate_row(
        "items", "imputations", float(m), scheme=survey.unweighted or "none", base="all",
        n=len(survey.respondents), method="chained equations, predictive mean matching",
        variable_label="Items",
    )  # fmt: skip


def _share_rows(
    survey: Survey, claim: AnyClaim, common: Mapping[str, Any], share: float, any_item: float,
    in_base: NDArray[np.bool_],
) -> Iterator[dict[str, Any]]:  # fmt: skip
    n = round(float(in_base.sum(axis=0).mean()))
    primary = imputation.primary_analysis(share)
    verb = "are" if primary.endswith("s") else "is"
    shares = {
        "share_incomplete": (share, f"{primary} {verb} primary"),
        "share_item_unanswered": (any_item, ""),
    }
    methods = {
        "share_incomplete": "share of the base whose answer had to be imputed",
        "share_item_unanswered": "share of the base with an item of the variable unanswered",
    }
    for statistic, (value, flag) in shares.items():
        yield estimate_row(
            claim.variable, statistic, value, **{**common, "level": "", "level_label": ""}, n=n,
            n_level=round(value * n), scheme=survey.unweighted or "none", method=methods[statistic],
            flag=flag,
        )  # fmt: skip


def _judged(claim: AnyClaim, rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Say where complete cases and imputation lead to different conclusions about the claim."""
    lines: list[dict[Any, Any]] = [_without_false_certainty(claim, line) for line in rows.to_dict("records")]
    told = [
        claim.supported(*claim.deciding_interval(line))
        for line in lines
        if line["se"] is not None and not np.isnan(line["se"])
    ]
    for line in lines:
        if len(set(told)) > 1 and not line["statistic"].startswith("missing"):
            line["flag"] = "; ".join(filter(None, [line["flag"], ImputationFlag.CONCLUSION_DIFFERS]))
        yield {str(name): value for name, value in line.items()}


def _without_false_certainty(claim: AnyClaim, line: dict[Any, Any]) -> dict[Any, Any]:
    """Take a standard error of 0 from a share of 0 or 1."""
    if claim.binary and line["estimate"] in (0.0, 1.0) and "information" not in line["statistic"]:
        line |= {"se": np.nan, "ci_low": np.nan, "ci_high": np.nan}
    return line
