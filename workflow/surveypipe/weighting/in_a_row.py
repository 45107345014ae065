"""Several weighting methods in a row, as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from surveypipe.design.linearisation import Linearisation
from surveypipe.weighting.plan import Plan, group_plan
from surveypipe.weighting.population import Population

Floats = NDArray[np.float64]


def in_a_row(people: Population, parts: Sequence[Plan], scheme: str) -> Plan:
    """Join methods into one, each of which starts from the weights of the one before.

    Parameters
    ----------
    people
        Whom to weight.
    parts
        What the methods decided, in order.
    scheme
        Key of the scheme.
    """
    plan = group_plan(people, scheme)
    plan.linearise = _linearised(parts)

    def reweight(start: Floats) -> Floats:
        for part in parts:
            start = part.reweight(start)
        return start

    plan.reweight = reweight
    plan.restore = parts[-1].restore
    plan.steps = [step for part in parts for step in part.steps]
    return plan


def _linearised(parts: Sequence[Plan]) -> Callable[[Floats, Floats], Linearisation | None]:
    def linearise(start: Floats, final: Floats) -> Linearisation | None:
        stages = [start]
        for part in parts[:-1]:
            stages.append(part.reweight(stages[-1]))
        stages.append(final)
        whole: Linearisation | None = None
        for number in reversed(range(len(parts))):
            own = parts[number].in_a_row(stages[number], stages[number + 1])
            whole = own if whole is None else own.before(whole)
        return whole

    return linearise
