"""Snakemake's own report of a run: every document, figure and released table, with caption and heading."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def page(finished: Path, snakemake, tmp_path_factory: pytest.TempPathFactory) -> str:
    made = tmp_path_factory.mktemp("reported") / "report.html"
    done = snakemake(finished, "--report", str(made))
    assert done.returncode == 0, done.stderr[-2000:]
    return made.read_text(encoding="utf-8")


def told(page: str, name: str) -> dict[str, Any]:
    """A table of the page's program."""
    start = max(found.end() for found in re.finditer(rf"var {name} = (?=\{{\")", page))
    return dict(json.JSONDecoder().raw_decode(page[start:])[0])


def test_every_document_figure_and_released_table_is_shown(page: str, finished: Path):
    results = finished / "results"
    made = [
        *results.glob("report/*.html"), *results.glob("report/*.docx"), *results.glob("report/*.pdf"),
        *(path for path in results.glob("figures/*.svg") if not path.stem.endswith("-narrow")),
        *results.glob("public/*.csv"),
    ]  # fmt: skip
    shown = told(page, "results")
    assert set(shown) == {str(path.relative_to(finished)) for path in made}


def test_each_has_heading_labels_and_a_caption_that_says_whose_data_it_is_of(page: str):
    shown = told(page, "results")
    placed = [
        path for group in told(page, "categories").values() for inner in group.values() for path in inner
    ]
    assert sorted(placed) == sorted(shown)
    labels = [tuple(one["labels"].items()) for one in shown.values()]
    assert len(set(labels)) == len(labels)
    for path, one in shown.items():
        assert "Simulated data." in one["caption"], path
        assert not re.search(r"[_{}]|problematic", " ".join(one["labels"].values())), path


def test_nothing_of_it_is_private(page: str):
    assert not [path for path in told(page, "results") if "/private/" in path or "/data/" in path]
    assert "<p>Simulated data.</p>" in json.loads(
        re.search(r'var workflow_desc = (".*?(?<!\\)");', page, re.S)[1]  # type: ignore[index]
    )
