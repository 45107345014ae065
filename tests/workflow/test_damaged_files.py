"""A file between stages that was damaged stops the stages that read it, in words and before they compute.

``DAMAGED_FILES`` sets how many cases the long run tries.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from damage import DAMAGES, Command, commands, damaged
from rules import RULES, scripts
from surveypipe import stage_record

ROOT = Path(__file__).resolve().parents[2]
MANY = int(os.environ.get("DAMAGED_FILES", "400"))
FEW = 16
# Beside the default ones; those that need a second wave or a rehearsal are held by the rules' own test.
TARGETS = ("all", "export", "submission", "compare", "verify", "second_opinion", "followup", "simulation")


class Place(NamedTuple):
    """A finished run that may be damaged, one to mend it from, and the commands of its stages."""

    folder: Path
    whole: Path
    commands: list[Command]

    @property
    def files(self) -> list[str]:
        """Every recorded file, relative to the results."""
        return sorted(stage_record.read_records(self.whole))


@pytest.fixture(scope="module")
def place(finished: Path, tmp_path_factory: pytest.TempPathFactory, snakemake) -> Place:
    folder = tmp_path_factory.mktemp("damaged") / "project"
    shutil.copytree(finished, folder, symlinks=True)
    planned = snakemake(folder, "--dry-run", "--forceall", "--printshellcmds", *TARGETS)
    assert planned.returncode == 0, planned.stderr
    return Place(folder, finished / "results", commands(planned.stdout + planned.stderr, folder))


def test_every_rule_of_a_stage_is_run_through_the_one_start():
    common = (ROOT / "workflow/rules/common.smk").read_text(encoding="utf-8")
    assert common.count("--job {params.job:q}") == 1 and '"job": job' in common
    for path in RULES.glob("*.smk"):
        rules = re.split(r"^(?:use )?rule ", path.read_text(encoding="utf-8"), flags=re.M)[1:]
        for rule in [rule for rule in rules if "output:" in rule or "shell:" in rule]:
            name = re.split(r"[: ]", rule)[0]
            assert re.search(r"\*\*stage\(", rule) and re.search(r"\*\*given\(", rule), name
            assert "shell:\n        STAGE\n" in rule or " as " in rule.partition("\n")[0], name
    for script in scripts():
        text = (ROOT / f"workflow/scripts/{script}.py").read_text(encoding="utf-8")
        assert text.endswith('if __name__ == "__main__":\n    run(main)\n'), script


def test_every_file_that_a_rule_makes_is_recorded(place: Place):
    assert stage_record.state_of(place.whole) == stage_record.State()
    recorded = {f"results/{name}" for name in place.files}
    made = {path for command in place.commands for path in command.outputs}
    assert len(made) > 200
    assert {path for path in made if (place.folder / path).is_file()} == recorded


def damage_is_told(place: Place, seed: int) -> int:
    """Damage a file, and run every stage that reads it; give how many did."""
    draw = random.Random(seed)
    name, kind = draw.choice(place.files), list(DAMAGES)[seed % len(DAMAGES)]
    readers = [command for command in place.commands if f"results/{name}" in command.inputs]
    with (
        contextlib.chdir(place.folder),
        damaged(Path("results"), place.whole, name, kind, draw, readers) as other,
    ):
        if not other:
            return 0
        assert any(f"results/{name}: " in told for told in stage_record.state_of(Path("results")).changed)
        for command in readers:
            code, told = command.run()
            assert code == 1, (name, kind, command.words[0])
            assert f"results/{name}: this file was changed or damaged since" in told, told
            assert "Traceback" not in told
            assert not any(Path(path).exists() for path in command.outputs)
    return len(readers)


@pytest.mark.parametrize("seed", range(FEW))
def test_a_damaged_file_stops_what_reads_it(place: Place, seed: int):
    damage_is_told(place, seed)


@pytest.mark.slow
def test_many_damaged_files_stop_what_reads_them(place: Place, record_property):
    read = [damage_is_told(place, seed) for seed in range(FEW, FEW + MANY)]
    print(f"{MANY} damaged files, {sum(read)} stages that read one, each stopped in words")
    record_property("stages", sum(read))
    assert sum(read) > MANY


def test_a_damaged_file_is_told_by_snakemake_and_made_again(finished_copy: Path, snakemake):
    path, target = "results/data/dispositions.parquet", "results/private/weight_log.csv"
    before = {name: (finished_copy / name).read_bytes() for name in (path, target)}
    (finished_copy / path).write_bytes(before[path][:200])
    stopped = snakemake(finished_copy, target)
    assert stopped.returncode != 0 and "Traceback" not in stopped.stderr
    last = stopped.stderr[stopped.stderr.index("The stage 'weight' stopped: 1 problem") :]
    assert "since the stage 'response' made it" in last
    typed = re.search(r"snakemake (--forcerun \S+)", last)[1].split()
    assert snakemake(finished_copy, target, *typed).returncode == 0
    assert before == {name: (finished_copy / name).read_bytes() for name in before}


def test_a_deleted_file_is_made_again_where_it_is_needed_and_told_by_verify(finished_copy: Path, snakemake):
    path = "results/data/dispositions.parquet"
    before = (finished_copy / path).read_bytes()
    (finished_copy / path).unlink()
    told = snakemake(finished_copy, "verify")
    assert f"{path}: it is missing; the stage 'response' made it" in told.stdout + told.stderr
    (finished_copy / "results/private/weight_log.csv").unlink()
    assert snakemake(finished_copy, "results/private/weight_log.csv").returncode == 0
    assert (finished_copy / path).read_bytes() == before
