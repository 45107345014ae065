"""What a printed number should be: the recomputed value, how it is printed, and how it was checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recomputation.printed import NUMBER, Passage, Token

WITHHELD = {"s", "—", "n.e.", "×", "n.a."}
# Thresholds and margins of the claims, as per cent and as they stand, and nought: by the documentation of
# disclosure control a rounded end of an interval keeps its side of them.
LIMITS = (0.0, 10.0, 50.0, 200 / 3, 0.1, 0.5, 2 / 3, 0.25, -0.25)
CLASSES = ("recomputed", "constant", "simulated", "not a result", "of the tests")


@dataclass(frozen=True)
class Value:
    """A recomputed value.

    Attributes
    ----------
    value
        In the unit in which it is printed.
    kind
        ``recomputed``; ``constant`` of the configuration; ``simulated``, which holds within `slack`;
        ``not a result``; ``of the tests`` (the table of verification).
    slack
        Allowed on top of the rounding, fixed beforehand as a number of Monte Carlo standard errors.
    p
        Whether it is a probability, of which small and great ones are printed as bounds.
    others
        Values that chance may put in its place, where the greatest of several is printed.
    """

    value: float | None
    kind: str = "recomputed"
    slack: float = 0.0
    p: bool = False
    others: tuple[float, ...] = ()

    def agrees(self, token: Token) -> bool:
        """Whether the printed number is this value rounded to the decimals that are printed."""
        if self.value is None:
            return True
        if self.p and token.value == 0.001 and self.value < 0.001:
            return True
        if self.p and token.value == 0.99 and self.value > 0.99:
            return True
        half = 0.5 * 10.0**-token.decimals
        limits = (0.05,) if self.p else LIMITS
        return any(
            abs(token.value - value) <= half * (1 + 1e-7) + 1e-9 + self.slack
            or _kept_its_side(token.value, value, half, limits)
            for value in (self.value, *self.others)
        )


def _kept_its_side(printed: float, value: float, half: float, limits: Sequence[float]) -> bool:
    """Whether a value that rounding would put on or beyond a limit is printed as the next on its own side."""
    return any(
        (printed - limit) * (value - limit) > 0
        and abs(value - limit) <= half + 1e-9
        and abs(printed - value) < 2 * half
        for limit in limits
    )


def constant(*values: float) -> list[Value]:
    return [Value(float(v), "constant") for v in values]


def one(value: float) -> Value:
    return Value(float(value))


def percent(value: float) -> Value:
    return Value(100 * float(value))


def within(value: float, slack: float, scale: float = 1.0) -> Value:
    """A figure that rests on random numbers: it may differ by its Monte Carlo error."""
    return (
        Value(scale * float(value), "simulated", scale * float(slack))
        if slack > 0
        else Value(scale * float(value))
    )


def band(value: float) -> list[Value]:
    """How an answer hangs together with the staff list: told in three bands, by their limits."""
    low, high = constant(0.25)[0], constant(0.75)[0]
    return [low] if value < 0.25 else [low, high] if value < 0.75 else [high]


def tested(value: float) -> Value:
    """The statistic of a test: in halves below one."""
    if abs(value) >= 1:
        return one(value)
    return Value(float(np.sign(value) * np.floor(2 * abs(value) + 0.5) / 2) + 0.0)


def any_of(points: Sequence[tuple[float, float]], scale: float) -> Value:
    """One of several estimates: which of them are shown is for disclosure control to say."""
    first, *others = [scale * value for value, _ in points]
    slack = scale * max(slack for _, slack in points)
    return Value(first, "simulated" if slack else "recomputed", slack, others=tuple(others))


def probability(value: float) -> Value:
    """A p-value; one under .001 is printed as such."""
    return Value(float(value), p=True)


ANY = Value(None, "not a result")


@dataclass(frozen=True)
class Saying:
    """A fragment of text in which numbers stand ({}), with what each should be.

    Attributes
    ----------
    template
        Literal text with {} for each number.
    values
        One to each {}.
    source
        Regular expression that the key of the numbers' source must match; empty: any.
    place
        Regular expression that the passage's place must match; empty: any.
    """

    template: str
    values: tuple[Value, ...]
    source: str = ""
    place: str = ""

    @property
    def pattern(self) -> re.Pattern[str]:
        parts = [re.escape(part) for part in self.template.split("{}")]
        parts = [part.replace(r"\ ", r"\s+").replace("\\~\\~", ".*?").replace("~~", ".*?") for part in parts]
        return re.compile(f"({NUMBER.pattern})".join(parts))


def say(template: str, *values: Value | Sequence[Value], source: str = "", place: str = "") -> Saying:
    flat: list[Value] = []
    for value in values:
        flat += [value] if isinstance(value, Value) else list(value)
    if template.count("{}") != len(flat):
        raise ValueError(f"{template!r} holds {template.count('{}')} numbers, {len(flat)} values are given")
    return Saying(template, tuple(flat), source, place)


@dataclass
class Verdict:
    """A printed number and what became of it."""

    token: Token
    document: str
    place: str
    context: str
    kind: str
    expected: float | None = None

    def __str__(self) -> str:
        wanted = "" if self.expected is None else f"; recomputed {self.expected:.6g}"
        return f"{self.document} {self.place}: {self.token.text}{wanted} in '{self.context}'"


def judged(item: Passage, token: Token, value: Value | None, label: str = "") -> Verdict:
    context = (label + " | " if label else "") + item.text[max(0, token.start - 45) : token.end + 25]
    if value is None:
        return Verdict(token, item.document, item.place, context, "unclassified")
    kind = value.kind if value.agrees(token) else "different"
    return Verdict(token, item.document, item.place, context, kind, value.value)


def bind(item: Passage, sayings: Sequence[Saying]) -> list[Verdict]:
    """Give each number of a passage the value that the first fitting saying has for it."""
    found: dict[int, Value] = {}
    starts = {token.start: token for token in item.tokens}
    for saying in sayings:
        if not starts.keys() - found.keys():
            break
        if saying.place and not re.search(saying.place, item.place):
            continue
        for match in saying.pattern.finditer(item.text):
            spots = [match.start(n + 1) for n in range(len(saying.values))]
            tokens = [starts.get(spot) for spot in spots]
            if any(token is None for token in tokens):
                continue
            if saying.source and not _comes_from(saying, [token for token in tokens if token]):
                continue
            for spot, value in zip(spots, saying.values, strict=True):
                found.setdefault(spot, value)
    return [judged(item, token, found.get(token.start)) for token in item.tokens]


def _comes_from(saying: Saying, tokens: Sequence[Token]) -> bool:
    """Whether the numbers have the key that is asked for; settings and nought beside it have none."""
    named = [bool(re.search(saying.source, token.source)) for token in tokens]
    return any(named) and all(
        is_named or not token.source for is_named, token in zip(named, tokens, strict=True)
    )


def cell(item: Passage, expected: Sequence[Value] | None, label: str) -> list[Verdict]:
    """Compare the numbers of a table's cell with the values that should stand there, in order."""
    values = list(expected or [])
    if values and not item.tokens and item.text.strip() in WITHHELD:
        return [
            Verdict(Token(item.text.strip(), 0, 0), item.document, item.place, label, "withheld")
            for _ in values[:1]
        ]
    if expected is not None and len(values) != len(item.tokens):
        return [judged(item, token, None, label) for token in item.tokens] or [
            Verdict(
                Token("(nothing)", 0, 0),
                item.document,
                item.place,
                f"{label} | {item.text}",
                "different",
                values[0].value,
            )
        ]
    return [
        judged(item, token, value, label)
        for token, value in zip(item.tokens, values or [None] * len(item.tokens), strict=True)
    ]


def tally(verdicts: Sequence[Verdict]) -> dict[str, int]:
    kinds, counts = np.unique([v.kind for v in verdicts], return_counts=True)
    return dict(zip(kinds.tolist(), counts.tolist(), strict=True))
