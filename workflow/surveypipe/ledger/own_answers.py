"""What each respondent said to the questions that a claim is made of."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.estimation.survey import answers, counted_answers, indicator
from surveypipe.study.claims import AnyClaim
from surveypipe.study.sensitivity import Sensitivity

Floats = NDArray[np.float64]


def own_answers(claim: AnyClaim, respondents: pd.DataFrame) -> Floats:
    """Answers to the claim's own variable; shape (n,)."""
    if claim.before is None:
        return answers(respondents, claim)
    return counted_answers(respondents[claim.variable], claim)


def answers_beside(claim: AnyClaim, respondents: pd.DataFrame) -> Floats:
    """Answers to the question whose sum divides, or which came before; 1 where there is none; shape (n,)."""
    if claim.before is not None:
        return counted_answers(respondents[claim.before], claim)
    return np.ones(len(respondents)) if claim.divisor is None else respondents[claim.divisor].to_numpy(float)


def reading_of(plan: Sensitivity, respondents: pd.DataFrame) -> Floats:
    """Whether each respondent has the scenario's answer, NaN where it is not known; shape (n,)."""
    scenario = plan.scenario
    if scenario is None:
        return np.full(len(respondents), np.nan)
    return indicator(respondents[scenario.variable], scenario.level)
