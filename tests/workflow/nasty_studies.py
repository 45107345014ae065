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
    if asked := config.pop("asked", None):
        codebook = yaml.safe_load((project / "config/codebook.yaml").read_text())
        codebook["variables"] |= asked
        (project / "config/codebook.yaml").write_text(
            yaml.safe_dump(codebook, allow_unicode=True, sort_keys=False)
        )
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


def unanimous_part(survey: pd.DataFrame, staff: pd.DataFrame, config: dict) -> Tables:
    """All who are neither nurse nor social worker say yes, within a merged cell of weights."""
    other = ~staff["profession"].isin(["Nurse", "Social worker"])
    mine = survey["case_id"].isin(staff.loc[other, "staff_id"])
    for name in ("read", "received"):
        survey.loc[mine & survey[name].isin([1.0, 2.0]), name] = 1.0
    survey.loc[mine & survey["joint_2"].between(1, 5), "joint_2"] = 4.0
    return survey, staff


def routed_base(survey: pd.DataFrame, staff: pd.DataFrame, config: dict) -> Tables:
    """Eight of one agency were asked whether the service was gained."""
    amh = survey["case_id"].isin(staff.loc[staff["agency"] == "AMH", "staff_id"])
    asked = survey.index[amh & (survey["access_used"] == 1)]
    more = survey.index[amh & (survey["read"] == 1) & (survey["access_used"] == 2)]
    survey.loc[more[: 8 - len(asked)], ["access_used", "access_worked"]] = [1.0, 2.0]
    return survey, staff


def rare_point(survey: pd.DataFrame, staff: pd.DataFrame, config: dict) -> Tables:
    """One person disagrees with an item, and two with another, both of one agency."""
    amh = survey["case_id"].isin(staff.loc[staff["agency"] == "AMH", "staff_id"])
    for name, many in (("joint_1", 1), ("contact_1", 2)):
        given = survey[name].between(1, 5)
        survey.loc[given & (survey[name] < 3), name] = 4.0
        survey.loc[survey.index[given & amh][:many], name] = 1.0
    return survey, staff


def many_codes(survey: pd.DataFrame, staff: pd.DataFrame, config: dict) -> Tables:
    """A question with nine answers of which five are rare, one given by nobody but a nurse."""
    order = survey.reset_index(drop=True).index.to_numpy()
    survey["heard_from"] = [[1, 2, 3, 4][n % 4] if n % 7 else 5 + (n // 7) % 5 for n in order]
    survey["heard_from"] = survey["heard_from"].astype(float)
    words = ("A colleague", "A manager", "Training", "An e-mail", "A leaflet", "A poster", "A conference",
             "A union", "Another way")  # fmt: skip
    config["asked"] = {
        "heard_from": {
            "type": "categorical", "label": "Where staff first heard of the protocols",
            "short": "First heard of them", "question": "Where did you first hear of the protocols?",
            "section": "funnel", "values": dict(enumerate(words, start=1)),
        }
    }  # fmt: skip
    config["analysis"]["items"] = [*config["analysis"]["items"], "heard_from"]
    config["analysis"]["tests"] = [
        *config["analysis"]["tests"], {"variable": "heard_from", "between": "agency"}
    ]  # fmt: skip
    return survey, staff


def third_agency(survey: pd.DataFrame, staff: pd.DataFrame, config: dict) -> Tables:
    """A third agency of twelve, of whom three replied and chose the lowest point of every item."""
    valid = survey["case_id"].isin(staff["staff_id"]) & survey["joint_1"].between(1, 5)
    worker = (staff["agency"] == "CSC") & (staff["profession"] == "Social worker")
    answered = staff["staff_id"].isin(survey.loc[valid, "case_id"]) & (staff["contact_outcome"] == "returned")
    silent = (staff["contact_outcome"] == "no_reply") & ~staff["staff_id"].isin(survey["case_id"])
    chosen = [*staff.index[worker & answered][:3], *staff.index[worker & silent][:9]]
    staff.loc[chosen, "agency"] = "YJS"
    items = [name for name in survey if name[:-2] in ("guid", "risk", "joint", "contact")]
    three = survey["case_id"].isin(staff.loc[staff["agency"] == "YJS", "staff_id"])
    for name in items:
        survey.loc[three & survey[name].between(1, 5), name] = (
            5.0 if name in config["cleaning"]["reverse"] else 1.0
        )
    config["groups"]["agency"]["levels"]["YJS"] = "Youth justice"
    config["analysis"]["characteristics"] = ["agency"]
    config["weighting"]["schemes"]["cells"]["collapse"] |= {"floor": 2}
    return survey, staff
