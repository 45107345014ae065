"""Taking up again what an earlier run released."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from surveypipe.problems import Problems
from surveypipe.provenance import checksum


def changed_since(manifest: Mapping[str, Any], released: Sequence[Path]) -> Problems:
    """Say which files are not those that a manifest lists under ``public/``.

    Parameters
    ----------
    manifest
        Manifest of the run that released them.
    released
        The files, in one folder.
    """
    listed = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    problems = Problems()
    for path in released:
        told = listed.get(f"public/{path.name}")
        if told is None:
            problems.add(f"{path}: the manifest beside it lists no such file; take the archive's files anew.")
        elif told != checksum(path):
            problems.add(
                f"{path}: this is not the file that was released; its checksum in the manifest is "
                f"{told[:8]}…. Take it from the archive anew."
            )
    return problems


def inputs_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Checksums of the raw files behind a release, by path."""
    return {entry["path"]: entry["sha256"] for entry in manifest["inputs"]}
