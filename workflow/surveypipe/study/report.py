"""Section ``report``: the documents."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from surveypipe.study.base import NULLABLE, FileName, Settings

Variants = Annotated[
    tuple[Literal["authors", "blinded"], ...],
    Meta(description="With the authors named, and blinded.", min_length=1),
]


def usual_documents() -> dict[str, tuple[Literal["authors", "blinded"], ...]]:
    """Documents of a study that names none: article and supplement in both variants, and the title page."""
    both: tuple[Literal["authors", "blinded"], ...] = ("authors", "blinded")
    return {"manuscript": both, "supplement": both, "title-page": ("authors",)}


class Report(Settings):
    """The documents."""

    renderer: Annotated[
        Literal["auto", "quarto", "pandoc"],
        Meta(description="auto: Quarto where it runs, else Pandoc and Typst."),
    ] = "auto"
    documents: Annotated[
        dict[FileName, Variants],
        Meta(
            description="Text in the study's report/, else the tool's, by its name without .qmd: its "
            "variants.",
            min_length=1,
        ),
    ] = field(default_factory=usual_documents)
    csl: Annotated[
        str, Meta(description="Citation style, by its file name in the CSL collection, without .csl.")
    ] = "harvard-cite-them-right"
    journal: Annotated[
        FileName | None,
        Meta(
            description="Journal whose limits of words, abstract and keywords the finished manuscript is "
            "held against: the name of a file in the tool's "
            "workflow/journals or in the study's config/journals, without .yaml. What is "
            "exceeded is told in checks/journal.txt and stops nothing.",
            extra_json_schema=NULLABLE,
        ),
    ] = None
    own_works: Annotated[
        tuple[str, ...],
        Meta(
            description="Works of the authors among the references, by their keys in references.bib. Blinded "
            "documents cite and list them as \"author's own\", or in the words of the journal's "
            "self_cite_text.",
            extra_json_schema={"uniqueItems": True},
        ),
    ] = ()
    language: Annotated[str, Meta(description="Language tag.")] = "en-GB"
