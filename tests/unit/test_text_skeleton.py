"""Words may change without a trace; what tables, numbers and checklists read of a text may not."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
import yaml

from studies import FIXED, ROOT
from surveypipe.problems import SurveyError
from surveypipe.rendering.parts import resolved
from surveypipe.reporting.checklists import sections
from surveypipe.reporting.number_sources import called
from surveypipe.reporting.number_tips import numbering
from surveypipe.reporting.parts import known_parts
from surveypipe.text_skeleton import skeleton, wanted

TEXTS = sorted(
    {*(ROOT / "report").glob("*.qmd"), *(ROOT / "workflow/documents").glob("*.qmd"), *FIXED.rglob("*.qmd")}
)
CHECKLISTS = yaml.safe_load((ROOT / "workflow/checklists.yaml").read_text(encoding="utf-8"))
PHRASES = sorted(
    {
        words.casefold()
        for one in CHECKLISTS.values()
        for item in one["items"]
        for words in item.get("says", [])
    }
)
KEPT = wanted(CHECKLISTS)


def read_of(text: str, has: frozenset[str]) -> object:
    """All that the stages take from a text, for a study with some parts."""
    try:
        text = resolved(text, has, known_parts())
    except SurveyError:
        return "a part without its end"
    found = sections(text)
    said = {name: [words for words in PHRASES if words in one.text.casefold()] for name, one in found.items()}
    titles = {name: (one.title, one.reference, one.identifier) for name, one in found.items()}
    return called(text), numbering(text, {}), titles, said


def edited(text: str, chance: random.Random) -> str:
    """A text with one edit anywhere: a word put in, taken out or put for another, or a sign taken out."""
    words = list(re.finditer(r"\w+", text))
    place, other = chance.choice(words), chance.choice(words)
    kind = chance.randrange(4)
    if kind == 0:
        return f"{text[: place.start()]}{other[0]} {text[place.start() :]}"
    if kind == 1:
        return text[: place.start()] + text[place.end() :]
    if kind == 2:
        return text[: place.start()] + other[0] + text[place.end() :]
    at = chance.randrange(len(text))
    return text[:at] + text[at + 1 :]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_edit_that_leaves_the_skeleton_leaves_all_that_the_stages_read(path: Path):
    text = path.read_text(encoding="utf-8")
    chance = random.Random(path.name)
    bones, parts = skeleton(text, KEPT), (frozenset(known_parts()), frozenset())
    before = [read_of(text, has) for has in parts]
    alike = 0
    for _ in range(60):
        other = edited(text, chance)
        if "\n---" not in other[3:] or skeleton(other, KEPT) != bones:
            continue
        alike += 1
        assert [read_of(other, has) for has in parts] == before
    # It would be no skeleton if every edit showed.
    assert alike


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("One {{< meta num.a >}} here.", "One {{< meta num.b >}} here."),
        ("One {{<\nmeta num.a\n>}} here.", "One {{<\nmeta num.b\n>}} here."),
        ("# Aims\n", "# Aim\n"),
        ('All[, by group]{.part has="groups"}.', 'All[, by group]{.part has="claims"}.'),
        ("![Shares](a.svg){#fig-a}", "![Shares](a.svg){#fig-b}"),
        ("We made a survey of it.", "We made a study of it."),
        ("We surveyed them.", "We asked them."),
        ("a cross-sectional study", "a cross and sectional study"),
        ("---\ntitle: A\n---\nWords", "---\ntitle: B\n---\nWords"),
        ("in 30 places", "in 31 places"),
    ],
)
def test_what_is_read_leaves_a_trace(before: str, after: str):
    kept = ("survey", "cross", "sectional")
    assert skeleton(before, kept) != skeleton(after, kept)


def test_words_leave_none():
    assert skeleton("Most staff, once asked, agreed.") == skeleton("They agreed.")
