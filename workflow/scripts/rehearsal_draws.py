"""Rehearse the survey again and again, from the raw file to the ledger, and keep what came of each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec

from _rehearsal import rehearsals, write_rows
from _shared import Output, run
from surveypipe.intake.files import read_codebook
from surveypipe.rehearsal.asked import asked
from surveypipe.rehearsal.outcomes import COLUMNS, REFUSED
from surveypipe.study.settings import Configuration


def main(
    *,
    config: dict[str, Any],
    part: Annotated[int, "number of this part, from 0"],
    parts: Annotated[int, "number of parts that share the rehearsals"],
    codebook: Path,
    table: Output,
) -> None:
    """Rehearse every so manieth time, beginning after the rehearsal that the report shows."""
    settings, read = msgspec.convert(config, Configuration), read_codebook(codebook)
    numbers = range(1 + part, 1 + settings.rehearsal.count, parts)
    rows = list(rehearsals(config, codebook, read, asked(settings, read, Path()), numbers))
    write_rows(rows, COLUMNS, table)
    stopped = sum(row["what"] == REFUSED for row in rows)
    print(f"rehearsal: {len(numbers)} rehearsals, {stopped} stopped")


if __name__ == "__main__":
    run(main)
