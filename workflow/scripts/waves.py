"""Link a second wave of the survey with the first, and estimate how the same people's answers changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from _followup import read_assumptions
from _shared import Output, read_json, run, section, write_csv
from surveypipe.panel import analysis as waves
from surveypipe.panel.linking import link_waves
from surveypipe.problems import Problems, SurveyError
from surveypipe.study.analysis import Analysis
from surveypipe.study.frame import Frame
from surveypipe.study.item_types import ITEM_TYPES, type_of
from surveypipe.study.weighting import Weighting

# A change is one of means; of two answers, the share of the counted one is a mean.
COUNTED = [name for name, kind in ITEM_TYPES.items() if kind.mean or kind.pair]


def main(
    *,
    config: dict[str, Any],
    assumptions: Path,
    analysis: Path,
    dispositions: Path,
    variables: Path,
    second_analysis: Path,
    second_dispositions: Path,
    second_variables: Path,
    change: Output,
    flow: Output,
) -> None:
    """Read both waves; write who is in both and the changes."""
    wanted = read_assumptions(assumptions).second_wave
    if wanted is None:
        raise SurveyError(f"{assumptions}: the key 'second_wave' is missing; it says what to compare.")
    group, names = section(config, "frame", Frame).group, list(wanted.variables)
    meaning = read_json(variables), read_json(second_variables)
    check_variables(names, *meaning)
    first = yes_no_as_share(pd.read_parquet(analysis), names, meaning[0])
    second = yes_no_as_share(pd.read_parquet(second_analysis), names, meaning[1])
    lists = [pd.read_parquet(path) for path in (dispositions, second_dispositions)]
    staff_first, staff_second = (table[table["category"] != "IE"] for table in lists)
    linked = link_waves(
        first,
        second,
        staff_first=staff_first,
        staff_second=staff_second,
        group=group,
        moved=wanted.moved,
    )
    weighting, asked = section(config, "weighting", Weighting), section(config, "analysis", Analysis)
    weights, cells, n_pop = waves.pair_weights(linked.stayers, weighting, group=group)
    table = waves.change(
        first,
        second,
        names,
        weights,
        cells,
        n_pop,
        by=group,
        fpc=asked.fpc.descriptive,
        level=asked.ci_level,
    )
    table.insert(1, "label", [meaning[0][name].get("label", name) for name in table["variable"]])
    write_csv(linked.counts(group), flow)
    write_csv(table, change)
    print(
        f"waves: {len(linked.pairs)} people answered both times, of {len(linked.stayers)} on both lists; "
        f"in another {group} than before: {len(linked.moved)}. Neither table has passed disclosure control."
    )


def check_variables(names: list[str], first: dict[str, Any], second: dict[str, Any]) -> None:
    """Stop where a variable is not in both waves, has no mean, or has other answers in the second.

    Raises
    ------
    SurveyError
        With all that is wrong.
    """
    problems = Problems()
    for name in names:
        missing = [wave for wave, about in (("first", first), ("second", second)) if name not in about]
        if missing:
            problems.add(f"second_wave.variables: {name!r} is not in the {' and the '.join(missing)} wave.")
            continue
        if first[name]["type"] not in COUNTED:
            problems.add(
                f"second_wave.variables: {name!r} is of the type {first[name]['type']}; a change needs one "
                f"of {', '.join(COUNTED)}."
            )
        told = [[wave[name].get(key) for key in ("type", "values", "counts")] for wave in (first, second)]
        if told[0] != told[1]:
            problems.add(
                f"second_wave.variables: {name!r} has another type or other answers in the second wave's "
                "codebook; the two cannot be compared as they are."
            )
    problems.raise_if_any()


def yes_no_as_share(table: pd.DataFrame, names: list[str], about: dict[str, Any]) -> pd.DataFrame:
    """Turn binary variables into 1 for the answer that the codebook counts and 0 for the other."""
    table = table.copy()
    for name in names:
        if type_of(about[name]).pair:
            yes = float(about[name]["counts"])
            table[name] = np.where(table[name].isna(), np.nan, (table[name] == yes).astype(float))
    return table


if __name__ == "__main__":
    run(main)
