"""The stages from the raw file to the released tables, run in this process as their rules run them.

A whole study costs a second or two, so that a test may run many.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

import _shared
import analyse
import clean
import disclose
import ingest
import model
import multiverse
import nonresponse
import response
import sensitivity
import weight
from surveypipe.disclosure.kinds import KINDS, PUBLIC
from surveypipe.problems import SurveyError
from surveypipe.study.base import plain
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.completion import completed
from surveypipe.study.consistency import consistency_problems, numeric_frame_variables
from surveypipe.study.margins import with_margins_file
from surveypipe.study.population import with_columns_of_counts
from surveypipe.study.reading import checked, read
from surveypipe.study.settings import Configuration

# In the order of the data. What a stage reads and writes is found by the names of its parameters.
STAGES = (ingest, clean, response, weight, analyse, model, sensitivity, nonresponse, multiverse, disclose)
# Where a parameter is called otherwise than its file.
NAMES = {"log": "cleaning_log", "further": "further_estimates"}
OF_STAGE = {
    "weight": {"cells": "weight_cells", "diagnostics": "weight_diagnostics", "margins": "weight_margins",
               "decisions": "weight_log"},
    "analyse": {"cells": "weight_cells", "diagnostics": "weight_diagnostics", "rates": "response_rates"},
    "model": {"cells": "weight_cells"},
    "response": {"rates": "response_rates", "cells": "response_cells"},
}  # fmt: skip
IN_DATA = {
    "responses": "parquet", "frame": "parquet", "analysis": "parquet", "missing": "parquet",
    "dispositions": "parquet", "weights": "parquet", "selection": "parquet", "replicate_weights": "parquet",
    "replicate_coefs": "parquet", "variables": "json", "labels": "json",
}  # fmt: skip


def whole(config: Mapping[str, Any]) -> Configuration:
    """Complete and check a configuration as the workflow does.

    Raises
    ------
    SurveyError
        With all that is wrong with it.
    """
    settings = checked(config, Configuration, "config.yaml")
    codebook = read(Path(settings.inputs.codebook), CodebookFile)
    totals = settings.inputs.margins
    settings = with_margins_file(settings, Path(totals) if totals else None)
    counts = settings.inputs.counts
    settings = completed(with_columns_of_counts(settings, Path(counts) if counts else None), codebook)
    if problems := consistency_problems(settings, codebook, "config.yaml"):
        raise SurveyError(problems)
    return settings


def run_stages(config: Mapping[str, Any], folder: Path, *, last: str = "disclose") -> Path:
    """Run the stages of a study up to one of them; give the folder of its results.

    Raises
    ------
    SurveyError
        As the stage does that finds something wrong.
    """
    settings = whole(config)
    given = plain(settings)
    for part in ("data", "private", "public"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for stage in STAGES:
        _run(stage.main, stage.__name__, settings, given, folder)
        if stage.__name__ == last:
            break
    return folder


def _run(
    main: Callable[..., None], stage: str, settings: Configuration, given: dict[str, Any], folder: Path
) -> None:
    words: dict[str, Any] = {}
    for option in _shared.options(main):
        name = option.name
        if name == "config":
            words[name] = _shared.configuration(given, option.kind)
        elif not option.on_command_line:
            words[name] = _shared.section(given, name, option.kind)
        elif name == "numeric":
            words[name] = numeric_frame_variables(settings)
        elif (value := getattr(settings.inputs, name, None)) is not None:
            words[name] = Path(value) if name != "encoding" else value
        elif option.default is inspect.Parameter.empty:
            words[name] = _file(stage, name, folder)
    main(**words)


def _file(stage: str, name: str, folder: Path) -> Any:
    if stage == "disclose":
        special = {
            "private": [folder / f"private/{table}.csv" for table in KINDS],
            "public": [folder / f"public/{table}.csv" for table in PUBLIC],
            "disclosure_log": folder / "public/disclosure_log.csv",
            "cleaning_summary": folder / "public/cleaning_summary.csv",
            "public_variables": folder / "public/variables.json",
        }
        if name in special:
            return special[name]
    if name in IN_DATA:
        return folder / "data" / f"{name}.{IN_DATA[name]}"
    stem = OF_STAGE.get(stage, {}).get(name) or NAMES.get(name, name)
    return folder / "private" / f"{stem}.csv"


def table(folder: Path, name: str) -> pd.DataFrame:
    """Read a table of the results, such as ``public/estimates``; text stays text."""
    return _shared.read_csv(folder / f"{name}.csv")
