"""How an archive is cited (``CITATION.cff``) and how its software is catalogued (``codemeta.json``)."""

from __future__ import annotations

import json
from typing import Any

import yaml

from surveypipe.archiving.about import About, institutions, parted

CFF_VERSION = "1.2.0"
CODEMETA = "https://w3id.org/codemeta/3.0"
TOOL = "surveypipe"


def citation(about: About) -> bytes:
    """Write the Citation File Format, version 1.2.0, of the archive as a data set.

    Required by the format are ``cff-version``, ``message``, ``title`` and ``authors``.
    """
    people = []
    for author in about.authors.authors:
        given, family = parted(author)
        person: dict[str, str] = {"family-names": family}
        person |= {"given-names": given} if given else {}
        person |= {"affiliation": "; ".join(told)} if (told := institutions(author, about.authors)) else {}
        person |= {"orcid": f"https://orcid.org/{author.orcid}"} if author.orcid else {}
        people.append(person)
    content: dict[str, Any] = {
        "cff-version": CFF_VERSION,
        "message": "If you use what is in this archive, please cite it as below.",
        "type": "dataset",
        "title": about.title,
        "authors": people or [{"name": "The authors of the study"}],
        "date-released": about.day.isoformat(),
        "license": about.licence,
        "abstract": about.description,
    }
    content |= {"keywords": list(about.keywords)} if about.keywords else {}
    content["references"] = [
        {
            "type": "software",
            "title": TOOL,
            "version": about.tool or "unknown",
            "license": "MIT",
            "authors": [{"name": "The surveypipe authors"}],
        }
    ]
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110).encode()


def codemeta(about: About, python: str) -> bytes:
    """Write the description of the archive's software by CodeMeta 3.0.

    Parameters
    ----------
    python
        Versions of Python that the software runs on, as the project's file states them.
    """
    content = {
        "@context": CODEMETA,
        "@type": "SoftwareSourceCode",
        "name": f"{TOOL}, with the study {about.identifier}",
        "description": "A pipeline from the raw data of a survey to a manuscript, as the study used it.",
        "version": about.tool or "unknown",
        "license": "https://spdx.org/licenses/MIT",
        "author": [{"@type": "Organization", "name": "The surveypipe authors"}],
        "maintainer": [_person(about, number) for number in range(len(about.authors.authors))],
        "programmingLanguage": ["Python", "Snakemake"],
        "runtimePlatform": f"Python {python}",
        "operatingSystem": ["Linux", "macOS"],
        "softwareRequirements": "requirements.lock",
        "buildInstructions": "README.md",
        "readme": "README.md",
        "dateModified": about.day.isoformat(),
        "keywords": ["survey", "non-response", "weighting", "reproducibility", *about.keywords],
        "developmentStatus": "active",
    }
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def _person(about: About, number: int) -> dict[str, Any]:
    author = about.authors.authors[number]
    given, family = parted(author)
    person: dict[str, Any] = {"@type": "Person"}
    person |= {"@id": f"https://orcid.org/{author.orcid}"} if author.orcid else {}
    person |= {"givenName": given, "familyName": family}
    told = institutions(author, about.authors)
    person |= {"affiliation": [{"@type": "Organization", "name": name} for name in told]} if told else {}
    return person
