"""Whether words are the answers of a list, and in what order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveypipe.intake.answer_words import dont_know, in_order, no_answer, word, yes_of
from surveypipe.intake.drafted import Guess, InFile, Sign
from surveypipe.intake.guessing_numbers import codes_for

# Most different texts that are taken for the answers of a list, and the longest of them.
MOST_WORDS, LONGEST_WORD = 40, 120


def of_words(texts: list[str], said: InFile, *, known: bool) -> Guess:
    """Tell whether words are the answers of a list, and in what order; else they are text."""
    named = {str(code).strip(): str(text).strip() for code, text in said.values.items()}
    spelt: dict[str, dict[str, int]] = {}
    for text in texts:
        label = named.get(text) or text
        spelt.setdefault(word(label), {}).setdefault(label, 0)
        spelt[word(label)][label] += 1
    for label in named.values():
        spelt.setdefault(word(label), {label: 0})
    # Labels keep the order of their codes in the file, which whoever made it has chosen.
    place = {word(label): number for number, label in enumerate(named.values())}
    answers = sorted(
        (_usual(forms) for forms in spelt.values()),
        key=lambda text: (place.get(word(text), len(place)), alphabetical(text)),
    )
    if len(answers) == 1 and not known:
        return Guess("categorical", values={1.0: answers[0]}, ticked=1.0, signs=[Sign.ONE_ANSWER])
    yes, ordered = yes_of(answers), in_order([a for a in answers if not no_answer(a) and not dont_know(a)])
    repeated = len(answers) <= max(2, len(texts) / 2) and len(answers) <= MOST_WORDS
    short = max(map(len, answers)) <= LONGEST_WORD
    if not (known or yes or (ordered and repeated) or (repeated and short)) or (
        known and len(answers) > 4 * MOST_WORDS
    ):
        return Guess("string", signs=[Sign.TEXT])
    if not known and _free_text(texts, answers):
        return Guess("string", signs=[Sign.TEXT])
    if yes:
        no = next(answer for answer in answers if answer != yes)
        return Guess("binary", values={1.0: yes, 0.0: no}, counts=1.0, signs=[Sign.WORDS])
    aside = [a for a in answers if no_answer(a) or (ordered and dont_know(a))]
    kept = ordered or [a for a in answers if a not in aside]
    if not kept:
        return Guess("string", signs=[Sign.TEXT])
    codes = _own_codes(kept)
    missing = codes_for(aside, pd.Series(list(codes)), {})
    return Guess(
        "ordinal" if ordered else "categorical",
        values=codes,
        missing=missing,
        signs=[Sign.WORDS, *([Sign.SET_ASIDE] if missing else [])],
    )


def alphabetical(text: str) -> list[tuple[float, str]]:
    """Give what orders words as they stand in a list: numbers by size, 'É' beside 'E'."""
    plain = "".join(mark for mark in unicodedata.normalize("NFD", text) if not unicodedata.combining(mark))
    parts = re.split(r"(\d+)", plain.casefold())
    return [(float(part), "") if part.isdecimal() else (-1.0, part) for part in parts] + [(-1.0, text)]


def _usual(forms: Mapping[str, int]) -> str:
    """Give the spelling that is used most."""
    return max(sorted(forms), key=lambda form: forms[form])


def _free_text(texts: list[str], answers: list[str]) -> bool:
    """Whether long answers that hardly repeat are text in own words."""
    return len(answers) > 12 and len(answers) > len(texts) / 4 and np.median([*map(len, answers)]) > 25


def _own_codes(answers: list[str]) -> dict[float, str]:
    """Give answers codes: a number its own, the others those that follow."""
    own = {float(text): text for text in answers if re.fullmatch(r"\d{1,6}", text)}
    following = int(max(own, default=0)) + 1
    made: dict[float, str] = {}
    for text in answers:
        if re.fullmatch(r"\d{1,6}", text):
            made[float(text)] = text
        else:
            made[float(following)] = text
            following += 1
    return made
