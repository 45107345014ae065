"""Sealing the plan of a study from the command line, also where there is no answer yet."""

from __future__ import annotations

import contextlib
from pathlib import Path

from surveypipe.commands.check import CONFIGURATION, require_study
from surveypipe.place import tool_folder
from surveypipe.sealing.lock import plan_files
from surveypipe.sealing.seal import seal
from surveypipe.study.checking import AWAITED, read_file, settings_of
from surveypipe.study.folder import StudyFolder


def seal_study(folder: Path) -> list[str]:
    """Seal the plan of the study in a folder.

    Parameters
    ----------
    folder
        The study's folder; the files that come with the answers need not be there.

    Returns
    -------
    list of str
        Lines for the screen.

    Raises
    ------
    SurveyError
        With everything that is wrong with configuration and codebook, or if another plan is sealed.
    """
    require_study(folder)
    with contextlib.chdir(folder):
        study = StudyFolder(Path(), tool_folder())
        checked = settings_of(read_file(CONFIGURATION, study), [CONFIGURATION], study, AWAITED)
        return seal(checked, plan_files(CONFIGURATION), [Path(CONFIGURATION)])
