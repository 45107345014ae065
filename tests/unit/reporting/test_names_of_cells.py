"""Cells of the weights are named by the variables that made them, whichever these are."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pandas as pd
import pytest

import made_up
from surveypipe.reporting.figures.register import DRAW
from surveypipe.reporting.figures.theme import themed
from surveypipe.reporting.lookups import cell_label, within_label
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.response import cells as table_of_cells
from surveypipe.reporting.wording.methods import weighting


def released(scheme: dict[str, Any], **columns: Any) -> Released:
    """Give a study whose primary weights are made otherwise, and what its table of cells says of them."""
    given = made_up.released()
    config = copy.deepcopy(given.config)
    config["weighting"]["schemes"]["cells"] = {"label": "Otherwise", **scheme}
    cells = given.tables["weight_cells"]
    kept = cells[cells["scheme"] != "cells"]
    made = kept[kept["scheme"] == "agency"].assign(scheme="cells", **columns)
    tables = given.tables | {"weight_cells": pd.concat([kept, made], ignore_index=True)}
    return dataclasses.replace(given, config=config, tables=tables)


def named(made: Released) -> list[str]:
    table = made.tables["weight_cells"]
    return [cell_label(made, row) for _, row in table[table["scheme"] == made.primary].iterrows()]


def test_cells_of_raked_weights_are_the_groups_and_bear_their_names():
    made = released({"method": "rake", "margins": ["agency", "profession_group"]})
    assert named(made) == list(made.levels.values())


def test_cells_that_stand_under_no_heading_name_every_variable():
    members = ["AMH × Nurse; AMH × Psychologist", "CSC × Nurse"]
    made = released(
        {"method": "poststratify", "by": ["agency", "profession"]}, by="agency:profession", members=members
    )
    amh, csc = made.levels.values()
    assert named(made) == [f"{amh} × Nurse or {made.in_text(amh)} × psychologist", f"{csc} × Nurse"]


def test_all_and_classes_of_propensities_are_called_what_they_are():
    made = released({"method": "propensity"}, by="", members=["All", "Class 2"])
    assert named(made) == ["All eligible", "Class 2"]


@pytest.fixture
def across_professions():
    """Merged within professions, which are no published groups."""
    return released(
        {
            "method": "poststratify",
            "by": ["profession", "agency"],
            "collapse": {"within": "profession", "min_n": 5},
        },
        by="profession:agency",
        within=["Nurse", "Psychologist"],
        members=["Nurse × AMH", "Psychologist × AMH; Psychologist × CSC"],
        merged=[False, True],
    )


def test_cells_within_another_variable_than_the_groups_are_headed_by_its_categories(across_professions):
    made = across_professions
    amh, csc = made.levels.values()
    assert named(made) == [amh, f"{amh} or {made.in_text(csc)}"]
    assert within_label(made, "Nurse") == "Nurse"
    assert weighting(made)["merged"] == [
        {"members": f"{made.in_text(amh)} or {made.in_text(csc)}", "within": "psychologist"}
    ]
    heads = [row[0] for row in table_of_cells(made).rows if len(row) == 1]
    assert heads == ["**Nurse**", "**Psychologist**"]


def test_the_figure_of_weights_draws_them(across_professions):
    with themed("weights"):
        drawn = DRAW["weights"](across_professions)
    labels = [text.get_text().replace("\n", " ") for text in drawn.figure.texts]
    assert f"Nurse: {across_professions.in_text(across_professions.levels['AMH'])}" in labels
