"""A survey to estimate from: respondents, designs, groups and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from surveypipe.design.protocol import Design
from surveypipe.problems import Problems, shown
from surveypipe.study.base import Code, same_code
from surveypipe.study.bases import ANSWERED, conditions_of
from surveypipe.study.claim import Claim
from surveypipe.study.claims import AnyClaim
from surveypipe.study.item_types import ItemType, type_of
from surveypipe.study.sections import Sections

if TYPE_CHECKING:
    import pandas as pd


Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Survey:
    """What the analysis of a survey rests on.

    Attributes
    ----------
    respondents
        One row per respondent, in the order of the weights.
    variables
        Variable -> label, type and values (the file variables.json).
    designs
        Scheme -> design, in the order of the configuration.
    primary, unweighted
        Scheme of the published estimates, and the one without weights (None if there is none).
    settings
        Sections analysis, bases, claims, cleaning, groups, weighting, sensitivity of the configuration.
    replicate_weights
        Scheme -> (matrix of shape (n, R), coefficients of shape (R,)); may be empty.
    """

    respondents: pd.DataFrame
    variables: Mapping[str, Mapping[str, Any]]
    designs: Mapping[str, Design]
    primary: str
    unweighted: str | None
    settings: Sections
    replicate_weights: Mapping[str, tuple[Floats, Floats]] = field(default_factory=dict)

    @property
    def claims(self) -> dict[str, AnyClaim]:
        """The claims by key, in the order of the configuration."""
        return self.settings.claims

    @property
    def described(self) -> dict[str, AnyClaim]:
        """The claims whose estimand is a share or mean that describes their variable."""
        return described(self.settings.claims)

    @property
    def fpc(self) -> bool:
        """Whether descriptive estimates have the finite-population correction."""
        return self.settings.analysis.fpc.descriptive

    @property
    def level(self) -> float:
        """Level of the intervals."""
        return self.settings.analysis.ci_level

    def variance_of(self, design: Design) -> str:
        """Words for the variance, as the column ``method`` has them."""
        return design.method

    def corrections(self, published: bool) -> tuple[bool, ...]:
        """Corrections under which a row is made: the published one, and the other where there is one."""
        both = self.designs[self.primary].corrected
        return (published, not published) if both else (False,)

    def label(self, variable: str) -> str:
        """Display name of a variable."""
        return str(self.variables[variable].get("label") or variable)

    def item_type(self, variable: str) -> ItemType:
        """Type of a variable: how it is summarised and compared."""
        return type_of(self.variables[variable])

    def values(self, variable: str) -> dict[str, str]:
        """Codes (as text) and labels of a variable's answers, in order."""
        return {str(code): str(text) for code, text in self.variables[variable].get("values", {}).items()}

    def counted(self, variable: str) -> str:
        """Code of the answer whose share stands for a variable: a claim's, else the codebook's; else ''."""
        own = (claim.counted for claim in self.described.values() if claim.variable == variable)
        named = [code for code in own if code is not None]
        return str(named[0] if named else self.variables[variable].get("counts") or "")

    def inside(self, base: str) -> NDArray[np.bool_]:
        """Respondents who are known to be in a base, shape (n,)."""
        conditions = conditions_of(self.settings.bases, base)
        return np.asarray(membership(self.respondents, conditions) == 1.0)

    def base_of(self, variable: str) -> str:
        """Of whom a variable is told: the base of the claim whose estimand it is, else who answered."""
        own = (claim.base for claim in self.described.values() if claim.variable == variable)
        return next(own, ANSWERED)

    def at_scenario_level(self) -> NDArray[np.bool_]:
        """Respondents with the answer of the suspicion scenario, shape (n,); nobody where there is none."""
        plan = self.settings.sensitivity.scenario
        if plan is None:
            return np.zeros(len(self.respondents), dtype=bool)
        return np.asarray(indicator(self.respondents[plan.variable], plan.level) == 1.0)


