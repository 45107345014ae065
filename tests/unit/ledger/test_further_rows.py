"""Models, reliability, imputed claims, adjusted p-values, tests by name and coded answers, all made up."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pytest

from studies import FIXED
from surveypipe.design.phases import second_phase
from surveypipe.design.sampling import SurveyDesign
from surveypipe.estimation import comparisons, named_tests
from surveypipe.estimation import estimates as estimation
from surveypipe.estimation.rows import ESTIMATE_COLUMNS
from surveypipe.estimation.survey import Survey
from surveypipe.intake.files import read_codebook
from surveypipe.intake.scoring import derive
from surveypipe.ledger import imputed as imputed_claims
from surveypipe.ledger import tests_of_claims
from surveypipe.measurement import open_answers
from surveypipe.measurement.rows import reliability_rows
from surveypipe.problems import SurveyError
from surveypipe.regression import fitting
from surveypipe.regression.rows import model_rows
from surveypipe.study.analysis import Agreement, FurtherTest, Model, Multiplicity
from surveypipe.study.base import plain
from surveypipe.study.cleaning import Cleaning
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.completion import completed
from surveypipe.study.consistency import consistency_problems, registered
from surveypipe.study.reading import checked, read
from surveypipe.study.sections import Sections
from surveypipe.study.settings import Configuration

ROOT = Path(__file__).resolve().parents[3]
BOOK_FILE = read(FIXED / "codebook.yaml", CodebookFile)
CONFIG = plain(completed(read(FIXED / "config.yaml", Configuration), BOOK_FILE))
BOOK = read_codebook(FIXED / "codebook.yaml")
GIVEN = Sections(CONFIG)
PLAIN = msgspec.structs.replace(GIVEN.cleaning, reverse=())
SCALES = {scale["variable"]: scale["items"] for scale in CONFIG["cleaning"]["scales"]}
ITEMS = [item for items in SCALES.values() for item in items]
SINGLE = ["received", "read", "trained", "access_used"]
QUESTIONS = CONFIG["analysis"]["agreement"]["questions"]


def people(seed: int = 4, n: int = 119) -> pd.DataFrame:
    """Answers of 45 and 74 people with holes in them; follow-ups of non-readers are empty."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"id": [f"S{k:03d}" for k in range(n)], "agency": ["AMH"] * 45 + ["CSC"] * (n - 45)})
    person = rng.normal(0, 0.7, n)
    for item in ITEMS:
        table[item] = np.clip(np.round(3.3 + person + rng.normal(0, 0.8, n)), 1, 5)
    for item, chance in zip(SINGLE, (0.8, 0.7, 0.4, 0.3), strict=True):
        table[item] = np.where(rng.random(n) < chance, 1.0, 2.0)
    table["access_worked"] = np.where(rng.random(n) < 0.7, 1.0, 2.0)
    table["years_in_post"] = np.round(rng.gamma(1.4, 4, n))
    past = table["read"] == 2
    table.loc[past, [*SCALES["guidance"], "access_used"]] = np.nan
    for item in [*ITEMS, *SINGLE]:
        table.loc[rng.random(n) < 0.05, item] = np.nan
    table.loc[table["read"].isna(), "guid_1"] = np.nan
    for question in QUESTIONS:
        table[question] = np.where(rng.random(n) < 0.5, "some words", None)
    return table


def missing_of(table: pd.DataFrame) -> pd.DataFrame:
    """Blanks; what non-readers were not asked is said to be so."""
    rows = []
    for item in [*ITEMS, *SINGLE]:
        for case, reads in table.loc[table[item].isna(), ["id", "read"]].itertuples(index=False):
            past = reads == 2 and item in [*SCALES["guidance"], "access_used"]
            rows.append({"id": case, "variable": item, "reason": "not_asked" if past else "blank"})
    return pd.DataFrame(rows)


def contradictions(config: dict) -> list[str]:
    return consistency_problems(checked(config, Configuration, "c"), BOOK_FILE, "config.yaml")


