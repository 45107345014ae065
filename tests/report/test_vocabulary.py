"""A study's own names for its people and things, in all that the pipeline writes about it.

Everything is composed for a school that speaks of pupils, forms and a roll. The words that stand for these
where a study says nothing may then be found nowhere; the labels of the study, which are its own words, are
replaced beforehand.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pandas as pd
import pytest
from jinja2 import Environment
from matplotlib.text import Text

import made_up
from surveypipe.intake.flow import DROP_LABELS, flow
from surveypipe.ledger.outcomes import MixtureRefusal, ScenarioSource
from surveypipe.ledger.rows import SCENARIO_NOTES
from surveypipe.reporting import numbers
from surveypipe.reporting.checklists import checklist_table, sections
from surveypipe.reporting.figures.register import DRAW
from surveypipe.reporting.figures.theme import themed
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables import models, nonresponse, register
from surveypipe.reporting.tables.questionnaire import questionnaire
from surveypipe.reporting.wording import methods as methods_text
from surveypipe.reporting.wording import nonresponse as bias_text
from surveypipe.reporting.wording import results, reviewers
from surveypipe.reporting.wording.level_contrasts import level_contrast
from surveypipe.study.base import plain
from surveypipe.study.grades import Grade
from surveypipe.study.reading import read_yaml
from surveypipe.study.vocabulary import Described, Noun, ScenarioGroup, Silent, Vocabulary
from surveypipe.wording import Wording

SCHOOL = Vocabulary(
    people=Noun(one="pupil", many="pupils"),
    respondents=Noun(one="answerer", many="answerers", article="an"),
    silent=Silent(many="missing", adjective="absent"),
    questionnaire=Noun(one="online form", many="online forms", article="an"),
    list="roll",
    readers=ScenarioGroup(one="swimmer", many="swimmers", adjective="swimming", state="being able to swim"),
    non_readers=Described(one="walker", many="walkers", adjective="walking"),
)
# What a study that says nothing is told in, and what only the shipped one may say.
DEFAULT = re.compile(
    r"\b(staff|practitioners?|borough|people|persons?|respondents?|silent|questionnaires?|(?:the|staff) list|"
    r"(?:non-)?readers?|readership|reading)\b",
    re.IGNORECASE,
)
# Names of sections, tables and the outcome of a rule are keys and no words.
KEYS = re.compile(r"setting sensitivity\.\S+|\{#[^}]*\}|@(?:tbl|fig|sec)-[\w-]+|\]\([^)]*\)|`[^`]*`")
# What the code compares and calls: a value of a table, and keys.
SCENARIO = "reader scenario"
KEY = re.compile(r"[a-z0-9_-]+")
LABELLED = ("label", "short", "title", "labels", "levels", "setting", "question", "values", "follows")


def neutral(value: Any) -> Any:
    """The study's own words without any that are looked for."""
    if isinstance(value, str):
        return DEFAULT.sub("others", value)
    if isinstance(value, Mapping):
        return {key: neutral(inner) for key, inner in value.items()}
    return [neutral(inner) for inner in value] if isinstance(value, list | tuple) else value


def relabelled(value: Any) -> Any:
    """Labels within a configuration or a codebook made neutral; keys and codes stay."""
    if isinstance(value, Mapping):
        return {key: neutral(inner) if key in LABELLED else relabelled(inner) for key, inner in value.items()}
    return [relabelled(inner) for inner in value] if isinstance(value, list | tuple) else value


