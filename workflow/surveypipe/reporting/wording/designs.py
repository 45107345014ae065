"""How the respondents came, for every template that speaks of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from surveypipe.reporting.lookups import first_of, number_of
from surveypipe.study.design import silent_described
from surveypipe.study.frame import in_shares

if TYPE_CHECKING:
    from surveypipe.reporting.released import Released

Facts = dict[str, Any]
# Weights of another scale add up to those who answered, but for rounding.
RELATIVE = 0.01


def drawn(released: Released) -> Facts:
    """Tell how the respondents were drawn, and what is known of the population that they stand for."""
    design, frame = released.settings.design, released.settings.frame
    weights = design.weights or design.probabilities
    given = design.replicates
    described = silent_described(released.settings.population, frame)
    return {
        "kind": design.kind,
        "base": _label(released, weights),
        "by_probability": design.probabilities is not None,
        "final": bool(design.final),
        "strata": _label(released, design.strata),
        "units": [_label(released, name) for name in design.clusters],
        "named": list(released.vocabulary.units),
        "sizes": len(design.fpc),
        "single_unit": design.single_unit,
        "replicates": None if given is None else {"type": given.type, "count": len(given.columns)},
        "source": frame.source,
        "margins": [released.in_text(released.label(name)) for name in frame.margins],
        "shares": all(in_shares(levels) for levels in frame.margins.values()) if frame.margins else False,
        "totals_only": not described and released.settings.population == "counts",
        "relative": _relative(released),
        "strata_held": _held(released, "n_strata"),
        "units_held": _held(released, "n_units"),
    }


def _held(released: Released, name: str) -> float:
    """Count the strata, or the units of the first stage, of the respondents; NaN if untold."""
    return number_of(first_of(released.table("weight_diagnostics"), scheme=released.primary), name)


def _label(released: Released, name: str | None) -> str | None:
    return released.in_text(released.label(name)) if name else None


def _relative(released: Released) -> bool:
    """Whether the weights add up to those who answered, and not to a population; false of weights to come."""
    row = first_of(released.table("weight_diagnostics"), scheme=released.primary)
    return abs(number_of(row, "sum_weights") / number_of(row, "n") - 1) < RELATIVE
