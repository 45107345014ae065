"""Tables and shares as the accounts of the simulation study write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from surveypipe import formatting


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def percent(share: float) -> str:
    """Write a share in per cent, to one decimal place."""
    return formatting.decimal(100 * share, 1)
