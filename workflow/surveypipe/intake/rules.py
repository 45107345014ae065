"""The cleaning rules: what each finds and what it does to a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from surveypipe.study.cleaning import (
    AnyRule,
    Blank,
    Duplicate,
    FrameMismatch,
    Late,
    NotOnFrame,
    Range,
    Skip,
    StraightLining,
)
from surveypipe.study.codebook import Codebook, code_text, same_number
from surveypipe.study.frame import Groups

LOG_COLUMNS = ["row", "case_id", "variable", "before", "after", "rule", "action", "note"]
WHOLE_RECORD = "(whole record)"


@dataclass
class State:
    """Records on their way through the rules, and what was done to them."""

    records: pd.DataFrame
    frame: pd.DataFrame
    codebook: Codebook
    groups: Groups
    log: list[dict[str, Any]] = field(default_factory=list)
    flags: dict[int, list[str]] = field(default_factory=dict)
    removed: dict[tuple[int, str], float] = field(default_factory=dict)

    def note(self, record: int, variable: str, before: str, after: str, rule: AnyRule, text: str) -> None:
        """Write a line of the log."""
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
        """Leave records out; a line of the log each."""
        for record, text in found.items():
            self.note(record, WHOLE_RECORD, "in the file", "left out", rule, text)
        self.records = self.records.drop(index=list(found))

    def flag(self, record: int, variable: str, value: str, rule: AnyRule, text: str) -> None:
        """Mark a record by the rule's name and leave it as it is."""
        self.note(record, variable, value, value, rule, text)
        ids = self.flags.setdefault(int(record), [])
        if rule.name not in ids:
            ids.append(rule.name)

    def change(self, record: int, variable: str, rule: AnyRule, text: str) -> None:
        """Set an answer to missing, or only mark it, as the rule says."""
        value = self.records.at[record, variable]
        if rule.action == "flag":
            self.flag(record, variable, value_text(value), rule, text)
            return
        self.note(record, variable, value_text(value), "", rule, text)
        if isinstance(value, int | float):
            self.removed[(record, variable)] = float(value)
        self.records.loc[record, variable] = (
            None if self.codebook.variables[variable].kind.form == "text" else pd.NA
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


def _not_on_frame(state: State, rule: NotOnFrame) -> None:
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


def _respell(state: State, rule: NotOnFrame) -> None:
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


def _blank(state: State, rule: Blank) -> None:
    items = state.codebook.core_items()
    answered = valid_answers(state.records, state.codebook, items).any(axis=1)
    state.drop({record: "no core item answered" for record in answered.index[~answered]}, rule)


def _duplicate(state: State, rule: Duplicate) -> None:
    ids = state.records[state.codebook.id_variable]
    answers = valid_answers(state.records, state.codebook, state.codebook.core_items()).sum(axis=1)
    found = {}
    # Without a list no spelling is put right: 101 and 00101 are one person all the same.
    numbers = ids.map(same_number, na_action="ignore")
    repeated = numbers[numbers.notna() & numbers.duplicated(keep=False)]
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


def _frame_mismatch(state: State, rule: FrameMismatch) -> None:
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


def _range(state: State, rule: Range) -> None:
    for variable in state.codebook.analysed():
        unknown = variable.is_unknown(state.records[variable.name])
        for record in unknown.index[unknown]:
            text = "not an answer of the codebook" if variable.values else "outside the possible range"
            state.change(record, variable.name, rule, text)


def _skip(state: State, rule: Skip) -> None:
    asked = asked_state(state.records, state.codebook)
    for variable in state.codebook.routing_order():
        wrong = (asked[variable.name] == 0) & state.records[variable.name].notna()
        filters = " and ".join(variable.asked_if)
        for record in wrong.index[wrong]:
            state.change(record, variable.name, rule, f"answered although {filters} routes past it")


def _straight_lining(state: State, rule: StraightLining) -> None:
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


def _late(state: State, rule: Late) -> None:
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


RULES: dict[str, Callable[[State, Any], None]] = {
    "not_on_frame": _not_on_frame,
    "blank": _blank,
    "duplicate": _duplicate,
    "frame_mismatch": _frame_mismatch,
    "range": _range,
    "skip": _skip,
    "straight_lining": _straight_lining,
    "late": _late,
}
