"""What a table or a figure explains is in it, and is told in the words of the study."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest
from matplotlib.text import Text

import made_up
import made_up_questions
from studies import ROOT
from surveypipe.reporting.figures import answers as drawn
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.answer_lines import drawable
from surveypipe.reporting.figures.flow_stages import boxes
from surveypipe.reporting.figures.register import DRAW
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables import comparisons, models, nonresponse, register
from surveypipe.reporting.tables.layout import Column, Table, share_cell
from surveypipe.reporting.tables.questions import answer_tables, block_caption
from surveypipe.reporting.tables.response import response, table_1
from surveypipe.reporting.wording import answers
from surveypipe.wording import Wording

TABLES = {**register.TABLES, **models.TABLES, **nonresponse.TABLES}
WORDS = Wording([ROOT / "workflow/wording/en"])


def configured(given: Released, **sections: Mapping[str, Any]) -> Released:
    config = dict(given.config)
    for name, keys in sections.items():
        config[name] = {**config[name], **keys}
    return dataclasses.replace(given, config=config)


def notes(text: str) -> str:
    return " ".join(text.split(":::")[1].split())


def compared(variable: str, statistic: str, *, group: str = "agency") -> Released:
    """A study in which one variable is tested between groups, by one test."""
    given = made_up.released()
    rows = [
        made_up.estimate_row(
            variable, name, value, group=group, scheme="cells", n=90, df=80.0, df2=80.0, fpc=False,
            p_value=0.03, effect=effect,
        )
        for name, value, effect in ((statistic, 4.0, 0.2), (f"{statistic}_fpc", 5.0, 0.2))
    ]  # fmt: skip
    kept = given.tables["estimates"]
    kept = kept[kept["variable"] != variable]
    table = pd.concat([kept, made_up.estimate_frame(rows).assign(status="released")])
    tables = {**given.tables, "estimates": table}
    made = dataclasses.replace(given, tables=tables)
    return configured(made, analysis={"tests": [{"variable": variable, "between": group}]})


def test_a_table_of_tests_explains_the_tests_that_it_holds_and_no_other() -> None:
    shares = notes(comparisons.tests(compared("read", "rao_scott")).markdown())
    assert "Rao–Scott" in shares and "Cramér" in shares
    assert "*t* test" not in shares and "Kruskal" not in shares
    means = notes(comparisons.tests(compared("guidance", "t_test")).markdown())
    assert "*t* test" in means and "Rao–Scott" not in means


def test_groups_are_named_in_a_note_as_in_a_sentence() -> None:
    """A note spoke of ``Women minus Men``; what is short for a group keeps its capitals."""
    made = compared("read", "rao_scott")
    table = Table("tests", "Tests", [Column("Measure", 9), Column("Difference", 9)], [["Read", "2 (1–4)"]])
    assert "Difference, CSC minus AMH, with" in " ".join(comparisons._test_notes(made, table, ["read"]))
    group = {"label": "Sex", "levels": {"1": "Men", "2": "Women"}}
    called = configured(made, groups={"agency": group})
    assert "Difference, women minus men, with" in " ".join(comparisons._test_notes(called, table, ["read"]))


def test_a_table_without_effects_or_differences_speaks_of_neither() -> None:
    made = compared("guidance", "t_test")
    table = made.tables["estimates"].copy()
    table.loc[table["variable"] == "guidance", "effect"] = float("nan")
    told = notes(
        comparisons.tests(dataclasses.replace(made, tables={**made.tables, "estimates": table})).markdown()
    )
    assert "Tests and *p* are given to one digit" in told
    assert "effect" not in told and "Difference" not in told


def test_a_table_of_other_groups_explains_its_tests_alone() -> None:
    made = configured(
        compared("read", "rao_scott", group="profession_group"),
        groups={"profession_group": {"label": "Profession", "levels": {"a": "A", "b": "B", "c": "C"}}},
    )
    told = notes(comparisons.other_tests(made).markdown())
    assert "Rao–Scott" in told and "shares in per cent" in told.lower()
    for absent in ("*t* test", "rank test", "A difference is", "medians"):
        assert absent not in told


def test_no_line_parts_a_group_from_its_number() -> None:
    made = made_up.released()
    levels = {"AMH": "Adult mental health", "CSC": "Children's social care"}
    cell = comparisons._in_each(made, "read", "agency", levels)
    assert re.fullmatch(r"Adult mental health\u00a0\d+; Children.s social care\u00a0\d+", cell)


def test_rates_that_come_to_the_same_share_a_row() -> None:
    given = made_up.released()
    rates = given.tables["response_rates"].copy()
    own = rates["rate"].str.startswith("RR")
    for name in ("value", "numerator", "denominator"):
        rates.loc[own, name] = rates[own].groupby("group_level", dropna=False)[name].transform("first")
    rates["status"] = "released"
    table = response(dataclasses.replace(given, tables={**given.tables, "response_rates": rates}))
    numbers = sorted(rate[2:] for rate in set(rates.loc[own, "rate"]))
    assert table.rows[0][0] == f"Response rates {', '.join(numbers[:-1])} and {numbers[-1]}"
    assert "share a row" in table.notes[0]
    hidden = rates.assign(value=float("nan"), status="suppressed")
    apart = response(dataclasses.replace(given, tables={**given.tables, "response_rates": hidden}))
    assert [row[0] for row in apart.rows][: len(numbers)] == [f"Response rate {one}" for one in numbers]
    assert "share a row" not in " ".join(apart.notes)


def test_a_share_that_the_weights_meet_has_no_interval() -> None:
    known = pd.Series({"estimate": 0.21, "se": 0.0, "ci_low": 0.21, "ci_high": 0.21, "status": "released"})
    assert share_cell(known) == "21"
    assert share_cell(known.replace({0.0: 0.004})) == "21 (21–21)"


def met(given: Released, name: str) -> Released:
    """A study whose weights are made by the answers to a question."""
    scheme = {"label": "Raked", "method": "rake", "margins": [name]}
    schemes = {**given.config["weighting"]["schemes"], given.primary: scheme}
    return configured(given, weighting={"schemes": schemes})


def test_what_the_weights_meet_is_neither_drawn_nor_a_finding_and_is_said_to_be_so() -> None:
    given = made_up_questions.descriptive(groups=False)
    (block,) = [b for b in drawn.answer_figures(given).values() if "trade" in {q.name for q in b.questions}]
    changed = met(given, "trade")
    label = given.short("trade")
    with theme.themed(block.figure):
        assert label in drawn.draw(given, block).alt
        if drawable(changed, block):
            assert label not in drawn.draw(changed, block).alt
    said = answers.texts(changed, WORDS)
    assert f"- {given.label('trade')}" not in said["answers_found"]
    assert f"- {given.label('trade')}" in answers.texts(given, WORDS)["answers_found"]
    assert "is no finding: the weights bring it to that of the population" in said["answers"]
    assert "is no finding" not in answers.texts(given, WORDS)["answers"]


def test_a_figure_says_of_whom_a_base_is() -> None:
    plain = made_up_questions.descriptive()
    name = next(n for n, a in plain.variables.items() if a["type"] == "binary" and not a["set"])
    claim = {"kind": "share", "label": "Some do", "short": "Some", "variable": name, "level": 1}
    claim |= {"threshold": 0.1, "base": "grown_up"}
    config = {**plain.config, "bases": {"grown_up": {name: 1}}, "claims": {"some": claim}}
    made = dataclasses.replace(plain, config=config)
    (block,) = [b for b in drawn.answer_figures(made).values() if name in {q.name for q in b.questions}]
    with theme.themed(block.figure):
        texts = " ".join(text.get_text() for text in drawn.draw(made, block).figure.texts)
    assert f"'{made.short(name)}': of grown up only." in " ".join(texts.split())


def test_records_are_not_said_to_have_answered() -> None:
    asked, records = (
        configured(made_up_questions.descriptive(), study={"mode": mode}) for mode in ("paper", "records")
    )
    for given, told in ((asked, True), (records, False)):
        text = "\n".join(table.markdown() for table in answer_tables(given).values())
        assert ("those who answered" in text) == told
        assert ("Question and answer" in text) == told
        assert ("of those who answered" in notes(table_1(given).markdown())) == told


def test_table_1_without_a_column_of_a_group_is_not_by_it() -> None:
    given = made_up.released()
    one = given.tables["table_1"]
    alone = dataclasses.replace(
        given, tables={**given.tables, "table_1": one[one["variable"] == given.group]}
    )
    assert " by agency" in table_1(given).caption and " by agency" not in table_1(alone).caption
    assert "within a group" not in " ".join(table_1(alone).notes)


@pytest.mark.parametrize(
    ("labels", "short"),
    [
        (
            ["18 to 29", "30 to 44", "45 to 64", "65 and over"],
            ["18 to 29", "30 to 44", "45 to 64", "65 and over"],
        ),
        (["Elementary school", "Middle school"], ["Elementary school", "Middle school"]),
        (["Non-Hispanic white", "Non-Hispanic black", "Hispanic", "Other"], ["A", "B", "C", "D"]),
        (["Mental health services of the borough", "Other services"], ["A", "B"]),
    ],
)
def test_a_group_is_called_by_its_label_where_the_head_of_a_column_holds_it(
    labels: list[str], short: list[str]
) -> None:
    given = made_up.released()
    levels = {str(number): label for number, label in enumerate(labels, start=1)}
    made = configured(given, groups={"agency": {"label": "Kind", "levels": levels}})
    assert [made.abbreviation(level) for level in levels] == short


def test_the_flow_of_headcounts_speaks_of_people_counted_and_of_no_partial_answers() -> None:
    given = made_up.released()
    flow = given.tables["flow"].copy()
    flow.loc[flow["stage"] == "partial", "n"] = 0.0
    main, _ = boxes(dataclasses.replace(given, tables={**given.tables, "flow": flow}))
    assert not any(label in ("Complete", "Partial") for box in main for label, _ in box.lines)
    assert any(label == "Partial" for box in boxes(given)[0] for label, _ in box.lines)
    counted = configured(given)
    counted = dataclasses.replace(counted, config={**counted.config, "population": "counts"})
    eligible = str(flow.loc[flow["stage"] == "eligible", "stage_label"].iloc[0])
    assert eligible in [box.label for box in boxes(given)[0]]
    assert eligible not in [box.label for box in boxes(counted)[0]]


def test_no_heading_breaks_within_a_word_where_another_column_has_room() -> None:
    columns = [Column("Measure", 40, "l"), Column("Difference", 4), Column("Test", 4), Column("Men", 4)]
    table = Table(
        "x",
        "A table",
        columns,
        [["A measure of some length", "1", "F(2,\u00a0362.7)\u00a0=\u00a016.55", "2"]],
    )
    rule = table.markdown().split("\n")[1].strip("|").split("|")
    measure, difference, test, men = (len(part) for part in rule)
    assert difference > len("Difference") * 1.15 and test > 20
    assert measure > difference > men
    crowded = [Column("Respondents", 4) for _ in range(12)] + [Column("All", 90)]
    rule = Table("x", "A table", crowded, [["1"] * 13]).markdown().split("\n")[1].strip("|").split("|")
    assert len(rule[0]) > len(rule[-1])


def test_a_block_that_is_a_battery_is_named_by_it() -> None:
    given = made_up_questions.descriptive()
    about = {name: dict(one) for name, one in given.variables.items()}
    blocks = list(drawn.answer_figures(given).values())
    rated = next(block for block in blocks if block.ratings)
    for name, one in about.items():
        mine = name in {question.name for question in rated.questions}
        one |= {"battery": "work" if mine else "", "battery_label": "Your work here" if mine else ""}
    made = dataclasses.replace(given, variables=about)
    assert block_caption(made, rated) == "Answers: Your work here"
    assert all("Your work here" not in block_caption(made, block) for block in blocks if block != rated)


@pytest.mark.parametrize(("direction", "told"), [("above", "0.10"), ("below", "0.20")])
def test_the_least_favourable_prior_is_so_for_the_side_of_the_claim(direction: str, told: str) -> None:
    given = made_up.released()
    claims = {key: {**claim} for key, claim in given.config["claims"].items()}
    share = next(key for key, claim in claims.items() if claim["kind"] == "share")
    claims = {share: {**claims[share], "direction": direction, "upper_threshold": None}}
    table = given.tables["not_at_random"]
    rows = table[(table["method"] == "bayes") & (table["claim"] == share)].head(2)
    rows = rows.assign(probability=[0.1, 0.8][: len(rows)], status="released")
    made = dataclasses.replace(
        given, config={**given.config, "claims": claims}, tables={**given.tables, "not_at_random": rows}
    )
    text = made_up.said("bayes", made)
    assert f"posterior probability of {told} of lying {direction} its threshold" in " ".join(text.split())


def test_answers_that_are_merged_within_groups_are_blank_there_and_said_to_be_merged() -> None:
    given = made_up_questions.descriptive()
    for block in drawn.answer_figures(given).values():
        table = answer_tables(given)[block.table]
        told = "Within groups the answers to ratings are merged." in table.notes
        assert told == (not block.ratings and any(question.rated for question in block.questions))
        if told:
            named = [cells for cells in table.rows if len(cells) > 3]
            assert not any("—" in cells[3:] for cells in named)


@pytest.mark.parametrize("name", TABLES)
def test_every_abbreviation_of_a_heading_is_spelt_out(name: str) -> None:
    table = TABLES[name](made_up.released())
    short = {word for column in table.columns for word in re.findall(r"\b[A-Z]{2,}\d?\b", column.head)}
    told = " ".join(table.notes)
    assert {word for word in short if not re.search(rf"\b{word}\b", told)} == set()


def test_of_a_study_without_weights_no_exhibit_is_called_weighted() -> None:
    """Neither in a caption nor in a note, nor in what is read out of a figure."""
    given = made_up.released()
    plain = {"label": "Unweighted", "method": "none"}
    made = configured(given, weighting={"schemes": {given.primary: plain}})
    assert given.weighted and not made.weighted
    claimed = re.compile(
        r"(?<!un)(?<!Un)weighted (?:per cent|means?|shares?)|, weighted\.|Weighted by|Weighted;"
    )
    for name, table in TABLES.items():
        # Two of them are about weights: the balance before and after, and the schemes side by side.
        if name not in {"table_1", "weights"}:
            assert not claimed.search(table(made).markdown()), name
    for name, draw in DRAW.items():
        if name == "weights":
            continue
        with theme.themed(name):
            one = draw(made)
            said = [one.alt, *(text.get_text() for text in one.figure.findobj(Text))]
        # Lines of a note are broken to its width.
        assert not claimed.search(" ".join(" ".join(said).split())), name
