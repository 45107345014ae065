"""Names of figures, tables and texts that the workflow plans with, against the library that makes them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import made_up
from surveypipe.disclosure import kinds
from surveypipe.reporting import names
from surveypipe.reporting.figures.register import DRAW
from surveypipe.reporting.tables import models, nonresponse, register
from surveypipe.reporting.wording import methods
from surveypipe.study.reading import read_yaml

ROOT = Path(__file__).resolve().parents[2]


def test_every_figure_that_is_drawn_is_named():
    assert names.FIGURES == tuple(DRAW)


def test_every_table_and_text_that_is_written_is_named():
    made = {**register.TABLES, **nonresponse.TABLES, **models.TABLES}
    # Two are made by a function of their own in the tables' script.
    assert set(names.TABLES) == {*made, "questionnaire", "level_contrast"}
    assert names.METHODS == tuple(methods.FACTS)
    assert len(set(names.TEXTS)) == len(names.TEXTS)


def test_every_checklist_is_named():
    assert set(names.CHECKLISTS) == set(read_yaml(ROOT / "workflow/checklists.yaml"))


def test_what_exhibits_read_is_released():
    assert set(names.RELEASED) <= {*kinds.PUBLIC, "cleaning_summary"}
    assert set(names.READ) == set(made_up.released().tables)


@pytest.mark.parametrize("module", [names, kinds], ids=lambda module: module.__name__)
def test_planning_with_the_names_imports_nothing_of_the_library(module):
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    named = {getattr(node, "module", None) or node.names[0].name for node in imported}
    assert named <= {"__future__", "ast", "pathlib"}
