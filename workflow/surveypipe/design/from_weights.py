"""From the tables of weights between stages to the designs that estimation works with."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveypipe.design import linearisation
from surveypipe.design.phases import second_phase
from surveypipe.design.protocol import Design
from surveypipe.problems import SurveyError, shown


def respondents_of(analysis: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Respondents in the order of the weights, with answers and weights.

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


def design_of(scheme: str, respondents: pd.DataFrame, cells: pd.DataFrame) -> Design:
    """Design of a scheme: its cells and sizes, and what the estimation of its weights adds.

    Parameters
    ----------
    scheme
        Key of the scheme in the configuration.
    respondents
        With the columns of the table of weights.
    cells
        ``scheme, cell, N`` and more, of every scheme.
    """
    rows = cells[cells["scheme"] == scheme]
    return second_phase(
        respondents[f"w_{scheme}"],
        respondents[f"cell_{scheme}"],
        dict(zip(rows["cell"].astype(str), rows["N"].astype(float), strict=True)),
        linearised=linearisation.from_columns(
            scheme, {str(name): column for name, column in respondents.items()}
        ),
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
