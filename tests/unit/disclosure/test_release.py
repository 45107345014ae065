"""Disclosure control: what is suppressed, merged and released."""

from __future__ import annotations

from typing import get_args, get_type_hints

import numpy as np
import pandas as pd
import pytest

from surveypipe.disclosure import answers
from surveypipe.disclosure.answers import release_estimates
from surveypipe.disclosure.characteristics import (
    align,
    cleaning_summary,
    release_cells,
    release_characteristics,
)
from surveypipe.disclosure.context import (
    release_bases,
    release_claims,
    release_nonresponse,
    release_with_claims,
    suppress_claims,
    without_headline,
)
from surveypipe.disclosure.release import Release
from surveypipe.disclosure.response import release_flow, release_rates, release_response_cells
from surveypipe.disclosure.rules import PRESETS, rules_of
from surveypipe.problems import SurveyError
from surveypipe.study.disclosure import Disclosure

RULES = PRESETS["research"]


def estimates(rows: list[dict]) -> pd.DataFrame:
    base = {
        "estimate_id": "",
        "claim": "",
        "variable": "q",
        "level": "1",
        "statistic": "proportion",
        "group": "overall",
        "group_level": "",
        "scheme": "cells",
        "n": 100,
        "estimate": 0.5,
        "se": 0.05,
        "df": 90.0,
        "ci_low": 0.4,
        "ci_high": 0.6,
        "ci_level": 0.95,
        "base": "all",
        "n_level": 50,
        "p_value": np.nan,
    }
    table = pd.DataFrame([base | row for row in rows])
    table["estimate_id"] = [f"e{i}" for i in range(len(table))]
    return table


def test_small_base_loses_every_number_but_keeps_its_row():
    release = release_estimates(estimates([{"n": 9, "n_level": 4}, {"n": 10, "n_level": 4}]), RULES, [])
    hidden, shown = release.table.iloc[0], release.table.iloc[1]
    assert hidden["status"] == "suppressed" and shown["status"] == "released"
    assert hidden[["n", "estimate", "se", "df", "ci_low", "ci_high"]].isna().all()
    assert shown["estimate"] == 0.5
    assert release.log["reason"].tolist() == ["fewer than 10 respondents"]


def test_counts_of_an_answer_never_leave():
    release = release_estimates(estimates([{}]), RULES, [])
    assert "n_level" not in release.table


def test_group_that_all_answered_alike_is_hidden_with_a_second_group_but_not_all_staff():
    group = {"group": "agency", "n": 40}
    table = estimates(
        [
            group | {"group_level": "A", "level": "1", "n_level": 40, "estimate": 1.0},
            group | {"group_level": "A", "level": "0", "n_level": 0, "estimate": 0.0},
            group | {"group_level": "B", "level": "1", "n_level": 39, "estimate": 0.97},
            {"level": "1", "n": 80, "n_level": 79},
        ]
    )
    release = release_estimates(table, RULES, [])
    assert release.table["status"].tolist() == ["suppressed"] * 3 + ["released"]


def small_group(third: bool) -> pd.DataFrame:
    group = {"variable": "w", "group": "agency"}
    rows = [
        {"variable": "w", "n": 19, "n_level": 14, "estimate": 14 / 19},
        group | {"group_level": "A", "n": 6, "n_level": 4, "estimate": 4 / 6},
        group | {"group_level": "B", "n": 13, "n_level": 10, "estimate": 10 / 13},
        group | {"statistic": "difference", "level": "", "n": 19, "estimate": 10 / 13 - 4 / 6},
        group | {"statistic": "risk_ratio", "level": "", "n": 19, "estimate": 1.15},
        {"variable": "other", "group": "agency", "group_level": "B", "n": 70},
    ]
    if third:
        rows.append(group | {"group_level": "C", "n": 30, "n_level": 20})
    return estimates(rows)


def worked_out(table: pd.DataFrame) -> float | None:
    """What all staff less the released groups give for the group of six, if anything."""
    mine = table[(table["variable"] == "w") & (table["statistic"] == "proportion")].set_index("group_level")
    others = mine.loc[["B"]]
    if others["estimate"].isna().any():
        return None
    counts = mine.loc["", "n"] * mine.loc["", "estimate"] - (others["n"] * others["estimate"]).sum()
    return counts / (mine.loc["", "n"] - others["n"].sum())


