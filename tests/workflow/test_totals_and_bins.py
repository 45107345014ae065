"""Totals, and bins of numbers, on their way through the stages: who may be told of, and how finely."""

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
from surveypipe.disclosure.digits import unit_for
from surveypipe.disclosure.magnitudes import dominated
from surveypipe.disclosure.rules import PRESETS
from surveypipe.formatting import NOT_APPLICABLE
from surveypipe.problems import SurveyError
from surveypipe.reporting.figures.answers import answer_figures, draw
from surveypipe.reporting.tables.totals import totals

# Respondents and people of each ward.
WARDS = {1: ("Hill", 30, 84), 2: ("River", 24, 60), 3: ("Wood", 26, 56)}
YES_NO = {0: "No", 1: "Yes"}
AGREE = {1: "Not at all", 2: "Little", 3: "Rather", 4: "Wholly"}


def records() -> pd.DataFrame:
    """Answers of three wards; some gave none."""
    r = np.random.default_rng(20240611)
    ward = np.repeat(list(WARDS), [n for _, n, _ in WARDS.values()])
    made = pd.DataFrame(
        {
            "ward": ward,
            "smokes": r.choice([0.0, 1.0], len(ward), p=[0.55, 0.45]),
            "agrees": r.choice([1.0, 2.0, 3.0, 4.0], len(ward)),
            "visits": r.poisson(4, len(ward)).astype(float),
        }
    )
    made.loc[[3, 40, 60], ["smokes", "visits"]] = np.nan
    return made


