"""Strata of which one unit was drawn: what stands for them, in the whole and in a domain."""

from __future__ import annotations

import numpy as np
import pytest

from surveypipe.design.stages import Stage, design_covariance, design_deviations
from surveypipe.problems import SurveyError

STRATA = np.array(["a", "a", "a", "b", "b", "c", "d", "d"])
STAGE = Stage(np.arange(8), STRATA)
SCORES = np.array([1.0, -2.0, 0.5, 3.0, -1.0, 2.0, 0.25, -4.0])[:, None]


def variances(scores: np.ndarray) -> dict[str, float]:
    """n/(n − 1) Σ (t − t̄)² by stratum, written out."""
    found = {}
    for name in "abd":
        t = scores[name == STRATA, 0]
        found[name] = len(t) / (len(t) - 1) * ((t - t.mean()) ** 2).sum()
    return found


def test_the_mean_of_the_other_strata_stands_for_a_single_unit():
    judged = variances(SCORES)
    found = design_covariance(SCORES, [STAGE], single_unit="average")[0, 0]
    assert found == pytest.approx(sum(judged.values()) + np.mean(list(judged.values())))


def test_in_a_domain_the_mean_is_that_of_the_strata_that_it_touches():
    # Nobody of stratum b is in the first domain, nobody of c in the second, and the third is c alone.
    domains = np.column_stack([np.where(STRATA == "b", 0.0, SCORES[:, 0]),
                               np.where(STRATA == "c", 0.0, SCORES[:, 0]),
                               np.where(STRATA == "c", SCORES[:, 0], 0.0)])  # fmt: skip
    own = design_deviations(domains, [STAGE], single_unit="average", jointly=False)
    first, second, third = (own**2).sum(axis=0)
    judged = variances(SCORES)
    assert first == pytest.approx((judged["a"] + judged["d"]) * 3 / 2)
    assert second == pytest.approx(sum(judged.values()))
    assert np.isnan(third)
    # As parts of one estimate they share the strata that any of them touches.
    together = design_covariance(domains, [STAGE], single_unit="average")
    assert together[1, 1] == pytest.approx(sum(judged.values()) * 4 / 3)


def test_other_choices_are_those_that_are_named():
    judged = sum(variances(SCORES).values())
    assert design_covariance(SCORES, [STAGE], single_unit="certainty")[0, 0] == pytest.approx(judged)
    assert design_covariance(SCORES, [STAGE], single_unit="adjust")[0, 0] == pytest.approx(judged + 2.0**2)
    with pytest.raises(SurveyError, match=r"1 of 4 strata \(c\) a single unit was drawn"):
        design_covariance(SCORES, [STAGE])
