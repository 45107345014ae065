"""Claims of an association: an odds ratio or a coefficient of a model that the configuration names."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from msgspec import Meta

from surveypipe.identifiers import CLAIMED_COEFFICIENT, CLAIMED_ODDS_RATIO
from surveypipe.study.analysis import Model
from surveypipe.study.base import Code
from surveypipe.study.bounds import Heard, Interval
from surveypipe.study.forms import Form, Ratio
from surveypipe.study.measured import Beyond
from surveypipe.study.sides import Axis


class AssociationClaim(Beyond, tag="association", kw_only=True):
    """An odds ratio of a named model, or of a linear one a coefficient, beyond a threshold."""

    variable: Annotated[str, Meta(description="Outcome of a model under `analysis.models`.")]
    model: Annotated[
        Literal["logistic", "ordinal", "linear"],
        Meta(description="Kind of that model, as it is named there."),
    ]
    term: Annotated[str, Meta(description="Predictor of that model.")]
    level: Annotated[
        Code | None,
        Meta(
            description="Code of the predictor, which is set against the reference; left out: the predictor "
            "enters as a number."
        ),
    ] = None
    threshold: Annotated[
        float,
        Meta(
            description="What the interval's lower limit must exceed (upper limit stay under, for direction "
            "below): of an odds ratio 1 or another number above 0; of a coefficient 0 or another number."
        ),
    ]

    describes = False
    bounded = False
    unit_of_variable = False
    # It is made of no means that those who did not answer could move.
    signs = ()
    test_name = (
        "t test against the claim's threshold, of an odds ratio on the scale of its logarithm, two-sided; "
        "effect: the threshold"
    )

    @property
    def variables(self) -> tuple[str, ...]:
        """The outcome and the predictor."""
        return self.variable, self.term

    @property
    def statistic(self) -> str:
        """An odds ratio, or a coefficient."""
        return CLAIMED_ODDS_RATIO if self.log_scale else CLAIMED_COEFFICIENT

    @property
    def log_scale(self) -> bool:
        """Whether its interval is that of a logarithm."""
        return self.model != "linear"

    def of(self, model: Model) -> bool:
        """Whether it is about a model."""
        return (self.variable, self.model) == (model.outcome, model.kind)

    @property
    def limits(self) -> Interval:
        """Least and greatest possible value."""
        return (0.0, math.inf) if self.log_scale else (-math.inf, math.inf)

    def bounds(self, *heard: Heard) -> Interval:
        """None are defined: a model has other predictors, and answers of the silent that no bound holds."""
        return math.nan, math.nan

    @property
    def form(self) -> Form:
        """An odds ratio to one decimal, as it is released; a coefficient in its unit."""
        return Ratio() if self.log_scale else Form(self.unit or "")

    @property
    def noun(self) -> str:
        """What the estimand is called in a sentence."""
        return "odds ratio" if self.log_scale else "coefficient"

    @property
    def called(self) -> str:
        """What notes of tables call a claim of its kind."""
        return "association"

    @property
    def scale_note(self) -> str:
        """What a note says of its values."""
        return f"for an association the {self.noun} {self.form.note}".strip()

    @property
    def axis(self) -> Axis:
        """Axis from nought, of odds ratios; of coefficients on either side of it."""
        return Axis(self.titled(f"{self.noun[:1].upper()}{self.noun[1:]}"), None, upwards=self.log_scale)

    def landmarks(self) -> tuple[float, ...]:
        """Values on whose side an estimate must stay when it is rounded: no association is one."""
        return (1.0 if self.log_scale else 0.0, *super().landmarks())
