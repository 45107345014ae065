"""From the text, its numbers, tables and figures to finished HTML, DOCX and PDF.

Imports stay light here, because the workflow asks for :func:`choose_renderer` while it is being read.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from surveypipe.problems import SurveyError

# Its Typst is the first that knows what the template asks; nothing older was tried.
LEAST_QUARTO = (1, 6)


def choose_renderer(setting: str, which: Callable[[str], str | None] = shutil.which) -> str:
    """Decide which program typesets the documents.

    Parameters
    ----------
    setting
        ``auto``, ``quarto`` or ``pandoc``, from ``report.renderer`` of the configuration.
    which
        Looks a program up on the PATH.

    Returns
    -------
    str
        ``quarto`` or ``pandoc``; ``auto`` is ``quarto`` where ``quarto --version`` runs and says
        :data:`LEAST_QUARTO` or newer.

    Raises
    ------
    SurveyError
        If Quarto is demanded and does not run or is too old, or the setting is none of the three.
    """
    if setting == "pandoc":
        return "pandoc"
    if setting not in {"auto", "quarto"}:
        raise SurveyError(f"report.renderer is '{setting}'; it can be auto, quarto or pandoc.")
    said = _quarto_version(which)
    found = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
    if found >= LEAST_QUARTO:
        return "quarto"
    if setting == "quarto":
        least = ".".join(map(str, LEAST_QUARTO))
        says = f"says '{said}'" if said else "does not run on this machine"
        raise SurveyError(
            f"report.renderer is 'quarto', but `quarto --version` {says}. Install Quarto {least} or newer, "
            "or set report.renderer to auto or pandoc."
        )
    return "pandoc"


def renderer_version(renderer: str) -> str:
    """Say which version of the renderer's programs is installed, for the manifest.

    Parameters
    ----------
    renderer
        ``quarto`` or ``pandoc``, from :func:`choose_renderer`.
    """
    if renderer == "quarto":
        return _said("quarto", "--version").strip() or "unknown"
    found = re.search(r"\d+(\.\d+)+", _said(pandoc_program(), "--version"))
    return f"Pandoc {found.group(0) if found else 'unknown'}, Typst {version('typst')}"


def pandoc_program() -> str:
    """Path of the Pandoc inside the ``pypandoc_binary`` wheel, else the one on the PATH."""
    # Looked up by hand, because importing pypandoc costs more than the rest of this module.
    spec = find_spec("pypandoc")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for name in ("pandoc", "pandoc.exe"):
            program = Path(folder) / "files" / name
            if program.is_file():
                return str(program)
    return shutil.which("pandoc") or "pandoc"


def run_pandoc(source: Path, name: str, options: Sequence[str], epoch: int) -> str:
    """Let Pandoc make one file beside its source.

    Parameters
    ----------
    source
        The text; Pandoc works in its folder.
    name
        Of the file that is made.
    options
        Of Pandoc.
    epoch
        Seconds since 1970, the date that is written into the file.

    Returns
    -------
    str
        What Pandoc complained of; after ``[ERROR]`` where it made nothing.
    """
    done = subprocess.run(
        [pandoc_program(), source.name, *options, f"--output={name}"],
        cwd=source.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)},
    )
    if done.returncode and "[WARNING]" not in done.stderr:
        return "[ERROR] " + " ".join(done.stderr.split())
    return done.stderr


def read_by_pandoc(path: Path, form: str, name: str) -> dict[str, Any]:
    """Give what Pandoc reads in a file.

    Parameters
    ----------
    path
        The file.
    form
        What it is written in, such as ``bibtex``.
    name
        What to call it in the message.

    Raises
    ------
    SurveyError
        If it is not written so.
    """
    done = subprocess.run(
        [pandoc_program(), path.name, f"--from={form}", "--to=json"],
        cwd=path.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        said = " ".join(done.stderr.split()).replace(path.name, name)
        raise SurveyError(f"{name}: this cannot be read as {form} ({said}); correct the file.")
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def _said(program: str, *arguments: str) -> str:
    try:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _quarto_version(which: Callable[[str], str | None]) -> str:
    # The Python package leaves a `quarto` on the PATH even when its download of the program failed.
    program = which("quarto")
    return _said(program, "--version").strip() if program else ""
