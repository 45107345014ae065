"""The people to be represented: everybody eligible, those who answered, and the base weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.problems import Problems, SurveyError, shown
from surveypipe.study.frame import JointCell

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Population:
    """Eligible people, those who answered, and the base weights.

    Attributes
    ----------
    frame
        One row per eligible person, sorted by id.
    respondent
        Shape (N,), whether each answered.
    base
        Shape (N,), base weights: ones for a census, 1/π for a sample.
    group
        Variable of the groups in which raked and calibrated weights are treated as a second phase.
    counted
        Shape (n,), how many respondents each one counts for when cells are merged; differs from 1 only
        in a bootstrap replicate.
    drawn
        Whether they are a sample.
    known
        Variable: level: people in the population, where it is told and not counted on the frame.
    known_sums
        Numeric variable: its total over the population, where it is told.
    cells
        People in the population by several variables together, where headcounts beside a sample tell it.
    seed
        Of what is left to chance in the making of weights: the folds of a list.
    """

    frame: pd.DataFrame
    respondent: NDArray[np.bool_]
    base: Floats
    group: str | None = None
    counted: Floats | None = None
    drawn: bool = False
    known: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    known_sums: Mapping[str, float] = field(default_factory=dict)
    cells: Sequence[JointCell] = ()
    seed: int = 0

    @property
    def sampled(self) -> bool:
        """Whether totals are estimated from a sample, of whom some did not answer."""
        return self.drawn and not bool(self.respondent.all())

    @property
    def counts(self) -> Floats:
        """Respondents that each row of the frame counts for, shape (N,)."""
        counts = self.respondent.astype(float)
        if self.counted is not None:
            counts[self.respondent] = self.counted
        return counts

    @property
    def staff(self) -> float:
        """Eligible people, or their summed base weight; where totals are known, what they add up to."""
        totals = next(iter(self.known.values()), None)
        return float(self.base.sum() if totals is None else sum(totals.values()))

    @property
    def start(self) -> Floats:
        """Base weights of the respondents, shape (n,)."""
        return self.base[self.respondent]

    @property
    def answered(self) -> pd.DataFrame:
        """The respondents' rows of the frame."""
        return self.frame.loc[self.respondent]

    def totals(self, variable: str) -> dict[str, float]:
        """Staff in each level of a variable."""
        if variable in self.known:
            return dict(self.known[variable])
        sums = pd.Series(self.base).groupby(self.frame[variable].astype(str).to_numpy()).sum()
        return {str(level): float(total) for level, total in sums.items()}

    def told(self, by: Sequence[str]) -> dict[tuple[str, ...], float] | None:
        """People in each cell of some variables, as headcounts tell; None where they do not."""
        if len(by) == 1 and by[0] in self.known:
            return {(level,): total for level, total in self.totals(by[0]).items()}
        if not self.cells or not set(by) <= set(self.cells[0].levels):
            return None
        found: dict[tuple[str, ...], float] = {}
        for cell in self.cells:
            place = tuple(cell.levels[name] for name in by)
            found[place] = found.get(place, 0.0) + cell.n
        return found

    def sum_of(self, variable: str) -> float:
        """Total of a numeric variable over the population."""
        if variable in self.known_sums:
            return float(self.known_sums[variable])
        return float(self.base @ self.frame[variable].to_numpy(dtype=float))


