"""The programs that the rules call: what they leave behind when they end well and when they do not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from .conftest import AUTHORS, EPOCH, REPORT, ROOT, STUDY

FORMATS = ("html", "docx", "pdf")


def call(script: str, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "workflow" / "scripts" / f"{script}.py"), *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow")}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def render(sample: Path, out: Path, *more: object) -> subprocess.CompletedProcess[str]:
    words = ["--config", json.dumps({"study": STUDY, "report": REPORT}), "--document", "sample"]
    words += ["--renderer", "pandoc", "--epoch", str(EPOCH), "--build", str(out / "build")]
    for name, path in (
        ("qmd", "sample.qmd"),
        ("bibliography", "references.bib"),
        ("numbers", "numbers.yaml"),
    ):
        words += [f"--{name}", str(sample / path)]
    for name in ("tables", "figures"):
        words += [f"--{name}", str(sample / name / "index.json")]
    for name in ("styles", "filters"):
        words += [f"--{name}", str(ROOT / "report" / name)]
    for form in FORMATS:
        words += [f"--{form}", str(out / "report" / f"s.{form}")]
    return call("render", *words, *more)


@pytest.fixture
def authors_file(tmp_path: Path) -> Path:
    path = tmp_path / "authors.yaml"
    path.write_text(yaml.safe_dump(AUTHORS), encoding="utf-8")
    return path


def check(tmp_path: Path, authors: Path) -> subprocess.CompletedProcess[str]:
    words = [
        "--authors",
        authors,
        "--typst",
        tmp_path / "build" / "sample.typ",
        "--report",
        tmp_path / "checked.txt",
    ]
    for form in FORMATS:
        words += [f"--{form}", tmp_path / "report" / f"s.{form}"]
    return call("check_blinding", *words)


def test_blinded_documents_are_made_and_pass_the_scan(
    sample: Path, tmp_path: Path, authors_file: Path
) -> None:
    done = render(sample, tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["s.docx", "s.html", "s.pdf"]
    checked = check(tmp_path, authors_file)
    assert checked.returncode == 0, checked.stderr
    assert "none found" in (tmp_path / "checked.txt").read_text()


def test_the_scan_stops_on_documents_with_authors(sample: Path, tmp_path: Path, authors_file: Path) -> None:
    assert render(sample, tmp_path, "--authors", authors_file).returncode == 0
    checked = check(tmp_path, authors_file)
    assert checked.returncode == 1
    assert "s.docx: 'Ada Lovelock' identifies the authors" in checked.stderr
    assert "Traceback" not in checked.stderr
    assert not (tmp_path / "checked.txt").exists()


def test_unknown_numbers_are_told_in_plain_words_and_no_format_is_left(sample: Path, tmp_path: Path) -> None:
    path = sample / "sample.qmd"
    path.write_text(
        path.read_text(encoding="utf-8") + "\n{{< meta num.nn >}} {{< meta num.zz >}}\n", encoding="utf-8"
    )
    done = render(sample, tmp_path)
    assert done.returncode == 1
    assert "The stage 'render' stopped: 2 problems to put right." in done.stderr
    assert "Traceback" not in done.stderr
    assert not any((tmp_path / "report").iterdir())


def test_numbers_typed_by_hand_stop_the_build(sample: Path, tmp_path: Path) -> None:
    path = sample / "sample.qmd"
    lines = path.read_text(encoding="utf-8").count("\n")
    with path.open("a", encoding="utf-8") as file:
        file.write("\nOf all, 38% answered, and 45 of them late.\n")
    done = render(sample, tmp_path)
    assert done.returncode == 1
    assert "The stage 'render' stopped: 2 problems to put right." in done.stderr
    assert f"sample.qmd, line {lines + 2}: '38%' is typed by hand" in done.stderr
    assert not any((tmp_path / "report").iterdir())