def indicator(column: pd.Series, code: object) -> Floats:
    """1.0 where a variable has a code, 0.0 where it has another, NaN where it is missing; shape (n,)."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column):
        hit = column.to_numpy(float) == float(str(code))
    else:
        hit = (column.astype(str) == str(code)).to_numpy()
    return np.where(column.notna().to_numpy(), hit.astype(float), np.nan)


def answers(people: pd.DataFrame, claim: Claim) -> Floats:
    """Answers of each person as a claim's estimand counts them, NaN where missing; shape (n,).

    Of a change that is the later answer less the earlier one. None count where a model gives the estimand.
    """
    if not claim.signs:
        return np.full(len(people), np.nan)
    told = counted_answers(people[claim.variable], claim)
    return told if claim.before is None else told - counted_answers(people[claim.before], claim)


def counted_answers(column: pd.Series, claim: Claim) -> Floats:
    """Answers to one variable as a claim counts them, NaN where missing; shape (n,)."""
    return column.to_numpy(float) if claim.counted is None else indicator(column, claim.counted)


def membership(people: pd.DataFrame, conditions: Mapping[str, tuple[Code, ...]]) -> Floats:
    """Whether each person meets all conditions of a base; shape (n,).

    Parameters
    ----------
    people
        One row a person, with the variables of the conditions.
    conditions
        Variable -> codes, one of which the person must have (:func:`surveypipe.study.bases.conditions_of`).

    Returns
    -------
    ndarray
        1.0, or 0.0 where a condition is known to fail, or NaN where none is and one is not known.
    """
    found = np.ones(len(people))
    for name, codes in conditions.items():
        hits = [indicator(people[name], code) for code in codes]
        # A minimum that passes over what is missing would take it for met.
        held = np.max(hits, axis=0)
        found = np.where((found == 0) | (held == 0), 0.0, found * held)
    return found


def described(claims: Mapping[str, AnyClaim]) -> dict[str, AnyClaim]:
    """Claims whose estimand is a share or mean that describes their variable, by key."""
    return {key: claim for key, claim in claims.items() if claim.describes}


def claim_of(settings: Sections) -> dict[str, str]:
    """Variable -> claim: the one it is the estimand of, else the first that names it as secondary."""
    found: dict[str, str] = {}
    claims = settings.claims
    for key, claim in claims.items():
        for name in [*claim.secondary, *claim.alternatives]:
            found.setdefault(name, key)
    found.update({claim.variable: key for key, claim in reversed(described(claims).items())})
    return found


def analysed_variables(settings: Sections) -> list[str]:
    """Variables to estimate, each once: items, then those of claims and of tests, then scales."""
    analysis = settings.analysis
    names = list(analysis.items)
    for claim in settings.claims.values():
        names += [claim.variable, *filter(None, [claim.divisor, claim.before]), *claim.secondary]
    names += [*analysis.totals, *(test.variable for test in analysis.tests)]
    names += [scale.variable for scale in settings.cleaning.scales]
    return list(dict.fromkeys([*names, *alternatives(settings)]))


def alternatives(settings: Sections) -> dict[str, str]:
    """Variables that count a claim's answer by another rule, each with the base of its claim."""
    claims = settings.claims.values()
    return {name: claim.base for claim in claims for name in claim.alternatives}


def check(
    respondents: pd.DataFrame,
    variables: Mapping[str, Mapping[str, Any]],
    settings: Sections,
    schemes: Iterable[str],
) -> None:
    """Check that all the configuration asks for can be estimated.

    Raises
    ------
    SurveyError
        Naming every unknown variable, scheme, level or group at once.
    """
    problems = Problems()
    known = list(schemes)
    for scheme in settings.weighting.schemes:
        if scheme not in known:
            problems.add(
                f"weighting.schemes: there are no weights of scheme '{scheme}'; the weights hold "
                f"{shown(known)}. Run the weighting again."
            )
    if settings.weighting.primary not in settings.weighting.schemes:
        problems.add(
            f"weighting.primary: unknown scheme '{settings.weighting.primary}'; choose one of "
            f"{shown(settings.weighting.schemes)}."
        )
    wanted = {name: "analysis or claims" for name in analysed_variables(settings)}
    wanted |= {name: "analysis.characteristics" for name in settings.analysis.characteristics}
    wanted |= {test.between: "analysis.tests" for test in settings.analysis.tests}
    wanted |= {name: "groups" for name in settings.groups}
    wanted |= {name: f"bases.{base}" for base, conditions in settings.bases.items() for name in conditions}
    for name, where in wanted.items():
        if name not in respondents or name not in variables:
            problems.add(f"{where}: unknown variable '{name}'; it is neither in the data nor derived.")
        elif not type_of(variables[name]).estimated:
            problems.add(f"{where}: '{name}' is a {variables[name]['type']} and cannot be estimated.")
    problems.extend(_base_problems(variables, settings))
    problems.extend(_claim_problems(variables, settings))
    problems.extend(_divisor_problems(respondents, settings))
    problems.extend(_change_problems(variables, settings))
    problems.raise_if_any()


