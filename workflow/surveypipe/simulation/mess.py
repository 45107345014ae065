"""A mess for clean survey data: known problems put in on purpose, to measure what the cleaning rules find.

The kinds of problem are not the rules turned round. Some have no rule that could find them (a slip to the
neighbouring answer, a colleague's number); they are here so that what cleaning misses is counted and not
only what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from surveypipe.determinism import stream
from surveypipe.intake.rules import WHOLE_RECORD, asked_state, value_text
from surveypipe.study.cleaning import AnyRule, Cleaning, FrameMismatch, Late, Rule, StraightLining
from surveypipe.study.codebook import Codebook

PLANTED_COLUMNS = ["kind", "rule", "case_id", "variable", "value"]

R = TypeVar("R", bound=Rule)


def plant(
    records: pd.DataFrame,
    codebook: Codebook,
    frame: pd.DataFrame,
    cleaning: Cleaning,
    kinds: Mapping[str, int],
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put known problems into a clean file.

    Parameters
    ----------
    records
        Clean records with the codebook's columns.
    frame
        Staff list with ``id`` and ``outcome``; who gets a blank questionnaire is taken from it.
    cleaning
        The declared rules: what counts as late, which batteries make a straight line.
    kinds
        Kind of problem (a key of `PLANTERS`): how many.
    seed
        Another seed, another mess.

    Returns
    -------
    DataFrame
        Records in a new order, with column ``record``.
    DataFrame
        What was planted: kind, rule (the type that should find it, or none), case_id, variable, value.
    """
    unknown = sorted(set(kinds) - set(PLANTERS))
    if unknown:
        raise ValueError(f"no such kinds of problem: {unknown}")
    rng = stream(seed, "mess")
    mess = _Mess(records.reset_index(drop=True), codebook, frame, cleaning, rng)
    for kind in PLANTERS:
        for _ in range(kinds.get(kind, 0)):
            PLANTERS[kind](mess)
    messy = mess.records.iloc[rng.permutation(len(mess.records))].reset_index(drop=True)
    messy.insert(0, "record", range(1, len(messy) + 1))
    return messy, pd.DataFrame(mess.planted, columns=PLANTED_COLUMNS)


class _Mess:
    """Records under way, the problems planted so far, and the cases already touched."""

    def __init__(
        self,
        records: pd.DataFrame,
        codebook: Codebook,
        frame: pd.DataFrame,
        cleaning: Cleaning,
        rng: np.random.Generator,
    ) -> None:
        self.records, self.codebook, self.frame, self.rng = records, codebook, frame, rng
        self.rules = cleaning.rules
        self.planted: list[tuple[str, str, str, str, str]] = []
        self.touched: set[int] = set()

    def rule(self, kind: type[R]) -> R:
        """Give the declared rule of a kind.

        Raises
        ------
        ValueError
            If none is declared.
        """
        for rule in self.rules:
            if isinstance(rule, kind):
                return rule
        raise ValueError(f"cleaning.rules: no rule of the type {kind.tag()} is declared")

    def pick(self, allowed: Sequence[int] | None = None) -> int:
        """Choose a record that no other problem has touched, so that each problem can be found alone."""
        pool = [
            row for row in (self.records.index if allowed is None else allowed) if row not in self.touched
        ]
        if not pool:
            raise ValueError("too many problems for so few records")
        row = int(self.rng.choice(pool))
        self.touched.add(row)
        return row

    def case(self, row: int) -> str:
        return str(self.records.at[row, self.codebook.id_variable])

    def remember(self, kind: str, rule: str, row: int, variable: str = WHOLE_RECORD) -> None:
        """Note what was planted and the type of the rule that should find it (none: empty)."""
        value = value_text(self.records.at[row, variable]) if variable in self.records else ""
        self.planted.append((kind, rule, self.case(row), variable, value))

    def answered(self, row: int, items: Sequence[str]) -> list[str]:
        """Items that the person of a record answered."""
        given = self.records.loc[row, list(items)].notna()
        return [item for item in items if given[item]]

    def silent_id(self) -> str:
        """Choose somebody on the list from whom no record came."""
        known = set(self.records[self.codebook.id_variable])
        silent = self.frame[(self.frame["outcome"] == "no_reply") & ~self.frame["id"].isin(known)]
        return str(silent["id"].iloc[self.rng.integers(len(silent))])

    def append(self, row: pd.Series) -> int:
        self.records = pd.concat(
            [self.records, row.to_frame().T.astype(self.records.dtypes)], ignore_index=True
        )
        self.touched.add(len(self.records) - 1)
        return len(self.records) - 1


