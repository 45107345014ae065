"""Survey files and staff lists: types, formats, checks in plain words."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from studies import FIXED
from surveypipe.intake.columns import typed
from surveypipe.intake.drafting import draft
from surveypipe.intake.files import (
    add_checksums,
    read_codebook,
    read_survey,
    read_text_table,
    verify_checksums,
)
from surveypipe.intake.frame import build_frame, check_headcounts
from surveypipe.intake.ingestion import label_conflicts, match_columns, unknown_codes
from surveypipe.intake.labels import FileLabels
from surveypipe.problems import Problems, SurveyError
from surveypipe.rehearsal.raw_files import write_survey
from surveypipe.study.codebook_parsing import parse_codebook
from surveypipe.study.reading import read
from surveypipe.study.settings import Configuration

ROOT = Path(__file__).resolve().parents[3]
SAV = ROOT / "data/raw/southwark_SIMULATED.sav"
CONFIG = read(FIXED / "config.yaml", Configuration)


@pytest.fixture(scope="module")
def codebook():
    return read_codebook(FIXED / "codebook.yaml")


@pytest.fixture(scope="module")
def survey():
    return read_survey(SAV)


@pytest.fixture(scope="module")
def responses(survey, codebook):
    return ingest(survey, codebook)


@pytest.fixture
def staff():
    return read_text_table(ROOT / "data/raw/staff_list_SIMULATED.csv")


def found(problems: Problems) -> str:
    try:
        problems.raise_if_any()
    except SurveyError as error:
        return "\n".join(error.problems)
    return ""


def ingest(survey, codebook):
    problems = Problems()
    matched, _ = match_columns(survey[0], codebook, problems, "file")
    made = typed(matched, survey[1], codebook, problems, "file")
    assert not problems, found(problems)
    return made


def frame_of(staff, problems):
    outcomes = list(CONFIG.response.dispositions)
    return build_frame(staff, CONFIG.frame, CONFIG.groups, outcomes, problems, "staff.csv")


def test_user_missing_codes_stay_apart_from_blanks(responses):
    assert (responses["risk_1"] == 98).any()
    assert responses["risk_1"].isna().any()
    assert responses["caseload"].between(900, 999).any()


def test_types_and_record_numbers(responses):
    assert responses["record"].tolist() == list(range(1, 124))
    assert str(responses["return_date"].dtype) == "datetime64[ns]"
    assert responses["read"].dtype == float
    assert not (responses["comment_helped"] == "").any()
    assert responses["comment_helped"].str.contains("café").any()


def test_file_says_that_it_is_simulated_and_carries_measures(survey):
    _, meta = pyreadstat.read_sav(str(SAV))
    assert "SIMULATED" in meta.file_label
    assert meta.variable_measure["risk_1"] == "ordinal"
    assert meta.column_names_to_labels["VAR00027"] in (None, "")
    assert survey[1].missing["years_in_post"] == [(97.0, 99.0)]


@pytest.mark.parametrize("suffix", ["zsav", "csv", "xlsx", "por", "dta", "xpt"])
def test_every_format_gives_the_same_answers(suffix, survey, responses, codebook, tmp_path):
    raw = survey[0].copy()
    path = tmp_path / f"survey.{suffix}"
    if suffix == "zsav":
        pyreadstat.write_sav(raw, str(path), compress=True, missing_ranges={"risk_1": [98, 99]})
    elif suffix == "csv":
        raw.to_csv(path, index=False)
    elif suffix == "xlsx":
        raw.to_excel(path, index=False)
    elif suffix == "por":
        # The .por format holds no other letters than ASCII, and names of eight capitals.
        for name in ("comment_helped", "comment_change"):
            raw[name] = raw[name].str.encode("ascii", "replace").str.decode("ascii")
        pyreadstat.write_por(raw.set_axis([f"v{i}" for i in range(raw.shape[1])], axis=1), str(path))
    elif suffix == "dta":
        pyreadstat.write_dta(raw, str(path))
    else:
        pyreadstat.write_xport(raw, str(path))
    again = read_survey(path)
    expected = responses.copy()
    if suffix == "por":
        for name in ("comment_helped", "comment_change"):
            expected[name] = expected[name].str.encode("ascii", "replace").str.decode("ascii")
        again[0].columns = [name.upper() for name in raw.columns]
    pd.testing.assert_frame_equal(ingest(again, codebook), expected)


def test_the_identifier_is_text_whatever_its_type_and_may_be_absent():
    entry = {"type": "numeric", "label": "L"}
    raw = pd.DataFrame({"PNO": [101.0, 103.0], "How old?": [30.0, 40.0]})
    variables = {"PNO": entry | {"role": "id"}, "age": entry | {"in_file": "How old?"}}
    book = parse_codebook({"variables": variables})
    assert ingest((raw, FileLabels()), book)["PNO"].tolist() == ["101", "103"]
    anonymous = parse_codebook({"variables": {"PNO": entry, "age": variables["age"]}})
    assert ingest((raw, FileLabels()), anonymous)["age"].tolist() == [30.0, 40.0]


def test_csv_with_answers_in_words_gets_their_codes(tmp_path, survey, responses, codebook):
    raw = survey[0].copy()
    words = {1.0: "Yes", 2.0: "No", 98.0: "Don't know", 99.0: "Refused"}
    raw["read"] = raw["read"].map(words)
    raw.to_csv(tmp_path / "words.csv", index=False, sep=";")
    again = ingest(read_survey(tmp_path / "words.csv"), codebook)
    pd.testing.assert_series_equal(again["read"], responses["read"])


def test_stata_letters_become_the_codes_of_their_labels(codebook):
    raw = pd.DataFrame({"read": pd.Series([1.0, "a", "b", None], dtype=object)})
    labels = FileLabels(values={"read": {"a": "Don't know", "b": "Refused"}})
    made = typed(raw, labels, codebook, Problems(), "x.dta")
    assert made["read"].tolist()[:3] == [1.0, 98.0, 99.0]
    assert np.isnan(made["read"].iloc[3])


def test_text_in_a_numeric_column_is_reported(codebook):
    problems = Problems()
    typed(pd.DataFrame({"caseload": ["12", "many"]}), FileLabels(), codebook, problems, "x.csv")
    assert "1 value of caseload" in found(problems)
    assert "many" in found(problems)


@pytest.mark.parametrize("value", ["31/02/2012", 40940.0, "9999-01-01", dt.date(9999, 1, 1), "Tuesday"])
def test_what_is_no_day_is_reported(value, codebook):
    problems = Problems()
    typed(pd.DataFrame({"return_date": [value]}), FileLabels(), codebook, problems, "x.csv")
    assert "1 value of return_date cannot be read as days" in found(problems)


@pytest.mark.parametrize("value", ["2012-02-01", dt.date(2012, 2, 1), dt.datetime(2012, 2, 1, 14, 30)])
def test_days_lose_their_time(value, codebook):
    made = typed(pd.DataFrame({"return_date": [value, None]}), FileLabels(), codebook, Problems(), "x")
    assert made["return_date"].iloc[0] == pd.Timestamp("2012-02-01")
    assert made["return_date"].isna().iloc[1]


def test_missing_and_extra_columns_are_named(survey, codebook):
    problems = Problems()
    raw = survey[0].drop(columns="risk_2").assign(extra=1.0)
    match_columns(raw, codebook, problems, "file.sav")
    assert "risk_2 of the codebook is not in the file" in found(problems)
    assert "the column extra (123 values) is not in the codebook" in found(problems)


def test_few_stray_codes_go_to_cleaning(responses, codebook):
    problems = Problems()
    notes = unknown_codes(responses, codebook, problems, "file.sav")
    assert not problems
    assert any("guid_4" in note and "0 (1 case)" in note for note in notes)


def test_many_stray_codes_stop(responses, codebook):
    problems = Problems()
    many = responses.assign(risk_1=responses["risk_1"].mask(responses.index < 8, 6.0))
    unknown_codes(many, codebook, problems, "file.sav")
    assert "risk_1 holds codes that are not in the codebook: 6 (8 cases)" in found(problems)


def test_an_unknown_category_stops_at_once(responses, codebook):
    problems = Problems()
    one = responses.assign(q_profession=responses["q_profession"].mask(responses.index == 3, 7.0))
    unknown_codes(one, codebook, problems, "file.sav")
    assert "q_profession holds codes that are not in the codebook: 7 (1 case)" in found(problems)


def test_turned_round_answers_and_hidden_missing_codes_are_found(codebook):
    labels = FileLabels(
        values={"read": {1.0: "No", 2.0: "Yes"}}, missing={"risk_1": [(3.0, 3.0)], "joint_1": [(98.0, 99.0)]}
    )
    text = "\n".join(label_conflicts(labels, {n: n for n in codebook.variables}, codebook))
    assert "read: the file gives 'No' the code 1, the codebook the code 2" in text
    assert "risk_1: the file marks 3 as missing" in text
    assert "joint_1" not in text


def test_staff_list(staff):
    problems = Problems()
    frame = frame_of(staff, problems)
    assert not problems
    assert len(frame) == 320
    assert frame["agency"].value_counts().to_dict() == {"AMH": 180, "CSC": 140}
    assert set(frame.loc[frame["agency"] == "CSC", "profession_group"]) == {
        "Social worker",
        "Other profession",
    }
    assert str(frame["invited"].dtype) == "datetime64[ns]"


def test_staff_list_faults_are_all_named(staff):
    staff.loc[1, "staff_id"] = staff.loc[0, "staff_id"]
    staff.loc[2, "staff_id"] = None
    staff.loc[3, "agency"] = "HOUSING"
    staff.loc[4, "contact_outcome"] = "moved"
    staff.loc[5, "profession"] = None
    staff.loc[6, "invited_date"] = "soon"
    problems = Problems()
    frame_of(staff, problems)
    text = found(problems)
    for part in (
        f"staff_id {staff.loc[0, 'staff_id']} occurs 2 times",
        "1 case without a staff_id",
        "agency 'HOUSING' (1 case) is not known; known are AMH, CSC",
        "contact_outcome 'moved' (1 case) is not known",
        "1 case without a profession",
        "1 value of invited_date cannot be read as days (row 7: soon)",
    ):
        assert part in text


def test_staff_list_without_a_column(staff):
    problems = Problems()
    frame_of(staff.drop(columns="agency"), problems)
    assert "no column agency" in found(problems)


def headcounts(rows) -> str:
    problems = Problems()
    frame = frame_of(read_text_table(ROOT / "data/raw/staff_list_SIMULATED.csv"), Problems())
    check_headcounts(pd.DataFrame(rows, columns=["variable", "level", "n"]), frame, problems, "h.csv")
    return found(problems)


GROUPS = [("profession_group", "Social worker", 170), ("profession_group", "Nurse", 80)]


def test_agreeing_headcounts_pass():
    rows = [
        ("agency", "AMH", 180),
        ("agency", "CSC", 140),
        *GROUPS,
        ("profession_group", "Other profession", 70),
    ]
    assert headcounts(rows) == ""


def test_headcounts_that_contradict_the_staff_list():
    text = headcounts([("agency", "AMH", 181), ("agency", "CSC", 139)])
    assert "agency AMH has 181 staff in the headcounts and 180 in the staff list" in text


def test_margins_that_contradict_each_other():
    rows = [
        ("agency", "AMH", 180),
        ("agency", "CSC", 140),
        *GROUPS,
        ("profession_group", "Other profession", 60),
    ]
    assert "agency adds up to 320, profession_group adds up to 310" in headcounts(rows)


def test_checksums(tmp_path):
    data, sums = tmp_path / "a.csv", tmp_path / "SHA256SUMS"
    data.write_text("x\n1\n")
    problems = Problems()
    verify_checksums(sums, [data], problems)
    assert "sha256sum a.csv >> SHA256SUMS" in found(problems)
    assert add_checksums(sums, [data]) == ["a.csv"]
    assert add_checksums(sums, [data]) == []
    problems = Problems()
    verify_checksums(sums, [data], problems)
    assert not problems
    data.write_text("x\n2\n")
    verify_checksums(sums, [data], problems)
    assert "has changed since its checksum was taken" in found(problems)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.sav", b"", "0 bytes"),
        ("a.sav", b"id,read\n1,2\n", "not an SPSS file"),
        ("a.sav", SAV.read_bytes()[:5000], "damaged or cut short"),
        ("a.sav", SAV.read_bytes()[:-300], "damaged or cut short"),
        ("a.xlsx", b"id,read\n1,2\n", "not an Excel workbook"),
        ("a.csv", b"PK\0\0", "not a CSV file"),
        ("a.csv", b"id,read\n", "no records"),
        ("a.dta", b"nonsense", "cannot be read"),
        ("a.docx", b"x", "survey files may end in"),
    ],
)
def test_unreadable_files_are_answered_in_words(name, content, expected, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SurveyError, match=expected):
        read_survey(tmp_path / name)


def test_missing_file_says_what_is_there(tmp_path):
    (tmp_path / "other.sav").write_bytes(b"x")
    with pytest.raises(SurveyError, match=r"no such file .*other\.sav"):
        read_survey(tmp_path / "mine.sav")


def test_key_given_twice_in_the_codebook(tmp_path):
    path = tmp_path / "codebook.yaml"
    path.write_text("variables:\n  a: {type: string, label: A}\n  a: {type: date, label: B}\n")
    with pytest.raises(SurveyError, match="'a' of variables stands twice, in lines 2 and 3"):
        read_codebook(path)


def test_the_draft_agrees_with_the_codebook_that_a_person_wrote(survey, codebook):
    made = draft(*survey)
    drafted = made.codebook["variables"]
    assert made.identifier == "case_id"
    assert len(made.codebook["batteries"]) == len(codebook.batteries)
    for variable in codebook.variables.values():
        # Texts that a simulation repeats are taken for the answers of a list.
        if variable.role in ("id", "undocumented") or variable.type == "string":
            continue
        mine = drafted[variable.name]
        answers = {float(code): text for code, text in mine.get("values", {}).items()}
        assert answers == variable.values, variable.name
        codes = {float(code): text for code, text in mine.get("missing", {}).get("codes", {}).items()}
        stray = {code: text for code, text in codes.items() if text.endswith("(no label)")}
        assert {c: text for c, text in codes.items() if c not in stray} == variable.missing_codes, (
            variable.name
        )
        assert mine["type"] == variable.type, variable.name
        assert bool(mine.get("battery")) == bool(variable.battery), variable.name


def test_written_sav_reads_back_as_written(tmp_path, codebook, responses):
    write_survey(responses.drop(columns="record"), codebook, tmp_path / "again.sav", "Simulated")
    pd.testing.assert_frame_equal(ingest(read_survey(tmp_path / "again.sav"), codebook), responses)
    assert (tmp_path / "again.sav").read_bytes()[92:109] == b"01 Jun 1208:00:00"


def test_labels_json_is_plain(tmp_path, survey):
    from ingest import _labels_json

    text = json.dumps(_labels_json(survey[1]))
    assert '"read": {"1": "Yes", "2": "No"' in text
