"""A commit of a study built anew, beside what lies in its folder now."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from surveypipe.commands.running import run_snakemake
from surveypipe.place import library_folder
from surveypipe.problems import SurveyError
from surveypipe.sealing.lock import plan_files
from surveypipe.sealing.readings import add_reading
from surveypipe.study.inputs import Inputs
from surveypipe.study.reading import read_yaml

# Where builds of commits are kept: a commit never changes, so that each is built once.
KEPT = ".snakemake/compared"
CONFIGURATION = "config/config.yaml"
MANIFEST = "public/manifest.json"


def rebuilt(revision: str, folder: Path, progress: Callable[[str], None]) -> tuple[Path, str]:
    """Build a commit of a study, with the tool of that commit where the repository holds it.

    Results that are committed beside the configuration are not read: they may be older than it. Raw files
    that are not in the commit are those that lie in the study's folder now; ingest refuses them where the
    checksums of the commit are of others. Packages are those installed now.

    Parameters
    ----------
    revision
        Anything that git takes for a commit.
    folder
        The study's folder, in a git repository.
    progress
        Is told what is being done.

    Returns
    -------
    tuple of Path and str
        Folder of the results, kept in the study's ``.snakemake``; and what the commit is called.

    Raises
    ------
    SurveyError
        If there is no such commit, or it cannot be built.
    """
    commit = _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    if not commit:
        raise SurveyError(
            f"{revision}: this is neither a folder of results nor a commit of the study's git repository."
        )
    label = revision if commit.startswith(revision) else f"{revision} ({commit[:8]})"
    kept = folder / KEPT / commit[:16]
    if not (kept / MANIFEST).is_file():
        progress(f"Building {label}; this takes as long as a run ...")
        with _tree(commit, folder) as study:
            _keep(_run(study, commit, folder), kept)
    return kept, label


def _git(folder: Path, *words: str) -> bytes:
    try:
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise SurveyError(
            "git is not installed; without it only folders of results can be compared."
        ) from error
    return done.stdout if done.returncode == 0 else b""


@contextmanager
def _tree(commit: str, folder: Path) -> Iterator[Path]:
    """Lay out the files of a commit, and give the study's folder among them; all is gone afterwards."""
    within = _git(folder, "rev-parse", "--show-prefix").decode().strip()
    root = folder / KEPT / f"tree-{commit[:16]}"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    try:
        archive = _git(folder / _up(within), "archive", "--format=tar", commit)
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(root, filter="data")
        yield root / within
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _up(within: str) -> str:
    return "/".join([".."] * len(Path(within).parts)) or "."


def _run(study: Path, commit: str, folder: Path) -> Path:
    """Run the pipeline in a study's folder; give the folder of its results."""
    config = read_yaml(study / CONFIGURATION)
    _raw_files(config, study, folder)
    # The run's own record goes with its folder; what read the answers is to be known where a plan is sealed.
    survey = study / str((config.get("inputs") or {}).get("survey"))
    add_reading(
        plan_files(folder / CONFIGURATION).record, survey, [study / CONFIGURATION], "surveypipe compare"
    )
    tools = [place for place in (study, *study.parents) if (place / "workflow/surveypipe").is_dir()]
    library = tools[0] / "workflow" if tools and tools[0].is_relative_to(folder / KEPT) else None
    moment = _git(folder, "show", "--no-patch", "--format=%ct", commit).decode().strip()
    variables = {
        "SOURCE_DATE_EPOCH": moment,
        "PYTHONPATH": str((library or library_folder().parent).resolve()),
    }
    done = run_snakemake(study, "--cores", "all", variables=variables, captured=True)
    results = study / str(config.get("results") or "results")
    if done.returncode or not (results / MANIFEST).is_file():
        said = (done.stderr + done.stdout).strip().splitlines()[-12:]
        raise SurveyError(f"{commit[:8]} could not be built with the packages of now: " + "\n".join(said))
    return results


def _raw_files(config: dict[str, dict[str, str]], study: Path, folder: Path) -> None:
    """Bring what the commit names and does not hold from the study's folder."""
    for name in Inputs.__struct_fields__:
        path = (config.get("inputs") or {}).get(name)
        if isinstance(path, str) and not (study / path).exists() and (folder / path).is_file():
            (study / path).parent.mkdir(parents=True, exist_ok=True)
            (study / path).symlink_to((folder / path).resolve())


def _keep(results: Path, kept: Path) -> None:
    """Keep the released tables and the documents; the manifest last, as the mark of a whole."""
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(results / "report", kept / "report")
    shutil.copytree(results / "public", kept / "public", ignore=shutil.ignore_patterns("manifest.json"))
    shutil.copy2(results / MANIFEST, kept / MANIFEST)
