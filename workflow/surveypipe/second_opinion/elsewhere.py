"""The same designs in SPSS and in Stata, as far as these programs have them.

Neither program was at hand where this was written. The weighted shares and means of the program for SPSS
are run by PSPP in the tests; all else follows the manuals, and the programs call it untested themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from surveypipe.design.replicated import replicate_coefs
from surveypipe.design.selection import from_table
from surveypipe.estimation.survey import Survey
from surveypipe.second_opinion.columns import Column, columns_of, facts, renamed
from surveypipe.second_opinion.designs import (
    CELL,
    REPLICATE,
    SIZE,
    STRATUM,
    UNIT,
    UNITS,
    WEIGHT,
    InR,
    Weighed,
)
from surveypipe.second_opinion.in_r import column
from surveypipe.study.about import Study
from surveypipe.study.weighting import Scheme

REPLICATES = "SPSS Complex Samples takes no replicate weights"
ADJUSTED = "SPSS Complex Samples takes adjusted weights as if they had been drawn so"
TOTALS = "the totals that the weights were adjusted to are private, and stand in no public program"
SINGLE = {"error": "missing", "certainty": "certainty", "adjust": "centered", "average": "scaled"}


@dataclass(frozen=True)
class Said:
    """A scheme in another program.

    Attributes
    ----------
    scheme, label, weight
        Its key, its name in tables, and the column of its final weights.
    corrected, plain
        Lines that make the design with and without the finite-population correction.
    reason
        Why the design is not that of the pipeline, and standard errors are not to be used; '' where it is.
    """

    scheme: str
    label: str
    weight: str
    corrected: str
    plain: str
    reason: str = ""


def write_elsewhere(
    template: Path,
    survey: Survey,
    weighed: Weighed,
    designs: Sequence[InR],
    *,
    table: pd.DataFrame,
    rows: pd.DataFrame,
    study: Study,
) -> str:
    """Write the program for SPSS or for Stata, whichever the template is of.

    Parameters
    ----------
    template
        ``second_opinion.sps.j2`` or ``second_opinion.do.j2``.
    survey
        Respondents, and what is asked of them.
    weighed, designs
        Weights, and each scheme said in R.
    table, rows
        The data file, and the estimates.
    study
        What the study is.
    """
    columns = columns_of(table)
    spss = template.name.endswith(".sps.j2")
    say = _in_spss if spss else _in_stata
    world = Environment(
        loader=FileSystemLoader(template.parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    world.filters |= {"comment": _comment, "quoted": _in_spss_quotes if spss else _in_stata_quotes}
    said = [say(weighed, columns, one) for one in designs]
    return world.get_template(template.name).render(
        study=study,
        designs=said,
        replicates=_replicates(weighed, columns),
        **facts(survey, columns, designs, rows),
    )


def _comment(value: object) -> str:
    """Write a text so that it stays a comment in both programs: signs that end or open one are left out."""
    return " ".join(re.sub(r"[^\w .,;:()%&+-]", " ", str(value)).split()).rstrip(".")


def _in_spss_quotes(value: object) -> str:
    """Write a text between the single quotes of SPSS."""
    return re.sub(r"[\x00-\x1f]", " ", str(value)).replace("'", "''")


def _in_stata_quotes(value: object) -> str:
    """Write a text between the double quotes of Stata, without the signs that it would obey there."""
    return re.sub(r"[\x00-\x1f\"`$\\]", " ", str(value))


def _own(weighed: Weighed, columns: Sequence[Column], design: InR) -> dict[str, str]:
    names = {"weight": WEIGHT, "cell": CELL, "size": SIZE}
    return {key: renamed(columns, column(prefix, design.scheme)) for key, prefix in names.items()}


def _classes(settings: Scheme) -> bool:
    return settings.method in ("none", "poststratify", "propensity")


def _in_spss(weighed: Weighed, columns: Sequence[Column], design: InR) -> Said:
    """Say a scheme as a plan of Complex Samples, or say why it cannot be."""
    own, settings = _own(weighed, columns, design), weighed.schemes[design.scheme]
    reason = design.reason
    if not reason and weighed.sampling.replicates is not None:
        reason = REPLICATES
    if not reason and not (
        settings.method in ("none", "design") if weighed.sampling.drawn else _classes(settings)
    ):
        reason = ADJUSTED
    if reason:
        return Said(design.scheme, design.label, own["weight"], "", "", reason)
    if weighed.sampling.drawn:
        lines = [_spss_stages(weighed, columns, fpc=fpc) for fpc in (True, False)]
    else:
        strata = f"STRATA={own['cell']} " if len(weighed.sizes(design.scheme)) > 1 else ""
        head = f"  /DESIGN {strata}".rstrip() + "\n"
        drawn = f"{head}  /ESTIMATOR TYPE=EQUAL_WOR\n  /POPSIZE VARIABLE={own['size']}"
        lines = [drawn, f"{head}  /ESTIMATOR TYPE=WR"]
    return Said(design.scheme, design.label, own["weight"], *lines)


def _stages(weighed: Weighed) -> list[Any]:
    drawn = from_table(weighed.selection, weighed.sampling, [])
    assert drawn is not None
    return list(drawn.stages)


def _spss_stages(weighed: Weighed, columns: Sequence[Column], *, fpc: bool) -> str:
    stages = _stages(weighed)
    last = len(stages)
    made: list[str] = []
    for number, stage in enumerate(stages, start=1):
        parts = []
        if number == 1 and len(set(stage.stratum)) > 1:
            parts.append(f"STRATA={renamed(columns, f'{STRATUM}1')}")
        # Of units that are respondents themselves nothing is said: each is its own.
        if number < last or len(set(stage.unit)) < len(stage.unit):
            parts.append(f"CLUSTER={renamed(columns, f'{UNIT}{number}')}")
        line = f"  /DESIGN {' '.join(parts)}".rstrip()
        if not fpc or stage.size is None:
            return "\n".join([*made, line, "  /ESTIMATOR TYPE=WR"])
        made += [
            line,
            "  /ESTIMATOR TYPE=EQUAL_WOR",
            f"  /POPSIZE VARIABLE={renamed(columns, f'{UNITS}{number}')}",
        ]
    return "\n".join(made)


def _in_stata(weighed: Weighed, columns: Sequence[Column], design: InR) -> Said:
    """Say a scheme as Stata's ``svyset``."""
    own, settings = _own(weighed, columns, design), weighed.schemes[design.scheme]
    reason = design.reason
    if not reason and settings.method in ("rake", "calibrate"):
        reason = TOTALS
    if reason:
        line = f"svyset _n [pweight = {own['weight']}]"
        return Said(design.scheme, design.label, own["weight"], line, line, reason)
    if weighed.sampling.replicates is not None:
        lines = [_stata_replicates(weighed, columns, settings, own)] * 2
    elif weighed.sampling.drawn:
        lines = [_stata_stages(weighed, columns, settings, own, fpc=fpc) for fpc in (True, False)]
    else:
        lines = [
            _stata_cells(weighed, columns, settings, design.scheme, own, fpc=fpc) for fpc in (True, False)
        ]
    return Said(design.scheme, design.label, own["weight"], *lines)


