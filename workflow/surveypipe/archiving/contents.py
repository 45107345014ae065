"""Where things lie in an archive: the tool as in a clone, the study in the place of the shipped one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from surveypipe import provenance
from surveypipe.problems import SurveyError
from surveypipe.study.frame import in_shares

# Beside Snakefile and workflow/, what `make` needs.
BUILT_WITH = (
    "Makefile",
    "pyproject.toml",
    "hatch_build.py",
    "requirements.lock",
    "environment.yml",
    "LICENSE",
)
LIBRARY = "workflow/surveypipe"
# The results of the run that is archived, so that a rebuild makes its own.
RELEASED = "released"
CHECKSUMS = "SHA256SUMS"
WITHHELD = """\
# Written by `snakemake archive`: the configuration as the run completed it. The answers are not here.
# Every number under frame.margins is withheld: 0 stands for any share, 2 for any number of people.
"""
# A share is told from a number by its size.
SHARE, NUMBER = 0.0, 2.0


def tool_files(tool: Path, library: Path) -> dict[str, Path]:
    """Files of the tool by their places in a clone.

    Parameters
    ----------
    tool, library
        Folder of its Snakefile, and of its package; in a wheel they lie apart.

    Raises
    ------
    SurveyError
        If the tool was installed without what an archive is rebuilt with.
    """
    paths = [path for part in provenance.code_files(tool, library).values() for path in part]
    paths += [tool / name for name in BUILT_WITH]
    paths += sorted((tool / "profiles").rglob("*.yaml"))
    if missing := [path for path in paths if not path.is_file()]:
        raise SurveyError(
            f"{path.name}: this file of the tool is not installed, and an archive cannot be rebuilt without "
            "it; install the tool again, or run from a clone."
            for path in missing
        )
    return dict(sorted((_place(path, tool, library), path) for path in paths))


def _place(path: Path, tool: Path, library: Path) -> str:
    if path.is_relative_to(library) and not path.is_relative_to(library / "tool"):
        return f"{LIBRARY}/{path.relative_to(library).as_posix()}"
    return path.relative_to(tool).as_posix()


def configuration_without_answers(config: Mapping[str, Any]) -> bytes:
    """Write the configuration of an archive without answers, which begins at what was released.

    Parameters
    ----------
    config
        The configuration as the run completed it.
    """
    frame = {key: value for key, value in config.get("frame", {}).items() if key != "cells"}
    if frame.get("margins"):
        frame["margins"] = {
            name: dict.fromkeys(levels, SHARE if in_shares(levels) else NUMBER)
            for name, levels in frame["margins"].items()
        }
    inputs = {**config["inputs"], "released": f"{RELEASED}/public"}
    told = {**config, "inputs": inputs, "frame": frame, "results": "results"}
    return (WITHHELD + yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=110)).encode()


def checksums(members: Mapping[str, bytes]) -> bytes:
    """List the checksum of every file, as `sha256sum -c` reads them."""
    lines = (f"{provenance.sha256(members[name])}  {name}\n" for name in sorted(members))
    return "".join(lines).encode()


def same_as_withheld(members: Mapping[str, bytes], withheld: Iterable[Path]) -> list[str]:
    """Say which files of an archive are files that may not leave, whatever they are called."""
    sums = {provenance.sha256(content): name for name, content in members.items() if content.strip()}
    return [
        f"{sums[found]}: this is {path}, which does not leave; the archive was not written."
        for path in withheld
        if path.is_file() and (found := provenance.checksum(path)) in sums
    ]
