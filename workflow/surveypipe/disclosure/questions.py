"""The questions that disclosure control looks at together: every share of an answer, with its base."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from surveypipe.disclosure.atoms import HALF, MOST_ATOMS, UNWEIGHTED, Atom, Place, Question, Strata, finest
from surveypipe.disclosure.digits import unit_for
from surveypipe.disclosure.errors import strata_of
from surveypipe.disclosure.members import ErrorsOf, Members
from surveypipe.disclosure.release import RELEASED, places_of
from surveypipe.study.poles import CATEGORIES, parted

if TYPE_CHECKING:
    import pandas as pd

    from surveypipe.disclosure.together import Together

# Weights that agree to so many decimals are the same: iteration leaves the last digits to chance.
WEIGHT_DECIMALS = 7
# Whoever did not give an answer of which several could be given.
REST = "not this one"
# Question to the answers of it on which something was asked.
Conditions = Mapping[str, Sequence[str]]
# Whoever belongs to none of the published groups. Levels of a group are never empty.
NO_GROUP = ""


@dataclass(frozen=True)
class Respondents:
    """Those who answered, with what disclosure control needs to know of each.

    Parameters
    ----------
    answers
        One row per respondent: ``id``, the group and every variable.
    weights
        ``id`` and ``w_<scheme>`` for each scheme.
    group
        Name of the variable whose levels are the published groups.
    bases
        Base -> ids of the respondents who are in it, for questions that are not asked of all.
    everybody_asked
        Whether nobody was drawn: errors then follow from the cells of response alone.
    errors
        Scheme to what computes its errors, of answers in the order of the weights.
    """

    answers: pd.DataFrame
    weights: pd.DataFrame
    group: str
    bases: Mapping[str, frozenset[str]] = field(default_factory=dict)
    everybody_asked: bool = True
    errors: Mapping[str, ErrorsOf] = field(default_factory=dict)

    def inside(self, base: str) -> pd.Series:
        """Whether each of the answers is of somebody in a base."""
        if base not in self.bases:
            return self.answers["id"].notna()
        return self.answers["id"].astype(str).isin(self.bases[base])

    def size(self, base: str, level: str) -> float:
        """Count the respondents of a base in a group ('' is all)."""
        inside = self.inside(base)
        return float(
            (inside & (self.answers[self.group].map(code_of) == level)).sum() if level else inside.sum()
        )

    def numbers(self, variable: str, base: str, grouping: str, level: str) -> np.ndarray:
        """Give the answers to a question in a base and a group ('' is all), as numbers."""
        people = self.answers[self.inside(base)]
        if level:
            people = people[people[grouping].map(code_of) == level]
        return people[variable].dropna().to_numpy(float)

    def people(self, scheme: str, grouping: str, level: str) -> float:
        """Sum of the weights in a group ('' is all), whether or not its members answered a question."""
        weights = self.weights.set_index("id")[f"w_{scheme}"].astype(float)
        if not level:
            return float(weights.sum())
        groups = self.answers.set_index("id")[grouping].map(code_of)
        return float(weights[weights.index.isin(groups.index[groups == level])].sum())

    def atoms(self) -> pd.DataFrame:
        """Give the atom of each respondent (``atom``), beside the weights that its members share."""
        schemes = [c for c in self.weights.columns if c.startswith("w_")]
        people = self.answers[["id", self.group]].merge(self.weights[["id", *schemes]], on="id", how="left")
        people[schemes] = people[schemes].round(WEIGHT_DECIMALS)
        people[self.group] = people[self.group].map(code_of).fillna(NO_GROUP)
        people["atom"] = people.groupby([self.group, *schemes], sort=True, dropna=False).ngroup()
        if people["atom"].nunique() > MOST_ATOMS:
            people["atom"] = people.groupby(self.group, sort=True).ngroup()
            people[[c for c in schemes if c != f"w_{UNWEIGHTED}"]] = float("nan")
        return people

    def part_of(self) -> dict[str, int]:
        """Respondent to the number of their atom."""
        return _numbered(self.atoms())


def questions(
    private: pd.DataFrame,
    released: pd.DataFrame,
    respondents: Respondents,
    values: Mapping[str, list[str]],
    primary: str,
    asked_if: Mapping[str, Conditions] | None = None,
) -> Iterator[Question]:
    """Put together, for each variable and base, what is published of it and what is known of it.

    Parameters
    ----------
    private, released
        The estimates before and after each was judged by itself.
    respondents
        Those who answered.
    values
        Codes of each variable's answers, in order.
    primary
        The primary scheme.
    asked_if
        Variable to the answers of earlier questions on which it was asked.
    """
    people = respondents.atoms()
    atoms = tuple(_atoms(people, respondents.group))
    part = people["atom"]
    strata, members = errors_by_part(respondents, _numbered(people))
    keys = ["variable", "base"]
    published = ("overall", respondents.group)
    shares = private[(private["statistic"] == "proportion") & (private["scheme"] == UNWEIGHTED)]
    shares = shares[shares["group"].isin(published)]
    rows = _as_text(released[released["group"].isin(published)])
    place = places_of(rows, keys)
    groups = dict.fromkeys(["", *rows.loc[rows["group"] == respondents.group, "group_level"]])
    units = {str(one): unit_for(respondents.people(primary, respondents.group, str(one))) for one in groups}
    for (variable, base), mine in _as_text(shares).groupby(keys, sort=False):
        counts = {
            Place(str(row["level"]), str(row["group_level"])): float(row["n_level"])
            for row in mine.to_dict("records")
        }
        here = rows[place == f"{variable}|{base}"]
        overall = {place.level: count for place, count in counts.items() if not place.group}
        for levels in exclusive(overall, float(mine.loc[mine["group_level"] == "", "n"].max())):
            parts = parts_of(levels, values.get(str(variable), []))
            some = {p: count for p, count in counts.items() if p.level in levels}
            gave = {place.level: count for place, count in some.items() if not place.group}
            known = known_answers(str(variable), str(base), part, respondents, parts, gave)
            told = here[here["level"].isin(["", *levels])]
            asked = _asked(rows, str(variable), str(base), asked_if or {}, respondents, values)
            question = Question(
                str(variable), str(base), told, parts, some, atoms, known, primary, asked, units, strata,
                members,
            )  # fmt: skip
            question.given = given_numbers(str(variable), str(base), question, respondents)
            yield question


def errors_by_part(
    respondents: Respondents, part_of: Mapping[str, int]
) -> tuple[dict[str, Strata], Members | None]:
    """Give what errors follow from: cells of schemes with a formula, and the program for all others.

    Parameters
    ----------
    respondents
        Those who answered.
    part_of
        Respondent to the number of their part.
    """
    strata: dict[str, Strata] = {}
    if respondents.everybody_asked:
        # Whoever broke off has answers and no weight: of a part without any no formula holds.
        weights = respondents.answers[["id"]].merge(respondents.weights, on="id", how="left")
        strata = strata_of(weights, weights["id"].astype(str).map(part_of))
    errors = {scheme: one for scheme, one in respondents.errors.items() if scheme not in strata}
    part = respondents.weights["id"].astype(str).map(part_of)
    return strata, Members(np.array(part, dtype=np.intp), errors) if errors else None


def given_numbers(
    variable: str, base: str, question: Question | Together, respondents: Respondents
) -> np.ndarray | None:
    """Give the number of each one's answer; None where answers by part are others, as of open answers."""
    if question.members is None or not question.known:
        return None
    given = respondents.answers[variable].map(code_of).where(respondents.inside(base))
    of = dict(zip(respondents.answers["id"], given, strict=True))
    every = {answer: number for number, answer in enumerate(question.answers())}
    found = [every.get(str(of.get(who)), len(every)) for who in respondents.weights["id"]]
    made = Counter(zip(found, question.members.atom.tolist(), strict=True))
    agrees = all(made[every[answer], atom] == n for (answer, atom), n in question.known.items())
    return np.array(found, dtype=np.intp) if agrees else None


