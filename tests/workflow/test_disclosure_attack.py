"""An attack on what is released: can a suppressed number be found, or worked out, from the rest of it?

The attacker knows the method and reads every public file. Unlike the audit of the library, which bounds
counts by linear programmes, this one tries whole numbers.
"""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.optimize import Bounds, LinearConstraint, milp

from surveypipe.disclosure.questions import Respondents
from surveypipe.disclosure.release import SUPPRESSED, Release
from surveypipe.disclosure.rules import PRESETS
from surveypipe.disclosure.tables import Study, release_all
from surveypipe.study.claims import ShareClaim

RULES = PRESETS["research"]
KEYS = ["variable", "level", "statistic", "group", "group_level", "scheme"]
NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d{4,}(?![\w.])")
Counts = set[tuple[int, int]]


def read(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path)
    texts = [c for c in table if table[c].isna().all() or not pd.api.types.is_numeric_dtype(table[c])]
    return table.assign(**{c: table[c].astype(object).fillna("").astype(str) for c in texts})


def decimals(value: float) -> int:
    return len(f"{value:.12g}".partition(".")[2])


def agrees(computed: np.ndarray, shown: float) -> np.ndarray:
    """Whether some shares are what is shown, to its last decimal; whole per cent at the coarsest."""
    return np.abs(computed - shown) <= 0.5 * 10.0 ** -max(decimals(shown), 2) + 1e-9


# --- the default study ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hidden(finished: Path) -> pd.DataFrame:
    """Private rows of the estimates that are not released."""
    private = [read(finished / f"results/private/{n}.csv") for n in ("estimates", "further_estimates")]
    rows = pd.concat(private, ignore_index=True)
    public = read(finished / "results/public/estimates.csv")
    gone = public.loc[public["status"] == SUPPRESSED, "estimate_id"]
    assert len(gone), "nothing is suppressed in the default study: this test has lost its object"
    rows["hidden"] = rows["estimate_id"].isin(gone)
    # What no exhibit shows has no row at all.
    rows["unreleased"] = ~rows["estimate_id"].isin(public.loc[public["status"] != SUPPRESSED, "estimate_id"])
    return rows


def read_by_anybody(folder: Path) -> list[Path]:
    results = folder / "results"
    found = [*results.glob("public/*.csv"), *results.glob("tables/*.md"), *results.glob("figures/*.json")]
    return [*found, results / "numbers.yaml", results / "headlines.json", results / "summary.txt"]


def test_no_suppressed_number_stands_in_any_public_file(finished: Path, hidden: pd.DataFrame):
    columns = ["estimate", "se", "ci_low", "ci_high", "deff_kish", "se_jackknife"]

    def digits(rows: pd.DataFrame) -> set[str]:
        values = rows[columns].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float).ravel()
        return {f"{abs(v):.8g}" for v in values if np.isfinite(v) and decimals(v) > 6}

    # A simple fraction, such as 10/13, may stand elsewhere and mean something else.
    fractions = {f"{k / n:.8g}" for n in range(1, 21) for k in range(n)}
    secret = digits(hidden[hidden["hidden"]]) - digits(hidden[~hidden["hidden"]]) - fractions
    assert len(secret) > 30
    texts = {p: p.read_text(encoding="utf-8") for p in read_by_anybody(finished) if p.exists()}
    assert len(texts) > 20
    for path, text in texts.items():
        found = {f"{abs(float(n)):.8g}" for n in NUMBER.findall(text)} & secret
        assert not found, f"{path.name} shows suppressed numbers: {sorted(found)}"


def test_keys_of_suppressed_estimates_hold_no_number(finished: Path, hidden: pd.DataFrame):
    ids = set(hidden.loc[hidden["hidden"], "estimate_id"])
    lines = (finished / "results/numbers.yaml").read_text(encoding="utf-8").splitlines()
    held = [line.strip().split(": ", 1) for line in lines if "__" in line]
    mine = [(key, text) for key, text in held if key.rpartition("__")[0] in ids]
    assert mine
    assert not [(key, text) for key, text in mine if re.search(r"\d", text)]


