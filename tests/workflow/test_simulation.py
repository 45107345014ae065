"""The programs of the simulation study run on what their rules give them."""

from __future__ import annotations

import importlib
import re
import shlex
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = ("simulation_coverage", "simulation_grades", "simulation_population")


@pytest.fixture(scope="module")
def planned(tmp_path_factory, copied, snakemake) -> tuple[Path, dict[str, list[str]]]:
    """A copy of the project, and the first command of each program that its plan holds."""
    folder = copied(tmp_path_factory.mktemp("simulation") / "project")
    plan = snakemake(folder, "-n", "-p", "simulation").stdout
    commands: dict[str, list[str]] = {}
    for line in re.findall(r"^Shell command: (python .*?) 2>&1", plan, re.MULTILINE):
        words = shlex.split(line)[1:]
        commands.setdefault(Path(words[0]).stem, words)
    return folder, commands


def surveyed_twice(folder: Path) -> Path:
    """The populations of the tool, each of them surveyed twice."""
    said = (ROOT / "workflow/populations.yaml").read_text(encoding="utf-8")
    fewer, places = re.subn(r"surveys: \d+", "surveys: 2", said)
    assert places
    path = folder / "populations.yaml"
    path.write_text(fewer, encoding="utf-8")
    return path


@pytest.mark.parametrize("program", PROGRAMS)
def test_two_surveys_are_drawn_with_the_sections_that_the_rule_gives(program, planned, monkeypatch):
    folder, commands = planned
    words = list(commands[program])
    if "--count" in words:
        words[words.index("--count") + 1] = "2"
    else:
        words[words.index("--populations") + 1] = str(surveyed_twice(folder))
    table = folder / f"{program}.csv"
    words[words.index("--table") + 1] = str(table)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", words)
    script = importlib.import_module(program)
    script.run(script.main)
    assert len(pd.read_csv(table)) > 20
