"""When a claim is supported, the grade of each branch, and the ledger on a synthetic survey."""

import dataclasses
import math

import msgspec
import numpy as np
import pandas as pd
import pytest

from surveypipe.ledger import not_at_random
from surveypipe.ledger.cases import Setting, cases
from surveypipe.ledger.rows import claim_tables
from surveypipe.problems import SurveyError
from surveypipe.study.claims import EquivalenceClaim, ShareClaim
from surveypipe.study.comparing import equivalence_outcome
from surveypipe.study.grades import Evidence, Grade, strength
from surveypipe.study.nonresponse import Nonresponse
from surveypipe.study.outcomes import Crossing
from surveypipe.study.sensitivity import Sensitivity, SuspectedAnswer
from surveypipe.study.vocabulary import Vocabulary
from surveypipe.study.weighting import Collapse, Scheme, Weighting, scheme_in_force


def a_share(variable="v", short="Claim", **keys):
    return ShareClaim(**{"label": "A claim", "short": short, "variable": variable, "level": 1} | keys)


WIDELY = a_share(threshold=0.5)
SOME = a_share(threshold=0.1, upper_threshold=0.5)
RARELY = a_share(threshold=0.2, direction="below")
EQUAL = EquivalenceClaim(label="Equal", short="Difference", variable="d", margin=0.25, range=(-4, 4))


@pytest.mark.parametrize(
    ("claim", "low", "high", "expected"),
    [
        (WIDELY, 0.51, 0.7, True),
        (WIDELY, 0.50, 0.7, False),
        (WIDELY, 0.3, 0.7, False),
        (SOME, 0.11, 0.49, True),
        (SOME, 0.11, 0.51, False),
        (SOME, 0.11, 0.50, False),
        (SOME, 0.09, 0.3, False),
        (RARELY, 0.05, 0.19, True),
        (RARELY, 0.05, 0.2, False),
        (EQUAL, -0.24, 0.24, True),
        (EQUAL, -0.26, 0.1, False),
        (EQUAL, -0.1, 0.25, False),
        (WIDELY, math.nan, 0.9, False),
    ],
)
def test_supported(claim, low, high, expected):
    assert claim.supported(low, high) is expected


STRONG = Evidence(True, True, True, False, 3.0, True, 3.0)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"primary": False, "unweighted": False}, 0),
        ({"primary": False, "unweighted": True}, 4),
        # (4) is looked for before (0) prints, whatever else holds.
        ({"primary": False, "unweighted": True, "bounded": True, "tipping": math.inf}, 4),
        ({"bounded": True}, 1),
        ({"bounded": True, "every_scheme": False, "tipping": math.nan, "scenario": False}, 1),
        ({}, 2),
        ({"tipping": math.inf}, 2),
        ({"tipping": 1 / 3}, 2),
        ({"tipping": 0.0}, 2),
        ({"tipping": 2.999}, 3),
        ({"tipping": 0.4}, 3),
        ({"tipping": math.nan}, 3),
        ({"every_scheme": False}, 3),
        ({"scenario": False}, 3),
        ({"unweighted": False, "every_scheme": False}, 3),
    ],
)
def test_grade_is_the_first_rule_that_matches(change, expected):
    assert Grade.earned(STRONG._replace(**change)) is Grade.of(expected)


def test_strong_is_a_convention_that_can_be_set():
    assert Grade.earned(STRONG._replace(theta_strong=5.0)) is Grade.IF_AT_RANDOM
    assert Grade.earned(STRONG._replace(tipping=2.0, theta_strong=2.0)) is Grade.UNLESS_STRONGLY_DIFFERENT
    assert strength(math.nan) == 0 and strength(0.25) == 4


def test_every_grade_has_a_label_and_a_sentence():
    assert {grade.number: grade.label(Vocabulary()) for grade in Grade} == {
        0: "not supported",
        1: "whatever the silent think",
        2: "unless the silent differ strongly",
        3: "if response is at random within cells",
        4: "among respondents only",
        5: "if those missing are like the rest",
    }
    assert all(
        WIDELY.verdict(grade, Vocabulary()) == EQUAL.verdict(grade, Vocabulary())
        for grade in Grade
        if grade.number
    )
    assert "margin" in EQUAL.verdict(Grade.NOT_SUPPORTED, Vocabulary()) and "threshold" in WIDELY.verdict(
        Grade.NOT_SUPPORTED, Vocabulary()
    )
    assert [grade.number for grade in Grade if grade.supported] == [1, 2, 3, 5]
    with pytest.raises(ValueError, match="no grade 6"):
        Grade.of(6)


