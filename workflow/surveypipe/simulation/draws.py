"""Surveys drawn from a population of known truth under a mechanism of response."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surveypipe.determinism import stream
from surveypipe.intake.scoring import derive
from surveypipe.simulation.population import merged, response_propensity, simulate_answers, simulate_frame
from surveypipe.study.codebook import Codebook
from surveypipe.study.sections import Sections


@dataclass(frozen=True)
class Mechanism:
    """How response comes about.

    Attributes
    ----------
    key, label
        Name in files, and in figures and text.
    selection
        Multiple of the design's effect of having read on the log-odds of response; 0: at random within
        cells.
    leave_out
        Whether respondents leave answers out as well, at the design's rates, when coverage is studied.
    """

    key: str
    label: str
    selection: float
    leave_out: bool = False


MECHANISMS = {
    one.key: one
    for one in (
        Mechanism("at_random", "Response at random within cells", 0.0),
        Mechanism("not_at_random", "Readers respond more readily", 1.0),
        Mechanism("strong", "Readers respond far more readily", 2.0),
        Mechanism("left_out", "Response at random, answers left out", 0.0, leave_out=True),
    )
}


@dataclass(frozen=True)
class Draws:
    """Surveys drawn from populations of known truth; one row per eligible person, sorted by survey and id.

    Attributes
    ----------
    staff
        Columns survey (0, 1, ...), id, the variables of the staff list, respondent, propensity.
    truth
        Everybody's answers and derived variables, as they would have been.
    given
        The same with answers left out; read it only where `respondent`.
    """

    staff: pd.DataFrame
    truth: pd.DataFrame
    given: pd.DataFrame

    def rows(self) -> list[slice]:
        """Rows of each survey."""
        counts = self.staff["survey"].value_counts(sort=False).to_numpy()
        ends = np.cumsum(counts)
        return [slice(int(end - n), int(end)) for n, end in zip(counts, ends, strict=True)]


def purpose_seed(seed: int, *purpose: str) -> int:
    """Seed of one purpose, so that draws for one leave those for another as they were."""
    return zlib.crc32(" / ".join([str(seed), "simulation study", *purpose]).encode())


def draw_surveys(
    design: Mapping[str, Any],
    config: Sections,
    codebook: Codebook,
    mechanism: Mechanism,
    *,
    count: int,
    seed: int,
    leave_out: bool = False,
) -> Draws:
    """Draw populations and who answers.

    Parameters
    ----------
    design
        Design of the simulation (staff, teams, response, respondents, answers, ...).
    config
        Sections ``cleaning`` (scales and recodes) and ``frame`` (recodes).
    codebook
        The questionnaire.
    mechanism
        How response comes about.
    count
        Number of surveys.
    seed
        Seed; frames, answers, response and answers left out have streams of their own.
    leave_out
        Whether respondents leave answers out, at the design's rates (blank, don't know, refused).

    Returns
    -------
    Draws
    """
    frames = [simulate_frame(design, purpose_seed(seed, "frame", str(number))) for number in range(count)]
    people = pd.concat(frames, ignore_index=True)
    people.insert(0, "survey", np.repeat(np.arange(count), [len(one) for one in frames]))
    answers = simulate_answers(people, design, codebook, purpose_seed(seed, "answers"))
    reads = answers[design["answers"]["reader"]] == 1
    people["propensity"] = response_propensity(people, reads, _response_design(design, mechanism, count))
    drawn = stream(purpose_seed(seed, "response"), mechanism.key).random(len(people))
    people["respondent"] = drawn < people["propensity"]
    for recode in config.frame.recodes:
        people[recode.variable] = people[recode.from_].map(recode.map)
    numeric = [v.name for v in codebook.analysed() if v.kind.number]
    answers = answers[numeric]
    left = _left_out(answers, design, codebook, purpose_seed(seed, "left out")) if leave_out else answers
    order = people[people["eligible"]].sort_values(["survey", "id"]).index
    truth, given = (
        derive(table.loc[order].reset_index(drop=True), config.cleaning, codebook)
        for table in (answers, left)
    )
    return Draws(people.loc[order].drop(columns="eligible").reset_index(drop=True), truth, given)


def _response_design(design: Mapping[str, Any], mechanism: Mechanism, count: int) -> dict[str, Any]:
    """Scale the effect of reading; one constant per group gives the design's totals on average."""
    effect = mechanism.selection * float(design["response"]["reader"])
    totals = {group: total * count for group, total in design["respondents"].items()}
    return merged(design, {"response": {"reader": effect}, "respondents": totals})


def _left_out(
    answers: pd.DataFrame, design: Mapping[str, Any], codebook: Codebook, seed: int
) -> pd.DataFrame:
    rates = design["item_missing"]
    share = sum(float(rates[reason]) for reason in ("blank", "98", "99"))
    rng = stream(seed, "items")
    made = answers.copy()
    for item in codebook.core_items():
        made[item] = made[item].mask(rng.random(len(made)) < share)
    return made
