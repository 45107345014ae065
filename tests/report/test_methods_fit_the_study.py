"""What the methods say of a study is so in that study: no rule, figure, order or word of another kind."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
import test_all_sentences as cases
from test_wording_of_methods import HELD, RECORDS, drawn, sampled

import made_up
import made_up_questions
from studies import ROOT
from surveypipe.ledger.sensitivity import cells_from_answers
from surveypipe.reporting.figures.answer_lines import by_size
from surveypipe.reporting.headlines import headlines
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.layout import mean_cell
from surveypipe.reporting.tables.questionnaire import questionnaire
from surveypipe.reporting.tables.response import weights
from surveypipe.reporting.wording import documents, methods, reviewers
from surveypipe.study.forms import Form

# Words of a survey that nobody may be told in whose data are records.
OF_SURVEYS = ("would have told", "questionnaire", "in the field", "answers", "questions", "consent")


def said(made: Released) -> dict[str, str]:
    return dict(methods.paragraphs(made, made_up.words_of(made.vocabulary)))


@pytest.mark.parametrize("known", [True, False])
def test_a_second_record_of_the_same_is_told_only_where_something_tells_whose_it_is(known: bool) -> None:
    made = cases.base() if known else cases.configured(frame={"survey_id": None})(cases.base())
    assert ("from the same" in said(made)["cleaning"]) == known


def test_intervals_are_told_of_the_figures_that_there_are() -> None:
    whole = made_up_questions.descriptive()
    shares = dict(whole.config) | {"analysis": {**whole.config["analysis"], "items": ["trade", "read"]}}
    numbers = dict(whole.config) | {"analysis": {**whole.config["analysis"], "items": ["years"]}}
    told = {
        name: said(dataclasses.replace(whole, config=config))["analysis"]
        for name, config in (("both", whole.config), ("shares", shares), ("numbers", numbers))
    }
    assert [name for name, text in told.items() if "for means" in text] == ["both", "numbers"]
    assert [name for name, text in told.items() if "for shares" in text] == ["both", "shares"]


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("paper", "was given on paper"),
        ("web", "was given on the web"),
        ("telephone", "was put in interviews by telephone"),
        ("face_to_face", "was put in interviews face to face"),
        ("mixed", "in more than one way"),
        ("records", "Nobody was asked for this study"),
    ],
)
def test_the_mode_is_told(mode: str, words: str) -> None:
    assert words in said(cases.configured(study={"mode": mode})(cases.base()))["response"]


def test_chances_of_selection_are_said_to_be_unknown_and_nothing_more_is_made_of_it() -> None:
    # Nothing tells that no sample was drawn: the file may lack the weights of one.
    words = (
        "The respondents cannot count as a probability sample: with what chances a person came to be among "
        "them is not known."
    )
    told = said(drawn(kind="convenience")(cases.base()))["response"]
    assert words in told
    assert "No sample was drawn" not in told
    assert words not in said(sampled()(cases.base()))["response"]


def test_intervals_of_a_convenience_sample_are_no_margins_of_sampling_error() -> None:
    """Methods, questions and the report's own limitations and abstract say so; of a sample nobody does."""
    made, other = drawn(kind="convenience")(cases.base()), sampled()(cases.base())
    words = re.compile(r"no margins? of sampling error")
    assert words.search(said(made)["analysis"]) and not words.search(said(other)["analysis"])
    for one, there in ((made, True), (other, False)):
        told = reviewers.questions(one, made_up.words_of(one.vocabulary))
        assert bool(words.search(told)) == there
    text = (ROOT / "workflow/documents/manuscript.qmd").read_text(encoding="utf-8")
    for part in ('lacks="recorded rates drawn"', 'has="recorded" lacks="rates drawn"'):
        counts = "cannot count as a probability sample"
        (abstract,) = re.findall(rf"\[([^][]*{counts}[^][]*)\]\{{\.part {part}", text)
        assert "not known" in abstract
        limits = re.findall(r"::: \{\.part " + part + r"\}\n(.*?)\n:::", text)
        assert [one for one in limits if words.search(one) and counts in one]


def test_nobody_is_said_to_have_been_asked_whose_data_are_records() -> None:
    made = cases.both(drawn(kind="convenience", method="rake"), RECORDS)(cases.base())
    told = said(made) | {"questions": reviewers.questions(made, made_up.words_of(made.vocabulary))}
    for name in ("response", "analysis", "sensitivity", "questions"):
        for words in ("were asked", "came to answer", "those who answered", "the answers themselves"):
            assert words not in told[name].replace("Nobody was asked", ""), (name, words)
    assert "How many people are missing from the data, and which, is not known." in told["response"]
    assert "came to be in the data is not known" in told["analysis"]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("units in strata", "The respondents are from 31 units of the first stage in 15 strata."),
        ("named units", "The respondents are from 40 schools."),
        ("strata alone", "The respondents are from three strata."),
    ],
)
def test_from_how_many_units_and_strata_a_sample_is_told(case: str, words: str) -> None:
    assert words in said(HELD[case](cases.base()))["response"]


def test_no_number_of_units_is_told_of_a_sample_without_any() -> None:
    assert "are from" not in said(sampled()(cases.base()))["response"]


