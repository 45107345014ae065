"""Multiverse: each claim under every scheme, treatment of unanswered items, correction and interval."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from _shared import Output, read_csv, run, write_csv
from surveypipe.design.from_weights import designs_of, respondents_of
from surveypipe.intake.files import read_codebook
from surveypipe.ledger import multiverse as specifications
from surveypipe.ledger.cases import setting
from surveypipe.ledger.universe import completed_people, universe
from surveypipe.study.sections import Sections


def main(
    *,
    config: Sections,
    codebook: Path,
    estimates: Path,
    claims: Path,
    analysis: Path,
    missing: Path,
    dispositions: Path,
    weights: Path,
    selection: Path,
    weight_cells: Path,
    multiverse: Output,
    multiverse_summary: Output,
) -> None:
    """Read answers, weights and estimates; write all specifications and what they change."""
    if not config.claims:
        write_csv(pd.DataFrame(columns=list(specifications.COLUMNS)), multiverse)
        write_csv(pd.DataFrame(columns=list(specifications.SUMMARY_COLUMNS)), multiverse_summary)
        print("multiverse: no claims to specify otherwise")
        return
    cells = read_csv(weight_cells)
    respondents = respondents_of(pd.read_parquet(analysis), pd.read_parquet(weights))
    made = setting(config, cells)
    designs = designs_of(
        config.weighting.schemes, respondents, cells, pd.read_parquet(selection), config.design
    )
    completed, told = completed_people(
        respondents,
        designs[made.primary].labels,
        pd.read_parquet(missing),
        config.given,
        read_codebook(codebook),
    )
    space = universe(
        made,
        config.given,
        read_csv(estimates),
        respondents,
        pd.read_parquet(dispositions),
        designs,
        completed,
    )
    table = specifications.table(space, read_csv(claims))
    note = f"imputed items: {told}" if completed is not None else f"items not imputed: {told}"
    summary = specifications.summary(space, table, note)
    write_csv(table, multiverse)
    write_csv(summary, multiverse_summary)
    summary = summary[summary["measure"] == ""]
    moved = summary[(summary["grade_changes"] != "none") & (summary["group"] == "overall")]["claim"]
    told = (
        f"a grade changes for {', '.join(moved)}"
        if len(moved)
        else "no grade of a claim on all staff changes"
    )
    print(
        f"multiverse: {int(summary['points'].sum())} distinct estimates of {len(summary)} claims and groups; "
        f"{told}"
    )


if __name__ == "__main__":
    run(main)
