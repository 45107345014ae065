"""How each weighting scheme is said in R's ``survey``: the design as drawn, then the adjustment on it.

R builds classes, post-strata, raked and calibrated weights itself. For a method that it does not have it is
given our weights, and computes point estimates alone; the reason is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveypipe.design.selection import from_table
from surveypipe.second_opinion import in_r
from surveypipe.study.design import Sampling
from surveypipe.study.weighting import Making, Scheme
from surveypipe.weighting.population import Population

# What design columns of the data file are called; no variable of a survey starts so.
CELL, SIZE, WEIGHT, MARGIN, NUMBER = ".cell_", ".size_", ".weight_", ".margin_", ".number_"
UNIT, STRATUM, UNITS, REPLICATE = ".unit_", ".stratum_", ".units_", ".replicate_"
BASE, START, EQUAL = ".base", ".start", ".equal"
EXACT = "epsilon = 1e-13, maxit = 500"
# From unequal weights R's rake takes its residuals with other weights than its calibrate, which is ours; in
# cells of a census it leaves them at 1e-8, where calibrate goes on.
UNTIL_MET = "control = list(maxit = 500, epsilon = 1e-14)"
UNTIL_STOPPED = "control = list(maxit = 60, epsilon = 1e-300)"
REASONS = {
    "propensity": "R's survey has no inverse response propensities",
    "cross_fitted": "R's survey has no response propensities predicted out of fold",
    "doubly_robust": "R's survey has no doubly robust weights",
    "ridge": "R's survey has no ridge calibration with its own variance",
    "compose": "R's survey has no variance of several adjustments in a row",
}
IN_R = ("none", "design", "poststratify", "rake", "calibrate", "propensity")
SMOOTHED = "R's survey has no weights smoothed inside merged cells"
TRIMMED = "R's survey has no variance of trimmed weights"
SILENT = "R's survey has no variance of totals that are estimated from a sample of whom some did not answer"


@dataclass(frozen=True)
class InR:
    """A scheme in R.

    Attributes
    ----------
    scheme, label
        Its key, and its name in tables.
    corrected, plain
        R's calls that make the design, with and without the finite-population correction.
    reason
        Why R is given our weights, and computes no standard errors; '' where it builds them itself.
    """

    scheme: str
    label: str
    corrected: str
    plain: str
    reason: str = ""


@dataclass(frozen=True)
class Weighed:
    """What the weighting stage knew and made.

    Attributes
    ----------
    people
        Everybody eligible, and who answered.
    weights, cells, selection
        Tables of the weighting stage.
    sampling
        The section ``design``.
    schemes
        Those of the configuration.
    """

    people: Population
    weights: pd.DataFrame
    cells: pd.DataFrame
    selection: pd.DataFrame
    sampling: Sampling
    schemes: Mapping[str, Scheme]

    def sizes(self, scheme: str) -> pd.Series:
        """People in each cell of a scheme."""
        rows = self.cells[self.cells["scheme"] == scheme]
        return pd.Series(rows["N"].to_numpy(float), index=rows["cell"].astype(str))

    def in_classes(self, scheme: str) -> bool:
        """Whether final weights are starting weights scaled to the number of people in each cell."""
        labels = self.weights[f"cell_{scheme}"].astype(str)
        start = pd.Series(self.people.start)
        sums = start.groupby(labels.to_numpy()).sum()
        made = start.to_numpy() * (labels.map(self.sizes(scheme)) / labels.map(sums)).to_numpy(float)
        return bool(np.allclose(self.weights[f"w_{scheme}"], made, rtol=1e-9, atol=0))


def designs_in_r(weighed: Weighed) -> list[InR]:
    """Say every scheme in R, in the order of the configuration."""
    return [_of_scheme(weighed, key, settings) for key, settings in weighed.schemes.items()]


def _of_scheme(weighed: Weighed, key: str, settings: Scheme) -> InR:
    reason = _reason(weighed, key, settings)
    if reason:
        call = _call(["ids = ~1", f"weights = ~{in_r.column(WEIGHT, key)}"])
        return InR(key, settings.label, call, call, reason)
    if weighed.sampling.replicates is not None:
        call = _adjusted(weighed, key, settings, _replicates(weighed, settings))
        return InR(key, settings.label, call, call)
    if weighed.sampling.drawn:
        both = [_adjusted(weighed, key, settings, _sample(weighed, settings, fpc)) for fpc in (True, False)]
    else:
        both = [_second_phase(weighed, key, settings, fpc) for fpc in (True, False)]
    return InR(key, settings.label, *both)


def _reason(weighed: Weighed, key: str, settings: Making) -> str:
    if settings.trim:
        return TRIMMED
    if settings.method not in (*IN_R, *REASONS):
        return f"R's survey has no weighting method '{settings.method}'"
    if settings.method in REASONS and not (settings.method == "propensity" and settings.classes):
        return REASONS[settings.method]
    if weighed.people.sampled and settings.method not in ("none", "design"):
        return SILENT
    if weighed.people.sampled and weighed.selection.get("size_1") is not None:
        return SILENT
    if settings.method in ("poststratify", "propensity") and not weighed.in_classes(key):
        return SMOOTHED
    return ""


def _call(parts: list[str], function: str = "svydesign") -> str:
    return f"{function}({', '.join([*parts, 'data = x'])})"


def _second_phase(weighed: Weighed, key: str, settings: Making, fpc: bool) -> str:
    """Respondents as a simple random sample within response cells."""
    cell, size = in_r.column(CELL, key), in_r.column(SIZE, key)
    parts = ["ids = ~1"]
    if len(weighed.sizes(key)) > 1:
        parts.append(f"strata = ~{cell}")
    classes = settings.method in ("none", "poststratify", "propensity")
    level = bool(np.ptp(weighed.people.start) == 0)
    if classes and (level or settings.method == "none"):
        parts.append(f"weights = ~I({size} / ave({size}, {cell}, FUN = length))")
    else:
        parts.append(f"weights = ~{START}")
    if fpc and weighed.sampling.kind != "convenience":
        parts.append(f"fpc = ~{size}")
    made = _call(parts)
    return (
        made if classes and (level or settings.method == "none") else _adjusted(weighed, key, settings, made)
    )


def _sample(weighed: Weighed, settings: Making, fpc: bool) -> str:
    """Give the sample as drawn; without the correction the first stage stands for all."""
    drawn = from_table(weighed.selection, weighed.sampling, [])
    assert drawn is not None
    sized = [number for number, stage in enumerate(drawn.stages, start=1) if stage.size is not None]
    stages = sized if fpc and sized else [1]
    persons = len(stages) == 1 and len(set(drawn.stages[0].unit)) == len(drawn.stages[0].unit)
    units = "1" if persons else " + ".join(f"{UNIT}{number}" for number in stages)
    parts = [f"ids = ~{units}"]
    if len(set(drawn.stages[0].stratum)) > 1:
        parts.append(f"strata = ~{STRATUM}1")
    parts.append(f"weights = ~{_weight(settings)}")
    if fpc and sized:
        parts.append(f"fpc = ~{' + '.join(f'{UNITS}{number}' for number in sized)}")
    return _call(parts)


def _weight(settings: Making) -> str:
    return {"none": EQUAL, "design": BASE}.get(settings.method, START)


def _replicates(weighed: Weighed, settings: Making) -> str:
    given = weighed.sampling.replicates
    assert given is not None
    weight = _weight(settings)
    parts = [
        f"weights = ~{weight}",
        f"repweights = replicates(x, {in_r.text(weight)})",
        'type = "other"',
        "scale = 1",
        "rscales = factors",
        "combined.weights = TRUE",
        f"mse = {in_r.value(given.mse)}",
    ]
    return _call(parts, "svrepdesign")


def _adjusted(weighed: Weighed, key: str, settings: Making, made: str) -> str:
    """Put the adjustment of a scheme around a design."""
    replicated = weighed.sampling.replicates is not None
    scheme = in_r.text(key)
    if settings.method == "design" or (settings.method == "none" and not replicated):
        return made
    if settings.method in ("none", "poststratify", "propensity"):
        cell = in_r.column(CELL, key)
        return _around("postStratify", made, f"~{cell}", f"known({scheme}, {in_r.text(cell)})")
    margins = [in_r.column(MARGIN, variable) for variable in settings.margins or ()]
    level = weighed.sampling.drawn and np.ptp(weighed.people.start) == 0
    if settings.method == "rake" and (replicated or level):
        formulas = ", ".join(f"~{one}" for one in margins)
        totals = ", ".join(f"known({scheme}, {in_r.text(one)})" for one in margins)
        # R looks at the full weights alone when it decides to stop; in replicates it is to go on.
        until = UNTIL_STOPPED if replicated else UNTIL_MET
        return _around("rake", made, f"list({formulas})", f"list({totals})", until)
    numbers = [in_r.column(NUMBER, variable) for variable in settings.numeric or ()]
    terms = " + ".join([*margins, *numbers]) or "1"
    totals = f"sums({scheme}, {in_r.value(margins)}, {in_r.value(numbers)})"
    distance = "raking" if settings.method == "rake" else settings.distance
    options = [f"calfun = {in_r.text(distance)}"]
    if settings.bounds and distance == "logit":
        options.append(f"bounds = {in_r.value(list(settings.bounds))}")
    return _around("calibrate", made, f"~{terms}", totals, f"{', '.join(options)}, {EXACT}")


def _around(function: str, *parts: str) -> str:
    """Write a call with a line to each of its parts."""
    inside = ",\n      ".join(parts)
    return f"{function}(\n      {inside}\n    )"
