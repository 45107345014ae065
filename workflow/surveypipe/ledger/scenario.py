"""The reader scenario: the silent had read less often than those who answered.

In response cell h the silent's reader share is k times that of the respondents, r̂_h; k = 1 is readership
missing at random, k = 0 is 'only those who had read it answered'. Silent readers answer as the reading
respondents of their cell. For estimates over all staff, silent non-readers answer as the non-reading
respondents of their group; where these are too few, as those of all groups; where these are too few as
well, their answer is assumed.

Each respondent counts, in these shares, for the silent persons whom their weight makes them stand for
(weight - 1; of a sample the weight less the people they were drawn for). With full answers the scenario at
k = 1 is therefore the weighted estimate itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveypipe.ledger.outcomes import ScenarioSource

# A cell in which the group of some is not known: the silent of whom it tells are of any.
SEVERAL = ""
PEOPLE_COLUMNS = ("y", "read", "weight", "asked", "cell", "group")


@dataclass(frozen=True)
class Scenario:
    """Result of one scenario.

    Attributes
    ----------
    estimate
        Share or mean over the base.
    source
        Where the answers of silent non-readers come from; `NONE` where the base has no non-readers.
    """

    estimate: float
    source: ScenarioSource


def nonreader_source(
    people: pd.DataFrame, group_level: str | None, min_group: int
) -> dict[str, ScenarioSource]:
    """Say, for each group, whose answers stand for its silent non-readers.

    Parameters
    ----------
    people
        Respondents, columns :data:`PEOPLE_COLUMNS`.
    group_level
        One group only, or None for all.
    min_group
        Fewest non-reading respondents with an answer before pooling.

    Returns
    -------
    dict
        Level of the group -> `GROUP`, `ALL` or `ASSUMED`; :data:`SEVERAL` where somebody's is not known.
    """
    known = people[(people["read"] == 0) & people["y"].notna()]
    held = known["group"].value_counts()
    levels = [group_level] if group_level is not None else sorted(people["group"].dropna().unique())
    pooled = ScenarioSource.ALL if len(known) >= min_group else ScenarioSource.ASSUMED
    found = {
        str(level): ScenarioSource.GROUP if held.get(level, 0) >= min_group else pooled for level in levels
    }
    unsaid = group_level is None and bool(people["group"].isna().any())
    return found | ({SEVERAL: pooled} if unsaid else {})


def reader_scenario(
    people: pd.DataFrame,
    k: float,
    *,
    among: bool,
    min_group: int,
    assumed: float,
    nonreaders: float | None = None,
    group_level: str | None = None,
) -> Scenario:
    """Estimate with the silent's reader share at k times the respondents'.

    Parameters
    ----------
    people
        All respondents: y (NaN: question left out), read (1, 0, NaN: not said), weight (summing to the
        persons they stand for), asked (the persons they were drawn for; 1 where everybody was asked), cell,
        group.
    k
        Multiple of the respondents' reader share, 0 to 1.
    among
        Whether only those who had read count, in numerator and denominator; else all people do.
    min_group
        Fewest non-reading respondents before pooling over groups, and before assuming.
    assumed
        Answer of silent non-readers where there are too few to learn from.
    nonreaders
        Answer of non-readers where the question fixes it (0 where they were routed past and count as
        'no'); None to learn it from respondents.
    group_level
        Estimate for one group; pooling still looks at all.

    Returns
    -------
    Scenario
        The estimate, and where non-readers' answers came from.
    """
    source = nonreader_source(people, group_level, min_group)
    used = ScenarioSource.FIXED if nonreaders is not None else _worst_source(source)
    inside = people if group_level is None else people[people["group"] == group_level]
    above = below = 0.0
    for _, cell in inside.groupby("cell", sort=True):
        level = SEVERAL if cell["group"].isna().any() else str(cell["group"].iloc[0])
        reader_answer = _reader_answer(people, cell, level)
        other = nonreaders
        if other is None:
            other = _nonreader_answer(people, level, source[level], assumed)
        added = _cell_sums(cell, k, among, reader_answer, other)
        above, below = above + added[0], below + added[1]
    return Scenario(above / below if below else math.nan, ScenarioSource.NONE if among else used)


def _worst_source(source: dict[str, ScenarioSource]) -> ScenarioSource:
    order = (ScenarioSource.GROUP, ScenarioSource.ALL, ScenarioSource.ASSUMED)
    return max(source.values(), key=order.index, default=ScenarioSource.ASSUMED)


def _silent_mean(people: pd.DataFrame, name: str) -> float:
    """Mean over the silent for whom these respondents stand; plain where they stand for nobody."""
    stands_for = np.clip((people["weight"] - people["asked"]).to_numpy(dtype=float), 0, None)
    known = people[name].to_numpy(dtype=float)
    if stands_for.sum() <= 1e-9:
        return float(known.mean())
    return float((stands_for * known).sum() / stands_for.sum())


def _reader_answer(people: pd.DataFrame, cell: pd.DataFrame, level: str) -> float:
    for part in (cell, people[people["group"] == level], people):
        known = part[(part["read"] == 1) & part["y"].notna()]
        if len(known):
            return _silent_mean(known, "y")
    return math.nan


def _nonreader_answer(people: pd.DataFrame, level: str, source: ScenarioSource, assumed: float) -> float:
    if source is ScenarioSource.ASSUMED:
        return assumed
    part = people if source is ScenarioSource.ALL else people[people["group"] == level]
    known = part[(part["read"] == 0) & part["y"].notna()]
    return _silent_mean(known, "y")


def _cell_sums(
    cell: pd.DataFrame, k: float, among: bool, reader_answer: float, nonreader_answer: float
) -> tuple[float, float]:
    """Sum of answers and number of persons of one cell, respondents and silent together."""
    asked = cell["asked"].to_numpy(dtype=float)
    silent = float((cell["weight"] - cell["asked"]).sum())
    said = cell[cell["read"].notna()]
    share = _silent_mean(said, "read") if len(said) else 0.0
    # A respondent who did not say whether they had read is a reader with the cell's own probability:
    # k is about the silent.
    reads = cell["read"].fillna(share).to_numpy(dtype=float)
    silent_readers = k * share * silent
    if silent_readers == 0 and not (reads > 0).any():
        reader_answer = 0.0
    if among:
        answer = cell["y"].fillna(reader_answer).to_numpy(dtype=float)
        return float((asked * reads * answer).sum()) + silent_readers * reader_answer, float(
            (asked * reads).sum() + silent_readers
        )
    expected = reads * reader_answer + (1 - reads) * nonreader_answer
    answer = np.where(cell["y"].notna(), cell["y"].to_numpy(dtype=float), expected)
    silent_answers = silent_readers * reader_answer + (silent - silent_readers) * nonreader_answer
    return float((asked * answer).sum()) + silent_answers, float(asked.sum()) + silent
