"""A section that begins right behind a table is found by every program that reads the Word file."""

from __future__ import annotations

from lxml import etree

from surveypipe.rendering.docx_headings import marks_within
from surveypipe.rendering.docx_package import w

SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def body(inside: str) -> etree._Element:
    return etree.fromstring(f'<w:document xmlns:w="{SPACE}"><w:body>{inside}</w:body></w:document>')[0]


def start(name: str, number: int) -> str:
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>'


HEADING = '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Cleaning</w:t></w:r></w:p>'


def test_a_bookmark_behind_a_table_stands_inside_the_heading():
    made = body(
        f'<w:tbl/><w:bookmarkEnd w:id="3"/>{start("sec_cleaning", 7)}{HEADING}<w:bookmarkEnd w:id="7"/>'
    )
    marks_within(made)
    heading = made.find(w("p"))
    assert [child.tag for child in heading] == [w("pPr"), w("bookmarkStart"), w("r"), w("bookmarkEnd")]
    assert heading[1].get(w("name")) == "sec_cleaning"
    assert heading[3].get(w("id")) == "7"
    # That of the section before ends where it ended.
    assert [child.tag for child in made] == [w("tbl"), w("bookmarkEnd"), w("p")]


def test_a_bookmark_behind_a_paragraph_stays_where_it_is():
    made = body(f"<w:p/>{start('sec_cleaning', 7)}{HEADING}")
    before = etree.tostring(made)
    marks_within(made)
    assert etree.tostring(made) == before
