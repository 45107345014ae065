"""Further rows of the table of estimates: models, reliability of scales, tests of claims, adjusted p-values.

Each function takes the survey (:class:`surveypipe.estimation.Survey`) and its part of the configuration, and
gives rows with the columns of the table of estimates. Imputation is in :mod:`surveypipe.imputed_claims`,
coded answers in :mod:`surveypipe.open_answers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveypipe import claims, estimation, models, multiplicity, reliability
from surveypipe.design_engine import SecondPhase
from surveypipe.estimate_rows import estimate_frame, estimate_row
from surveypipe.estimation import Survey
from surveypipe.models import INTERCEPT, ModelFit, SurveyDesign

INDICATORS = ("binary", "categorical")
CLAIM_TEST = "claim_test"
CLAIM_FAMILY = "claims"


def gathered(*parts: pd.DataFrame) -> pd.DataFrame:
    """Put tables of rows under one another; the header alone where nothing was asked for.

    Raises
    ------
    ValueError
        If an `estimate_id` occurs twice.
    """
    return estimate_frame(
        {str(name): value for name, value in row.items()} for part in parts for row in part.to_dict("records")
    )


# --- models -----------------------------------------------------------------------------------------


def model_rows(survey: Survey, settings: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
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
        Rows of :func:`surveypipe.models.tidy`, and odds ratios (coefficients) of each predictor alone among
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


def model_design(design: SecondPhase, *, fpc: bool) -> SurveyDesign:
    """Respondents as a second phase within response cells, for models."""
    staff = np.array([design.n_pop[str(cell)] for cell in design.labels]) if fpc else None
    return SurveyDesign(design.weights, strata=design.labels, fpc=staff, auxiliaries=design.aux)


def _model_data(survey: Survey, spec: Mapping[str, Any]) -> pd.DataFrame:
    """Outcome and predictors; a yes/no outcome as 0/1, and missing for those outside its base."""
    outcome = spec["outcome"]
    data = survey.respondents[list(dict.fromkeys([outcome, *spec["predictors"]]))].copy()
    if spec["kind"] == "logistic":
        data[outcome] = estimation.indicator(data[outcome], spec.get("level", 1))
    if base_of(survey, outcome) == "readers":
        data[outcome] = data[outcome].where(estimation.readers(survey))
    return data


def base_of(survey: Survey, variable: str) -> str:
    """Who is asked about a variable: the base of the claim whose estimand it is, else those who answered."""
    bases = {claim["variable"]: claim["base"] for claim in survey.config["claims"].values()}
    return str(bases.get(variable, "answered"))


def _scheme_model(
    survey: Survey, spec: Mapping[str, Any], data: pd.DataFrame, scheme: str
) -> list[pd.DataFrame]:
    outcome, predictors = spec["outcome"], list(spec["predictors"])
    fpc = bool(survey.config["analysis"]["fpc"]["tests"])
    options: dict[str, Any] = {
        "kind": spec["kind"],
        "design": model_design(survey.designs[scheme], fpc=fpc),
        "categorical": [name for name in predictors if survey.variables[name]["type"] in INDICATORS],
        "ci_level": survey.level,
    }
    reference = _reference(survey, spec)
    words: dict[str, Any] = {
        "scheme": scheme, "ci_level": survey.level, "outcome_label": survey.label(outcome),
        "labels": {name: survey.label(name) for name in predictors},
        "level_labels": {name: survey.values(name) for name in [outcome, *predictors]},
        "claim": estimation.claim_of(survey.config).get(outcome, ""), "base": base_of(survey, outcome),
    }  # fmt: skip
    full = models.fit(data, outcome, predictors, reference=reference, **options)
    parts = [_with_counts(models.tidy(full, **words), full)]
    if len(predictors) > 1:
        same = data.assign(**{outcome: data[outcome].where(full.rows)})
        for name in predictors:
            own = {name: reference[name]} if name in reference else None
            alone = models.fit(same, outcome, [name], reference=own, **options)
            parts.append(_unadjusted(models.tidy(alone, effects=False, **words), alone))
    return parts


def _reference(survey: Survey, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Find reference levels as they stand in the data: the configured one, else the codebook's first."""
    made = {}
    for name in spec["predictors"]:
        if survey.variables[name]["type"] not in INDICATORS:
            continue
        codes = list(survey.values(name))
        chosen = spec.get("reference", {}).get(name, codes[0] if codes else None)
        held = survey.respondents[name].dropna().unique()
        made[name] = next((value for value in held if estimation.same_code(value, chosen)), chosen)
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


# --- reliability ------------------------------------------------------------------------------------


def reliability_rows(
    survey: Survey, settings: Mapping[str, Any], items: Mapping[str, Sequence[str]], seed: int
) -> pd.DataFrame:
    """Alpha, omega and their ordinal versions of each scale, unweighted: they describe the answers given.

    Parameters
    ----------
    settings
        Section ``analysis.reliability``.
    items
        Items by scale.
    seed
        Of a bootstrap interval.
    """
    wanted = {scale: items[scale] for scale in settings["scales"]}
    names = [*wanted, *(item for own in wanted.values() for item in own)]
    claim = estimation.claim_of(survey.config)
    rows, _ = reliability.tidy(
        wanted, survey.respondents, scheme=survey.unweighted or "none",
        labels={name: survey.label(name) for name in names}, ci_level=survey.level,
        interval=settings.get("interval", "feldt"), seed=seed,
    )  # fmt: skip
    return rows.assign(claim=[claim.get(scale, "") for scale in rows["variable"]])


