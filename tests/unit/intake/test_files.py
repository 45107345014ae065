"""Survey files as programs and people write them: encodings, days, separators, sheets."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from surveypipe.intake.columns import typed
from surveypipe.intake.days import read_days
from surveypipe.intake.files import add_checksums, read_survey, verify_checksums
from surveypipe.intake.ingestion import match_columns
from surveypipe.intake.timestamps import converted, stamp_of
from surveypipe.problems import Problems, SurveyError
from surveypipe.study.codebook_parsing import parse_codebook


def written(tmp_path: Path, content: str | bytes, name: str = "survey.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def ingested(path: Path, **variables: dict) -> tuple[pd.DataFrame, list[str]]:
    """Read a file and give its columns their types; also the notes."""
    entries = {name: {"label": name} | entry for name, entry in variables.items()}
    book, problems = parse_codebook({"variables": entries}), Problems()
    raw, labels = read_survey(path)
    matched, _ = match_columns(raw, book, problems, str(path))
    made = typed(matched, labels, book, problems, str(path))
    problems.raise_if_any()
    return made, labels.notes


NUMBER, TEXT, DAY = {"type": "numeric"}, {"type": "string"}, {"type": "date"}


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\r\na;b\r\n1;x\r\n2;y\r\n",
        '"sep=,"\na,b\n1,x\n2,y\n',
        "a,b,\n1,x,\n2,y,\n",
        "a,b\n1,x,\n2,y,\n",
        "a\tb\n1\tx\n2\ty\n",
        "a|b\n1|x\n2|y\n",
        ",a,b\n0,1,x\n1,2,y\n",
        '"","a","b"\n"1",1,"x"\n"2",2,"y"\n',
        '"a","b"\n"1",1,"x"\n"2",2,"y"\n',
        "\ufeffa,b\n1,x\n2,y\n",
        " a ,\u00a0b\u00a0\n1,x\n2,y\n",
        "a,b\n1,x\n\n2,y\n,\n",
        "a;b\n1;x\n2;y\n".encode("utf-16"),
        b"\xff\xfe" + "a\tb\n1\tx\n2\ty\n".encode("utf-16-le"),
        "a,b\n1,x\n2,y\n".encode("utf-16-be"),
    ],
)
def test_one_table_however_it_is_written(tmp_path, content):
    made, _ = ingested(written(tmp_path, content), a=NUMBER, b=TEXT)
    assert made["a"].tolist() == [1, 2]
    assert made["b"].tolist() == ["x", "y"]


def test_words_for_a_blank_are_blank_and_told(tmp_path):
    content = "a,b,c\nNA,x,1\n#NULL!,NA,2\n3,#N/A,NA\n"
    listed = {"type": "categorical", "values": {1: "One", 2: "Two"}, "missing": {"codes": {9: "NA"}}}
    made, notes = ingested(written(tmp_path, content), a=NUMBER, b=TEXT, c=listed)
    assert made["a"].tolist()[2] == 3
    assert made["a"].isna().sum() == 2
    assert made["b"].isna().tolist() == [False, True, True]
    assert made["c"].tolist() == [1, 2, 9], "a word that the codebook lists is kept"
    assert [note for note in notes if "4 values in a, b" in note]


def test_decimal_commas_column_by_column(tmp_path):
    content = "a;b;c;d\n1,5;1.5;1,234;1,2,3\n2;2;2,345;2\n"
    made, notes = ingested(written(tmp_path, content), a=NUMBER, b=NUMBER, c=TEXT, d=TEXT)
    assert made["a"].tolist() == [1.5, 2]
    assert made["b"].tolist() == [1.5, 2]
    assert made["c"].tolist() == ["1,234", "2,345"], "thousands are not told from decimals by themselves"
    assert any("survey.csv: a: decimal commas" in note for note in notes)


@pytest.mark.parametrize(
    ("texts", "days", "certain"),
    [
        (["2024-10-08T23:30:00-08:00", "2024-10-09 01:00+02:00"], ["2024-10-08", "2024-10-09"], True),
        (["08.10.2024", "9.10.24"], ["2024-10-08", "2024-10-09"], True),
        (["08/10/2024 12:30", "31/10/2024"], ["2024-10-08", "2024-10-31"], True),
        (["10/08/2024", "10/31/2024"], ["2024-10-08", "2024-10-31"], True),
        (["08/10/2024", "09/10/2024"], ["2024-10-08", "2024-10-09"], False),
        (["8 Oct 2024", "October 9, 2024"], ["2024-10-08", "2024-10-09"], True),
        (["08-OCT-2024", "Tue Oct 08 2024"], ["2024-10-08", "2024-10-08"], True),
        (["20241008", "2024/10/09"], ["2024-10-08", "2024-10-09"], True),
    ],
)
def test_days_as_they_are_written(texts, days, certain):
    read = read_days(pd.Series(texts, dtype="object"))
    assert read.days.dt.strftime("%Y-%m-%d").tolist() == days
    assert read.certain is certain


def test_few_impossible_days_are_set_aside_and_many_stop(tmp_path):
    good = "\n".join(f"2024-10-{day:02d}" for day in range(1, 31))
    made, notes = ingested(written(tmp_path, f"d\n{good}\n2024-02-31\n"), d=DAY)
    assert made["d"].notna().sum() == 30
    assert any("row 31: 2024-02-31" in note and "set aside" in note for note in notes)
    with pytest.raises(SurveyError, match="2 values of d cannot be read as days"):
        ingested(written(tmp_path, f"d\n2024-02-31\nsoon\n{good[:21]}\n"), d=DAY)
    with pytest.raises(SurveyError, match="times of day: call the variable a string"):
        ingested(written(tmp_path, "d\n09:30\n10:15\n"), d=DAY)


def test_an_ambiguous_column_of_days_is_named(tmp_path):
    _, notes = ingested(written(tmp_path, "d\n08/10/2024\n09/10/2024\n"), d=DAY)
    assert any("in d no day shows" in note for note in notes)


def test_a_text_with_separators_outside_quotes_is_named(tmp_path):
    with pytest.raises(SurveyError, match=r"1 rows have more cells than the 2 names .*rows 3"):
        read_survey(written(tmp_path, "a,b\n1,x\n2,y, and z\n3,z\n"))


def test_names_that_stand_twice_and_columns_without_one(tmp_path):
    raw, labels = read_survey(written(tmp_path, "a,a,,b\n1,2,3,4\n2,3,5,6\n"))
    assert list(raw.columns) == ["a", "a.1", "column_3", "b"]
    assert len(labels.notes) == 2


def test_the_first_sheet_with_data_is_read_and_the_others_are_named(tmp_path):
    path = tmp_path / "survey.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame().to_excel(book, sheet_name="Cover", index=False)
        pd.DataFrame({"a": [1, 2], "b": [True, False]}).to_excel(book, sheet_name="Data")
        pd.DataFrame({"z": [1]}).to_excel(book, sheet_name="Lookup", index=False)
    raw, labels = read_survey(path)
    assert list(raw.columns) == ["a", "b"]
    assert raw["b"].tolist() == ["True", "False"]
    assert "'Data' is read" in labels.notes[0]
    assert "Lookup not read" in labels.notes[0]


def test_text_in_another_encoding_is_read_and_named(tmp_path):
    made, notes = ingested(written(tmp_path, "a\nGröße\n".encode("cp1252")), a=TEXT)
    assert made["a"].tolist() == ["Größe"]
    assert "inputs.encoding" in notes[0]
    raw, _ = read_survey(written(tmp_path, "a\nжук\n".encode("koi8-r")), "koi8-r")
    assert raw["a"].tolist() == ["жук"]
    with pytest.raises(SurveyError, match=r"inputs\.encoding"):
        read_survey(written(tmp_path, "a\nжук\n".encode("koi8-r")), "utf-8")


def declared_wrongly(path: Path) -> Path:
    """Write an SPSS file that says UTF-8 and holds Windows-1252."""
    frame = pd.DataFrame({"town": ["Koeln", "Wien"]})
    pyreadstat.write_sav(frame, str(path), column_labels=["Stadt heute"])
    content = path.read_bytes().replace(b"Koeln", b"K\xf6ln ").replace(b"Stadt heute", b"St\xe4dte heut")
    path.write_bytes(content)
    return path


def test_an_spss_file_whose_declared_encoding_is_wrong(tmp_path):
    path = declared_wrongly(tmp_path / "survey.sav")
    raw, labels = read_survey(path)
    assert raw["town"].tolist() == ["Köln", "Wien"]
    assert labels.variables["town"] == "Städte heut"
    assert "survey.sav" in labels.notes[0]
    assert "WINDOWS-1252" in labels.notes[0]
    assert "inputs.encoding" in labels.notes[0]
    for wrong in ("utf-8", "no-such-code"):
        with pytest.raises(SurveyError, match=r"inputs\.encoding"):
            read_survey(path, wrong)


def test_one_impossible_date_does_not_lose_the_file(tmp_path):
    path = tmp_path / "survey.sav"
    seconds = [13.9e9, 13.8e9, 6.0e11, -86400.0, np.nan]
    pyreadstat.write_sav(pd.DataFrame({"when": seconds}), str(path), variable_format={"when": "DATE11"})
    with pytest.raises(OverflowError):
        pyreadstat.read_sav(str(path))
    raw, labels = read_survey(path)
    assert raw["when"].notna().tolist() == [True, True, False, False, False]
    assert "when holds no possible day in rows 3, 4" in labels.notes[0]
    assert [(name, row) for name, row, _ in labels.set_aside] == [("when", 3), ("when", 4)]


@pytest.mark.parametrize("suffix", ["sav", "dta", "xpt"])
def test_days_and_times_are_those_that_pyreadstat_makes(tmp_path, suffix):
    moment = dt.datetime(2024, 10, 8, 23, 30)
    frame = pd.DataFrame(
        {"day": [dt.date(2024, 10, 8), dt.date(1950, 1, 1)], "moment": [moment, moment], "n": [1.0, 2.0]}
    )
    path = tmp_path / f"survey.{suffix}"
    writer = {"sav": "write_sav", "dta": "write_dta", "xpt": "write_xport"}[suffix]
    getattr(pyreadstat, writer)(frame, str(path))
    raw, _ = read_survey(path)
    assert raw["day"].dt.date.tolist() == frame["day"].tolist()
    assert raw["moment"].dt.date.tolist() == [moment.date()] * 2
    assert raw["n"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("written_as", "program", "number", "expected"),
    [
        ("TIME8", "SPSS", 34200.0, "09:30:00"),
        ("DTIME12", "SPSS", 183600.0, "51:00:00"),
        ("%tcHH:MM:SS", "Stata", 34200000.0, "09:30:00"),
        ("TIME20.3", "SAS", 34200.0, "09:30:00"),
        ("%tm", "Stata", 600.0, "2010-01-01"),
        ("%tq", "Stata", 58.0, "1974-07-01"),
        ("YYMMDD10", "SAS", 0.0, "1960-01-01"),
        ("MOYR8", "SPSS", 13944528000.0, "2024-09-01"),
    ],
)
def test_formats_of_the_programs(written_as, program, number, expected):
    stamp = stamp_of(written_as, program)
    made, lost = converted(pd.Series([number, np.nan]), stamp, program)
    assert str(made[0])[:10].strip() == expected
    assert lost.empty
    assert stamp_of("F8.2", "SPSS") is None


def test_an_undocumented_column_stops_nothing(tmp_path):
    lost = {"role": "undocumented"}
    made, _ = ingested(written(tmp_path, "a,b\nb,soon\n1,9\n"), a=NUMBER | lost, b=DAY | lost)
    assert made["a"].tolist() == ["b", "1"]


def test_spellings_of_one_identifier(tmp_path):
    content = "id,a\n101.0,1\n00102,2\n 103\u00a0,3\n"
    made, _ = ingested(written(tmp_path, content), id=NUMBER | {"role": "id"}, a=NUMBER)
    assert made["id"].tolist() == ["101", "00102", "103"]


def test_letters_of_stata_stand_for_the_codes_of_the_codebook(tmp_path):
    path = tmp_path / "survey.dta"
    frame = pd.DataFrame({"uses": [1.0, 2.0, "a", "b", "z"]})
    pyreadstat.write_dta(
        frame, str(path), missing_user_values={"uses": ["a", "b", "z"]},
        variable_value_labels={"uses": {1: "Once", 2: "Refused", "a": "Unsure", "b": "Refused"}},
    )  # fmt: skip
    values = {1: "Once", 2: "Refused"}
    codes = {97: "Unsure", 98: "Refused (.b)", 99: ".z"}
    made, _ = ingested(path, uses={"type": "categorical", "values": values, "missing": {"codes": codes}})
    assert made["uses"].tolist() == [1, 2, 97, 98, 99]


@pytest.mark.parametrize("word", ["x", "Ticked", "Newspaper", "1"])
def test_the_word_of_a_box_is_its_answer(tmp_path, word):
    box = {"type": "binary", "set": "heard", "counts": 1, "values": {1: "Yes", 0: "No"}}
    entries = {"a": box | {"label": "A"}, "b": box | {"label": "B"}}
    book, problems = parse_codebook({"sets": {"heard": "Heard"}, "variables": entries}), Problems()
    raw, labels = read_survey(written(tmp_path, f"a,b\n{word},\n,{word}\n"))
    made = typed(raw, labels, book, problems, "f")
    assert not problems
    assert made["a"].fillna(-1).tolist() == [1, -1]


def test_checksums_are_of_paths_from_their_own_folder(tmp_path):
    (tmp_path / "data").mkdir()
    survey = written(tmp_path / "data", "a\n1\n")
    sums, problems = tmp_path / "study/SHA256SUMS", Problems()
    assert add_checksums(sums, [survey]) == ["../data/survey.csv"]
    verify_checksums(sums, [survey], problems)
    assert not problems
    with pytest.raises(SurveyError, match="there is no such file"):
        add_checksums(sums, [tmp_path / "typo.csv"])
