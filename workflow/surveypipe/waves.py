"""Two waves of one survey: who is in both, and how the answers of those people changed.

A change is estimated from people who answered both times, for the staff who were on both lists. Answering
both times is treated as a second phase of simple random sampling within cells of those staff, as in
:mod:`surveypipe.variance`; the outcome is the difference between a person's two answers, so that its variance
has their correlation built in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from surveypipe.intervals import t_interval
from surveypipe.power import team_change_test
from surveypipe.problems import Problems, SurveyError, shown
from surveypipe.study.weighting import Weighting
from surveypipe.variance import VarianceTable, second_phase_means

if TYPE_CHECKING:
    import pandas as pd

STATUSES = {
    "both": "Answered both times",
    "first_only": "Answered the first time only, still on the list (drop-out)",
    "left": "Answered the first time only, no longer on the list (left)",
    "second_only": "Answered the second time only, on the list before",
    "joined": "Answered the second time only, not on the list before (joined)",
    "neither": "On both lists, answered neither time",
}
MOVED = ("refuse", "set_aside", "keep")


@dataclass(frozen=True)
class Linked:
    """Two waves linked by person.

    Attributes
    ----------
    people
        One row per person on either list: id, status (a key of :data:`STATUSES`, or empty for somebody who
        was on one list only and did not answer), and the group if one was given.
    stayers
        Rows of the first list for staff on both lists, with `respondent`: whether both waves were answered.
        Those set aside because they moved are left out.
    moved
        Ids of people whose group differs between the waves.
    id
        Name of the column that identifies a person.
    """

    people: pd.DataFrame
    stayers: pd.DataFrame
    moved: tuple[str, ...]
    id: str

    @property
    def pairs(self) -> list[str]:
        """Ids of people who answered both times and count in a change, in order."""
        return sorted(self.stayers.loc[self.stayers["respondent"], self.id].astype(str))

    def counts(self, group: str | None = None) -> pd.DataFrame:
        """Count people by status: columns group, group_level, status, label, n."""
        import pandas as pd

        parts = [("overall", "", self.people)]
        if group:
            parts += [(group, str(level), block) for level, block in self.people.groupby(group)]
        rows = [
            (name, level, status, label, int((block["status"] == status).sum()))
            for name, level, block in parts
            for status, label in STATUSES.items()
        ]
        return pd.DataFrame(rows, columns=["group", "group_level", "status", "label", "n"])


def link_waves(
    first: pd.DataFrame,
    second: pd.DataFrame,
    id: str = "id",
    *,
    staff_first: pd.DataFrame,
    staff_second: pd.DataFrame,
    group: str | None = None,
    moved: str = "refuse",
) -> Linked:
    """Link the respondents of two waves by person, and account for everybody on the two lists.

    Parameters
    ----------
    first, second
        One row per respondent; the column `id` and, if `group` is given, that column too.
    id
        Column that identifies a person in all four tables.
    staff_first, staff_second
        The eligible staff of each wave.
    group
        Column that should not differ between the waves (the agency).
    moved
        What to do with people whose group differs: ``refuse`` (a problem), ``set_aside`` (they count as
        linked but not in a change) or ``keep`` (under the group of the first wave).

    Raises
    ------
    SurveyError
        With all problems: ids blank or twice, respondents not on their list, contradictory groups.
    """
    if moved not in MOVED:
        raise ValueError(f"moved is {moved!r}; it must be one of {MOVED}")
    tables = {"first wave": first, "second wave": second}
    lists = {"first wave": staff_first, "second wave": staff_second}
    problems = Problems()
    for wave in tables:
        _check_ids(tables[wave], id, f"{wave}, respondents", problems)
        _check_ids(lists[wave], id, f"{wave}, staff list", problems)
    problems.raise_if_any()
    for wave in tables:
        _check_on_list(tables[wave], lists[wave], id, wave, problems)
        if group:
            _check_own_group(tables[wave], lists[wave], id, group, wave, problems)
    movers = _movers(staff_first, staff_second, id, group) if group else ()
    if movers and moved == "refuse":
        problems.add(
            f"waves: {group} differs between the two staff lists for {len(movers)} people ({shown(movers)}). "
            "Correct the ids or the lists; if these people did move, set `moved` to set_aside or keep."
        )
    problems.raise_if_any()
    people = _people(first, second, staff_first, staff_second, id, group)
    return Linked(
        people, _stayers(people, staff_first, id, movers if moved == "set_aside" else ()), movers, id
    )


def _check_ids(table: pd.DataFrame, key: str, name: str, problems: Problems) -> None:
    if key not in table.columns:
        problems.add(f"waves: {name}: there is no column {key!r}; it has {shown(table.columns)}.")
        return
    blank = int((table[key].isna() | (table[key].astype(str).str.strip() == "")).sum())
    if blank:
        problems.add(
            f"waves: {name}: {key} is blank in {blank} rows; such people cannot be linked. Fill it in."
        )
    twice = sorted(set(table.loc[table[key].duplicated(), key].dropna().astype(str)))
    if twice:
        problems.add(
            f"waves: {name}: {len(twice)} ids occur more than once ({shown(twice)}); keep one row each."
        )


def _check_on_list(table: pd.DataFrame, staff: pd.DataFrame, key: str, wave: str, problems: Problems) -> None:
    unknown = sorted(set(table[key].astype(str)) - set(staff[key].astype(str)))
    if unknown:
        problems.add(
            f"waves: {wave}: {len(unknown)} respondents are not on the staff list of that wave "
            f"({shown(unknown)}); correct their ids or the list."
        )


def _check_own_group(
    table: pd.DataFrame, staff: pd.DataFrame, key: str, group: str, wave: str, problems: Problems
) -> None:
    if group not in table.columns:
        return
    differ = _movers(table, staff, key, group)
    if differ:
        problems.add(
            f"waves: {wave}: {group} of {len(differ)} respondents is not that of the staff list "
            f"({shown(differ)}); correct one of the two."
        )


def _movers(first: pd.DataFrame, second: pd.DataFrame, key: str, group: str) -> tuple[str, ...]:
    before, after = (_by_id(table, key)[group] for table in (first, second))
    shared = before.index.intersection(after.index)
    differ = before.loc[shared].astype(str) != after.loc[shared].astype(str)
    return tuple(sorted(shared[differ.to_numpy()]))


def _by_id(table: pd.DataFrame, key: str) -> pd.DataFrame:
    return table.set_index(table[key].astype(str))


def _people(
    first: pd.DataFrame,
    second: pd.DataFrame,
    staff_first: pd.DataFrame,
    staff_second: pd.DataFrame,
    key: str,
    group: str | None,
) -> pd.DataFrame:
    import pandas as pd

    answered = [set(table[key].astype(str)) for table in (first, second)]
    listed = [set(table[key].astype(str)) for table in (staff_first, staff_second)]
    ids = sorted(listed[0] | listed[1])
    status = [_status(*(person in found for found in (*answered, *listed))) for person in ids]
    people = pd.DataFrame({key: ids, "status": status})
    if group:
        known = _by_id(staff_second, key)[group].to_dict() | _by_id(staff_first, key)[group].to_dict()
        people[group] = [known[person] for person in ids]
    return people


def _status(answered_first: bool, answered_second: bool, listed_first: bool, listed_second: bool) -> str:
    if answered_first and answered_second:
        return "both"
    if answered_first:
        return "first_only" if listed_second else "left"
    if answered_second:
        return "second_only" if listed_first else "joined"
    return "neither" if listed_first and listed_second else ""


def _stayers(people: pd.DataFrame, staff_first: pd.DataFrame, key: str, aside: Sequence[str]) -> pd.DataFrame:
    status = people.set_index(key)["status"]
    own = staff_first[key].astype(str)
    on_both = own.map(status).isin(["both", "first_only", "second_only", "neither"]) & ~own.isin(list(aside))
    stayers = staff_first[on_both].copy()
    stayers[key] = stayers[key].astype(str)
    stayers["respondent"] = (stayers[key].map(status) == "both").to_numpy()
    return stayers.sort_values(key).reset_index(drop=True)


def change(
    first: pd.DataFrame,
    second: pd.DataFrame,
    variables: Sequence[str],
    weights: pd.Series,
    cells: pd.Series,
    n_pop: Mapping[str, float],
    *,
    id: str = "id",
    by: str | None = None,
    fpc: bool = True,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate the mean change of each variable among people with both answers.

    Parameters
    ----------
    first, second
        Respondents of each wave: `id`, the variables and, in the first, the column `by`.
    variables
        Numeric variables (a yes/no variable as 1 and 0: its change is a difference between shares).
    weights, cells
        Weight and response cell of each person who counts, indexed by id.
    n_pop
        Staff on both lists in each cell.
    by
        Column of the first wave for whose levels the change is estimated as well.
    fpc
        Finite-population correction: on to describe these staff, off to test or to generalise.
    level
        Level of the t intervals, on respondents less cells.

    Returns
    -------
    DataFrame
        variable, group, group_level, n (people with both answers), mean_first, mean_second, change, se, df,
        ci_low, ci_high, ci_level. Means are of the same people under the same weights.

    Raises
    ------
    SurveyError
        With all that is wrong of people, variables and cells.
    """
    before, after = _paired(first, second, variables, weights.index.astype(str), id)
    difference = after - before
    groups = [("overall", "", np.ones(len(before), dtype=bool))]
    if by:
        own = _by_id(first, id)[by].astype(str).loc[list(before.index)].to_numpy()
        groups += [(by, str(name), own == name) for name in np.unique(own)]
    rows = []
    for group, group_level, inside in groups:
        tables = []
        for values in (before, after, difference):
            # The two means are of those with both answers, so that they differ by the change.
            known = values.where(difference.notna()).to_numpy(float)
            tables.append(
                second_phase_means(known, cells, n_pop, weights=weights, fpc=fpc, domain=_wide(inside, known))
            )
        rows += _change_rows(variables, group, group_level, tables, level)
    return _frame(rows)


