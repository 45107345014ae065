"""Write the analysis file for colleagues: SPSS, Stata, CSV, and its codebook as DDI. Never released."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd

from _shared import Output, read_json, run, write_csv
from surveypipe.archiving.analysis_file import AnalysisFile, analysis_file
from surveypipe.archiving.ddi import ddi_codebook, titled
from surveypipe.archiving.statistical_files import write_dta, write_sav
from surveypipe.intake.files import read_codebook
from surveypipe.study.about import Study
from surveypipe.study.weighting import Weighting


def main(
    *,
    study: Study,
    weighting: Weighting,
    epoch: Annotated[int, "date in the headers of the files, seconds since 1970"],
    analysis: Path,
    missing: Path,
    weights: Path,
    variables: Path,
    codebook: Path,
    sav: Output,
    dta: Output,
    csv: Output,
    ddi: Output,
    told: Output,
) -> None:
    """Put the file together and write it in each format, with a word on what could not be kept."""
    weighted = pd.read_parquet(weights)
    smallest = {
        name: float(weighted[f"cell_{name}"].value_counts().min())
        for name in weighting.schemes
        if f"cell_{name}" in weighted
    }
    file = analysis_file(
        pd.read_parquet(analysis),
        pd.read_parquet(missing),
        weighted,
        read_json(variables),
        read_codebook(codebook),
        {name: scheme.label for name, scheme in weighting.schemes.items()},
        primary=weighting.in_force(smallest),
        title=study.title,
        label=study.mark.record if study.mark else "",
    )
    lost = write_sav(file, sav, epoch) + write_dta(file, dta, epoch)
    write_csv(file.table, csv)
    described = titled(file.title, file.label)
    ddi.write_bytes(ddi_codebook(described, file.variables, csv.name, len(file.table), file.primary))
    told.write_text(readme(file, lost), encoding="utf-8")
    print(f"export: {len(file.table)} persons, {len(file.variables)} variables; {len(lost)} notes")


def readme(file: AnalysisFile, lost: list[str]) -> str:
    """Say what the files are, and what is not as in the study."""
    weights = [f"- {one.name}: {one.label}" for one in file.variables if one.weight]
    lines = [
        f"# {file.title}: the analysis file",
        file.label,
        "One row for each person who answered. For colleagues who may see the answers; it is never released.",
        "Codes that stand for no answer are declared missing; in the CSV they stand as they are, and the DDI "
        "codebook lists them. A blank was left blank.",
        "Weights (the .sav opens weighted by that of the published estimates):",
        "\n".join(weights),
        "Not as in the study:" if lost else "Every name and label is as in the study.",
        "\n".join(f"- {sentence}" for sentence in lost),
    ]
    return "\n\n".join(line for line in lines if line) + "\n"


if __name__ == "__main__":
    run(main)
