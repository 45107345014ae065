"""The claim ledger: each claim under every scheme and under answers not missing at random, with its grade."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.estimation.equivalence import Equivalence, equivalence_test
from surveypipe.estimation.survey import answers, membership
from surveypipe.ledger.asked import ASKED, beside_those_asked, everybody_asked
from surveypipe.ledger.own_answers import answers_beside, own_answers, reading_of
from surveypipe.ledger.parts import Part, parts_of
from surveypipe.problems import Problems, shown
from surveypipe.study.base import Code
from surveypipe.study.bases import EVERYBODY, conditions_of, without
from surveypipe.study.claims import AnyClaim, ShareClaim, SharesWithinPeople
from surveypipe.study.cleaning import RoutedNo
from surveypipe.study.codebook import codes_as_text
from surveypipe.study.design import Sampling, silent_known
from surveypipe.study.sections import Sections
from surveypipe.study.sensitivity import Sensitivity
from surveypipe.study.vocabulary import Vocabulary
from surveypipe.study.weighting import scheme_in_force

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """What every claim of a survey shares.

    Attributes
    ----------
    claims
        The claims by key, in order.
    bases
        Base -> variable -> codes, one of which somebody in the base has.
    people_in
        Base -> what its people are called, in the plural.
    known
        Variables known of everybody, silent or not.
    sensitivity
        Section of the configuration.
    schemes
        Keys of all weighting schemes, in order.
    primary, unweighted
        Scheme in force, and the one without weights (empty if there is none).
    group, levels
        Grouping variable and its levels, in order.
    routed_no
        Variables in which those routed past by the scenario's question count as 'no'.
    vocabulary
        What the people and things of the study are called in notes and names of grades.
    silent_known
        Whether it is known how many gave no answer.
    sampling
        How those who were asked were drawn.
    """

    claims: Mapping[str, AnyClaim]
    bases: Mapping[str, Mapping[str, tuple[Code, ...]]]
    people_in: Mapping[str, str]
    known: frozenset[str]
    sensitivity: Sensitivity
    schemes: tuple[str, ...]
    primary: str
    unweighted: str
    group: str
    levels: tuple[str, ...]
    routed_no: frozenset[str]
    vocabulary: Vocabulary
    silent_known: bool = True
    sampling: Sampling = field(default_factory=Sampling)

    def beside_scenario(self, base: str) -> dict[str, tuple[Code, ...]] | None:
        """Give what a base asks beside the scenario's answer; None where it does not ask for that."""
        plan = self.sensitivity.scenario
        return None if plan is None else without(self.bases[base], plan.variable, plan.level)

    def known_conditions(self, base: str) -> dict[str, tuple[Code, ...]]:
        """Give the conditions of a base that are known of everybody, silent or not."""
        return {name: codes for name, codes in self.bases[base].items() if name in self.known}


def setting(settings: Sections, cells: pd.DataFrame) -> Setting:
    """Read a :class:`Setting` from the configuration and the table of weighting cells."""
    weighting, group = settings.weighting, settings.frame.group
    plan = settings.sensitivity.scenario
    routed = (recode for recode in settings.cleaning.recodes if isinstance(recode, RoutedNo))
    return Setting(
        claims=settings.claims,
        bases={base: conditions_of(settings.bases, base) for base in (EVERYBODY, *settings.bases)},
        people_in={base: settings.people_in(base) for base in (EVERYBODY, *settings.bases)},
        known=frozenset(settings.frame.variables),
        sensitivity=settings.sensitivity,
        schemes=tuple(weighting.schemes),
        primary=scheme_in_force(weighting, cells),
        unweighted=weighting.unweighted or "",
        group=group,
        levels=tuple(settings.groups[group].levels) if group in settings.groups else (),
        routed_no=frozenset(recode.variable for recode in routed if plan and recode.filter == plan.variable),
        vocabulary=settings.vocabulary,
        silent_known=silent_known(settings.population, settings.design),
        sampling=settings.design,
    )


