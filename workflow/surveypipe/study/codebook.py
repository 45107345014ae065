"""The codebook: what each column of a survey file means, and what its codes stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from surveypipe.study.item_types import ITEM_TYPES, ItemType
from surveypipe.study.poles import Battery

if TYPE_CHECKING:
    import pandas as pd

# Name of the column that stands for the identifier where no variable identifies the person: the number of the
# record. It begins with a space and so is never a variable's name.
NUMBERED = " record"


@dataclass(frozen=True)
class Variable:
    """One column of the survey file.

    Attributes
    ----------
    values
        Code and answer, in the order of the questionnaire; empty for numbers, dates and text.
    missing_codes, missing_range
        User-missing values: single codes with what they stand for, and a closed range.
    valid_range
        Lowest and highest possible value, numbers or days (``YYYY-MM-DD``).
    asked_if
        Filter variable and the codes for which this question is asked; all filters must hold.
    counts
        Code of the answer whose share stands for the variable; None where no answer does.
    in_file
        Name of its column in the survey file.
    set
        Key of the set of boxes (multiple response) that it is one of; '' for none.
    unit
        Unit of a question answered with a number; '' where the codebook names none.
    """

    name: str
    type: str
    label: str
    short: str
    question: str = ""
    role: str = "question"
    section: str = ""
    battery: str = ""
    core: bool = False
    values: dict[float, str] = field(default_factory=dict)
    missing_codes: dict[float, str] = field(default_factory=dict)
    missing_range: tuple[float, float] | None = None
    valid_range: tuple[Any, Any] | None = None
    asked_if: dict[str, tuple[float, ...]] = field(default_factory=dict)
    counts: float | None = None
    in_file: str = ""
    set: str = ""
    unit: str = ""

    @property
    def kind(self) -> ItemType:
        """What holds for every item of its type."""
        return ITEM_TYPES[self.type]

    def is_user_missing(self, column: pd.Series) -> pd.Series:
        """Mark the values that stand for no answer; blanks are not among them."""
        if not self.kind.number:
            return column.isna() & False
        found = column.isin(list(self.missing_codes))
        if self.missing_range is not None:
            found |= column.between(*self.missing_range)
        return found

    def is_unknown(self, column: pd.Series) -> pd.Series:
        """Mark the values that are neither an answer nor user-missing nor blank."""
        import pandas as pd

        if self.kind.form == "text" or self.role == "undocumented":
            return column.isna() & False
        if self.values:
            allowed = column.isin(list(self.values))
        elif self.valid_range is None:
            return column.isna() & False
        elif self.kind.form == "day":
            low, high = (pd.Timestamp(str(limit)) for limit in self.valid_range)
            allowed = column.between(low, high)
        else:
            allowed = column.between(*self.valid_range)
        return column.notna() & ~allowed & ~self.is_user_missing(column)

    def missing_label(self, code: float) -> str:
        """Say what a user-missing code stands for."""
        return self.missing_codes.get(code, "Missing (code without a label)")


@dataclass(frozen=True)
class Codebook:
    """All variables of a survey, with what they share."""

    variables: dict[str, Variable]
    sections: dict[str, str]
    batteries: dict[str, Battery]
    unknown_code_limit: float = 0.05
    sets: dict[str, str] = field(default_factory=dict)

    @property
    def identified(self) -> bool:
        """Whether a variable identifies the person; without one the survey is anonymous."""
        return any(v.role == "id" for v in self.variables.values())

    @property
    def id_variable(self) -> str:
        """Name of the variable that identifies the person; :data:`NUMBERED` where none does."""
        return next((v.name for v in self.variables.values() if v.role == "id"), NUMBERED)

    def core_items(self) -> list[str]:
        """Names of the items that count towards a complete questionnaire; all where none is marked."""
        marked = [v.name for v in self.variables.values() if v.core]
        return marked or [v.name for v in self.variables.values() if v.role == "question"]

    def battery_items(self, batteries: Iterable[str]) -> list[str]:
        """Names of the items of the batteries, in the order of the questionnaire."""
        wanted = set(batteries)
        return [v.name for v in self.variables.values() if v.battery in wanted]

    def boxes(self, name: str) -> list[Variable]:
        """Boxes of a set, in the order of the questionnaire."""
        return [v for v in self.variables.values() if v.set == name]

    def analysed(self) -> list[Variable]:
        """Variables that go on to the analysis: neither identifiers nor undocumented."""
        return [v for v in self.variables.values() if v.role not in ("id", "undocumented")]

    def routing_order(self) -> list[Variable]:
        """Variables with a filter, each after the filters it depends on."""
        done: dict[str, None] = {}

        def visit(name: str) -> None:
            for filter_name in self.variables[name].asked_if:
                visit(filter_name)
            done.setdefault(name)

        for name in self.variables:
            visit(name)
        return [self.variables[name] for name in done if self.variables[name].asked_if]


def code_text(code: object) -> str:
    """Write a code without a needless decimal point: 1.0 becomes ``1``."""
    if isinstance(code, float) and code.is_integer():
        return str(int(code))
    return str(code)


def codes_as_text(column: pd.Series) -> pd.Series:
    """Give the codes of a column as text, as tables have the levels of groups; gaps stay gaps."""
    import pandas as pd

    return column.map(lambda code: None if pd.isna(code) else code_text(code)).astype("str")


def same_number(number: object) -> str:
    """Reduce a number to what a reader would call the same: no capitals, spaces, leading zeros or ``.0``."""
    plain = re.sub(r"^(\d+)\.0+$", r"\1", "".join(str(number).split()).casefold())
    return re.sub(r"(?<!\d)0+(?=\d)", "", plain)
