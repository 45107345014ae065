"""What stages ask for holds what they took, at every size that was measured, and grows with the files."""

from __future__ import annotations

import re
from pathlib import Path

from benchmark.survey import make_study
from studies import ROOT
from surveypipe.memory import ALWAYS, PACKED, megabytes

RULES = sorted((ROOT / "workflow/rules").glob("*.smk"))
# Stages that are run by hand, and the last look at what a run made.
ASKED = 1000


def measured() -> tuple[int, float]:
    """People and gigabytes of the greediest stage, from the table of docs/performance.md."""
    page = (ROOT / "docs/performance.md").read_text(encoding="utf-8").partition("## At the desk")[0]
    people = max(
        int(size.replace(",", "")) for size in re.findall(r"\| ([\d,]+) (?=\|)", page.partition("|---")[0])
    )
    held = [float(found) for found in re.findall(r"\| ([\d.]+) \|$", page, re.M)]
    assert len(held) > 15
    return people, max(held)


def sized(folder: Path, people: int) -> list[Path]:
    study = make_study(folder / str(people), people)
    return [next(study.rglob("answers_SIMULATED.sav")), next(study.rglob("list_SIMULATED.csv"))]


def test_a_stage_asks_for_what_the_greediest_took_of_the_largest_survey(tmp_path: Path):
    people, taken = measured()
    small = sized(tmp_path, ASKED)
    largest = ALWAYS + (megabytes(small) - ALWAYS) * people / ASKED
    assert taken * 1024 * 1.2 < largest < taken * 1024 * 3


def test_packed_files_count_for_more_and_absent_ones_for_nothing(tmp_path: Path):
    for suffix in (".csv", *PACKED):
        (tmp_path / f"file{suffix}").write_bytes(bytes(10**6))
    plain, *packed = (megabytes([tmp_path / f"file{suffix}"]) for suffix in (".csv", *PACKED))
    assert all(one > plain > ALWAYS for one in packed)
    assert megabytes([tmp_path / "none.sav"]) == ALWAYS


def test_every_rule_that_runs_a_program_says_its_memory():
    for path in RULES:
        for rule in re.split(r"^rule ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
            if "shell:" in rule:
                assert "mem_mb=MEMORY" in rule, f"{path.name}, rule {rule.partition(':')[0]}"
