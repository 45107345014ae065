"""Who is asked in a rehearsal, what is known of each, and who answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from surveypipe.intake.dispositions import COMPLETE, category_of
from surveypipe.intake.files import read_text_table
from surveypipe.intake.frame import build_frame
from surveypipe.intake.frame_without_list import read_counts
from surveypipe.problems import Problems, SurveyError
from surveypipe.rehearsal.sampling import apportioned
from surveypipe.study.codebook import Codebook, code_text
from surveypipe.study.consistency import numeric_frame_variables
from surveypipe.study.design import silent_known
from surveypipe.study.frame import HEADCOUNT
from surveypipe.study.margins import population_size
from surveypipe.study.rehearsal import ExpectedResponse
from surveypipe.study.settings import Configuration

# The outcome of those who answer, where the configuration names none for them, is left blank by no list.
RETURNED = "returned"


@dataclass(frozen=True)
class Asked:
    """Everybody who is asked.

    Attributes
    ----------
    known
        One row each: what is known without asking, as text; column ``id`` where there is a list.
    listed
        The list as its file holds it, without what the pipeline does not read; None without a list.
    outside
        Whether a person on the list is not eligible, and so is not asked; shape (people,).
    """

    known: pd.DataFrame
    listed: pd.DataFrame | None = None
    outside: np.ndarray | None = None


def asked(settings: Configuration, codebook: Codebook, folder: Path) -> Asked:
    """Read who is asked: a row for each person, of the list or the headcounts; nobody where neither is.

    Parameters
    ----------
    settings
        The whole configuration.
    codebook
        What the columns of the survey mean.
    folder
        The study's folder, in which the files lie.

    Raises
    ------
    SurveyError
        If the list or the headcounts cannot be read.
    """
    inputs = settings.inputs
    if inputs.staff_list:
        return _listed(settings, folder / inputs.staff_list)
    if not silent_known(settings.population or "none", settings.design):
        return Asked(pd.DataFrame())
    if inputs.counts:
        problems = Problems()
        cells = read_counts(read_text_table(folder / inputs.counts), codebook, problems, inputs.counts)
        problems.raise_if_any()
        people = cells.loc[cells.index.repeat(cells[HEADCOUNT])].drop(columns=HEADCOUNT)
        return Asked(people.reset_index(drop=True))
    size = int(population_size(settings.frame) or 0)
    return Asked(pd.DataFrame(index=range(size)))


def _listed(settings: Configuration, path: Path) -> Asked:
    problems, inputs, frame = Problems(), settings.inputs, settings.frame
    if not path.is_file():
        raise SurveyError(
            f"{inputs.staff_list}: there is no such file. A rehearsal needs to know who is asked: put the "
            "list there, or take inputs.staff_list out and say rehearsal.respondents."
        )
    table = read_text_table(path)
    wanted = list(dict.fromkeys([frame.id, *frame.columns.values()]))
    outcome = frame.columns.get("outcome")
    if outcome and outcome not in table:
        # Nobody has been written to yet.
        table[outcome] = _silent_outcome(settings)
    people = build_frame(
        table, frame, settings.groups, list(settings.response.dispositions), problems,
        str(inputs.staff_list), numeric=numeric_frame_variables(settings),
    )  # fmt: skip
    problems.raise_if_any()
    codes = people["outcome"].map(settings.response.dispositions) if outcome else pd.Series("", people.index)
    outside = codes.fillna("").astype(str).str.startswith("4").to_numpy()
    return Asked(people, table[wanted], outside)


def _silent_outcome(settings: Configuration) -> str:
    """Name the outcome of those who do not answer: one of no contact, else the first that is no answer."""
    named = settings.response.dispositions
    kinds = {key: category_of(code) for key, code in named.items()}
    order = ("NC", "UH", "O", "R", "UO")
    found = [key for kind in order for key, own in kinds.items() if own == kind and key != RETURNED]
    return next(iter(found), "")


def who_answers(people: Asked, expected: ExpectedResponse, rng: np.random.Generator) -> np.ndarray:
    """Draw who answers, each person by chance at the rate of their cell; shape (people,)."""
    known = people.known
    rate = np.full(len(known), expected.rate)
    for cell in expected.cells:
        inside = np.ones(len(known), dtype=bool)
        for name, level in cell.levels.items():
            inside &= (known[name].astype("object").map(code_text) == str(level)).to_numpy()
        rate[inside] = cell.rate
    drawn = rng.random(len(known)) < rate
    return drawn if people.outside is None else drawn & ~people.outside


def list_after(people: Asked, answered: np.ndarray, settings: Configuration) -> pd.DataFrame | None:
    """Give the list as the office would have it after fieldwork: with the outcome of each person."""
    if people.listed is None:
        return None
    table, outcome = people.listed.copy(), settings.frame.columns.get("outcome")
    if not outcome or not settings.response.dispositions:
        return table
    identifier = settings.frame.id
    place = pd.Series(np.arange(len(people.known)), index=people.known["id"].astype(str))
    order = place[table[identifier].astype(str).str.strip()].to_numpy()
    outside = cast("np.ndarray", people.outside)[order]
    named = settings.response.dispositions
    back = (
        RETURNED
        if RETURNED in named
        else next(
            (key for key, code in named.items() if code in (COMPLETE, "1.2", "2.12")),
            _silent_outcome(settings),
        )
    )
    made = np.where(answered[order], back, _silent_outcome(settings))
    table[outcome] = np.where(outside, table[outcome], made)
    return table


def from_margins(settings: Configuration, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw what the population's totals tell of respondents, where nobody is listed; codes as text.

    Cells are drawn together; of control totals one by one nobody knows how they meet in a person.
    """
    frame, made = settings.frame, pd.DataFrame(index=range(n))
    if frame.cells:
        sizes = np.array([cell.n for cell in frame.cells])
        cells = rng.permutation(np.repeat(np.arange(len(sizes)), apportioned(sizes, n)))
        for name in dict.fromkeys(name for cell in frame.cells for name in cell.levels):
            made[name] = [frame.cells[cell].levels.get(name) for cell in cells]
    for name, levels in frame.margins.items():
        if name not in made:
            counts = apportioned(np.array(list(levels.values())), n)
            made[name] = rng.permutation(np.repeat(list(levels), counts))
    return made
