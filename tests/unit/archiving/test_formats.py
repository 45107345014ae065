"""What SPSS and Stata can hold, and what is told where they cannot."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from surveypipe.archiving.analysis_file import AnalysisFile, Variable
from surveypipe.archiving.ddi import NAMESPACE, ddi_codebook, titled
from surveypipe.archiving.formats import SPSS, STATA, legal_names, spss_missing
from surveypipe.archiving.statistical_files import write_dta, write_sav

EPOCH = 1_340_000_000
NAMES = ["a" * 70, "a" * 69, "Größe", "größe", "with", "_all", "2nd", "Q 1", "Q-1", "what.", "p@1", "字" * 30]


def made(column, **about) -> AnalysisFile:
    table = pd.DataFrame({"id": [f"p{n}" for n in range(len(column))], "w_a": 1.5, "q": column})
    variables = (Variable("id", "Person", form="text", measure="nominal"),
                 Variable("w_a", "Weight: a", weight=True), Variable("q", "A question", **about))  # fmt: skip
    return AnalysisFile("A study", "", variables, table, "w_a")


@pytest.mark.parametrize("limits", [SPSS, STATA], ids=lambda limits: limits.name)
def test_every_name_is_legal_and_its_own(limits):
    told = legal_names(NAMES, limits)
    keys = [name if limits.case else name.casefold() for name in told.values()]
    assert len(set(keys)) == len(NAMES)
    for name in told.values():
        size = len(name.encode()) if limits.bytes_count else len(name)
        assert size <= limits.longest
        assert name not in limits.words
        assert not name.endswith(".")
    assert told["Größe"] == "Größe"
    table = pd.DataFrame({name: [1.0] for name in told.values()})
    import pyreadstat

    write = pyreadstat.write_sav if limits is SPSS else pyreadstat.write_dta
    write(table, "/dev/null", **({} if limits is SPSS else {"version": 14}))


@pytest.mark.parametrize(
    ("codes", "valid", "declared"),
    [
        ([98, 99], [1, 2], [98, 99]),
        ([97, 98, 99, 100], [1, 45], [{"lo": 97, "hi": 100}]),
        ([-9, 97, 98, 99], [0, 45], [{"lo": 97, "hi": 99}, -9]),
        ([-9, -8, 98, 99], [1, 5], None),
    ],
)
def test_missing_codes_are_declared_as_spss_can(codes, valid, declared):
    assert spss_missing(codes, valid) == declared


def test_more_missing_codes_than_spss_takes_are_blank_and_told(tmp_path):
    import pyreadstat

    words = {-9.0: "Refused", -8.0: "Don't know", 98.0: "Other", 99.0: "Not asked"}
    file = made([1.0, -9.0, -8.0, 98.0, 99.0], values={1.0: "Yes", 2.0: "No"}, missing=words)
    told = write_sav(file, tmp_path / "a.sav", EPOCH)
    assert told == ["SPSS: q has more missing codes than SPSS can declare; blank instead: 99 (Not asked)."]
    table, _ = pyreadstat.read_sav(tmp_path / "a.sav")
    assert table["q"].notna().sum() == 1


def test_stata_has_letters_for_missing_codes_numbers_for_named_levels_and_short_text(tmp_path):
    import pyreadstat

    file = made([1.0, 98.0, np.nan], values={1.0: "Yes"}, missing={98.0: "Refused"})
    assert write_dta(file, tmp_path / "a.dta", EPOCH) == []
    table, meta = pyreadstat.read_dta(tmp_path / "a.dta", user_missing=True)
    assert table["q"].tolist()[:2] == [1, "a"]
    assert meta.variable_value_labels["q"] == {1: "Yes", "a": "Refused"}
    levels = {"N": "North", "S": "South"}
    file = made(["S", "N", None], form="text", measure="nominal", values=levels)
    write_dta(file, tmp_path / "b.dta", EPOCH)
    table, meta = pyreadstat.read_dta(tmp_path / "b.dta")
    assert table["q"].tolist()[:2] == [2, 1]
    assert meta.variable_value_labels["q"] == {1: "North (N)", 2: "South (S)"}
    told = write_dta(made(["é" * 2000], form="text", measure="nominal"), tmp_path / "c.dta", EPOCH)
    assert told == ["Stata: 1 answers to q are longer than 2045 bytes and end there."]


def test_a_long_text_before_the_weight_does_not_shift_it(tmp_path):
    """The header counts records of the dictionary, of which a text has several."""
    import pyreadstat

    file = made(["x" * 200, "y"], form="text", measure="nominal")
    table = file.table.assign(id=["p" * 40, "q"])
    write_sav(AnalysisFile("A", "", file.variables, table, "w_a"), tmp_path / "a.sav", EPOCH)
    content = (tmp_path / "a.sav").read_bytes()
    # 40 bytes are five records of eight; the weight is the sixth.
    assert int.from_bytes(content[76:80], "little") == 6
    assert pyreadstat.read_sav(tmp_path / "a.sav")[0]["w_a"].tolist() == [1.5, 1.5]


def test_the_codebook_names_answers_missing_codes_and_weights():
    values = {1.0: "Yes & no", 2.0: "<b>No</b>\x0b"}
    file = made([1.0, 98.0], question="Is it?", values=values, missing={98.0: "Refused"})
    told = ddi_codebook(titled("A study"), file.variables, "analysis.csv", len(file.table), file.primary)
    root = ET.fromstring(told)
    assert [child.tag for child in root] == [
        f"{{{NAMESPACE}}}{tag}" for tag in ("stdyDscr", "fileDscr", "dataDscr")
    ]
    weight, question = (
        next(var for var in root.iter(f"{{{NAMESPACE}}}var") if var.get("name") == name)
        for name in ("w_a", "q")
    )
    assert weight.get("wgt") == "wgt"
    assert question.get("wgt-var") == weight.get("ID")
    children = [child.tag.partition("}")[2] for child in question]
    assert children == ["labl", "qstn", "invalrng", "catgry", "catgry", "catgry", "varFormat"]
    missing = [one.get("missing") for one in question.iter(f"{{{NAMESPACE}}}catgry")]
    assert missing == [None, None, "Y"]
