"""What stands below the specification curves: what every point assumes, and what does not."""

from __future__ import annotations

from collections.abc import Sequence

from surveypipe import formatting
from surveypipe.reporting.released import Released
from surveypipe.study.claim import Claim


def notes_of(released: Released, shown: Sequence[Claim], *, hidden: bool) -> list[str]:
    """List the notes of the figure; '' where one does not apply.

    Parameters
    ----------
    shown
        Claims of the panels that hold points.
    hidden
        Whether a panel is suppressed.
    """
    words = released.vocabulary
    within = [claim for claim in shown if claim.within_margin]
    level = released.settings.analysis.ci_level
    decides = formatting.confidence(within[0].deciding_level(level)) if within else ""
    return [
        words.fill(_assumed(released)),
        f"For the difference, {decides} intervals, which decide; arrows, the bounds go on." if within else "",
        words.fill("Suppressed panels rest on too few {respondents.many}.") if hidden else "",
    ]


def _assumed(released: Released) -> str:
    """Say what every point assumes, and what does not."""
    if not released.silent_known:
        return "Every point assumes that the {people.many} missing from the data are like the rest."
    first = "Every point assumes response at random within the cells of its scheme; the "
    if released.settings.sensitivity.scenario is None:
        return f"{first}bounds do not."
    return (
        f"{first}{{readers.one}} scenario (white: no {{readers.many}} among the {{silent.many}}; full: as "
        "many as among {respondents.many}) and the bounds do not."
    )
