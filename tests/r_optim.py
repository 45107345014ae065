"""R's own optimiser and numerical Hessian, so that a test can stop where ``svyolr`` stops.

`optim(method = "BFGS")` is algorithm 21 of Nash (1990, Compact Numerical Methods for Computers) with R's
constants; `optimhess` takes central differences of the gradient with step 1e-3.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray


def bfgs(
    start: Array, fn: Callable[[Array], float], gr: Callable[[Array], Array], reltol: float = 1.490116e-8
) -> Array:
    """Minimise with variable metric and backtracking, restarting the metric before stopping."""
    b, n = start.copy(), len(start)
    best, g = fn(b), gr(b)
    B = np.eye(n)
    gradients = last_restart = 1
    while True:
        if last_restart == gradients:
            B = np.eye(n)
        X, c = b.copy(), g.copy()
        t = -B @ g
        slope = float(t @ g)
        stuck = 0
        if slope < 0:
            length, accepted, f = 1.0, False, best
            while True:
                b = X + length * t
                stuck = int((10.0 + X == 10.0 + b).sum())
                if stuck < n:
                    f = fn(b)
                    accepted = bool(np.isfinite(f) and f <= best + slope * length * 1e-4)
                    if not accepted:
                        length *= 0.2
                if stuck == n or accepted:
                    break
            if not abs(f - best) > reltol * (abs(best) + reltol):
                stuck, best = n, f
            if stuck < n:
                best, g = f, gr(b)
                gradients += 1
                t, c = length * t, g - c
                d1 = float(t @ c)
                if d1 > 0:
                    y = B @ c
                    d2 = 1.0 + float(y @ c) / d1
                    B = B + (d2 * np.outer(t, t) - np.outer(t, y) - np.outer(y, t)) / d1
                else:
                    last_restart = gradients
            elif last_restart < gradients:
                stuck, last_restart = 0, gradients
        elif last_restart == gradients:
            stuck = n
        else:
            last_restart = gradients
        if gradients - last_restart > 2 * n:
            last_restart = gradients
        if stuck == n and last_restart == gradients:
            return b


def hessian(at: Array, gr: Callable[[Array], Array], step: float = 1e-3) -> Array:
    """Central differences of the gradient, made symmetric."""
    rows = [(gr(at + step * e) - gr(at - step * e)) / (2 * step) for e in np.eye(len(at))]
    made = np.array(rows)
    return (made + made.T) / 2
