"""What anybody can write runs nowhere, and what is private is told nowhere: every text against every output.

One run of a study whose texts are all attacks (tests/hostile.py).
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from lxml import html as lxml_html

import hostile
from conftest import once, run_snakemake
from surveypipe.study.authors import Authors
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.settings import Configuration

FILES = {
    "config/config.yaml": Configuration,
    "config/codebook.yaml": CodebookFile,
    "config/authors.yaml": Authors,
}
# Names of variables, columns, levels, schemes, bases and files: what names nothing there stops the run.
NAMES = re.compile(
    r"inputs\..*|design\..*|frame\.(id|survey_id|group|columns\.\*|numeric\.\[\]|categorical\.\[\])"
    r"|frame\.recodes\.\[\]\.from|frame\.cells\..*|cleaning\.rules\..*|cleaning\.reverse\.\[\]"
    r"|cleaning\.scales\.\[\]\.items\.\[\]|cleaning\.recodes\.\[\]\.(from|filter|minuend|subtrahend)"
    r"|response\.dispositions\.\*|weighting\.(primary|fallback|unknown_eligibility\.by\.\[\])"
    r"|weighting\.schemes\.\*\.(steps\.\[\]\.)?(by|margins|numeric|predictors)\.\[\]"
    r"|weighting\.schemes\.\*\.((steps\.\[\]\.)?collapse\..*|method)"
    r"|analysis\.((characteristics|items|totals|compare)\.\[\]|agreement\.agreed)"
    r"|analysis\.(tests|further_tests|models|reliability|imputation)\..*"
    r"|analysis\.multiplicity\.families\.\[\]\.statistics\.\[\]|bases\..*|sensitivity\..*"
    r"|claims\.\*\.(variable|base|by|secondary\.\[\]|level|alternatives\.\[\]|over|before|term|groups\..*)"
    r"|nonresponse\.(auxiliaries|exclusion|waves|follow_up)\b.*|nonresponse\.benchmarks\.\[\]\.(variable|level)"
    r"|disclosure\.quotations\..*|report\.own_works\.\[\]|study\.follows|rehearsal\..*"
    r"|variables\.\*\.(section|battery|set|in_file|values|missing|range\.\[\])"
    r"|authors\.\[\]\.affiliations\.\[\]|affiliations\.\[\]\.id"
)
# Read only of coded answers, a sealed plan, findings of a search; and two words that programs look up.
BESIDE = {
    "archive.allowed.[]",
    "analysis.agreement.questions.*.*",
    "deviations.[].what",
    "deviations.[].why",
    "report.csl",
    "report.language",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def test_every_text_that_a_file_can_hold_is_an_attack(tmp_path: Path):
    """A key that the tool learns is a name, or it is attacked here."""
    _, files = hostile.make(tmp_path / "study")
    for name, kind in FILES.items():
        reached = list(hostile.poisoned_places(files[name]))
        left = [
            place
            for place in hostile.free_places(kind)
            if not any(hostile.covers(place, path) for path in reached)
        ]
        assert [place for place in left if place not in BESIDE and not NAMES.fullmatch(place)] == [], name


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the hostile study, with all its files around them."""

    def make(folder: Path) -> None:
        hostile.make(folder / "study")
        before = os.umask(0)
        try:
            done = run_snakemake(folder / "study", "--cores", "2", timeout=1500)
        finally:
            os.umask(before)
        assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
        (folder / "said.txt").write_text(done.stdout + done.stderr, encoding="utf-8")

    return once(tmp_path_factory, "hostile", make) / "study"


def files(folder: Path, ending: str) -> list[Path]:
    found = sorted(folder.rglob(f"*{ending}"))
    assert found, f"no {ending} to look at"
    return found


@pytest.mark.slow
def test_no_command_was_run(attacked: Path):
    assert list(attacked.parent.rglob("RUN")) == []


@pytest.mark.slow
def test_no_page_runs_loads_or_computes_what_was_written(attacked: Path):
    pages = [*files(attacked / "results/report", ".html"), attacked / "results/index.html"]
    for path in pages:
        page = lxml_html.parse(str(path), lxml_html.HTMLParser(encoding="utf-8")).getroot()
        for script in page.iter("script"):
            if "alert(7)" in (script.text or ""):
                assert "json" in script.get("type", ""), path
                json.loads(script.text)
        attributes = [pair for node in page.iter() for pair in node.attrib.items()]
        assert [value for name, value in attributes if name.startswith("on") and "alert" in value] == []
        loads = [value for name, value in attributes if name in ("src", "href", "data", "action")]
        assert [
            value for value in loads if re.match(r"\s*(javascript|vbscript|file|data:text/html)", value)
        ] == []
        assert [value for value in loads if re.match(r"x$|https?://x\.example", value)] == [], path
        text = page.text_content()
        assert "Zq" in text and "1337" not in text and "127.0.0.1" not in text, path


