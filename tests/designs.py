"""Designs run through the pipeline's stages, and R's answers to them: both from one raw file.

The tests hold the stages against the answers that are kept in tests/golden/data/designs.csv, and these
against R where it is here. tests/beside_r.py asks R again, and writes the answers and docs/verification.md.
"""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import yaml

from stages import run_stages, whole
from surveypipe.study.weighting import FOLDS
from surveypipe.weighting.crossfitting import cross_fit
from surveypipe.weighting.population import population as weighted

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tests/golden/data"
DESIGNS: dict[str, dict[str, Any]] = yaml.safe_load((DATA / "designs.yaml").read_text(encoding="utf-8"))
KEYS = ["statistic", "variable", "level", "group", "group_level"]
COMPARED = ("estimate", "se", "df", "df2", "ci_low", "ci_high", "p_value", "effect")
# What is left of nothing, in parts of the estimate where that is above 1.
ROUNDING = 1e-11
YES_NO = {1: "Yes", 2: "No"}
TYPES = {1: "Elementary", 2: "Middle", 3: "High"}
VALUES = {
    "stype": TYPES, "target": YES_NO, "awards": YES_NO,
    "HI_CHOL": {0: "No", 1: "Yes"}, "RIAGENDR": {1: "Men", 2: "Women"},
    "RACE": {1: "Hispanic", 2: "White", 3: "Black", 4: "Other"}, "AGECAT": {1: "A", 2: "B", 3: "C", 4: "D"},
    "year": {code: f"Year {code + 6}" for code in range(1, 6)}, "sex": {1: "Girls", 2: "Boys"},
    "cycle": YES_NO, "grade": {1: "Lowest", 2: "Low", 3: "High", 4: "Highest"},
    # Patients in centres, matched sets and a sub-cohort.
    "status": {1: "Alive", 2: "Dead"}, "ph_ecog": {0: "Fit", 1: "Ambulant", 2: "In bed", 3: "Bedbound"},
    "education": {1: "0-5 years", 2: "6-11 years", 3: "12 or more years"},
    "case": {0: "No", 1: "Yes"}, "induced": {0: "None", 1: "One", 2: "Two or more"},
    "instit": {1: "Favourable", 2: "Unfavourable"}, "histol": {1: "Favourable", 2: "Unfavourable"},
    "stage": {1: "I", 2: "II", 3: "III", 4: "IV"}, "rel": {0: "No", 1: "Yes"},
}  # fmt: skip
GROWTH = {
    "variable": "growth", "label": "Growth", "type": "difference", "minuend": "api00", "subtrahend": "api99",
}  # fmt: skip
COUNTED = {"target": 1, "awards": 1, "HI_CHOL": 1, "cycle": 1, "status": 2, "case": 1, "rel": 1}
ORDERED = ("grade", "ph_ecog")
STUDY_SEED = 12
# Columns of the lists of people who were asked: of all schools of the state, and of samples.
LISTS = {
    "state": ["id", "stype", "improved", "band", "fold"],
    "apistrat_listed": ["id", "stype", "prize", "pw", "fpc"],
    "apiclus1_listed": ["id", "stype", "prize", "pw", "dnum", "fpc"],
    "apiclus2_listed": ["id", "stype", "prize", "pw", "dnum", "snum", "fpc1", "fpc2"],
}
# Claims: kind, variable, and what else the kind needs: a level, a second variable, groups, a model.
SCHOOLS: dict[str, Any] = {
    "claims": [
        {"kind": "share", "variable": "target", "level": "1"}, {"kind": "mean", "variable": "api00"},
        {"kind": "ratio", "variable": "api00", "over": "enroll"}, {"kind": "median", "variable": "enroll"},
        {"kind": "total", "variable": "enroll"}, {"kind": "total", "variable": "target", "level": "1"},
        {"kind": "difference", "variable": "api00", "between": "awards"},
        {"kind": "difference", "variable": "target", "level": "1", "between": "awards"},
        {"kind": "difference", "variable": "enroll", "between": "stype"},
        {"kind": "equivalence", "variable": "growth"},
        {"kind": "equivalence", "variable": "ell", "between": "awards"},
        {"kind": "change", "variable": "api00", "before": "api99"},
        {"kind": "change", "variable": "target", "level": "1", "before": "awards"},
        {"kind": "change", "variable": "score", "before": "api99", "between": "awards"},
        {"kind": "association", "variable": "api00", "model": "linear", "term": "meals"},
        {"kind": "association", "variable": "target", "model": "logistic", "term": "ell"},
    ],
    "numeric": ["api00", "enroll"], "listed": ["target", "stype"], "groups": ["awards", "stype"],
    "tests": [["api00", "awards", "t_test"], ["target", "awards", "t_test", "1"],
              ["target", "awards", "rao_scott"], ["target", "stype", "rao_scott"],
              ["score", "awards", "rank_test"], ["score", "stype", "rank_test"]],
    "models": [{"outcome": "api00", "kind": "linear", "predictors": ["ell", "meals"]},
               {"outcome": "target", "kind": "logistic", "level": 1, "predictors": ["ell", "meals"]}],
}  # fmt: skip


