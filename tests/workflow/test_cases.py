"""Cases that once failed, each as the least change of a small drafted study, and what must come of it.

Of the same kinds beyond these: files and encodings in tests/unit/intake, labels of figures in
tests/report/test_figures_of_any_words.py, identifiers in tests/unit/test_identifiers.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

import edited
import stages
from surveypipe.commands.new import Request, new_study
from surveypipe.intake.drafting import draft
from surveypipe.intake.files import add_checksums, read_survey, verify_checksums
from surveypipe.problems import Problems, SurveyError


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return edited.make(tmp_path)


def changed(path: Path, change: Callable[[Any], None]) -> None:
    """Change a YAML file or a table in place."""
    if path.suffix == ".yaml":
        document = yaml.safe_load(path.read_text("utf-8"))
        change(document)
        path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    change(table)
    table.to_csv(path, index=False)


def analysed(study: Path, name: str) -> pd.Series:
    edited.run(study)
    return pd.read_parquet(study / "results/data/analysis.parquet")[name]


def message(study: Path, **last: str) -> str:
    with pytest.raises(SurveyError) as told:
        edited.run(study, **last)
    return str(told.value)


# Korean, Greek and Arabic, the same words twice, and words that differ by signs alone.
ANSWERS = [
    ["예", "아니요", "모름"],
    ["Ναι", "Όχι", "Δεν ξέρω"],
    ["نعم", "لا", "لا أعرف"],
    ["Other", "Other", "None"],
    ["< 5 times", "> 5 times", "5 times"],
]


@pytest.mark.parametrize("answers", ANSWERS, ids=["Korean", "Greek", "Arabic", "twice", "signs"])
def test_answers_of_any_words_have_estimates_of_their_own(study, answers):
    """answers_not_latin, answers_same_label_codebook, answers_same_slug."""
    changed(
        study / "codebook.yaml",
        lambda book: book["variables"]["clear"].update(values=dict(enumerate(answers, start=1)),
                                                       type="categorical"),
    )  # fmt: skip
    changed(study / "survey.csv", lambda t: t.update({"clear": [str(1 + n % 3) for n in range(len(t))]}))
    edited.run(study, last="analyse")
    made = stages.table(study / "results", "private/estimates")
    mine = made[(made["variable"] == "clear") & (made["statistic"] == "proportion")]
    assert mine["estimate_id"].is_unique
    assert {"1", "2", "3"} <= set(mine["level"])


@pytest.mark.parametrize("blank", ["NA", "#NULL!", "null", "."])
def test_words_for_a_blank_are_blank(study, blank):
    """csv_NA."""
    changed(study / "survey.csv", lambda t: t.loc.__setitem__((slice(0, 3), ["clear", "age"]), blank))
    assert analysed(study, "age").isna().sum() == 4


@pytest.mark.parametrize("time", ["T23:30:00-08:00", "T00:10:00+05:30", " 23:59:59", "T12:00:00Z"])
def test_a_day_is_the_day_as_written(study, time):
    """csv_dates_with_time_zone."""
    days = pd.read_csv(study / "survey.csv", dtype=str)["Day"]
    changed(study / "survey.csv", lambda t: t.update({"Day": t["Day"] + time}))
    found = pd.read_parquet(edited.run(study) / "data/responses.parquet").filter(regex="(?i)day").iloc[:, 0]
    assert list(found.dt.strftime("%Y-%m-%d")) == list(days)


@pytest.mark.parametrize("spelt", ["{:.1f}", "{:05.0f}", " {:.0f} ", "{:.0f}\u00a0"])
def test_one_number_however_it_is_spelt(study, spelt):
    """csv_id_101.0, numeric_id_as_drafted."""
    changed(study / "survey.csv", lambda t: t.update({"PNO": [spelt.format(float(x)) for x in t["PNO"]]}))
    assert len(analysed(study, "id")) == edited.ANSWERED


@pytest.mark.parametrize("edit", ["sep", "blanks", "trailing"])
def test_a_csv_as_excel_and_people_write_it(study, edit):
    """csv_sep_line, csv_header_with_spaces: drafted and read alike."""
    path = study / "survey.csv"
    lines = path.read_text("utf-8").splitlines()
    if edit == "sep":
        lines = ["sep=;", *(line.replace(",", ";") for line in lines)]
    elif edit == "blanks":
        lines[0] = ",".join(f" {name} " for name in lines[0].split(","))
    else:
        lines = [f"{line}," for line in lines]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    raw, labels = read_survey(path)
    book = draft(raw, labels, "PNO").codebook
    assert len(book["variables"]) == 7
    (study / "codebook.yaml").write_text(yaml.safe_dump(book, allow_unicode=True), encoding="utf-8")
    assert len(analysed(study, "id")) == edited.ANSWERED


def test_an_identifier_that_is_named_is_the_identifier_and_a_strange_name_is_told(study):
    """id_variable_option_ignored."""
    raw, labels = read_survey(study / "survey.csv")
    book = draft(raw, labels, "age").codebook["variables"]
    assert [name for name, about in book.items() if about.get("role") == "id"] == ["age"]
    with pytest.raises(SurveyError, match="PN0"):
        draft(raw, labels, "PN0")


def test_a_missing_list_is_told_before_anything_is_written(study):
    """draft_staff_list_missing."""
    asked = Request(study / "new", study / "survey.csv", staff_list=study / "typo.csv")
    with pytest.raises(SurveyError, match=r"typo\.csv: there is no such file"):
        new_study(asked, print)
    assert not (study / "new").exists()


def test_a_sum_is_of_the_path_from_its_own_folder(study):
    """checksums_in_another_folder."""
    sums = study / "study folder/SHA256SUMS"
    assert add_checksums(sums, [study / "survey.csv"]) == ["../survey.csv"]
    problems = Problems()
    verify_checksums(sums, [study / "survey.csv", study / "list.csv"], problems)
    with pytest.raises(SurveyError) as told:
        problems.raise_if_any()
    assert "../list.csv" in str(told.value)
    assert "survey.csv" not in str(told.value)


def test_numbers_of_the_list_are_numbers(study):
    """weighting_base_crashes, numeric_predictor_taken_as_categories, staff_list_number_not_a_number."""

    def based(config: dict[str, Any]) -> None:
        config["frame"]["columns"]["years"] = "Years"
        config["design"] = {"weights": "years"}
        config["weighting"] = {
            "schemes": {
                "raw": {"label": "Unweighted", "method": "none"},
                "plain": {"label": "Plain", "method": "poststratify", "by": ["hospital"]},
            },
            "primary": "plain",
        }

    changed(study / "config.yaml", based)
    changed(study / "list.csv", lambda t: t.update({"Years": [str(1 + n % 7) for n in range(len(t))]}))
    assert (pd.read_parquet(edited.run(study, last="weight") / "data/weights.parquet")["w_plain"] > 0).all()
    changed(study / "list.csv", lambda t: t.loc.__setitem__((3, "Years"), "12,5"))
    assert re.search(r"list\.csv: Years: 1 value is no number \(12,5", message(study, last="weight"))


def test_a_column_of_the_list_that_could_be_either_is_asked_about(study):
    """numeric_predictor_taken_as_categories."""

    def predicted(config: dict[str, Any]) -> None:
        config["frame"]["columns"]["years"] = "Years"
        scheme = {"label": "Propensity", "method": "propensity", "predictors": ["hospital", "years"]}
        raw = {"label": "Unweighted", "method": "none"}
        config["weighting"] = {"schemes": {"raw": raw, "pr": scheme}, "primary": "pr"}

    changed(study / "config.yaml", predicted)
    told = message(study, last="weight")
    assert "Years holds numbers in 60 of 60 rows" in told
    assert "frame.numeric" in told
    assert "frame.categorical" in told


def test_no_answer_is_counted_for_its_place(study):
    """zero_one_yes_inverted: the codebook says which answer is counted, and the draft says it."""
    book = yaml.safe_load((study / "codebook.yaml").read_text("utf-8"))["variables"]
    name = next(name for name, about in book.items() if about["type"] == "binary")
    values = book[name]["values"]
    assert str(values[book[name]["counts"]]) == "Yes"
    changed(study / "codebook.yaml", lambda b: b["variables"][name].pop("counts"))
    assert "does not say which answer is counted" in message(study)


def test_a_question_with_one_answer_and_blanks_is_told(study, capsys):
    """tick_boxes_blank_is_no: 100 % of those who answered is no finding where a blank box is No."""
    book = yaml.safe_load((study / "codebook.yaml").read_text("utf-8"))["variables"]
    name, about = next((name, about) for name, about in book.items() if about["type"] == "binary")
    column = about.get("in_file", name)
    changed(study / "survey.csv", lambda t: t.update({column: t[column].where(t[column] == "Yes", "")}))
    edited.run(study)
    told = capsys.readouterr().out
    assert f"answers to {name} are 'Yes', and" in told
    assert "tick box" in told


def test_a_column_that_nobody_describes_stops_nothing(study):
    """stata_undocumented_stops, time_drafted_as_date: of no use, whatever it holds."""
    changed(study / "survey.csv", lambda t: t.insert(0, "T1", ["09:30:00", "b", "51:00:00", "?"] * 10))
    for kind in ("numeric", "date", "string"):
        about = {"role": "undocumented", "type": kind, "label": "T1"}
        changed(study / "codebook.yaml", lambda b, about=about: b["variables"].update(T1=about))
        assert len(analysed(study, "id")) == edited.ANSWERED


# --- edits by chance ----------------------------------------------------------------------------------


def outcome(folder: Path, seed: int) -> str:
    """Run a study with a slip in it: '' where it runs, else the message. Anything else is a fault."""
    edited.make(folder)
    done = edited.edit(folder, seed)
    try:
        edited.run(folder)
    except SurveyError as told:
        for problem in told.problems:
            assert edited.named(problem, folder), (done, problem)
            assert len(problem) > 25, (done, problem)
        return str(told)
    except Exception as error:
        raise AssertionError(f"seed {seed}: {done}") from error
    return ""


@pytest.mark.parametrize("block", range(4))
def test_a_slip_of_the_hand_ends_in_a_run_or_in_words(tmp_path, block):
    told = [outcome(tmp_path / str(seed), seed) for seed in range(25 * block, 25 * (block + 1))]
    assert any(told)
    assert not all(told)


@pytest.mark.slow
def test_many_slips_end_in_a_run_or_in_words(tmp_path):
    for seed in range(1000, 2500):
        outcome(tmp_path / "study", seed)


def test_what_is_released_is_under_the_scheme_in_force(study):
    """Where the fallback takes the place of the primary scheme, its answers are those that may be read."""

    def falling(config: dict[str, Any]) -> None:
        made = {"label": "By hospital", "method": "poststratify", "by": ["hospital"]}
        cells = {**made, "by": ["hospital", "grade"], "collapse": {"min_n": 2, "floor": 15}}
        raw = {"label": "Unweighted", "method": "none"}
        schemes = {"raw": raw, "hospital": made, "cells": cells}
        config["weighting"] = {"primary": "cells", "fallback": "hospital", "schemes": schemes}

    changed(study / "config.yaml", falling)
    edited.run(study, last="disclose")
    released = stages.table(study / "results", "public/estimates")
    rows = released[(released["variable"] == "clear") & (released["statistic"] == "proportion")]
    assert set(rows["scheme"]) >= {"hospital"}
    means = released[(released["statistic"] == "mean") & (released["group_level"].fillna("") == "")]
    assert "cells" not in set(means.loc[means["variable"].isin(["clear", "useful"]), "scheme"])
