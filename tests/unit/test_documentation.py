"""What the documentation points at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import house

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
# Files of the project named in running text; what is made by a run or by the reader is not there.
NAMED = re.compile(r"`((?:workflow/|surveypipe/|tests/|docs/)[\w./-]+\.(?:py|smk|md|j2))`")


def _texts(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    text = re.sub(r"`[^`]*`", "", _texts(page))
    assert [link for link in LINK.findall(text) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_is_there(page):
    folders = (ROOT, ROOT / "workflow")
    named = NAMED.findall(_texts(page))
    assert [name for name in named if not any((folder / name).is_file() for folder in folders)] == []


def test_the_rooms_of_the_page_are_those_of_the_house():
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    table = page.partition("| floor | rooms |")[2].partition("\n\n")[0]
    told = re.findall(r"^\| (\d+) \| (.+) \|$", table, re.M)
    assert [(int(number), rooms.split(", ")) for number, rooms in told] == list(
        enumerate(house.FLOORS, start=1)
    )


def test_the_way_of_an_answer_passes_every_room():
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    way = page.partition("The rooms that it passes")[2].partition("## ")[0]
    assert sorted(set(re.findall(r"\*\*(\w+)\*\*", way))) == house.rooms()


def test_what_a_reviewer_types_are_targets_in_an_order_in_which_each_says_what_is_told_of_it():
    """An answer of R changes the words that `verify` and `compare` look at."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    block = page.partition("## Check everything")[2].split("```")[1]
    typed = [line.partition("#")[0].split() for line in block.strip().splitlines()]
    assert 3 < len(typed) <= 10
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow/rules").glob("*.smk"))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for program, *targets in typed:
        for target in targets:
            named = rf"^{target}:" if program == "make" else rf"^rule {target}:"
            assert re.search(named, makefile if program == "make" else rules, re.M), target
    targets = [target for _, *words in typed for target in words]
    assert {"verify", "compare", "second_opinion"} <= set(targets)
    assert max(map(targets.index, ("verify", "compare"))) < targets.index("second_opinion")
