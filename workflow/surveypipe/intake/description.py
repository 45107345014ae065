"""What each variable of the analysis file is, for tables and text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from surveypipe.identifiers import LIMITS
from surveypipe.study.cleaning import Above, AnyRecode, Bands, Cleaning, Difference, ItemsHigh
from surveypipe.study.codebook import Codebook, Variable, code_text
from surveypipe.study.frame import Groups
from surveypipe.study.poles import HIGH, Battery, named, parted

YES_NO = {"1": "Yes", "0": "No"}
YES = "1"


def describe(
    codebook: Codebook, frame: pd.DataFrame, cleaning: Cleaning, groups: Groups
) -> dict[str, dict[str, Any]]:
    """Document every variable of the analysis file: names, answers, routing, derivation."""
    made: dict[str, dict[str, Any]] = {}
    for name in frame.columns.drop("id"):
        made[name] = _describe_frame(name, frame[name], groups)
    for variable in codebook.analysed():
        made[variable.name] = _describe_question(variable, codebook, cleaning)
    for scale in cleaning.scales:
        first = made[scale.items[0]]
        share = f"{100 * scale.min_share:g} %"
        made[scale.variable] = _entry(
            scale.label,
            "numeric",
            asked_if=first["asked_if"],
            section=first["section"],
            battery=first["battery"],
            battery_label=first["battery_label"],
            poles=first["poles"],
            derived=True,
            role="derived",
            items=list(scale.items),
            derivation=f"Mean of {len(scale.items)} items where at least {share} were answered",
        )
    for recode in cleaning.recodes:
        made[recode.variable] = _describe_recode(recode, made)
    return made


def _entry(label: str, kind: str, **more: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "label": label,
        "short": label,
        "question": "",
        "type": kind,
        "values": {},
        "counts": "",
        "asked_if": {},
        "section": "",
        "section_label": "",
        "battery": "",
        "battery_label": "",
        "poles": {},
        "set": "",
        "set_label": "",
        "unit": "",
        "derived": False,
        "reversed": False,
        "role": "question",
    }
    return base | more


def _describe_frame(name: str, column: pd.Series, groups: Groups) -> dict[str, Any]:
    group = groups.get(name)
    label = group.label if group else name.replace("_", " ").capitalize()
    if pd.api.types.is_datetime64_any_dtype(column):
        return _entry(label, "date", role="frame")
    levels = group.levels if group else {}
    if pd.api.types.is_float_dtype(column):
        return _entry(label, "numeric", role="frame")
    if not levels:
        levels = {level: level for level in column.dropna().value_counts(sort=False).sort_index().index}
    return _entry(label, "categorical", values=dict(levels), role="frame")


def _describe_question(variable: Variable, codebook: Codebook, cleaning: Cleaning) -> dict[str, Any]:
    asked_if: dict[str, Any] = {}
    battery = codebook.batteries.get(variable.battery, Battery(""))
    for name, codes in variable.asked_if.items():
        whole = [int(code) if code.is_integer() else code for code in codes]
        asked_if[name] = whole[0] if len(whole) == 1 else whole
    return _entry(
        variable.label,
        variable.type,
        short=variable.short,
        question=variable.question,
        values={code_text(code): label for code, label in variable.values.items()},
        counts="" if variable.counts is None else code_text(variable.counts),
        asked_if=asked_if,
        section=variable.section,
        section_label=codebook.sections.get(variable.section, ""),
        battery=variable.battery,
        battery_label=battery.label,
        poles=battery.poles(),
        set=variable.set,
        set_label=codebook.sets.get(variable.set, ""),
        unit=variable.unit,
        reversed=variable.name in cleaning.reverse,
        role=variable.role,
        core=variable.core,
        **_limits(variable),
    )


def _limits(variable: Variable) -> dict[str, list[float]]:
    """Lowest and highest number that a question allows, for bins; nothing where none is told."""
    told = variable.valid_range if variable.type == "numeric" else None
    return {LIMITS: [float(end) for end in told]} if told else {}


def _upper(about: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    """Labels of the upper answers of an item, and what they are called."""
    return parted(list(about["values"].values()))[HIGH], about["poles"].get(HIGH, "")


def _describe_recode(recode: AnyRecode, made: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    if isinstance(recode, Difference):
        first, second = made[recode.minuend], made[recode.subtrahend]
        text = f"{first['label']} minus {second['label']}, where both are known"
        return _entry(recode.label, "numeric", derived=True, role="derived", derivation=text)
    source = made[recode.from_]
    shared = {
        "derived": True,
        "role": "derived",
        "section": source["section"],
        "question": source["question"],
    }
    if isinstance(recode, Bands):
        values = {str(number): label for number, label in enumerate(recode.labels, start=1)}
        return _entry(
            recode.label,
            "ordinal",
            values=values,
            asked_if=source["asked_if"],
            derivation=f"{source['label']} in bands",
            **shared,
        )
    if isinstance(recode, ItemsHigh):
        upper = " or ".join(named(*_upper(made[source["items"][0]])))
        text = f"Share of the answered items of {source['label']} that were answered with: {upper}"
        return _entry(recode.label, "numeric", asked_if=source["asked_if"], derivation=text, **shared)
    if isinstance(recode, Above):
        return _entry(
            recode.label,
            "binary",
            values=dict(YES_NO),
            counts=YES,
            asked_if=source["asked_if"],
            derivation=f"{source['label']} above {recode.cut:g}",
            **shared,
        )
    text = f"{source['label']}; those routed past the question count as no"
    return _entry(recode.label, "binary", values=dict(YES_NO), counts=YES, derivation=text, **shared)
