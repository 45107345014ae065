"""What follows from all released tables together, and what is hidden so that it does not.

The order matters: answers first, because a claim goes with its estimate and every table about a claim with
the claim; then the counts of staff and respondents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from surveypipe.disclosure import audit_answers, audit_characteristics
from surveypipe.disclosure.answers import repeats
from surveypipe.disclosure.audit_answers import COARSE, Place
from surveypipe.disclosure.characteristics import check_lost
from surveypipe.disclosure.context import CLAIM_KEYS, suppress_claims
from surveypipe.disclosure.questions import Respondents, questions
from surveypipe.disclosure.release import RELEASED, ROUNDED, SUPPRESSED, Release, blank, places_of
from surveypipe.disclosure.rules import Rules

if TYPE_CHECKING:
    import pandas as pd

# Weighted estimates in the tables of the claims. What is configured, tests and shares of all staff
# (which tell the unweighted count for all and nothing of a group) stay as they are.
WEIGHTED_IN_CLAIMS = re.compile(
    "estimate(?!_none)|se$|ci_|scheme_|reader_|tipping_|least|greatest|largest_shift$|deciding_|phi_|"
    "weighting_shift$"
)


# Tell the unweighted count for all staff: y / n, y / N and (y + N - n) / N.
UNWEIGHTED_IN_CLAIMS = ("estimate_none", "bound_low", "bound_high")


@dataclass
class Linked:
    """What was found about questions, for the tables that repeat them.

    Parameters
    ----------
    decimals
        Variable and base of the questions whose numbers were rounded, with the decimals left.
    unweighted
        Those of which the unweighted share was rounded too, and so must be what tells it.
    split
        Variable and base of those with an answer suppressed in a group.
    left_out
        Variable, base, scheme and group of estimates left out.
    """

    decimals: dict[tuple[str, str], int] = field(default_factory=dict)
    unweighted: set[tuple[str, str]] = field(default_factory=set)
    split: set[tuple[str, str]] = field(default_factory=set)
    left_out: set[tuple[str, str, str, str]] = field(default_factory=set)


def audit_estimates(
    release: Release,
    private: pd.DataFrame,
    claims: pd.DataFrame,
    respondents: Respondents,
    values: Mapping[str, list[str]],
    primary: str,
    rules: Rules,
    asked_if: Mapping[str, Mapping[str, str]] | None = None,
    linked: Linked | None = None,
    told: pd.DataFrame | None = None,
) -> Linked:
    """Hide what would give away a suppressed answer, question by question, within one grouping.

    Parameters
    ----------
    release
        Released estimates; changed.
    private
        The same before.
    claims
        With ``variable, level, base`` of each headline.
    respondents, values, primary
        As in :func:`questions`.
    rules
        Thresholds.
    asked_if
        As in :func:`questions`.
    linked
        What was found within another grouping; what is found here is added.
    told
        Released estimates before any audit; left out: as they are. What another grouping made coarse must not
        be taken for exact.
    """
    linked = Linked() if linked is None else linked
    headlines = {(str(row.variable), str(row.base)) for row in claims.itertuples()}
    for question in questions(
        private, release.table if told is None else told, respondents, values, primary, asked_if
    ):
        key = (question.variable, question.base)
        kept = {p for p in question.published() if not p.group} if key in headlines else set()
        remedy = audit_answers.protect(question, rules, kept)
        audit_answers.apply(release, remedy)
        if question.decimals is not None:
            linked.decimals[key] = min(question.decimals, linked.decimals.get(key, question.decimals))
        if question.all_rounded:
            linked.unweighted.add(key)
        linked.left_out |= {(*key, scheme, group) for scheme, group in question.left_out}
        if any(place.group for place in lost_places(release.table, question.variable, question.base)):
            linked.split.add(key)
    return linked


def follow_repeated(
    release: Release, made_from: Mapping[str, str], headlines: set[str], primary: str, linked: Linked
) -> None:
    """Hide what repeats a question where the audit hid the question, scheme by scheme.

    Parameters
    ----------
    release
        Released estimates; changed.
    made_from
        As in :func:`surveypipe.disclosure.answers.release_estimates`.
    headlines
        Variables of the claims, whose published estimate over all staff stays.
    primary
        The primary scheme.
    linked
        What was found about questions; what is left out here is added.
    """
    table = release.table
    for _ in made_from:
        more = repeats(table, table["status"] == SUPPRESSED, made_from) & (table["status"] != SUPPRESSED)
        headline = table["variable"].isin(headlines) & (table["scheme"] == primary)
        more &= ~(headline & (table["group"] == "overall"))
        if not more.any():
            return
        for row in table.loc[more].fillna({"group_level": ""}).itertuples():
            linked.left_out.add((str(row.variable), str(row.base), str(row.scheme), str(row.group_level)))
        reason = "repeats a question that is suppressed there"
        release.note("estimates", table.loc[more, "estimate_id"], SUPPRESSED, reason)
        blank(table, more)


def lost_places(table: pd.DataFrame, variable: str, base: str) -> set[Place]:
    """Answers of a question that the released estimates show under no scheme."""
    mine = (table["variable"] == variable) & (table["base"] == base) & (table["statistic"] == "proportion")
    rows = table.loc[mine, ["level", "group_level", "status"]].fillna("").astype(str)
    made: dict[str, set[Place]] = {status: set() for status in (RELEASED, SUPPRESSED)}
    for level, group, status in rows.itertuples(index=False):
        made[status].add(Place(level, group))
    return made[SUPPRESSED] - made[RELEASED]


def follow_estimates(claims: Release, estimates: pd.DataFrame, linked: Linked) -> None:
    """Let the claims hide what the estimates hide."""
    hidden = estimates[estimates["status"] == SUPPRESSED]
    hidden = hidden[hidden["statistic"].isin(["proportion", "mean"])]
    keys = ["variable", "base", "group_level"]
    if "scheme_primary" in claims.table and "scheme" in hidden:
        hidden = hidden[hidden["scheme"].isin(set(claims.table["scheme_primary"].dropna()))]
    in_group = claims.table["group_level"].fillna("").astype(str) != ""
    gone = in_group & places_of(claims.table, keys).isin(set(places_of(hidden, keys)))
    gone &= claims.table["status"] == RELEASED
    suppress_claims(claims, gone, "the estimate is suppressed")
    for variable, base, scheme, group in sorted(linked.left_out):
        column = f"estimate_{scheme}"
        level = claims.table["group_level"].fillna("").astype(str)
        mine = (claims.table["variable"] == variable) & (claims.table["base"] == base) & (level == group)
        for name in [c for c in (column, "scheme_low", "scheme_high") if c in claims.table]:
            claims.table[name] = claims.table[name].where(~mine)
    rounded = decimals_of(claims.table, linked.decimals)
    round_claims(claims, rounded, "claims")
    exact = decimals_of(claims.table, dict.fromkeys(linked.unweighted, COARSE))
    for column in [c for c in UNWEIGHTED_IN_CLAIMS if c in claims.table]:
        mine = claims.table["claim"].isin(list(exact))
        claims.table[column] = claims.table[column].where(~mine, claims.table[column].round(COARSE))


def claims_of(claims: pd.DataFrame, questions_of: set[tuple[str, str]]) -> set[str]:
    """Claims whose estimand is one of some questions."""
    return {str(r.claim) for r in claims.itertuples() if (str(r.variable), str(r.base)) in questions_of}


def decimals_of(claims: pd.DataFrame, questions_of: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Claims whose estimand is one of some questions, with the decimals left to it."""
    return {
        str(r.claim): questions_of[str(r.variable), str(r.base)]
        for r in claims.itertuples()
        if (str(r.variable), str(r.base)) in questions_of
    }


