"""What a drawing shows, whatever way its file tells it: outlines in their places, with their styles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from lxml import etree

LINK = ("{http://www.w3.org/1999/xlink}href", "href")
TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
NUMBERS = {"m": 2, "l": 2, "q": 4, "c": 6, "h": 1, "v": 1, "z": 0}
UNIT = np.eye(3)


@dataclass
class Mark:
    """An outline as it is seen.

    Attributes
    ----------
    points
        Its places on the page, shape (n, 2).
    style
        How it is drawn, the styles of what it stands in included.
    cut
        Corner and size of the box outside of which it is not seen; nothing where there is none.
    """

    points: np.ndarray
    style: dict[str, str]
    cut: tuple[float, ...]


def matrix(text: str) -> np.ndarray:
    made = UNIT
    for name, inside in re.findall(r"(\w+)\(([^)]*)\)", text):
        numbers = [float(one) for one in re.findall(r"[-+.\de]+", inside)]
        if name == "translate":
            step = np.array([[1, 0, numbers[0]], [0, 1, numbers[1] if len(numbers) > 1 else 0], [0, 0, 1]])
        elif name == "scale":
            step = np.diag([numbers[0], numbers[-1], 1])
        elif name == "rotate" and len(numbers) == 1:
            turn = np.deg2rad(numbers[0])
            step = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
        else:
            raise AssertionError(text)
        made = made @ step
    return made


def places(path: str) -> np.ndarray:
    """Places that an outline goes through, control points included; those that lead nowhere are left out."""
    tokens, found, position, command = TOKEN.findall(path), [], 0, ""
    here = start = np.zeros(2)
    while position < len(tokens):
        if tokens[position].isalpha():
            command, position = tokens[position], position + 1
        length = NUMBERS[command.lower()]
        given = np.array([float(one) for one in tokens[position : position + length]])
        position += length
        if command.lower() == "z":
            here = start
            continue
        if command in "hv":
            given = np.array([given[0], 0.0]) if command == "h" else np.array([0.0, given[0]])
        steps = given.reshape(-1, 2) + (here if command.islower() else 0)
        if command in "mM":
            start = steps[-1]
        if len(steps) > 1 or command in "mM" or np.abs(steps[-1] - here).max() > 0.006:
            found.append(steps)
        here = steps[-1]
        command = {"m": "l", "M": "L"}.get(command, command)
    return np.concatenate(found) if found else np.zeros((0, 2))


def style_of(element: etree._Element, styles: Mapping[str, str]) -> dict[str, str]:
    told = styles.get(element.get("class") or "", "") + ";" + (element.get("style") or "")
    pairs = [part.split(":", 1) for part in told.split(";") if part.strip()]
    made = {name.strip(): value.strip() for name, value in pairs}
    return {name: re.sub(r"(?<![\d#\w.])0+(?=\.)", "", value) for name, value in made.items()}


def local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def marks(
    root: etree._Element, defined: Mapping[str, etree._Element], styles: Mapping[str, str]
) -> list[Mark]:
    """List the marks of a drawing in their order."""

    def walk(
        element: etree._Element, place: np.ndarray, style: dict[str, str], cut: tuple[float, ...]
    ) -> Iterator[Mark]:
        name = local(element)
        if name in ("", "defs", "metadata", "style"):
            return
        place = place @ matrix(element.get("transform") or "")
        style = style | style_of(element, styles)
        box = re.search(r"#([\w.-]+)", element.get("clip-path") or "")
        if box:
            (rect,) = defined[box[1]]
            cut = tuple(float(rect.get(key) or 0) for key in ("x", "y", "width", "height"))
        if name == "path":
            found = places(element.get("d") or "")
            if len(found):
                yield Mark((np.column_stack([found, np.ones(len(found))]) @ place.T)[:, :2], style, cut)
        elif name == "use":
            link = next(value for key in LINK if (value := element.get(key)))
            x, y = (float(element.get(axis) or 0) for axis in "xy")
            yield from walk(defined[link[1:]], place @ matrix(f"translate({x} {y})"), style, cut)
        for child in element:
            yield from walk(child, place, style, cut)

    return list(walk(root, UNIT, {}, ()))


def marks_of_file(drawing: bytes) -> list[Mark]:
    root = etree.fromstring(drawing)
    return marks(root, {one.get("id"): one for one in root.iter() if one.get("id")}, {})


def same(one: list[Mark], other: list[Mark], within: float) -> None:
    """Hold that two drawings show the same."""
    assert len(one) == len(other)
    for mine, theirs in zip(one, other, strict=True):
        assert mine.style == theirs.style
        assert len(mine.cut) == len(theirs.cut)
        assert np.abs(np.subtract(mine.cut, theirs.cut)).max(initial=0.0) <= within
        assert mine.points.shape == theirs.points.shape
        assert np.abs(mine.points - theirs.points).max() <= within
