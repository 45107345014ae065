"""Draw every figure of the report from the released tables."""

from __future__ import annotations

import argparse
from pathlib import Path

from _released import INPUTS, read_released
from _shared import parser, run, write_json
from surveypipe import figures


def main(args: argparse.Namespace) -> None:
    """Draw each figure as SVG and PNG beside the index that lists them with their alt text."""
    released = read_released(args)
    folder: Path = args.index.parent
    index = {}
    for name, draw in figures.DRAW.items():
        with figures.themed(name):
            drawn = draw(released)
            figures.save(drawn, folder / f"{name}.svg", folder / f"{name}.png")
        index[name] = {
            "files": [f"{name}.svg", f"{name}.png"],
            "alt": drawn.alt,
            "width_mm": figures.WIDTH_MM,
        }
    write_json(index, args.index)
    print(f"figures: {len(index)} drawn ({', '.join(index)})")


if __name__ == "__main__":
    run(parser(__doc__ or "", inputs=INPUTS, outputs=("index",)), main)
