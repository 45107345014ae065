"""Survey, list, codebook, configuration, checksums or authors changed at random: words, or a right run.

Each case is a seed. ``RANDOM_FILES`` sets how many the long run tries.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import yaml

from benchmark.survey import make_study
from stages import run_stages
from studies import ROOT
from surveypipe.problems import SurveyError
from surveypipe.study.checking import read_file, settings_of
from surveypipe.study.folder import StudyFolder

PEOPLE, ITEMS, FEW = 120, 3, 16
MANY = int(os.environ.get("RANDOM_FILES", "400"))
LIST, SURVEY, TYPED = "data/raw/list_SIMULATED.csv", "data/raw/answers_SIMULATED.sav", "data/raw/answers.csv"
CELLS = ["", "-99", "1e400", "nan", "inf", "9" * 400, "=1+1", "\u202e", "abc", "5.5", "0", "-1"]
NAMES = ["", " ", "x" * 3000, "a\tb", "id", "q01", "service"]
VALUES = [
    "", "3", "-1", "yes", "[]", "{}", "[1, a]", "{a: 1}", '"2.2"', "null", "nobody", "1e9", "100000000000",
    "-0.5", '"\\u0000"', "../x", ".inf", ".nan", "true",
]  # fmt: skip
Draw = random.Random


def _cell(lines: list[str], draw: Draw, at: int, words: list[str]) -> list[str]:
    cells = lines[at].split(",")
    cells[draw.randrange(len(cells))] = draw.choice(words)
    return [*lines[:at], ",".join(cells), *lines[at + 1 :]]


LINES: list[Callable[[list[str], Draw, int], list[str]]] = [
    lambda lines, draw, at: [*lines[:at], f"{lines[at]},{lines[at]}", *lines[at + 1 :]],
    lambda lines, draw, at: [*lines[:at], "", *lines[at:]],
    lambda lines, draw, at: [*lines[:at], "," * lines[at].count(","), *lines[at + 1 :]],
    lambda lines, draw, at: [*lines[:at], lines[at].rsplit(",", 1)[0], *lines[at + 1 :]],
    lambda lines, draw, at: [*lines[:at], lines[at], *lines[at:]],
    lambda lines, draw, at: lines[1:],
    lambda lines, draw, at: lines[:1],
    lambda lines, draw, at: [f"{line},extra" for line in lines],
    lambda lines, draw, at: [line.replace(",", "\t") for line in lines],
    lambda lines, draw, at: [line.replace(",", ";") for line in lines],
    lambda lines, draw, at: _cell(lines, draw, at, CELLS),
    lambda lines, draw, at: _cell(lines, draw, 0, NAMES),
]
BYTES: list[Callable[[bytes, Draw, int], bytes]] = [
    lambda content, draw, at: content[:at],
    lambda content, draw, at: b"",
    lambda content, draw, at: content[:at] + b"\0" + content[at:],
    lambda content, draw, at: content[:at] + b'"' + content[at:],
    lambda content, draw, at: content[:at] + bytes([draw.randrange(256)]) + content[at + 1 :],
    lambda content, draw, at: draw.randbytes(200),
    lambda content, draw, at: content.decode("latin-1").encode("utf-16"),
    lambda content, draw, at: b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"),
]


def _of_a_table(content: bytes, draw: Draw) -> bytes:
    if draw.random() < 0.4:
        return _of_bytes(content, draw)
    lines = content.decode("utf-8").splitlines()
    made = draw.choice(LINES)(lines, draw, draw.randrange(len(lines)))
    return ("\n".join(made) + "\n").encode()


def _of_bytes(content: bytes, draw: Draw) -> bytes:
    return draw.choice(BYTES)(content, draw, draw.randrange(max(1, len(content))))


def _of_settings(content: bytes, draw: Draw) -> bytes:
    if draw.random() < 0.15:
        return _of_bytes(content, draw)
    lines = content.decode("utf-8").splitlines()
    at = draw.randrange(len(lines))
    match draw.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case 2 | 3 if ":" in lines[at]:
            lines[at] = f"{lines[at].partition(':')[0]}: {draw.choice(VALUES)}"
        case _:
            lines[at] = f"  {lines[at]}"
    return ("\n".join(lines) + "\n").encode()


CHANGED: dict[str, Callable[[bytes, Draw], bytes]] = {
    LIST: _of_a_table,
    TYPED: _of_a_table,
    SURVEY: _of_bytes,
    "config/config.yaml": _of_settings,
    "config/codebook.yaml": _of_settings,
    "config/authors.yaml": _of_settings,
    "data/raw/SHA256SUMS": _of_bytes,
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_study(tmp_path_factory.mktemp("random") / "study", PEOPLE, items=ITEMS)
    pyreadstat.read_sav(folder / SURVEY)[0].to_csv(folder / TYPED, index=False)
    return folder


def changed(study: Path, folder: Path, seed: int) -> None:
    """Copy the study and change one of its files; where it is not the sums, they follow."""
    shutil.copytree(study, folder)
    draw = random.Random(seed)
    name = list(CHANGED)[seed % len(CHANGED)]
    path = folder / name
    if name == TYPED:
        config = folder / "config/config.yaml"
        config.write_text(config.read_text(encoding="utf-8").replace(SURVEY, TYPED), encoding="utf-8")
    path.write_bytes(CHANGED[name](path.read_bytes(), draw))
    if name != "data/raw/SHA256SUMS":
        raw = [file for file in sorted((folder / "data/raw").iterdir()) if file.name != "SHA256SUMS"]
        sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in raw]
        (folder / "data/raw/SHA256SUMS").write_text("".join(sums), encoding="utf-8")


def runs_or_tells(study: Path, folder: Path, seed: int) -> None:
    """Any other error than one in words fails the test; what ran conserves the people of the list."""
    changed(study, folder, seed)
    with contextlib.chdir(folder):
        place = StudyFolder(Path(), ROOT)
        path = "config/config.yaml"
        try:
            settings = settings_of(read_file(path, place), [path], place).settings
            given = yaml.safe_load(Path(path).read_text(encoding="utf-8-sig"))
            results = run_stages(given, Path("results"), last="disclose" if seed % 4 == 0 else "weight")
        except SurveyError as told:
            assert told.problems and all(problem.strip() for problem in told.problems)
            return
        dispositions = pd.read_parquet(results / "data/dispositions.parquet")
        if settings.inputs.staff_list == LIST:
            content = Path(LIST).read_bytes()
            wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
            lines = content.decode("utf-16" if wide else "utf-8-sig", "replace").splitlines()[1:]
            assert len(dispositions) == sum(bool(line.strip(" ,;\t")) for line in lines)
        assert dispositions["id"].is_unique


@pytest.mark.parametrize("seed", range(FEW))
def test_a_changed_file_ends_in_words_or_a_right_run(study: Path, tmp_path: Path, seed: int):
    runs_or_tells(study, tmp_path / "changed", seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(FEW, FEW + MANY))
def test_many_changed_files_end_in_words_or_a_right_run(study: Path, tmp_path: Path, seed: int):
    runs_or_tells(study, tmp_path / "changed", seed)
