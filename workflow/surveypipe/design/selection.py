"""How a sample was drawn: weights, strata, units and sizes of everybody drawn, as a table between stages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.design.linearisation import Linearisation
from surveypipe.design.stages import BETWEEN, Stage
from surveypipe.problems import Problems, shown
from surveypipe.study.design import Sampling, SingleUnit

if TYPE_CHECKING:
    from collections.abc import Mapping

Floats = NDArray[np.float64]
ONE_STRATUM = ""


@dataclass(frozen=True)
class Selection:
    """How everybody drawn came to be drawn.

    Attributes
    ----------
    stages
        From the first stage down, arrays over all m drawn, respondents or not.
    answered
        Who of them answered, shape (m,).
    base
        Weights before any adjustment, shape (m,).
    carried
        Scheme: what totals that were estimated from the sample carry to everybody drawn, shape (m, q), beside
        the slopes of :class:`~surveypipe.design.linearisation.Linearisation`.
    single_unit
        What stands for a stratum of which one unit was drawn.
    """

    stages: tuple[Stage, ...]
    answered: NDArray[np.bool_]
    base: Floats
    carried: Mapping[str, Floats] = field(default_factory=dict)
    single_unit: SingleUnit = "error"

    @property
    def corrected(self) -> bool:
        """Whether population sizes are known, so that the correction can be made."""
        return self.stages[0].size is not None

    def of_respondents(self) -> Stage:
        """First stage of those who answered."""
        return self.stages[0].among(np.flatnonzero(self.answered))

    def held(self, sampling: Sampling) -> dict[str, int]:
        """Of how many strata and units of the first stage respondents are: ``n_strata``, ``n_units``.

        Degrees of freedom alone leave a reader to guess them. Where persons were drawn they are the units,
        and where there is one stratum it is none; neither is counted then.
        """
        first = self.of_respondents()
        counted = {}
        if sampling.strata is not None:
            counted["n_strata"] = len(np.unique(first.stratum))
        if sampling.clusters:
            counted["n_units"] = len(np.unique(first.unit))
        return counted


def base_weights(people: pd.DataFrame, sampling: Sampling) -> Floats | None:
    """Weights before any adjustment; None where everybody was asked.

    Parameters
    ----------
    people
        One row for each person drawn, with the variables of the design.

    Returns
    -------
    ndarray
        Shape (m,): the weights of the file, or one over the chance of selection. Where neither is told, the
        population sizes of all stages make it, units in the population over units drawn, multiplied over
        the stages; without them everybody counts alike.

    Raises
    ------
    SurveyError
        If a weight is not above 0, or a chance is not between 0 and 1.
    """
    if not sampling.drawn:
        return None
    problems = Problems()
    if sampling.weights:
        made = people[sampling.weights].to_numpy(float)
        if wrong := int((~(made > 0)).sum()):
            problems.add(
                f"design.weights: {wrong} of {len(made)} have a weight of '{sampling.weights}' that is "
                "missing or not above 0; whoever counts for nobody is no respondent. Take these records out "
                "or give them their weight."
            )
        problems.raise_if_any()
        return made
    if sampling.probabilities:
        chance = people[sampling.probabilities].to_numpy(float)
        wrong = int((~((chance > 0) & (chance <= 1))).sum())
        if wrong:
            problems.add(
                f"design.probabilities: {wrong} of {len(chance)} have no chance of selection between 0 and 1 "
                f"under '{sampling.probabilities}'; correct them, or call the variable weights."
            )
        problems.raise_if_any()
        return np.asarray(1 / chance)
    made = np.ones(len(people))
    if len(sampling.fpc) == sampling.stages:
        for stage in stages_of(people, sampling):
            assert stage.size is not None
            made = made * stage.size / units_drawn(stage)
    return made


def stages_of(people: pd.DataFrame, sampling: Sampling) -> tuple[Stage, ...]:
    """Stages of a sample, from the first down, with population sizes as numbers of units.

    Raises
    ------
    SurveyError
        With every size that is not one number to a stratum, mixes shares with numbers, or is below the units
        drawn.
    """
    problems, made = Problems(), []
    parent = np.full(len(people), ONE_STRATUM, dtype=object)
    if sampling.strata:
        parent = people[sampling.strata].astype(str).to_numpy(dtype=object)
    names = sampling.clusters or (None,)
    for number, name in enumerate(names):
        labels = np.arange(len(people)).astype(str) if name is None else people[name].astype(str).to_numpy()
        unit = parent + BETWEEN + labels.astype(object)
        stage = Stage(unit, parent)
        if number < len(sampling.fpc):
            size = _size(people, sampling.fpc[number], stage, problems)
            stage = Stage(unit, parent, size)
        made.append(stage)
        parent = unit
    problems.raise_if_any()
    return tuple(made)


def units_drawn(stage: Stage) -> Floats:
    """Units drawn in the stratum of each row."""
    counts = pd.Series(stage.unit).groupby(stage.stratum).transform("nunique")
    return counts.to_numpy(float)


def _size(people: pd.DataFrame, given: str | float, stage: Stage, problems: Problems) -> Floats:
    """Units in the population of each row's stratum; a share that was drawn is turned into a number."""
    named = isinstance(given, str)
    values = people[given].to_numpy(float) if named else np.full(len(people), float(given))
    where, drawn = f"design.fpc: '{given}'" if named else f"design.fpc: {given:g}", units_drawn(stage)
    several = pd.Series(values).groupby(stage.stratum).nunique() > 1
    if several.any():
        strata = [str(name).rpartition(BETWEEN)[2] for name in several.index[several]]
        problems.add(
            f"{where} has more than one value in {len(strata)} strata or units ({shown(strata)}); it is one "
            "number for all that was drawn there."
        )
        return values
    shares = (values > 0) & (values <= 1)
    if shares.all():
        return np.asarray(drawn / values)
    low = values < drawn
    if low.any():
        hint = "; shares and numbers are mixed" if shares.any() else ""
        problems.add(
            f"{where}: {shown(sorted({f'{value:g}' for value in values[low]}))} is below the units that "
            f"were drawn there ({drawn[low].max():g}){hint}. Give numbers of units in the population, or "
            "shares of at most 1 throughout."
        )
    return values