def numbers(*names: str) -> dict[str, Any]:
    """Give what is asked of data that hold nothing but numbers."""
    claims: list[dict[str, str]] = [
        {"kind": kind, "variable": names[0]} for kind in ("mean", "median", "total")
    ]
    if len(names) > 1:
        claims.append({"kind": "ratio", "variable": names[0], "over": names[1]})
        claims.append({"kind": "change", "variable": names[0], "before": names[1]})
    made = {"numeric": list(names), "listed": [], "groups": [], "tests": [], "models": []}
    return made | {"claims": claims}


STATE: dict[str, Any] = {
    "claims": [
        {"kind": "share", "variable": "target", "level": "1"}, {"kind": "mean", "variable": "api99"},
        {"kind": "median", "variable": "api99"}, {"kind": "total", "variable": "api99"},
        {"kind": "difference", "variable": "api99", "between": "awards"},
        {"kind": "equivalence", "variable": "target", "level": "1", "between": "awards"},
        {"kind": "change", "variable": "target", "level": "1", "before": "awards"},
        {"kind": "association", "variable": "target", "model": "logistic", "term": "api99"},
        {"kind": "association", "variable": "grade", "model": "ordinal", "term": "factor(awards)1"},
    ],
    "numeric": ["api99"], "listed": ["target", "grade"], "groups": ["awards"],
    "tests": [["api99", "awards", "t_test"], ["target", "awards", "rao_scott"],
              ["score", "awards", "rank_test"]],
    "models": [{"outcome": "target", "kind": "logistic", "level": 1, "predictors": ["api99"]},
               {"outcome": "grade", "kind": "ordinal", "predictors": ["factor(awards)"]}],
}  # fmt: skip
DRAWN: dict[str, Any] = SCHOOLS | {
    "listed": ["target"], "groups": ["awards"],
    "tests": [test for test in SCHOOLS["tests"] if test[1] == "awards"],
    "claims": [claim for claim in SCHOOLS["claims"] if claim.get("between") != "stype"],
}  # fmt: skip
ASKED: dict[str, dict[str, Any]] = {
    "state": STATE, **{name: DRAWN for name in LISTS if name != "state"},
    "apisrs": SCHOOLS, "apistrat": SCHOOLS, "apiclus1": SCHOOLS, "apiclus2": SCHOOLS,
    "election": numbers("Bush", "Kerry", "votes")
    | {"models": [{"outcome": "Bush", "kind": "linear", "predictors": ["Kerry"]}]},
    "nhanes": {"numeric": [], "listed": ["HI_CHOL", "RACE"], "groups": ["RIAGENDR", "RACE"],
               "claims": [
                   {"kind": "share", "variable": "HI_CHOL", "level": "1"},
                   {"kind": "total", "variable": "HI_CHOL", "level": "1"},
                   {"kind": "difference", "variable": "HI_CHOL", "level": "1", "between": "RIAGENDR"},
                   {"kind": "association", "variable": "HI_CHOL", "model": "logistic",
                    "term": "factor(RIAGENDR)2"},
               ],
               "tests": [["HI_CHOL", "RIAGENDR", "rao_scott"], ["HI_CHOL", "RACE", "rao_scott"],
                         ["HI_CHOL", "RIAGENDR", "t_test", "1"]],
               "models": [{"outcome": "HI_CHOL", "kind": "logistic", "level": 1,
                           "predictors": ["factor(RIAGENDR)", "factor(AGECAT)"]}]},
    "pupils": {"numeric": ["minutes"], "listed": ["cycle"], "groups": ["year", "sex"],
               "claims": [
                   {"kind": "share", "variable": "cycle", "level": "1"},
                   {"kind": "median", "variable": "minutes"}, {"kind": "total", "variable": "minutes"},
                   {"kind": "difference", "variable": "minutes", "between": "sex"},
                   {"kind": "equivalence", "variable": "cycle", "level": "1", "between": "sex"},
                   {"kind": "association", "variable": "cycle", "model": "logistic", "term": "minutes"},
               ],
               "tests": [["minutes", "sex", "t_test"], ["cycle", "sex", "rao_scott"],
                         ["cycle", "sex", "t_test", "1"]],
               "models": [{"outcome": "cycle", "kind": "logistic", "level": 1, "predictors": ["minutes"]}]},
    "lung": {"numeric": ["age", "meal_cal", "wt_loss"], "listed": ["status", "ph_ecog"], "groups": ["sex"],
             "claims": [
                 {"kind": "mean", "variable": "meal_cal"}, {"kind": "median", "variable": "wt_loss"},
                 {"kind": "share", "variable": "status", "level": "2"},
                 {"kind": "difference", "variable": "wt_loss", "between": "sex"},
                 {"kind": "association", "variable": "status", "model": "logistic", "term": "age"},
             ],
             "tests": [["age", "sex", "t_test"], ["status", "sex", "rao_scott"],
                       ["ph_ecog", "sex", "rao_scott"], ["status", "sex", "t_test", "2"]],
             "models": [{"outcome": "status", "kind": "logistic", "level": 2,
                         "predictors": ["age", "wt_loss", "factor(sex)"]},
                        {"outcome": "meal_cal", "kind": "linear", "predictors": ["age", "wt_loss"]},
                        {"outcome": "ph_ecog", "kind": "ordinal", "predictors": ["age", "factor(sex)"]}]},
    "infert": {"numeric": ["age"], "listed": ["case", "induced"], "groups": ["education"],
               "claims": [
                   {"kind": "share", "variable": "case", "level": "1"}, {"kind": "total", "variable": "age"},
                   {"kind": "association", "variable": "case", "model": "logistic", "term": "age"},
               ],
               "tests": [["case", "education", "rao_scott"], ["induced", "education", "rao_scott"]],
               "models": [{"outcome": "case", "kind": "logistic", "level": 1,
                           "predictors": ["age", "factor(induced)"]}]},
    "nwtco": {"numeric": ["age"], "listed": ["rel", "stage"], "groups": ["instit"],
              "claims": [
                  {"kind": "share", "variable": "rel", "level": "1"}, {"kind": "mean", "variable": "age"},
                  {"kind": "difference", "variable": "rel", "level": "1", "between": "instit"},
              ],
              "tests": [["age", "instit", "t_test"], ["rel", "instit", "rao_scott"],
                        ["rel", "instit", "t_test", "1"]],
              "models": [{"outcome": "rel", "kind": "logistic", "level": 1,
                          "predictors": ["factor(stage)", "age"]}]},
    "mu284": numbers("y1"), "fpc": numbers("x"), "crowd": numbers("rooms", "person"),
    "scd": numbers("arrests", "alive"), "hospital": numbers("births"),
}  # fmt: skip


