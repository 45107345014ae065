"""The staff list, or headcounts in its place, as the frame of the survey."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from surveypipe.intake.columns import as_days, as_text, blank_to_missing, case_word
from surveypipe.problems import Problems, shown
from surveypipe.study.codebook import Variable
from surveypipe.study.frame import EVERYBODY, EVERYBODY_LEVEL, Frame, FrameRecode, Group

# Share of numbers from which a column of the staff list is asked about.
MOSTLY = 0.5


def build_frame(
    staff: pd.DataFrame,
    settings: Frame,
    groups: Mapping[str, Group],
    outcomes: Sequence[str],
    problems: Problems,
    source: str,
    numeric: Sequence[str] = (),
) -> pd.DataFrame:
    """Check the staff list and put it under the pipeline's names.

    Parameters
    ----------
    staff
        The list as read, every column as text.
    settings
        Section ``frame`` of the configuration.
    groups
        Section ``groups``: known levels of grouping variables.
    outcomes
        Known outcomes of contact.
    numeric
        Columns (pipeline names) that hold numbers; all others are text.

    Returns
    -------
    DataFrame
        ``id``, the columns of ``settings.columns``, the recodes; sorted by ``id``.
    """
    wanted = {"id": settings.id, **settings.columns}
    absent = [column for column in wanted.values() if column not in staff.columns]
    if absent:
        problems.add(
            f"{source}: the staff list has no column {shown(absent)}; its columns are "
            f"{shown(staff.columns, 12)}. Correct frame.id and frame.columns in the configuration, "
            "or the list."
        )
        return pd.DataFrame(columns=list(wanted))
    frame = pd.DataFrame({name: as_text(blank_to_missing(staff[column])) for name, column in wanted.items()})
    _check_ids(frame["id"], settings.id, problems, source)
    if "invited" in frame:
        frame["invited"] = as_days(
            frame["invited"].astype(object).where(frame["invited"].notna(), None),
            Variable(settings.columns["invited"], "date", "", ""), problems, source,
        )  # fmt: skip
    _check_levels(frame, settings, groups, outcomes, problems, source)
    for name in numeric:
        if name in frame:
            frame[name] = _as_listed_numbers(frame[name], settings.columns[name], problems, source)
    _check_undeclared_numbers(frame, settings, groups, problems, source)
    for recode in settings.recodes:
        _recode(frame, recode, problems, source)
    if settings.group == EVERYBODY:
        frame[EVERYBODY] = EVERYBODY_LEVEL
    return frame.sort_values("id", ignore_index=True)


def _as_listed_numbers(column: pd.Series, listed: str, problems: Problems, source: str) -> pd.Series:
    """Read a column of the staff list as numbers, float64; blanks stay missing."""
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    lost = column.notna() & ~np.isfinite(numbers)
    if lost.any():
        wrong = column[lost].value_counts().sort_index()
        what = "value is no number" if lost.sum() == 1 else "values are no numbers"
        told = shown(f"{text} ({n} {case_word(n)})" for text, n in wrong.items())
        commas = all(re.fullmatch(r"-?\d+,\d+", text) for text in wrong.index)
        advice = (
            "write decimal points, not commas"
            if commas
            else "correct them, or leave them blank where nothing is known"
        )
        problems.add(f"{source}: {listed}: {lost.sum()} {what} ({told}); {advice}.")
    return numbers.where(~lost)


def _check_undeclared_numbers(
    frame: pd.DataFrame,
    settings: Frame,
    groups: Mapping[str, Group],
    problems: Problems,
    source: str,
) -> None:
    """Ask of a column that holds mostly numbers whether it means amounts: nobody can see that from them."""
    said = {*groups, *settings.categorical, *(recode.from_ for recode in settings.recodes)}
    for name, listed in settings.columns.items():
        if name in said or name in ("invited", "outcome") or pd.api.types.is_float_dtype(frame[name]):
            continue
        values = frame[name].dropna()
        numbers = pd.to_numeric(values, errors="coerce")
        if numbers.notna().mean() < MOSTLY or numbers.nunique() <= 2:
            continue
        spread = f"{numbers.nunique()} different, {numbers.min():g} to {numbers.max():g}"
        problems.add(
            f"{source}: {listed} holds numbers in {numbers.notna().sum()} of {len(values)} rows ({spread}). "
            f"In the configuration, name {name} under frame.numeric if they are amounts, or under "
            "frame.categorical if they are names of categories."
        )


def _check_ids(ids: pd.Series, column: str, problems: Problems, source: str) -> None:
    if ids.empty:
        problems.add(f"{source}: the staff list has no rows.")
    blank = ids.isna().sum()
    if blank:
        problems.add(f"{source}: {blank} {case_word(blank)} without a {column}; give each person one.")
    for value, n in ids[ids.notna()].value_counts().sort_index().items():
        if n > 1:
            problems.add(f"{source}: {column} {value} occurs {n} times; keep one row for each person.")


def _check_levels(
    frame: pd.DataFrame,
    settings: Frame,
    groups: Mapping[str, Group],
    outcomes: Sequence[str],
    problems: Problems,
    source: str,
) -> None:
    known = {name: (list(group.levels), f"groups.{name}.levels") for name, group in groups.items()}
    known["outcome"] = (list(outcomes), "response.dispositions")
    for recode in settings.recodes:
        known.setdefault(recode.from_, (list(recode.map), f"frame.recodes ({recode.variable})"))
    for name, (levels, key) in known.items():
        if name not in frame:
            continue
        column = settings.columns.get(name, name)
        blank = frame[name].isna().sum()
        if blank:
            problems.add(
                f"{source}: {blank} {case_word(blank)} without a {column}; fill it in for everybody."
            )
        counts = frame[name].value_counts().sort_index()
        if name in groups:
            for level in (level for level in levels if level not in counts.index):
                problems.add(
                    f"{key}: nobody on the staff list has {column} {level!r}; the list has "
                    f"{shown(counts.index)}. Correct the level or take it out."
                )
        for level, n in zip(map(str, counts.index), counts, strict=True):
            if level not in levels:
                problems.add(
                    f"{source}: {column} {level!r} ({n} {case_word(n)}) is not known; known are "
                    f"{shown(levels, 12)}. Correct the list, or add it under {key} in the configuration."
                )


def _recode(frame: pd.DataFrame, recode: FrameRecode, problems: Problems, source: str) -> None:
    if recode.from_ not in frame:
        problems.add(
            f"frame.recodes: {recode.variable} is made from {recode.from_}, which is not under frame.columns."
        )
        return
    frame[recode.variable] = frame[recode.from_].map(recode.map).astype("str")


def check_headcounts(counts: pd.DataFrame, frame: pd.DataFrame, problems: Problems, source: str) -> None:
    """Compare headcounts (variable, level, n) with the staff list and with one another."""
    absent = [column for column in ("variable", "level", "n") if column not in counts.columns]
    if absent:
        problems.add(
            f"{source}: the headcounts have no column {shown(absent)}; they need variable, level and n."
        )
        return
    table = counts.assign(n=pd.to_numeric(counts["n"], errors="coerce"))
    wrong = table["n"].isna() | (table["n"] < 0)
    if wrong.any():
        problems.add(f"{source}: {wrong.sum()} rows without a number of staff under n.")
        return
    if table.empty:
        problems.add(f"{source}: the headcounts have no rows; leave the file out where there are none.")
        return
    doubled = table[table.duplicated(["variable", "level"])]
    for row in doubled.itertuples():
        problems.add(f"{source}: {row.variable} {row.level} stands there twice; keep one row.")
    if len(doubled):
        return
    totals = table.groupby("variable", sort=True)["n"].sum()
    if totals.nunique() > 1:
        listed = shown(f"{name} adds up to {total:g}" for name, total in totals.items())
        problems.add(f"{source}: the margins contradict each other: {listed}. All must count the same staff.")
    for name, rows in table.groupby("variable", sort=True):
        if name not in frame.columns:
            problems.add(
                f"{source}: {name} is not a variable of the staff list; see frame.columns and frame.recodes."
            )
            continue
        _compare_margin(str(name), rows.set_index("level")["n"], frame[name], problems, source)


def _compare_margin(name: str, stated: pd.Series, listed: pd.Series, problems: Problems, source: str) -> None:
    counted = listed.value_counts()
    for level in sorted(set(stated.index) | set(counted.index), key=str):
        ours, theirs = int(counted.get(level, 0)), float(stated.get(level, 0))
        if ours != theirs:
            problems.add(
                f"{source}: {name} {level} has {theirs:g} staff in the headcounts and {ours} in the staff "
                "list; find out which is right."
            )
