"""From the text, its numbers, tables and figures to finished HTML, DOCX and PDF.

Imports stay light here, because the workflow asks for :func:`choose_renderer` while it is being read.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

from surveypipe.problems import SurveyError


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
        ``quarto`` or ``pandoc``; ``auto`` is ``quarto`` where ``quarto --version`` runs.

    Raises
    ------
    SurveyError
        If Quarto is demanded and does not run, or the setting is none of the three.
    """
    if setting == "pandoc":
        return "pandoc"
    if setting not in {"auto", "quarto"}:
        raise SurveyError(f"report.renderer is '{setting}'; it can be auto, quarto or pandoc.")
    if _quarto_runs(which):
        return "quarto"
    if setting == "quarto":
        raise SurveyError(
            "report.renderer is 'quarto', but `quarto --version` does not run on this machine. Install Quarto, "
            "or set report.renderer to auto or pandoc."
        )
    return "pandoc"


def _quarto_runs(which: Callable[[str], str | None]) -> bool:
    # The Python package leaves a `quarto` on the PATH even when its download of the program failed.
    program = which("quarto")
    if program is None:
        return False
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
