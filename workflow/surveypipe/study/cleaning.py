"""Section ``cleaning``: declared rules, scales and derived variables."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, field
from msgspec.structs import force_setattr

from surveypipe.study.base import Core, Day, Name, Settings, TwoOrMore


class MissingReason(StrEnum):
    """Why an answer is missing; not having been asked comes before all else."""

    BLANK = "blank"
    USER_MISSING = "user_missing"
    NOT_ASKED = "not_asked"
    SET_MISSING = "set_missing"


ACTION = "Drop the record, set the value missing, or flag and keep."


class Rule(Settings, tag_field="type"):
    """One rule of cleaning."""

    id: Annotated[Name | None, Meta(description="Name of the rule in the log; left out: its type.")] = None

    def __post_init__(self) -> None:
        if self.id is None:
            force_setattr(self, "id", self.type)

    @property
    def name(self) -> str:
        """Name of the rule in the log."""
        return self.id or self.type

    @property
    def type(self) -> str:
        """What the rule finds."""
        return self.tag()


class NotOnFrame(Rule, tag="not_on_frame"):
    """Records whose identifier is not on the staff list."""

    action: Annotated[Literal["drop"], Meta(description=ACTION)] = "drop"


class Blank(Rule, tag="blank"):
    """Questionnaires without an answer to any item that counts."""

    action: Annotated[Literal["drop"], Meta(description=ACTION)] = "drop"
    core: Annotated[
        Core, Meta(description="Which items count (questionnaire: the codebook's core items).")
    ] = "questionnaire"


class Duplicate(Rule, tag="duplicate"):
    """Several questionnaires of one person."""

    action: Annotated[Literal["drop"], Meta(description=ACTION)] = "drop"
    keep: Annotated[Literal["most_complete", "first", "last"], Meta(description="Which record stays.")] = (
        "most_complete"
    )


class FrameMismatch(Rule, tag="frame_mismatch", kw_only=True):
    """Answers that the staff list contradicts."""

    action: Annotated[Literal["flag"], Meta(description=ACTION)] = "flag"
    pairs: Annotated[dict[str, str], Meta(description="Survey variable: frame variable.", min_length=1)]


class Range(Rule, tag="range"):
    """Values outside the codebook's answers or range."""

    action: Annotated[Literal["set_missing", "flag"], Meta(description=ACTION)] = "set_missing"


class Skip(Rule, tag="skip"):
    """Answers to questions that the routing leaves out."""

    action: Annotated[Literal["set_missing", "flag"], Meta(description=ACTION)] = "set_missing"


class StraightLining(Rule, tag="straight_lining", kw_only=True):
    """The same answer to every item of several batteries."""

    action: Annotated[Literal["flag", "drop"], Meta(description=ACTION)] = "flag"
    batteries: Annotated[
        tuple[str, ...], Meta(description="Batteries of the codebook looked at together.", min_length=1)
    ]
    min_items: Annotated[TwoOrMore, Meta(description="Fewest answered items for the rule to apply.")]


class Late(Rule, tag="late", kw_only=True):
    """Questionnaires that came back after the field period."""

    action: Annotated[Literal["flag", "drop"], Meta(description=ACTION)] = "flag"
    variable: Annotated[str, Meta(description="The date variable.")]
    after: Annotated[Day, Meta(description="Last day of the field period (YYYY-MM-DD).")]


AnyRule = NotOnFrame | Blank | Duplicate | FrameMismatch | Range | Skip | StraightLining | Late


class Scale(Settings):
    """One scale."""

    variable: Annotated[Name, Meta(description="Name of the scale.")]
    label: Annotated[str, Meta(description="Name in tables and figures.")]
    items: Annotated[tuple[str, ...], Meta(description="Items of the scale.", min_length=2)]
    min_share: Annotated[
        float, Meta(description="Least share of its items that must be answered.", gt=0, le=1)
    ] = 0.5


class Recode(Settings, tag_field="type"):
    """One derived variable."""

    variable: Annotated[Name, Meta(description="Name.")]
    label: Annotated[str, Meta(description="Name in tables and figures.")]

    @property
    def type(self) -> str:
        """How it is derived."""
        return self.tag()

    @property
    def sources(self) -> tuple[str, ...]:
        """Variables that it is made from."""
        raise NotImplementedError


class Above(Recode, tag="above"):
    """1 where the scale exceeds the cut, else 0."""

    from_: Annotated[str, Meta(description="Scale it is made from.")] = field(name="from")
    cut: Annotated[float, Meta(description="The cut.")]

    @property
    def sources(self) -> tuple[str, ...]:
        """Variables that it is made from."""
        return (self.from_,)


class ItemsHigh(Recode, tag="items_high"):
    """Share of the answered items of a scale with an answer in the upper half of the codes."""

    from_: Annotated[str, Meta(description="Scale it is made from.")] = field(name="from")

    @property
    def sources(self) -> tuple[str, ...]:
        """Variables that it is made from."""
        return (self.from_,)


class RoutedNo(Recode, tag="routed_no"):
    """A yes/no question in which those routed past it count as no."""

    from_: Annotated[str, Meta(description="Question it is made from.")] = field(name="from")
    filter: Annotated[str, Meta(description="The filter question.")]

    @property
    def sources(self) -> tuple[str, ...]:
        """Variables that it is made from."""
        return (self.from_, self.filter)


class Difference(Recode, tag="difference"):
    """One variable minus another."""

    minuend: Annotated[str, Meta(description="First variable.")]
    subtrahend: Annotated[str, Meta(description="Second variable.")]

    @property
    def sources(self) -> tuple[str, ...]:
        """Variables that it is made from."""
        return (self.minuend, self.subtrahend)


class Bands(Recode, tag="bands"):
    """A number cut into bands."""

    from_: Annotated[str, Meta(description="Variable it is made from.")] = field(name="from")
    cuts: Annotated[
        tuple[float, ...],
        Meta(
            description="Lower bounds of the second and later bands, at most 100.",
            min_length=1,
            max_length=100,
        ),
    ]
    labels: Annotated[tuple[str, ...], Meta(description="Names of the bands.", min_length=2)]

    @property
    def sources(self) -> tuple[str, ...]:
        """Variables that it is made from."""
        return (self.from_,)


AnyRecode = Above | ItemsHigh | RoutedNo | Difference | Bands


class Cleaning(Settings):
    """Declared rules of cleaning; each change is a row of the cleaning log."""

    rules: Annotated[tuple[AnyRule, ...], Meta(description="Applied in this order.")] = (
        NotOnFrame(),
        Blank(),
        Duplicate(),
        Range(),
        Skip(),
    )
    reverse: Annotated[
        tuple[str, ...],
        Meta(
            description="Reverse-worded items, turned so that a high score is always the upper end of the "
            "scale."
        ),
    ] = ()
    scales: Annotated[tuple[Scale, ...], Meta(description="Scales as person means.")] = ()
    recodes: Annotated[tuple[AnyRecode, ...], Meta(description="Derived variables.")] = ()
