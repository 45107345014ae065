"""Cleaning by declared rules: every change to an answer, and every record left out, is a row of a log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from surveypipe.codebook import Codebook, Variable, code_text, same_number
from surveypipe.problems import Problems, shown
from surveypipe.study.cleaning import (
    Above,
    AnyRecode,
    AnyRule,
    Bands,
    Blank,
    Cleaning,
    Difference,
    Duplicate,
    FrameMismatch,
    ItemsAgreed,
    Late,
    NotOnFrame,
    Range,
    RoutedNo,
    Scale,
    Skip,
    StraightLining,
)
from surveypipe.study.frame import Groups

LOG_COLUMNS = ["row", "case_id", "variable", "before", "after", "rule", "action", "note"]
MISSING_COLUMNS = ["id", "variable", "reason", "code", "label"]
WHOLE_RECORD = "(whole record)"
YES_NO = {"1": "Yes", "0": "No"}
YES = "1"


@dataclass
class Cleaned:
    """What cleaning hands on.

    Attributes
    ----------
    analysis
        One row per accepted case: identifier, frame variables, answers, scales, derived variables.
    missing
        One row per missing answer with its reason (blank, user_missing, not_asked, set_missing).
    log
        One row per change, flag and dropped record.
    variables
        Documentation of every column of `analysis`.
    """

    analysis: pd.DataFrame
    missing: pd.DataFrame
    log: pd.DataFrame
    variables: dict[str, dict[str, Any]]


@dataclass
class _State:
    records: pd.DataFrame
    frame: pd.DataFrame
    codebook: Codebook
    groups: Groups
    log: list[dict[str, Any]] = field(default_factory=list)
    flags: dict[int, list[str]] = field(default_factory=dict)
    removed: dict[tuple[int, str], float] = field(default_factory=dict)

    def note(self, record: int, variable: str, before: str, after: str, rule: AnyRule, text: str) -> None:
        case: Any = self.records.at[record, self.codebook.id_variable]
        self.log.append(
            {
                "row": int(record),
                "case_id": "" if pd.isna(case) else str(case),
                "variable": variable,
                "before": before,
                "after": after,
                "rule": rule.name,
                "action": rule.action,
                "note": text,
            }
        )

    def drop(self, found: Mapping[int, str], rule: AnyRule) -> None:
        for record, text in found.items():
            self.note(record, WHOLE_RECORD, "in the file", "left out", rule, text)
        self.records = self.records.drop(index=list(found))

    def flag(self, record: int, variable: str, value: str, rule: AnyRule, text: str) -> None:
        self.note(record, variable, value, value, rule, text)
        ids = self.flags.setdefault(int(record), [])
        if rule.name not in ids:
            ids.append(rule.name)

    def change(self, record: int, variable: str, rule: AnyRule, text: str) -> None:
        value = self.records.at[record, variable]
        if rule.action == "flag":
            self.flag(record, variable, value_text(value), rule, text)
            return
        self.note(record, variable, value_text(value), "", rule, text)
        if isinstance(value, int | float):
            self.removed[(record, variable)] = float(value)
        self.records.loc[record, variable] = (
            None if self.codebook.variables[variable].type == "string" else pd.NA
        )


def value_text(value: Any) -> str:
    """Write a value for the log: no needless decimal point, days as YYYY-MM-DD, missing as nothing."""
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    return code_text(float(value)) if isinstance(value, int | float) else str(value)


def asked_state(records: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Work out from the filter questions who was asked what.

    Returns
    -------
    DataFrame
        1 asked, 0 routed past, NaN where the filter question itself has no valid answer.
    """
    state = pd.DataFrame(1.0, index=records.index, columns=list(codebook.variables))
    for variable in codebook.routing_order():
        column = pd.Series(1.0, index=records.index)
        for name, codes in variable.asked_if.items():
            answers = records[name].where(records[name].isin(list(codebook.variables[name].values)))
            met = answers.isin(codes).astype(float).where(answers.notna())
            met = met.where(state[name] != 0, 0.0)
            # One filter that fails settles it, whatever is unknown about the others.
            column = (column * met).mask((column == 0) | (met == 0), 0.0)
        state[variable.name] = column
    return state


