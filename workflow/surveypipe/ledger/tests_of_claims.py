"""Tests of the claims against their own thresholds, and p-values adjusted for the number of tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from surveypipe.distributions import t_above
from surveypipe.estimation import multiplicity
from surveypipe.estimation.rows import estimate_frame, estimate_row
from surveypipe.estimation.survey import Survey
from surveypipe.identifiers import estimate_id
from surveypipe.regression.model import INTERCEPT
from surveypipe.study.analysis import Multiplicity
from surveypipe.study.claims import AnyClaim
from surveypipe.study.sides import Side

CLAIM_TEST = "claim_test"


def claim_test_rows(survey: Survey, estimates: pd.DataFrame) -> pd.DataFrame:
    r"""Test each claim against its own threshold or margin.

    A share: :math:`t = (\mathrm{logit}\,\hat p - \mathrm{logit}\,p_0)\,\hat p(1-\hat p)/SE`, one-sided on the
    claim's side and doubled, so that p < .05 where the 95 % logit interval clears the threshold. Several
    thresholds must all be cleared: the greatest p stands. A mean beyond a threshold: the same t test, without
    the logit; an odds ratio: on the scale of its logarithm. A mean within a margin: the greater of the two
    one-sided p-values, which is below .05 where the 90 % interval lies within the margin.

    Parameters
    ----------
    estimates
        The table of estimates, with each claim's estimand under the primary scheme.
    """
    rows = []
    for key, claim in survey.claims.items():
        line = estimand_row(estimates, survey.primary, key, claim)
        statistic, p_value, side = _worst_side(claim, line)
        row = estimate_row(
            claim.variable, CLAIM_TEST, statistic,
            claim=key, level=_text(line["level"]), level_label=_text(line["level_label"]),
            scheme=survey.primary, n=line["n"], n_level=line["n_level"], df=line["df"], p_value=p_value,
            effect=side.limit, fpc=line["fpc"], variable_label=survey.label(claim.variable),
            base=claim.base, method=claim.test_name,
            flag=_why_none(claim, p_value),
        )  # fmt: skip
        if not claim.describes:
            # Another claim may be of the same variable.
            row["estimate_id"] = estimate_id(claim.variable, key, CLAIM_TEST, "overall", "", survey.primary)
        rows.append(row)
    return estimate_frame(rows)


def estimand_row(estimates: pd.DataFrame, scheme: str, key: str, claim: AnyClaim) -> pd.Series:
    """Row of a claim's estimand for all staff under a scheme."""
    found = estimates[
        (estimates["variable"] == claim.variable)
        & (estimates["statistic"] == claim.statistic)
        & (estimates["group"] == "overall")
        & (estimates["scheme"] == scheme)
    ]
    if not claim.describes:
        return found[found["claim"] == key].iloc[0]
    return found[[claim.counts(code) for code in found["level"]]].iloc[0]


def _why_none(claim: AnyClaim, p_value: float) -> str:
    if np.isfinite(p_value):
        return ""
    if claim.tested and claim.is_share:
        return "everybody or nobody gave this answer: no test"
    return "its interval alone decides"


def _worst_side(claim: AnyClaim, line: pd.Series) -> tuple[float, float, Side]:
    """Statistic, p-value and condition of the side on which the claim is weakest."""
    found = []
    for side in claim.sides():
        estimate, limit, se = float(line["estimate"]), side.limit, float(line["se"])
        if claim.is_share:
            # A share of 0 or 1 has no standard error, and so no test.
            with np.errstate(divide="ignore", invalid="ignore"):
                se = float(np.divide(se, estimate * (1 - estimate)))
                estimate, limit = (float(np.log(np.divide(p, 1 - p))) for p in (estimate, limit))
        elif claim.log_scale:
            with np.errstate(divide="ignore", invalid="ignore"):
                se = float(np.divide(se, estimate))
                estimate, limit = (float(np.log(value)) for value in (estimate, limit))
        sign = 1.0 if side.direction == "above" else -1.0
        t = sign * (estimate - limit) / se if se > 0 and claim.tested else np.nan
        # Not min(), which makes 1 of what is not known.
        found.append((t, float(np.minimum(1.0, claim.tails * t_above(t, line["df"]))), side))
    missing = [one for one in found if np.isnan(one[0])]
    return missing[0] if missing else max(found, key=lambda one: one[1])


def adjusted_rows(survey: Survey, tests: pd.DataFrame, settings: Multiplicity) -> pd.DataFrame:
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
    for family in settings.families:
        own = _family_tests(tests, family.statistics, survey.primary)
        chosen.append(own)
        families += [family.label] * len(own)
        primary += [family.label] if family.method == "holm" else []
    if not families:
        return estimate_frame([])
    table = pd.concat(chosen, ignore_index=True)
    return multiplicity.tidy(table, pd.Series(families), primary=primary)


def _family_tests(tests: pd.DataFrame, statistics: Sequence[str], scheme: str) -> pd.DataFrame:
    table = tests[tests["statistic"].isin(statistics) & (tests["scheme"] == scheme)].copy()
    table = table[table["p_value"].notna() & (table["level"] != INTERCEPT)]
    words = ["claim", "level", "level_label", "group_level", "base"]
    table[words] = table[words].astype(object).fillna("")
    order = {name: place for place, name in enumerate(statistics)}
    table["_order"] = table["statistic"].map(order)
    # A coefficient is a comparison of its own; a yes/no variable has one row by its answer and one without.
    whole = ~table["statistic"].isin(("odds_ratio", "rate_ratio", "coefficient"))
    table["_comparison"] = table["level"].where(~whole, "")
    # So is every claim, of which several may be about one variable.
    table["_comparison"] = table["_comparison"].where(table["statistic"] != CLAIM_TEST, table["claim"])
    keys = ["variable", "_comparison", "group", "group_level", "base"]
    table = table.sort_values("_order", kind="stable").drop_duplicates(keys).sort_index()
    return table.drop(columns=["_order", "_comparison"])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
