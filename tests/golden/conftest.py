"""Fixtures of the golden tests."""

from __future__ import annotations

import numpy as np
import pytest

from surveypipe.design.phases import second_phase


@pytest.fixture
def fixture_a():
    """Fixture A of the method notes: outcome, design and agency (0 AMH, 1 CSC) of 119 respondents."""
    agency = np.repeat(["AMH", "CSC"], [45, 74])
    y = np.concatenate([np.repeat([1.0, 0.0], [36, 9]), np.repeat([1.0, 0.0], [66, 8])])
    weights = np.where(agency == "AMH", 180 / 45, 140 / 74)
    design = second_phase(weights, agency, {"AMH": 180, "CSC": 140})
    return y, design, (agency == "CSC").astype(float)
