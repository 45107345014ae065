"""One rehearsal after another on the stages' own road, from the raw file to the ledger, in this process."""

from __future__ import annotations

import argparse
import contextlib
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

import analyse
import clean
import response
import weight
from _shared import arguments, options, read_csv, read_json, write_csv, write_parquet
from surveypipe.design.from_weights import respondents_of
from surveypipe.intake.files import add_checksums
from surveypipe.intake.ingest import Files, ingest
from surveypipe.ledger.cases import cases, setting
from surveypipe.ledger.rows import claim_tables
from surveypipe.problems import SurveyError
from surveypipe.rehearsal.answers import rehearse
from surveypipe.rehearsal.asked import Asked
from surveypipe.rehearsal.outcomes import claim_rows, group_rows, refused_row
from surveypipe.rehearsal.raw_files import write_survey
from surveypipe.study.codebook import Codebook
from surveypipe.study.consistency import numeric_frame_variables
from surveypipe.study.sections import Sections
from surveypipe.study.settings import Configuration

# What no claim and no grade rests on, and would take most of the time.
LEFT_OUT = {
    "items", "totals", "bins", "tests", "further_tests", "models", "characteristics", "compare", "imputation",
    "reliability", "agreement", "multiplicity",
}  # fmt: skip
# Files of the stages, under the names of their options; a stage takes those that it asks for.
DATA = {
    "responses": "responses.parquet", "frame": "frame.parquet", "analysis": "analysis.parquet",
    "missing": "missing.parquet", "variables": "variables.json", "log": "cleaning_log.csv",
    "cleaning_log": "cleaning_log.csv", "dispositions": "dispositions.parquet", "rates": "rates.csv",
    "flow": "flow.csv", "weights": "weights.parquet", "selection": "selection.parquet",
    "replicate_weights": "replicate_weights.parquet", "replicate_coefs": "replicate_coefs.parquet",
    "diagnostics": "diagnostics.csv", "margins": "margins.csv", "decisions": "decisions.csv",
    "estimates": "estimates.csv", "table_1": "table_1.csv", "weight_cells": "weight_cells.csv",
}  # fmt: skip
# The cells of response rates and those of weights go by one name in two stages.
CELLS = {response: "response_cells.csv", weight: "weight_cells.csv", analyse: "weight_cells.csv"}


def rehearsals(
    config: Mapping[str, Any], codebook: Path, read: Codebook, people: Asked, numbers: range
) -> Iterator[dict[str, Any]]:
    """Rehearse and give rows of what came of each: its claims, its groups, or why it stopped.

    Parameters
    ----------
    config
        The whole configuration, completed, as JSON holds it.
    codebook, read
        The codebook's file, and the same read.
    people
        Who is asked.
    numbers
        Numbers of the rehearsals.
    """
    settings = msgspec.convert(config, Configuration)
    plain = for_claims(config)
    for number in numbers:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            try:
                _one(settings, plain, codebook, read, people, number, folder)
                rows = list(_rows(settings, plain, number, folder))
            except SurveyError as error:
                rows = [refused_row(number, error.problems[0])]
            yield from rows


def for_claims(config: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out of a configuration what no claim and no grade rests on."""
    analysis = {key: value for key, value in config["analysis"].items() if key not in LEFT_OUT}
    claims = {
        key: {name: value for name, value in claim.items() if name not in ("secondary", "alternatives")}
        for key, claim in config["claims"].items()
    }
    made = {**config, "analysis": analysis, "claims": claims}
    made["weighting"] = {key: value for key, value in config["weighting"].items() if key != "replicates"}
    plan = Sections(config).sensitivity.scenario
    if plan is not None:
        # Of the shares that the ledger shows, the one that a grade rests on.
        graded = {**config["sensitivity"]["scenario"], "k": [plan.k_grade]}
        made["sensitivity"] = {**config["sensitivity"], "scenario": graded}
    return made


def _one(
    settings: Configuration,
    config: Mapping[str, Any],
    codebook: Path,
    read: Codebook,
    people: Asked,
    number: int,
    folder: Path,
) -> None:
    made, inputs = rehearse(settings, read, people, number), settings.inputs
    survey = folder / f"survey{Path(inputs.survey).suffix}"
    write_survey(made.records, read, survey, "")
    listed = folder / "list.csv" if made.listed is not None else None
    if made.listed is not None and listed is not None:
        made.listed.to_csv(listed, index=False)
    counts = Path(inputs.counts) if inputs.counts else None
    sums = folder / "SHA256SUMS"
    add_checksums(sums, [path for path in (survey, listed, counts) if path])
    found = ingest(
        Files(survey, sums, codebook, listed, counts, numeric=numeric_frame_variables(settings)),
        settings.frame, settings.groups, settings.response, settings.design,
    )  # fmt: skip
    write_parquet(found.records, folder / DATA["responses"])
    write_parquet(found.people, folder / DATA["frame"])
    files = {name: folder / file for name, file in DATA.items()} | {"codebook": codebook}
    with contextlib.redirect_stdout(io.StringIO()):
        for stage in (clean, response, weight, analyse):
            cells = {"cells": folder / CELLS[stage]} if stage in CELLS else {}
            run_stage(stage.main, config, files | cells)


def ledger_of(config: Mapping[str, Any], folder: Path) -> pd.DataFrame:
    """Grade the claims as the stage of the ledger does, without what it shows beside the grades."""
    respondents = respondents_of(*(pd.read_parquet(folder / DATA[name]) for name in ("analysis", "weights")))
    made = setting(Sections(config), read_csv(folder / DATA["weight_cells"]))
    staff = pd.read_parquet(folder / DATA["dispositions"])
    gathered = cases(made, read_csv(folder / DATA["estimates"]), respondents, staff)
    return claim_tables(made, gathered)[0]


def run_stage(main: Callable[..., None], config: Mapping[str, Any], files: Mapping[str, Path]) -> None:
    """Run a stage's program with those of some files that it asks for, by the names of its options."""
    wanted = {option.name for option in options(main) if option.on_command_line}
    given = {name: path for name, path in files.items() if name in wanted}
    main(**arguments(main, argparse.Namespace(config=config, **given)))


def _rows(
    settings: Configuration, config: Mapping[str, Any], number: int, folder: Path
) -> Iterator[dict[str, Any]]:
    variables = read_json(folder / DATA["variables"])
    answered = pd.read_parquet(folder / DATA["analysis"])
    kept = set(pd.read_parquet(folder / DATA["weights"])["id"].astype(str))
    staff = pd.read_parquet(folder / DATA["dispositions"])
    ledger, estimates = ledger_of(config, folder), read_csv(folder / DATA["estimates"])
    yield from claim_rows(settings, number, ledger, estimates, variables)
    yield from group_rows(settings, number, answered[answered["id"].astype(str).isin(kept)], staff)


def write_rows(rows: list[dict[str, Any]], columns: list[str], path: Path) -> None:
    """Write what came of rehearsals, in order."""
    write_csv(pd.DataFrame(rows, columns=columns), path)
