"""From the tables of weights between stages to the designs that estimation works with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from surveypipe import design_engine
from surveypipe.problems import SurveyError, shown


def respondents_of(analysis: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Respondents in the order of the weights, with answers and weights.

    Raises
    ------
    SurveyError
        If a person with a weight has no row of answers.
    """
    lacking = sorted(set(weights["id"]) - set(analysis["id"]))
    if lacking:
        raise SurveyError(
            f"weights: {len(lacking)} persons have a weight and no row in the analysis file "
            f"({shown(lacking)}); run the pipeline again from the cleaning."
        )
    return weights.merge(analysis, on="id", how="left", validate="one_to_one", sort=False)


def design_of(
    scheme: str, settings: dict[str, Any], respondents: pd.DataFrame, cells: pd.DataFrame
) -> design_engine.SecondPhase:
    """Design of a scheme: its cells and sizes, and the margins it was raked to.

    Parameters
    ----------
    scheme, settings
        Key and settings of the scheme in the configuration.
    respondents
        With ``w_<scheme>``, ``cell_<scheme>`` and the frame's variables.
    cells
        ``scheme, cell, N`` and more, of every scheme.
    """
    rows = cells[cells["scheme"] == scheme]
    margins, numeric = auxiliaries_of(settings)
    aux = None
    if margins or numeric:
        shares = [pd.get_dummies(respondents[name]).to_numpy(float) for name in margins]
        aux = np.column_stack([np.ones(len(respondents)), *shares, respondents[numeric].to_numpy(float)])
    return design_engine.second_phase(
        respondents[f"w_{scheme}"],
        respondents[f"cell_{scheme}"],
        dict(zip(rows["cell"].astype(str), rows["N"].astype(float), strict=True)),
        aux=aux,
    )


def auxiliaries_of(settings: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Categorical and numeric auxiliaries that a scheme meets in its last raking or calibration."""
    for step in reversed([settings, *settings.get("steps", [])]):
        if step.get("margins") or step.get("numeric"):
            return list(step.get("margins", [])), list(step.get("numeric", []))
    return [], []


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
