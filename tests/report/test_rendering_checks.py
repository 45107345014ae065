"""Checks of finished files and of what renderers say; dates, zips and SVG identifiers."""

from __future__ import annotations

import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from studies import ROOT
from surveypipe.determinism import RECORDED, normalise_zip, source_date_epoch, svg_settings
from surveypipe.rendering.checks import failed_lookups, html_problems, warning_problems

PAGE = '<html><body><p id="a">SIMULATED DATA <a href="#a">x</a></p>{}</body></html>'


@pytest.mark.parametrize(
    "left", ["?meta:num.x", "?@fig-x", "{{< meta num.x >}}", "{{< include a.md >}}", "@alt:flow", "?var:x"]
)
def test_what_is_left_of_a_failed_look_up_is_found(left: str) -> None:
    assert left.split()[0] in failed_lookups(f"The share was {left}, they said.", "m.html")[0]


def test_an_ordinary_text_has_no_failed_look_up() -> None:
    assert failed_lookups("Is it? @ home, {a} << b >> (who?) a@b.org", "m.html") == []


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<script src="https://cdn.example/x.js"></script>', "fetch 'https://cdn.example/x.js'"),
        ('<link rel="stylesheet" href="//fonts.example/a.css">', "fetch '//fonts.example/a.css'"),
        ("<style>@import 'https://x.example/a.css';</style>", "fetch 'https://x.example/a.css'"),
        ("<style>p{background:url(http://x.example/a.png)}</style>", "fetch 'http://x.example/a.png'"),
        ('<img src="figures/a.png">', "the image 'figures/a.png' is not inside"),
        ('<p id="a"></p>', "id 'a' occurs 2 times"),
        ('<a href="#b">y</a>', "points to '#b'"),
        ("<p>{{&lt; meta num.x &gt;}}</p>", "was not expanded"),
    ],
)
def test_faults_of_a_page_are_found(tmp_path: Path, markup: str, expected: str) -> None:
    path = tmp_path / "p.html"
    path.write_text(PAGE.format(markup), encoding="utf-8")
    assert any(expected in problem for problem in html_problems(path, "SIMULATED DATA"))


def test_a_sound_page_with_a_link_to_the_web_passes(tmp_path: Path) -> None:
    path = tmp_path / "p.html"
    path.write_text(
        PAGE.format('<a href="https://doi.org/10/x">doi</a><img alt="" src="data:,x">'), encoding="utf-8"
    )
    assert html_problems(path, "SIMULATED DATA") == []


def test_simulated_data_without_the_word_are_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "p.html"
    path.write_text("<html><body><p>Results</p></body></html>", encoding="utf-8")
    assert html_problems(path, "") == []
    assert "does not say so" in html_problems(path, "SIMULATED DATA")[0]


def test_each_complaint_is_heard_once_and_progress_is_not_a_complaint() -> None:
    said = "pandoc \n  to: html\n"
    said += "[WARNING] Could not fetch resource figures/x.svg: replacing\n  image with description\n"
    said += "WARNING: Something\nOutput created: m.html\n[WARNING] Something\n"
    found = warning_problems(said, "m.qmd")
    assert found == [
        "m.qmd: the file 'figures/x.svg' could not be found; is the figure's name right?",
        "m.qmd: Something.",
    ]


def test_zips_differ_in_order_and_time_no_more(tmp_path: Path) -> None:
    names = [("a.txt", b"1"), ("b/c.txt", b"2")]
    for path, members, when in (("x.zip", names, 2001), ("y.zip", names[::-1], 2015)):
        with zipfile.ZipFile(tmp_path / path, "w") as archive:
            for name, content in members:
                archive.writestr(zipfile.ZipInfo(name, (when, 1, 1, 0, 0, 0)), content)
        normalise_zip(tmp_path / path, 1_700_000_000)
    assert (tmp_path / "x.zip").read_bytes() == (tmp_path / "y.zip").read_bytes()


@pytest.fixture
def no_stated_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


def test_the_date_is_the_stated_one_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1234567890")
    assert source_date_epoch(["x"], tmp_path) == 1_234_567_890


@pytest.mark.usefixtures("no_stated_epoch")
def test_outside_a_repository_the_date_is_that_of_the_newest_input(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    for name, when in (("d/a", 1_000_000_000), ("b", 1_100_000_000), ("other", 1_900_000_000)):
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (when, when))
    assert source_date_epoch(["d", "b", "missing"], tmp_path) == 1_100_000_000


@pytest.mark.usefixtures("no_stated_epoch")
def test_a_recorded_date_is_that_of_an_archive_as_of_the_clone(tmp_path: Path) -> None:
    (tmp_path / "input").write_text("x")
    (tmp_path / "SOURCE_DATE_EPOCH").write_text("1250000000\n")
    assert source_date_epoch(["input"], tmp_path) == 1_250_000_000
    (tmp_path / "SOURCE_DATE_EPOCH").write_text("yesterday\n")
    assert source_date_epoch(["input"], tmp_path) == int((tmp_path / "input").stat().st_mtime)


@pytest.mark.parametrize("study", [ROOT, *sorted(path.parent for path in ROOT.glob("studies/*/Snakefile"))])
def test_the_date_of_a_shipped_study_is_recorded(study: Path) -> None:
    assert (study / RECORDED).read_text(encoding="ascii").strip().isdigit()


@pytest.mark.usefixtures("no_stated_epoch")
def test_in_a_repository_the_date_is_that_of_the_last_commit_that_touched_an_input(tmp_path: Path) -> None:
    def git(*words: str, when: int = 0) -> None:
        stamp = {"GIT_AUTHOR_DATE": f"{when} +0000", "GIT_COMMITTER_DATE": f"{when} +0000"}
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(
            ["git", *identity, *words],
            cwd=tmp_path,
            check=True,
            env={**os.environ, **stamp},
            capture_output=True,
        )

    git("init")
    for name, when in (("input", 1_200_000_000), ("unrelated", 1_300_000_000)):
        (tmp_path / name).write_text("x")
        git("add", name)
        git("commit", "-m", name, when=when)
    assert source_date_epoch(["input"], tmp_path) == 1_200_000_000
    (tmp_path / "study").mkdir()
    (tmp_path / "study/input").write_text("x")
    git("add", "study")
    git("commit", "-m", "a study within", when=1_400_000_000)
    assert source_date_epoch(["input"], tmp_path / "study") == 1_400_000_000


def test_two_figures_of_one_page_share_no_identifier(tmp_path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import re

    from matplotlib import pyplot as plt

    from surveypipe.determinism import SVG_METADATA

    drawn = {}
    for salt in ("one", "two", "one"):
        with plt.rc_context(svg_settings(salt)):
            figure, axes = plt.subplots()
            axes.plot([1, 2], clip_on=True)
            figure.savefig(tmp_path / "f.svg", metadata=SVG_METADATA)
            plt.close(figure)
        text = (tmp_path / "f.svg").read_text()
        assert drawn.get(salt, text) == text
        drawn[salt] = text
    clips = {salt: set(re.findall(r'<clipPath id="([^"]+)"', text)) for salt, text in drawn.items()}
    assert clips["one"] and not clips["one"] & clips["two"]