def valid_answers(records: pd.DataFrame, codebook: Codebook, items: Sequence[str]) -> pd.DataFrame:
    """Mark the answers that are neither blank nor user-missing."""
    return pd.DataFrame(
        {
            name: records[name].notna() & ~codebook.variables[name].is_user_missing(records[name])
            for name in items
        },
        index=records.index,
    )


def _not_on_frame(state: _State, rule: NotOnFrame) -> None:
    _respell(state, rule)
    ids = state.records[state.codebook.id_variable]
    outside = ids[~ids.isin(state.frame["id"])]
    found = {
        int(str(record)): "no number on the questionnaire"
        if pd.isna(case)
        else "number is not on the staff list"
        for record, case in outside.items()
    }
    state.drop(found, rule)


def _respell(state: _State, rule: NotOnFrame) -> None:
    spelt: dict[str, list[str]] = {}
    for number in state.frame["id"]:
        spelt.setdefault(same_number(number), []).append(str(number))
    name = state.codebook.id_variable
    known = set(state.frame["id"])
    for record, case in state.records[name].dropna().items():
        same = spelt.get(same_number(case), [])
        if case not in known and len(same) == 1:
            state.log.append(
                dict(zip(LOG_COLUMNS, [record, case, name, case, same[0], rule.name, "respell",
                     "the staff list's spelling of the same number"], strict=True))
            )  # fmt: skip
            state.records.loc[record, name] = same[0]


def _blank(state: _State, rule: Blank) -> None:
    items = state.codebook.core_items()
    answered = valid_answers(state.records, state.codebook, items).any(axis=1)
    state.drop({record: "no core item answered" for record in answered.index[~answered]}, rule)


def _duplicate(state: _State, rule: Duplicate) -> None:
    ids = state.records[state.codebook.id_variable]
    answers = valid_answers(state.records, state.codebook, state.codebook.core_items()).sum(axis=1)
    found = {}
    repeated = ids[ids.notna() & ids.duplicated(keep=False)]
    for _, members in repeated.groupby(repeated, sort=True):
        order = list(members.index)
        if rule.keep == "most_complete":
            order = sorted(order, key=lambda record: (-answers[record], record))
        elif rule.keep == "last":
            order = order[::-1]
        for record in sorted(order[1:]):
            found[record] = (
                f"second questionnaire of the same person with {answers[record]} core items answered; "
                f"record {order[0]} with {answers[order[0]]} is kept"
            )
    state.drop(found, rule)


def _frame_mismatch(state: _State, rule: FrameMismatch) -> None:
    people = state.frame.set_index("id")
    for reported, listed in rule.pairs.items():
        variable = state.codebook.variables[reported]
        values = state.records[reported]
        on_list = state.records[state.codebook.id_variable].map(people[listed])
        names = {
            key: str(label).casefold()
            for key, label in (state.groups[listed].levels if listed in state.groups else {}).items()
        }
        words = values.map(variable.values) if variable.values else values
        said = words.str.casefold() if len(words.dropna()) else words
        agrees = (said == on_list.str.casefold()) | (said == on_list.map(names))
        agrees |= values.map(value_text) == on_list
        for record in values.index[words.notna() & on_list.notna() & ~agrees]:
            text = f"reported {words[record]}; the staff list says {on_list[record]}"
            state.flag(record, reported, value_text(values[record]), rule, text)


def _range(state: _State, rule: Range) -> None:
    for variable in state.codebook.analysed():
        unknown = variable.is_unknown(state.records[variable.name])
        for record in unknown.index[unknown]:
            text = "not an answer of the codebook" if variable.values else "outside the possible range"
            state.change(record, variable.name, rule, text)


def _skip(state: _State, rule: Skip) -> None:
    asked = asked_state(state.records, state.codebook)
    for variable in state.codebook.routing_order():
        wrong = (asked[variable.name] == 0) & state.records[variable.name].notna()
        filters = " and ".join(variable.asked_if)
        for record in wrong.index[wrong]:
            state.change(record, variable.name, rule, f"answered although {filters} routes past it")


