"""Drawn studies of which a question, or a base, is for those who gave one of several answers before."""

from __future__ import annotations

import numpy as np
import pandas as pd

from small_secrets import AGREE, Small, _claim, _counts, _one_of, _scale, _yes_no

POSTS = 4


def several(seed: int) -> Small:
    """A question asked on several answers to one before, to which one trade gave those alone."""
    draw = np.random.default_rng(seed)
    sizes = draw.integers(14, 24, 3)
    if draw.random() < 0.3:
        sizes[2] = draw.integers(4, 8)
    people = pd.DataFrame({"trade": np.repeat([1, 2, 3], sizes)})
    n, scaled = len(people), bool(draw.random() < 0.6)
    codes = list(AGREE) if scaled else list(range(1, POSTS + 1))
    people["before"] = draw.choice(codes, n).astype(float)
    # On two of the answers, or on all but one or two; a pole of a scale is asked on as often as not.
    wanted = draw.choice([1, 2, 3, len(codes) - 1])
    asked_on = codes[:wanted] if draw.random() < 0.5 else sorted(draw.permutation(codes)[:wanted].tolist())
    alike = people["trade"] == draw.integers(1, 4)
    people.loc[alike, "before"] = draw.choice(asked_on[: draw.integers(1, len(asked_on) + 1)], alike.sum())
    people.loc[draw.random(n) < draw.choice([0.0, 0.05]), "before"] = np.nan
    inside = people["before"].isin(asked_on)
    people["after"] = np.where(inside, draw.choice([1, 2], n), np.nan)
    asked = {
        "trade": _one_of(3, "Trade"),
        "before": _scale() if scaled else _one_of(POSTS, "Post"),
        "after": _yes_no(asked_if={"before": [int(code) for code in asked_on]}),
    }
    few = {"characteristics": ["trade"], "items": ["before", "after"]}
    config = {"groups": {"trade": {}}, "analysis": few}
    if draw.random() < 0.5:
        config["bases"] = {"those": {"before": [int(code) for code in asked_on]}}
        claim = {"variable": "after", "base": "those", "level": 1, "threshold": 0.1, "by": "trade"}
        config["claims"] = {"C": _claim("share", **claim)}
    return Small(people, asked, config, _counts(trade=[int(size * 2.5) for size in sizes]))
