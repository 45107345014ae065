"""What a survey file says of itself, beside its records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class FileSet:
    """A multiple-response set that the file names.

    Attributes
    ----------
    label
        The question, or ''.
    columns
        Its columns, in order.
    counted
        Code that means "ticked"; None for a set of categories (first mention, second mention).
    """

    label: str
    columns: tuple[str, ...]
    counted: float | None = None


@dataclass
class FileLabels:
    """What a survey file says of itself.

    Attributes
    ----------
    variables
        Column: label.
    values
        Column: code: label.
    missing
        Column: user-missing ranges (lowest, highest), a single code being a range of one.
    measures
        Column: level of measurement (nominal, ordinal, scale), where the file says it.
    sets
        Name: multiple-response set.
    folder
        Where the file lies, with a stroke at its end; the notes name the file with it.
    notes
        What the format could not hold or what was put right in reading, for the user to know.
    set_aside
        Cells that could not be read: column, row (from 1) and value.
    """

    variables: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[Any, str]] = field(default_factory=dict)
    missing: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)
    sets: dict[str, FileSet] = field(default_factory=dict)
    file_label: str = ""
    notes: list[str] = field(default_factory=list)
    folder: str = ""
    set_aside: list[tuple[str, int, str]] = field(default_factory=list)