def _stata_cells(
    weighed: Weighed,
    columns: Sequence[Column],
    settings: Scheme,
    scheme: str,
    own: dict[str, str],
    *,
    fpc: bool,
) -> str:
    options = [f"strata({own['cell']})"] if len(weighed.sizes(scheme)) > 1 else []
    if fpc and weighed.sampling.kind != "convenience":
        options.append(f"fpc({own['size']})")
    options.append("singleunit(certainty)")
    level = np.ptp(weighed.people.start) == 0
    if _classes(settings) and (level or settings.method == "none"):
        return f"svyset _n [pweight = {own['weight']}], {' '.join(options)}"
    start = renamed(columns, ".start")
    options += _in_cells(own)
    return f"svyset _n [pweight = {start}], {' '.join(options)}"


def _stata_stages(
    weighed: Weighed, columns: Sequence[Column], settings: Scheme, own: dict[str, str], *, fpc: bool
) -> str:
    weight = _first_weight(columns, settings)
    stages = _stages(weighed)
    persons = len(stages) == 1 and len(set(stages[0].unit)) == len(stages[0].unit)
    made = []
    for number, stage in enumerate(stages, start=1):
        unit = "_n" if persons else renamed(columns, f"{UNIT}{number}")
        options = []
        if number == 1 and len(set(stage.stratum)) > 1:
            options.append(f"strata({renamed(columns, f'{STRATUM}1')})")
        sized = fpc and stage.size is not None
        if sized:
            options.append(f"fpc({renamed(columns, f'{UNITS}{number}')})")
        if number == 1:
            options.append(f"singleunit({SINGLE[weighed.sampling.single_unit]})")
            options += _adjustment(settings, own)
            made.append(f"svyset {unit} [pweight = {weight}], {' '.join(options)}")
        else:
            made.append(f"|| {unit}{', ' if options else ''}{' '.join(options)}")
        if not sized:
            break
    return " ".join(made)


def _stata_replicates(
    weighed: Weighed, columns: Sequence[Column], settings: Scheme, own: dict[str, str]
) -> str:
    given = weighed.sampling.replicates
    assert given is not None
    weight = _first_weight(columns, settings)
    vce = "mse" if given.mse else ""
    if given.type in ("BRR", "Fay") and given.scale is None:
        rho = f" fay({given.rho})" if given.type == "Fay" else ""
        made = f"brrweight(r_*){rho} vce(brr) {vce}"
    elif given.type == "bootstrap" and given.scale is None:
        made = f"bsrweight(r_*) vce(bootstrap) {vce}"
    else:
        made = f"jkrweight(r_*) vce(jackknife) {vce}"
    return f"svyset _n [pweight = {weight}], {' '.join([made.strip(), *_adjustment(settings, own)])}"


def _first_weight(columns: Sequence[Column], settings: Scheme) -> str:
    """Name the column of the weights that a scheme begins with."""
    return renamed(columns, {"none": ".equal", "design": ".base"}.get(settings.method, ".start"))


def _adjustment(settings: Scheme, own: dict[str, str]) -> list[str]:
    """Give the options of ``svyset`` for what a scheme does to its first weights; none if nothing."""
    return [] if settings.method in ("none", "design") else _in_cells(own)


def _in_cells(own: dict[str, str]) -> list[str]:
    """Give the options of ``svyset`` for people in cells, which the data file holds."""
    return [f"poststrata({own['cell']}) postweight({own['size']})"]


def _replicates(weighed: Weighed, columns: Sequence[Column]) -> dict[str, Any]:
    """Give the replicate weights, which the file holds as parts of the weight, with their factors."""
    given = weighed.sampling.replicates
    if given is None:
        return {}
    names = [one.name for one in columns if one.file.startswith(REPLICATE)]
    return {
        "names": names,
        "weight": renamed(columns, ".base"),
        "factors": [f"{float(factor):.17g}" for factor in replicate_coefs(given)],
    }
