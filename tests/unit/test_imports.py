"""What a program imports is found once, remembered, and looked for again where a file changed."""

from __future__ import annotations

import ast
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