@pytest.mark.slow
def test_no_document_reads_or_computes(attacked: Path):
    for path in files(attacked / "results/report", ".docx"):
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        for name, content in members.items():
            if not name.endswith((".xml", ".rels")):
                continue
            root = etree.fromstring(content)
            fields = [node.text or "" for node in root.iter("{*}instrText")]
            assert not [text for text in fields if "Zq" in text or "/etc" in text], (path, name)
            assert b"127.0.0.1" not in content and b"1337" not in re.sub(rb"<[^>]*>", b"", content)
            targets = [node.get("Target", "") for node in root.iter("{*}Relationship")]
            assert not [target for target in targets if "x.example/i" in target or target == "x"], (
                path,
                name,
            )


@pytest.mark.slow
def test_no_typst_calls_what_was_written(attacked: Path):
    # Behind a backslash a quotation mark is a sign of the text, and begins no string.
    string = re.compile(r'(\\.)|"(?:\\.|[^"\\])*"')
    for path in files(attacked / "results/build", "manuscript.typ"):
        code = string.sub(lambda found: found[1] or '""', path.read_text(encoding="utf-8"))
        assert "Zq" in code and not re.search(r"(?<!\\)#(read|import)\b[^\n]{0,40}(hosts|x\.typ)", code), path
        assert "127.0.0.1" not in code
    assert files(attacked / "results/report", ".pdf")


@pytest.mark.slow
def test_no_figure_runs(attacked: Path):
    for path in files(attacked / "results/figures", ".svg"):
        root = etree.fromstring(path.read_bytes())
        assert [node.tag for node in root.iter("{*}script")] == [], path
        assert [
            n for node in root.iter() for n in node.attrib if etree.QName(n).localname.startswith("on")
        ] == []


@pytest.mark.slow
def test_no_cell_of_a_table_is_run(attacked: Path):
    for path in files(attacked / "results", ".csv"):
        with path.open(encoding="utf-8", newline="") as file:
            cells = {cell for row in csv.reader(file) for cell in row if cell.startswith(FORMULA)}
        assert {cell for cell in cells if not re.fullmatch(r"[+-][\d.]+(e[+-]?\d+)?", cell)} == set(), path


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="there is no R here")
def test_the_program_in_r_only_says_what_was_written(attacked: Path):
    script = attacked / "results/public/second_opinion.R"
    ask = f"told <- all.names(parse('{script}')); cat(sum(told %in% c('system', 'read', 'touch', 'alert')))"
    done = subprocess.run(["Rscript", "-e", ask], capture_output=True, text=True, check=True)
    assert done.stdout == "0"
    assert "Zq" in script.read_text(encoding="utf-8")


def told(attacked: Path) -> Iterator[tuple[Path, str]]:
    """Everything that may be shown to anybody, and what was said while it was made."""
    yield attacked.parent / "said.txt", (attacked.parent / "said.txt").read_text(encoding="utf-8")
    for root in (attacked / "results", attacked / ".snakemake", attacked / "config"):
        for path in (path for path in root.rglob("*") if path.is_file()):
            if {"private", "data"} & set(path.relative_to(root).parts):
                continue
            content = path.read_bytes()
            if path.suffix == ".docx":
                with zipfile.ZipFile(path) as archive:
                    content = b"\n".join(archive.read(name) for name in archive.namelist())
            yield path, content.decode("utf-8", "replace")


@pytest.mark.slow
def test_nobody_is_named_in_what_is_told(attacked: Path):
    secret = re.compile("|".join(f"{word}\\d{{4}}" for word in hostile.SECRETS))
    found = {str(path): match[0] for path, text in told(attacked) if (match := secret.search(text))}
    assert found == {}
    # What the search is for is there to be found.
    assert secret.search((attacked / "results/private/cleaning_log.csv").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_private_results_belong_to_their_owner(attacked: Path):
    for folder in (attacked / "results/private", attacked / "results/data"):
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
        assert {str(path): oct(mode) for path, mode in modes.items() if mode & 0o077} == {}
    public = stat.S_IMODE((attacked / "results/public/estimates.csv").stat().st_mode)
    assert public & 0o044 == 0o044, sys.version
