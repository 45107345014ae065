"""Documents that were held against their schema and found without a departure, remembered between runs.

To make the schema and hold a configuration against it is a good part of what a run with nothing to do costs.
Only what was accepted is remembered: what is wrong is found, and told, anew each time.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from surveypipe.whole_files import whole


class Accepted:
    """Checksums of documents that were accepted.

    Parameters
    ----------
    memory
        JSON file of them. One that is absent, damaged or may not be written is done without.
    ground
        What else the judgement rests on: the code that makes the schema and holds documents against it.
    """

    def __init__(self, memory: Path, ground: str) -> None:
        self._memory, self._ground = memory, ground
        self._before = _remembered(memory)
        self._used: set[str] = set()

    def key(self, kind: str, document: Any) -> str:
        """Name a document of a kind by its content."""
        text = json.dumps([self._ground, kind, document], ensure_ascii=False, default=repr)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def __contains__(self, key: object) -> bool:
        return key in self._before

    def add(self, key: str) -> None:
        """Remember a document; those that were not met in this run are forgotten."""
        self._used.add(key)

    def keep(self) -> None:
        """Write what was accepted, for the next run."""
        if self._used == self._before:
            return
        try:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            with whole(self._memory, shared=True) as made:
                made.write_text(json.dumps(sorted(self._used)), encoding="utf-8")
        except OSError:
            return


def _remembered(memory: Path) -> set[str]:
    try:
        return set(map(str, json.loads(memory.read_text(encoding="utf-8"))))
    except (OSError, ValueError, TypeError):
        return set()
