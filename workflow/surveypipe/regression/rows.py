"""Models as rows of the table of estimates: what the configuration asks for, fitted under each scheme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveypipe.design.protocol import Design
from surveypipe.design.sampling import RespondentDesign, SurveyDesign
from surveypipe.estimation.rows import estimate_frame, estimate_row, gathered
from surveypipe.estimation.survey import Survey, claim_of, indicator
from surveypipe.problems import SurveyError, shown
from surveypipe.regression.fitting import fit
from surveypipe.regression.marginal_effects import average_marginal_effects
from surveypipe.regression.model import INTERCEPT, ModelFit
from surveypipe.regression.proportional_odds import proportional_odds_check
from surveypipe.regression.terms import level_code
from surveypipe.study.analysis import Model
from surveypipe.study.base import same_code
from surveypipe.study.modelled import AssociationClaim

_RATIO = {"logistic": "odds_ratio", "ordinal": "odds_ratio", "poisson": "rate_ratio"}
_COEFFICIENT = {
    "logistic": "log_odds", "ordinal": "log_odds", "poisson": "log_rate", "linear": "coefficient",
}  # fmt: skip


def model_rows(survey: Survey, settings: Sequence[Model]) -> pd.DataFrame:
    """Fit every model, weighted by the primary scheme and unweighted, and each predictor alone.

    Parameters
    ----------
    survey
        Designs of both schemes; response cells are the strata.
    settings
        Section ``analysis.models``.

    Returns
    -------
    DataFrame
        Rows of :func:`tidy`, and odds ratios (coefficients) of each predictor alone among
        the same cases, with ``_unadjusted`` added to the statistic. `n_level` of an indicator is the number
        of cases at its level.
    """
    parts = []
    for spec in settings:
        data = _model_data(survey, spec)
        for scheme in _schemes(survey):
            parts += _scheme_model(survey, spec, data, scheme)
    return gathered(*parts)


def _schemes(survey: Survey) -> list[str]:
    return list(dict.fromkeys(name for name in (survey.primary, survey.unweighted) if name))


def model_design(design: Design, *, fpc: bool) -> SurveyDesign:
    """Respondents under their design, for models: the covariance is that of means and tests."""
    staff = design.cells.N[design.cells.codes] if fpc else None
    return RespondentDesign(design.weights, strata=design.labels, fpc=staff, respondents=design)


def _model_data(survey: Survey, spec: Model) -> pd.DataFrame:
    """Outcome and predictors; a yes/no outcome as 0/1, and missing for those outside its base."""
    outcome = spec.outcome
    data = survey.respondents[list(dict.fromkeys([outcome, *spec.predictors]))].copy()
    if spec.kind == "logistic":
        counted = survey.variables[outcome].get("counts") or None
        level = counted if spec.level is None else spec.level
        if level is None:
            raise SurveyError(
                f"analysis.models, {outcome}: which answer is modelled is not said; add `level` to the "
                f"model, one of {shown(f'{code} ({text})' for code, text in survey.values(outcome).items())}."
            )
        data[outcome] = indicator(data[outcome], level)
    data[outcome] = data[outcome].where(survey.inside(base_of_model(survey, spec)))
    return data


def fitted_model(survey: Survey, spec: Model, scheme: str) -> ModelFit:
    """Fit a model of the configuration under a scheme."""
    data = _model_data(survey, spec)
    reference = _reference(survey, spec, data)
    return fit(
        data, spec.outcome, list(spec.predictors), reference=reference, **_options(survey, spec, scheme)
    )


def _options(survey: Survey, spec: Model, scheme: str) -> dict[str, Any]:
    return {
        "kind": spec.kind,
        "design": model_design(survey.designs[scheme], fpc=survey.settings.analysis.fpc.tests),
        "categorical": [name for name in spec.predictors if survey.item_type(name).nominal],
        "ci_level": survey.level,
    }


def base_of_model(survey: Survey, spec: Model) -> str:
    """Of whom a model is: the base of a claim about it, else that of its outcome."""
    own = (
        claim.base
        for claim in survey.claims.values()
        if isinstance(claim, AssociationClaim) and claim.of(spec)
    )
    return next(own, survey.base_of(spec.outcome))


def _scheme_model(survey: Survey, spec: Model, data: pd.DataFrame, scheme: str) -> list[pd.DataFrame]:
    outcome, predictors = spec.outcome, list(spec.predictors)
    options = _options(survey, spec, scheme)
    reference = _reference(survey, spec, data)
    words: dict[str, Any] = {
        "scheme": scheme, "ci_level": survey.level, "outcome_label": survey.label(outcome),
        "labels": {name: survey.label(name) for name in predictors},
        "level_labels": {name: survey.values(name) for name in [outcome, *predictors]},
        "claim": claim_of(survey.settings).get(outcome, ""), "base": base_of_model(survey, spec),
    }  # fmt: skip
    full = fit(data, outcome, predictors, reference=reference, **options)
    parts = [_with_counts(tidy(full, **words), full)]
    if len(predictors) > 1:
        same = data.assign(**{outcome: data[outcome].where(full.rows)})
        for name in predictors:
            own = {name: reference[name]} if name in reference else None
            alone = fit(same, outcome, [name], reference=own, **options)
            parts.append(_unadjusted(tidy(alone, effects=False, **words), alone))
    return parts


def _reference(survey: Survey, spec: Model, data: pd.DataFrame) -> dict[str, Any]:
    """Find reference levels as they stand in the data.

    The configured one; else of two answers the one that is not counted; else the codebook's first that
    somebody in the model gave.
    """
    made, whole = {}, data.notna().all(axis=1)
    for name in spec.predictors:
        if not survey.item_type(name).nominal:
            continue
        codes = list(survey.values(name))
        counted = survey.variables[name].get("counts")
        if len(codes) == 2 and counted:
            codes = [code for code in codes if not same_code(code, counted)]
        held = data.loc[whole, name].unique()
        given = [code for code in codes if any(same_code(value, code) for value in held)]
        chosen = spec.reference.get(name, next(iter([*given, *codes]), None))
        made[name] = next((value for value in held if same_code(value, chosen)), chosen)
    return made


def _with_counts(rows: pd.DataFrame, fitted: ModelFit) -> pd.DataFrame:
    columns = [c for term in fitted.terms if term.categorical for c in term.columns]
    count = {column: int(fitted.X[column].sum()) for column in columns}
    found = [count.get(str(level).split("@")[0]) for level in rows["level"]]
    return rows.assign(n_level=pd.Series(found, index=rows.index, dtype=object))


def _unadjusted(rows: pd.DataFrame, fitted: ModelFit) -> pd.DataFrame:
    slopes = {"odds_ratio", "rate_ratio"} if fitted.kind != "linear" else {"coefficient"}
    kept = rows[rows["statistic"].isin(slopes) & rows["level"].isin(fitted.slopes)]
    kept = _with_counts(kept, fitted)
    identifiers = [
        text.replace(f"__{statistic}__", f"__{statistic}_unadjusted__")
        for text, statistic in zip(kept["estimate_id"], kept["statistic"], strict=True)
    ]
    return kept.assign(statistic=kept["statistic"] + "_unadjusted", estimate_id=identifiers)


def tidy(
    fitted: ModelFit,
    *,
    scheme: str,
    ci_level: float = 0.95,
    outcome_label: str = "",
    labels: Mapping[str, str] | None = None,
    level_labels: Mapping[str, Mapping[str, str]] | None = None,
    effects: bool = True,
    **cells: Any,
) -> pd.DataFrame:
    """Rows of the table of estimates for a model: coefficients, ratios, marginal effects, the PO check.

    Parameters
    ----------
    scheme
        Key of the weighting scheme.
    labels, level_labels
        Display names of predictors, and of their levels by variable and code.
    effects
        Whether to add average marginal effects.
    **cells
        Any further column, for example `group`, `group_level`, `base`, `claim`.

    Returns
    -------
    DataFrame
        `variable` is the outcome, `level` the predictor (``variable=level``, a threshold ``low|high`` or
        the intercept), `effect` the odds or rate ratio beside a coefficient, `flag` the fit's flags.
    """
    common: dict[str, Any] = {
        "scheme": scheme, "n": fitted.n, "ci_level": ci_level, "variable_label": outcome_label,
        "fpc": fitted.design.fpc is not None, "method": fitted.method, "flag": ";".join(fitted.flags),
        **cells,
    }  # fmt: skip
    names = _display_names(fitted, labels or {}, level_labels or {})
    rows = _coefficient_rows(fitted, names, common, ci_level)
    if effects:
        rows += _effect_rows(fitted, names, common, ci_level, (level_labels or {}).get(fitted.outcome, {}))
    if fitted.kind == "ordinal":
        check = proportional_odds_check(fitted)
        for name, line in check.iterrows():
            label = "all predictors" if name == "all" else (labels or {}).get(str(name), str(name))
            text = ";".join(filter(None, [common["flag"], line["note"]]))
            rows.append(estimate_row(
                fitted.outcome, "proportional_odds_check", line["F"],
                **{**common, "level": str(name), "level_label": label, "df": line["df"], "df2": line["df2"],
                   "p_value": line["p_value"], "method": "Brant-type Wald test, design-based", "flag": text},
            ))  # fmt: skip
    return estimate_frame(rows)


def _display_names(
    fitted: ModelFit, labels: Mapping[str, str], level_labels: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    names = {INTERCEPT: "Intercept"}
    for term in fitted.terms:
        label = labels.get(term.variable, term.variable)
        if not term.categorical:
            names[term.columns[0]] = label
            continue
        of_level = level_labels.get(term.variable, {})
        base = of_level.get(level_code(term.reference), level_code(term.reference))
        for level, column in zip(term.levels, term.columns, strict=True):
            names[column] = f"{label}: {of_level.get(level_code(level), level_code(level))} (against {base})"
    answers = level_labels.get(fitted.outcome, {})
    for name in fitted.coefficients.index:
        marks = [answers.get(mark, mark) for mark in str(name).split("|")]
        names.setdefault(str(name), f"Threshold: {' | '.join(marks)}")
    return names


def _coefficient_rows(
    fitted: ModelFit, names: Mapping[str, str], common: Mapping[str, Any], ci_level: float
) -> list[dict[str, Any]]:
    rows = []
    for column, line in fitted.table(ci_level).iterrows():
        cells = {**common, "level": str(column), "level_label": names[str(column)], "df": line["df"],
                 "p_value": line["p_value"]}  # fmt: skip
        is_slope = str(column) in fitted.slopes
        ratio = float(np.exp(line["estimate"])) if is_slope and fitted.kind in _RATIO else None
        rows.append(estimate_row(
            fitted.outcome, _COEFFICIENT[fitted.kind], line["estimate"],
            **{**cells, "se": line["se"], "ci_low": line["ci_low"], "ci_high": line["ci_high"],
               "effect": ratio},
        ))  # fmt: skip
        if ratio is not None:
            rows.append(estimate_row(
                fitted.outcome, _RATIO[fitted.kind], ratio,
                **{**cells, "se": ratio * line["se"], "ci_low": float(np.exp(line["ci_low"])),
                   "ci_high": float(np.exp(line["ci_high"]))},
            ))  # fmt: skip
    return rows


def _effect_rows(
    fitted: ModelFit, names: Mapping[str, str], common: Mapping[str, Any], ci_level: float,
    answers: Mapping[str, str],
) -> list[dict[str, Any]]:  # fmt: skip
    rows = []
    for _, line in average_marginal_effects(fitted, ci_level=ci_level).iterrows():
        column = f"{line['variable']}={line['level']}" if line["level"] else line["variable"]
        level, label = column, names[column]
        if line["answer"]:
            level = f"{column}@{line['answer']}"
            label = f"{label}, answer {answers.get(line['answer'], line['answer'])}"
        rows.append(estimate_row(
            fitted.outcome, "average_marginal_effect", line["estimate"],
            **{**common, "level": level, "level_label": label, "se": line["se"], "df": line["df"],
               "ci_low": line["ci_low"], "ci_high": line["ci_high"], "p_value": line["p_value"]},
        ))  # fmt: skip
    return rows
