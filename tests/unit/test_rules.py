"""In this process a stage gets what its rule names, as under Snakemake."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

import rules
from _shared import options
from any_study import configuration
from rules import SECTIONS, Given, UnnamedSectionError, rule_of
from stages import STAGES, run_stages, whole
from surveypipe.study.sections import Sections

CONFIG: dict[str, Any] = {"frame": {"group": "town"}, "seed": 3}


@pytest.mark.parametrize(
    "asked", [lambda c: c["seed"], lambda c: c.get("seed"), lambda c: "seed" in c, lambda c: c.get("design")]
)
def test_a_section_that_a_rule_does_not_name_is_an_error(asked: Any):
    with pytest.raises(UnnamedSectionError, match="the stage 'weight' reads"):
        asked(Given("weight", CONFIG, ("frame",)))


def test_sections_that_a_rule_names_are_there_or_absent():
    given = Given("weight", CONFIG, ("frame", "design"))
    assert (given["frame"], given.get("design")) == ({"group": "town"}, None)
    assert Sections(given).frame.group == "town"


def test_a_stage_that_reads_more_than_its_rule_names_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    copied = Path(shutil.copytree(rules.RULES, tmp_path / "rules"))
    rule = (copied / "weight.smk").read_text(encoding="utf-8")
    (copied / "weight.smk").write_text(rule.replace('"population", ', ""), encoding="utf-8")
    monkeypatch.setattr(rules, "RULES", copied)
    with pytest.raises(UnnamedSectionError, match="the stage 'weight' reads the section 'population'"):
        run_stages(configuration(tmp_path, "a file alone"), tmp_path / "results", last="weight")


def test_a_rule_names_every_section_that_is_a_parameter_of_its_stage(tmp_path: Path):
    settings = whole(configuration(tmp_path, "a file alone"))
    for stage in STAGES:
        named = rule_of(stage.__name__, settings, tmp_path).config.named
        asked = {option.name for option in options(stage.main) if not option.on_command_line} - {"config"}
        assert asked <= set(named) <= SECTIONS, stage.__name__
