"""The answers to every question: in one table and one figure each, whatever its type."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import yaml
from wording_branches import counted, faults

import made_up
import made_up_questions
from studies import FIXED
from surveypipe.identifiers import ANSWERED
from surveypipe.reporting import answer_blocks
from surveypipe.reporting.answer_blocks import Question, blocks, of_codebook, of_variables
from surveypipe.reporting.figures import answers as drawn
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.answer_lines import drawable
from surveypipe.reporting.lookups import bases_note
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.layout import Table
from surveypipe.reporting.tables.questions import answer_tables
from surveypipe.reporting.wording import answers
from surveypipe.study.codebook_parsing import parse_codebook

TALLEST_MM = 250
AGREE = ("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree")


def question(number: int, kind: str, *labels: str, section: str = "", boxes: str = "") -> Question:
    return Question(f"q{number}", f"Question {number}", section, kind, labels, boxes)


def long_survey() -> list[Question]:
    """200 questions of all kinds in a few long sections."""
    kinds = (
        ("binary", ("Yes", "No")),
        ("categorical", AGREE),
        ("numeric", ()),
        ("ordinal", AGREE),
        ("string", ()),
    )
    return [
        question(
            number, *kinds[number // 10 % 5][:1], *kinds[number // 10 % 5][1], section=f"s{number // 70}"
        )
        for number in range(200)
    ]


def test_the_workflow_plans_what_the_tables_make():
    """From the codebook while planning, from the documentation of the variables while writing."""
    book = parse_codebook(yaml.safe_load((FIXED / "codebook.yaml").read_text(encoding="utf-8")))
    planned, made = of_codebook(book), of_variables(made_up.documented(made_up.configuration()))
    assert planned == made
    assert planned


@pytest.mark.parametrize("questions", [long_survey(), of_variables(made_up_questions.documented())], ids=len)
def test_each_question_stands_in_exactly_one_block(questions):
    found = [one.name for block in blocks(questions) for one in block.questions]
    assert Counter(found) == Counter(one.name for one in questions)
    assert [block.number for block in blocks(questions)] == list(range(1, len(blocks(questions)) + 1))


def test_a_long_survey_is_cut_into_tables_that_a_page_holds():
    made = blocks(long_survey())
    assert 10 < len(made) < 40
    for block in made:
        lines = sum(one.lines for one in block.questions)
        assert (
            len(block.questions) <= 2 * answer_blocks.MOST_RATINGS and lines <= 2 * answer_blocks.MOST_LINES
        )
        assert len({one.section for one in block.questions}) == 1


def test_ratings_of_the_same_answers_stand_together_and_a_set_is_not_cut():
    boxes = [question(n, "binary", "Yes", "No", boxes="heard") for n in range(60)]
    ratings = [question(n, "ordinal", *AGREE) for n in range(60, 64)]
    first, second = blocks([*boxes, *ratings])
    assert (len(first.questions), first.ratings) == (60, False)
    assert (len(second.questions), second.ratings) == (4, True)


def cells(text: str) -> str:
    return text.replace("\\", "")


@pytest.mark.parametrize("groups", [True, False])
def test_no_question_is_missing_from_the_tables(groups: bool):
    given = made_up_questions.descriptive(groups=groups, population="list" if groups else "none")
    whole = "\n".join(cells(row[0]) for table in answer_tables(given).values() for row in table.rows)
    for name, (label, *_) in made_up_questions.QUESTIONS.items():
        assert whole.count(label) == 1, name
    text = "\n".join(table.markdown() for table in answer_tables(given).values())
    assert not re.search(r"\bnan\b|None|\{\{", text)
    assert ("AMH" in text) == groups


def test_what_is_hidden_is_marked_and_what_is_counted_is_said():
    given = made_up_questions.descriptive()
    table = given.tables["estimates"].copy()
    mine = table["variable"] == "read"
    table.loc[mine, "status"] = "suppressed"
    table.loc[mine, ["estimate", "n", "ci_low", "ci_high"]] = float("nan")
    hidden = dataclasses.replace(given, tables=given.tables | {"estimates": table})
    made = answer_tables(hidden)
    (row,) = [row for table in made.values() for row in table.rows if row[0].startswith("Read the leaflet")]
    # Of what is no box nothing stands under what part of all answers it is.
    assert set(row[1:3]) == {"s"} and set(row[3:]) <= {"s", ""}
    (counts,) = [table for table in made.values() if len(table.columns) == 2]
    assert counts.rows == [["Anything else", "61"]]
    found = answers.finding(hidden, Question("read", "", "", "binary", ()))
    assert found["kind"] == "withheld"


def test_shares_of_boxes_need_not_add_up_and_the_table_says_so():
    text = "\n".join(table.markdown() for table in answer_tables(made_up_questions.descriptive()).values())
    assert "per cent of those who gave any" in text and "**How staff heard of it**" in text


@pytest.mark.parametrize("groups", [True, False])
def test_every_block_with_estimates_is_drawn_on_one_page_with_words(groups: bool):
    given = made_up_questions.descriptive(groups=groups)
    for name, block in drawn.answer_figures(given).items():
        with theme.themed(name):
            made = drawn.draw(given, block)
        height = made.figure.get_size_inches()[1] / theme.MM
        assert height < TALLEST_MM
        assert drawable(given, block) == (name != "answers-5")
        if drawable(given, block):
            for one in block.questions:
                assert one.kind == "date" or given.short(one.name) in made.alt
        assert not re.search(r"\bnan\b|None", made.alt)


def test_many_answers_are_drawn_up_to_the_most_frequent():
    given = made_up_questions.descriptive()
    values = {str(code): f"Country {code}" for code in range(1, 61)}
    rows = given.tables["estimates"]
    one = rows[(rows["variable"] == "trade") & (rows["level"] == "1")]
    many = [one.assign(level=code, level_label=text) for code, text in values.items()]
    import pandas as pd

    table = pd.concat([rows[rows["variable"] != "trade"], *many], ignore_index=True)
    about = {**given.variables, "trade": {**given.variables["trade"], "values": values}}
    changed = dataclasses.replace(given, variables=about, tables=given.tables | {"estimates": table})
    name, block = next(iter(drawn.answer_figures(changed).items()))
    with theme.themed(name):
        made = drawn.draw(changed, block)
    assert made.figure.get_size_inches()[1] / theme.MM < TALLEST_MM
    first = next(iter(answer_tables(changed).values()))
    assert sum("Country" in row[0] for row in first.rows) == 60


@pytest.mark.parametrize(
    ("shares", "kind", "named"),
    [
        ((0.5, 0.3, 0.2), "category", "Country 1"),
        ((0.398, 0.402, 0.2), "tied", "'Country 1' and 'Country 2'"),
        ((0.331, 0.334, 0.3349), "even", ""),
        ((0.5, 0.3, float("nan")), "category", "Country 1"),
        ((0.4, 0.1, float("nan")), "share", "Country 1"),
        ((float("nan"),) * 3, "withheld", None),
    ],
)
def test_an_answer_is_called_the_most_frequent_where_none_printed_or_withheld_exceeds_it(
    shares: tuple[float, ...], kind: str, named: str | None
):
    given = made_up_questions.descriptive()
    values = {str(code): f"Country {code}" for code in range(1, len(shares) + 1)}
    rows = given.tables["estimates"]
    one = rows[(rows["variable"] == "trade") & (rows["level"] == "1")]
    many = [
        one.assign(level=code, level_label=text, estimate=share)
        for (code, text), share in zip(values.items(), shares, strict=True)
    ]
    table = pd.concat([rows[rows["variable"] != "trade"], *many], ignore_index=True)
    about = {**given.variables, "trade": {**given.variables["trade"], "values": values}}
    changed = dataclasses.replace(given, variables=about, tables=given.tables | {"estimates": table})
    asked = next(one for one in of_variables(about) if one.name == "trade")
    found = answers.finding(changed, asked)
    assert (found["kind"], found.get("answer")) == (kind, named)


def test_every_branch_of_the_words_is_rendered_and_fit_to_print():
    shipped = Path(made_up.ROOT / "workflow/wording/en")
    entry = {"label": "A label", "answer": "Yes", "estimate": 0.5, "low": 0.4, "high": 0.6, "n": 40.0}
    entry |= {"unit": ""}
    kinds = ("share", "box", "category", "tied", "even", "number", "rating", "counted", "withheld")
    with counted([shipped]) as (words, counting):
        said = [
            text
            for groups in (True, False)
            for text in answers.texts(made_up_questions.descriptive(groups=groups), words).values()
        ]
        for more in (0, 1, 2):
            found = [entry | {"kind": kind, "unit": "miles" * more} for kind in kinds]
            said += [
                words.say(
                    "answers/found",
                    found=found,
                    more=more,
                    recorded=one,
                    figures=["@fig-a"] * more,
                    ci_level=0.95 * more,
                )
                for one in (True, False)
            ]
        for questions, number, coded in ((1, 0, 0), (1, 1, 0), (1, 1, 1), (4, 1, 1), (4, 2, 0)):
            facts = {"tables": ["@tbl-a"] * questions, "figures": ["@fig-a"] * (questions - 1)}
            facts |= {"questions": questions, "counted": number, "coded": coded}
            said += [
                words.say(
                    "answers/section",
                    **facts,
                    recorded=one,
                    several=one,
                    known=["age"] * one,
                    described=["sex"] * one,
                    undrawn=one,
                )
                for one in (True, False)
            ]
        assert {text for text in said if text.startswith("\\@tbl-a gives the answers to the one question.")}
        assert {text for text in said if " give the values of the four variables of this part." in text}
        assert {text for text in said if text.rstrip().endswith(" draw the other variables.")}
        said += [
            words.say("answers/title", title=title, alone=alone, recorded=alone)
            for title, alone in (("", False), ("", True), ("A title", False))
        ]
    assert [branch for branch in counting.missed if branch.startswith("answers/")] == []
    prose = [line for text in said for line in text.split("\n") if not line.startswith(("{{", "!", "#"))]
    assert [found for line in prose for found in faults(line)] == []


def test_an_answer_estimated_in_a_base_is_said_to_be_of_it():
    plain = made_up_questions.descriptive()
    name = next(name for name, about in plain.variables.items() if about["type"] == "binary")
    claim = {"kind": "share", "label": "Some do", "short": "Some", "variable": name, "level": 1}
    claim |= {"threshold": 0.1, "base": "grown_up"}
    config = {**plain.config, "bases": {"grown_up": {name: 1}}, "claims": {"some": claim}}
    made = dataclasses.replace(plain, config=config)
    assert bases_note(plain, [name]) == ""
    assert bases_note(made, [name]) == f"'{made.short(name)}': of grown up only."
    notes = [note for table in answer_tables(made).values() for note in table.notes]
    assert bases_note(made, [name]) in notes
    asked = [one for block in blocks(of_variables(made.variables)) for one in block.questions]
    labels = [answers.finding(made, question)["label"] for question in asked]
    assert f"{made.label(name)}, grown up" in labels


def test_only_shares_stand_under_a_sign_of_per_cent() -> None:
    given = made_up_questions.descriptive()
    tables = answer_tables(given)
    seen = set()
    for block in blocks(of_variables(given.variables)):
        table = tables[block.table]
        numbers = any(row[0].endswith(("Mean", "Median")) for row in table.rows)
        heads = [column.head for column in table.columns]
        seen.add(numbers)
        if numbers:
            assert "Estimate" in heads and "%" not in heads, heads
    assert seen == {True, False}
    # A table of nothing but numbers and counts tells of no per cent, above or below.
    alone = without_shares(given)
    assert "Estimate" in alone.markdown() and "er cent" not in alone.markdown()


def without_shares(given: Released) -> Table:
    """The table of the first block, where of its answers only numbers are estimated."""
    every = given.tables["estimates"]
    kept = every[~((every["variable"] == "trade") & (every["statistic"] == "proportion"))]
    one_count = every[every["statistic"] == ANSWERED].iloc[:1].assign(variable="trade")
    assert len(kept) < len(every)
    tables = {**given.tables, "estimates": pd.concat([kept, one_count], ignore_index=True)}
    return next(iter(answer_tables(dataclasses.replace(given, tables=tables)).values()))


def test_the_note_of_ratings_speaks_of_the_columns_there_are() -> None:
    for groups, words in ((True, "The last columns put"), (False, "The last column puts")):
        text = "\n".join(
            t.markdown() for t in answer_tables(made_up_questions.descriptive(groups=groups)).values()
        )
        assert words in text
