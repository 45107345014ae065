"""What a column of a survey file holds, told from its labels and its data together."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd

from surveypipe.intake.answer_words import dont_know, no_answer, word
from surveypipe.intake.columns import blank_to_missing, means_blank
from surveypipe.intake.days import read_days
from surveypipe.intake.drafted import Guess, InFile, Sign
from surveypipe.intake.guessing_numbers import MOST_POINTS, codes_for, labels_of, of_numbers
from surveypipe.intake.guessing_words import of_words
from surveypipe.study.codebook import code_text

# Share of a column's texts that must be numbers, or days, for it to be one of numbers, or days.
NEARLY_ALL = 0.9
NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
CLOCK = re.compile(r"-?\d{1,3}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]m)?", flags=re.IGNORECASE)


def guess(column: pd.Series, said: InFile) -> Guess:
    """Tell from labels and data what a column holds.

    Parameters
    ----------
    column
        As read, user-missing codes still in.
    said
        What the file says of it.
    """
    plain = blank_to_missing(column.reset_index(drop=True))
    if pd.api.types.is_datetime64_any_dtype(plain):
        return Guess("date") if plain.notna().any() else Guess("string", signs=[Sign.EMPTY])
    labelled = {word(text) for text in said.values.values()} | {word(code) for code in said.values}
    if plain.dtype == object:
        plain = plain.mask(plain.map(lambda v: means_blank(v) and word(v) not in labelled).astype(bool), None)
    if not plain.notna().any():
        return Guess("string", signs=[Sign.EMPTY])
    if pd.api.types.is_numeric_dtype(plain):
        return of_numbers(plain.astype("float64"), labels_of(said), said, {})
    texts = [value if isinstance(value, str) else _text(value) for value in plain.dropna()]
    return _of_texts(plain, [text.strip() for text in texts], said)


def _text(value: Any) -> str:
    return code_text(float(value)) if isinstance(value, int | float) else str(value)


def _of_texts(column: pd.Series, texts: list[str], said: InFile) -> Guess:
    """Tell what a column of text, or of text among numbers, holds."""
    numbers = [text for text in texts if NUMBER.fullmatch(text)]
    letters = _lettered(column, said)
    if letters is not None:
        return letters
    words = sorted({text for text in texts if not NUMBER.fullmatch(text)})
    if any(isinstance(code, str) for code in said.values):
        return of_words(texts, said, known=True)
    padded = any(re.match(r"[-+]?0\d", text) for text in numbers)
    if numbers and not padded and (not words or _mostly_numbers(texts, numbers, words)):
        made = pd.to_numeric(column.map(_text, na_action="ignore").str.strip(), errors="coerce")
        labels = labels_of(said)
        return of_numbers(made.astype("float64"), labels, said, codes_for(words, made, labels))
    if all(CLOCK.fullmatch(text) for text in texts):
        return Guess("string", signs=[Sign.CLOCK])
    days = (
        read_days(pd.Series(texts, dtype="object")) if any(re.search(r"\d", text) for text in texts) else None
    )
    if days is not None and len(days.lost) <= (1 - NEARLY_ALL) * len(texts) / 2:
        return Guess("date", signs=[] if days.certain else [Sign.AMBIGUOUS_DAY])
    return of_words(texts, said, known=False)


def _lettered(column: pd.Series, said: InFile) -> Guess | None:
    """Tell what a column of numbers and lettered missing values (Stata, SAS) holds."""
    values = list(column.dropna())
    letters = sorted({value for value in values if isinstance(value, str)})
    if not letters or not all(re.fullmatch(r"[a-zA-Z_]", letter) for letter in letters):
        return None
    if not any(isinstance(value, int | float) for value in values) and not any(
        not isinstance(code, str) for code in said.values
    ):
        return None
    named = {str(code): str(text).strip() for code, text in said.values.items() if isinstance(code, str)}
    letters = sorted({*letters, *named})
    made = pd.Series(
        [value if isinstance(value, int | float) else math.nan for value in column], dtype="float64"
    )
    labels = labels_of(said)
    taken = [word(text) for text in [*labels.values(), *named.values()]]
    names = {}
    for letter in letters:
        text = named.get(letter, "")
        names[letter] = f"{text} (.{letter})".strip() if text and taken.count(word(text)) > 1 else text
        names[letter] = names[letter] or f".{letter}"
    codes = codes_for(list(names.values()), made, labels)
    found = of_numbers(made, labels, said, codes)
    found.signs.append(Sign.LETTERED)
    return found


def _mostly_numbers(texts: list[str], numbers: list[str], words: list[str]) -> bool:
    few = len(words) <= 6 and len(numbers) >= NEARLY_ALL * len(texts)
    none = all(no_answer(text) or dont_know(text) for text in words) and len(numbers) >= 0.5 * len(texts)
    return none or (few and len(set(numbers)) > MOST_POINTS)
