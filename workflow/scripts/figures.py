"""Draw every figure of the report from the released tables."""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path
from typing import Any

from _released import read_released
from _shared import Output, run, write_csv, write_json
from surveypipe import fonts
from surveypipe.reporting.figures import answers, scripts
from surveypipe.reporting.figures.answers import answer_figures
from surveypipe.reporting.figures.drawn_rows import as_table
from surveypipe.reporting.figures.register import DRAW
from surveypipe.reporting.figures.theme import WIDTH_MM, save, save_svg, themed

# On a page of 390 pixels, where a figure has 350, letters of 8 points are drawn with 11 pixels.
PHONE_MM = 88.0


def main(
    *,
    config: dict[str, Any],
    released: list[Path],
    variables: Path,
    index: Output,
    letters: Output,
) -> None:
    """Draw each figure as SVG and PNG, and as SVG for narrow pages, with its rows as CSV, and the index."""
    tables = read_released(config, released, variables)
    folder = index.parent
    choice = fonts.choose("".join(text for _, text in scripts.labels(tables)))
    found = [f"For letters of other scripts: {path.name}." for path in choice.files]
    lines = [*found, *(scripts.told(tables, choice) or ["Every letter of the labels can be drawn."])]
    letters.write_text("\n".join(lines) + "\n", encoding="utf-8")
    # Told in plain words above.
    warnings.filterwarnings("ignore", message="Glyph .* missing from font")
    drawings = {}
    blocks = {name: partial(answers.draw, block=block) for name, block in answer_figures(tables).items()}
    for name, draw in (DRAW | blocks).items():
        with themed(name, choice.files):
            drawn = draw(tables)
            save(drawn, folder / f"{name}.svg", folder / f"{name}.png")
        with themed(f"{name}-narrow", choice.files, width_mm=PHONE_MM):
            save_svg(draw(tables), folder / f"{name}-narrow.svg")
        write_csv(as_table(drawn.rows), folder / f"{name}.csv", tables.settings.study.first_line)
        drawings[name] = {
            "files": [f"{name}.svg", f"{name}.png"],
            "narrow": f"{name}-narrow.svg",
            "rows": f"{name}.csv",
            "alt": drawn.alt,
            "width_mm": WIDTH_MM,
        }
    write_json(drawings, index)
    print(f"figures: {len(drawings)} drawn ({', '.join(drawings)})")
    if choice.files or choice.lacking:
        print("\n".join(lines))


if __name__ == "__main__":
    run(main)
