"""Tables and methods paragraphs: what a reader sees, and that Pandoc reads them as tables."""

from __future__ import annotations

import dataclasses
import json
import re

import numpy as np
import pandas as pd
import pytest

import made_up
from surveypipe.reporting.tables import register, response
from surveypipe.reporting.tables.answers import items, scales
from surveypipe.reporting.tables.claims import ledger
from surveypipe.reporting.tables.comparisons import tests
from surveypipe.reporting.tables.layout import share_cell
from surveypipe.reporting.wording import methods

NUMBER = re.compile(r"\d")


@pytest.fixture(scope="module")
def released():
    return made_up.released()


@pytest.fixture(scope="module")
def markdown(released):
    return {name: make(released).markdown(mark="Simulated data") for name, make in register.TABLES.items()}


def rows_of(text):
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip(" ") for cell in line.strip("|").split(" | ")] for line in lines[2:]]


@pytest.mark.parametrize("name", register.TABLES)
def test_table_is_a_table_with_caption_and_note(markdown, name):
    import pypandoc

    tree = json.loads(pypandoc.convert_text(markdown[name], "json", format="markdown"))
    kinds = [block["t"] for block in tree["blocks"]]
    assert kinds == ["Table", "Div"]
    columns = tree["blocks"][0]["c"][2]
    assert all(column[1]["t"] == "ColWidth" for column in columns)
    assert sum(column[1]["c"] for column in columns) == pytest.approx(1.0, abs=0.03)
    assert f"{{#tbl-{name.replace('_', '-')}}}" in markdown[name]
    assert "**Simulated data.**" in markdown[name]


@pytest.mark.parametrize("name", register.TABLES)
def test_no_missing_value_raw_name_shortcode_or_hyphen_minus(markdown, released, name):
    text = markdown[name]
    assert not re.search(r"\bnan\b|\binf\b|None|\{\{<", text)
    assert not re.search(r"(?<![\w-])-\d", text), "a hyphen stands for a minus sign"
    raw = [variable for variable in released.variables if "_" in variable and variable in text]
    assert raw == []
    assert len({len(row) for row in rows_of(text)}) == 1


def test_real_data_carry_no_mark(released):
    assert "Simulated" not in ledger(released).markdown()


def test_share_cells_agree_with_the_estimates(released, markdown):
    row = released.upper("guid_1", "AMH")
    want = f"{100 * row['estimate']:.0f} ({100 * row['ci_low']:.0f}–{100 * row['ci_high']:.0f})"
    line = next(cells for cells in rows_of(markdown["items"]) if "Say clearly what to do" in cells[0])
    assert line[3:5] == ["45", want]


def test_suppressed_and_not_applicable_are_told_apart(markdown):
    table_1 = markdown["table_1"]
    other = next(cells for cells in rows_of(table_1) if "Other profession" in cells[0])
    assert other[1] == "s"
    years = next(cells for cells in rows_of(table_1) if "Under 2" in cells[0])
    assert years[4] == "—"
    assert "s, suppressed: too few" in table_1
    assert "—, not applicable." in table_1
    assert "suppressed:" not in markdown["weights"]


def test_ledger_words(markdown):
    rows = {cells[0]: cells for cells in rows_of(markdown["ledger"])}
    assert rows["C4 Used to seek access"][3] == "\\> 10,\u00a0\\< 50"
    assert rows["C6 Contact minus protocols"][3] == "±0.25"
    assert rows["C1 Read the protocols"][5] == "3.4"
    assert rows["C5 Report better joint working"][5] == "none"
    assert rows["C3 Report more awareness of risk"][5] == "—"


def test_a_suppressed_claim_leaks_no_number(released):
    table = released.tables["claims"].copy()
    where = table["group_level"] == "AMH"
    table.loc[where, "status"] = "suppressed"
    table.loc[where, table.select_dtypes("number").columns] = np.nan
    hidden = dataclasses.replace(released, tables={**released.tables, "claims": table})
    cells = next(row for row in ledger(hidden).rows if "Adult mental health" in row[0])
    assert set(cells[1:]) == {"s"}


def test_methods_follow_the_configuration(released):
    text = methods.paragraphs(released, made_up.words())
    assert "fewer than 10 respondents, or with weights over 3 times the mean" in text["weighting"]
    assert "were merged within agency, which left four cells" in text["weighting"]
    assert "finite-population correction" in text["analysis"]
    assert "above 10% and below 50%" in text["claims"]
    assert "±0.25 scale points" in text["claims"]
    assert "at least 50% of them were. Before that, two items were reversed" in text["cleaning"]
    assert "fewer than 10 respondents" in text["disclosure"]
    for words in text.values():
        assert not re.search(r"\bnan\b|None|_", words)
        assert words.rstrip().endswith(".")


