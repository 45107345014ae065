"""Standard errors of weights that were estimated, in domains: against replicates and repeated draws."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest

from surveypipe.design import linearisation
from surveypipe.design.phases import SecondPhase, second_phase
from surveypipe.study.weighting import Weighting
from surveypipe.weighting import replicates
from surveypipe.weighting import schemes as weighting

N = 600
SCHEMES: dict[str, dict[str, Any]] = {
    "linear": {"method": "calibrate", "margins": ["site", "post"], "numeric": ["age"]},
    "exponential": {
        "method": "calibrate",
        "margins": ["site", "post"],
        "numeric": ["age"],
        "distance": "raking",
    },
    "raked": {"method": "rake", "margins": ["site", "post", "band"]},
    "propensity": {"method": "propensity", "predictors": ["site", "post", "age"]},
    "steps": {
        "method": "compose",
        "steps": [
            {"method": "poststratify", "by": ["site", "post"]},
            {"method": "calibrate", "margins": ["site"], "numeric": ["age"]},
        ],
    },
}


def section(schemes: dict[str, dict[str, Any]], **more: Any) -> Weighting:
    """The section of the configuration with these schemes, the first of them primary."""
    labelled = {key: {"label": key, **scheme} for key, scheme in schemes.items()}
    return msgspec.convert({"primary": next(iter(schemes)), "schemes": labelled, **more}, Weighting)


def population(rng: np.random.Generator) -> pd.DataFrame:
    # All that drives response is met by every scheme, and what drives the answers is linear in it.
    age = rng.choice([-1.2, 0.0, 1.2], N)
    people = pd.DataFrame({"id": [f"{k:04d}" for k in range(N)], "age": age, "band": age.astype(str)})
    people["site"] = np.where(np.arange(N) < 350, "A", "B")
    people["post"] = np.where(rng.random(N) < 0.4 + 0.1 * (age > 0), "x", "z")
    people["y"] = 2 + 0.9 * age + 0.4 * (people["post"] == "x") + rng.normal(0, 0.8, N)
    people["inside"] = rng.random(N) < 0.35 + 0.25 * (age > 0)
    return people


def answer(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    odds = np.exp(-0.5 + 0.4 * people["age"] + 0.5 * (people["site"] == "B") + 0.4 * (people["post"] == "x"))
    return people.assign(respondent=rng.random(N) < (odds / (1 + odds)).to_numpy())


def weighted(people: pd.DataFrame) -> tuple[weighting.WeightingResult, pd.DataFrame]:
    result = weighting.compute_schemes(people, section(SCHEMES), group="site")
    return result, result.weights.merge(people, on="id")


def design(result: weighting.WeightingResult, scheme: str) -> SecondPhase:
    """Read the design from the table of weights, as the stages do."""
    return second_phase(
        result.weights[f"w_{scheme}"],
        result.weights[f"cell_{scheme}"],
        result.plans[scheme].n_pop,
        linearised=linearisation.from_columns(scheme, dict(result.weights.items())),
    )


def outcomes(table: pd.DataFrame) -> np.ndarray:
    y = table["y"].to_numpy()
    return np.column_stack(
        [y, np.where(table["inside"], y, np.nan), np.where(table["inside"], y > 2.5, np.nan)]
    )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_jackknife_that_weights_again_agrees(scheme: str) -> None:
    rng = np.random.default_rng(12)
    ratios = []
    for _ in range(6):
        result, table = weighted(answer(population(rng), rng))
        found = design(result, scheme).means(outcomes(table))
        made = replicates.jackknife(result.plans[scheme], result.people.start)
        spread = replicates.variance(
            replicates.means(outcomes(table), made.matrix), found.estimate, made.coefs
        )
        ratios.append(found.se / np.sqrt(spread))
    # Two variances of one second phase, alike to first order.
    assert np.abs(np.mean(ratios, axis=0) - 1).max() < 0.04


def test_without_the_linearisation_the_errors_are_others() -> None:
    rng = np.random.default_rng(12)
    result, table = weighted(answer(population(rng), rng))
    for scheme in SCHEMES:
        made = design(result, scheme)
        naive = second_phase(made.weights, made.labels, made.n_pop)
        with_it, without = (one.means(outcomes(table)).se for one in (made, naive))
        assert np.abs(with_it / without - 1).max() > 0.01, scheme


@pytest.mark.slow
def test_intervals_of_domains_cover_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    people = population(rng)
    truth = np.nanmean(outcomes(people), axis=0)
    hits: dict[str, list[np.ndarray]] = {scheme: [] for scheme in SCHEMES}
    for _ in range(1000):
        result, table = weighted(answer(people, rng))
        for scheme in SCHEMES:
            found = design(result, scheme).means(outcomes(table))
            hits[scheme].append(np.abs(found.estimate - truth) < 1.96 * found.se)
    coverage = pd.DataFrame({scheme: np.mean(rows, axis=0) for scheme, rows in hits.items()})
    # 1,000 draws: simulation error .007; three of them, and .01 for the normal approximation.
    assert coverage.min().min() > 0.95 - 0.031, coverage
    assert coverage.max().max() < 0.95 + 0.031, coverage
