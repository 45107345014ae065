"""The sample document, staged and typeset once for all tests of this folder."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import yaml

from browsing import opened_browser
from surveypipe.rendering.finishing import render_document
from surveypipe.rendering.metadata import build_metadata
from surveypipe.rendering.staging import Sources, Staged, find_csl, stage
from surveypipe.study.about import Study
from surveypipe.study.authors import Authors
from surveypipe.study.report import Report

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = Path(__file__).with_name("sample")
STAND_IN = Path(__file__).with_name("quarto_stand_in") / "quarto.py"
EPOCH = 1_700_000_000
STUDY = {
    "id": "sample",
    "title": "A sample",
    "data": "simulated",
    "setting": "one London borough",
    "mode": "paper",
}
REPORT = {"csl": "harvard-cite-them-right", "language": "en-GB"}
AUTHORS = {
    "authors": [
        {"name": "Ada Lovelock", "email": "ada@example.org", "corresponding": True, "affiliations": [1, 2]},
        {"name": "Bert Quill", "affiliations": [2]},
    ],
    "affiliations": [{"id": 1, "name": "University of Eastmere"}, {"id": 2, "name": "Eastmere Trust"}],
    "place": "the London Borough of Eastmere",
    "ethics": "Approved by the Eastmere committee, 12/34.",
    "identifying_words": ["Eastmere"],
}


def typesetting(kind: str) -> list[Path]:
    """Files of the tool that documents are typeset with."""
    return sorted((ROOT / "workflow/typesetting" / kind).iterdir())


def sources(folder: Path) -> Sources:
    return Sources(
        qmd=folder / "sample.qmd",
        bibliography=[folder / "references.bib"],
        csl=find_csl(REPORT["csl"]),
        styles=typesetting("styles"),
        filters=typesetting("filters"),
        tables=folder / "tables" / "index.json",
        figures=folder / "figures" / "index.json",
    )


def metadata(authors: dict[str, Any] | None, data: str = "simulated") -> dict[str, Any]:
    numbers = yaml.safe_load((SAMPLE / "numbers.yaml").read_text(encoding="utf-8"))["num"]
    return build_metadata(
        msgspec.convert({**STUDY, "data": data}, Study),
        msgspec.convert(REPORT, Report),
        numbers,
        None if authors is None else msgspec.convert(authors, Authors),
    )


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A copy of the sample that a test may change."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "source"))


@pytest.fixture
def stage_sample(sample: Path, tmp_path: Path) -> Callable[..., Staged]:
    def staged(authors: dict[str, Any] | None = AUTHORS, data: str = "simulated") -> Staged:
        return stage(tmp_path / "build", "sample", sources(sample), metadata(authors, data))

    return staged


@pytest.fixture
def quarto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own Quarto; where there is none, the stand-in."""
    if shutil.which("quarto") is not None:
        return
    program = tmp_path / "program" / "quarto"
    program.parent.mkdir()
    paths = os.pathsep.join(sys.path)
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{paths}" exec "{sys.executable}" "{STAND_IN}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)


def _rendered(folder: Path, authors: dict[str, Any] | None) -> Path:
    staged = stage(folder, "sample", sources(SAMPLE), metadata(authors))
    render_document(staged, "pandoc", EPOCH)
    return folder


@pytest.fixture(scope="session")
def authors_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the sample with its authors, by Pandoc."""
    return _rendered(tmp_path_factory.mktemp("rendered") / "authors", AUTHORS)


@pytest.fixture(scope="session")
def blinded_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the sample without its authors, by Pandoc."""
    return _rendered(tmp_path_factory.mktemp("rendered") / "blinded", None)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A headless Chromium, where there is one."""
    opened = opened_browser(tmp_path_factory.mktemp("chromium"))
    yield opened
    opened.quit()
