"""Dispositions, rates by group and the flow of a survey."""

import math

import pandas as pd
import pytest

from surveypipe.intake.dispositions import category_of, disposition_codes, dispositions
from surveypipe.intake.flow import dropped_records, flow
from surveypipe.intake.response_rates import counts, outcome_rates, response_rates
from surveypipe.problems import SurveyError
from surveypipe.study.response import Response
from surveypipe.study.vocabulary import Vocabulary

RESPONSE = Response(
    dispositions={
        "returned": "2.12",
        "refused": "2.111",
        "no_reply": "2.20",
        "away_all_period": "2.26",
        "left_before_start": "4.10",
    }
)
KINDS = {"not_on_list": "not_on_frame", "blank": "blank", "duplicate": "duplicate"}


@pytest.fixture
def frame():
    outcomes = (
        "returned returned returned returned returned refused no_reply away_all_period left_before_start"
    )
    return pd.DataFrame(
        {
            "id": [f"S{number}" for number in range(1, 10)],
            "agency": ["A", "A", "A", "B", "B", "B", "A", "B", "A"],
            "outcome": outcomes.split(),
        }
    )


@pytest.fixture
def answered():
    return pd.DataFrame({"id": ["S1", "S2", "S3"], "share_answered": [0.8, 0.5, 0.49]})


@pytest.fixture
def dropped():
    return pd.DataFrame(
        {"row": [3, 5, 9], "case_id": ["S1", "S4", "X9"], "rule": ["duplicate", "blank", "not_on_list"]}
    )


@pytest.fixture
def made(frame, answered, dropped):
    return dispositions(frame, answered, RESPONSE, verified=True, dropped=dropped, rule_types=KINDS)


def test_thresholds_belong_to_the_higher_class(made):
    code = made.set_index("id")["code"]
    assert code["S1"] == "1.1" and code["S2"] == "1.2" and code["S3"] == "2.12"


def test_everyone_else_by_outcome_of_contact(made):
    code = made.set_index("id")["code"]
    assert code["S4"] == "2.12"  # blank questionnaire, dropped
    assert code["S5"] == "2.12"  # said to be returned, no questionnaire found
    assert code[["S6", "S7", "S8", "S9"]].tolist() == ["2.111", "2.20", "2.26", "4.10"]


def test_dispositions_sum_to_the_frame(made):
    assert sum(counts(made).values()) == 9
    assert made["respondent"].sum() == 2
    broken = made.copy()
    broken.loc[0, "category"] = None
    with pytest.raises(SurveyError, match="sum to 8, but 9"):
        counts(broken)


def test_unverified_list_makes_silence_unknown(frame, answered):
    made = dispositions(frame, answered, RESPONSE, verified=False)
    code = made.set_index("id")["code"]
    assert code["S7"] == "3.19" and code["S8"] == "2.26"
    rates = response_rates(made).set_index("rate")["value"]
    assert rates["RR1"] < rates["RR3"] < rates["RR5"]


def test_verified_list_leaves_nothing_unknown(frame, answered):
    response = Response(dispositions=RESPONSE.dispositions | {"no_reply": "3.19"})
    made = dispositions(frame, answered, response, verified=True)
    rates = response_rates(made).set_index("rate")["value"]
    assert rates["RR1"] == rates["RR3"] == rates["RR5"] == pytest.approx(1 / 8)


def test_frame_without_outcomes(frame, answered):
    made = dispositions(frame.drop(columns="outcome"), answered, RESPONSE, verified=True)
    assert (made["code"] == "2.20").sum() == 6


def test_late_questionnaire_dropped_by_rule(frame, answered):
    late = pd.DataFrame({"row": [7], "case_id": ["S7"], "rule": ["late"]})
    made = dispositions(
        frame, answered, RESPONSE, verified=True, dropped=late, rule_types={"late": "late"}
    ).set_index("id")
    assert made.loc["S7", "code"] == "2.27" and made.loc["S7", "category"] == "NC"


def test_a_dropped_record_does_not_make_a_leaver_eligible(frame, answered):
    blank = pd.DataFrame({"row": [7], "case_id": ["S9"], "rule": ["blank"]})
    made = dispositions(frame, answered, RESPONSE, verified=True, dropped=blank, rule_types=KINDS)
    assert made.set_index("id").loc["S9", "code"] == "4.10"


