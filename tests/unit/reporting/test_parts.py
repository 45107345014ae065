"""Which parts of a report a study has follows from its configuration and its released tables."""

from __future__ import annotations

import dataclasses

import made_up
from surveypipe.reporting.parts import known_parts, parts_of
from surveypipe.reporting.tables import register


def rows(given):
    return {name: make(given).rows for name, make in register.TABLES.items()}


def test_the_parts_of_a_study_with_a_list_groups_and_claims():
    given = made_up.released()
    has = parts_of(given, rows(given))
    assert (
        {"list", "groups", "claims", "scenario", "weights", "rates", "table-ledger"} <= has <= known_parts()
    )
    assert not has & {"counts", "several_groups", "follow_up", "table-numbers"}


def test_a_part_whose_table_is_empty_is_absent():
    given = made_up.released()
    assert "rates" not in parts_of(given, rows(given) | {"response": []})


def test_no_claims_no_part_that_rests_on_them():
    given = made_up.released()
    without = dataclasses.replace(
        given,
        config=given.config | {"claims": {}},
        tables=given.tables | {"claims": given.tables["claims"].iloc[:0]},
    )
    has = parts_of(without, rows(without))
    assert not has & {"claims", "scenario", "claims_by_group", "table-ledger", "table-schemes"}


def test_a_selection_model_is_spoken_of_only_where_one_is_asked_for():
    given = made_up.released()
    assert "selection_model" not in parts_of(given, rows(given))
    asked = given.config | {"nonresponse": given.config.get("nonresponse", {}) | {"exclusion": ["wave"]}}
    assert "selection_model" in parts_of(dataclasses.replace(given, config=asked), rows(given))
    text = (made_up.ROOT / "workflow/documents/supplement.qmd").read_text(encoding="utf-8")
    assert '[ {{< meta num.bias__heckman-sentence >}}]{.part has="selection_model"}' in text
