"""The sentences of the documents: the study's own templates, beside its texts, before the tool's."""

from __future__ import annotations

from pathlib import Path

from surveypipe.problems import Problems
from surveypipe.rendering.typed_numbers import template_number_problems
from surveypipe.study.vocabulary import Vocabulary
from surveypipe.wording import Wording, replaced

SHIPPED = Path(__file__).resolve().parents[1] / "wording/en"


def own_wording(text: Path) -> Path:
    """Folder of the templates that a study says in its own words, beside one of its texts."""
    return text.parent / "wording"


def wording_beside(text: Path, vocabulary: Vocabulary) -> Wording:
    """Templates for a study, one of whose texts is named, with what its people and things are called."""
    return Wording([own_wording(text), SHIPPED], vocabulary.everywhere())


def check_wording(text: Path) -> None:
    """Refuse a template of the study that replaces none, and a number typed by hand into one."""
    own, problems = own_wording(text), Problems()
    for name in replaced(own, SHIPPED):
        path = own / name
        problems.extend(template_number_problems(path.read_text(encoding="utf-8"), str(path)))
    problems.raise_if_any()
