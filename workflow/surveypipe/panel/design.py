"""A follow-up study as planned: its assumptions, the variance of a team's change, and their checks.

Two arms of teams; the same people of each team are measured before and after; the estimand is the difference
between the arms in mean change. :mod:`surveypipe.panel.outcomes` says how outcomes are distributed.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def setting(config: Mapping[str, Any], outcome: str, name: str) -> Any:
    """One assumption for an outcome: its own, else the common one."""
    return config["outcomes"][outcome].get(name, config["assumptions"][name])


def scenarios(config: Mapping[str, Any], outcome: str) -> list[tuple[int, float]]:
    """List team sizes and ICCs to plan for, as assumed first, then one of the two varied at a time."""
    if config["outcomes"][outcome]["of"] == "team":
        return [(1, float("nan"))]
    sizes, iccs = setting(config, outcome, "per_team"), setting(config, outcome, "icc")
    found = [(sizes["assumed"], iccs["assumed"])]
    found += [(sizes["assumed"], iccs[key]) for key in ("low", "high") if key in iccs]
    found += [(sizes[key], iccs["assumed"]) for key in ("low", "high") if key in sizes]
    return list(dict.fromkeys(found))


def plan(config: Mapping[str, Any], outcome: str, per_team: int, icc: float) -> Plan:
    """Lay out one outcome under one team size and ICC.

    Raises
    ------
    SurveyError
        If the stated correlations are impossible for the outcome's distribution.
    """
    about = config["outcomes"][outcome]
    before, without = distribution(about, "before"), distribution(about, "without")
    team_time = setting(config, outcome, "cluster_autocorrelation")
    if about["of"] == "team":
        # The count is the team's: one "person", whose correlation over time is the team's.
        correlations = latent_correlations(before, 0.0, 0.0, team_time)
        return Plan(before, without, correlations, np.array([0.0, 1.0]), 1, float("nan"))
    person_time = setting(config, outcome, "individual_autocorrelation")
    correlations = latent_correlations(before, icc, team_time, person_time)
    pairs = pairs_per_team(
        per_team, setting(config, outcome, "per_team_cv"), setting(config, outcome, "drop_out")
    )
    return Plan(before, without, correlations, pairs, per_team, icc)


def no_effect(about: Mapping[str, Any]) -> float:
    """Value of an effect that is none: 1 for a ratio of rates, else 0."""
    return NO_EFFECT.get(about["kind"], 0.0)


def distribution(about: Mapping[str, Any], when: str, effect: float | None = None) -> Distribution:
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
    kind, null = about["kind"], no_effect(about)
    change = null if when == "before" else float(about.get("change_without", null))
    added = null if effect is None else effect
    if kind == "count":
        return count(about["baseline"] * change * added, about.get("overdispersion", 1.0))
    if kind == "binary":
        return binary(about["baseline"] + change + added)
    if kind == "numeric":
        return Distribution(np.empty(0), about["baseline"] + change + added, about["sd"])
    return _moved(np.asarray(about["baseline"], dtype=float), change + added)


def _moved(shares: Floats, points: float) -> Distribution:
    """Ordered answers after a change of the mean by so many points, all people moved alike."""
    from scipy.optimize import brentq

    if points == 0:
        return ordinal(shares)
    wanted = ordinal(shares).mean + points
    return ordinal(shares, float(brentq(lambda s: ordinal(shares, s).mean - wanted, -12.0, 12.0)))


def design_problems(config: Mapping[str, Any], name: str) -> list[str]:
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
    teams = config["design"]["teams_per_arm"]
    found = []
    if teams["from"] > teams["to"]:
        found.append(f"design.teams_per_arm: from {teams['from']} is more than to {teams['to']}; swap them.")
    for key, about in config["outcomes"].items():
        wrong = _form_problems(about) or _value_problems(about)
        wrong = wrong or ([] if found else _plan_problems(config, key))
        found += [f"outcomes.{key}{sentence}" for sentence in wrong]
    return [f"{name}: {sentence}" for sentence in found]


def _form_problems(about: Mapping[str, Any]) -> list[str]:
    kind, listed = about["kind"], isinstance(about["baseline"], list)
    found = []
    if listed != (kind == "ordinal"):
        asks = "the share of each answer, as a list" if kind == "ordinal" else "one number"
        found.append(f".baseline: for the kind {kind!r} give {asks}.")
    for key, owner in (("sd", "numeric"), ("overdispersion", "count")):
        if key in about and kind != owner:
            found.append(f".{key}: belongs to the kind {owner!r} only; delete it.")
    if kind == "numeric" and "sd" not in about:
        found.append(": the key 'sd' is missing; a numeric outcome needs it.")
    if about["of"] == "team" and kind not in ("count", "numeric"):
        found.append(f".of: 'team' is for a count or a score of the whole team, not for the kind {kind!r}.")
    if about["of"] == "team":
        unused = [key for key in SETTINGS if key in about and key != "cluster_autocorrelation"]
        found += [f".{key}: plays no part where the team itself is measured; delete it." for key in unused]
    return found


def _value_problems(about: Mapping[str, Any]) -> list[str]:
    kind, null, baseline = about["kind"], no_effect(about), about["baseline"]
    found = [f".effects: {null:g} is no effect; delete it." for effect in about["effects"] if effect == null]
    if kind == "ordinal":
        if min(baseline) <= 0 or abs(sum(baseline) - 1) > 1e-6:
            return [
                *found,
                f".baseline: the shares must be above 0 and sum to 1; they sum to {sum(baseline):g}.",
            ]
        low, high, start = 1.0, float(len(baseline)), float(np.dot(np.arange(1, len(baseline) + 1), baseline))
    elif kind == "binary":
        low, high, start = 0.0, 1.0, baseline
    elif kind == "count":
        low, high, start = 0.0, np.inf, baseline
    else:
        return found
    change = about.get("change_without", null)
    for effect in [null, *about["effects"]]:
        end = start * change * effect if kind == "count" else start + change + effect
        if not (low < start < high and low < end < high):
            limit = f"between {low:g} and {high:g}" if np.isfinite(high) else f"above {low:g}"
            what = "change_without" if effect == null else f"the effect {effect:g}"
            found.append(
                f".effects: with {what} the mean goes from {start:g} to {end:g}; it must stay {limit}."
            )
    return found


def _plan_problems(config: Mapping[str, Any], outcome: str) -> list[str]:
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
