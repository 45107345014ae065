"""Figures: nothing cut, no raw name or missing value, the same bytes twice, and alt text from the data."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

import made_up
from surveypipe.formatting import sentence_list
from surveypipe.reporting.answer_words import legend
from surveypipe.reporting.figures import flow_stages, ledger, likert, response, theme
from surveypipe.reporting.figures.register import DRAW
from surveypipe.reporting.figures.theme import save, themed
from surveypipe.reporting.tables import answers


@pytest.fixture(scope="module")
def released():
    return made_up.released()


def texts_of(figure):
    """Every text drawn, with its box in pixels."""
    from matplotlib.text import Text

    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    found = [item for item in figure.findobj(Text) if item.get_visible() and item.get_text().strip()]
    return [(item.get_text(), item.get_window_extent(renderer), item.get_fontsize()) for item in found]


@pytest.fixture(scope="module", params=list(DRAW))
def drawn(request, released):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with themed(request.param):
        made = DRAW[request.param](released)
        FigureCanvasAgg(made.figure)
        yield request.param, made, texts_of(made.figure)


def test_no_text_is_cut_at_the_edge(drawn):
    name, made, texts = drawn
    width, height = made.figure.get_size_inches() * made.figure.dpi
    cut = [
        t for t, box, _ in texts if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1
    ]
    assert cut == [], name


def test_texts_do_not_overlap(drawn):
    name, _, texts = drawn
    shrunk = [(t, box.x0 + 2, box.x1 - 2, box.y0 + 3, box.y1 - 3) for t, box, _ in texts]
    clashes = [
        (a[0], b[0])
        for i, a in enumerate(shrunk)
        for b in shrunk[i + 1 :]
        if a[1] < b[2] and b[1] < a[2] and a[3] < b[4] and b[3] < a[4]
    ]
    assert clashes == [], name


def test_size_of_page_and_letters(drawn):
    _, made, texts = drawn
    width, height = made.figure.get_size_inches() / theme.MM
    assert width == pytest.approx(160)
    assert height < 240
    assert min(size for _, _, size in texts) >= 8


def test_no_raw_name_and_no_missing_value(drawn, released):
    _, made, texts = drawn
    shown = [t for t, _, _ in texts] + [made.alt]
    raw = [name for name in released.variables if "_" in name]
    assert not [
        text for text in shown if re.search(r"\bnan\b|None", text) or any(name in text for name in raw)
    ]


def test_simulated_data_are_marked_and_real_data_are_not(drawn, released):
    name, _, texts = drawn
    assert "Simulated data" in [t for t, _, _ in texts]
    study = {**released.config["study"], "data": "real"}
    real = dataclasses.replace(released, config={**released.config, "study": study})
    with themed(name):
        assert "Simulated data" not in [t.get_text() for t in DRAW[name](real).figure.texts]


def test_alt_text_holds_numbers(drawn):
    _, made, _ = drawn
    assert len(made.alt) > 60
    assert re.search(r"\d", made.alt)
    assert '"' not in made.alt


def test_same_bytes_twice(released, tmp_path):
    for attempt in ("one", "two"):
        (tmp_path / attempt).mkdir()
        with themed("ledger"):
            save(ledger.draw(released), tmp_path / attempt / "a.svg", tmp_path / attempt / "a.png")
    for name in ("a.svg", "a.png"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert b"<dc:date>" not in (tmp_path / "one" / "a.svg").read_bytes()
    assert b"<text" not in (tmp_path / "one" / "a.svg").read_bytes(), "letters are drawn as paths"


def test_colours_keep_their_order_of_lightness_in_grey():
    def grey(colour):
        r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    disagree, neutral, agree = map(grey, theme.THREE)
    assert neutral - disagree > 40
    assert disagree - agree > 60


def hide(released, table, where, columns):
    changed = released.tables[table].copy()
    rows = where(changed)
    changed.loc[rows, columns] = np.nan
    changed.loc[rows, "status"] = "suppressed"
    return dataclasses.replace(released, tables={**released.tables, table: changed})


def test_a_suppressed_item_is_a_gap_that_is_named(released):
    hidden = hide(
        released, "estimates",
        lambda t: (t["variable"] == "guid_1") & (t["group_level"] == "AMH"),
        ["estimate", "ci_low", "ci_high", "n"],
    )  # fmt: skip
    with themed("likert"):
        made = likert.draw(hidden)
        words = [t.get_text() for axes in made.figure.axes for t in axes.texts]
    assert words.count("suppressed") == 1
    assert any(text.get_text() == "s" for text in made.figure.texts)


def test_an_unused_answer_keeps_its_place(released):
    estimates = released.tables["estimates"]
    unused = (estimates["variable"] == "guid_1") & (estimates["level"] == "middle")
    without = dataclasses.replace(released, tables={**released.tables, "estimates": estimates[~unused]})
    assert list(without.merged("guid_1", "AMH")) == ["low", "middle", "high"]
    assert without.merged("guid_1", "AMH")["middle"] == 0


def test_categories_are_added_up_from_the_answers_where_only_these_are_released(released):
    estimates = released.tables["estimates"]
    fine = dataclasses.replace(
        released,
        tables={
            **released.tables,
            "estimates": estimates[~estimates["level"].isin(["low", "middle", "high"])],
        },
    )
    for name, share in released.merged("guid_1").items():
        assert fine.merged("guid_1")[name] == pytest.approx(share)


@pytest.mark.parametrize("points", range(2, 12))
def test_every_answer_is_drawn_where_all_are_released(released, points):
    """Halves lie on either side of zero; the middle one of an odd number is a number at the side."""
    estimates = released.tables["estimates"]
    labels = [f"{number} times" for number in range(points)]
    changed, items = with_battery(released, labels, {})
    import pandas as pd

    one = estimates[(estimates["variable"] == items[0]) & (estimates["statistic"] == "proportion")].iloc[:1]
    rows = [
        one.assign(variable=item, level=str(code), group_level=level, estimate=1 / points, status="released",
                   scheme=released.primary, group="agency" if level else "overall")
        for item in items for code in range(points) for level in ("", *released.levels)
    ]  # fmt: skip
    only = {**changed.config["analysis"], "items": items}
    full = dataclasses.replace(
        changed,
        config={**changed.config, "analysis": only},
        tables={**changed.tables, "estimates": pd.concat(rows, ignore_index=True)},
    )
    with themed("likert"):
        figure = likert.draw(full).figure
    figure.draw_without_rendering()
    places = {text.get_text(): text.get_window_extent() for text in figure.legends[0].get_texts()}
    # As they are read: from left to right, row by row.
    assert sorted(places, key=lambda text: (-round(places[text].y0), places[text].x0)) == labels
    bars = figure.axes[0].patches[: 2 * (points // 2)]
    ends = [end for bar in bars for end in (bar.get_x(), bar.get_x() + bar.get_width())]
    assert min(ends) == pytest.approx(-(points // 2) / points)
    assert max(ends) == pytest.approx((points // 2) / points)
    middle = [text for text in figure.texts if text.get_text() == f"{100 / points:.0f}"]
    assert bool(middle) == bool(points % 2)


def test_flow_adds_up_a_reason_that_was_merged_within_groups(released):
    table = released.tables["flow"].copy()
    inside = table["group_level"] != ""
    table = table[~(inside & (table["stage"] == "refused"))]
    inside = table["group_level"] != ""
    table.loc[inside & (table["stage"] == "other"), ["status", "n"]] = ["merged", 9]
    folded = flow_stages.fold_merged(table)
    row = folded[(folded["stage"] == "other") & (folded["group_level"] == "")].iloc[0]
    assert row["n"] == 16
    assert row["stage_label"] == "Refused or other reason"
    assert "refused" not in set(folded["stage"])


def test_response_bars_name_groups_and_cells(released):
    bars = response.rates(released)
    assert [bar.label for bar in bars[:3]] == ["All", "Adult mental health", "Nurse"]
    assert bars[0].share == pytest.approx(119 / 312)
    assert np.isnan(bars[-1].share)


def test_weights_name_the_members_of_each_cell(released):
    with themed("weights"):
        made = DRAW["weights"](released)
    labels = [text.get_text().replace("\n", " ") for text in made.figure.texts]
    assert "AMH: nurse, occupational therapist, psychiatrist or psychologist" in labels
    assert "CSC: social worker" in labels
    assert "CSC: social worker 1.83" in made.alt


def with_battery(released, labels, poles, label="Bedside handover"):
    """The same with one battery of other answers, released for all and within the groups by their ends."""
    variables = {name: dict(about) for name, about in released.variables.items()}
    codes = [str(code) for code in range(len(labels))]
    items = [name for name, about in variables.items() if about["battery"] == "guidance"]
    for name in items:
        values = dict(zip(codes, labels, strict=True))
        variables[name] |= {"values": values, "poles": poles, "battery_label": label}
    return dataclasses.replace(released, variables=variables), items


@pytest.mark.parametrize("points", range(2, 12))
def test_the_ends_are_called_what_the_codebook_calls_them_or_by_the_answers_own_labels(released, points):
    labels = [f"{number} times" for number in range(points)]
    for poles in ({}, {"low": "rarely", "high": "often"}):
        changed, items = with_battery(released, labels, poles)
        upper = labels[points - points // 2 :]
        with themed("likert"):
            made = likert.draw(changed)
        said = poles.get("high") or (
            sentence_list(upper, "or") if len(upper) < 4 else f"{upper[0]} to {upper[-1]}"
        )
        assert f"Bedside handover: {said} ranged" in made.alt
        note = answers.items(changed).notes[0]
        ends = "'often' (" if poles else f"'{upper[0]}"
        assert ends in note
        assert not re.search("agree", "".join(legend(changed, items, each=False)), re.I)
