"""Every row that a design publishes, beside R's answer to that very row.

tests/designs.py asks R for what a list of questions names. Here nothing is left out: each row of
``public/estimates.csv`` under the primary scheme is computed again, by the functions of the program in R that
every run writes, on the design that R builds from the raw file. What has no answer has a reason.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pandas as pd

import designs
import opinions

COLUMNS = ["estimate", "se", "df", "df2", "ci_low", "ci_high", "p_value", "effect"]
MAIN = "given <- commandArgs"
# Probabilities are told apart down to this: the far tail magnifies the last digit of the statistic.
FAR_TAIL = 1e-15


def row_by_row(name: str, folder: Path) -> pd.DataFrame:
    """Ask R for every row of a design.

    Parameters
    ----------
    name
        Of the design.
    folder
        With the files of its study; its stages have run into ``results``.

    Returns
    -------
    DataFrame
        A line for each number: ``design, estimate_id, statistic, column, r, ours, difference``, and
        ``reason`` on the one line of a row that R does not compute.
    """
    results = folder / "results"
    config = designs.make_study(folder, name)
    written = opinions.write_opinion(config, results)
    program = designs.built_in_r(name, folder)
    program += [written[: written.index(MAIN)], f'folder <- "{results}"', f'out <- "{folder / "rows.csv"}"']
    program.append(f'source("{designs.DATA / "rows.R"}")')
    (folder / "rows.R").write_text("\n".join(program) + "\n", encoding="utf-8")
    done = subprocess.run(["Rscript", str(folder / "rows.R")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    asked = pd.read_csv(folder / "rows.csv", dtype={"reason": str}, keep_default_na=False, na_values=[""])
    released = pd.read_csv(results / "public/estimates.csv").set_index("estimate_id")
    lines = [line for row in asked.to_dict("records") for line in _lines(row, released)]
    return pd.DataFrame(lines).assign(design=name)


def _lines(row: dict[str, object], released: pd.DataFrame) -> list[dict[str, object]]:
    about = {"estimate_id": row["estimate_id"], "statistic": "", "column": "", "reason": row["reason"]}
    if row["estimate_id"] not in released.index:
        return []
    ours = released.loc[row["estimate_id"]]
    about["statistic"] = str(ours["statistic"]).removesuffix("_fpc").removesuffix("_nofpc")
    if isinstance(row["reason"], str):
        return [about]
    made = []
    for column in COLUMNS:
        r, mine = float(row[column]), float(ours[column])  # type: ignore[arg-type]
        # What is compared is what is published.
        if not np.isfinite(mine) or (column == "effect" and not np.isfinite(r)):
            continue
        made.append(
            about | {"column": column, "r": r, "ours": mine, "difference": _apart(r, mine, column, ours)}
        )
    return made or [about | {"reason": "there is no number to compare"}]


def _apart(r: float, mine: float, column: str, row: pd.Series) -> float:
    nothing = designs.ROUNDING * max(1.0, abs(float(row["estimate"])))
    if column == "se" and abs(r) < nothing and not abs(mine) >= nothing:
        return 0.0
    near = float(row["se"]) if column in ("estimate", "ci_low", "ci_high") and row["se"] > 0 else 0.0
    return abs(r - mine) / max(abs(r), near, FAR_TAIL if column == "p_value" else 1e-300)