def raw(name: str) -> pd.DataFrame:
    """Give a table of R's data, or of a study, as the raw file that both sides read."""
    if name == "nhanes":
        return pyreadstat.read_sav(ROOT / "studies/weighted-file/data/raw/nhanes.zsav")[0]
    if name == "election":
        return pd.read_csv(DATA / "election_pps.csv")[["Bush", "Kerry", "votes", "p"]]
    if name == "pupils":
        return _pupils()
    if name in LISTS:
        table = asked_of(name)
        kept = [column for column in table if column not in [*LISTS[name][1:], "answered"]]
        return table.loc[table["answered"], kept]
    if name in ("lung", "infert", "nwtco"):
        return pd.read_csv(DATA / f"{name}.csv").assign(weight=4.0)
    if name in ("mu284", "fpc", "crowd", "scd", "hospital"):
        table = pd.read_csv(DATA / f"{name}.csv")
        if name == "crowd":
            # Its weights are all 1, which would count nobody but those who answered.
            table["weight"] = 3.0
        return _with_half_samples(table) if name == "scd" else table.drop(columns="nh", errors="ignore")
    table = pd.read_csv(DATA / f"{name}.csv", dtype={"cds": str})
    made = pd.DataFrame({"stype": table["stype"].map({"E": 1, "M": 2, "H": 3})})
    for column, origin in (("target", "sch.wide"), ("awards", "awards")):
        made[column] = table[origin].map({"Yes": 1, "No": 2})
    kept = [
        c for c in ("api00", "api99", "meals", "ell", "enroll", "dnum", "snum", "cnum", "pw") if c in table
    ]
    made[kept] = table[kept]
    # R gives ties in ranks a value that depends on the order of the file where weights differ; here are none.
    made["score"] = made["api00"] + np.arange(len(made)) / 1000
    made[[c for c in table if c.startswith("fpc")]] = table[[c for c in table if c.startswith("fpc")]]
    return _with_replicates(made, name)