def test_group_of_six_cannot_be_worked_out_from_the_rest(monkeypatch):
    release = release_estimates(small_group(third=False), RULES, [])
    assert worked_out(release.table) is None
    assert release.table["status"].tolist() == ["released"] + ["suppressed"] * 4 + ["released"]
    monkeypatch.setattr(answers, "_would_tell", lambda table, hidden: hidden)
    open_release = release_estimates(small_group(third=False), RULES, [])
    assert worked_out(open_release.table) == pytest.approx(4 / 6)


def test_only_the_smallest_further_group_is_hidden():
    release = release_estimates(small_group(third=True), RULES, [])
    shown = release.table[(release.table["group_level"] == "C")]
    assert (shown["status"] == "released").all()


def test_five_points_are_shown_overall_and_three_categories_within_groups():
    table = estimates(
        [
            {"level": "2"},
            {"level": "2", "group": "agency", "group_level": "A"},
            {"level": "-1", "group": "agency", "group_level": "A"},
            {"level": "2.5", "group": "agency", "group_level": "A"},
            {"level": "high", "group": "agency", "group_level": "A"},
            {"level": "", "statistic": "mean", "group": "agency", "group_level": "A"},
        ]
    )
    release = release_estimates(table, RULES, ["q"])
    assert release.table["level"].tolist() == ["2", "high", ""]


def test_strict_preset_looks_at_the_answers_own_count():
    table = estimates([{"n_level": 9}, {"n_level": 10}])
    release = release_estimates(table, PRESETS["strict"], [])
    assert release.table["status"].tolist() == ["suppressed", "released"]


def test_claim_whose_headline_may_not_be_shown_is_withheld_whole_and_the_others_stand():
    claims = pd.DataFrame(
        {
            "claim": ["C1", "C2", "C2", "C2"],
            "variable": ["uses", "reads", "reads", "reads"],
            "group": ["overall", "overall", "unit", "unit"],
            "group_level": ["", "", "A", "B"],
            "n": [119, 30, 15, 15],
            "estimate": 0.5,
            "grade_label": "supported",
        }
    )
    release = release_claims(claims, RULES)
    assert (release.table["status"] == "released").all()
    suppress_claims(release, claims["group"].eq("overall") & claims["claim"].eq("C2"), "dominated")
    assert release.table["status"].tolist() == ["released"] + ["suppressed"] * 3
    assert release.table.loc[1:, "estimate"].isna().all() and (release.table["grade_label"][1:] == "").all()
    assert without_headline(release.table) == ["C2"]
    # A row about the claim in a group of which the claims say nothing goes with it too.
    about = pd.DataFrame({"claim": ["C1", "C2"], "group": "other", "group_level": "x", "estimate": 0.4})
    assert release_with_claims(about, release.table, "t").table["claim"].tolist() == ["C1"]


def table_1(counts: dict[str, tuple[int, int]], group: str = "overall") -> pd.DataFrame:
    n, frame = sum(c[0] for c in counts.values()), sum(c[1] for c in counts.values())
    return pd.DataFrame(
        [
            {
                "variable": "p",
                "variable_label": "Profession",
                "level": k,
                "level_label": k.title(),
                "group": group,
                "group_level": "" if group == "overall" else "A",
                "n": c[0],
                "percent": 100 * c[0] / n,
                "frame_n": float(c[1]),
                "frame_percent": 100 * c[1] / frame,
                "std_diff": 0.1,
            }
            for k, c in counts.items()
        ]
    )


def test_small_category_is_merged_with_the_smallest_other_before_anything_is_suppressed():
    table = table_1({"nurse": (40, 90), "doctor": (3, 12), "social": (20, 60), "other": (8, 30)})
    release = release_characteristics(table, RULES, [])
    assert release.table["level_label"].tolist() == ["Nurse", "Doctor or Other", "Social"]
    merged = release.table.iloc[1]
    assert merged["n"] == 11 and merged["frame_n"] == 42
    assert merged["percent"] == pytest.approx(100 * 11 / 71)
    p, q = 11 / 71, 42 / 192
    assert merged["std_diff"] == pytest.approx((p - q) / np.sqrt((p * (1 - p) + q * (1 - q)) / 2))
    assert (release.table["status"] != "suppressed").all()


