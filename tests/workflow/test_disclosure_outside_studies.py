"""The attack from outside on the studies of the repository: nothing of few follows from what they release.

Three of them are of public data and hide nothing; they are released here as if they were not.
"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest
import yaml

import disclose
import outside_attack
import outside_errors
import outside_finished
import outside_sums
import stages
from rules import rule_of
from surveypipe.study.base import plain
from surveypipe.study.settings import Configuration

ROOT = Path(__file__).resolve().parents[2]
STUDIES = ["shipped", *sorted(path.parents[1].name for path in ROOT.glob("studies/*/config/config.yaml"))]
# Of the others everybody who is told apart is one of many, so that there is nothing to find.
HOLD_A_SECRET = ("shipped", "schools-clusters")
# Two and four schools of a type that carry one weight, of which the claim itself tells; nothing short of
# withholding it would hide them, and they are no group of whom anything is told.
BEYOND = {"schools-clusters": {"part 8", "part 18"}}

pytestmark = pytest.mark.slow


def settings_of(name: str, preset: str) -> Configuration:
    """The configuration of a study, released under a preset."""
    said = yaml.safe_load(Path("config/config.yaml").read_text(encoding="utf-8"))
    return stages.whole(said | {"disclosure": said.get("disclosure", {}) | {"preset": preset}})


@pytest.fixture(scope="module", params=STUDIES)
def study(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A study, and the results of its run."""
    results = tmp_path_factory.mktemp(request.param) / "results"
    with contextlib.chdir(folder_of(request.param)), contextlib.redirect_stdout(io.StringIO()):
        settings = settings_of(request.param, "research")
        stages.run_stages(plain(settings), results)
    return request.param, results


def folder_of(name: str) -> Path:
    return ROOT if name == "shipped" else ROOT / "studies" / name


def attack(name: str, results: Path, preset: str) -> list[str]:
    """Everything of few people that follows from what a study releases."""
    with contextlib.chdir(folder_of(name)):
        settings = settings_of(name, preset)
    outside = outside_finished.outside(results, plain(settings))
    counts = outside_errors.refine(outside_attack.gathered(outside))
    found = [*outside_attack.answers(outside, counts), *outside_sums.told_of_numbers(outside)]
    # A search that came to no end has found nothing, and shows nothing.
    assert counts.cut_short == 0, f"{counts.cut_short} of {counts.searches} searches came to no end"
    return [*found, *outside_errors.told_by_errors(outside)]


def test_nothing_of_few_follows_from_a_study_of_the_repository(study: tuple[str, Path]):
    beyond = BEYOND.get(study[0], set())
    found = attack(*study, "research")
    assert [one for one in found if not any(f"of {part} gave" in one for part in beyond)] == []
    # Should the audit come to hold these too, the test will say so.
    assert bool(found) == bool(beyond)


def test_without_disclosure_control_the_same_attack_finds_what_the_studies_hold(
    study: tuple[str, Path], tmp_path: Path
):
    name, results = study
    for part in ("data", "private"):
        (tmp_path / part).symlink_to(results / part)
    (tmp_path / "public").mkdir()
    with contextlib.chdir(folder_of(name)), contextlib.redirect_stdout(io.StringIO()):
        stages.run_rule(disclose.main, rule_of("disclose", settings_of(name, "open"), tmp_path))
    assert bool(attack(name, tmp_path, "open")) == (name in HOLD_A_SECRET)
