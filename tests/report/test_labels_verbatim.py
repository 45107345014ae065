"""Whatever a label holds, it is printed as it stands: no label of the study means anything to Markdown.

Every label of the configuration, the codebook and the data is made nasty, with a mark at its end. Everything
that the run composes is then put through Pandoc. Wherever a mark is found, the whole label must stand before.
"""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
import pypandoc
import pytest
import yaml

import made_up
from surveypipe import formatting
from surveypipe.problems import Problems
from surveypipe.rendering.expand import Expander
from surveypipe.rendering.metadata import build_metadata
from surveypipe.reporting import numbers
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables import models, nonresponse, register
from surveypipe.reporting.tables.questionnaire import questionnaire
from surveypipe.reporting.tables.questions import answer_tables
from surveypipe.reporting.wording import answers, methods, results, reviewers
from surveypipe.reporting.wording import nonresponse as bias_text
from surveypipe.study.about import Study
from surveypipe.study.authors import Authors
from surveypipe.study.report import Report

NASTY = (
    "river_side_ <Hospital> & $Co$ | @x [y](z) ^a^ ~b~ `c` \"q\" 'r' {#id} --- ... &amp; *s* \\t **u** "
    "{{< meta v >}} ![w](x) #h"
)
MARK = re.compile(r"Zq(\d+)")
# What is a text for a reader, wherever it stands in the configuration or the codebook.
TEXTS = {"title", "setting", "label", "short", "question"}
# Columns of the tables that hold labels of the study.
COLUMNS = ("variable_label", "level_label", "label", "short", "scheme_label")
# Typography that a reader takes for the same character.
SAME = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "\u00a0": " "})


class Marked:
    """Makes labels nasty, each with a mark of its own."""

    def __init__(self) -> None:
        self.next, self.made = count(1), dict[str, str]()

    def __call__(self, label: str) -> str:
        known = self.made.setdefault(label, "")
        if not known:
            self.made[label] = f"{label} {NASTY} Zq{next(self.next)}"
        return self.made[label]

    def texts(self, value: Any, key: str = "") -> Any:
        """A part of the configuration or codebook with its texts made nasty."""
        if isinstance(value, dict):
            inside = key in ("levels", "values", "value_sets", "sections", "batteries", "codes", "questions")
            return {name: self._text(name, one, inside) for name, one in value.items()}
        if isinstance(value, list):
            return [self(one) if key == "labels" else self.texts(one) for one in value]
        return value

    def _text(self, name: Any, one: Any, inside: bool) -> Any:
        if isinstance(one, dict):
            return self.texts(one, "levels" if inside else str(name))
        return self(one) if isinstance(one, str) and (inside or name in TEXTS) else self.texts(one, str(name))


@pytest.fixture(scope="module")
def marked() -> Marked:
    return Marked()


@pytest.fixture(scope="module")
def nasty(marked: Marked) -> Released:
    with pytest.MonkeyPatch.context() as patch:
        plain = made_up.configuration()
        patch.setattr(made_up, "configuration", lambda: marked.texts(plain))
        load = yaml.safe_load
        patch.setattr(made_up.yaml, "safe_load", lambda text: marked.texts(load(text)))
        # Made anew: what is kept for all tests has plain labels.
        given = made_up.with_further(made_up.made())
    made: dict[str, pd.DataFrame] = {}
    for name, table in given.tables.items():
        table = table.copy()
        for column in [c for c in COLUMNS if c in table]:
            table[column] = [
                marked(text) if isinstance(text, str) and text and "Zq" not in text else text
                for text in table[column]
            ]
        made[name] = table
    return dataclasses.replace(given, tables=made)


