"""Two waves linked by person: who stayed, left, moved and came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveypipe.problems import Problems, shown

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
    before, after = (indexed(table, key)[group] for table in (first, second))
    shared = before.index.intersection(after.index)
    differ = before.loc[shared].astype(str) != after.loc[shared].astype(str)
    return tuple(sorted(shared[differ.to_numpy()]))


def indexed(table: pd.DataFrame, key: str) -> pd.DataFrame:
    """Index a table by person."""
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
        known = indexed(staff_second, key)[group].to_dict() | indexed(staff_first, key)[group].to_dict()
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