def test_alternative_texts_say_nothing_of_suppressed_groups(finished: Path, hidden: pd.DataFrame):
    labels = set(small_groups(hidden)["variable_label"])
    assert labels
    said = json.dumps(json.loads((finished / "results/figures/index.json").read_text(encoding="utf-8")))
    for label in labels:
        for sentence in re.findall(rf"[^.]*{re.escape(label)}[^.]*", said):
            assert not re.search(r"\d+ per cent|\d+ ?%", sentence), sentence


def cells_of(folder: Path) -> pd.DataFrame:
    cells = read(folder / "results/public/weight_cells.csv")
    whole = cells[cells["scheme"] == "agency"].set_index("cell")["weight"]
    mine = cells[cells["scheme"] == "cells"].reset_index(drop=True)
    return mine.assign(none=1.0, agency=mine["within"].map(whole).astype(float), cells=mine["weight"])


def parts_of(total: int, limits: list[int]) -> list[tuple[int, ...]]:
    if len(limits) == 1:
        return [(total,)] if total <= limits[0] else []
    first = range(min(total, limits[0]) + 1)
    return [(n, *rest) for n in first for rest in parts_of(total - n, limits[1:])]


def possible(cells: pd.DataFrame, shown: pd.DataFrame, group: str) -> Counts:
    """Base and count of an answer in a group, as far as the shares of all staff under each scheme tell."""
    base = int(shown["n"].max())
    inside = (cells["within"] == group).to_numpy()
    told = [(cells[r.scheme].to_numpy(), r.estimate) for r in shown.itertuples() if r.scheme in cells]
    found: Counts = set()
    for sizes in parts_of(base, [int(n) for n in cells["n"]]):
        grid = np.stack(np.meshgrid(*[np.arange(n + 1) for n in sizes], indexing="ij"), -1)
        given = grid.reshape(-1, len(sizes))
        fits = np.ones(len(given), bool)
        for weights, share in told:
            fits &= agrees(given @ weights / (np.array(sizes) @ weights), share)
        found |= {(int(np.array(sizes)[inside].sum()), int(y)) for y in given[fits][:, inside].sum(1)}
    return found


def small_groups(hidden: pd.DataFrame) -> pd.DataFrame:
    rows = hidden[hidden["unreleased"] & (hidden["group_level"] != "") & (hidden["scheme"] == "none")]
    return rows[(rows["statistic"] == "proportion") & (rows["n"] < RULES.min_base)]


def test_group_too_small_to_show_does_not_follow_from_all_staff_under_several_schemes(
    finished: Path, hidden: pd.DataFrame
):
    cells = cells_of(finished)
    public = read(finished / "results/public/estimates.csv")
    for row in small_groups(hidden).itertuples():

        def of_all(table: pd.DataFrame, row=row) -> pd.DataFrame:
            mine = (table["variable"] == row.variable) & (table["level"].astype(float) == float(row.level))
            return table[mine & (table["statistic"] == "proportion") & (table["group"] == "overall")]

        truth = (int(row.n), round(row.n * row.estimate))
        numeric = public[pd.to_numeric(public["level"], errors="coerce").notna()]
        private = hidden[pd.to_numeric(hidden["level"], errors="coerce").notna()]
        found = possible(cells, of_all(numeric).dropna(subset="estimate"), row.group_level)
        assert truth in found
        # Even to one who has guessed how many of the group were asked, several counts remain possible.
        answers = {y for n, y in found if n == truth[0]}
        assert max(answers) - min(answers) >= min(RULES.min_cell - 1, truth[0] - 1)
        assert max(n for n, _ in found) - min(n for n, _ in found) >= RULES.min_base
        # The same attack on the unrounded shares under all schemes hits.
        assert possible(cells, of_all(private), row.group_level) == {truth}


