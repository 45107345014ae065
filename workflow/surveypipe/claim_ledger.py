"""The claim ledger: each claim under every scheme and under answers not missing at random, with its grade."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pandas as pd

from surveypipe import claims as rules
from surveypipe import sensitivity
from surveypipe.equivalence import Equivalence, equivalence_test
from surveypipe.problems import Problems
from surveypipe.reader_scenario import Scenario, reader_scenario
from surveypipe.study.weighting import Weighting


@dataclass(frozen=True)
class Setting:
    """What every claim of a survey shares.

    Attributes
    ----------
    claims, sensitivity
        Sections of the configuration.
    schemes
        Keys of all weighting schemes, in order.
    primary, unweighted
        Scheme in force, and the one without weights (empty if there is none).
    group, levels
        Grouping variable and its levels, in order.
    routed_no
        Variables in which those routed past by the reader question count as 'no'.
    """

    claims: Mapping[str, Mapping[str, Any]]
    sensitivity: Mapping[str, Any]
    schemes: tuple[str, ...]
    primary: str
    unweighted: str
    group: str
    levels: tuple[str, ...]
    routed_no: frozenset[str]


def setting(config: Mapping[str, Any], cells: pd.DataFrame) -> Setting:
    """Read a :class:`Setting` from the configuration and the table of weighting cells."""
    reader, weighting = (
        config["sensitivity"]["reader_variable"],
        msgspec.convert(config["weighting"], Weighting),
    )
    recodes = config.get("cleaning", {}).get("recodes", [])
    group = config["frame"]["group"]
    return Setting(
        claims=config["claims"],
        sensitivity=config["sensitivity"],
        schemes=tuple(weighting.schemes),
        primary=rules.scheme_in_force(weighting, cells),
        unweighted=weighting.unweighted or "",
        group=group,
        levels=tuple(config["groups"][group]["levels"]),
        routed_no=frozenset(
            recode["variable"]
            for recode in recodes
            if recode["type"] == "routed_no" and recode.get("filter") == reader
        ),
    )


@dataclass(frozen=True)
class Case:
    """One row of the ledger in the making: a claim over all staff, or in one group.

    Attributes
    ----------
    key, claim
        The claim and its entry in the configuration.
    group, group_level
        ``overall`` and empty, or the grouping variable and one of its levels.
    people
        All respondents: y, read, weight, cell, group (see ``reader_scenario``).
    population
        Eligible persons in the group.
    by_scheme
        Scheme -> row of the table of estimates.
    """

    key: str
    claim: Mapping[str, Any]
    group: str
    group_level: str
    people: pd.DataFrame
    population: int
    by_scheme: Mapping[str, pd.Series]

    @property
    def equivalence(self) -> bool:
        """Whether the claim is one of equivalence."""
        return bool(self.claim["kind"] == "equivalence")

    @property
    def measure(self) -> str:
        """Variable that counts the claim's answer by another rule; empty for the claim's own."""
        return str(self.claim.get("measure", ""))

    @property
    def averaged(self) -> bool:
        """Whether the estimand is a mean: of a difference, or of shares within people."""
        return self.equivalence or bool(self.claim.get("averaged"))

    @property
    def limits(self) -> tuple[float, float]:
        """Least and greatest possible answer."""
        least, most = self.claim["range"] if self.equivalence else (0.0, 1.0)
        return float(least), float(most)

    @property
    def inside(self) -> pd.DataFrame:
        """Respondents of the group."""
        return self.people[self.people["group"] == self.group_level] if self.group_level else self.people

    def interval(self, scheme: str) -> tuple[float, float]:
        """Interval that decides: at 1 − 2α for an equivalence, the published one for a share."""
        if self.equivalence:
            return self.tost(scheme).ci_tost
        row = self.by_scheme[scheme]
        return float(row["ci_low"]), float(row["ci_high"])

    @property
    def level(self) -> float:
        """Confidence level of the published intervals."""
        return float(next(iter(self.by_scheme.values()))["ci_level"])

    def tost(self, scheme: str) -> Equivalence:
        """Equivalence test under a scheme."""
        row = self.by_scheme[scheme]
        return equivalence_test(
            float(row["estimate"]),
            float(row["se"]),
            float(row["df"]),
            float(self.claim["margin"]),
            level=self.level,
            # Without sampling error the interval is the value, and the value decides.
            known=float(row["ci_low"]) == float(row["ci_high"]),
        )

    def supported(self, scheme: str) -> bool:
        """Whether the claim is supported under a scheme."""
        return scheme in self.by_scheme and rules.supported(self.claim, *self.interval(scheme))


def cases(
    made: Setting, estimates: pd.DataFrame, respondents: pd.DataFrame, dispositions: pd.DataFrame
) -> list[Case]:
    """Gather what is known of each claim, over all staff and by group where the claim asks for it.

    Parameters
    ----------
    made
        See :func:`setting`.
    estimates
        Table of estimates.
    respondents
        One row per respondent with the claims' variables, the reader variable, the grouping variable,
        ``w_<scheme>`` and ``cell_<scheme>``.
    dispositions
        Everyone on the list, with ``category``; ``IE`` is not eligible.

    Raises
    ------
    SurveyError
        If a claim lacks an estimate under a scheme, or its variable is not in the data.
    """
    eligible = dispositions[dispositions["category"] != "IE"]
    problems, found = Problems(), []
    for key, claim in made.claims.items():
        if claim["variable"] not in respondents:
            problems.add(f"config, claims {key}: the data hold no variable '{claim['variable']}'.")
            continue
        people = _people(made, claim, respondents)
        places = [("overall", "")]
        if claim.get("by") == made.group:
            places += [(made.group, level) for level in made.levels]
        for group, level in places:
            rows = _estimates_of(estimates, claim, group, level)
            lacking = [scheme for scheme in made.schemes if scheme not in rows]
            if lacking:
                problems.add(
                    f"estimates: claim {key} ({group} {level}".rstrip()
                    + f") has no estimate of {claim['variable']} under {', '.join(lacking)}."
                )
                continue
            size = len(eligible) if not level else int((eligible[made.group] == level).sum())
            found.append(Case(key, claim, group, level, people, size, rows))
    problems.raise_if_any()
    return found


def alternatives(
    made: Setting, estimates: pd.DataFrame, respondents: pd.DataFrame, dispositions: pd.DataFrame
) -> list[Case]:
    """Gather each claim over all staff with its answer counted by another rule (``alternatives``).

    Parameters
    ----------
    made, estimates, respondents, dispositions
        See :func:`cases`.

    Returns
    -------
    list of Case
        The claim's thresholds and base with another variable, which the case names as its ``measure``. A
        share within people (of items agreed with, 0 to 1) is estimated as the mean of these shares.
    """
    found = []
    for key, claim in made.claims.items():
        for name in claim.get("alternatives", []):
            rows = estimates[estimates["variable"] == name]
            changed = {
                **claim, "variable": name, "level": 1, "measure": name, "by": None,
                "averaged": not (rows["statistic"] == "proportion").any(),
            }  # fmt: skip
            found += cases(replace(made, claims={key: changed}), estimates, respondents, dispositions)
    return found


def _people(made: Setting, claim: Mapping[str, Any], respondents: pd.DataFrame) -> pd.DataFrame:
    group = respondents[made.group].astype(str)
    values = respondents[claim["variable"]]
    share = claim["kind"] != "equivalence" and not claim.get("averaged")
    return pd.DataFrame(
        {
            "y": _indicator(values, claim.get("level", 1)) if share else values.astype(float),
            "read": _indicator(
                respondents[made.sensitivity["reader_variable"]], made.sensitivity["reader_level"]
            ),
            "weight": respondents[f"w_{made.primary}"].astype(float),
            # A cell of a scheme that ignores the group is split by it: θ and readership may differ there.
            "cell": group + ": " + respondents[f"cell_{made.primary}"].astype(str),
            "group": group,
        }
    ).reset_index(drop=True)


def _indicator(values: pd.Series, level: float | str) -> pd.Series:
    """1.0 where a variable has a level, 0.0 where it has another, NaN where it is missing."""
    hit = values.eq(level) if pd.api.types.is_numeric_dtype(values) else values.astype(str).eq(str(level))
    return hit.astype(float).where(values.notna())


def _estimates_of(
    estimates: pd.DataFrame, claim: Mapping[str, Any], group: str, level: str
) -> dict[str, pd.Series]:
    averaged = claim["kind"] == "equivalence" or claim.get("averaged")
    statistic = "mean" if averaged else "proportion"
    # By what is estimated, not by claim: one estimate may serve two claims and then names only one.
    rows = estimates[
        (estimates["variable"] == claim["variable"])
        & (estimates["statistic"] == statistic)
        & (estimates["group"] == group)
        & (estimates["group_level"].fillna("") == level)
    ]
    if statistic == "proportion":
        wanted = str(claim.get("level", 1))
        codes = rows["level"].fillna("").astype(str)
        rows = rows[[_same_code(code, wanted) for code in codes]]
    else:
        # The mean also stands without fpc and without a base, for comparison: the first is the published one.
        rows = rows.drop_duplicates("scheme")
    return {str(row["scheme"]): row for _, row in rows.iterrows()}


def _same_code(code: str, wanted: str) -> bool:
    try:
        return float(code) == float(wanted)
    except ValueError:
        return code == wanted


def bounds(case: Case) -> tuple[float, float]:
    """Bounds of the claim's estimand, item non-response counted as unknown."""
    people, (least, most) = case.inside, case.limits
    answered = people["y"].notna()
    if case.claim["base"] != "readers":
        return sensitivity.manski_mean(
            float(people["y"].sum()), int(answered.sum()), case.population, least, most
        )
    reads, unsaid = people["read"] == 1, people["read"].isna()
    silent = case.population - len(people)
    return sensitivity.manski_readers(
        float(people.loc[reads, "y"].sum()),
        int(reads.sum()),
        silent + int((unsaid & ~answered).sum()),
        unanswered=int((reads & ~answered).sum()),
        stray=(
            int((unsaid & (people["y"] == 1)).sum()),
            int((unsaid & (people["y"] == 0)).sum()),
        ),
    )


