"""What a column is taken for, and a column on its way into the draft of a codebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from surveypipe.study.item_types import ITEM_TYPES, ItemType


class Sign(StrEnum):
    """What was seen in a column and bears on what it is taken for, or should be told of it."""

    ZERO_AND_ONE = "zero and one"
    ENDS = "ends"
    NO_WORDS = "no words"
    STANDS_APART = "stands apart"
    NO_LABEL = "no label"
    SET_ASIDE = "set aside"
    LETTERED = "lettered"
    AMBIGUOUS_DAY = "ambiguous day"
    ONE_ANSWER = "one answer"
    CLOCK = "clock"
    EMPTY = "empty"
    TEXT = "text"
    WORDS = "words"


@dataclass
class Guess:
    """What a column is taken for.

    Attributes
    ----------
    type
        A type of the codebook.
    values
        Code and answer, in order.
    missing
        Code and what it stands for.
    missing_range
        Range of missing codes.
    counts
        Code of the answer that is counted.
    ticked
        Where the column has one value and blanks: its code. It is a box if its neighbours are.
    signs
        What was seen in it; of some the draft tells (:data:`surveypipe.intake.remarks.TOLD`).
    """

    type: str
    values: dict[float, str] = field(default_factory=dict)
    missing: dict[float, str] = field(default_factory=dict)
    missing_range: tuple[float, float] | None = None
    counts: float | None = None
    ticked: float | None = None
    signs: list[Sign] = field(default_factory=list)

    @property
    def kind(self) -> ItemType:
        """What holds for every item of its type."""
        return ITEM_TYPES[self.type]


@dataclass(frozen=True)
class InFile:
    """What the file says of one column."""

    values: Mapping[Any, str]
    missing: list[tuple[Any, Any]]
    measure: str = ""


@dataclass
class Column:
    """One column on its way into the draft.

    Attributes
    ----------
    name
        Name in the codebook.
    in_file
        Name in the file.
    label, question, short
        Name in tables; the question as asked; name in figures, where the label is long.
    guess
        What it is taken for.
    role
        Role in the codebook.
    battery, set
        Keys of the block that it belongs to.
    """

    name: str
    in_file: str
    label: str
    question: str
    guess: Guess
    short: str | None = None
    role: str = "question"
    battery: str = ""
    set: str = ""
