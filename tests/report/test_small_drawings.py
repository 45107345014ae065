"""Drawings are told shortly, in their files and in pages, and nothing of them that is seen changes."""

from __future__ import annotations

import base64
import re
from io import BytesIO

import pytest
from lxml import etree
from lxml import html as lxml_html

import made_up
import marks
from surveypipe.determinism import SVG_METADATA
from surveypipe.rendering.page_drawings import with_drawings
from surveypipe.reporting.figures.register import DRAW
from surveypipe.reporting.figures.svg import compacted, relative_steps
from surveypipe.reporting.figures.theme import save_svg, themed

NAMES = ("flow", "likert", "ledger", "scales")


@pytest.fixture(scope="module")
def written() -> dict[str, bytes]:
    """Figures as matplotlib writes them, for wide pages and for narrow ones."""
    made = {}
    for name in NAMES:
        for width, called in ((160.0, name), (88.0, f"{name}-narrow")):
            with themed(called, width_mm=width):
                buffer = BytesIO()
                DRAW[name](made_up.released()).figure.savefig(buffer, format="svg", metadata=SVG_METADATA)
                made[called] = buffer.getvalue()
    return made


@pytest.fixture(scope="module")
def short(written: dict[str, bytes]) -> dict[str, bytes]:
    return {name: compacted(drawing) for name, drawing in written.items()}


def image(drawing: bytes, name: str, alt: str = "Of 12 &lt; 20 staff") -> str:
    data = base64.b64encode(drawing).decode()
    return f'<img src="data:image/svg+xml;base64,{data}" class="{name}" alt="{alt}" />'


def page_of(short: dict[str, bytes]) -> str:
    figures = "".join(
        f"<figure>{image(short[name], 'wide')}{image(short[f'{name}-narrow'], 'narrow')}</figure>"
        for name in NAMES
    )
    return f"<html><body><main>{figures}</main></body></html>"


def test_a_drawing_told_shortly_shows_the_same(written: dict[str, bytes], short: dict[str, bytes]) -> None:
    for name, drawing in written.items():
        one, other = marks.marks_of_file(drawing), marks.marks_of_file(short[name])
        assert len(one) > 100
        # Half a hundredth of a point, and half a thousandth of the size of a letter and of its place.
        marks.same(one, other, within=0.02)
        assert len(short[name]) < 0.55 * len(drawing), name


def test_texts_can_be_read_in_the_file_and_once_in_the_page(short: dict[str, bytes]) -> None:
    texts = re.findall(rb"<!-- (.*?) -->", short["flow"])
    assert any(b"eligible" in text for text in texts)
    page = with_drawings(page_of(short)).encode()
    assert re.findall(rb"<!-- (.*?) -->", page) == [
        text for name in NAMES for text in re.findall(rb"<!-- (.*?) -->", short[name])
    ]


def test_the_same_bytes_twice_and_no_name_of_one_figure_in_another(tmp_path) -> None:
    for attempt in "ab":
        with themed("ledger"):
            save_svg(DRAW["ledger"](made_up.released()), tmp_path / f"{attempt}.svg", 0.5)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    root = etree.fromstring((tmp_path / "a.svg").read_bytes())
    width, box = float(root.get("width").removesuffix("pt")), float(root.get("viewBox").split()[2])
    assert width == pytest.approx(box / 2, abs=0.01)


def test_a_page_shows_what_its_drawings_show(short: dict[str, bytes]) -> None:
    before = page_of(short)
    page = with_drawings(before)
    root = lxml_html.fromstring(page)
    assert not root.xpath("//img")
    (shared,) = root.xpath("//*[@class='shared']")
    styles = dict(re.findall(r"\.drawn \.(\w+),[^{]*\{([^}]*)\}", page))
    defined = {one.get("id"): one for one in shared.iter() if isinstance(one.tag, str) and one.get("id")}
    figures = root.xpath("//figure")
    assert len(figures) == len(NAMES)
    for name, figure in zip(NAMES, figures, strict=True):
        (drawn,) = figure.xpath("./*[@role='img']")
        assert drawn.get("aria-label") == "Of 12 < 20 staff"
        assert [one.get("class") for one in drawn] == ["wide", "narrow"]
        assert {one.get("aria-hidden") for one in drawn} == {"true"}
        for drawing, called in zip(drawn, (name, f"{name}-narrow"), strict=True):
            marks.same(marks.marks_of_file(short[called]), marks.marks(drawing, defined, styles), within=0.03)
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert len(page) < 0.4 * len(before)
    assert with_drawings(before) == page


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<path d="m0 0" onload="alert(1)"/>',
        '<use xlink:href="https://x.example/a.svg#b"/>',
        '<image xlink:href="a.png"/>',
        "<style>body{display:none}</style>",
        "<foreignObject/>",
        "<text>Words</text>",
    ],
)
def test_a_picture_that_holds_anything_else_stays_a_picture(inside: str) -> None:
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{inside}</svg>'
    )
    page = f"<main>{image(drawing.encode(), 'wide')}<img src='data:image/png;base64,AA=='></main>"
    assert with_drawings(page) == page


def test_steps_do_not_drift() -> None:
    path = "M 0 0 " + " ".join(f"L {n * 0.333333:.6f} {n % 7 * 0.142857:.6f}" for n in range(1, 400)) + " z"
    true, told = marks.places(path), marks.places(relative_steps(path))
    assert abs(true - told).max() < 0.00501


def test_on_a_phone_each_claim_of_the_multiverse_has_the_width_of_the_page() -> None:
    """Two beside each other left an interval three millimetres."""
    with themed("multiverse-narrow", width_mm=88.0):
        places = [axes.get_position() for axes in DRAW["multiverse"](made_up.released()).figure.axes]
    assert len(places) > 2
    assert len({round(place.x0, 6) for place in places}) == 1
    assert min(place.width for place in places) > 0.5
