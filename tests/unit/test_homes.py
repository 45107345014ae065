"""Programs that keep what they make once keep it in the study's folder where the home cannot be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveypipe.homes import homes


def test_a_home_that_can_be_written_stays(tmp_path: Path):
    (tmp_path / "home").mkdir()
    said = {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "home/not/there/yet")}
    assert homes(said, tmp_path / "instead") == {}
    assert not (tmp_path / "instead").exists()


@pytest.mark.parametrize("home", [None, "", "/proc/1/none", "a file", "a file/within"])
def test_another_takes_its_place(tmp_path: Path, home: str | None):
    (tmp_path / "a file").write_text("")
    said = {} if home is None else {"HOME": str(tmp_path / home) if home else ""}
    said["MPLCONFIGDIR"] = str(tmp_path)
    assert homes(said, tmp_path / "instead") == {"HOME": str(tmp_path / "instead")}
    assert (tmp_path / "instead").is_dir()


def test_each_folder_that_is_named_and_cannot_be_written_is_replaced(tmp_path: Path):
    said = {"HOME": str(tmp_path), "XDG_CACHE_HOME": "/proc/none", "PATH": "/bin"}
    assert homes(said, tmp_path / "instead") == {"XDG_CACHE_HOME": str(tmp_path / "instead")}
