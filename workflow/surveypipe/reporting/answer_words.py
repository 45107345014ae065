"""What the ends of an ordered scale are called in a sentence: the answers' own labels, whatever the scale."""

from __future__ import annotations

from collections.abc import Sequence

from surveypipe import formatting as fmt
from surveypipe.reporting.batteries import Battery
from surveypipe.reporting.released import Released

Poles = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def poles(released: Released, item: str) -> Poles:
    """Labels of the lower, the middle and the upper answers of an item, as they are merged.

    The middle is empty where the number of answers is even.
    """
    labels = list(released.values(item).values())
    half = len(labels) // 2
    upper = len(labels) - half
    return tuple(labels[:half]), tuple(labels[half:upper]), tuple(labels[upper:])


def either(labels: Sequence[str]) -> str:
    """Join labels in quotation marks: ``'Agree' or 'Strongly agree'``."""
    return fmt.sentence_list([f"'{fmt.escape(label)}'" for label in labels], "or")


def common_poles(released: Released, items: Sequence[str]) -> Poles | None:
    """Give the poles that all items share; None where they have none in common."""
    found = {poles(released, item) for item in items}
    return found.pop() if len(found) == 1 else None


def upper_note(released: Released, batteries: Sequence[Battery]) -> str:
    """Say for a table which answers are counted, block by block where the blocks differ."""
    shared = common_poles(released, [item for block in batteries for item in block.items])
    if shared:
        return f"Weighted per cent of those who answered who chose {either(shared[2])}; *n* unweighted."
    parts = []
    for block in batteries:
        own = common_poles(released, block.items)
        which = either(own[2]) if own else "one of the upper answers of the item"
        parts.append(f"in *{fmt.escape(block.label)}* {which}")
    return f"Weighted per cent of those who answered who chose, {'; '.join(parts)}; *n* unweighted."


def legend(released: Released, items: Sequence[str], *, each: bool) -> list[str]:
    """Name the parts of a bar: each answer, or the lower, middle ('' if none) and upper ones together.

    Parameters
    ----------
    items
        All items of the figure.
    each
        Whether every answer has a part of its own.
    """
    shared = common_poles(released, items)
    if shared is None:
        return ["Lower answers", "Middle answer", "Upper answers"]
    if each:
        return [label for part in shared for label in part]
    return [" or ".join(part) for part in shared]
