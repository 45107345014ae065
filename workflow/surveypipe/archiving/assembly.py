"""An archive put together: the study's files, what was released, and what it says of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment, StrictUndefined

from surveypipe.archiving import citation
from surveypipe.archiving.about import About, Level
from surveypipe.archiving.contents import RELEASED, configuration_without_answers, same_as_withheld
from surveypipe.archiving.ddi import asked, ddi_codebook, with_study
from surveypipe.archiving.ddi_study import described
from surveypipe.archiving.search import persons_found
from surveypipe.determinism import RECORDED
from surveypipe.problems import SurveyError

CONFIGURATION = "config/config.yaml"
EXPECTED = "config/manifest.json"
DDI = "analysis.ddi.xml"


@dataclass(frozen=True)
class Parts:
    """Files that an archive is made of, by paths within the study.

    Attributes
    ----------
    results
        Folder of the run.
    configuration
        File of the configuration.
    own
        Codebook, authors, texts, templates, styles and pictures.
    plan
        Files of the sealed plan.
    raw
        Files that answers, lists and headcounts came in.
    released
        What the run released, with its manifest.
    export
        The analysis file for colleagues; empty in a public archive.
    """

    results: Path
    configuration: Path
    own: Sequence[Path]
    plan: Sequence[Path]
    raw: Sequence[Path]
    released: Sequence[Path]
    export: Sequence[Path]

    @property
    def outside(self) -> list[str]:
        """Files that do not lie in the study's folder, and would have no place in an archive."""
        named = [path for path in (*self.own, *self.plan, *self.raw) if _climbs(path)]
        return [f"{path}: this file lies outside the study's folder; move it there." for path in named]


def _climbs(path: Path) -> bool:
    return path.is_absolute() or ".." in path.parts


def study_files(about: About, parts: Parts, config: Mapping[str, Any], expected: str) -> dict[str, bytes]:
    """Lay the study out as the archive holds it.

    Parameters
    ----------
    about
        The archive.
    parts
        Files of the study.
    config
        The configuration as the run completed it.
    expected
        What a rebuild is held against (the committed manifest).

    Raises
    ------
    SurveyError
        If a file lies outside the study's folder.
    """
    if parts.outside:
        raise SurveyError(parts.outside)
    held = [*parts.own, *parts.raw, *_plan(parts)] if about.answers else [*parts.own]
    members = {path.as_posix(): path.read_bytes() for path in held}
    if about.answers:
        members[CONFIGURATION] = parts.configuration.read_bytes()
        members |= {_plan_place(path, parts): path.read_bytes() for path in parts.plan}
    else:
        members[CONFIGURATION] = configuration_without_answers(config)
    for path in parts.released:
        members[f"{RELEASED}/{path.relative_to(parts.results).as_posix()}"] = path.read_bytes()
        if about.answers and path.name == "second_opinion.json":
            # R is not asked in a rebuild, and the supplement tells what it said.
            members[path.as_posix()] = path.read_bytes()
    members[EXPECTED] = expected.encode()
    members |= {f"analysis/{path.name}": path.read_bytes() for path in parts.export}
    members[RECORDED] = f"{about.epoch}\n".encode()
    return members


def _plan(parts: Parts) -> list[Path]:
    # A plan of the configuration's own name lies where it lies.
    return [] if parts.configuration.stem != "config" else list(parts.plan)


def _plan_place(path: Path, parts: Parts) -> str:
    """Place of a file of the plan beside a configuration that is called config.yaml in the archive."""
    return str(PurePosixPath(CONFIGURATION).with_name(path.name.removeprefix(f"{parts.configuration.stem}.")))


def descriptions(
    about: About,
    parts: Parts,
    variables: Mapping[str, Mapping[str, Any]],
    template: str,
    python: str,
    platform: str,
) -> dict[str, bytes]:
    """Write what an archive says of itself, but for the crate, which describes this too.

    Parameters
    ----------
    variables
        What was released of the variables.
    template
        Of the page that says how to rebuild.
    python
        Versions of Python that the tool runs on.
    platform
        For which the packages in the archive are; '' where there are none.
    """
    study = described(about)
    if parts.export:
        held = next(path for path in parts.export if path.name == DDI)
        codebook = with_study(held.read_bytes(), study)
    else:
        codebook = ddi_codebook(study, asked(variables))
    page = Environment(undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
    told = page.from_string(template).render(
        about=about, raw=[path.as_posix() for path in parts.raw], python=python, platform=platform
    )
    return {
        "README.md": told.encode(),
        "CITATION.cff": citation.citation(about),
        "codemeta.json": citation.codemeta(about, python),
        "ddi-codebook.xml": codebook,
    }


def refused(
    about: About,
    parts: Parts,
    members: Mapping[str, bytes],
    values: Mapping[str, str],
    allowed: Sequence[str],
) -> list[str]:
    """Say what of an archive that anybody may have must not be in it; nothing of a restricted one.

    Parameters
    ----------
    members
        All files that are not the tool's.
    values
        What tells persons apart (:func:`surveypipe.archiving.search.telling_values`).
    allowed
        What may stand there all the same.
    """
    if about.level is Level.RESTRICTED:
        return []
    # Of answers that were made up the raw files are released.
    raw = {path.as_posix() for path in parts.raw}
    searched = {name: content for name, content in members.items() if name not in raw}
    told = [one for author in about.authors.authors for one in (author.email, author.name) if one]
    found = persons_found(searched, values, [*told, *allowed])
    if about.answers:
        return found
    persons = [*parts.raw, *(parts.results / "data").glob("*.parquet")]
    return found + same_as_withheld(members, persons)


def read_and_made(about: About, parts: Parts, members: Mapping[str, bytes]) -> tuple[list[str], list[str]]:
    """Name what the run read, of what is in the archive, and what it made."""
    given = {path.as_posix() for path in (*parts.own, *parts.raw)} | {CONFIGURATION}
    begun = f"{RELEASED}/public/"
    read = [name for name in members if name in given or (not about.answers and name.startswith(begun))]
    made = [name for name in members if name.startswith(f"{RELEASED}/") and name not in read]
    return sorted(read), sorted(made)
