"""Reliability of the configured scales as rows of the table of estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from surveypipe.estimation.survey import Survey, claim_of
from surveypipe.measurement import reliability
from surveypipe.study.analysis import Reliability


def reliability_rows(
    survey: Survey, settings: Reliability, items: Mapping[str, Sequence[str]], seed: int
) -> pd.DataFrame:
    """Alpha, omega and their ordinal versions of each scale, unweighted: they describe the answers given.

    Parameters
    ----------
    settings
        Section ``analysis.reliability``.
    items
        Items by scale.
    seed
        Of a bootstrap interval.
    """
    wanted = {scale: items[scale] for scale in settings.scales}
    names = [*wanted, *(item for own in wanted.values() for item in own)]
    claim = claim_of(survey.settings)
    rows, _ = reliability.tidy(
        wanted, survey.respondents, scheme=survey.unweighted or "none",
        labels={name: survey.label(name) for name in names}, ci_level=survey.level,
        interval=settings.interval, seed=seed,
    )  # fmt: skip
    return rows.assign(claim=[claim.get(scale, "") for scale in rows["variable"]])
