"""What follows from all released tables together, and what is hidden so that it does not.

The order matters: answers first, because a claim goes with its estimate and every table about a claim with
the claim; then the counts of staff and respondents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from surveypipe.disclosure import audit_answers, audit_characteristics
from surveypipe.disclosure.answers import repeats
from surveypipe.disclosure.atoms import UNWEIGHTED, Question
from surveypipe.disclosure.characteristics import check_lost
from surveypipe.disclosure.context import HEADLINE, suppress_claims
from surveypipe.disclosure.published_counts import COUNTED_STEPS, NAMING, as_text
from surveypipe.disclosure.questions import Conditions, Respondents, code_of, questions
from surveypipe.disclosure.release import RELEASED, ROUNDED, SUPPRESSED, Release, blank, places_of
from surveypipe.disclosure.rules import Rules
from surveypipe.identifiers import SHARE_OF_ANSWERS
from surveypipe.study.claims import AnyClaim

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class Linked:
    """What was found about questions, for the tables that repeat them.

    Parameters
    ----------
    left_out
        Variable, base, scheme and group of estimates left out.
    headlines
        Questions that the claims are about, as they are published, each with the part of each respondent.
    beside
        Variable of the scenario's answer, whose question is among the headlines too.
    """

    left_out: set[tuple[str, str, str, str]] = field(default_factory=set)
    headlines: list[tuple[Question, Mapping[str, int]]] = field(default_factory=list)
    beside: str = ""


def audit_estimates(
    release: Release,
    private: pd.DataFrame,
    claims: pd.DataFrame,
    respondents: Respondents,
    values: Mapping[str, list[str]],
    primary: str,
    rules: Rules,
    asked_if: Mapping[str, Conditions] | None = None,
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
    part_of = respondents.part_of()
    for question in questions(
        private, release.table if told is None else told, respondents, values, primary, asked_if
    ):
        key = (question.variable, question.base)
        kept = {p for p in question.published() if not p.group} if key in headlines else set()
        remedy = audit_answers.protect(question, rules, kept)
        audit_answers.apply(release, remedy)
        linked.left_out |= {(*key, scheme, group) for scheme, group in question.left_out}
        if key in headlines or question.variable == linked.beside:
            linked.headlines.append((question, part_of))
    _means_beside_hidden_groups(release, respondents.group, primary, linked)
    return linked


def _means_beside_hidden_groups(release: Release, group: str, primary: str, linked: Linked) -> None:
    """Show a mean under the primary scheme alone where a group's is hidden.

    The mean of all staff under two schemes is two equations for the same sums of the groups: with the other
    groups' means they give the hidden one.
    """
    table = release.table
    means = table["statistic"] == "mean"
    hidden = means & (table["group"] == group) & (table["status"] == SUPPRESSED)
    again = means & table["variable"].isin(set(table.loc[hidden, "variable"])) & (table["scheme"] != primary)
    again &= table["status"] != SUPPRESSED
    for row in table[again].fillna({"group_level": ""}).itertuples():
        linked.left_out.add((str(row.variable), str(row.base), str(row.scheme), str(row.group_level)))
    reason = "this scheme beside another would give away a group"
    release.hide("estimates", again, reason)


def follow_repeated(release: Release, made_from: Mapping[str, str], linked: Linked) -> None:
    """Hide what repeats a question where the audit hid the question, scheme by scheme.

    Parameters
    ----------
    release
        Released estimates; changed.
    made_from
        As in :func:`surveypipe.disclosure.answers.release_estimates`.
    linked
        What was found about questions; what is left out here is added.
    """
    table = release.table
    # Of everybody a number of people that is left out says nothing of the share beside it.
    tells = (table["group"] != HEADLINE) | (table["statistic"] == "proportion")
    for _ in made_from:
        hidden = (table["status"] == SUPPRESSED) & tells
        more = repeats(table, hidden, made_from) & (table["status"] != SUPPRESSED)
        if not more.any():
            return
        for row in table.loc[more].fillna({"group_level": ""}).itertuples():
            linked.left_out.add((str(row.variable), str(row.base), str(row.scheme), str(row.group_level)))
        reason = "repeats a question that is suppressed there"
        release.hide("estimates", more, reason)


def follow_sets(release: Release, sets: Mapping[str, Sequence[str]]) -> None:
    """Hide what part of all answers each box of a set is where the share of any box may not be read.

    The shares of respondents and of answers differ by one factor, which any other box tells.

    Parameters
    ----------
    release
        Released estimates; changed.
    sets
        Boxes of each set.
    """
    table = release.table
    overall = table["group_level"].fillna("").astype(str) == ""
    hidden = (table["statistic"] == "proportion") & overall & (table["status"] == SUPPRESSED)
    for boxes in sets.values():
        mine = table["variable"].isin(list(boxes))
        gone = mine & (table["statistic"] == SHARE_OF_ANSWERS) & (table["status"] != SUPPRESSED)
        few = mine & (table["statistic"] == SHARE_OF_ANSWERS) & (table["status"] == SUPPRESSED)
        if gone.any() and ((mine & hidden).any() or few.any()):
            reason = "a box of the set is suppressed"
            release.hide("estimates", gone, reason)


def follow_estimates(
    claims: Release, estimates: pd.DataFrame, linked: Linked, kinds: Mapping[str, AnyClaim]
) -> None:
    """Let the claims hide what the estimates hide; a claim whose own estimate is hidden is withheld."""
    hidden = estimates[estimates["status"] == SUPPRESSED]
    hidden = hidden[hidden["statistic"].isin(["proportion", "mean"])]
    keys = ["variable", "base", "group_level"]
    if "scheme_primary" in claims.table and "scheme" in hidden:
        hidden = hidden[hidden["scheme"].isin(set(claims.table["scheme_primary"].dropna()))]
    in_group = claims.table["group_level"].fillna("").astype(str) != ""
    gone = in_group & places_of(claims.table, keys).isin(set(places_of(hidden, keys)))
    own = [_own(kinds[str(row.claim)], str(row.base), hidden) for row in claims.table.itertuples()]
    gone |= ~in_group & np.array(own, bool)
    gone &= claims.table["status"] == RELEASED
    suppress_claims(claims, gone, "the estimate is suppressed")
    for variable, base, scheme, group in sorted(linked.left_out):
        column = f"estimate_{scheme}"
        level = claims.table["group_level"].fillna("").astype(str)
        mine = (claims.table["variable"] == variable) & (claims.table["base"] == base) & (level == group)
        for name in [c for c in (column, "scheme_low", "scheme_high") if c in claims.table]:
            claims.table[name] = claims.table[name].where(~mine)


def _own(claim: AnyClaim, base: str, hidden: pd.DataFrame) -> bool:
    """Whether the estimand of a claim is among some estimates; of one with rows of its own it is not."""
    if not claim.describes or hidden.empty:
        return False
    level = "" if claim.counted is None else code_of(claim.counted)
    mine = (hidden["variable"] == claim.variable) & (hidden["base"] == base)
    mine &= (hidden["statistic"] == claim.statistic) & (hidden["group"] == HEADLINE)
    return bool((mine & (hidden["level"].fillna("").astype(str) == level)).any())


def drop_left_out(release: Release, claims: pd.DataFrame, linked: Linked, table: str) -> None:
    """Leave out of a table by scheme what the estimates do not show of a claim under that scheme."""
    questions_of = {str(r.claim): (str(r.variable), str(r.base)) for r in claims.itertuples()}
    made = release.table
    keys = zip(made["claim"], made["scheme"], made["group_level"].fillna("").astype(str), strict=True)
    gone = np.array(
        [(*questions_of.get(str(c), ("", "")), s, g) in linked.left_out for c, s, g in keys], bool
    )
    # A shift tells the unweighted share beside the weighted one.
    unweighted = {(v, b, g) for v, b, s, g in linked.left_out if s == UNWEIGHTED}
    if "measure" in made:
        place = zip(made["claim"], made["group_level"].fillna("").astype(str), strict=True)
        telling = [(*questions_of.get(str(c), ("", "")), g) in unweighted for c, g in place]
        gone |= np.array(telling, bool) & (made["measure"] == "shift").to_numpy()
    release.note(table, made.loc[gone, "claim"], SUPPRESSED, "the estimate under this scheme is suppressed")
    release.table = made.loc[~gone].reset_index(drop=True)


def audit_characteristics_of(
    releases: Mapping[str, Release],
    private: pd.DataFrame,
    staff: pd.DataFrame,
    group: str,
    rules: Rules,
    *,
    groupings: Sequence[str] = (),
    staff_weight: float | None = 1.0,
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
    rules
        Thresholds.
    groupings, staff_weight
        As in :class:`surveypipe.disclosure.tables.Study`.

    Raises
    ------
    SurveyError
        If too much of Table 1 is lost by it.
    """
    variables = _variables(private, staff, group, releases)
    counts = audit_characteristics.staff_counts(
        staff, variables, group, releases, rules, staff_weight=staff_weight
    )
    audit_characteristics.apply(releases, counts.protect())
    if "nonresponse" in releases:
        audit_characteristics.hide_what_is_computed(releases["nonresponse"])
    sizes = staff.groupby(staff[group].astype(str))["respondent"].sum()
    groups = {str(level): float(n) for level, n in sizes.items()}
    table_1 = releases["table_1"].table
    for variable in [v for v in table_1["variable"].unique() if v not in variables]:
        told = audit_characteristics.answered_counts(variable, private, table_1, groups, rules)
        audit_characteristics.apply(releases, told.protect())
    _coarsen_split(releases)
    check_lost(releases["table_1"].table, rules, groupings)


def _variables(
    private: pd.DataFrame, staff: pd.DataFrame, group: str, releases: Mapping[str, Release]
) -> Sequence[str]:
    used = [group, *private["variable"].unique()]
    for table, column in NAMING.items():
        if table in releases:
            told = releases[table].table
            told = told[told["step"].isin(COUNTED_STEPS)] if "step" in told else told
            used += [name for names in told[column].unique() for name in as_text(names).split(":")]
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
