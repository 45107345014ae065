"""What a standard error and the ends of an interval say of the counts behind a share or a mean.

A share to a hundredth leaves some counts open; its standard error and its interval are more statements of the
same counts, and no linear ones. So other whole numbers that fit all the rest
(:mod:`surveypipe.disclosure.whole_numbers`) are put through the formula of a sample drawn within the cells of
a scheme, and only those that print the same are taken for possible.

Of a census that formula is written down here, for schemes whose weights are the people of a cell for each
respondent in it. Of other schemes and of samples the counts are put through the program itself. Where it
makes a difference who of a part gave an answer, as with clusters, those who did are drawn: the reader is
taken to know the cluster of everybody, and other counts are possible where one draw prints the same in all
rows.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from surveypipe.disclosure.atoms import Strata
from surveypipe.disclosure.digits import decimals_of
from surveypipe.disclosure.members import Members
from surveypipe.disclosure.whole_numbers import Walk

if TYPE_CHECKING:
    import pandas as pd


Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
# Decimals of a printed number of an answer.
DECIMALS = 2
# Of the method of an interval that is known here, and the level at which it is tried.
LOGIT, LEVEL = "logit interval", 0.95
# Numbers of respondents by combinations that are computed at once.
AT_ONCE = 2_000_000
# Combinations that are tried first; as long as too few of them print the same twice as many follow.
FIRST = 4
# Where it matters who answered so many are tried at most; more is then hidden than must be.
MOST_DRAWN = 60
# How often it is drawn, for each combination, who of a part gave which answer.
DRAWS = 16


class Printed(Protocol):
    """A question whose errors are printed, within one grouping or within several."""

    @property
    def parts(self) -> Mapping[str, tuple[str, ...]]:
        """Published level to the answers that it takes together."""

    @property
    def strata(self) -> Mapping[str, Strata]:
        """Scheme to the cells from which its standard errors follow by a formula."""

    @property
    def members(self) -> Members | None:
        """Respondents, and what computes the errors of other schemes."""

    @property
    def given(self) -> NDArray[np.intp] | None:
        """Number of the answer that each of them gave; None where that is not known."""

    def answers(self) -> list[str]:
        """Distinct answers, the finest."""

    def with_errors(self) -> Iterable[Mapping[str, Any]]:
        """Rows of shares and means that are still published with an error."""

    def inside(self, row: Mapping[str, Any]) -> Sequence[bool]:
        """Whether each part belongs to the group of a row."""


def strata_of(weights: pd.DataFrame, atoms: pd.Series) -> dict[str, Strata]:
    """Give the cells of each scheme whose weights are the people of a cell for each respondent in it.

    Parameters
    ----------
    weights
        A row for each respondent: ``w_<scheme>`` and, where everybody was asked, ``cell_<scheme>``.
    atoms
        Number of the atom of each, in the same order.
    """
    made = {}
    for column in [str(name) for name in weights if str(name).startswith("cell_")]:
        scheme = column.removeprefix("cell_")
        w, cells = weights[f"w_{scheme}"].astype(float), weights[column].astype(str)
        if weights[column].isna().any() or w.isna().any():
            continue
        estimated = any(str(name).startswith((f"slope_{scheme}_", f"loading_{scheme}_")) for name in weights)
        apart = cells.groupby(atoms.to_numpy()).nunique()
        if estimated or (w.groupby(cells.to_numpy()).nunique() > 1).any() or (apart > 1).any():
            continue
        names, numbers = np.unique(cells, return_inverse=True)
        first = dict(zip(atoms, numbers, strict=True))
        of_atom = np.array([first[atom] for atom in sorted(first)], dtype=np.intp)
        people = np.array([w[(cells == name).to_numpy()].sum() for name in names])
        made[scheme] = Strata(of_atom, people, np.bincount(numbers).astype(float))
    return made


def hidden_by_errors(
    question: Printed,
    walk: Walk,
    solutions: Floats,
    cells: Iterable[Hashable],
    many: float,
    tried: dict[bytes, bool],
) -> bool:
    """Whether so many values of a sum of counts are among combinations that print what the true one does.

    Parameters
    ----------
    question, walk, solutions
        As in :func:`print_the_same`.
    cells
        The counts that are added up.
    many
        How many values there have to be, the true one among them.
    tried
        Combinations that were tried with the same rows told, and whether they print the same; changed.
    """
    sums = walk.sums(cells, solutions)
    near = np.argsort(np.abs(sums - sums[0]), kind="stable")
    others = near[sums[near] != sums[0]]
    if question.members is not None and question.members.apart:
        others = others[:MOST_DRAWN]
    seen, at, step = {float(sums[0])}, 0, FIRST
    while len(seen) < many and at < len(others):
        rows = {int(row): solutions[row].tobytes() for row in others[at : at + step]}
        new = [row for row, key in rows.items() if key not in tried]
        same = print_the_same(question, walk, solutions[[0, *new]])[1:]
        tried.update(zip((rows[row] for row in new), same.tolist(), strict=True))
        seen |= {float(sums[row]) for row, key in rows.items() if tried[key]}
        at, step = at + step, 2 * step
    return len(seen) >= many


def print_the_same(question: Printed, walk: Walk, solutions: Floats) -> Flags:
    """Say which combinations of counts print the errors and intervals that the true ones do; shape (K,).

    Parameters
    ----------
    question
        With what is published of it.
    walk, solutions
        Combinations of counts, the true one first.
    """
    same = np.ones(len(solutions), dtype=bool)
    if len(solutions) < 2:
        return same
    every = {answer: walk.by_part(answer, solutions) for answer in question.answers()}
    told = list(_told(question))
    apart = [row for row in told if _matters_who(question, row)]
    for row in [row for row in told if row not in apart]:
        # Whatever one row tells apart need not be held against the next one.
        left = np.flatnonzero(same)
        if len(left) < 2:
            return same
        same[left] &= _counted_alike(question, row, {answer: found[left] for answer, found in every.items()})
    others = np.flatnonzero(same)[1 if apart else len(same) :]
    step = max(1, AT_ONCE // (DRAWS * max(1, len(question.members.atom)))) if question.members else 1
    for k in range(0, len(others), step):
        some = np.concatenate([[0], others[k : k + step]])
        same[some] = _drawn_alike(question, apart, {answer: found[some] for answer, found in every.items()})
    return same


def _counted_alike(question: Printed, row: Mapping[str, Any], counts: Mapping[str, Floats]) -> Flags:
    """Which counts print a row as the first ones do; shape (K,)."""
    scores = _scores(question, str(row["level"]))
    if scores is None:
        return np.ones(len(next(iter(counts.values()))), dtype=bool)
    inside = np.array(question.inside(row), dtype=float)
    if row["scheme"] not in question.strata:
        given = [(score, counts[answer] * inside) for answer, score in scores.items()]
        return _printed_alike(row, *_by_program(question, row, given))
    first = np.sum([score * counts[answer] for answer, score in scores.items()], axis=0)
    second = np.sum([score**2 * counts[answer] for answer, score in scores.items()], axis=0)
    answered = np.sum(list(counts.values()), axis=0)
    return _printed_alike(
        row, *_by_formula(question, row, first * inside, second * inside, answered * inside)
    )


def _matters_who(question: Printed, row: Mapping[str, Any]) -> bool:
    """Whether the error of a row depends on who of a part gave an answer."""
    scheme = str(row["scheme"])
    return scheme not in question.strata and question.members is not None and scheme in question.members.apart


def _printed_alike(row: Mapping[str, Any], estimate: Floats, se: Floats) -> Flags:
    """Which estimates print what the first one does, with their errors and intervals; shape (K,)."""
    shown = decimals_of(np.column_stack([estimate, se, *_ends(row, estimate, se)]), DECIMALS)
    return np.asarray(((shown == shown[0]) | np.isnan(shown) & np.isnan(shown[0])).all(axis=1))


def _drawn_alike(question: Printed, rows: Iterable[Mapping[str, Any]], counts: Mapping[str, Floats]) -> Flags:
    """Which counts some respondents may have given so that every row prints the same; shape (K,)."""
    assert question.members is not None and question.given is not None
    by_answer = np.stack(list(counts.values()))
    none = np.bincount(question.members.atom) - by_answer.sum(axis=0)
    every = np.repeat(np.concatenate([by_answer, none[None]]), DRAWS, axis=1)
    answers = question.members.drawn(question.given, every)
    same = np.ones(answers.shape[1], dtype=bool)
    for row in rows:
        scores, left = _scores(question, str(row["level"])), np.flatnonzero(same)
        if scores is None:
            continue
        given = np.array([*scores.values(), np.nan])[answers[:, left]]
        given[~np.array(question.inside(row))[question.members.atom]] = np.nan
        same[left] = _printed_alike(row, *_of_answers(question, row, given))
    return np.asarray(same.reshape(-1, DRAWS).any(axis=1))


def _told(question: Printed) -> Iterator[Mapping[str, Any]]:
    """Rows that are still published with an error that is known how to compute."""
    for row in question.with_errors():
        scheme = str(row["scheme"])
        known = scheme in question.strata or (question.members and scheme in question.members.errors)
        if known and (question.given is not None or not _matters_who(question, row)):
            yield row


def _scores(question: Printed, level: str) -> dict[str, float] | None:
    """Give what each answer counts in a share or a mean; None for a mean of what are no numbers."""
    if level:
        return {answer: float(answer in question.parts[level]) for answer in question.answers()}
    try:
        return {answer: float(answer) for answer in question.answers()}
    except ValueError:
        return None


def _by_formula(
    question: Printed, row: Mapping[str, Any], first: Floats, second: Floats, answered: Floats
) -> tuple[Floats, Floats]:
    """Estimate and standard error from sums by atom; each of shape (K,)."""
    strata = question.strata[str(row["scheme"])]
    w = (strata.people / strata.respondents)[strata.of_atom]
    whole = (w * answered).sum(axis=1)
    estimate = (w * first).sum(axis=1) / whole
    at = estimate[:, None]
    once = w * (first - at * answered)
    twice = w**2 * (second - 2 * at * first + at**2 * answered)
    variance = np.zeros(len(first))
    for cell, (people, n) in enumerate(zip(strata.people, strata.respondents, strict=True)):
        mine = strata.of_atom == cell
        spread = twice[:, mine].sum(axis=1) - once[:, mine].sum(axis=1) ** 2 / n
        part = max(0.0, 1 - n / people) if row.get("fpc", True) else 1.0
        variance += part * n / max(n - 1, 1) * np.maximum(spread, 0.0)
    return estimate, np.sqrt(variance) / whole


def _by_program(
    question: Printed, row: Mapping[str, Any], given: list[tuple[float, Floats]]
) -> tuple[Floats, Floats]:
    """Estimate and standard error as the program makes them; each of shape (K,)."""
    assert question.members is not None
    size = len(given[0][1])
    step = max(1, AT_ONCE // len(question.members.atom))
    answers = (
        question.members.answers([(score, counts[k : k + step]) for score, counts in given])
        for k in range(0, size, step)
    )
    made = [_of_answers(question, row, some) for some in answers]
    return np.concatenate([one for one, _ in made]), np.concatenate([one for _, one in made])


def _of_answers(question: Printed, row: Mapping[str, Any], answers: Floats) -> tuple[Floats, Floats]:
    """Estimate and standard error of answers of shape (n, K)."""
    assert question.members is not None
    return question.members.errors[str(row["scheme"])](answers, bool(row["fpc"]))


def _ends(row: Mapping[str, Any], estimate: Floats, se: Floats) -> tuple[Floats, ...]:
    """Give the ends of a t interval of a mean or a logit interval of a share; of others none."""
    from scipy.special import expit, logit, stdtrit

    half = stdtrit(float(row["df"]), 0.5 + float(row.get("ci_level", LEVEL)) / 2) * se
    if row["statistic"] == "mean":
        return estimate - half, estimate + half
    if not str(row.get("method", "")).endswith(LOGIT):
        return ()
    with np.errstate(divide="ignore", invalid="ignore"):
        wide = half / (estimate * (1 - estimate))
        return expit(logit(estimate) - wide), expit(logit(estimate) + wide)
