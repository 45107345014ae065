"""What can come of a question put to a claim: values that tables hold and code compares, never words."""

from __future__ import annotations

from enum import StrEnum


class Crossing(StrEnum):
    """What it takes to bring an estimate, or the end of its interval, to the limit of a claim."""

    REACHED = "reached"
    NEVER = "no odds ratio reaches it"
    SURE = "no answers reach it"
    MISSED = "on the wrong side already"
    # Of how many gave no answer, and of who they are, nothing is known.
    SILENT_UNKNOWN = "nothing is known of the silent"
    # The kind of claim has no such point.
    UNDEFINED = "not defined for this kind of claim"


class Bounding(StrEnum):
    """Whether the bounds of a claim are given, and if not, why."""

    KNOWN = "known"
    SILENT_UNKNOWN = "nothing is known of the silent"
    UNDEFINED = "not defined for this kind of claim"
    # The answers have no least or greatest, which the silent could have given.
    UNLIMITED = "no limits of the answers are given"