def round_claims(release: Release, decimals: Mapping[str, int], table: str) -> None:
    """Round what a table says of some claims as the estimates of the same question were rounded."""
    made = release.table
    columns = [c for c in made.select_dtypes("float").columns if WEIGHTED_IN_CLAIMS.match(c)]
    for name, places in sorted(decimals.items()):
        mine = made["claim"] == name
        for column in columns:
            made[column] = made[column].where(~mine, made[column].round(places))
        if mine.any():
            release.note(table, [name], ROUNDED, "decimals would give away a group within a group")


def repeat_shifts(nonresponse: Release, context: Release, names: Iterable[str], primary: str) -> None:
    """Make the shift from weighting of rounded claims the difference of the rounded shares beside it."""
    table, beside = nonresponse.table, context.table
    place = places_of(table, CLAIM_KEYS)
    mine = (table["step"] == "weighting") & table["claim"].isin(list(names))
    before = table["estimate"].groupby(place.where(mine & (table["measure"] == "before"))).first()
    after = (
        table["estimate"]
        .groupby((place + "|" + table["scheme"].fillna("")).where(mine & (table["measure"] == "after")))
        .first()
    )
    shift = mine & (table["measure"] == "shift")
    made = (place + "|" + table["scheme"].fillna("")).map(after) - place.map(before)
    table["estimate"] = table["estimate"].where(~shift, made)
    here = places_of(beside, CLAIM_KEYS)
    again = here.map(made[shift & (table["scheme"] == primary)].groupby(place).first())
    beside["weighting_shift"] = beside["weighting_shift"].where(again.isna(), again)


