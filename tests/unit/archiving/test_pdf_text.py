"""The text of a PDF is read without its drawings, and none of it is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, NameObject

from surveypipe.archiving.pdf_text import page_texts


def test_a_page_without_its_lines_has_the_same_text(finished: Path) -> None:
    for name in ("title-page", "manuscript"):
        path = finished / f"results/report/{name}.pdf"
        drawn = max((page.get_contents().get_data() for page in PdfReader(path).pages), key=len)
        read = page_texts(path)
        assert read == [page.extract_text() for page in PdfReader(path).pages]
        assert len("".join(read)) > 500
    assert len(drawn) > 500_000, "no page with a drawing was tried"


@pytest.fixture
def of_another_program(tmp_path: Path) -> Path:
    """A PDF whose writer puts text into brackets, where it may look like a line."""
    figure = Figure()
    figure.text(0.1, 0.5, "10 20 m 30 40 l of Ward 12 34 l and more")
    figure.add_subplot().plot(range(500))
    with PdfPages(tmp_path / "drawn.pdf") as made:
        made.savefig(figure)
    return tmp_path / "drawn.pdf"


def test_text_that_looks_like_a_line_is_kept(of_another_program: Path) -> None:
    (read,) = page_texts(of_another_program)
    assert "10 20 m 30 40 l of Ward 12 34 l and more" in read.replace("\n", " ")


def test_a_page_in_parts_and_an_empty_one_are_read(of_another_program: Path, tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=of_another_program)
    page = writer.pages[0]
    whole = page.get_contents().get_data()
    middle = whole.index(b"BT")
    parts = []
    for data in (whole[:middle], whole[middle:]):
        part = DecodedStreamObject()
        part.set_data(data)
        parts.append(writer._add_object(part))
    page[NameObject("/Contents")] = ArrayObject(parts)
    writer.add_blank_page()
    writer.write(tmp_path / "parts.pdf")
    assert page_texts(tmp_path / "parts.pdf") == [*page_texts(of_another_program), ""]
