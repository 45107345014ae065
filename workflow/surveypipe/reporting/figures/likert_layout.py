"""Rows of the figure of batteries: blocks below one another, those of the same items paired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from surveypipe.reporting.batteries import Block
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.lettering import fitted, lines_mm
from surveypipe.reporting.released import Released

ROW, HEAD = 5.2, 6.2
LABEL_WIDTH = 42.0
INDENT = 3.0


@dataclass(frozen=True)
class Label:
    """Words at a place, in millimetres from the left edge and from the top of the bars."""

    text: str
    x: float
    y: float
    weight: str = "normal"
    quiet: bool = False


@dataclass
class Rows:
    """Rows of the figure.

    Attributes
    ----------
    items
        Each item with the middle of its bar, in millimetres from the top.
    labels
        All words at the left of the bars, or above them on a narrow page.
    spans
        Upper and lower end of each run of bars.
    body
        Height of everything.
    """

    items: list[tuple[str, float]] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    spans: list[tuple[float, float]] = field(default_factory=list)
    body: float = 0.0

    def head(self, text: str) -> None:
        """Begin a block."""
        shown = fitted(text, theme.across() - 1.0, weight="bold")
        height = HEAD - lines_mm("") + lines_mm(shown)
        self.labels.append(Label(shown, 0.5, self.body + height * 0.6, "bold"))
        self.body += height

    def words(self, text: str, *, indent: float = INDENT, quiet: bool = False) -> None:
        """Write a label on lines of its own."""
        shown = fitted(text, (theme.across() if theme.narrow() else LABEL_WIDTH) - indent - 2.0)
        self.labels.append(Label(shown, indent, self.body + lines_mm(shown) / 2 + 0.4, quiet=quiet))
        self.body += lines_mm(shown) + 0.4

    def bar(self, item: str, text: str, *, indent: float = INDENT, quiet: bool = False) -> None:
        """Add the bar of an item, with its label beside it, or above it on a narrow page."""
        if theme.narrow():
            self.words(text, indent=indent, quiet=quiet)
            text = ""
        shown = fitted(text, LABEL_WIDTH - indent - 2.0) if text else ""
        height = max(ROW, lines_mm(shown) + 1.2)
        middle = self.body + height / 2
        if shown:
            self.labels.append(Label(shown, indent, middle, quiet=quiet))
        self.items.append((item, middle))
        if theme.narrow():
            self.spans.append((self.body, self.body + height))
        self.body += height

    def end(self, top: float) -> None:
        """End a run of bars that began at `top`; on a narrow page each bar is a run."""
        if not theme.narrow():
            self.spans.append((top, self.body))


def rows_of(released: Released, blocks: Sequence[Block]) -> Rows:
    """Lay the blocks out; those with the same items in the same order share a heading, item by item."""
    made = Rows()
    for names, run in groupby(blocks, lambda block: tuple(map(released.short, block.items))):
        paired = list(run)
        if len(paired) == 1 or len(set(names)) < len(names):
            for block in paired:
                made.head(block.label)
                top = made.body
                for item in block.items:
                    made.bar(item, released.short(item))
                made.end(top)
            continue
        common, rests = parted([block.label for block in paired])
        made.head(common)
        top = made.body
        for place, name in enumerate(names):
            made.words(name)
            for block, rest in zip(paired, rests, strict=True):
                made.bar(block.items[place], rest, indent=2 * INDENT, quiet=True)
        made.end(top)
    made.body += 1.0
    return made


def parted(labels: Sequence[str]) -> tuple[str, list[str]]:
    """Part the words that labels begin with together from what tells them apart.

    Examples
    --------
    >>> parted(["Joint working through the protocols", "Joint working through contact"])
    ('Joint working through', ['the protocols', 'contact'])
    >>> parted(["By day", "At night"])
    ('By day; At night', ['By day', 'At night'])
    """
    words = [label.split() for label in labels]
    alike = 0
    while all(alike + 1 < len(own) and own[alike] == words[0][alike] for own in words):
        alike += 1
    if not alike:
        return "; ".join(labels), list(labels)
    return " ".join(words[0][:alike]), [" ".join(own[alike:]) for own in words]
