"""Errors of samples, of estimated weights and of replicates tell nothing of few, in studies drawn at random.

``DRAWN_ERRORS`` sets how many of each design the long run tries.
"""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path

import msgspec
import pytest

import outside_program
import outside_units
import small_secrets
from surveypipe.disclosure import members
from surveypipe.disclosure.together import Together
from surveypipe.problems import SurveyError
from surveypipe.study.design import Sampling

MANY, FEW = int(os.environ.get("DRAWN_ERRORS", "12")), 1
# Of groups that cross, a seed of which errors told what shares did not.
TOLD_BY_ERRORS = 9
PRIVATE = {"disclosure": {"preset": "open"}}
UNITS = outside_units.UNITS
# Studies of which errors tell what shares do not, where nobody looks at them. Of the first five an earlier
# release told it, as it did not try errors in which it matters who answered.
TOLD = {"balanced": 3, "two_stages": 2, "wards": 3, "one_ward_less": 3, "fay": 7}
TOLD |= dict.fromkeys(("ridge", "propensity", "doubly_robust"), 6)
QUICK = ("balanced", "two_stages", "wards", "doubly_robust")


def attacked(
    name: str, seed: int, folder: Path, *, audited: bool = True
) -> tuple[list[str], list[str]] | None:
    """What follows of few in a drawn study, from shares and with errors; None of one that is refused."""
    study = (outside_program.DESIGNS | UNITS)[name](seed)
    study.config = study.config | ({} if audited else PRIVATE)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            results = small_secrets.run(study, folder / f"{name}{seed}{audited}")
    except SurveyError:
        return None
    said = study.config.get("design", {})
    kind = said.get("kind") or ("sample" if said else "census" if study.counts is not None else "convenience")
    apart = outside_units.APART.get(name, ("trade", "rank"))
    tried = outside_program.Tried(results, msgspec.convert(said | {"kind": kind}, Sampling), apart)
    by_shares = tried.by_shares()
    return None if by_shares is None else (tried.told(by_shares), tried.told(tried.by_errors(by_shares)))


def tried_of(name: str, seeds: range, folder: Path) -> int:
    """Attack some studies of a design; give how many were released and could be tried."""
    found = {seed: attacked(name, seed, folder) for seed in seeds}
    told = {seed: one for seed, one in found.items() if one is not None and (one[0] or one[1])}
    assert told == {}
    return len([one for one in found.values() if one is not None])


@pytest.mark.parametrize("name", outside_program.DESIGNS)
def test_errors_of_a_drawn_study_tell_nothing_of_few(name: str, tmp_path: Path):
    assert tried_of(name, range(FEW), tmp_path)


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in TOLD])
def test_errors_that_told_of_few_do_not(name: str, tmp_path: Path):
    assert attacked(name, TOLD[name], tmp_path) == ([], [])


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n != "balanced" else n for n in TOLD]
)
def test_where_nobody_looks_at_errors_they_tell_what_shares_do_not(name: str, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(members, "MOST_PEOPLE", 0)
    by_shares, by_errors = attacked(name, TOLD[name], tmp_path) or ([], [])
    assert by_shares == [] and by_errors


@pytest.mark.slow
@pytest.mark.parametrize("name", UNITS)
def test_errors_of_many_studies_of_wards_and_of_models_of_response_tell_nothing_of_few(
    name: str, tmp_path: Path, record_property
):
    tried = tried_of(name, range(MANY), tmp_path)
    record_property("tried", tried)
    assert tried > MANY / 4


@pytest.mark.slow
@pytest.mark.parametrize("name", outside_program.DESIGNS)
def test_errors_of_many_drawn_studies_tell_nothing_of_few(name: str, tmp_path: Path, record_property):
    tried = tried_of(name, range(FEW, FEW + MANY), tmp_path)
    record_property("tried", tried)
    assert tried > MANY / 2


def test_errors_of_groups_that_cross_are_held_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert attacked("crossing", TOLD_BY_ERRORS, tmp_path / "held") == ([], [])
    monkeypatch.setattr(Together, "with_errors", lambda question: iter(()))
    shares, errors = attacked("crossing", TOLD_BY_ERRORS, tmp_path / "not held") or ([], [])
    assert shares == [] and errors


@pytest.mark.slow
@pytest.mark.parametrize("name", outside_program.DESIGNS | UNITS)
def test_without_disclosure_control_the_same_attack_finds_a_secret(name: str, tmp_path: Path):
    found = (attacked(name, seed, tmp_path, audited=False) for seed in range(FEW + MANY))
    assert any(one and one[1] for one in found)
