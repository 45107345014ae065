"""A study as it is planned: what texts ask of released tables, before there is anything to release."""

from __future__ import annotations

import pandas as pd

from surveypipe.intake.description import describe
from surveypipe.reporting.released import Released
from surveypipe.study.base import plain
from surveypipe.study.codebook import Codebook
from surveypipe.study.settings import Configuration

# Columns of released tables that the methods look into; a plan has no row of them.
LOOKED_INTO = {
    "claims": ("claim", "group_level", "scheme_primary"),
    "cleaning_summary": ("action", "records", "values"),
    "estimates": ("statistic", "estimate"),
    "flow": ("stage", "group_level", "n"),
    "multiverse": ("missing",),
    "weight_cells": ("scheme", "by", "members", "within", "merged"),
    "weight_diagnostics": ("scheme", "n", "N", "sum_weights", "w_min", "w_max", "deff_kish", "n_eff"),
}


def planned(settings: Configuration, codebook: Codebook) -> Released:
    """Give what texts are made of where nothing has been computed.

    Parameters
    ----------
    settings
        The completed configuration.
    codebook
        The codebook, from which variables are described as after cleaning.

    Returns
    -------
    Released
        With every table empty, so that no number of any result can be told.
    """
    frame = settings.frame
    known = {
        *settings.groups,
        *frame.columns,
        *frame.margins,
        *frame.numeric,
        *(recode.variable for recode in frame.recodes),
    }
    asked = {variable.name for variable in codebook.analysed()}
    listed = pd.DataFrame({name: pd.Series(dtype=object) for name in ("id", *sorted(known - asked - {"id"}))})
    return Released(
        plain(settings),
        describe(codebook, listed, settings.cleaning, settings.groups),
        {name: pd.DataFrame(columns=list(columns)) for name, columns in LOOKED_INTO.items()},
    )


def is_planned(released: Released) -> bool:
    """Whether nothing was computed yet."""
    return released.tables["weight_diagnostics"].empty