def asked_of(name: str) -> pd.DataFrame:
    """Give everybody on a list in order, with ``answered`` and the answers of those who did."""
    if name == "state":
        table = pd.read_csv(DATA / "apipop.csv", dtype={"cds": str}).iloc[::10]
        table = table.sort_values("cds", ignore_index=True)
        made = pd.DataFrame({"id": table["cds"], "stype": table["stype"], "improved": table["comp.imp"]})
        made["band"], made["api99"] = table["api99"] // 50 * 50, table["api99"]
        for column, origin in (("target", "sch.wide"), ("awards", "awards")):
            made[column] = table[origin].map({"Yes": 1, "No": 2})
        made["grade"] = 1 + (table["api99"].to_numpy()[:, None] > [500, 600, 700]).sum(axis=1)
        made["score"] = made["api99"] + np.arange(len(made)) / 1000
        chance = table["stype"].map({"E": 55, "M": 40, "H": 65}) + 12 * (table["comp.imp"] == "Yes")
        made["fold"] = _folds(made.assign(respondent=_by_turns(len(made)) < chance))
    else:
        made = raw(name.removesuffix("_listed")).rename(columns={"awards": "prize"})
        made["awards"], made["stype"] = made["prize"], made["stype"].map({1: "E", 2: "M", 3: "H"})
        made["prize"] = made["prize"].map(YES_NO)
        made.insert(0, "id", [f"S{number:03d}" for number in range(1, len(made) + 1)])
        chance = 60 + 15 * (made["prize"] == "Yes")
    made["answered"] = _by_turns(len(made)) < chance
    answers = ("api00", "api99", "target", "awards", "grade", "score", "ell", "meals", "enroll")
    return made[[column for column in (*LISTS[name], "answered", *answers) if column in made]]


def _by_turns(number: int) -> np.ndarray:
    """Numbers from 0 to 99 that follow no order; who answers is no chance."""
    return np.arange(number) * 37 % 101


def _folds(people: pd.DataFrame) -> np.ndarray:
    """Folds as the pipeline deals them: no other program has its random numbers."""
    predictors = ["stype", "improved", "band"]
    asked = weighted(people, needed=predictors, seed=STUDY_SEED)
    return cross_fit(asked, predictors, FOLDS, products=False, scheme="weighted").folds


def population() -> pd.DataFrame:
    """Give all schools of which the samples are, as the samples are written."""
    table = pd.read_csv(DATA / "apipop.csv", dtype={"cds": str})
    made = pd.DataFrame({"stype": table["stype"].map({"E": 1, "M": 2, "H": 3})})
    for column, origin in (("target", "sch.wide"), ("awards", "awards")):
        made[column] = table[origin].map({"Yes": 1, "No": 2})
    return made


def _with_half_samples(table: pd.DataFrame) -> pd.DataFrame:
    """Add the four balanced half-samples of the example, as factors, and weights that are all alike."""
    kept = ["101010", "100101", "011001", "010110"]
    halves = {f"half{k}": [2 * int(one) for one in text] for k, text in enumerate(kept, start=1)}
    return table.assign(w=2.5, **halves)


