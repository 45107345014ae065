"""The table of estimates on a made-up survey: numbers by hand, and what must hold of every row."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from surveypipe.design import engine
from surveypipe.design.phases import second_phase
from surveypipe.design.protocol import Design
from surveypipe.design.quantiles import domain_quantiles
from surveypipe.design.variance import Cells, VarianceTable, linearised_means, response_cells
from surveypipe.estimation import comparisons, contingency, group_tests
from surveypipe.estimation import estimates as estimation
from surveypipe.estimation.rows import ESTIMATE_COLUMNS
from surveypipe.estimation.survey import Survey, check, indicator
from surveypipe.estimation.table_1 import table_1
from surveypipe.identifiers import NOT_ANSWERED
from surveypipe.problems import SurveyError
from surveypipe.standardised import standardised_difference
from surveypipe.study.sections import Sections

# Fixture B of the method notes: staff, respondents and 'yes' of five cells.
CELLS = {
    "AMH-SW": ("AMH", 60, 20, 18),
    "AMH-Nurse": ("AMH", 80, 15, 11),
    "AMH-Other": ("AMH", 40, 10, 7),
    "CSC-SW": ("CSC", 110, 60, 55),
    "CSC-Other": ("CSC", 30, 14, 11),
}
AGREEMENT = {"1": "Strongly disagree", "2": "Disagree", "3": "Neither", "4": "Agree", "5": "Strongly agree"}
YES_NO = {"1": "Yes", "2": "No"}


def entry(label, kind, values=None):
    counts = "1" if kind == "binary" else ""
    return {"label": label, "type": kind, "values": values or {}, "counts": counts}


VARIABLES = {
    "agency": entry("Agency", "categorical", {"AMH": "Mental health", "CSC": "Social care"}),
    "used": entry("Used it", "binary", YES_NO),
    "read": entry("Read it", "binary", YES_NO),
    "clear": entry("Found it clear", "binary", {"1": "Yes", "0": "No"}),
    "item": entry("Helpful", "ordinal", AGREEMENT),
    "score": entry("Score", "numeric"),
    "d": entry("Contact minus protocols", "numeric"),
    "note": entry("A note", "string"),
}
CONFIG = {
    "population": "list",
    "analysis": {
        "ci_level": 0.95,
        "proportion_interval": "logit",
        "mean_interval": "t",
        "fpc": {"descriptive": True, "tests": False},
        "characteristics": ["agency"],
        "items": ["used", "item", "score"],
        "tests": [{"variable": "used", "between": "agency"}, {"variable": "score", "between": "agency"}],
    },
    "claims": {
        "C1": {
            "label": "Used",
            "short": "Used",
            "kind": "share",
            "variable": "used",
            "level": 1,
            "threshold": 0.5,
            "base": "all",
            "secondary": ["item"],
        },
        "C2": {
            "label": "Clear",
            "short": "Clear",
            "kind": "share",
            "variable": "clear",
            "level": 1,
            "threshold": 0.5,
            "base": "readers",
            "secondary": [],
        },
        "C6": {
            "label": "Equal",
            "short": "Equal",
            "kind": "equivalence",
            "variable": "d",
            "base": "all",
            "margin": 0.25,
            "range": [-4, 4],
            "secondary": [],
        },
    },
    "groups": {"agency": {"label": "Agency", "levels": {"AMH": "Mental health", "CSC": "Social care"}}},
    "weighting": {
        "primary": "cells",
        "schemes": {
            "none": {"label": "Unweighted", "method": "none"},
            "cells": {"label": "Cells", "method": "poststratify", "by": ["agency"]},
        },
    },
    "cleaning": {},
    "bases": {"readers": {"read": 1}},
    "sensitivity": {"scenario": {"variable": "read"}},
}


def respondents() -> pd.DataFrame:
    rows = []
    for cell, (agency, _, n, yes) in CELLS.items():
        rows += [{"cell": cell, "agency": agency, "used": 1.0 if k < yes else 2.0} for k in range(n)]
    table = pd.DataFrame(rows)
    table.insert(0, "id", [f"p{k:03d}" for k in range(len(table))])
    rng = np.random.default_rng(3)
    n = len(table)
    table["read"] = np.where(rng.random(n) < 0.7, 1.0, 2.0)
    table["clear"] = np.where(rng.random(n) < 0.6, 1.0, 0.0)
    table["item"] = rng.integers(1, 6, n).astype(float)
    table["score"] = rng.normal(3, 1, n)
    table["d"] = rng.normal(0, 0.5, n)
    table["note"] = "text"
    for name in ("item", "score", "d"):
        table.loc[rng.random(n) < 0.1, name] = np.nan
    return table


def survey_of(people: pd.DataFrame, config=None, staff=None) -> Survey:
    staff = staff or {cell: values[1] for cell, values in CELLS.items()}
    total = float(sum(staff.values()))
    n = people.groupby("cell")["id"].transform("size")
    designs = {
        "none": second_phase(
            np.full(len(people), total / len(people)), ["all"] * len(people), {"all": total}
        ),
        "cells": second_phase(people["cell"].map(staff) / n, people["cell"], staff),
    }
    return Survey(people, VARIABLES, designs, "cells", "none", Sections(config or CONFIG))


@pytest.fixture(scope="module")
def people():
    return respondents()


@pytest.fixture(scope="module")
def survey(people):
    return survey_of(people)


def table_of(made: Survey) -> pd.DataFrame:
    wanted = estimation.estimands(made)
    return estimation.gather(
        estimation.descriptive_rows(made, wanted),
        estimation.quantile_rows(made, wanted),
        comparisons.equivalence_rows(made),
        comparisons.test_rows(made),
        comparisons.difference_rows(made),
    )


@pytest.fixture(scope="module")
def estimates(survey):
    return table_of(survey)


def one(table, **where) -> pd.Series:
    kept = table
    for name, value in where.items():
        kept = kept[kept[name] == value]
    assert len(kept) == 1, kept
    return kept.iloc[0]


def test_columns_and_identifiers(estimates):
    assert tuple(estimates.columns) == ESTIMATE_COLUMNS
    assert estimates["estimate_id"].is_unique
    assert estimates["estimate_id"].str.fullmatch(r"[a-z][a-z0-9_-]*").all()


def test_fixture_b_by_hand(estimates):
    row = one(estimates, estimate_id="used__yes__proportion__overall__cells")
    share = sum(N / 320 * y / n for _, N, n, y in CELLS.values())
    variance = sum(
        (N / 320) ** 2 * (1 - n / N) * (y / n) * (1 - y / n) / (n - 1) for _, N, n, y in CELLS.values()
    )
    assert row["estimate"] == pytest.approx(share, rel=1e-12)
    assert row["se"] == pytest.approx(np.sqrt(variance), rel=1e-12)
    assert (row["n"], row["n_level"], row["df"], row["claim"]) == (119, 102, 114, "C1")


def test_domain_of_readers(people, estimates):
    row = one(estimates, estimate_id="clear__yes__proportion__overall__cells")
    reading = people[people["read"] == 1]
    weights = reading["cell"].map({cell: N / n for cell, (_, N, n, _) in CELLS.items()})
    assert row["estimate"] == pytest.approx(np.average(reading["clear"], weights=weights), rel=1e-12)
    assert (row["base"], row["n"]) == ("readers", len(reading))
    assert row["df"] == len(reading) - reading["cell"].nunique()


def test_a_group_is_a_domain(people, estimates):
    row = one(estimates, estimate_id="score__mean__agency-amh__none")
    inside = people.loc[people["agency"] == "AMH", "score"]
    assert row["estimate"] == pytest.approx(inside.mean(), rel=1e-12)
    assert row["n"] == inside.notna().sum()


def test_shares_of_a_variable_sum_to_one(estimates):
    shares = estimates[(estimates["statistic"] == "proportion") & estimates["level"].str.fullmatch(r"\d")]
    sums = shares.groupby(["variable", "group", "group_level", "scheme"])["estimate"].sum()
    assert sums.to_numpy() == pytest.approx(np.ones(len(sums)))


def test_merged_categories_are_sums(estimates):
    rows = estimates[(estimates["variable"] == "item") & (estimates["scheme"] == "cells")]
    rows = rows[(rows["group"] == "overall") & (rows["statistic"] == "proportion")].set_index("level")
    assert rows.loc["low", "estimate"] == pytest.approx(rows.loc[["1", "2"], "estimate"].sum())
    assert rows.loc["middle", "estimate"] == pytest.approx(rows.loc["3", "estimate"])
    assert rows.loc["high", "level_label"] == "Agree or Strongly agree"


def test_intervals_hold_their_estimates(estimates):
    rows = estimates[estimates["statistic"].isin(["proportion", "mean", "difference", "risk_ratio", "tost"])]
    assert (rows["ci_low"] <= rows["estimate"]).all() and (rows["estimate"] <= rows["ci_high"]).all()


def test_an_answer_nobody_gave_has_no_standard_error(people):
    changed = people.assign(used=1.0)
    table = table_of(survey_of(changed))
    nobody = one(table, estimate_id="used__no__proportion__overall__cells")
    assert nobody["estimate"] == 0 and np.isnan(nobody["se"])
    assert 0 < nobody["ci_high"] < 0.06 and nobody["ci_low"] == 0
    assert "Korn-Graubard" in nobody["method"] and nobody["flag"] == "nobody gave this answer"
    assert one(table, variable="used", statistic="rao_scott")["flag"].startswith("no test")


def test_full_response_leaves_nothing_uncertain(people):
    staff = {cell: n for cell, (_, _, n, _) in CELLS.items()}
    table = table_of(survey_of(people, staff=staff))
    row = one(table, estimate_id="used__yes__proportion__overall__cells")
    assert row["se"] == pytest.approx(0, abs=1e-12)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((row["estimate"], row["estimate"]))


def test_order_of_respondents_does_not_matter(people, estimates):
    shuffled = people.sample(frac=1, random_state=1).reset_index(drop=True)
    again = table_of(survey_of(shuffled))
    numbers = ["estimate", "se", "ci_low", "ci_high", "p_value", "effect"]
    assert list(again["estimate_id"]) == list(estimates["estimate_id"])
    pd.testing.assert_frame_equal(again[numbers], estimates[numbers], rtol=1e-9, atol=1e-12)


def test_difference_is_the_difference_of_the_groups(estimates):
    row = one(estimates, variable="used", statistic="difference")
    amh = one(estimates, estimate_id="used__yes__proportion__agency-amh__cells")
    csc = one(estimates, estimate_id="used__yes__proportion__agency-csc__cells")
    assert row["estimate"] == pytest.approx(csc["estimate"] - amh["estimate"])
    # Cells never cross the agencies, so the two are independent.
    assert row["se"] == pytest.approx(np.hypot(amh["se"], csc["se"]), rel=1e-10)
    ratio = one(estimates, variable="used", statistic="risk_ratio")
    assert ratio["estimate"] == pytest.approx(csc["estimate"] / amh["estimate"])


def test_tests_stand_with_and_without_the_correction(estimates):
    without = one(estimates, variable="used", statistic="rao_scott")
    beside = one(estimates, variable="used", statistic="rao_scott_fpc")
    assert not without["fpc"] and beside["fpc"]
    assert beside["estimate"] > without["estimate"] and beside["p_value"] < without["p_value"]
    rank = one(estimates, variable="score", statistic="rank_test")
    assert -1 < rank["effect"] < 1 and 0 < rank["p_value"] < 1


def second_phase_f(y: np.ndarray, second: np.ndarray, people: pd.DataFrame, fpc: bool) -> float:
    """Rao-Scott F of a 2 by 2 table by hand: X² over the design effect of the log odds ratio's contrast."""
    inside = ~np.isnan(y)
    cell = people["cell"].to_numpy()
    N = np.array([CELLS[name][1] for name in cell])
    n = people.groupby("cell")["id"].transform("size").to_numpy()
    w = np.where(inside, N / n, 0.0)
    counted = np.column_stack([inside & (y == a) & (second == b) for a in (0, 1) for b in (0, 1)])
    p = w @ counted / w.sum()
    table = p.reshape(2, 2)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    x2 = inside.sum() * ((table - expected) ** 2 / expected).sum()
    u = w * ((counted - p) @ (np.array([1, -1, -1, 1]) / p)) * inside / w.sum()
    v = sum(
        (1 - rows.sum() / CELLS[name][1] if fpc else 1) * rows.sum() * u[rows].var(ddof=1)
        for name, rows in ((name, cell == name) for name in CELLS)
    )
    return float(x2 / (v * inside.sum() / (1 / p).sum()))


