"""Numbers of the text: each format on values where rounding, sign or absence could go wrong, and the keys."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
import yaml

import made_up
from surveypipe import formatting
from surveypipe.problems import SurveyError
from surveypipe.reporting import numbers
from surveypipe.reporting.headlines import headlines

KEY = re.compile(r"[a-z][a-z0-9_-]*")


@pytest.fixture(scope="module")
def released():
    return made_up.released()


@pytest.fixture(scope="module")
def made(released):
    return numbers.numbers(released)


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (0.285, 2, "0.29"), (-0.125, 2, "−0.13"), (-0.001, 2, "0.00"), (1234.5, 0, "1,235"), (0.5, 0, "1"),
        (2.5, 0, "3"), (-1500.25, 1, "−1,500.3"), (1e-9, 3, "0.000"),
    ],
)  # fmt: skip
def test_decimal_rounds_half_away_from_zero_with_a_true_minus(value, places, text):
    assert formatting.decimal(value, places) == text


@pytest.mark.parametrize(
    "form", [formatting.decimal, formatting.percent, formatting.count, formatting.points]
)
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_missing_number_is_never_printed(form, value):
    with pytest.raises(ValueError, match="cannot be printed"):
        form(value)


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0009999, "< 0.001"),
        (0.001, "0.001"),
        (0.0342, "0.034"),
        (0.0994, "0.099"),
        (0.0996, "0.10"),
        (1.0, "1"),
    ],
)
def test_p_value(p, text):
    assert formatting.p_value(p) == text


def test_p_value_outside_its_range_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        formatting.p_value(-0.01)


def test_percent_and_intervals():
    assert formatting.percent(0.8402) == "84%"
    assert formatting.percent(0.8402, 1) == "84.0%"
    assert formatting.percent_interval(0.765, 0.8949) == "77% to 89%"
    assert formatting.span("77", "89") == "77–89"
    assert formatting.span("−0.25", "0.01") == "−0.25\u00a0to\u00a00.01"


def test_markdown_is_escaped():
    assert formatting.escape("a*b_c|[d] <e> 5%") == r"a\*b\_c\|\[d\] \<e\> 5%"


def test_lists_and_numerals():
    assert formatting.sentence_list(["C1"]) == "C1"
    assert formatting.sentence_list(["C1", "C2", "C4"]) == "C1, C2 and C4"
    assert formatting.numeral(1, "category", "categories") == "one category"
    assert formatting.numeral(12, "cell") == "12 cells"


@pytest.mark.parametrize(
    ("low", "high", "word", "phrase"),
    [
        (0.01, 0.2, "higher", "higher than"),
        (-0.2, -0.01, "lower", "lower than"),
        (-0.01, 0.2, "not clearly different", "not clearly different from"),
        (0.0, 0.2, "not clearly different", "not clearly different from"),
    ],
)
def test_direction_follows_the_interval_and_never_claims_equality(low, high, word, phrase):
    assert numbers.direction(low, high) == word
    assert numbers.comparison(low, high) == phrase


def test_every_key_can_be_called_and_no_value_is_missing(made):
    assert len(made) > 1000
    assert [key for key in made if not KEY.fullmatch(key)] == []
    assert [key for key, value in made.items() if not value or "nan" in value.lower().split()] == []
    assert not any(re.search(r"\bnan\b|\binf\b|None", value) for value in made.values())


def test_yaml_gives_back_the_same_strings(made):
    assert yaml.safe_load(numbers.as_yaml(made)) == {"num": made}


def test_fields_of_an_estimate(released, made):
    row = released.share("read", "1")
    stem = row["estimate_id"]
    assert made[f"{stem}__pct"] == formatting.percent(row["estimate"])
    assert made[f"{stem}__ci"] == formatting.percent_interval(row["ci_low"], row["ci_high"])
    assert made[f"{stem}__n"] == "119"
    assert made["read__yes__difference__agency__cells__est"] == "−9 percentage points"
    assert made["read__yes__difference__agency__cells__ci"] == "−21 to 3"
    assert made["read__rao_scott__agency__cells__test"] == "*F*(1, 115) = 3.21, *p* = 0.076"
    assert made["contact_minus_joint__mean__overall__cells__est"] == "−0.12"


def test_claims_and_their_words(made):
    assert made["claim-c1__threshold"] == "50%"
    assert made["claim-c1__tipping_theta"] == "3.4"
    assert made["claim-c3__tipping_theta"] == "none"
    assert made["claim-c3__verb"] == "was not supported"
    assert made["claim-c6__power_at_zero"] == "83%"
    assert made["claim-c6__ci_tost"] == "−0.24 to 0.00"
    assert made["claim-c5-amh__n"] == "45"
    assert made["claims-n"] == "six"
    assert made["claims-not-supported"] == "C3 and C6"


def test_a_share_near_a_half_is_not_called_a_majority(released):
    row = released.claim_rows()[0].copy()
    for low, high, words in (
        (0.51, 0.7, "most"),
        (0.3, 0.49, "fewer than half"),
        (0.49, 0.74, "not clearly more than half"),
    ):
        row["estimate"], row["ci_low"], row["ci_high"] = (low + high) / 2, low, high
        assert numbers.quantity(row) == words


def test_study_facts(made):
    assert (made["n"], made["n-eligible"], made["n-list"], made["n-amh"]) == ("119", "312", "320", "45")
    assert (made["rr2"], made["rr2-amh"]) == ("38%", "26%")
    assert made["software-pandas"]


def changed(released, name, change):
    table = released.tables[name].copy()
    change(table)
    return dataclasses.replace(released, tables={**released.tables, name: table})


def test_a_suppressed_value_says_so_in_every_field(released):
    where = released.tables["estimates"]["estimate_id"] == "read__yes__proportion__agency-amh__cells"

    def hide(table):
        table.loc[where, "status"] = "suppressed"
        table.loc[where, ["estimate", "ci_low", "ci_high", "n", "se"]] = np.nan

    hidden = numbers.numbers(changed(released, "estimates", hide))
    for field in ("est", "pct", "ci", "n"):
        assert hidden[f"read__yes__proportion__agency-amh__cells__{field}"] == r"\[suppressed\]"


def test_a_value_missing_without_reason_stops_and_names_the_estimate(released):
    def lose(table):
        table.loc[table["estimate_id"] == "read__yes__proportion__overall__cells", "estimate"] = np.nan

    with pytest.raises(SurveyError, match="read__yes__proportion__overall__cells"):
        numbers.numbers(changed(released, "estimates", lose))


def test_headlines_are_plain(released):
    found = headlines(released)
    assert "SIMULATED" in found["mark"]
    assert found["answered"].startswith("119 people answered, of 312 counted as eligible")
    assert "questions, described in" in found["asked"]
    assert [claim["claim"] for claim in found["claims"]] == ["C1", "C2", "C3", "C4", "C5", "C6"]
    assert found["plan"] == "No plan is sealed."
    assert found["claims"][0]["text"].startswith("C1 Read the protocols: ")
