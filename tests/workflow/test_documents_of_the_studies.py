"""The whole documents of the small studies: no word of another design, no name of a variable, in any format.

What may not be said follows from each study's own facts: how its respondents came, what it calls people and
things, what its codebook and its claims are called.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfReader

from conftest import once
from stages import whole
from studies import ROOT
from surveypipe.rendering.checks import visible_text
from surveypipe.reporting.claim_names import is_code
from surveypipe.study.design import silent_known
from surveypipe.study.reading import read_yaml
from surveypipe.study.settings import Configuration
from surveypipe.study.vocabulary import Vocabulary

# Each study, and the further configurations that it holds.
STUDIES = tuple(
    (path.parts[-3], path.name)
    for path in sorted((ROOT / "studies").glob("*/config/*.yaml"))
    if "study" in read_yaml(path)
)
DOCUMENTS = ("manuscript", "supplement", "title-page")
# Marks of a value that is missing, and of a text that was not found.
MISSING = (r"\bnan\b", r"\bNone\b(?! of)", r"\?meta", r"\?@")


def configured(study: Path, name: str = "config.yaml") -> Configuration:
    return whole(read_yaml(study / "config" / name))


def of_another_design(config: Configuration) -> list[str]:
    """Words that only a study of another kind may be told in, as patterns."""
    known = silent_known(config.population, config.design)
    spoken = " ".join(map(str, config.vocabulary.everywhere().values()))
    words = [] if "staff" in spoken else ["staff"]
    words += [] if config.design.kind == "census" else ["census"]
    words += [] if known else [Vocabulary().silent.many, "did not answer", "tipping θ", "response cells?"]
    words += [] if config.sensitivity.scenario else [Vocabulary().readers.many, "reader scenario"]
    words += [] if config.analysis.fpc.descriptive else [r"carry the finite-population correction"]
    if config.vocabulary.people.many != Vocabulary().people.many:
        # The note on simulated data speaks of nobody in particular.
        words += [rf"{Vocabulary().people.many}\b(?! or places)"]
    if config.vocabulary.respondents.many != Vocabulary().respondents.many:
        words += [Vocabulary().respondents.many]
    return [rf"\b{word}\b" for word in words]


def raw_names(study: Path, config: Configuration) -> list[str]:
    """Names of variables that are no words, and keys of claims before their own names."""
    codebook = read_yaml(study / "config/codebook.yaml")
    names = [name for name in codebook["variables"] if re.search(r"[_\d]", name) or name.isupper()]
    keys = [f"{key} {claim.short}" for key, claim in config.claims.items() if not is_code(key)]
    return [rf"\b{re.escape(name)}\b" for name in (*names, *keys)]


def _docx(path: Path) -> str:
    held = Document(str(path))
    cells = [cell.text for table in held.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in held.paragraphs), *cells])


TEXTS = {
    "html": lambda path: visible_text(path.read_text(encoding="utf-8")),
    "docx": _docx,
    "pdf": lambda path: "\n".join(page.extract_text() for page in PdfReader(path).pages),
}


@pytest.fixture(scope="session", params=STUDIES, ids="-".join)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a study, with its documents built by Snakemake, and the name of its configuration."""
    name, config = request.param

    def make(folder: Path) -> None:
        unbuilt = shutil.ignore_patterns("results*", ".snakemake")
        study = shutil.copytree(ROOT / "studies" / name, folder / name, ignore=unbuilt)
        line = [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "--cores", "2"]
        line += ["--configfile", f"config/{config}"] if config != "config.yaml" else []
        done = subprocess.run(line, cwd=study, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-6000:]

    return once(tmp_path_factory, f"documents-{name}-{config}", make) / name, config


@pytest.mark.slow
@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_document_speaks_of_another_design(
    built: tuple[Path, str], document: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, name = built
    monkeypatch.chdir(study)
    config = configured(study, name)
    text = " ".join(TEXTS[kind](study / f"{config.results}/report/{document}.{kind}").split())
    assert "First Author" in text or document == "supplement"
    words = [re.compile(word, re.IGNORECASE) for word in of_another_design(config)]
    exact = [re.compile(name) for name in (*raw_names(study, config), *MISSING)]
    found = {
        wanted.pattern: text[max(0, hit.start() - 60) : hit.end() + 40]
        for wanted in (*words, *exact)
        if (hit := wanted.search(text))
    }
    assert found == {}


def test_what_may_not_be_said_follows_from_the_study(monkeypatch: pytest.MonkeyPatch) -> None:
    study = ROOT / "studies/schools-clusters"
    monkeypatch.chdir(study)
    config = configured(study)
    forbidden = of_another_design(config)
    assert {r"\bsilent\b", r"\bcensus\b", r"\bstaff\b", r"\brespondents\b"} <= set(forbidden)
    assert {r"\bapi00\b", r"\btarget\ Growth\ target\ met\b"} <= set(raw_names(study, config))
    listed = ROOT / "studies/one-service"
    monkeypatch.chdir(listed)
    assert not {r"\bsilent\b", r"\bcensus\b"} & set(of_another_design(configured(listed)))
