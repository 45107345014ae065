"""The weighting multiverse: what moves a point, what only moves an interval, and what changes a grade."""

from __future__ import annotations

import math
from dataclasses import replace

import msgspec
import numpy as np
import pandas as pd
import pytest

from studies import FIXED
from surveypipe.design.intervals import logit_interval, t_interval
from surveypipe.design.phases import second_phase
from surveypipe.estimation.pooling import pool
from surveypipe.intake.files import read_codebook
from surveypipe.ledger import imputed, multiverse, specifications
from surveypipe.ledger.cases import Setting, cases
from surveypipe.ledger.outcomes import COMPLETE, IMPUTED
from surveypipe.ledger.rows import claim_tables
from surveypipe.ledger.universe import Point, completed_people, interval, universe
from surveypipe.study.claims import claims_of
from surveypipe.study.sensitivity import Sensitivity
from surveypipe.study.vocabulary import Vocabulary

BOOK = read_codebook(FIXED / "codebook.yaml")
CLAIMS = {
    "C1": {
        "label": "Read", "short": "Read", "kind": "share", "variable": "read", "level": 1, "base": "all",
        "threshold": 0.5, "direction": "above",
    },
    "C2": {
        "label": "Clear", "short": "Clear", "kind": "share", "variable": "clear", "level": 1,
        "base": "readers", "threshold": 0.4, "direction": "above", "by": "agency",
    },
    "C6": {
        "label": "Equal", "short": "Equal", "kind": "equivalence", "variable": "gap", "base": "all",
        "margin": 0.4, "range": [-4, 4],
    },
}  # fmt: skip
SENSITIVITY = {
    "theta_grid": [1, 2], "theta_strong": 3,
    "scenario": {"variable": "read", "level": 1, "k": [0, 0.5, 1]},
}  # fmt: skip
CONFIG = {
    "claims": CLAIMS,
    "sensitivity": SENSITIVITY,
    "weighting": {"schemes": {"none": {"label": "Unweighted"}, "agency": {"label": "Agency"}}},
    "analysis": {"ci_level": 0.95, "proportion_interval": "logit", "fpc": {"descriptive": True}},
    "cleaning": {},
    "seed": 1,
}
STAFF = {"AMH": 120, "CSC": 80}


def survey(seed: int = 0, missing: int = 0):
    """Respondents with weights, the staff, and the estimates that the ledger would read."""
    rng = np.random.default_rng(seed)
    n = {"AMH": 40, "CSC": 50}
    agency = np.repeat(list(n), list(n.values()))
    people = pd.DataFrame({"id": [f"S{i:03d}" for i in range(90)], "agency": agency})
    people["read"] = np.where(rng.random(90) < np.where(agency == "AMH", 0.5, 0.9), 1.0, 2.0)
    people["clear"] = np.where(people["read"] == 1, (rng.random(90) < 0.6).astype(float), np.nan)
    people["gap"] = rng.normal(0.05, 0.7, 90)
    if missing:
        people.loc[rng.choice(90, missing, replace=False), "gap"] = np.nan
    people["w_none"], people["cell_none"] = 200 / 90, "All"
    people["w_agency"] = people["agency"].map({key: STAFF[key] / n[key] for key in n})
    people["cell_agency"] = people["agency"]
    staff = pd.DataFrame({"agency": np.repeat(list(STAFF), list(STAFF.values())), "category": "I"})
    designs = {
        "none": second_phase(people["w_none"], people["cell_none"], {"All": 200}),
        "agency": second_phase(people["w_agency"], people["cell_agency"], STAFF),
    }
    return people, staff, designs, estimates(people, designs)