def cells_of(case: Case) -> sensitivity.Cells:
    """Cells of the claim's base for the pattern mixture."""
    people = case.inside
    if case.claim["base"] == "readers":
        people = people[people["read"] == 1]
    return sensitivity.cells_from_answers(
        people["y"].to_numpy(),
        people["weight"].to_numpy(),
        people["cell"].tolist(),
        people["group"].tolist(),
        binary=not case.equivalence,
        limits=case.limits,
    )


@dataclass(frozen=True)
class Tipping:
    """Tipping points of a claim: θ and Δ nearest to no effect over all its conditions, and in words."""

    theta: float
    theta_interval: float
    shift: float
    shift_interval: float
    note: str


def tipping(case: Case, cells: sensitivity.Cells, scheme: str, bounded: bool) -> Tipping:
    """Tipping θ of a claim for the point and for the interval, and the shift Δ of an equivalence."""
    row, (low, high) = case.by_scheme[scheme], case.interval(scheme)
    estimate = float(row["estimate"])
    points: list[float] = []
    intervals: list[float] = []
    shifts: list[float] = []
    shift_intervals: list[float] = []
    for side in rules.sides(case.claim):
        carried = sensitivity.carried_limit(
            side.limit, estimate, side.end(low, high), logit_scale=not case.equivalence
        )
        points.append(sensitivity.tipping_theta(cells, side.limit, side.direction))
        if side.holds(low, high):
            intervals.append(sensitivity.tipping_theta(cells, carried, side.direction))
        else:
            intervals.append(math.nan)
        shifts.append(sensitivity.tipping_shift(cells, estimate, side.limit, side.direction))
        shift_intervals.append(sensitivity.tipping_shift(cells, estimate, carried, side.direction))
    theta = _nearest(points)
    interval = math.inf if bounded else _nearest(intervals)
    note = _tipping_note(theta, interval, bounded)
    if not case.equivalence:
        return Tipping(theta, interval, math.nan, math.nan, note)
    return Tipping(theta, interval, _smallest(shifts), _smallest(shift_intervals), note)