def composed(given: Released) -> Iterator[tuple[str, str]]:
    """Everything that the run writes in Markdown, by name."""
    shown = {**register.TABLES, **nonresponse.TABLES, **models.TABLES, "questionnaire": questionnaire}
    for name, table in shown.items():
        yield f"table {name}", table(given).markdown()
    for name, answered in answer_tables(given).items():
        yield f"table {name}", answered.markdown()
    for name, text in answers.texts(given, made_up.words()).items():
        yield f"answers {name}", text
    for name, text in methods.paragraphs(given, made_up.words()).items():
        yield f"methods {name}", text
    yield "summary", bias_text.summary(given, made_up.words())
    yield "questions", reviewers.questions(given, made_up.words())
    every = numbers.numbers(given) | results.sentences(given, made_up.words())
    every |= bias_text.sentences(given, made_up.words())
    for key, text in every.items():
        yield f"number {key}", text


def printed(texts: dict[str, str]) -> dict[str, str]:
    """What a reader sees of each text, in one call of Pandoc."""
    joined = "\n\n".join(f"START{number}END\n\n{text}\n\n" for number, text in enumerate(texts.values()))
    page = pypandoc.convert_text(joined, "html", format="markdown", extra_args=["--wrap=none", "--mathml"])
    plain = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", page))).translate(SAME)
    parts = re.split(r"START\d+END", plain)[1:]
    assert len(parts) == len(texts)
    return dict(zip(texts, parts, strict=True))


def broken(texts: dict[str, str], made: dict[str, str]) -> tuple[list[str], set[str]]:
    """Labels that are not printed as they stand, with the place, and the marks of all that were found."""
    by_mark = {MARK.findall(label)[-1]: label.translate(SAME) for label in made.values()}
    wrong, found = [], set()
    for name, text in printed(texts).items():
        for match in MARK.finditer(text):
            label = by_mark[match[1]]
            found.add(match[1])
            before = text[max(0, match.end() - len(label)) : match.end()]
            if before[1:] != label[1:] or before[:1].lower() != label[:1].lower():
                wrong.append(f"{name}: …{before}")
    return wrong, found


def test_every_label_is_printed_as_it_stands_in_all_that_the_run_composes(nasty: Released, marked: Marked):
    wrong, found = broken(dict(composed(nasty)), marked.made)
    assert not wrong, f"{len(wrong)} places:\n" + "\n".join(wrong[:40])
    for label in (
        "Adult mental health",
        "Read the protocols",
        "Agency by profession",
        "Received the protocols",
    ):
        assert MARK.findall(marked(label))[-1] in found, f"the test never saw '{label}'"


def test_what_the_authors_file_and_the_study_say_of_themselves_is_text(tmp_path: Path, marked: Marked):
    authors = {
        "authors": [{"name": marked("Ann Author"), "affiliations": [1], "email": "a_b_c@d.example"}],
        "affiliations": [{"id": 1, "name": marked("Unit")}],
        **{key: marked(key.capitalize()) for key in ("place", "ethics", "funding", "interests")},
        "acknowledgements": marked("Thanks"), "repository": marked("Code"),
    }  # fmt: skip
    study = Study(id="s", title="T", data="real", setting=marked("One borough"), mode="paper")
    keys = (
        "place",
        "journal",
        *(f"statements.{k}" for k in ("ethics", "funding", "interests", "repository")),
    )
    text = "\n\n".join(f"At {{{{< meta {key} >}}}}." for key in keys)
    (tmp_path / "text.qmd").write_text(text, encoding="utf-8")
    for given, least in ((msgspec.convert(authors, Authors), 6), (None, 2)):
        metadata = build_metadata(study, Report(), {}, given, marked("Journal"))
        problems = Problems()
        _, body = Expander(metadata, problems).document(tmp_path / "text.qmd")
        problems.raise_if_any()
        wrong, found = broken({"text": body}, marked.made)
        assert not wrong, wrong
        assert len(found) == least


def test_escape_leaves_ordinary_words_as_they_are():
    assert formatting.escape("Children's social care, 2-4 (old)") == "Children's social care, 2-4 (old)"