def variables() -> dict:
    names = {name: about for name, about in plain(BOOK_FILE)["variables"].items() if "label" in about}
    made = {
        name: {"label": about["label"], "type": about.get("type", "numeric"), "values": {}}
        for name, about in names.items()
    }
    for name in made:
        made[name]["values"] = {f"{code:g}": text for code, text in BOOK.variables[name].values.items()}
        counted = BOOK.variables[name].counts
        made[name]["counts"] = "" if counted is None else f"{counted:g}"
    for scale in CONFIG["cleaning"]["scales"]:
        made[scale["variable"]] = {"label": scale["label"], "type": "numeric", "values": {}}
    for recode in CONFIG["cleaning"]["recodes"]:
        yes_no = recode["type"] in ("above", "routed_no")
        values = {"1": "Yes", "0": "No"} if yes_no else {}
        kind = "binary" if yes_no else "numeric"
        made[recode["variable"]] = {"label": recode["label"], "type": kind, "values": values}
        made[recode["variable"]]["counts"] = "1" if yes_no else ""
    made["agency"] = {
        "label": "Agency",
        "type": "categorical",
        "values": CONFIG["groups"]["agency"]["levels"],
    }
    return made


def survey_of(table: pd.DataFrame, **changes) -> Survey:
    derived = derive(table, msgspec.convert(PLAIN, Cleaning), BOOK)
    n = table["agency"].value_counts()
    weights = table["agency"].map({"AMH": 180 / n["AMH"], "CSC": 140 / n["CSC"]})
    flat = np.full(len(table), 320 / len(table))
    designs = {
        "cells": second_phase(weights, table["agency"], {"AMH": 180, "CSC": 140}),
        "none": second_phase(flat, ["All"] * len(table), {"All": 320}),
    }
    config = copy.deepcopy(CONFIG)
    config["analysis"].update(changes)
    return Survey(derived, variables(), designs, "cells", "none", Sections(config))


@pytest.fixture(scope="module")
def survey():
    return survey_of(people())


@pytest.fixture(scope="module")
def estimates(survey):
    return estimation.gather(
        estimation.descriptive_rows(survey, estimation.estimands(survey)), comparisons.test_rows(survey)
    )


@pytest.fixture(scope="module")
def imputed(survey):
    settings = GIVEN.analysis.imputation
    return imputed_claims.imputed_claim_rows(survey, settings, missing_of(people()), PLAIN, BOOK, 7)


def only(rows: pd.DataFrame, **where) -> pd.Series:
    for column, value in where.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1, where
    return rows.iloc[0]


# --- models -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model_table(survey):
    return model_rows(survey, GIVEN.analysis.models)


def test_models_stand_weighted_and_unweighted_side_by_side(model_table):
    ratios = model_table[model_table["statistic"] == "odds_ratio"]
    assert set(ratios["scheme"]) == {"cells", "none"}
    assert (ratios.groupby(["variable", "level"])["scheme"].nunique() == 2).all()
    assert not model_table["fpc"].any()
    assert list(model_table.columns) == list(ESTIMATE_COLUMNS)


def test_weighted_model_is_that_of_the_response_cells_without_fpc(survey, model_table):
    data = survey.respondents.assign(reads=(survey.respondents["read"] == 1).astype(float))
    data["reads"] = data["reads"].where(survey.respondents["read"].notna())
    weights = survey.designs["cells"].weights
    design = SurveyDesign(weights, strata=data["agency"].to_numpy())
    by_hand = fitting.fit(data, "reads", ["agency", "years_in_post"], kind="logistic", design=design).table()
    row = only(model_table, variable="read", level="agency=CSC", statistic="log_odds", scheme="cells")
    assert row["estimate"] == pytest.approx(by_hand.loc["agency=CSC", "estimate"], rel=1e-12)
    assert row["se"] == pytest.approx(by_hand.loc["agency=CSC", "se"], rel=1e-12)
    # n less two cells less two predictors.
    assert row["df"] == row["n"] - 4


