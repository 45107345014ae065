"""The flow counts people in its boxes, documents beneath them, and says rightly why a count is hidden."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

import made_up
from surveypipe.reporting.figures import flow
from surveypipe.reporting.figures.flow_stages import Box, boxes
from surveypipe.reporting.figures.theme import themed
from surveypipe.reporting.released import Released


def flowing(hidden: dict[tuple[str, str], str]) -> Released:
    """A study with these counts of a stage and group hidden."""
    given = made_up.released()
    table = given.tables["flow"].copy()
    for stage, level in hidden:
        rows = (table["stage"] == stage) & (table["group_level"].fillna("") == level)
        assert rows.any()
        table.loc[rows, "n"] = np.nan
        table.loc[rows, "status"] = "suppressed"
    return dataclasses.replace(given, tables={**given.tables, "flow": table})


def drawn(released: Released) -> list[str]:
    with themed("flow"):
        return [text.get_text() for text in flow.draw(released).figure.texts]


def test_people_are_in_bold_and_documents_beneath_them():
    released = flowing({})
    table = released.table("flow").set_index(["stage", "group_level"])["n"]
    main, sides = boxes(released)
    box = next(one for one in main if one.counts[0] == table["returned_persons", ""])
    assert [counts[0] for _, counts in box.lines] == [table["returned", ""]]
    assert sides[main.index(box)].label == "Questionnaires left out"
    with themed("flow"):
        bold = [t.get_text() for t in flow.draw(released).figure.texts if t.get_weight() == "bold"]
    assert f"{table['returned_persons', '']:.0f}" in bold
    assert f"{table['returned', '']:.0f}" not in bold


def test_documents_are_not_counted_apart_where_each_person_sent_one():
    given = made_up.released()
    table = given.tables["flow"].copy()
    people = table[table["stage"] == "returned_persons"].set_index("group_level")["n"]
    rows = table["stage"] == "returned"
    table.loc[rows, "n"] = people.reindex(table.loc[rows, "group_level"]).to_numpy()
    main, _ = boxes(dataclasses.replace(given, tables={**given.tables, "flow": table}))
    assert not any("Questionnaires" in label for box in main for label, _ in box.lines)


def test_the_columns_of_groups_begin_where_one_can_be_shown():
    before = [("on_list", level) for level in ("AMH", "CSC")]
    before += [("ineligible", level) for level in ("AMH", "CSC")]
    changed = flowing(dict.fromkeys(before, ""))
    main, sides = boxes(changed)
    assert main[0].counts[1:] == [None, None]
    assert sides[0].lines[0][1][1:] == [None, None]
    assert None not in main[1].counts
    texts = " ".join(drawn(changed))
    assert "Counts by group begin where they give no small number away." in texts.replace("\n", " ")
    assert "Counts by group" not in " ".join(drawn(flowing({})))


@pytest.mark.parametrize(
    ("hidden", "said"),
    [
        ([("on_list", "AMH")], "s: not shown, to protect a small number."),
        ([("partial", "AMH"), ("partial", "CSC")], "s: suppressed, too few to show."),
        ([("on_list", "AMH"), ("partial", "AMH")], "s: not shown, too few or to protect a small number."),
        ([], ""),
    ],
    ids=["a total", "a part", "both", "nothing"],
)  # fmt: skip
def test_a_total_is_said_to_be_hidden_for_another_count_and_never_for_its_own_size(hidden, said):
    given = flowing({})
    table = given.tables["flow"].copy()
    table["n"] = table["n"].fillna(4.0)
    for stage, level in hidden:
        table.loc[(table["stage"] == stage) & (table["group_level"].fillna("") == level), "n"] = np.nan
    changed = dataclasses.replace(given, tables={**given.tables, "flow": pd.DataFrame(table)})
    texts = " ".join(drawn(changed)).replace("\n", " ")
    assert said in texts
    assert texts.count("s:") == bool(said)


def test_columns_have_full_names_where_nobody_leaves_and_there_is_room(monkeypatch: pytest.MonkeyPatch):
    released = flowing({})
    names = {"AMH": "Elementary school", "CSC": "Middle school"}
    monkeypatch.setattr(Released, "levels", property(lambda _: names))
    main, _ = boxes(released)
    monkeypatch.setattr(flow, "boxes", lambda _: (main, [Box("", []) for _ in main]))
    monkeypatch.setattr(flow, "headings", lambda _: {"AMH": "A", "CSC": "B"})
    told = drawn(released)
    assert set(names.values()) <= set(told) and not {"A", "B"} & set(told)
    assert not any("elementary" in text for text in told)
    with themed("flow", width_mm=90.0):
        narrow = [text.get_text() for text in flow.draw(released).figure.texts]
    assert {"A", "B"} <= set(narrow)
