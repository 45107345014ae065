"""Estimates at each response odds ratio as functions of the counts behind them, for the audit of disclosure.

Whoever tries counts of answers on what the explorer shows does what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from surveypipe.ledger.cases import Case, Setting
from surveypipe.ledger.explorer import thetas
from surveypipe.study.claims import AnyClaim
from surveypipe.study.offered import offered

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """Estimates and interval of a share at each θ, from how many of each part answered, and how.

    Attributes
    ----------
    claim
        What it is the share of.
    thetas
        Response odds ratios, shape (P,).
    limits
        Limits that the interval may be held against.
    people
        Respondents: ``id``, ``weight``, ``asked``, ``cell``, ``inside`` (in the base).
    half
        Half-widths of the intervals on the logit scale, below and above; shape (ends,). They are published
        nearly, and those of other counts differ little.
    """

    claim: AnyClaim
    thetas: tuple[float, ...]
    limits: tuple[float, ...]
    people: pd.DataFrame
    half: tuple[float, ...]

    @property
    def variable(self) -> str:
        """Variable of the share."""
        return self.claim.variable

    @property
    def base(self) -> str:
        """Of whom it is the share."""
        return self.claim.base

    def counts(self, code: object) -> bool:
        """Say whether a code of the variable is the answer that is counted."""
        return self.claim.counts(code)

    def points(self, part_of: Mapping[str, int], answered: Floats, gave: Floats) -> Floats:
        """Estimates and ends of intervals; shape (K, P, 1 + ends).

        Parameters
        ----------
        part_of
            Respondent to part: people of one group who carry the same weights.
        answered, gave
            How many of each part answered, and how many of them gave the answer; shape (K, parts).
        """
        parts = self.people.assign(part=self.people["id"].map(part_of)).dropna(subset=["part"])
        log_theta = np.log(np.array(self.thetas))
        weight, asked, inside = (np.zeros(answered.shape[1]) for _ in range(3))
        cells = np.full(answered.shape[1], "", dtype=object)
        for at in range(answered.shape[1]):
            members = parts[parts["part"] == at]
            if members.empty:
                continue
            weight[at], asked[at] = members["weight"].mean(), members["asked"].mean()
            inside[at], cells[at] = members["inside"].sum(), members["cell"].iloc[0]
        missing = (np.clip(inside - answered, 0, None) * weight).sum(axis=1)
        everybody = (answered * weight).sum(axis=1) + missing
        total = (gave * asked).sum(axis=1)[:, None] + np.zeros(len(log_theta))
        for cell in dict.fromkeys(cells):
            mine = cells == cell
            silent = (answered[:, mine] * (weight - asked)[mine]).sum(axis=1)
            total = total + silent[:, None] * _moved(
                _share(answered[:, mine], gave[:, mine], (weight - asked)[mine]), log_theta
            )
        total = total + missing[:, None] * _moved(_share(answered, gave, weight), log_theta)
        estimate = total / everybody[:, None]
        ends = [expit(_logit(estimate) + half) for half in self.half]
        return np.stack([estimate, *ends], axis=-1)


def _share(answered: Floats, gave: Floats, weight: Floats) -> Floats:
    """Weighted share of an answer; (y + 1/2)/(n + 1) where all or nobody gave it, as in the ledger."""
    n, y = answered.sum(axis=1), gave.sum(axis=1)
    size = (answered * weight).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(size > 0, (gave * weight).sum(axis=1) / size, 0.5)
    return np.where((y <= 0) | (y >= n), (y + 0.5) / (n + 1), share)


def _moved(share: Floats, log_theta: Floats) -> Floats:
    return np.asarray(expit(_logit(share)[:, None] - log_theta))


def _logit(share: Floats) -> Floats:
    return np.asarray(logit(np.clip(share, 1e-12, 1 - 1e-12)))


def curves_of(made: Setting, gathered: Sequence[Case], ids: Sequence[str]) -> dict[str, Curve]:
    """Give the curve of each claim of a share over everybody.

    Parameters
    ----------
    made, gathered
        As for :func:`surveypipe.ledger.explorer.explorer_table`, under the primary scheme.
    ids
        Respondents, in the order of the cases' people.
    """
    return {
        case.key: _curve(case, made, ids)
        for case in gathered
        if case.group == "overall" and case.claim.describes and case.claim.binary
    }


def _curve(case: Case, made: Setting, ids: Sequence[str]) -> Curve:
    row = case.by_scheme[made.primary]
    shares = np.array([float(row[name]) for name in ("estimate", "ci_low", "ci_high")])
    estimate, *ends = (float(value) for value in _logit(shares))
    people = case.people[["weight", "asked", "cell"]].assign(
        id=[str(who) for who in ids], inside=case.in_base
    )
    return Curve(
        case.claim,
        thetas(made.sensitivity),
        offered(case.claim),
        people,
        tuple(end - estimate for end in ends),
    )