@pytest.mark.parametrize(
    ("ci90", "ci95", "expected"),
    [
        ((-0.1, 0.2), (-0.15, 0.24), "equivalent"),
        ((0.05, 0.2), (0.02, 0.23), "both"),
        ((0.3, 0.6), (0.2, 0.7), "different"),
        ((-0.7, -0.3), (-0.8, -0.2), "different"),
        ((-0.1, 0.3), (-0.2, 0.4), "inconclusive"),
    ],
)
def test_equivalence_outcome(ci90, ci95, expected):
    assert equivalence_outcome(0.25, ci90, ci95) == expected


CELLS = Scheme(label="Cells", method="poststratify")
WEIGHTING = Weighting(
    primary="cells",
    fallback="agency",
    schemes={
        "none": Scheme(label="None", method="none"),
        "agency": Scheme(label="Agency", method="poststratify"),
        "cells": msgspec.structs.replace(CELLS, collapse=Collapse(min_n=10, floor=5)),
    },
)


def test_fallback_looks_at_the_size_of_cells_only():
    cells = pd.DataFrame({"scheme": ["cells", "cells", "agency"], "n": [5, 30, 4]})
    assert scheme_in_force(WEIGHTING, cells) == "cells"
    cells.loc[0, "n"] = 4
    assert scheme_in_force(WEIGHTING, cells) == "agency"
    without_floor = msgspec.structs.replace(WEIGHTING, schemes={**WEIGHTING.schemes, "cells": CELLS})
    assert scheme_in_force(without_floor, cells) == "cells"
    assert WEIGHTING.unweighted == "none"


# --- the ledger ---------------------------------------------------------------------------------------

SETTING = Setting(
    claims={
        "C1": a_share("read", "Read", threshold=0.5, sensitivity_thresholds=(2 / 3,)),
        "C2": a_share("clear", "Clear", threshold=0.5, base="readers"),
        "C4": a_share("access", "Access", threshold=0.1, upper_threshold=0.5),
        "C5": a_share("joint", "Joint", threshold=0.5, by="agency"),
        "C6": EQUAL,
    },
    bases={"all": {}, "readers": {"read": (1,)}},
    people_in={"all": "all", "readers": "readers"},
    known=frozenset({"agency"}),
    sensitivity=Sensitivity(
        scenario=SuspectedAnswer(variable="read", k=(0.0, 0.5, 1.0)), theta_grid=(1.0, 2.0, 3.0)
    ),
    schemes=("none", "agency"),
    primary="agency",
    unweighted="none",
    group="agency",
    levels=("A", "B"),
    routed_no=frozenset({"access"}),
    vocabulary=Vocabulary(),
)  # fmt: skip


@pytest.fixture
def survey():
    """40 of 100 answered in A, 60 of 80 in B."""
    rng = np.random.default_rng(7)
    n = {"A": 40, "B": 60}
    size = {"A": 100, "B": 80}
    agency = np.repeat(["A", "B"], [n["A"], n["B"]])
    read = (rng.random(100) < 0.8).astype(float)
    data = pd.DataFrame(
        {
            "id": [f"S{number}" for number in range(100)],
            "agency": agency,
            "read": read,
            "clear": np.where(read == 1, rng.random(100) < 0.85, np.nan).astype(float),
            "access": ((rng.random(100) < 0.35) & (read == 1)).astype(float),
            "joint": (rng.random(100) < 0.5 + 0.35 * read).astype(float),
            "d": 0.02 + 0.5 * rng.permutation(np.linspace(-1.7, 1.7, 100)),
        }
    )
    data.loc[[3, 70], ["joint", "d"]] = np.nan
    data["w_agency"] = [size[a] / n[a] for a in agency]
    data["w_none"] = 1.8
    data["cell_agency"] = data["cell_none"] = agency
    frame = pd.DataFrame({"agency": np.repeat(["A", "B"], [103, 80]), "category": "NC"})
    frame.loc[:2, "category"] = "IE"
    return data, frame


