"""Sum up the rehearsals: how wide intervals will be, and how likely each grade is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import pandas as pd

from _shared import Output, read_csv, run, write_csv
from _wording import wording_of
from surveypipe.intake.files import read_codebook
from surveypipe.rehearsal.outcomes import REFUSED
from surveypipe.rehearsal.plan import plan_table, possible_grades
from surveypipe.reporting.tables.rehearsal import Plan, tables
from surveypipe.study.design import silent_known
from surveypipe.study.settings import Configuration


def main(
    *,
    config: dict[str, Any],
    draws: Annotated[list[Path], "what came of each rehearsal"],
    codebook: Path,
    wording: Annotated[Path, "folder of the study's own templates, if there is one"],
    plan: Output,
    account: Output,
) -> None:
    """Write the plan as CSV, and its tables and text as Markdown beside those of the report."""
    settings = msgspec.convert(config, Configuration)
    found = pd.concat([read_csv(path) for path in draws], ignore_index=True).sort_values(
        "rehearsal", kind="stable"
    )
    known = silent_known(settings.population or "none", settings.design)
    grades = possible_grades(silent_known=known)
    table = plan_table(found, settings.claims, grades)
    mark = settings.study.mark
    assert mark is not None
    write_csv(table, plan, mark.first_line)
    made = tables(Plan(table), settings, read_codebook(codebook), grades)
    for one in made:
        text = one.markdown(mark=mark.short, people=settings.vocabulary.people.many)
        (account.parent / f"{one.name}.md").write_text(text, encoding="utf-8")
    stopped = found[found["what"] == REFUSED]
    text = wording_of(wording, settings.vocabulary).say(
        "rehearsal/account",
        count=settings.rehearsal.count,
        stopped=len(stopped),
        reasons=list(dict.fromkeys(stopped["reason"].astype(str)))[:3],
        known=known,
        rate=settings.rehearsal.response.rate,
        cells=len(settings.rehearsal.response.cells),
        size=settings.rehearsal.respondents,
        guessed=len(settings.rehearsal.answers),
        drawn=settings.design.drawn,
        correlation=settings.rehearsal.design.correlation,
        battery=settings.rehearsal.battery_correlation,
    )
    account.write_text(text + "\n", encoding="utf-8")
    print(f"rehearsal: {found['rehearsal'].nunique()} rehearsals summed up, {len(stopped)} of them stopped")


if __name__ == "__main__":
    run(main)
