"""Answers that follow from several groupings together.

Within one grouping a hidden group is safe from subtraction (:mod:`surveypipe.disclosure.audit_answers`). A
second grouping may give it back: where wards lie within hospitals, the wards of a hidden hospital add up to
it. So each hidden answer of a group is bounded once more from all that every grouping publishes; the unknown
counts are those of each answer in each combination of groups and weights. While too few values are possible,
a group of another grouping is hidden that has people in common with what is hidden, the smallest first. An
interval may hold no whole number but the true one, so that another one is looked for besides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from surveypipe.disclosure.answers import DESCRIPTIVE, SHARES
from surveypipe.disclosure.atoms import UNWEIGHTED
from surveypipe.disclosure.questions import (
    NO_GROUP,
    REST,
    WEIGHT_DECIMALS,
    Respondents,
    code_of,
    errors_by_part,
    exclusive,
    given_numbers,
    known_answers,
    parts_of,
)
from surveypipe.disclosure.release import RELEASED, SUPPRESSED, Release, blank
from surveypipe.disclosure.rules import Rules
from surveypipe.disclosure.together import Combinations, Place, Together, place_of
from surveypipe.identifiers import TOTAL

if TYPE_CHECKING:
    import pandas as pd

# Of more combinations of groups and weights than this, what the weights say is left out.
MOST_COMBINATIONS = 150


def audit_groupings(
    release: Release,
    private: pd.DataFrame,
    respondents: Respondents,
    groupings: Sequence[str],
    values: Mapping[str, list[str]],
    rules: Rules,
) -> None:
    """Hide what would give away, with the help of another grouping, an answer that a group hides.

    Parameters
    ----------
    release
        Released estimates, audited within each grouping; changed.
    private
        The same before.
    respondents
        Those who answered.
    groupings
        Variables by whose levels estimates are published.
    values
        Codes of each variable's answers, in order.
    rules
        Thresholds.
    """
    known = [name for name in groupings if name in respondents.answers]
    if len(known) < 2:
        return
    combined = _combinations(respondents, known)
    table = release.table
    for variable, base in _with_hidden(table, known):
        if variable not in respondents.answers:
            continue
        mine = (table["variable"] == variable) & (table["base"] == base)
        asked = list(_questions(table[mine], private, (variable, base), respondents, combined, known, values))
        if any(question.secret(place, rules) for question, hidden in asked for place in hidden):
            _hide_totals(release, mine)
        for partner in _given_away(asked, rules):
            _hide(release, mine, *partner)
            name = "|".join([variable, base, "", partner[1]])
            release.note("estimates", [name], SUPPRESSED, "would give away a group of another grouping")


def _given_away(asked: Iterable[tuple[Together, list[Place]]], rules: Rules) -> Iterator[tuple[str, str]]:
    """List groups of one grouping that have to be hidden with those of another."""
    gone = set[tuple[str, str]]()
    for question, hidden in asked:
        secrets = [place for place in hidden if question.secret(place, rules)]
        question.forget(gone)
        while (place := question.exposed(secrets, rules)) is not None:
            partner = question.partner(place, hidden)
            if partner is None:
                break
            gone.add(partner)
            question.forget(gone)
            yield partner


def _combinations(respondents: Respondents, groupings: Sequence[str]) -> Combinations:
    """Put respondents together by their groups and weights."""
    schemes = [str(name) for name in respondents.weights if str(name).startswith("w_")]
    people = respondents.answers[["id", *groupings]].merge(respondents.weights[["id", *schemes]], on="id")
    for name in groupings:
        people[name] = people[name].map(code_of).fillna(NO_GROUP)
    people[schemes] = people[schemes].round(WEIGHT_DECIMALS)
    first = people[[*groupings, *schemes]].drop_duplicates(ignore_index=True)
    if len(first) > MOST_COMBINATIONS:
        schemes = [name for name in schemes if first[name].nunique() == 1]
        first = people[[*groupings, *schemes]].drop_duplicates(ignore_index=True)
    weights = {name.removeprefix("w_"): first[name].astype(float).tolist() for name in schemes}
    weights[UNWEIGHTED] = [1.0] * len(first)
    number = people.groupby([*groupings, *schemes], sort=False, dropna=False).ngroup()
    sizes = number.value_counts().sort_index().astype(float).tolist()
    groups = [{str(k): str(v) for k, v in row.items()} for row in first[list(groupings)].to_dict("records")]
    of = dict(zip(people["id"].astype(str), number.astype(int), strict=True))
    return Combinations(groups, weights, sizes, of, *errors_by_part(respondents, of))


def _with_hidden(table: pd.DataFrame, groupings: Sequence[str]) -> list[tuple[str, str]]:
    """Questions of which some group hides a share while two groupings have any."""
    shares = table[(table["statistic"] == "proportion") & table["group"].isin(list(groupings))]
    found = []
    for (variable, base), rows in shares.groupby(["variable", "base"], sort=False):
        if (rows["status"] == SUPPRESSED).any() and rows["group"].nunique() > 1:
            found.append((str(variable), str(base)))
    return found


def _questions(
    rows: pd.DataFrame,
    private: pd.DataFrame,
    named: tuple[str, str],
    respondents: Respondents,
    combined: Combinations,
    groupings: Sequence[str],
    values: Mapping[str, list[str]],
) -> Iterator[tuple[Together, list[Place]]]:
    """Give the question, or of themes one for each, and the places that it hides."""
    whole = private[(private["variable"] == named[0]) & (private["base"] == named[1])]
    whole = whole[(whole["statistic"] == "proportion") & (whole["scheme"] == UNWEIGHTED)]
    whole = whole[whole["group"].isin(["overall", *groupings])]
    counts = {place_of(row): (float(row["n_level"]), float(row["n"])) for row in whole.to_dict("records")}
    rows = rows[(rows["statistic"] == "proportion") & rows["group"].isin(["overall", *groupings])]
    told = [(place_of(row), row) for row in rows.to_dict("records")]
    overall = {place.level: count for place, count in counts.items() if not place.grouping}
    size = max(n for _, n in overall.values())
    part = respondents.answers["id"].astype(str).map(combined.of)
    for levels in exclusive({level: gave for level, (gave, _) in overall.items()}, size):
        shown, hidden = dict[tuple[Place, str], Mapping[Any, Any]](), dict[Place, None]()
        for place, row in told:
            if place not in counts or place.level not in levels:
                continue
            if row["status"] == RELEASED:
                shown[place, str(row["scheme"])] = row
            elif place.grouping:
                hidden[place] = None
        parts = parts_of(levels, values.get(named[0], []))
        gave = {level: overall[level][0] for level in levels}
        known = known_answers(*named, part, respondents, parts, gave) if REST not in parts else {}
        question = Together(shown, parts, combined, counts, known)
        question.given = given_numbers(*named, question, respondents)
        yield question, list(hidden)


def _hide_totals(release: Release, mine: pd.Series) -> None:
    """Empty how many people of each group gave an answer: wards add up to their hospital."""
    table = release.table
    totals = mine & (table["statistic"] == TOTAL) & (table["group"] != "overall")
    totals &= table["status"] == RELEASED
    reason = "would give away a group of another grouping"
    release.hide("estimates", totals, reason)


def _hide(release: Release, mine: pd.Series, grouping: str, group: str) -> None:
    """Empty what is told of a group, and what compares it with others."""
    table = release.table
    about = mine & (table["group"] == grouping) & (table["status"] == RELEASED)
    compared = ~table["statistic"].str.startswith(DESCRIPTIVE) & ~table["statistic"].isin(SHARES)
    blank(table, about & ((table["group_level"].fillna("").astype(str) == group) | compared))
