"""Put together the archive of a study, search it for persons, describe it, and read it back."""

from __future__ import annotations

import tempfile
import tomllib
import zipfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import pandas as pd

from _shared import Output, read_json, run, section
from surveypipe import provenance
from surveypipe.archiving import assembly, contents, crate, packages
from surveypipe.archiving.about import About, Level
from surveypipe.archiving.search import telling_values
from surveypipe.comparison.expected import as_json, expected
from surveypipe.comparison.release import read_release
from surveypipe.determinism import write_zip
from surveypipe.intake.files import read_survey
from surveypipe.place import library_folder, tool_folder
from surveypipe.problems import SurveyError
from surveypipe.study.about import Study
from surveypipe.study.archive import Archive
from surveypipe.study.authors import Authors
from surveypipe.study.design import Sampling
from surveypipe.study.reading import read
from surveypipe.study.vocabulary import Vocabulary
from surveypipe.study.weighting import Weighting

# Files of persons under `inputs`, and the column of each that says who it is.
PERSONS = {"survey": "survey_id", "staff_list": "id", "follow_up": "id", "codes": "case_id"}


def main(
    *,
    config: dict[str, Any],
    level: Annotated[str, "public or restricted"],
    epoch: Annotated[int, "date of what is archived, seconds since 1970"],
    results: Annotated[Path, "folder of the run"],
    wheels: Annotated[str | None, "whether the packages are put in"] = None,
    released: Annotated[list[Path], "files that the run released"],
    manifest: Path,
    headlines: Path,
    public_variables: Path,
    authors: Path,
    codebook: Path,
    configuration: Annotated[Sequence[Path], "file of the configuration"] = (),
    texts: Annotated[Sequence[Path], "texts, templates, styles and pictures of the study's own"] = (),
    plan: Annotated[Sequence[Path], "files of the sealed plan"] = (),
    raw: Annotated[Sequence[Path], "files that answers, lists and headcounts came in"] = (),
    export: Annotated[Sequence[Path], "the analysis file for colleagues"] = (),
    template: Annotated[Path, "of the page that says how to rebuild"],
    archive: Output,
) -> None:
    """Gather, search, describe, write, and read back."""
    if len(configuration) != 1:
        raise SurveyError(
            f"The configuration is read from {len(configuration)} files; an archive is made of a study whose "
            "configuration is one file."
        )
    about = about_of(config, Level(level), epoch, read(authors, Authors), read_json(headlines))
    own = [codebook, authors, *texts]
    parts = assembly.Parts(results, configuration[0], own, plan, raw, [*released, manifest], export)
    tool = contents.tool_files(tool_folder(), library_folder())
    project = tomllib.loads(tool["pyproject.toml"].read_text(encoding="utf-8"))["project"]
    members = assembly.study_files(about, parts, config, as_json(expected(read_release(results))))
    members |= assembly.descriptions(
        about,
        parts,
        read_json(public_variables),
        template.read_text(encoding="utf-8"),
        project["requires-python"],
        packages.platform() if wheels else "",
    )
    allowed = section(config, "archive", Archive).allowed
    if problems := assembly.refused(about, parts, members, telling(config), allowed):
        raise SurveyError(problems)
    read_there, made = assembly.read_and_made(about, parts, members)
    members |= {name: path.read_bytes() for name, path in tool.items()}
    with tempfile.TemporaryDirectory() as folder:
        if wheels:
            members |= packages.fetched(tool["requirements.lock"], Path(folder))
    members[contents.CHECKSUMS] = contents.checksums(members)
    members[crate.METADATA] = crate.crate_metadata(about, members, read_there, made, version("snakemake"))
    write_zip(archive, members, epoch)
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(archive) as whole:
        whole.extractall(folder)
        crate.check_crate(Path(folder))
    print(f"archive: {archive}, {len(members)} files, {archive.stat().st_size / 1e6:.1f} MB")


def about_of(
    config: dict[str, Any], level: Level, epoch: int, authors: Authors, headlines: dict[str, Any]
) -> About:
    """Gather what the archive says of the study."""
    study, archive = section(config, "study", Study), section(config, "archive", Archive)
    weighting = section(config, "weighting", Weighting)
    period = study.field_period
    return About(
        identifier=study.id,
        title=study.title,
        level=level,
        answers=level is Level.RESTRICTED or study.mark is not None,
        mark=study.mark.record if study.mark else "",
        setting=study.setting,
        people=section(config, "vocabulary", Vocabulary).people.many,
        period=(period.first, period.last) if period else (),
        outcome=(headlines["answered"], headlines["asked"]),
        design=str(section(config, "design", Sampling).kind),
        mode=study.mode,
        weight=weighting.schemes[str(weighting.primary)].label,
        authors=authors,
        licence=archive.licence,
        keywords=archive.keywords,
        epoch=epoch,
        tool=provenance.tool_version(),
    )


def telling(config: dict[str, Any]) -> dict[str, str]:
    """Gather from every file of persons what tells them apart."""
    found: dict[str, str] = {}
    for name, key in PERSONS.items():
        if not (path := config["inputs"].get(name)):
            continue
        if name == "survey":
            table, _ = read_survey(Path(path), config["inputs"].get("encoding"))
        else:
            table = pd.read_csv(path, dtype="str")
        found |= telling_values(table, {str(config["frame"].get(key, key))})
    return found


if __name__ == "__main__":
    run(main)