def _plant_range(mess: _Mess) -> None:
    items = [v for v in mess.codebook.analysed() if v.kind.ranked or v.kind.pair]
    variable = items[mess.rng.integers(len(items))]
    given = mess.records[variable.name]
    rows = list(given.index[given.notna() & ~variable.is_user_missing(given)])
    while not set(rows) - mess.touched:
        variable = items[mess.rng.integers(len(items))]
        given = mess.records[variable.name]
        rows = list(given.index[given.notna() & ~variable.is_user_missing(given)])
    row = mess.pick(rows)
    wrong = (
        np.array([0.0, 7.0, 9.0, 33.0, 44.0, 55.0, 66.0])
        if variable.values
        else np.array([-1.0, 450.0, 777.0])
    )
    wrong = wrong[variable.is_unknown(pd.Series(wrong)).to_numpy()]
    mess.records.loc[row, variable.name] = mess.rng.choice(wrong)
    mess.remember("out_of_range", "range", row, variable.name)


def _plant_skip(mess: _Mess) -> None:
    asked = asked_state(mess.records, mess.codebook)
    routed = [v for v in mess.codebook.routing_order() if len(mess.records[asked[v.name] == 0])]
    variable = routed[mess.rng.integers(len(routed))]
    row = mess.pick(list(mess.records.index[asked[variable.name] == 0]))
    mess.records.loc[row, variable.name] = mess.rng.choice(list(variable.values))
    mess.remember("impossible_skip", "skip", row, variable.name)


def _plant_line(mess: _Mess) -> None:
    rule = mess.rule(StraightLining)
    items = mess.codebook.battery_items(rule.batteries)
    answered = mess.records[items].notna().sum(axis=1)
    row = mess.pick(list(answered.index[answered >= rule.min_items]))
    codes = list(mess.codebook.variables[items[0]].values)
    mess.records.loc[row, mess.answered(row, items)] = mess.rng.choice(codes)
    mess.remember("straight_lining", "straight_lining", row, "+".join(rule.batteries))


def _plant_late(mess: _Mess) -> None:
    rule = mess.rule(Late)
    row = mess.pick()
    day = pd.Timestamp(rule.after) + pd.Timedelta(days=int(mess.rng.integers(1, 20)))
    mess.records.loc[row, rule.variable] = day
    mess.remember("late", "late", row, rule.variable)


def _plant_mismatch(mess: _Mess) -> None:
    pairs = list(mess.rule(FrameMismatch).pairs)
    name = pairs[mess.rng.integers(len(pairs))]
    codes = list(mess.codebook.variables[name].values)
    row = mess.pick(list(mess.records.index[mess.records[name].isin(codes)]))
    others = [code for code in codes if code != mess.records.at[row, name]]
    mess.records.loc[row, name] = mess.rng.choice(others)
    mess.remember("frame_mismatch", "frame_mismatch", row, name)


def _plant_duplicate(mess: _Mess) -> None:
    row = mess.pick()
    copy = pd.Series(mess.records.loc[row])
    answered = mess.answered(row, mess.codebook.core_items())
    for item in mess.rng.choice(answered, size=int(mess.rng.integers(2, 6)), replace=False):
        copy[item] = np.nan
    mess.remember("duplicate", "duplicate", mess.append(copy))


def _plant_blank(mess: _Mess) -> None:
    mess.remember("blank", "blank", mess.append(_empty(mess)))


def _empty(mess: _Mess) -> pd.Series:
    row = pd.Series({name: None for name in mess.records.columns}, dtype=object)
    row[mess.codebook.id_variable] = mess.silent_id()
    for variable in mess.codebook.analysed():
        if variable.kind.form == "day":
            middle: Any = mess.records[variable.name].median()
            row[variable.name] = middle.normalize()
    return row


def _plant_stranger(mess: _Mess) -> None:
    row = pd.Series(mess.records.loc[mess.rng.choice(mess.records.index)])
    taken = set(mess.frame["id"]) | set(mess.records[mess.codebook.id_variable])
    row[mess.codebook.id_variable] = next(
        number
        for number in (f"S{n:03d}" for n in range(mess.rng.integers(700, 900), 1000))
        if number not in taken
    )
    mess.remember("not_on_frame", "not_on_frame", mess.append(row))


def _plant_twin(mess: _Mess) -> None:
    mess.remember("twin", "duplicate", mess.append(pd.Series(mess.records.loc[mess.pick()])))


