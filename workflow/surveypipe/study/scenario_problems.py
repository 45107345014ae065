"""Whether the suspicion that mainly those with one answer replied names an answer that people can give."""

from __future__ import annotations

from collections.abc import Iterator

from surveypipe.problems import shown
from surveypipe.study.base import same_code
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.margins import answers_of
from surveypipe.study.settings import Configuration


def scenario_problems(config: Configuration, codebook: CodebookFile) -> Iterator[str]:
    """Say where ``sensitivity.scenario`` asks for an answer that there cannot be."""
    scenario = config.sensitivity.scenario
    if scenario is None:
        return
    name, column = scenario.variable, codebook.variables.get(scenario.variable)
    derived = [made.variable for made in (*config.cleaning.scales, *config.cleaning.recodes)]
    if column is None:
        if name in config.frame.variables and name not in derived:
            yield (
                f"sensitivity.scenario.variable: {name!r} is known of everybody, those who did not answer "
                "too, so that nothing need be assumed of it; name a question."
            )
        return
    answers = answers_of(column, codebook)
    if answers and not any(same_code(scenario.level, code) for code in answers):
        yield (
            f"sensitivity.scenario.level: {name!r} has no answer {scenario.level}; its answers are "
            f"{shown(f'{code} ({text})' for code, text in answers.items())}."
        )
