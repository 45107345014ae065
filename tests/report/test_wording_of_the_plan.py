"""What the documents and the end of a run say of the sealed plan, under each way in which a run may stand."""

from __future__ import annotations

import re

import pytest

import made_up
from sealed import STANDINGS, standing
from surveypipe.reporting.headlines import headlines
from surveypipe.reporting.wording import methods, reviewers
from surveypipe.reporting.wording.plan import line

# Of each standing a piece of the methods and a piece of the line that ends a run.
SAID = {
    "no plan": ("No plan was sealed, so that it must be taken on trust", "No plan is sealed."),
    "as sealed": (
        "there was no file of answers",
        "no answers read by then; no setting",
    ),
    "unread": (
        "the file of answers was there, and by its record this workflow had not opened it",
        "no answers read",
    ),
    "read": ("this workflow had already opened the answers", "the answers read by then"),
    "unknown": ("cannot be told", "whether answers were read by then is not known"),
    "record altered": ("That record was altered since", "whether answers were read by then is not known"),
    "replaced": ("This plan replaced one that was sealed on 15 January 2026.", "Sealed on 2 March 2026"),
    "dated by hand": (
        "The date was given to the computer, and no trusted time stamp",
        "Sealed on",
    ),
    "dated by hand, stamp unchecked": ("a time stamp lies beside the plan and was not checked", "Sealed on"),
    "stamp unchecked": (
        "clock; a time stamp lies beside the plan and was not checked.",
        "Sealed on",
    ),
    "stamped": ("A trusted time stamp confirms that it existed on 2 March 2026.", "Sealed on"),
    "undeclared": (
        "- *claim C1, threshold*: 0.5 when sealed, 0.6 now. Not declared: no reason is given.",
        "one setting is otherwise now, one undeclared.",
    ),
    "declared": (
        "0.6 now. Declared, with the date 9 March 2026: The board asked for it.",
        "one setting is otherwise now, none undeclared.",
    ),
    "declared in words": (
        "- One ward closed. Declared, with the date 10 March 2026: It had no staff.",
        "no setting that decides was changed since.",
    ),
    "a switch": ("- *analysis, fpc, tests*: true when sealed, false now.", "one undeclared"),
    "a list": (r"ward when sealed, ward, grade\_now now.", "one undeclared"),
    "a block changed": ("- *cleaning, late*: changed.", "one undeclared"),
    "a claim added": ("- *claim C7*: added.", "one undeclared"),
    "a value added": ("- *analysis, seed*: added: 7.", "one undeclared"),
    "a claim dropped": ("- *claim C2*: dropped.", "one undeclared"),
    "a value dropped": ("- *analysis, seed*: dropped; it was 7.", "one undeclared"),
    "reordered": ("- *cleaning, rules*: put into another order.", "one undeclared"),
}


def test_every_standing_is_held_against_words() -> None:
    assert SAID.keys() == STANDINGS.keys()


@pytest.mark.parametrize("name", STANDINGS)
def test_the_methods_and_the_last_line_say_how_a_run_stands(name: str) -> None:
    found = STANDINGS[name]
    text = methods.paragraphs(made_up.released(), made_up.words(), None, found)["sealed"]
    in_methods, in_line = SAID[name]
    assert in_methods in text
    assert in_line in line(found)
    assert headlines(made_up.released(), found)["plan"] == line(found)


@pytest.mark.parametrize("name", STANDINGS)
def test_only_a_plan_that_is_sealed_is_called_so(name: str) -> None:
    found = STANDINGS[name]
    text = methods.paragraphs(made_up.released(), made_up.words(), None, found)["sealed"]
    questions = reviewers.questions(made_up.released(), made_up.words(), found)
    assert bool(re.search(r"was sealed on 2 March 2026", text)) == bool(found.sealed)
    assert ("A plan was sealed on 2 March 2026" in questions) == bool(found.sealed)
    assert ("knows of no sealed plan" in questions) != bool(found.sealed)


def test_each_deviation_stands_in_a_line_of_its_own() -> None:
    both = standing(departures=STANDINGS["undeclared"].departures + STANDINGS["a switch"].departures)
    text = methods.paragraphs(made_up.released(), made_up.words(), None, both)["sealed"]
    assert len(re.findall(r"^- ", text, re.M)) == 2
    assert "two undeclared" in line(both)