def test_the_effective_number_prints_alike_in_text_and_table() -> None:
    made = cases.base()
    effective = weights(made).rows[list(made.schemes).index(made.primary)][-1]
    assert f"the information of about {effective}." in said(made)["weighting"]


def test_degrees_of_freedom_of_a_sample_are_told() -> None:
    made = sampled(clusters=("school",))(cases.base())
    table = made.tables["estimates"].assign(df=39.0, scheme="own")
    given = dataclasses.replace(made, tables={**made.tables, "estimates": table})
    assert "Where all stand behind a figure, they are 39." in said(given)["analysis"]


def test_the_source_of_what_is_known_of_the_population_is_told_or_asked_for() -> None:
    source = "the register of 2011"
    made = drawn(kind="convenience", method="rake")(cases.base())
    told = cases.configured(frame={"source": source})(made)
    assert source not in said(made)["weighting"]
    assert f"according to {source}" in said(told)["weighting"]
    assert "frame.source" in remaining(made) and "frame.source" not in remaining(told)
    # Of a list there is no source to tell.
    assert "frame.source" not in remaining(cases.base())


def remaining(made: Released) -> str:
    words = made_up.words_of(made.vocabulary)
    return words.say("documents/remaining", **documents.remaining(made))


def test_no_word_of_a_survey_is_said_of_records() -> None:
    made = cases.both(
        sampled(strata="stratum"),
        RECORDS,
        vocabulary(questionnaire={"one": "record", "many": "records"}),
        cases.configured(study={"field_period": None}),
    )(cases.base())
    unworded = {name: {**entry, "question": ""} for name, entry in made.variables.items()}
    made = dataclasses.replace(made, variables=unworded)
    texts = said(made) | {"remaining": remaining(made), "asked": headlines(made)["asked"]}
    found = [(name, word) for name, text in texts.items() for word in OF_SURVEYS if word in text]
    assert found == []


def vocabulary(**words: Any) -> cases.Change:
    def change(made: Released) -> Released:
        return dataclasses.replace(made, config=made.config | {"vocabulary": words})

    return change


def test_categories_are_drawn_by_size_only_where_no_number_orders_them() -> None:
    made = made_up_questions.descriptive()
    bands = {"1": "Up to 19 years", "2": "20 to 39 years", "3": "40 to 59 years", "4": "60 years and over"}
    banded = {**made.variables["trade"], "values": bands}
    aged = dataclasses.replace(made, variables={**made.variables, "trade": banded})
    assert by_size(made, "trade") and not by_size(aged, "trade")
    assert not by_size(made, "clear") and not by_size(made, "read")


@pytest.mark.parametrize(("size", "printed"), [(20.0, "20.00"), (662.29, "662.3"), (3.914, "3.91")])
def test_a_mean_prints_alike_in_claims_tables_and_sentences(size: float, printed: str) -> None:
    row = pd.Series(
        {"estimate": size, "se": 1.0, "ci_low": size - 1, "ci_high": size + 1, "status": "released"}
    )
    assert Form().printed(size) == Form().tabled(size) == printed
    assert mean_cell(row).partition(" ")[0] == printed
    found = {"kind": "number", "label": "Hours", "unit": "", "n": 50.0}
    found |= {"estimate": size, "low": size - 1, "high": size + 1}
    facts = {"recorded": False, "found": [found], "more": 0, "figures": [], "ci_level": None}
    assert f"on average {printed} (" in made_up.words().say("answers/found", **facts)


@pytest.mark.parametrize("reversed_", [True, False])
def test_reversed_statements_are_told_of_where_there_are_any(reversed_: bool) -> None:
    made = made_up_questions.descriptive()
    about = {name: {**entry, "reversed": reversed_} for name, entry in made.variables.items()}
    notes = questionnaire(dataclasses.replace(made, variables=about)).notes
    assert any("reversed" in note for note in notes) == reversed_


def test_the_tipping_point_is_said_to_move_item_non_respondents_as_it_does() -> None:
    answers = np.array([1.0] * 6 + [0.0] * 4 + [np.nan] * 2)
    weights, one = np.full(12, 1.5), ["a"] * 12
    with_them = cells_from_answers(answers, weights, one, one)
    assert with_them.unheard_share == 1 - 10 / 18
    told = said(cases.base())["sensitivity"]
    assert "In both, item non-response counts as theirs." in " ".join(told.split())


def test_what_a_base_is_suppressed_for_is_not_read_as_the_number_who_gave_an_answer() -> None:
    told = " ".join(said(cases.base())["disclosure"].split())
    assert re.search(r"Answers with a base of fewer than \S+ respondents", told)


@pytest.mark.parametrize(
    ("label", "said"),
    [("Your profession", "Your profession: most often"), ("What do you do?", "What do you do? Most often")],
)
def test_behind_a_question_mark_a_sentence_begins(label: str, said: str) -> None:
    one = {
        "kind": "category",
        "label": label,
        "answer": "Nurse",
        "estimate": 0.5,
        "low": 0.4,
        "high": 0.6,
        "n": 90,
    }
    facts = {"figures": [], "found": [one], "ci_level": 0, "recorded": False, "more": 0}
    assert said in made_up.words().say("answers/found", **facts)
