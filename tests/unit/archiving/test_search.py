"""What tells a person apart is found wherever it stands in an archive, and nothing else is."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from docx import Document

from surveypipe.archiving.search import persons_found, telling_values

PEOPLE = pd.DataFrame(
    {
        "staff_id": ["S001", "S002", "S003", "S004", "S005", "S006"],
        "name": ["Ann Archer", "Bo Li", "Cy Young", "Dee Dodd", "Ed Earl", "Flo Fox"],
        "number": ["10234", "10235", "10236", "10237", "10238", "10239"],
        "agency": ["North", "South", "North", "South", "North", "South"],
        "note": ["write to ed@earl.example", "", "", "", "", ""],
    }
)


def word_file(text: str) -> bytes:
    document, held = Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(held)
    return held.getvalue()


def found(name: str, content: bytes | str, allowed=()) -> list[str]:
    written = content.encode() if isinstance(content, str) else content
    return persons_found({name: written}, telling_values(PEOPLE, {"staff_id", "number"}), allowed)


@pytest.mark.parametrize(
    "text", ["Ann Archer", "S003", "10236", "ed@earl.example", "somebody@else.example", "SE5 8AF", "SW1A1AA"]
)
@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.csv", "n,{}\n"),
        ("a.html", "<html><body><p>said {}</p></body></html>"),
        ("b.html", "<html><body><img alt='of {}'></body></html>"),
        ("c.html", "<html><body><script>told = '{}'</script></body></html>"),
        ("a.docx", "{}"),
    ],
)
def test_it_is_found_in_every_form(name, form, text):
    told = form.format(text)
    (said,) = found(name, word_file(told) if name.endswith("docx") else told)
    assert text in said and said.startswith(f"{name}: ")


@pytest.mark.parametrize(
    "text",
    [
        "North and South",  # Half of them are there.
        "0.10236 and 10236.5 and 1102361",  # Digits of other numbers.
        "S0031",
        "Bo Lind",
        "6f519f1749b43da9c6b6c0dbfd3a43fe55c5bbd04c343032d44c0c14bf4725fe",
        "A1 and B2 and 3AB",
        # A work that is cited: its number holds parts that look like ids.
        "Available at: https://doi.org/10.18637/jss.s001.i08.",
        "https://doi.org/10.18637/\nS002-3.",
    ],
)
def test_what_is_no_person_is_not_found(text):
    assert found("a.csv", text) == []


@pytest.mark.parametrize(
    "text", ["10.18637/jss.v009.i08.\nS001", "10.1234/a S001", "10.1234/ed@earl.example"]
)
def test_a_person_beside_a_cited_work_is_found(text):
    assert len(found("a.md", text)) == 1


def test_what_is_allowed_may_stand_there():
    assert found("a.md", "Write to ed@earl.example.", ["ED@earl.example"]) == []
