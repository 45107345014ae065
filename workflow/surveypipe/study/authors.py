"""Who wrote the manuscript, ``config/authors.yaml``."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from surveypipe.study.base import NULLABLE, Settings

# The Contributor Roles Taxonomy (ANSI/NISO Z39.104-2022).
Role = Literal[
    "Conceptualization",
    "Data curation",
    "Formal analysis",
    "Funding acquisition",
    "Investigation",
    "Methodology",
    "Project administration",
    "Resources",
    "Software",
    "Supervision",
    "Validation",
    "Visualization",
    "Writing – original draft",
    "Writing – review & editing",
]


Orcid = Annotated[str, Meta(pattern=r"^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$")]


class Author(Settings):
    """One author."""

    name: Annotated[str, Meta(description="Name as printed.", min_length=1)]
    email: Annotated[
        str | None, Meta(description="Address for correspondence.", extra_json_schema=NULLABLE)
    ] = None
    orcid: Annotated[
        Orcid | None,
        Meta(
            description="ORCID identifier: four groups of four digits, the last of which may be an X.",
            extra_json_schema=NULLABLE,
        ),
    ] = None
    corresponding: Annotated[bool, Meta(description="Whether letters go to this author.")] = False
    affiliations: Annotated[tuple[int | str, ...], Meta(description="Identifiers of the affiliations.")] = ()
    roles: Annotated[
        tuple[Role, ...],
        Meta(description="What the author did, in the words of the Contributor Roles Taxonomy (CRediT)."),
    ] = ()


class Affiliation(Settings):
    """One affiliation."""

    id: Annotated[int | str, Meta(description="Identifier that authors name.")]
    name: Annotated[str, Meta(description="Institution, city and country.", min_length=1)]


class Authors(Settings):
    """All that could identify who wrote the manuscript, or where. The blinded variant is built without it."""

    authors: Annotated[tuple[Author, ...], Meta(description="The authors, in order.")] = ()
    affiliations: Annotated[tuple[Affiliation, ...], Meta(description="Their affiliations.")] = ()
    place: Annotated[
        str | None,
        Meta(description="The place by its name; left out: study.setting.", extra_json_schema=NULLABLE),
    ] = None
    ethics: Annotated[str | None, Meta(description="Statement on ethics.", extra_json_schema=NULLABLE)] = None
    funding: Annotated[str | None, Meta(description="Statement on funding.", extra_json_schema=NULLABLE)] = (
        None
    )
    interests: Annotated[
        str | None, Meta(description="Statement on conflicts of interest.", extra_json_schema=NULLABLE)
    ] = None
    acknowledgements: Annotated[
        str | None, Meta(description="Acknowledgements.", extra_json_schema=NULLABLE)
    ] = None
    repository: Annotated[
        str | None, Meta(description="Where data and code are.", extra_json_schema=NULLABLE)
    ] = None
    identifying_words: Annotated[
        tuple[str, ...],
        Meta(description="Words that must not occur in blinded documents, besides the names above."),
    ] = ()
