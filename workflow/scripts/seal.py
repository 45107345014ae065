"""Seal the plan of a study: write down all that decides, and whether the answers had been read by then."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec

from _shared import run
from surveypipe.intake.files import read_codebook
from surveypipe.sealing.lock import plan_files
from surveypipe.sealing.seal import seal
from surveypipe.study.checking import Checked
from surveypipe.study.settings import Configuration


def main(
    *,
    config: dict[str, Any],
    codebook: Path,
    configuration: Annotated[Sequence[Path], "files of the configuration, beside which the lock is laid"],
) -> None:
    """Write the lock beside the configuration, and a line of the record of readings."""
    study = Checked(msgspec.convert(config, Configuration), read_codebook(codebook))
    print(*seal(study, plan_files(configuration[0]), configuration), sep="\n")


if __name__ == "__main__":
    run(main)
