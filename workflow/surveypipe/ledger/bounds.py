"""Bounds whatever the silent would have answered (Manski)."""

from __future__ import annotations

import math


def manski_share(yes: float, answered: float, population: float) -> tuple[float, float]:
    """Bounds of a share when nothing is assumed of the unheard.

    Parameters
    ----------
    yes, answered
        Respondents who said yes, and who answered the question at all.
    population
        Eligible persons; the rest are unknown, item non-respondents among them.

    Returns
    -------
    tuple of float
        Least and greatest possible share. In a census they are exact: no sampling interval goes around them.
    """
    return manski_mean(yes, answered, population, 0.0, 1.0)


def manski_mean(
    total: float, answered: float, population: float, least: float, most: float
) -> tuple[float, float]:
    """Bounds of a mean on [least, most], from the sum of the answers given; see :func:`manski_share`."""
    unknown = population - answered
    return (total + unknown * least) / population, (total + unknown * most) / population


def manski_readers(
    yes: float, readers: float, unknown: float, *, unanswered: float = 0, stray: tuple[float, float] = (0, 0)
) -> tuple[float, float]:
    """Bounds of a share among readers, when the silent may be readers or not.

    Parameters
    ----------
    yes
        Reading respondents who said yes.
    readers
        Reading respondents, those included who left the question out.
    unknown
        Persons of whom neither readership nor answer is known (the silent among them).
    unanswered
        Reading respondents who left the question out.
    stray
        Respondents who answered the question, yes and no, without saying whether they had read.

    Returns
    -------
    tuple of float
        ``yes/(readers + unknown)`` and ``(yes + unknown)/(readers + unknown)`` where everyone who returned
        a questionnaire answered all of it; NaN if there may be no reader at all.
    """
    stray_yes, stray_no = stray
    most = readers + stray_yes + unknown
    if not most:
        return math.nan, math.nan
    low = yes / (readers + stray_no + unknown) if readers + stray_no + unknown else 1.0
    return low, (yes + stray_yes + unanswered + unknown) / most