def _nearest(thetas: list[float]) -> float:
    """Odds ratio nearest 1; NaN if any condition is crossed at 1."""
    if any(math.isnan(theta) for theta in thetas):
        return math.nan
    nearest = min(thetas, key=rules.strength)
    return math.inf if nearest == 0 else nearest


def _smallest(shifts: list[float]) -> float:
    return math.nan if any(math.isnan(shift) for shift in shifts) else min(shifts, key=abs)


def _tipping_note(theta: float, interval: float, bounded: bool) -> str:
    if bounded:
        return "none"
    if math.isnan(theta):
        return "not supported"
    words = []
    if math.isinf(theta):
        words.append("no theta reaches the threshold")
    if math.isnan(interval):
        words.append("interval: not supported")
    elif math.isinf(interval) and not math.isinf(theta):
        words.append("interval: no theta reaches the threshold")
    return "; ".join(words)


@dataclass(frozen=True)
class Readers:
    """The reader scenario of a claim: estimates by k, and whether it stands at the k of the grade."""

    neutral: dict[float, Scenario]
    worst: dict[float, Scenario]
    end: float
    supported: bool


def readers(case: Case, made: Setting, scheme: str) -> Readers:
    """Run the reader scenario for a claim.

    Where too few non-reading respondents are left to learn from, *neutral* assumes a half of the silent
    non-readers (share) or no difference (mean), and *worst case* the answer that harms the claim most; the
    worst case decides the grade.
    """
    plan = made.sensitivity["reader_scenario"]
    steps = sorted({*map(float, plan["k"]), float(plan["k_grade"])})
    own = case.claim["variable"] == made.sensitivity["reader_variable"]
    fixed = 0.0 if own or case.claim["variable"] in made.routed_no else None

    def at(k: float, assumed: float) -> Scenario:
        return reader_scenario(
            case.people, k, base=case.claim["base"], min_group=plan["min_group"], assumed=assumed,
            nonreaders=fixed, group_level=case.group_level or None,
        )  # fmt: skip

    least, most = case.limits
    conditions = rules.sides(case.claim)
    harmful = [least if side.direction == "above" else most for side in conditions]
    neutral = {k: at(k, (least + most) / 2) for k in steps}
    worst = {k: min((at(k, end) for end in harmful), key=lambda s: _slack(s, conditions)) for k in steps}
    row, (low, high) = case.by_scheme[scheme], case.interval(scheme)
    moved = worst[float(plan["k_grade"])].estimate
    ends = [
        sensitivity.carried_end(moved, float(row["estimate"]), end, logit_scale=not case.equivalence)
        for end in (low, high)
    ]
    nearest = min(conditions, key=lambda side: _slack(worst[float(plan["k_grade"])], [side]))
    return Readers(neutral, worst, nearest.end(*ends), rules.supported(case.claim, ends[0], ends[1]))


