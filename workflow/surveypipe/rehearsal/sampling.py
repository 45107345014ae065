"""A sample that is still to be drawn: strata, units, weights and numbers in the population."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.rehearsal.marginals import codes_and_shares
from surveypipe.study.codebook import Codebook
from surveypipe.study.margins import population_size
from surveypipe.study.rehearsal import Guess
from surveypipe.study.settings import Configuration

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# Where nothing is said: strata; respondents to a first unit; people of the population to a respondent.
STRATA, TO_A_UNIT, TO_A_RESPONDENT = 4, 10, 100


@dataclass(frozen=True)
class Drawn:
    """How the respondents of a rehearsal were drawn.

    Attributes
    ----------
    columns
        Variables of the survey's file that tell it, one row per respondent.
    unit, stratum
        Of the first stage, numbered from 0; shape (n,).
    weight
        One over the chance of selection; shape (n,).
    """

    columns: pd.DataFrame
    unit: Ints
    stratum: Ints
    weight: Floats


def apportioned(sizes: Floats, n: int, least: int = 0) -> Ints:
    """Divide n into whole numbers in proportion to sizes, by the largest remainders, none below the least."""
    exact = n * np.asarray(sizes, float) / np.sum(sizes)
    made = np.maximum(np.floor(exact).astype(np.int64), least)
    order = np.argsort(-(exact - np.floor(exact)), kind="stable")
    for place in np.tile(order, 1 + n // max(1, len(order))):
        if made.sum() >= n:
            break
        made[place] += 1
    while made.sum() > n and (made > least).any():
        made[np.argmax(np.where(made > least, made - exact, -np.inf))] -= 1
    return made


def told_in_file(settings: Configuration, codebook: Codebook) -> bool:
    """Whether the survey's file tells how respondents were drawn, and not a list."""
    named = settings.design.variables
    return settings.design.drawn and bool(named) and all(name in codebook.variables for name in named)


def draw_sample(settings: Configuration, codebook: Codebook, n: int, rng: np.random.Generator) -> Drawn:
    """Draw n respondents by strata and stages, everybody of a stratum with the same chance.

    Within a stratum of N people of whom n answer, each of the S stages takes a share (n/N)^(1/S) of its
    units, rounded so that the number in the population is whole; the weight is the product of (units there
    are)/(units drawn) over the stages (Särndal, Swensson and Wretman 1992, chapter 4).
    """
    design, guess = settings.design, settings.rehearsal.design
    people = guess.population or population_size(settings.frame) or float(TO_A_RESPONDENT * n)
    labels, shares, sampled = _strata(settings, codebook)
    sizes = apportioned(sampled, n, least=2)
    stratum = np.repeat(np.arange(len(sizes)), sizes)
    members = _stages(settings, sizes, n)
    there, weight = _numbers(members, stratum, people * shares, sizes)
    if guess.weight_spread:
        log_sd = np.sqrt(np.log1p(guess.weight_spread**2))
        weight = weight * np.exp(rng.normal(-(log_sd**2) / 2, log_sd, len(weight)))
    made = pd.DataFrame(index=range(len(stratum)))
    if design.strata:
        made[design.strata] = np.asarray(labels, dtype=float)[stratum]
    for name, units in zip(design.clusters, members, strict=False):
        made[name] = units + 1.0
    for told, numbers in zip(design.fpc, there, strict=False):
        if isinstance(told, str):
            made[told] = numbers
    if design.weights:
        made[design.weights] = weight
    if design.probabilities:
        made[design.probabilities] = np.minimum(1 / weight, 1.0)
    return Drawn(made, members[0] if design.clusters else np.arange(len(stratum)), stratum, weight)


def _strata(settings: Configuration, codebook: Codebook) -> tuple[list[float], Floats, Floats]:
    """Give the strata's labels, their shares of the population, and of the respondents."""
    design, guess = settings.design, settings.rehearsal.design
    if not design.strata:
        return [1.0], np.ones(1), np.ones(1)
    variable = codebook.variables[design.strata]
    if not variable.values:
        labels = [float(number) for number in range(1, (guess.strata or STRATA) + 1)]
        shares = np.full(len(labels), 1 / len(labels))
        named = {f"{label:g}": label for label in labels}
    else:
        told = settings.frame.margins.get(design.strata, {})
        whole = (
            Guess(shares={level: n / sum(told.values()) for level, n in told.items()}) if told else Guess()
        )
        codes, shares = codes_and_shares(variable, settings.rehearsal.answers.get(design.strata, whole))
        labels, shares = list(codes[shares > 0]), shares[shares > 0]
        named = {f"{code:g}": code for code in labels}
        named |= {variable.values[code]: code for code in labels}
    if guess.allocation is None:
        return labels, shares, shares
    wanted = {named[key]: share for key, share in guess.allocation.items() if key in named}
    return labels, shares, np.array([wanted.get(label, 0.0) for label in labels])


def _stages(settings: Configuration, sizes: Ints, n: int) -> list[Ints]:
    """Deal the respondents of each stratum to units, stage by stage; one array of unit numbers a stage."""
    design, told = settings.design, settings.rehearsal.design.units
    stages = design.stages
    if not design.clusters:
        return [np.arange(int(sizes.sum()))]
    first = told[0] if told else max(2 * len(sizes), n // TO_A_UNIT)
    units = np.minimum(apportioned(sizes.astype(float), first, least=2), sizes)
    made = [_dealt(sizes, units)]
    for stage in range(1, stages):
        held = np.bincount(made[-1])
        each = told[stage] if stage < len(told) else (int(held.max()) if stage == stages - 1 else 2)
        made.append(_dealt(held, np.minimum(each, held)))
    return made


def _dealt(sizes: Ints, units: Ints) -> Ints:
    """Deal each block of so many people, in order, to so many units as evenly as may be."""
    starts = np.concatenate([[0], np.cumsum(units)[:-1]])
    parts = [
        start + np.arange(size) * number // size
        for start, size, number in zip(starts, sizes, units, strict=True)
    ]
    return np.concatenate(parts)


def _numbers(members: list[Ints], stratum: Ints, people: Floats, sizes: Ints) -> tuple[list[Floats], Floats]:
    """Give for each stage the units there are in the population, and the weights; each of shape (n,)."""
    share = np.minimum((sizes / people)[stratum], 1.0) ** (1 / len(members))
    there, weight, parents = [], np.ones(len(stratum)), stratum
    for units in members:
        pairs = pd.DataFrame({"parent": parents, "unit": units}).drop_duplicates()
        drawn = pairs["parent"].value_counts().reindex(parents).to_numpy(float)
        inside = np.maximum(np.round(drawn / share), drawn)
        there.append(inside)
        weight = weight * inside / drawn
        parents = units
    return there, weight
