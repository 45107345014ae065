"""A last page of a few lines is saved where the list of references can be drawn in."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from surveypipe.rendering.typst_pdf import compile_pdf

SOURCE = """#let drawn-in = sys.inputs.at("drawn-in", default: "false") == "true"
#set page(width: 10cm, height: 10cm, margin: 1cm)
#set par(spacing: if drawn-in {{ {drawn} }} else {{ 1em }})
#for _ in range({paragraphs}) [A line of text. #parbreak()]
"""


def pages(folder: Path, paragraphs: int, drawn: str) -> int:
    source = folder / "text.typ"
    source.write_text(SOURCE.format(paragraphs=paragraphs, drawn=drawn), encoding="utf-8")
    return len(PdfReader(BytesIO(compile_pdf(source, 0))).pages)


def test_few_lines_on_a_last_page_are_drawn_in(tmp_path: Path) -> None:
    assert pages(tmp_path, 14, "1em") == 2
    assert pages(tmp_path, 14, "0.6em") == 1


def test_nothing_is_drawn_in_that_saves_no_page(tmp_path: Path) -> None:
    assert pages(tmp_path, 60, "0.95em") == pages(tmp_path, 60, "1em")