def _base_problems(variables: Mapping[str, Mapping[str, Any]], settings: Sections) -> Iterator[str]:
    for base in settings.bases:
        for name, codes in conditions_of(settings.bases, base).items():
            values = variables.get(name, {}).get("values", {})
            for code in codes if values else ():
                if not any(same_code(code, known) for known in values):
                    yield (
                        f"bases.{base}: '{name}' has no answer {code}; its answers are "
                        f"{shown(f'{known} ({text})' for known, text in values.items())}."
                    )


def _divisor_problems(respondents: pd.DataFrame, settings: Sections) -> Iterator[str]:
    for key, claim in settings.claims.items():
        if claim.divisor and claim.divisor in respondents:
            below = int((respondents[claim.divisor] < 0).sum())
            if below:
                yield (
                    f"claims.{key}.over: {below} answer{'s' if below > 1 else ''} to '{claim.divisor}' lie "
                    "below 0; a ratio is over a number that is never below nought. Give the codebook the "
                    "range of the answers, or derive another variable."
                )


def _change_problems(variables: Mapping[str, Mapping[str, Any]], settings: Sections) -> Iterator[str]:
    for key, claim in settings.claims.items():
        now, before = variables.get(claim.variable), variables.get(claim.before or "")
        if not now or not before:
            continue
        asked = [[str(code) for code in one.get("values", {})] for one in (now, before)]
        if now["type"] != before["type"] or asked[0] != asked[1]:
            yield (
                f"claims.{key}.before: '{claim.before}' is {before['type']} with the answers "
                f"{shown(asked[1]) or 'of a number'}, and '{claim.variable}' is {now['type']} with "
                f"{shown(asked[0]) or 'those of a number'}; a change is of one question asked twice. Make "
                "their entries in the codebook alike."
            )
        elif type_of(now).nominal and claim.counted is None:
            yield (
                f"claims.{key}: '{claim.variable}' is {now['type']}; name with `level` the answer whose "
                "share changes."
            )
        elif not type_of(now).listed and claim.counted is not None:
            yield (
                f"claims.{key}.level: '{claim.variable}' is answered with a number, whose mean changes; take "
                "`level` away."
            )


def _claim_problems(variables: Mapping[str, Mapping[str, Any]], settings: Sections) -> Iterator[str]:
    bases: dict[str, tuple[str, str]] = {}
    for key, claim in settings.claims.items():
        name = claim.variable
        values = variables.get(name, {}).get("values", {})
        if values and not any(claim.counts(code) for code in values):
            yield (
                f"claims.{key}.level: '{name}' has no answer {claim.counted}; its answers are "
                f"{shown(f'{code} ({text})' for code, text in values.items())}."
            )
        before = bases.setdefault(name, (key, claim.base)) if claim.describes else ("", claim.base)
        if before[1] != claim.base:
            yield (
                f"claims.{key}.base: '{name}' is estimated on base '{before[1]}' for claim {before[0]} and "
                f"on '{claim.base}' here; make a derived variable for one of them."
            )


def places(survey: Survey) -> list[tuple[str, str, NDArray[np.bool_]]]:
    """All respondents, then each level of each group: group, level, who is in it."""
    found = [("overall", "", np.ones(len(survey.respondents), dtype=bool))]
    for group, about in survey.settings.groups.items():
        for level in about.levels:
            found.append((group, level, indicator(survey.respondents[group], level) == 1.0))
    return found
