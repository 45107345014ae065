"""How evenly people answered, as rows of the non-response bias analysis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from surveypipe.nonresponse import indicators
from surveypipe.nonresponse.study import Study, lines_of


def representativity_rows(study: Study) -> Iterator[dict[str, Any]]:
    """R-indicator, coefficient of variation, partial indicators, imbalance."""
    r = study.respondent
    found = indicators.representativity(study.staff, r, study.auxiliaries)
    imbalance, balance = indicators.imbalance(study.staff, r, study.auxiliaries)
    size = {"step": "representativity", "n": int(r.sum()), "N": len(r)}
    model = "frame variables: " + ", ".join(study.auxiliaries)
    seen = f"measures observed auxiliaries only; {model}"
    yield {**size, "measure": "R", "estimate": found.R, "se": found.se, "note": seen}
    yield {**size, "measure": "R_adjusted", "estimate": found.R_adjusted, "se": found.se, "note": seen}
    yield {**size, "measure": "S2_bias", "estimate": found.bias, "note": "bias of S², removed in R_adjusted"}
    yield {
        **size, "measure": "cv", "estimate": found.cv, "se": found.cv_se, "note": "S over the mean propensity"
    }  # fmt: skip
    yield {
        **size, "measure": "cv_adjusted", "estimate": found.cv_adjusted, "se": found.cv_se,
        "note": "greatest standardised bias of a respondents' mean that these propensities allow",
    }  # fmt: skip
    yield {**size, "measure": "imbalance", "estimate": imbalance, "note": "Särndal and Lundquist"}
    yield {**size, "measure": "balance_indicator", "estimate": balance, "note": "BI1; 1 is full balance"}
    for variable in study.auxiliaries:
        others = study.staff[[name for name in study.auxiliaries if name != variable]]
        tables = {
            "partial_unconditional": indicators.partial_unconditional(
                found.p, study.staff[variable].astype(str)
            ),
            "partial_conditional": indicators.partial_conditional_by_level(
                found.p, study.staff[variable].astype(str), others
            ),
        }
        labels = study.staff[variable].astype(str).to_numpy()
        for measure, table in tables.items():
            for line in lines_of(table):
                n = int(r[labels == line.level].sum()) if line.level else int(r.sum())
                yield {
                    "step": "representativity", "measure": measure, "variable": variable, "level": line.level,
                    "n": n, "N": line.N, "estimate": line.partial,
                }  # fmt: skip
