"""Quotation marks of the PDF: each opens or closes as it was meant, also after a bracket."""

from __future__ import annotations

import subprocess
from pathlib import Path

from pypdf import PdfReader

from surveypipe.rendering.programs import pandoc_program
from surveypipe.rendering.typst_pdf import compile_pdf

TYPESETTING = Path(__file__).parents[3] / "workflow/typesetting"


def test_marks_open_and_close_as_they_were_meant(tmp_path: Path) -> None:
    source = tmp_path / "text.typ"
    # The last is what citeproc writes: marks that are no quotation to Pandoc.
    text = "They said 'Yes', the authors' 'no (none)', and ‘A checklist (CROSS)’."
    filtered = "--lua-filter=filters/manuscript.lua"
    command = [pandoc_program(), "--from=markdown", "--to=typst-citations", filtered]
    written = subprocess.run(
        command, cwd=TYPESETTING, input=text, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    template = (TYPESETTING / "styles/typst-template.typ").read_text(encoding="utf-8")
    frame = "#show: doc => manuscript(title: [A title], doc)"
    source.write_text(f"{template}\n{frame}\n{written.stdout}\n", encoding="utf-8")
    (tmp_path / "text.pdf").write_bytes(compile_pdf(source, 0))
    printed = " ".join(page.extract_text() for page in PdfReader(tmp_path / "text.pdf").pages)
    wanted = "They said ‘Yes’, the authors’ ‘no (none)’, and ‘A checklist (CROSS)’."
    assert wanted in " ".join(printed.split())
