"""Second opinion: write the program in R that computes the estimates once more, and the files it reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pandas as pd

from _shared import Output, read_csv, read_json, run
from _weighting import weighted_people
from surveypipe.design.from_weights import respondents_of
from surveypipe.estimation.survey import Survey
from surveypipe.second_opinion.designs import Weighed, designs_in_r
from surveypipe.second_opinion.elsewhere import write_elsewhere
from surveypipe.second_opinion.program import program
from surveypipe.second_opinion.tables import (
    respondents_table,
    text_columns,
    totals_table,
    variables_of,
)
from surveypipe.spreadsheets import guarded
from surveypipe.study.sections import Sections
from surveypipe.study.weighting import scheme_in_force
from surveypipe.weighting.population import Population, population


def main(
    *,
    config: dict[str, Any],
    parts: Annotated[list[Path], "the parts of the program: a template, then functions"],
    analysis: Path,
    weights: Path,
    selection: Path,
    cells: Path,
    dispositions: Path,
    variables: Path,
    spss_template: Path,
    stata_template: Path,
    estimates: Annotated[list[Path], "tables of estimates"],
    opinion: Output,
    spss: Output,
    stata: Output,
    respondents: Output,
    totals: Output,
) -> None:
    """Say each design in R, and lay out what R needs to compute from."""
    sections, table, made = Sections(config), read_csv(cells), pd.read_parquet(weights)
    design, weighting = sections.design, sections.weighting
    weighed = Weighed(
        people_of(config, sections, dispositions), made, table, pd.read_parquet(selection), design,
        weighting.schemes,
    )  # fmt: skip
    survey = Survey(
        respondents_of(pd.read_parquet(analysis), made), read_json(variables), {},
        scheme_in_force(weighting, table), weighting.unweighted, sections,
    )  # fmt: skip
    rows = pd.concat([read_csv(path) for path in estimates])
    named = variables_of(survey, rows)
    answers, designs = respondents_table(survey, weighed, named), designs_in_r(weighed)
    guarded(answers).to_csv(respondents, index=False, float_format="%.17g", lineterminator="\n")
    guarded(totals_table(weighed)).to_csv(totals, index=False, float_format="%.17g", lineterminator="\n")
    text = program(
        survey, weighed, designs, study=sections.study, file=config["inputs"]["survey"], variables=named,
        texts=text_columns(answers), parts=parts,
    )  # fmt: skip
    opinion.write_text(text, encoding="utf-8")
    for template, target in ((spss_template, spss), (stata_template, stata)):
        said = write_elsewhere(
            template, survey, weighed, designs, table=answers, rows=rows, study=sections.study
        )
        target.write_text(said, encoding="utf-8")
    ours = [one.label for one in designs if one.reason]
    print(f"second opinion: {len(rows)} rows for R to compute under {len(designs)} weighting schemes")
    for label in ours:
        print(f"second opinion: R is given the weights of '{label}', and computes point estimates alone")


def people_of(config: dict[str, Any], sections: Sections, dispositions: Path) -> Population:
    """Put together the people whom the weights stand for, in the order of the weights."""
    asked, schemes = weighted_people(config, dispositions), sections.weighting.schemes.values()
    needed = [name for one in schemes for name in (*(one.margins or ()), *(one.numeric or ()))]
    return population(
        asked.eligible, needed=needed, base=asked.base, known=asked.known,
        known_sums=sections.frame.totals, drawn=sections.design.drawn,
    )  # fmt: skip


if __name__ == "__main__":
    run(main)
