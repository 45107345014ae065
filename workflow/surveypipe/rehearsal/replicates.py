"""Replicate weights of a sample that is still to be drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveypipe.design.replicated import replicate_coefs
from surveypipe.rehearsal.sampling import Drawn
from surveypipe.study.design import GivenReplicates


def draw_replicates(given: GivenReplicates, drawn: Drawn, rng: np.random.Generator) -> pd.DataFrame:
    """Make replicate weights whose variance, by the scale that the file will have, is that of the design.

    In replicate r every first-stage unit has the factor 1 ± c, by chance, and of two units of a stratum that
    are paired one has the plus and the other the minus. The sum over replicates of (coefficient)·c² is 1, so
    that the replicated variance has the expectation of that of paired units (Beaumont and Patak 2012,
    *International Statistical Review* 80(1), 127-148, on generalised bootstrap weights; with c = 1, as
    balanced repeated replication has it, the factors are 0 and 2).
    """
    coefs = replicate_coefs(given)
    size = 1 / np.sqrt(max(coefs.sum(), 1e-12))
    units = int(drawn.unit.max()) + 1
    home = np.zeros(units, dtype=int)
    home[drawn.unit] = drawn.stratum
    signs = np.empty((units, len(coefs)))
    for stratum in np.unique(home):
        mine = rng.permutation(np.flatnonzero(home == stratum))
        half = rng.choice([-1.0, 1.0], size=(-(-len(mine) // 2), len(coefs)))
        both = np.stack([half, -half], axis=1).reshape(-1, len(coefs))
        signs[mine] = both[: len(mine)]
    factors = 1 + min(size, 1.0) * signs[drawn.unit]
    made = factors * drawn.weight[:, None] if given.combined else factors
    return pd.DataFrame(made, columns=list(given.columns))
