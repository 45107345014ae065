"""What a program imports is found once, remembered, and looked for again where a file changed."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from surveypipe.imports import Imports


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A script that imports a helper beside it, and through it a module of the package."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "ours/inner").mkdir(parents=True)
    for name, text in {
        "scripts/main.py": "import _helper\nimport json\n",
        "scripts/_helper.py": "def late():\n    from ours.inner import one\n    return one\n",
        "ours/__init__.py": "",
        "ours/inner/__init__.py": "",
        "ours/inner/one.py": "",
        "ours/inner/two.py": "",
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path / "scripts/main.py"


def found(program: Path, memory: Path | None) -> list[str]:
    imports = Imports(program.parents[1] / "ours", memory)
    paths = imports.of(program)
    imports.keep()
    return [str(Path(path).relative_to(program.parents[1])) for path in paths]


FIRST = ["ours/__init__.py", "ours/inner/__init__.py", "ours/inner/one.py", "scripts/_helper.py"]


def test_a_second_look_reads_no_source(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    memory = tmp_path / "kept/imports.json"
    assert found(program, memory) == FIRST
    monkeypatch.setattr(ast, "parse", None)
    assert found(program, memory) == FIRST


def test_a_changed_file_is_read_again(program: Path, tmp_path: Path):
    memory = tmp_path / "imports.json"
    found(program, memory)
    (tmp_path / "ours/inner/one.py").write_text("from . import two\n")
    assert found(program, memory) == sorted([*FIRST, "ours/inner/two.py"])
    (tmp_path / "ours/inner/one.py").write_text("")
    assert found(program, memory) == FIRST


@pytest.mark.parametrize("held", ["", "[1]", "{", "\x00"])
def test_a_damaged_memory_is_done_without(program: Path, tmp_path: Path, held: str):
    memory = tmp_path / "imports.json"
    memory.write_text(held)
    assert found(program, memory) == FIRST
    assert found(program, memory) == FIRST


def test_a_memory_that_cannot_be_written_stops_nothing(program: Path, tmp_path: Path):
    (tmp_path / "taken").write_text("")
    assert found(program, tmp_path / "taken/imports.json") == FIRST


def stamped(program: Path, stamp: Path) -> tuple[str, int]:
    Imports(program.parents[1] / "ours", program.parents[1] / "imports.json").stamp(program, stamp)
    return stamp.read_text(), stamp.stat().st_mtime_ns


def test_a_stamp_is_as_old_as_what_it_stands_for_and_changes_with_its_content_only(
    program: Path, tmp_path: Path
):
    module, stamp = tmp_path / "ours/inner/one.py", tmp_path / "kept/main.txt"
    for path in tmp_path.rglob("*.py"):
        os.utime(path, (1000, 1000))
    os.utime(module, (2000, 2000))
    first = stamped(program, stamp)
    assert first[1] == 2000 * 10**9 and first[0].count("\n") == len(FIRST)
    # Touched, and not changed.
    os.utime(module, (3000, 3000))
    assert stamped(program, stamp) == first
    # Not imported.
    (tmp_path / "ours/inner/two.py").write_text("one = 1\n")
    assert stamped(program, stamp) == first
    # Changed, with an older time: a version from before was put back.
    module.write_text("one = 1\n")
    os.utime(module, (500, 500))
    second = stamped(program, stamp)
    assert second[0] != first[0] and second[1] > 3000 * 10**9


def test_a_stamp_does_not_tell_where_the_tool_lies(program: Path, tmp_path: Path):
    here, _ = stamped(program, tmp_path / "here.txt")
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for folder in ("ours", "scripts"):
        (tmp_path / folder).rename(moved / folder)
    assert stamped(moved / "scripts/main.py", tmp_path / "there.txt")[0] == here
