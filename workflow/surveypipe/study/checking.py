"""All that is wrong with what a researcher has written, told at once and before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Any, NamedTuple, TypeVar

from surveypipe.problems import Problems, SurveyError
from surveypipe.study.accepted import Accepted
from surveypipe.study.authors import Authors
from surveypipe.study.base import Settings
from surveypipe.study.codebook import Codebook
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.codebook_parsing import codebook_from
from surveypipe.study.completion import completed
from surveypipe.study.consistency import consistency_problems
from surveypipe.study.folder import StudyFolder
from surveypipe.study.inputs import Inputs
from surveypipe.study.journal import Journal
from surveypipe.study.margins import with_margins_file
from surveypipe.study.places import lines_of, with_lines
from surveypipe.study.population import with_counts_file
from surveypipe.study.reading import checked, read_yaml
from surveypipe.study.settings import Configuration

S = TypeVar("S", bound=Settings)
T = TypeVar("T")
# Files under `inputs` that come with the answers or after the plan: a study may be planned without them.
AWAITED = frozenset({"survey", "staff_list", "checksums", "headcounts", "follow_up", "codes"})
# Files that a run which begins at released aggregates does not read.
UNREAD = AWAITED | {"counts", "margins"}
# The files that the configuration names under `inputs`, beside the codebook.
MEANING = {
    "survey": "the survey's data",
    "staff_list": "the staff list",
    "counts": "the headcounts",
    "margins": "the control totals",
    "checksums": "the checksums",
    "authors": "the authors' file",
    "headcounts": "the headcounts to compare the list with",
    "follow_up": "the check of non-respondents",
    "codes": "the coders' codes",
}
RELEASED = "manifest.json"


class Checked(NamedTuple):
    """What a study says of itself, whole and free of contradictions."""

    settings: Configuration
    codebook: Codebook


def settings_of(
    config: Any,
    files: list[str],
    folder: StudyFolder,
    awaited: Collection[str] = (),
    accepted: Accepted | None = None,
) -> Checked:
    """Hold a configuration against its types, the codebook and the files that it names, and complete it.

    Parameters
    ----------
    config
        The configuration as read.
    files
        Paths within the study of the files that it was read from, for the messages.
    folder
        The study.
    awaited
        Keys under ``inputs`` whose files need not be there yet, such as :data:`AWAITED`.
    accepted
        Memory of documents that depart from no schema.

    Raises
    ------
    SurveyError
        With all that is wrong, each with file and line where there is one.
    """
    problems = Problems()
    name = files[0] if files else "configuration"
    for path in files:
        # Snakemake reads them by itself, and of a key given twice keeps the last.
        problems.attempt(partial(read_file, path, folder))
    problems.raise_if_any()

    def located(found: list[str]) -> list[str]:
        """Name the lines; of several files nobody knows which of them a line is of."""
        return with_lines(found, name, lines_of(folder.own(name))) if found and len(files) == 1 else found

    settings = None
    try:
        settings = checked(config, Configuration, name, accepted)
    except SurveyError as error:
        problems.extend(located(error.problems))
    book = _named("codebook", config, settings)
    document = problems.attempt(lambda: form(book, CodebookFile, folder, accepted))
    forms: dict[str, type[Settings]] = {_named("authors", config, settings): Authors}
    if settings is not None:
        problems.extend(missing_files(settings, folder, awaited))
        problems.extend(located(unfit_paths(settings, name, folder)))
        forms |= _journals(settings, folder)
    for path, kind in forms.items():
        if folder.own(path).is_file():
            problems.attempt(partial(form, path, kind, folder, accepted))
    codebook = None
    if document is not None:
        codebook = problems.attempt(
            partial(_with_lines, partial(codebook_from, document, book), book, folder)
        )
    # The configuration of an archive is whole, but for the headcounts, and was consistent when it was made.
    if settings is not None and document is not None and not settings.inputs.released:
        given = settings
        totals = folder.own(given.inputs.margins) if given.inputs.margins else None
        settings = problems.attempt(lambda: with_margins_file(given, totals)) or given
        counts = folder.own(given.inputs.counts) if given.inputs.counts else None
        settings = completed(with_counts_file(settings, counts), document)
        problems.extend(located(consistency_problems(settings, document, name)))
    problems.raise_if_any()
    assert settings is not None and codebook is not None
    return Checked(settings, codebook)


def form(path: str, kind: type[S], folder: StudyFolder, accepted: Accepted | None = None) -> S:
    """Read a file of the study as its type, and name the lines of what is wrong.

    Raises
    ------
    SurveyError
        With all that is wrong with the file.
    """
    return _with_lines(lambda: checked(read_file(path, folder), kind, path, accepted), path, folder)


def _with_lines(make: Callable[[], T], path: str, folder: StudyFolder) -> T:
    """Give what a function makes of a file; name the lines of the file in what it says is wrong."""
    try:
        return make()
    except SurveyError as error:
        raise SurveyError(with_lines(error.problems, path, lines_of(folder.own(path)))) from error


def missing_files(settings: Configuration, folder: StudyFolder, awaited: Collection[str] = ()) -> list[str]:
    """Say which files the configuration names and that are not there, but for those that are awaited."""
    released = settings.inputs.released
    left_out = {*awaited, *UNREAD} if released else set(awaited)
    named = {getattr(settings.inputs, key): words for key, words in MEANING.items() if key not in left_out}
    if released:
        named[f"{released}/{RELEASED}"] = "the manifest of what was released (inputs.released)"
    named |= {folder.text_of(document): "a document" for document in settings.report.documents}
    named |= dict.fromkeys(_journals(settings, folder), "a journal's profile (report.journal)")
    return [
        f"{path}: there is no such file; the configuration names it as {words}. Put it there or correct "
        "the name."
        for path, words in named.items()
        if path and not folder.own(path).is_file()
    ]


def unfit_paths(settings: Configuration, name: str, folder: StudyFolder) -> list[str]:
    """Say which paths no rule can hold, and whether the results would lie outside the study."""
    named = {f"inputs.{key}": getattr(settings.inputs, key) for key in (*MEANING, "released")} | {
        "results": settings.results
    }
    unfit = [
        f"{name}: {place}: the path {path!r} holds {sign!r}, which Snakemake takes for a placeholder or the "
        "end of a line; rename it."
        for place, path in named.items()
        for sign in "{}\n\r\t\0"
        if path and sign in path
    ]
    climbs = PurePosixPath(settings.results).is_absolute() or ".." in PurePosixPath(settings.results).parts
    if climbs:
        unfit.append(
            f"{name}: results: {settings.results!r} lies outside the study's folder, and everything in it "
            "may be overwritten; give a folder within the study."
        )
    elif "\0" not in settings.results:
        leads = folder.own(settings.results).resolve()
        if not leads.is_relative_to(folder.root.resolve()):
            unfit.append(
                f"{name}: results: {settings.results!r} is a link, or lies in one, that leads out of the "
                "study's folder, where everything may be overwritten; remove it, or move the study there."
            )
    return unfit


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


def configuration_file(folder: StudyFolder, path: str = "config/config.yaml") -> Configuration:
    """Read the configuration of a study from its file; see :func:`settings_of`."""
    return settings_of(read_file(path, folder), [path], folder).settings