def estimates(people, designs):
    rows = []
    for claim in CLAIMS.values():
        share = claim["kind"] == "share"
        y = people[claim["variable"]].to_numpy()
        y = np.where(np.isnan(y), np.nan, y == 1) if share else y
        if claim["base"] == "readers":
            y = np.where(people["read"] == 1, y, np.nan)
        for level in ("", "AMH", "CSC"):
            own = np.where(people["agency"] == level, y, np.nan) if level else y
            for scheme, design in designs.items():
                found = design.means(own[:, None])[0]
                make = logit_interval if share else t_interval
                low, high = make(found.estimate, found.se, found.df)
                rows.append(
                    {
                        "variable": claim["variable"], "statistic": "proportion" if share else "mean",
                        "level": "1" if share else "", "group": "agency" if level else "overall",
                        "group_level": level, "scheme": scheme, "n": found.n, "estimate": found.estimate,
                        "se": found.se, "df": found.df, "ci_low": float(low), "ci_high": float(high),
                        "ci_level": 0.95,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


MADE = Setting(
    claims=claims_of(CONFIG), bases={"all": {}, "readers": {"read": (1,)}},
    people_in={"all": "all", "readers": "readers"},
    known=frozenset({"agency"}),
    sensitivity=msgspec.convert(SENSITIVITY, Sensitivity),
    schemes=("none", "agency"), primary="agency",
    unweighted="none", group="agency", levels=("AMH", "CSC"), routed_no=frozenset(),
    vocabulary=Vocabulary(),
)  # fmt: skip


def space(seed: int = 0, completed=None, missing: int = 0):
    people, staff, designs, table = survey(seed, missing)
    ledger = claim_tables(MADE, cases(MADE, table, people, staff))[0]
    filled = None if completed is None else [completed(people)]
    return universe(MADE, CONFIG, table, people, staff, designs, filled), ledger


@pytest.fixture(scope="module")
def whole():
    made, ledger = space()
    return made, ledger, multiverse.table(made, ledger)


def test_every_combination_stands_once(whole):
    _, _, table = whole
    specs = table[table["what"] == "specification"]
    keys = ["claim", "group", "group_level", "scheme", "missing", "fpc", "interval"]
    assert not specs.duplicated(keys).any()
    # Two schemes, two corrections; four intervals of a share and one of a mean.
    sizes = specs.groupby(["claim", "group_level"]).size()
    assert sizes["C1", ""] == sizes["C2", "AMH"] == 16
    assert sizes["C6", ""] == 4


def test_primary_specification_is_the_ledger(whole):
    """Estimate, interval, support and grade of the published row, for all staff and in each group."""
    _, ledger, table = whole
    main = table[table["primary"].fillna(False)].reset_index(drop=True)
    assert main["claim"].tolist() == ledger["claim"].tolist()
    for name in ("estimate", "se", "df", "ci_low", "ci_high"):
        assert main[name].to_numpy(float) == pytest.approx(ledger[name].to_numpy(float), rel=1e-9)
    assert main["grade"].tolist() == ledger["grade"].tolist()
    share = ledger["kind"] == "equivalence"
    assert main.loc[share, "deciding_low"].to_numpy(float) == pytest.approx(
        ledger.loc[share, "ci_tost_low"].to_numpy(float)
    )


@pytest.mark.parametrize("seed", range(4))
def test_grade_under_another_scheme_is_that_of_a_ledger_with_it_in_force(seed):
    people, staff, _, table = survey(seed)
    made, ledger = space(seed)
    found = multiverse.table(made, ledger)
    other = replace(MADE, primary="none")
    swapped = claim_tables(other, cases(other, table, people, staff))[0]
    rows = found[(found["scheme"] == "none") & found["fpc"].fillna(False)]
    rows = rows[rows["interval"].isin(["logit", "t"])]
    assert rows["grade"].tolist() == swapped["grade"].tolist()


SURE, UNSURE = Point(0.8, 0.02, 60, 80, 1.0), Point(0.55, 0.06, 60, 80, 1.0)
FIRM = specifications.Robustness(False, 5.0, 0.7)


@pytest.mark.parametrize(
    ("unweighted", "weighted", "grades"),
    [
        ((SURE, FIRM), (SURE, FIRM), [2, 2]),
        ((SURE, FIRM), (SURE, replace(FIRM, tipping=2.0)), [2, 3]),
        ((SURE, FIRM), (SURE, replace(FIRM, reader=0.51)), [2, 3]),
        ((SURE, replace(FIRM, bounded=True)), (SURE, FIRM), [1, 2]),
        # Not every scheme supports the claim: no 2 under any.
        ((SURE, FIRM), (UNSURE, FIRM), [3, 4]),
        ((UNSURE, FIRM), (SURE, FIRM), [0, 3]),
    ],
)
def test_grade_looks_at_the_other_scheme_only_where_its_rule_says_so(whole, unweighted, weighted, grades):
    made, _, _ = whole
    parts = {"none": unweighted, "agency": weighted}
    estimated = {(0, scheme, COMPLETE, True): point for scheme, (point, _) in parts.items()}
    strong = {(0, scheme): firm for scheme, (_, firm) in parts.items()}
    rows = specifications._one_setting(made, estimated, strong, 0, COMPLETE, True, "logit")
    assert [row["grade"] for row in rows] == grades


def test_correction_and_interval_move_no_point(whole):
    _, _, table = whole
    specs = table[table["what"] == "specification"]
    assert (specs.groupby(["claim", "group_level", "scheme", "missing"])["estimate"].nunique() == 1).all()
    wider = specs.pivot_table(
        index=["claim", "group_level", "scheme", "interval"], columns="fpc", values="se", aggfunc="first"
    )
    assert (wider[False] > wider[True]).all()


def test_distinct_points_are_marked_once_and_numbered_upwards(whole):
    _, _, table = whole
    specs = table[table["what"] == "specification"]
    for _, own in specs.groupby(["claim", "group_level"]):
        marked = own[own["distinct"].astype(bool)].sort_values("point")
        assert marked["point"].tolist() == list(range(1, own["estimate"].round(10).nunique() + 1))
        assert marked["estimate"].is_monotonic_increasing
        assert marked["primary"].sum() == 1
    # Within one agency the weights are equal, so both schemes are one point.
    assert specs.loc[specs["group_level"] == "AMH", "point"].max() == 1


def test_bounds_and_reader_scenario_stand_on_the_same_axis(whole):
    _, ledger, table = whole
    line = ledger[ledger["claim"] == "C1"].iloc[0]
    own = table[table["claim"] == "C1"]
    bounds = own[own["what"] == "bounds"].iloc[0]
    assert (bounds["ci_low"], bounds["ci_high"]) == (line["bound_low"], line["bound_high"])
    readers = own[own["what"] == "reader scenario"]
    assert readers["k"].tolist() == [0, 0.5, 1]
    assert readers["estimate"].iloc[0] == line["reader_k000"]
    inside = own.loc[own["what"] == "specification", "estimate"]
    assert inside.between(bounds["ci_low"], bounds["ci_high"]).all()


def test_imputing_what_is_complete_changes_nothing():
    made, ledger = space(completed=lambda people: pd.concat([people] * 3, ignore_index=True))
    table = multiverse.table(made, ledger)
    specs = table[(table["what"] == "specification") & table["fpc"].astype("boolean").fillna(False)]
    keys = ["claim", "group_level", "scheme", "interval"]
    complete = specs[specs["missing"] == COMPLETE].set_index(keys)
    imputed = specs[specs["missing"] == IMPUTED].set_index(keys).reindex(complete.index)
    assert imputed["estimate"].to_numpy(float) == pytest.approx(complete["estimate"].to_numpy(float))
    assert imputed["se"].to_numpy(float) == pytest.approx(complete["se"].to_numpy(float))
    assert (imputed["point"] == complete["point"]).all()
    assert not table.loc[table["missing"] == IMPUTED, "primary"].any()


def test_imputed_specification_is_rubins_rules():
    def filled(people):
        return pd.concat(
            [people.assign(gap=people["gap"].fillna(v)) for v in (-1.0, 0.0, 2.0)], ignore_index=True
        )

    made, ledger = space(completed=filled, missing=12)
    table = multiverse.table(made, ledger)
    row = table[(table["claim"] == "C6") & (table["missing"] == IMPUTED) & (table["scheme"] == "agency")]
    row = row[row["fpc"].astype(bool)].iloc[0]
    people, _, designs, _ = survey(0, 12)
    each = [designs["agency"].means(people["gap"].fillna(v).to_numpy()[:, None])[0] for v in (-1.0, 0.0, 2.0)]
    pooled = pool(
        np.array([one.estimate for one in each]), np.array([one.se**2 for one in each]), df_complete=88.0
    )
    assert (row["estimate"], row["se"], row["df"]) == pytest.approx((pooled.estimate, pooled.se, pooled.df))


def test_items_are_imputed_and_recodes_made_anew(monkeypatch: pytest.MonkeyPatch):
    rng = np.random.default_rng(2)
    people = pd.DataFrame(rng.integers(1, 6, (80, 3)).astype(float), columns=["a", "b", "c"])
    people["id"] = [f"S{i:03d}" for i in range(80)]
    people["read"] = np.where(rng.random(80) < 0.7, 1.0, 2.0)
    people.loc[::10, "a"] = np.nan
    people["scale"] = people[["a", "b", "c"]].mean(axis=1)
    people["above"] = -9.0
    cleaning = {
        "reverse": ["a"],
        "scales": [{"variable": "scale", "label": "Scale", "items": ["a", "b", "c"], "min_share": 0.5}],
        "recodes": [{"variable": "above", "label": "Above", "type": "above", "from": "scale", "cut": 3}],
    }
    config = {
        "cleaning": cleaning, "analysis": {}, "seed": 4, "bases": {"readers": {"read": 1}}, "sensitivity": {},
        "claims": {"C1": {**CLAIMS["C1"], "variable": "above"}},
    }  # fmt: skip
    missing = pd.DataFrame(columns=["id", "variable", "reason"])
    blocks, told = completed_people(people, np.full(80, "x"), missing, config, BOOK)
    assert blocks is not None and told == "20 data sets"
    made = pd.concat(blocks, ignore_index=True)
    assert len(made) == 80 * 20 and made[["a", "b", "c"]].notna().all().all()
    assert made["scale"].to_numpy() == pytest.approx(made[["a", "b", "c"]].mean(axis=1).to_numpy())
    assert (made["above"] == (made["scale"] > 3)).all()
    given = people["a"].notna()
    assert (made["a"][:80][given].to_numpy() == people["a"][given].to_numpy()).all()
    # A few at a time, they are the same.
    monkeypatch.setattr(imputed, "ROWS", 250)
    blocks, _ = completed_people(people, np.full(80, "x"), missing, config, BOOK)
    assert blocks is not None
    parts = list(blocks)
    assert [len(part) for part in parts] == [240] * 6 + [160]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), made)


