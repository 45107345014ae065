"""A summary names the worst case of its table, rows within groups included.

Each row of a table in turn is made the worst, by hand and without the code under test; the sentence has to
name it. Last, the worst case is looked up in the finished run's own tables.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

import made_up
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording import results, reviewers

GROUPS = {"": "", "AMH": " in adult mental health", "CSC": " in children's social care"}
# The rows of the shipped ledger.
ROWS = [(f"C{number}", "") for number in range(1, 7)] + [("C5", "AMH"), ("C5", "CSC")]
SHARES = [row for row in ROWS if row[0] != "C6"]


@pytest.fixture(scope="module")
def released() -> Released:
    return made_up.with_further(made_up.released())


def name_of(row: tuple[str, str]) -> str:
    return row[0] + GROUPS[row[1]]


def level_of(table: pd.DataFrame) -> pd.Series:
    return table["group_level"].fillna("").astype(str)


def at(table: pd.DataFrame, row: tuple[str, str], **wanted: str) -> pd.Series:
    chosen = (table["claim"] == row[0]) & (level_of(table) == row[1])
    for column, value in wanted.items():
        chosen &= table[column] == value
    assert chosen.any(), (row, wanted)
    return chosen


def with_table(released: Released, name: str, table: pd.DataFrame) -> Released:
    return dataclasses.replace(released, tables={**released.tables, name: table})


def made_worst(
    released: Released, name: str, row: tuple[str, str], column: str, worst: Any, rest: Any, **wanted: str
) -> Released:
    """Give every wanted row of a table the value `rest`, and one row the value `worst`."""
    table = released.tables[name].copy()
    everywhere = pd.Series(True, index=table.index)
    for key, value in wanted.items():
        everywhere &= table[key] == value
    table.loc[everywhere, column] = rest
    table.loc[at(table, row, **wanted), column] = worst
    return with_table(released, name, table)


def named(text: str, row: tuple[str, str]) -> bool:
    """Whether a sentence names a row, and not only another one of the same claim."""
    end = r"(?! in )" if not row[1] else ""
    return re.search(rf"\b{re.escape(name_of(row))}\b{end}", text) is not None


# What makes a row worst, and the sentence that has to name it.
SHIFT = {"step": "weighting", "measure": "shift", "scheme": "cells"}
LATE = {"step": "early_late", "measure": "late_minus_early"}
CASES: list[tuple[Callable[[Released], str], str, str, Any, Any, dict[str, str], list[tuple[str, str]]]] = [
    (partial(made_up.said, "multiverse_short"), "multiverse_summary", "largest_shift", -0.31, 0.01, {}, ROWS),
    (partial(made_up.said, "multiverse"), "multiverse_summary", "largest_shift", 0.31, 0.01, {}, ROWS),
    (partial(made_up.said, "multiverse_short"), "multiverse_summary", "grade_changes",
     "not supported: x", "none", {}, ROWS),
    (partial(made_up.said, "weighting"), "nonresponse", "estimate", -0.31, 0.01, SHIFT, ROWS),
    (partial(made_up.said, "weighting"), "nonresponse", "p_value", 0.001, 0.5, SHIFT, ROWS),
    (partial(made_up.said, "waves"), "nonresponse", "p_value", 0.001, 0.5, LATE, ROWS),
    (partial(made_up.said, "list"), "nonresponse", "estimate", 0.95, 0.1,
     {"step": "auxiliaries", "measure": "v_answer"}, ROWS),
    (partial(made_up.said, "bayes"), "not_at_random", "probability", 0.02, 0.9, {"method": "bayes"},
     [row for row in SHARES if row[0] != "C2"]),
    (lambda made: results.all_together(made, made_up.words())["claims__largest-shift-sentence"],
     "nonresponse", "estimate", -0.31, 0.01, SHIFT, ROWS),
    (lambda made: reviewers.questions(made, made_up.words()), "claims", "n", 12, 60, {}, ROWS),
]  # fmt: skip


@pytest.mark.parametrize(
    ("compose", "table", "column", "worst", "rest", "wanted", "row"),
    [(*case[:6], row) for case in CASES for row in case[6]],
)
def test_the_worst_row_is_named_wherever_it_stands(
    released: Released,
    compose: Callable[[Released], str],
    table: str,
    column: str,
    worst: Any,
    rest: Any,
    wanted: dict[str, str],
    row: tuple[str, str],
) -> None:
    text = compose(made_worst(released, table, row, column, worst, rest, **wanted))
    assert named(text, row), text


@pytest.mark.parametrize("row", [row for row in ROWS if not row[1] and row[0] != "C2"])
@pytest.mark.parametrize("measure", ["all_staff_as_last_wave", "all_staff_on_line"])
def test_every_estimate_that_the_waves_take_across_its_threshold_is_named(
    released: Released, row: tuple[str, str], measure: str
) -> None:
    claims, data = released.tables["claims"].copy(), released.tables["nonresponse"].copy()
    supported = {"C4": 0.3, "C6": 0.1}.get(row[0], 0.7)
    against = {"C4": 0.04, "C6": 0.4}.get(row[0], 0.34)
    claims.loc[at(claims, row), "estimate"] = supported
    data.loc[at(data, row, step="extrapolation", measure=measure), "estimate"] = against
    made = with_table(with_table(released, "claims", claims), "nonresponse", data)
    shown = f"{against:.2f}" if row[0] == "C6" else f"{100 * against:.0f}%"
    text = made_up.said("waves", made)
    assert re.search(rf"{row[0]} \(to {re.escape(shown)}\).* would cross", text), text


@pytest.mark.parametrize("row", ROWS)
def test_a_conclusion_that_imputation_changes_is_named(released: Released, row: tuple[str, str]) -> None:
    data = released.tables["estimates"].copy()
    kind = "mean_imputed" if row[0] == "C6" else "proportion_imputed"
    data.loc[at(data, row, statistic=kind), "flag"] = "primary; the conclusion differs"
    text = made_up.said("imputation", with_table(released, "estimates", data))
    assert named(text.split("imputed estimate is the one")[-1], row), text


@pytest.mark.parametrize("level", ["AMH", "CSC"])
@pytest.mark.parametrize(("over_all", "inside", "weaker"), [(2, 4, True), (3, 0, True), (3, 2, False)])
def test_a_weaker_grade_within_a_group_is_part_of_the_tally(
    released: Released, level: str, over_all: int, inside: int, weaker: bool
) -> None:
    claims = released.tables["claims"].copy()
    claims["grade"] = over_all
    claims.loc[at(claims, ("C5", level)), "grade"] = inside
    text = results.all_together(with_table(released, "claims", claims), made_up.words())["claims__tally"]
    assert (f"C5{GROUPS[level]}" in text) is weaker, text


@pytest.mark.parametrize("row", SHARES)
def test_the_smallest_tipping_point_is_found_in_every_row(released: Released, row: tuple[str, str]) -> None:
    claims = released.tables["claims"].copy()
    claims["grade"], claims["tipping_theta"] = 3, 9.0
    claims.loc[at(claims, row), "tipping_theta"] = 0.5
    text = made_up.said("bounds", with_table(released, "claims", claims))
    assert f"is 2.0 ({name_of(row)})" in text, text


@pytest.mark.parametrize("row", SHARES)
def test_a_claim_that_falls_with_the_readers_is_named(released: Released, row: tuple[str, str]) -> None:
    claims = released.tables["claims"].copy()
    claims["grade"], claims["reader_limit"] = 3, 0.6
    claims.loc[claims["claim"] == "C4", "reader_limit"] = 0.3
    claims.loc[at(claims, row), "reader_limit"] = 0.05
    text = made_up.said("readers", with_table(released, "claims", claims))
    assert named(text.split("would lose")[0], row), text


# --- the finished run ---------------------------------------------------------------------------------


def table_of(finished: Path, name: str) -> pd.DataFrame:
    table = pd.read_csv(finished / f"results/public/{name}.csv", keep_default_na=False, na_values=[""])
    return table.assign(group_level=level_of(table), status=table["status"].fillna(""))


def key_of(row: pd.Series) -> str:
    return name_of((str(row["claim"]), str(row["group_level"])))


def test_the_published_sentences_name_the_worst_of_the_published_tables(finished: Path) -> None:
    said = yaml.safe_load((finished / "results/numbers.yaml").read_text(encoding="utf-8"))["num"]
    summary = table_of(finished, "multiverse_summary")
    shares = summary[summary["claim"] != "C6"].dropna(subset=["largest_shift"])
    counted = shares["measure"].fillna("") != ""
    far = shares.loc[shares.loc[~counted, "largest_shift"].abs().idxmax()]
    otherwise = shares.loc[shares.loc[counted, "largest_shift"].abs().idxmax()]
    changed = summary[~summary["grade_changes"].fillna("none").isin(["none", ""])]
    changed = changed[changed["measure"].fillna("") == ""]
    for name in ("bias__multiverse-short", "bias__multiverse-sentence"):
        assert f"({key_of(far)})" in said[name]
        assert f"the largest move is that of {key_of(otherwise)}, from" in said[name]
        assert all(key_of(row) in said[name] for _, row in changed.iterrows())

    claims, data = table_of(finished, "claims"), table_of(finished, "nonresponse")
    for measure in ("all_staff_as_last_wave", "all_staff_on_line"):
        for _, row in data[data["measure"] == measure].dropna(subset=["estimate"]).iterrows():
            own = claims[(claims["claim"] == row["claim"]) & (claims["group_level"] == "")].iloc[0]
            if row["claim"] in ("C1", "C3", "C5") and (own["estimate"] > 0.5) != (row["estimate"] > 0.5):
                assert re.search(rf"{row['claim']} \(to [^)]+\).*would cross", said["bias__waves-sentence"])
    late = data[(data["step"] == "early_late") & (data["p_value"] < 0.05)]
    assert all(key_of(row) in said["bias__waves-sentence"] for _, row in late.iterrows())
