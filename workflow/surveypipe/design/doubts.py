"""Where a design fits its data badly, in words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from surveypipe.design.selection import Selection
from surveypipe.design.stages import design_df
from surveypipe.problems import SurveyError, shown
from surveypipe.study.design import Sampling

# Under this an interval is wide because little is known of its own width.
FEW_DF = 10
FAR_OUT = 10.0


def doubts(selection: Selection, sampling: Sampling) -> list[str]:
    """List what a researcher should know of a design and that stops nothing.

    Raises
    ------
    SurveyError
        If one first-stage unit was drawn in all: nothing then tells how far such units differ.
    """
    first = selection.of_respondents()
    if len(np.unique(first.unit)) < 2:
        raise SurveyError(
            f"design: all {len(first.unit)} respondents are of one sampling unit "
            f"({sampling.clusters[0] if sampling.clusters else 'person'}), so that no standard error can be "
            "estimated; leave the clusters out and say so, or add the units that were drawn beside it."
        )
    parts = (_of_units, _of_strata, _of_weights)
    return [sentence for part in parts for sentence in part(selection, sampling)]


def _of_units(selection: Selection, sampling: Sampling) -> Iterator[str]:
    first = selection.of_respondents()
    df, persons = design_df([first]), len(first.unit)
    if sampling.clusters and len(np.unique(first.unit)) == persons:
        yield (
            f"design.clusters: every {sampling.clusters[0]} holds one respondent; standard errors are those "
            "of a sample of persons."
        )
    elif df < FEW_DF:
        yield (
            f"design: {len(np.unique(first.unit))} first-stage units leave {df} degrees of freedom; "
            "intervals are wide, and tests of several answers at once are weak."
        )


def _of_strata(selection: Selection, sampling: Sampling) -> Iterator[str]:
    first = selection.of_respondents()
    counts = pd.Series(first.unit).groupby(first.stratum).nunique()
    alone = [str(name) for name in counts.index[counts == 1]]
    if alone and sampling.strata and sampling.single_unit != "error":
        yield (
            f"design.strata: {len(alone)} of {len(counts)} strata of {sampling.strata} hold one unit "
            f"({shown(alone)}); design.single_unit says {sampling.single_unit}."
        )


def _of_weights(selection: Selection, sampling: Sampling) -> Iterator[str]:
    named = sampling.weights or sampling.probabilities
    weights = pd.Series(selection.base[selection.answered])
    if named is None:
        return
    if np.ptp(weights) <= 1e-9 * weights.max():
        yield (
            f"design: '{named}' is the same for everybody ({weights.iloc[0]:g} as a weight): shares and "
            "means are those without it, and only totals follow from it."
        )
    elif sampling.clusters:
        unit = selection.of_respondents().unit
        if (weights.groupby(unit).nunique() == 1).all() and len(np.unique(unit)) < len(weights):
            yield (
                f"design: '{named}' is the same for all respondents of one {sampling.clusters[0]}; if some "
                "persons in it answered more readily than others, no weight says so yet."
            )
    if weights.max() > FAR_OUT * weights.mean():
        far = int((weights > FAR_OUT * weights.mean()).sum())
        yield (
            f"design: {far} {'respondent has' if far == 1 else 'respondents have'} a weight of more than "
            f"{FAR_OUT:g} times the mean of '{named}'; estimates may hang on them. See the table of weights, "
            "and consider `trim`."
        )
