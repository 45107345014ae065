"""Variance of totals under sampling in stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.grouping import group_sums
from surveypipe.problems import SurveyError, shown
from surveypipe.study.design import SingleUnit

Floats = NDArray[np.float64]
# What stands between the names of a unit and of what it lies in.
BETWEEN = "\x1f"


class _SingleUnitError(Exception):
    """A stratum has one sampled unit, and nothing stands for it."""


@dataclass(frozen=True)
class Stage:
    """One stage of a sample design, each array of shape (n,).

    Attributes
    ----------
    unit
        Sampling unit at this stage (any labels; nested within the units of the stage above).
    stratum
        Stratum at this stage.
    size
        Units in the population of the stratum (within its unit of the stage above): a number, never a
        fraction; left out for sampling with replacement or without the correction.
    """

    unit: NDArray[Any]
    stratum: NDArray[Any]
    size: Floats | None = None

    def among(self, rows: NDArray[np.intp]) -> Stage:
        """Keep some of the rows."""
        return Stage(self.unit[rows], self.stratum[rows], None if self.size is None else self.size[rows])


def design_deviations(
    scores: Floats, stages: Sequence[Stage], *, single_unit: SingleUnit = "error", jointly: bool = True
) -> Floats:
    r"""Deviations whose cross-product is the covariance of totals under a stratified multistage sample.

    Parameters
    ----------
    scores
        Weighted influence values w_i z_i, shape (n, k); residuals for a calibrated design.
    stages
        From the first stage down. A stage below one without `size` adds nothing.
    single_unit
        What stands for a stratum of which one unit was drawn: ``error`` stops; ``adjust`` takes the deviation
        of its total from the mean of all, which is 0 for influence values; ``average`` the mean of the other
        strata of its stage; ``certainty`` nothing. They are R's ``survey.lonely.psu``.
    jointly
        For ``average``: whether the columns are parts of one estimate, on the strata that any of them
        touches; false: each is an estimate of its own, on the strata that its domain touches, as R has it
        for a ``subset``. A domain that touches strata of one unit only has no variance: NaN.

    Returns
    -------
    ndarray
        Shape (m, k). With D its rows, D'D is :math:`\sum_h (1 - f_h) \frac{n_h}{n_h - 1} \sum_i (t_{hi} -
        \bar t_h)(t_{hi} - \bar t_h)'` over the unit totals t of the first stage, and f_h times the same
        within each unit for the stages below (Särndal, Swensson and Wretman 1992, ch. 4), as R's
        ``survey:::svyrecvar``.

    Raises
    ------
    SurveyError
        If a stratum has a single sampling unit and `single_unit` is ``error``, or a size is a fraction or
        below the units sampled.
    """
    values = np.asarray(scores, float).reshape(len(scores), -1)
    try:
        parts = _of_stage(values, list(stages), single_unit, jointly)
    except _SingleUnitError:
        raise SurveyError(_single_units(stages)) from None
    return np.vstack([np.empty((0, values.shape[1])), *parts])


def design_covariance(
    scores: Floats, stages: Sequence[Stage], *, single_unit: SingleUnit = "error"
) -> Floats:
    """Taylor covariance of totals, shape (k, k); see :func:`design_deviations`."""
    found = design_deviations(scores, stages, single_unit=single_unit)
    return found.T @ found


def _of_stage(scores: Floats, stages: list[Stage], single_unit: SingleUnit, jointly: bool) -> list[Floats]:
    """Deviations of one stage, then of those below it in each of its strata."""
    stage, made, below, single = stages[0], [], [], []
    strata, codes = np.unique(stage.stratum.astype(str), return_inverse=True)
    for number, name in enumerate(strata):
        rows = np.flatnonzero(codes == number)
        units, members = np.unique(stage.unit[rows].astype(str), return_inverse=True)
        size = None if stage.size is None else float(stage.size[rows[0]])
        fraction = _sampling_fraction(len(units), size, str(name))
        sums = group_sums(scores[rows], members, len(units))
        if fraction < 1 and len(units) == 1:
            if single_unit == "error":
                raise _SingleUnitError
            single.append(number)
            if single_unit == "adjust":
                made.append(np.sqrt(1 - fraction) * sums)
        elif fraction < 1:
            factor = (1 - fraction) * len(units) / (len(units) - 1)
            made.append(np.sqrt(factor) * (sums - sums.mean(axis=0)))
        if len(stages) > 1 and fraction > 0:
            inner = [s.among(rows) for s in stages[1:]]
            below += _below(scores[rows], members, inner, fraction, single_unit, jointly)
    if single_unit != "average" or not single:
        return made + below
    if len(single) == len(strata):
        raise SurveyError(
            f"design.single_unit: in all {len(strata)} strata a single unit was drawn, so that there is no "
            "variance of others to take the average of; merge strata, leave design.strata out, or say adjust."
        )
    # As many strata again as could be judged: the mean of theirs stands for each that could not.
    touched = group_sums((scores != 0).astype(float), codes, len(strata)) > 0
    if jointly:
        touched = np.repeat(touched.any(axis=1, keepdims=True), scores.shape[1], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        judged = touched.sum(axis=0) / (touched.sum(axis=0) - touched[single].sum(axis=0))
    grown = np.sqrt(np.where(np.isinf(judged), np.nan, judged))
    return [np.where(touched.any(axis=0), grown, 1.0) * part for part in made] + below


def _below(
    scores: Floats,
    members: NDArray[Any],
    stages: list[Stage],
    fraction: float,
    single_unit: SingleUnit,
    jointly: bool,
) -> list[Floats]:
    found = []
    for unit in np.unique(members):
        rows = np.flatnonzero(members == unit)
        inner = _of_stage(scores[rows], [stage.among(rows) for stage in stages], single_unit, jointly)
        found += [np.sqrt(fraction) * part for part in inner]
    return found


def _single_units(stages: Sequence[Stage]) -> list[str]:
    """Name all strata of every stage in which one unit was drawn of several."""
    found = []
    for number, stage in enumerate(stages, start=1):
        units = pd.DataFrame({"stratum": stage.stratum, "unit": stage.unit}).astype(str)
        drawn = units.groupby("stratum")["unit"].transform("nunique")
        size = np.inf if stage.size is None else stage.size
        if (alone := units.loc[(drawn == 1) & (size > 1), "stratum"].unique()).size:
            found.append(_told_single(number, list(alone), units["stratum"].nunique()))
        if stage.size is None:
            # Stages below add nothing.
            break
    return found


def _told_single(number: int, alone: Sequence[str], strata: int) -> str:
    what = "stratum" if number == 1 else f"unit of stage {number - 1}"
    many = what.replace("stratum", "strata").replace("unit ", "units ")
    names = [name.rpartition(BETWEEN)[2] for name in alone if name]
    found = f"{len(alone)} of {strata} {what if strata == 1 else many}{f' ({shown(names)})' if names else ''}"
    return (
        f"design: in {found} a single unit was drawn at stage {number}, from which no variance can be "
        "estimated; merge it with another, or say under design.single_unit what stands for it "
        "(adjust, average or certainty)."
    )


def _sampling_fraction(units: int, size: float | None, stratum: str) -> float:
    if size is not None and size < units * (1 - 1e-9):
        hint = "; it looks like a fraction: give the number of units" if 0 < size <= 1 else ""
        raise SurveyError(
            f"variance: stratum '{stratum}' has {units} sampled units of a population of {size:g}{hint}."
        )
    return 0.0 if size is None else min(1.0, units / size)


def design_df(stages: Sequence[Stage]) -> int:
    """Degrees of freedom of a sample: first-stage units less first-stage strata."""
    first = stages[0]
    pairs = {(str(s), str(u)) for s, u in zip(first.stratum, first.unit, strict=True)}
    return len(pairs) - len({s for s, _ in pairs})