def _with_replicates(made: pd.DataFrame, name: str) -> pd.DataFrame:
    """Add weights multiplied with R's factors, unit by unit."""
    path = DATA / f"replicates_{name}.csv"
    if not path.exists():
        return made
    factors = pd.read_csv(path)
    if name == "apistrat":
        # As in designs_data.R: four zones to a type of school, in the order of the file.
        of = pd.read_csv(DATA / "apistrat.csv").groupby("stype", sort=False)["stype"]
        place, size = of.cumcount() + 1, of.transform("size")
        before = made["stype"].map({1: 0, 3: 1, 2: 2})
        made["zone"], made["unit"] = (before * 4 + np.ceil(4 * place / size)).astype(int), 1 + place % 2
    units = ["zone", "unit"] if name == "apistrat" else ["dnum"]
    joined = made[units].merge(factors, on=units, how="left", validate="many_to_one").drop(columns=units)
    weighted = joined.to_numpy() * made["pw"].to_numpy()[:, None]
    return pd.concat([made, pd.DataFrame(weighted, columns=joined.columns)], axis=1)


def _pupils() -> pd.DataFrame:
    folder = ROOT / "studies/anonymous-census/data/raw"
    table = pd.read_csv(folder / "travel_SIMULATED.csv")
    counts = pd.read_csv(folder / "headcounts_SIMULATED.csv").groupby("year")["n"].sum()
    N = table["year"].map({code: counts[f"Year {code + 6}"] for code in range(1, 6)})
    n = table.groupby("year")["year"].transform("size")
    made = table[["year", "sex", "minutes"]].assign(cycle=table["would_cycle"], N=N)
    return made.assign(w=N / n)


def claims_of(asked: dict[str, Any]) -> dict[str, Any]:
    """Make claims of what R is asked for; what they are held against does not matter."""
    made = {}
    for number, one in enumerate(asked["claims"], start=1):
        about: dict[str, Any] = {"label": "A claim", "short": "Claim", "threshold": 1} | one
        if "level" in one:
            about |= {"level": int(one["level"]), "threshold": 0}
        if "between" in one:
            about |= {"groups": {"variable": about.pop("between"), "of": 2, "minus": 1}}
        if one["kind"] in ("mean", "difference", "equivalence", "change") and "level" not in one:
            about["range"] = [-1e9, 1e9]
        if one["kind"] == "equivalence":
            about |= {"margin": 0.5}
            del about["threshold"]
        if one["kind"] == "association":
            term, _, level = one["term"].removeprefix("factor(").partition(")")
            about |= {"term": term} | ({"level": int(level)} if level else {})
        made[f"C{number}"] = about
    return made


def make_study(folder: Path, name: str) -> dict[str, Any]:
    """Write the files of a design's study into a folder; give its configuration."""
    design = DESIGNS[name]
    asked, table = ASKED[design["data"]], raw(design["data"])
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / "survey.csv", index=False)
    (folder / "SHA256SUMS").write_text("")
    (folder / "codebook.yaml").write_text(
        yaml.safe_dump({"variables": codebook(table, asked)}, sort_keys=False)
    )
    named = {"survey": "survey.csv", "checksums": "SHA256SUMS", "codebook": "codebook.yaml"}
    inputs = {key: str(folder / file) for key, file in named.items()}
    if design["data"] == "pupils":
        shutil.copy(
            ROOT / "studies/anonymous-census/data/raw/headcounts_SIMULATED.csv", folder / "counts.csv"
        )
        inputs["counts"] = str(folder / "counts.csv")
    if "counts" in design:
        population().value_counts(design["counts"]).rename("n").reset_index().to_csv(
            folder / "counts.csv", index=False
        )
        inputs["counts"] = str(folder / "counts.csv")
    own: dict[str, Any] = {}
    if design["data"] in LISTS:
        columns = LISTS[design["data"]]
        asked_of(design["data"])[[*columns, "answered"]].to_csv(folder / "list.csv", index=False)
        inputs["staff_list"] = str(folder / "list.csv")
        # The folds are the pipeline's own, and R's from the file.
        named = {name: name for name in columns[1:] if name != "fold"}
        kinds = {"numeric": ["band"], "categorical": ["dnum", "snum"]}
        frame = {kind: [name for name in those if name in named] for kind, those in kinds.items()}
        own = {"seed": STUDY_SEED, "frame": {"id": "id", "survey_id": "id", "columns": named} | frame}
    _sum(folder, [Path(inputs[key]) for key in ("survey", "counts", "staff_list") if key in inputs])
    study = {"id": "design", "title": design["title"], "data": "real", "setting": "R", "mode": "paper"}
    models = [{key: value for key, value in one.items()} for one in copy.deepcopy(asked["models"])]
    for one in models:
        one["predictors"] = [text.removeprefix("factor(").removesuffix(")") for text in one["predictors"]]
    tests = dict.fromkeys((variable, between) for variable, between, *_ in asked["tests"])
    return {
        "study": study, "inputs": inputs, "groups": {group: {} for group in asked["groups"]},
        "disclosure": {"preset": "open"}, "claims": claims_of(asked),
        "cleaning": {"recodes": [GROWTH] if {"api99", "api00"} <= set(table) else []},
        "analysis": {
            "items": list(dict.fromkeys([*asked["numeric"], *asked["listed"]])), "models": models,
            "totals": [*asked["numeric"], *asked["listed"]],
            "tests": [{"variable": variable, "between": between} for variable, between in tests],
        },
        **own, **copy.deepcopy(design["config"]),
    }  # fmt: skip


