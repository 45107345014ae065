"""The options of a script, made from the signature of its ``main``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import pytest

from _shared import Output, arguments, files, parser
from surveypipe.study.frame import Groups

GROUPS = {"ward": {"label": "Ward", "levels": {"1": "First", "2": "Second"}}}


def stage(
    *,
    config: dict[str, Any],
    groups: Groups,
    staff_list: Path,
    parts: list[Path],
    seed: int,
    codes: Annotated[Path | None, "two coders' codes"] = None,
    words: Sequence[str] = (),
    table: Output,
    tables: list[Output],
) -> None:
    """Do nothing."""


def given(*more: str) -> list[str]:
    needed = "--staff-list a/O'Brien.csv --parts b c --seed 3 --table t --tables u v".split()
    return [*needed, "--config", json.dumps({"groups": GROUPS}), *more]


def test_each_parameter_has_its_type():
    args = parser(stage, "A stage.").parse_args(given("--words", "x", "y z"))
    values = arguments(stage, args)
    assert values["config"] == {"groups": GROUPS}
    assert values["groups"]["ward"].label == "Ward"
    assert values["staff_list"] == Path("a/O'Brien.csv")
    assert values["parts"] == [Path("b"), Path("c")]
    assert values["seed"] == 3 and values["words"] == ["x", "y z"]
    assert files(stage, args, Output) == [Path("t"), Path("u"), Path("v")]
    assert files(stage, args, Path) == [Path("a/O'Brien.csv"), Path("b"), Path("c")]


def test_what_has_a_default_may_be_left_out():
    values = arguments(stage, parser(stage, "A stage.").parse_args(given()))
    assert values["codes"] is None and values["words"] == ()


@pytest.mark.parametrize("words", [("--unknown", "x"), ("--code", "x")], ids=["unknown", "cut short"])
def test_an_option_that_no_parameter_has_is_refused(words, capsys):
    with pytest.raises(SystemExit):
        parser(stage, "A stage.").parse_args(given(*words))
    assert words[0] in capsys.readouterr().err


def test_a_file_that_is_needed_and_not_named_is_told(capsys):
    with pytest.raises(SystemExit):
        parser(stage, "A stage.").parse_args(["--seed", "3"])
    assert "--staff-list" in capsys.readouterr().err


def test_help_tells_what_is_said_of_a_parameter(capsys):
    with pytest.raises(SystemExit):
        parser(stage, "A stage.").parse_args(["--help"])
    assert "two coders' codes" in capsys.readouterr().out
