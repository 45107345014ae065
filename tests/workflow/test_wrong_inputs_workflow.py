"""Wrong configuration, text and response: what the researcher reads, and that nothing looks finished."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from studies import ROOT
from surveypipe.intake.files import read_codebook, read_survey
from surveypipe.problems import SurveyError
from surveypipe.rehearsal.raw_files import write_survey
from surveypipe.study.checking import read_file, settings_of
from surveypipe.study.folder import StudyFolder

SAV, STAFF = "data/raw/southwark_SIMULATED.sav", "data/raw/staff_list_SIMULATED.csv"


def configure(project: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = project / "config/config.yaml"
    config = yaml.safe_load(path.read_text())
    change(config)
    path.write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False))


def sum_up(project: Path) -> None:
    sums = project / "data/raw/SHA256SUMS"
    names = [line.split()[-1] for line in sums.read_text().splitlines()]
    lines = [f"{hashlib.sha256((sums.parent / n).read_bytes()).hexdigest()}  {n}\n" for n in names]
    sums.write_text("".join(lines))


def refused(done: Any, *words: str) -> str:
    """The run failed in plain words: all of them, no traceback, and the count of problems."""
    told = done.stdout + done.stderr
    assert done.returncode != 0
    assert "Traceback" not in told, told[-3000:]
    for word in words:
        assert word in told, told[-3000:]
    return told


def test_missing_input_file(project, snakemake):
    (project / SAV).unlink()
    refused(snakemake(project, "-n"), SAV, "there is no such file", "Put it there or correct the name")


def test_unknown_scheme_and_unknown_item_are_told_together(project, snakemake):
    def spoil(config: dict[str, Any]) -> None:
        config["weighting"]["primary"] = "cels"
        config["claims"]["C3"]["variable"] = "risk_abov"

    configure(project, spoil)
    refused(
        snakemake(project, "-n"),
        "2 problems to put right",
        "unknown scheme 'cels' (did you mean 'cells'?)",
        "claims.C3: unknown variable 'risk_abov' (did you mean 'risk_above'?)",
    )


def test_unknown_key(project, snakemake):
    configure(project, lambda config: config["analysis"].update(ci_levle=0.9))
    refused(snakemake(project, "-n"), "analysis: unknown key 'ci_levle' (did you mean 'ci_level'?)")


def test_key_given_twice_in_the_configuration(project, snakemake):
    """Snakemake reads the file by itself, and would take the second of two claims of one name in silence."""
    path = project / "config/config.yaml"
    path.write_text(path.read_text().replace("  C2:\n", "  C1:\n") + "seed: 2\n")
    told = refused(snakemake(project, "-n"), "2 problems to put right", "the key 'C1' of claims stands twice")
    assert re.search(r"the key 'seed' stands twice, in lines \d+ and \d+", told)


def test_key_given_twice_in_the_authors_file_and_an_unknown_one(project, snakemake):
    path = project / "config/authors.yaml"
    path.write_text(path.read_text() + "place: Elsewhere\n")
    refused(snakemake(project, "-n"), "config/authors.yaml: the key 'place' stands twice")
    path.write_text(path.read_text().replace("place: Elsewhere", "palce: Elsewhere"))
    refused(snakemake(project, "-n"), "unknown key 'palce' (did you mean 'place'?)")


def test_a_line_that_says_the_default_runs_nothing_again(finished_copy, snakemake):
    configure(finished_copy, lambda config: config["analysis"].update(ci_level=0.95))
    planned = snakemake(finished_copy, "-n").stdout
    assert not re.search(r"^(analyse|weight|ingest|tables)\s+\d", planned, re.M)


def test_configuration_file_that_is_not_yaml(project, snakemake):
    (project / "config/codebook.yaml").write_text("variables: [unclosed")
    refused(snakemake(project, "-n"), "config/codebook.yaml", "not valid YAML")


def test_agency_with_staff_and_no_respondent(project, snakemake):
    staff = pd.read_csv(project / STAFF, dtype=str)
    raw, _ = read_survey(project / SAV)
    raw["return_date"] = pd.to_datetime(raw["return_date"])
    silent = set(staff.loc[staff["agency"] == "AMH", "staff_id"])
    codebook = read_codebook(project / "config/codebook.yaml")
    write_survey(
        raw[~raw["case_id"].isin(silent)].reset_index(drop=True), codebook, project / SAV, "Simulated"
    )
    staff.loc[staff["staff_id"].isin(silent), "contact_outcome"] = "no_reply"
    staff.to_csv(project / STAFF, index=False)
    sum_up(project)
    refused(snakemake(project, "results/data/weights.parquet"), "AMH", "nobody", "180")
    assert not (project / "results/data/weights.parquet").exists()


def add_to_text(project: Path, added: str) -> None:
    path = project / "report/manuscript.qmd"
    text = path.read_text().replace("\n# Introduction", f"\n{added}\n\n# Introduction", 1)
    assert added in text
    path.write_text(text)


def test_text_that_names_an_unknown_number(finished_copy, snakemake):
    add_to_text(finished_copy, "{{< meta num.claim-c1__estimat >}}")
    done = snakemake(finished_copy, "results/report/manuscript.html")
    refused(done, "manuscript.qmd", "line", "claim-c1__estimat")
    assert not (finished_copy / "results/report/manuscript.html").exists()


@pytest.mark.parametrize(
    ("added", "words"),
    [
        pytest.param("[@nobody1999]", "nobody1999", marks=pytest.mark.slow, id="citation"),
        pytest.param("@fig-nothing", "fig-nothing", id="crossref"),
        pytest.param(
            '![A](figures/none){#fig-none fig-alt="x"}', "figures/none", marks=pytest.mark.slow, id="image"
        ),
    ],
)
def test_text_with_a_look_up_that_fails(finished_copy, snakemake, added, words):
    add_to_text(finished_copy, added)
    refused(snakemake(finished_copy, "results/report/manuscript.html"), words)
    assert not (finished_copy / "results/report/manuscript.html").exists()


@pytest.mark.slow
def test_unknown_citation_style(finished_copy, snakemake):
    configure(finished_copy, lambda config: config["report"].update(csl="harvard-cite-them-rigth"))
    done = snakemake(finished_copy, "results/report/manuscript.html")
    refused(done, "harvard-cite-them-rigth", "harvard-cite-them-right")


def test_paths_that_no_rule_can_hold_and_results_outside_the_study(project, snakemake):
    def spoil(config: dict[str, Any]) -> None:
        config["inputs"]["codes"] = f"data/raw/{name}"
        config["results"] = "../elsewhere"

    name = "codes_{v2}.csv"
    (project / "data/raw" / name).write_text("case_id,question,coder,codes\n", encoding="utf-8")
    configure(project, spoil)
    refused(
        snakemake(project, "-n"),
        "inputs.codes: the path 'data/raw/codes_{v2}.csv' holds '{'",
        "results: '../elsewhere' lies outside the study's folder",
    )
    assert not (project.parent / "elsewhere").exists()


def test_results_that_a_link_leads_out_of_the_study(project, tmp_path):
    """A folder that somebody sent may hold a link to anything that its reader owns."""
    (tmp_path / "precious").mkdir()
    (project / "results").symlink_to(tmp_path / "precious", target_is_directory=True)
    config = read_file("config/config.yaml", StudyFolder(project, ROOT))
    for results in ("results", "results/deeper"):
        with pytest.raises(SurveyError) as caught:
            settings_of(config | {"results": results}, ["config/config.yaml"], StudyFolder(project, ROOT))
        (problem,) = caught.value.problems
        assert f"results: '{results}' is a link, or lies in one, that leads out" in problem
    inside = config | {"results": "data/elsewhere"}
    assert settings_of(inside, ["config/config.yaml"], StudyFolder(project, ROOT)).settings


def test_no_name_of_a_file_is_run_by_the_shell(project, snakemake):
    name = "st'af $(touch RUN) `touch RUN`; touch RUN & #\".csv"
    (project / STAFF).rename(project / "data/raw" / name)

    def rename(config: dict[str, Any]) -> None:
        config["inputs"]["staff_list"] = f"data/raw/{name}"

    configure(project, rename)
    sums = project / "data/raw/SHA256SUMS"
    sums.write_text(sums.read_text().replace(Path(STAFF).name, name))
    done = snakemake(project, "--cores", "1", "results/data/frame.parquet")
    assert done.returncode == 0, done.stderr[-3000:]
    assert not list(project.rglob("RUN"))