def test_ordered_categories_merge_only_with_a_neighbour():
    table = table_1({"a": (30, 60), "b": (6, 20), "c": (30, 60), "d": (3, 15)})
    release = release_characteristics(table, RULES, ["p"])
    assert release.table["level"].tolist() == ["a", "b", "c+d"]


def test_post_that_does_not_exist_is_not_a_small_cell():
    table = table_1({"nurse": (0, 0), "social": (50, 90), "other": (20, 40)})
    release = release_characteristics(table, RULES, [])
    assert release.table["level"].tolist() == ["nurse", "social", "other"]
    assert (release.table["status"] == "released").all()


def test_table_1_that_loses_too_much_stops_the_build_and_names_the_categories():
    table = table_1({"x": (2, 8), "y": (60, 100)})
    with pytest.raises(SurveyError, match=r"Profession.*X"):
        release_characteristics(table, RULES, [])


def flow(counts: dict[str, dict[str, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "order": order,
                "stage": stage,
                "stage_label": stage,
                "group": "agency" if level else "overall",
                "group_level": level,
                "n": n,
            }
            for level, stages in counts.items()
            for order, (stage, n) in enumerate(stages.items())
        ]
    )


def test_rare_outcomes_are_added_to_the_other_reasons_in_every_group_alike():
    table = flow(
        {
            "A": {"silent": 20, "refused": 9, "away": 3, "other": 2},
            "B": {"silent": 30, "refused": 8, "away": 7, "other": 0},
        }
    )
    release = release_flow(table, RULES, [["silent", "refused", "away", "other"]], ["Other reasons"])
    assert sorted(set(release.table["stage"])) == ["other", "refused", "silent"]
    other = release.table[release.table["stage"] == "other"].set_index("group_level")["n"]
    assert other.to_dict() == {"A": 5, "B": 7}
    assert set(release.table.loc[release.table["stage"] == "other", "stage_label"]) == {"Other reasons"}


def test_other_reasons_still_rare_take_in_the_next_rarest():
    table = flow({"A": {"silent": 20, "refused": 6, "away": 1, "other": 0}})
    release = release_flow(table, RULES, [["silent", "refused", "away", "other"]], ["Other reasons"])
    assert release.table.set_index("stage")["n"].to_dict() == {"silent": 20, "other": 7}


def test_flow_without_rare_outcomes_is_left_alone():
    table = flow({"": {"silent": 20, "refused": 6, "other": 0, "analysed": 40}})
    release = release_flow(table, RULES, [["silent", "refused", "other"]], ["Other reasons"])
    pd.testing.assert_frame_equal(release.table.drop(columns="status"), table, check_dtype=False)
    assert release.log.empty


def test_cells_with_few_respondents_or_staff_are_hidden():
    cells = pd.DataFrame(
        {
            "scheme": ["c"] * 3,
            "cell": ["x", "y", "z"],
            "N": [60, 9, 40],
            "n": [20, 6, 4],
            "weight": [3.0, 1.5, 10.0],
        }
    )
    release = release_cells(cells, RULES)
    assert release.table["status"].tolist() == ["released", "suppressed", "suppressed"]
    assert release.table.loc[1:, ["N", "n", "weight"]].isna().all().all()


def test_the_configuration_takes_every_preset_and_no_other():
    assert get_args(get_type_hints(Disclosure)["preset"]) == tuple(PRESETS)


def test_own_threshold_goes_over_the_preset():
    assert rules_of(Disclosure(min_base=20)).min_base == 20


def test_cleaning_summary_names_nobody():
    log = pd.DataFrame(
        {
            "row": [1, 1, 2],
            "case_id": ["S1", "S1", "S2"],
            "variable": ["a", "b", "a"],
            "rule": ["range"] * 3,
            "action": ["set_missing"] * 3,
        }
    )
    summary = cleaning_summary(log)
    assert summary.to_dict("records") == [
        {"rule": "range", "action": "set_missing", "records": 2, "values": 3}
    ]


