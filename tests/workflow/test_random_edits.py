"""Whatever is typed into drafted files, `surveypipe check` answers in words and never with a traceback."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from studies import make_files
from surveypipe.commands.run import main

EDITS = 25
JUNK = [
    "",
    "3",
    "-1",
    "yes",
    "[]",
    "{}",
    "[1, a]",
    "{a: 1}",
    '"2.2"',
    "null",
    "2024-02-30",
    "Ü b",
    "*x",
    "&x [*x]",
    "nobody",
]


def edited(text: str, draw: random.Random) -> str:
    """One thing that a hand may do to a file, or two."""
    lines = text.splitlines()
    for _ in range(draw.choice((1, 1, 2))):
        place = draw.randrange(len(lines))
        line = lines[place]
        match draw.randrange(5):
            case 0:
                del lines[place]
            case 1:
                lines.insert(place, line)
            case 2 if ":" in line:
                lines[place] = f"{line.partition(':')[0]}: {draw.choice(JUNK)}"
            case 3 if ":" in line:
                key, _, value = line.partition(":")
                at = draw.randrange(len(key) + 1)
                lines[place] = f"{key[:at]}x{key[at + 1 :]}:{value}"
            case _:
                lines[place] = draw.choice(("  ", " ", "\t")) + line
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    make_files(folder)
    words = ["--survey", str(folder / "nurses.sav"), "--list", str(folder / "nurses_staff.csv")]
    assert main(["new", str(folder / "study"), *words]) == 0
    return folder / "study"


@pytest.mark.parametrize("name", ["config/config.yaml", "config/codebook.yaml", "config/authors.yaml"])
def test_check_answers_in_words(made, tmp_path, capsys, name):
    study = Path(shutil.copytree(made, tmp_path / "study"))
    whole = (study / name).read_text(encoding="utf-8")
    draw, told = random.Random(name), []
    for _ in range(EDITS):
        text = edited(whole, draw)
        (study / name).write_text(text, encoding="utf-8")
        try:
            answer = main(["check", str(study)])
        except Exception as error:  # what it is and by which edit stands in the message
            told.append(f"{type(error).__name__}: {error}\n{difference(whole, text)}")
            continue
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        assert answer == 0 or "to put right:" in said.err
    assert told == [], "\n\n".join(told)


def difference(before: str, after: str) -> str:
    """Lines that an edit changed."""
    old, new = before.splitlines(), after.splitlines()
    return "\n".join(
        [f"- {line}" for line in old if line not in new] + [f"+ {line}" for line in new if line not in old]
    )
