"""Open answers: what identifies a person is taken out before anybody is quoted."""

from __future__ import annotations

import pandas as pd
import pytest

from surveypipe.disclosure.quotations import redact, release_quotations
from surveypipe.problems import SurveyError

KNOWN = {"team": ["Recovery North", "Safeguarding East"], "id": ["S167"]}


@pytest.mark.parametrize(
    ("text", "kind", "gone"),
    [
        ("Write to jane.poe@example.nhs.uk first.", "e-mail", "jane.poe"),
        ("jane.poe at example dot org answers.", "e-mail", "jane.poe"),
        ("Call 020 7946 0000 for advice.", "telephone", "7946"),
        ("Call +44 7700 900123 please.", "telephone", "900123"),
        ("Call (01632) 960 001 instead.", "telephone", "960"),
        ("On ext. 4432 you find us.", "extension", "4432"),
        ("The family moved to SE5 8AZ last year.", "postcode", "8AZ"),
        ("born se15 4nx side", "postcode", "4nx"),
        ("Her son, born 03/05/2004, was at home.", "date", "2004"),
        ("Born on 3rd May 2004 in hospital.", "date", "May"),
        ("Since 2011-02-28 nothing came back.", "date", "02-28"),
        ("NI number QQ 12 34 56 C was asked for.", "national insurance number", "34"),
        ("I asked Dr Jane Poe about it.", "name", "Poe"),
        ("Mrs O'Connor never replied.", "name", "Connor"),
        ("My manager Jane said no.", "name", "Jane"),
        ("We met Jane Poe-Smith twice.", "name", "Smith"),
        ("Meetings with recovery north are hard.", "team", "north"),
        ("I am S167 by the way.", "id", "S167"),
        ("See www.example.org/jane for it.", "web address", "jane"),
    ],
)
def test_what_identifies_is_marked(text, kind, gone):
    made = redact(text, known=KNOWN)
    assert kind in made.kinds
    assert f"[{kind}]" in made.text and gone not in made.text


@pytest.mark.parametrize(
    "text",
    [
        "Shorter protocols, one page if possible.",
        "The joint training day helped. Meeting people in person was better!",
        "We waited 10 to 15 days in 2 of 3 cases, and 119 replied.",
        "More joint meetings on Monday would help. The protocols came in 2010.",
        "I think 100% of us read it.",
    ],
)
def test_harmless_answers_stay_as_they_are(text):
    assert redact(text, known=KNOWN).text == text


def test_phrases_named_as_harmless_stay():
    text = "Trust between Adult Mental Health and Social Care grew."
    assert "[name]" in redact(text).text
    assert redact(text, harmless=["Adult Mental Health", "Social Care"]).text == text


def people(wrote: int = 12) -> pd.DataFrame:
    said = [f"Answer {'abcdefghijklmnop'[i]} of Dr Jane Poe" for i in range(wrote)]
    return pd.DataFrame(
        {"id": [f"S{i:03}" for i in range(20)], "agency": "AMH", "q": said + [None] * (20 - wrote)}
    )


def test_quotation_is_attributed_to_a_group_and_nothing_else():
    made = release_quotations(people(), [{"question": "q", "id": "S003"}], "agency", known=KNOWN)
    assert made.to_dict("records") == [
        {"question": "q", "group_level": "AMH", "quotation": "Answer d of [name]", "redacted": "name"}
    ]


def test_nobody_is_quoted_who_was_not_chosen():
    made = release_quotations(people(), [], "agency", known=KNOWN)
    assert made.empty and list(made) == ["question", "group_level", "quotation", "redacted"]


def test_quotation_of_a_small_group_or_an_empty_answer_is_refused():
    with pytest.raises(SurveyError, match="fewer than 10 of AMH"):
        release_quotations(people(9), [{"question": "q", "id": "S003"}], "agency", known=KNOWN)
    with pytest.raises(SurveyError, match="S015 gave no answer to 'q'"):
        release_quotations(people(), [{"question": "q", "id": "S015"}], "agency", known=KNOWN)