def test_rates_that_tell_of_merged_outcomes_are_left_out_for_that_group_only():
    rates = pd.DataFrame(
        {
            "group": ["overall", "agency", "agency"],
            "group_level": ["", "A", "A"],
            "rate": ["REF1", "REF1", "RR2"],
            "value": 0.1,
            "numerator": 3,
            "denominator": 30,
            "formula": "",
        }
    )
    table = pd.DataFrame(
        {"group": ["overall", "agency"], "group_level": ["", "A"], "status": ["released", "merged"]}
    )
    release = release_rates(rates, table)
    assert list(zip(release.table["group"], release.table["rate"], strict=True)) == [
        ("overall", "REF1"),
        ("agency", "RR2"),
    ]
    assert len(release.log) == 1


def test_response_by_profession_within_group_obeys_both_thresholds():
    rates = pd.DataFrame(
        {
            "group": "agency:profession",
            "group_level": ["A:x", "A:y", "B:x"],
            "rate": "RR2",
            "value": [0.2, 0.5, 0.1],
            "numerator": [10, 5, 4],
            "denominator": [50, 9, 40],
            "formula": "",
        }
    )
    release = release_response_cells(rates, RULES)
    assert release.table["status"].tolist() == ["released", "suppressed", "suppressed"]


def test_counts_in_the_estimates_say_what_the_released_flow_says():
    table = estimates(
        [
            {"variable": "refused", "statistic": "count", "estimate": 2.0, "n": 2},
            {"variable": "other", "statistic": "count", "estimate": 5.0, "n": 5},
            {"variable": "q", "estimate": 0.5},
        ]
    ).assign(status="released")
    public = pd.DataFrame(
        {"stage": ["other"], "group": ["overall"], "group_level": [""], "n": [7], "status": ["merged"]}
    )
    aligned = align(table, "count", public, name="stage", value="n", base="n")
    assert aligned["variable"].tolist() == ["other", "q"]
    assert aligned["estimate"].tolist() == [7.0, 0.5]


def test_further_tables_lose_the_rows_of_a_suppressed_claim():
    claims = pd.DataFrame(
        {
            "claim": ["C1", "C1"],
            "group": ["overall", "agency"],
            "group_level": [np.nan, "A"],
            "status": ["released", "suppressed"],
        }
    )
    table = pd.DataFrame(
        {"claim": ["C1", "C1"], "group": ["overall", "agency"], "group_level": ["", "A"], "theta": [1.0, 2.0]}
    )
    release = release_with_claims(table, claims, "theta")
    assert release.table["theta"].tolist() == [1.0]
    assert len(release.log) == 1


def test_group_all_alike_is_hidden_under_every_treatment_of_missing_items():
    group = {"group": "agency", "group_level": "A", "n": 40}
    table = estimates(
        [
            group | {"n_level": 40, "statistic": "proportion"},
            group | {"n_level": 40, "statistic": "proportion_imputed"},
            group | {"n_level": 40, "statistic": "proportion_complete_cases"},
        ]
    )
    release = release_estimates(table, RULES, [])
    assert (release.table["status"] == "suppressed").all()


def nonresponse(rows: list[dict]) -> pd.DataFrame:
    base = {
        "step": "rates", "measure": "response_rate", "variable": "p", "level": "x", "group": "overall",
        "group_level": "", "claim": "", "n": 20.0, "N": 60.0, "estimate": 0.3,
    }  # fmt: skip
    return pd.DataFrame([base | row for row in rows])


def test_bias_analysis_is_judged_by_what_a_row_is_about():
    claims = pd.DataFrame(
        {"claim": ["C1"], "group": ["overall"], "group_level": [""], "status": ["released"]}
    )
    wave = {"step": "waves", "claim": "C1", "measure": "wave", "n": 30}
    table = nonresponse(
        [
            {"n": 4},
            {"N": 9},
            {"n": 6},
            {"step": "weighting", "claim": "C1", "n": 9},
            wave | {"estimate": 1.0},
            wave | {"measure": "cumulative"},
            {"step": "weighting", "claim": "C1", "n": 10},
        ]
    )
    release = release_nonresponse(table, claims, RULES)
    hidden = ["suppressed"] * 2 + ["released"] + ["suppressed"] * 3 + ["released"]
    assert release.table["status"].tolist() == hidden
    assert release.table.loc[release.table["status"] == "suppressed", "estimate"].isna().all()


