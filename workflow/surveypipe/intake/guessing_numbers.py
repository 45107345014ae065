"""What a column of numbers holds, told from its labels and its data together."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import pandas as pd

from surveypipe.intake.answer_words import dont_know, graded, no_answer, word, yes_of
from surveypipe.intake.drafted import Guess, InFile, Sign
from surveypipe.study.codebook import code_text

# Most points of a scale of which not all are labelled, and of whole numbers that are shown one by one.
MOST_POINTS = 11
# Codes that stand for no answer in the questionnaires of all countries.
CUSTOMARY = {9, 99, 999, 9999, 99999, 8, 98, 998, 9998, 7, 97, 997, 9997, 96, 996, 9996}


def labels_of(said: InFile) -> dict[float, str]:
    """Labels of the file's numbers; an empty one is the number."""
    return {
        float(code): " ".join(str(text).split()) or code_text(float(code))
        for code, text in said.values.items()
        if not isinstance(code, str) and math.isfinite(code)
    }


def codes_for(words: list[str], numbers: pd.Series, labels: Mapping[float, str]) -> dict[float, str]:
    """Give words that stand for no number codes that no number has: 97, 98, 99, or more nines."""
    held = {*numbers.dropna(), *labels}
    greatest = max((abs(number) for number in held if math.isfinite(number)), default=0.0)
    digits = 2
    while 10**digits - 1 - len(words) <= greatest:
        digits += 1
    first = 10**digits - len(words)
    return {float(first + place): text for place, text in enumerate(words)}


def of_numbers(
    numbers: pd.Series, labels: Mapping[float, str], said: InFile, extra: Mapping[float, str]
) -> Guess:
    """Tell what a column of numbers holds; `extra` are codes made for words among them."""
    numbers = numbers.where(numbers.abs() != math.inf)
    ranges = [(float(lo), float(hi)) for lo, hi in said.missing if not isinstance(lo, str)]
    valid = numbers[numbers.notna() & ~_within(numbers, ranges)]
    missing = {code: text for code, text in labels.items() if any(lo <= code <= hi for lo, hi in ranges)}
    missing |= {lo: "Missing" for lo, hi in ranges if lo == hi and lo not in missing} | dict(extra)
    answers = {code: text for code, text in sorted(labels.items()) if code not in missing}
    found = sorted(set(valid))
    made = _listed_or_number(found, len(valid), answers, numbers, said)
    made.missing = dict(sorted((missing | made.missing).items()))
    wide = [_bounded(pair, numbers, labels) for pair in ranges if pair[0] != pair[1]]
    made.missing_range = wide[0] if wide else None
    if not found and not made.values:
        return Guess("numeric", missing=made.missing, missing_range=made.missing_range, signs=[Sign.EMPTY])
    return made


def _within(numbers: pd.Series, ranges: list[tuple[float, float]]) -> pd.Series:
    inside = numbers.isna() & False
    for low, high in ranges:
        inside |= numbers.between(low, high)
    return inside


def _bounded(
    pair: tuple[float, float], numbers: pd.Series, labels: Mapping[float, str]
) -> tuple[float, float]:
    """Give a range without end the least or greatest number that is there."""
    held = [*numbers.dropna(), *labels, *(end for end in pair if abs(end) < 1e300)]
    return max(pair[0], min(held)), min(pair[1], max(held))


def _listed_or_number(
    found: list[float], n: int, answers: dict[float, str], numbers: pd.Series, said: InFile
) -> Guess:
    """Tell a list of answers from a number, by how many codes have no label and where they lie."""
    if not answers:
        return _without_labels(found, n, numbers)
    aside = {code: text for code, text in answers.items() if no_answer(text)}
    real = {code: text for code, text in answers.items() if code not in aside}
    bare = [code for code in found if code not in answers]
    if not bare:
        return _labelled(real or aside, {} if not real else aside, found, numbers, said)
    # Words for no knowledge lie outside a scale and beside a number.
    told = {code: text for code, text in real.items() if not dont_know(text)}
    scale = _scale(told, bare)
    if scale:
        put = {code: text for code, text in answers.items() if code not in scale}
        return Guess(
            "ordinal", values=scale, missing=put, signs=[Sign.ENDS, *([Sign.SET_ASIDE] if put else [])]
        )
    if len(bare) > max(2, len(told)) or not all(map(_whole, bare)):
        special = {
            code: text for code, text in answers.items() if code in aside or code not in told
            or _stands_apart(code, text, bare)
        }  # fmt: skip
        return Guess("numeric", missing=special, signs=[Sign.SET_ASIDE] if special else [])
    made = _labelled(real, aside, found, numbers, said)
    for code in bare:
        text = f"{code_text(code)} (no label)"
        if made.kind.ordered and not min(made.values) < code < max(made.values):
            made.missing[code] = text
        else:
            made.values[code] = text
    if made.kind.pair:
        made.type, made.counts = "categorical", None
    made.values = dict(sorted(made.values.items()))
    made.signs.append(Sign.NO_LABEL)
    return made


def _whole(code: float) -> bool:
    return float(code).is_integer()


