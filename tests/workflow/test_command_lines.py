"""Every job that Snakemake plans gives its program options that the program has, and all that it needs."""

from __future__ import annotations

import contextlib
import importlib
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

from _shared import parser
from studies import ROOT, small_study
from surveypipe.commands.rehearse import Request, make_folder

Run = Callable[..., CompletedProcess[str]]
TOLD = "Shell command: python "
OWN_TARGETS = (
    "all",
    "seal",
    "rehearse",
    "export",
    "archive",
    "compare",
    "verify",
    "second_opinion",
    "submission",
)


def planned(folder: Path, snakemake: Run, *targets: str) -> Iterator[list[str]]:
    """Command line of each program that would be run, each program once."""
    words = ["--snakefile", str(ROOT / "Snakefile"), "--cores", "1", "--dry-run", "--printshellcmds"]
    done = snakemake(folder, *words, *targets)
    assert done.returncode == 0, done.stderr[-4000:]
    told = set()
    for line in (done.stdout + done.stderr).splitlines():
        words = shlex.split(line.partition(TOLD)[2]) if line.startswith(TOLD) else []
        if words and words[0] not in told:
            told.add(words[0])
            yield words[: words.index("2>&1")]


def understood(folder: Path, commands: Iterator[list[str]]) -> set[str]:
    """Hold each command line against the options of its program; give the names of the programs."""
    named = set()
    with contextlib.chdir(folder):
        for program, *words in commands:
            name = Path(program).stem
            _, unknown = parser(importlib.import_module(name).main, "").parse_known_args(words)
            assert unknown == [], name
            named.add(name)
    return named


def test_those_of_a_study(tmp_path: Path, snakemake: Run) -> None:
    study = small_study(tmp_path)
    named = understood(study, planned(study, snakemake, *OWN_TARGETS))
    assert {"ingest", "seal", "rehearse", "export", "verify", "second_opinion", "submission"} <= named


def test_those_of_a_rehearsal(tmp_path: Path, snakemake: Run) -> None:
    study = small_study(tmp_path)
    config = study / "config/config.yaml"
    text = config.read_text(encoding="utf-8").replace("inputs: {", "inputs: {counts: data/raw/people.csv, ")
    config.write_text(text, encoding="utf-8")
    (study / "data/raw/people.csv").write_text("site,n\n1,80\n2,90\n", encoding="utf-8")
    folder = make_folder(Request(study))
    assert {"ingest", "rehearsal_draws", "rehearsal_plan"} <= understood(folder, planned(folder, snakemake))
