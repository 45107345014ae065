"""Figures under labels that nobody foresaw: long, unbroken, of any script; with no groups and with many."""

from __future__ import annotations

import dataclasses
import itertools
from functools import partial
from typing import Any

import pytest

import made_up
from surveypipe.reporting.figures import answers, histograms, likert, theme
from surveypipe.reporting.figures.answer_lines import drawable
from surveypipe.reporting.figures.lettering import fitted, legend_plan, width_mm
from surveypipe.reporting.figures.likert_layout import rows_of
from surveypipe.reporting.figures.register import DRAW
from surveypipe.reporting.figures.theme import save, themed
from surveypipe.reporting.released import Released

WORDS = (
    "A very long statement about how the handover sheet at the bedside is to be used by all grades of staff "
    "on every ward, whatever the time of day, and by whom it is to be read aloud, signed and stored"
)
LABELS = {
    "long": WORDS,
    "unbroken": "Übergabeprotokollführungsverantwortlichkeitsdokumentation" * 2,
    "Hebrew": "האם הדף שימושי במסירה ליד המיטה בכל המשמרות ולכל הדרגות של צוות המחלקה",
    "marks": "$x_1 & <b>50 %</b> {of} \\alpha $ _all_ ~ ^ # " * 3,
    "lines": "One\nline\tand   another\r\nand  a third, and so on until there is no room",
    "path": "trust/ward/2024/handover-sheet_bedside_all-grades_of-staff.signed.and.stored/by:whom",
}
# Texts whose sides may touch: a hair's breadth of a font's box is no overlap.
SLACK = 3.0


def retold(released: Released, *labels: str) -> Released:
    """The same with these words in turn in the place of every label, each told apart by a number."""
    number = itertools.count(1)
    words = itertools.cycle(labels)

    def new(_: object = "") -> str:
        return f"{next(words)} {next(number)}"

    config: dict[str, Any] = {**released.config}
    config["claims"] = {k: {**c, "short": new(), "label": new()} for k, c in config["claims"].items()}
    config["groups"] = {
        k: {**g, "label": new(), "levels": {level: new() for level in g["levels"]}}
        for k, g in config["groups"].items()
    }
    schemes = {k: {**s, "label": new()} for k, s in config["weighting"]["schemes"].items()}
    config["weighting"] = {**config["weighting"], "schemes": schemes}
    scales = [{**s, "label": new()} for s in config["cleaning"]["scales"]]
    config["cleaning"] = {**config["cleaning"], "scales": scales}
    battery: dict[str, str] = {}
    answer: dict[str, str] = {}
    variables = {}
    for name, about in released.variables.items():
        variables[name] = {
            **about,
            "label": new(),
            "short": new(),
            "battery_label": battery.setdefault(about["battery"], new()),
            "values": {code: answer.setdefault(text, new()) for code, text in about["values"].items()},
        }
    tables = {name: table.copy() for name, table in released.tables.items()}
    tables["claims"]["short"] = [new() for _ in range(len(tables["claims"]))]
    tables["flow"]["stage_label"] = [new() for _ in range(len(tables["flow"]))]
    cells = tables["response_cells"]
    cells["group_level"] = [
        f"{level.split(':')[0]}:{new()}" if ":" in level else level for level in cells["group_level"]
    ]
    weights = tables["weight_cells"]
    weights["members"] = [
        f"{within} × {new()}" if isinstance(within, str) and within else members
        for within, members in zip(weights["within"], weights["members"], strict=True)
    ]
    return dataclasses.replace(released, config=config, variables=variables, tables=tables)


def texts_of(figure):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    found = [item for item in figure.findobj(Text) if item.get_visible() and item.get_text().strip()]
    return [(item.get_text(), item.get_window_extent(renderer)) for item in found]


