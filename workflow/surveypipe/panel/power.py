"""Power of a before-and-after study of teams in two arms, by simulation and in closed form.

The analysis is that of cluster summaries: one mean change per team, compared between the arms by a t test
with (teams − 2) degrees of freedom. It respects clusters, holds its level with few of them, and asks for no
model (Hayes and Moulton 2017, Cluster Randomised Trials, ch. 10).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveypipe.panel.design import Plan, distribution, no_effect, plan, scenarios
from surveypipe.panel.outcomes import Distribution
from surveypipe.study.planning import Planning

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
# People simulated at once.
BLOCK = 2_000_000


@dataclass(frozen=True)
class TeamTest:
    """Comparison of two arms by their teams' changes; arrays over simulations, or of shape ().

    Attributes
    ----------
    difference, se
        Difference between the arms in the mean of the teams' changes, and its standard error.
    df
        Teams with a change, less 2.
    p_value
        Two-sided; NaN where an arm has fewer than two teams.
    """

    difference: Floats
    se: Floats
    df: Floats
    p_value: Floats


def team_change_test(intervention: ArrayLike, control: ArrayLike) -> TeamTest:
    """Compare the teams' mean changes between two arms by a pooled t test.

    Parameters
    ----------
    intervention, control
        Mean change of each team, shape (..., teams); NaN for a team without anybody measured twice.

    Examples
    --------
    >>> test = team_change_test([0.3, 0.1, 0.4], [0.0, 0.1, -0.1])
    >>> round(float(test.difference), 3), float(test.df)
    (0.267, 4.0)
    """
    sums = [_nested_sums(np.asarray(arm, dtype=float)) for arm in (intervention, control)]
    (n1, s1, q1), (n0, s0, q0) = ([part[..., -1] for part in arm] for arm in sums)
    return _pooled(n1, s1, q1, n0, s0, q0)


def _nested_sums(changes: Floats) -> tuple[Floats, Floats, Floats]:
    """Count, sum and sum of squares of the first 1, 2, ... teams."""
    present = ~np.isnan(changes)
    filled = np.where(present, changes, 0.0)
    return np.cumsum(present, axis=-1, dtype=float), np.cumsum(filled, axis=-1), np.cumsum(filled**2, axis=-1)


def _pooled(n1: Floats, s1: Floats, q1: Floats, n0: Floats, s0: Floats, q0: Floats) -> TeamTest:
    from scipy.special import stdtr

    with np.errstate(invalid="ignore", divide="ignore"):
        df = n1 + n0 - 2
        # Rounding may leave a sum of squares of equal changes just below zero.
        squares = np.maximum(q1 - s1**2 / n1, 0.0) + np.maximum(q0 - s0**2 / n0, 0.0)
        se = np.sqrt(squares / df * (1 / n1 + 1 / n0))
        difference = s1 / n1 - s0 / n0
        p = 2 * stdtr(df, -np.abs(difference / se))
    # No spread at all and no difference is no evidence, not a missing answer.
    p = np.where((se == 0) & (difference == 0), 1.0, p)
    return TeamTest(difference, se, df, np.where((n1 < 2) | (n0 < 2), np.nan, p))


def simulate_changes(
    planned: Plan, afters: Sequence[Distribution], studies: int, teams: int, rng: np.random.Generator
) -> list[Floats]:
    """Simulate the teams of one arm, and their mean changes under each distribution afterwards.

    Parameters
    ----------
    planned
        Outcome and assumptions.
    afters
        Distributions after, all applied to the same simulated people.
    studies, teams
        Numbers of studies and of teams in the arm.
    rng
        Source of random numbers.

    Returns
    -------
    list of ndarray
        For each of `afters`, shape (studies, teams); NaN for a team with nobody measured twice.
    """
    c = planned.correlations
    sizes = np.searchsorted(np.cumsum(planned.pairs)[:-1], rng.random(studies * teams), side="right")
    u = _over_time(studies * teams, c.team_over_time, rng)
    v = _over_time(int(sizes.sum()), c.person_over_time, rng)
    team = np.repeat(np.arange(len(sizes)), sizes)
    z = [np.sqrt(c.team) * u[t][team] + np.sqrt(1 - c.team) * v[t] for t in (0, 1)]
    start = planned.before.values(z[0])
    found = []
    for after in afters:
        total = np.bincount(team, weights=after.values(z[1]) - start, minlength=len(sizes))
        with np.errstate(invalid="ignore", divide="ignore"):
            found.append((total / sizes).reshape(studies, teams))
    return found


def _over_time(size: int, r: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw standard normal values before and after, correlated at r."""
    first = rng.standard_normal(size)
    return first, r * first + np.sqrt(1 - r**2) * rng.standard_normal(size)


