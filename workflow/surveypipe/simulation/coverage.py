"""Bias and coverage of what was estimated from many draws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.simulation.draws import Mechanism
from surveypipe.simulation.study import Target, targets
from surveypipe.study.sections import Sections

Floats = NDArray[np.float64]
# Coverage that is called right, and under which an interval is called unreliable.
BAND = (0.93, 0.97)
UNRELIABLE = "interval unreliable"
# Greatest bias that simulation error explains, in Monte Carlo standard errors.
BIAS_LIMIT = 3.5
# Fewest expected respondents in each answer and group for which coverage is promised.
MIN_EXPECTED = 5
KEYS = ["scheme", "variance", "interval", "target"]


def coverage_table(tallies: pd.DataFrame, config: Sections, mechanism: Mechanism) -> pd.DataFrame:
    """Summarise the draws: bias, coverage and length, with their simulation errors.

    Parameters
    ----------
    tallies
        See :func:`run_draws`.
    config
        As there.
    mechanism
        How response came about.

    Returns
    -------
    pandas.DataFrame
        One row per scheme, variance, interval and target. ``bias`` is the mean of estimate less truth,
        ``bias_mcse`` its Monte Carlo standard error, ``sd`` the standard deviation of estimate less truth
        and ``mean_se`` the mean of the standard errors that should equal it. ``below`` and ``above`` are
        the shares of intervals that the truth lies below and above. ``min_expected`` is the least expected
        number of respondents in an answer and group (empty for means); ``promised`` says whether coverage
        is promised; ``flag`` marks coverage under 93 %.
    """
    part = tallies.assign(error=tallies["estimate"] - tallies["truth"])
    grouped = part.groupby(KEYS, sort=False)
    table = grouped.agg(
        draws=("covered", "size"),
        truth_mean=("truth", "mean"),
        estimate_mean=("estimate", "mean"),
        bias=("error", "mean"),
        sd=("error", "std"),
        mean_se=("se", "mean"),
        coverage=("covered", "mean"),
        below=("below", "mean"),
        above=("above", "mean"),
        mean_length=("length", "mean"),
        yes=("yes", "mean"),
        no=("no", "mean"),
    ).reset_index()
    table["bias_mcse"] = table["sd"] / np.sqrt(table["draws"])
    table["bias_ratio"] = table["bias"] / table["bias_mcse"]
    table["coverage_mcse"] = np.sqrt(table["coverage"] * (1 - table["coverage"]) / table["draws"])
    table["flag"] = np.where(table["coverage"] < BAND[0], UNRELIABLE, "")
    return _described(table, config, mechanism)


def _described(table: pd.DataFrame, config: Sections, mechanism: Mechanism) -> pd.DataFrame:
    wanted = targets(config)
    of = [wanted[place] for place in table["target"]]
    schemes = config.weighting.schemes
    table = table.assign(
        mechanism=mechanism.key,
        mechanism_label=mechanism.label,
        claim=[one.claim for one in of],
        short=[one.short for one in of],
        group=[one.group for one in of],
        group_level=[one.level for one in of],
        scheme_label=[schemes[key].label for key in table["scheme"]],
        interval=[name if one.share else "t" for name, one in zip(table["interval"], of, strict=True)],
        min_expected=_least_expected(table, wanted),
    )
    # A mean has one interval, whatever the method of shares.
    table = table.drop_duplicates(["scheme", "variance", "interval", "target"])
    table["promised"] = (
        (mechanism.selection == 0 and not mechanism.leave_out)
        & (table["group"] == "overall")
        & (table["scheme"] == config.weighting.primary)
        & table["interval"].isin([config.analysis.proportion_interval, "t"])
        & ~(table["min_expected"] < MIN_EXPECTED)
    )
    return table[COLUMNS].reset_index(drop=True)


COLUMNS = [
    "mechanism", "mechanism_label", "claim", "short", "group", "group_level", "scheme", "scheme_label",
    "variance", "interval", "draws", "truth_mean", "estimate_mean", "bias", "bias_mcse", "bias_ratio", "sd",
    "mean_se", "coverage", "coverage_mcse", "below", "above", "mean_length", "min_expected", "promised",
    "flag",
]  # fmt: skip


def _least_expected(table: pd.DataFrame, wanted: Sequence[Target]) -> Floats:
    """Least expected number in an answer: in the group itself, or over all groups for all staff."""
    first = table[(table["scheme"] == table["scheme"].iloc[0])].drop_duplicates("target").set_index("target")
    least = np.minimum(first["yes"], first["no"])
    found = {}
    for place, one in enumerate(wanted):
        inside = [
            k for k, other in enumerate(wanted)
            if other.claim == one.claim and other.level and one.level in ("", other.level)
        ]  # fmt: skip
        found[place] = min((float(least[k]) for k in inside), default=float(least[place]))
    return np.array([found[place] for place in table["target"]])


def broken_promises(table: pd.DataFrame) -> list[str]:
    """Say in words where a promised coverage or bias lies outside its limits; empty where none does."""
    found = []
    for row in table[table["promised"]].to_dict("records"):
        name = f"{row['claim']} ({row['variance']})"
        if not BAND[0] <= row["coverage"] <= BAND[1]:
            found.append(f"{name}: coverage {100 * row['coverage']:.1f} %")
        if not abs(row["bias_ratio"]) <= BIAS_LIMIT:
            found.append(f"{name}: bias of {row['bias_ratio']:.1f} Monte Carlo standard errors")
    return found