def test_labels_are_words_and_counts_stand_behind_indicators(model_table, survey):
    names = set(survey.respondents.columns)
    assert not set(model_table["level_label"]) & names
    assert not set(model_table["variable_label"]) & names
    row = only(model_table, variable="joint_above", level="read=1", statistic="odds_ratio", scheme="cells")
    assert row["level_label"] == "Read the protocols: Yes (against No)"
    complete = survey.respondents[["joint_above", "read", "years_in_post"]].notna().all(axis=1)
    assert row["n"] == complete.sum()
    assert row["n_level"] == (complete & (survey.respondents["read"] == 1)).sum()
    assert "Threshold: Agree | Strongly agree" in set(model_table["level_label"])


def test_predictor_alone_is_estimated_among_the_cases_of_the_full_model(model_table, survey):
    one = only(
        model_table, variable="joint_above", level="read=1", statistic="odds_ratio_unadjusted", scheme="none"
    )
    full = only(model_table, variable="joint_above", level="read=1", statistic="odds_ratio", scheme="none")
    assert one["n"] == full["n"]
    kept = survey.respondents[["joint_above", "read", "years_in_post"]].dropna()
    counts = pd.crosstab(kept["read"] == 1, kept["joint_above"])
    by_hand = counts.loc[True, 1] * counts.loc[False, 0] / (counts.loc[True, 0] * counts.loc[False, 1])
    assert one["estimate"] == pytest.approx(by_hand, rel=1e-9)


def test_proportional_odds_are_checked_and_effects_add_up(model_table):
    check = only(
        model_table, variable="joint_1", level="all", statistic="proportional_odds_check", scheme="cells"
    )
    assert 0 <= check["p_value"] <= 1
    effects = model_table[
        (model_table["variable"] == "joint_1")
        & (model_table["statistic"] == "average_marginal_effect")
        & (model_table["scheme"] == "cells")
        & model_table["level"].str.startswith("read=1@")
    ]
    assert len(effects) == 5
    assert effects["estimate"].sum() == pytest.approx(0, abs=1e-9)


def test_outcome_of_readers_is_modelled_among_readers(survey):
    spec = [{"outcome": "guidance_above", "kind": "logistic", "predictors": ["agency"]}]
    rows = model_rows(survey, msgspec.convert(spec, list[Model]))
    reads = survey.respondents["read"] == 1
    assert (rows["n"] == (reads & survey.respondents["guidance_above"].notna()).sum()).all()
    assert (rows["base"] == "readers").all()
    assert not rows["statistic"].str.endswith("_unadjusted").any()


def test_too_large_a_model_is_flagged(survey):
    spec = [
        {"outcome": "read", "kind": "logistic", "predictors": ["agency", "joint", "risk", "years_in_post"]}
    ]
    rows = model_rows(survey, msgspec.convert(spec, list[Model]))
    assert rows.loc[rows["statistic"] == "odds_ratio", "flag"].eq("too many parameters").all()


# --- reliability ------------------------------------------------------------------------------------


def test_reliability_of_each_scale(survey):
    rows = reliability_rows(survey, GIVEN.analysis.reliability, SCALES, 1)
    alpha = rows[rows["statistic"] == "alpha"].set_index("variable")
    assert list(alpha.index) == list(SCALES)
    assert ((alpha["ci_low"] < alpha["estimate"]) & (alpha["estimate"] < alpha["ci_high"])).all()
    values = survey.respondents[SCALES["joint"]].dropna()
    by_hand = 4 / 3 * (1 - values.var().sum() / values.sum(axis=1).var())
    assert alpha.loc["joint", "estimate"] == pytest.approx(by_hand, rel=1e-12)
    assert alpha.loc["joint", "n"] == len(values)
    assert alpha.loc["joint", "claim"] == "C5"
    assert set(rows.loc[rows["statistic"] == "ordinal_omega", "flag"]) == {"n under 200"}


# --- complete cases beside imputation ----------------------------------------------------------------