def _sum(folder: Path, files: list[Path]) -> None:
    import hashlib

    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(sums))


def codebook(table: pd.DataFrame, asked: dict[str, Any]) -> dict[str, Any]:
    """Say what the columns of a raw file mean; what only the design needs is the office's."""
    questions = {*asked["numeric"], *asked["listed"], *asked["groups"], *(test[0] for test in asked["tests"])}
    for one in asked["claims"]:
        questions |= {str(one[key]) for key in ("variable", "over", "before") if key in one}
    for model in asked["models"]:
        questions |= {text.removeprefix("factor(").removesuffix(")") for text in model["predictors"]}
    made = {}
    for name in table:
        about: dict[str, Any] = {"label": name, "type": "numeric"}
        if name == "id":
            made[name] = {"label": name, "type": "string", "role": "id"}
            continue
        if name in VALUES:
            about |= {"values": VALUES[name], "type": "binary" if name in COUNTED else "categorical"}
            about |= {"counts": COUNTED[name]} if name in COUNTED else {}
            about |= {"type": "ordinal"} if name in ORDERED else {}
        made[name] = about | ({} if name in questions else {"role": "admin"})
    return made


def published(name: str, folder: Path, results: Path) -> pd.DataFrame:
    """Run the stages of a design, and read the released rows under its primary scheme.

    R's data sets are public, so that disclosure control has nothing to do (its preset `open`).
    """
    config = make_study(folder, name)
    primary = whole(config).weighting.primary
    run_stages(config, results)
    rows = read_answers(results / "public/estimates.csv")
    rows = rows[rows["scheme"] == primary]
    return pd.concat([rows, _of_claims(rows, read_answers(results / "public/claims.csv"))])


def method_of(name: str) -> str:
    """Weighting method of the primary scheme of a design."""
    with tempfile.TemporaryDirectory() as folder:
        weighting = whole(make_study(Path(folder), name)).weighting
    return weighting.schemes[weighting.primary].method


