r"""P-values adjusted for the number of tests: Holm within a family, Benjamini-Hochberg for the rest.

With ordered :math:`p_{(1)}\le\dots\le p_{(m)}`: Holm (1979, Scand. J. Stat. 6) takes
:math:`\max_{j\le i}\min(1, (m-j+1)p_{(j)})` and controls the family-wise error; Benjamini & Hochberg
(1995, JRSS-B 57) take :math:`\min_{j\ge i}\min(1, m\,p_{(j)}/j)` and control the false discovery rate.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

import numpy as np
import pandas as pd

from surveypipe.estimation.rows import estimate_frame, estimate_row
from surveypipe.identifiers import slug
from surveypipe.problems import SurveyError

Array = np.ndarray
Method = Literal["holm", "bh"]
NAMES = {"holm": "Holm", "bh": "Benjamini-Hochberg"}


def adjusted_p_values(p_values: Array, method: Method) -> Array:
    """Adjust the p-values of one family.

    Parameters
    ----------
    p_values
        Shape (m,); a missing one stays missing and is not counted.
    method
        ``holm`` or ``bh``.

    Raises
    ------
    SurveyError
        If a p-value lies outside 0 to 1.
    """
    raw = np.asarray(p_values, float)
    made = np.full(raw.shape, np.nan)
    present = np.flatnonzero(~np.isnan(raw))
    p = raw[present]
    if ((p < 0) | (p > 1)).any():
        raise SurveyError("a p-value lies outside 0 to 1; the test that gave it must be looked at.")
    order = np.argsort(p, kind="stable")
    m = len(p)
    if method == "holm":
        steps = np.maximum.accumulate(p[order] * np.arange(m, 0, -1))
    else:
        steps = np.minimum.accumulate((p[order] * (m / np.arange(1, m + 1)))[::-1])[::-1]
    made[present[order]] = np.minimum(steps, 1.0)
    return made


def adjust_families(
    tests: pd.DataFrame, *, p_value: str = "p_value", family: str = "family", primary: Collection[str] = ()
) -> pd.DataFrame:
    """Adjust within each family: Holm for the primary ones, Benjamini-Hochberg for the others.

    Parameters
    ----------
    tests
        One row a test.
    p_value, family
        Names of the columns.
    primary
        Families of confirmatory tests.

    Returns
    -------
    DataFrame
        `tests` with `p_adjusted`, `adjustment` (``holm`` or ``bh``) and `family_size` (tests with a
        p-value), in the same order.
    """
    made = tests.copy()
    made["p_adjusted"] = np.nan
    made["adjustment"] = ["holm" if name in set(primary) else "bh" for name in made[family]]
    for _, rows in made.groupby(family, sort=True).groups.items():
        method: Method = made.loc[rows[0], "adjustment"]
        made.loc[rows, "p_adjusted"] = adjusted_p_values(made.loc[rows, p_value].to_numpy(float), method)
    made["family_size"] = made.groupby(family)[p_value].transform("count")
    return made


def tidy(estimates: pd.DataFrame, families: pd.Series, *, primary: Collection[str] = ()) -> pd.DataFrame:
    """Make rows of the table of estimates that hold adjusted p-values.

    Parameters
    ----------
    estimates
        Rows of the table of estimates with a `p_value`.
    families
        Family of each, on the same index.
    primary
        Families adjusted by Holm.

    Returns
    -------
    DataFrame
        One row a test: `statistic` is the test's with ``_p_holm`` or ``_p_bh`` added, `estimate` the
        adjusted p-value, `p_value` the raw one, `method` says the family and its size.
    """
    kept = ["claim", "level", "group", "group_level", "scheme", "n", "variable_label", "level_label", "base"]
    table = adjust_families(estimates.assign(family=families), primary=primary)
    rows = []
    for _, line in table.dropna(subset=["p_adjusted"]).iterrows():
        cells: dict[str, Any] = {name: line[name] for name in kept if name in line}
        method = f"{NAMES[line['adjustment']]}, {line['family_size']} tests of {line['family']}"
        statistic = f"{line['statistic']}_p_{line['adjustment']}"
        cells |= {"p_value": line["p_value"], "method": method}
        row = estimate_row(line["variable"], statistic, line["p_adjusted"], **cells)
        if "estimate_id" in line:
            # A test that has a name of its own keeps it.
            of_test = f"__{slug(line['statistic'])}__"
            row["estimate_id"] = line["estimate_id"].replace(of_test, f"__{slug(statistic)}__")
        rows.append(row)
    return estimate_frame(rows)
