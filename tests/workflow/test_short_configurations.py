"""Studies of which little is known: no list, no identifier, no groups, no claims, and ten lines to say so."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from stages import run_stages, table, whole
from studies import ROOT
from surveypipe.problems import SurveyError
from surveypipe.study.frame import EVERYBODY

PEOPLE = 140
REGIONS = {1: "North", 2: "South", 3: "West"}
HEADCOUNTS = {"North": 150, "South": 90, "West": 60}
AGREE = {1: "Strongly disagree", 2: "Disagree", 3: "Neither", 4: "Agree", 5: "Strongly agree"}
ANSWERS = {"region": REGIONS, "uses": {0: "No", 1: "Yes"}, "clear": AGREE, "useful": AGREE}
TYPES = {"region": "categorical", "uses": "binary", "clear": "ordinal", "useful": "ordinal",
         "age": "numeric", "came": "date", "said": "string"}  # fmt: skip


def records() -> pd.DataFrame:
    """Answers of a made-up anonymous survey; the fourth record is blank, some regions are not stated."""
    r = np.random.default_rng(20240301)
    made = pd.DataFrame(
        {
            "region": r.choice([1, 2, 3], PEOPLE, p=[0.5, 0.3, 0.2]).astype(float),
            "uses": r.choice([0, 1], PEOPLE, p=[0.7, 0.3]).astype(float),
            "clear": r.choice([1, 2, 3, 4, 5], PEOPLE).astype(float),
            "useful": r.choice([1, 2, 3, 4, 5], PEOPLE).astype(float),
            "age": r.normal(40, 9, PEOPLE).round(),
            "came": [f"2024-03-{day:02d}" for day in r.integers(1, 29, PEOPLE)],
            "said": r.choice(["", "nothing", "too long"], PEOPLE),
        }
    )
    made.loc[r.choice(np.arange(10, PEOPLE), 9, replace=False), "age"] = np.nan
    made.loc[r.choice(np.arange(10, PEOPLE), 7, replace=False), "region"] = np.nan
    made.iloc[3, :5] = np.nan
    made.loc[3, ["came", "said"]] = ""
    return made


def codebook() -> dict[str, Any]:
    columns = {}
    for name, kind in TYPES.items():
        columns[name] = {"type": kind, "label": name.capitalize(), "question": f"{name.capitalize()}?"}
        if name in ANSWERS:
            columns[name]["values"] = ANSWERS[name]
    columns["uses"]["counts"] = 1
    return {"variables": columns}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("short")
    records().to_csv(folder / "survey.csv", index=False)
    counts = pd.DataFrame({"region": list(HEADCOUNTS), "n": list(HEADCOUNTS.values())})
    counts.to_csv(folder / "counts.csv", index=False)
    (folder / "codebook.yaml").write_text(yaml.safe_dump(codebook(), sort_keys=False))
    return folder


def configuration(files: Path, **more: Any) -> dict[str, Any]:
    """Ten lines: title, setting, the file."""
    inputs = {"survey": f"{files}/survey.csv", "checksums": f"{files}/SHA256SUMS",
              "codebook": f"{files}/codebook.yaml"} | more.pop("inputs", {})  # fmt: skip
    named = [Path(inputs[key]) for key in ("survey", "counts") if key in inputs]
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in named]
    (files / "SHA256SUMS").write_text("".join(sums))
    study = {"id": "short", "title": "A survey", "data": "real", "setting": "one town", "mode": "web"}
    return {"study": study, "inputs": inputs, **more}


def shares(folder: Path, variable: str, scheme: str, level: str = "") -> pd.DataFrame:
    rows = table(folder, "private/estimates")
    rows = rows[(rows["variable"] == variable) & (rows["statistic"] == "proportion")]
    rows = rows[(rows["scheme"] == scheme) & (rows["group_level"].fillna("") == level)]
    return rows.set_index("level")


def test_a_file_alone_is_described_as_a_recount_has_it(files: Path, tmp_path: Path):
    folder = run_stages(configuration(files), tmp_path)
    answered = records().dropna(how="all", subset=["region", "uses", "clear", "useful", "age"])
    for name, values in ANSWERS.items():
        rows, given = shares(folder, name, "none"), answered[name].dropna()
        for code in values:
            row = rows.loc[str(code)]
            assert row["n"] == len(given)
            assert row["estimate"] == pytest.approx((given == code).mean(), abs=1e-12)
            # Simple random sampling, no finite population; those who answered the item are a domain of all.
            p, n = (given == code).mean(), len(answered)
            assert row["se"] == pytest.approx(np.sqrt(n / (n - 1) * p * (1 - p) / len(given)), rel=1e-9)
    rows = table(folder, "private/estimates")
    mean = rows[(rows["variable"] == "age") & (rows["statistic"] == "mean")].iloc[0]
    assert mean["estimate"] == pytest.approx(answered["age"].mean(), rel=1e-9)
    given, n = answered["age"].dropna(), len(answered)
    assert mean["se"] == pytest.approx(np.sqrt(n / (n - 1) * given.var(ddof=0) / len(given)), rel=1e-9)
    assert not rows["method"].fillna("").str.contains("phase").any()
    assert not rows["fpc"].fillna(False).astype(bool).any()
    assert set(rows["group"]) == {"overall"}


def test_nothing_is_said_of_those_who_were_asked(files: Path, tmp_path: Path):
    folder = run_stages(configuration(files), tmp_path)
    for name in ("response_rates", "response_cells", "nonresponse", "claims", "weight_margins", "table_1"):
        assert table(folder, f"public/{name}").empty, name
    flow = table(folder, "public/flow").set_index("stage")["n"]
    assert flow["returned"] == PEOPLE and flow["analysed"] == PEOPLE - 1
    assert flow["returned"] == flow["analysed"] + flow[flow.index.str.startswith("excluded")].sum()
    assert not {"on_list", "eligible", "no_reply"} & set(flow.index)
    assert EVERYBODY not in table(folder, "public/estimates").to_string()


def test_a_question_that_groups_is_shown_by_its_answers(files: Path, tmp_path: Path):
    table_1 = {"characteristics": ["region"]}
    folder = run_stages(configuration(files, groups={"region": {}}, analysis=table_1), tmp_path)
    given = records().dropna(how="all", subset=["region", "uses"])
    for code, label in REGIONS.items():
        inside = given.loc[given["region"] == code, "uses"].dropna()
        row = shares(folder, "uses", "none", str(code)).loc["1"]
        assert (row["n"], row["estimate"]) == (len(inside), pytest.approx(inside.mean()))
        assert label in whole(configuration(files, groups={"region": {}})).groups["region"].levels.values()
    who = table(folder, "private/table_1").set_index("level_label")
    assert who.loc["Not answered", "n"] == given["region"].isna().sum()
    assert who["frame_n"].isna().all()


def test_headcounts_weight_and_correct_for_the_finite_population(files: Path, tmp_path: Path):
    config = configuration(files, inputs={"counts": f"{files}/counts.csv"}, groups={"region": {}})
    folder = run_stages(config, tmp_path)
    given = records()[["region", "uses"]].dropna()
    N = {code: HEADCOUNTS[label] for code, label in REGIONS.items()}
    total, share, variance = sum(N.values()), 0.0, 0.0
    for code, size in N.items():
        y = given.loc[given["region"] == code, "uses"]
        share += size / total * y.mean()
        variance += (size / total) ** 2 * (1 - len(y) / size) * y.var(ddof=1) / len(y)
    row = shares(folder, "uses", "by_group").loc["1"]
    assert row["estimate"] == pytest.approx(share, rel=1e-12)
    assert row["se"] == pytest.approx(np.sqrt(variance), rel=1e-9)
    staff = pd.read_parquet(folder / "data/dispositions.parquet")
    assert len(staff) == total and staff["respondent"].sum() == len(given)
    weights = pd.read_parquet(folder / "data/weights.parquet")
    assert weights["w_by_group"].sum() == pytest.approx(total)
    rates = table(folder, "private/response_rates")
    assert rates.set_index(["group_level", "rate"]).loc[(np.nan, "RR2"), "value"] == len(given) / total
    dropped = table(folder, "private/cleaning_log")
    assert (dropped["rule"] == "not_on_frame").sum() == PEOPLE - len(given)


def test_a_group_that_was_asked_for_is_not_known_of_everybody_where_a_number_alone_is(
    files: Path, tmp_path: Path
):
    config = configuration(files, frame={"size": 300}, groups={"region": {}})
    assert list(whole(config).weighting.schemes) == ["none"]
    folder = run_stages(config, tmp_path)
    weights = pd.read_parquet(folder / "data/weights.parquet")
    assert weights["w_none"].to_numpy() == pytest.approx(np.full(PEOPLE - 1, 300 / (PEOPLE - 1)))
    assert set(table(folder, "private/estimates")["group"]) == {"overall", "region"}


SECTIONS = {
    "cleaning": {
        "scales": [{"variable": "views", "label": "Views", "items": ["clear", "useful"]}],
        "recodes": [
            {"variable": "age_band", "label": "Age", "type": "bands", "from": "age", "cuts": [30, 45],
             "labels": ["Under 30", "30 to 44", "45 or more"]},
        ],
    },
    "analysis": {
        "characteristics": ["region", "age_band"],
        "tests": [{"variable": "uses", "between": "region"}, {"variable": "views", "between": "region"}],
        "further_tests": [{"variable": "uses", "between": "region", "test": "adjusted_wald"}],
        "models": [
            {"outcome": "uses", "kind": "logistic", "predictors": ["region", "age"]},
            {"outcome": "clear", "kind": "ordinal", "predictors": ["age"]},
            {"outcome": "views", "kind": "linear", "predictors": ["region", "uses"]},
        ],
        "reliability": {"scales": ["views"]},
        "imputation": {"scales": ["views"]},
        "multiplicity": {"families": [{"label": "all", "method": "holm", "statistics": ["rao_scott"]}]},
    },
}  # fmt: skip
CLAIMS = {
    "C1": {"label": "Some use it", "short": "Use it", "kind": "share", "variable": "uses", "level": 1,
           "threshold": 0.1, "by": "region"},
    "C2": {"label": "Views are good", "short": "Views", "kind": "mean", "variable": "views",
           "threshold": 2.5, "range": [1, 5]},
}  # fmt: skip


def test_sections_are_added_to_a_file_without_a_list(files: Path, tmp_path: Path):
    folder = run_stages(configuration(files, groups={"region": {}}, **SECTIONS), tmp_path)
    statistics = set(table(folder, "public/estimates")["statistic"])
    assert {"rao_scott", "odds_ratio", "coefficient", "alpha", "adjusted_wald"} <= statistics
    assert not table(folder, "public/table_1").empty


def test_claims_are_added_to_headcounts_without_a_scenario(files: Path, tmp_path: Path):
    counted = {"counts": f"{files}/counts.csv"}
    config = configuration(files, inputs=counted, groups={"region": {}}, claims=CLAIMS, **SECTIONS)
    folder = run_stages(config, tmp_path)
    ledger = table(folder, "public/claims").set_index(["claim", "group_level"])
    assert set(ledger.loc["C1"].index.dropna()) == {"1", "2", "3"}
    whole_ledger = ledger[ledger["group"] == "overall"]
    assert (whole_ledger["scenario_source"] == "absent").all()
    assert whole_ledger["grade"].isin([0, 1, 2, 3, 4]).all()
    assert not any(name.startswith("reader_k") for name in whole_ledger)
    assert (whole_ledger["bound_low"] <= whole_ledger["estimate"]).all()
    assert not table(folder, "public/multiverse")["what"].eq("reader scenario").any()


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ("region,n\nNorth,150\nSouth,90\nEast,60\n", "East is no answer of the question"),
        ("region,n\nNorth,150\nSouth,90\nWest,60\nWest,2\n", "stands there twice"),
        ("region,n\nNorth,10\nSouth,90\nWest,60\n", "and the headcount is 10"),
        ("region,n\nNorth,150\nSouth,90\n", "add a row for each"),
        ("region,n\nNorth,many\nSouth,90\nWest,60\n", "many is no headcount"),
        ("region,people\nNorth,150\n", "there is no column 'n'"),
        ("area,n\nNorth,150\n", "area names no question of the codebook"),
        ("uses,n\nYes,150\nNo,150\n", "there is no column region"),
    ],
)
def test_headcounts_that_do_not_fit_are_told(files: Path, tmp_path: Path, counts: str, words: str):
    (files / "wrong.csv").write_text(counts)
    config = configuration(files, inputs={"counts": f"{files}/wrong.csv"}, groups={"region": {}})
    with pytest.raises(SurveyError) as stopped:
        run_stages(config, tmp_path, last="ingest")
    assert any("wrong.csv" in text and words in text for text in stopped.value.problems)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"population": "list"}, "inputs.staff_list names no file"),
        ({"population": "counts"}, "inputs.counts names no file"),
        ({"groups": {"regoin": {}}}, "groups.regoin: this is no column"),
        ({"groups": {"age": {}}}, "groups.age: its levels are not known"),
        ({"weighting": {"schemes": {"none": {"label": "Unweighted", "method": "none"},
                                    "r": {"label": "R", "method": "rake", "margins": ["region"]}}}},
         "weighting.schemes.r: this rests on what is known"),
    ],
)  # fmt: skip
def test_what_cannot_be_without_a_list_is_told(files: Path, more: dict[str, Any], words: str):
    with pytest.raises(SurveyError) as stopped:
        whole(configuration(files, **more))
    assert any(words in text for text in stopped.value.problems), stopped.value.problems


def test_of_public_data_everything_is_released_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """The schools of studies/ are public: with the preset `open` the released rows are the private ones."""
    monkeypatch.chdir(ROOT / "studies/schools-strata")
    config = yaml.safe_load(Path("config/config.yaml").read_text(encoding="utf-8"))
    folder = run_stages(config | {"disclosure": {"preset": "open"}}, tmp_path)
    private = pd.concat([table(folder, f"private/{name}estimates") for name in ("", "further_")])
    public = table(folder, "public/estimates")
    pd.testing.assert_frame_equal(
        public[list(private)], private.reset_index(drop=True), check_dtype=False, check_exact=True
    )
