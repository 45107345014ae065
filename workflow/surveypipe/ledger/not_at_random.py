"""Each claim under a proxy pattern mixture and under a Bayesian one, as rows of one table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveypipe.ledger import bayesian_mixture, heckman, proxy_pattern_mixture
from surveypipe.ledger.cases import Case
from surveypipe.ledger.cells import cells_of
from surveypipe.ledger.outcomes import MixtureOutcome, MixtureRefusal
from surveypipe.problems import SurveyError, shown
from surveypipe.study.nonresponse import Nonresponse
from surveypipe.study.vocabulary import Vocabulary

COLUMNS = (
    "claim", "group", "group_level", "method", "parameter", "value", "estimate", "ci_low", "ci_high",
    "probability", "rho", "note", "outcome", "refusal", "proxy_weak",
)  # fmt: skip

TEXT = ("note", "parameter", "value", "outcome", "refusal", "proxy_weak")


def _refused(method: str, refusal: MixtureRefusal, case: Case) -> dict[str, str]:
    reason = refusal.words(Vocabulary(), case.people_called, scenario=case.scenario)
    return {
        "method": method, "note": f"not estimated: {reason}",
        "outcome": MixtureOutcome.REFUSED, "refusal": refusal,
    }  # fmt: skip


def table(
    cases: Sequence[Case],
    respondents: pd.DataFrame,
    eligible: pd.DataFrame,
    predictors: Sequence[str],
    *,
    seed: int,
    plan: Nonresponse,
) -> pd.DataFrame:
    """Rows of all claims over all staff and by group.

    Parameters
    ----------
    cases
        Claims, in the order of the ledger.
    respondents
        The respondents the cases were made from, in the same order, with ``id``.
    eligible
        All eligible staff: ``id``, the predictors, the grouping variable.
    predictors
        Frame variables from which the proxy is predicted (their main effects).
    seed
        Of the cross-validation.
    plan
        Section ``nonresponse`` of the configuration: ``weak_rho``, under which a proxy makes no headline
        beyond φ = .5, and ``exclusion``, without which Heckman's model is refused.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`COLUMNS`; ``parameter`` is phi or prior; ``probability`` is the posterior probability
        that the share lies above the claim's threshold.
    """
    rows: list[dict[str, Any]] = []
    exclusion = list(plan.exclusion)
    for case in cases:
        identity = {"claim": case.key, "group": case.group, "group_level": case.group_level}
        found = [
            *bayesian_rows(case),
            *proxy_rows(case, respondents, eligible, predictors, seed, plan.weak_rho),
            *heckman_rows(case, respondents, eligible, predictors, exclusion, seed),
        ]
        rows += [{**identity, **row} for row in found]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    # A column of words in which nothing stands is made a column of numbers.
    return table.astype(dict.fromkeys(TEXT, object)).fillna(dict.fromkeys(TEXT, ""))


def bayesian_rows(case: Case) -> Iterator[dict[str, Any]]:
    """Posterior mean, credible interval at the published level and probability above the threshold."""
    if not case.claim.binary:
        return
    if case.drawn:
        yield _refused("bayes", MixtureRefusal.SAMPLE, case)
        return
    if not case.base_known:
        yield _refused("bayes", MixtureRefusal.BASE_UNKNOWN, case)
        return
    cells = cells_of(case)
    # Weights of any scale may stand for fewer people than answered: then nobody is silent.
    size = np.maximum((cells.heard + cells.silent + cells.missing).round(), cells.heard)
    threshold = case.claim.threshold
    exact = float((size - cells.heard).sum()) <= bayesian_mixture.EXACT_LIMIT
    if not exact:
        yield _refused("bayes", MixtureRefusal.TOO_MANY_SILENT, case)
        return
    for key, prior in bayesian_mixture.PRIORS.items():
        found = bayesian_mixture.posterior(size, cells.heard, cells.total, prior)
        low, high = found.interval(case.level)
        yield {
            "method": "bayes",
            "parameter": "prior",
            "value": key,
            "estimate": found.mean,
            "ci_low": low,
            "ci_high": high,
            "probability": found.probability_above(threshold),
            "note": f"illustrative prior, not elicited: {prior.label}",
            "outcome": MixtureOutcome.ESTIMATED,
        }


def proxy_rows(
    case: Case,
    respondents: pd.DataFrame,
    eligible: pd.DataFrame,
    predictors: Sequence[str],
    seed: int,
    weak_below: float,
) -> Iterator[dict[str, Any]]:
    """Estimates over φ from a proxy predicted out of the frame."""
    if case.drawn:
        yield _refused("proxy", MixtureRefusal.SAMPLE, case)
        return
    if not case.base_known:
        yield _refused("proxy", MixtureRefusal.BASE_UNKNOWN, case)
        return
    staff, y = _staff_answers(case, respondents, eligible)
    design, known = _main_effects(staff, predictors), ~np.isnan(y)
    found = (_share if case.claim.binary else _mean)(y, known, design, seed, weak_below)
    if math.isnan(found.rho):
        yield _refused("proxy", MixtureRefusal.NOTHING_PREDICTED, case)
        return
    for phi, value in zip(found.phi, found.estimate, strict=True):
        outcome = _proxy_outcome(case, value, phi, found.weak)
        value = math.nan if outcome is MixtureOutcome.BREAKS_DOWN else value
        yield {
            "method": "proxy",
            "parameter": "phi",
            "value": f"{phi:g}",
            "estimate": value,
            "rho": found.rho,
            "note": "; ".join(filter(None, ["weak proxy" if found.weak else "", _PROXY_NOTES[outcome]])),
            "outcome": outcome,
            "proxy_weak": found.weak,
        }


_PROXY_NOTES = {
    MixtureOutcome.ESTIMATED: "",
    MixtureOutcome.NOT_FOR_A_HEADLINE: "not for a headline",
    MixtureOutcome.BREAKS_DOWN: "the model breaks down at this φ",
}


def _proxy_outcome(case: Case, value: float, phi: float, weak: bool) -> MixtureOutcome:
    if not case.claim.limits[0] <= value <= case.claim.limits[1]:
        return MixtureOutcome.BREAKS_DOWN
    return MixtureOutcome.NOT_FOR_A_HEADLINE if weak and phi > 0.5 else MixtureOutcome.ESTIMATED


def heckman_rows(
    case: Case,
    respondents: pd.DataFrame,
    eligible: pd.DataFrame,
    predictors: Sequence[str],
    exclusion: Sequence[str],
    seed: int,
) -> Iterator[dict[str, Any]]:
    """Estimate of a selection model, or why there is none."""
    if case.drawn:
        yield _refused("heckman", MixtureRefusal.SAMPLE, case)
        return
    if not exclusion:
        yield _refused("heckman", MixtureRefusal.NO_EXCLUSION, case)
        return
    lacking = [name for name in exclusion if name not in eligible]
    if lacking:
        raise SurveyError(
            f"nonresponse.exclusion: the staff list holds no {shown(lacking)}; name columns of the frame "
            "that drive response and not the answer, or none."
        )
    if not case.base_known:
        yield _refused("heckman", MixtureRefusal.BASE_UNKNOWN, case)
        return
    staff, y = _staff_answers(case, respondents, eligible)
    if np.isnan(y).all() or not np.isnan(y).any() or np.nanstd(y) == 0:
        yield _refused("heckman", MixtureRefusal.ALL_ALIKE, case)
        return
    excluded = [name for name in exclusion if staff[name].nunique() > 1]
    if not excluded:
        yield _refused("heckman", MixtureRefusal.EXCLUSION_CONSTANT, case)
        return
    found = heckman.selection(y, _main_effects(staff, predictors), _columns(staff, excluded), seed=seed)
    weak = " (weak)" if found.exclusion_z < heckman.WEAK_Z else ""
    named = f"exclusion {', '.join(excluded)}, z = {found.exclusion_z:.1f}{weak}"
    inside = case.claim.limits[0] <= found.estimate <= case.claim.limits[1]
    parameters = {
        "estimate": found.estimate if inside else math.nan,
        "without_selection": found.naive,
        "lambda": found.lambda_coefficient,
    }
    for parameter, value in parameters.items():
        shown_value = inside or parameter != "estimate"
        broken = "" if shown_value else "; outside the limits of the scale, not shown"
        half = 1.959963984540054 * (found.se if parameter == "estimate" else found.lambda_se)
        whole = parameter != "without_selection" and not math.isnan(value)
        yield {
            "method": "heckman",
            "parameter": parameter,
            "estimate": value,
            "ci_low": value - half if whole else math.nan,
            "ci_high": value + half if whole else math.nan,
            "note": f"{named}; interval from resampled persons{broken}",
            "outcome": MixtureOutcome.ESTIMATED if shown_value else MixtureOutcome.BREAKS_DOWN,
        }


def _staff_answers(
    case: Case, respondents: pd.DataFrame, eligible: pd.DataFrame
) -> tuple[pd.DataFrame, proxy_pattern_mixture.Vector]:
    """Staff whom a case is about, and their answers, NaN for those of whom none is known."""
    answer = pd.Series(case.people["y"].to_numpy(), index=respondents["id"].to_numpy())
    staff = eligible[eligible[case.group] == case.group_level] if case.group_level else eligible
    return staff, np.asarray(staff["id"].map(answer), dtype=np.float64)


def _columns(staff: pd.DataFrame, names: Sequence[str]) -> proxy_pattern_mixture.Vector:
    """Numbers as they are, dates in days from the first, indicators of all but the first category."""
    columns: list[Any] = []
    for name in names:
        values = staff[name]
        if pd.api.types.is_datetime64_any_dtype(values):
            columns.append((values - values.min()).dt.days.to_numpy(dtype=float))
        elif pd.api.types.is_numeric_dtype(values):
            columns.append(values.to_numpy(dtype=float))
        else:
            columns += _indicators(values)
    return np.column_stack(columns)


def _indicators(values: pd.Series) -> list[proxy_pattern_mixture.Vector]:
    """Mark each level but the first; whoever told none is a level of their own."""
    text = values.astype(object).where(values.notna(), "").astype(str)
    return [(text == level).to_numpy(dtype=float) for level in sorted(text.unique())[1:]]


def _main_effects(staff: pd.DataFrame, predictors: Sequence[str]) -> proxy_pattern_mixture.Vector:
    columns = [np.ones(len(staff))]
    for variable in predictors:
        columns += _indicators(staff[variable])
    return np.column_stack(columns)


def _share(
    y: proxy_pattern_mixture.Vector,
    known: Any,
    design: proxy_pattern_mixture.Vector,
    seed: int,
    weak_below: float,
) -> proxy_pattern_mixture.ProxyRange:
    proxy = proxy_pattern_mixture.probit_proxy(y[known], design[known], design)
    usable = 0 < y[known].mean() < 1 and proxy[known].std() > 0 and not known.all()
    rho = proxy_pattern_mixture.cross_validated_rho(y[known], design[known], seed=seed) if usable else None
    return proxy_pattern_mixture.share_range(
        # A cross-validated ρ at or under 0 says that the frame predicts nothing.
        y[known], proxy[known], proxy[~known], rho=None if rho is None else max(rho, 0.0),
        weak_below=weak_below,
    )  # fmt: skip


def _mean(
    y: proxy_pattern_mixture.Vector,
    known: Any,
    design: proxy_pattern_mixture.Vector,
    seed: int,
    weak_below: float,
) -> proxy_pattern_mixture.ProxyRange:
    del seed
    coefficients = np.linalg.lstsq(design[known], y[known], rcond=None)[0]
    proxy = design @ coefficients
    return proxy_pattern_mixture.mean_range(
        y[known], proxy[known], float(proxy.mean()), weak_below=weak_below
    )
