"""Rehearse the study: make up answers, and run everything on them in a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from _shared import run
from surveypipe.commands.rehearse import Request, rehearse_study
from surveypipe.problems import SurveyError


def main(
    *,
    configuration: Annotated[list[Path], "the configuration's file"],
    cores: Annotated[int, "jobs at a time"],
) -> None:
    """Rehearse in the folder worked in."""
    if len(configuration) != 1:
        raise SurveyError(
            f"A rehearsal is made from one configuration file, and {len(configuration)} are given; join them."
        )
    print(*rehearse_study(Request(Path(), str(configuration[0]), cores), print), sep="\n")


if __name__ == "__main__":
    run(main)
