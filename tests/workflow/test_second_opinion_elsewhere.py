"""The programs for SPSS and Stata: the plain part runs in PSPP and agrees, the rest is whole."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

import any_study
from opinions import write_opinion
from stages import run_stages
from studies import ROOT
from surveypipe.second_opinion.columns import columns_of

needs_pspp = pytest.mark.skipif(shutil.which("pspp") is None, reason="pspp is not here")
STUDIES = sorted(path.parent.parent for path in (ROOT / "studies").glob("*/config/config.yaml"))
PARTS = ("* ==== Part 1", "* ==== Part 2")


def beside(run: any_study.Run, folder: Path) -> tuple[str, str]:
    """Write both programs beside a copy of the results of a study that was run."""
    shutil.copytree(run.results, folder)
    return programs(run.config, folder)


def programs(config: dict[str, Any], folder: Path) -> tuple[str, str]:
    """Write both programs of a study that was run."""
    write_opinion(config, folder)
    return tuple(
        (folder / f"public/second_opinion.{kind}").read_text(encoding="utf-8") for kind in ("sps", "do")
    )  # type: ignore[return-value]


def in_pspp(program: str, folder: Path) -> list[pd.DataFrame]:
    """Run data and first part as they stand, and read what they write: a table for each scheme."""
    path = folder / "plain.sps"
    path.write_text(program.split(PARTS[1])[0], encoding="utf-8")
    done = subprocess.run(["pspp", path.name], cwd=folder, capture_output=True, text=True, check=False)
    assert not re.search("error|warning", done.stdout + done.stderr), done.stdout + done.stderr
    schemes = len(re.findall(r"^\* Scheme ", program.split(PARTS[1])[0], flags=re.MULTILINE))
    return [pd.read_csv(folder / f"private/second_opinion/spss_{n}.csv") for n in range(1, schemes + 1)]


def agree(program: str, folder: Path) -> int:
    """Hold each share and mean of PSPP against ours; count them."""
    plain = program.split(PARTS[0])[1].split(PARTS[1])[0]
    ours = pd.read_csv(folder / "private/estimates.csv", dtype={"level": str}, keep_default_na=False)
    ours = ours[ours["group_level"] == ""].assign(level=lambda table: table["level"].str.removesuffix(".0"))
    answers = pd.read_csv(folder / "private/second_opinion/respondents.csv")
    file = {one.name: one.file for one in columns_of(answers)}
    counted = 0
    schemes = re.findall(r"^\* Scheme ([^:]+):", plain, flags=re.MULTILINE)
    told = r"^VARIABLE LABELS (\w+) '(share|mean) (\w+)(?: = (.*))?'\.$"
    labels = re.findall(told, plain, flags=re.MULTILINE)
    for scheme, table in zip(schemes, in_pspp(program, folder), strict=True):
        for name, what, variable, code in dict.fromkeys(labels):
            wanted = {"share": "proportion", "mean": "mean"}[what]
            rows = ours[(ours["variable"] == file[variable]) & (ours["scheme"] == scheme)]
            rows = rows[(rows["statistic"] == wanted) & (rows["level"] == code)]
            if len(rows) and rows["estimate"].iloc[0] != "":
                expected = float(rows["estimate"].iloc[0])
                assert table[name][0] == pytest.approx(expected, rel=1e-9, abs=1e-12), (scheme, name)
                counted += 1
    return counted


@needs_pspp
def test_pspp_agrees_on_shares_and_means_of_headcounts(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path / "results"
    program, _ = beside(any_study.run(tmp_path_factory, any_study.COUNTED), folder)
    assert agree(program, folder) > 50


@needs_pspp
@pytest.mark.slow
@pytest.mark.parametrize("study", STUDIES, ids=lambda path: path.name)
def test_pspp_agrees_on_every_study(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(study)
    config = yaml.safe_load((study / "config/config.yaml").read_text(encoding="utf-8"))
    run_stages(config, tmp_path)
    program, _ = programs(config, tmp_path)
    assert agree(program, tmp_path) > 3


def sound(sps: str, do: str) -> None:
    """Hold what can be seen without the programs: brackets close, and names are there."""
    assert "UNTESTED" in sps and "UNTESTED" in do
    told = [part for part in re.split(r"\n\s*\n|\.\n", sps) if part.strip()]
    assert all(part.count("(") == part.count(")") for part in told if not part.lstrip().startswith("*"))
    for line in do.splitlines():
        if not line.lstrip().startswith("*"):
            assert line.count("(") == line.count(")") or line.endswith("///") or "encoding(" in line, line
    renamed = re.findall(r"^rename v\d+ (\w+)$", do, flags=re.MULTILINE)
    assert len(renamed) == len({name.lower() for name in renamed})
    assert all(len(name) <= 32 for name in renamed)
    used = set(re.findall(r"(?:strata|fpc|postweight|poststrata)\((\w+)\)", do))
    used |= set(re.findall(r"pweight = (\w+)\]", do))
    assert used and used <= set(renamed)
    assert set(re.findall(r"(?:STRATA|CLUSTER|VARIABLE|ANALYSISWEIGHT)=(\w+)", sps)) <= set(renamed)


@pytest.mark.parametrize("name", any_study.STUDIES)
def test_both_programs_are_whole(name: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    sps, do = beside(any_study.run(tmp_path_factory, name), tmp_path / "results")
    sound(sps, do)
