"""Control totals of a population of which there is no list: ``frame.margins`` and ``inputs.margins``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import msgspec

from surveypipe.csv_text import named_cells
from surveypipe.problems import Problems, SurveyError, shown
from surveypipe.study.checks import nearest
from surveypipe.study.codebook_file import CodebookFile, Column
from surveypipe.study.frame import Frame, in_shares
from surveypipe.study.settings import Configuration

Margins = dict[str, dict[str, float]]
# Shares are printed with few digits, and add up to 1 only so far.
ROUNDED = 0.005
COLUMNS = ("variable", "level")
NUMBER, SHARE = "n", "share"


def with_margins_file(config: Configuration, path: Path | None) -> Configuration:
    """Put the control totals of the CSV among those of the configuration.

    Parameters
    ----------
    path
        Where the file lies; None where there is none.

    Raises
    ------
    SurveyError
        If it cannot be read, or tells of a variable that the configuration tells of too.
    """
    if path is None or not path.is_file():
        return config
    read = read_margins(path, str(config.inputs.margins))
    if both := sorted(set(read) & set(config.frame.margins)):
        raise SurveyError(
            f"frame.margins and {config.inputs.margins} both tell of {shown(both)}; keep one of the two."
        )
    frame = msgspec.structs.replace(config.frame, margins={**config.frame.margins, **read})
    return msgspec.structs.replace(config, frame=frame)


def read_margins(path: Path, name: str) -> Margins:
    """Read a CSV of variable, level, and n or share.

    Parameters
    ----------
    name
        What to call the file in messages.

    Raises
    ------
    SurveyError
        With every line that cannot be read.
    """
    problems, found = Problems(), Margins()
    try:
        rows = named_cells(path)
    except SurveyError as error:
        raise SurveyError(one.replace(str(path), name, 1) for one in error.problems) from error
    names = list(dict.fromkeys(key for row in rows for key in row))
    value = next((key for key in (NUMBER, SHARE) if key in names), None)
    if value is None or not set(COLUMNS) <= set(names):
        raise SurveyError(
            f"{name}: the columns are {shown(names) or 'none'}; a table of control totals has variable, "
            "level, and n (numbers of people) or share."
        )
    for line, cells in enumerate(rows, start=2):
        try:
            number = float(cells[value])
        except ValueError:
            problems.add(f"{name}, line {line}: {value} is {cells[value]!r}, which is no number.")
            continue
        if not 0 <= number < math.inf:
            problems.add(f"{name}, line {line}: {value} is {number:g}; give a number from 0 up.")
            continue
        if blank := [key for key in COLUMNS if not cells[key]]:
            problems.add(f"{name}, line {line}: {shown(blank)} is blank; fill it in, or take the line out.")
            continue
        levels = found.setdefault(cells["variable"], {})
        if cells["level"] in levels:
            problems.add(
                f"{name}, line {line}: {cells['variable']} {cells['level']} stands there twice; keep one."
            )
        levels[cells["level"]] = number
    problems.raise_if_any()
    return found


def in_codes(margins: Mapping[str, Mapping[str, float]], codebook: CodebookFile) -> Margins:
    """Name the levels of control totals by their codes, where the words of an answer were given.

    Shares that add up to 1 but for rounding are made to add up.
    """
    found = Margins()
    for name, levels in margins.items():
        column = codebook.variables.get(name)
        codes = answers_of(column, codebook) if column else {}
        made = {code_in(level, codes): float(n) for level, n in levels.items()}
        total = sum(made.values())
        if in_shares(made) and abs(total - 1) <= ROUNDED:
            made = {level: share / total for level, share in made.items()}
        found[name] = made
    return found


def code_in(level: str, codes: Mapping[str, str]) -> str:
    """Give the code of an answer that is named by its words or its code, as the codebook writes it."""
    by_words = {words: code for code, words in codes.items()}
    if level in by_words:
        return by_words[level]
    try:
        return next((code for code in codes if float(code) == float(level)), level)
    except ValueError:
        return level


def answers_of(column: Column, codebook: CodebookFile) -> dict[str, str]:
    """Codes and words of a question's answers; empty where none are listed."""
    named = column.values
    answers = (codebook.value_sets.get(named) if isinstance(named, str) else named) or {}
    return {code: str(text) for code, text in answers.items() if code != "counts"}


def population_size(frame: Frame) -> float | None:
    """Count the people in the population; None where only shares are known."""
    if frame.size is not None:
        return float(frame.size)
    numbers = [levels for levels in frame.margins.values() if not in_shares(levels)]
    return sum(numbers[0].values()) if numbers else None


def in_numbers(frame: Frame, weighed: float) -> Margins:
    """Control totals as numbers of people.

    Parameters
    ----------
    weighed
        Sum of the respondents' weights before any adjustment; shares are of it where the size of the
        population is not known.
    """
    size = population_size(frame)
    whole = weighed if size is None else size
    return {
        name: {level: n * (whole if in_shares(levels) else 1.0) for level, n in levels.items()}
        for name, levels in frame.margins.items()
    }


def margin_problems(config: Configuration, codebook: CodebookFile) -> list[str]:
    """Say where control totals fit neither the questionnaire nor each other."""
    found, frame = [], config.frame
    if frame.margins and config.population == "list" and not config.design.drawn:
        found.append(
            "frame.margins: the list tells the totals of everybody already; take one of the two out."
        )
    for name, levels in frame.margins.items():
        column = codebook.variables.get(name)
        where = told_by(config, name)
        if config.population != "list" and column is None:
            found.append(
                f"{where}: this is no question of the codebook{nearest(name, list(codebook.variables))}; a "
                "respondent's level must be among the answers."
            )
            continue
        answers = answers_of(column, codebook) if column else {}
        unknown = [level for level in levels if answers and level not in answers]
        if unknown:
            known = shown([f"{code} ({words})" for code, words in answers.items()], 12)
            found.append(f"{where}: {shown(unknown)} is no answer of the question; its answers are {known}.")
        total = sum(levels.values())
        if in_shares(levels) and abs(total - 1) > 1e-9:
            found.append(
                f"{where}: the shares add up to {total:.4g}, {abs(total - 1):.4g} "
                f"{'more' if total > 1 else 'less'} than 1; correct them."
            )
    return found + _disagreements(config)


def told_by(config: Configuration, name: str) -> str:
    """Name the place where the totals of a question are told."""
    if not any(name in cell.levels for cell in config.frame.cells):
        return f"frame.margins.{name}"
    return f"{config.inputs.counts}, {name}" if config.inputs.counts else f"frame.cells, {name}"


def _disagreements(config: Configuration) -> list[str]:
    """Say by how much numbers of people disagree with each other and with the size of the population."""
    frame = config.frame
    sums = {name: sum(levels.values()) for name, levels in frame.margins.items() if not in_shares(levels)}
    told = {"frame.size": float(frame.size)} if frame.size is not None else {}
    told |= {told_by(config, name): total for name, total in sums.items()}
    named = list(told.items())
    return [
        f"{where} adds up to {total:g}, and {named[0][0]} to {named[0][1]:g}: a difference of "
        f"{abs(total - named[0][1]):g}. They are of one population; correct one, or write shares."
        for where, total in named[1:]
        if abs(total - named[0][1]) > 1e-9 * max(total, named[0][1])
    ]
