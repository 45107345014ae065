"""Answers made from guesses: as a person would give them, routed, and with some left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.determinism import stream
from surveypipe.intake.rules import asked_state
from surveypipe.rehearsal.asked import Asked, from_margins, list_after, who_answers
from surveypipe.rehearsal.marginals import days, listed_answers, numbers, texts
from surveypipe.rehearsal.replicates import draw_replicates
from surveypipe.rehearsal.sampling import draw_sample, told_in_file
from surveypipe.study.cleaning import FrameMismatch
from surveypipe.study.codebook import Codebook, Variable, code_text
from surveypipe.study.margins import code_in
from surveypipe.study.rehearsal import Guess, Marginal
from surveypipe.study.settings import Configuration

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rehearsed:
    """One rehearsal.

    Attributes
    ----------
    records
        One row per questionnaire, columns as the codebook names them: codes and numbers as float64, days as
        datetime64[ns], text as object.
    listed
        The list after fieldwork, as its file holds it; None without a list.
    """

    records: pd.DataFrame
    listed: pd.DataFrame | None


def rehearse(settings: Configuration, codebook: Codebook, people: Asked, number: int) -> Rehearsed:
    """Draw who answers and what.

    Parameters
    ----------
    settings
        The whole configuration.
    codebook
        What the columns of the survey mean.
    people
        Who is asked (:func:`surveypipe.rehearsal.asked.asked`).
    number
        Number of the rehearsal; each has random numbers of its own.
    """
    plan = settings.rehearsal
    seed = settings.seed if plan.seed is None else plan.seed
    rng = stream(seed, f"rehearsal {number}")
    answered = who_answers(people, plan.response, rng)
    known = people.known[answered].reset_index(drop=True)
    unit, columns = None, pd.DataFrame()
    if people.known.empty and not len(people.known.index):
        n = plan.respondents
        if told_in_file(settings, codebook):
            drawn = draw_sample(settings, codebook, n, rng)
            unit, columns, n = drawn.unit, drawn.columns, len(drawn.unit)
            given = settings.design.replicates
            if given is not None:
                columns = columns.join(draw_replicates(given, drawn, rng))
        known = from_margins(settings, n, rng)
        known = known.drop(columns=[name for name in known if name in columns or name in plan.answers])
    elif people.listed is None:
        # What is known is known by the questions themselves, of whoever answered them.
        beside = from_margins(settings, len(known), rng)
        known = known.join(beside[[name for name in beside if name not in known]])
    maker = _Maker(settings, codebook, known, columns, unit, rng)
    return Rehearsed(maker.records(), list_after(people, answered, settings))


def reported_as(settings: Configuration) -> dict[str, str]:
    """Question to the variable of the list that it must agree with, by the rules of cleaning."""
    return {
        reported: listed
        for rule in settings.cleaning.rules
        if isinstance(rule, FrameMismatch)
        for reported, listed in rule.pairs.items()
    }


def told_beforehand(settings: Configuration) -> set[str]:
    """Questions whose answers are known of everybody: by the list, the headcounts or control totals."""
    frame, guessed = settings.frame, settings.rehearsal.answers
    if settings.population == "list":
        listed = {name for name, source in reported_as(settings).items() if source in frame.variables}
        return listed | set(frame.variables)
    cells = {name for cell in frame.cells for name in cell.levels}
    known = set(frame.columns) if settings.population == "counts" else set[str]()
    return (known | {*frame.margins, *cells}) - set(guessed)


@dataclass
class _Maker:
    """Makes the answers of one rehearsal, question after question."""

    settings: Configuration
    codebook: Codebook
    known: pd.DataFrame
    columns: pd.DataFrame
    unit: NDArray[np.int64] | None
    rng: np.random.Generator

    @property
    def n(self) -> int:
        return len(self.known)

    def records(self) -> pd.DataFrame:
        """Give complete answers, then take away what was not asked, then what was left out."""
        self.blocks = self._blocks()
        self.common: dict[str, Floats] = {}
        made = pd.DataFrame(index=range(self.n))
        for variable in self.codebook.variables.values():
            made[variable.name] = self._column(variable, made)
        return self._left_out(self._routed(made))

    def _blocks(self) -> dict[str, str]:
        """Item to the battery or the scale whose items are answered alike."""
        named = {v.name: v.battery for v in self.codebook.variables.values() if v.battery}
        for scale in self.settings.cleaning.scales:
            named |= {item: f"scale {scale.variable}" for item in scale.items if item not in named}
        return named

    def _column(self, variable: Variable, made: pd.DataFrame) -> Any:
        name = variable.name
        if name in self.columns:
            return self.columns[name].to_numpy()
        if variable.role == "id":
            numbered = [f"R{number:05d}" for number in range(1, self.n + 1)]
            return self.known["id"].astype(str).to_numpy() if "id" in self.known else np.array(numbered)
        if variable.role == "undocumented":
            return pd.Series([None] * self.n, dtype="object" if variable.kind.form == "text" else "float64")
        told = self._told(variable)
        return told if told is not None else self._drawn(variable, made)

    def _told(self, variable: Variable) -> Any:
        """Give what is known of everybody by the list or the headcounts; None where it is not."""
        source = self._listed_as(variable.name)
        if source is None:
            return None
        column = self.known[source]
        if not variable.values:
            return pd.to_numeric(column, errors="coerce") if variable.kind.number else column.to_numpy()
        words = {code_text(code): text for code, text in variable.values.items()}
        groups = self.settings.groups
        levels = groups[source].levels if source in groups else {}
        codes = column.map(lambda level: code_in(str(level), words))
        codes = codes.where(
            codes.isin(list(words)), column.map(lambda level: code_in(levels.get(level, ""), words))
        )
        return pd.to_numeric(codes, errors="coerce").to_numpy()

    def _listed_as(self, name: str) -> str | None:
        source = reported_as(self.settings).get(name, name)
        return source if source in self.known and source != "id" else None

    def _drawn(self, variable: Variable, made: pd.DataFrame) -> Any:
        guess = self.settings.rehearsal.answers.get(variable.name, Guess())
        u = self._uniform(variable)
        values = self._by_marginal(u, variable, guess)
        for by, levels in guess.by.items():
            at = self._levels(by, made)
            for level, marginal in levels.items():
                inside = at == self._level(by, level)
                if inside.any():
                    values[inside] = self._by_marginal(u[inside], variable, marginal)
        return values

    def _by_marginal(self, u: Floats, variable: Variable, guess: Marginal) -> Any:
        if variable.kind.form == "text":
            return texts(u, guess).to_numpy()
        if variable.kind.form == "day":
            period = self.settings.study.field_period
            return days(u, variable, (period.first, period.last) if period else None).to_numpy()
        if variable.kind.listed:
            return listed_answers(u, variable, guess)
        return numbers(u, variable, guess, self.rng)

    def _levels(self, by: str, made: pd.DataFrame) -> NDArray[Any]:
        column = self.known[by] if by in self.known else made[by]
        return column.map(lambda level: "" if pd.isna(level) else code_text(level)).to_numpy()

    def _level(self, by: str, level: str) -> str:
        if by not in self.codebook.variables:
            return level
        words = {code_text(code): text for code, text in self.codebook.variables[by].values.items()}
        return code_in(level, words)

    def _uniform(self, variable: Variable) -> Floats:
        """Draw numbers between 0 and 1, alike within a first-stage unit and within the items of a battery.

        The normal score is √ρ·(score of the unit) + √(1 − ρ)·e, and e is √β·(score of the person on the
        battery) + √(1 − β)·(own), so that ρ is the correlation of two people of a unit and β that of two
        items of a person.
        """
        from scipy.stats import norm

        rng, plan = self.rng, self.settings.rehearsal
        block = self.blocks.get(variable.name)
        score = rng.standard_normal(self.n)
        if block is not None:
            person = self._shared(f"person {block}", self.n)
            score = np.sqrt(plan.battery_correlation) * person + np.sqrt(1 - plan.battery_correlation) * score
        if self.unit is not None and len(np.unique(self.unit)) < self.n:
            units = self._shared(f"unit {block or variable.name}", int(self.unit.max()) + 1)[self.unit]
            alike = plan.design.correlation
            score = np.sqrt(alike) * units + np.sqrt(1 - alike) * score
        u = np.asarray(norm.cdf(score))
        return 1 - u if variable.name in self.settings.cleaning.reverse else u

    def _shared(self, key: str, size: int) -> Floats:
        if key not in self.common:
            self.common[key] = self.rng.standard_normal(size)
        return self.common[key]

    def _routed(self, made: pd.DataFrame) -> pd.DataFrame:
        state = asked_state(made, self.codebook)
        for variable in self.codebook.routing_order():
            made[variable.name] = made[variable.name].where(state[variable.name] == 1)
        return made

    def _left_out(self, made: pd.DataFrame) -> pd.DataFrame:
        """Leave answers out: half are blank, the others have a code that stands for no answer.

        Without such a code all are blank. A question of which several answers may be ticked is left out as a
        whole.
        """
        plan, gone = self.settings.rehearsal, dict[str, NDArray[np.bool_]]()
        for variable in self.codebook.analysed():
            given = made[variable.name].notna().to_numpy()
            if variable.role != "question" or variable.name in self.columns or self._listed_as(variable.name):
                continue
            guess = plan.answers.get(variable.name, Guess())
            rate = plan.missing if guess.missing is None else guess.missing
            drawn = self.rng.random(self.n) < rate
            if variable.set:
                drawn = gone.setdefault(variable.set, drawn)
            lost = given & drawn
            codes = list(variable.missing_codes) or list(variable.missing_range or ())[:1]
            column = made[variable.name].mask(lost)
            if codes and variable.kind.number and not variable.set:
                coded = lost & (self.rng.random(self.n) < 0.5)
                column[coded] = self.rng.choice(codes, size=int(coded.sum()))
            made[variable.name] = column
        return made