def simulated_power(
    planned: Plan,
    afters: Sequence[Distribution],
    *,
    teams: int,
    simulations: int,
    alpha: float,
    seed: Sequence[int],
) -> Floats:
    """Share of simulated studies that find a difference, for each effect and number of teams.

    A study with k teams per arm is made of the first k teams of a larger one, and all effects are tried on
    the same people: curves are smooth, and one simulation serves them all.

    Parameters
    ----------
    planned
        Outcome and assumptions.
    afters
        Distribution after, with each effect.
    teams
        Most teams per arm.
    simulations
        Number of studies.
    alpha
        Two-sided level.
    seed
        Words of the seed.

    Returns
    -------
    ndarray
        Shape (effects, teams): power with 1, 2, ..., `teams` teams per arm; NaN with one.
    """
    rng = np.random.default_rng(list(seed))
    people = 2 * teams * float(planned.pairs @ np.arange(len(planned.pairs)))
    block = int(np.clip(BLOCK // max(people, 1), 1, simulations))
    found = np.zeros((len(afters), teams))
    for start in range(0, simulations, block):
        studies = min(block, simulations - start)
        control = _nested_sums(simulate_changes(planned, [planned.without], studies, teams, rng)[0])
        treated = simulate_changes(planned, afters, studies, teams, rng)
        for row, changes in enumerate(treated):
            found[row] += (_pooled(*_nested_sums(changes), *control).p_value < alpha).sum(axis=0)
    found /= simulations
    found[:, 0] = np.nan
    return found


def closed_form_power(
    difference: float, variance_1: float, variance_0: float, teams: ArrayLike, alpha: float
) -> Floats:
    """Power of the t test from the noncentral t distribution, as if team means were normal.

    Parameters
    ----------
    difference
        True difference between the arms in mean change.
    variance_1, variance_0
        Variance between teams of a team's change, in each arm (:meth:`Plan.change_variance`).
    teams
        Teams per arm, any shape.
    alpha
        Two-sided level.
    """
    from scipy import stats

    k = np.asarray(teams, dtype=float)
    df = 2 * k - 2
    shift = abs(difference) / np.sqrt((variance_1 + variance_0) / k)
    limit = stats.t.isf(alpha / 2, df)
    # The far tail is left out where it is too small to be computed.
    return np.asarray(stats.nct.sf(limit, df, shift) + np.nan_to_num(stats.nct.cdf(-limit, df, shift)))


def power_table(config: Planning) -> pd.DataFrame:
    """Power of every outcome for every effect (none included), team size, ICC and number of teams.

    Parameters
    ----------
    config
        Assumptions that satisfy the schema and :func:`surveypipe.panel.design.design_problems`.

    Returns
    -------
    DataFrame
        outcome, teams_per_arm, staff_per_team, effect, icc, power, mc_error (standard error of the simulated
        power), closed_form.
    """
    import pandas as pd

    blocks = [
        _scenario_rows(config, outcome, per_team, icc)
        for outcome in config.outcomes
        for per_team, icc in scenarios(config, outcome)
    ]
    return pd.concat(blocks, ignore_index=True)


def _scenario_rows(config: Planning, outcome: str, per_team: int, icc: float) -> pd.DataFrame:
    import pandas as pd

    design, about = config.design, config.outcomes[outcome]
    planned = plan(config, outcome, per_team, icc)
    effects = [no_effect(about), *about.effects]
    afters = [distribution(about, "with", effect) for effect in effects]
    # Of the name, so that another outcome in the file leaves this one's random numbers as they were.
    seed = (design.seed, zlib.crc32(outcome.encode()))
    first, last = design.teams_per_arm.from_, design.teams_per_arm.to
    power = simulated_power(
        planned, afters, teams=last, simulations=design.simulations, alpha=design.alpha, seed=seed
    )
    teams = np.arange(first, last + 1)
    variance_0 = planned.change_variance(planned.without)
    blocks = []
    for row, (effect, after) in enumerate(zip(effects, afters, strict=True)):
        gap = after.mean - planned.without.mean
        closed = closed_form_power(gap, planned.change_variance(after), variance_0, teams, design.alpha)
        shown = power[row, first - 1 :]
        blocks.append(
            pd.DataFrame(
                {
                    "outcome": outcome,
                    "teams_per_arm": teams,
                    "staff_per_team": per_team,
                    "effect": effect,
                    "icc": icc,
                    "power": shown,
                    "mc_error": np.sqrt(shown * (1 - shown) / design.simulations),
                    "closed_form": closed,
                }
            )
        )
    return pd.concat(blocks, ignore_index=True)


def smallest(teams: ArrayLike, power: ArrayLike, wanted: float) -> int | None:
    """Find the fewest teams from which on the power is never below the one wanted; None if there are none.

    Examples
    --------
    >>> smallest([4, 5, 6, 7], [0.7, 0.81, 0.79, 0.84], 0.8)
    7
    """
    k = np.asarray(teams)
    order = np.argsort(k)
    short = np.flatnonzero(np.asarray(power)[order] < wanted)
    place = short[-1] + 1 if len(short) else 0
    return int(k[order][place]) if place < len(k) else None


def sample_size_table(power: pd.DataFrame, config: Planning) -> pd.DataFrame:
    """Smallest number of teams per arm that reaches the wanted power, for each effect and assumption.

    Returns
    -------
    DataFrame
        outcome, staff_per_team, effect, icc, teams_per_arm (simulated), closed_form_teams_per_arm; missing
        where the most teams tried are too few. Rows without effect are left out.
    """
    import pandas as pd

    wanted = config.design.power
    rows = []
    keys = ["outcome", "staff_per_team", "effect", "icc"]
    for values, block in power.groupby(keys, sort=False, dropna=False):
        if values[2] == no_effect(config.outcomes[str(values[0])]):
            continue
        found = [smallest(block["teams_per_arm"], block[name], wanted) for name in ("power", "closed_form")]
        rows.append((*values, *found))
    table = pd.DataFrame(rows, columns=[*keys, "teams_per_arm", "closed_form_teams_per_arm"])
    whole = {"teams_per_arm": "Int64", "closed_form_teams_per_arm": "Int64"}
    return table.astype(whole)
