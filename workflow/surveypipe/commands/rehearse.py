"""A study rehearsed before anybody has answered: a folder with made-up answers, and the whole run in it."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from surveypipe.commands.running import run_snakemake
from surveypipe.determinism import normalise_zip
from surveypipe.intake.files import add_checksums
from surveypipe.place import snakefile, tool_folder
from surveypipe.problems import SurveyError
from surveypipe.rehearsal.answers import rehearse
from surveypipe.rehearsal.asked import asked
from surveypipe.rehearsal.raw_files import WRITTEN_AS, write_survey
from surveypipe.study.checking import AWAITED, Checked, read_file, settings_of
from surveypipe.study.folder import StudyFolder
from surveypipe.study.marks import MARKS
from surveypipe.study.report import usual_documents

MARK = MARKS["rehearsal"]
# Says of a folder that it is ours to write in.
SIGN = "REHEARSAL.txt"
RAW, DOCUMENT = "data/raw", "rehearsal"
TOLD = f"""{MARK.record}.

`snakemake rehearse` (or `surveypipe rehearse`) made this folder from the codebook, from what is known of
those who are asked, and from the section `rehearsal` of the configuration. It read no answer. Every file in
it may be deleted; the next rehearsal writes them anew. The report: results/report/{DOCUMENT}.html
"""
# Files that hold answers, or came after them: a rehearsal has none.
ANSWERS = ("follow_up", "codes")
COPIED = ("report", "config/journals", "profiles/default")


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Parameters
    ----------
    folder
        The study's folder.
    configuration
        Path of its configuration within it.
    cores
        Jobs at a time.
    """

    folder: Path
    configuration: str = "config/config.yaml"
    cores: int = 1


def rehearse_study(request: Request, progress: Callable[[str], None]) -> list[str]:
    """Make the folder of a rehearsal and run everything in it.

    Parameters
    ----------
    request
        What is asked for.
    progress
        Is told what is being done.

    Returns
    -------
    list of str
        Lines for the screen.

    Raises
    ------
    SurveyError
        With all that is wrong with the study, or if the run in the folder stops.
    """
    folder = make_folder(request, progress)
    progress(f"Running everything in {folder} ...")
    words = ["--cores", str(request.cores), "--rerun-incomplete"]
    if run_snakemake(folder, "-s", snakefile(), *words).returncode:
        raise SurveyError(
            f"{folder}: the rehearsal stopped; the lines above say where and why. What stops a rehearsal "
            "would stop the survey: a guess may be off, or too few would answer for what is claimed."
        )
    return [
        f"Rehearsed, with made-up answers: {folder / 'results/report' / DOCUMENT}.html says what to expect,",
        f"and {folder / 'results/report'} holds every document as it would be. No number there is a finding.",
    ]


def make_folder(request: Request, progress: Callable[[str], None] = lambda _: None) -> Path:
    """Make the study folder of a rehearsal, or bring it up to date; give its path.

    Raises
    ------
    SurveyError
        With all that is wrong with the study, or if the folder holds what no rehearsal wrote.
    """
    with contextlib.chdir(request.folder):
        study = StudyFolder(Path(), tool_folder())
        progress("Reading the configuration, the codebook and who is asked ...")
        said = read_file(request.configuration, study)
        found = settings_of(said, [request.configuration], study, AWAITED)
        target = Path(folder_of(found.settings.results))
        _check_ours(target)
        progress("Making up answers ...")
        files = _files(said, found, study, target)
        _bring_up_to_date(target, files)
    return request.folder / target


def folder_of(results: str) -> str:
    """Name the folder of a rehearsal, beside that of the results and never within it.

    Examples
    --------
    >>> folder_of("results"), folder_of("results_false"), folder_of("out/first")
    ('rehearsal', 'rehearsal_false', 'rehearsal_first')
    """
    name = Path(results).name
    rest = name.removeprefix("results")
    return "rehearsal" + (rest if rest != name else f"_{name}")


def _check_ours(target: Path) -> None:
    if target.exists() and not (target / SIGN).is_file() and any(target.iterdir()):
        raise SurveyError(
            f"{target}: this folder is there, and no rehearsal made it ({SIGN} is not in it). Give it "
            "another name, so that a rehearsal may have this one."
        )


