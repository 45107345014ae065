"""Several groups, told or derived, of one level and of twelve, some not stated: each compared and tested."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from any_study import released_of
from stages import run_stages, table, whole
from surveypipe.intake.drafting import draft
from surveypipe.intake.labels import FileLabels
from surveypipe.reporting.tables import comparisons

PEOPLE = 240
COLUMNS: dict[str, dict[str, Any]] = {
    "sex": {"type": "categorical", "values": {1: "Female", 2: "Male"}},
    "ward": {"type": "categorical", "values": {k: f"Ward {k}" for k in range(1, 13)}},
    "only": {"type": "categorical", "values": {1: "The one"}},
    "age": {"type": "numeric"},
    "smokes": {"type": "binary", "values": {0: "No", 1: "Yes"}, "counts": 1},
    "visits": {"type": "numeric"},
}


def records() -> pd.DataFrame:
    r = np.random.default_rng(20240615)
    sex = r.choice([1.0, 2.0], PEOPLE)
    made = pd.DataFrame(
        {
            "sex": sex,
            "ward": r.choice(range(1, 13), PEOPLE).astype(float),
            "only": 1.0,
            "age": r.normal(40, 12, PEOPLE).round(),
            "smokes": (r.random(PEOPLE) < np.where(sex == 1, 0.2, 0.6)).astype(float),
            "visits": r.poisson(3, PEOPLE).astype(float),
        }
    )
    made.loc[r.choice(PEOPLE, 20, replace=False), "sex"] = np.nan
    return made


def configuration(folder: Path) -> dict[str, Any]:
    records().to_csv(folder / "survey.csv", index=False)
    named = {name: {"label": name.capitalize(), **about} for name, about in COLUMNS.items()}
    (folder / "codebook.yaml").write_text(yaml.safe_dump({"variables": named}, sort_keys=False))
    digest = hashlib.sha256((folder / "survey.csv").read_bytes()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{digest}  survey.csv\n")
    inputs = {"survey": "survey.csv", "codebook": "codebook.yaml", "checksums": "SHA256SUMS"}
    bands = {"variable": "band", "label": "Age band", "type": "bands", "from": "age", "cuts": [40]}
    levels = {"1": "Under 40", "2": "40 and over"}
    return {
        "study": {"id": "g", "title": "Groups", "data": "simulated", "setting": "a town", "mode": "web"},
        "inputs": {key: str(folder / name) for key, name in inputs.items()},
        "groups": {"sex": {}, "ward": {}, "only": {}, "band": {"label": "Age", "levels": levels}},
        "cleaning": {"recodes": [bands | {"labels": list(levels.values())}]},
        "analysis": {"compare": ["sex", "ward", "only", "band"]},
    }


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    folder = tmp_path_factory.mktemp("compared")
    config = configuration(folder)
    return config, run_stages(config, folder / "results")


def test_every_item_is_compared_where_there_is_something_to_compare(study):
    pairs = {(test.variable, test.between) for test in whole(study[0]).analysis.tests}
    items = {"sex", "ward", "age", "smokes", "visits"}
    wanted = {(item, group) for group in ("sex", "ward", "band") for item in items if item != group}
    # What a band is made of differs between bands by their making.
    assert pairs == wanted - {("age", "band")}


def test_each_comparison_is_tested_and_adjusted_for_their_number(study):
    rows = table(study[1], "private/estimates")
    further = table(study[1], "private/further_estimates")
    for test in whole(study[0]).analysis.tests:
        mine = (rows["variable"] == test.variable) & (rows["group"] == test.between)
        found = set(rows.loc[mine & rows["p_value"].notna(), "statistic"])
        assert found & {"rao_scott", "t_test", "rank_test"}, test
        adjusted = further[(further["variable"] == test.variable) & (further["group"] == test.between)]
        assert adjusted["statistic"].str.endswith("_p_bh").any(), test


def test_the_tables_set_every_group_side_by_side(study):
    given = released_of(*study)
    main, others = comparisons.tests(given), comparisons.other_tests(given)
    assert main.caption == "Tests between Female and Male"
    assert {row[0].strip() for row in main.rows if len(row) > 1} == {"Ward", "Age", "Smokes", "Visits"}
    heads = [row[0] for row in others.rows if len(row) == 1]
    assert heads == ["**Ward**", "**Age**"]
    by_name = {row[0].strip(): row for row in others.rows if len(row) > 1}
    smokes = {row[0].strip(): row for row in main.rows if len(row) > 1}["Smokes"]
    share = given.table("estimates").query("variable == 'smokes' and statistic == 'proportion'")
    share = share.query("group == 'band' and group_level == '2' and level == '1'")
    yes = 100 * float(share.loc[share["scheme"] == given.primary, "estimate"].iloc[0])
    # The last of the name is that of the bands of age; codes 1 and 2 are codes of the sexes too.
    assert f"40 and over\N{NO-BREAK SPACE}{yes:.0f}" in by_name["Smokes"][1]
    assert smokes[1] != by_name["Smokes"][1]
    assert all("12 groups" in row[1] for row in others.rows[1:5])


def test_without_a_word_nothing_is_tested_and_the_draft_says_so(tmp_path: Path):
    config = configuration(tmp_path)
    del config["analysis"]
    assert whole(config).analysis.tests == () and whole(config).analysis.multiplicity is None
    frame = records().drop(columns="only").replace({"sex": {1: "Female", 2: "Male"}})
    told = " ".join(draft(frame, FileLabels()).findings)
    assert "Results could be shown by sex" in told and "until then nothing is" in told