@pytest.mark.parametrize("name", ["used", "clear"])
@pytest.mark.parametrize("fpc", [False, True])
def test_rao_scott_of_a_domain_keeps_the_cells_whole(people, name, fpc):
    # Item non-response and a base of readers are domains: who is outside stays in the cell's size n_h.
    gaps = people.assign(used=people["used"].where(np.arange(len(people)) % 5 > 0))
    config = {
        **CONFIG,
        "analysis": {**CONFIG["analysis"], "tests": [{"variable": name, "between": "agency"}]},
    }
    table = table_of(survey_of(gaps, config))
    row = one(table, variable=name, statistic="rao_scott_fpc" if fpc else "rao_scott")
    y = indicator(gaps[name], 1)
    y = np.where(gaps["read"] == 1, y, np.nan) if name == "clear" else y
    second = (gaps["agency"] == "CSC").to_numpy(float)
    assert row["estimate"] == pytest.approx(second_phase_f(y, second, gaps, fpc), rel=1e-9)


def test_ranks_of_ties_do_not_depend_on_the_order_of_the_file():
    y, w = np.array([2.0, 1.0, 1.0, 3.0]), np.array([1.0, 3.0, 1.0, 5.0])
    scores = group_tests.rank_scores(y, w)
    # Mid-ranks: staff below and half of those alike, over all staff.
    assert scores == pytest.approx([0.45, 0.2, 0.2, 0.75])
    turned = group_tests.rank_scores(y[::-1], w[::-1])
    assert turned[::-1] == pytest.approx(scores)