def estimates_of(data):
    rows = []
    for key, claim in SETTING.claims.items():
        for group, level in [("overall", "")] + [("agency", a) for a in "AB"] * (key == "C5"):
            for scheme in SETTING.schemes:
                part = data[data["agency"] == level] if level else data
                part = part[part["read"] == 1] if claim.base == "readers" else part
                part = part[part[claim.variable].notna()]
                y, w = part[claim.variable], part[f"w_{scheme}"]
                value = np.average(y, weights=w)
                se = np.sqrt(np.average((y - value) ** 2, weights=w) / len(y) * 0.5)
                rows.append(
                    {
                        "claim": key, "variable": claim.variable,
                        "level": np.nan if key == "C6" else "1",
                        "statistic": "mean" if key == "C6" else "proportion",
                        "group": group, "group_level": level or np.nan, "scheme": scheme, "n": len(y),
                        "estimate": value, "se": se, "df": len(y) - 2, "ci_low": value - 2 * se,
                        "ci_high": value + 2 * se, "ci_level": 0.95,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture
def tables(survey):
    data, frame = survey
    return claim_tables(SETTING, cases(SETTING, estimates_of(data), data, frame))


def test_ledger_has_the_rows_and_columns_of_the_contract(tables):
    ledger, theta, single = tables
    assert ledger[["claim", "group", "group_level"]].values.tolist() == [
        ["C1", "overall", ""], ["C2", "overall", ""], ["C4", "overall", ""], ["C5", "overall", ""],
        ["C5", "agency", "A"], ["C5", "agency", "B"], ["C6", "overall", ""],
    ]  # fmt: skip
    wanted = (
        "claim label short kind variable statistic base group group_level threshold upper_threshold margin n "
        "scheme_primary estimate se df ci_low ci_high ci_level estimate_none estimate_agency scheme_low "
        "scheme_high bound_low bound_high tipping_theta tipping_theta_interval tipping_note reader_k000 "
        "reader_k050 reader_k100 reader_note ci_tost_low ci_tost_high power_at_zero equivalence "
        "grade grade_label verdict"
    ).split()
    assert ledger.columns.tolist()[: len(wanted)] == wanted
    assert theta.columns.tolist() == ["claim", "group", "group_level", "theta", "estimate", "note"]
    assert set(single["theta_in"]) == {"A", "B"}


def test_theta_one_repeats_the_primary_estimate(tables):
    ledger, theta, _ = tables
    at_one = theta[theta["theta"] == 1]["estimate"].to_numpy()
    assert at_one == pytest.approx(ledger["estimate"].to_numpy(), abs=1e-12)


def test_bounds_hold_estimates_scenarios_and_the_grid(tables):
    ledger, theta, _ = tables
    inside = ledger["bound_low"].le(ledger["scheme_low"]) & ledger["bound_high"].ge(ledger["scheme_high"])
    assert inside.all()
    for name in ("reader_k000", "reader_k050", "reader_k100"):
        assert ledger[name].between(ledger["bound_low"], ledger["bound_high"]).all()
    wide = theta.merge(ledger[["claim", "group_level", "bound_low", "bound_high"]])
    assert wide["estimate"].between(wide["bound_low"], wide["bound_high"]).all()


@pytest.mark.parametrize(("lower", "reached"), [(0.2, True), (0.1, False)])
def test_a_claim_of_two_limits_has_a_tipping_point_at_each(survey, lower, reached):
    """Each is that of a claim with this limit alone, the first the one nearer 1; one may never be reached."""
    data, frame = survey

    def ledger_of(**limits):
        setting = dataclasses.replace(
            SETTING, claims=SETTING.claims | {"C4": a_share("access", "Access", **limits)}
        )
        return claim_tables(setting, cases(setting, estimates_of(data), data, frame))[0]

    alone = [
        ledger_of(threshold=limit, direction=side).set_index("claim").loc["C4", "tipping_theta"]
        for limit, side in ((lower, "above"), (0.5, "below"))
    ]
    both = ledger_of(threshold=lower, upper_threshold=0.5)
    row = both.set_index("claim").loc["C4"]
    expected = sorted((theta for theta in alone if not math.isnan(theta)), key=strength)
    found = [row["tipping_theta"], row["tipping_theta_other"]]
    assert [theta for theta in found if not math.isnan(theta)] == pytest.approx(expected)
    assert len(expected) == 1 + reached
    assert both.loc[both["claim"] != "C4", "tipping_theta_other"].isna().all()


def test_bounds_count_items_left_out_as_unknown(survey, tables):
    data, _ = survey
    row = tables[0].set_index(["claim", "group_level"]).loc[("C5", "A")]
    yes, answered = data.loc[data["agency"] == "A", "joint"].agg(["sum", "count"])
    assert answered == 39
    assert row["bound_low"] == pytest.approx(yes / 100)
    assert row["bound_high"] == pytest.approx((yes + 61) / 100)


def test_equivalence_row(tables):
    row = tables[0].set_index("claim").loc["C6"]
    assert row["bound_low"] < -1 and row["bound_high"] > 1
    assert row["ci_low"] < row["ci_tost_low"] < row["estimate"] < row["ci_tost_high"] < row["ci_high"]
    assert row["power_at_zero"] > 0.9 and row["equivalence"] == "equivalent"
    assert row["grade"] in (2, 3) and abs(row["tipping_shift_interval"]) < abs(row["tipping_shift"])


def test_tipping_of_interval_lies_nearer_one(tables):
    ledger = tables[0].dropna(subset=["tipping_theta", "tipping_theta_interval"])
    assert len(ledger) >= 3
    size = ledger[["tipping_theta", "tipping_theta_interval"]].map(strength)
    assert (size["tipping_theta_interval"] < size["tipping_theta"]).all()


def test_the_other_threshold_is_reported(tables):
    words = tables[0].set_index("claim").loc["C1", "other_thresholds"]
    assert words.startswith("67 %: ")


def test_false_claims_are_graded_so(survey):
    data, frame = survey
    false = data.assign(read=0.0, clear=np.nan, access=0.0, joint=0.0, d=2 + data["d"])
    false.loc[[0, 1, 50, 60], "read"] = 1.0
    false.loc[[0, 1, 50, 60], "clear"] = [0.0, 1, 0, 0]
    false.loc[[0, 1, 50, 60], "joint"] = 1.0
    ledger, _, _ = claim_tables(SETTING, cases(SETTING, estimates_of(false), false, frame))
    assert (ledger["grade"] == 0).all()
    assert (ledger["tipping_note"] == "not supported").all()
    assert (ledger["tipping_outcome"] == Crossing.MISSED).all()
    assert ledger["tipping_theta"].isna().all()


def test_everybody_answered_and_agreed(survey):
    data, _ = survey
    full = data.assign(joint=1.0, w_agency=1.0, w_none=1.0)
    eligible = pd.DataFrame({"agency": data["agency"], "category": "I"})
    ledger, _, _ = claim_tables(SETTING, cases(SETTING, estimates_of(full), full, eligible))
    row = ledger.set_index(["claim", "group_level"]).loc[("C5", "")]
    assert row["bound_low"] == row["bound_high"] == 1
    assert row["grade"] == 1 and row["tipping_note"] == "none"
    assert row["tipping_outcome"] == row["tipping_interval_outcome"] == Crossing.SURE


def test_missing_estimate_and_unknown_variable_are_said_together(survey):
    data, frame = survey
    table = estimates_of(data)
    table = table[~((table["claim"] == "C4") & (table["scheme"] == "none"))]
    with pytest.raises(SurveyError) as caught:
        claim_tables(SETTING, cases(SETTING, table, data.drop(columns="clear"), frame))
    assert len(caught.value.problems) == 2
    assert "C2" in caught.value.problems[0] and "C4" in caught.value.problems[1]


def test_mixtures_of_every_claim(survey):
    data, frame = survey
    eligible = frame[frame["category"] != "IE"].assign(id="")
    for agency, number in (("A", 0), ("B", 40)):
        rows = eligible.index[eligible["agency"] == agency][: 40 if agency == "A" else 60]
        eligible.loc[rows, "id"] = [f"S{number + step}" for step in range(len(rows))]
    silent = eligible["id"] == ""
    eligible.loc[silent, "id"] = [f"T{step}" for step in range(silent.sum())]
    gathered = cases(SETTING, estimates_of(data), data, frame)
    table = not_at_random.table(gathered, data, eligible, ["agency"], seed=1, plan=Nonresponse())
    bayes = table[table["method"] == "bayes"].dropna(subset="estimate")
    assert bayes.groupby(["claim", "group_level"]).size().eq(3).all()
    assert (bayes["ci_low"] < bayes["estimate"]).all() and (bayes["estimate"] < bayes["ci_high"]).all()
    assert bayes["probability"].between(0, 1).all()
    refused = table[table["claim"] == "C2"]
    assert refused["estimate"].isna().all() and (refused["outcome"] == "refused").all()
    proxy = table[(table["method"] == "proxy") & (table["claim"] == "C5") & (table["group"] == "overall")]
    assert proxy["value"].tolist() == ["0", "0.25", "0.5", "0.75", "1"]
    assert proxy["proxy_weak"].eq(proxy["rho"] < 0.3).all()
    within = proxy["outcome"] != "breaks_down"
    beyond = proxy["proxy_weak"].eq(True) & (proxy["value"].astype(float) > 0.5)
    assert proxy.loc[within, "outcome"].eq("not_for_a_headline").equals(beyond[within])
    assert (table["method"] == "heckman").sum() == len(gathered)
    difference = table[(table["claim"] == "C6") & table["estimate"].notna()]
    assert difference["estimate"].between(-4, 4).all()
