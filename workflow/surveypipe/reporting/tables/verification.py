"""What the tests check against R."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.formatting import NO_BREAK, NOT_APPLICABLE, escape
from surveypipe.reporting.lookups import rows_of
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.layout import Column, Table

if TYPE_CHECKING:
    import pandas as pd


# Which file of golden tests belongs to which group of methods.
METHOD_GROUPS = {
    "test_stage_golden": "What the stages publish, from a raw file: weights, estimates, tests, a model",
    "test_estimates_golden": "Means, totals, shares, ratios, domains, quantiles",
    "test_variance_golden": "Standard errors: linearised, with the correction, replicates",
    "test_intervals_golden": "Intervals of shares",
    "test_weighting_golden": "Weights: post-stratified, raked, calibrated, trimmed",
    "test_group_tests_golden": "Tests between groups",
    "test_models_golden": "Linear, logistic, proportional-odds and Poisson models",
    "test_reliability_golden": "Reliability and polychoric correlations",
    "test_agreement_golden": "Agreement of coders",
    "test_response_rates_golden": "Outcome rates",
    "test_nonresponse_bias_golden": "Non-response bias indicators",
    "test_proxy_pattern_mixture_golden": "Proxy pattern mixture",
    "test_sensitivity_golden": "Response-odds mixture, tipping point, bounds",
}
# What the data are that the list of checks names.
DATA_IN_WORDS = {
    "apistrat": "schools by strata",
    "apiclus1": "schools by districts",
    "apisrs": "schools at random",
    "fixture A": "invented answers of two groups",
    "fixture B": "invented answers of five cells",
    "invented counts": "invented counts",
    "10 by 4 answers": "invented answers to four items",
    "tables": "printed tables",
    "as printed there": "examples as published",
    "examples of irrCAC": "examples of R's package irrCAC",
}
_SCHOOLS = "schools "
SIMULATED_ABOVE = 1e-3


def verification(released: Released) -> Table:
    """Condense the list of checks against R: per group of methods how many, and how closely."""
    columns = [
        Column("Methods", 44, "l"), Column("R values", 12), Column("Known answers", 12),
        Column("Largest relative tolerance", 18), Column("Data", 30, "l"),
    ]  # fmt: skip
    table = Table("verification", "What the tests check against R", columns)
    data = released.table("verification")
    checked = rows_of(data, status="checked")
    for name in _test_files(checked["tests"]):
        own = checked[checked["tests"].str.split(", ").map(lambda files, name=name: name in files)]
        exact = own[(own["tolerance_kind"] == "relative")]
        table.rows.append(
            [
                METHOD_GROUPS.get(name, escape(name.replace("_", " "))),
                formatting.count(len(exact)),
                formatting.count(len(own) - len(exact)),
                _tolerance(exact),
                escape(formatting.capital(", ".join(_data_of(own)))),
            ]
        )
    table.notes = _verification_notes(data, checked)
    return table


def _data_of(checked: pd.DataFrame) -> list[str]:
    """Name the data of some checks in words, each once."""
    names = re.split(r"[,;] ", ", ".join(checked["data"].astype(str)))
    return [DATA_IN_WORDS.get(name, name) for name in dict.fromkeys(names)]


def _test_files(column: Iterable[str]) -> list[str]:
    found = {name for text in column for name in str(text).split(", ") if name}
    order = list(METHOD_GROUPS)
    return sorted(found, key=lambda name: (order.index(name) if name in order else len(order), name))


def _tolerance(rows: pd.DataFrame) -> str:
    """Largest tolerance as a power of ten, simulated entries left aside."""
    values = [float(value) for value in rows["tolerance"] if float(value) < SIMULATED_ABOVE]
    if not values:
        return NOT_APPLICABLE
    largest = max(values)
    power = math.floor(math.log10(largest) + 1e-9)
    digits = largest / 10**power
    lead = "" if abs(digits - 1) < 1e-9 else f"{formatting.decimal(digits, 1)}{NO_BREAK}×{NO_BREAK}"
    return f"{lead}10^{formatting.MINUS}{-power}^"


def _verification_notes(data: pd.DataFrame, checked: pd.DataFrame) -> list[str]:
    left = data[data["status"] != "checked"]
    lacking = [text for text in dict.fromkeys(left["not_offered"]) if text]
    simulated = checked[checked["tolerance"].astype(float) >= SIMULATED_ABOVE]
    known = checked[checked["tolerance_kind"] != "relative"]
    published = int((checked["through"].fillna("") != "").sum())
    return [
        f"{formatting.count(published)} results were read off the tables that the stages publish, run "
        "from a raw file and a configuration; all others check formulas."
        if published
        else "",
        f"{formatting.count(len(checked) - len(known))} results of R and "
        f"{formatting.numeral(len(known), 'known answer')}, which are sets of printed figures held to their "
        "last digit. An entry counts in each group that checks it. R values are on public data of the R "
        "packages.",
        "Schools, three samples of Californian schools that R's package survey holds: of strata, of whole "
        "districts and at random."
        if any(words.startswith(_SCHOOLS) for words in _data_of(checked))
        else "",
        f"{formatting.numeral(len(simulated), 'bootstrap entry', 'bootstrap entries').capitalize()} "
        f"{'is' if len(simulated) == 1 else 'are'} held to {'its' if len(simulated) == 1 else 'their'} "
        "simulation error and left out of the tolerance."
        if len(simulated)
        else "",
        f"Not offered and so not checked: {escape(formatting.sentence_list(lacking))}." if lacking else "",
    ]
