"""Pages of the finished PDFs are filled: none but the last is left half white."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import typst
from PIL import Image

from surveypipe.rendering.typst_pdf import lay_fonts

# Share of the height between head and foot down to which something stands.
FILLED = 2 / 3
HEAD, FOOT = 0.08, 0.92


def filled(page: bytes) -> float:
    drawn = np.asarray(Image.open(io.BytesIO(page)).convert("L"))
    top, foot = (round(share * len(drawn)) for share in (HEAD, FOOT))
    rows = np.flatnonzero((drawn[top:foot] < 200).any(axis=1))
    return float(rows.max() / (foot - top)) if rows.size else 0.0


@pytest.mark.parametrize("document", ["manuscript", "supplement"])
def test_no_page_but_the_last_is_half_white(finished: Path, document: str) -> None:
    source = finished / "results/build" / document / "authors" / f"{document}.typ"
    pages = typst.compile(
        str(source),
        root=str(source.parent),
        format="png",
        ppi=24,
        ignore_system_fonts=True,
        font_paths=lay_fonts(source.read_text(encoding="utf-8"), source.parent),
        sys_inputs={"floats": "true"},
    )
    shares = [filled(page) for page in pages]
    assert len(shares) > 10
    assert {n: share for n, share in enumerate(shares[:-1], start=1) if share < FILLED} == {}
