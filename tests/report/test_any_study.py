"""Studies of which little is known have every table, figure and text that they can have, and no other."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import test_prose as prose
import yaml

import any_study
import made_up
import rehearsed
from studies import ROOT, small_study
from surveypipe.formatting import PRINTED
from surveypipe.rendering.parts import resolved
from surveypipe.reporting import headlines, names, number_sources, numbers
from surveypipe.reporting.answer_blocks import of_variables
from surveypipe.reporting.figures import answers as drawn
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.register import DRAW
from surveypipe.reporting.parts import known_parts, parts_of
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables import models, nonresponse, register
from surveypipe.reporting.tables.layout import Table
from surveypipe.reporting.tables.questionnaire import questionnaire
from surveypipe.reporting.tables.questions import answer_tables
from surveypipe.reporting.wording import answers, documents, methods, results, reviewers
from surveypipe.reporting.wording import nonresponse as bias_text
from surveypipe.reporting.wording.answers import counted_only
from surveypipe.reporting.wording.level_contrasts import level_contrast

TABLES = {**register.TABLES, **nonresponse.TABLES, **models.TABLES}
# What only a list, headcounts or claims could tell of.
NEVER = {
    "a file alone": r"census|eligible|response rate of|on the list|the silent|tipping|grade|[Ee]ach claim",
    "groups that are asked": r"census|eligible|response rate of|on the list|the silent|tipping|[Ee]ach claim",
    "headcounts": r"on the list|tipping|[Ee]ach claim",
    any_study.COUNTED: r"on the list|nan\b",
    # Bounds and tipping points are named only to say that they cannot be given.
    "claims": r"census|response rate of|on the list|the silent|tipping point is|[Bb]ounds (?:decide|lie)|"
    r"whatever the|nan\b",
}


@pytest.fixture(params=any_study.STUDIES)
def given(request: pytest.FixtureRequest, study: Callable[[str], Released]) -> Released:
    return study(request.param)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Released]:
    return cache(lambda name: any_study.released(tmp_path_factory, name))


def named(given: Released) -> str:
    if given.population == "counts" and given.claims:
        return any_study.COUNTED
    if given.population == "counts":
        return "headcounts"
    if given.claims:
        return "claims"
    return "groups that are asked" if given.levels else "a file alone"


def kept(make: Callable[[Released], dict[str, Any]]) -> Callable[[Released], dict[str, Any]]:
    """Make something of a study once; the study is kept beside it, so that no other takes its identity."""
    made: dict[int, tuple[Released, dict[str, Any]]] = {}

    def once(given: Released) -> dict[str, Any]:
        if id(given) not in made:
            made[id(given)] = given, make(given)
        return made[id(given)][1]

    return once


@kept
def tables(given: Released) -> dict[str, Table]:
    made = {name: make(given) for name, make in TABLES.items()}
    return {**made, "questionnaire": questionnaire(given), "level_contrast": level_contrast(given)}


@kept
def texts(given: Released) -> dict[str, str]:
    """Every generated text, by the name of its file."""
    words = made_up.words_of(given.vocabulary)
    made = {f"methods_{name}": text for name, text in methods.paragraphs(given, words).items()}
    made |= answers.texts(given, words) | documents.texts(given, words, keys(given))
    made["nrba_summary"] = bias_text.summary(given, words)
    return made | {"reviewer_questions": reviewers.questions(given, words)}


@kept
def keys(given: Released) -> dict[str, str]:
    words = made_up.words_of(given.vocabulary)
    made = numbers.numbers(given) | results.sentences(given, words)
    return made | bias_text.sentences(given, words)


def document(path: Path, given: Released) -> str:
    has = parts_of(given, {name: table.rows for name, table in tables(given).items()})
    return resolved(path.read_text(encoding="utf-8"), has, known_parts(), path.name)


def test_every_table_can_be_written_and_every_figure_drawn(given: Released) -> None:
    for table in [*tables(given).values(), *answer_tables(given).values()]:
        assert not re.search(r"\bnan\b|\{\{", table.markdown()), table.name
    for name, draw in DRAW.items():
        with theme.themed(name):
            assert "nan" not in draw(given).alt.split(), name
    for name, block in drawn.answer_figures(given).items():
        with theme.themed(name):
            assert drawn.draw(given, block).alt


def includes(text: str) -> set[str]:
    return {Path(name).stem for name in prose.INCLUDE.findall(text)}


OF_A_REHEARSAL = {*names.REHEARSAL, names.REHEARSAL_ACCOUNT}
# A document that asks for what only a rehearsal has is only a rehearsal's.
OF_ANY_STUDY = [path for path in prose.TOOLS if not includes(path.read_text("utf-8")) & OF_A_REHEARSAL]


def asks_for_nothing_else(path: Path, given: Released, beside: set[str]) -> None:
    """Hold what a document asks for against what the study has, and the exhibits made beside."""
    text, known = document(path, given), keys(given)
    for key in prose.META_KEY.findall(text):
        assert not key.startswith("num.") or key.removeprefix("num.") in known, key
    made = {name for name, table in tables(given).items() if table.rows} | set(texts(given)) | beside
    made |= {f"checklist_{name}" for name in names.CHECKLISTS}
    # What readers may move stands on the web page alone.
    made |= {"explorer"}
    assert includes(text) <= made
    placed = set(re.findall(r"\{#((?:fig|sec)-[\w-]+)", text))
    placed |= {f"tbl-{name.replace('_', '-')}" for name in includes(text)}
    placed |= {f"fig-{name}" for name in drawn.answer_figures(given)}
    cited = set(re.findall(r"@((?:fig|tbl|sec)-[\w-]*\w)", text))
    assert cited <= placed


@pytest.mark.parametrize("path", OF_ANY_STUDY, ids=lambda path: path.stem)
def test_a_document_asks_for_nothing_that_is_not_there(path: Path, given: Released) -> None:
    asks_for_nothing_else(path, given, set())


@pytest.mark.parametrize("claimed", [False, True], ids=["no claims", "claims"])
def test_no_document_of_a_rehearsal_asks_for_what_is_not_there(claimed: bool, tmp_path: Path) -> None:
    study = small_study(tmp_path)
    if claimed:
        with (study / "config/config.yaml").open("a", encoding="utf-8") as config:
            yaml.safe_dump({"claims": rehearsed.CLAIMS}, config)
    given, beside = rehearsed.exhibited(study)
    of_claims = set() if claimed else {"rehearsal_widths", "rehearsal_grades"}
    assert beside == OF_A_REHEARSAL - of_claims and bool(given.claims) == claimed
    assert len(OF_ANY_STUDY) < len(prose.TOOLS)
    for path in prose.TOOLS:
        asks_for_nothing_else(path, given, beside)


@pytest.mark.parametrize("path", prose.TOOLS, ids=lambda path: path.stem)
def test_no_heading_is_without_text(path: Path, given: Released) -> None:
    lines = [line for line in document(path, given).split("\n") if line.strip()]
    levels = [len(line) - len(line.lstrip("#")) for line in lines]
    for number, level in enumerate(levels[:-1]):
        deeper = levels[number + 1] > level
        assert not (level and levels[number + 1]) or deeper, lines[number]


def test_what_is_not_known_is_not_spoken_of(given: Released) -> None:
    wanted = set().union(*(includes(document(path, given)) for path in prose.TOOLS))
    said = {name: text for name, text in texts(given).items() if name in wanted}
    pattern = re.compile(NEVER[named(given)])
    checked = {name: pattern.findall(text) for name, text in said.items() if name != "remaining"}
    assert {name: found for name, found in checked.items() if found} == {}


def test_every_question_reaches_the_end_of_the_run(given: Released) -> None:
    found = headlines.headlines(given)
    # Where a question is only counted, the tables do not describe all.
    only = sum(counted_only(given, question.name) for question in of_variables(given.variables))
    described = "" if only else "described "
    assert found["asked"].startswith(f"15 questions, {described}in five tables")
    assert found["asked"].endswith("counted and not described.") == bool(only)
    unknown = "not told" if given.settings.design.drawn else "not known"
    assert (unknown in found["answered"]) == (given.population == "none")
    assert [one["claim"] for one in found["claims"]] == list(given.claims)
    assert number_sources.sources(given, ["n", "questions-n"])


def test_numbers_of_what_the_tool_writes_of_claims_are_in_the_list(given: Released) -> None:
    words = made_up.words_of(given.vocabulary)
    made = numbers.numbers(given) | results.sentences(given, words) | bias_text.sentences(given, words)
    parts = documents.texts(given, words, made)
    article = (ROOT / "workflow/documents/manuscript.qmd").read_text(encoding="utf-8")
    rows = number_sources.listed(given, number_sources.with_parts(article, parts), made)
    listed = {row["key"] for row in rows}
    keys = [f"{results.claim_key(row)}__est" for row in given.claim_rows() if row["group"] == "overall"]
    # Of a claim that is withheld no number is told.
    assert {key for key in keys if PRINTED.search(made.get(key, ""))} <= listed
