"""An attack on released results: what a reader with the public files and patience can work out.

Written without a look at the audit of surveypipe.disclosure, from the public files alone. What is unknown is
how many respondents of each cell (group by profession group, whose sizes are published) gave each answer;
every published share is a line about those numbers. Where the lines leave one whole number for a count, it
is broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from surveypipe.identifiers import NOT_ANSWERED

TAGS = re.compile(r"<[^>]+>")
# What a page holds for ears and programs.
UNSEEN = re.compile(r'\b(?:alt|aria-label|title|content|data-[\w-]+)="([^"]*)"')
EXACT = 1e-6


def read(folder: Path, name: str) -> pd.DataFrame:
    path = folder / f"{name}.csv"
    text = {"level": "str", "group_level": "str"}
    return pd.read_csv(path, keep_default_na=False, na_values=[""], dtype=text).fillna(
        {"level": "", "group_level": "", "group": "", "base": ""}
    )


def tolerance(text: object) -> float:
    """Half a unit of the last decimal that a number was printed with."""
    digits = str(text).partition(".")[2]
    return 0.5 * 10.0 ** -max(len(digits), 2) if len(digits) <= 4 else EXACT


@dataclass
class Lines:
    """Lines about unknown counts: coefficients, value, how exact."""

    size: int
    left: list[np.ndarray]
    right: list[float]

    def add(self, coefficients: dict[int, float], value: float, slack: float = EXACT) -> None:
        row = np.zeros(self.size)
        for at, c in coefficients.items():
            row[at] += c
        self.left += [row, -row]
        self.right += [value + slack, slack - value]

    def range(self, cells: Iterable[int]) -> tuple[float, float]:
        cost = np.zeros(self.size)
        cost[list(cells)] = 1.0
        ends = []
        for sign in (1, -1):
            found = linprog(sign * cost, A_ub=np.array(self.left), b_ub=self.right, bounds=(0, None))
            # Lines that contradict each other would make an attack that never finds anything.
            assert found.status in (0, 3), found.message
            ends.append(np.inf if found.status == 3 else sign * found.fun)
        return ends[0], ends[1]

    def broken(self, cells: Iterable[int]) -> float | None:
        """The only whole number that a sum of counts can be."""
        low, high = self.range(cells)
        if not np.isfinite(low + high):
            return None
        whole = np.arange(np.ceil(low - 1e-4), np.floor(high + 1e-4) + 1)
        return float(whole[0]) if len(whole) == 1 else None


def published_cells(public: Path) -> pd.DataFrame:
    """Cells whose size and staff are published, with the weights that follow under every scheme."""
    found = read(public, "response_cells")
    found = found[found["numerator"].notna()]
    split = found["group_level"].str.split(":", expand=True)
    cells = pd.DataFrame(
        {"group": split[0], "part": split[1], "n": found["numerator"], "N": found["denominator"]}
    )
    groups = read(public, "table_1")
    groups = groups[(groups["variable"] == "agency") & groups["n"].notna()].set_index("level")[
        ["n", "frame_n"]
    ]
    for group, row in groups.iterrows():
        mine = cells[cells["group"].isin([group, *str(group).split("+")])]
        left, staff = row["n"] - mine["n"].sum(), row["frame_n"] - mine["N"].sum()
        if left > 0:
            cells.loc[len(cells) + 1000] = [group, "the rest", left, staff]
    cells = cells.reset_index(drop=True)
    by_group = cells.groupby("group")[["n", "N"]].transform("sum")
    cells["w_agency"] = by_group["N"] / by_group["n"]
    apart = ~cells["group"].isin(_together(cells))
    cells["w_agency"] = cells["w_agency"].where(apart & ~cells["group"].str.contains("+", regex=False))
    cells["w_cells"] = _cell_weights(public, cells)
    cells["w_raked"] = _raked(cells)
    return cells


def _together(cells: pd.DataFrame) -> set[str]:
    """Groups of which more is known together than of each."""
    return {group for name in cells["group"] if "+" in name for group in name.split("+")}


def _cell_weights(public: Path, cells: pd.DataFrame) -> np.ndarray:
    """Weight of each cell: its own if it is a cell of the scheme, else that of what is left of its group."""
    table = read(public, "weight_cells")
    table = table[(table["scheme"] == "cells") & table["n"].notna()]
    made = []
    for cell in cells.itertuples():
        mine = table[table["within"] == cell.group]
        own = mine[(mine["n"] == cell.n) & (mine["N"] == cell.N)]
        others = mine[~mine["n"].isin(cells.loc[cells["group"] == cell.group, "n"])]
        row = own if len(own) else others
        made.append(float(row["N"].iloc[0] / row["n"].iloc[0]) if len(row) == 1 else np.nan)
    return np.array(made)


def _raked(cells: pd.DataFrame) -> np.ndarray:
    """Rake again: whoever has the cells and the margins has the weights."""
    weights = np.ones(len(cells))
    if "the rest" in set(cells["part"]):
        return weights * np.nan
    for _ in range(500):
        for name in ("group", "part"):
            for level in cells[name].unique():
                mine = (cells[name] == level).to_numpy()
                weights[mine] *= cells["N"][mine].sum() / (weights * cells["n"])[mine].sum()
    return weights


def answers(
    public: Path, private: Path, analysis: pd.DataFrame | None = None, asked_if: dict[str, dict] | None = None
) -> Iterator[str]:
    """Suppressed answers of a group that the public estimates, claims and cells leave no doubt about."""
    cells = published_cells(public)
    raw = pd.read_csv(public / "estimates.csv", dtype=str, keep_default_na=False)
    raw = raw[raw["statistic"].isin(["proportion", "mean"]) & (raw["status"] == "released")]
    truth = read(private, "estimates")
    truth = truth[(truth["statistic"] == "proportion") & (truth["scheme"] == "none")]
    claims = read(public, "claims")
    for (variable, base), rows in truth.groupby(["variable", "base"]):
        shown = raw[(raw["variable"] == variable) & (raw["base"] == base)]
        levels = [lv for lv in rows["level"].unique() if lv not in ("low", "middle", "high")]
        overall = rows[rows["group_level"] == ""].set_index("level")
        if not len(shown) or overall.loc[levels, "n_level"].sum() != overall["n"].iloc[0]:
            continue
        lines = _lines(shown, levels, cells)
        _asked(lines, raw, (asked_if or {}).get(variable) or {}, levels, cells)
        _bounds(lines, claims, variable, base, levels, cells)
        for place in _secrets(rows):
            if place.group_level in _together(cells):
                continue
            mine = [
                _at(levels, cells, lv, c)
                for lv in _parts(place.level, levels)
                for c in _in(cells, place.group_level)
            ]
            value = lines.broken(mine)
            if value is not None and value == place.n_level:
                yield f"{variable} {base}: {place.level} in {place.group_level}"
        if analysis is not None:
            yield from _alike(lines, analysis, variable, levels, cells)


def _parts(level: str, levels: list[str]) -> list[str]:
    half = len(levels) // 2
    parts = {"low": levels[:half], "middle": levels[half : len(levels) - half], "high": levels[-half:]}
    return parts.get(level, [level])


def _in(cells: pd.DataFrame, group: str) -> list[int]:
    return [i for i, name in enumerate(cells["group"]) if group in ("", name)]


def _at(levels: list[str], cells: pd.DataFrame, level: str, cell: int) -> int:
    return levels.index(level) * len(cells) + cell


def _lines(shown: pd.DataFrame, levels: list[str], cells: pd.DataFrame) -> Lines:
    count = len(cells)
    lines = Lines((len(levels) + 1) * count, [], [])
    for cell, n in enumerate(cells["n"]):
        # Whoever gave no answer at all makes up the rest of the cell.
        lines.add({level * count + cell: 1.0 for level in range(len(levels) + 1)}, n)
    together = _together(cells)
    for row in shown.to_dict("records"):
        if row["group_level"] in together:
            continue
        if row["statistic"] == "mean":
            _mean(lines, row, levels, cells)
            continue
        if any(part not in levels for part in _parts(row["level"], levels)):
            continue
        inside = _in(cells, row["group_level"])
        chosen = {_at(levels, cells, lv, c) for lv in _parts(row["level"], levels) for c in inside}
        every = {_at(levels, cells, lv, c) for lv in levels for c in inside}
        n, share = float(row["n"]), float(row["estimate"])
        lines.add(dict.fromkeys(every, 1.0), n)
        if row["scheme"] == "none":
            lines.add(dict.fromkeys(chosen, 1.0), n * share, n * tolerance(row["estimate"]) + EXACT)
        elif not cells[f"w_{row['scheme']}"].isna().any():
            weight = cells[f"w_{row['scheme']}"].to_numpy()
            slack = (tolerance(row["estimate"]) + EXACT) * n * weight.max()
            lines.add({at: weight[at % count] * ((at in chosen) - share) for at in every}, 0.0, slack)
    return lines


def _asked(lines: Lines, raw: pd.DataFrame, conditions: dict, levels: list[str], cells: pd.DataFrame) -> None:
    """No more answered than said yes to the question before, of which the counts may be published."""
    for variable, code in conditions.items():
        before = raw[(raw["variable"] == variable) & (raw["level"] == str(code)) & (raw["scheme"] == "none")]
        for row in before.to_dict("records"):
            every = [_at(levels, cells, lv, c) for lv in levels for c in _in(cells, row["group_level"])]
            most = np.zeros(lines.size)
            most[every] = 1.0
            lines.left.append(most)
            lines.right.append(float(row["n"]) * float(row["estimate"]) + EXACT)


def _mean(lines: Lines, row: dict, levels: list[str], cells: pd.DataFrame) -> None:
    """Add what a mean of points says of those who chose each, and its spread where all weights are one."""
    inside, n, mean = _in(cells, row["group_level"]), float(row["n"]), float(row["estimate"])
    weight = np.ones(len(cells)) if row["scheme"] == "none" else cells[f"w_{row['scheme']}"].to_numpy()
    if np.isnan(weight).any():
        return
    slack = (tolerance(row["estimate"]) + EXACT) * n * weight.max()
    every = [(lv, c, _at(levels, cells, lv, c)) for lv in levels for c in inside]
    lines.add({at: weight[c] * (float(lv) - mean) for lv, c, at in every}, 0.0, slack)


def _bounds(
    lines: Lines, claims: pd.DataFrame, variable: str, base: str, levels: list[str], cells: pd.DataFrame
) -> None:
    """Bounds over all staff tell how many said yes: y / N, and (y + N - n) / N."""
    mine = claims[(claims["variable"] == variable) & (claims["base"] == base) & claims["bound_low"].notna()]
    if base == "readers" or len(levels) != 2:
        return
    for row in mine.to_dict("records"):
        inside = _in(cells, row["group_level"])
        yes = [_at(levels, cells, levels[0], c) for c in inside]
        staff = float(cells["N"].iloc[inside].sum())
        slack = tolerance(row["bound_low"]) * staff + EXACT
        lines.add(dict.fromkeys(yes, 1.0), row["bound_low"] * staff, slack)


def _secrets(rows: pd.DataFrame) -> Iterator[pd.Series]:
    """Answers of a group that may not be known: few behind them, all alike, or a rare point of a scale."""
    group = rows[rows["group_level"] != ""]
    alike = set(group.loc[group["n_level"] == group["n"], "group_level"])
    names = [lv for lv in rows["level"].unique() if lv not in ("low", "middle", "high")]
    chosen = rows[rows["group_level"] == ""].set_index("level")["n_level"]
    # Where nobody at all chose the other points of a category, the point is the category, which is published.
    alone = {
        lv
        for kind in ("low", "middle", "high")
        for lv in _parts(kind, names)
        if chosen[lv] == chosen.get(kind)
    }
    points = group["level"].isin(set(names) - alone) & (len(names) >= 5)
    rare = points & (group["n_level"] > 0) & (group["n_level"] < 5)
    # What nobody at all answered, nobody of a group did.
    given = group["level"].map(chosen) > 0
    hidden = group[given & ((group["n"] < 10) | group["group_level"].isin(alike) | rare)]
    yield from hidden[~hidden["level"].isin(["low", "middle", "high"])].itertuples()


def _alike(
    lines: Lines, analysis: pd.DataFrame, variable: str, levels: list[str], cells: pd.DataFrame
) -> Iterator[str]:
    """Cells of which the numbers leave no doubt that all who answered gave the same answer."""
    for cell, row in enumerate(cells.itertuples()):
        people = analysis[(analysis["agency"] == row.group) & (analysis["profession_group"] == row.part)]
        given = people[variable].dropna() if variable in people else pd.Series(dtype=float)
        if len(given) and given.nunique() == 1:
            others = [lv for lv in levels if float(lv) != float(given.iloc[0])]
            if lines.broken([_at(levels, cells, lv, cell) for lv in others]) == 0:
                yield f"{variable}: all of {row.part} in {row.group} alike"


def staff(public: Path, dispositions: pd.DataFrame, thresholds: tuple[int, int] = (5, 10)) -> Iterator[str]:
    """Professions within groups, too few to show, whose respondents or staff can be worked out."""
    eligible = dispositions[dispositions["category"] != "IE"]
    keys = ["agency", "profession", "profession_group"]
    truth = eligible.groupby(keys)["respondent"].agg(["sum", "size"]).reset_index()
    for number, kind in enumerate(("n", "N")):
        lines = Lines(len(truth), [], [])
        for chosen, value in _counts(public, truth, kind):
            if len(chosen) and value == value:
                lines.add(dict.fromkeys(chosen, 1.0), value, 1e-3)
        for name in ("profession", "profession_group"):
            for level in truth[name].unique():
                for group in ("", *truth["agency"].unique()):
                    mine = truth[(truth[name] == level) & ((truth["agency"] == group) | (group == ""))]
                    value = mine["sum" if kind == "n" else "size"].sum()
                    if 0 < value < thresholds[number] and lines.broken(mine.index) == value:
                        yield f"{kind} of {level} in {group or 'all'}"


def _counts(public: Path, truth: pd.DataFrame, kind: str) -> Iterator[tuple[list[int], float]]:
    table = read(public, "table_1")
    for row in table[table["variable"].isin(truth.columns)].to_dict("records"):
        here = truth[row["variable"]].isin(row["level"].split("+"))
        here &= (truth["agency"] == row["group_level"]) | (row["group_level"] == "")
        yield list(truth.index[here]), row["n"] if kind == "n" else row["frame_n"]
    total = table.loc[(table["variable"] == "agency") & (table["level"] != NOT_ANSWERED), "n"].sum()
    for row in read(public, "weight_margins").to_dict("records"):
        here = truth[row["variable"]] == row["level"]
        yield list(truth.index[here]), row["unweighted_share"] * total if kind == "n" else row["frame_n"]
    for row in read(public, "response_cells").to_dict("records"):
        group, _, part = row["group_level"].partition(":")
        name = row["group"].partition(":")[2]
        here = (truth["agency"] == group) & (truth[name] == part)
        yield list(truth.index[here]), row["numerator" if kind == "n" else "denominator"]
    for row in read(public, "weight_cells").to_dict("records"):
        if row["scheme"] == "cells":
            pairs = [member.split(" × ") for member in row["members"].split("; ")]
            here = [[a, p] in pairs for a, p in zip(truth["agency"], truth["profession"], strict=True)]
            yield list(truth.index[here]), row[kind]
    rates = read(public, "nonresponse")
    rates = rates[
        rates["step"].isin(["rates", "frame", "representativity"]) & rates["variable"].isin(truth.columns)
    ]
    for row in rates[rates["level"] != ""].to_dict("records"):
        yield list(truth.index[truth[row["variable"]] == row["level"]]), row[kind]


def flow(public: Path, private: Path) -> Iterator[str]:
    """Rare outcomes of staff within groups that columns of the flow give away by subtraction."""
    shown, truth = read(public, "flow"), read(private, "flow")
    outcomes = ("ineligible", "no_reply", "refused", "unknown", "other")
    rest = ("eligible", "on_list", "returned_persons")
    names = [(s, g) for s in (*outcomes, *rest) for g in truth["group_level"].unique() if g]
    at = {name: i for i, name in enumerate(names)}
    groups = [g for g in truth["group_level"].unique() if g]
    lines = Lines(len(names), [], [])
    for g in groups:
        lines.add({at["on_list", g]: 1, at["eligible", g]: -1, at["ineligible", g]: -1}, 0.0)
        parts = {at[s, g]: -1.0 for s in (*outcomes[1:], "returned_persons")}
        lines.add({at["eligible", g]: 1.0, **parts}, 0.0)
    gone = [s for s in outcomes if s not in set(shown["stage"])]
    for row in shown[shown["n"].notna() & shown["stage"].isin([*outcomes, *rest])].to_dict("records"):
        stages = [row["stage"], *(gone if row["stage"] == "other" else [])]
        inside = groups if not row["group_level"] else [row["group_level"]]
        lines.add({at[s, g]: 1.0 for s in stages for g in inside}, row["n"])
    for row in truth[truth["stage"].isin(outcomes) & (truth["group_level"] != "")].itertuples():
        if 0 < row.n < 5 and lines.broken([at[row.stage, row.group_level]]) == row.n:
            yield f"{row.stage} in {row.group_level}"


def words(results: Path, public: Path, private: Path) -> Iterator[str]:
    """Suppressed numbers that a text, table, figure or page prints after all."""
    estimates = read(public, "estimates")
    hidden = set(estimates.loc[estimates["status"] == "suppressed", "estimate_id"])
    for line in (results / "numbers.yaml").read_text(encoding="utf-8").splitlines():
        key, _, value = line.strip().partition(": ")
        if key.rpartition("__")[0] in hidden and re.search(r"\d", value):
            yield f"numbers.yaml: {key}"
    texts = [*(results / "tables").glob("*.md"), *(results / "figures").glob("*.svg")]
    texts += [*(results / "figures").glob("index.json"), *(results / "report").glob("*.html")]
    gone = list(_labels_gone(public, private))
    for path in texts:
        whole = path.read_text(encoding="utf-8")
        text = re.sub(
            r"[ \u00a0]+", " ", "\n".join([TAGS.sub(" ", whole), *UNSEEN.findall(whole), _drawn(whole)])
        )
        for label, n in gone:
            if re.search(rf"(?<!\w)(?<!\w ){re.escape(label)}[^\w\n]{{1,12}}{n:.0f}\b(?!\d)", text):
                yield f"{path.name}: {label}"


def _drawn(page: str) -> str:
    """Texts of the drawings of a page, each of which is cut into its lines."""
    return " ".join(re.findall(r"<!-- ?(.*?) ?-->", page, re.DOTALL))


def _labels_gone(public: Path, private: Path) -> Iterator[tuple[str, float]]:
    """Labels of categories and outcomes that were merged or suppressed, with their counts."""
    for name, label in (("table_1", "level_label"), ("flow", "stage_label")):
        left = read(public, name)
        left = set(left.loc[left["n"].notna(), label])
        for row in read(private, name).to_dict("records"):
            if row[label] not in left and row["n"] > 0 and row.get("level") != NOT_ANSWERED:
                yield row[label], row["n"]
