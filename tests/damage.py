"""Files between stages damaged at random, and the stages that read them run on what is left, in process."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import random
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from _shared import run
from surveypipe import stage_record

Damage = Callable[[bytes, bytes, random.Random], bytes]


def flipped(content: bytes, _: bytes, draw: random.Random) -> bytes:
    """One bit of a byte is another."""
    if not content:
        return b"?"
    where = draw.randrange(len(content))
    return content[:where] + bytes([content[where] ^ (1 << draw.randrange(8))]) + content[where + 1 :]


def another_number(content: bytes, other: bytes, draw: random.Random) -> bytes:
    """A digit of a table or text is another; where there is none, a bit."""
    digits = [found.start() for found in re.finditer(rb"[0-9]", content)]
    if not digits:
        return flipped(content, other, draw)
    where = draw.choice(digits)
    digit = str((int(content[where : where + 1]) + draw.randint(1, 9)) % 10).encode()
    return content[:where] + digit + content[where + 1 :]


# What is left of a file, from its content and that of another.
DAMAGES: dict[str, Damage] = {
    "a bit": flipped,
    "cut short": lambda content, _, draw: content[: draw.randrange(max(len(content), 1))],
    "empty": lambda content, _, draw: b"",
    "another file's": lambda content, other, draw: other,
    "an older version": lambda content, _, draw: b"\n".join(content.split(b"\n")[:-2]) + b"\n",
    "another number": another_number,
    "zeros": lambda content, _, draw: content[:-8] + b"\0" * 8,
    "a line twice": lambda content, _, draw: content + content[-40:] + b" ",
}


@dataclass(frozen=True)
class Command:
    """The command of a job: its words without the program, and the files that its rule reads and makes."""

    words: tuple[str, ...]
    inputs: frozenset[str]
    outputs: frozenset[str]

    def run(self) -> tuple[int, str]:
        """Run the script in this process and folder; give its exit code and what it said."""
        main = importlib.import_module(Path(self.words[0]).stem).main
        told = io.StringIO()
        with (
            patch.object(sys, "argv", list(self.words)),
            contextlib.redirect_stdout(told),
            contextlib.redirect_stderr(told),
        ):
            try:
                run(main)
            except SystemExit as end:
                return int(end.code or 0), told.getvalue()
        return 0, told.getvalue()


def commands(planned: str, folder: Path) -> list[Command]:
    """Read the commands of the stages from what `snakemake --dry-run --printshellcmds` said."""
    found = []
    for line in planned.splitlines():
        command = re.search(r"\bpython (\S+ --job .*?) 2>&1", line)
        if not command:
            continue
        words = shlex.split(command[1])
        said = json.loads((folder / words[words.index("--job") + 1]).read_text(encoding="utf-8"))
        found.append(Command(tuple(words), frozenset(said["inputs"]), frozenset(said["outputs"])))
    return found


@contextlib.contextmanager
def damaged(
    results: Path, whole: Path, name: str, kind: str, draw: random.Random, readers: list[Command]
) -> Iterator[bool]:
    """Damage a file, and give whether it is another than before; afterwards the results are whole again."""
    path = results / name
    before = path.read_bytes()
    others = sorted(stage_record.read_records(whole).keys() - {name})
    after = DAMAGES[kind](before, (whole / draw.choice(others)).read_bytes(), draw)
    path.write_bytes(after)
    try:
        yield after != before
    finally:
        lost = {str(Path(one).relative_to(results)) for command in readers for one in command.outputs}
        for one in {name, *lost}:
            if (whole / one).is_file():
                shutil.copy2(whole / one, results / one)
        shutil.copytree(whole / stage_record.FOLDER, results / stage_record.FOLDER, dirs_exist_ok=True)
