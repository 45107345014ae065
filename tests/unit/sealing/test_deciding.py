"""What decides is in the plan, and what only prints is not."""

from __future__ import annotations

import pytest

from document_configuration import rows
from sealed import Change, plan
from surveypipe.sealing.deciding import CODEBOOK_PRINTED, COLUMN_PRINTED, NAMES_ONLY, PRINTED, printed_only
from surveypipe.study.codebook_file import CodebookFile, Column
from surveypipe.study.schema import schema_of
from surveypipe.study.settings import Configuration

SCHEMA = schema_of(Configuration)
ROWS = {row[0].replace("**", ""): row for row in rows(SCHEMA, SCHEMA)}

PRINTS: dict[str, Change] = {
    "a title": lambda config, book: config["study"].update(title="Another"),
    "a place": lambda config, book: config["study"].update(setting="elsewhere"),
    "the name of a claim in figures": lambda config, book: config["claims"]["C1"].update(short="Another"),
    "the label of a scheme": lambda config, book: config["weighting"]["schemes"]["cells"].update(label="A"),
    "the label of a scale": lambda config, book: config["cleaning"]["scales"][0].update(label="A"),
    "the label of a group": lambda config, book: config["groups"]["agency"]["levels"].update(AMH="A"),
    "vocabulary": lambda config, book: config.update(vocabulary={"list": "roll"}),
    "documents": lambda config, book: config.update(report={"language": "de"}),
    "disclosure control": lambda config, book: config.update(disclosure={"preset": "strict"}),
    "a default that is said": lambda config, book: config["analysis"].update(ci_level=0.95),
    "the label of a question": lambda config, book: book["variables"]["read"].update(label="Another"),
    "the wording of a question": lambda config, book: book["variables"]["read"].update(question="Another?"),
    "answers written out": lambda config, book: book["variables"]["read"].update(
        values=book["value_sets"]["yes_no"]
    ),
}
DECIDES: dict[str, Change] = {
    "claims.C1.threshold": lambda config, book: config["claims"]["C1"].update(threshold=0.6),
    "claims.C6.margin": lambda config, book: config["claims"]["C6"].update(margin=0.5),
    "claims.C1.label": lambda config, book: config["claims"]["C1"].update(label="Another sentence"),
    "bases.readers": lambda config, book: config["bases"].update(readers={"read": 2}),
    "weighting.primary": lambda config, book: config["weighting"].update(primary="agency"),
    "analysis.models": lambda config, book: config["analysis"]["models"].pop(),
    "cleaning.rules": lambda config, book: config["cleaning"]["rules"].reverse(),
    "seed": lambda config, book: config.update(seed=7),
    "codebook.counts": lambda config, book: book["value_sets"]["yes_no"].update(counts=2),
    "codebook.answer": lambda config, book: book["value_sets"]["agreement"].update({1: "Agree much"}),
    "codebook.missing": lambda config, book: book["missing_sets"]["not_given"]["codes"].pop(98),
}


@pytest.mark.parametrize("what", PRINTS)
def test_what_prints_leaves_the_plan_as_it_is(what: str) -> None:
    assert plan(PRINTS[what]).text == plan().text


@pytest.mark.parametrize("what", DECIDES)
def test_what_decides_changes_the_plan(what: str) -> None:
    assert plan(DECIDES[what]).text != plan().text


@pytest.mark.parametrize("pattern", [*PRINTED, *NAMES_ONLY])
def test_each_key_that_is_left_out_is_one(pattern: str) -> None:
    assert pattern in ROWS or any(key.startswith(pattern.removesuffix(".*")) for key in ROWS)


def test_every_key_that_names_things_in_tables_is_left_out() -> None:
    """A label that is added to the configuration is to be listed, or else to be told of as deciding."""
    words = ("Name in tables", "Name in figures", "Names of")
    named = {key for key, row in ROWS.items() if row[3].startswith(words)}
    assert {key for key in named if not printed_only(key.replace("[]", ".x"))} <= {"groups.*.levels"}
    assert not printed_only("claims.C1.threshold") and not printed_only("seed")


def test_of_a_default_the_plan_knows_that_nobody_said_it() -> None:
    changed = plan(lambda config, book: config["analysis"].update(proportion_interval="wilson"))
    assert "proportion_interval" in plan().text["analysis"]
    assert "proportion_interval" not in plan().said["analysis"]
    assert changed.said["analysis"]["proportion_interval"] == "wilson"


def test_what_a_codebook_only_prints_is_of_its_form() -> None:
    assert set(CODEBOOK_PRINTED) < set(CodebookFile.__struct_fields__)
    assert set(COLUMN_PRINTED) < set(Column.__struct_fields__)
