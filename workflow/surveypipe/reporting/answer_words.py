"""What the ends of ordered answers are called: as the codebook names them, else by their own labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surveypipe import formatting as fmt
from surveypipe.reporting.batteries import Block
from surveypipe.reporting.joined_labels import joined
from surveypipe.reporting.released import Released
from surveypipe.study.poles import named, parted


@dataclass(frozen=True)
class Pole:
    """The answers on one side of an item, as they are merged.

    Parameters
    ----------
    labels
        Labels of the answers; none for the middle of an even number.
    name
        What the codebook calls them; '' where it does not.
    """

    labels: tuple[str, ...]
    name: str = ""

    @property
    def words(self) -> list[str]:
        """What to call them: one name, or the labels."""
        return named(self.labels, self.name)


Poles = tuple[Pole, Pole, Pole]


def poles(released: Released, item: str) -> Poles:
    """Give the lower, the middle and the upper answers of an item."""
    names = released.variables.get(item, {}).get("poles") or {}
    found = parted(list(released.values(item).values()))
    low, middle, high = (Pole(labels, str(names.get(key, ""))) for key, labels in found.items())
    return low, middle, high


def either(words: Sequence[str]) -> str:
    """Join words in quotation marks: ``'Agree' or 'Strongly agree'``."""
    return fmt.sentence_list([f"'{fmt.escape(word)}'" for word in words], "or")


def common_poles(released: Released, items: Sequence[str]) -> Poles | None:
    """Give the poles that all items share; None where they have none in common."""
    found = {poles(released, item) for item in items}
    return found.pop() if len(found) == 1 else None


def upper_note(released: Released, blocks: Sequence[Block]) -> str:
    """Say for a table which answers are counted, block by block where the blocks differ."""
    shared = common_poles(released, [item for block in blocks for item in block.items])
    if shared:
        return f"Weighted per cent of those who answered who chose {_counted(shared[2])}; *n* unweighted."
    parts = []
    for block in blocks:
        own = common_poles(released, block.items)
        which = _counted(own[2]) if own else "one of the upper answers of the item"
        parts.append(f"in *{fmt.escape(block.label)}* {which}")
    return f"Weighted per cent of those who answered who chose, {'; '.join(parts)}; *n* unweighted."


def _counted(upper: Pole) -> str:
    """Name the upper answers, and say which they are where the name is the codebook's."""
    if not upper.name:
        return either(upper.words)
    return f"{either(upper.words)} ({fmt.sentence_list([fmt.escape(w) for w in named(upper.labels)], 'or')})"


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
    if each and shared is not None:
        return [label for pole in shared for label in pole.labels]
    if shared is None:
        names = [
            {pole.name for pole in three}
            for three in zip(*(poles(released, item) for item in items), strict=True)
        ]
        alike = [next(iter(found)) if len(found) == 1 else "" for found in names]
        general = ["Lower answers", "Middle answer", "Upper answers"]
        return [fmt.capital(name) if name else other for name, other in zip(alike, general, strict=True)]
    return [fmt.capital(pole.name) if pole.name else joined(released, pole.words) for pole in shared]