def _asked(
    rows: pd.DataFrame,
    variable: str,
    base: str,
    conditions: Mapping[str, Conditions],
    respondents: Respondents,
    values: Mapping[str, list[str]],
) -> dict[str, float]:
    """How many were asked in each group at most, where the answers to the question before are published.

    Whoever was put the question before and left it out may have answered this one all the same.
    """
    counts: dict[str, float] = {}
    shares = (rows["statistic"] == "proportion") & (rows["scheme"] == UNWEIGHTED)
    shares &= (rows["status"] == RELEASED) & (~rows["base"].isin(respondents.bases) | (rows["base"] == base))
    earlier = {name: codes for name, codes in conditions.items() if name != variable}
    for before, codes in conditions.get(variable, {}).items():
        told = rows[shares & (rows["variable"] == before)]
        for place, mine in told.groupby(["base", "group_level"], sort=False):
            own, group = map(str, place)
            gave, n = _gave(mine, codes, values.get(before, [])), float(mine["n"].iloc[0])
            if gave is not None:
                put = _asked(rows, before, own, earlier, respondents, values)
                most = gave + max(0.0, put.get(group, respondents.size(own, group)) - n)
                counts[group] = min(most, counts.get(group, most))
    return counts


def _gave(rows: pd.DataFrame, codes: Sequence[str], values: list[str]) -> float | None:
    """How many gave one of some answers at most, if rows of one place tell of each; None if they do not."""
    merged, left, most = parted(values), set(codes), 0.0
    told = [(merged.get(str(row["level"])) or (str(row["level"]),), row) for row in rows.to_dict("records")]
    for answers, row in sorted(told, key=lambda one: -len(one[0])):
        if left.issuperset(answers):
            left.difference_update(answers)
            most += math.floor(float(row["n"]) * (float(row["estimate"]) + HALF) + 1e-6)
    return None if left else most


