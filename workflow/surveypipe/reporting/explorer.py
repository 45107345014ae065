"""The explorer of the web page: every claim under everything a reader may choose, laid out to be looked up.

The page computes nothing. What it prints of a claim under an assumption, against a limit and with some
weights is made here, from released numbers, by the functions that the ledger is made by, and worded by the
templates of the text.

Released are estimates at random under every scheme, and under each assumption with the primary weights
(:mod:`surveypipe.ledger.explorer`). What is not released is not shown: with other weights no assumption is to
be chosen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from surveypipe.disclosure.digits import decimals_of
from surveypipe.formatting import confidence, decimal, held
from surveypipe.ledger.explorer import BETWEEN, WITHIN, YES, Assumption
from surveypipe.page_data import page_data
from surveypipe.reporting.claim_names import title
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording import primary
from surveypipe.study.claims import AnyClaim
from surveypipe.study.grades import Grade
from surveypipe.study.offered import DECIMALS, offered, own_limit
from surveypipe.wording import Markdown, Wording

if TYPE_CHECKING:
    import pandas as pd

# By whether a claim is supported at random, and under the assumption.
OUTCOMES = {
    (True, True): "stands",
    (True, False): "lost",
    (False, True): "gained",
    (False, False): "fails",
}
# Empty places that the page fills in a sentence.
PLACES = {"strength": Markdown("{strength}"), "moved": Markdown("{moved}")}
ENDS = ("ci_low", "ci_high", "deciding_low", "deciding_high")
# What the page is made of beside the data.
PARTS = (
    '<link rel="stylesheet" href="styles/page_explorer.css"><script src="styles/page_explorer.js"></script>'
)


def has_explorer(released: Released) -> bool:
    """Whether there is anything to explore: claims, and somebody who is known not to have answered."""
    return not released.table("explorer").empty


def explorer(released: Released, words: Wording) -> str:
    """Write the explorer as a block of HTML, which other formats leave out; '' where there is none.

    Parameters
    ----------
    released
        The released tables.
    words
        Templates.
    """
    if not has_explorer(released):
        return ""
    data = page_data(page(released, words))
    return (
        '```{=html}\n<section id="explore" class="explorer" aria-labelledby="explore-title" hidden>'
        '<h3 id="explore-title"></h3></section>\n'
        f'<script type="application/json" id="explorer-data">{data}</script>\n{PARTS}\n```\n'
    )


def page(released: Released, words: Wording) -> dict[str, Any]:
    """Lay out everything that the page prints, by what a reader chooses."""
    table = released.table("explorer")
    thetas = [1.0, *table["theta"].dropna()]
    ks = sorted(set(table["k"].dropna()))
    choices = Choices(sorted(set(thetas)), ks)
    claims = [
        one_claim(key, table[table["claim"] == key], released, words, choices) for key in released.claims
    ]
    made = [claim for claim in claims if claim]
    grades = list(Grade)
    return {
        "words": _words(words, scenario=bool(ks)),
        "alike": {scheme: _alike(released, scheme, words) for scheme in released.schemes},
        "clauses": {scheme: _clauses(released, scheme, words) for scheme in released.schemes},
        "thetas": choices.thetas,
        "strengths": [_strength(theta) for theta in choices.thetas],
        "ks": ks,
        "kTexts": [_plain(words.say("explorer/common", k=k)) for k in ks],
        "schemes": [[key, label] for key, label in released.schemes.items()],
        "scheme": released.primary,
        "grades": [[grade.label(released.vocabulary), grade.supported] for grade in grades],
        "statuses": [_status(number, len(made), words) for number in range(len(made) + 1)],
        "claims": made,
    }


@dataclass(frozen=True)
class Choices:
    """What a reader may choose for all claims: response odds ratios, 1 among them, and multiples k."""

    thetas: list[float]
    ks: list[float]


def _status(number: int, total: int, words: Wording) -> str:
    """Say how many of the claims are supported."""
    claims = words.say("claims/all/supported", supported=number, total=total)
    return _plain(words.say("explorer/status", claims=claims, supported=number, total=total))


def _alike(released: Released, scheme: str, words: Wording) -> str:
    """Say who the silent are taken to be like under a scheme."""
    cell = primary.cell_word(primary.under(released, scheme))
    return _plain(words.say("explorer/alike", cell=cell))


def _clauses(released: Released, scheme: str, words: Wording) -> list[str]:
    """Say what each grade says of a claim under a scheme."""
    facts = primary.alike(primary.under(released, scheme)) | {"other": scheme != released.primary}
    return [_plain(words.say("explorer/clause", grade=grade.name.lower(), **facts)) for grade in Grade]


def _words(words: Wording, **facts: Any) -> dict[str, str]:
    text = words.say("explorer/words", **facts)
    lines = [line.removeprefix("- ").split(": ", 1) for line in text.split("\n") if line.startswith("- ")]
    return {key: _plain(said) for key, said in lines}


def _plain(text: str) -> str:
    """Take the marks of Markdown out of a sentence that stands in HTML as it is."""
    made, escaped = [], False
    for sign in text:
        if escaped or sign not in "\\*":
            made.append(sign)
        escaped = sign == "\\" and not escaped
    return " ".join("".join(made).split(" "))


def _strength(theta: float) -> str:
    """Print how many times as ready one side is, whichever side it is."""
    return held(round(max(theta, 1 / theta), 6))


@dataclass(frozen=True)
class Told:
    """What is released of one claim.

    Attributes
    ----------
    claim
        The claim.
    at_random
        Scheme to its row.
    assumed
        Row at each response odds ratio, and at each k.
    """

    claim: AnyClaim
    at_random: Mapping[str, pd.Series]
    thetas: Mapping[float, pd.Series] = field(default_factory=dict)
    ks: Mapping[float, pd.Series] = field(default_factory=dict)


def one_claim(
    key: str, rows: pd.DataFrame, released: Released, words: Wording, choices: Choices
) -> dict[str, Any] | None:
    """Lay out one claim; None where nothing of it is released under the primary weights.

    Parameters
    ----------
    key
        Key of the claim.
    rows
        Its rows of the released table.
    choices
        What may be chosen for all claims.
    """

    def at(assumption: Assumption, column: str) -> dict[Any, pd.Series]:
        found = rows[rows["assumption"] == str(assumption)]
        return {row[column]: row for _, row in found.iterrows()}

    claim = released.claims[key]
    told = Told(
        claim,
        at(Assumption.AT_RANDOM, "scheme"),
        at(Assumption.THETA, "theta"),
        at(Assumption.SCENARIO, "k"),
    )
    limits = offered(claim)
    if released.primary not in told.at_random or not limits:
        return None
    level = float(told.at_random[released.primary]["ci_level"])
    row = next(row for row in released.claim_rows() if row["claim"] == key)
    return {
        "key": key,
        "title": title(released, row),
        "label": claim.label,
        "margin": claim.within_margin,
        "limits": list(limits),
        "limitTexts": [claim.set_printed(limit) for limit in limits],
        "start": limits.index(own_limit(claim)),
        "axis": _axis(told),
        "levels": list(dict.fromkeys([confidence(level), confidence(claim.deciding_level(level))])),
        "assumed": _assumed(claim, words, choices, primary.cell_word(released)),
        "schemes": {scheme: _under(told, scheme, released, words, choices) for scheme in told.at_random},
    }


def _axis(told: Told) -> list[float]:
    """Give the ends of the axis of its interval: the scale, or all that the claim may become."""
    ends = told.claim.limits
    if told.claim.is_share:
        return [float(end) for end in ends]
    rows = [*told.at_random.values(), *told.thetas.values(), *told.ks.values()]
    values = [float(row[name]) for row in rows for name in ENDS] + [0.0, *offered(told.claim)]
    if told.claim.within_margin:
        values += [-limit for limit in offered(told.claim)]
    known = [value for value in values if math.isfinite(value)]
    return [min(known), max(known)]


def _assumed(claim: AnyClaim, words: Wording, choices: Choices, cell: str) -> dict[str, Any]:
    """Sentences about assumptions, with empty places: of θ above and below 1, and of each k, by outcome."""

    def said(**facts: Any) -> dict[str, str]:
        return {
            outcome: _plain(
                words.say("claims/assumed", claimed=claim, outcome=outcome, cell=cell, **PLACES, **facts)
            )
            for outcome in OUTCOMES.values()
        }

    return {
        "true": said(assumption="theta", of_true=True, k=math.nan),
        "false": said(assumption="theta", of_true=False, k=math.nan),
        "ks": [said(assumption="scenario", of_true=True, k=k) for k in choices.ks],
        "strengths": [] if claim.binary else [decimal(abs(math.log(theta))) for theta in choices.thetas],
    }


def _under(told: Told, scheme: str, released: Released, words: Wording, choices: Choices) -> dict[str, Any]:
    """States of a claim under a scheme: at random and, with the primary weights, at each θ and at each k.

    None stands for what is not released.
    """
    row = told.at_random[scheme]
    grades, otherwise = (_numbers(row[name]) for name in ("grades", "otherwise"))
    holds = [letter == YES for letter in str(row["supported"])]

    def state(at: pd.Series | None) -> list[Any] | None:
        if at is None:
            return None
        then = [letter == YES for letter in str(at["supported"])]
        outcomes = [OUTCOMES[pair] for pair in zip(holds, then, strict=True)]
        lost = [
            other if outcome == "lost" else grade
            for grade, other, outcome in zip(grades, otherwise, outcomes, strict=True)
        ]
        printed = _printed(told.claim, _values(at))
        return [*printed, "".join(map(str, lost)), "".join(one[0] for one in outcomes)]

    made: dict[str, Any] = {
        "random": [*_printed(told.claim, _values(row)), "".join(map(str, grades))],
        "sentences": [_plain(text) for text in _threshold_sentences(told.claim, row, words)],
    }
    if scheme == released.primary:
        made["thetas"] = [None if theta == 1 else state(told.thetas.get(theta)) for theta in choices.thetas]
        made["ks"] = [state(told.ks.get(k)) for k in choices.ks]
    return made


def _numbers(cell: str) -> list[int]:
    return [int(part) for part in cell.split(BETWEEN)[:-1]]


def _values(row: pd.Series) -> list[float]:
    """Estimate, both ends of the published interval, both of the one that decides."""
    return [float(row[name]) for name in ("estimate", *ENDS)]


def _printed(claim: AnyClaim, values: Sequence[float]) -> list[Any]:
    """Print estimate and intervals, and give the numbers to draw them by."""
    # The end of an interval keeps its side of what the claim is held against.
    low, high, *deciding = (float(end) for end in decimals_of(values[1:], DECIMALS, claim.landmarks()))
    estimate = values[0]
    spans = [claim.span_printed(low, high)]
    if claim.within_margin:
        spans.append(claim.span_printed(deciding[0], deciding[1]))
    return [claim.with_unit(estimate), spans, [round(value, 4) for value in (estimate, low, high)]]


def _threshold_sentences(claim: AnyClaim, row: pd.Series, words: Wording) -> Iterator[str]:
    """Say for each limit where the interval lies, in the words of the text."""
    level = float(row["ci_level"])
    for limit, outcome in zip(offered(claim), str(row["outcomes"]).split(BETWEEN)[:-1], strict=True):
        held_against = claim.at(limit)
        places = [] if claim.within_margin else outcome.split(WITHIN)
        yield words.say(
            "claims/threshold", claimed=held_against, kind=claim.kind,
            outcome=outcome if claim.within_margin else "known", group="",
            ci_level=level, deciding_level=claim.deciding_level(level), margin=held_against.margin,
            positions=[
                {"limit": side.limit, "place": place}
                for side, place in zip(held_against.sides(), places, strict=bool(places))
            ],
        )  # fmt: skip
