"""A claim is called by its key where that is a code, and never by a key that is a word."""

from __future__ import annotations

from functools import cache

import pytest
import test_all_sentences as cases
from matplotlib.text import Text

import made_up
from surveypipe.reporting.figures.register import DRAW
from surveypipe.reporting.figures.theme import themed
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables import models, nonresponse, register
from surveypipe.reporting.tables.questionnaire import questionnaire
from surveypipe.reporting.wording import documents, methods, results, reviewers
from surveypipe.reporting.wording import nonresponse as bias
from surveypipe.wording import Wording


def words_of(released: Released) -> Wording:
    return Wording([made_up.ROOT / "workflow/wording/en"], released.vocabulary.everywhere())


def printed(released: Released) -> str:
    """All that is printed of a study in words, tables and figures, but for keys of numbers."""
    words = words_of(released)
    texts = [*results.sentences(released, words).values(), *bias.sentences(released, words).values()]
    texts += [*methods.paragraphs(released, words).values(), bias.summary(released, words)]
    texts += [reviewers.questions(released, words), *documents.texts(released, words, ()).values()]
    shown = {**register.TABLES, **nonresponse.TABLES, **models.TABLES, "questionnaire": questionnaire}
    texts += [make(released).markdown() for make in shown.values()]
    for name in ("ledger", "multiverse", "waves"):
        with themed(name):
            drawn = DRAW[name](released)
            texts += [drawn.alt, *(text.get_text() for text in drawn.figure.findobj(Text))]
    return "\n".join(texts)


def test_a_key_that_is_a_word_is_nowhere_printed() -> None:
    released = cases.keys_in_words(made_up.with_further(made_up.released()))
    found = printed(released).replace("\\_", "_")
    assert [key for key in released.claims if key in found] == []
    assert all(claim.short in found for claim in released.claims.values())


@cache
def of_the_made_up_study() -> str:
    return printed(made_up.released())


@pytest.mark.parametrize("key", list(made_up.released().claims))
def test_a_code_is_printed(key: str) -> None:
    assert key in of_the_made_up_study()


def test_keys_of_numbers_stay() -> None:
    released = cases.keys_in_words(made_up.released())
    assert any(key.startswith("claim-claim_c1__") for key in results.sentences(released, words_of(released)))