def test_complete_cases_are_the_published_estimate(imputed, estimates):
    claims = CONFIG["claims"]
    for key, claim in claims.items():
        statistic = "mean" if claim["kind"] == "equivalence" else "proportion"
        own = imputed[(imputed["claim"] == key) & (imputed["statistic"] == f"{statistic}_complete_cases")]
        assert len(own) == 3
        for row in own.to_dict("records"):
            place = {name: row[name] for name in ("level", "group", "group_level")}
            published = only(
                estimates, variable=claim["variable"], statistic=statistic, scheme="cells", **place
            )
            for column in ("n", "estimate", "se", "df", "ci_low", "ci_high"):
                assert row[column] == pytest.approx(published[column], rel=1e-9), (key, column)
            if claim["kind"] == "share":
                assert row["n_level"] == published["n_level"]


def test_share_incomplete_decides_what_is_primary(imputed):
    for key in CONFIG["claims"]:
        own = imputed[imputed["claim"] == key]
        share = only(own, statistic="share_incomplete")
        said = "complete cases" if share["estimate"] < 0.05 else "multiple imputation"
        assert share["flag"].startswith(said)
        first = own[own["flag"].str.startswith("primary")]
        ending = "_complete_cases" if said == "complete cases" else "_imputed"
        assert len(first) == 3
        assert first["statistic"].str.endswith(ending).all()
        anything = only(own, statistic="share_item_unanswered")
        assert anything["estimate"] >= share["estimate"]
    # Both are seen in these data, so that neither branch goes untested.
    flags = imputed.loc[imputed["statistic"] == "share_incomplete", "flag"]
    assert flags.nunique() == 2


def test_imputation_fills_the_base(imputed, survey):
    data = survey.respondents
    row = only(imputed, variable="joint_above", statistic="proportion_imputed", group_level="")
    assert row["n"] == len(data)
    row = only(imputed, variable="access_any", statistic="proportion_imputed", group_level="")
    assert row["n"] == len(data)
    complete = only(imputed, variable="access_any", statistic="proportion_complete_cases", group_level="")
    assert complete["n"] == data["access_any"].notna().sum() < len(data)
    assert row["df"] < complete["df"]
    assert only(imputed, statistic="imputations")["estimate"] >= 20


@pytest.mark.slow
def test_same_seed_same_numbers(survey, imputed):
    settings = GIVEN.analysis.imputation
    again = imputed_claims.imputed_claim_rows(survey, settings, missing_of(people()), PLAIN, BOOK, 7)
    pd.testing.assert_frame_equal(again, imputed)
    other = imputed_claims.imputed_claim_rows(survey, settings, missing_of(people()), PLAIN, BOOK, 8)
    assert not other["estimate"].equals(imputed["estimate"])


def test_without_blanks_imputation_changes_nothing():
    rng = np.random.default_rng(1)
    table = people()
    for item in [*ITEMS, *SINGLE]:
        table[item] = table[item].fillna(pd.Series(rng.choice([1.0, 2.0], len(table)), index=table.index))
    past = table["read"] == 2
    table.loc[past, [*SCALES["guidance"], "access_used"]] = np.nan
    full = survey_of(table)
    settings = msgspec.structs.replace(GIVEN.analysis.imputation, number=3)
    rows = imputed_claims.imputed_claim_rows(full, settings, missing_of(table), PLAIN, BOOK, 7)
    wide = rows[rows["group_level"] == ""].pivot_table(
        index="variable", columns="statistic", values="estimate"
    )
    assert wide["proportion_imputed"].dropna().to_numpy() == pytest.approx(
        wide["proportion_complete_cases"].dropna().to_numpy(), rel=1e-12
    )
    assert (wide["share_incomplete"].dropna() == 0).all()


def test_share_of_one_has_no_standard_error():
    table = people()
    table["read"] = 1.0
    settings = msgspec.structs.replace(GIVEN.analysis.imputation, number=3)
    rows = imputed_claims.imputed_claim_rows(survey_of(table), settings, missing_of(table), PLAIN, BOOK, 7)
    row = only(rows, variable="read", statistic="proportion_complete_cases", group_level="")
    assert row["estimate"] == 1
    assert np.isnan(row["se"])