# --- made-up tables that give something away ---------------------------------------------------------

WEIGHTS = {"A": 2.5, "B": 1.75}
CLAIM = ShareClaim(label="Another question", short="other", variable="other", level=1, threshold=0.4)
# Respondents and staff.
PEOPLE = {
    ("A", "nurse"): (50, 120), ("A", "doctor"): (30, 60),
    ("B", "nurse"): (56, 99), ("B", "doctor"): (2, 3),
}  # fmt: skip


def made_up() -> tuple[dict[str, pd.DataFrame], Study]:
    """A staff of two agencies: three doctors in one, an item all alike in the other, a base of eight."""
    staff = pd.DataFrame(
        [(a, p, i < n) for (a, p), (n, N) in PEOPLE.items() for i in range(N)],
        columns=["agency", "profession", "respondent"],
    )
    people = staff[staff["respondent"]].drop(columns="respondent").reset_index(drop=True)
    people.insert(0, "id", [f"p{i:03}" for i in range(len(people))])
    order = people.groupby("agency").cumcount()
    first = people["agency"] == "A"
    people["alike"] = np.where(first, 1.0, np.where(order < 40, 1.0, 2.0))
    asked = np.where(first, order < 30, order < 8)
    people["routed"] = np.where(asked, np.where(np.where(first, order < 20, order < 5), 1.0, 2.0), np.nan)
    weights = people[["id"]].assign(w_none=1.0, w_agency=people["agency"].map(WEIGHTS))
    schemes = {"none": {"method": "none"}, "agency": {"method": "poststratify", "by": ["agency"]}}
    respondents = Respondents(people, weights, "agency")
    study = Study(respondents, staff, [], [], {}, "agency", schemes, claims={"C1": CLAIM})
    return private_tables(people, staff), study


def private_tables(people: pd.DataFrame, staff: pd.DataFrame) -> dict[str, pd.DataFrame]:
    groups = {"": staff, **dict(list(staff.groupby("agency")))}
    table_1, rates, flow, cells = [], [], [], []
    for level, rows in groups.items():
        group, n, N = ("agency" if level else "overall"), int(rows["respondent"].sum()), len(rows)
        place = {"group": group, "group_level": level}
        rates.append(
            {**place, "rate": "RR2", "value": n / N, "numerator": n, "denominator": N, "formula": ""}
        )
        stages = {"on_list": N, "eligible": N, "no_reply": N - n, "other": 0, "analysed": n}
        flow += [
            {"order": i, "stage": s, "stage_label": s, **place, "n": count}
            for i, (s, count) in enumerate(stages.items())
        ]
        if level:
            cells.append({"scheme": "agency", "cell": level, "within": "", "by": "agency", "members": level,
                          "merged": False, "N": N, "n": n, "weight": N / n})  # fmt: skip
        for variable in ("profession",) if level else ("agency", "profession"):
            for value in sorted(staff[variable].unique()):
                mine = rows[rows[variable] == value]
                count = int(mine["respondent"].sum())
                table_1.append({"variable": variable, "variable_label": variable, "level": value,
                                "level_label": value, **place, "n": count, "percent": 100 * count / n,
                                "frame_n": float(len(mine)), "frame_percent": 100 * len(mine) / N,
                                "std_diff": 0.0})  # fmt: skip
                if level:
                    rates.append({"group": "agency:profession", "group_level": f"{level}:{value}",
                                  "rate": "RR2", "value": count / len(mine), "numerator": count,
                                  "denominator": len(mine), "formula": ""})  # fmt: skip
    frame = pd.DataFrame(rates)
    within = frame["group"].str.contains(":")
    margins = [
        {"scheme": "none", "variable": "profession", "level": r["level"], "frame_n": r["frame_n"],
         "frame_share": r["frame_n"] / len(staff), "unweighted_share": r["n"] / len(people),
         "weighted_share": r["n"] / len(people)}
        for r in table_1 if r["variable"] == "profession" and not r["group_level"]
    ]  # fmt: skip
    claim = {"claim": "C1", "variable": CLAIM.variable, "statistic": "proportion", "base": "answered",
             "level": "1", "group": "overall", "group_level": "", "n": len(people),
             "estimate": 0.5}  # fmt: skip
    return {
        "estimates": estimates_of(people), "claims": pd.DataFrame([claim]), "table_1": pd.DataFrame(table_1),
        "flow": pd.DataFrame(flow), "weight_cells": pd.DataFrame(cells), "response_rates": frame[~within],
        "response_cells": frame[within], "weight_margins": pd.DataFrame(margins),
        "weight_diagnostics": pd.DataFrame([{"scheme": "none", "n": len(people), "N": len(staff)}]),
    }  # fmt: skip


