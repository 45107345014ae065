"""What a claim needs of each respondent: answers, weight, cell, and whether they are in its base."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.estimation.survey import answers, counted_answers, indicator, membership
from surveypipe.study.claims import AnyClaim
from surveypipe.study.codebook import codes_as_text
from surveypipe.study.sensitivity import Sensitivity

if TYPE_CHECKING:
    from surveypipe.ledger.cases import Setting

Floats = NDArray[np.float64]


def people_of(made: Setting, claim: AnyClaim, respondents: pd.DataFrame) -> pd.DataFrame:
    """Lay out what a claim needs of each person, as where everybody was asked."""
    group, asked = codes_as_text(respondents[made.group]), made.bases[claim.base]
    beside = made.beside_scenario(claim.base)
    return pd.DataFrame(
        {
            "y": answers(respondents, claim),
            "said": _said(claim, respondents),
            "x": _beside(claim, respondents),
            "read": _reading(made.sensitivity, respondents),
            "weight": respondents[f"w_{made.primary}"].astype(float),
            "asked": 1.0,
            # A cell of a scheme that ignores the group is split by it: θ and readership may differ there.
            "cell": group + ": " + respondents[f"cell_{made.primary}"].astype(str),
            "group": group,
            "base": membership(respondents, asked),
            "within": membership(respondents, asked if beside is None else beside),
            "may_be": membership(respondents, made.known_conditions(claim.base)),
        }
    ).reset_index(drop=True)


def _said(claim: AnyClaim, respondents: pd.DataFrame) -> Floats:
    """Answers to the claim's own variable; shape (n,)."""
    if claim.before is None:
        return answers(respondents, claim)
    return counted_answers(respondents[claim.variable], claim)


def _beside(claim: AnyClaim, respondents: pd.DataFrame) -> Floats:
    """Answers to the question whose sum divides, or which came before; 1 where there is none; shape (n,)."""
    if claim.before is not None:
        return counted_answers(respondents[claim.before], claim)
    return np.ones(len(respondents)) if claim.divisor is None else respondents[claim.divisor].to_numpy(float)


def _reading(plan: Sensitivity, respondents: pd.DataFrame) -> Floats:
    """Whether each respondent has the scenario's answer, NaN where it is not known; shape (n,)."""
    scenario = plan.scenario
    if scenario is None:
        return np.full(len(respondents), np.nan)
    return indicator(respondents[scenario.variable], scenario.level)
