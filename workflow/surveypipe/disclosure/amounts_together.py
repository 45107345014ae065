"""Means and totals that follow from those of other groups, of one grouping or several.

A mean times its people is a sum of what the parts of a group said. The parts are the combinations of groups
and weights; what each of them said in sum is unknown, between the least and the greatest answer of everybody.
Two linear programmes give the least and the greatest sum that agree with everything published: of each group
that is hidden for itself, of each combination of few, and of what two groups differ by where that is few.
While one is told too closely a group that has people in common with it is hidden, the smallest first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from surveypipe.disclosure.answers import DESCRIPTIVE, SHARES
from surveypipe.disclosure.magnitudes import SUMS, dominated, nearly_alike
from surveypipe.disclosure.questions import WEIGHT_DECIMALS, Respondents, code_of
from surveypipe.disclosure.release import SUPPRESSED, Release
from surveypipe.disclosure.rules import Rules

if TYPE_CHECKING:
    import pandas as pd

HALF = 0.005
# A mean of fewer than ten people is known that is told to within this part of the range of all answers; the
# sum of more, to within that of two.
CLOSE, FEW, OF_MANY = 0.25, 10, 8.0
# Of more combinations than this, each group is looked at without what other groupings say of it.
MOST_PARTS = 200


class Group(NamedTuple):
    """A group of a grouping; both are empty for everybody."""

    grouping: str
    level: str


@dataclass
class Amounts:
    """A number, and what is published of its sums.

    Parameters
    ----------
    parts
        Number of the part of each person who answered.
    inside
        Group to the people in it.
    values
        Their answers.
    weights
        Scheme to their weights.
    told
        Group and scheme of each sum that is published, to half the unit of its mean.
    """

    parts: np.ndarray
    inside: Mapping[Group, np.ndarray]
    values: np.ndarray
    weights: Mapping[str, np.ndarray]
    told: dict[tuple[Group, str], float]

    def targets(self, hidden: Collection[Group], rules: Rules) -> Iterator[np.ndarray]:
        """People of whom a sum may not be known: hidden groups, few in a part, few between two groups."""
        for group in hidden:
            if self.secret(self.inside[group], rules):
                yield self.inside[group]
        for number in range(self.parts.max(initial=-1) + 1):
            if 0 < (here := self.parts == number).sum() < rules.min_base:
                yield here
        told = {group for group, _ in self.told}
        for group, within in self.inside.items():
            for grouping in dict.fromkeys(other.grouping for other in self.inside):
                lying = [self.inside[one] for one in told if one.grouping == grouping != group.grouping]
                left = within & ~np.any(
                    [one for one in lying if not (one & ~within).any()] or [~within], axis=0
                )
                if 0 < left.sum() < rules.min_base:
                    yield left

    def secret(self, here: np.ndarray, rules: Rules) -> bool:
        """Whether the sum of some people may not be known: few, nearly alike, or one or two make it up."""
        own = self.values[here]
        if not len(own):
            return False
        return len(own) < rules.min_base or nearly_alike(own) or dominated(own, rules)

    def telling(self, here: np.ndarray) -> set[Group] | None:
        """List groups from whose sums that of some people follows; None where it keeps its room."""
        from scipy.optimize import linprog

        size = self.parts.max(initial=-1) + 1
        low, high = float(self.values.min()), float(self.values.max())
        counts = np.bincount(self.parts, minlength=size)
        bounds = list(zip(low * counts, high * counts, strict=True))
        left, right, keys = self._statements(size)
        cost = np.zeros(size)
        cost[np.unique(self.parts[here])] = 1.0
        ends = [linprog(s * cost, A_ub=left or None, b_ub=right or None, bounds=bounds) for s in (1.0, -1.0)]
        if any(end.status != 0 for end in ends):
            return {group for group, _ in self.told}
        people = float(here.sum())
        width = -sum(float(end.fun or 0.0) for end in ends) / (people if people < FEW else OF_MANY)
        if width >= CLOSE * (high - low):
            return None
        duals = np.abs(ends[0].ineqlin.marginals) + np.abs(ends[1].ineqlin.marginals)
        return {group for (group, _), dual in zip(keys, duals, strict=True) if dual > 1e-9}

    def _statements(self, size: int) -> tuple[list[np.ndarray], list[float], list[tuple[Group, str]]]:
        left, right, keys = [], [], []
        for (group, scheme), half in self.told.items():
            within, weights = self.inside[group], self.weights[scheme]
            row = np.zeros(size)
            np.maximum.at(row, self.parts[within], weights[within])
            total, whole = float(weights[within] @ self.values[within]), float(weights[within].sum())
            for side in (1.0, -1.0):
                left.append(side * row)
                right.append(side * total + half * whole + 1e-6 * (1 + abs(total)))
                keys.append((group, scheme))
        return left, right, keys

    def partner(self, here: np.ndarray) -> Group | None:
        """Smallest group that tells of some people; None where none does, or only everybody together."""
        telling = self.telling(here) or set()
        named = [group for group in telling if group.grouping]
        return min(named, key=lambda group: (int(self.inside[group].sum()), group), default=None)


def audit_amounts(release: Release, respondents: Respondents, groupings: Sequence[str], rules: Rules) -> None:
    """Hide means and totals from which one that may not be read could be worked out.

    Parameters
    ----------
    release
        Released estimates; changed.
    respondents
        Those who answered.
    groupings
        Variables by whose levels estimates are published.
    rules
        Thresholds.
    """
    table = release.table
    known = [name for name in groupings if name in respondents.answers]
    level = table["group_level"].fillna("").astype(str)
    whole = table["level"].fillna("").astype(str) == ""
    sums = table["statistic"].isin(SUMS) & whole & table["group"].isin(["overall", *known])
    sums &= table["variable"].isin(set(respondents.answers.columns))
    for (variable, base), rows in table[sums].groupby(["variable", "base"], sort=False):
        made = _amounts(rows, level[rows.index], respondents, known, str(variable), str(base))
        if made is None:
            continue
        told = {group for group, _ in made.told}
        hidden = [group for group in made.inside if group.grouping and group not in told]
        mine = (table["variable"] == variable) & (table["base"] == base)
        for group in hidden:
            if made.secret(made.inside[group], rules):
                _hide(release, mine, group.grouping, None, "compares groups of which one is suppressed")
        for here in list(made.targets(hidden, rules)):
            while (partner := made.partner(here)) is not None:
                made.told = {key: half for key, half in made.told.items() if key[0] != partner}
                _hide(release, mine, *partner, "a mean or total of another group would follow")


def _amounts(
    rows: pd.DataFrame,
    level: pd.Series,
    respondents: Respondents,
    groupings: Sequence[str],
    variable: str,
    base: str,
) -> Amounts | None:
    people = respondents.answers[respondents.inside(base)]
    people = people[people[variable].notna()]
    schemes = [str(name) for name in respondents.weights if str(name).startswith("w_")]
    # An amount may make groups too.
    own = list(dict.fromkeys([variable, *groupings]))
    people = people[["id", *own]].merge(respondents.weights[["id", *schemes]], on="id")
    if people.empty:
        return None
    groups = people[list(groupings)].map(code_of).fillna("") if groupings else people[[]]
    keys = groups.join(people[schemes].round(WEIGHT_DECIMALS))
    # Without groups and without weights everybody is of one part.
    columns = list(keys.columns)
    parts = keys.groupby(columns, dropna=False).ngroup().to_numpy() if columns else np.zeros(len(keys), int)
    if parts.max() >= MOST_PARTS:
        return None
    inside = {Group("", ""): np.ones(len(people), bool)}
    for name in groupings:
        inside |= {Group(name, code): (groups[name] == code).to_numpy() for code in groups[name].unique()}
    told: dict[tuple[Group, str], float] = {}
    weights = {name.removeprefix("w_"): people[name].to_numpy(float) for name in schemes}
    shown = rows["status"] != SUPPRESSED
    for row, code in zip(rows[shown].to_dict("records"), level[shown], strict=True):
        group = Group("" if row["group"] == "overall" else str(row["group"]), code)
        if group in inside and str(row["scheme"]) in weights:
            told[group, str(row["scheme"])] = HALF
    return Amounts(parts, inside, people[variable].to_numpy(float), weights, told)


def _hide(release: Release, mine: pd.Series, grouping: str, level: str | None, reason: str) -> None:
    """Empty the sums of a group, and what compares the groups of its grouping."""
    table = release.table
    described = table["statistic"].str.startswith(DESCRIPTIVE) | table["statistic"].isin(SHARES)
    own = table["group_level"].fillna("").astype(str)
    # A change of a group is told of the group; what compares two has no level, or names both.
    compared = ~described & ~own.isin(set(own[mine & described & (own != "")]))
    gone = compared if level is None else compared | (table["statistic"].isin(SUMS) & (own == level))
    gone &= mine & (table["group"] == grouping) & (table["status"] != SUPPRESSED)
    release.hide("estimates", gone, reason)