def test_rows_of_claims_on_small_bases_are_emptied():
    table = pd.DataFrame({"claim": ["C1", "C2"], "n": [9, 10], "estimate": [0.5, 0.5]}).assign(
        status="released"
    )
    empty = pd.DataFrame(columns=["table", "place", "status", "reason"])
    release = release_bases(Release(table, empty), RULES, "multiverse")
    assert release.table["status"].tolist() == ["suppressed", "released"]


def test_table_of_claims_without_rows_stays_without_rows():
    claims = pd.DataFrame(
        {"claim": ["C1"], "group": ["overall"], "group_level": [""], "status": ["suppressed"]}
    )
    table = pd.DataFrame({name: pd.Series(dtype=object) for name in ("claim", "group", "group_level", "n")})
    release = release_bases(release_with_claims(table, claims, "t"), RULES, "t")
    assert release.table.empty and "status" in release.table


def test_claim_hidden_in_one_group_is_hidden_in_its_fellows():
    claims = pd.DataFrame(
        {
            "claim": ["C5", "C5", "C5", "C1"],
            "group": ["overall", "agency", "agency", "overall"],
            "group_level": ["", "A", "B", ""],
            "n": [40, 8, 32, 40],
            "estimate": [0.5, 0.5, 0.5, 0.5],
        }
    )
    release = release_claims(claims, RULES)
    assert release.table["status"].tolist() == ["released", "suppressed", "suppressed", "released"]


def test_variable_that_repeats_a_small_question_hides_the_groups_that_the_question_hides():
    """Whoever was routed past counts as 'no', so the count of 'yes' is that of the question itself."""
    group = {"variable": "w_all", "group": "agency"}
    repeated = estimates(
        [
            {"variable": "w_all", "n": 110, "n_level": 14, "estimate": 14 / 110},
            group | {"group_level": "A", "n": 40, "n_level": 4, "estimate": 4 / 40},
            group | {"group_level": "B", "n": 70, "n_level": 10, "estimate": 10 / 70},
            group | {"statistic": "difference", "level": "", "n": 110, "estimate": 0.04},
        ]
    )
    table = pd.concat([small_group(third=False), repeated], ignore_index=True)
    table["estimate_id"] = [f"e{i}" for i in range(len(table))]
    release = release_estimates(table, RULES, [], made_from={"w_all": "w"})
    mine = release.table[release.table["variable"] == "w_all"]
    assert mine["status"].tolist() == ["released"] + ["suppressed"] * 3


def test_variable_that_repeats_a_question_of_too_few_is_hidden_for_all_staff_too():
    table = estimates(
        [{"variable": "w", "n": 8, "n_level": 5}, {"variable": "w_all", "n": 110, "n_level": 5}]
    )
    release = release_estimates(table, RULES, [], made_from={"w_all": "w"})
    assert release.table["status"].tolist() == ["suppressed", "suppressed"]


def test_a_claim_counted_otherwise_says_hundredths_and_nothing_where_its_estimate_is_hidden():
    from surveypipe.disclosure.context import release_measures
    from surveypipe.disclosure.release import Release, log_frame

    table = pd.DataFrame(
        {"claim": "C5", "measure": ["", "strict", "agreed"], "estimate": [0.61234, 0.41234, 0.51234],
         "status": "released", "n": 100.0}
    )  # fmt: skip
    shown = estimates([{"variable": "strict"}, {"variable": "agreed"}]).assign(
        status=["released", "suppressed"]
    )
    made = release_measures(Release(table, log_frame([])), shown, "multiverse").table
    assert made["estimate"].tolist()[:2] == [0.61234, 0.41]
    assert np.isnan(made["estimate"].iloc[2]) and made["status"].iloc[2] == "suppressed"