def test_equivalence_rows(estimates):
    mean = one(estimates, estimate_id="d__mean__overall__cells")
    tost = one(estimates, estimate_id="d__tost__overall__cells")
    assert (tost["estimate"], tost["se"], tost["ci_level"]) == (mean["estimate"], mean["se"], 0.90)
    assert mean["ci_low"] < tost["ci_low"] and tost["ci_high"] < mean["ci_high"]
    assert one(estimates, estimate_id="d__tost_nofpc__overall__cells")["se"] > tost["se"]
    assert 0 <= one(estimates, estimate_id="d__tost_power__overall__cells")["estimate"] <= 1


def test_exact_test_only_where_weights_are_constant(people):
    rare = people.assign(used=np.where(np.arange(len(people)) % 40 == 0, 1.0, 2.0))
    table = table_of(survey_of(rare))
    assert one(table, variable="used", statistic="rao_scott")["flag"] == "an expected count is under 5"
    assert not (table["statistic"] == "exact_test").any()
    plain = replace(survey_of(rare), primary="none")
    row = one(table_of(plain), statistic="exact_test")
    assert row["p_value"] == pytest.approx(contingency.exact_test(rare["used"], rare["agency"]))


def test_permutation_test_of_a_wider_table_agrees_with_chi_square():
    from scipy.stats import chi2_contingency

    rng = np.random.default_rng(8)
    rows, columns = rng.integers(0, 3, 400), rng.integers(0, 2, 400)
    p = chi2_contingency(pd.crosstab(rows, columns), correction=False)[1]
    # 9,999 draws: Monte Carlo standard error at most .005; the two differ by the approximation too.
    assert contingency.exact_test(rows, columns) == pytest.approx(p, abs=0.02)


