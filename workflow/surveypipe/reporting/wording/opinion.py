"""When R computed the estimates once more, and how far apart the numbers were."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

from surveypipe.formatting import MINUS, period
from surveypipe.wording import Markdown

# No difference is told finer than numbers are held.
FINEST = 1e-16


def facts(told: str, estimates: bytes) -> dict[str, Any]:
    """Read what R said.

    Parameters
    ----------
    told
        The file that the program in R wrote; '' where R was not asked.
    estimates
        The released estimates, as their file holds them: whether they are those that R was asked about.

    Returns
    -------
    dict
        What the file holds, ``day``, ``bound`` (of the differences) and ``outdated``; empty without a file.
    """
    if not told:
        return {}
    said = json.loads(told)
    power = math.ceil(math.log10(max(float(said["largest_difference"] or 0), FINEST)))
    return {
        **said,
        "day": period(said["asked"], said["asked"]),
        "bound": Markdown(f"10^{MINUS}{-power}^"),
        "outdated": said["estimates"] != hashlib.md5(estimates, usedforsecurity=False).hexdigest(),
    }