def _straight_lining(state: _State, rule: StraightLining) -> None:
    items = state.codebook.battery_items(rule.batteries)
    answers = state.records[items].where(valid_answers(state.records, state.codebook, items))
    enough = answers.notna().sum(axis=1) >= rule.min_items
    same = answers.max(axis=1) == answers.min(axis=1)
    found = {}
    for record in answers.index[enough & same]:
        value = value_text(answers.loc[record].max())
        text = f"the same answer ({value}) to {answers.loc[record].notna().sum()} items before reversal"
        if rule.action == "drop":
            found[record] = text
        else:
            state.flag(record, "+".join(rule.batteries), value, rule, text)
    state.drop(found, rule)


def _late(state: _State, rule: Late) -> None:
    dates = state.records[rule.variable]
    late = dates[dates > pd.Timestamp(rule.after)]
    found = {}
    for record, date in zip(late.index.tolist(), late, strict=True):
        text = f"came back after {rule.after}"
        if rule.action == "drop":
            found[record] = text
        else:
            state.flag(record, rule.variable, value_text(date), rule, text)
    state.drop(found, rule)


RULES: dict[str, Callable[[_State, Any], None]] = {
    "not_on_frame": _not_on_frame,
    "blank": _blank,
    "duplicate": _duplicate,
    "frame_mismatch": _frame_mismatch,
    "range": _range,
    "skip": _skip,
    "straight_lining": _straight_lining,
    "late": _late,
}


def check_cleaning(cleaning: Cleaning, codebook: Codebook, frame: pd.DataFrame) -> Problems:
    """Find what is wrong with the declared rules, scales and recodes, before any of them runs.

    Returns
    -------
    Problems
        One sentence per problem, naming the configuration key.
    """
    problems = Problems()
    known = {v.name for v in codebook.analysed()}
    _check_names(known, frame, problems)
    _check_rules(cleaning.rules, codebook, known, frame, problems)
    _check_scales(cleaning, codebook, known, problems)
    made = known | {scale.variable for scale in cleaning.scales}
    for number, recode in enumerate(cleaning.recodes, start=1):
        place = f"cleaning.recodes, entry {number} ({recode.variable})"
        _check_recode(place, recode, made, codebook, problems)
        made.add(recode.variable)
    return problems


def _check_names(known: set[str], frame: pd.DataFrame, problems: Problems) -> None:
    for name in sorted(known & set(frame.columns)):
        problems.add(
            f"The name {name} stands for a column of the survey and for one of the staff list; "
            "rename it under frame.columns."
        )


def _check_rules(
    rules: Sequence[AnyRule],
    codebook: Codebook,
    known: set[str],
    frame: pd.DataFrame,
    problems: Problems,
) -> None:
    names = [rule.name for rule in rules]
    for double in sorted({name for name in names if names.count(name) > 1}):
        problems.add(f"cleaning.rules: two rules are called {double}; the log must tell them apart.")
    for number, rule in enumerate(rules, start=1):
        where = f"cleaning.rules, entry {number} ({rule.name})"
        problems.extend(f"{where}: {text}" for text in _rule_faults(rule, codebook, known, frame))


def _rule_faults(rule: AnyRule, codebook: Codebook, known: set[str], frame: pd.DataFrame) -> list[str]:
    faults = []
    if isinstance(rule, FrameMismatch):
        unknown = [name for name in rule.pairs if name not in known]
        columns = [name for name in rule.pairs.values() if name not in frame.columns]
        faults += [f"{name} is not a variable of the codebook." for name in unknown]
        faults += [f"{name} is not a column under frame.columns." for name in columns]
    elif isinstance(rule, StraightLining):
        unknown = [name for name in rule.batteries if name not in codebook.batteries]
        faults += [
            f"{name} is not a battery of the codebook; it has {shown(codebook.batteries)}."
            for name in unknown
        ]
        n_items = len(codebook.battery_items(rule.batteries))
        if not unknown and n_items < rule.min_items:
            faults.append(f"min_items is {rule.min_items} but the batteries hold {n_items} items.")
    elif isinstance(rule, Late):
        if rule.variable not in known:
            faults.append(f"{rule.variable} is not a variable of the codebook.")
        elif codebook.variables[rule.variable].type != "date":
            faults.append(f"{rule.variable} is not a date in the codebook.")
    return faults


