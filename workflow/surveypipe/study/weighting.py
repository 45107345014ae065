"""Section ``weighting``: weights for unit non-response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, field

from surveypipe.study.base import AboveOne, Names, Positive, Settings, TwoOrMore

if TYPE_CHECKING:
    import pandas as pd

# Respondents at which a soft total is met half-way. In the simulation study 2 to 10 gave the same coverage.
PENALTY = 5.0
# Into which a list is cut, where the scheme does not say.
FOLDS = 5
RESPONSE_RATE = "response_rate"
# With 100 parts each is a hundredth of the list, and further ones change nothing but the time.
Few = Annotated[int, Meta(ge=2, le=100)]


class Collapse(Settings, kw_only=True):
    """When cells are merged, and with what."""

    within: Annotated[
        str | None,
        Meta(description="Frame variable across which no cell is merged; left out: any two may be."),
    ] = None
    min_n: Annotated[TwoOrMore, Meta(description="Fewest respondents in a cell.")]
    floor: Annotated[
        TwoOrMore | None, Meta(description="Fewest respondents under which the fallback scheme is used.")
    ] = None
    max_factor: Annotated[
        AboveOne | None, Meta(description="Greatest weight as a multiple of the mean weight.")
    ] = None
    prefer: Annotated[
        tuple[Annotated[tuple[str, ...], Meta(min_length=2)], ...],
        Meta(description="Families of levels that are merged with each other before any other."),
    ] = ()
    similarity: Annotated[
        dict[str, Positive],
        Meta(
            description="Variables of the frame by which cells are alike, each with its weight in the "
            "distance; `response_rate` stands for the share that answered. Left out: the variables that make "
            "the cells and the response rate, 1 each."
        ),
    ] = field(default_factory=dict)
    inside: Annotated[
        Literal["smoothed", "equal"],
        Meta(
            description="Weights inside merged cells: smoothed towards the numbers of the categories that "
            "were merged, or equal."
        ),
    ] = "smoothed"
    penalty: Annotated[
        Positive,
        Meta(description="For smoothed: respondents in a category at which its number is met half-way."),
    ] = PENALTY

    @property
    def variables(self) -> list[str]:
        """Variables of the frame that are named."""
        within = [self.within] if self.within else []
        return [*within, *(name for name in self.similarity if name != RESPONSE_RATE)]


class Trim(Settings):
    """Cap on the weights, with re-raking."""

    cap: Annotated[AboveOne | None, Meta(description="Greatest weight as a multiple of the mean.")] = None
    iqr: Annotated[
        Positive | None, Meta(description="Cap at the median plus this many interquartile ranges.")
    ] = None
    deff: Annotated[
        AboveOne | None, Meta(description="Trim until the Kish design effect is no more than this.")
    ] = None
    potter: Annotated[
        Annotated[float, Meta(gt=0, lt=0.5)] | None,
        Meta(
            description="Potter's cut-off: cap at the weight that a fitted inverse beta distribution exceeds "
            "with this probability; 0.01 is customary."
        ),
    ] = None


class Making(Settings):
    """What the methods need to make weights; each takes what its description says."""

    method: Annotated[str, Meta(description="How the weights are made.")] = "none"
    by: Annotated[
        Names | None,
        Meta(description="For poststratify: frame variables whose cross-classification makes the cells."),
    ] = None
    margins: Annotated[
        Names | None,
        Meta(
            description="For rake and calibrate: frame variables whose margins are met; for ridge, the first "
            "exactly and the others as far as their respondents allow."
        ),
    ] = None
    penalty: Annotated[
        Positive,
        Meta(description="For ridge: respondents in a category at which its number is met half-way."),
    ] = PENALTY
    numeric: Annotated[
        tuple[str, ...] | None,
        Meta(description="For calibrate: numeric frame variables whose totals are met."),
    ] = None
    distance: Annotated[
        Literal["linear", "raking", "logit"],
        Meta(description="For calibrate and doubly_robust: the distance function."),
    ] = "linear"
    bounds: Annotated[
        tuple[float, float] | None,
        Meta(
            description="For calibrate and doubly_robust with logit: least and greatest ratio to the "
            "starting weight."
        ),
    ] = None
    predictors: Annotated[
        Names | None,
        Meta(
            description="For propensity, cross_fitted and doubly_robust: frame variables of the logistic "
            "model of response."
        ),
    ] = None
    products: Annotated[
        bool,
        Meta(
            description="For cross_fitted, and doubly_robust with folds: whether the products of any two "
            "predictors are in the model as well."
        ),
    ] = False
    folds: Annotated[
        Few | None,
        Meta(
            description="For cross_fitted: into how many folds the list is cut, by the seed; left out: 5. "
            "For doubly_robust: the same; left out: one model for all, not cross-fitted."
        ),
    ] = None
    classes: Annotated[
        Few | None,
        Meta(description="For propensity: number of classes; left out: the inverse of each propensity."),
    ] = None
    collapse: Annotated[Collapse | None, Meta(description="When cells are merged, and with what.")] = None
    trim: Annotated[Trim | None, Meta(description="Cap on the weights, with re-raking.")] = None

    def parts(self) -> tuple[Making, ...]:
        """Give the scheme itself, then the steps that it is composed of, if it is."""
        return (self,)


class Step(Making, kw_only=True):
    """One step: a scheme without a label."""

    method: Annotated[
        Literal["poststratify", "rake", "calibrate", "ridge", "propensity", "cross_fitted"],
        Meta(description="How the weights are made."),
    ]


class Scheme(Making, kw_only=True):
    """One scheme."""

    label: Annotated[str, Meta(description="Name in tables and figures.")]
    method: Annotated[
        str,
        Meta(
            description="How the weights are made: none, design (the weights of the sample as they are), "
            "poststratify, rake, calibrate, ridge, propensity, cross_fitted, doubly_robust, compose, or one "
            "that you added (docs/extending.md)."
        ),
    ]
    steps: Annotated[
        Annotated[tuple[Step, ...], Meta(min_length=2)] | None,
        Meta(description="For compose: schemes applied one after the other."),
    ] = None

    def parts(self) -> tuple[Making, ...]:
        """Give the scheme itself, then the steps that it is composed of, if it is."""
        return (self, *(self.steps or ()))


class Replicates(Settings):
    """Replicates that re-run every weighting step."""

    method: Annotated[
        Literal["jackknife", "bootstrap"], Meta(description="Delete-one jackknife, or bootstrap.")
    ]
    max_n: Annotated[
        int,
        Meta(
            description="Left out above this many respondents; at most 10,000, whose jackknife fills 800 "
            "megabytes a scheme.",
            ge=2,
            le=10_000,
        ),
    ] = 2000
    draws: Annotated[
        int,
        Meta(
            description="For bootstrap: how many; at most 10,000, with which chance moves a standard "
            "error by less than 1 %.",
            ge=50,
            le=10_000,
        ),
    ] = 500


class UnknownEligibility(Settings):
    """Two-step adjustment where eligibility is unknown for some."""

    by: Annotated[
        tuple[str, ...],
        Meta(
            description="Frame variables within whose classes the eligible share is estimated.", min_length=1
        ),
    ]


class Weighting(Settings, kw_only=True):
    """Weights for unit non-response, every scheme computed side by side."""

    primary: Annotated[
        str, Meta(description="The scheme of the published estimates; left out: the last of `schemes`.")
    ] = ""
    fallback: Annotated[
        str | None,
        Meta(
            description="The scheme used where the primary leaves a cell under its floor; left out: the "
            "primary."
        ),
    ] = None
    schemes: Annotated[
        dict[str, Scheme],
        Meta(
            description="Scheme: what it does. Left out: unweighted and, where the list or the headcounts "
            "tell everybody's group, weighted to it; headcounts by several questions, to all of them "
            "together."
        ),
    ] = field(default_factory=dict)
    replicates: Annotated[
        Replicates | None, Meta(description="Replicates that re-run every weighting step; left out: none.")
    ] = None
    unknown_eligibility: Annotated[
        UnknownEligibility | None,
        Meta(description="Two-step adjustment where eligibility is unknown for some."),
    ] = None

    @property
    def unweighted(self) -> str | None:
        """Key of the first scheme without weights; None if there is none."""
        return next((key for key, scheme in self.schemes.items() if scheme.method == "none"), None)

    def in_force(self, smallest: Mapping[str, float]) -> str:
        """Scheme of the published estimates: the primary, or the fallback where a cell is under the floor.

        Only the number of respondents in the cells decides, never an estimate.

        Parameters
        ----------
        smallest
            Scheme: respondents in its smallest cell.
        """
        collapse = self.schemes[self.primary].collapse
        floor = (collapse.floor if collapse else None) or 0
        small = smallest.get(self.primary, floor) < floor
        return (self.fallback or self.primary) if small else self.primary


def scheme_in_force(weighting: Weighting, cells: pd.DataFrame) -> str:
    """Scheme of the published estimates; see :meth:`Weighting.in_force`.

    Parameters
    ----------
    weighting
        The configuration's section.
    cells
        Table of weighting cells: scheme, n.
    """
    smallest = cells.groupby("scheme")["n"].min()
    return weighting.in_force({str(scheme): float(n) for scheme, n in smallest.items()})
