"""The archive as a research object: ``ro-crate-metadata.json`` by the profile Workflow Run RO-Crate.

RO-Crate 1.1 (Soiland-Reyes et al. 2022), with the profiles Process Run Crate and Workflow Run Crate 0.5
(Leo et al. 2024) and Workflow RO-Crate 1.0. Written and read back by the package rocrate.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from surveypipe.archiving.about import About, institutions
from surveypipe.problems import SurveyError

METADATA = "ro-crate-metadata.json"
WORKFLOW = "Snakefile"
PROFILES = (
    "https://w3id.org/ro/wfrun/process/0.5",
    "https://w3id.org/ro/wfrun/workflow/0.5",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0",
)
FORMATS = {
    "csv": "text/csv", "json": "application/json", "xml": "application/xml", "html": "text/html",
    "md": "text/markdown", "yaml": "application/yaml", "py": "text/x-python", "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "svg": "image/svg+xml",
    "sav": "application/x-spss-sav", "dta": "application/x-stata-dta", "R": "text/x-r",
    "whl": "application/zip", "gz": "application/gzip", "png": "image/png",
}  # fmt: skip


def _library() -> Any:
    try:
        from rocrate import rocrate
    except ImportError as error:
        raise SurveyError(
            "The package rocrate, which describes the archive for repositories, is not installed. Install it "
            "with: python -m pip install 'surveypipe[archive]' (in a clone: make archive)"
        ) from error
    return rocrate


def crate_metadata(
    about: About, members: Mapping[str, bytes], read: Sequence[str], made: Sequence[str], snakemake: str
) -> bytes:
    """Describe every file, the workflow and its run.

    Parameters
    ----------
    members
        The files by their places.
    read, made
        Of these, what the run read, and what it made.
    snakemake
        Version of Snakemake.

    Raises
    ------
    SurveyError
        If the package rocrate is not installed.
    """
    crate = _library().ROCrate()
    # The package says of the file itself that it was written now.
    crate.name, crate.description = about.title, about.description
    crate.datePublished = about.day
    crate.license = crate.add_jsonld(
        {"@id": about.licence_address, "@type": "CreativeWork", "name": about.licence}
    )
    crate.keywords = ", ".join(("survey", *about.keywords))
    crate.root_dataset["conformsTo"] = [
        crate.add_jsonld({"@id": one, "@type": "CreativeWork", "name": _named(one), "version": one[-3:]})
        for one in PROFILES
    ]
    people = [_person(crate, about, number) for number in range(len(about.authors.authors))]
    if people:
        crate.root_dataset["author"] = people
    named = {"name": f"From the survey to the manuscript: {about.identifier}"}
    workflow = crate.add_workflow(
        dest_path=WORKFLOW, main=True, lang="snakemake", lang_version=snakemake, properties=named
    )
    workflow["license"] = crate.add_jsonld(
        {"@id": "https://spdx.org/licenses/MIT", "@type": "CreativeWork", "name": "MIT"}
    )
    files = {WORKFLOW: workflow}
    for name in sorted(set(members) - {WORKFLOW}):
        form = FORMATS.get(name.rpartition(".")[2], "text/plain")
        properties = {"name": name, "encodingFormat": form, "contentSize": str(len(members[name]))}
        files[name] = crate.add_file(dest_path=name, properties=properties)
    inputs, outputs = _parameters(crate, files, read, "input"), _parameters(crate, files, made, "output")
    workflow["input"], workflow["output"] = inputs, outputs
    run = crate.add_action(
        workflow,
        identifier="#run",
        object=[files[name] for name in read],
        result=[files[name] for name in made],
        properties={"name": f"The run that made the documents of {about.identifier}"},
    )
    if people:
        run["agent"] = people
    crate.root_dataset["mentions"] = [run]
    content = crate.metadata.generate()
    first = (METADATA, "./")
    content["@graph"] = sorted(content["@graph"], key=lambda one: (one["@id"] not in first, one["@id"]))
    return (json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _named(profile: str) -> str:
    names = {"process": "Process Run Crate", "workflow": "Workflow Run Crate"}
    return names.get(profile.split("/")[-2], "Workflow RO-Crate")


def _person(crate: Any, about: About, number: int) -> Any:
    author = about.authors.authors[number]
    told = {"@id": f"https://orcid.org/{author.orcid}" if author.orcid else f"#author-{number + 1}"}
    person = crate.add_jsonld({**told, "@type": "Person", "name": author.name})
    if named := institutions(author, about.authors):
        places = {one.name: place for place, one in enumerate(about.authors.affiliations, start=1)}
        keys = {name: f"#institution-{places[name]}" for name in named}
        person["affiliation"] = [
            crate.get(key) or crate.add_jsonld({"@id": key, "@type": "Organization", "name": name})
            for name, key in keys.items()
        ]
    return person


def _parameters(crate: Any, files: Mapping[str, Any], names: Sequence[str], side: str) -> list[Any]:
    """Give each file that the run read or made its formal parameter of the workflow."""
    made = []
    for name in names:
        parameter = crate.add_jsonld(
            {
                "@id": f"#{side}-{name}",
                "@type": "FormalParameter",
                "additionalType": "File",
                "name": name,
                "conformsTo": {"@id": "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"},
            }
        )
        files[name]["exampleOfWork"] = parameter
        made.append(parameter)
    return made


def check_crate(folder: Path) -> None:
    """Read a crate back, and hold it against its files.

    Raises
    ------
    SurveyError
        If a file is described and not there, there and not described, or the run is not told.
    """
    crate = _library().ROCrate(folder)
    told = {entity.id for entity in crate.data_entities if entity.id != "./"}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    there -= {METADATA}
    problems = [f"{METADATA}: it describes {name}, which is not there." for name in sorted(told - there)]
    problems += [f"{METADATA}: it does not describe {name}." for name in sorted(there - told)]
    runs = [entity for entity in crate.get_entities() if "CreateAction" in entity.type]
    if crate.mainEntity is None or not runs or any(one.get("instrument") != crate.mainEntity for one in runs):
        problems.append(f"{METADATA}: it does not tell of the run of {WORKFLOW}.")
    if problems:
        raise SurveyError(problems)
