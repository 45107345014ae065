"""The codebook: what each column of a survey file means, and what its codes stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from surveypipe.problems import Problems, shown
from surveypipe.study.codebook_file import CodebookFile, Column
from surveypipe.study.item_types import ITEM_TYPES, ItemType
from surveypipe.study.reading import checked

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")


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
    batteries: dict[str, str]
    unknown_code_limit: float = 0.05

    @property
    def id_variable(self) -> str:
        """Name of the variable that identifies the person."""
        return next(v.name for v in self.variables.values() if v.role == "id")

    def core_items(self) -> list[str]:
        """Names of the items that count towards a complete questionnaire."""
        return [v.name for v in self.variables.values() if v.core]

    def battery_items(self, batteries: Iterable[str]) -> list[str]:
        """Names of the items of the batteries, in the order of the questionnaire."""
        wanted = set(batteries)
        return [v.name for v in self.variables.values() if v.battery in wanted]

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


def same_number(number: object) -> str:
    """Reduce a number to what a reader would call the same: no capitals, spaces or leading zeros."""
    plain = "".join(str(number).split()).casefold()
    return re.sub(r"(?<!\d)0+(?=\d)", "", plain)


def parse_codebook(raw: Any, source: str = "codebook") -> Codebook:
    """Check a codebook against its form and against itself, and build it.

    Parameters
    ----------
    raw
        The codebook as read from YAML.
    source
        Name of the file, for messages.

    Raises
    ------
    SurveyError
        Naming every key, variable and code that is wrong.
    """
    document = checked(raw, CodebookFile, source)
    problems = Problems()
    variables = {
        name: _variable(name, entry, document, problems, source) for name, entry in document.variables.items()
    }
    made = Codebook(
        variables=variables,
        sections=document.sections,
        batteries=document.batteries,
        unknown_code_limit=document.unknown_code_limit,
    )
    problems.extend(f"{source}: {sentence}" for sentence in _consistency_problems(made))
    problems.raise_if_any()
    return made


def _looked_up(entry: T | str | None, sets: Mapping[str, T], what: str, problems: Problems) -> T | None:
    if not isinstance(entry, str):
        return entry
    if entry not in sets:
        problems.add(
            f"{what} calls the set {entry!r}, which is not defined; sets are {shown(sets) or 'none'}."
        )
        return None
    return sets[entry]


def _coded(labels: Mapping[str, str | float], what: str, problems: Problems) -> dict[float, str]:
    coded = {}
    for code, label in labels.items():
        if not isinstance(label, str):
            problems.add(f"{what}: the answer {label:g} of the code {code} is a number; put it in quotes.")
            continue
        try:
            coded[float(code)] = label
        except ValueError:
            problems.add(f"{what}: {code!r} is not a number; codes are numbers, what they mean is text.")
    return coded


def _variable(name: str, entry: Column, document: CodebookFile, problems: Problems, source: str) -> Variable:
    here = f"{source}: variable {name}"
    values = dict(_looked_up(entry.values, document.value_sets, here, problems) or {})
    shared = values.pop("counts", None)
    counted = shared if entry.counts is None else entry.counts
    if isinstance(counted, str):
        problems.add(f"{here} counts {counted!r}; write the code of the answer, without quotes.")
        counted = None
    missing = _looked_up(entry.missing, document.missing_sets, here, problems)
    return Variable(
        name=name,
        type=entry.type,
        label=entry.label,
        short=entry.short or entry.label,
        question=entry.question,
        role=entry.role,
        section=entry.section,
        battery=entry.battery,
        core=entry.core,
        values=_coded(values, here, problems),
        missing_codes=_coded((missing and missing.codes) or {}, here, problems),
        missing_range=missing.range if missing else None,
        valid_range=entry.range,
        asked_if={
            filter_name: wanted if isinstance(wanted, tuple) else (wanted,)
            for filter_name, wanted in (entry.asked_if or {}).items()
        },
        counts=counted,
    )


def _consistency_problems(book: Codebook) -> list[str]:
    sentences = []
    ids = [v.name for v in book.variables.values() if v.role == "id"]
    if len(ids) != 1:
        sentences.append(f"exactly one variable must have `role: id`; found {shown(ids) or 'none'}.")
    for variable in book.variables.values():
        sentences += [f"variable {variable.name} {fault}." for fault in _faults(variable, book)]
    sentences += _circles(book)
    return sentences


def _faults(variable: Variable, book: Codebook) -> list[str]:
    faults = []
    documented = variable.role != "undocumented"
    kind = variable.kind
    if kind.listed and not variable.values and documented:
        faults.append(f"is {variable.type} but has no `values`; list its answers")
    if kind.pair and variable.values and len(variable.values) != 2:
        faults.append(
            f"is {variable.type} but has {len(variable.values)} answers; call it ordinal or categorical"
        )
    if not kind.listed and variable.values:
        faults.append(f"is {variable.type} but lists answers under `values`; a number takes a `range`")
    if not kind.number and (variable.missing_codes or variable.missing_range):
        faults.append(f"is a {variable.type} and cannot have missing codes; leave it blank in the file")
    if variable.section and variable.section not in book.sections:
        faults.append(f"names the section {variable.section!r}, which is not under `sections`")
    if variable.battery and variable.battery not in book.batteries:
        faults.append(f"names the battery {variable.battery!r}, which is not under `batteries`")
    faults += _counted_faults(variable) + _code_faults(variable) + _filter_faults(variable, book)
    return faults


def _counted_faults(variable: Variable) -> list[str]:
    """Say what is wrong with the answer that is counted; the order of the answers never decides it."""
    listed = " or ".join(f"`counts: {code_text(code)}` ({text})" for code, text in variable.values.items())
    if variable.counts is not None and not variable.kind.may_count:
        takers = [name for name, kind in ITEM_TYPES.items() if kind.may_count]
        return [f"is {variable.type} and takes no `counts`; only {' and '.join(takers)} variables do"]
    if variable.counts is not None and variable.values and variable.counts not in variable.values:
        return [f"counts {code_text(variable.counts)}, which is no answer of it; write {listed}"]
    if variable.kind.pair and len(variable.values) == 2 and variable.counts is None:
        return [
            f"is {variable.type} and does not say which answer is counted: tables show its share, and "
            f"recodes take it for yes. Write {listed}; where neither answer is the one to count, call it "
            "categorical"
        ]
    return []


def _code_faults(variable: Variable) -> list[str]:
    faults = []
    limits = variable.missing_range
    if limits and limits[0] > limits[1]:
        faults.append("has a missing range that ends before it begins")
    both = [code for code in variable.values if code in variable.missing_codes]
    both += [code for code in variable.values if limits and limits[0] <= code <= limits[1]]
    if both:
        faults.append(f"lists {shown(map(code_text, both))} both as an answer and as missing")
    bounds = variable.valid_range
    if bounds is None:
        return faults
    if not variable.kind.ranged:
        return [*faults, f"is {variable.type} and takes no `range`; list its answers under `values`"]
    texts = [isinstance(limit, str) for limit in bounds]
    if any(texts) != (variable.kind.form == "day") or any(texts) != all(texts):
        return [*faults, "has a `range` of the wrong kind: numbers for a number, days for a date"]
    if bounds[0] > bounds[1]:
        faults.append("has a range that ends before it begins")
    inside = [code for code in variable.missing_codes if not any(texts) and bounds[0] <= code <= bounds[1]]
    if inside:
        faults.append(f"has the missing code {shown(map(code_text, inside))} inside its own range")
    return faults


def _filter_faults(variable: Variable, book: Codebook) -> list[str]:
    faults = []
    for filter_name, codes in variable.asked_if.items():
        asked = book.variables.get(filter_name)
        if asked is None:
            faults.append(f"is asked if {filter_name}, which is not a variable of the codebook")
            continue
        unknown = [code for code in codes if code not in asked.values]
        if unknown:
            faults.append(
                f"is asked if {filter_name} is {shown(map(code_text, unknown))}, "
                f"which is no answer of {filter_name}; its answers are {shown(map(code_text, asked.values))}"
            )
    return faults


def _circles(book: Codebook) -> list[str]:
    for start in book.variables:
        seen: list[str] = []
        here = [start]
        while here:
            name = here.pop()
            if name in seen:
                continue
            seen.append(name)
            filters = [f for f in book.variables[name].asked_if if f in book.variables]
            if start in filters:
                return [f"the filters run in a circle: {' <- '.join([start, *reversed(seen[1:]), start])}."]
            here += filters
    return []