def test_items_with_too_few_answers_are_not_imputed_and_the_reason_is_kept():
    people = pd.DataFrame({"id": list("abcdefghij"), "read": [1.0, 2.0] + [np.nan] * 8})
    config = {
        "cleaning": {}, "analysis": {}, "seed": 4, "bases": {"readers": {"read": 1}}, "sensitivity": {},
        "claims": {"C1": CLAIMS["C1"]},
    }  # fmt: skip
    missing = pd.DataFrame(columns=["id", "variable", "reason"])
    made, told = completed_people(people, np.full(10, "x"), missing, config, BOOK)
    assert made is None and "too few to impute" in told


def test_summary_names_the_farthest_point_and_every_change(whole):
    made, _, table = whole
    summary = multiverse.summary(made, table, "why")
    specs = table[table["what"] == "specification"]
    for line in summary.itertuples():
        own = specs[(specs["claim"] == line.claim) & (specs["group_level"] == line.group_level)]
        assert (line.least, line.greatest) == (own["estimate"].min(), own["estimate"].max())
        assert abs(line.largest_shift) == pytest.approx((own["estimate"] - line.estimate).abs().max())
        assert (line.grade_changes == "none") == (own["grade"].nunique() == 1)
        assert (line.support_changes == "none") == (own["supported"].nunique() == 1)
    assert (summary["note"] == "why").all()


