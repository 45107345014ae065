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
import small_secrets
from surveypipe.problems import SurveyError
from surveypipe.study.design import Sampling

MANY, FEW = int(os.environ.get("DRAWN_ERRORS", "12")), 1
# Errors of several groupings together are held against nothing. Should the audit come to hold them, the test
# will say so.
HELD = [name for name in outside_program.DESIGNS if name != "crossing"]
PRIVATE = {"disclosure": {"preset": "open"}}


def attacked(
    name: str, seed: int, folder: Path, *, audited: bool = True
) -> tuple[list[str], list[str]] | None:
    """What follows of few in a drawn study, from shares and with errors; None of one that is refused."""
    study = outside_program.DESIGNS[name](seed)
    study.config = study.config | ({} if audited else PRIVATE)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            results = small_secrets.run(study, folder / f"{name}{seed}{audited}")
    except SurveyError:
        return None
    said = study.config.get("design", {})
    kind = said.get("kind") or ("sample" if said else "census" if study.counts is not None else "convenience")
    tried = outside_program.Tried(results, msgspec.convert(said | {"kind": kind}, Sampling))
    by_shares = tried.by_shares()
    return None if by_shares is None else (tried.told(by_shares), tried.told(tried.by_errors(by_shares)))


def tried_of(name: str, seeds: range, folder: Path) -> int:
    """Attack some studies of a design; give how many were released and could be tried."""
    found = {seed: attacked(name, seed, folder) for seed in seeds}
    told = {seed: one for seed, one in found.items() if one is not None and (one[0] or one[1])}
    assert told == {}
    return len([one for one in found.values() if one is not None])


@pytest.mark.parametrize("name", HELD)
def test_errors_of_a_drawn_study_tell_nothing_of_few(name: str, tmp_path: Path):
    assert tried_of(name, range(FEW), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", HELD)
def test_errors_of_many_drawn_studies_tell_nothing_of_few(name: str, tmp_path: Path, record_property):
    tried = tried_of(name, range(FEW, FEW + MANY), tmp_path)
    record_property("tried", tried)
    assert tried > MANY / 2


@pytest.mark.slow
def test_shares_of_groupings_that_cross_tell_nothing_of_few_and_errors_may(tmp_path: Path):
    found = [attacked("crossing", seed, tmp_path) for seed in range(FEW + MANY)]
    tried = [one for one in found if one is not None]
    told = [with_errors for _, with_errors in tried if with_errors]
    print(f"{len(tried)} tried, {len(told)} told by errors")
    assert [by_shares for by_shares, _ in tried if by_shares] == [] and told


@pytest.mark.slow
@pytest.mark.parametrize("name", outside_program.DESIGNS)
def test_without_disclosure_control_the_same_attack_finds_a_secret(name: str, tmp_path: Path):
    found = (attacked(name, seed, tmp_path, audited=False) for seed in range(FEW + MANY))
    assert any(one and one[1] for one in found)