def _check_scales(cleaning: Cleaning, codebook: Codebook, known: set[str], problems: Problems) -> None:
    for item in cleaning.reverse:
        if item not in known:
            problems.add(f"cleaning.reverse: {item} is not a variable of the codebook.")
        elif codebook.variables[item].type != "ordinal":
            problems.add(
                f"cleaning.reverse: {item} is {codebook.variables[item].type}; only ordinal items turn."
            )
    taken = set(known)
    for scale in cleaning.scales:
        where = f"cleaning.scales, {scale.variable}"
        unknown = [item for item in scale.items if item not in known]
        if unknown:
            problems.add(f"{where}: {shown(unknown)} not in the codebook.")
        if scale.variable in taken:
            problems.add(f"{where}: the name is already a variable of the codebook.")
        wrong = [
            i for i in scale.items if i in known and codebook.variables[i].type not in ("ordinal", "numeric")
        ]
        if wrong:
            problems.add(
                f"{where}: {shown(wrong)} cannot be averaged; a scale takes ordinal or numeric items."
            )
        ranges = {tuple(codebook.variables[i].values) for i in scale.items if i in known}
        if len(ranges) > 1:
            problems.add(f"{where}: its items do not share the same answer codes.")
        taken.add(scale.variable)


def _routed_faults(recode: RoutedNo, name: str, codebook: Codebook) -> list[str]:
    variable = codebook.variables.get(name)
    if variable is None:
        return [f"{name} is made in cleaning; a recode of type routed_no takes questions of the codebook."]
    source = codebook.variables.get(recode.from_)
    asked = name == recode.filter and source is not None and name in source.asked_if
    if asked or variable.counts is not None:
        return []
    return [f"which answer of {name} counts as yes is not said; give it `counts` in the codebook."]


def _check_recode(
    where: str, recode: AnyRecode, made: set[str], codebook: Codebook, problems: Problems
) -> None:
    for name in recode.sources:
        if name not in made:
            problems.add(f"{where}: {name} is no variable of the codebook and no scale or recode above it.")
        elif isinstance(recode, RoutedNo):
            problems.extend(f"{where}: {text}" for text in _routed_faults(recode, name, codebook))
    if recode.variable in made:
        problems.add(f"{where}: the name is already taken by another variable.")
    if not isinstance(recode, Bands):
        return
    if len(recode.labels) != len(recode.cuts) + 1:
        problems.add(
            f"{where}: {len(recode.cuts)} cuts make {len(recode.cuts) + 1} bands, "
            f"but {len(recode.labels)} labels are given."
        )
    if list(recode.cuts) != sorted(set(recode.cuts)):
        problems.add(f"{where}: the cuts must rise.")


def clean(
    responses: pd.DataFrame,
    frame: pd.DataFrame,
    codebook: Codebook,
    cleaning: Cleaning,
    groups: Groups,
) -> Cleaned:
    """Apply the declared rules and derive the analysis file.

    Parameters
    ----------
    responses
        One row per record of the survey with column ``record`` and user-missing codes still in.
    frame
        One row per person on the staff list, with column ``id``.
    codebook
        Meaning of the survey's variables.
    cleaning
        Section of the configuration: rules (applied in order), reverse, scales, recodes.
    groups
        Section of the configuration that names the levels of frame variables.

    Raises
    ------
    SurveyError
        Where a rule, scale or recode cannot be applied, or nobody is left.
    """
    problems = check_cleaning(cleaning, codebook, frame)
    problems.raise_if_any()
    state = _State(responses.set_index("record"), frame, codebook, groups)
    for rule in cleaning.rules:
        RULES[rule.type](state, rule)
    _check_identified(state, problems)
    asked = asked_state(state.records, codebook)
    answers, missing = _settle_missing(state, asked)
    shares = share_answered(state.records, asked, codebook)
    derived = derive(answers, cleaning, codebook)
    analysis = _assemble(state, derived, shares)
    log = pd.DataFrame(state.log, columns=LOG_COLUMNS)
    return Cleaned(analysis, missing, log, describe(codebook, frame, cleaning, groups))


