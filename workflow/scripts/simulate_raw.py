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
from typing import TYPE_CHECKING

from _shared import write_csv
from surveypipe.intake.files import read_codebook
from surveypipe.provenance import checksum
from surveypipe.rehearsal.raw_files import write_survey
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
from surveypipe.study.marks import MARKS
from surveypipe.study.reading import read, read_yaml
from surveypipe.study.settings import Configuration

if TYPE_CHECKING:
    import pandas as pd


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
    write_survey(messy, codebook, survey, MARKS["simulated"].record)
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
