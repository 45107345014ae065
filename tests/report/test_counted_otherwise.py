"""A claim counted by another rule: a table, and a sentence that names the farthest and what loses support."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

import made_up
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.assumptions import multiverse


def counted(*rows: dict) -> Released:
    given = made_up.released()
    summary = given.tables["multiverse_summary"].assign(measure="")
    first = {str(row["claim"]): row for _, row in summary[summary["group_level"].isna()].iterrows()}
    more = pd.DataFrame([dict(first[row["claim"]]) | row for row in rows])
    tables = {**given.tables, "multiverse_summary": pd.concat([summary, more], ignore_index=True)}
    claims = given.tables["claims"].copy()
    claims.loc[claims["claim"].isin(["C3", "C5"]) & (claims["group_level"].fillna("") == ""), "grade"] = 3
    return dataclasses.replace(given, tables=tables | {"claims": claims})


ROWS = [
    {"claim": "C3", "measure": "risk_above_half", "estimate": 0.58, "largest_shift": -0.12, "grade": 3},
    {"claim": "C5", "measure": "joint_agreed", "estimate": 0.41, "largest_shift": -0.2, "grade": 0},
    {"claim": "C5", "measure": "joint_above_half", "estimate": 0.33, "largest_shift": -0.28, "grade": 0},
]


def test_the_sentence_names_the_farthest_and_every_claim_that_loses_its_support():
    text = made_up.said("counted_otherwise", counted(*ROWS))
    assert "the largest move is that of C5" in text
    assert "to 33% (joint working: scale mean above 3.5)" in text
    assert text.endswith("C5 would not be supported.") and "C3" not in text
    assert text in made_up.said("multiverse", counted(*ROWS))
    assert text in made_up.said("multiverse_short", counted(*ROWS))


def test_where_no_claim_loses_its_support_the_sentence_says_that():
    assert made_up.said("counted_otherwise", counted(ROWS[0])).endswith("No claim loses its support by it.")


def test_without_another_rule_nothing_is_said():
    assert made_up.said("counted_otherwise", counted()) == ""


@pytest.mark.parametrize(("status", "cell"), [("released", "| 33 |"), ("suppressed", "| s |")])
def test_each_other_rule_is_a_row_under_its_claim(status: str, cell: str):
    table = multiverse(counted(ROWS[2] | {"status": status})).markdown(mark="Simulated data")
    row = next(line for line in table.splitlines() if "Joint working: scale mean above 3.5" in line)
    assert cell in row
    assert "28.0" not in row