def population(
    eligible: pd.DataFrame,
    *,
    needed: Sequence[str] = (),
    group: str | None = None,
    base: str | None = None,
    known: Mapping[str, Mapping[str, float]] | None = None,
    known_sums: Mapping[str, float] | None = None,
    cells: Sequence[JointCell] = (),
    drawn: bool = False,
    seed: int = 0,
) -> Population:
    """Check a frame of eligible people and put it in order.

    Parameters
    ----------
    eligible
        Columns id, respondent (bool), and those of `needed`.
    needed
        Variables that the schemes use.
    group, base
        See :class:`Population`; `base` names a column of base weights.
    known, known_sums, cells, drawn, seed
        See :class:`Population`; what is known in total need not be told of those who did not answer.

    Raises
    ------
    SurveyError
        With every problem found: a column wanting, a missing value, an id twice, a base weight that is not
        above 0, nobody who answered.
    """
    problems = Problems()
    names = list(dict.fromkeys([*needed, *([group] if group else []), *([base] if base else [])]))
    absent = [name for name in ("id", "respondent", *names) if name not in eligible.columns]
    if absent:
        has = shown(eligible.columns, 12)
        raise SurveyError(f"weighting: the staff list has no variable {shown(absent)}; it has {has}.")
    answered = eligible["respondent"].fillna(False).astype(bool)
    for name in ("id", "respondent", *names):
        told = eligible[answered] if name in {**(known or {}), **(known_sums or {})} else eligible
        missing = int(told[name].isna().sum())
        if missing:
            problems.add(
                f"weighting: {name} is missing for {missing} of {len(eligible)} eligible staff; "
                "complete the staff list."
            )
    twice = eligible.loc[eligible["id"].duplicated(), "id"]
    if len(twice):
        problems.add(f"weighting: id {shown(twice)} occurs more than once among the eligible staff.")
    if not answered.any():
        problems.add(
            "weighting: none of the eligible staff answered; check the survey's ids against the staff list."
        )
    if base is not None and not (eligible[base] > 0).all():
        problems.add(
            f"weighting: {int((~(eligible[base] > 0)).sum())} base weights ({base}) are not above 0; a base "
            "weight is one over the chance of selection."
        )
    problems.raise_if_any()
    order = eligible["id"].astype(str).argsort(kind="stable")
    frame = eligible.iloc[order.to_numpy()].reset_index(drop=True)
    weights = frame[base].to_numpy(dtype=float) if base else np.ones(len(frame))
    return Population(
        frame,
        frame["respondent"].to_numpy(dtype=bool),
        weights,
        group,
        drawn=drawn,
        known=known or {},
        known_sums=known_sums or {},
        cells=cells,
        seed=seed,
    )


UNKNOWN = ("UH", "UO")
INELIGIBLE = "IE"


def resolve_unknown_eligibility(
    frame: pd.DataFrame, by: Sequence[str], base: str | None = None
) -> pd.DataFrame:
    """Move the weight of people of unknown eligibility to those of known eligibility in the same class.

    The first of the two steps UE → NR; the weighting schemes are the second, with ``base: base_weight``.

    Parameters
    ----------
    frame
        The whole staff list with `category` (I, P, R, NC, O, UH, UO, IE) and the variables of `by`.
    by
        Variables that make the classes.
    base
        Column of base weights (one over the chance of selection); left out: a census.

    Returns
    -------
    DataFrame
        The eligible, with column `base_weight` = base weight x staff in the class / staff whose eligibility
        is known, both counted by their base weights (Valliant, Dever and Kreuter 2018, chapter 13).

    Raises
    ------
    SurveyError
        If nobody's eligibility is known in a class.
    """
    keys = [frame[name].astype(str) for name in by]
    known = ~frame["category"].isin(UNKNOWN)
    start = frame[base].astype(float) if base else pd.Series(1.0, index=frame.index)
    share = (start * known).groupby(keys).transform("sum") / start.groupby(keys).transform("sum")
    problems = Problems()
    for level, rate in known.groupby(keys).mean().items():
        if rate == 0:
            name = level if isinstance(level, str) else ", ".join(map(str, np.atleast_1d(np.array(level))))
            problems.add(
                f"weighting: {', '.join(by)} {name}: nobody's eligibility is known; use broader classes."
            )
    problems.raise_if_any()
    eligible = known & (frame["category"] != INELIGIBLE)
    return frame[eligible].assign(base_weight=start[eligible] / share[eligible])