def _wide(inside: ArrayLike, like: Any) -> Any:
    return np.repeat(np.asarray(inside)[:, None], like.shape[1], axis=1)


def _paired(
    first: pd.DataFrame, second: pd.DataFrame, variables: Sequence[str], ids: Any, key: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers of both waves in the order of `ids`, or the problems in words."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    problems = Problems()
    found = []
    for wave, table in (("first", first), ("second", second)):
        own = _by_id(table, key)
        lost = sorted(set(ids) - set(own.index))
        if lost:
            problems.add(
                f"waves: {len(lost)} people with a weight did not answer the {wave} wave ({shown(lost)})."
            )
        absent = [name for name in variables if name not in own.columns]
        text = [
            name
            for name in variables
            if name not in absent and not (is_numeric_dtype(own[name]) or is_bool_dtype(own[name]))
        ]
        if absent:
            problems.add(f"waves: the {wave} wave has no variable {shown(absent)}; correct `variables`.")
        if text:
            problems.add(f"waves: {shown(text)} is text in the {wave} wave; a change needs numbers.")
        found.append(own)
    problems.raise_if_any()
    before, after = (table.loc[list(ids), list(variables)].astype(float) for table in found)
    return before, after


def _change_rows(
    variables: Sequence[str], group: str, group_level: str, tables: Sequence[VarianceTable], level: float
) -> list[tuple[Any, ...]]:
    before, after, difference = tables
    rows = []
    for column, name in enumerate(variables):
        one = difference[column]
        low, high = (float("nan"),) * 2
        if one.df > 0:
            low, high = (float(end) for end in t_interval(one.estimate, one.se, one.df, level=level))
        means = (before[column].estimate, after[column].estimate)
        rows.append((name, group, group_level, one.n, *means, one.estimate, one.se, one.df, low, high, level))
    return rows


def _frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    import pandas as pd

    names = "variable group group_level n mean_first mean_second change se df ci_low ci_high ci_level"
    return pd.DataFrame(rows, columns=names.split())


def pair_weights(
    stayers: pd.DataFrame, weighting: Weighting, *, group: str | None = None
) -> tuple[pd.Series, pd.Series, dict[str, float]]:
    """Weight people who answered both times to the staff on both lists, by the primary scheme or fallback.

    Parameters
    ----------
    stayers
        :attr:`Linked.stayers`, with the id in the column ``id``.
    weighting
        The section ``weighting`` of the configuration. Weighting classes only: where the primary scheme is of
        another method, the fallback is taken.
    group
        See :func:`surveypipe.weighting.compute_schemes`.

    Returns
    -------
    weights, cells, n_pop
        As :func:`change` takes them.

    Raises
    ------
    SurveyError
        If nobody answered both times, or neither scheme makes weighting classes.
    """
    from surveypipe.weighting import compute_schemes

    if not stayers["respondent"].any():
        raise SurveyError(
            "waves: nobody on both staff lists answered both times; are the ids of the two waves alike?"
        )
    classes = [
        role
        for role in (weighting.primary, weighting.fallback or weighting.primary)
        if weighting.schemes[role].method in ("poststratify", "none")
    ]
    if not classes:
        raise SurveyError(
            "waves: a change needs weighting classes, and neither weighting.primary nor weighting.fallback "
            "is of the method poststratify or none; name one as the fallback."
        )
    kept = {key: weighting.schemes[key] for key in dict.fromkeys(classes)}
    chosen = Weighting(schemes=kept, primary=classes[0], fallback=classes[-1])
    made = compute_schemes(stayers, chosen, group=group)
    table, scheme = made.weights.set_index("id"), made.primary
    rows = made.cells[made.cells["scheme"] == scheme]
    sizes = dict(zip(rows["cell"].astype(str), rows["N"].astype(float), strict=True))
    return table[f"w_{scheme}"], table[f"cell_{scheme}"], sizes


def compare_arms(
    first: pd.DataFrame,
    second: pd.DataFrame,
    variables: Sequence[str],
    *,
    team: str,
    arm: str,
    intervention: str,
    id: str = "id",
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare the change between two arms by the analysis that the study was planned with.

    Each team gives the mean change of its people with both answers, and teams are compared by
    :func:`surveypipe.power.team_change_test`. No weights: teams, not staff, are what was allocated.

    Parameters
    ----------
    first, second
        Respondents of each wave; `team` and `arm` are read from the first.
    variables
        Numeric variables.
    team, arm, intervention
        Columns of the team and the arm, and the arm that had the intervention.

    Returns
    -------
    DataFrame
        variable, n, teams_intervention, teams_control, difference, se, df, ci_low, ci_high, ci_level,
        p_value.

    Raises
    ------
    SurveyError
        If a team lies in both arms, or there are not exactly two arms of two teams or more.
    """
    import pandas as pd

    ids = sorted(set(first[id].astype(str)) & set(second[id].astype(str)))
    own = _by_id(first, id).loc[ids]
    _check_arms(own, team, arm, intervention)
    before, after = _paired(first, second, variables, pd.Index(ids), id)
    teams = (after - before).groupby([own[arm].astype(str), own[team].astype(str)]).mean()
    treated = teams.index.get_level_values(0) == intervention
    rows = []
    for name in variables:
        arms = [teams.loc[chosen, name].to_numpy(float) for chosen in (treated, ~treated)]
        test = team_change_test(*arms)
        low, high = t_interval(test.difference, test.se, test.df, level=level)
        n = int((after[name] - before[name]).notna().sum())
        measured = [int(np.isfinite(values).sum()) for values in arms]
        numbers = np.array([test.difference, test.se, test.df, low, high, level, test.p_value], dtype=float)
        rows.append((name, n, *measured, *numbers.tolist()))
    names = "variable n teams_intervention teams_control difference se df ci_low ci_high ci_level p_value"
    return pd.DataFrame(rows, columns=names.split())


def _check_arms(own: pd.DataFrame, team: str, arm: str, intervention: str) -> None:
    problems = Problems()
    pairs = own[[team, arm]].astype(str).drop_duplicates()
    both = sorted(pairs.loc[pairs[team].duplicated(), team])
    if both:
        problems.add(f"waves: the teams {shown(both)} are in more than one arm; each team has one.")
    teams = pairs.groupby(arm)[team].nunique()
    few = [str(name) for name, count in teams.items() if count < 2]
    if len(teams) != 2 or intervention not in teams.index:
        problems.add(
            f"waves: the column {arm!r} has {shown(teams.index)}; it must have two arms, one of them "
            f"{intervention!r}."
        )
    elif few:
        problems.add(
            f"waves: the arm {shown(few)} has a single team; a comparison of teams needs two or more."
        )
    problems.raise_if_any()
