"""Profiles of journals: the tool's (``workflow/journals``) and those of a study (``config/journals``)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from surveypipe.study.base import NULLABLE, Count, Settings


class Journal(Settings, kw_only=True):
    """What a journal asks of a manuscript. A value that is not known is null, and is not checked."""

    name: Annotated[str, Meta(description="Name of the journal.", min_length=1)]
    source: Annotated[
        str | None,
        Meta(
            description="Where the rules were read, and what could not be read.", extra_json_schema=NULLABLE
        ),
    ] = None
    max_words: Annotated[
        Count | None, Meta(description="Most words of the manuscript.", extra_json_schema=NULLABLE)
    ]
    count_includes: Annotated[
        tuple[Literal["title", "abstract", "statements", "references", "tables", "figures"], ...],
        Meta(description="What counts besides the running text and its headings."),
    ]
    abstract_max: Annotated[
        Count | None, Meta(description="Most words of the abstract.", extra_json_schema=NULLABLE)
    ]
    keywords_max: Annotated[Count | None, Meta(description="Most keywords.", extra_json_schema=NULLABLE)]
    csl: Annotated[
        str | None,
        Meta(
            description="Citation style for report.csl: its file name in the CSL collection, without .csl.",
            extra_json_schema=NULLABLE,
        ),
    ] = None
    spacing: Annotated[
        Literal["single", "double"] | None,
        Meta(
            description="Line spacing of the text in the Word file and the PDF; null, not known: double.",
            extra_json_schema=NULLABLE,
        ),
    ] = None
    line_numbers: Annotated[
        bool | None,
        Meta(
            description="Whether the lines of the Word file and the PDF are numbered; null, not known: yes.",
            extra_json_schema=NULLABLE,
        ),
    ] = None
    tables_placement: Annotated[
        Literal["inline", "end", "separate"] | None,
        Meta(
            description="Where tables and figures stand in the Word file: in the text, after the references, "
            "or there and each on a page of its own. The web page and the PDF keep them in the "
            "text.",
            extra_json_schema=NULLABLE,
        ),
    ] = None
    blind: Annotated[
        bool | None,
        Meta(
            description="Whether the manuscript is read without its authors' names.",
            extra_json_schema=NULLABLE,
        ),
    ] = None
    self_cite_text: Annotated[
        str | None,
        Meta(
            description="What stands for a citation of the authors' own work in the blinded manuscript.",
            extra_json_schema=NULLABLE,
        ),
    ] = None
    title_page_fields: Annotated[
        tuple[Literal["title", "authors", "affiliations", "biography", "contact", "funding"], ...] | None,
        Meta(description="What the separate title page holds.", extra_json_schema=NULLABLE),
    ] = None
    statements: Annotated[
        tuple[Literal["ethics", "interests", "funding", "contributions", "data availability"], ...],
        Meta(description="Statements that the manuscript or its title page has to make."),
    ]
