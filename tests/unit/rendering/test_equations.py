"""What is said of a letter stands in one line: ``n = 119``, ``p < 0.001``, ``φ = 0``."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from surveypipe.rendering.programs import pandoc_program

TYPESETTING = Path(__file__).parents[3] / "workflow/typesetting"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("of *n* = 119", "of <em>n</em>_=_119"),
        ("so *p* < 0.001", "so <em>p</em>_&lt;_0.001"),
        ("at φ = 0.25, and", "at φ_=_0.25, and"),
        ("(θ = 3)", "(θ_=_3)"),
        # Words may be parted from what they equal.
        ("the share = 1", "the share = 1"),
        ("Σύνολο = 1", "Σύνολο = 1"),
    ],
)
def test_no_line_ends_within_an_equation(text: str, printed: str) -> None:
    command = [pandoc_program(), "--to=html", "--lua-filter=filters/manuscript.lua"]
    made = subprocess.run(
        command, cwd=TYPESETTING, input=text, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert made.stdout.strip().replace("\u00a0", "_") == f"<p>{printed}</p>"
