"""Drawings as small as they can be with nothing of them changed that is seen.

Matplotlib writes six decimals, a group around every mark, and each letter's place as a movement. Here numbers
keep what is seen of them, outlines are told by their steps, each outline is told once, and groups that say
nothing go. What a text reads stays beside it as a comment.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

SVG = "http://www.w3.org/2000/svg"
# A hundredth of a point is a three-hundredth of a millimetre.
DECIMALS = 2
# Matplotlib draws a letter in 6400ths of its size, most fonts are drawn in 1000ths.
_LETTER, _UNITS = "scale(0.015625)", 6.4
# Steps of a line and numbers of each; what draws nothing is matplotlib's closing of a path.
_STEPS = {"M": 2, "L": 2, "Q": 4, "C": 6, "z": 0}
_TOKEN = re.compile(r"[A-Za-z]|-?\d*\.?\d+(?:e-?\d+)?")
# What an element refers to: an outline, or a box that cuts it off.
_REFERENCE = re.compile(r"(?:(?<=^)|(?<=url\())#([\w.-]+)")
_NUMBER = re.compile(r"-?\d+\.\d+")
_TRANSLATED = re.compile(r"translate\((\S+) (\S+)\)")
# Numbers of the drawing's own size, in points.
_MEASURES = ("x", "y", "width", "height", "viewBox", "points", "stroke-dasharray")


def compacted(drawing: bytes, scale: float = 1.0) -> bytes:
    """Write a drawing of matplotlib's anew, as it is seen and no longer than need be.

    Parameters
    ----------
    drawing
        An SVG file with its letters as outlines.
    scale
        Size at which it is to be shown: its width and height are told so much smaller.

    Returns
    -------
    bytes
        The same drawing: no number of a place moves by more than half of a unit of :data:`DECIMALS`.
    """
    from lxml import etree

    root = etree.fromstring(drawing, etree.XMLParser(remove_blank_text=True))
    for name in ("metadata", "style"):
        for element in [*root.iter(f"{{{SVG}}}{name}")]:
            _remove(element)
    # In the place of a rule for every element, which in a page would reach those of other drawings.
    root.set("stroke-linejoin", "round")
    for name in ("width", "height"):
        root.set(name, _measure(float(root.get(name, "0").removesuffix("pt")) * scale) + "pt")
    _gather_outlines(root)
    for element in root.iter(etree.Element):
        _shorten(element)
    _rename(root)
    _unwrap_groups(root)
    etree.cleanup_namespaces(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8")) + b"\n"


def _remove(element: _Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _gather_outlines(root: _Element) -> None:
    """Put all that is referred to into one place at the top, and drop the places that this empties."""
    from lxml import etree

    gathered = etree.Element(f"{{{SVG}}}defs")
    for place in [*root.iter(f"{{{SVG}}}defs")]:
        gathered.extend([*place])
        _remove(place)
    if len(gathered):
        root.insert(0, gathered)


def _shorten(element: _Element) -> None:
    """Shorten what an element says of itself."""
    steps = element.get("d")
    letter = element.get("transform") == _LETTER
    if steps is not None:
        element.set("d", relative_steps(steps, *((_UNITS, 0) if letter else (1.0, DECIMALS))))
    if letter:
        element.set("transform", f"scale({_measure(_UNITS / 64, 4)})")
    style = element.get("style")
    if style is not None:
        element.set("style", _rounded(re.sub(r"\s*([:;])\s*", r"\1", style)))
    for name in _MEASURES:
        told = element.get(name)
        if told is not None and element.tag != f"{{{SVG}}}svg":
            element.set(name, _rounded(told))
    if element.get("viewBox"):
        element.set("viewBox", _rounded(element.get("viewBox", "")))
    _place(element)


def _place(element: _Element) -> None:
    """Tell where an outline stands by its place in the stead of a movement, and round what is left."""
    moved = element.get("transform")
    if moved is None:
        return
    only = _TRANSLATED.fullmatch(moved)
    if only and element.tag == f"{{{SVG}}}use" and not (element.get("x") or element.get("y")):
        del element.attrib["transform"]
        parent = element.getparent()
        # Within a text the unit is a hundredth of a letter's size.
        decimals = 1 if parent is not None and "scale" in parent.get("transform", "") else DECIMALS
        for name, value in zip(("x", "y"), only.groups(), strict=True):
            if _measure(float(value), decimals) != "0":
                element.set(name, _measure(float(value), decimals))
        return
    moved = re.sub(r"translate\([^)]*\)", lambda one: _rounded(one[0]), moved)
    element.set("transform", re.sub(r"(?<![\d.])0\.(?=\d)", ".", moved))


def _rename(root: _Element) -> None:
    """Give short names to what is referred to, and none to anything else."""
    named = {element.get("id"): element for element in root.iter(f"{{{SVG}}}*") if element.get("id")}
    short: dict[str, str] = {}
    for element in root.iter(f"{{{SVG}}}*"):
        for attribute, value in element.attrib.items():
            for name in _REFERENCE.findall(str(value)):
                short.setdefault(name, f"a{len(short):x}")
            element.set(attribute, _REFERENCE.sub(lambda one: f"#{short[one[1]]}", str(value)))
    for name, element in named.items():
        if name in short:
            element.set("id", short[name])
        else:
            del element.attrib["id"]


def _unwrap_groups(root: _Element) -> None:
    """Take away groups that say nothing."""
    group = f"{{{SVG}}}g"
    for element in [*root.iter(group)]:
        parent = element.getparent()
        if parent is not None and not element.attrib:
            place = parent.index(element)
            for offset, child in enumerate([*element]):
                parent.insert(place + offset, child)
            parent.remove(element)


def _measure(value: float, decimals: int = DECIMALS) -> str:
    """Write a number with no more decimals than it is to have.

    Examples
    --------
    >>> _measure(453.540001), _measure(-0.001), _measure(-0.25)
    ('453.54', '0', '-.25')
    """
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if text.startswith("0."):
        return text[1:]
    if text.startswith("-0"):
        return "-" + text[2:] if len(text) > 2 else "0"
    return text


def _rounded(text: str) -> str:
    return _NUMBER.sub(lambda one: _measure(float(one[0])), text)


# Every figure draws the same letters.
@cache
def relative_steps(path: str, unit: float = 1.0, decimals: int = DECIMALS) -> str:
    """Tell an outline by its steps from place to place.

    Each step is taken from where the rounded ones before it have come to, so that none drifts.

    Parameters
    ----------
    path
        Data of a path with the commands M, L, Q, C and z, as matplotlib writes it.
    unit
        What its numbers are divided by.
    decimals
        How many a number keeps.

    Examples
    --------
    >>> relative_steps("M 0 640.062992 L 453.543307 640.062992 L 453.543307 0 z")
    'm0 640.06h453.54v-640.06z'
    """
    tokens = _TOKEN.findall(path)
    if any(token.isalpha() and token not in _STEPS for token in tokens):
        return path
    made: list[str] = []
    here, start, last = (0.0, 0.0), (0.0, 0.0), ""
    position = 0
    while position < len(tokens):
        command = tokens[position]
        length = _STEPS[command]
        numbers = [float(token) / unit for token in tokens[position + 1 : position + 1 + length]]
        position += 1 + length
        if command == "z":
            made.append("z")
            here, last = start, "z"
            continue
        step, here = _step(command, numbers, here, decimals)
        if step:
            # A command that is the one before needs no letter.
            letter = step[0]
            made.append(_joined(step[1]) if letter == last and letter != "m" else letter + _joined(step[1]))
            if letter == last and letter != "m" and not made[-1].startswith("-"):
                made[-1] = " " + made[-1]
            last = letter
        if command == "M":
            start = here
    return "".join(made)


def _step(
    command: str, numbers: list[float], here: tuple[float, float], decimals: int
) -> tuple[tuple[str, list[str]] | None, tuple[float, float]]:
    """Give the letter and numbers of one step, and where it leads; no step where it leads nowhere."""
    told = [_measure(value - here[place % 2], decimals) for place, value in enumerate(numbers)]
    there = here[0] + float(told[-2]), here[1] + float(told[-1])
    if command == "L":
        if told == ["0", "0"]:
            return None, there
        if told[1] == "0":
            return ("h", told[:1]), there
        if told[0] == "0":
            return ("v", told[1:]), there
    return (command.lower(), told), there


def _joined(numbers: list[str]) -> str:
    made = ""
    for number in numbers:
        made += number if not made or number.startswith("-") else f" {number}"
    return made
