"""Counts, response rates and diagnostics of weights as rows of the table of estimates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from surveypipe.estimation.rows import estimate_row
from surveypipe.estimation.survey import (
    Survey,
    analysed_variables,
)
from surveypipe.identifiers import ANSWERED
from surveypipe.study.cleaning import MissingReason
from surveypipe.study.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pandas as pd


def count_rows(flow: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Turn counts of the flow of cases into rows."""
    for row in flow.to_dict("records"):
        place = _place(row)
        yield estimate_row(
            str(row["stage"]), "count", float(row["n"]), **place, n=row["n"], method="count",
            variable_label=str(row["stage_label"]), base="all",
        )  # fmt: skip


def response_rate_rows(rates: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """AAPOR rates as rows: n is the denominator, n_level the numerator."""
    for row in rates.to_dict("records"):
        yield estimate_row(
            str(row["rate"]), "response_rate", row["value"], **_place(row), n=row["denominator"],
            method=f"AAPOR {row['rate']}: {row['formula']}", variable_label=f"AAPOR {row['rate']}",
            base="all", n_level=row["numerator"],
        )  # fmt: skip


def _place(row: Mapping[Any, Any]) -> dict[str, str]:
    level = row["group_level"]
    return {"group": str(row["group"]), "group_level": level if isinstance(level, str) else ""}


# Column of the diagnostics -> variable and label of its row ('N' and 'n' would make the same identifier).
DIAGNOSTICS = {
    "N": ("staff", "Eligible {people.many}"),
    "n": ("respondents", "Respondents"),
    "sum_weights": ("sum_weights", "Sum of weights"),
    "w_min": ("w_min", "Smallest weight"),
    "w_max": ("w_max", "Greatest weight"),
    "w_mean": ("w_mean", "Mean weight"),
    "deff_kish": ("deff_kish", "Design effect of weighting (Kish)"),
    "n_eff": ("n_eff", "Effective number of respondents"),
    "n_cells": ("n_cells", "Response cells"),
    "n_merged": ("n_merged", "Cells merged"),
}


def diagnostic_rows(diagnostics: pd.DataFrame, words: Vocabulary) -> Iterator[dict[str, Any]]:
    """Weight diagnostics as rows, labelled in the study's words."""
    for row in diagnostics.to_dict("records"):
        for column, (name, label) in DIAGNOSTICS.items():
            yield estimate_row(
                name, "weight_diagnostic", float(row[column]), scheme=str(row["scheme"]), n=row["n"],
                method=str(row["method"]), variable_label=words.fill(label), base="all",
            )  # fmt: skip


def answered_rows(survey: Survey) -> Iterator[dict[str, Any]]:
    """How many answered each question of which nothing is estimated: a text, a date, one left aside.

    Of all respondents, unweighted. Every other question has its number in the rows of its estimates.
    """
    estimated, people = set(analysed_variables(survey.settings)), len(survey.respondents)
    for name, about in survey.variables.items():
        asked = about.get("role") == "question" and not about.get("derived")
        if asked and name not in estimated and name in survey.respondents:
            yield estimate_row(
                name, ANSWERED, float(survey.respondents[name].notna().sum()), n=people, method="count",
                variable_label=survey.label(name), base="all", scheme=survey.unweighted or "none",
            )  # fmt: skip


_REASONS = {
    MissingReason.BLANK: "Left blank",
    MissingReason.NOT_ASKED: "Not asked",
    MissingReason.SET_MISSING: "Set to missing in cleaning",
}


def missing_rows(survey: Survey, missing: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """How many gave no answer to an item, by reason; of all respondents, unweighted."""
    people = len(survey.respondents)
    held = missing[missing["id"].isin(set(survey.respondents["id"]))]
    for name in analysed_variables(survey.settings):
        rows = held[held["variable"] == name]
        told = rows["reason"] == MissingReason.USER_MISSING
        label = rows["label"].fillna("").astype(str).where(told, "")
        # A code may be called what a reason is called ("Not asked"): the level tells the two apart.
        level = label.where(label != "", rows["reason"])
        level = level.where(~(told & level.isin(_REASONS)), "code: " + level)
        text = label.where(label != "", rows["reason"].map(_REASONS))
        found = Counter(zip(level.astype(str), text.astype(str), strict=True))
        for (reason, words), count in sorted(found.items()):
            yield estimate_row(
                name, "no_answer", float(count), level=reason, level_label=words,
                n=people, method="count", variable_label=survey.label(name), base="all",
                scheme=survey.unweighted or "none",
            )  # fmt: skip
