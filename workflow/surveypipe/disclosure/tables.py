"""Every private table on its way out: judged by the rule for its kind, then together with the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from surveypipe.disclosure import (
    audit,
    audit_links,
    context,
    extremes,
    magnitudes,
    own_estimates,
    resolution,
)
from surveypipe.disclosure.amounts_together import audit_amounts
from surveypipe.disclosure.answers import release_estimates
from surveypipe.disclosure.audit_curves import Curve, audit_curves
from surveypipe.disclosure.audit_groupings import audit_groupings
from surveypipe.disclosure.audit_scenario import Scenario, given_away, told_of, withhold
from surveypipe.disclosure.characteristics import (
    align,
    release_cells,
    release_characteristics,
    release_margins,
)
from surveypipe.disclosure.kinds import ESTIMATES, JOINED, KINDS, RELEASED_TABLES
from surveypipe.disclosure.modelled import Modelled, hide_models
from surveypipe.disclosure.questions import Conditions, Respondents
from surveypipe.disclosure.release import MERGED, RELEASED, Release, joined_logs, log_frame
from surveypipe.disclosure.response import release_flow, release_rates, release_response_cells
from surveypipe.disclosure.rounding import round_counts
from surveypipe.disclosure.routes import follow_filters
from surveypipe.disclosure.rules import Rules
from surveypipe.study.claims import AnyClaim

if TYPE_CHECKING:
    import pandas as pd

# What became of staff. Records left out because they were blank, doubled or not from the list, and how much
# of a questionnaire was filled in, are no characteristic of a person.
BRANCHES = (("no_reply", "refused", "unknown", "other"), ("excluded_late", "excluded_few"))
LABELS = ("Refused or another reason", "Too late, or too few questions answered")
LEFT_BEFORE = ("ineligible", "on_list")


@dataclass(frozen=True)
class Study:
    """What disclosure control has to know beside the tables.

    Parameters
    ----------
    respondents
        Those who answered.
    staff
        Eligible staff, ``respondent`` among the columns.
    five_point
        Ordered items of four points or more.
    ordered
        Variables whose categories are in order.
    values
        Codes of the answers of each variable, in order.
    primary
        The primary scheme.
    asked_if
        Variable to the answers of earlier questions on which it was asked.
    made_from
        Variable that counts those routed past a question as 'no', to that question: their yes is the same.
    groupings
        Variables by whose levels estimates are published; left out: the group of the respondents.
    staff_weight
        For how many people each person on the list stands in the tables of weights: 1 where everybody was
        asked; None where it differs from person to person, so that these tables count nobody.
    claims
        The claims by key.
    sets
        Boxes of each question of which several answers may be ticked.
    numbers
        Questions answered with a number.
    models
        The models of the configuration.
    base_filters
        Base to the answers on which somebody belongs to it.
    curves
        Claim to its share at each response odds ratio, as a function of counts.
    scenarios
        Claim to its share at each multiple of the scenario, as a function of counts.
    """

    respondents: Respondents
    staff: pd.DataFrame
    five_point: list[str]
    ordered: list[str]
    values: Mapping[str, list[str]]
    primary: str
    asked_if: Mapping[str, Conditions] = field(default_factory=dict)
    made_from: Mapping[str, str] = field(default_factory=dict)
    groupings: tuple[str, ...] = ()
    staff_weight: float | None = 1.0
    claims: Mapping[str, AnyClaim] = field(default_factory=dict)
    sets: Mapping[str, list[str]] = field(default_factory=dict)
    numbers: Sequence[str] = ()
    models: Sequence[Modelled] = ()
    base_filters: Mapping[str, Conditions] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)

    @property
    def beside(self) -> str:
        """Variable of the scenario's answer; '' without a scenario."""
        return next((one.variable for one in self.scenarios.values()), "")


