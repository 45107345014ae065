"""Everything that is wrong with a study, at once and before anything is computed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from surveypipe.intake.ingest import Files, ingest
from surveypipe.place import tool_folder
from surveypipe.problems import Problems, SurveyError
from surveypipe.rendering.typed_numbers import template_number_problems, typed_number_problems
from surveypipe.sealing.lock import plan_files
from surveypipe.sealing.readings import add_reading
from surveypipe.study.checking import configuration_file
from surveypipe.study.consistency import numeric_frame_variables
from surveypipe.study.folder import OWN_WORDING, StudyFolder
from surveypipe.study.settings import Configuration
from surveypipe.text_files import read_text
from surveypipe.wording import replaced

CONFIGURATION = "config/config.yaml"


def require_study(folder: Path) -> None:
    """Make sure that a folder is a study's.

    Raises
    ------
    SurveyError
        If it holds no configuration.
    """
    if not (folder / CONFIGURATION).is_file():
        raise SurveyError(
            f"{folder}: this is no study's folder, for config/config.yaml is not there. Name the folder, or "
            "make one with: surveypipe new FOLDER --survey FILE"
        )


def check_study(folder: Path, progress: Callable[[str], None]) -> list[str]:
    """Check a study, without running it.

    Parameters
    ----------
    folder
        The study's folder.
    progress
        Is told what is being done.

    Returns
    -------
    list of str
        Lines for the screen, of a study with which nothing is wrong.

    Raises
    ------
    SurveyError
        With everything that is wrong, each with file and line where there is one.
    """
    require_study(folder)
    problems, notes = Problems(), list[str]()
    # Messages name files as the configuration does, within the study.
    with contextlib.chdir(folder):
        study = StudyFolder(Path(), tool_folder())
        progress("Reading the configuration and the files that it names ...")
        settings = problems.attempt(lambda: configuration_file(study, CONFIGURATION))
        if settings is not None:
            progress(f"Reading {settings.inputs.survey} and holding it against the codebook ...")
            notes = problems.attempt(lambda: _data(settings)) or []
            problems.extend(_texts(settings, study))
        problems.extend(_wording(study))
    problems.raise_if_any()
    lines = [f"Note: {note}" for note in notes]
    lines += ["Nothing is wrong with configuration, codebook, data and texts."]
    return [*lines, "Whether every number that the texts call is made can be seen from a run only: snakemake"]


def _data(settings: Configuration) -> list[str]:
    """Read the data as the first stage does; give its notes."""
    inputs = settings.inputs
    named = [inputs.staff_list, inputs.counts, inputs.headcounts]
    staff_list, counts, headcounts = [Path(name) if name else None for name in named]
    add_reading(
        plan_files(CONFIGURATION).record, Path(inputs.survey), [Path(CONFIGURATION)], "surveypipe check"
    )
    files = Files(
        survey=Path(inputs.survey),
        checksums=Path(inputs.checksums),
        codebook=Path(inputs.codebook),
        staff_list=staff_list,
        counts=counts,
        headcounts=headcounts,
        encoding=inputs.encoding,
        numeric=numeric_frame_variables(settings),
    )
    return ingest(files, settings.frame, settings.groups, settings.response, settings.design).notes


def _texts(settings: Configuration, study: StudyFolder) -> list[str]:
    """Numbers typed by hand into the study's texts."""
    own = [study.text_of(document) for document in settings.report.documents]
    return _typed([path for path in own if not Path(path).is_absolute()], typed_number_problems)


def _wording(study: StudyFolder) -> list[str]:
    """Templates of the study that replace none, and numbers typed into them."""
    own, shipped = Path(OWN_WORDING), study.tool / "workflow/wording/en"
    try:
        names = replaced(own, shipped)
    except SurveyError as error:
        return error.problems
    return _typed([str(own / name) for name in names], template_number_problems)


def _typed(paths: list[str], numbers: Callable[[str, str], list[str]]) -> list[str]:
    """Numbers typed into texts, and which of them cannot be read."""
    found = []
    for path in paths:
        try:
            found += numbers(read_text(Path(path)), path)
        except SurveyError as error:
            found += error.problems
    return found
