"""Put into the wheel what of the tool is no Python package, as it lies in a clone.

`surveypipe.place` finds it in either place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PARTS = ("Snakefile", "environment.yml", "requirements.lock", "profiles")
# What an archive is rebuilt with.
PARTS += ("Makefile", "pyproject.toml", "hatch_build.py", "LICENSE")


class Tool(BuildHookInterface):
    """The Snakefile, the rules and all that they read; the library is the wheel's package already."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files; an editable installation finds them in the clone."""
        if version == "editable":
            return
        root = Path(self.root)
        parts = [root / part for part in PARTS]
        parts += [path for path in sorted((root / "workflow").iterdir()) if path.name != "surveypipe"]
        places = {str(path): f"surveypipe/tool/{path.relative_to(root)}" for path in parts}
        build_data["force_include"].update(places)
