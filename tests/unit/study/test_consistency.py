"""The configuration is refused in words a researcher can act on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from document_configuration import FILES, page, schema_text
from studies import FIXED
from surveypipe.study import consistency
from surveypipe.study.base import plain
from surveypipe.study.checks import schema_problems
from surveypipe.study.claims import AnyClaim
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.codebook_parsing import parse_codebook
from surveypipe.study.completion import completed
from surveypipe.study.reading import checked, read_yaml, texts
from surveypipe.study.schema import schema_of
from surveypipe.study.settings import Configuration

ROOT = Path(__file__).resolve().parents[3]
SCHEMAS = {file.schema: schema_of(file.kind) for file in FILES}
SCHEMA, CODEBOOK_SCHEMA = SCHEMAS["config"], SCHEMAS["codebook"]


@pytest.fixture
def config() -> dict[str, Any]:
    return plain(checked(read_yaml(FIXED / "config.yaml"), Configuration, "c"))


@pytest.fixture
def codebook() -> dict[str, Any]:
    return texts(read_yaml(FIXED / "codebook.yaml"))


def consistency_problems(config: dict[str, Any], codebook: dict[str, Any], name: str) -> list[str]:
    book = checked(codebook, CodebookFile, "book")
    return consistency.consistency_problems(completed(checked(config, Configuration, name), book), book, name)


def closed(schema: Any) -> list[str]:
    """Objects with named properties that would take an unknown key."""
    found = []
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("additionalProperties") is not False:
            found.append(json.dumps(schema)[:80])
        for value in schema.values():
            found += closed(value)
    elif isinstance(schema, list):
        for value in schema:
            found += closed(value)
    return found


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_every_schema_is_closed_and_every_key_described(schema: dict[str, Any]):
    assert closed(schema) == []

    def undescribed(node: Any, name: str = "") -> list[str]:
        found = []
        for key, about in node.get("properties", {}).items():
            found += [] if about.get("description") or "$ref" in about else [f"{name}.{key}"]
            found += undescribed(about, f"{name}.{key}")
        for inner in ("items", "additionalProperties"):
            if isinstance(node.get(inner), dict):
                found += undescribed(node[inner], f"{name}.{inner}")
        for block, about in node.get("$defs", {}).items():
            found += undescribed(about, block)
        return found

    assert undescribed(schema) == []


def test_unknown_key_is_named_with_its_place_and_the_nearest_known_key(config: dict):
    config["weighting"]["primry"] = config["weighting"].pop("primary")
    problems = schema_problems(config, SCHEMA, "config.yaml")
    assert any("config.yaml: weighting: unknown key 'primry'" in p for p in problems)


def test_all_problems_are_told_at_once(config: dict):
    config["study"]["data"] = "simulatd"
    config["seed"] = "today"
    del config["claims"]["C1"]["label"]
    problems = schema_problems(config, SCHEMA, "config.yaml")
    assert len(problems) == 3
    assert any("did you mean 'simulated'" in p for p in problems)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("report", "documents"), {"My_Paper": ["authors"]}, "use small letters, digits and -"),
        (("cleaning", "scales", 0, "items"), [], "there should be at least 2 of these"),
        (("nonresponse",), None, "nothing stands after the colon"),
        (("response", "dispositions", "refused"), 2.2, "put it in quotes"),
        (("response", "dispositions", "refused"), True, "YAML reads this as true"),
        (("seed",), "one", "'one' should be a whole number"),
    ],
)
def test_what_a_user_gets_wrong_is_told_without_words_of_the_schema(
    config: dict, path: tuple, value: Any, words: str
):
    place = config
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    problems = schema_problems(config, SCHEMA, "c")
    assert len(problems) == 1
    assert words in problems[0]


def test_two_missing_keys_are_told_once(config: dict):
    del config["study"]["title"], config["study"]["setting"]
    assert len(schema_problems(config, SCHEMA, "c")) == 1


def test_yes_and_no_without_quotes(codebook: dict):
    codebook["variables"]["read"]["values"] = {1: True, 2: False}
    problems = schema_problems(codebook, CODEBOOK_SCHEMA, "book")
    assert len(problems) == 1
    assert "put Yes and No in quotes" in problems[0]


@pytest.mark.parametrize("column", ["outcome", "agency"])
def test_columns_without_which_the_staff_list_is_misread(config: dict, codebook: dict, column: str):
    del config["frame"]["columns"][column]
    problems = consistency_problems(config, codebook, "c")
    assert any("frame.columns" in text and column in text for text in problems)


def test_without_core_items_every_question_counts(config: dict, codebook: dict):
    for about in codebook["variables"].values():
        about.pop("core", None)
    assert consistency_problems(config, codebook, "c") == []
    book = parse_codebook(codebook)
    asked = [name for name, about in book.variables.items() if about.role == "question"]
    assert book.core_items() == asked


def test_every_key_of_a_variable_is_documented():
    page = (ROOT / "docs/configuration.md").read_text()
    for key in CODEBOOK_SCHEMA["$defs"]["Column"]["properties"]:
        assert f"variables.*.{key} " in page or f"variables.*.**{key}** " in page


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("weighting", "primary"), "cell", "unknown scheme 'cell' (did you mean 'cells'?)"),
        (
            ("claims", "C3", "variable"),
            "risk_abov",
            "unknown variable 'risk_abov' (did you mean 'risk_above'?)",
        ),
        (("claims", "C5", "by"), "agencies", "'agencies' has no entry under groups"),
        (
            ("weighting", "schemes", "agency", "by"),
            ["agency", "years_in_post"],
            "is not a variable of the frame",
        ),
        (("sensitivity", "scenario", "variable"), "reader", "unknown variable 'reader'"),
    ],
)
def test_contradictions_between_the_parts(config: dict, codebook: dict, path: tuple, value: Any, words: str):
    place: Any = config
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    problems = consistency_problems(config, codebook, "config.yaml")
    assert len(problems) == 1
    assert words in problems[0]


def test_claim_of_a_kind_needs_its_keys(config: dict):
    del config["claims"]["C6"]["margin"]
    del config["claims"]["C1"]["threshold"]
    assert schema_problems(config, SCHEMA, "c") == [
        "c: claims.C1: the key 'threshold' is missing; add it.",
        "c: claims.C6: the key 'margin' is missing; add it.",
    ]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"base": "reders"}, "nothing says who is in 'reders' (did you mean 'readers'?)"),
        ({"margin": 5.0}, "the margin -5 lies outside what can be answered, -4 to 4"),
    ],
)
def test_a_claim_must_have_bounds_and_a_limit_that_can_be_reached(
    config: dict, codebook: dict, keys: dict[str, Any], words: str
):
    config["claims"]["C6"] |= keys
    problems = consistency_problems(config, codebook, "config.yaml")
    assert any(words in problem for problem in problems)


def test_a_block_of_several_kinds_is_held_against_the_kind_that_it_names(config: dict):
    config["claims"]["C1"]["kind"] = "shre"
    del config["claims"]["C2"]["kind"]
    config["claims"]["C3"]["margin"] = 0.25
    config["claims"]["C4"] = "read"
    config["cleaning"]["rules"][2] = {"type": "duplicate", "keep": "newest"}
    config["cleaning"]["recodes"][0] |= {"cut": "three", "kut": 3}
    kinds = ", ".join(kind.tag() for kind in get_args(AnyClaim))
    assert schema_problems(config, SCHEMA, "c") == [
        f"c: claims.C1.kind: 'shre' is not one of {kinds} (did you mean 'share'?).",
        f"c: claims.C2: the key 'kind' is missing; add it ({kinds}).",
        "c: claims.C3: unknown key 'margin'. Correct or delete it.",
        "c: claims.C4: 'read' should be a block of keys, indented below it.",
        "c: cleaning.recodes.0: unknown key 'kut' (did you mean 'cut'?). Correct or delete it.",
        "c: cleaning.recodes.0.cut: 'three' should be a number.",
        "c: cleaning.rules.2.keep: 'newest' is not one of most_complete, first, last.",
    ]


def test_what_is_not_said_has_a_default(config: dict):
    assert plain(checked(config, Configuration, "c")) == config
    del config["nonresponse"], config["report"], config["response"]["core"]
    del config["cleaning"]["rules"][1]["action"]
    whole = checked(config, Configuration, "c")
    assert whole.nonresponse.weak_rho == 0.3 and whole.report.csl == "harvard-cite-them-right"
    assert whole.cleaning.rules[1].action == "drop"


def test_known_variables_hold_scales_recodes_and_frame(config: dict, codebook: dict):
    known = consistency.known_variables(
        checked(config, Configuration, "c"), checked(codebook, CodebookFile, "b")
    )
    assert {"read", "joint", "joint_above", "profession_group", "agency"} <= set(known)


def test_documentation_of_the_configuration_is_in_step_with_the_types():
    assert (ROOT / "docs/configuration.md").read_text() == page(), "run: make docs"
    for file in FILES:
        written = ROOT / f"workflow/schemas/{file.schema}.schema.json"
        assert written.read_text() == schema_text(file), f"run: make docs ({written.name})"


@pytest.mark.parametrize(
    "first, last, words",
    [
        ("2012-04-01", "2012-03-31", "lies before the first"),
        ("2012-01-16", "2012-02-30", "no such day"),
    ],
)
def test_fieldwork_that_cannot_be(config: dict, codebook: dict, first: str, last: str, words: str):
    config["study"]["field_period"] = {"first": first, "last": last}
    (problem,) = consistency_problems(config, codebook, "config.yaml")
    assert "study.field_period" in problem and words in problem


def test_two_claims_on_one_variable_are_refused(config: dict, codebook: dict):
    config["claims"]["C7"] = {**config["claims"]["C6"], "margin": 0.5}
    (problem,) = consistency_problems(config, codebook, "c")
    assert problem.startswith(
        "c: claims.C7.variable: 'contact_minus_joint' is the variable of claim C6 already"
    )


@pytest.mark.parametrize(
    ("variable", "level", "told"),
    [
        ("read", 7, "c: sensitivity.scenario.level: 'read' has no answer 7; its answers are 1 (Yes)"),
        ("read", "never", "c: sensitivity.scenario.level: 'read' has no answer never"),
        ("agency", "AMH", "c: sensitivity.scenario.variable: 'agency' is known of everybody"),
    ],
)
def test_a_suspected_answer_that_nobody_can_give(config, codebook, variable, level, told):
    config["sensitivity"]["scenario"] |= {"variable": variable, "level": level}
    (problem,) = consistency_problems(config, codebook, "c")
    assert problem.startswith(told)


def test_a_threshold_beside_a_preset_that_hides_nothing_is_told(config: dict, codebook: dict):
    config["disclosure"] = {"preset": "open", "min_base": 5}
    (problem,) = consistency_problems(config, codebook, "c")
    assert "'open' hides nothing" in problem and "min_base" in problem
