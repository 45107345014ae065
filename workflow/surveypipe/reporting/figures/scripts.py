"""Letters of the labels of a study, and those that no font on the machine can draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from surveypipe import fonts
from surveypipe.reporting.released import Released

MOST_TOLD = 12
SECTIONS = ("study", "groups", "weighting", "cleaning", "claims", "vocabulary")


def labels(released: Released) -> Iterator[tuple[str, str]]:
    """Every text that the study gives to be shown, with where it stands."""
    for name, about in released.variables.items():
        yield from _texts(f"{name}: ", {key: about.get(key) for key in ("label", "short", "question")})
        yield from _texts(f"{name}: answer ", about.get("values", {}))
        battery = {"label": about.get("battery_label", ""), **about.get("poles", {})}
        yield from _texts(f"battery {about.get('battery')}: ", battery)
    for section in SECTIONS:
        yield from _texts(f"{section}.", released.config.get(section) or {})
    for name in ("flow", "response_cells", "weight_cells", "table_1"):
        table = released.tables.get(name)
        if table is not None:
            for column in table.select_dtypes(include=["object", "string"]).columns:
                yield from ((f"{name}: ", str(text)) for text in table[column].dropna().unique())


def _texts(where: str, entry: Any) -> Iterator[tuple[str, str]]:
    if isinstance(entry, Mapping):
        for key, value in entry.items():
            yield from _texts(f"{where}{key}" if isinstance(value, str) else f"{where}{key}.", value)
    elif isinstance(entry, Sequence) and not isinstance(entry, str):
        for number, value in enumerate(entry, start=1):
            yield from _texts(f"{where}{number}." if not isinstance(value, str) else where, value)
    elif isinstance(entry, str):
        yield where, entry


def told(released: Released, choice: fonts.Choice) -> list[str]:
    """Say which letters of which labels cannot be drawn, and what to do; nothing where all can.

    Parameters
    ----------
    choice
        Fonts found for the labels (:func:`surveypipe.fonts.choose`).
    """
    if not choice.lacking:
        return []
    lines: dict[str, None] = {}
    for where, text in labels(released):
        missing = "".join(dict.fromkeys(letter for letter in text if letter in choice.lacking))
        if missing:
            lines[
                f"  {where.rstrip(': ')}: {missing[:MOST_TOLD]}{'...' if len(missing) > MOST_TOLD else ''}"
            ] = None
    return [
        f"No font on this machine has {len(choice.lacking)} of the letters of the labels; figures and PDF "
        "show boxes in their place.",
        *lines,
        fonts.advice(choice.lacking),
    ]
