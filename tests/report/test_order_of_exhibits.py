"""Tables and figures are cited for the first time in the order of their numbers."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from surveypipe.archiving.pdf_text import page_texts

CITED = re.compile(r'<a href="#(?P<kind>tbl|fig)-[^"]*"[^>]*>[^<]*?(?P<number>\d+)</a>')


def out_of_order(page: str) -> list[tuple[str, int]]:
    """Find the exhibits whose first citation comes after that of one with a greater number."""
    found = []
    for kind in ("tbl", "fig"):
        first = dict.fromkeys(int(hit["number"]) for hit in CITED.finditer(page) if hit["kind"] == kind)
        found += [(kind, later) for before, later in pairwise(first) if later < before]
    return found


def test_a_citation_too_early_is_seen():
    cited = '<a href="#tbl-a">Table S2</a> <a href="#fig-a">Figure S1</a> <a href="#tbl-b">Table S1</a>'
    assert out_of_order(cited) == [("tbl", 1)]


@pytest.mark.parametrize("name", ["manuscript", "supplement"])
def test_exhibits_are_cited_in_the_order_of_their_numbers(finished: Path, name: str):
    page = (finished / f"results/report/{name}.html").read_text(encoding="utf-8")
    assert CITED.search(page)
    assert out_of_order(page) == []


@pytest.mark.parametrize("name", ["manuscript", "supplement", "supplement-blinded"])
def test_exhibits_stand_in_a_pdf_in_the_order_of_their_numbers(finished: Path, name: str):
    text = "\n".join(page_texts(finished / f"results/report/{name}.pdf"))
    for kind in ("Table", "Figure"):
        numbers = [int(number) for number in re.findall(rf"^{kind}\sS?(\d+): ", text, re.MULTILINE)]
        assert len(numbers) > 1 and numbers == sorted(numbers)


def test_a_table_in_the_text_waits_for_one_before_it_that_floats(finished: Path):
    """Else it stands before the other where that drifts to the next page, as in a study of few tables."""
    typed = (finished / "results/build/supplement/blinded/supplement.typ").read_text(encoding="utf-8")
    places = re.findall(r"#table-with-note\(float: (true|false)\)|#(drifted|room-for-a-start)", typed)
    order = [floats or other for floats, other in places]
    assert ("true", "drifted") in pairwise(order)
    behind = [after for before, after in pairwise(order) if before == "true"]
    assert set(behind) <= {"true", "drifted"}


def test_what_floats_stands_before_the_statements(finished: Path):
    """Else a figure of the results parts the list of what the authors still have to say."""
    typed = (finished / "results/build/manuscript/authors/manuscript.typ").read_text(encoding="utf-8")
    statements = typed.index("<sec-statements>")
    assert typed.rindex("#drifted", 0, statements) > typed.rindex("<sec-results>", 0, statements)
