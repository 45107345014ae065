"""What a follow-up study would measure: outcomes, how they hang together, and the variance of a team's
change.

Two arms of teams; people of each team are measured before and after; the estimand is the difference between
the arms in mean change. A person's outcome is cut from a standard normal variable

    z_ijt = √ρ u_jt + √(1 − ρ) v_ijt,   corr(u_j0, u_j1) = π,   corr(v_ij0, v_ij1) = τ,

for person i of team j at time t, so that any number of ordered values (two answers, five, counts) is the
number of cutting points below z. The correlations that a user states are those of the outcome itself (Hooper,
Teerenstra, de Hoop and Eldridge 2016, Statistics in Medicine 35: intracluster correlation, cluster and
individual autocorrelation); those of z that give them are solved for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
_MOST_LATENT = 0.9999
_TAIL = 1e-10


@dataclass(frozen=True)
class Distribution:
    """Distribution of an outcome at one time in one arm.

    Attributes
    ----------
    cuts
        Cutting points of the standard normal variable, ascending, shape (K,): the outcome is `lowest` plus
        the number of them below z. Empty for a normal outcome.
    lowest
        Lowest value; the mean of a normal outcome.
    sd
        Standard deviation of a normal outcome; 0 otherwise.
    """

    cuts: Floats
    lowest: float = 0.0
    sd: float = 0.0

    def values(self, z: Floats) -> Floats:
        """Outcomes for standard normal z, same shape."""
        if self.sd:
            return self.lowest + self.sd * z
        if len(self.cuts) == 1:
            return self.lowest + (z > self.cuts[0])
        return self.lowest + np.searchsorted(self.cuts, z).astype(float)

    @property
    def mean(self) -> float:
        """Expected outcome."""
        from scipy.special import ndtr

        return self.lowest + float(ndtr(-self.cuts).sum())

    @property
    def variance(self) -> float:
        """Variance of the outcome."""
        from scipy.special import ndtr

        if self.sd:
            return self.sd**2
        above = ndtr(-self.cuts)
        joint = np.minimum.outer(above, above)
        return float((joint - np.outer(above, above)).sum())


def covariance(first: Distribution, second: Distribution, r: float) -> float:
    """Covariance of two outcomes whose normal variables correlate at r.

    By Hoeffding's formula it is the sum over pairs of cutting points of P(z₁ > a, z₂ > b) − P(z₁ > a) P(z₂ > b),
    and by Plackett's identity each of these is ∫₀^arcsin(r) exp(−(a² + b² − 2ab sin θ)/(2 cos² θ)) dθ / 2π.
    """
    if first.sd or second.sd:
        return r * first.sd * second.sd
    if r == 0:
        return 0.0
    nodes, weights = np.polynomial.legendre.leggauss(48)
    top = np.arcsin(r)
    theta = (nodes + 1) / 2 * top
    a, b = first.cuts[:, None, None], second.cuts[None, :, None]
    density = np.exp(-(a**2 + b**2 - 2 * a * b * np.sin(theta)) / (2 * np.cos(theta) ** 2))
    return float((density @ weights).sum() * top / 2 / (2 * np.pi))


def binary(share: float) -> Distribution:
    """Yes or no, with the share of yes."""
    from scipy.special import ndtri

    return Distribution(np.array([-ndtri(share)]))


def ordinal(shares: Floats, shift: float = 0.0) -> Distribution:
    """Answers 1 to K with the given shares, all people moved up by `shift` standard deviations."""
    from scipy.special import ndtri

    return Distribution(ndtri(np.cumsum(shares)[:-1]) - shift, lowest=1.0)


def count(mean: float, overdispersion: float) -> Distribution:
    """Poisson count, or negative binomial where the variance is `overdispersion` times the mean."""
    from scipy import stats
    from scipy.special import ndtri

    if overdispersion > 1:
        law = stats.nbinom(mean / (overdispersion - 1), 1 / overdispersion)
    else:
        law = stats.poisson(mean)
    steps = np.arange(int(law.isf(_TAIL)) + 1)
    # The upper tail keeps digits where the distribution function is 1 to the last.
    return Distribution(-ndtri(law.sf(steps)))


@dataclass(frozen=True)
class Correlations:
    """Correlations on the scale of the normal variable: ρ, π and τ of the module's formula."""

    team: float
    team_over_time: float
    person_over_time: float


def latent_correlations(
    before: Distribution, icc: float, cluster_autocorrelation: float, individual_autocorrelation: float
) -> Correlations:
    """Correlations of the normal variable that give the outcome the stated ones before the intervention.

    Raises
    ------
    SurveyError
        If no such correlations exist.
    """
    same_time = icc
    over_time = icc * cluster_autocorrelation
    same_person = over_time + (1 - icc) * individual_autocorrelation
    a, b, c = (_latent(before, wanted) for wanted in (same_time, over_time, same_person))
    person = (c - b) / (1 - a)
    if not 0 <= person <= 1:
        raise SurveyError(
            f"an individual autocorrelation of {individual_autocorrelation:g} together with an ICC of "
            f"{icc:g} and this distribution cannot be; lower the autocorrelation."
        )
    return Correlations(a, b / a if a else 0.0, person)


def _latent(law: Distribution, wanted: float) -> float:
    from scipy.optimize import brentq

    if law.sd or wanted == 0:
        return wanted
    target = wanted * law.variance
    most = covariance(law, law, _MOST_LATENT)
    if target > most:
        raise SurveyError(
            f"a correlation of {wanted:g} cannot be had with this distribution (at most "
            f"{most / law.variance:.2f}); lower the ICC or the autocorrelations."
        )
    return float(brentq(lambda r: covariance(law, law, r) - target, 0.0, _MOST_LATENT, xtol=1e-10))


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