def _check_identified(state: _State, problems: Problems) -> None:
    ids = state.records[state.codebook.id_variable]
    if ids.empty:
        problems.add(
            "No record is left after cleaning; see the cleaning rules and the identifier of the survey."
        )
    outside = ids[~ids.isin(state.frame["id"])]
    if len(outside):
        problems.add(
            f"{len(outside)} records cannot be matched to the staff list (records {shown(outside.index)}); "
            "declare a rule of type not_on_frame, or correct the numbers."
        )
    doubles = sorted(set(ids[ids.duplicated()].dropna()))
    if doubles:
        problems.add(
            f"{len(doubles)} people have more than one record ({shown(doubles)}); "
            "declare a rule of type duplicate."
        )
    problems.raise_if_any()


def share_answered(records: pd.DataFrame, asked: pd.DataFrame, codebook: Codebook) -> pd.Series:
    """Share of the core items that applied to a person and were answered.

    A user-missing code is no answer. Where the filter question has no valid answer, an item counts
    as applying only if it was answered, because nobody can say that it was put.
    """
    items = codebook.core_items()
    answered = valid_answers(records, codebook, items) & (asked[items] != 0)
    applies = (asked[items] == 1) | answered
    return answered.sum(axis=1) / applies.sum(axis=1).replace(0, np.nan)