def exclusive(counts: Mapping[str, float], n: float) -> list[list[str]]:
    """Levels of which each person gave one: all of them, or each alone where they do not add up to all.

    Of themes of open answers a person may have several, or none: each is a question of its own.

    Parameters
    ----------
    counts
        Level to the respondents who gave it.
    n
        Respondents who answered.
    """
    levels = list(counts)
    finest = [level for level in levels if level not in CATEGORIES] or levels
    return [levels] if sum(counts[level] for level in finest) == n else [[level] for level in levels]


def _numbered(people: pd.DataFrame) -> dict[str, int]:
    """Respondent to the number of their atom, of a table of both."""
    return {str(who): int(atom) for who, atom in zip(people["id"], people["atom"], strict=True)}


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    table = table.copy()
    for column in ("level", "group_level", "scheme"):
        table[column] = table[column].fillna("").astype(str)
    return table


def _atoms(people: pd.DataFrame, group: str) -> Iterator[Atom]:
    schemes = [c for c in people.columns if c.startswith("w_")]
    for _, rows in people.groupby("atom", sort=True):
        shared = rows.iloc[0][schemes].dropna()
        weights = {str(name)[2:]: float(weight) for name, weight in shared.items()}
        yield Atom(str(rows[group].iloc[0]), float(len(rows)), weights)


def parts_of(levels: Sequence[str], codes: list[str]) -> dict[str, tuple[str, ...]]:
    """Answers that each published level takes together; three categories of a scale, or itself.

    A level that stands alone has the rest beside it.
    """
    merged = parted(codes)
    parts = {level: merged[level] if codes and merged.get(level) else (level,) for level in levels}
    return parts if len(levels) > 1 else {**parts, REST: (REST,)}


def known_answers(
    variable: str,
    base: str,
    part: pd.Series,
    respondents: Respondents,
    parts: Mapping[str, tuple[str, ...]],
    gave: Mapping[str, float],
) -> dict[tuple[str, int], float]:
    """Answers in each part; empty where the base cannot be told from the answers, as with open answers.

    Parameters
    ----------
    variable, base
        As in the table of estimates.
    part
        Number of the part of each respondent, in the order of the answers; NaN of who is of none.
    respondents
        Those who answered.
    parts
        Published level to the answers that it takes together.
    gave
        Published level to the people who gave it.
    """
    answers = respondents.answers
    if variable not in answers:
        return {}
    given = answers[variable].map(code_of)
    # Whoever broke off has answers, and may be of no part.
    given = given.where(respondents.inside(base) & part.notna().to_numpy())
    found = Counter(zip(given.dropna(), part[given.notna().to_numpy()], strict=True))
    known = {(str(level), int(number)): float(n) for (level, number), n in found.items()}
    single = set(finest(parts))
    known = {key: n for key, n in known.items() if key[0] in single}
    total = {level: sum(n for key, n in known.items() if key[0] in inside) for level, inside in parts.items()}
    return known if all(total[level] == n for level, n in gave.items()) else {}


def code_of(value: Any) -> str | None:
    """Code of an answer as the tables write it; None where there is none."""
    if value is None or value != value:
        return None
    return f"{value:g}" if isinstance(value, float) else str(value)