def _plant_all_refused(mess: _Mess) -> None:
    row = _empty(mess)
    for item in mess.codebook.core_items():
        row[item] = max(mess.codebook.variables[item].missing_codes)
    mess.remember("all_refused", "blank", mess.append(row))


def _plant_small_letters(mess: _Mess) -> None:
    row = mess.pick()
    mess.records.loc[row, mess.codebook.id_variable] = mess.case(row).lower()
    mess.remember("small_letters_in_number", "not_on_frame", row, mess.codebook.id_variable)


def _plant_wrong_number(mess: _Mess) -> None:
    row = mess.pick()
    mess.records.loc[row, mess.codebook.id_variable] = mess.silent_id()
    mess.remember("number_of_a_colleague", "", row)


def _plant_near_line(mess: _Mess) -> None:
    _plant_pattern(mess, "straight_but_one", lambda n, codes: [codes[1]] + [codes[0]] * (n - 1))


def _plant_zigzag(mess: _Mess) -> None:
    _plant_pattern(mess, "zigzag", lambda n, codes: [codes[i % 2] for i in range(n)])


def _plant_pattern(mess: _Mess, kind: str, pattern: Callable[[int, list[float]], list[float]]) -> None:
    rule = mess.rule(StraightLining)
    items = mess.codebook.battery_items(rule.batteries)
    row = mess.pick()
    ticked = mess.answered(row, items)
    mess.records.loc[row, ticked] = pattern(len(ticked), list(mess.codebook.variables[items[0]].values))
    mess.remember(kind, "", row, "+".join(rule.batteries))


def _plant_slip(mess: _Mess) -> None:
    items = [v for v in mess.codebook.analysed() if v.kind.ordered]
    variable = items[mess.rng.integers(len(items))]
    codes = list(variable.values)
    row = mess.pick(list(mess.records.index[mess.records[variable.name].isin(codes)]))
    place = codes.index(float(str(mess.records.at[row, variable.name])))
    mess.records.loc[row, variable.name] = codes[place - 1 if place else 1]
    mess.remember("slip_to_neighbour", "", row, variable.name)


def _plant_lost_filter(mess: _Mess) -> None:
    variable = mess.codebook.routing_order()[0]
    filter_name = next(iter(variable.asked_if))
    row = mess.pick(list(mess.records.index[mess.records[variable.name].notna()]))
    mess.records.loc[row, filter_name] = np.nan
    mess.remember("filter_left_blank", "", row, filter_name)


# Whole-record problems come first, so that none of them copies a problem of another kind.
PLANTERS: dict[str, Callable[[_Mess], None]] = {
    "not_on_frame": _plant_stranger,
    "duplicate": _plant_duplicate,
    "blank": _plant_blank,
    "frame_mismatch": _plant_mismatch,
    "out_of_range": _plant_range,
    "impossible_skip": _plant_skip,
    "straight_lining": _plant_line,
    "late": _plant_late,
    "twin": _plant_twin,
    "all_refused": _plant_all_refused,
    "small_letters_in_number": _plant_small_letters,
    "number_of_a_colleague": _plant_wrong_number,
    "straight_but_one": _plant_near_line,
    "zigzag": _plant_zigzag,
    "slip_to_neighbour": _plant_slip,
    "filter_left_blank": _plant_lost_filter,
}


def score_cleaning(
    planted: pd.DataFrame, log: pd.DataFrame, rules: Sequence[AnyRule]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare what was planted with what the rules found.

    Returns
    -------
    DataFrame
        One row per kind of problem: rule, planted, found, missed. A problem is found if the rule that
        should find it wrote a row of the log for the same person and variable.
    DataFrame
        Rows of the log that belong to nothing planted: false findings.
    """
    kind_of = {rule.name: rule.type for rule in rules}
    found = {
        (kind_of[str(rule)], str(case), str(variable))
        for rule, case, variable in zip(log["rule"], log["case_id"], log["variable"], strict=True)
    }
    keys = planted[["rule", "case_id", "variable"]].astype(str).itertuples(index=False, name=None)
    table = planted.assign(found=[key in found for key in keys])
    counts = table.groupby(["kind", "rule"], as_index=False).agg(
        planted=("found", "size"), found=("found", "sum")
    )
    counts["missed"] = counts["planted"] - counts["found"]
    put = set(planted[["rule", "case_id", "variable"]].astype(str).itertuples(index=False, name=None))
    logged = zip(log["rule"].map(kind_of), log["case_id"], log["variable"], strict=True)
    return counts, log[[entry not in put for entry in logged]]