@dataclass(frozen=True)
class Case:
    """One row of the ledger in the making: a claim over all staff, or in one group.

    Attributes
    ----------
    key, claim
        The claim and its key in the configuration.
    group, group_level
        ``overall`` and empty, or the grouping variable and one of its levels.
    people
        All respondents: y, read, weight, asked, cell, group (see ``reader_scenario``); ``x``, by whose sum
        that of y is divided, 1 where it is not, or which came before; ``said``, the answer to the claim's
        own variable, which y is but for a change; ``base``, whether
        they are in the claim's base, NaN where it is not known; ``within``, whether they meet what it asks
        beside the scenario's answer; ``may_be``, whether what is known of everybody lets them be in it.
    population
        Eligible persons in the group whom what is known of everybody lets be in the base; those for whom
        they were drawn, where they are a sample.
    by_scheme
        Scheme -> row of the table of estimates.
    measure
        Variable that counts the claim's answer by another rule; empty for the claim's own.
    known_conditions
        Conditions of the base that are known of everybody.
    base_known
        Whether these are all: it is known of the silent, too, who is in the base.
    people_called
        What the people of the base are called, in the plural.
    scenario
        Whether the study has a suspicion scenario.
    drawn
        Whether those who were asked are a sample.
    parts
        The parts of the people that the claim compares, within the group: one, of all, if it compares none.
    """

    key: str
    claim: AnyClaim
    group: str
    group_level: str
    people: pd.DataFrame
    population: float
    by_scheme: Mapping[str, pd.Series]
    measure: str = ""
    known_conditions: Mapping[str, tuple[Code, ...]] = field(default_factory=dict)
    base_known: bool = True
    people_called: str = ""
    scenario: bool = False
    drawn: bool = False
    parts: tuple[Part, ...] = ()

    @property
    def in_base(self) -> NDArray[np.bool_]:
        """Respondents of the group who are known to be in the claim's base, shape (n,)."""
        inside = np.asarray(self.people["base"] == 1)
        return inside & np.asarray(self.people["group"] == self.group_level) if self.group_level else inside

    @property
    def outcome(self) -> Floats:
        """Answers in the claim's base, NaN outside it, shape (n,)."""
        return np.where(self.in_base, self.people["y"].to_numpy(dtype=np.float64), np.nan)

    def interval(self, scheme: str) -> tuple[float, float]:
        """Interval that decides; see :meth:`surveypipe.study.claim.Claim.deciding_interval`."""
        return self.claim.deciding_interval(self.by_scheme[scheme])

    @property
    def level(self) -> float:
        """Confidence level of the published intervals."""
        return float(next(iter(self.by_scheme.values()))["ci_level"])

    def tost(self, scheme: str) -> Equivalence:
        """Equivalence test under a scheme, of a claim that has a margin."""
        row = self.by_scheme[scheme]
        return equivalence_test(
            float(row["estimate"]),
            float(row["se"]),
            float(row["df"]),
            self.claim.margin,
            level=self.level,
            # Without sampling error the interval is the value, and the value decides.
            known=float(row["ci_low"]) == float(row["ci_high"]),
        )

    def bounded(self, low: float, high: float, made: Setting) -> bool:
        """Whether bounds lie on the claim's side, those of a sample with its error added.

        Of a sample bounds are estimates too; each is taken to be as far off as the estimate may be.
        """
        if not math.isfinite(high - low):
            return False
        if made.sampling.drawn and made.primary in self.by_scheme:
            estimate, ends = float(self.by_scheme[made.primary]["estimate"]), self.interval(made.primary)
            low, high = low - (estimate - ends[0]), high + (ends[1] - estimate)
        return self.claim.supported(low, high)

    def supported(self, scheme: str) -> bool:
        """Whether the claim is supported under a scheme."""
        return scheme in self.by_scheme and self.claim.supported(*self.interval(scheme))


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
        One row per respondent with the variables of claims, bases and scenario, the grouping variable,
        ``w_<scheme>`` and ``cell_<scheme>``.
    dispositions
        Everyone on the list, with ``category``, ``IE`` being not eligible, and what is known of everybody.

    Raises
    ------
    SurveyError
        If a claim lacks an estimate under a scheme, or its variable is not in the data.
    """
    alike = made.primary == made.unweighted
    asked = everybody_asked(dispositions, made.sampling, alike=alike)
    eligible = asked[asked["category"] != "IE"]
    problems, found = Problems(), []
    for key, claim in made.claims.items():
        if absent := [name for name in claim.variables if name not in respondents]:
            problems.add(f"config, claims {key}: the data hold no variable {shown(absent)}.")
            continue
        people = beside_those_asked(people_of(made, claim, respondents), respondents, eligible)
        possible = eligible[membership(eligible, made.known_conditions(claim.base)) == 1]
        places = [("overall", "")]
        if claim.by == made.group:
            places += [(made.group, level) for level in made.levels]
        for group, level in places:
            rows = _estimates_of(estimates, key, claim, group, level)
            # A total is told only under weights that add up to people.
            needed = () if claim.of_people else made.schemes
            lacking = [scheme for scheme in needed if scheme not in rows]
            if lacking:
                problems.add(
                    f"estimates: claim {key} ({group} {level}".rstrip()
                    + f") has no estimate of {claim.variable} under {', '.join(lacking)}."
                )
                continue
            within = {made.group: (level,)} if level else {}
            own = possible if not level else possible[possible[made.group] == level]
            found.append(
                Case(
                    key, claim, group, level, people, float(own[ASKED].sum()), rows,
                    known_conditions=made.known_conditions(claim.base),
                    base_known=made.known.issuperset(made.bases[claim.base]),
                    people_called=made.people_in[claim.base],
                    scenario=made.sensitivity.scenario is not None,
                    drawn=made.sampling.drawn,
                    parts=parts_of(
                        [{**made.bases[claim.base], **part, **within} for part in claim.parts],
                        made.known | set(within), respondents, eligible,
                    ),
                )
            )  # fmt: skip
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
        for name in claim.alternatives:
            shares = estimates["statistic"] == "proportion"
            kind = ShareClaim if (shares & (estimates["variable"] == name)).any() else SharesWithinPeople
            said = {field: getattr(claim, field) for field in claim.__struct_fields__}
            changed = kind(**said | {"variable": name, "level": 1, "by": None})
            own = cases(replace(made, claims={key: changed}), estimates, respondents, dispositions)
            found += [replace(case, measure=name) for case in own]
    return found


def people_of(made: Setting, claim: AnyClaim, respondents: pd.DataFrame) -> pd.DataFrame:
    """Lay out what a claim needs of each person, as where everybody was asked."""
    group, asked = codes_as_text(respondents[made.group]), made.bases[claim.base]
    beside = made.beside_scenario(claim.base)
    return pd.DataFrame(
        {
            "y": answers(respondents, claim),
            "said": own_answers(claim, respondents),
            "x": answers_beside(claim, respondents),
            "read": reading_of(made.sensitivity, respondents),
            "weight": respondents[f"w_{made.primary}"].astype(float),
            "asked": 1.0,
            # A cell of a scheme that ignores the group is split by it: θ and readership may differ there.
            "cell": group + ": " + respondents[f"cell_{made.primary}"].astype(str),
            "group": group,
            "base": membership(respondents, asked),
            "within": membership(respondents, asked if beside is None else beside),
            "may_be": membership(respondents, made.known_conditions(claim.base)),
        }
    ).reset_index(drop=True)


def _estimates_of(
    estimates: pd.DataFrame, key: str, claim: AnyClaim, group: str, level: str
) -> dict[str, pd.Series]:
    rows = estimates[
        (estimates["variable"] == claim.variable)
        & (estimates["statistic"] == claim.statistic)
        & (estimates["group"] == group)
        & (estimates["group_level"].fillna("") == level)
    ]
    if claim.describes:
        # By what is estimated, not by claim: one estimate may serve two claims and then names only one.
        rows = rows[[claim.counts(code) for code in rows["level"].fillna("").astype(str)]]
    else:
        rows = rows[rows["claim"] == key]
    # The mean also stands without fpc and without a base, for comparison: the first is the published one.
    rows = rows.drop_duplicates("scheme")
    return {str(row["scheme"]): row for _, row in rows.iterrows()}
