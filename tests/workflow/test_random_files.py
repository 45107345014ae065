"""Any file that a study reads changed at random: words, or a right run.

Each case is a seed. ``RANDOM_FILES`` sets how many the long run tries.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

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
from surveypipe.study.inputs import Inputs

PEOPLE, ITEMS, FEW = 120, 3, 16
MANY = int(os.environ.get("RANDOM_FILES", "2000"))
LIST, SURVEY = "data/raw/list_SIMULATED.csv", "data/raw/answers_SIMULATED.sav"
SUMS = "data/raw/SHA256SUMS"
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


LISTED, COUNTED = "list", "counts"
# Kind of study (as `_as` makes it), which of its files is changed, and how.
CHANGED: list[tuple[str, str, Callable[[bytes, Draw], bytes]]] = [
    (LISTED, LIST, _of_a_table),
    ("csv", "data/raw/answers.csv", _of_a_table),
    (LISTED, SURVEY, _of_bytes),
    (LISTED, "config/config.yaml", _of_settings),
    (LISTED, "config/codebook.yaml", _of_settings),
    (LISTED, "config/authors.yaml", _of_settings),
    (LISTED, SUMS, _of_bytes),
    ("dta", "data/raw/answers.dta", _of_bytes),
    ("xlsx", "data/raw/answers.xlsx", _of_bytes),
    ("headcounts", "data/raw/headcounts.csv", _of_a_table),
    (COUNTED, "data/raw/counts.csv", _of_a_table),
    ("margins", "data/raw/margins.csv", _of_a_table),
    ("codes", "data/raw/codes.csv", _of_a_table),
    ("follow_up", "data/raw/follow_up.csv", _of_a_table),
]
# The stage that reads what was changed, where it is none of the first.
READ_BY = {"codes": "model", "follow_up": "nonresponse"}


def _in_file(study: Path, path: str, told: Mapping[str, Any]) -> None:
    """Put more into a YAML file of a study."""
    file = study / path
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    for key, value in told.items():
        part, _, name = key.rpartition(".")
        place = content.setdefault(part, {}) if part else content
        if value is None:
            place.pop(name, None)
        else:
            place[name] = value
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _as(study: Path, kind: str) -> None:
    """Make the study one of a kind: of another survey file, or with a file more."""
    raw, config = study / "data/raw", "config/config.yaml"
    answers, listed = pyreadstat.read_sav(study / SURVEY)[0], pd.read_csv(study / LIST)
    services = sorted(listed["service"].unique())
    numbers = listed["service"].value_counts().sort_index()
    match kind:
        case "csv":
            answers.to_csv(raw / "answers.csv", index=False)
        case "dta":
            pyreadstat.write_dta(answers, str(raw / "answers.dta"))
        case "xlsx":
            answers.to_excel(raw / "answers.xlsx", index=False)
        case "headcounts":
            told = [("service", level, n) for level, n in numbers.items()]
            told += [("profession", level, n) for level, n in listed["profession"].value_counts().items()]
            pd.DataFrame(told, columns=["variable", "level", "n"]).to_csv(raw / "headcounts.csv", index=False)
        case "codes":
            answers.assign(remark="a word").to_csv(raw / "answers.csv", index=False)
            said = {"remark": {"type": "string", "label": "A remark"}}
            _in_file(study, "config/codebook.yaml", {f"variables.{name}": one for name, one in said.items()})
            _in_file(study, config, {"analysis.agreement": {"questions": {"remark": {"x": "X", "y": "Y"}}}})
            coded = [
                (int(case), "remark", coder, ("x", "y", "x;y", "")[(at + (coder == "B") * (at % 3 == 0)) % 4])
                for at, case in enumerate(answers["id"])
                for coder in "AB"
            ]
            pd.DataFrame(coded, columns=["case_id", "question", "coder", "codes"]).to_csv(
                raw / "codes.csv", index=False
            )
        case "follow_up":
            silent = listed.loc[listed["outcome"] == "not returned", "id"].iloc[::3]
            reached = pd.DataFrame({"id": silent, "q01": [1 + k % 5 for k in range(len(silent))]})
            reached.to_csv(raw / "follow_up.csv", index=False)
            _in_file(study, config, {"nonresponse.follow_up": {"variables": {"q01": "q01"}}})
        case "counts" | "margins":
            where = answers["id"].map(listed.set_index("id")["service"]).map(services.index) + 1
            answers.drop(columns="id").assign(service=where).to_csv(raw / "answers.csv", index=False)
            about = {"type": "categorical", "label": "Service", "values": dict(enumerate(services, start=1))}
            _in_file(study, "config/codebook.yaml", {"variables.service": about, "variables.id": None})
            _in_file(study, config, {"frame": None, "response": None, "inputs.staff_list": None})
            _in_file(study, config, {"groups": {"service": {}}})
            table = numbers.rename_axis("service").reset_index(name="n")
            if kind == "margins":
                table = table.rename(columns={"service": "level"})
                table.insert(0, "variable", "service")
            table.to_csv(raw / f"{kind}.csv", index=False)
    made = sorted({path.name for path in raw.iterdir()} - {Path(SURVEY).name, Path(LIST).name, "SHA256SUMS"})
    for name in made:
        key = "survey" if name.startswith("answers") else name.removesuffix(".csv")
        _in_file(study, config, {f"inputs.{key}": f"data/raw/{name}"})
    _sums(study)


def _sums(study: Path) -> None:
    raw = [file for file in sorted((study / "data/raw").iterdir()) if file.name != "SHA256SUMS"]
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in raw]
    (study / SUMS).write_text("".join(sums), encoding="utf-8")


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study of each kind."""
    folder = tmp_path_factory.mktemp("random")
    for kind in dict.fromkeys(kind for kind, _, _ in CHANGED):
        make_study(folder / kind, PEOPLE, items=ITEMS)
        _as(folder / kind, kind)
    return folder


