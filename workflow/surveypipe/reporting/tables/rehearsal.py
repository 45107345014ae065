"""Tables of a rehearsal: what can be expected of each claim and each group, and what was guessed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.formatting import NOT_APPLICABLE, capital, escape
from surveypipe.rehearsal import plan as planned
from surveypipe.rehearsal.answers import told_beforehand
from surveypipe.rehearsal.marginals import flat_or
from surveypipe.rehearsal.outcomes import ALL, CLAIM, GROUP
from surveypipe.reporting.claim_names import is_code
from surveypipe.reporting.tables.layout import INDENT, Column, Table
from surveypipe.study.claims import AnyClaim
from surveypipe.study.codebook import Codebook, Variable
from surveypipe.study.grades import Grade
from surveypipe.study.rehearsal import Guess, Marginal
from surveypipe.study.settings import Configuration

if TYPE_CHECKING:
    import pandas as pd

EXPECTED = "mean of the rehearsals (10th to 90th percentile)"


class Plan:
    """The sums over rehearsals (:func:`surveypipe.rehearsal.plan.plan_table`), by place and measure."""

    def __init__(self, table: pd.DataFrame) -> None:
        keys = ["what", "claim", "group", "group_level", "measure", "level"]
        self.table = table
        self.found = {
            tuple(map(str, row[:6])): float(row[6])
            for row in table[[*keys, "value"]].itertuples(index=False, name=None)
        }

    def places(self, what: str) -> list[tuple[str, str, str]]:
        """List claim, group and level of everything of a kind, in the order of the study."""
        mine = self.table[self.table["what"] == what]
        rows = mine[["claim", "group", "group_level"]].itertuples(index=False, name=None)
        return [(str(claim), str(group), str(level)) for claim, group, level in dict.fromkeys(rows)]

    def value(self, what: str, place: tuple[str, str, str], measure: str, level: str) -> float:
        """Give a figure; NaN where there is none."""
        return self.found.get((what, *place, measure, level), math.nan)

    def spread(
        self, what: str, place: tuple[str, str, str], measure: str, form: Callable[[float], str]
    ) -> str:
        """Print a mean with its percentiles: ``12.1 (10.4–13.9)``."""
        mean, low, high = (
            self.value(what, place, measure, level) for level in (planned.MEAN, planned.LOW, planned.HIGH)
        )
        if not math.isfinite(mean):
            return NOT_APPLICABLE
        return f"{form(mean)} ({formatting.span(form(low), form(high))})"


def tables(plan: Plan, settings: Configuration, codebook: Codebook, grades: Sequence[Grade]) -> list[Table]:
    """Make every table of the rehearsal; those of claims are empty without claims."""
    return [
        widths(plan, settings),
        chances(plan, settings, grades),
        groups(plan, settings),
        guesses(settings, codebook),
    ]


def widths(plan: Plan, settings: Configuration) -> Table:
    """How wide the interval of each claim will be, and on how many respondents it will rest."""
    answered = capital(settings.vocabulary.respondents.many)
    columns = [Column("Claim", 40, "l"), Column(answered, 24), Column("Width of the interval", 28)]
    table = Table("rehearsal_widths", "How wide the interval of each claim is expected to be", columns)
    for place in plan.places(CLAIM):
        form = _form(settings.claims[place[0]])
        table.rows.append(
            [
                _name(settings, place),
                plan.spread(CLAIM, place, planned.COUNT, _whole),
                plan.spread(CLAIM, place, planned.WIDTH, form),
            ]
        )
    level = formatting.confidence(settings.analysis.ci_level)
    table.notes = [
        f"Each cell: {EXPECTED}.",
        f"Width of the {level} interval under the primary scheme, from limit to limit: of shares in "
        "percentage points, else in the unit of the claim.",
        f"{answered}: those in the base of the claim who answer its question.",
        _errors(settings),
    ]
    return table


def chances(plan: Plan, settings: Configuration, grades: Sequence[Grade]) -> Table:
    """How likely each grade is, and whether the claim may be published."""
    words = settings.vocabulary
    columns = [Column("Claim", 30, "l"), Column("Supported", 12)]
    columns += [Column(escape(capital(grade.label(words))), 15) for grade in grades]
    columns.append(Column("May be published", 12))
    caption = "How likely each grade is, if the guesses are right"
    table = Table("rehearsal_grades", caption, columns)
    for place in plan.places(CLAIM):
        cells = [plan.value(CLAIM, place, planned.SUPPORTED, planned.CHANCE)]
        cells += [plan.value(CLAIM, place, planned.GRADE, str(grade.number)) for grade in grades]
        cells.append(plan.value(CLAIM, place, planned.PUBLISHED, planned.CHANCE))
        table.rows.append([_name(settings, place), *map(_percent, cells)])
    table.notes = [
        "Per cent of the rehearsals. Supported: the grades that support the claim, together.",
        "May be published: by the rules of disclosure control for each table by itself; what follows from "
        "several tables together may hide more. A claim that may not be published over all is withheld.",
        _errors(settings),
    ]
    return table


def groups(plan: Plan, settings: Configuration) -> Table:
    """How many respondents to expect over all and in each group."""
    answered = settings.vocabulary.respondents.many
    columns = [Column(capital(answered), 50, "l"), Column("Number", 30)]
    table = Table("rehearsal_groups", f"How many {answered} to expect", columns)
    headed = ""
    for _, group, level in plan.places(GROUP):
        if group == ALL:
            name = "All"
        elif group != headed:
            headed = group
            table.section(settings.groups[group].label or group)
        if group != ALL:
            name = INDENT + escape(settings.groups[group].levels.get(level, level))
        table.rows.append([name, plan.spread(GROUP, ("", group, level), planned.COUNT, _whole)])
    table.notes = [f"Each cell: {EXPECTED}.", _errors(settings)]
    return table


def guesses(settings: Configuration, codebook: Codebook) -> Table:
    """Lay out what was guessed of each question, or that it is flat."""
    columns = [Column("Question", 40, "l"), Column("Guess", 45, "l"), Column("Left out (%)", 10)]
    table = Table("rehearsal_guesses", "What was guessed of each question", columns)
    rehearsal, known = settings.rehearsal, told_beforehand(settings)
    for variable in codebook.analysed():
        if variable.role != "question" or not (variable.values or variable.kind.answered):
            continue
        guess = rehearsal.answers.get(variable.name, Guess())
        left = rehearsal.missing if guess.missing is None else guess.missing
        words = "; ".join(_told(variable, guess, codebook))
        if variable.name in known:
            words, left = "taken from what is known of everybody", 0.0
        table.rows.append([escape(variable.label), escape(words), formatting.points(left, 0)])
    table.notes = [
        "A question of which nothing was guessed is flat: whatever can be answered is as likely as all else.",
        "Filters are followed: whoever a question is not put to does not answer it.",
    ]
    return table


def _told(variable: Variable, guess: Guess, codebook: Codebook) -> Iterator[str]:
    yield _one(variable, guess, codebook)
    for by, levels in guess.by.items():
        for level, marginal in levels.items():
            yield f"where {by} is {level}, {_one(variable, marginal, codebook)}"


def _one(variable: Variable, marginal: Marginal, codebook: Codebook) -> str:
    if marginal.shares is not None:
        return ", ".join(f"{level} {formatting.percent(share)}" for level, share in marginal.shares.items())
    if marginal.share is not None:
        counted = variable.values.get(variable.counts) if variable.counts is not None else "written"
        return f"{counted} {formatting.percent(marginal.share)}"
    if marginal.mean is not None:
        spread = f", standard deviation {marginal.sd:g}" if marginal.sd is not None else ""
        return f"mean {marginal.mean:g}{spread}"
    return flat_or(variable, codebook)


def _name(settings: Configuration, place: tuple[str, str, str]) -> str:
    key, group, level = place
    if level:
        levels = settings.groups[group].levels if group in settings.groups else {}
        return INDENT + escape(levels.get(level, level))
    named = all(map(is_code, settings.claims))
    return escape(f"{key} {settings.claims[key].short}" if named else settings.claims[key].short)


def _form(claim: AnyClaim) -> Callable[[float], str]:
    return _points if claim.is_share else claim.tabled


def _points(value: float) -> str:
    return formatting.points(value, 1)


def _whole(value: float) -> str:
    return formatting.count(value)


def _percent(share: float) -> str:
    return formatting.points(share, 0) if math.isfinite(share) else NOT_APPLICABLE


def _errors(settings: Configuration) -> str:
    """Say how sure the figures are."""
    count = formatting.count(settings.rehearsal.count)
    chance = 0.5 / math.sqrt(settings.rehearsal.count)
    return (
        f"From {count} rehearsals: the Monte Carlo standard error of a chance is at most "
        f"{formatting.points(chance, 1)} percentage points; those of all figures stand in rehearsal_plan.csv."
    )
