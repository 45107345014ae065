"""Models of which a part would tell what few people answered: hidden whole.

A model with indicators repeats the answers of the people at each level: of a linear one with a single
predictor the intercept and a coefficient add up to the mean of a level. So nothing of a model is released
where a level of a predictor, or a combination of levels that the model fits exactly, holds too few, or people
who all answered alike. What is left of it would give the level back: the fitted values add up to the answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from surveypipe.disclosure.magnitudes import dominated
from surveypipe.disclosure.questions import Respondents
from surveypipe.disclosure.release import SUPPRESSED, Release
from surveypipe.disclosure.rules import Rules

if TYPE_CHECKING:
    import pandas as pd

# How the statistics of models begin.
OF_MODELS = (
    "coefficient", "log_odds", "odds_ratio", "log_rate", "rate_ratio", "average_marginal_effect",
    "proportional_odds_check",
)  # fmt: skip
# A person of whom the fit makes up more than this part of their own fitted value is told by it.
MOST_LEVERAGE = 0.5
NEAR = 1e-6


@dataclass(frozen=True)
class Modelled:
    """A model of the configuration.

    Parameters
    ----------
    outcome
        Its variable.
    predictors
        Variable to whether its levels enter as indicators.
    of_numbers
        Whether the outcome is a number.
    """

    outcome: str
    predictors: dict[str, bool]
    of_numbers: bool


def hide_models(release: Release, models: Sequence[Modelled], respondents: Respondents, rules: Rules) -> None:
    """Hide every row of the models of an outcome of which one tells of few people, or of people all alike.

    Parameters
    ----------
    release
        Released estimates; changed.
    models
        Those of the configuration.
    respondents
        Those who answered.
    rules
        Thresholds.
    """
    table = release.table
    of_models = table["statistic"].str.startswith(OF_MODELS)
    for model in models:
        mine = of_models & (table["variable"] == model.outcome)
        for base in dict.fromkeys(table.loc[mine, "base"]):
            if not any(_tells(people, model, rules) for people in _parts(model, respondents, str(base))):
                continue
            hidden = mine & (table["base"] == base) & (table["status"] != SUPPRESSED)
            reason = "a model tells of a level of few, or of whom all answered alike"
            release.hide("estimates", hidden, reason)


def _parts(model: Modelled, respondents: Respondents, base: str) -> Iterator[tuple[np.ndarray, bool]]:
    """Give the answers of people of whom a model tells by themselves; whether that is one of leverage."""
    people = respondents.answers[respondents.inside(base)]
    people = people[[model.outcome, *model.predictors]].dropna()
    answers = people[model.outcome].to_numpy(float)
    for name, indicators in model.predictors.items():
        for level in people[name].unique() if indicators else []:
            yield answers[(people[name] == level).to_numpy()], False
    X = _design(people, model)
    if not len(X):
        return
    span = np.linalg.svd(X, full_matrices=False)
    basis = span[0][:, span[1] > NEAR * span[1][0]]
    if ((basis**2).sum(axis=1) > MOST_LEVERAGE).any():
        yield answers[:1], True
    _, pattern = np.unique(X, axis=0, return_inverse=True)
    for number in range(pattern.max() + 1):
        inside = (pattern.ravel() == number).astype(float)
        if np.abs(inside - basis @ (basis.T @ inside)).max() < NEAR:
            yield answers[inside == 1], False


def _design(people: pd.DataFrame, model: Modelled) -> np.ndarray:
    columns = [np.ones(len(people))]
    for name, indicators in model.predictors.items():
        if indicators:
            columns += [(people[name] == level).to_numpy(float) for level in people[name].unique()[1:]]
            continue
        values = people[name].to_numpy(float)
        spread = float(values.std()) if len(values) else 0.0
        columns.append((values - values.mean()) / spread if spread > 0 else np.zeros(len(people)))
    return np.column_stack(columns)


def _tells(part: tuple[np.ndarray, bool], model: Modelled, rules: Rules) -> bool:
    answers, of_one = part
    if of_one or len(answers) < rules.min_base or len(np.unique(answers)) < 2:
        return True
    return model.of_numbers and dominated(answers, rules)
