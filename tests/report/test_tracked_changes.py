"""A document as tracked changes of another: valid, and both texts come back from it."""

from __future__ import annotations

import difflib
import random
import re
from pathlib import Path

import pypandoc
import pytest

from surveypipe.comparison.tracked_documents import track_changes
from surveypipe.comparison.tracked_words import Author, State
from surveypipe.rendering.docx_package import Package, w
from surveypipe.review.word_file import read_word_file

from .word_edits import add_paragraph, delete_paragraph, edited, write_over
from .wordprocessing_schema import schema_problems, written

WORDS = "the respondents who read 73% (65% to 80%) *protocols* found **guidance** clear and useful".split()


def text(draw: random.Random) -> list[str]:
    """A document of headings, paragraphs, a table and a footnote."""
    blocks = ["# Method"]
    blocks += [f"{n} {' '.join(draw.choices(WORDS, k=25))}." for n in range(6)]
    blocks += ["# Results"]
    blocks += [f"{n} {' '.join(draw.choices(WORDS, k=25))}, see [a place](#method)." for n in range(6)]
    rows = [f"| Row {n} | {draw.randint(10, 99)}% | {draw.randint(10, 99)} |" for n in range(6)]
    blocks += [
        "\n".join(["| Question | Share | n |", "|:--|--:|--:|", *rows]),
        "Last words.[^1]",
        "[^1]: A note of 12 words.",
    ]
    return blocks


def changed(blocks: list[str], draw: random.Random) -> list[str]:
    """Words replaced, paragraphs and rows added and taken out."""
    made = []
    for block in blocks:
        chance = draw.random()
        if block.startswith("|"):
            lines = block.split("\n")
            rows = [re.sub(r"\d+%", "55%", line) if draw.random() < 0.3 else line for line in lines[2:]]
            rows.pop(draw.randrange(len(rows)))
            rows.insert(draw.randrange(len(rows)), "| Another row | 12% | 7 |")
            made.append("\n".join([*lines[:2], *rows]))
        elif block.startswith(("#", "[^", "Last")) or chance < 0.4:
            made.append(block)
        elif chance < 0.8:
            words = block.split()
            at = draw.randrange(len(words) - 2)
            made.append(" ".join([*words[:at], "other", "words", *words[at + draw.randrange(3) :]]))
        elif chance < 0.9:
            made += [block, "A paragraph that is new here."]
    return [block.replace("12 words", "14 other words") for block in made]


def made(blocks: list[str], path: Path) -> Path:
    pypandoc.convert_text("\n\n".join(blocks), "docx", "markdown", outputfile=str(path))
    return path


def plain(path: Path, *options: str) -> list[str]:
    """Text of a Word file as Pandoc reads it, without the lines of tables."""
    read = pypandoc.convert_file(str(path), "plain", "docx", extra_args=["--wrap=none", *options])
    return [" ".join(re.sub(r"-{3,}", " ", line).split()) for line in read.split("\n") if line.strip(" -")]


def compared(old: Path, new: Path, target: Path) -> list:
    package = Package(new)
    changes = track_changes(Package(old), package, Author("surveypipe", "2026-01-02T03:04:05Z"))
    package.write(target, 0)
    return changes


@pytest.mark.parametrize("seed", range(6))
def test_accepting_gives_the_new_text_and_rejecting_the_old(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    blocks = text(draw)
    old, new = made(blocks, tmp_path / "old.docx"), made(changed(blocks, draw), tmp_path / "new.docx")
    changes = compared(old, new, tmp_path / "both.docx")
    assert changes
    assert plain(tmp_path / "both.docx", "--track-changes=accept") == plain(new)
    assert plain(tmp_path / "both.docx", "--track-changes=reject") == plain(old)
    for _, root in written(Package(tmp_path / "both.docx")):
        assert schema_problems(root) == []
    # What the way back reads of an edited file: its changes accepted.
    [both, fresh] = [
        [one.text for one in read_word_file(path).paragraphs if one.text.strip()]
        for path in (tmp_path / "both.docx", new)
    ]
    assert both == fresh


def test_two_documents_that_are_the_same_have_no_changes(tmp_path: Path) -> None:
    one = made(text(random.Random(1)), tmp_path / "one.docx")
    assert compared(one, one, tmp_path / "both.docx") == []
    root = Package(tmp_path / "both.docx").tree("word/document.xml")
    assert not list(root.iter(w("ins"), w("del")))


def test_a_changed_number_is_a_change_of_that_number_alone(tmp_path: Path) -> None:
    old = made(["# Results", "An estimated 73% (65% to 80%) had read them."], tmp_path / "old.docx")
    new = made(["# Results", "An estimated 69.5% (65% to 80%) had read them."], tmp_path / "new.docx")
    [change] = compared(old, new, tmp_path / "both.docx")
    assert change.where == "Results"
    assert [piece for piece in change.pieces if piece[1] != State.SAME] == [
        ("73%", State.TAKEN_OUT),
        ("69.5%", State.ADDED),
    ]


def test_a_cell_is_named_by_its_row_and_column(tmp_path: Path) -> None:
    table = "| Question | Share |\n|:--|--:|\n| Read | {} |\n\n: How many read"
    old, new = (made([table.format(n)], tmp_path / f"{n}.docx") for n in ("73%", "70%"))
    [change] = compared(old, new, tmp_path / "both.docx")
    assert change.where == "How many read; Read; Share"


def test_tracked_changes_of_the_manuscript_are_valid_and_open(finished: Path, tmp_path: Path) -> None:
    new = finished / "results/report/manuscript.docx"
    old = edited(
        new,
        tmp_path / "old.docx",
        write_over("Six claims", "Seven claims"),
        delete_paragraph("Policy has answered"),
        add_paragraph("Seven claims", "A paragraph that is no longer here."),
    )
    changes = compared(old, new, tmp_path / "both.docx")
    assert len(changes) == 3
    for _, root in written(Package(tmp_path / "both.docx")):
        assert schema_problems(root) == []
    both, fresh = plain(tmp_path / "both.docx", "--track-changes=accept"), plain(new)
    assert list(difflib.unified_diff(fresh, both, n=0)) == []
    assert not list(Package(tmp_path / "both.docx").tree("word/document.xml").iter(w("sdt")))