def drop_split(release: Release, names: set[str], table: str) -> None:
    """Leave out what would tell the groups of a claim apart that the estimates do not show."""
    gone = release.table["claim"].isin(names)
    release.note(table, release.table.loc[gone, "claim"], SUPPRESSED, "an answer of a group is suppressed")
    release.table = release.table.loc[~gone].reset_index(drop=True)


def audit_characteristics_of(
    releases: Mapping[str, Release],
    private: pd.DataFrame,
    staff: pd.DataFrame,
    group: str,
    schemes: Mapping[str, Any],
    rules: Rules,
    *,
    weighted_staff: bool = False,
) -> None:
    """Hide rows of any table that would give away a count of staff or respondents.

    Parameters
    ----------
    releases
        Released tables; changed.
    private
        Table 1 before.
    staff
        Eligible staff: variables of the staff list and ``respondent``.
    group
        The variable whose levels are the published groups.
    schemes
        Weighting schemes of the configuration.
    rules
        Thresholds.
    weighted_staff
        As in :class:`surveypipe.disclosure.tables.Study`.

    Raises
    ------
    SurveyError
        If too much of Table 1 is lost by it.
    """
    variables = _variables(private, staff, group, schemes)
    counts = audit_characteristics.staff_counts(
        staff, variables, group, releases, schemes, rules, weighted_staff=weighted_staff
    )
    audit_characteristics.apply(releases, counts.protect())
    sizes = staff.groupby(staff[group].astype(str))["respondent"].sum()
    groups = {str(level): float(n) for level, n in sizes.items()}
    table_1 = releases["table_1"].table
    for variable in [v for v in table_1["variable"].unique() if v not in variables]:
        told = audit_characteristics.answered_counts(variable, private, table_1, groups, rules)
        audit_characteristics.apply(releases, told.protect())
    _coarsen_split(releases)
    check_lost(releases["table_1"].table, rules)


def _variables(
    private: pd.DataFrame, staff: pd.DataFrame, group: str, schemes: Mapping[str, Any]
) -> Sequence[str]:
    used = [group, *private["variable"].unique()]
    for scheme in schemes.values():
        used += [*scheme.get("by", []), *scheme.get("margins", [])]
    return [name for name in dict.fromkeys(str(v) for v in used) if name in staff]


def _coarsen_split(releases: Mapping[str, Release]) -> None:
    """Round the weighted share of a level that a group does not show: weights differ between groups."""
    release = releases["table_1"]
    table = release.table
    hidden = (table["status"] == SUPPRESSED) & (table["group"] != "overall")
    split = places_of(table, ["variable", "level"]).isin(set(places_of(table[hidden], ["variable", "level"])))
    where = split & (table["group"] == "overall") & (table["status"] != SUPPRESSED)
    table["percent"] = table["percent"].where(~where, table["percent"].round(0))
    places = places_of(table[where], ["variable", "level"])
    release.note("table_1", places, ROUNDED, "decimals would give away a suppressed cell")
    margins = releases["weight_margins"]
    same = places_of(margins.table, ["variable", "level"]).isin(set(places))
    blank(margins.table, same)
    margins.note("weight_margins", places_of(margins.table[same], ["variable", "level"]), SUPPRESSED,
                 "would give away a suppressed cell")  # fmt: skip
