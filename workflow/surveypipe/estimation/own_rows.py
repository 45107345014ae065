"""Estimands that claims have for themselves: rows that describe no variable, under every scheme.

A share or a mean describes its variable, and its claim finds it among the descriptive rows. What another kind
of claim estimates has a row of its own for each scheme and place, found by the claim's key.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveypipe.design.protocol import Design
from surveypipe.estimation.amounts import median, ratio, total
from surveypipe.estimation.estimated import Estimated, nothing, with_interval
from surveypipe.estimation.group_tests import compare_means
from surveypipe.estimation.rows import estimate_row
from surveypipe.estimation.survey import Survey, answers, membership, places
from surveypipe.estimation.totals import schemes_of_people
from surveypipe.identifiers import estimate_id
from surveypipe.problems import SurveyError
from surveypipe.study.amounts import MedianClaim, RatioClaim, TotalClaim
from surveypipe.study.changing import ChangeClaim
from surveypipe.study.claims import AnyClaim
from surveypipe.study.comparing import Compared
from surveypipe.study.modelled import AssociationClaim

Floats = NDArray[np.float64]


def own_rows(survey: Survey) -> Iterator[dict[str, Any]]:
    """Rows of every claim that has its own, over all and by the group that it names, under every scheme.

    Those of an association come from its model (:mod:`surveypipe.regression.claimed`). A total has none under
    a scheme whose weights do not add up to people.

    Raises
    ------
    SurveyError
        If the weights of the primary scheme do not, and a total is claimed.
    """
    counting = schemes_of_people(survey)
    for key, claim in survey.claims.items():
        if claim.describes or isinstance(claim, AssociationClaim):
            continue
        if claim.of_people and survey.primary not in counting:
            raise SurveyError(
                f"claims.{key}: the weights of the primary scheme, '{survey.primary}', add up to those who "
                "were asked and not to a population, so no total can be told. Give weights that are not "
                "normalised, or the size of the population under frame.size or frame.margins; or claim a "
                "mean or a share."
            )
        inside = survey.inside(claim.base)
        for group, level, within in places(survey):
            if level and group != claim.by:
                continue
            for scheme, design in survey.designs.items():
                if claim.of_people and scheme not in counting:
                    continue
                found = estimated(survey, claim, design, inside & within)
                yield _row(survey, key, claim, found, group, level, scheme)


def estimated(survey: Survey, claim: AnyClaim, design: Design, inside: NDArray[np.bool_]) -> Estimated:
    """Estimate what a claim is about among some respondents, shape (n,), under one design."""
    if isinstance(claim, ChangeClaim) and claim.groups is None:
        return mean_change(survey, claim, design, inside)
    if isinstance(claim, Compared):
        return group_difference(survey, claim, design, inside)
    if isinstance(claim, RatioClaim):
        return ratio(survey, claim, design, inside)
    if isinstance(claim, TotalClaim):
        return total(survey, claim, design, inside)
    if isinstance(claim, MedianClaim):
        return median(survey, claim, design, inside)
    raise TypeError(f"no estimate of a claim of the kind {claim.kind!r}")


def _row(
    survey: Survey, key: str, claim: AnyClaim, found: Estimated, group: str, level: str, scheme: str
) -> dict[str, Any]:
    code, text = "", ""
    if claim.counted is not None:
        values = survey.values(claim.variable)
        code = next((one for one in values if claim.counts(one)), str(claim.counted))
        text = values.get(code, "")
    return estimate_row(
        claim.variable, claim.statistic, found.estimate,
        claim=key, level=code, level_label=text, group=group, group_level=level, scheme=scheme,
        n=found.n, se=found.se, df=found.df, ci_low=found.ci_low, ci_high=found.ci_high,
        ci_level=survey.level, fpc=survey.fpc, method=found.method,
        variable_label=survey.label(claim.variable), base=claim.base, n_level=found.fewest, flag=found.flag,
    ) | {"estimate_id": estimate_id(claim.variable, key, claim.statistic, group, level, scheme)}  # fmt: skip


def mean_change(survey: Survey, claim: ChangeClaim, design: Design, inside: NDArray[np.bool_]) -> Estimated:
    """Mean of the later answer less the earlier one, among those who gave both.

    The answers of a person stand together, so that their correlation is in the variance of the mean, which is
    that of any other mean under the design (R's ``svymean(~I(after - before))``); t interval.
    """
    y = np.where(inside, answers(survey.respondents, claim), np.nan)
    both = ~np.isnan(y)
    n = int(both.sum())
    method = f"{claim.variable} minus {claim.before}; {survey.variance_of(design)}; t interval"
    if not n:
        return nothing(n, n, method)
    found = design.means(y[:, None], fpc=survey.fpc)[0]
    varies = bool(np.ptp(y[both]) > 0)
    return with_interval(
        survey, design, both, found.estimate, found.se, found.df, n, n * varies, method, varies=varies
    )


def group_difference(survey: Survey, claim: Compared, design: Design, inside: NDArray[np.bool_]) -> Estimated:
    """Difference of the means, shares or changes of two groups.

    Linearised by :func:`surveypipe.estimation.group_tests.compare_means`, under the covariance of the design;
    the interval is that of the t distribution with its degrees of freedom among those compared, less one (R's
    ``svyttest``).
    """
    y = np.where(inside, answers(survey.respondents, claim), np.nan)
    of, minus = (membership(survey.respondents, part) == 1.0 for part in claim.parts)
    second = np.select([of, minus], [1.0, 0.0], np.nan)
    both = ~np.isnan(y) & ~np.isnan(second)
    sizes = [int((both & part).sum()) for part in (of, minus)]
    assert claim.groups is not None
    method = f"{claim.groups.of} minus {claim.groups.minus}; {survey.variance_of(design)}; t interval"
    if not all(sizes):
        return nothing(sum(sizes), min(sizes), method)
    df = design.degrees_of_freedom(both) - 1
    found = compare_means(y, second, design.weights, design.covariance(fpc=survey.fpc), df).difference
    varies = any(bool(np.ptp(y[both & part]) > 0) for part in (of, minus))
    return with_interval(
        survey, design, both, found.estimate, found.se, df, sum(sizes), min(sizes), method, varies=varies
    )