def test_methods_change_with_the_configuration():
    config = made_up.configuration()
    config["analysis"]["fpc"]["descriptive"] = False
    config["analysis"]["ci_level"] = 0.9
    config["claims"]["C6"]["margin"] = 0.4
    config["disclosure"]["preset"] = "strict"
    changed = made_up.released(**config)
    text = methods.paragraphs(changed, made_up.words())
    assert "No finite-population correction" in text["analysis"]
    assert "at 90%" in text["analysis"]
    assert "±0.4 scale points" in text["claims"]
    assert "fewer than 10 who gave them" in text["disclosure"]
    assert "with finite-population correction" not in items(changed).markdown(mark="Simulated data")


def test_fallback_is_said(released):
    claims = released.tables["claims"].assign(scheme_primary="agency")
    fallen = dataclasses.replace(released, tables={**released.tables, "claims": claims})
    words = made_up.words()
    assert "fallback" in methods.paragraphs(fallen, words)["weighting"]
    assert "fallback" not in methods.paragraphs(released, words)["weighting"]


def test_a_post_that_does_not_exist_in_a_group_is_not_a_count_of_nought():
    made = made_up.released()
    data = made.tables["table_1"]
    here = (data["variable"] == "profession_group") & (data["group_level"] == "CSC")
    label = data.loc[here, "level_label"].iloc[0]
    first = here & (data["level_label"] == label)
    data.loc[first, ["n", "percent", "frame_n", "frame_percent"]] = 0.0
    table = response.table_1(made)
    row = next(row for row in table.rows if label in row[0])
    assert row[[column.head for column in table.columns].index("CSC, *n* (%)")] == "—"


def test_an_ordered_item_is_tested_and_shown_in_points_of_its_scale(released):
    item = "joint_1"
    rows = [
        made_up.estimate_row(
            item, statistic, value, group="agency", group_level=level, scheme="cells", n=45, df=110.0,
            ci_low=value - 0.1, ci_high=value + 0.1, fpc=fpc, p_value=0.03, effect=0.21,
        )
        for statistic, value, level, fpc in (
            ("mean", 3.41, "AMH", True), ("mean", 3.60, "CSC", True), ("difference", 0.19, "", True),
            ("difference_nofpc", 0.19, "", False), ("t_test", 1.4, "", False), ("t_test_fpc", 1.7, "", True),
        )
    ]  # fmt: skip
    analysis = {**released.config["analysis"], "tests": [{"variable": item, "between": "agency"}]}
    estimates = released.tables["estimates"]
    estimates = estimates[estimates["variable"] != item]
    estimates = made_up.pd.concat([estimates, made_up.estimate_frame(rows).assign(status="ok")])
    changed = dataclasses.replace(
        released,
        config={**released.config, "analysis": analysis},
        tables={**released.tables, "estimates": estimates.fillna({"status": "ok"})},
    )
    text = tests(changed).markdown(mark="Simulated data")
    line = next(row for row in rows_of(text) if released.label(item) in row[0])
    assert [cell.strip() for cell in line[1:4]] == ["3.41", "3.60", "0.19 (0.09–0.29)"]
    assert "Means, points" in text and "Shares, per cent" not in text


def test_interval_and_p_of_a_test_come_from_one_variance(released):
    assert released.tested_difference == "difference_nofpc"
    same = {**released.config["analysis"], "fpc": {"descriptive": True, "tests": True}}
    assert dataclasses.replace(released, config={**released.config, "analysis": same}).tested_difference == (
        "difference"
    )
    row = released.comparison("read", "difference_nofpc", "agency")
    printed = next(r for r in rows_of(tests(released).markdown(mark="Simulated data")) if "Read the" in r[0])
    assert printed[3].strip() == share_cell(row)


def test_a_scale_of_more_people_than_its_claim_says_so(released):
    assert "C2 counts only those in the base of the claim" in scales(released).markdown(mark="Simulated data")
    claims = {key: claim | {"base": "all"} for key, claim in released.config["claims"].items()}
    alike = dataclasses.replace(released, config={**released.config, "claims": claims})
    assert "base of the claim" not in scales(alike).markdown(mark="Simulated data")


def test_a_question_answered_with_a_number_has_mean_and_quartiles():
    made = made_up.released()
    analysis = made_up.configuration()["analysis"]
    values = {"mean": 21.37, "lower_quartile": 14.0, "median": 20.5, "upper_quartile": 27.0}
    rows = [
        {
            **made.tables["estimates"].iloc[0].to_dict(), "claim": "", "variable": "caseload", "level": "",
            "statistic": statistic, "scheme": made.primary, "estimate": value, "ci_low": value - 1,
            "ci_high": value + 1, "n": 113, "estimate_id": f"caseload__{statistic}",
        }
        for statistic, value in values.items()
    ]  # fmt: skip
    tables = {**made.tables, "estimates": pd.concat([made.tables["estimates"], pd.DataFrame(rows)])}
    changed = made_up.released(analysis=analysis | {"items": ["caseload", *analysis["items"]]})
    text = register.TABLES["numbers"](dataclasses.replace(changed, tables=tables)).markdown(
        mark="Simulated data"
    )
    line = next(cells for cells in rows_of(text) if "All" in cells[0])
    assert line[1:4] == ["113", "21.37 (20.37–22.37)", "20.5 (14–27)"]