# --- tests of claims, and p-values adjusted for their number -----------------------------------------


def claim_test_rows(survey: Survey, estimates: pd.DataFrame) -> pd.DataFrame:
    r"""Test each claim against its own threshold or margin.

    A share: :math:`t = (\mathrm{logit}\,\hat p - \mathrm{logit}\,p_0)\,\hat p(1-\hat p)/SE`, one-sided on the
    claim's side and doubled, so that p < .05 where the 95 % logit interval clears the threshold. Several
    thresholds must all be cleared: the greatest p stands. A mean within a margin: the greater of the two
    one-sided p-values, which is below .05 where the 90 % interval lies within the margin.

    Parameters
    ----------
    estimates
        The table of estimates, with each claim's estimand under the primary scheme.
    """
    rows = []
    for key, claim in survey.config["claims"].items():
        line = estimand_row(estimates, survey.primary, claim)
        statistic, p_value, side = _worst_side(claim, line)
        rows.append(estimate_row(
            claim["variable"], CLAIM_TEST, statistic,
            claim=key, level=_text(line["level"]), level_label=_text(line["level_label"]),
            scheme=survey.primary, n=line["n"], n_level=line["n_level"], df=line["df"], p_value=p_value,
            effect=side.limit, fpc=line["fpc"], variable_label=survey.label(claim["variable"]),
            base=claim["base"], method=_test_name(claim),
            flag="" if np.isfinite(p_value) else "everybody or nobody gave this answer: no test",
        ))  # fmt: skip
    return estimate_frame(rows)


def _test_name(claim: Mapping[str, Any]) -> str:
    if claim["kind"] == "equivalence":
        return "two one-sided t tests against the margin; effect: the end that decides"
    return "t test on the logit scale against the claim's threshold, two-sided; effect: the threshold"


def estimand_row(estimates: pd.DataFrame, scheme: str, claim: Mapping[str, Any]) -> pd.Series:
    """Row of a claim's estimand for all staff under a scheme."""
    statistic = "mean" if claim["kind"] == "equivalence" else "proportion"
    found = estimates[
        (estimates["variable"] == claim["variable"])
        & (estimates["statistic"] == statistic)
        & (estimates["group"] == "overall")
        & (estimates["scheme"] == scheme)
    ]
    if claim["kind"] != "equivalence":
        found = found[[estimation.same_code(code, claim["level"]) for code in found["level"]]]
    return found.iloc[0]


def _worst_side(claim: Mapping[str, Any], line: pd.Series) -> tuple[float, float, claims.Side]:
    """Statistic, p-value and condition of the side on which the claim is weakest."""
    from scipy import stats

    found = []
    for side in claims.sides(claim):
        estimate, limit, se = float(line["estimate"]), side.limit, float(line["se"])
        doubled = 1.0
        if claim["kind"] != "equivalence":
            # A share of 0 or 1 has no standard error, and so no test.
            doubled = 2.0
            with np.errstate(divide="ignore", invalid="ignore"):
                se = se / (estimate * (1 - estimate))
                estimate, limit = (float(np.log(p / (1 - p))) for p in (estimate, limit))
        sign = 1.0 if side.direction == "above" else -1.0
        t = sign * (estimate - limit) / se if se > 0 else np.nan
        found.append((t, min(1.0, doubled * float(stats.t.sf(t, line["df"]))), side))
    missing = [one for one in found if np.isnan(one[0])]
    return missing[0] if missing else max(found, key=lambda one: one[1])


def adjusted_rows(survey: Survey, tests: pd.DataFrame, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Adjust p-values within each family.

    Parameters
    ----------
    tests
        Rows with a p-value: those of the table of estimates, the models and :func:`claim_test_rows`.
    settings
        Section ``analysis.multiplicity``: families with `label`, `method`, and `statistics` in order of
        preference; of two tests of one comparison only the first named is counted.
    """
    chosen, families, primary = [], [], []
    for family in settings["families"]:
        own = _family_tests(tests, family["statistics"], survey.primary)
        chosen.append(own)
        families += [family["label"]] * len(own)
        primary += [family["label"]] if family["method"] == "holm" else []
    if not families:
        return estimate_frame([])
    table = pd.concat(chosen, ignore_index=True)
    return multiplicity.tidy(table, pd.Series(families), primary=primary)


def _family_tests(tests: pd.DataFrame, statistics: Sequence[str], scheme: str) -> pd.DataFrame:
    table = tests[tests["statistic"].isin(statistics) & (tests["scheme"] == scheme)].copy()
    table = table[table["p_value"].notna() & (table["level"] != INTERCEPT)]
    words = ["claim", "level", "level_label", "group_level", "base"]
    table[words] = table[words].fillna("")
    order = {name: place for place, name in enumerate(statistics)}
    table["_order"] = table["statistic"].map(order)
    # A coefficient is a comparison of its own; a yes/no variable has one row by its answer and one without.
    whole = ~table["statistic"].isin(("odds_ratio", "rate_ratio", "coefficient"))
    table["_comparison"] = table["level"].where(~whole, "")
    keys = ["variable", "_comparison", "group", "group_level", "base"]
    table = table.sort_values("_order", kind="stable").drop_duplicates(keys).sort_index()
    return table.drop(columns=["_order", "_comparison"])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