def _slack(scenario: Scenario, conditions: list[rules.Side]) -> float:
    """Distance to the nearest limit of a claim, negative beyond it."""
    return min(
        (scenario.estimate - side.limit) * (1 if side.direction == "above" else -1) for side in conditions
    )


def _reader_note(found: Readers, base: str) -> str:
    source = next(iter(found.worst.values())).source
    return {
        "none": "silent readers answer as reading respondents of their cell",
        "fixed": "silent non-readers count as no",
        "group": "silent non-readers answer as non-reading respondents of their group",
        "all": "silent non-readers answer as non-reading respondents of all groups (too few in a group)",
        "assumed": "too few non-reading respondents: neutral here, the worst case beside it and in the grade",
    }[source]


def ledger_row(case: Case, made: Setting) -> dict[str, Any]:
    """Fill one row of the ledger.

    Parameters
    ----------
    case
        The claim and what is known of it.
    made
        What all claims share.
    """
    main = case.by_scheme[made.primary]
    low, high = bounds(case)
    bounded = rules.supported(case.claim, low, high)
    tips = tipping(case, cells_of(case), made.primary, bounded)
    read = readers(case, made, made.primary)
    number = rules.grade(
        rules.Evidence(
            kind=case.claim["kind"],
            primary=case.supported(made.primary),
            unweighted=case.supported(made.unweighted),
            every_scheme=all(case.supported(scheme) for scheme in made.schemes),
            bounded=bounded,
            tipping=tips.theta,
            reader=read.supported,
        ),
        float(made.sensitivity["theta_strong"]),
    )
    return {
        **_identity(case, made),
        "n": main["n"],
        "scheme_primary": made.primary,
        **{name: main[name] for name in ("estimate", "se", "df", "ci_low", "ci_high", "ci_level")},
        **_schemes(case, made),
        "bound_low": low,
        "bound_high": high,
        "tipping_theta": _finite(tips.theta),
        "tipping_theta_interval": _finite(tips.theta_interval),
        "tipping_note": tips.note,
        **{_k_column("reader", k): one.estimate for k, one in read.neutral.items()},
        "reader_note": _reader_note(read, case.claim["base"]),
        **_equivalence(case, made.primary),
        "grade": number,
        "grade_label": rules.GRADE_LABELS[number],
        "verdict": rules.verdict(case.claim["kind"], number),
        **{_k_column("reader_worst", k): one.estimate for k, one in read.worst.items()},
        "reader_limit": read.end,
        "tipping_shift": _finite(tips.shift),
        "tipping_shift_interval": _finite(tips.shift_interval),
        "other_thresholds": _other_thresholds(case, made.primary),
    }


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.nan


