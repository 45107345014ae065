"""What the attack from outside is given of a study that was run: its public tables, and who is in what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from outside_attack import Outside
from outside_counts import code

# With more combinations of groups and weights than these, weights that differ between people are left out.
MOST_CELLS = 250


def outside(results: Path, config: Mapping[str, Any]) -> Outside:
    """Give what the reader is given of a study.

    Parameters
    ----------
    results
        Its folder of results.
    config
        Its configuration, with what is left out filled in.
    """
    people = pd.read_parquet(results / "data/analysis.parquet").reset_index(drop=True)
    weights = pd.read_parquet(results / "data/weights.parquet").reset_index(drop=True)
    about = json.loads((results / "data/variables.json").read_text(encoding="utf-8"))
    groups = [name for name in config.get("groups", {}) if name in people]
    schemes = {column[2:]: weights[column].to_numpy(float) for column in weights if column.startswith("w_")}
    for scheme in list(schemes):
        keys = [people[name].astype(str) for name in groups]
        keys += [pd.Series(w.round(9)) for w in schemes.values()]
        if len(pd.concat(keys, axis=1).drop_duplicates()) > MOST_CELLS and np.ptp(schemes[scheme]) > 0:
            del schemes[scheme]
    table = pd.read_csv(results / "private/weight_cells.csv", dtype={"scheme": str, "cell": str})
    strata, sizes = errors_of(config["design"], people, weights, table)
    made = Outside(
        results / "public", people, groups, schemes, config.get("bases", {}),
        {name: one["asked_if"] for name, one in about.items() if one.get("asked_if") and name in people},
        {}, [name for name, one in about.items() if _is_number(one) and name in people],
        {scheme: labels for scheme, labels in strata.items() if scheme in schemes}, sizes, parts=True,
    )  # fmt: skip
    _without_bases_of_all(made)
    return made


def errors_of(
    design: Mapping[str, Any], people: pd.DataFrame, weights: pd.DataFrame, table: pd.DataFrame
) -> tuple[dict[str, np.ndarray], dict[str, dict[str, float]]]:
    """Give the strata within which the errors of each scheme take people for drawn, and the people in each.

    Of a census and of whoever came these are the cells of the weights, of people drawn within strata those
    strata; of schemes whose weights are estimated, and of clusters, there are none.
    """
    schemes = [str(column)[2:] for column in weights if str(column).startswith("w_")]
    plain = [
        one for one in schemes if f"slope_{one}_000" not in weights and not weights[f"w_{one}"].isna().any()
    ]
    kind = design.get("kind") or ("sample" if design else "census")
    if kind in ("census", "convenience"):
        plain = [one for one in plain if not weights[f"cell_{one}"].isna().any()]
        sizes = {
            # Of whoever came nothing is corrected for how many there are.
            str(scheme): dict(
                zip(rows["cell"], rows["N"] if kind == "census" else np.inf + 0 * rows["N"], strict=True)
            )
            for scheme, rows in table.groupby("scheme")
        }
        return {one: weights[f"cell_{one}"].astype(str).to_numpy() for one in plain}, sizes
    if kind != "sample" or design.get("clusters"):
        return {}, {}
    name = design.get("strata")
    labels = people[name].map(code).to_numpy() if name else np.full(len(people), "all")
    held = (people[fpc].astype(float) for fpc in design.get("fpc") or () if isinstance(fpc, str))
    known = next(held, pd.Series(np.inf, index=people.index))
    drawn = pd.Series(labels).map(pd.Series(labels).value_counts())
    N = pd.Series(np.where(known <= 1, drawn / known, known)).groupby(labels).first()
    return dict.fromkeys(plain, labels), {one: {str(k): float(v) for k, v in N.items()} for one in plain}


def _is_number(about: Mapping[str, Any]) -> bool:
    return about["type"] == "numeric" and about["role"] in ("question", "derived", "")


def _without_bases_of_all(study: Outside) -> None:
    """Take a base for everybody in the rows of a question that only it was asked."""
    for base in study.bases:
        inside = study.of_base(base)
        for variable in study.rows.loc[study.rows["base"] == base, "variable"].unique():
            if variable in study.people and not (study.people[variable].notna() & ~inside).any():
                mine = (study.rows["base"] == base) & (study.rows["variable"] == variable)
                study.rows.loc[mine, "base"] = "all"
