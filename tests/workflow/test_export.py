"""The analysis file for colleagues: read back, it gives the estimates of the run; it is never released."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import edited
import export
import stages
from conftest import once, run_snakemake
from surveypipe.intake.drafting import draft
from surveypipe.intake.files import read_survey
from surveypipe.study.poles import parted

FILES = ["README.md", "analysis.csv", "analysis.ddi.xml", "analysis.dta", "analysis.sav"]


@pytest.fixture(scope="module")
def results(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the shipped study with the export beside them."""

    def make(folder: Path) -> None:
        project = Path(shutil.copytree(finished, folder / "project", symlinks=True))
        done = run_snakemake(project, "--cores", "1", "export")
        assert done.returncode == 0, done.stderr[-3000:]

    return once(tmp_path_factory, "exported", make) / "project/results"


def estimates_of(results: Path, kind: str) -> pd.DataFrame:
    """Shares of answers and means over everybody who answered, as made or as released."""
    rows = pd.read_csv(results / kind / "estimates.csv", dtype={"level": "str"})
    rows = rows[(rows["group_level"].isna()) & (rows["base"] != "readers") & rows["estimate"].notna()]
    return rows[rows["statistic"].isin(["proportion", "mean"])]


def read_back(results: Path, form: str) -> pd.DataFrame:
    import pyreadstat

    read = pyreadstat.read_sav if form == "sav" else pyreadstat.read_dta
    return read(str(results / f"private/export/analysis.{form}"))[0]


@pytest.mark.parametrize("form", ["sav", "dta"])
@pytest.mark.parametrize(("kind", "near"), [("public", 0.0051), ("private", 1e-9)])
def test_reading_it_back_gives_the_estimates_under_every_weight(results, form, kind, near):
    """Released are shares of ordered items to two decimals, most under one weight alone."""
    table, checked = read_back(results, form), set()
    about = json.loads((results / "data/variables.json").read_text("utf-8"))
    for row in estimates_of(results, kind).itertuples():
        if not pd.api.types.is_numeric_dtype(table[row.variable]):
            continue
        known = table[row.variable].notna()
        weights = table[f"w_{row.scheme}"][known]
        answers = table.loc[known, row.variable]
        if row.statistic == "proportion":
            parts = parted([float(code) for code in about[row.variable]["values"]])
            answers = answers.isin(parts.get(row.level) or [float(row.level)])
        again = float((weights * answers).sum() / weights.sum())
        assert again == pytest.approx(row.estimate, abs=near), row.estimate_id
        assert int(known.sum()) == row.n, row.estimate_id
        checked.add(row.scheme)
    assert checked == {name.removeprefix("w_") for name in table if name.startswith("w_")}


def test_the_two_files_and_the_csv_hold_the_same(results):
    sav, dta = read_back(results, "sav"), read_back(results, "dta")
    plain = pd.read_csv(results / "private/export/analysis.csv")
    assert list(sav.columns) == list(dta.columns) == list(plain.columns)
    for name in ("guid_1", "w_cells", "joint", "years_in_post"):
        np.testing.assert_array_equal(sav[name].to_numpy(float), pd.to_numeric(dta[name]).to_numpy(float))
    assert (plain["guid_1"] == 100).sum() == (sav["guid_1"].isna() & (plain["guid_1"] == 100)).sum() > 0


def test_why_an_answer_is_missing_is_kept(results):
    import pyreadstat

    missing = pd.read_parquet(results / "data/missing.parquet")
    whole, meta = pyreadstat.read_sav(str(results / "private/export/analysis.sav"), user_missing=True)
    for name in ("guid_3", "caseload", "access_worked"):
        labels = meta.variable_value_labels[name]
        for reason, label in {"not_asked": "Not asked", "user_missing": "Don't know"}.items():
            rows = missing[(missing["variable"] == name) & (missing["reason"] == reason)]
            rows = rows[(rows["label"] == label) | (reason == "not_asked")]
            code = [code for code, text in labels.items() if text == label]
            found = whole["id"][whole[name].isin(code)]
            assert sorted(found) == sorted(rows["id"]), (name, reason)


def test_labels_measures_and_the_mark_of_simulated_data(results):
    import pyreadstat

    for form in ("sav", "dta"):
        read = pyreadstat.read_sav if form == "sav" else pyreadstat.read_dta
        _, meta = read(str(results / f"private/export/analysis.{form}"))
        assert "SIMULATED" in meta.file_label
        assert meta.column_names_to_labels["read"] == "Read the protocols"
        assert meta.variable_value_labels["read"][1] == "Yes"
    _, meta = pyreadstat.read_sav(str(results / "private/export/analysis.sav"))
    assert meta.variable_measure["guid_1"] == "ordinal"
    assert meta.variable_measure["agency"] == "nominal"


