"""A run of sentences stands once in the supplement: its summary tells it, the sections point to it."""

from __future__ import annotations

import re
from pathlib import Path

import made_up
from _parts import text_of
from studies import ROOT
from surveypipe.reporting.parts import known_parts
from surveypipe.reporting.wording import nonresponse, reviewers

SUPPLEMENT = Path(ROOT / "workflow/documents/supplement.qmd")
MOST = 2


def sentences(text: str) -> list[str]:
    return [one for one in re.split(r"(?<=[.?!])\s+(?=[A-Z])", " ".join(text.split())) if len(one) > 25]


def longest_run(first: list[str], second: list[str]) -> list[str]:
    """Find the longest run of sentences that both hold."""
    best: list[str] = []
    for start in range(len(first)):
        for other in range(len(second)):
            length = 0
            while (
                first[start + length : start + length + 1]
                == second[other + length : other + length + 1]
                != []
            ):
                length += 1
            best = max(best, first[start : start + length], key=len)
    return best


def test_no_run_of_sentences_of_the_summary_is_said_again() -> None:
    given, words = made_up.released(), made_up.words()
    summary = sentences(nonresponse.summary(given, words))
    asked = sentences(reviewers.questions(given, words))
    said = nonresponse.sentences(given, words)
    body = text_of(SUPPLEMENT, known_parts())
    called = re.findall(r"\{\{<\s*meta\s+num\.(bias__[\w-]+)\s*>\}\}", body)
    assert called and len(summary) > 10 and len(asked) > 10
    assert len(longest_run(summary, asked)) <= MOST
    long = {key: longest_run(summary, sentences(str(said[key]))) for key in called}
    assert {key: run for key, run in long.items() if len(run) > MOST} == {}


def test_a_run_that_both_hold_is_found() -> None:
    assert longest_run(["a", "b", "c"], ["x", "b", "c"]) == ["b", "c"]
    assert longest_run(["a"], ["b"]) == []