def test_cliffs_delta_counts_pairs():
    rng = np.random.default_rng(9)
    y, group = rng.integers(1, 6, 40).astype(float), np.repeat([0.0, 1.0], 20)
    pairs = np.sign(y[group == 1][:, None] - y[group == 0][None, :])
    assert group_tests.cliffs_delta(y, group, np.ones(40)) == pytest.approx(pairs.mean())


def test_unknown_names_are_all_reported(people):
    config = copy.deepcopy(CONFIG)
    config["analysis"]["items"] += ["nonsense", "note"]
    config["weighting"]["schemes"]["magic"] = {"label": "Magic", "method": "rake"}
    config["claims"]["C1"]["level"] = 7
    with pytest.raises(SurveyError) as caught:
        check(people, VARIABLES, Sections(config), ["none", "cells"])
    text = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 4
    assert "unknown variable 'nonsense'" in text and "'note' is a string" in text
    assert "no weights of scheme 'magic'" in text and "no answer 7" in text


def test_two_bases_for_one_variable_are_refused(people):
    config = copy.deepcopy(CONFIG)
    config["claims"]["C9"] = {**config["claims"]["C1"], "base": "readers"}
    with pytest.raises(SurveyError, match=r"claims\.C9\.base"):
        check(people, VARIABLES, Sections(config), ["none", "cells"])


# Guards of the engine against misread designs.
def test_weights_that_lost_a_cell_are_refused(people):
    weights = np.full(119, 320 / 119)
    weights[:20] = 0
    with pytest.raises(SurveyError, match="sum to"):
        second_phase(weights, ["all"] * 119, {"all": 320})


