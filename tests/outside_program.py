"""An attack from outside on errors of any design: every count that fits the shares, put through the program.

Where no formula is written down (samples, raked and calibrated weights, replicates) the reader is given the
program itself. Studies are drawn: three trades in two ranks, of whom one trade answered alike or is of few.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit, stdtrit

from outside_attack import FEWEST, HALF
from outside_counts import code
from outside_errors import END
from small_secrets import Small, _one_of, _yes_no
from surveypipe.design.from_weights import designs_of, respondents_of
from surveypipe.study.design import Sampling

# Combinations of counts that are held at once; of studies that leave more nothing is tried.
MOST, AT_ONCE = 1_000_000, 4_000


def _drawn(seed: int) -> tuple[np.random.Generator, pd.DataFrame, dict[str, dict[str, Any]]]:
    draw = np.random.default_rng(seed)
    sizes = draw.integers(10, 18, 3)
    if draw.random() < 0.5:
        sizes[draw.integers(0, 3)] = draw.choice([4, 6, 8])
    people = pd.DataFrame({"trade": np.repeat([1, 2, 3], sizes)})
    people["rank"] = draw.choice([1, 2], len(people), p=[0.55, 0.45])
    people["yes"] = draw.choice([1, 2], len(people))
    people.loc[people["trade"] == draw.integers(1, 4), "yes"] = draw.choice([1, 2])
    return draw, people, {"trade": _one_of(3, "Trade"), "rank": _one_of(2, "Rank"), "yes": _yes_no()}


def _study(
    people: pd.DataFrame,
    asked: dict[str, dict[str, Any]],
    config: Mapping[str, Any],
    counts: pd.DataFrame | None = None,
) -> Small:
    few = {"groups": {"trade": {}}, "analysis": {"characteristics": ["trade"], "items": ["yes"]}}
    return Small(people, asked, few | dict(config), counts)


def raked(seed: int) -> Small:
    """A census whose weights are raked to trades and ranks."""
    draw, people, asked = _drawn(seed)
    n = people.groupby(["trade", "rank"]).size()
    N = (n * draw.uniform(1.5, 6, len(n))).astype(int) + 1
    rows = [(f"Trade {t}", f"Rank {r}", int(many)) for (t, r), many in N.items()]
    plain, both = {"label": "Unweighted", "method": "none"}, {"label": "Both", "method": "rake"}
    schemes = {"none": plain, "both": both | {"margins": ["trade", "rank"]}}
    config = {"weighting": {"primary": "both", "schemes": schemes}}
    return _study(people, asked, config, pd.DataFrame(rows, columns=["trade", "rank", "n"]))


def crossing(seed: int) -> Small:
    """The same, of which ranks are told as well as trades."""
    study = raked(seed)
    study.config = study.config | {"groups": {"trade": {}, "rank": {}}}
    return study


def _margins(draw: np.random.Generator) -> dict[str, Any]:
    first, second = (int(part) for part in draw.integers(20, 45, 2))
    trades = {"Trade 1": first / 100, "Trade 2": second / 100, "Trade 3": (100 - first - second) / 100}
    return {"frame": {"margins": {"trade": trades, "rank": {"Rank 1": 0.4, "Rank 2": 0.6}}}}


def whoever_came(seed: int) -> Small:
    """Whoever came, with weights that meet margins."""
    draw, people, asked = _drawn(seed)
    return _study(people, asked, _margins(draw))


def _weighted(people: pd.DataFrame, asked: dict[str, dict[str, Any]]) -> None:
    people["weight"] = people["trade"].map({1: 2.0, 2: 3.5, 3: 5.0})
    asked["weight"] = {"type": "numeric", "role": "admin"}


def calibrated(seed: int) -> Small:
    """A sample within trades whose weights are made to meet margins."""
    draw, people, asked = _drawn(seed)
    _weighted(people, asked)
    return _study(people, asked, _margins(draw) | {"design": {"weights": "weight", "strata": "trade"}})


def stratified(seed: int) -> Small:
    """A sample within trades, of as many as there are."""
    draw, people, asked = _drawn(seed)
    n = people["trade"].map(people["trade"].value_counts())
    people["people"] = (n * people["trade"].map(dict(enumerate(draw.uniform(2, 8, 3), start=1)))).astype(int)
    people["weight"] = people["people"] / n
    asked |= {name: {"type": "numeric", "role": "admin"} for name in ("people", "weight")}
    return _study(people, asked, {"design": {"weights": "weight", "strata": "trade", "fpc": ["people"]}})


def replicates(seed: int) -> Small:
    """Replicate weights that leave out a person at a time."""
    _, people, asked = _drawn(seed)
    _weighted(people, asked)
    n = len(people)
    made = {f"rep{k + 1}": np.where(np.arange(n) == k, 0.0, people["weight"] * n / (n - 1)) for k in range(n)}
    asked |= {name: {"type": "numeric", "role": "admin"} for name in made}
    design = {"kind": "replicates", "weights": "weight", "replicates": {"columns": list(made), "type": "JK1"}}
    return _study(pd.concat([people, pd.DataFrame(made)], axis=1), asked, {"design": design})


DESIGNS: dict[str, Callable[[int], Small]] = {
    made.__name__: made for made in (raked, crossing, whoever_came, calibrated, stratified, replicates)
}


class Tried:
    """Counts of yes in each part that fit the released shares, and then the errors and intervals.

    Parameters
    ----------
    results
        Folder of the results of a study.
    sampling
        Its design.
    apart
        What tells the parts apart beside the weights: within a part it makes no difference who said yes.
    """

    def __init__(self, results: Path, sampling: Sampling, apart: Sequence[str] = ("trade", "rank")) -> None:
        weights = pd.read_parquet(results / "data/weights.parquet")
        self.people = respondents_of(pd.read_parquet(results / "data/analysis.parquet"), weights)
        self.schemes = [str(name)[2:] for name in weights if str(name).startswith("w_")]
        cells = pd.read_csv(results / "private/weight_cells.csv", dtype={"scheme": str, "cell": str})
        selection = pd.read_parquet(results / "data/selection.parquet")
        self.designs = designs_of(self.schemes, self.people, cells, selection, sampling)
        keys = [self.people[name].map(code) for name in apart]
        keys += [self.people[f"w_{scheme}"].round(9) for scheme in self.schemes]
        parts = pd.concat(keys, axis=1, ignore_index=True)
        self.part = parts.groupby(list(parts.columns)).ngroup().to_numpy()
        self.n = np.bincount(self.part)
        self.yes = (self.people["yes"] == 1).to_numpy()
        rows = pd.read_csv(results / "public/estimates.csv", dtype=str, keep_default_na=False)
        rows = rows[
            (rows["variable"] == "yes") & (rows["statistic"] == "proportion") & (rows["level"] == "1")
        ]
        rows = rows[(rows["status"] == "released") & rows["group"].isin(["overall", "trade", "rank"])]
        self.rows = rows[rows["scheme"].isin(self.schemes)].to_dict("records")

    def inside(self, row: Mapping[str, Any]) -> np.ndarray:
        """Who is in the group of a row."""
        if row["group"] == "overall":
            return np.ones(len(self.people), bool)
        return (self.people[row["group"]].map(code) == row["group_level"]).to_numpy()

    def by_shares(self) -> np.ndarray | None:
        """Every combination that fits the shares; None of too many."""
        tried = np.zeros((1, 0), int)
        for k, size in enumerate(self.n):
            tried = np.hstack(
                [np.repeat(tried, size + 1, axis=0), np.tile(np.arange(size + 1)[:, None], (len(tried), 1))]
            )
            for row in self.rows:
                own = self.people[f"w_{row['scheme']}"].to_numpy(float) * self.inside(row)
                each = np.bincount(self.part, own) / self.n
                whole, told = (each * self.n).sum(), float(row["estimate"])
                least = tried @ each[: k + 1]
                most = least + (each * self.n)[k + 1 :].sum()
                tried = tried[
                    (least <= (told + HALF) * whole + 1e-6) & (most >= (told - HALF) * whole - 1e-6)
                ]
            if len(tried) > MOST:
                return None
        self._check(tried, "shares")
        return tried

    def by_errors(self, tried: np.ndarray) -> np.ndarray:
        """Keep those that print the same errors and intervals."""
        rank = pd.Series(self.part).groupby(self.part).cumcount().to_numpy()
        for row in [row for row in self.rows if row["se"]]:
            fits = []
            for first in range(0, len(tried), AT_ONCE):
                answers = (rank[:, None] < tried[first : first + AT_ONCE, self.part].T).astype(float)
                answers[~self.inside(row)] = np.nan
                found = self.designs[row["scheme"]].means(answers, fpc=row["fpc"] == "True")
                fits.append(_prints(row, np.asarray(found.estimate), np.asarray(found.se)))
            tried = tried[np.concatenate(fits)]
            self._check(tried, row["estimate_id"])
        return tried

    def _check(self, tried: np.ndarray, name: str) -> None:
        true = np.bincount(self.part, self.yes).astype(int)
        assert (tried == true).all(axis=1).any(), f"{name} is read wrongly"

    def told(self, left: np.ndarray) -> list[str]:
        """Trades that are of few, or answered alike, of which one count is left."""
        found = []
        for trade in sorted(self.people["trade"].unique()):
            mine = (self.people["trade"] == trade).to_numpy()
            counts = set(left[:, np.isin(np.arange(len(self.n)), self.part[mine])].sum(axis=1).tolist())
            gave, size = int(self.yes[mine].sum()), int(mine.sum())
            if len(counts) == 1 and (size < FEWEST or gave in (0, size)):
                found.append(f"{gave} of {size} of trade {trade:g} said yes")
        return found


def _prints(row: Mapping[str, Any], estimate: np.ndarray, se: np.ndarray) -> np.ndarray:
    fits = (np.abs(estimate - float(row["estimate"])) <= HALF + 1e-9) & (
        np.abs(se - float(row["se"])) <= HALF + 1e-9
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        half = stdtrit(float(row["df"]), 0.975) * se / (estimate * (1 - estimate))
        ends = expit(logit(estimate) - half), expit(logit(estimate) + half)
    # Of a share of nought or one the interval is another.
    at_end = (estimate <= 1e-12) | (estimate >= 1 - 1e-12)
    for name, end in zip(("ci_low", "ci_high"), ends, strict=True):
        fits &= at_end | (np.abs(end - float(row[name])) <= END + 1e-9) if row[name] else True
    return fits
