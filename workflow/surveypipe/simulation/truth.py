"""Who is in a simulated population, what all would say, and who answers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.design.quantiles import weighted_quantiles
from surveypipe.determinism import stream
from surveypipe.estimation.estimates import QUANTILES
from surveypipe.simulation.draws import purpose_seed
from surveypipe.simulation.population import with_total
from surveypipe.simulation.populations import NO, PROFESSION, UNIT, YES, Answer, Clusters, Tried

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
LEVEL_OF_QUANTILE = {name: p for p, name in QUANTILES.items()}
DIFFERENCE, RATIO = "difference", "risk_ratio"
CLUSTER, PERSON = "cluster", "person"
# Clusters in the unit, and people in the cluster: what the correction of each stage rests on.
SIZES = ("clusters_in_unit", "people_in_cluster")
# Least and greatest expected size of a cluster, in proportion.
UNEQUAL = (0.5, 1.5)
# An effect is on the log-odds of a share; of a number it is this many standard deviations.
OF_A_NUMBER = 0.5


@dataclass(frozen=True)
class Known:
    """A population whose every answer is known, and who of it was asked and answered.

    Attributes
    ----------
    people
        One row per person: id, unit, profession, the recodes of the frame, respondent; of a sample in two
        stages also cluster, person, and the sizes that :data:`SIZES` names.
    answers
        The same rows: what each would say; NaN where a question is not put to them.
    asked
        Who was asked, shape (N,).
    """

    people: pd.DataFrame
    answers: pd.DataFrame
    asked: Bools


def listed(tried: Tried, seed: int) -> pd.DataFrame:
    """Lay out the population: id, unit, profession, the recodes of the frame, and clusters if it has any."""
    rows = [
        (unit, profession)
        for unit, professions in tried.population.staff.items()
        for profession, number in professions.items()
        for _ in range(number)
    ]
    people = pd.DataFrame(rows, columns=[UNIT, PROFESSION])
    people.insert(0, "id", [f"{number:05d}" for number in range(len(people))])
    for recode in tried.config.frame.recodes:
        people[recode.variable] = people[recode.from_].map(recode.map)
    if tried.population.clusters is not None:
        here = stream(purpose_seed(seed, "populations", tried.key), "clusters")
        people = _in_clusters(people, tried.population.clusters, here)
    return people


def _in_clusters(people: pd.DataFrame, clusters: Clusters, rng: np.random.Generator) -> pd.DataFrame:
    """Spread the people of each unit over clusters of unequal size."""
    place = np.zeros(len(people), dtype=int)
    for unit, number in clusters.number.items():
        inside = (people[UNIT] == unit).to_numpy()
        size = rng.uniform(*UNEQUAL, number)
        place[inside] = rng.choice(number, int(inside.sum()), p=size / size.sum())
    cluster = people[UNIT] + " " + pd.Series(place, index=people.index).astype(str)
    held = people.assign(**{CLUSTER: cluster, PERSON: "P" + people["id"]})
    sizes = held.groupby(UNIT)[CLUSTER].transform("nunique"), held.groupby(CLUSTER)["id"].transform("size")
    return held.assign(**{name: size.astype(float) for name, size in zip(SIZES, sizes, strict=True)})


def drawn(tried: Tried, people: pd.DataFrame, *, seed: int, number: int) -> Known:
    """Draw what all would say, who is asked, and who answers: independently, at random within cells.

    Parameters
    ----------
    tried
        The population.
    people
        Its list; see :func:`listed`.
    seed, number
        Seed of the study, and which draw it is; each draw has streams of its own.
    """
    here = purpose_seed(seed, "populations", tried.key, str(number))
    units = people[UNIT].map(tried.population.units).fillna(0.0).to_numpy(float)
    moved, score = units + _effect(people, tried.effects.answers), _effect(people, tried.effects.response)
    asked = np.ones(len(people), dtype=bool)
    if (clusters := tried.population.clusters) is not None:
        moved = moved + _of_clusters(people, clusters.answers, stream(here, "clusters"))
        score = score + _of_clusters(people, clusters.response, stream(here, "response of clusters"))
        asked = _asked(people, clusters, stream(here, "sample"))
    rng = stream(here, "answers")
    answers: dict[str, Floats] = {}
    for name, answer in tried.answers.items():
        said = _said(answer, moved, rng)
        answers[name] = np.where(answers[answer.asked_if] == YES, said, np.nan) if answer.asked_if else said
    answered = stream(here, "response").random(len(people)) < propensities(tried, people, score)
    return Known(people.assign(respondent=answered & asked), pd.DataFrame(answers), asked)


def propensities(tried: Tried, people: pd.DataFrame, score: Floats) -> Floats:
    """Chance of answering: log-odds of the score, and the expected respondents of each unit."""
    chance: Floats = np.zeros(len(people))
    for unit, total in tried.population.respondents.items():
        inside = (people[UNIT] == unit).to_numpy()
        chance[inside] = with_total(score[inside], total)
    return chance


def _of_clusters(people: pd.DataFrame, sd: float, rng: np.random.Generator) -> Floats:
    """Draw an effect of each cluster, laid out over its people."""
    codes, names = pd.factorize(people[CLUSTER])
    return np.asarray(rng.normal(0.0, sd, len(names))[codes])


def _asked(people: pd.DataFrame, clusters: Clusters, rng: np.random.Generator) -> Bools:
    """Draw clusters in each unit, and people in each cluster, all with the same chance."""
    order = rng.permutation(len(people))
    names = people[CLUSTER].to_numpy()
    chosen = set()
    for unit, number in clusters.drawn.items():
        there = people.loc[people[UNIT] == unit, CLUSTER].unique()
        chosen |= set(rng.choice(there, number, replace=False))
    place = pd.Series(order).groupby(names[order]).cumcount().to_numpy()
    asked = np.zeros(len(people), dtype=bool)
    asked[order] = place < clusters.people
    return asked & np.isin(names, list(chosen))


def _effect(people: pd.DataFrame, effects: dict[str, float]) -> Floats:
    return np.asarray(people[PROFESSION].map(effects).fillna(0.0), dtype=np.float64)


def _said(answer: Answer, moved: Floats, rng: np.random.Generator) -> Floats:
    if answer.share is not None:
        odds = math.log(answer.share / (1 - answer.share)) + moved
        yes = rng.random(len(moved)) < 1 / (1 + np.exp(-odds))
        return np.asarray(np.where(yes, float(YES), float(NO)))
    if answer.shape is None:
        return np.asarray(rng.normal(answer.mean + OF_A_NUMBER * moved, 1.0))
    # The standard deviation of a gamma variable is its mean over the root of its shape.
    mean = answer.mean * np.exp(OF_A_NUMBER * moved / math.sqrt(answer.shape))
    return np.asarray(rng.gamma(answer.shape, mean / answer.shape))


def truth_of(row: Mapping[str, Any], known: Known, tried: Tried) -> float:
    """Value in the whole population of what a row estimates."""
    values = known.answers[row["variable"]].to_numpy(float)
    if tried.answers[row["variable"]].share is not None:
        values = np.where(np.isnan(values), np.nan, values == YES)
    unit, units = known.people[UNIT].to_numpy(), tried.units
    if row["statistic"] in (DIFFERENCE, RATIO):
        first, second = units[0], str(row["group_level"]).removesuffix(f"-{units[0]}") or units[1]
        one, other = (float(np.nanmean(values[unit == level])) for level in (first, second))
        with np.errstate(divide="ignore", invalid="ignore"):
            return other - one if row["statistic"] == DIFFERENCE else float(np.divide(other, one))
    inside = values[unit == row["group_level"]] if row["group_level"] else values
    asked = inside[~np.isnan(inside)]
    if row["statistic"] in LEVEL_OF_QUANTILE:
        p = LEVEL_OF_QUANTILE[row["statistic"]]
        return float(weighted_quantiles(asked, np.ones(len(asked)), [p])[0])
    return float(asked.mean())