def test_a_response_rate_is_not_a_number_of_staff():
    with pytest.raises(SurveyError, match="looks like a response rate"):
        second_phase([1.0, 1.0], ["a", "a"], {"a": 0.4})


def test_a_sampling_fraction_is_not_a_population():
    frame = pd.DataFrame({"w": [2.0, 2.0, 2.0], "N": 0.5, "y": [1.0, 2.0, 3.0]})
    with pytest.raises(SurveyError, match="looks like a share"):
        engine.sample(frame, weight="w", pop_size="N")


def test_a_single_unit_in_a_stratum_is_refused():
    frame = pd.DataFrame({"w": 2.0, "s": ["a", "a", "b"], "y": [1.0, 2.0, 3.0]})
    with pytest.raises(SurveyError, match="single sampled unit"):
        engine.sample(frame, weight="w", stratum="s")


def test_jackknife_of_a_mean_in_cells_is_the_second_phase_formula(people):
    from surveypipe.weighting.replicates import jackknife_factors

    plain = survey_of(people)
    factors, coefs = jackknife_factors(plain.designs["cells"].cells)
    matrix = plain.designs["cells"].weights[:, None] * factors
    made = replace(plain, replicate_weights={"cells": (matrix, coefs)})
    row = one(table_of(made), estimate_id="used__yes__proportion__overall__cells")
    assert row["se_jackknife"] == pytest.approx(row["se"], rel=1e-10)


def test_table_1(people):
    staff = pd.DataFrame({"agency": ["AMH"] * 180 + ["CSC"] * 140})
    weights = people["cell"].map({cell: N / n for cell, (_, N, n, _) in CELLS.items()}).to_numpy()
    read = people["read"].where(people.index > 3)
    table = table_1(
        people.assign(read=read), weights, staff, VARIABLES, ["agency", "read"], Sections(CONFIG).groups
    )
    amh = one(table, variable="agency", level="AMH")
    assert (amh["n"], amh["frame_n"]) == (45, 180)
    assert amh["percent"] == pytest.approx(56.25) and amh["frame_percent"] == pytest.approx(56.25)
    assert amh["std_diff"] == pytest.approx(standardised_difference(45 / 119, 180 / 320))
    missing = one(table, variable="read", level=NOT_ANSWERED, group="overall")
    assert missing["n"] == 4
    shares = table[(table["variable"] == "read") & (table["group"] == "overall")]["percent"].sum()
    assert shares == pytest.approx(100)
    assert table.loc[table["variable"] == "read", "frame_n"].isna().all()


def test_a_p_value_too_small_for_one_less_a_share_is_kept():
    rng = np.random.default_rng(1)
    group = np.repeat(["a", "b"], 400)
    answer = np.where(rng.random(800) < 0.02, 3 - np.repeat([1.0, 2.0], 400), np.repeat([1.0, 2.0], 400))
    frame = pd.DataFrame({"answer": answer, "group": group, "y": answer, "code": np.repeat([0.0, 1.0], 400)})
    design = second_phase(np.full(800, 2.0), group, {"a": 800, "b": 800})
    made = design.sample(frame, fpc=False)
    by_formula = contingency.rao_scott_test(
        answer, group, design.weights, design.covariance(fpc=False), 798
    ).second_order
    found = engine.rao_scott(made, "answer", "group")
    assert 0 < found.p < 1e-60
    assert np.log(found.p) == pytest.approx(np.log(by_formula.p), rel=1e-6)
    spread = frame.assign(y=frame["y"] + rng.normal(size=800))
    made = design.sample(spread, fpc=False)
    test = engine.t_test(made, "y", "code")
    assert 0 < test.p < 1e-25


@pytest.mark.parametrize("name", ["wr", "_weight", "column_0", "y0", "stratum", "weight"])
def test_columns_may_bear_any_name(name):
    frame = pd.DataFrame({name: np.full(6, 3.0), "y": [1.0, 2, 3, 4, 5, 7], "g": list("ababab")})
    if name == "y0":
        frame["wr"] = 1.0
    made = engine.sample(frame, weight=name)
    assert engine.means(made, ["y"])["estimate"].to_list() == pytest.approx([22 / 6])
    assert engine.means(made, ["y"], by="g")["variable"].to_list() == ["y", "y"]
    assert engine.totals(made, ["y"])["estimate"].to_list() == pytest.approx([66.0])


