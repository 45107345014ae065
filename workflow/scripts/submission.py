"""Draw the figures of the article as journals ask for them: PDF, and TIFF of 600 dots per inch."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from _released import read_released
from _shared import Output, run
from surveypipe import fonts
from surveypipe.reporting.figures import scripts
from surveypipe.reporting.figures.lettering import MM
from surveypipe.reporting.figures.register import DRAW
from surveypipe.reporting.figures.theme import SUBMISSION_DPI, save_for_submission, themed


def main(*, config: dict[str, Any], released: list[Path], variables: Path, listed: Output) -> None:
    """Draw each figure for print beside the list of their sizes."""
    tables = read_released(config, released, variables)
    choice = fonts.choose("".join(text for _, text in scripts.labels(tables)))
    # Told in plain words by the figures of the documents.
    warnings.filterwarnings("ignore", message="Glyph .* missing from font")
    lines = [f"PDF with embedded letters, and TIFF of {SUBMISSION_DPI} dots per inch:"]
    for name, draw in DRAW.items():
        with themed(name, choice.files):
            drawn = draw(tables)
            pdf, tiff = (listed.parent / f"{name}.{form}" for form in ("pdf", "tiff"))
            save_for_submission(drawn, pdf, tiff)
            width, height = drawn.figure.get_size_inches() / MM
        lines.append(f"{name}: {width:.0f} × {height:.0f} mm")
    listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"submission: {len(DRAW)} figures in {listed.parent.name}/")


if __name__ == "__main__":
    run(main)
