"""The shipped study made nasty: few staff, few answers, all alike. For the attack on what is released."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import yaml

SURVEY, STAFF = "data/raw/southwark_SIMULATED.sav", "data/raw/staff_list_SIMULATED.csv"
Tables = tuple[pd.DataFrame, pd.DataFrame]


def make(project: Path, change: Callable[[pd.DataFrame, pd.DataFrame, dict], Tables]) -> None:
    """Change the raw data and the configuration of a copy of the project."""
    survey, about = pyreadstat.read_sav(project / SURVEY, user_missing=True)
    staff = pd.read_csv(project / STAFF, dtype=str, keep_default_na=False)
    config = yaml.safe_load((project / "config/config.yaml").read_text())
    survey, staff = change(survey, staff, config)
    # What takes long and tells nothing of counts.
    config["analysis"] |= {"models": []}
    config["nonresponse"]["imputations"] = 50
    config["inputs"]["codes"] = None
    pyreadstat.write_sav(
        survey,
        project / SURVEY,
        column_labels=about.column_names_to_labels,
        variable_value_labels=about.variable_value_labels,
        missing_ranges=about.missing_ranges,
    )
    staff.to_csv(project / STAFF, index=False)
    sums = [
        f"{hashlib.sha256((project / f).read_bytes()).hexdigest()}  {Path(f).name}" for f in (SURVEY, STAFF)
    ]
    (project / "data/raw/SHA256SUMS").write_text("\n".join(sums) + "\n")
    (project / "config/config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False))


def rare_profession(survey: pd.DataFrame, staff: pd.DataFrame, config: dict) -> Tables:
    """Three art therapists; everybody in one agency untrained; eight there whom a service was sought for."""
    answered = staff["staff_id"].isin(survey["case_id"])
    nurses = (staff["agency"] == "AMH") & (staff["profession"] == "Nurse")
    three = [*staff.index[nurses & answered][:2], *staff.index[nurses & ~answered][:1]]
    staff.loc[three, "profession"] = "Art therapist"
    config["frame"]["recodes"][0]["map"]["Art therapist"] = "Other profession"
    config["analysis"]["characteristics"] = ["agency", "profession", "years_band"]
    amh = survey["case_id"].isin(staff.loc[staff["agency"] == "AMH", "staff_id"])
    survey.loc[amh & survey["trained"].isin([1.0, 2.0]), "trained"] = 2.0
    used = amh & (survey["access_used"] == 1) & survey["access_worked"].isin([1.0, 2.0])
    more = survey.index[amh & (survey["read"] == 1) & (survey["access_used"] == 2)][: 8 - int(used.sum())]
    survey.loc[more, "access_used"] = 1.0
    survey.loc[more, "access_worked"] = [1.0 + number % 2 for number in range(len(more))]
    return survey, staff


def small_agency(survey: pd.DataFrame, staff: pd.DataFrame, config: dict) -> Tables:
    """An agency of sixteen of whom eight answered."""
    config["analysis"]["characteristics"] = ["agency"]
    valid = survey["case_id"].isin(staff["staff_id"]) & survey["joint_1"].notna()
    there = staff["agency"] == "AMH"
    answered = staff["staff_id"].isin(survey.loc[valid, "case_id"]) & (staff["contact_outcome"] == "returned")
    silent = staff["contact_outcome"] == "no_reply"
    kept = [*staff.index[there & answered][:8], *staff.index[there & silent & ~answered][:8]]
    gone = set(staff.loc[there & ~staff.index.isin(kept), "staff_id"])
    return survey[~survey["case_id"].isin(gone)], staff[~staff["staff_id"].isin(gone)]