@pytest.mark.parametrize("weight", [1.0, 0.5])
def test_weights_that_sum_to_no_more_than_the_rows_have_no_design_effect(weight):
    frame = pd.DataFrame({"w": np.full(6, weight), "y": [1.0, 2, 3, 4, 5, 7]})
    found = engine.means(engine.sample(frame, weight="w"), ["y"]).iloc[0]
    assert found["estimate"] == pytest.approx(22 / 6)
    assert found["se"] > 0 and np.isnan(found["deff"])


def test_quantiles_of_weighting_classes_are_those_of_svy():
    people = respondents()
    cells = {label: float(row[1]) for label, row in CELLS.items()}
    n = people.groupby("cell")["id"].transform("size")
    design = second_phase(people["cell"].map(cells) / n, people["cell"], cells)
    for name in ("item", "score"):
        made = design.sample(people[[name]], fpc=True)
        wanted = engine.quantiles(made, [name], [0.25, 0.5, 0.75])
        found = domain_quantiles(people[name].to_numpy(), design, [0.25, 0.5, 0.75], fpc=True, level=0.95)
        assert [one.estimate for one in found] == wanted["estimate"].to_list()
        for one, row in zip(found, wanted.itertuples(), strict=True):
            assert [one.ci_low, one.ci_high, one.df] == [row.ci_low, row.ci_high, row.df]
            assert one.se == pytest.approx(row.se, rel=1e-10) or (np.isnan(one.se) and row.se == 0)


# --- another design ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WithReplacement:
    """Sampling with replacement and unequal probabilities: no cells, no correction."""

    weights: np.ndarray
    method: str = "with replacement"
    corrected: bool = False
    linearised_errors: bool = True

    def complete(self, inside: np.ndarray) -> np.ndarray:
        return np.zeros(inside.shape[1], dtype=bool)

    @property
    def labels(self) -> np.ndarray:
        return np.full(len(self.weights), "all")

    @property
    def cells(self) -> Cells:
        return response_cells(self.labels, {"all": float(self.weights.sum())})

    def covariance(self, *, fpc: bool):
        def of(scores: np.ndarray, again: object = None) -> np.ndarray:
            apart = scores - scores.mean(axis=0)
            return len(scores) / (len(scores) - 1) * apart.T @ apart

        return of

    def degrees_of_freedom(self, inside: np.ndarray) -> int:
        return int(inside.sum()) - 1

    def means_by_formula(self, Y: np.ndarray, *, fpc: bool = True) -> VarianceTable:
        values = np.asarray(Y, float).reshape(len(self.weights), -1)
        inside = ~np.isnan(values)
        estimate, z = linearised_means(values, self.weights, inside)
        se = np.sqrt(np.diag(self.covariance(fpc=fpc)(z * self.weights[:, None])))
        n = inside.sum(axis=0).astype(float)
        return VarianceTable(estimate, se, n - 1, np.full(len(n), np.nan), n)

    means = means_by_formula

    def shift_variance(self, y: np.ndarray, *, fpc: bool) -> float:
        return float("nan")

    def sample(self, frame: pd.DataFrame, *, fpc: bool) -> None:
        return None


def test_another_design_needs_nothing_but_its_own_answers(people, survey):
    """Estimates, quantiles, differences and tests ask a design what the protocol says, and no more."""
    rng = np.random.default_rng(11)
    weights = rng.uniform(1, 4, len(people))
    design: Design = WithReplacement(weights)
    made = table_of(replace(survey, designs={"none": design, "cells": design}))
    y = people["item"].to_numpy()
    inside = ~np.isnan(y)
    mean = np.average(y[inside], weights=weights[inside])
    z = np.where(inside, weights * (np.nan_to_num(y) - mean), 0.0) / weights[inside].sum()
    row = one(made, variable="item", statistic="mean", scheme="cells", group="overall")
    assert row["estimate"] == pytest.approx(mean, rel=1e-12)
    assert row["se"] == pytest.approx(np.sqrt(len(z) * z.var(ddof=1)), rel=1e-12)
    assert row["df"] == inside.sum() - 1
    assert "with replacement" in row["method"]
    tests = made[made["statistic"].str.contains("rao_scott|t_test|rank_test")]
    assert len(tests) > 3 and tests["p_value"].between(0, 1).all()
    half = one(made, variable="item", statistic="median", scheme="cells", group="overall")
    assert np.isfinite(half["estimate"])
