"""Compare the configuration with the sealed plan, and say how the run stands to it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec

from _shared import Output, run, write_json
from surveypipe.intake.files import read_codebook
from surveypipe.sealing.deciding import plan_of
from surveypipe.sealing.lock import read_lock
from surveypipe.sealing.readings import read_record
from surveypipe.sealing.stamps import Stamp, stamp_of
from surveypipe.sealing.standing import standing_of, written
from surveypipe.study.settings import Configuration


def main(
    *,
    config: dict[str, Any],
    codebook: Path,
    sealed: Annotated[Path | None, "the sealed plan, if there is one"] = None,
    token: Annotated[Path | None, "its time stamp (RFC 3161)"] = None,
    certificate: Annotated[Path | None, "certificates of the authority that gave it"] = None,
    record: Annotated[Path, "the record of readings; it need not be there"],
    plan: Output,
) -> None:
    """Compare, and tell on the terminal what departs."""
    settings = msgspec.convert(config, Configuration)
    lock = read_lock(sealed) if sealed else None
    stamp = stamp_of(sealed, token, certificate) if sealed else Stamp()
    now = plan_of(settings, read_codebook(codebook))
    standing = standing_of(lock, now, settings.deviations, read_record(record), stamp)
    write_json(written(standing), plan)
    if not standing.sealed:
        print("plan: none is sealed, and the documents say so (docs/sealed_plan.md)")
        return
    print(f"plan: sealed on {standing.sealed[:10]}; {len(standing.departures)} settings are otherwise now")
    for one in standing.undeclared:
        print(f"plan: {one.path} was {one.change} and is not declared under `deviations`")


if __name__ == "__main__":
    run(main)
