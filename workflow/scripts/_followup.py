"""The assumptions' file of the follow-up study, read and checked; shared by its two programs."""

from __future__ import annotations

from pathlib import Path

from surveypipe.panel.design import design_problems
from surveypipe.problems import SurveyError
from surveypipe.study.planning import Planning
from surveypipe.study.reading import read


def read_assumptions(path: Path) -> Planning:
    """Read the assumptions and check them against the schema and each other.

    Raises
    ------
    SurveyError
        With all that is wrong.
    """
    config = read(path, Planning)
    problems = design_problems(config, str(path))
    if problems:
        raise SurveyError(problems)
    return config