def _settle_missing(state: _State, asked: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    ids = state.records[state.codebook.id_variable]
    removed = list(state.removed.items())
    answers, tables = {}, []
    for variable in state.codebook.analysed():
        column = state.records[variable.name]
        user = variable.is_user_missing(column)
        answers[variable.name] = column.mask(user) if user.any() else column
        gone = column.index[user | column.isna()]
        table = pd.DataFrame({"id": ids[gone], "variable": variable.name}, index=gone)
        taken = pd.Series({row: code for (row, name), code in removed if name == variable.name}, dtype=float)
        codes = column[gone] if pd.api.types.is_float_dtype(column) else pd.Series(np.nan, index=gone)
        table["code"] = codes.fillna(taken.reindex(gone)).astype(float)
        table["reason"] = _reasons(user[gone], gone.isin(taken.index), asked.loc[gone, variable.name])
        labels = table["code"].map(variable.missing_label)
        table["label"] = labels.where(table["reason"] == "user_missing", "").astype("str")
        tables.append(table)
    missing = pd.concat(tables)[MISSING_COLUMNS] if tables else pd.DataFrame(columns=MISSING_COLUMNS)
    return pd.DataFrame(answers), missing.sort_values(["id", "variable"], ignore_index=True)


def _reasons(user: pd.Series, taken: np.ndarray, asked: pd.Series) -> np.ndarray:
    """Say why each answer is missing; not having been asked comes before all else."""
    return np.select(
        [asked == 0, taken, user], ["not_asked", "set_missing", "user_missing"], default="blank"
    ).astype(object)


def derive(answers: pd.DataFrame, cleaning: Cleaning, codebook: Codebook) -> pd.DataFrame:
    """Turn reverse-worded items, then add scales and recodes.

    Parameters
    ----------
    answers
        Valid answers only; everything missing is NaN.
    """
    made = answers.copy()
    for item in cleaning.reverse:
        codes = codebook.variables[item].values
        made[item] = min(codes) + max(codes) - made[item]
    for scale in cleaning.scales:
        made[scale.variable] = scale_score(made[list(scale.items)], scale.min_share)
    for recode in cleaning.recodes:
        made[recode.variable] = _recoded(made, recode, codebook, cleaning)
    return made


def scale_score(items: pd.DataFrame, min_share: float) -> pd.Series:
    """Person mean of the answered items; NaN where fewer than `min_share` of them were answered."""
    enough = items.notna().sum(axis=1) >= min_share * items.shape[1] - 1e-9
    return items.mean(axis=1).where(enough)


def items_agreed(answers: pd.DataFrame, scale: Scale, codebook: Codebook) -> pd.Series:
    """Share of the answered items that were agreed with: an answer in the upper half of the codes.

    Items are already turned. NaN where the scale itself has no score.
    """
    items = list(scale.items)
    codes = sorted(codebook.variables[items[0]].values)
    known = answers[items]
    agreed = known.isin(codes[len(codes) - len(codes) // 2 :]).astype(float).where(known.notna())
    return agreed.mean(axis=1).where(answers[scale.variable].notna())


def _recoded(answers: pd.DataFrame, recode: AnyRecode, codebook: Codebook, cleaning: Cleaning) -> pd.Series:
    if isinstance(recode, ItemsAgreed):
        scale = next(made for made in cleaning.scales if made.variable == recode.from_)
        return items_agreed(answers, scale, codebook)
    if isinstance(recode, Above):
        source = answers[recode.from_]
        return (source > recode.cut).astype(float).where(source.notna())
    if isinstance(recode, Difference):
        return answers[recode.minuend] - answers[recode.subtrahend]
    if isinstance(recode, Bands):
        source = answers[recode.from_]
        bands = np.searchsorted(np.asarray(recode.cuts, dtype=float), source.to_numpy(float), side="right")
        return pd.Series(bands + 1.0, index=answers.index).where(source.notna())
    return routed_no(answers, recode.from_, recode.filter, codebook)


def routed_no(answers: pd.DataFrame, source: str, filter_name: str, codebook: Codebook) -> pd.Series:
    """Count those routed past a yes/no question as *no*; unknown where neither answer is known.

    Whoever was routed past the filter question itself never came to the question either, and counts as *no*.
    *Yes* is the answer that the codebook counts (``counts``). Who was asked is said by the question's own
    filter, else by the counted answer of the filter variable.
    """
    answered = (answers[source] == codebook.variables[source].counts).astype(float)
    answered = answered.where(answers[source].notna())
    counted = codebook.variables[filter_name].counts
    needed = codebook.variables[source].asked_if.get(filter_name, () if counted is None else (counted,))
    past = _said_otherwise(answers, filter_name, needed) | _routed_past(answers, filter_name, codebook)
    return answered.mask(answered.isna() & past, 0.0)


def _said_otherwise(answers: pd.DataFrame, name: str, needed: Sequence[float]) -> pd.Series:
    return answers[name].notna() & ~answers[name].isin(needed)


def _routed_past(answers: pd.DataFrame, name: str, codebook: Codebook) -> pd.Series:
    """Whether a question was not to be asked, by its own condition or by that of a question before it."""
    past = pd.Series(False, index=answers.index)
    for earlier, needed in codebook.variables[name].asked_if.items():
        past |= _said_otherwise(answers, earlier, needed) | _routed_past(answers, earlier, codebook)
    return past


def _assemble(state: _State, derived: pd.DataFrame, shares: pd.Series) -> pd.DataFrame:
    ids = state.records[state.codebook.id_variable].rename("id")
    people = state.frame.set_index("id").reindex(ids)
    people.index = ids.index
    flags = pd.Series(
        {record: ";".join(state.flags.get(record, [])) for record in ids.index}, dtype="str", name="flags"
    )
    whole = pd.concat([ids, people, derived, shares.rename("share_answered"), flags], axis=1)
    return whole.sort_values("id", ignore_index=True)


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
        "battery": "",
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
        battery=variable.battery,
        reversed=variable.name in cleaning.reverse,
        role=variable.role,
        core=variable.core,
    )


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
    if isinstance(recode, ItemsAgreed):
        text = f"Share of the answered items of {source['label']} that were agreed with"
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
