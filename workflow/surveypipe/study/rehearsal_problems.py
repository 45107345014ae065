"""Whether the guesses of a rehearsal fit the codebook and what is known of those who are asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from surveypipe.problems import shown
from surveypipe.study.checks import nearest
from surveypipe.study.codebook_file import CodebookFile, Column
from surveypipe.study.item_types import ITEM_TYPES
from surveypipe.study.margins import ROUNDED, answers_of, code_in
from surveypipe.study.rehearsal import Guess, Marginal
from surveypipe.study.settings import Configuration

HERE = "rehearsal"


def rehearsal_problems(config: Configuration, codebook: CodebookFile) -> list[str]:
    """Say where a guess is about no question, or cannot be true of it."""
    found: list[str] = []
    for name, guess in config.rehearsal.answers.items():
        where, column = f"{HERE}.answers.{name}", codebook.variables.get(name)
        if column is None:
            found.append(f"{where}: this is no question of the codebook{nearest(name, codebook.variables)}.")
            continue
        found += _of_marginal(where, guess, column, codebook)
        found += _of_others(where, name, guess, column, config, codebook)
    return [*found, *_response_problems(config), *_design_problems(config, codebook)]


def _of_marginal(where: str, guess: Marginal, column: Column, codebook: CodebookFile) -> Iterator[str]:
    kind, answers = ITEM_TYPES[column.type], answers_of(column, codebook)
    if guess.shares is not None:
        if not answers:
            yield f"{where}.shares: the question has no listed answers; give a mean, or of text a share."
        else:
            yield from _share_problems(f"{where}.shares", guess.shares, answers)
    if guess.share is not None and kind.form != "text" and not _counted(column, codebook):
        yield (
            f"{where}.share: the codebook does not say which answer is counted (`counts`); give shares of "
            "the answers instead."
        )
    if (guess.mean is not None or guess.sd is not None) and (kind.listed or not kind.number):
        yield f"{where}: mean and sd are of numbers, and this is {column.type}; give shares of its answers."
    elif guess.sd is not None and guess.mean is None:
        yield f"{where}.sd: a standard deviation needs a mean; add it."
    elif guess.mean is not None and column.range is not None and kind.number:
        yield from _spread_problems(where, guess, *map(float, column.range))


def _share_problems(where: str, shares: Mapping[str, float], answers: Mapping[str, str]) -> Iterator[str]:
    unknown = [level for level in shares if code_in(level, answers) not in answers]
    if unknown:
        known = shown([f"{code} ({words})" for code, words in answers.items()], 12)
        yield f"{where}: {shown(unknown)} is no answer of the question; its answers are {known}."
    total = sum(shares.values())
    if abs(total - 1) > ROUNDED:
        yield f"{where}: the shares add up to {total:.4g}; correct them, so that they add up to 1."


def _spread_problems(where: str, guess: Marginal, low: float, high: float) -> Iterator[str]:
    mean = float(guess.mean or 0.0)
    if not low < mean < high:
        yield f"{where}.mean: {mean:g} does not lie within the range of the codebook, {low:g} to {high:g}."
        return
    most = ((mean - low) * (high - mean)) ** 0.5
    if guess.sd is not None and guess.sd >= most:
        yield (
            f"{where}.sd: numbers from {low:g} to {high:g} with the mean {mean:g} have a standard deviation "
            f"below {most:.4g}; lower it."
        )


def _counted(column: Column, codebook: CodebookFile) -> bool:
    if column.counts is not None:
        return True
    return isinstance(column.values, str) and "counts" in codebook.value_sets.get(column.values, {})


def _of_others(
    where: str, name: str, guess: Guess, column: Column, config: Configuration, codebook: CodebookFile
) -> Iterator[str]:
    asked = list(codebook.variables)
    for by, levels in guess.by.items():
        listed = config.frame.variables if config.population == "list" else []
        if by not in [*listed, *asked[: asked.index(name)]]:
            yield (
                f"{where}.by: {by!r} is neither known of everybody nor asked before {name}"
                f"{nearest(by, [*listed, *asked])}; name another variable."
            )
            continue
        answers = answers_of(codebook.variables[by], codebook) if by in codebook.variables else {}
        for level, marginal in levels.items():
            if answers and code_in(level, answers) not in answers:
                yield f"{where}.by.{by}: {level!r} is no answer of {by}{nearest(level, answers.values())}."
            yield from _of_marginal(f"{where}.by.{by}.{level}", marginal, column, codebook)


def _response_problems(config: Configuration) -> Iterator[str]:
    known = config.frame.variables if config.population != "none" else []
    for number, cell in enumerate(config.rehearsal.response.cells):
        for name in cell.levels:
            if name not in known:
                yield (
                    f"{HERE}.response.cells.{number}: {name!r} is not known of those who are asked"
                    f"{nearest(name, known)}; known are {shown(known) or 'no variables'}."
                )


def _design_problems(config: Configuration, codebook: CodebookFile) -> Iterator[str]:
    guess, design = config.rehearsal.design, config.design
    if len(guess.units) > len(design.clusters):
        yield (
            f"{HERE}.design.units: {len(guess.units)} stages, and design.clusters names "
            f"{len(design.clusters)}; leave the others out."
        )
    column = codebook.variables.get(design.strata or "")
    if guess.allocation is not None and column is not None:
        answers = answers_of(column, codebook)
        answers = answers or {str(number + 1): "" for number in range(guess.strata or 4)}
        yield from _share_problems(f"{HERE}.design.allocation", guess.allocation, answers)