def study(folder: Path, answers: pd.DataFrame, **more: Any) -> dict[str, Any]:
    """Write the files of a study of headcounts, and give its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    answers.to_csv(folder / "survey.csv", index=False)
    counts = pd.DataFrame([(name, people) for name, _, people in WARDS.values()], columns=["ward", "n"])
    counts.to_csv(folder / "counts.csv", index=False)
    columns = {
        "ward": {"type": "categorical", "values": {code: name for code, (name, *_) in WARDS.items()}},
        "smokes": {"type": "binary", "values": YES_NO, "counts": 1},
        "agrees": {"type": "ordinal", "values": AGREE},
        "visits": {"type": "numeric"},
    }
    named = {name: {"label": name.capitalize(), **about} for name, about in columns.items()}
    (folder / "codebook.yaml").write_text(yaml.safe_dump({"variables": named}, sort_keys=False))
    files = [folder / name for name in ("survey.csv", "counts.csv")]
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(sums))
    inputs = {"survey": "survey.csv", "counts": "counts.csv", "codebook": "codebook.yaml"}
    inputs["checksums"] = "SHA256SUMS"
    config = {
        "study": {"id": "t", "title": "Visits", "data": "simulated", "setting": "a town", "mode": "web"},
        "inputs": {key: str(folder / name) for key, name in inputs.items()},
        "groups": {"ward": {}},
        "analysis": {"totals": ["smokes", "agrees", "visits"]},
    }
    return config | more


def told(results: Path, kind: str = "public") -> pd.DataFrame:
    rows = table(results, f"{kind}/estimates")
    rows = rows[rows["statistic"] == "total"]
    rows = rows.fillna({"level": "", "group_level": ""})
    return rows.set_index(["variable", "level", "group_level"]).sort_index()


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("totals")
    return run_stages(study(folder, records()), folder / "results")


def test_the_total_of_a_ward_is_its_people_times_its_mean(results: Path):
    private = told(results, "private")
    private = private[private["scheme"] == "by_group"]
    answers = records()
    for code, (_, n, people) in WARDS.items():
        mine = answers.loc[answers["ward"] == code, "visits"]
        f, row = n / people, private.loc["visits", "", str(code)]
        filled = mine.fillna(0.0)
        assert row["estimate"] == pytest.approx(people * filled.mean())
        # Whoever gave no answer counts for nothing, and is drawn like the others.
        assert row["se"] == pytest.approx(people * np.sqrt((1 - f) * filled.var(ddof=1) / n))
    whole_of = private.loc["visits", "", ""]
    parts = private.loc["visits", ""].drop("")
    assert whole_of["estimate"] == pytest.approx(parts["estimate"].sum())
    assert whole_of["se"] ** 2 == pytest.approx((parts["se"] ** 2).sum())


def test_what_is_released_is_no_finer_than_a_hundredth_of_the_people(results: Path):
    private, public = told(results, "private"), told(results)
    assert set(public["scheme"]) == {"by_group"}
    private = private[private["scheme"] == "by_group"]
    released = public[public["status"] == "released"]
    assert len(released) >= 12
    sizes = {"": 200} | {str(code): people for code, (*_, people) in WARDS.items()}
    for (variable, level, group), row in released.iterrows():
        unit = unit_for(sizes[group])
        exact = private.loc[variable, level, group]
        for column in ("estimate", "se", "ci_low", "ci_high"):
            assert row[column] % unit == pytest.approx(0.0, abs=1e-9)
            assert abs(row[column] - exact[column]) <= unit / 2 + 1e-9


def test_the_table_prints_them_for_all_and_by_ward(results: Path):
    made = totals(released_of(study(results.parent, records()), results))
    assert [column.head for column in made.columns] == ["Answer", "All", "Hill", "River", "Wood"]
    rows = {row[0].strip(): row[1:] for row in made.rows}
    assert rows["Yes"][0].split(" ")[0] == f"{told(results).loc['smokes', '1', '']['estimate']:.0f}"
    assert NOT_APPLICABLE not in rows["Sum"] and rows["Wholly"][1:] == [NOT_APPLICABLE] * 3


def test_single_points_are_counted_for_all_alone(results: Path):
    points = [key for key in told(results).index if key[0] == "agrees" and key[1] in ("1", "2", "3", "4")]
    assert points and {group for *_, group in points} == {""}


def test_a_small_ward_takes_its_total_and_another_with_it(tmp_path: Path):
    answers = records()
    small = pd.concat([answers[answers["ward"] != 2], answers[answers["ward"] == 2].head(6)])
    public = told(run_stages(study(tmp_path, small), tmp_path / "results"))
    for variable, level in (("visits", ""), ("smokes", "1"), ("agrees", "high")):
        hidden = public.loc[variable, level]
        assert (hidden.loc[["1", "2", "3"], "status"] == "suppressed").sum() >= 2, variable
        assert hidden.loc["2", "status"] == "suppressed" and np.isnan(hidden.loc["2", "estimate"])


def test_nobody_is_told_of_by_a_sum_that_is_nearly_all_of_one(tmp_path: Path):
    answers = records()
    mine = answers.index[answers["ward"] == 3]
    answers.loc[mine, "visits"] = 0.0
    answers.loc[mine[0], "visits"] = 90.0
    results = run_stages(study(tmp_path, answers), tmp_path / "results")
    rows = table(results, "public/estimates").fillna({"group_level": ""})
    rows = rows[(rows["variable"] == "visits") & (rows["status"] == "released")]
    sums = rows[rows["statistic"].isin(["mean", "total"])]
    # Of all the sum is of many; a second ward is hidden, lest the third be the rest.
    assert set(sums["group_level"]) == {"", "1"}
    assert not rows["statistic"].str.startswith(("difference", "t_test")).any()
    assert {"median", "upper_quartile"} <= set(rows.loc[rows["group_level"] == "2", "statistic"])


def bins(results: Path) -> pd.DataFrame:
    rows = table(results, "public/estimates")
    return rows[rows["statistic"] == "histogram"]


def test_no_bin_that_is_released_holds_fewer_than_a_cell_may(results: Path):
    rows, visits = bins(results), records()["visits"].dropna()
    assert len(rows) >= 4 and set(rows["status"]) == {"released"} and set(rows["group"]) == {"overall"}
    assert rows["estimate"].sum() == pytest.approx(1.0, abs=0.005 * len(rows))
    for level in rows["level"]:
        low, _, high = str(level).partition(":")
        inside = visits[(visits >= float(low or "-inf")) & (visits < float(high or "inf"))]
        assert len(inside) >= RULES.min_cell


def test_edges_that_leave_too_few_are_not_used(tmp_path: Path):
    config = study(tmp_path, records(), disclosure={"preset": "ons_srs"})
    config["analysis"] |= {"bins": {"visits": [0, 1, 5, 12, 13, 40]}}
    rows = bins(run_stages(config, tmp_path / "results"))
    assert set(rows["status"]) == {"released"}
    assert list(rows["level"]) == ["0:5", "5:40"]
    assert list(rows["level_label"]) == ["0 to 4", "5 to 39"]


def test_edges_out_of_order_are_told(tmp_path: Path):
    config = study(tmp_path, records())
    config["analysis"] |= {"bins": {"visits": [0, 10, 5], "smokes": [0, 1]}}
    with pytest.raises(SurveyError) as told_of:
        whole(config)
    assert [text.split(":")[1].strip() for text in told_of.value.problems] == [
        "analysis.bins.visits", "analysis.bins.smokes",
    ]  # fmt: skip


def test_the_figure_draws_the_bins_and_reads_them_out(results: Path):
    given = released_of(study(results.parent, records()), results)
    (block,) = [one for one in answer_figures(given).values() if "visits" in [q.name for q in one.questions]]
    drawn = draw(given, block)
    for row in bins(results).to_dict("records"):
        assert f"{row['level_label']} {100 * row['estimate']:.0f}%" in drawn.alt
    drawn.figure.clear()


RULES = PRESETS["research"]
SUMS = [
    ([90.0] + [1.0] * 10, True),
    ([45.0, 45.0] + [1.0] * 9, True),
    ([45.0, 45.0] + [1.0] * 11, False),
    # The second could work the first out to within a tenth, though three make up nine tenths.
    ([50.0, 30.0, 4.9], True),
    ([0.0] * 12, False),
    ([4.0] * 12, False),
]


@pytest.mark.parametrize(("values", "expected"), SUMS)
def test_dominance_and_p_ratio(values: list[float], expected: bool):
    assert dominated(np.array(values), RULES) is expected


def test_weights_that_add_up_to_the_respondents_tell_no_total(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    config = study(tmp_path, records().assign(w=np.linspace(0.5, 1.5, 80)))
    codebook = yaml.safe_load((tmp_path / "codebook.yaml").read_text())
    codebook["variables"]["w"] = {"label": "Weight", "type": "numeric", "role": "admin"}
    (tmp_path / "codebook.yaml").write_text(yaml.safe_dump(codebook, sort_keys=False))
    del config["inputs"]["counts"]
    results = run_stages(config | {"design": {"weights": "w"}}, tmp_path / "results", last="analyse")
    assert told(results, "private").empty
    assert "no total is told under the schemes none, design" in capsys.readouterr().out


def test_whoever_came_stands_for_nobody(tmp_path: Path):
    config = study(tmp_path, records())
    del config["inputs"]["counts"]
    with pytest.raises(SurveyError, match=r"analysis\.totals: nobody knows how many people"):
        whole(config)
