"""Make the raw data of the studies again: real data from R's package `survey`, simulated data from a seed.

    python studies/make_data.py

Needs `Rscript` with the package `survey` for the first three studies; where it is lacking these are left as
they are. Files come out the same in every run, so that the checksums beside them hold.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

HERE = Path(__file__).resolve().parent
# Place of creation date and time in the header of a .sav file, and what is put there.
STAMP = (92, b"01 Jan 2500:00:00")
YES_NO = {1: "Yes", 2: "No"}
TYPES = {1: "Elementary school", 2: "Middle school", 3: "High school"}
SCHOOL_LABELS = {
    "cds": "County, district and school code",
    "stype": "Type of school",
    "dnum": "Number of the school district",
    "snum": "Number of the school",
    "api99": "Academic Performance Index 1999",
    "api00": "Academic Performance Index 2000",
    "target_met": "Met the school-wide growth target",
    "improved": "Met the comparable improvement target",
    "awards": "Eligible for the awards programme",
    "meals": "Pupils eligible for subsidised meals (%)",
    "ell": "English language learners (%)",
    "enroll": "Pupils enrolled",
    "pw": "Sampling weight",
    "fpc": "Schools of this type in California",
    "fpc1": "School districts in California",
    "fpc2": "Schools in the district",
}
NHANES_LABELS = {
    "SDMVPSU": "Masked sampling unit",
    "SDMVSTRA": "Masked stratum",
    "WTMEC2YR": "Final weight of those examined",
    "HI_CHOL": "High total cholesterol (over 240 mg/dl)",
    "RACE": "Race and ethnicity",
    "AGECAT": "Age",
    "RIAGENDR": "Sex",
}


def main() -> None:
    """Write every file of raw data, with its checksum."""
    if shutil.which("Rscript"):
        _from_r()
    else:
        print("Rscript is not here: the data sets of R's package `survey` are left as they are.")
    _pupils()
    _panel()
    _volunteers()
    for folder in sorted(HERE.glob("*/data/raw")):
        files = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS")
        sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
        (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


def _from_r() -> None:
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["Rscript", str(HERE / "make_data.R"), place], check=True)
        read = {name: pd.read_csv(Path(place) / f"{name}.csv", dtype={"cds": str})
                for name in ("apistrat", "apiclus2", "nhanes")}  # fmt: skip
    for name, study in (("apistrat", "schools-strata"), ("apiclus2", "schools-clusters")):
        _write_sav(_schools(read[name]), _raw(study) / f"{name}.sav", SCHOOL_LABELS, {
            "stype": TYPES, "target_met": YES_NO, "improved": YES_NO, "awards": YES_NO,
        }, f"California schools 2000, {name}")  # fmt: skip
    people = read["nhanes"].rename(columns={"race": "RACE", "agecat": "AGECAT"})
    halves = [name for name in people if name.startswith("BRR")]
    labels = NHANES_LABELS | {name: f"Replicate factor {name[3:]}" for name in halves}
    _write_sav(people, _raw("weighted-file") / "nhanes.zsav", labels, {
        "HI_CHOL": {0: "No", 1: "Yes"}, "RIAGENDR": {1: "Men", 2: "Women"},
        "RACE": {1: "Hispanic", 2: "Non-Hispanic white", 3: "Non-Hispanic black", 4: "Other"},
        "AGECAT": {1: "Up to 19 years", 2: "20 to 39 years", 3: "40 to 59 years", 4: "60 years and over"},
    }, "NHANES 2009-2010, extract")  # fmt: skip


def _schools(table: pd.DataFrame) -> pd.DataFrame:
    made = table.rename(columns={"sch.wide": "target_met", "comp.imp": "improved"})
    for name in ("target_met", "improved", "awards"):
        made[name] = made[name].map({"Yes": 1, "No": 2})
    made["stype"] = made["stype"].map({"E": 1, "M": 2, "H": 3})
    return made


def _raw(study: str) -> Path:
    folder = HERE / study / "data/raw"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write_sav(
    table: pd.DataFrame, path: Path, labels: dict[str, str], values: dict[str, dict[int, str]], title: str
) -> None:
    """Write an SPSS file whose header holds no date of its making."""
    pyreadstat.write_sav(
        table, str(path), file_label=title, compress=path.suffix == ".zsav",
        column_labels={name: labels.get(name, "") for name in table},
        variable_value_labels={name: dict(codes) for name, codes in values.items() if name in table},
        variable_format={name: "F4.0" for name in values if name in table},
    )  # fmt: skip
    content = bytearray(path.read_bytes())
    start, stamp = STAMP
    content[start : start + len(stamp)] = stamp
    path.write_bytes(bytes(content))


def _pupils() -> None:
    """Write the answers of a school's pupils, and headcounts: of 480, about seven in ten answer."""
    r = np.random.default_rng(20250304)
    years, sexes = ("Year 7", "Year 8", "Year 9", "Year 10", "Year 11"), ("Girls", "Boys")
    counts = pd.DataFrame(
        {"year": np.repeat(years, 2), "sex": sexes * 5, "n": [52, 49, 50, 47, 46, 51, 48, 45, 44, 48]}
    )
    people = counts.loc[counts.index.repeat(counts["n"]), ["year", "sex"]].reset_index(drop=True)
    year = people["year"].map({name: k for k, name in enumerate(years)}).to_numpy()
    girl = (people["sex"] == "Girls").to_numpy()
    answers = r.random(len(people)) < 0.72 - 0.06 * year + 0.06 * girl
    active = r.random(len(people)) < 0.62 - 0.04 * year
    made = pd.DataFrame(
        {
            "year": year + 1,
            "sex": np.where(girl, 1, 2),
            "travel": np.where(active, r.choice([1, 2], len(people), p=[0.75, 0.25]),
                               r.choice([3, 4, 5], len(people), p=[0.45, 0.45, 0.1])),
            "minutes": np.clip(r.gamma(3.0, 6.0, len(people)).round() + 2, 2, 90),
            "safe": r.choice([1, 2, 3, 4, 5], len(people), p=[0.06, 0.14, 0.2, 0.38, 0.22]),
            "would_cycle": np.where(r.random(len(people)) < 0.5 + 0.1 * active, 1, 2),
        }
    )[answers].sample(frac=1, random_state=r)  # fmt: skip
    for name, lacking in (("minutes", 9), ("safe", 5), ("would_cycle", 7)):
        made[name] = made[name].astype("Int64")
        made.loc[made.sample(lacking, random_state=r).index, name] = pd.NA
    folder = _raw("anonymous-census")
    made.to_csv(folder / "travel_SIMULATED.csv", index=False)
    counts.to_csv(folder / "headcounts_SIMULATED.csv", index=False)


