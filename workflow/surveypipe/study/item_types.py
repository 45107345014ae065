"""Types of items: how the answers to one are read, summarised, compared and shown.

A new type is one more entry of :data:`ITEM_TYPES`: the codebook then takes it, and what the entry does not
say is as in :class:`ItemType`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

Form = Literal["number", "day", "text"]
Measure = Literal["nominal", "ordinal", "scale"]
PROPORTION, MEAN, MEDIAN = "proportion", "mean", "median"


@dataclass(frozen=True, kw_only=True)
class ItemType:
    """What holds for every item of a type.

    Attributes
    ----------
    meaning
        What the documentation of the codebook says of it; '' where the word is enough.
    form
        How its column of the file is read.
    listed
        Whether its answers are listed under ``values``, and the share of each is estimated.
    summaries
        What is estimated of the answers as numbers: the mean, the median with its quartiles. Without a mean
        there is no test of means, and no difference between groups.
    pair
        Whether it has exactly two answers, one of which is counted.
    may_count
        Whether the codebook may say that one of its answers is counted.
    ranged
        Whether the codebook may give it a ``range``.
    unknown_stops
        Whether one code that the codebook does not know stops ingest.
    answered
        What a respondent gives, where no answers are listed.
    measure
        Level of measurement that SPSS is told.
    """

    meaning: str = ""
    form: Form = "number"
    listed: bool = False
    summaries: tuple[str, ...] = ()
    pair: bool = False
    may_count: bool = False
    ranged: bool = False
    unknown_stops: bool = False
    answered: str = ""
    measure: Measure = "scale"

    @property
    def number(self) -> bool:
        """Whether its answers are codes or numbers; days and text are not."""
        return self.form == "number"

    @property
    def estimated(self) -> bool:
        """Whether anything is estimated of it."""
        return self.listed or bool(self.summaries)

    @property
    def mean(self) -> bool:
        """Whether a mean stands for its answers."""
        return MEAN in self.summaries

    @property
    def stands(self) -> str:
        """Statistic that stands for an item where there is room for one: a mean, a median or a share."""
        return (*self.summaries, PROPORTION)[0]

    @property
    def ranked(self) -> bool:
        """Whether its answers have an order that ranks and quantiles rest on."""
        return bool(self.summaries)

    @property
    def ordered(self) -> bool:
        """Whether it has listed answers in an order: a rating, whose ends may be merged."""
        return self.listed and self.ranked

    @property
    def nominal(self) -> bool:
        """Whether it has listed answers without an order: a model has an indicator of each."""
        return self.listed and not self.ranked


ITEM_TYPES: dict[str, ItemType] = {
    "binary": ItemType(
        meaning="two answers, of which `counts` says the one whose share is shown",
        listed=True,
        pair=True,
        may_count=True,
        measure="nominal",
    ),
    "ordinal": ItemType(
        meaning="ordered answers",
        listed=True,
        summaries=(MEAN, MEDIAN),
        measure="ordinal",
    ),
    "categorical": ItemType(
        meaning="answers that make no scale",
        listed=True,
        may_count=True,
        unknown_stops=True,
        measure="nominal",
    ),
    "numeric": ItemType(summaries=(MEAN, MEDIAN), ranged=True, answered="A number"),
    "date": ItemType(form="day", ranged=True, answered="A date"),
    "string": ItemType(form="text", answered="In own words", measure="nominal"),
}

# The words that the codebook may use are the keys above.
if TYPE_CHECKING:
    TypeName = str
else:
    TypeName = Literal[tuple(ITEM_TYPES)]


def type_of(about: Mapping[str, Any]) -> ItemType:
    """Give the type of a variable, from its entry of the file variables.json."""
    return ITEM_TYPES[str(about["type"])]


def meanings() -> str:
    """List the types with what each means, for the documentation."""
    parts = [f"{name}: {kind.meaning}" if kind.meaning else name for name, kind in ITEM_TYPES.items()]
    return "; ".join(parts) + "."
