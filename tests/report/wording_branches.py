"""Which branches of the templates a test has rendered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, nodes

from surveypipe import wording
from surveypipe.study.vocabulary import Vocabulary

LONGEST = 35
FAULTS = {
    "a missing value": r"\bnan\b|\bNone\b(?! of)|\binf\b|\bundefined\b",
    "two spaces": r"(?<=\S)  +(?=\S)",
    "a space before a stop": r"\s[.,;:)](?=\s|$)|\(\s",
    "stops that double": r"(?<!\.)\.\.(?!\.)|[,;:]\s*\.(?!\d)|,\s*,|;\s*;",
    "an empty bracket": r"\(\s*[,;]?\s*\)",
    "a sentence without a capital": r"[a-z)][.?] [a-z]",
    "a code": r"(?<!\\)_",
    "a block": r"[{}]",
}
SENTENCE = re.compile(r"(?<=[.?!])[*)]* +(?=[A-Z*@'])|\n")


class Counting(Environment):
    """An environment that notes each branch of an `if` that it renders, by template and line."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.there: set[str] = set()
        self.rendered: set[str] = set()
        self.globals["_rendered"] = self._note

    def _note(self, branch: str) -> str:
        self.rendered.add(branch)
        return ""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for number, found in enumerate(list(tree.find_all(nodes.If)), 1):
            self._mark(found.body, f"{name}: line {found.lineno}, if {number}")
            if found.else_:
                self._mark(found.else_, f"{name}: line {found.lineno}, else of {number}")
        return tree

    def _mark(self, body: list[nodes.Node], branch: str) -> None:
        self.there.add(branch)
        call = nodes.Call(nodes.Name("_rendered", "load"), [nodes.Const(branch)], [], None, None)
        body.insert(0, nodes.Output([call]))

    @property
    def missed(self) -> list[str]:
        """Branches that stand in a template that was read and were not rendered."""
        return sorted(self.there - self.rendered)


@contextmanager
def counted(folders: list[Path]) -> Iterator[tuple[wording.Wording, Counting]]:
    """Templates whose rendered branches are noted, with the environment that notes them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wording, "Environment", Counting)
        words = wording.Wording(folders, Vocabulary().everywhere())
    assert isinstance(words.environment, Counting)
    yield words, words.environment


def faults(text: str) -> list[str]:
    """What no rendering of a template may hold, each with the place."""
    found = [
        f"{fault}: …{text[max(0, hit.start() - 60) : hit.end() + 30]}"
        for fault, pattern in FAULTS.items()
        for hit in re.finditer(pattern, text)
    ]
    long = [sentence for sentence in SENTENCE.split(text) if len(sentence.split()) > LONGEST]
    return found + [f"{len(sentence.split())} words: {sentence}" for sentence in long]