def choices(*rows):
    return pd.DataFrame(rows, columns=list(multiverse.CHOICES))


EVERY = choices(
    *[
        (scheme, missing, fpc, method)
        for scheme in ("Unweighted", "Agency")
        for missing in ("complete cases", "imputed items")
        for fpc in (True, False)
        for method in ("logit", "wilson")
    ]
)


@pytest.mark.parametrize(
    ("keep", "words"),
    [
        (lambda d: d["scheme_label"] == "Agency", "Agency"),
        (lambda d: ~d["fpc"], "without the correction"),
        (lambda d: (d["scheme_label"] == "Agency") & ~d["fpc"], "Agency (without the correction)"),
        (
            lambda d: (d["scheme_label"] == "Agency") | ~d["fpc"],
            "Unweighted (without the correction), or Agency",
        ),
        (lambda d: d["interval"] == "wilson", "Wilson interval"),
        (lambda d: d["interval"] != "", "everywhere"),
    ],
)
def test_where_something_holds_is_said_with_the_choices_that_matter(keep, words):
    assert multiverse._where(EVERY[keep(EVERY)], EVERY) == words


def test_share_of_one_has_no_standard_error_of_its_own(whole):
    made, _, _ = whole
    case = made.cases["agency"][0]
    low, high = interval(Point(1.0, 0.0, 30.0, 32, 1.1), case, "logit", 0.95)
    assert 0.8 < low < 0.95 and high == 1.0
    assert not math.isnan(low)