def test_all_problems_at_once(frame, answered):
    frame.loc[5, "outcome"] = "moved"
    answered.loc[0, "id"] = "X1"
    with pytest.raises(SurveyError) as caught:
        dispositions(frame, answered, RESPONSE, verified=True)
    assert len(caught.value.problems) == 2
    assert "'moved' (1 staff)" in caught.value.problems[0]
    assert "X1" in caught.value.problems[1]


def test_leaver_who_answered_is_a_contradiction(frame, answered):
    answered.loc[0, "id"] = "S9"
    with pytest.raises(SurveyError, match="not eligible"):
        dispositions(frame, answered, RESPONSE, verified=True)


def test_unknown_code_and_edition():
    with pytest.raises(SurveyError, match="not held"):
        disposition_codes("2023")
    with pytest.raises(SurveyError, match="not an AAPOR"):
        category_of("7.1")


def test_code_table_by_mode():
    web, mail = disposition_codes(mode="web"), disposition_codes(mode="mail")
    assert "2.1121" in set(web["code"]) and "2.1121" not in set(mail["code"])
    assert "2.31" in set(mail["code"]) and "2.31" not in set(web["code"])
    held = disposition_codes().set_index("code")["category"]
    assert held[["1.1", "1.2", "2.12", "2.26", "2.33", "3.19", "3.91", "4.81"]].tolist() == [
        "I", "P", "R", "NC", "O", "UH", "UO", "IE",
    ]  # fmt: skip


def test_rates_by_group_and_crossed(made):
    rates = response_rates(made, ["agency"], levels=["B", "A"])
    assert rates["group_level"].drop_duplicates().tolist() == ["", "B", "A"]
    rr5 = rates[rates["rate"] == "RR6"].set_index("group_level")["value"]
    assert rr5["A"] == 2 / 4 and rr5["B"] == 0 and rr5[""] == 2 / 8
    crossed = response_rates(made, ["agency", "label"])
    assert "A:Complete" in set(crossed["group_level"])


def test_user_specified_e_is_used_and_said(frame, answered):
    made = dispositions(frame, answered, RESPONSE, verified=False)
    rates = response_rates(made, e=0.5).set_index("rate")
    assert rates.loc["RR4", "value"] == pytest.approx(2 / 7.5)
    assert rates.loc["e", "formula"] == "specified by the user"
    assert math.isnan(rates.loc["e", "numerator"])


def test_empty_denominator_is_missing_not_zero():
    rates = outcome_rates(dict.fromkeys(["I", "P", "R", "NC", "O", "UH", "UO", "IE"], 0), 1.0)
    assert rates.set_index("rate")["value"].drop("e").isna().all()


def test_one_row_per_dropped_record():
    log = pd.DataFrame(
        {
            "row": [9, 9, 3, 4],
            "case_id": ["X", "X", "S1", "S2"],
            "rule": ["not_on_list", "not_on_list", "duplicate", "range"],
            "action": ["drop", "drop", "drop", "set_missing"],
        }
    )
    assert dropped_records(log)["row"].tolist() == [3, 9]


def test_flow_adds_up(made, answered, dropped):
    table = flow(
        made,
        dropped,
        KINDS,
        answered=set(answered["id"]),
        group="agency",
        levels=["A", "B"],
        words=Vocabulary(),
    )
    n = table.set_index(["group_level", "stage"])["n"]
    for level in ("", "A", "B"):
        part = n[level]
        assert part["on_list"] == part["ineligible"] + part["eligible"]
        silent = part[["no_reply", "refused", "other", "unknown"]].sum()
        assert part["eligible"] == silent + part["returned_persons"]
        excluded = part[[stage for stage in part.index if stage.startswith("excluded")]].sum()
        assert part["returned"] == part["analysed"] + excluded
        assert part["analysed"] == part["complete"] + part["partial"]
    # In the file: S1 twice, S2, S3, the blank of S4, and X9, who is on no list.
    assert n["", "returned"] == 6 and n["A", "returned"] == 4 and n["B", "returned"] == 1
    assert n["", "returned_persons"] == 4 and n["", "excluded_few"] == 1
    # S5 is said to have returned one, S8 was away.
    assert n["", "other"] == 2 and n["", "no_reply"] == 1 and n["", "refused"] == 1
    labels = table.drop_duplicates("stage").set_index("stage")["stage_label"]
    assert labels["ineligible"] == "Not eligible (left before start)"
    assert "unavailable throughout" in labels["other"]