def _panel() -> None:
    """Write the answers of an opt-in panel: more women, older and better schooled than the town."""
    r = np.random.default_rng(20250611)
    n = 640
    sex, age = r.choice([1, 2], n, p=[0.6, 0.4]), r.choice([1, 2, 3, 4], n, p=[0.12, 0.25, 0.33, 0.3])
    school = r.choice([1, 2, 3], n, p=[0.14, 0.36, 0.5])
    tilt = 0.35 * (sex == 1) + 0.12 * (age - 1) + 0.3 * (school - 1)
    visits = r.random(n) < 1 / (1 + np.exp(0.9 - tilt))
    made = pd.DataFrame(
        {
            "sex": sex, "age": age, "schooling": school, "visited": np.where(visits, 1, 2),
            "times": np.where(visits, 1 + r.poisson(4.2, n), 0),
            "important": r.choice([1, 2, 3, 4, 5], n, p=[0.05, 0.09, 0.2, 0.36, 0.3]),
            "open_sunday": np.where(r.random(n) < 0.44, 1, 2),
        }
    ).astype("float64")  # fmt: skip
    for name, lacking in (("times", 14), ("important", 6), ("open_sunday", 21)):
        made.loc[r.choice(n, lacking, replace=False), name] = np.nan
    labels = {
        "sex": "Sex", "age": "Age", "schooling": "Highest level of schooling",
        "visited": "Visited the town library in the last twelve months",
        "times": "Visits to the town library in the last twelve months",
        "important": "The library is important to this town",
        "open_sunday": "Would come if the library opened on Sundays",
    }  # fmt: skip
    _write_sav(made, _raw("web-panel") / "library_panel_SIMULATED.sav", labels, {
        "sex": {1: "Women", 2: "Men"},
        "age": {1: "18 to 29", 2: "30 to 44", 3: "45 to 64", 4: "65 and over"},
        "schooling": {1: "No certificate", 2: "School certificate", 3: "College or university"},
        "visited": YES_NO, "open_sunday": YES_NO,
        "important": {1: "Disagree strongly", 2: "Disagree", 3: "Neither", 4: "Agree", 5: "Agree strongly"},
    }, "SIMULATED data, no real person answered")  # fmt: skip


def _volunteers() -> None:
    """Write the answers of one hospice's volunteers, and their roll: of all 74, 53 answer."""
    r = np.random.default_rng(20250917)
    n, answered = 74, 53
    ids = [f"V{number:03d}" for number in range(1, n + 1)]
    chosen = np.sort(r.choice(n, answered, replace=False))
    made = pd.DataFrame(
        {
            "id": [ids[k] for k in chosen],
            "hours": np.clip(r.gamma(2.6, 1.9, answered).round(), 1, 20),
            "trained": np.where(r.random(answered) < 0.74, 1, 2),
            "supported": r.choice([1, 2, 3, 4, 5], answered, p=[0.03, 0.1, 0.2, 0.42, 0.25]),
            "valued": r.choice([1, 2, 3, 4, 5], answered, p=[0.02, 0.06, 0.14, 0.43, 0.35]),
            "goes_on": np.where(r.random(answered) < 0.82, 1, 2),
        }
    )  # fmt: skip
    for name, lacking in (("hours", 3), ("supported", 2)):
        made.loc[r.choice(answered, lacking, replace=False), name] = np.nan
    outcome = np.full(n, "not returned", dtype=object)
    outcome[chosen] = "returned"
    silent = np.flatnonzero(outcome == "not returned")
    outcome[silent[:3]] = "declined"
    folder = _raw("one-service")
    made.astype({name: "Int64" for name in made.columns if name != "id"}).to_csv(
        folder / "volunteers_SIMULATED.csv", index=False
    )
    pd.DataFrame({"id": ids, "outcome": outcome}).to_csv(folder / "roll_SIMULATED.csv", index=False)


if __name__ == "__main__":
    main()
