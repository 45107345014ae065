"""Wrong data: what ingest and clean say, in words, and that nothing half-finished stays behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import yaml

from surveypipe.intake.files import read_codebook, read_survey
from surveypipe.provenance import checksum
from surveypipe.rehearsal.raw_files import write_survey
from surveypipe.study.base import plain
from surveypipe.study.reading import read
from surveypipe.study.settings import Configuration

ROOT = Path(__file__).resolve().parents[2]
SAV, STAFF = "southwark_SIMULATED.sav", "staff_list_SIMULATED.csv"
OUTPUTS = ("responses.parquet", "frame.parquet", "labels.json")


class Study:
    """Copies of the raw files that a test may spoil, and a run of ingest over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in (SAV, STAFF):
            shutil.copy(ROOT / "data/raw" / name, folder / name)
        shutil.copy(ROOT / "config/codebook.yaml", folder / "codebook.yaml")
        self.config = plain(read(ROOT / "config/config.yaml", Configuration))
        self.headcounts: Path | None = None
        self.survey = folder / SAV

    def respondents(self) -> pd.DataFrame:
        raw, _ = read_survey(self.folder / SAV)
        raw["return_date"] = pd.to_datetime(raw["return_date"])
        return raw

    def rewrite(self, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
        """Write the survey again with a change; only the columns of the codebook keep labels."""
        changed = change(self.respondents())
        codebook = read_codebook(ROOT / "config/codebook.yaml")
        if set(changed) == set(codebook.variables):
            write_survey(changed, codebook, self.folder / SAV, "Simulated")
        else:
            # pyreadstat writes datetime64[s] as 1970.
            changed["return_date"] = changed["return_date"].astype("datetime64[ns]")
            pyreadstat.write_sav(changed, str(self.folder / SAV))

    def restaff(self, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
        staff = pd.read_csv(self.folder / STAFF, dtype=str)
        change(staff).to_csv(self.folder / STAFF, index=False)

    def sum_up(self) -> None:
        names = [p for p in (self.survey, self.folder / STAFF, self.headcounts) if p and p.is_file()]
        lines = [f"{checksum(path)}  {path.name}\n" for path in names]
        (self.folder / "SHA256SUMS").write_text("".join(lines))

    def ingest(self, summed: bool = True) -> subprocess.CompletedProcess[str]:
        if summed:
            self.sum_up()
        wanted = {key: self.config[key] for key in ("frame", "groups", "response")}
        command = [sys.executable, str(ROOT / "workflow/scripts/ingest.py"), "--config", json.dumps(wanted)]
        command += ["--survey", str(self.survey), "--staff-list", str(self.folder / STAFF)]
        command += ["--checksums", str(self.folder / "SHA256SUMS")]
        command += ["--codebook", str(self.folder / "codebook.yaml"), "--record", str(self.folder / "record")]
        if self.headcounts:
            command += ["--headcounts", str(self.headcounts)]
        for name in OUTPUTS:
            command += [f"--{name.split('.')[0]}", str(self.folder / "out" / name)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow")}
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    def refusal(self, summed: bool = True) -> str:
        """Run, and return the words of the refusal; it must be words, and leave nothing behind."""
        done = self.ingest(summed)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        assert "stopped:" in done.stderr
        assert not list((self.folder / "out").glob("*"))
        return done.stderr


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)


def test_good_files_pass(study):
    done = study.ingest()
    assert done.returncode == 0, done.stderr
    assert "123 records in the file, 320 people known of" in done.stdout
    assert all((study.folder / "out" / name).is_file() for name in OUTPUTS)


def test_missing_file(study):
    (study.folder / SAV).unlink()
    text = study.refusal()
    assert f"{SAV}: there is no such file" in text


def test_not_a_sav(study):
    shutil.copy(study.folder / STAFF, study.folder / SAV)
    assert "this is not an SPSS file, although its name says so" in study.refusal()


@pytest.mark.parametrize("cut", [60, 3000, 40000])
def test_truncated_sav(study, cut):
    path = study.folder / SAV
    path.write_bytes(path.read_bytes()[:cut])
    assert "it is damaged or cut short. Copy it again" in study.refusal()


def test_column_missing_and_column_extra(study):
    study.rewrite(lambda raw: raw.drop(columns="risk_2").assign(mood=1.0))
    text = study.refusal()
    assert "the variable risk_2 of the codebook is not in the file" in text
    assert "the column mood (123 values) is not in the codebook" in text
    assert "2 problems to put right" in text


def test_code_not_in_the_codebook(study):
    def change(raw):
        raw.loc[:9, "joint_2"] = 6.0
        raw.loc[3, "q_profession"] = 7.0
        return raw

    study.rewrite(change)
    text = study.refusal()
    assert "joint_2 holds codes that are not in the codebook: 6 (10 cases)" in text
    assert "q_profession holds codes that are not in the codebook: 7 (1 case)" in text


def test_staff_list_with_a_duplicate_id(study):
    study.restaff(lambda staff: pd.concat([staff, staff.head(1)]))
    assert "staff_id S001 occurs 2 times; keep one row for each person" in study.refusal()


def test_staff_list_with_an_unknown_agency_and_outcome(study):
    def change(staff):
        staff.loc[0, "agency"] = "Housing"
        staff.loc[1, "contact_outcome"] = "gone"
        return staff

    study.restaff(change)
    text = study.refusal()
    assert "agency 'Housing' (1 case) is not known; known are AMH, CSC" in text
    assert "contact_outcome 'gone' (1 case) is not known" in text


def test_staff_list_of_another_survey(study):
    study.restaff(lambda staff: staff.assign(staff_id=[f"X{i}" for i in range(len(staff))]))
    assert "123 of 123 values of case_id are not on the staff list" in study.refusal()


def test_headcounts_that_contradict(study):
    study.headcounts = study.folder / "headcounts.csv"
    study.headcounts.write_text(
        "variable,level,n\nagency,AMH,181\nagency,CSC,140\nprofession_group,Social worker,170\n"
        "profession_group,Nurse,80\nprofession_group,Other profession,70\n"
    )
    text = study.refusal()
    assert "agency AMH has 181 staff in the headcounts and 180 in the staff list" in text
    assert "agency adds up to 321, profession_group adds up to 320" in text


def test_raw_file_changed_after_its_checksum(study):
    study.sum_up()
    with open(study.folder / STAFF, "a") as file:
        file.write("\n")
    text = study.refusal(summed=False)
    assert "has changed since its checksum was taken; raw data are never edited" in text


def test_raw_file_without_a_checksum(study):
    (study.folder / "SHA256SUMS").write_text("")
    text = study.refusal(summed=False)
    assert f"no line for {SAV}" in text
    assert f"sha256sum {SAV} >> SHA256SUMS" in text


def test_codebook_with_a_wrong_key(study):
    path = study.folder / "codebook.yaml"
    path.write_text(path.read_text().replace("battery: risk", "batery: risk", 1))
    assert "unknown key 'batery' (did you mean 'battery'?)" in study.refusal()


def test_all_problems_of_the_stage_at_once(study):
    study.rewrite(lambda raw: raw.drop(columns="risk_2"))
    study.restaff(lambda staff: pd.concat([staff, staff.head(1)]))
    text = study.refusal()
    assert "risk_2" in text
    assert "occurs 2 times" in text


def test_simulated_data_come_out_byte_for_byte(tmp_path):
    command = [sys.executable, "workflow/scripts/simulate_raw.py", "--raw", str(tmp_path / "raw")]
    command += ["--truth", str(tmp_path / "truth")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow")}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    for name in (SAV, STAFF, "SHA256SUMS"):
        assert (tmp_path / "raw" / name).read_bytes() == (ROOT / "data/raw" / name).read_bytes(), name
    for name in ("truth_SIMULATED.csv", "planted_SIMULATED.csv"):
        assert (tmp_path / "truth" / name).read_bytes() == (ROOT / "tests/fixtures" / name).read_bytes(), name


def truth(folder: str) -> pd.DataFrame:
    table = pd.read_csv(ROOT / "tests/fixtures" / folder / "truth_SIMULATED.csv")
    assert len(table) == 320
    return table[table["eligible"]]


def test_truth_covers_all_320_and_the_published_totals():
    table = pd.read_csv(ROOT / "tests/fixtures/truth_SIMULATED.csv")
    counts = table[table["respondent"]].groupby("agency").size()
    assert counts.to_dict() == {"AMH": 45, "CSC": 74}
    assert not table.loc[~table["eligible"], "respondent"].any()
    assert table.groupby("agency")["propensity"].sum().round(6).to_dict() == {"AMH": 45, "CSC": 74}
    readers = table[table["eligible"]].groupby(table["read"] == 1)["propensity"].mean()
    assert readers[True] > readers[False]


def test_every_claim_is_false_in_the_second_population():
    table = truth("false_claims")
    claims = yaml.safe_load((ROOT / "config/config.yaml").read_text())["claims"]
    readers = table[table["read"] == 1]
    assert (table["read"] == 1).mean() < claims["C1"]["threshold"]
    assert readers["guidance_above"].mean() < claims["C2"]["threshold"]
    assert table["risk_above"].mean() < claims["C3"]["threshold"]
    assert table["access_any"].mean() < claims["C4"]["threshold"]
    assert (table.groupby("agency")["joint_above"].mean() < claims["C5"]["threshold"]).all()
    assert abs(table["contact_minus_joint"].mean()) > claims["C6"]["margin"]


@pytest.mark.parametrize("folder", ["data/raw", "tests/fixtures/false_claims"])
def test_committed_checksums_hold(folder):
    for line in (ROOT / folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert checksum(ROOT / folder / name) == digest
        assert "SIMULATED" in name


def test_snakemake_passes_the_words_on_and_stops(project, snakemake):
    path = project / "data/raw" / SAV
    path.write_bytes(path.read_bytes()[:40000])
    done = snakemake(project, "--cores", "1", "results/data/variables.json")
    assert done.returncode != 0
    text = done.stdout + done.stderr
    assert "it is damaged or cut short. Copy it again" in text
    assert "has changed since its checksum was taken" in text
    assert "Traceback" not in text
    assert not list((project / "results/data").glob("*"))


def test_level_that_nobody_on_the_staff_list_has(study):
    study.config["groups"]["agency"]["levels"]["HOU"] = "Housing"
    text = study.refusal()
    assert "groups.agency.levels: nobody on the staff list has agency 'HOU'" in text
    assert "Correct the level or take it out" in text


def test_decimal_commas_among_words(study):
    raw = study.respondents()
    commas = [f"{n}".replace(".", ",") for n in raw["years_in_post"].fillna(1.0)]
    raw["years_in_post"] = ["about six", *commas[1:]]
    study.survey = study.folder / "survey.csv"
    raw.to_csv(study.survey, index=False)
    assert "years_in_post cannot be read: neither numbers nor answers" in study.refusal()


def test_staff_list_as_a_workbook(study):
    pd.read_csv(study.folder / STAFF, dtype=str).to_excel(study.folder / "list.xlsx", index=False)
    (study.folder / "list.xlsx").rename(study.folder / STAFF)
    assert "not a CSV file, although its name says so; in Excel, save it as 'CSV UTF-8" in study.refusal()


def test_failure_of_the_program_itself_ends_in_words(tmp_path):
    script = tmp_path / "broken_stage.py"
    script.write_text(
        "from _shared import Output, run\n"
        "def main(*, out: Output):\n    out.write_text('half')\n    raise KeyError('x')\n"
        "run(main)\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'workflow'}:{ROOT / 'workflow/scripts'}"}
    command = [sys.executable, str(script), "--out", str(tmp_path / "out.csv")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert "KeyError: 'x'" in done.stderr
    last = done.stderr[done.stderr.rindex("The stage 'broken stage' stopped: 1 problem") :]
    assert "should not, whatever your files hold" in last
    assert not (tmp_path / "out.csv").exists()
