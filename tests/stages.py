"""The stages from the raw file to the released tables, run in this process as their rules run them.

A stage gets the files and the sections of the configuration that its rule names, and no others. A whole study
costs a second or two, so that a test may run many.
"""

from __future__ import annotations

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
from rules import Rule, rule_of
from surveypipe.problems import SurveyError
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.completion import completed
from surveypipe.study.consistency import consistency_problems
from surveypipe.study.margins import with_margins_file
from surveypipe.study.population import with_counts_file
from surveypipe.study.reading import checked, read
from surveypipe.study.settings import Configuration

# In the order of the data.
STAGES = (ingest, clean, response, weight, analyse, model, sensitivity, nonresponse, multiverse, disclose)


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
    settings = completed(with_counts_file(settings, Path(counts) if counts else None), codebook)
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
    for part in ("data", "private", "public"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for stage in STAGES:
        run_rule(stage.main, rule_of(stage.__name__, settings, folder))
        if stage.__name__ == last:
            break
    return folder


def run_rule(main: Callable[..., None], rule: Rule) -> None:
    """Run a script with the files and sections that its rule names."""
    options = _shared.options(main)
    named = {option.name for option in options if option.on_command_line}
    assert set(rule.words) <= named, (rule.name, set(rule.words) - named)
    given = {
        option.name: _shared.configuration(rule.config, option.kind)
        if option.name == "config"
        else _shared.section(rule.config, option.name, option.kind)
        for option in options
        if not option.on_command_line
    }
    main(**given, **rule.words)


def table(folder: Path, name: str) -> pd.DataFrame:
    """Read a table of the results, such as ``public/estimates``; text stays text."""
    return _shared.read_csv(folder / f"{name}.csv")