def selection_of(people: pd.DataFrame, sampling: Sampling, base: Floats) -> Selection:
    """Put together how everybody drawn came to be drawn.

    Parameters
    ----------
    people
        One row for each person drawn: ``respondent`` (bool) and the variables of the design.
    base
        From :func:`base_weights`.
    """
    answered = people["respondent"].to_numpy(bool)
    return Selection(stages_of(people, sampling), answered, base, single_unit=sampling.single_unit)


def block(table: pd.DataFrame, kind: str, scheme: str) -> Floats | None:
    """Columns ``kind_scheme_000`` and so on of a table, shape (m, q); None without any."""
    names = [f"{kind}_{scheme}_{number:03d}" for number in range(len(table.columns))]
    own = [name for name in names if name in table]
    return table[own].to_numpy(float) if own else None


def as_block(kind: str, scheme: str, values: Floats) -> dict[str, Floats]:
    """Columns of a table that :func:`block` reads back."""
    return {f"{kind}_{scheme}_{number:03d}": column for number, column in enumerate(values.T)}


def as_table(
    people: pd.DataFrame, selection: Selection | None, made: Mapping[str, Linearisation | None]
) -> pd.DataFrame:
    """Lay a selection out as a table between stages; only its header where everybody was asked.

    Parameters
    ----------
    people
        One row for each person drawn, with ``id``.
    made
        Scheme: what the estimation of its weights adds.
    """
    if selection is None:
        return pd.DataFrame({"id": pd.Series(dtype="str"), "answered": pd.Series(dtype=bool), "base": []})
    columns: dict[str, object] = {
        "id": people["id"].astype(str).to_numpy(), "answered": selection.answered, "base": selection.base,
    }  # fmt: skip
    for number, stage in enumerate(selection.stages, start=1):
        columns |= {f"stratum_{number}": stage.stratum, f"unit_{number}": stage.unit}
        if stage.size is not None:
            columns[f"size_{number}"] = stage.size
    for scheme, found in made.items():
        if found is not None and found.carried is not None:
            columns |= as_block("carried", scheme, found.carried)
    return pd.DataFrame(columns)


def from_table(table: pd.DataFrame, sampling: Sampling, schemes: list[str]) -> Selection | None:
    """Read back what :func:`as_table` laid out; None where everybody was asked."""
    if table.empty or "unit_1" not in table:
        return None
    stages, number = [], 1
    while f"unit_{number}" in table:
        size = table[f"size_{number}"].to_numpy(float) if f"size_{number}" in table else None
        unit, stratum = (table[f"{kind}_{number}"].astype(str).to_numpy() for kind in ("unit", "stratum"))
        stages.append(Stage(unit, stratum, size))
        number += 1
    carried = {scheme: found for scheme in schemes if (found := block(table, "carried", scheme)) is not None}
    answered = table["answered"].to_numpy(bool)
    return Selection(tuple(stages), answered, table["base"].to_numpy(float), carried, sampling.single_unit)