def _scale(told: Mapping[float, str], bare: list[float]) -> dict[float, str]:
    """Give all points of a scale of which only some, the ends above all, are labelled."""
    codes = [*told, *bare]
    if not told or not all(map(_whole, codes)) or max(codes) - min(codes) + 1 > MOST_POINTS:
        return {}
    inside = all(min(told) < code < max(told) for code in bare)
    one_end = len(told) == 1 and (min(codes) in told or max(codes) in told) and len(bare) >= 2
    if not (inside and len(told) >= 2) and not one_end:
        return {}
    points = range(int(min(codes)), int(max(codes)) + 1)
    return {float(point): told.get(float(point), str(point)) for point in points}


def _stands_apart(code: float, text: str, bare: list[float]) -> bool:
    """Whether a labelled code among numbers is no number: beyond them all, and not "98 or more"."""
    if re.match(r"\W*\d", text) or re.search(
        r"\b(or more|or less|plus|and over|none|no |never|zero)", word(text)
    ):
        return False
    return (code < 0 <= min(bare)) or (abs(code) in CUSTOMARY and code > max(bare) + 1)


def _labelled(
    real: dict[float, str],
    aside: dict[float, str],
    found: list[float],
    numbers: pd.Series,
    said: InFile,
) -> Guess:
    """Tell which list a column is whose codes all have labels."""
    texts = list(real.values())
    if len(real) > MOST_POINTS and all(re.fullmatch(r"[\d.]+", text) for text in texts):
        return Guess("numeric", missing=aside)
    yes = yes_of(texts)
    signs = [Sign.SET_ASIDE] if aside else []
    if yes is not None:
        counted = next(code for code, text in real.items() if text == yes)
        return Guess("binary", values=real, missing=aside, counts=counted, signs=signs)
    ticked = _ticked(real, found, numbers)
    unsure = {code: text for code, text in real.items() if dont_know(text)}
    steps = {code: text for code, text in real.items() if code not in unsure}
    ordinal = 3 <= len(steps) and (
        said.measure == "ordinal" or graded(list(steps.values())) or _numbered(steps)
    )
    if ordinal:
        signs = [Sign.SET_ASIDE] if aside | unsure else []
        return Guess("ordinal", values=steps, missing=aside | unsure, signs=signs)
    return Guess("categorical", values=real, missing=aside, ticked=ticked, signs=signs)


def _numbered(steps: Mapping[float, str]) -> bool:
    """Whether labels are the codes themselves, but for words at the ends."""
    bare = sum(text == code_text(code) for code, text in steps.items())
    return bare >= 1 and bare >= len(steps) - 3


def _ticked(real: Mapping[float, str], found: list[float], numbers: pd.Series) -> float | None:
    one = len(real) == 1 and found == list(real) and found[0] != 0
    return found[0] if one and bool(numbers.isna().any()) else None


def _without_labels(found: list[float], n: int, numbers: pd.Series) -> Guess:
    """Tell what numbers without labels are, and whether one of them may be none."""
    made = _bare(found, n, numbers)
    if _may_stand_for_none(found):
        made.signs.append(Sign.STANDS_APART)
    return made


def _may_stand_for_none(found: list[float]) -> bool:
    """Whether the least or the greatest number is customary for no answer, and lies apart from all others."""
    if len(found) < 3:
        return False
    least, greatest = found[0], found[-1]
    below = least < 0 <= found[1] and (-least in CUSTOMARY or least == -1)
    return below or (greatest in CUSTOMARY and greatest - found[-2] >= max(2.0, found[-2] - found[0]))


def _bare(found: list[float], n: int, numbers: pd.Series) -> Guess:
    if not found:
        return Guess("numeric")
    if not all(map(_whole, found)):
        return Guess("numeric")
    if found in ([0.0, 1.0], [0.0], [1.0]) and not (len(found) == 1 and numbers.isna().any()):
        if len(found) == 2:
            return Guess("binary", values={1.0: "Yes", 0.0: "No"}, counts=1.0, signs=[Sign.ZERO_AND_ONE])
        return Guess("categorical", values={found[0]: code_text(found[0])}, signs=[Sign.ONE_ANSWER])
    if len(found) == 1:
        ticked = found[0] if found[0] != 0 and numbers.isna().any() else None
        values = {found[0]: code_text(found[0])}
        return Guess("categorical", values=values, ticked=ticked, signs=[Sign.ONE_ANSWER])
    if len(found) == 2 and abs(found[0]) <= MOST_POINTS and abs(found[1]) <= MOST_POINTS and n > 4:
        return Guess("categorical", values={code: code_text(code) for code in found}, signs=[Sign.NO_WORDS])
    points = int(max(found) - min(found)) + 1
    if points <= MOST_POINTS and 0 <= min(found) <= 1 and n >= 2 * len(found) and len(found) > points / 2:
        steps = range(int(min(found)), int(max(found)) + 1)
        return Guess("ordinal", values={float(step): str(step) for step in steps}, signs=[Sign.NO_WORDS])
    return Guess("numeric")
