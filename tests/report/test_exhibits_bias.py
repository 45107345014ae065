"""Tables, figures and sentences of the bias analysis, the multiverse and the models, from released tables."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import made_up
from surveypipe.reporting import numbers
from surveypipe.reporting.figures import multiverse, waves
from surveypipe.reporting.figures.register import DRAW
from surveypipe.reporting.figures.theme import themed
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables import assumptions, models, nonresponse
from surveypipe.reporting.tables.assumptions import not_at_random
from surveypipe.reporting.tables.measurement import reliability
from surveypipe.reporting.wording import methods, reviewers
from surveypipe.reporting.wording import nonresponse as bias_text
from surveypipe.study.grades import Grade
from surveypipe.study.vocabulary import Vocabulary

TABLES = {**nonresponse.TABLES, **models.TABLES}


@pytest.fixture(scope="module")
def released() -> Released:
    return made_up.with_further(made_up.released())


@pytest.fixture(scope="module")
def markdown(released: Released) -> dict[str, str]:
    return {name: make(released).markdown(mark="Simulated data") for name, make in TABLES.items()}


def changed(released: Released, table: str, **cells: Any) -> Released:
    return with_table(released, table, released.tables[table].assign(**cells))


def with_table(released: Released, name: str, table: pd.DataFrame) -> Released:
    return dataclasses.replace(released, tables={**released.tables, name: table})


def graded(released: Released, grade: int, **cells: Any) -> Released:
    """Every claim with one grade."""
    return changed(released, "claims", grade=grade, grade_label=Grade.of(grade).label(Vocabulary()), **cells)


def cells_of(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip(" ") for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def row_of(text: str, start: str) -> list[str]:
    return next(cells for cells in cells_of(text) if cells[0].strip(" \u2003*").startswith(start))


# --- form ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_table_is_a_table_with_caption_and_note(markdown: dict[str, str], name: str) -> None:
    import pypandoc

    tree = json.loads(pypandoc.convert_text(markdown[name], "json", format="markdown"))
    assert [block["t"] for block in tree["blocks"]] == ["Table", "Div"]
    columns = tree["blocks"][0]["c"][2]
    assert sum(column[1]["c"] for column in columns) == pytest.approx(1.0, abs=0.04)
    assert f"{{#tbl-{name.replace('_', '-')}}}" in markdown[name]


@pytest.mark.parametrize("name", TABLES)
def test_no_missing_value_raw_name_shortcode_or_hyphen_minus(
    markdown: dict[str, str], released: Released, name: str
) -> None:
    text = markdown[name]
    assert not re.search(r"\bnan\b|\binf\b|None\b(?! in this)|\{\{<", text)
    assert not re.search(r"(?<![\w-])-\d", text), "a hyphen stands for a minus sign"
    assert [v for v in released.variables if "_" in v and v in text] == []
    assert len({len(row) for row in cells_of(text)}) == 1
    assert len(cells_of(text)) >= 4


@pytest.mark.parametrize("name", TABLES)
def test_nothing_of_a_suppressed_table_is_printed(released: Released, name: str) -> None:
    """With every number withheld, tables still stand and hold no digit but the settings of the study."""
    bare = released
    for table in ("nonresponse", "ledger_context", "not_at_random", "multiverse", "multiverse_summary"):
        data = released.tables[table]
        numeric = [c for c in data.columns if data[c].dtype.kind in "if"]
        bare = changed(bare, table, **dict.fromkeys(numeric, np.nan), status="suppressed")
    text = TABLES[name](bare).markdown(mark="Simulated data")
    assert not re.search(r"\bnan\b", text)
    if name in ("nrba_claims", "proxy", "nrba_waves", "nrba_range", "multiverse"):
        assert "| s |" in text
        shown = [cell for row in cells_of(text) for cell in row[1:]]
        assert not [cell for cell in shown if re.search(r"\d", cell)]


@pytest.mark.parametrize("name", ["open_answers", "models", "reliability", "imputation", "multiplicity"])
def test_a_study_without_an_analysis_has_a_table_that_says_so(name: str) -> None:
    text = TABLES[name](made_up.released()).markdown()
    assert "There is none in this study." in text


# --- values -------------------------------------------------------------------------------------------


def test_response_by_subgroup_is_that_of_the_analysis(markdown: dict[str, str], released: Released) -> None:
    data = released.tables["nonresponse"]
    amh = data[(data["step"] == "rates") & (data["level"] == "AMH")].iloc[0]
    row = row_of(markdown["nrba_response"], "Adult mental health")
    assert row[1:4] == [f"{amh['N']:.0f}", f"{amh['n']:.0f}", f"{100 * amh['estimate']:.0f}"]
    chi2 = data[(data["measure"] == "chi2_test") & (data["variable"] == "agency")].iloc[0]
    assert f"χ²(1) = {chi2['statistic']:.2f}" in markdown["nrba_response"]


def test_odds_ratios_of_response_are_exponentials(markdown: dict[str, str], released: Released) -> None:
    data = released.tables["nonresponse"]
    line = data[(data["measure"] == "log_odds_ratio") & (data["variable"] == "agency")].iloc[0]
    low, high = (math.exp(line["estimate"] + side * 1.959964 * line["se"]) for side in (-1, 1))
    want = f"{math.exp(line['estimate']):.2f} ({low:.2f}–{high:.2f})"
    assert row_of(markdown["nrba_model"], "Children's social care")[1] == want


def test_shift_of_weighting_carries_its_test(markdown: dict[str, str], released: Released) -> None:
    data = released.tables["nonresponse"]
    line = data[(data["measure"] == "shift") & (data["claim"] == "C2") & (data["scheme"] == "cells")].iloc[0]
    cell = row_of(markdown["nrba_claims"], "C2")[3]
    assert cell == f"{100 * line['estimate']:.0f}; {line['p_value']:.3f}"


def test_a_weak_proxy_is_marked_and_a_broken_model_has_no_number(markdown: dict[str, str]) -> None:
    rows = [row for row in cells_of(markdown["proxy"]) if row[0][:2] != "C2"]
    # Columns: claim, ρ, φ = 0, .25, .5, .75, 1.
    assert all("†" not in cell for row in rows for cell in row[2:5])
    assert all(row[5].endswith("†") for row in rows)
    assert all(row[6] == "×" or row[6].endswith("†") for row in rows)
    assert row_of(markdown["proxy"], "C2")[1:] == ["n.e."] * 6
    assert "who the silent readers are is unknown" in markdown["proxy"]


def test_priors_are_called_illustrative_and_probabilities_are_no_certainties(
    markdown: dict[str, str], released: Released
) -> None:
    text = markdown["not_at_random"]
    assert "illustrative" in text and "elicited from nobody" in text
    assert not re.search(r"\| (1\.00|0\.00) \|", text)
    sure = changed(released, "not_at_random", probability=0.0)
    assert r"\<" in not_at_random(sure).markdown(mark="Simulated data")


def test_refusal_of_a_selection_model_gives_its_reason_to_those_who_asked_for_one(released: Released) -> None:
    assert made_up.said("heckman", released) == ""
    nonresponse = {**released.config["nonresponse"], "exclusion": ["reminders"]}
    asked = dataclasses.replace(released, config={**released.config, "nonresponse": nonresponse})
    text = made_up.said("heckman", asked)
    assert "refused" in text and "drives response and not the answer" in text


def test_multiverse_counts_nothing_that_agrees(markdown: dict[str, str]) -> None:
    text = markdown["multiverse"]
    assert "response is at random" in text
    assert not re.search(r"\d+\s*(of|out of)\s*\d+ specifications|% of specifications", text)


def test_a_change_of_grade_is_named_with_where_it_is_found(released: Released) -> None:
    data = released.tables["multiverse"].copy()
    made = (data["claim"] == "C1") & (data["what"] == "specification")
    data.loc[made & (data["fpc"].astype(str) == "False"), "grade"] = 0
    text = assumptions.multiverse(with_table(released, "multiverse", data)).markdown(mark="Simulated data")
    assert "Not supported: every scheme, without the correction" in row_of(text, "C1")[-1]


def test_a_model_shows_weighted_beside_unweighted(markdown: dict[str, str], released: Released) -> None:
    data = released.tables["estimates"]
    own = data[(data["variable"] == "read") & (data["level"] == "agency=CSC")]
    found = own.set_index(["statistic", "scheme"])["estimate"]
    row = row_of(markdown["models"], "CSC against AMH")
    assert "AMH, adult mental health" in markdown["models"]
    assert row[1].startswith(f"{found['odds_ratio', 'cells']:.1f} (")
    assert row[3].startswith(f"{found['odds_ratio_unadjusted', 'cells']:.1f} (")
    assert row[4].startswith(f"{found['odds_ratio', 'none']:.1f} (")
    assert "Check of proportional odds" in markdown["models"]


def test_imputation_names_which_is_to_be_preferred(markdown: dict[str, str]) -> None:
    assert row_of(markdown["imputation"], "C1")[-1] == "complete cases"
    assert row_of(markdown["imputation"], "C4")[-1] == "imputed"


def test_adjusted_p_values_stand_beside_raw_ones(markdown: dict[str, str], released: Released) -> None:
    data = released.tables["estimates"]
    line = data[(data["statistic"] == "claim_test_p_holm") & (data["claim"] == "C5")].iloc[0]
    assert row_of(markdown["multiplicity"], "C5")[1:3] == [
        f"{line['p_value']:.3f}",
        f"{line['estimate']:.3f}",
    ]


def test_a_heywood_case_is_withheld(released: Released) -> None:
    data = released.tables["estimates"].copy()
    hit = (data["statistic"] == "omega") & (data["variable"] == "risk")
    data.loc[hit, "estimate"], data.loc[hit, "flag"] = np.nan, "heywood"
    text = reliability(with_table(released, "estimates", data)).markdown(mark="Simulated data")
    assert row_of(text, "Awareness of risk")[5] == "withheld" and "Heywood" in text


def test_verification_counts_every_entry(markdown: dict[str, str], released: Released) -> None:
    data = released.tables["verification"]
    checked = data[data["status"] == "checked"]
    exact = int((checked["tolerance_kind"] == "relative").sum())
    assert f"{exact} results of R" in markdown["verification"]
    means = int(checked["tests"].str.contains("test_estimates_golden").sum())
    row = row_of(markdown["verification"], "Means")
    assert int(row[1]) + int(row[2]) == means
    assert "10^−8^" in row


# --- sentences ----------------------------------------------------------------------------------------


def test_every_sentence_is_whole(released: Released) -> None:
    for key, text in bias_text.sentences(released, made_up.words()).items():
        assert re.fullmatch(r"bias__[a-z-]+", key)
        assert text.endswith(".") and not re.search(r"\bnan\b|None|  | ,|\.\.", text), text


@pytest.mark.parametrize("grade", [0, 1, 2, 3, 4])
def test_texts_stand_whatever_the_grades(released: Released, grade: int) -> None:
    made = graded(released, grade)
    text = bias_text.summary(made, made_up.words()) + reviewers.questions(made, made_up.words())
    assert not re.search(r"\bnan\b|None\b|  |\.\.", text)
    assert text.count(f"*{Grade.of(grade).label(Vocabulary())}*") == len(list(made.claim_rows()))


def test_no_supported_claim_is_not_said_to_be_overturned(released: Released) -> None:
    text = bias_text.summary(graded(released, 0, bound_low=0.2, bound_high=0.4), made_up.words())
    assert "No claim is supported" in text
    assert "lose" not in text and "smallest tipping point" not in text


def test_a_claim_out_of_reach_of_the_silent_is_named(released: Released) -> None:
    data = graded(released, 0).tables["claims"]
    far = data["claim"] == "C1"
    data = data.assign(bound_low=0.2, bound_high=0.9).assign(
        bound_high=lambda t: t["bound_high"].where(~far, 0.4)
    )
    text = made_up.said("bounds", with_table(released, "claims", data))
    assert "No answers of the silent could make C1 true." in text
    assert re.search(r"would make C2.* true", text)


def test_a_good_proxy_is_told_apart_from_a_weak_one(released: Released) -> None:
    assert "nothing rests on" in made_up.said("proxy", changed(released, "ledger_context", rho=0.1))
    good = made_up.said("proxy", changed(released, "ledger_context", rho=0.6))
    assert "no proxy worth" not in good and "0.60" in good


def test_strength_of_the_list_is_worded_by_its_size(released: Released) -> None:
    data = released.tables["nonresponse"].copy()
    data.loc[data["measure"] == "v_answer", "estimate"] = 0.1
    assert "has no strong link" in made_up.said("list", with_table(released, "nonresponse", data))
    data.loc[(data["measure"] == "v_answer") & (data["claim"] == "C3"), "estimate"] = 0.55
    text = made_up.said("list", with_table(released, "nonresponse", data))
    assert "reaches 0.25 only for" in text and "with C3" in text and "C4" not in text


def test_late_and_early_are_said_to_differ_only_where_they_do(released: Released) -> None:
    data = released.tables["nonresponse"].copy()
    late = data["step"] == "early_late"
    data.loc[late, "p_value"] = 0.4
    assert "did not clearly differ" in made_up.said("waves", with_table(released, "nonresponse", data))
    data.loc[late & (data["claim"] == "C3"), "p_value"] = 0.001
    text = made_up.said("waves", with_table(released, "nonresponse", data))
    assert "differed from those who answered early on C3 (*p* = 0.001)." in text


def test_a_changed_grade_reaches_the_sentence_of_the_article(released: Released) -> None:
    data = released.tables["multiverse_summary"].copy()
    data["grade_changes"] = "none"
    text = made_up.said("multiverse_short", with_table(released, "multiverse_summary", data))
    assert "No grade depended on these choices." in text
    data.loc[data["claim"] == "C3", "grade_changes"] = "not supported: without the correction"
    text = made_up.said("multiverse_short", with_table(released, "multiverse_summary", data))
    assert "The grade of C3 depended on these choices." in text


def test_different_conclusions_of_imputation_are_named(released: Released) -> None:
    assert "same conclusion on every claim" in made_up.said("imputation", released)
    data = released.tables["estimates"].copy()
    hit = (data["statistic"] == "proportion_imputed") & (data["claim"] == "C2")
    data.loc[hit, "flag"] = "the conclusion differs"
    text = made_up.said("imputation", with_table(released, "estimates", data))
    assert "On C2 the two lead to different conclusions" in text


def test_without_imputation_the_methods_say_that_nothing_was_imputed(released: Released) -> None:
    plain = {k: v for k, v in released.config["analysis"].items() if k != "imputation"}
    bare = dataclasses.replace(released, config={**released.config, "analysis": plain})
    words = made_up.words()
    assert "nothing was imputed" in methods.paragraphs(bare, words)["analysis"]
    assert "nothing was imputed" not in methods.paragraphs(released, words)["analysis"]


def test_a_follow_up_is_reported_where_there_is_one(released: Released) -> None:
    assert "No random part of the silent was asked" in made_up.said("follow_up", released)
    common = {
        "claim": "C1", "group": "overall", "group_level": "", "stratum": "", "note": "", "n": 140, "N": 312,
        "status": "released",
    }  # fmt: skip
    table = pd.DataFrame(
        [
            {**common, "measure": "two_phase", "estimate": 0.61, "ci_low": 0.5, "ci_high": 0.71},
            {**common, "measure": "difference", "estimate": -0.1, "p_value": 0.03},
        ]
    )
    text = made_up.said("follow_up", with_table(released, "follow_up_check", table))
    assert "C1 61% (50% to 71%; against the primary estimate *p* = 0.03)" in text


def test_withheld_numbers_leave_no_gap_in_the_texts(released: Released) -> None:
    bare = released
    for name in (
        "nonresponse",
        "ledger_context",
        "not_at_random",
        "multiverse",
        "multiverse_summary",
        "claims",
    ):
        data = released.tables[name]
        keep = ("threshold", "upper_threshold", "margin")
        numeric = [c for c in data.columns if data[c].dtype.kind in "if" and c not in keep]
        bare = changed(bare, name, **dict.fromkeys(numeric, np.nan), status="suppressed")
    text = (
        bias_text.summary(bare, made_up.words())
        + reviewers.questions(bare, made_up.words())
        + " ".join(bias_text.sentences(bare, made_up.words()).values())
    )
    assert not re.search(r"\bnan\b|None\b|  |\.\.| \.", text)
    assert "withheld" in text


def test_each_question_is_answered(released: Released) -> None:
    text = reviewers.questions(released, made_up.words())
    for question in ("Which weight?", "Why these cells?", "Which *n*?", "non-readers did not?",
                     "Why the finite-population correction?", "What is set, and what is exploratory?",
                     "How were missing items handled?"):  # fmt: skip
        answer = re.search(re.escape(f"{question}**") + r" (.+)", text)
        assert answer and len(answer[1]) > 80, question


def test_what_is_only_in_tables_makes_no_key(released: Released) -> None:
    keys = numbers.numbers(released)
    assert not [key for key in keys if "p-holm" in key or "p_holm" in key or "item_total" in key]
    alpha = [key for key in keys if re.search(r"risk__alpha__.*__est$", key)]
    assert len(alpha) == 1


# --- figures ------------------------------------------------------------------------------------------


def test_each_specification_of_a_claim_is_a_point_in_the_row_of_its_name(released: Released) -> None:
    table = released.tables["multiverse"]
    claims = list(released.claim_rows())
    panels = [multiverse.panel_of(released, claim) for claim in claims]
    with themed("multiverse"):
        rows = {row.key: row.label.replace("\n", " ") for row in multiverse.rows_of(released, panels, 40.0)}
    assert next(iter(rows)) == (released.primary, "complete cases")
    for claim, one in zip(claims, panels, strict=True):
        own = table[(table["claim"] == claim["claim"]) & (table["what"] == "specification")]
        own = own[own["group_level"].fillna("") == claim["group_level"]]
        made = {(point.scheme, point.missing): point.estimate for point in one.points if not point.otherwise}
        wanted = own.dropna(subset=["estimate"]).groupby(["scheme", "missing"])["estimate"].first()
        assert made == pytest.approx(wanted.to_dict())
        assert set(made) <= set(rows)
        assert one.distinct == own["point"].nunique()
        assert sum(point.primary for point in one.points) == 1
    for scheme, label in released.schemes.items():
        assert rows[scheme, "complete cases"].startswith(label)


def test_whiskers_hold_every_interval_of_their_point(released: Released) -> None:
    claim = next(iter(released.claim_rows()))
    for point in multiverse.panel_of(released, claim).points:
        assert point.widest[0] <= point.usual[0] <= point.estimate <= point.usual[1] <= point.widest[1]
        assert point.widest != point.usual


def test_the_figure_of_the_multiverse_says_what_it_assumes(released: Released) -> None:
    with themed("multiverse"):
        drawn = multiverse.draw(released)
    words = " ".join(text.get_text() for text in drawn.figure.texts).replace("\n", " ")
    assert "Every point assumes response at random within the cells" in words
    assert "bounds" in drawn.alt and "reader scenario" in drawn.alt


def test_waves_end_at_the_response_rate(released: Released) -> None:
    claim = next(iter(released.claim_rows()))
    course = waves.course_of(released, claim)
    assert course.cumulative[-1].place == pytest.approx(course.response)
    assert course.response == pytest.approx(119 / 312)


def test_suppressed_panels_are_gaps_that_are_named(released: Released) -> None:
    numeric = {c: np.nan for c in ("estimate", "ci_low", "ci_high", "n")}
    bare = changed(released, "multiverse", **numeric, status="suppressed")
    bare = changed(bare, "nonresponse", estimate=np.nan, n=np.nan, status="suppressed")
    for name in ("multiverse", "waves"):
        with themed(name):
            drawn = DRAW[name](bare)
        assert "suppressed" in drawn.alt or "not shown" in drawn.alt
        assert not re.search(r"\d%", drawn.alt)
