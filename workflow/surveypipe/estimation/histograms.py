"""Histograms of questions answered with a number: the share of the people in each bin.

The edges of the bins are the configuration's, or follow a rule that looks at no single answer: the width of
Freedman and Diaconis (1981), as the nearest of 1, 2 or 5 times a power of ten, between the 5th and the 95th
percentile; nought stands alone where many counts are and bins are narrow. What lies beyond is one open bin at
either side. A highest possible number, such as 100 per cent, is no bin of its own beside wider ones: it joins
the one below. Bins of fewer respondents than may be shown join a neighbour.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from surveypipe.disclosure.digits import STEPS
from surveypipe.disclosure.rules import Rules
from surveypipe.estimation.estimates import Estimand, scheme_rows
from surveypipe.estimation.survey import Survey
from surveypipe.formatting import shortest
from surveypipe.identifiers import HISTOGRAM, LIMITS
from surveypipe.study.bases import ANSWERED

Floats = NDArray[np.float64]
MOST_BINS = 20
# Counts that are nought for so many have it in a bin of its own.
MANY_NOUGHTS = 0.1
# Beside bins as wide as this a bar over nought alone, whose area is its share, would tower over all others.
TOO_WIDE_BESIDE_NOUGHT = 10.0
ENDS = (0.05, 0.95)
DIGITS = 10
BETWEEN = ":"


class Bin(NamedTuple):
    """Numbers from `low` up to but without `high`; infinite at the side where it is open."""

    low: float
    high: float

    def holds(self, values: Floats) -> Floats:
        """1 where a number lies in the bin, 0 where it does not, NaN where there is none; shape (n,)."""
        inside = (values >= self.low) & (values < self.high)
        return np.where(np.isnan(values), np.nan, inside.astype(float))

    @property
    def level(self) -> str:
        """Both ends as the table of estimates holds them, ``5:10``; nothing where it is open."""
        return BETWEEN.join("" if math.isinf(end) else f"{end:g}" for end in self)

    def label(self, *, whole: bool) -> str:
        """Say in words which numbers it holds; `whole` where all are whole."""
        if math.isinf(self.low):
            return f"under {shortest(self.high)}"
        if math.isinf(self.high):
            return f"{shortest(self.low)} or more"
        if not whole:
            return f"{shortest(self.low)} to under {shortest(self.high)}"
        last = self.high - 1
        return shortest(self.low) if last == self.low else f"{shortest(self.low)} to {shortest(last)}"


def histogram_rows(survey: Survey, rules: Rules) -> Iterator[dict[str, Any]]:
    """Shares of the bins of each question answered with a number, over all, under the primary scheme.

    Parameters
    ----------
    survey
        The survey.
    rules
        Of disclosure control, which say how few may be in a bin.
    """
    design = survey.designs[survey.primary]
    for name in dict.fromkeys(survey.settings.analysis.items):
        about = survey.variables[name]
        if survey.item_type(name).listed or about.get("derived"):
            continue
        values = survey.respondents[name].to_numpy(float)
        _, greatest = about.get(LIMITS) or (-math.inf, math.inf)
        found = bins_of(values, survey.settings.analysis.bins.get(name), rules, float(greatest))
        whole = _whole(values) and all(end.is_integer() for one in found for end in one if math.isfinite(end))
        if len(found) < 2:
            continue
        wanted = [_estimand(name, values, one, one.label(whole=whole)) for one in found]
        Y = np.column_stack([one.outcome for one in wanted])
        yield from scheme_rows(survey, wanted, Y, survey.primary, design.means(Y, fpc=survey.fpc))


def _estimand(name: str, values: Floats, one: Bin, label: str) -> Estimand:
    make = partial(one.holds, values)
    return Estimand(name, HISTOGRAM, make, one.level, label, base=ANSWERED, identifier_label=label)


def bins_of(
    values: Floats, given: Sequence[float] | None, rules: Rules, greatest: float = math.inf
) -> list[Bin]:
    """Divide numbers into bins, each of as many respondents as may be shown, or of none.

    Parameters
    ----------
    values
        Numbers, NaN where there is none; shape (n,).
    given
        Edges of the configuration; None for the rule.
    rules
        Of disclosure control.
    greatest
        The highest number that the question allows.
    """
    told = values[~np.isnan(values)]
    if not len(told):
        return []
    edges = [-math.inf, *(edges_for(told) if given is None else given), math.inf]
    bins = [Bin(float(low), float(high)) for low, high in pairwise(edges)]
    counts = [int(np.nansum(one.holds(told))) for one in bins]
    for end in (0, -1):
        # Where nobody lies beyond the edges there is no open bin.
        if counts[end] == 0 and len(bins) > 1:
            del bins[end], counts[end]
    if len(bins) > 1 and _a_point(bins[-1], bins[-2], told, greatest):
        bins[-2:], counts[-2:] = [Bin(bins[-2].low, math.inf)], [counts[-2] + counts[-1]]
    return _joined(bins, counts, rules)


def _a_point(last: Bin, before: Bin, told: Floats, greatest: float) -> bool:
    """Whether the uppermost bin can hold one number alone, while the one below it holds several."""
    alone = last.low == greatest and told.max() <= greatest
    return alone and not (_whole(told) and before.high - before.low <= 1)


def _joined(bins: list[Bin], counts: list[int], rules: Rules) -> list[Bin]:
    """Join each bin of too few with the smaller of its neighbours, the smallest first."""
    least = max(rules.min_cell, rules.min_answers)
    while len(bins) > 1:
        small = [k for k, n in enumerate(counts) if n < least and (n > 0 or rules.zeros_disclosive)]
        if not small:
            break
        one = min(small, key=lambda k: (counts[k], k))
        other = min((k for k in (one - 1, one + 1) if 0 <= k < len(bins)), key=lambda k: (counts[k], k))
        first = min(one, other)
        bins[first : first + 2] = [Bin(bins[first].low, bins[first + 1].high)]
        counts[first : first + 2] = [counts[first] + counts[first + 1]]
    return bins


def edges_for(values: Floats) -> list[float]:
    """Edges of bins of one width by the rule, in order.

    Parameters
    ----------
    values
        Numbers, one at least; shape (n,).

    Examples
    --------
    >>> edges_for(np.arange(101.0))
    [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    """
    low, q1, q3, high = np.quantile(values, [ENDS[0], 0.25, 0.75, ENDS[1]], method="inverted_cdf")
    width = max(2 * (q3 - q1) / np.cbrt(len(values)) or (high - low) / 10, (high - low) / MOST_BINS)
    if _whole(values):
        width = max(width, 1.0)
    width = _step(float(width) or max(abs(float(high)) / 10, 1e-9))
    first, last = math.floor(low / width + 1e-9), math.floor(high / width + 1e-9) + 1
    edges = [round(k * width, DIGITS) for k in range(first, last + 1)]
    if (
        1 < width < TOO_WIDE_BESIDE_NOUGHT
        and _whole(values)
        and values.min() == edges[0] == 0
        and np.mean(values == 0) >= MANY_NOUGHTS
    ):
        edges.insert(1, 1.0)
    return edges


def _step(wanted: float) -> float:
    """Take the nearest of 1, 2 or 5 times a power of ten, by ratio."""
    power = 10.0 ** math.floor(math.log10(wanted))
    return min((power * step for step in STEPS), key=lambda step: abs(math.log(step / wanted)))


def _whole(values: Floats) -> bool:
    told = values[~np.isnan(values)]
    return bool((told == np.round(told)).all())
