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
