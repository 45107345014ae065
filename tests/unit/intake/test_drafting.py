"""Files as they come: each drafted, ingested and cleaned with no edit, and its answers counted once more."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from recount import cleaned, differences, drafted, original
from surveypipe.intake.design_columns import design_columns
from surveypipe.intake.drafting import draft
from surveypipe.intake.files import read_survey
from surveypipe.intake.identifying import identifier
from surveypipe.intake.labels import FileLabels, FileSet
from surveypipe.intake.list_drafting import draft_frame, questions_counted
from surveypipe.intake.naming import name_for, short_label
from surveypipe.intake.remarks import groupings
from surveypipe.problems import SurveyError

N = 24
NONE = np.nan
AGREE = {1: "Strongly disagree", 2: "Disagree", 3: "Neither", 4: "Agree", 5: "Strongly agree"}
WORDS = ("Never", "Sometimes", "Often")


def turns(*values, n: int = N) -> list:
    """Values in turn, n of them."""
    return [values[k % len(values)] for k in range(n)]


def sav(path: Path, labels: dict | None = None, **columns: list) -> Path:
    pyreadstat.write_sav(pd.DataFrame(columns), str(path / "survey.sav"), **(labels or {}))
    return path / "survey.sav"


def csv(path: Path, *rows: str, sep: str = ",", name: str = "survey.csv") -> Path:
    (path / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path / name


def entries(survey: Path, folder: Path, **options) -> dict:
    """Draft, run to the cleaned answers, recount, and give the variables of the codebook."""
    made, _ = drafted(survey, folder / "study", **options)
    analysis = cleaned(survey, folder / "study", **options)
    if survey.suffix != ".csv":
        assert differences(survey, folder / "study", analysis) == []
    assert len(made.findings) <= 10
    return made.codebook["variables"]


def test_scales_of_which_only_the_ends_are_labelled(tmp_path):
    labels = {"seven": {1: "Very bad", 7: "Very good"}, "ten": {0: "Never", 10: "Always"}, "one": {5: "Best"}}
    survey = sav(
        tmp_path, {"variable_value_labels": labels}, seven=turns(1.0, 2, 4, 7, NONE), ten=turns(0.0, 3, 7, 9),
        one=turns(1.0, 2, 3, 4, 5),
    )  # fmt: skip
    made = entries(survey, tmp_path)
    assert made["seven"]["values"] == {
        1: "Very bad", 2: "2", 3: "3", 4: "4", 5: "5", 6: "6", 7: "Very good"
    }  # fmt: skip
    assert len(made["ten"]["values"]) == 11
    assert made["one"]["values"][5] == "Best"
    assert {entry["type"] for entry in made.values()} == {"ordinal"}


def test_zero_and_one_with_and_without_labels(tmp_path):
    labels = {
        "plain": {0: "No", 1: "Yes"},
        "said": {0: "Not mentioned", 1: "Mentioned"},
        "arm": {0: "A", 1: "B"},
    }
    columns = {name: turns(0.0, 1, 1, NONE) for name in ("plain", "said", "arm", "bare")}
    made = entries(sav(tmp_path, {"variable_value_labels": labels}, **columns), tmp_path)
    assert [made[name].get("counts") for name in columns] == [1, 1, None, 1]
    assert made["arm"]["type"] == "categorical"


def test_codes_without_a_label_are_kept(tmp_path):
    labels = {"ward": {1: "A", 2: "B"}, "mood": AGREE, "used": {1: "Yes", 2: "No"}}
    survey = sav(
        tmp_path, {"variable_value_labels": labels}, ward=turns(1.0, 2, 5), used=turns(1.0, 2, 3),
        mood=turns(*map(float, AGREE), 7.0),
    )  # fmt: skip
    made = entries(survey, tmp_path)
    assert made["ward"]["values"][5] == "5 (no label)"
    assert made["mood"]["values"] == AGREE, "beyond the ends of a scale"
    assert made["mood"]["missing"]["codes"] == {7: "7 (no label)"}
    assert made["used"]["type"] == "categorical"


def test_numbers_with_a_few_labelled_codes(tmp_path):
    ages = [*np.arange(20.0, 40.0), 98, 99, 99, 98]
    labels = {"age": {98: "Refused", 99: "Don't know"}, "hours": {-1: "Inapplicable", 0: "None"}}
    survey = sav(
        tmp_path, {"variable_value_labels": labels, "missing_ranges": {"pay": [{"lo": 900, "hi": 999}]}},
        age=ages, hours=turns(-1.0, 0, 3, 8, 12, 15.5), pay=turns(10.5, 20.25, 35.0, 998, 999),
    )  # fmt: skip
    made = entries(survey, tmp_path)
    assert {entry["type"] for entry in made.values()} == {"numeric"}
    assert made["age"]["missing"]["codes"] == {98: "Refused", 99: "Don't know"}
    assert made["hours"]["missing"]["codes"] == {-1: "Inapplicable"}
    assert made["pay"]["missing"]["range"] == [900, 999]


def test_whole_numbers_without_labels(tmp_path):
    scale = {f"mood_{k}": turns(*np.roll([1.0, 2, 3, 4, 5], k)) for k in range(3)}
    survey = sav(tmp_path, children=turns(0.0, 1, 2, 3), region=turns(1.0, 2, 3), **scale)
    made, _ = drafted(survey, tmp_path / "study")
    types = {name: entry["type"] for name, entry in made.codebook["variables"].items()}
    assert types == {"children": "ordinal", "region": "categorical"} | dict.fromkeys(scale, "ordinal")
    assert made.codebook["batteries"] == {"mood": "Items mood_0 to mood_2"}
    assert any("number by number" in text for text in made.findings)
    entries(survey, tmp_path)


def test_ticks_in_numbers_and_sets_that_the_file_names(tmp_path):
    boxes = {f"q4_{k}": turns(1.0, *[NONE] * k) for k in (1, 2, 3)}
    told = {"column_labels": [*(f"Heard of it: {how}" for how in ("Paper", "Radio", "Boss")), ""]}
    survey = sav(tmp_path, told, **boxes, after=turns(1.0, 2))
    made = entries(survey, tmp_path)
    assert {made[name]["set"] for name in boxes} == {"q4"}
    assert made["q4_2"]["label"] == "Radio"
    told = FileSet("Which?", ("a", "b"), 1.0)
    raw = pd.DataFrame({"a": turns(1.0, 0, NONE), "b": turns(NONE, 1.0), "c": turns(1.0, 2.0)})
    book = draft(raw, FileLabels(sets={"which": told})).codebook
    assert book["sets"] == {"which": "Which?"}
    assert [book["variables"][name].get("set") for name in "abc"] == ["which", "which", None]


@pytest.mark.parametrize(
    "words", [("x", "X", "x"), ("Paper", "Radio", "Boss"), ("1", "1", "1"), ("Yes",) * 3]
)
def test_ticks_in_a_csv(tmp_path, words):
    rows = [",".join(word if (k + n) % 3 else "" for k, word in enumerate(words)) for n in range(N)]
    survey = csv(
        tmp_path, "How? [Paper],How? [Radio],How? [Boss]", *[f"{row}" for row in rows if row.strip(",")]
    )
    made = entries(survey, tmp_path)
    assert [entry["label"] for entry in made.values()] == ["Paper", "Radio", "Boss"]
    assert len({entry["set"] for entry in made.values()}) == 1
    analysis = pd.read_parquet(tmp_path / "study/results/data/analysis.parquet")
    assert [analysis[name].mean() for name in made] == [2 / 3, 2 / 3, 2 / 3]


def test_identifiers_are_text_and_spellings_of_one_person(tmp_path):
    spelt = [*[f"{100 + k}" for k in range(30)], "00101", "103.0", " 104\u00a0", ""]
    survey = csv(tmp_path, "PersonNo,used", *[f"{number},{k % 2}" for k, number in enumerate(spelt)])
    analysis = cleaned(survey, tmp_path / "study", id_variable="PersonNo")
    assert len(analysis) == 31
    assert "PersonNo" not in analysis
    with pytest.raises(SurveyError, match="--id PersonNr: the survey has no column"):
        draft(*read_survey(survey), id_variable="PersonNr")


def test_only_what_looks_like_a_number_of_persons_identifies(tmp_path):
    rng = np.random.default_rng(1)
    raw = pd.DataFrame({"income": rng.normal(size=N), "name": [f"Person {k}" for k in range(N)]})
    assert identifier(raw, FileLabels()) is None
    raw["code"] = range(1, N + 1)
    assert identifier(raw, FileLabels()) == "code"
    raw["respondent_id"] = [f"R{k:03d}" for k in rng.permutation(N)]
    assert identifier(raw.drop(columns="code"), FileLabels()) == "respondent_id"


def test_times_durations_constants_texts_and_empty_columns(tmp_path):
    survey = sav(
        tmp_path, {"variable_format": {"began": "TIME8", "took": "DTIME12", "day": "EDATE10"}},
        began=turns(34200.0, 36000.0), took=turns(183600.0, 90000.0), day=turns(13.9e9, 13.8e9, NONE),
        wave=turns(3.0), remark=[f"My own words, number {k}" for k in range(N)], nothing=turns(NONE),
        blank=turns(""),
    )  # fmt: skip
    made = entries(survey, tmp_path)
    types = {name: entry["type"] for name, entry in made.items()}
    assert types["began"] == types["took"] == types["remark"] == "string"
    assert types["day"] == "date"
    assert types["wave"] == "categorical"
    assert [made[name].get("role") for name in ("nothing", "blank")] == ["undocumented"] * 2


def test_text_with_value_labels(tmp_path):
    labels = {"sex": {"f": "Female", "m": "Male"}, "used": {"J": "Yes", "N": "No"}}
    survey = sav(
        tmp_path, {"variable_value_labels": labels}, sex=turns("f", "m", "m", ""), used=turns("J", "N")
    )
    made = entries(survey, tmp_path)
    assert set(made["sex"]["values"].values()) == {"Female", "Male"}
    assert made["used"]["type"] == "binary"


def test_lettered_missing_values_with_and_without_labels(tmp_path):
    frame = pd.DataFrame({"uses": turns(1.0, 2.0, "a", "b", "z"), "age": turns(30.5, 40.0, "a", 51.0)})
    path = tmp_path / "survey.dta"
    labels = {"uses": {1: "Once", 2: "Other", "a": "Unsure", "b": "Other"}}
    pyreadstat.write_dta(
        frame, str(path), variable_value_labels=labels,
        missing_user_values={"uses": ["a", "b", "z"], "age": ["a"]},
    )  # fmt: skip
    made = entries(path, tmp_path)
    assert made["uses"]["missing"]["codes"] == {97: "Unsure", 98: "Other (.b)", 99: ".z"}
    assert made["age"] | {"missing": {}} == {"type": "numeric", "label": "age", "missing": {}}


def test_a_csv_of_questions_and_words(tmp_path):
    head = "\u00a0How often do you use the sheet in your ward? ,Do you agree?,Größe,Größe,Hospital"
    agreed = ("Strongly agree", "agree", "Disagree ", "NA")
    rows = [f"{WORDS[k % 3]},{agreed[k % 4]},{k % 2},{k / 4},{'NS'[k % 2]}" for k in range(N)]
    made = entries(csv(tmp_path, head, *rows), tmp_path)
    often, agree, *_ = made.values()
    assert often["values"] == {1: "Never", 2: "Sometimes", 3: "Often"}
    assert often["in_file"] == "How often do you use the sheet in your ward?"
    assert list(agree["values"].values()) == ["Disagree", "agree", "Strongly agree"]
    assert made["Hospital"]["type"] == "categorical"
    assert [entry.get("in_file") for name, entry in made.items() if name.startswith("Größe")] == [None, None]


def test_a_csv_of_another_country(tmp_path):
    rows = [f"{k};{k % 28 + 1:02d}.11.2024;{k},5;{k % 2};{k % 3},0" for k in range(N)]
    made = entries(csv(tmp_path, "sep=;", "Nr;Tag;Stunden;Ja_Nein;Note", *rows), tmp_path)
    assert [entry["type"] for entry in made.values()] == ["string", "date", "numeric", "binary", "ordinal"]
    analysis = pd.read_parquet(tmp_path / "study/results/data/analysis.parquet")
    assert analysis["Stunden"].sum() == sum(k + 0.5 for k in range(N))


@pytest.mark.parametrize(
    "answers",
    [
        {1: "< 5 times", 2: "> 5 times", 3: "5 times"},
        {1: "Other", 2: "Nurse", 3: "Other"},
        {1: "거의 없다", 2: "가끔", 3: "자주"},
        {1: "Yes", 2: "Off", 3: "~"},
        {1.5: "Half", 2: "Whole: all", 3: "#none"},
    ],
)
def test_answers_that_read_alike_or_are_of_any_script(tmp_path, answers):
    survey = sav(
        tmp_path, {"variable_value_labels": {"freq": answers}}, freq=turns(*map(float, answers), NONE)
    )
    made = entries(survey, tmp_path)
    assert list(made["freq"]["values"].values()) == list(answers.values())


def test_batteries_filters_and_words_for_no_knowledge(tmp_path):
    used = turns(1.0, 2.0)
    items = {
        f"risk_{k}": np.where(np.array(used) == 1, turns(*np.roll([1.0, 2, 3, 4, 5, 9, 2], k)), NONE)
        for k in range(4)
    }
    labels = {"used": {1: "Yes", 2: "No"}} | dict.fromkeys(items, AGREE | {9: "Don't know"})
    survey = sav(tmp_path, {"variable_value_labels": labels}, used=used, **items)
    made, _ = drafted(survey, tmp_path / "study")
    assert made.codebook["batteries"] == {"risk": "Items risk_0 to risk_3"}
    assert made.codebook["variables"]["risk_1"]["missing"] == {"codes": {9: "Don't know"}}
    assert "asked_if" not in made.codebook["variables"]["risk_1"]
    assert any("risk_0 to risk_3 only with used = Yes" in text for text in made.findings)
    entries(survey, tmp_path)


def test_names_that_a_codebook_does_not_take(tmp_path):
    columns = {
        name: turns(0.0, 1.0) for name in ("record", "flags", "everybody", "@2nd", "Größe", "병원", "id")
    }
    path = tmp_path / "survey.dta"
    pyreadstat.write_dta(pd.DataFrame(columns | {"_x": turns(1.0, 0), "X": turns(1.0), "x": turns(1.0)})
                         .rename(columns={"@2nd": "second"}), str(path))  # fmt: skip
    made = entries(path, tmp_path)
    assert [entry["in_file"] for entry in made.values() if "in_file" in entry] == [
        "record", "flags", "everybody", "id", "x"
    ]  # fmt: skip
    assert name_for("2nd place?", set()) == "q_2nd_place"
    assert name_for("w_none", set()) == "asked_w_none"


def test_an_infinite_number_is_set_aside_and_named(tmp_path):
    survey = csv(tmp_path, "a", *[f"{k / 4}" for k in range(N)], "1e999")
    analysis = cleaned(survey, tmp_path / "study")
    assert analysis["a"].max() == (N - 1) / 4
    assert len(analysis) == N


def test_a_long_label_has_a_short_one_and_a_name_is_stable():
    label = "How satisfied are you, all in all, with the way in which you were told about it?"
    assert short_label(label) == "How satisfied are you, all in all, with the way…"
    assert short_label("Short enough") is None
    assert name_for("How satisfied are you with [Pay and hours]", set()) == "satisfied_pay_hours"
    taken: set[str] = set()
    assert [name_for(name, taken) for name in ("Q1 a", "Q1-a", "q1_a")] == ["q1", "q1_2", "q1_a"]


def test_a_staff_list_is_read_as_it_says_itself():
    staff = pd.DataFrame(
        {
            "Name": [f"Person {k}" for k in range(60)],
            "PersonNo": [f"{k:05d}" for k in range(101, 161)],
            "Hospital": turns("NORTH", "RIVER", n=60),
            "Ward": turns(*map(str, range(1, 5)), n=60),
            "Years": [str(k) for k in range(60)],
            "Posted": turns("03/09/2024", "17/09/2024", n=60),
            "Result": turns("Returned", "Refused", "no_reply", n=60),
        }
    )
    survey = pd.DataFrame({"PNO": [101.0 + k for k in range(20)], "hospital": turns(1.0, 2.0, n=20)})
    made = draft_frame(staff, survey)
    assert made.survey_id == "PNO"
    assert made.frame == {
        "id": "PersonNo",
        "columns": {
            "hospital_listed": "Hospital", "ward": "Ward", "years": "Years", "invited": "Posted",
            "outcome": "Result",
        },
        "numeric": ["years"],
        "categorical": ["ward"],
    }  # fmt: skip
    assert made.dispositions == {"Refused": "2.111", "Returned": "2.12", "no_reply": "2.20"}
    assert list(made.groups) == ["hospital_listed", "ward"]
    with pytest.raises(SurveyError, match="hardly a value in common with any column of the survey"):
        draft_frame(staff, survey.assign(PNO=survey["PNO"] + 5000))
    assert draft(survey, FileLabels(), made.survey_id).identifier == "PNO"


def test_headcounts_find_their_questions(tmp_path):
    labels = {"hosp": {1: "North", 2: "River"}, "sex": {1: "Female", 2: "Male"}}
    survey = sav(tmp_path, {"variable_value_labels": labels}, hosp=turns(1.0, 2), sex=turns(1.0, 2, 2))
    raw, told = read_survey(survey)
    counts = pd.DataFrame({"Hospital": ["North", "River"], "n": ["100", "200"]})
    names = questions_counted(counts, raw, told)
    assert names == {"hosp": "Hospital"}
    assert draft(raw, told, names=names).codebook["variables"]["Hospital"]["in_file"] == "hosp"


FILES = os.environ.get("SURVEY_FILES", "")


@pytest.mark.slow
@pytest.mark.skipif(not FILES, reason="SURVEY_FILES names no folder of survey files to run as they are")
def test_every_file_of_a_folder_runs_as_it_is_drafted(tmp_path):
    """Of each readable file of SPSS, Stata or SAS with ten rows: no edit, no stop, the same counts."""
    wrong, tried = {}, 0
    for path in sorted(Path(FILES).rglob("*")):
        if path.suffix.lower() not in (".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".xpt"):
            continue
        try:
            rows = len(original(path))
        except Exception:  # what pyreadstat itself cannot read is no survey
            continue
        if rows < 10:
            continue
        tried += 1
        folder = tmp_path / str(tried)
        try:
            analysis = cleaned(path, folder)
        except Exception as error:
            wrong[path.name] = [f"{type(error).__name__}: {error}"]
            continue
        aside = read_survey(path)[1].set_aside
        told = [
            text
            for text in differences(path, folder, analysis)
            if text.split(":")[0] not in {n for n, *_ in aside}
        ]
        if told:
            wrong[path.name] = told
    assert tried
    assert wrong == {}


def test_days_beside_times_are_days(tmp_path):
    frame = pd.DataFrame({"when": turns(dt.datetime(2024, 3, 1, 9, 30), dt.datetime(2024, 3, 2, 17))})
    pyreadstat.write_dta(frame, str(tmp_path / "survey.dta"))
    assert entries(tmp_path / "survey.dta", tmp_path)["when"]["type"] == "date"


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"pw": turns(1.5, 30.2, 17.1, 8.9)}, "pw may be a weight: if so"),
        ({"FinalWeight": turns(1.5, 30.2, 0.4), "psu": turns(1, 2, 3)}, "psu may say how people were drawn"),
        ({"wt_2019": turns(0.5, 1.25, 0.75), "stratum": turns(1, 2)}, "wt_2019 may be a weight, and stratum"),
        (
            {"SDMVPSU": turns(1, 2), "WTMEC2YR": turns(81.5, 31.2, 0.7), "SDMVSTRA": turns(83, 84)},
            "WTMEC2YR may be a weight, and SDMVPSU, SDMVSTRA may say",
        ),
        (
            {"v005": turns(1.5, 0.7, 0.9), "v021": turns(1, 2, 3), "v022": turns(1, 2)},
            "v005 may be a weight, and v021, v022 may say",
        ),
        (
            {
                "anweight": turns(0.5, 1.5, 0.75),
                **{f"repw{n}": turns(0.5, 1.25, n / 7) for n in range(1, 21)},
            },
            "anweight may be a weight, and 20 columns, repw1 to repw20, may be replicate weights: if so",
        ),
    ],
)
def test_a_draft_tells_of_weights_and_takes_nobody_for_a_sample(columns, words):
    frame = pd.DataFrame({"q1": turns(1, 2, 3), **columns})
    told = " ".join(draft(frame, FileLabels()).findings)
    assert words in told
    assert "name it under `design`" in told


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("Full sample interview weight", "x may be a weight: if so"),
        ("Masked Variance Unit Pseudo-PSU", "x may say how people were drawn"),
        ("Primary sampling unit", "x may say how people were drawn"),
        ("Weight (kg)", ""),
        ("Person responsible for weighing", ""),
    ],
)
def test_labels_tell_of_a_design_too(label, words):
    frame = pd.DataFrame({"q1": turns(1, 2, 3), "x": turns(1.5, 30.2, 17.1)})
    told = " ".join(draft(frame, FileLabels(variables={"x": label})).findings)
    assert words in told if words else "`design`" not in told


def test_columns_of_a_design_are_drafted_as_no_questions():
    columns = {"SDMVPSU": turns(1, 2), "stratum": turns("north", "south"), "weight": turns(61.5, 82.0, 74.5)}
    frame = pd.DataFrame({"q1": turns(1, 2, 3), "cluster_headache": turns(0, 1), **columns})
    made = draft(frame, FileLabels())
    roles = {name: entry.get("role", "question") for name, entry in made.codebook["variables"].items()}
    assert {name for name, role in roles.items() if role == "admin"} == {"SDMVPSU", "stratum"}
    assert [made.codebook["variables"][name]["type"] for name in ("SDMVPSU", "stratum")] == [
        "numeric",
        "string",
    ]
    assert "No questions (`role: admin`): SDMVPSU, stratum." in " ".join(made.findings)


def test_a_draft_writes_down_the_design_that_names_tell():
    columns = {"WTMEC2YR": turns(81.5, 31.2), "SDMVPSU": turns(1, 2), "SDMVSTRA": turns(83, 84)}
    found = design_columns(draft(pd.DataFrame({"q1": turns(1, 2, 3), **columns}), FileLabels()).columns)
    assert found.section() == "{weights: WTMEC2YR, strata: SDMVSTRA, clusters: [SDMVPSU]}"
    assert design_columns([]).section() == ""


def test_no_part_of_a_design_is_put_forward_as_a_group():
    frame = pd.DataFrame({"psu": turns("1", "2", "3"), "sex": turns("f", "m")})
    assert groupings(draft(frame, FileLabels()).columns) == ["sex"]


@pytest.mark.parametrize(
    "name",
    ["weather", "height", "stripes", "awkward", "q_w1x", "widow", "orchestra", "jk2", "v0051", "replied"],
)
def test_other_words_are_no_weights(name):
    frame = pd.DataFrame({"q1": turns(1, 2, 3), name: turns(1.5, 30.2, 17.1)})
    assert "`design`" not in " ".join(draft(frame, FileLabels()).findings)
