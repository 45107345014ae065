"""Section ``archive``: what is said of the archive that leaves with a study."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from surveypipe.study.base import Settings


class Archive(Settings):
    """What `snakemake archive` says of the study, and lets pass."""

    licence: Annotated[
        str,
        Meta(
            description="Licence of text, figures and released data in the archive, by its SPDX identifier.",
            pattern=r"^[A-Za-z0-9.+-]+$",
        ),
    ] = "CC-BY-4.0"
    keywords: Annotated[
        tuple[str, ...], Meta(description="Words under which repositories and catalogues list the study.")
    ] = ()
    allowed: Annotated[
        tuple[str, ...],
        Meta(
            description="What the search for names, e-mails, identifiers and postcodes finds in the public "
            "archive and may stand there, written as it was told."
        ),
    ] = ()
