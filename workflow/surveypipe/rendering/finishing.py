"""One document from its staged folder to finished, checked files, whichever renderer is used."""

from __future__ import annotations

import re
from pathlib import Path

from surveypipe.problems import Problems
from surveypipe.rendering import pandoc_renderer, quarto_renderer
from surveypipe.rendering.checks import docx_problems, failed_lookups, html_problems
from surveypipe.rendering.docx_finishing import Facts, finish_docx
from surveypipe.rendering.docx_layout import Layout, lay_out
from surveypipe.rendering.page_drawings import with_drawings
from surveypipe.rendering.page_links import plain
from surveypipe.rendering.page_ranges import with_whole_ranges
from surveypipe.rendering.staging import Staged

CONTENTS = "Contents"


def render_document(
    staged: Staged,
    renderer: str,
    epoch: int,
    layout: Layout = Layout(),  # noqa: B008, it is frozen
) -> dict[str, Path]:
    """Typeset, finish and check a staged document.

    Parameters
    ----------
    staged
        Result of :func:`surveypipe.rendering.staging.stage`.
    renderer
        ``quarto`` or ``pandoc``.
    epoch
        Date of the documents, in seconds since 1970.
    layout
        What a journal asks of the Word file and the PDF; by default nothing.

    Returns
    -------
    dict
        ``html``, ``docx`` and ``pdf``: the finished files, in the staged folder.

    Raises
    ------
    SurveyError
        With everything that the renderer complained of or the checks found.
    """
    staged.metadata |= layout.metadata()
    staged.epoch = epoch
    module = quarto_renderer if renderer == "quarto" else pandoc_renderer
    made = module.render(staged, epoch)
    page = with_drawings(made["html"].read_text(encoding="utf-8"), staged.made)
    made["html"].write_text(with_whole_ranges(page), encoding="utf-8")
    finish_docx(made["docx"], _facts(staged), epoch)
    lay_out(made["docx"], layout, epoch)
    header = str(staged.metadata.get("data-header", ""))
    problems = Problems()
    problems.extend(html_problems(made["html"], header))
    problems.extend(docx_problems(made["docx"], header))
    problems.extend(_pdf_problems(staged, header))
    problems.raise_if_any()
    return made


def _pdf_problems(staged: Staged, header: str) -> list[str]:
    # Text in a PDF is compressed and cut up, so its source is read instead.
    source = staged.folder / f"{staged.document}.typ"
    text = source.read_text(encoding="utf-8")
    name = f"{staged.document}.pdf"
    found = failed_lookups(text.replace("\\", ""), name)
    # The template holds the header's words in any case; what tells is whether the notice was passed to it.
    if header and not re.search(r"^\s*notice: \[\S", text, flags=re.MULTILINE):
        found.append(f"{name}: the data are not real and the document does not say so.")
    return found


def _facts(staged: Staged) -> Facts:
    metadata = staged.metadata
    return Facts(
        authors=metadata.get("author", []),
        affiliations=metadata.get("affiliations", []),
        notice=metadata.get("data-notice"),
        header=metadata.get("data-header"),
        watermark=metadata.get("watermark"),
        alts=staged.alts,
        keywords=staged.keywords,
        language=metadata["lang"],
        document=staged.document,
        label_prefix=staged.label_prefix,
        contents=CONTENTS if staged.front.get("contents") else "",
        running=plain(str(staged.front.get("running-title") or staged.front.get("title") or "")),
    )
