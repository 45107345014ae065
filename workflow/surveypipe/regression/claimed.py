"""Associations that claims are made of: a coefficient or an odds ratio of a model, under every scheme."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from surveypipe.estimation.rows import estimate_row
from surveypipe.estimation.survey import Survey
from surveypipe.identifiers import estimate_id
from surveypipe.problems import SurveyError, shown
from surveypipe.regression.model import ModelFit
from surveypipe.regression.rows import fitted_model
from surveypipe.regression.terms import Term, level_code
from surveypipe.study.base import same_code
from surveypipe.study.modelled import AssociationClaim


def association_rows(survey: Survey) -> Iterator[dict[str, Any]]:
    r"""Rows of every claim of an association, found by its key.

    The model is that of ``analysis.models``, fitted under each scheme with the covariance of its design. The
    finite-population correction is that of tests and models (``analysis.fpc.tests``), as in their table: an
    association is claimed of people like these and not of these alone. An odds ratio is :math:`e^b` with
    the interval :math:`e^{b \pm t s}` (R's ``svyglm``) and, by the delta method, the standard error
    :math:`s e^b`.

    Raises
    ------
    SurveyError
        If the model has no such term.
    """
    for key, claim in survey.claims.items():
        if not isinstance(claim, AssociationClaim):
            continue
        spec = next(one for one in survey.settings.analysis.models if claim.of(one))
        for scheme in survey.designs:
            fitted = fitted_model(survey, spec, scheme)
            term = next(one for one in fitted.terms if one.variable == claim.term)
            yield _row(survey, key, claim, fitted, term, _column(key, claim, term), scheme)


def _column(key: str, claim: AssociationClaim, term: Term) -> str:
    """Column of the model that a claim is about."""
    if not term.categorical and claim.level is None:
        return term.columns[0]
    if not term.categorical:
        raise SurveyError(
            f"claims.{key}.level: '{claim.term}' enters the model as a number; take `level` away."
        )
    for level, column in zip(term.levels, term.columns, strict=True):
        if claim.level is not None and same_code(level, claim.level):
            return column
    codes = [level_code(level) for level in term.levels]
    raise SurveyError(
        f"claims.{key}.level: '{claim.term}' enters the model as {shown(codes)}, each set against "
        f"{level_code(term.reference)}; name one of these."
    )


def _row(
    survey: Survey,
    key: str,
    claim: AssociationClaim,
    fitted: ModelFit,
    term: Term,
    column: str,
    scheme: str,
) -> dict[str, Any]:
    lines = fitted.table(survey.level).to_dict("index")
    line = {str(name): float(value) for name, value in lines[column].items()}
    estimate, se, low, high = (line[name] for name in ("estimate", "se", "ci_low", "ci_high"))
    if claim.log_scale:
        estimate, low, high = (float(np.exp(value)) for value in (estimate, low, high))
        se *= estimate
    return estimate_row(
        claim.variable, claim.statistic, estimate,
        claim=key, scheme=scheme, n=fitted.n, se=se, df=line["df"], ci_low=low, ci_high=high,
        ci_level=survey.level, fpc=fitted.design.fpc is not None, method=f"{fitted.method}; {column}",
        variable_label=survey.label(claim.variable), base=claim.base, n_level=_fewest(fitted, term, column),
        flag=";".join(fitted.flags),
    ) | {"estimate_id": estimate_id(claim.variable, key, claim.statistic, "overall", "", scheme)}  # fmt: skip


def _fewest(fitted: ModelFit, term: Term, column: str) -> int:
    """Fewest cases at a level, or at its reference; all where the predictor is a number."""
    if not term.categorical:
        return fitted.n
    others = fitted.X[list(term.columns)].sum(axis=1)
    return int(min(fitted.X[column].sum(), fitted.n - others.sum()))
