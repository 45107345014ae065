"""Who is weighted, and what is known of them: of the stage that weights, and of those that look at how."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from _shared import section
from surveypipe.design.selection import base_weights
from surveypipe.study.design import Sampling
from surveypipe.study.frame import Frame
from surveypipe.study.margins import in_numbers
from surveypipe.study.weighting import Weighting
from surveypipe.weighting import schemes

BASE = "base_weight"


class Weighted(NamedTuple):
    """People to be weighted.

    Attributes
    ----------
    eligible
        One row for each, respondents or not.
    base
        Column of their base weights; None where everybody counts alike.
    known
        Variable: level: people in the population, where it is told.
    """

    eligible: pd.DataFrame
    base: str | None
    known: Mapping[str, Mapping[str, float]]


def weighted_people(config: dict[str, Any], dispositions: Path) -> Weighted:
    """Read the dispositions, and leave those to be weighted, with their base weights."""
    plan, design = section(config, "weighting", Weighting), section(config, "design", Sampling)
    staff = pd.read_parquet(dispositions)
    made = base_weights(staff, design)
    base = None if made is None else BASE
    if made is not None:
        staff = staff.assign(**{BASE: made})
    if plan.unknown_eligibility:
        eligible = schemes.resolve_unknown_eligibility(staff, list(plan.unknown_eligibility.by), base)
        base = BASE
    else:
        eligible = staff[staff["category"] != "IE"]
    answered = eligible["respondent"].to_numpy(bool)
    weighed = float(answered.sum() if base is None else eligible.loc[answered, base].sum())
    return Weighted(eligible, base, in_numbers(section(config, "frame", Frame), weighed))
