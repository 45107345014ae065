"""A follow-up study as planned: its assumptions, the variance of a team's change, and their checks.

Two arms of teams; the same people of each team are measured before and after; the estimand is the difference
between the arms in mean change. :mod:`surveypipe.panel.outcomes` says how outcomes are distributed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveypipe.panel.outcomes import (
    Correlations,
    Distribution,
    binary,
    count,
    covariance,
    latent_correlations,
    ordinal,
)
from surveypipe.problems import SurveyError
from surveypipe.study.planning import Outcome, Planning

Floats = NDArray[np.float64]
SETTINGS = (
    "per_team",
    "per_team_cv",
    "drop_out",
    "icc",
    "cluster_autocorrelation",
    "individual_autocorrelation",
)
# Effects are ratios for counts and differences for all else.
NO_EFFECT = {"count": 1.0}


def pairs_per_team(mean: float, cv: float, drop_out: float) -> Floats:
    """Distribution of the number of people of a team measured both times.

    Team sizes are whole numbers with a gamma distribution of the given mean and coefficient of variation;
    each person is lost with probability `drop_out`.

    Returns
    -------
    ndarray
        Probabilities of 0, 1, 2, ... people.
    """
    from scipy import stats

    if cv > 0:
        law = stats.gamma(1 / cv**2, scale=mean * cv**2)
        most = max(int(np.ceil(law.isf(1e-8))), 1)
        sizes = np.arange(1, most + 1)
        chances = np.diff(law.cdf(np.concatenate([[0.0], sizes[:-1] + 0.5, [np.inf]])))
    else:
        sizes, chances = np.array([int(mean)]), np.array([1.0])
    kept = np.arange(sizes[-1] + 1)
    return np.asarray(chances @ stats.binom.pmf(kept[None, :], sizes[:, None], 1 - drop_out))


@dataclass(frozen=True)
class Plan:
    """One outcome under one set of assumptions.

    Attributes
    ----------
    before, without
        Distribution before, and after without the intervention.
    correlations
        On the scale of the normal variable.
    pairs
        Distribution of people measured both times per team, from :func:`pairs_per_team`.
    per_team
        Mean number of people per team measured before; 1 where the team itself is measured.
    icc
        As stated; NaN where the team itself is measured.
    """

    before: Distribution
    without: Distribution
    correlations: Correlations
    pairs: Floats
    per_team: int
    icc: float

    def change_variance(self, after: Distribution) -> float:
        """Variance between teams of the mean change of those measured both times.

        With b and w the covariances between two people of a team and within one person, it is
        V = b₀₀ + b₁₁ − 2 b₀₁ + (w₀₀ + w₁₁ − 2 w₀₁ − b₀₀ − b₁₁ + 2 b₀₁) E(1/n).
        For equal variances σ² it reduces to 2σ²[ρ(1 − π) + (1 − ρ)(1 − τ)/n].
        """
        c, before = self.correlations, self.before
        person = c.team * c.team_over_time + (1 - c.team) * c.person_over_time
        between = (
            covariance(before, before, c.team)
            + covariance(after, after, c.team)
            - 2 * covariance(before, after, c.team * c.team_over_time)
        )
        within = before.variance + after.variance - 2 * covariance(before, after, person)
        people = np.arange(1, len(self.pairs))
        inverse = float((self.pairs[1:] / people).sum() / self.pairs[1:].sum())
        return between + (within - between) * inverse


def setting(config: Planning, outcome: str, name: str) -> Any:
    """One assumption for an outcome: its own, else the common one."""
    own = getattr(config.outcomes[outcome], name)
    return getattr(config.assumptions, name) if own is None else own


def scenarios(config: Planning, outcome: str) -> list[tuple[int, float]]:
    """List team sizes and ICCs to plan for, as assumed first, then one of the two varied at a time."""
    if config.outcomes[outcome].of == "team":
        return [(1, float("nan"))]
    sizes, iccs = setting(config, outcome, "per_team"), setting(config, outcome, "icc")
    found = [(sizes.assumed, iccs.assumed)]
    found += [(sizes.assumed, icc) for icc in (iccs.low, iccs.high) if icc is not None]
    found += [(size, iccs.assumed) for size in (sizes.low, sizes.high) if size is not None]
    return list(dict.fromkeys(found))


def plan(config: Planning, outcome: str, per_team: int, icc: float) -> Plan:
    """Lay out one outcome under one team size and ICC.

    Raises
    ------
    SurveyError
        If the stated correlations are impossible for the outcome's distribution.
    """
    about = config.outcomes[outcome]
    before, without = distribution(about, "before"), distribution(about, "without")
    team_time = setting(config, outcome, "cluster_autocorrelation")
    if about.of == "team":
        # The count is the team's: one "person", whose correlation over time is the team's.
        correlations = latent_correlations(before, 0.0, 0.0, team_time)
        return Plan(before, without, correlations, np.array([0.0, 1.0]), 1, float("nan"))
    person_time = setting(config, outcome, "individual_autocorrelation")
    correlations = latent_correlations(before, icc, team_time, person_time)
    pairs = pairs_per_team(
        per_team, setting(config, outcome, "per_team_cv"), setting(config, outcome, "drop_out")
    )
    return Plan(before, without, correlations, pairs, per_team, icc)


def no_effect(about: Outcome) -> float:
    """Value of an effect that is none: 1 for a ratio of rates, else 0."""
    return NO_EFFECT.get(about.kind, 0.0)


def change_without(about: Outcome) -> float:
    """Change of an outcome from before to after without the intervention: none, where the file says none."""
    return no_effect(about) if about.change_without is None else about.change_without


def before(about: Outcome) -> float:
    """Share or mean of an outcome before, where it is one number."""
    assert isinstance(about.baseline, float)
    return about.baseline


def shares_before(about: Outcome) -> tuple[float, ...]:
    """Share of each answer of an ordinal outcome before, from the lowest."""
    assert isinstance(about.baseline, tuple)
    return about.baseline


def overdispersion(about: Outcome) -> float:
    """Variance over mean of a count; 1, as of a Poisson count, where the file does not say."""
    return 1.0 if about.overdispersion is None else about.overdispersion


def distribution(about: Outcome, when: str, effect: float | None = None) -> Distribution:
    """Distribution of an outcome before, or after without the intervention or with an effect of it.

    Parameters
    ----------
    about
        Settings of the outcome.
    when
        ``before``, ``without`` or ``with``.
    effect
        For ``with``.
    """
    kind, null = about.kind, no_effect(about)
    change = null if when == "before" else change_without(about)
    added = null if effect is None else effect
    if kind == "count":
        return count(before(about) * change * added, overdispersion(about))
    if kind == "binary":
        return binary(before(about) + change + added)
    if kind == "numeric":
        return Distribution(np.empty(0), before(about) + change + added, float(about.sd or 0.0))
    return _moved(np.asarray(shares_before(about), dtype=float), change + added)


def _moved(shares: Floats, points: float) -> Distribution:
    """Ordered answers after a change of the mean by so many points, all people moved alike."""
    from scipy.optimize import brentq

    if points == 0:
        return ordinal(shares)
    wanted = ordinal(shares).mean + points
    return ordinal(shares, float(brentq(lambda s: ordinal(shares, s).mean - wanted, -12.0, 12.0)))


def design_problems(config: Planning, name: str) -> list[str]:
    """Say in words where assumptions that satisfy the schema contradict each other.

    Parameters
    ----------
    config
        The assumptions.
    name
        What to call the file in the messages.

    Returns
    -------
    list of str
        One sentence for each contradiction.
    """
    teams = config.design.teams_per_arm
    found = []
    if teams.from_ > teams.to:
        found.append(f"design.teams_per_arm: from {teams.from_} is more than to {teams.to}; swap them.")
    for key, about in config.outcomes.items():
        wrong = _form_problems(about) or _value_problems(about)
        wrong = wrong or ([] if found else _plan_problems(config, key))
        found += [f"outcomes.{key}{sentence}" for sentence in wrong]
    return [f"{name}: {sentence}" for sentence in found]


def _form_problems(about: Outcome) -> list[str]:
    kind, listed = about.kind, isinstance(about.baseline, tuple)
    found = []
    if listed != (kind == "ordinal"):
        asks = "the share of each answer, as a list" if kind == "ordinal" else "one number"
        found.append(f".baseline: for the kind {kind!r} give {asks}.")
    for key, owner in (("sd", "numeric"), ("overdispersion", "count")):
        if getattr(about, key) is not None and kind != owner:
            found.append(f".{key}: belongs to the kind {owner!r} only; delete it.")
    if kind == "numeric" and about.sd is None:
        found.append(": the key 'sd' is missing; a numeric outcome needs it.")
    if about.of == "team" and kind not in ("count", "numeric"):
        found.append(f".of: 'team' is for a count or a score of the whole team, not for the kind {kind!r}.")
    if about.of == "team":
        unused = [
            key for key in SETTINGS if getattr(about, key) is not None and key != "cluster_autocorrelation"
        ]
        found += [f".{key}: plays no part where the team itself is measured; delete it." for key in unused]
    return found


def _value_problems(about: Outcome) -> list[str]:
    kind, null = about.kind, no_effect(about)
    found = [f".effects: {null:g} is no effect; delete it." for effect in about.effects if effect == null]
    if kind == "ordinal":
        shares = shares_before(about)
        if min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6:
            return [
                *found,
                f".baseline: the shares must be above 0 and sum to 1; they sum to {sum(shares):g}.",
            ]
        low, high, start = 1.0, float(len(shares)), float(np.dot(np.arange(1, len(shares) + 1), shares))
    elif kind == "binary":
        low, high, start = 0.0, 1.0, before(about)
    elif kind == "count":
        low, high, start = 0.0, np.inf, before(about)
    else:
        return found
    change = change_without(about)
    for effect in [null, *about.effects]:
        end = start * change * effect if kind == "count" else start + change + effect
        if not (low < start < high and low < end < high):
            limit = f"between {low:g} and {high:g}" if np.isfinite(high) else f"above {low:g}"
            what = "change_without" if effect == null else f"the effect {effect:g}"
            found.append(
                f".effects: with {what} the mean goes from {start:g} to {end:g}; it must stay {limit}."
            )
    return found


def _plan_problems(config: Planning, outcome: str) -> list[str]:
    found: list[str] = []
    for per_team, icc in scenarios(config, outcome):
        try:
            made = plan(config, outcome, per_team, icc)
        except SurveyError as error:
            found += [f": {text}" for text in error.problems]
            continue
        if made.pairs[0] > 0.05:
            found.append(
                f".per_team: with {per_team} people per team and this drop-out, {made.pairs[0]:.0%} of the "
                "teams would have nobody measured both times; plan for more people or less drop-out."
            )
    return list(dict.fromkeys(found))