def test_different_conclusions_are_said():
    table = people()
    # Those silent on the items of joint working are low on everything else: imputed, the share falls.
    low = table.index[:40]
    table.loc[:, SCALES["joint"]] = 4.0
    table.loc[table.index[-45:], SCALES["joint"]] = 2.0
    table.loc[low, SCALES["joint"]] = np.nan
    table.loc[low, SCALES["risk"] + SCALES["contact"]] = 1.0
    table.loc[table.index[-45:], SCALES["risk"] + SCALES["contact"]] = 1.0
    table.loc[table.index[40:-45], SCALES["risk"] + SCALES["contact"]] = 5.0
    full = survey_of(table)
    complete = full.respondents["joint_above"].mean()
    claims = copy.deepcopy(full.settings.given["claims"])
    claims["C5"]["threshold"] = float(complete) - 0.17
    full = replace(full, settings=Sections({**full.settings.given, "claims": claims}))
    settings = msgspec.structs.replace(GIVEN.analysis.imputation, number=10)
    rows = imputed_claims.imputed_claim_rows(full, settings, missing_of(table), PLAIN, BOOK, 7)
    row = only(rows, variable="joint_above", statistic="proportion_imputed", group_level="")
    assert row["estimate"] < complete - 0.1
    assert row["flag"] == "primary; the conclusion differs"


# --- claims' tests and adjusted p-values --------------------------------------------------------------


def test_claim_is_supported_exactly_where_its_test_is_significant(survey, estimates):
    found = []
    for threshold in np.linspace(0.3, 0.9, 25):
        config = copy.deepcopy(survey.settings.given)
        for claim in config["claims"].values():
            if claim["kind"] == "share":
                claim.update(threshold=float(threshold))
                claim.pop("upper_threshold", None)
        changed = Survey(
            survey.respondents, survey.variables, survey.designs, "cells", "none", Sections(config)
        )
        rows = tests_of_claims.claim_test_rows(changed, estimates)
        for row in rows[rows["claim"] != "C6"].to_dict("records"):
            claim = changed.claims[row["claim"]]
            interval = tests_of_claims.estimand_row(estimates, "cells", row["claim"], claim)
            above = interval["ci_low"] > threshold
            assert (row["p_value"] < 0.05 and row["estimate"] > 0) == above
            found.append(above)
    assert 10 < sum(found) < len(found) - 10


def test_some_but_not_most_takes_the_worse_of_two_sides(survey, estimates):
    rows = tests_of_claims.claim_test_rows(survey, estimates)
    line = tests_of_claims.estimand_row(estimates, "cells", "C4", survey.claims["C4"])
    row = only(rows, claim="C4")
    nearer = min(
        (0.1, 0.5),
        key=lambda limit: abs(
            np.log(limit / (1 - limit)) - np.log(line["estimate"] / (1 - line["estimate"]))
        ),
    )
    assert row["effect"] == nearer


def test_equivalence_has_the_p_of_two_one_sided_tests(survey, estimates):
    row = only(tests_of_claims.claim_test_rows(survey, estimates), claim="C6")
    tost = next(
        row
        for row in comparisons.equivalence_rows(survey)
        if row["statistic"] == "tost" and row["group"] == "overall"
    )
    assert row["p_value"] == pytest.approx(tost["p_value"], rel=1e-9)