def _k_column(prefix: str, k: float) -> str:
    return f"{prefix}_k{round(100 * k):03d}"


def _identity(case: Case, made: Setting) -> dict[str, Any]:
    claim = case.claim
    return {
        "claim": case.key,
        "label": claim["label"],
        "short": claim["short"],
        "kind": claim["kind"],
        "variable": claim["variable"],
        "statistic": "mean" if case.equivalence else "proportion",
        "base": claim["base"],
        "group": case.group,
        "group_level": case.group_level,
        "threshold": claim.get("threshold", math.nan),
        "upper_threshold": claim.get("upper_threshold", math.nan),
        "margin": claim.get("margin", math.nan),
    }


def _schemes(case: Case, made: Setting) -> dict[str, float]:
    values = {scheme: float(case.by_scheme[scheme]["estimate"]) for scheme in made.schemes}
    return {
        **{f"estimate_{scheme}": value for scheme, value in values.items()},
        "scheme_low": min(values.values()),
        "scheme_high": max(values.values()),
    }


def _equivalence(case: Case, scheme: str) -> dict[str, Any]:
    if not case.equivalence:
        return {
            "ci_tost_low": math.nan,
            "ci_tost_high": math.nan,
            "power_at_zero": math.nan,
            "equivalence": "",
        }
    test = case.tost(scheme)
    return {
        "ci_tost_low": test.ci_tost[0],
        "ci_tost_high": test.ci_tost[1],
        "power_at_zero": test.power_at_zero,
        "equivalence": test.verdict,
    }


def _other_thresholds(case: Case, scheme: str) -> str:
    """Say for each threshold shown as a sensitivity whether the claim would be supported under it."""
    words = []
    for threshold in case.claim.get("sensitivity_thresholds", []):
        holds = rules.supported({**case.claim, "threshold": threshold}, *case.interval(scheme))
        words.append(f"{100 * threshold:.0f} %: {'supported' if holds else 'not supported'}")
    return "; ".join(words)


def theta_rows(case: Case, made: Setting) -> Iterator[dict[str, Any]]:
    """Rows of the θ table for one claim: a common θ, then θ in one group only (``theta_in``)."""
    cells = cells_of(case)
    grid = sensitivity.theta_grid(
        made.sensitivity["theta_grid"], [side.direction for side in rules.sides(case.claim)]
    )
    identity = {"claim": case.key, "group": case.group, "group_level": case.group_level}
    acting = ["", *made.levels] if case.group == "overall" else [""]
    for level in acting:
        for theta in grid:
            value = sensitivity.mixture(cells, {level: theta} if level else theta)
            note = sensitivity.theta_note(cells, theta)
            yield {**identity, "theta_in": level, "theta": theta, "estimate": value, "note": note}


def claim_tables(made: Setting, gathered: Sequence[Case]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Make the ledger of all claims, the θ table, and the θ table with θ acting in one group only.

    Parameters
    ----------
    made
        See :func:`setting`.
    gathered
        See :func:`cases`.

    Returns
    -------
    tuple of pandas.DataFrame
        Claims; (claim, group, group_level, theta, estimate, note); the same with ``theta_in``.
    """
    ledger = pd.DataFrame([ledger_row(case, made) for case in gathered])
    rows = pd.DataFrame([row for case in gathered for row in theta_rows(case, made)])
    common = rows[rows["theta_in"] == ""].drop(columns="theta_in").reset_index(drop=True)
    single = rows[rows["theta_in"] != ""].reset_index(drop=True)
    return ledger, common, single
