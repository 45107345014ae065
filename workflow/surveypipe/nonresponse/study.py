"""What the analysis of non-response works on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.design.protocol import Design
from surveypipe.estimation.survey import membership
from surveypipe.ledger.cases import Case
from surveypipe.nonresponse import tests_of_response
from surveypipe.study.frame import Frame
from surveypipe.study.nonresponse import Nonresponse

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Study:
    """What the analysis rests on.

    Attributes
    ----------
    staff
        Eligible staff: ``id``, ``respondent``, the auxiliaries, the grouping variable.
    respondents
        One row per respondent in the order of the weights: ``id``, answers, frame variables.
    cases
        Claims over all staff and by group, made from `respondents` in the same order.
    designs
        Scheme -> design of the respondents.
    primary
        Scheme in force.
    plan
        Section ``nonresponse`` of the configuration.
    auxiliaries
        Frame variables, the most important first.
    group
        Grouping variable.
    jackknife
        Scheme -> delete-one replicate weights and coefficients; empty where there are none.
    seed
        Of the imputations.
    """

    staff: pd.DataFrame
    respondents: pd.DataFrame
    cases: Sequence[Case]
    designs: Mapping[str, Design]
    primary: str
    plan: Nonresponse
    auxiliaries: Sequence[str]
    group: str
    seed: int
    jackknife: Mapping[str, tuple[Floats, Floats]] = field(default_factory=dict)

    @property
    def respondent(self) -> Floats:
        """1 for a respondent, over the staff."""
        return self.staff["respondent"].to_numpy(dtype=float)

    def on_staff(self, values: Floats) -> Floats:
        """Spread values of respondents over the staff, NaN for the silent."""
        found = pd.Series(values, index=self.respondents["id"].astype(str).to_numpy())
        return np.asarray(self.staff["id"].astype(str).map(found), dtype=np.float64)

    def part(self, case: Case) -> NDArray[np.bool_]:
        """Staff whom a case is about, as far as it is known of everybody; shape (N,)."""
        inside = np.asarray(membership(self.staff, case.known_conditions) == 1)
        if not case.group_level:
            return inside
        return np.asarray(inside & (self.staff[self.group].astype(str) == case.group_level))


def default_auxiliaries(plan: Nonresponse, frame: Frame, population: str | None) -> list[str]:
    """Frame variables of the configuration: ``nonresponse.auxiliaries``, else the group and the recodes.

    Of headcounts, all that they are counted by. None where everybody is one group and nothing more is known.
    """
    return list(dict.fromkeys(plan.auxiliaries or frame.describing(population)))


def claim_cells(case: Case) -> dict[str, Any]:
    """Give the cells of a row that name its claim."""
    return {
        "claim": case.key, "variable": case.claim.variable, "group": case.group,
        "group_level": case.group_level,
    }  # fmt: skip


def test_cells(found: tests_of_response.Tested) -> dict[str, float]:
    """Give the cells of a row that hold a test."""
    finite = found.df if math.isfinite(found.df) else math.nan
    return {"estimate": found.estimate, "se": found.se, "df": finite, "p_value": found.p_value}


def lines_of(table: pd.DataFrame) -> list[Any]:
    """Rows of a table as named tuples."""
    return list(table.itertuples())