def test_families_are_adjusted_each_by_its_method(survey, estimates, model_table):
    own = tests_of_claims.claim_test_rows(survey, estimates)
    tests = pd.DataFrame(
        [*estimates.to_dict("records"), *own.to_dict("records"), *model_table.to_dict("records")]
    )
    rows = tests_of_claims.adjusted_rows(survey, tests, GIVEN.analysis.multiplicity)
    holm = rows[rows["statistic"] == "claim_test_p_holm"].sort_values("p_value")
    raw = holm["p_value"].to_numpy(float)
    steps = np.minimum(np.maximum.accumulate(raw * np.arange(6, 0, -1)), 1)
    assert holm["estimate"].to_numpy(float) == pytest.approx(steps, rel=1e-12)
    assert (rows["estimate"] >= rows["p_value"] - 1e-15).all()
    # One test to a comparison: a yes/no variable has a Rao-Scott and a t test, and the first named counts.
    compared = rows[rows["statistic"].isin(["rao_scott_p_bh", "t_test_p_bh"])]
    assert not compared["variable"].duplicated().any()
    assert set(compared.loc[compared["statistic"] == "rao_scott_p_bh", "variable"]) >= {"read", "joint_above"}
    slopes = rows[rows["statistic"].isin(["odds_ratio_p_bh", "coefficient_p_bh"])]
    assert len(slopes) == 11
    assert "(Intercept)" not in set(slopes["level"])


def test_no_families_no_rows(survey, estimates):
    assert tests_of_claims.adjusted_rows(survey, estimates, Multiplicity(families=())).empty


# --- tests by name -----------------------------------------------------------------------------------


def test_adjusted_wald_by_hand_in_a_domain(survey):
    settings = [FurtherTest(variable="guidance_above", between="agency", test="adjusted_wald")]
    row = named_tests.named_test_rows(survey, settings).iloc[0]
    data = survey.respondents
    inside = ((data["read"] == 1) & data["guidance_above"].notna()).to_numpy()
    w = survey.designs["cells"].weights * inside
    w = w / w.sum()
    yes, csc = (data["guidance_above"] == 0).to_numpy(float), (data["agency"] == "AMH").to_numpy(float)
    both, p, q = w @ (yes * csc), w @ yes, w @ csc
    # Influence of p_rc - p_r p_c; those outside the domain keep their place in the cell with 0.
    u = w * (yes * csc - both - q * (yes - p) - p * (csc - q))
    parts = [u[data["agency"] == agency] for agency in ("AMH", "CSC")]
    v = sum(len(x) / (len(x) - 1) * ((x - x.mean()) ** 2).sum() for x in parts)
    assert row["estimate"] == pytest.approx((both - p * q) ** 2 / v, rel=1e-9)
    assert (row["df"], row["df2"]) == (1, inside.sum() - 2)
    assert (row["n"], row["base"], row["fpc"]) == (inside.sum(), "readers", False)


def test_unknown_test_is_named_with_those_there_are(survey):
    settings = [FurtherTest(variable="read", between="agency", test="wald")]
    with pytest.raises(SurveyError, match=r"unknown test 'wald'; the tests are adjusted_wald"):
        named_tests.named_test_rows(survey, settings)


# --- coded answers -----------------------------------------------------------------------------------


def codes_of(survey, **changes) -> pd.DataFrame:
    rows = []
    for question, labels in QUESTIONS.items():
        codes = list(labels)
        for k, case in enumerate(open_answers.writers(survey, question)):
            given = codes[k % len(codes)]
            second = given if k % 4 else f"{given};{codes[0]}"
            rows.append({"case_id": case, "question": question, "coder": "A", "codes": given})
            rows.append({"case_id": case, "question": question, "coder": "B", "codes": second})
    return pd.DataFrame(rows)


SETTINGS = Agreement(questions=QUESTIONS)


def test_codes_are_counted_among_those_who_wrote(survey):
    rows = open_answers.open_answer_rows(survey, codes_of(survey), SETTINGS, 1)
    shares = rows[(rows["statistic"] == "proportion") & (rows["variable"] == "comment_helped")]
    wrote = len(open_answers.writers(survey, "comment_helped"))
    overall = shares[shares["group"] == "overall"]
    assert (overall["n"] == wrote).all()
    assert overall["n_level"].sum() == wrote
    parts = shares[shares["group"] == "agency"].groupby("level")["n_level"].sum()
    assert parts.to_dict() == overall.set_index("level")["n_level"].to_dict()
    assert set(rows["scheme"]) == {"none"}
    assert "Joint training" in set(shares["level_label"])
    assert {"pooled_kappa", "cohen_kappa", "gwet_ac1", "krippendorff_alpha_nominal"} <= set(rows["statistic"])


