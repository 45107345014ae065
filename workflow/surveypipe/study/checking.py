"""All that is wrong with what a researcher has written, told at once and before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from surveypipe.problems import Problems, SurveyError
from surveypipe.study.authors import Authors
from surveypipe.study.base import Settings
from surveypipe.study.codebook import Codebook
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.codebook_parsing import parse_codebook
from surveypipe.study.completion import completed
from surveypipe.study.consistency import consistency_problems
from surveypipe.study.folder import StudyFolder
from surveypipe.study.inputs import Inputs
from surveypipe.study.journal import Journal
from surveypipe.study.places import lines_of, with_lines
from surveypipe.study.reading import checked, read_yaml
from surveypipe.study.settings import Configuration

S = TypeVar("S", bound=Settings)
# The files that the configuration names under `inputs`, beside the codebook.
MEANING = {
    "survey": "the survey's data",
    "staff_list": "the staff list",
    "counts": "the headcounts",
    "checksums": "the checksums",
    "authors": "the authors' file",
    "headcounts": "the headcounts to compare the list with",
    "follow_up": "the check of non-respondents",
    "codes": "the coders' codes",
}


def settings_of(config: Any, files: list[str], folder: StudyFolder) -> Configuration:
    """Hold a configuration against its types, the codebook and the files that it names, and complete it.

    Parameters
    ----------
    config
        The configuration as read.
    files
        Paths within the study of the files that it was read from, for the messages.
    folder
        The study.

    Raises
    ------
    SurveyError
        With all that is wrong, each with file and line where there is one.
    """
    problems = Problems()
    name = files[0] if files else "configuration"
    for path in files:
        # Snakemake reads them by itself, and of a key given twice keeps the last.
        _told(problems, lambda path=path: read_file(path, folder))
    problems.raise_if_any()
    lines = lines_of(folder.own(files[0])) if len(files) == 1 else {}
    settings = _told(problems, lambda: checked(config, Configuration, name), name, lines)
    book = _named("codebook", config, settings)
    codebook = _told(problems, lambda: form(book, CodebookFile, folder))
    forms: dict[str, type[Settings]] = {_named("authors", config, settings): Authors}
    if settings is not None:
        problems.extend(missing_files(settings, folder))
        forms |= _journals(settings, folder)
    for path, kind in forms.items():
        if folder.own(path).is_file():
            _told(problems, lambda path=path, kind=kind: form(path, kind, folder))
    if codebook is not None:
        _told(problems, lambda: codebook_of(book, folder))
    if settings is not None and codebook is not None:
        settings = completed(settings, codebook)
        problems.extend(with_lines(consistency_problems(settings, codebook, name), name, lines))
    problems.raise_if_any()
    assert settings is not None
    return settings


def form(path: str, kind: type[S], folder: StudyFolder) -> S:
    """Read a file of the study as its type, and name the lines of what is wrong.

    Raises
    ------
    SurveyError
        With all that is wrong with the file.
    """
    try:
        return checked(read_file(path, folder), kind, path)
    except SurveyError as error:
        raise SurveyError(with_lines(error.problems, path, lines_of(folder.own(path)))) from error


def codebook_of(path: str, folder: StudyFolder) -> Codebook:
    """Read the codebook of a study and hold it against itself, with the lines of what is wrong.

    Raises
    ------
    SurveyError
        With every key, variable and code that is wrong.
    """
    try:
        return parse_codebook(read_file(path, folder), path)
    except SurveyError as error:
        raise SurveyError(with_lines(error.problems, path, lines_of(folder.own(path)))) from error


def missing_files(settings: Configuration, folder: StudyFolder) -> list[str]:
    """Say which files the configuration names and that are not there."""
    named = {getattr(settings.inputs, key): words for key, words in MEANING.items()}
    named |= {folder.text_of(document): "a document" for document in settings.report.documents}
    named |= dict.fromkeys(_journals(settings, folder), "a journal's profile (report.journal)")
    return [
        f"{path}: there is no such file; the configuration names it as {words}. Put it there or correct "
        "the name."
        for path, words in named.items()
        if path and not folder.own(path).is_file()
    ]


def _journals(settings: Configuration, folder: StudyFolder) -> dict[str, type[Settings]]:
    return {folder.journal(settings.report.journal): Journal} if settings.report.journal else {}


def _named(key: str, config: Any, settings: Configuration | None) -> str:
    """Path that `inputs` names, also in a configuration whose form is wrong."""
    if settings is not None:
        return str(getattr(settings.inputs, key))
    inputs = config.get("inputs") if isinstance(config, Mapping) else None
    named = inputs.get(key) if isinstance(inputs, Mapping) else None
    return named if isinstance(named, str) else str(getattr(Inputs(survey=""), key))


def read_file(path: str, folder: StudyFolder) -> Any:
    """Read a YAML file of the study, which messages call by its path within the study.

    Raises
    ------
    SurveyError
        If it is missing, cannot be read, or gives a key twice.
    """
    try:
        return read_yaml(folder.own(path))
    except SurveyError as error:
        seen = str(folder.own(path))
        raise SurveyError(problem.replace(seen, path, 1) for problem in error.problems) from error


def _told(problems: Problems, made: Any, name: str = "", lines: Mapping[str, int] | None = None) -> Any:
    """Give what a function makes; of one that fails keep the problems."""
    try:
        return made()
    except SurveyError as error:
        problems.extend(with_lines(error.problems, name, lines) if lines else error.problems)
        return None


def configuration_file(folder: StudyFolder, path: str = "config/config.yaml") -> Configuration:
    """Read the configuration of a study from its file; see :func:`settings_of`."""
    return settings_of(read_file(path, folder), [path], folder)
