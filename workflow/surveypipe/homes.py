"""Where programs keep what they make once, such as lists of fonts, where the home cannot be written."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

# Variables that name a folder to keep things in; the others are looked at before the home.
HOME = "HOME"
NAMED = (HOME, "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "MPLCONFIGDIR", "DENO_DIR")

BLOCK = 4096


def homes(variables: Mapping[str, str], instead: Path) -> dict[str, str]:
    """Give what must change in the environment of programs that keep things.

    Parameters
    ----------
    variables
        The environment as it is.
    instead
        Folder that takes the place of each that cannot be written; made if one is.

    Returns
    -------
    dict of str to str
        Variables with their new values; empty where every folder can be written.
    """
    said = {HOME: ""} | {name: variables[name] for name in NAMED if variables.get(name)}
    changed = {name: str(instead.resolve()) for name, value in said.items() if not usable(value)}
    if changed:
        instead.mkdir(parents=True, exist_ok=True)
    return changed


def usable(value: str | Path) -> bool:
    """Whether files can be made in a folder, which may have to be made itself."""
    if not value:
        return False
    folder = Path(value)
    above = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    try:
        # What permissions say is not always so, nor is it for the administrator.
        with tempfile.TemporaryFile(dir=above) as file:
            # On a full disk an empty file can be made, and nothing be written into it.
            file.write(bytes(BLOCK))
            file.flush()
    except OSError:
        return False
    return True