def release_all(
    private: Mapping[str, pd.DataFrame], study: Study, rules: Rules, *, audited: bool = True
) -> dict[str, Release]:
    """Release every table.

    Parameters
    ----------
    private
        Tables by name, each known to :data:`surveypipe.disclosure.kinds.KINDS`.
    study
        What is known beside them.
    rules
        Thresholds.
    audited
        Whether what follows from several tables together is hidden too. Off only in tests, to show that
        without it suppressed counts can be worked out.

    Returns
    -------
    dict
        Name to release, in the order of the registry.
    """
    estimates = _joined(private)
    hidden = resolution.not_shown(estimates, study.claims, study.primary) & audited
    made = _each_by_itself(private, estimates[~hidden], study, rules, together=audited)
    again = dict.fromkeys(estimates.loc[hidden, "variable"].astype(str))
    made[ESTIMATES].note(ESTIMATES, again, MERGED, "shown under the primary scheme alone")
    linked, limits = audit.Linked(beside=study.beside), resolution.limits_of(study.claims)
    ratios = [key for key, claim in study.claims.items() if claim.log_scale]
    if audited:
        magnitudes.hide_dominated(made[ESTIMATES], study.respondents, study.numbers, rules)
        own_estimates.hide_amounts(made[ESTIMATES], study.claims, study.respondents, study.numbers, rules)
        hide_models(made[ESTIMATES], study.models, study.respondents, rules)
        extremes.hide_alike(made[ESTIMATES], study.respondents, rules)
        extremes.hide_ends(made[ESTIMATES], study.respondents, study.numbers, rules)
        # Before the audit, which has to see what a reader sees.
        units = magnitudes.units(made[ESTIMATES].table, study.respondents)
        resolution.estimates(made[ESTIMATES], limits, units, ratios)
        told = made[ESTIMATES].table.copy()
        own = [key for key, claim in study.claims.items() if not claim.describes]
        described = private["claims"][~private["claims"]["claim"].isin(own)]
        for grouping in study.groupings or (study.respondents.group,):
            audit.audit_estimates(
                made[ESTIMATES],
                estimates,
                described,
                replace(study.respondents, group=grouping),
                study.values,
                study.primary,
                rules,
                study.asked_if,
                linked,
                told,
            )
        audit_groupings(made[ESTIMATES], estimates, study.respondents, study.groupings, study.values, rules)
        groupings = study.groupings or (study.respondents.group,)
        follow_filters(made[ESTIMATES], study.respondents, groupings, study.asked_if, study.base_filters)
        audit_amounts(made[ESTIMATES], study.respondents, groupings, rules)
        audit.follow_repeated(made[ESTIMATES], study.made_from, linked)
        audit.follow_sets(made[ESTIMATES], study.sets)
        own_estimates.follow_parts(made[ESTIMATES], study.claims, study.primary)
        audit.follow_estimates(made["claims"], made[ESTIMATES].table, linked, study.claims)
        own_estimates.follow_own(made["claims"], made[ESTIMATES].table, study.claims)
        own_estimates.hide_tests(made[ESTIMATES], made["claims"].table)
    _about_claims(made, private, study, rules, linked, audited)
    if audited:
        audit.audit_characteristics_of(
            made, private["table_1"], study.staff, study.respondents.group, rules,
            groupings=study.groupings, staff_weight=study.staff_weight,
        )  # fmt: skip
        others = {name: release for name, release in made.items() if name != ESTIMATES}
        to_units = {
            name: own_estimates.units_of(release.table, study.claims, study.respondents, study.primary)
            for name, release in others.items()
            if {"claim", "group", "group_level"} <= set(release.table)
        }
        resolution.apply(others, limits, rules.min_base, to_units, ratios)
    _repeat_counts(made)
    if rules.round_to:
        for name, release in made.items():
            made[name] = replace(release, table=round_counts(name, release.table, rules))
    return {name: made[name] for name in RELEASED_TABLES if name in made}


def _joined(private: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    parts = [private[name] for name in (ESTIMATES, *JOINED) if name in private]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _each_by_itself(
    private: Mapping[str, pd.DataFrame],
    estimates: pd.DataFrame,
    study: Study,
    rules: Rules,
    *,
    together: bool,
) -> dict[str, Release]:
    made = {
        ESTIMATES: release_estimates(
            estimates, rules, study.five_point, study.primary, together=together, made_from=study.made_from
        ),
        "claims": context.release_claims(private["claims"], rules, together=together),
        "table_1": release_characteristics(private["table_1"], rules, study.ordered, groups=study.groupings),
        "flow": release_flow(private["flow"], rules, BRANCHES, LABELS, LEFT_BEFORE),
        "weight_cells": release_cells(private["weight_cells"], rules),
        "response_cells": release_response_cells(private["response_cells"], rules),
    }
    made["weight_margins"] = release_margins(private["weight_margins"], rules, made["table_1"].table)
    made["response_rates"] = release_rates(private["response_rates"], made["flow"].table)
    for name, kind in KINDS.items():
        if kind == "passed_on" and name in private:
            made[name] = Release(private[name].assign(status=RELEASED), log_frame([]))
    return made


def _about_claims(
    made: dict[str, Release],
    private: Mapping[str, pd.DataFrame],
    study: Study,
    rules: Rules,
    linked: audit.Linked,
    audited: bool,
) -> None:
    claims = made["claims"].table
    for name, kind in KINDS.items():
        if name not in private or kind not in ("about_claims", "curves", "with_bases", "nonresponse"):
            continue
        if kind == "nonresponse":
            shifts = resolution.shifts_not_shown(private[name], study.primary)
            made[name] = context.release_nonresponse(private[name][~shifts], claims, rules)
        else:
            made[name] = context.release_with_claims(private[name], claims, name)
            # Not for the analysis of non-response, whose column of that name says what a row measures.
            context.release_measures(made[name], made[ESTIMATES].table, name)
        if kind == "curves" and audited:
            audit_curves(made[name], claims, study.curves, linked.headlines, rules)
        if kind == "with_bases":
            made[name] = context.release_bases(made[name], rules, name)
        if linked.left_out and "scheme" in made[name].table:
            audit.drop_left_out(made[name], claims, linked, name)
        if audited and name in ("nonresponse", "ledger_context"):
            audit_links.drop_links(made[name], claims, made[ESTIMATES].table, study.primary, name)
        if audited and kind == "nonresponse":
            audit_links.drop_links_of_small_parts(made[name], study.claims, study.respondents, rules)
    if audited and study.scenarios:
        told = told_of(study.curves, study.scenarios, made["explorer"].table)
        withhold(made, given_away(told, linked.headlines, study.respondents, rules))


def _repeat_counts(made: dict[str, Release]) -> None:
    """Let the estimates say of counts and rates what their own tables say."""
    release = made[ESTIMATES]
    flow, rates = made["flow"].table, made["response_rates"].table
    release.table = align(release.table, "count", flow, name="stage", value="n", base="n")
    release.table = align(
        release.table, "response_rate", rates, name="rate", value="value", base="denominator"
    )


def log_of(releases: Mapping[str, Release]) -> pd.DataFrame:
    """Put the logs of all tables together."""
    return joined_logs(*(release.log for release in releases.values()))
