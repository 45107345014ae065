"""What runs cost: measured on demand, and held in the long tests."""

from __future__ import annotations

import os

# Where it is set, as in many containers, Python compiles every module anew in each of two dozen stages: a
# fifth of the work of a whole run.
FORGETS = "PYTHONDONTWRITEBYTECODE"


def environment(**more: str) -> dict[str, str]:
    """Give the environment of a run that is measured: this one, in which Python keeps what it compiled."""
    return {key: value for key, value in os.environ.items() if key != FORGETS} | more
