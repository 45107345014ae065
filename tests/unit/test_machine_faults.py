"""What the machine cannot do is told in words; any other failure is not passed off as that."""

from __future__ import annotations

import errno
import os
import resource
import signal
import sys
from pathlib import Path

import pandas as pd
import pytest

import _shared
from _shared import Output
from surveypipe.machine_faults import SENTENCES, told


@pytest.mark.parametrize("number", SENTENCES)
def test_each_fault_is_told_with_its_file(number: int):
    said = told(OSError(number, os.strerror(number), "results/data/a.csv"))
    assert said.startswith("results/data/a.csv: ") and said.endswith(". Nothing half done was left.")


def test_what_was_raised_from_a_fault_is_told_by_it():
    full = OSError(errno.ENOSPC, "No space left on device", "a.png")
    try:
        try:
            raise full
        except OSError as error:
            raise RuntimeError("cannot draw") from error
    except RuntimeError as error:
        assert told(error).startswith("a.png: the disk is full.")
    assert told(MemoryError()).startswith("The memory: ")


@pytest.mark.parametrize("error", [ValueError("x"), OSError("x"), FileNotFoundError(errno.ENOENT, "x", "y")])
def test_another_failure_is_none(error: Exception):
    assert told(error) == ""


@pytest.mark.parametrize("form", ["csv", "parquet", "json"])
def test_a_file_that_cannot_be_written_whole_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch, capsys, form: str
):
    table = pd.DataFrame({"x": range(50_000)}).astype(float)

    def main(*, out: Output) -> None:
        if form == "json":
            _shared.write_json(table["x"].tolist(), out)
        else:
            {"csv": _shared.write_csv, "parquet": _shared.write_parquet}[form](table, out)

    path = tmp_path / f"out.{form}"
    monkeypatch.setattr(sys, "argv", ["big.py", "--out", str(path)])
    usual, before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(SystemExit):
            _shared.run(main)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, usual)
    said = capsys.readouterr().err
    assert "Traceback" not in said and "larger than files may be here" in said
    assert list(tmp_path.iterdir()) == []
