"""Two waves of one survey: who is in both, and how the answers of those people changed.

A change is estimated from people who answered both times, for the staff who were on both lists. Answering
both times is treated as a second phase of simple random sampling within cells of those staff, as in
:mod:`surveypipe.design.variance`; the outcome is the difference between a person's two answers, so that its
variance has their correlation built in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import ArrayLike

from surveypipe.design.intervals import t_interval
from surveypipe.design.variance import VarianceTable, second_phase_means
from surveypipe.panel.linking import indexed
from surveypipe.panel.power import team_change_test
from surveypipe.problems import Problems, SurveyError, shown
from surveypipe.study.weighting import Scheme, Weighting

if TYPE_CHECKING:
    import pandas as pd


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
        own = indexed(first, id)[by].astype(str).loc[list(before.index)].to_numpy()
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
        own = indexed(table, key)
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
        See :func:`surveypipe.weighting.schemes.compute_schemes`.

    Returns
    -------
    weights, cells, n_pop
        As :func:`change` takes them.

    Raises
    ------
    SurveyError
        If nobody answered both times, or neither scheme makes weighting classes.
    """
    from surveypipe.weighting.schemes import compute_schemes

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
    kept = {key: _plain_cells(weighting.schemes[key]) for key in dict.fromkeys(classes)}
    chosen = Weighting(schemes=kept, primary=classes[0], fallback=classes[-1])
    made = compute_schemes(stayers, chosen, group=group)
    table, scheme = made.weights.set_index("id"), made.primary
    rows = made.cells[made.cells["scheme"] == scheme]
    sizes = dict(zip(rows["cell"].astype(str), rows["N"].astype(float), strict=True))
    return table[f"w_{scheme}"], table[f"cell_{scheme}"], sizes


def _plain_cells(scheme: Scheme) -> Scheme:
    """Weight everybody in a cell alike: what smoothing adds to a variance has no formula for two waves."""
    if scheme.collapse is None:
        return scheme
    return replace(scheme, collapse=replace(scheme.collapse, inside="equal"))


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
    :func:`surveypipe.panel.power.team_change_test`. No weights: teams, not staff, are what was allocated.

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
    own = indexed(first, id).loc[ids]
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
