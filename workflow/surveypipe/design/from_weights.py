"""From the tables of weights between stages to the designs that estimation works with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from surveypipe.design import linearisation
from surveypipe.design.linearisation import Cells
from surveypipe.design.phases import second_phase
from surveypipe.design.protocol import Design
from surveypipe.design.replicated import ReplicatedDesign, replicate_coefs
from surveypipe.design.sampled import SampledDesign
from surveypipe.design.selection import block, from_table
from surveypipe.problems import SurveyError, shown
from surveypipe.study.design import Sampling


def respondents_of(analysis: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Respondents in the order of the weights, with answers and weights.

    Whoever broke off has answers and no weight, and is none of them.

    Raises
    ------
    SurveyError
        If a person with a weight has no row of answers, or a variable bears the name of a column of weights.
    """
    if clash := sorted(set(weights.columns[1:].astype(str)) & set(analysis.columns.astype(str))):
        raise SurveyError(
            f"weights: {shown(clash)} of the survey bears the name of a column of weights; give it another "
            "name in the codebook, or rename the weighting scheme."
        )
    lacking = sorted(set(weights["id"]) - set(analysis["id"]))
    if lacking:
        raise SurveyError(
            f"weights: {len(lacking)} persons have a weight and no row in the analysis file "
            f"({shown(lacking)}); run the pipeline again from the cleaning."
        )
    return weights.merge(analysis, on="id", how="left", validate="one_to_one", sort=False)


def designs_of(
    schemes: Iterable[str],
    respondents: pd.DataFrame,
    cells: pd.DataFrame,
    selection: pd.DataFrame,
    sampling: Sampling,
) -> dict[str, Design]:
    """Design of each scheme: how respondents were drawn, and what the estimation of their weights adds.

    Parameters
    ----------
    schemes
        Keys of the configuration.
    respondents
        With the columns of the table of weights.
    cells
        ``scheme, cell, N`` and more, of every scheme.
    selection
        From :func:`surveypipe.design.selection.as_table`.
    sampling
        The configuration's section ``design``.
    """
    held = list(schemes)
    drawn, given = from_table(selection, sampling, held), sampling.replicates
    columns = {str(name): column for name, column in respondents.items()}
    made: dict[str, Design] = {}
    for scheme in held:
        rows = cells[cells["scheme"] == scheme]
        sizes = dict(zip(rows["cell"].astype(str), rows["N"].astype(float), strict=True))
        weights = respondents[f"w_{scheme}"].to_numpy(float)
        labels = respondents[f"cell_{scheme}"].astype(str).to_numpy()
        linearised = linearisation.from_columns(scheme, columns)
        if given is not None:
            matrix = block(selection, "replicate", scheme)
            assert matrix is not None
            coefs = replicate_coefs(given)
            made[scheme] = ReplicatedDesign(
                weights, labels, cells_of(labels, sizes), matrix, coefs, given.type, given.mse
            )
        elif drawn is not None:
            if linearised is not None and scheme in drawn.carried:
                linearised = replace(linearised, carried=drawn.carried[scheme])
            made[scheme] = SampledDesign(weights, labels, cells_of(labels, sizes), drawn, linearised)
        else:
            made[scheme] = second_phase(
                weights, labels, sizes, linearised=linearised, convenience=sampling.kind == "convenience"
            )
    return made


def cells_of(labels: np.ndarray, sizes: Mapping[str, float]) -> Cells:
    """Cells of a sample as arrays; their sizes are sums of weights, of whatever scale."""
    names, codes = np.unique(labels, return_inverse=True)
    return Cells(
        codes.astype(np.intp),
        tuple(str(name) for name in names),
        np.array([sizes[str(name)] for name in names]),
        np.bincount(codes).astype(float),
    )


def replicates_of(
    weights: pd.DataFrame, matrix: pd.DataFrame, coefs: pd.DataFrame
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Replicate weights and coefficients of each scheme, rows in the order of the weights.

    Parameters
    ----------
    weights
        One row for each respondent, with ``id``.
    matrix
        ``scheme, id, r0000, r0001, …``.
    coefs
        ``scheme, replicate, coef``.
    """
    found = {}
    for scheme, rows in matrix.groupby("scheme", sort=False):
        own = coefs[coefs["scheme"] == scheme]
        ordered = rows.set_index("id").loc[list(weights["id"])]
        found[str(scheme)] = (ordered[list(own["replicate"])].to_numpy(float), own["coef"].to_numpy(float))
    return found