def test_agreed_codes_stand_for_the_answer(survey):
    table = codes_of(survey)
    settled = table[table["coder"] == "A"].assign(coder="agreed", codes="visits")
    rows = open_answers.open_answer_rows(
        survey, pd.concat([table, settled]), msgspec.structs.replace(SETTINGS, agreed="agreed"), 1
    )
    own = only(rows, variable="comment_helped", statistic="proportion", level="visits", group="overall")
    assert own["estimate"] == 1
    kappa = only(rows, variable="comment_helped", statistic="pooled_kappa")
    plain = open_answers.open_answer_rows(survey, table, SETTINGS, 1)
    assert kappa["estimate"] == only(plain, variable="comment_helped", statistic="pooled_kappa")["estimate"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda t: t.drop(columns="coder"), "the column coder is missing"),
        (lambda t: t.replace({"codes": {"visits": "vists"}}), "'vists' stands"),
        (lambda t: pd.concat([t, t.iloc[:2]]), "2 answers have two rows by one coder"),
        (lambda t: t[t["coder"] == "A"], "was coded by 1 coders"),
        (lambda t: t.replace({"question": {"comment_change": "change"}}), "change have no code list"),
    ],
)
def test_coders_file_is_checked_in_plain_words(survey, spoil, words):
    with pytest.raises(SurveyError, match=r"codes\.csv") as told:
        open_answers.check_codes(spoil(codes_of(survey)), SETTINGS, "codes.csv")
    assert words in "\n".join(told.value.problems)


def test_uncoded_and_unknown_answers_are_noted(survey):
    table = codes_of(survey).iloc[2:]
    stranger = table.iloc[[0]].assign(case_id="X1")
    notes = open_answers.coding_notes(survey, pd.concat([table, stranger]), SETTINGS)
    wrote = len(open_answers.writers(survey, "comment_helped"))
    assert notes == [
        "comment_helped: codes of 1 persons without an answer were left out.",
        f"comment_helped: 1 of {wrote} answers were not coded by both coders.",
    ]


# --- configuration -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"models": [{"outcome": "raed", "kind": "logistic", "predictors": ["agency"]}]},
            "did you mean 'read'?",
        ),
        (
            {
                "models": [
                    CONFIG["analysis"]["models"][0],
                    CONFIG["analysis"]["models"][0] | {"predictors": ["agency"]},
                ]
            },
            "two logistic models of 'read'",
        ),
        (
            {"models": [{**CONFIG["analysis"]["models"][0], "reference": {"trained": 2}}]},
            "which is not a predictor",
        ),
        (
            {"reliability": {"scales": ["joints"]}},
            "'joints' is not a scale of cleaning.scales (did you mean 'joint'?)",
        ),
        (
            {"imputation": {"scales": [], "single": ["reed"]}},
            "analysis.imputation.single: unknown variable 'reed'",
        ),
        (
            {"further_tests": [{"variable": "read", "between": "agency", "test": "adjusted"}]},
            "did you mean 'adjusted_wald'",
        ),
    ],
)
def test_configuration_is_checked_before_anything_runs(change, words):
    config = copy.deepcopy(CONFIG)
    config["analysis"].update(change)
    assert words in "\n".join(contradictions(config))


def test_codes_without_a_code_list_are_refused():
    config = copy.deepcopy(CONFIG)
    del config["analysis"]["agreement"]
    assert "add analysis.agreement" in "\n".join(contradictions(config))


def test_unknown_weighting_method_is_told_before_anything_runs():
    config = copy.deepcopy(CONFIG)
    config["weighting"]["schemes"]["raked"]["method"] = "raking"
    told = "\n".join(contradictions(config))
    assert "'raking' is not one of none, design, poststratify, rake" in told
    assert "did you mean 'rake'" in told


def test_names_read_from_the_source_are_those_registered():
    from surveypipe.weighting import plan

    assert registered("weighting.methods", "method") == list(plan.METHODS)
    assert registered("estimation.named_tests", "named_test") == list(named_tests.TESTS)
