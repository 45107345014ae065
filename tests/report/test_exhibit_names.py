"""Names of figures, tables and texts that the workflow plans with, against the library that makes them."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import pytest

from surveypipe import bias_tables, exhibit_names, figures, methods_text, model_tables, release_kinds, tables
from surveypipe.study.reading import read_yaml

ROOT = Path(__file__).resolve().parents[2]
_SPEC = importlib.util.spec_from_file_location("made_up", Path(__file__).with_name("made_up.py"))
assert _SPEC is not None and _SPEC.loader is not None
made_up = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made_up)


def test_every_figure_that_is_drawn_is_named():
    assert exhibit_names.FIGURES == tuple(figures.DRAW)


def test_every_table_and_text_that_is_written_is_named():
    made = {**tables.TABLES, **bias_tables.TABLES, **model_tables.TABLES}
    # Three are made by a function of their own in the tables' script.
    assert set(exhibit_names.TABLES) == {*made, "questionnaire", "level_contrast", "provenance"}
    assert exhibit_names.METHODS == tuple(methods_text.FACTS)
    assert len(set(exhibit_names.TEXTS)) == len(exhibit_names.TEXTS)


def test_every_checklist_is_named():
    assert set(exhibit_names.CHECKLISTS) == set(read_yaml(ROOT / "config/checklists.yaml"))


def test_what_exhibits_read_is_released():
    assert set(exhibit_names.RELEASED) <= {*release_kinds.PUBLIC, "cleaning_summary"}
    assert set(exhibit_names.READ) == set(made_up.released().tables)


@pytest.mark.parametrize("module", [exhibit_names, release_kinds], ids=lambda module: module.__name__)
def test_planning_with_the_names_imports_nothing(module):
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [getattr(node, "module", "") for node in imported] == ["__future__"]
