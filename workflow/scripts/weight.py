"""Weight the respondents under every scheme, and make the replicate weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from _shared import Output, run, section, write_csv, write_parquet
from surveypipe.study.frame import EVERYBODY, Frame
from surveypipe.study.weighting import Replicates, Weighting
from surveypipe.weighting import replicates, schemes


def main(
    *,
    config: dict[str, Any],
    dispositions: Path,
    weights: Output,
    replicate_weights: Output,
    replicate_coefs: Output,
    cells: Output,
    diagnostics: Output,
    margins: Output,
    decisions: Output,
) -> None:
    """Read the dispositions; write weights, their diagnostics and the replicates."""
    plan, named = section(config, "weighting", Weighting), section(config, "frame", Frame).group
    # Of records alone nothing is known to weight by; nor is a group that everybody is in.
    group = None if config["population"] == "none" or named == EVERYBODY else named
    staff = pd.read_parquet(dispositions)
    if plan.unknown_eligibility:
        by = list(plan.unknown_eligibility.by)
        eligible = schemes.resolve_unknown_eligibility(staff, by, plan.base)
        plan = msgspec.structs.replace(plan, base="base_weight")
    else:
        eligible = staff[staff["category"] != "IE"]
    result = schemes.compute_schemes(eligible, plan, group=group)
    write_parquet(result.weights, weights)
    write_csv(result.cells, cells)
    write_csv(result.diagnostics, diagnostics)
    write_csv(result.margins, margins)
    write_csv(result.log, decisions)
    matrix, coefs = replicate_tables(result, plan.replicates, config["seed"])
    write_parquet(matrix, replicate_weights)
    write_parquet(coefs, replicate_coefs)
    print(summary(result))


def replicate_tables(
    result: schemes.WeightingResult, wanted: Replicates | None, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay out the replicates of all schemes; empty tables where they were not asked for."""
    ids = result.weights["id"]
    matrices = [pd.DataFrame({"scheme": pd.Series(dtype="str"), "id": pd.Series(dtype="str")})]
    coefs = [
        pd.DataFrame({"scheme": pd.Series(dtype="str"), "replicate": pd.Series(dtype="str"), "coef": []})
    ]
    if wanted and len(ids) <= wanted.max_n:
        for scheme in result.plans:
            made = replicates.make(result, scheme, wanted, seed=seed)
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