def estimates_of(people: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for variable, level, scheme, group in product(
        ("alike", "routed"), (1.0, 2.0), ("none", "agency"), ("", "A", "B")
    ):
        mine = people[people[variable].notna() & ((people["agency"] == group) | (group == ""))]
        weights = mine["agency"].map(WEIGHTS) if scheme == "agency" else mine["agency"].map(lambda _: 1.0)
        gave = mine[variable] == level
        rows.append({"claim": "", "variable": variable, "level": f"{level:g}", "statistic": "proportion",
                     "group": "agency" if group else "overall", "group_level": group, "scheme": scheme,
                     "n": len(mine), "n_level": int(gave.sum()), "base": "answered", "df": 50.0,
                     "estimate": float((weights * gave).sum() / weights.sum()), "se": 0.05,
                     "ci_level": 0.95})  # fmt: skip
    table = pd.DataFrame(rows)
    return table.assign(estimate_id=table[KEYS].agg("__".join, axis=1))


def released(*, audited: bool) -> dict[str, Release]:
    from dataclasses import replace

    private, study = made_up()
    return release_all(private, study, replace(RULES, max_lost=1.0), audited=audited)


def whole_numbers(tables: dict[str, Release], wanted: tuple[str, str], column: int) -> tuple[float, float]:
    """Least and greatest count of a profession in an agency, from every released table of characteristics."""
    atoms = list(PEOPLE)
    rows, values = [], []

    def say(inside: list[tuple[str, str]], value: float) -> None:
        if value == value:
            rows.append([float(atom in inside) for atom in atoms])
            values.append(value)

    for r in tables["table_1"].table.fillna({"group_level": ""}).to_dict("records"):
        levels, at = str(r["level"]).split("+"), 0 if r["variable"] == "agency" else 1
        inside = [a for a in atoms if a[at] in levels and r["group_level"] in ("", a[0])]
        say(inside, (r["n"], r["frame_n"])[column])
    for r in tables["response_rates"].table.fillna({"group_level": ""}).to_dict("records"):
        inside = [a for a in atoms if r["group_level"] in ("", a[0])]
        say(inside, (r["numerator"], r["denominator"])[column])
    for r in tables["response_cells"].table.to_dict("records"):
        say([a for a in atoms if ":".join(a) == r["group_level"]], (r["numerator"], r["denominator"])[column])
    for r in tables["weight_margins"].table.to_dict("records"):
        n = sum(n for n, _ in PEOPLE.values())
        say([a for a in atoms if a[1] == r["level"]], (r["unweighted_share"] * n, r["frame_n"])[column])
    cost = np.array([float(atom == wanted) for atom in atoms])
    told = LinearConstraint(np.array(rows), np.array(values) - 1e-6, np.array(values) + 1e-6)
    ends = [
        milp(sign * cost, constraints=told, integrality=np.ones(len(atoms)), bounds=Bounds(0, np.inf))
        for sign in (1.0, -1.0)
    ]
    assert all(end.success for end in ends)
    return float(ends[0].fun), float(-ends[1].fun)


@pytest.mark.parametrize("column", [0, 1], ids=["respondents", "staff"])
def test_few_of_a_profession_in_one_agency_do_not_follow_from_the_totals(column: int):
    low, high = whole_numbers(released(audited=True), ("B", "doctor"), column)
    assert low <= PEOPLE["B", "doctor"][column] <= high
    assert high - low >= RULES.min_cell


def answers_in(tables: dict[str, Release], variable: str, group: str, most: int) -> Counts:
    """Every base and count of the first answer in a group that fits all released shares of a question."""
    table = tables["estimates"].table
    shown = table[(table["variable"] == variable) & (table["level"] == "1") & table["estimate"].notna()]
    found: Counts = set()
    bases = shown.loc[shown["group"] == "overall", "n"]
    assert len(bases), "all staff are hidden too: this attack has lost its object"
    base = int(bases.max())
    other = next(g for g in WEIGHTS if g != group)
    for n in range(min(base, most) + 1):
        y, z = (
            grid.ravel() for grid in np.meshgrid(np.arange(n + 1), np.arange(base - n + 1), indexing="ij")
        )
        fits = np.ones(len(y), bool)
        for row in shown.itertuples():
            size, gave = {group: n, other: base - n}, {group: y, other: z}
            inside = [row.group_level] if row.group_level else list(WEIGHTS)
            w = {g: WEIGHTS[g] if row.scheme == "agency" else 1.0 for g in inside}
            total = sum(w[g] * size[g] for g in inside)
            if total == 0 or sum(size[g] for g in inside) != row.n:
                fits[:] = False
                break
            fits &= agrees(sum(w[g] * gave[g] for g in inside) / total, row.estimate)
        found |= {(n, int(count)) for count in y[fits]}
    return found


def test_base_of_eight_does_not_follow_from_the_base_of_all():
    found = answers_in(released(audited=True), "routed", "B", 58)
    assert (8, 5) in found
    assert max(n for n, _ in found) - min(n for n, _ in found) >= RULES.min_base
    asked = {y for n, y in found if n == 8}
    assert max(asked) - min(asked) >= RULES.min_cell - 1


def test_group_that_answered_alike_does_not_follow_from_all_staff():
    found = answers_in(released(audited=True), "alike", "A", 80)
    dissenters = {n - y for n, y in found if n == 80}
    assert 0 in dissenters
    assert max(dissenters) >= RULES.min_cell and len(dissenters) > 2


def test_the_same_attacks_succeed_without_the_audit():
    tables = released(audited=False)
    for column, count in enumerate(PEOPLE["B", "doctor"]):
        assert whole_numbers(tables, ("B", "doctor"), column) == pytest.approx((count, count))
    assert answers_in(tables, "routed", "B", 58) == {(8, 5)}
    assert answers_in(tables, "alike", "A", 80) == {(80, 80)}


def test_what_a_routed_question_hides_is_not_told_by_the_variable_made_from_it(finished: Path):
    """The 'yes' of both is the same count: a group hidden in one is hidden in the other."""
    config = yaml.safe_load((finished / "config/config.yaml").read_text())
    table = read(finished / "results/public/estimates.csv")
    table = table[table["statistic"] == "proportion"]
    where = ["group_level", "scheme"]
    pairs = [(r["variable"], r["from"]) for r in config["cleaning"]["recodes"] if r["type"] == "routed_no"]
    asked_of_few = 0
    for variable, asked in pairs:
        hidden = table[(table["variable"] == asked) & (table["status"] == SUPPRESSED)]
        mine = table[table["variable"] == variable].merge(hidden[where].drop_duplicates(), on=where)
        asked_of_few += len(mine)
        assert (mine["status"] == SUPPRESSED).all(), (variable, asked)
    assert asked_of_few, "no such question hides a group: this test has lost its object"
