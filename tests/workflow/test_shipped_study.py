"""The shipped study keeps to what the tool and its own files ask of it.

All other tests of parts read the fixed study of ``tests/fixtures/study``.
"""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pandas as pd
import pytest
import yaml

from studies import ROOT
from surveypipe.panel.design import design_problems
from surveypipe.simulation.coverage import broken_promises
from surveypipe.simulation.populations import Populations
from surveypipe.simulation.report import beyond_interval_error
from surveypipe.study.base import plain
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.codebook_parsing import parse_codebook
from surveypipe.study.completion import completed
from surveypipe.study.consistency import consistency_problems
from surveypipe.study.planning import Planning
from surveypipe.study.reading import read, read_yaml, texts
from surveypipe.study.sections import Sections
from surveypipe.study.settings import Configuration

SETTINGS = read(ROOT / "config/config.yaml", Configuration)
CODEBOOK = yaml.safe_load((ROOT / "config/codebook.yaml").read_text(encoding="utf-8"))


def test_its_files_contradict_neither_the_types_nor_each_other():
    book = read(ROOT / "config/codebook.yaml", CodebookFile)
    assert consistency_problems(completed(SETTINGS, book), book, "c") == []
    assert design_problems(read(ROOT / "config/followup.yaml", Planning), "f") == []


def said_needlessly(said: Any, whole: Any, place: str = "") -> list[str]:
    """Places at which a file says what would hold if it said nothing."""
    if isinstance(said, dict):
        found = []
        for key, value in said.items():
            without = {k: v for k, v in said.items() if k != key}
            try:
                same = whole(without) == whole(said)
            except msgspec.ValidationError:
                same = False
            if same:
                found.append(f"{place}.{key}")
            else:
                inner = lambda new, key=key: whole(said | {key: new})  # noqa: E731
                found += said_needlessly(value, inner, f"{place}.{key}")
        return found
    if isinstance(said, list) and said and isinstance(said[0], dict):
        return [
            needless
            for n, entry in enumerate(said)
            for needless in said_needlessly(
                entry, lambda new, n=n: whole([*said[:n], new, *said[n + 1 :]]), f"{place}.{n}"
            )
        ]
    return []


def test_no_line_of_its_configuration_says_a_default():
    said = texts(read_yaml(ROOT / "config/config.yaml"))

    def whole(document: dict[str, Any]) -> Configuration:
        return msgspec.convert(document, Configuration)

    assert said_needlessly(said, whole) == []


def test_its_fieldwork_is_that_of_its_files():
    config = plain(SETTINGS)
    days = config["study"]["field_period"]
    staff = pd.read_csv(ROOT / config["inputs"]["staff_list"])
    assert days["first"] == staff["invited_date"].min()
    (late,) = (rule for rule in config["cleaning"]["rules"] if rule["type"] == "late")
    assert days["last"] == late["after"]


def test_its_codebook_says_of_every_binary_variable_which_answer_is_counted():
    raw, turned = CODEBOOK, copy.deepcopy(CODEBOOK)
    turned["value_sets"]["yes_no"] = dict(reversed(raw["value_sets"]["yes_no"].items()))
    before, after = parse_codebook(raw), parse_codebook(turned)
    counted = {name: v.counts for name, v in before.variables.items() if v.type == "binary"}
    assert None not in counted.values()
    assert counted == {name: v.counts for name, v in after.variables.items() if v.type == "binary"}


def test_protocol_and_contact_items_stand_on_matched_stems():
    book = parse_codebook(CODEBOOK)
    for number in range(1, 5):
        ends = [
            book.variables[f"{battery}_{number}"].question.split(" helped ")[1]
            for battery in ("joint", "contact")
        ]
        assert ends[0] == ends[1]


def test_its_journal_has_a_profile():
    assert (ROOT / f"workflow/journals/{SETTINGS.report.journal}.yaml").is_file()


def test_its_staff_is_that_of_a_population_on_which_intervals_are_tried():
    whole, design = (
        read(ROOT / "workflow/populations.yaml", Populations),
        read_yaml(ROOT / "config/simulation.yaml"),
    )
    tried = whole.populations["shipped"]
    assert (tried.staff, tried.respondents) == (design["staff"], design["respondents"])
    assert whole.effects.response == design["response"]["profession"]
    cells, shipped = whole.schemes["equal"]["collapse"], plain(SETTINGS.weighting.schemes["cells"].collapse)
    assert cells | {"within": "agency"} == {key: shipped[key] for key in cells}


# Some fifteen minutes of two idle processors; there is room for a machine that does other work beside it.
FULL_SIMULATION = 5400


@pytest.mark.slow
def test_its_full_simulation(project, snakemake):
    """A thousand draws: coverage and bias as promised; grades wrong only as often as an interval errs."""
    done = snakemake(project, "simulation", "--cores", "2", timeout=FULL_SIMULATION)
    assert done.returncode == 0, done.stderr[-3000:]
    folder = project / "results/simulation"
    text = {"level": "str", "group_level": "str"}
    table = pd.read_csv(folder / "coverage.csv", dtype=text).fillna({"group_level": "", "flag": ""})
    promised = table[table["promised"]]
    assert len(promised) == 12
    assert (promised["draws"] == 1000).all()
    assert broken_promises(table) == []
    assert (table["flag"].eq("interval unreliable") == (table["coverage"] < 0.93)).all()
    wrong = pd.read_csv(folder / "grades.csv", dtype=text).fillna({"group_level": ""})
    assert wrong.loc[wrong["grade"] == 1, "n_wrong"].sum() == 0
    assert beyond_interval_error(wrong, Sections(plain(SETTINGS))) == []
    assert (folder / "simulation_study.md").read_text() == (ROOT / "docs/simulation_study.md").read_text()
    tried = (folder / "populations.csv").read_text()
    assert tried == (ROOT / "docs/simulation_populations.csv").read_text()