def faults(figure) -> list[str]:
    """Texts that leave the canvas, or lie over one another."""
    texts = texts_of(figure)
    width, height = figure.get_size_inches() * figure.dpi
    told = [
        f"cut: {text}"
        for text, box in texts
        if min(box.x0, box.y0) < -1 or box.x1 > width + 1 or box.y1 > height + 1
    ]
    for (text, a), (other, b) in itertools.combinations(texts, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        down = min(a.y1, b.y1) - max(a.y0, b.y0)
        if across > SLACK and down > SLACK:
            told.append(f"over one another by {across:.0f} × {down:.0f}: {text} | {other}")
    return told


@pytest.mark.parametrize("labels", [LABELS.values(), [WORDS]], ids=["all kinds", "all long"])
@pytest.mark.parametrize("name", DRAW)
def test_no_text_is_cut_or_lies_over_another(name, labels):
    changed = retold(made_up.released(), *labels)
    with themed(name):
        assert faults(DRAW[name](changed).figure) == []


@pytest.mark.parametrize("name", DRAW)
def test_nothing_is_cut_on_a_page_as_narrow_as_a_phone(name):
    with themed(name, width_mm=92.0):
        figure = DRAW[name](made_up.released()).figure
        assert figure.get_size_inches()[0] / theme.MM == pytest.approx(92)
        assert faults(figure) == []


def test_no_answer_is_cut_on_a_page_as_narrow_as_a_phone():
    released = made_up.released()
    for name, block in answers.answer_figures(released).items():
        with themed(name, width_mm=92.0):
            assert faults(answers.draw(released, block).figure) == [], name


def shapes_of(width: float) -> dict[str, list[float]]:
    """Widths of the panels of what has bars or dots, in parts of the page."""
    released = made_up.released()
    found = {"response": DRAW["response"]}
    for name, block in answers.answer_figures(released).items():
        # A rating's bar has its numbers in it and its label beside it.
        if not block.ratings and drawable(released, block):
            found[name] = partial(answers.draw, block=block)
    shapes = {}
    for name, draw in found.items():
        with themed(name, width_mm=width):
            shapes[name] = [axes.get_position().width for axes in draw(released).figure.axes]
    return shapes


def test_what_is_drawn_takes_the_width_of_a_phone():
    shapes = shapes_of(88.0)
    assert len(shapes) > 1
    assert min(width for widths in shapes.values() for width in widths) > 0.85
    # Both pictures have the same panels.
    assert {k: len(v) for k, v in shapes.items()} == {k: len(v) for k, v in shapes_of(theme.WIDTH_MM).items()}


def test_groups_are_drawn_on_a_phone_where_they_are_on_a_page():
    released, seen = made_up.released(), 0
    for name, block in answers.answer_figures(released).items():
        texts = {}
        for width in (theme.WIDTH_MM, 88.0):
            with themed(name, width_mm=width):
                told = texts_of(answers.draw(released, block).figure)
            texts[width] = {text.replace("\n", " ") for text, _ in told} & set(released.levels.values())
        assert texts[88.0] == texts[theme.WIDTH_MM], name
        seen += len(texts[88.0])
    assert seen


def test_numbers_above_bars_are_printed_where_they_keep_apart():
    assert histograms.keep_apart(["23", "19", "16"], [5.0, 12.0, 19.0], [4.0, 4.0, 4.0], 8.0)
    # Side by side at one height; one beside the stroke of a higher bar; one well above the other.
    assert not histograms.keep_apart(["23", "19"], [5.0, 7.0], [4.0, 4.0], 8.0)
    assert not histograms.keep_apart(["23", "19"], [5.0, 6.0], [4.0, 9.0], 8.0)
    assert histograms.keep_apart(["23", "19"], [5.0, 8.0], [4.0, 9.0], 8.0)


@pytest.mark.slow
@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("name", DRAW)
def test_no_text_is_cut_or_lies_over_another_of_one_kind(name, label):
    changed = retold(made_up.released(), LABELS[label])
    with themed(name):
        assert faults(DRAW[name](changed).figure) == []


@pytest.mark.parametrize("labels", [LABELS.values(), [WORDS]], ids=["all kinds", "all long"])
def test_no_text_of_the_answers_is_cut_or_lies_over_another(labels):
    changed = retold(made_up.released(), *labels)
    for name, block in answers.answer_figures(changed).items():
        with themed(name):
            assert faults(answers.draw(changed, block).figure) == [], name


MANY = [(name, groups) for name in ("likert", "scales", "response", "flow") for groups in (0, 9)]


@pytest.mark.parametrize(("name", "groups"), [*MANY, ("likert", 3), ("likert", 5)])
def test_any_number_of_groups_is_drawn(name, groups):
    given = made_up.released()
    levels = [f"G{number}" for number in range(groups)]
    labels = {level: f"Group number {level}" for level in levels}
    copies = []
    for table in ("estimates", "response_rates", "flow"):
        rows = given.tables[table]
        one = rows[rows["group_level"] == "AMH"]
        import pandas as pd

        own = [one.assign(group_level=level) for level in levels]
        copies.append((table, pd.concat([rows[rows["group_level"].fillna("") == ""], *own])))
    config = {**given.config, "groups": {"agency": {"label": "Agency", "levels": labels or {"all": "All"}}}}
    if not groups:
        config |= {"groups": {}, "frame": {**config["frame"], "group": "everybody"}}
    changed = dataclasses.replace(given, config=config, tables={**given.tables, **dict(copies)})
    with themed(name):
        made = DRAW[name](changed)
        assert faults(made.figure) == []
    assert "nan" not in made.alt


def test_a_row_is_as_high_as_its_label():
    with themed("likert"):
        plain = made_up.released()
        changed = retold(plain, WORDS)
        rows = rows_of(changed, changed.batteries()).items
        flat = rows_of(plain, plain.batteries()).items
    assert rows[1][1] - rows[0][1] > 4 * (flat[1][1] - flat[0][1])


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("room", [12.0, 47.0])
def test_a_label_keeps_its_letters_and_its_lines_fit(label, room):
    with themed("likert"):
        lines = fitted(LABELS[label], room).split("\n")
        assert all(width_mm(line) <= room + 0.1 for line in lines)
    bare = "".join(LABELS[label].split()).replace("-", "")
    assert "".join(lines).replace(" ", "").replace("-", "") == bare


def test_a_legend_takes_as_few_rows_as_its_labels_allow():
    with themed("likert"):
        assert legend_plan(["Yes", "No"], 160.0).columns == 2
        assert legend_plan([WORDS] * 5, 160.0).columns < 3


def test_a_figure_taller_than_a_page_is_set_smaller_and_not_cut(tmp_path):
    import re

    from PIL import Image

    changed = retold(made_up.released(), WORDS * 2)
    with themed("likert"):
        made = likert.draw(changed)
        save(made, tmp_path / "a.svg", tmp_path / "a.png")
    height = made.figure.get_size_inches()[1] / theme.MM
    assert height > theme.TALLEST_MM
    with Image.open(tmp_path / "a.png") as image:
        assert image.height / image.info["dpi"][1] * 25.4 == pytest.approx(theme.TALLEST_MM, rel=0.01)
    head = re.search(r"<svg [^>]*>", (tmp_path / "a.svg").read_text("utf-8"))[0]
    told = re.search(r'height="([\d.]+)pt"', head)
    assert float(told[1]) / 72 * 25.4 == pytest.approx(theme.TALLEST_MM, rel=0.01)