def test_a_claim_counted_otherwise_has_rows_of_its_own_and_moves_no_other():
    """Estimates of the other rules are weighted means by hand; the claim's own rows stay as they were."""
    people, staff, designs, table = survey()
    rng = np.random.default_rng(3)
    people["strict"] = np.where(people["read"] == 1, (rng.random(90) < 0.5).astype(float), 0.0)
    people["agreed"] = rng.integers(0, 5, 90) / 4
    for name, statistic, level in (("strict", "proportion", "1"), ("agreed", "mean", "")):
        like = table[(table["variable"] == "read") & (table["group"] == "overall")].copy()
        for scheme, design in designs.items():
            found = design.means(people[[name]].to_numpy())[0]
            low, high = t_interval(found.estimate, found.se, found.df)
            values = [found.estimate, found.se, found.df, float(low), float(high)]
            like.loc[like["scheme"] == scheme, ["estimate", "se", "df", "ci_low", "ci_high"]] = values
        made = like.assign(variable=name, statistic=statistic, level=level)
        table = pd.concat([table, made], ignore_index=True)
    ledger = claim_tables(MADE, cases(MADE, table, people, staff))[0]
    widened = {**CLAIMS, "C1": {**CLAIMS["C1"], "alternatives": ["strict", "agreed"]}}
    claims = claims_of({"claims": widened})
    tables = []
    for one in (MADE, replace(MADE, claims=claims)):
        made = universe(one, CONFIG, table, people, staff, designs, None)
        tables.append((multiverse.table(made, ledger), made))
    before, after = tables[0][0], tables[1][0]
    own = after[after["what"] != specifications.ALTERNATIVE].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, before)
    others = after[(after["what"] == specifications.ALTERNATIVE) & after["primary"]]
    assert others["measure"].tolist() == ["strict", "agreed"]
    weights = people["w_agency"]
    by_hand = [np.average(people[name], weights=weights) for name in ("strict", "agreed")]
    assert others["estimate"].to_numpy(float) == pytest.approx(by_hand, abs=1e-12)
    rows = multiverse.summary(tables[1][1], after)
    first = rows[rows["claim"] == "C1"].iloc[0]
    assert first["measure"] == "" and rows["measure"].tolist().count("") == len(rows) - 2
    shifts = rows.loc[rows["measure"] != "", "largest_shift"].to_numpy(float)
    assert shifts == pytest.approx(np.array(by_hand) - first["estimate"], abs=1e-12)
    # A rule that nobody meets loses the claim its support, and the row says so.
    assert set(rows.loc[rows["measure"] != "", "grade"]) <= {0, 2, 3, 4}
