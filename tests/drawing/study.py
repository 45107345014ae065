"""What is drawn of one study, and what every part of the drawing needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

Draw = np.random.Generator
MISSING = {98: "Don't know", 99: "Refused"}
# Whoever was asked has one of these in a list, and anybody else does not.
PLACES = ("unit", "rank")


@dataclass
class RandomStudy:
    """What is drawn of one study, piece by piece.

    Parameters
    ----------
    draw
        Where chance comes from.
    people
        Number of respondents.
    population
        What is known of those who were asked: ``list``, ``counts``, ``totals``, ``size`` or ``none``.
    answers
        A row for each respondent, as the survey file holds them.
    """

    draw: Draw
    people: int
    population: str
    answers: pd.DataFrame
    codebook: dict[str, Any] = field(default_factory=dict)
    book: dict[str, Any] = field(default_factory=dict)
    staff: pd.DataFrame = field(default_factory=pd.DataFrame)
    # Further files by the key of `inputs` that names them.
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    margins: dict[str, dict[str, float]] = field(default_factory=dict)
    sets: dict[str, str] = field(default_factory=dict)
    batteries: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    derived: dict[str, str] = field(default_factory=dict)

    def some(self, chance: float = 0.5) -> bool:
        """Toss a coin."""
        return bool(self.draw.random() < chance)

    def one(self, options: Sequence[Any]) -> Any:
        """Draw one of several."""
        return options[int(self.draw.integers(len(options)))]

    def several(self, options: Sequence[Any], most: int) -> list[Any]:
        """Draw up to so many, in the order given."""
        number = min(len(options), int(self.draw.integers(0, most + 1)))
        chosen = set(self.draw.permutation(len(options))[:number])
        return [option for k, option in enumerate(options) if k in chosen]

    def perhaps(self, chance: float, **said: Any) -> dict[str, Any]:
        """Say some keys, each by chance."""
        return {key: value for key, value in said.items() if self.some(chance)}

    def named(self, *types: str) -> list[str]:
        """Questions of some types."""
        return [name for name, about in self.codebook.items()
                if about["type"] in types and "role" not in about]  # fmt: skip

    def made(self, *types: str) -> list[str]:
        """Recodes and scales of some types."""
        return [name for name, kind in self.derived.items() if kind in types]

    def answers_of(self, name: str) -> dict[Any, str]:
        """Codes and words of a question."""
        values = self.codebook[name]["values"]
        return self.book["value_sets"][values] if isinstance(values, str) else values

    @property
    def codebook_file(self) -> dict[str, Any]:
        """The codebook as its file holds it."""
        book = {"sets": self.sets, "batteries": self.batteries, "variables": self.codebook}
        return {key: part for key, part in (self.book | book).items() if part}

    @property
    def drawn(self) -> bool:
        """Whether the respondents are a sample."""
        return bool(set(self.config.get("design", {})) - {"kind"})

    @property
    def grouping(self) -> list[str]:
        """Variables by which results are shown."""
        return list(self.config.get("groups", {}))


def uneven(study: RandomStudy, number: int) -> np.ndarray:
    """Draw shares of so many answers, more or less alike."""
    return np.asarray(study.draw.dirichlet(np.full(number, study.one([0.8, 3.0, 20.0]))))


def in_words(study: RandomStudy, codes: pd.Series, name: str) -> pd.Series:
    """Name answers by their words."""
    return codes.map({float(code): text for code, text in study.answers_of(name).items()})


def known_answers(study: RandomStudy, name: str) -> pd.Series:
    """Answers of a question, without what stands for none."""
    return study.answers[name].replace({98.0: np.nan, 99.0: np.nan})
