"""Make the SIMULATED raw data again: same seed, same bytes.

Usage, from the folder of the Snakefile::

    python workflow/scripts/simulate_raw.py                    # data/raw/, tests/fixtures/truth_SIMULATED.csv
    python workflow/scripts/simulate_raw.py --scenario false   # tests/fixtures/false_claims/

How the numbers were chosen: the effects of ``config/simulation.yaml`` are plausible round numbers and are not
tuned to any result; the seed is that of ``config/config.yaml``. Only the number
of usable questionnaires per agency is conditioned on: their total, 119, is published, its division invented.
The scenario `false` is a population in which each claim is false; its effects were set so on purpose and are
otherwise as plain.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _shared import write_csv
from surveypipe.intake.files import checksum, read_codebook
from surveypipe.simulation.mess import plant
from surveypipe.simulation.population import (
    as_delivered,
    contact_outcomes,
    draw_respondents,
    merged,
    response_propensity,
    simulate_answers,
    simulate_frame,
    truth_table,
)
from surveypipe.study.codebook import Codebook
from surveypipe.study.reading import read, read_yaml
from surveypipe.study.settings import Configuration

if TYPE_CHECKING:
    import pandas as pd

# Offsets of creation date and time in the header of a .sav file.
STAMP = (92, b"01 Jun 1208:00:00")


def main(args: argparse.Namespace) -> None:
    """Simulate, write, and take checksums."""
    config = read(Path("config/config.yaml"), Configuration)
    design = read_yaml(Path("config/simulation.yaml"))
    scenarios = {str(key).lower(): change for key, change in design.pop("scenarios").items()}
    if args.scenario != "base":
        design = merged(design, scenarios[args.scenario])
    codebook = read_codebook(Path("config/codebook.yaml"))
    seed = config.seed

    people = simulate_frame(design, seed)
    answers = simulate_answers(people, design, codebook, seed)
    chance = response_propensity(people, answers[design["answers"]["reader"]] == 1, design)
    replied = draw_respondents(people, chance, design, seed)
    people["outcome"] = contact_outcomes(people, replied, design, seed)
    delivered = as_delivered(people, answers, replied, design, codebook, seed)
    messy, planted = plant(delivered, codebook, people, config.cleaning, design["mess"], seed)
    blanks = planted.loc[planted["kind"] == "blank", "case_id"]
    people.loc[people["id"].isin(blanks), "outcome"] = "returned"
    truth = truth_table(people, answers, chance, replied, config.cleaning, codebook)
    _write(args, people, messy.drop(columns="record"), planted, truth, codebook)


def _write(
    args: argparse.Namespace,
    people: pd.DataFrame,
    messy: pd.DataFrame,
    planted: pd.DataFrame,
    truth: pd.DataFrame,
    codebook: Codebook,
) -> None:
    raw, tests = (args.raw, args.truth)
    raw.mkdir(parents=True, exist_ok=True)
    tests.mkdir(parents=True, exist_ok=True)
    survey = raw / "southwark_SIMULATED.sav"
    staff = raw / "staff_list_SIMULATED.csv"
    write_sav(messy, codebook, survey)
    listed = people[["id", "agency", "team", "profession", "invited", "outcome"]].assign(
        invited=people["invited"].dt.strftime("%Y-%m-%d")
    )
    listed.columns = ["staff_id", "agency", "team", "profession", "invited_date", "contact_outcome"]
    write_csv(listed, staff)
    write_csv(truth, tests / "truth_SIMULATED.csv")
    write_csv(planted, tests / "planted_SIMULATED.csv")
    lines = [f"{checksum(path)}  {path.name}\n" for path in (survey, staff)]
    (raw / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    print(f"{survey}: {len(messy)} records; {staff}: {len(people)} staff.")


def write_sav(records: pd.DataFrame, codebook: Codebook, path: Path) -> None:
    """Write an SPSS file as SPSS users make them, with the header's date and time fixed."""
    import pyreadstat

    labels: dict[str, str | None] = {}
    values: dict[str, dict[int | float, str]] = {}
    missing: dict[str, list[Any]] = {}
    measures: dict[str, str] = {}
    formats = {}
    for variable in codebook.variables.values():
        name = variable.name
        labels[name] = "" if variable.role == "undocumented" else variable.question or variable.label
        measures[name] = variable.kind.measure
        coded: dict[int | float, str] = {**variable.values, **variable.missing_codes}
        if coded:
            values[name] = coded
        if variable.missing_range:
            missing[name] = [{"lo": variable.missing_range[0], "hi": variable.missing_range[1]}]
        elif variable.missing_codes:
            missing[name] = list(variable.missing_codes)
        if variable.kind.number:
            formats[name] = "F2.0" if variable.kind.listed else "F3.0"
    table = records.copy()
    for variable in codebook.variables.values():
        if variable.kind.form == "day":
            table[variable.name] = table[variable.name].dt.date
        elif variable.kind.form == "text":
            table[variable.name] = table[variable.name].astype(object).where(table[variable.name].notna(), "")
    pyreadstat.write_sav(
        table,
        str(path),
        file_label="SIMULATED data, no real person answered",
        column_labels=labels,
        variable_value_labels=values,
        missing_ranges=missing,
        variable_measure=measures,
        variable_format=formats,
    )
    content = bytearray(path.read_bytes())
    start, stamp = STAMP
    content[start : start + len(stamp)] = stamp
    path.write_bytes(bytes(content))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Make the simulated raw data again.")
    options.add_argument("--scenario", choices=("base", "false"), default="base")
    options.add_argument("--raw", type=Path, default=None, help="folder for the survey and the staff list")
    options.add_argument("--truth", type=Path, default=None, help="folder for the truth")
    chosen = options.parse_args()
    base = chosen.scenario == "base"
    chosen.raw = chosen.raw or Path("data/raw" if base else "tests/fixtures/false_claims")
    chosen.truth = chosen.truth or Path("tests/fixtures" if base else "tests/fixtures/false_claims")
    main(chosen)
