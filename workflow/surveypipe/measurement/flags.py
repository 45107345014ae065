"""Flags of the reliability of a scale."""

from __future__ import annotations

from enum import StrEnum


class ReliabilityFlag(StrEnum):
    """What is to be known of a coefficient, or of an item of the scale."""

    # Fewer complete cases than omega and polychoric correlations want.
    SMALL_SAMPLE = "n under 200"
    # A loading reached one, so that omega means nothing.
    HEYWOOD = "heywood"
    # The polychoric correlations were not positive definite.
    SMOOTHED = "smoothed"
    # The item runs against its scale.
    REVERSE_CODE = "reverse-code?"