def _of_claims(rows: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Rows of the claim ledger, each as a statistic named for its kind; of an equivalence what decides."""
    told = rows[rows["group"] == "overall"].drop_duplicates(["variable", "statistic"])
    corrected = told.set_index(["variable", "statistic"])["fpc"]
    ends = {"ci_low": ledger["ci_tost_low"], "ci_high": ledger["ci_tost_high"]}
    return ledger.assign(
        fpc=[corrected[key] for key in zip(ledger["variable"], ledger["statistic"], strict=True)],
        statistic="claim: " + ledger["kind"], level="", p_value=np.nan, effect=np.nan, df2=np.nan,
        **{name: limit.fillna(ledger[name]) for name, limit in ends.items()},
    )  # fmt: skip


def ask_r(folder: Path, wanted: list[str] | None = None) -> pd.DataFrame:
    """Give R's answers to the designs, computed now from the raw files that the stages read."""
    program = []
    for name in wanted or DESIGNS:
        make_study(folder / name, name)
        program += built_in_r(name, folder / name)
        program.append(f"answers({json.dumps(name)}, with, without, {_in_r(ASKED[DESIGNS[name]['data']])})")
    program.append(f'write_answers("{folder / "answers.csv"}")')
    (folder / "program.R").write_text("\n".join(program) + "\n")
    done = subprocess.run(["Rscript", str(folder / "program.R")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return read_answers(folder / "answers.csv")


def built_in_r(name: str, folder: Path) -> list[str]:
    """Lines of R that make ``with`` and ``without`` of a design from the raw file of its study."""
    design = DESIGNS[name]
    options = {"survey.lonely.psu": "fail"} | design.get("options", {})
    return [
        f'HERE <- "{DATA}"',
        'if (!exists("TIGHT")) source(file.path(HERE, "designs.R"))',
        *(f'options({key} = "{value}")' for key, value in options.items()),
        f'x <- read.csv("{folder / "survey.csv"}")',
        # Of a design without headcounts the file is not there, and nothing asks for it.
        f'counts <- "{folder / "counts.csv"}"',
        f'asked <- asked_in("{folder / "list.csv"}")',
        f"without <- {design['without']}",
        f"with <- {design.get('with', 'without')}",
    ]


def _in_r(value: Any) -> str:
    if isinstance(value, dict):
        return f"list({', '.join(f'{key} = {_in_r(part)}' for key, part in value.items())})"
    if isinstance(value, list) and value and isinstance(value[0], str):
        return f"c({', '.join(json.dumps(text) for text in value)})"
    if isinstance(value, list):
        return f"list({', '.join(_in_r(part) for part in value)})"
    return json.dumps(value)


def r_is_here() -> bool:
    """Whether Rscript runs and has the package."""
    if not shutil.which("Rscript"):
        return False
    asked = ["Rscript", "-e", "stopifnot(requireNamespace('survey', quietly = TRUE))"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def r_version() -> str:
    """Name the versions of R and its package."""
    asked = "cat(as.character(getRversion()), ', survey ', as.character(packageVersion('survey')), sep = '')"
    return subprocess.run(["Rscript", "-e", asked], capture_output=True, text=True, check=True).stdout


def read_answers(path: Path) -> pd.DataFrame:
    """Read R's answers as they are kept."""
    return pd.read_csv(path, dtype={"level": str, "group_level": str})


def beside(ours: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Set what is published beside R's answers, a line for each number that R gives.

    Returns
    -------
    DataFrame
        The keys, ``column``, ``r``, ``ours`` (NaN where nothing is published), ``difference``: relative to
        R's value; of an end of an interval, to the standard error where that is greater.
    """
    table = ours.assign(statistic=ours["statistic"].str.replace(r"_(no)?fpc$", "", regex=True))
    kept = dict(zip(*_keyed(table), strict=True))
    lines = []
    for key, row in zip(*_keyed(answers), strict=True):
        own = kept.get(key)
        for column in COMPARED:
            theirs = row[column]
            if not np.isfinite(theirs):
                continue
            mine = float(own[column]) if own is not None and pd.notna(own[column]) else np.nan
            # What the weights were calibrated to is known: its error is 0 but for rounding.
            nothing = ROUNDING * max(1.0, abs(row["estimate"]))
            known = column == "se" and abs(theirs) < nothing and abs(mine) < nothing
            size = max(abs(theirs), row["se"] if column in ("ci_low", "ci_high") else 0.0, 1e-300)
            difference = 0.0 if known else abs(mine - theirs) / size
            lines.append([*key, column, theirs, mine, difference, row["call"]])
    return pd.DataFrame(lines, columns=[*KEYS, "fpc", "column", "r", "ours", "difference", "call"])


def _keyed(table: pd.DataFrame) -> tuple[list[tuple[Any, ...]], list[dict[str, Any]]]:
    cells = table.assign(**{key: table[key].fillna("").astype(str) for key in KEYS})
    flags = cells["fpc"].astype(str).str.lower().isin(["true", "1", "1.0"])
    keys = list(zip(*(cells[key] for key in KEYS), flags, strict=True))
    return keys, cells.to_dict("records")
