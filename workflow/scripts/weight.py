"""Weight the respondents under every scheme, and make the replicate weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from _shared import Output, run, section, write_csv, write_parquet
from _weighting import weighted_people
from surveypipe.design.doubts import doubts
from surveypipe.design.selection import Selection, as_block, as_table, selection_of
from surveypipe.study.design import Sampling, silent_described
from surveypipe.study.frame import EVERYBODY, Frame
from surveypipe.study.frame import Population as Known
from surveypipe.study.weighting import Replicates, Weighting
from surveypipe.weighting import replicates, schemes


def main(
    *,
    config: dict[str, Any],
    dispositions: Path,
    weights: Output,
    selection: Output,
    replicate_weights: Output,
    replicate_coefs: Output,
    cells: Output,
    diagnostics: Output,
    margins: Output,
    decisions: Output,
) -> None:
    """Read the dispositions; write weights, their diagnostics, the selection and the replicates."""
    plan, design = section(config, "weighting", Weighting), section(config, "design", Sampling)
    frame = section(config, "frame", Frame)
    asked = weighted_people(config, dispositions)
    result = schemes.compute_schemes(
        asked.eligible,
        plan,
        group=group_of(config["population"], frame, design),
        base=asked.base,
        second_phase=design.kind == "census",
        drawn=design.drawn,
        known=asked.known,
        known_sums=frame.totals,
        cells=frame.cells,
        seed=config["seed"],
    )
    people, drawn = result.people.frame, None
    if design.kind == "sample":
        drawn = selection_of(people, design, result.people.base)
        for doubt in doubts(drawn, design):
            print(f"Note: {doubt}")
    table = as_table(people, drawn, result.linearised)
    if design.replicates is not None:
        table = given_replicates(result, design)
    write_parquet(result.weights, weights)
    write_parquet(table, selection)
    write_csv(result.cells, cells)
    write_csv(result.diagnostics.assign(**drawn.held(design) if drawn else {}), diagnostics)
    write_csv(result.margins, margins)
    write_csv(result.log, decisions)
    matrix, coefs = replicate_tables(result, plan.replicates, config["seed"], drawn, design)
    write_parquet(matrix, replicate_weights)
    write_parquet(coefs, replicate_coefs)
    print(summary(result))


def group_of(population: Known, frame: Frame, design: Sampling) -> str | None:
    """Variable whose levels are second-phase cells; none where it is not known of everybody who was asked."""
    known = silent_described(population, frame) and not design.drawn
    return frame.group if known and frame.group != EVERYBODY else None


def given_replicates(result: schemes.WeightingResult, design: Sampling) -> pd.DataFrame:
    """Run every scheme's adjustments on each of the replicates that came with the file."""
    given, people = design.replicates, result.people
    assert given is not None
    matrix = people.answered[list(given.columns)].to_numpy(float)
    if not given.combined:
        matrix = matrix * people.start[:, None]
    ids = people.answered["id"].astype(str).to_numpy()
    table: dict[str, Any] = {"id": ids, "answered": True, "base": people.start}
    for key, plan in result.plans.items():
        table |= as_block("replicate", key, plan.reweight(matrix))
    return pd.DataFrame(table)


def replicate_tables(
    result: schemes.WeightingResult,
    wanted: Replicates | None,
    seed: int,
    drawn: Selection | None,
    design: Sampling,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay out the replicates of all schemes; empty tables where they were not asked for.

    Nor are they made where replicates came with the file, or where totals are estimated from a sample of whom
    some did not answer: a replicate would have to leave the silent out too.
    """
    ids = result.weights["id"]
    matrices = [pd.DataFrame({"scheme": pd.Series(dtype="str"), "id": pd.Series(dtype="str")})]
    coefs = [
        pd.DataFrame({"scheme": pd.Series(dtype="str"), "replicate": pd.Series(dtype="str"), "coef": []})
    ]
    possible = design.replicates is None and not result.people.sampled
    if wanted and possible and len(ids) <= wanted.max_n:
        for scheme in result.plans:
            made = replicates.make(result, scheme, wanted, seed=seed, selection=drawn)
            names = [f"r{number:04d}" for number in range(len(made.coefs))]
            block = pd.DataFrame(made.matrix, columns=names)
            block.insert(0, "scheme", scheme)
            block.insert(1, "id", np.asarray(ids))
            matrices.append(block)
            coefs.append(pd.DataFrame({"scheme": scheme, "replicate": names, "coef": made.coefs}))
    if len(matrices) == 1:
        return matrices[0], coefs[0]
    return pd.concat(matrices[1:], ignore_index=True), pd.concat(coefs[1:], ignore_index=True)


def summary(result: schemes.WeightingResult) -> str:
    """Say in a few lines what was weighted."""
    table = result.diagnostics
    lines = [f"{table['n'].iloc[0]} respondents, standing for {table['N'].iloc[0]:g} people:"]
    lines += [
        f"  {row.label}: weights {row.w_min:.2f} to {row.w_max:.2f}, design effect {row.deff_kish:.2f}"
        for row in table.itertuples()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    run(main)
