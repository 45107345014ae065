"""Tables and figures are cited for the first time in the order of their numbers."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

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