def test_it_is_the_same_bytes_twice_and_is_never_released(results):
    folder = results / "private/export"
    assert sorted(path.name for path in folder.iterdir()) == FILES
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    shutil.rmtree(folder)
    done = run_snakemake(results.parent, "--cores", "1", "export")
    assert done.returncode == 0, done.stderr[-3000:]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    manifest = json.loads((results / "public/manifest.json").read_text("utf-8"))
    assert "export" not in json.dumps(manifest)


@pytest.mark.skipif(shutil.which("pspp") is None, reason="PSPP is not installed (Debian: pspp)")
def test_pspp_opens_it_weighted_and_gives_the_same_percentages(results, tmp_path):
    items, syntax = ["read", "received", "trained"], tmp_path / "a.sps"
    count = f"FREQUENCIES VARIABLES={' '.join(items)}."
    # As it opens it is weighted for the published estimates; then by another of its weights.
    lines = [f"GET FILE='{results}/private/export/analysis.sav'.", count, "WEIGHT BY w_raked.", count]
    syntax.write_text("\n".join(lines) + "\n")
    done = subprocess.run(
        ["pspp", "-O", "format=csv", str(syntax)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = [float(share) for share in re.findall(r"^Valid,Yes,[\d.]+,[\d.]+%,([\d.]+)%", done.stdout, re.M)]
    rows = estimates_of(results, "private")
    shares = rows[(rows["level"] == "1")].set_index(["scheme", "variable"])["estimate"]
    wanted = [100 * shares[scheme, name] for scheme in ("cells", "raked") for name in items]
    assert found == pytest.approx(wanted, abs=0.051)


def exported(folder: Path, config: dict) -> dict[str, Path]:
    """Clean and weight a study, and write its file."""
    (folder / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    data = edited.run(folder, last="weight") / "data"
    settings = stages.whole(config)
    made = {form: folder / f"exported.{form}" for form in ("sav", "dta", "csv", "ddi", "told")}
    export.main(
        study=settings.study, weighting=settings.weighting, epoch=0, codebook=folder / "codebook.yaml",
        **{name: data / f"{name}.parquet" for name in ("analysis", "missing", "weights")},
        variables=data / "variables.json", **made,
    )  # fmt: skip
    return made


def test_the_weight_of_the_published_estimates_may_be_the_fallback(tmp_path):
    folder = edited.make(tmp_path)
    config = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
    by = {"hospital": ["hospital"], "cells": ["hospital", "grade"]}
    schemes = {
        name: {"label": name, "method": "poststratify", "by": of, "collapse": {"min_n": 2, "floor": 15}}
        for name, of in by.items()
    }
    schemes["hospital"]["collapse"] = {"min_n": 2}
    schemes["raw"] = {"label": "Unweighted", "method": "none"}
    config["weighting"] = {"primary": "cells", "fallback": "hospital", "schemes": schemes}
    told = exported(folder, config)["told"].read_text("utf-8")
    assert "w_hospital: Weight: hospital (of the published estimates)" in told


def test_any_study_leaves_as_a_file(tmp_path, capsys):
    """With a list or none, an identifier or none, names of any script: read back it holds everybody."""
    import pyreadstat

    for anonymous in (False, True):
        folder = edited.make(tmp_path / str(anonymous))
        table = pd.read_csv(folder / "survey.csv", dtype=str, keep_default_na=False)
        table = table.rename(columns={"clear": "Größe $1", "useful": "质量"})
        if anonymous:
            table = table.drop(columns="PNO")
        table.to_csv(folder / "survey.csv", index=False)
        raw, labels = read_survey(folder / "survey.csv")
        book = draft(raw, labels, None if anonymous else "PNO").codebook
        (folder / "codebook.yaml").write_text(yaml.safe_dump(book, allow_unicode=True), encoding="utf-8")
        config = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
        if anonymous:
            config = {"study": config["study"], "inputs": config["inputs"]}
            del config["inputs"]["staff_list"]
        made = exported(folder, config)
        sav, _ = pyreadstat.read_sav(str(made["sav"]))
        dta, _ = pyreadstat.read_dta(str(made["dta"]))
        assert len(sav) == len(dta) == edited.ANSWERED
        assert "质量" in sav
        assert "质量" in dta
        assert "SIMULATED" not in made["told"].read_text("utf-8")
    assert "40 persons" in capsys.readouterr().out
