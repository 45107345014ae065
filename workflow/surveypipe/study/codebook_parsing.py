"""The codebook's file held against its form and against itself, and made into a :class:`Codebook`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from surveypipe.identifiers import variable_slug
from surveypipe.problems import Problems, shown
from surveypipe.study.codebook import Codebook, Variable, code_text
from surveypipe.study.codebook_file import BatteryEntry, CodebookFile, Column
from surveypipe.study.frame import EVERYBODY
from surveypipe.study.item_types import ITEM_TYPES
from surveypipe.study.poles import Battery
from surveypipe.study.reading import checked

T = TypeVar("T")
# Names that the stages give to columns of their own.
RESERVED = {"record", "id", "flags", "share_answered", EVERYBODY}


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
    return codebook_from(checked(raw, CodebookFile, source), source)


def codebook_from(document: CodebookFile, source: str = "codebook") -> Codebook:
    """Build a codebook whose form is checked, and hold it against itself.

    Raises
    ------
    SurveyError
        Naming every variable and code that is wrong.
    """
    problems = Problems()
    variables = {
        name: _variable(name, entry, document, problems, source) for name, entry in document.variables.items()
    }
    made = Codebook(
        variables=variables,
        sections=document.sections,
        batteries={key: _battery(entry) for key, entry in document.batteries.items()},
        unknown_code_limit=document.unknown_code_limit,
        sets=document.sets,
    )
    problems.extend(f"{source}: {sentence}" for sentence in _consistency_problems(made))
    problems.raise_if_any()
    return made


def _battery(entry: str | BatteryEntry) -> Battery:
    if isinstance(entry, str):
        return Battery(entry)
    return Battery(entry.label, entry.low, entry.middle, entry.high)


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
        in_file=entry.in_file or name,
        set=entry.set,
        unit=entry.unit,
    )


def _consistency_problems(book: Codebook) -> list[str]:
    sentences = []
    ids = [v.name for v in book.variables.values() if v.role == "id"]
    if len(ids) > 1:
        sentences.append(f"at most one variable may have `role: id`; found {shown(ids)}.")
    sentences += _named_twice(book)
    for variable in book.variables.values():
        sentences += [f"variable {variable.name} {fault}." for fault in _faults(variable, book)]
    sentences += _circles(book)
    return sentences


def _named_twice(book: Codebook) -> list[str]:
    """Say which names or columns of the file are claimed twice, and which sets have no box."""
    claimed: dict[str, list[str]] = {}
    for variable in book.variables.values():
        claimed.setdefault(variable.in_file, []).append(variable.name)
    reserved = [v.name for v in book.variables.values() if v.name in RESERVED - {"id"}]
    reserved += [v.name for v in book.variables.values() if v.name == "id" and v.role != "id"]
    alike: dict[str, list[str]] = {}
    for name in book.variables:
        alike.setdefault(variable_slug(name), []).append(name)
    sentences = [
        f"the names {shown(names)} cannot be told apart where numbers are called by name; give one another "
        "name, with `in_file` for the one that it has in the file."
        for names in alike.values()
        if len(names) > 1
    ]
    sentences += [
        f"the name {name} is that of a column of the pipeline's own; give the variable another, with "
        f"`in_file: {name}`."
        for name in reserved
    ]
    sentences += [
        f"the variables {shown(names)} name the same column of the file, {column!r}; correct `in_file`."
        for column, names in claimed.items()
        if len(names) > 1
    ]
    return sentences + [
        f"the set {name!r} under `sets` has no box; give its variables `set: {name}`, or take it out."
        for name in book.sets
        if not book.boxes(name)
    ]


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
    if variable.set and variable.set not in book.sets:
        faults.append(f"names the set {variable.set!r}, which is not under `sets`")
    if variable.set and not kind.pair:
        faults.append(f"is {variable.type} and in the set {variable.set!r}; only a binary variable is a box")
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