def as_made(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """One released table as the stages write it of the school."""
    own = [column for column in table if column in ("label", "short") or str(column).endswith("_label")]
    table = table.assign(**{column: table[column].map(neutral) for column in own})
    if "grade_label" in table:
        graded = table["grade"].map(lambda number: Grade.of(int(number)).label(SCHOOL), na_action="ignore")
        table = table.assign(grade_label=graded)
    if name == "claims":
        notes = table["scenario_source"].map(lambda source: SCENARIO_NOTES[ScenarioSource(source)])
        table = table.assign(reader_note=notes.map(SCHOOL.fill))
    return table


@cache
def school() -> Released:
    config = relabelled(made_up.configuration()) | {"vocabulary": plain(SCHOOL)}
    made = made_up.with_further(made_up.released())
    tables = {name: as_made(name, table) for name, table in made.tables.items()}
    return Released(config, relabelled(made.variables), tables)


def words() -> Wording:
    return Wording([made_up.ROOT / "workflow/wording/en"], SCHOOL.everywhere())


def sentences() -> Iterator[tuple[str, str]]:
    made = school()
    yield from numbers.numbers(made).items()
    yield from results.sentences(made, words()).items()
    yield from bias_text.sentences(made, words()).items()
    yield from methods_text.paragraphs(made, words()).items()
    yield "summary", bias_text.summary(made, words())
    yield "questions", reviewers.questions(made, words())


def tables() -> Iterator[tuple[str, str]]:
    made = school()
    shown = {
        **register.TABLES,
        **nonresponse.TABLES,
        **models.TABLES,
        "questionnaire": questionnaire,
        "level_contrast": level_contrast,
    }
    for name, make in shown.items():
        yield name, make(made).markdown(people=SCHOOL.people.many)


def figures() -> Iterator[tuple[str, str]]:
    for name, draw in DRAW.items():
        with themed(name):
            drawn = draw(school())
            written = [text.get_text() for text in drawn.figure.findobj(Text)]
        yield name, "\n".join([drawn.alt, *written])


def checklists() -> Iterator[tuple[str, str]]:
    listed = read_yaml(made_up.ROOT / "workflow/checklists.yaml")
    text = (made_up.ROOT / "report/manuscript.qmd").read_text(encoding="utf-8")
    assert sections(text)
    for name, one in listed.items():
        for mode in ("paper", "web"):
            table = checklist_table(name, one, {}, {"mode": mode}, SCHOOL)
            yield f"{name}, {mode}", table.markdown()


def templates() -> Iterator[tuple[str, str]]:
    """What the templates say in any branch: their text, and the texts within their blocks."""
    lexer = Environment()
    for path in (made_up.ROOT / "workflow/wording").rglob("*.md.j2"):
        tokens = lexer.lex(path.read_text(encoding="utf-8"))
        said = [text for _, kind, text in tokens if kind == "data" or (kind == "string" and " " in text)]
        yield path.name, "\n".join(said)


def of_the_code() -> Iterator[tuple[str, str]]:
    """Texts in the code of exhibits, in any branch, but for keys and the words that an error is told in."""
    library = made_up.ROOT / "workflow/surveypipe"
    for path in [*library.glob("reporting/**/*.py"), library / "panel/text.py"]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                text = re.sub(r"\{[^}]*\}", "", node.value)
                if text != SCENARIO and not KEY.fullmatch(text):
                    yield f"{path.name}, line {node.lineno}", text


def of_the_stages() -> Iterator[tuple[str, str]]:
    """Words that stages write into the tables before anything is composed."""
    for grade in Grade:
        yield f"grade {grade.number}", f"{grade.label(SCHOOL)} {grade.verdict(SCHOOL)}"
    for refusal in MixtureRefusal:
        yield str(refusal), refusal.words(SCHOOL, "pupils", scenario=True)
    people = pd.DataFrame(
        {
            "id": ["1", "2"],
            "place": ["A", "A"],
            "category": ["I", "NC"],
            "code": ["1.0", "2.20"],
            "respondent": [True, False],
        }
    )
    dropped = pd.DataFrame({"row": range(len(DROP_LABELS)), "case_id": "1", "rule": list(DROP_LABELS)})
    rules = {rule: rule for rule in DROP_LABELS}
    made = flow(people, dropped, rules, answered={"1"}, group="place", levels=["A"], words=SCHOOL)
    yield "flow", "\n".join(made["stage_label"])


@pytest.mark.parametrize(
    "written", [sentences, tables, figures, checklists, templates, of_the_code, of_the_stages]
)
def test_everything_is_told_in_the_words_of_the_study(written: Any) -> None:
    found = [
        (name, hit[0], text[max(0, hit.start() - 50) : hit.end() + 30])
        for name, raw in written()
        for text in [KEYS.sub("", raw)]
        for hit in DEFAULT.finditer(text)
    ]
    assert found == []


@cache
def told() -> list[str]:
    """Sentences and tables of the study."""
    return [text for make in (sentences, tables) for _, text in make()]


@pytest.mark.parametrize("word", ["pupils", "answerers", "missing", "absent", "roll", "swimmers", "walkers"])
def test_the_words_of_the_study_are_used(word: str) -> None:
    assert any(word in text for text in told())


def test_an_article_goes_with_its_noun() -> None:
    texts = dict(sentences())
    assert "An online form counts as complete" in texts["response"]
    assert not any(re.search(r"\ba (?:online|answerer)", text, re.I) for text in texts.values())
