"""What is to be known of an estimate beside its numbers: codes in ``flag``, parted by semicolons."""

from __future__ import annotations

from enum import StrEnum


class ImputationFlag(StrEnum):
    """Flags on a claim from complete cases and from imputed items."""

    # The rule prefers this one of the two.
    PREFERRED = "primary"
    # The two lead to different conclusions about the claim.
    CONCLUSION_DIFFERS = "the conclusion differs"


def flags_of(text: object) -> list[str]:
    """List the flags of one row.

    Parameters
    ----------
    text
        Cell of the column ``flag``.
    """
    return [part.strip() for part in str(text).split(";") if part.strip()]
