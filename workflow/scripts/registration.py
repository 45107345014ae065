"""Write the text of a preregistration from the configuration, as Markdown and for Word."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Any

import msgspec

from _shared import Output, run
from _wording import check_wording, wording_of
from surveypipe.intake.files import read_codebook
from surveypipe.rendering.plain_documents import PlainDocument, Typesetting, typeset
from surveypipe.rendering.staging import find_csl
from surveypipe.reporting.planned import planned
from surveypipe.reporting.wording import registration
from surveypipe.sealing.deciding import plan_of
from surveypipe.sealing.lock import read_lock
from surveypipe.sealing.standing import read_standing
from surveypipe.study.settings import Configuration
from surveypipe.whole_files import whole


def main(
    *,
    config: dict[str, Any],
    codebook: Path,
    plan: Annotated[Path, "how the configuration stands to the sealed plan"],
    sealed: Annotated[Path | None, "the sealed plan, if there is one"] = None,
    wording: Annotated[Path, "folder of the study's own templates, if there is one"],
    bibliography: list[Path],
    styles: list[Path],
    filters: list[Path],
    epoch: Annotated[int, "date of the Word file, seconds since 1970"],
    build: Annotated[Path, "folder to work in; emptied first"],
    markdown: Output,
    docx: Output,
) -> None:
    """Word, typeset and check; then move both at once."""
    settings = msgspec.convert(config, Configuration)
    variables = read_codebook(codebook)
    check_wording(wording)
    released = planned(settings, variables)
    text = registration.text(
        released,
        wording_of(wording, settings.vocabulary),
        plan_of(settings, variables),
        read_standing(plan.read_text(encoding="utf-8")),
        read_lock(sealed).checksum if sealed else "",
    )
    document = PlainDocument(
        name="registration",
        title=settings.study.title,
        subtitle="Preregistration",
        running=f"Preregistration: {settings.study.short_title or settings.study.title}",
        text=text,
        language=settings.report.language,
        mark=settings.study.mark.header if settings.study.mark else "",
    )
    reference = next(path for path in styles if path.name == "reference.docx")
    given = Typesetting(bibliography, find_csl(settings.report.csl), reference, filters)
    made = typeset(document, given, build, epoch)
    for form, target in (("md", markdown), ("docx", docx)):
        with whole(target) as partial:
            shutil.copyfile(made[form], partial)
    print(f"registration: {len(settings.claims)} claims, written from the configuration; no answer was read")


if __name__ == "__main__":
    run(main)
