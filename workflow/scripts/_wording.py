"""The sentences of the documents: the study's own templates before the tool's."""

from __future__ import annotations

from pathlib import Path

from surveypipe.problems import Problems
from surveypipe.rendering.typed_numbers import template_number_problems
from surveypipe.study.vocabulary import Vocabulary
from surveypipe.wording import Wording, replaced

SHIPPED = Path(__file__).resolve().parents[1] / "wording/en"


def wording_of(own: Path, vocabulary: Vocabulary) -> Wording:
    """Templates for a study, with its folder of its own words and what its people and things are called."""
    return Wording([own, SHIPPED], vocabulary.everywhere())


def check_wording(own: Path) -> None:
    """Refuse a template of the study that replaces none, and a number typed by hand into one."""
    problems = Problems()
    for name in replaced(own, SHIPPED):
        path = own / name
        problems.extend(template_number_problems(path.read_text(encoding="utf-8"), str(path)))
    problems.raise_if_any()