def changed(studies: Path, folder: Path, seed: int) -> str:
    """Copy a study and change one of its files; where it is not the sums, they follow. Give the kind."""
    kind, name, change = CHANGED[seed % len(CHANGED)]
    shutil.copytree(studies / kind, folder)
    path = folder / name
    path.write_bytes(change(path.read_bytes(), random.Random(seed)))
    if name != SUMS:
        _sums(folder)
    return kind


def runs_or_tells(studies: Path, folder: Path, seed: int) -> None:
    """Any other error than one in words fails the test; what ran conserves the people who are known of."""
    kind = changed(studies, folder, seed)
    with contextlib.chdir(folder):
        place = StudyFolder(Path(), ROOT)
        path = "config/config.yaml"
        last = "disclose" if seed % 4 == 0 else READ_BY.get(kind, "weight")
        try:
            settings = settings_of(read_file(path, place), [path], place).settings
            given = yaml.safe_load(Path(path).read_text(encoding="utf-8-sig"))
            results = run_stages(given, Path("results"), last=last)
        except SurveyError as told:
            assert told.problems and all(problem.strip() for problem in told.problems)
            return
        dispositions = pd.read_parquet(results / "data/dispositions.parquet")
        people = known_people(settings.inputs)
        assert people is None or len(dispositions) == people
        assert dispositions["id"].is_unique
        if kind == "margins":
            weights = pd.read_parquet(results / "data/weights.parquet")
            primary = weights[f"w_{settings.weighting.primary}"]
            assert sum(primary.dropna()) == pytest.approx(sum(numbers_of(settings.inputs.margins)))


def known_people(inputs: Inputs) -> int | None:
    """Count the people of whom a list or headcounts tell; None where there are neither."""
    if inputs.counts:
        return int(sum(numbers_of(inputs.counts)))
    return len(lines_of(LIST)) - 1 if inputs.staff_list == LIST else None


def lines_of(path: str) -> list[str]:
    """Lines of a file that hold anything, in whichever encoding it was saved."""
    content = Path(path).read_bytes()
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    lines = content.decode("utf-16" if wide else "utf-8-sig", "replace").splitlines()
    return [line for line in lines if line.strip(" ,;\t")]


def numbers_of(path: str | None) -> list[float]:
    """Numbers of people in a table, as they stand in its column ``n``."""
    rows = [line.replace(";", ",").replace("\t", ",").split(",") for line in lines_of(str(path))]
    place = [name.strip('" ') for name in rows[0]].index("n")
    return [float(row[place].strip('"')) for row in rows[1:]]


@pytest.mark.parametrize("seed", range(FEW))
def test_a_changed_file_ends_in_words_or_a_right_run(studies: Path, tmp_path: Path, seed: int):
    runs_or_tells(studies, tmp_path / "changed", seed)


@pytest.mark.parametrize("kind", list(dict.fromkeys(kind for kind, _, _ in CHANGED)))
def test_each_kind_of_study_runs_as_it_is(studies: Path, tmp_path: Path, kind: str):
    """So that words are of a change, and a file that is changed is one that is read."""
    shutil.copytree(studies / kind, tmp_path / "same")
    with contextlib.chdir(tmp_path / "same"):
        given = yaml.safe_load(Path("config/config.yaml").read_text(encoding="utf-8"))
        results = run_stages(given, Path("results"), last=READ_BY.get(kind, "weight"))
        written = {"codes": "further_estimates", "follow_up": "follow_up_check"}
        if kind in written:
            assert len(pd.read_csv(results / f"private/{written[kind]}.csv"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(FEW, FEW + MANY))
def test_many_changed_files_end_in_words_or_a_right_run(studies: Path, tmp_path: Path, seed: int):
    runs_or_tells(studies, tmp_path / "changed", seed)