def _marked(path: str) -> str:
    """Name a raw file of the rehearsal after that of the study."""
    own = Path(path)
    stem = own.stem.replace("_SIMULATED", "")
    suffix = WRITTEN_AS.get(own.suffix.lower(), own.suffix)
    return f"{RAW}/{stem}_{MARK.word}{suffix}"


def _files(said: Any, found: Checked, study: StudyFolder, target: Path) -> dict[str, bytes]:
    """Give every file of the folder: path within it, content."""
    settings, inputs = found.settings, found.settings.inputs
    made = rehearse(settings, found.codebook, asked(settings, found.codebook, study.root), 0)
    renamed = {"survey": _marked(inputs.survey)}
    scratch = target / ".scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    (scratch / RAW).mkdir(parents=True)
    try:
        written = scratch / renamed["survey"]
        write_survey(made.records, found.codebook, written, MARK.record)
        if written.suffix == ".xlsx":
            normalise_zip(written, 0)
        raw = [written]
        if made.listed is not None and inputs.staff_list:
            renamed["staff_list"] = _marked(inputs.staff_list)
            raw.append(scratch / renamed["staff_list"])
            made.listed.to_csv(raw[-1], index=False, lineterminator="\n")
        for key in ("counts", "margins", "headcounts"):
            path = getattr(inputs, key)
            if path:
                renamed[key] = f"{RAW}/{Path(path).name}"
                shutil.copyfile(study.own(path), scratch / renamed[key])
                raw.append(scratch / renamed[key])
        add_checksums(scratch / RAW / "SHA256SUMS", raw)
        files = {
            path.relative_to(scratch).as_posix(): path.read_bytes() for path in (scratch / RAW).iterdir()
        }
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    config = yaml.safe_dump(_configuration(said, renamed), allow_unicode=True, sort_keys=False, width=110)
    files |= {
        SIGN: TOLD.encode(),
        "config/config.yaml": f"# {MARK.record}.\n{config}".encode(),
        "config/codebook.yaml": study.own(inputs.codebook).read_bytes(),
        "config/authors.yaml": study.own(inputs.authors).read_bytes(),
        "Snakefile": (study.tool / "workflow/templates/Snakefile").read_bytes(),
        "profiles/default/config.yaml": (study.tool / "profiles/default/config.yaml").read_bytes(),
    }
    return files | _own_files(study)


def _own_files(study: StudyFolder) -> dict[str, bytes]:
    """Give the study's own texts, styles, wording and journals, as they are."""
    paths = [path for name in COPIED for path in sorted(study.own(name).rglob("*")) if path.is_file()]
    return {path.relative_to(study.root).as_posix(): path.read_bytes() for path in paths}


def _configuration(said: Mapping[str, Any], renamed: Mapping[str, str]) -> dict[str, Any]:
    """Change what a study says of itself into what its rehearsal says."""
    study, inputs = dict(said["study"]), dict(said["inputs"])
    short = study.get("short_title") or study["title"]
    study |= {"data": "rehearsal", "title": f"{MARK.word}: {study['title']}"}
    study["short_title"] = f"{MARK.word}: {short}"
    for key in ("checksums", "codebook", "authors", *ANSWERS):
        inputs.pop(key, None)
    made = {**said, "study": study, "inputs": {**inputs, **renamed}, "results": "results"}
    report = dict(said.get("report") or {})
    documents = report.get("documents") or {name: list(how) for name, how in usual_documents().items()}
    made["report"] = report | {"documents": {**documents, DOCUMENT: ["authors"]}}
    disclosure = dict(said.get("disclosure") or {})
    if disclosure.pop("quotations", None):
        # They are quoted by the number of a person who has not written anything yet.
        made["disclosure"] = disclosure
    # What departs from a sealed plan departs from it in the study.
    made.pop("deviations", None)
    return made


def _bring_up_to_date(target: Path, files: Mapping[str, bytes]) -> None:
    """Write what is new or changed, so that nothing else is run again, and take away what is no more."""
    for name in ("config", "data", "report", "profiles"):
        for path in sorted((target / name).rglob("*")):
            if path.is_file() and path.relative_to(target).as_posix() not in files:
                path.unlink()
    for name, content in files.items():
        path = target / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
