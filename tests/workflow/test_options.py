"""Options of the configuration that had never gone through a run, on the made-up study of three hospitals.

Options that do not touch each other share a run, because runs are slow.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import yaml

from _shared import read_csv
from disclose import bases_of
from disclose import study_of as known_beside
from studies import read_page, three_hospitals, write_yaml
from surveypipe.disclosure.answers import DESCRIPTIVE
from surveypipe.disclosure.kinds import KINDS
from surveypipe.disclosure.questions import Respondents
from surveypipe.disclosure.rules import PRESETS
from surveypipe.disclosure.tables import release_all
from surveypipe.disclosure.unweighted import release_study
from surveypipe.estimation.survey import indicator

RESULTS = "results"
SAV, LIST = "nurses.sav", "nurses_staff.csv"
DATA = ("analysis", "weights", "dispositions")
ODD = {1.0: "< 5 times", 2.0: "> 5 times", 3.0: "매번", 4.0: "자주"}


class Project:
    """Files of the study, to be changed before a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = three_hospitals(folder, read_page())
        self.own, self.settings = self.folder / "data/raw", self.folder / "config"
        self.config: dict[str, Any] = yaml.safe_load((self.settings / "config.yaml").read_text("utf-8"))
        self.codebook: dict[str, Any] = yaml.safe_load((self.settings / "codebook.yaml").read_text("utf-8"))
        self.staff = pd.read_csv(self.own / LIST, dtype=str, keep_default_na=False)
        self.answers, self.about = pyreadstat.read_sav(self.own / SAV, user_missing=True)

    def save(self) -> None:
        labels = {
            name: {code: text for code, text in about["values"].items() if code != "counts"}
            for name, about in self.codebook["variables"].items()
            if about.get("values")
        }
        pyreadstat.write_sav(
            self.answers, str(self.own / SAV), variable_value_labels=labels,
            column_labels=self.about.column_names_to_labels, missing_ranges=self.about.missing_ranges,
        )  # fmt: skip
        self.staff.to_csv(self.own / LIST, index=False)
        sums = [f"{hashlib.sha256((self.own / f).read_bytes()).hexdigest()}  {f}\n" for f in (SAV, LIST)]
        (self.own / "SHA256SUMS").write_text("".join(sums))
        write_yaml(self.config, self.settings / "config.yaml")
        write_yaml(self.codebook, self.settings / "codebook.yaml")

    @property
    def results(self) -> Path:
        return self.folder / RESULTS

    def table(self, name: str) -> pd.DataFrame:
        return read_csv(self.results / f"{name}.csv").fillna({"level": "", "group_level": "", "group": ""})


@pytest.fixture(scope="module")
def study_of(tmp_path_factory: pytest.TempPathFactory, copied, snakemake) -> Callable[..., Project]:
    """Set up the study with changes, and run it; the run must succeed."""

    def made(*changes: Callable[[Project], None], targets: tuple[str, ...] = ()) -> Project:
        study = Project(copied(tmp_path_factory.mktemp("options") / "project"))
        for change in changes:
            change(study)
        study.save()
        words = ["--cores", "2", *(f"{RESULTS}/{name}" for name in targets)]
        done = snakemake(study.folder, *words)
        assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
        return study

    return made


# --- what a study may say of itself ------------------------------------------------------------------


def no_before_yes(study: Project) -> None:
    """As SPSS files have it, and as the draft writes it: 0 No, 1 Yes."""
    study.answers["LOST"] = (study.answers["LOST"] == 1).astype(float)
    study.codebook["variables"]["LOST"] |= {"values": {0: "No", 1: "Yes"}, "counts": 1}
    study.codebook["variables"]["LOST"].pop("missing", None)
    study.about.missing_ranges.pop("LOST", None)


def odd_answers(study: Project) -> None:
    """Answers that make one identifier, or none; and one answer under two codes."""
    study.codebook["variables"]["FREQ"]["values"] = dict(ODD)
    study.codebook["variables"]["HOSP"]["values"] = {1.0: "Other", 2.0: "Other", 3.0: "Hill"}
    # Each item is searched for what gives it away within every grouping: few are enough.
    study.config["analysis"]["items"] = ["USES", "LOST", "FREQ", "HOSP", "BED1", "BED3"]


def second_groups(study: Project) -> None:
    """Groups of the staff list, of a question and of bands, the last of which not everybody belongs to."""
    # Ten sisters would make a group too small for anything to be said of it beside the others.
    study.staff["Grade"] = study.staff["Grade"].replace("Sister", "RN")
    levels = {"RN": "Registered nurse", "HCA": "HCA"}
    bands = {"variable": "rating", "label": "Rating", "type": "bands", "from": "bedside", "cuts": [3.5],
             "labels": ["Lower", "Higher"]}  # fmt: skip
    study.answers.loc[study.answers.index[:12], [f"BED{number}" for number in range(1, 5)]] = np.nan
    study.config["cleaning"]["recodes"].append(bands)
    study.config["groups"] |= {
        "grade": {"label": "Grade", "levels": levels},
        "USES": {"label": "Uses the sheet", "levels": {1: "Uses it", 2: "Does not"}},
        "rating": {"label": "Rating", "levels": {1: "Lower", 2: "Higher"}},
    }
    study.config["analysis"]["tests"] += [{"variable": "LOST", "between": name} for name in ("grade", "USES")]


def missing_category(study: Project) -> None:
    """A ward that is called "missing"."""
    study.staff["Ward"] = np.where(np.arange(len(study.staff)) % 3 == 0, "missing", "Ward A")
    study.config["analysis"]["characteristics"].append("ward")


def names_of_one_word(study: Project) -> None:
    """Places whose names are one word, or hold a word of few letters."""
    study.config["groups"]["hospital"]["levels"] |= {"NORTH": "Flanders", "RIVER": "Costa Sur"}
    study.config["weighting"]["schemes"]["site"]["label"] = "Wessex hospitals"


@pytest.fixture(scope="module")
def odd(study_of) -> Project:
    """A run of a study in which nothing is as in the shipped one, to all that its documents are made of."""
    changes = (no_before_yes, odd_answers, second_groups, missing_category, names_of_one_word)
    return study_of(*changes, targets=("numbers.yaml", "figures/index.json"))


@pytest.mark.slow
def test_the_share_shown_is_that_of_the_counted_answer_and_its_row_names_it(odd):
    said = "".join(path.read_text(encoding="utf-8") for path in odd.results.glob("tables/answers_*.md"))
    row = next(line for line in said.splitlines() if line.startswith("| Question LOST: Yes |"))
    listed = odd.table("public/estimates").set_index("estimate_id")["estimate"]
    share = listed["lost__yes__proportion__overall__site_and_grade"]
    assert share < 0.4
    assert int(row.split("|")[3].split()[0]) == round(100 * share)


@pytest.mark.slow
def test_answers_that_make_one_identifier_or_none_have_each_their_own(odd):
    estimates = odd.table("private/estimates")
    shown = estimates[(estimates["variable"] == "FREQ") & (estimates["statistic"] == "proportion")]
    shown = shown[(shown["group"] == "overall") & (shown["scheme"] == "site_and_grade")]
    single = shown[shown["level"].isin(["1", "2", "3", "4"])].set_index("level")["estimate_id"]
    names = {code: name.split("__")[1] for code, name in single.items()}
    assert names == {"1": "5-times-code-1", "2": "5-times-code-2", "3": "code-3", "4": "code-4"}
    same = estimates[(estimates["variable"] == "HOSP") & (estimates["statistic"] == "proportion")]
    assert {"other-code-1", "other-code-2", "hill"} == {name.split("__")[1] for name in same["estimate_id"]}


@pytest.mark.slow
def test_every_grouping_is_estimated_and_tested_and_released(odd):
    private, public = odd.table("private/estimates"), odd.table("public/estimates")
    people = pd.read_parquet(odd.results / "data/analysis.parquet")
    for group, levels in (("grade", 2), ("USES", 2), ("rating", 2)):
        rows = private[(private["group"] == group) & (private["variable"] == "LOST")]
        rows = rows[(rows["statistic"] == "proportion") & (rows["scheme"] == "raw") & (rows["level"] == "1")]
        assert len(rows) == levels
        for row in rows.to_dict("records"):
            inside = indicator(people[group], row["group_level"]) == 1
            assert row["estimate"] == pytest.approx((people["LOST"][inside] == 1).mean())
        assert (public["group"] == group).any()
    tested = private[(private["statistic"] == "rao_scott") & (private["variable"] == "LOST")]
    assert {"hospital", "grade", "USES"} <= set(tested["group"])


@pytest.mark.slow
def test_the_name_of_the_unweighted_scheme_decides_nothing(odd):
    """Under the name that disclosure control has for it the same numbers are hidden as under the study's."""
    config = odd.config
    names = {"raw": "none"}
    tables = {
        path.stem: read_csv(path) for path in (odd.results / "private").glob("*.csv") if path.stem in KINDS
    }
    # Two questions are enough, and the search for what gives them away is slow.
    estimates = tables["estimates"]
    kept = estimates["variable"].isin(["USES", "LOST"]) | ~estimates["statistic"].isin(DESCRIPTIVE)
    tables["estimates"] = estimates[kept].reset_index(drop=True)
    renamed = {
        name: table.replace({key: names for key in ("scheme", "scheme_primary") if key in table}).rename(
            columns={"estimate_raw": "estimate_none"}
        )
        for name, table in tables.items()
    }
    variables = json.loads((odd.results / "data/variables.json").read_text(encoding="utf-8"))
    data = {name: pd.read_parquet(odd.results / f"data/{name}.parquet") for name in DATA}
    weights = data["weights"]
    people = Respondents(data["analysis"], weights, "hospital", bases_of(config, data["analysis"]))
    study = known_beside(config, people, data["dispositions"], variables)
    known_names = weights.rename(columns={"w_raw": "w_none", "cell_raw": "cell_none"})
    plain = replace(
        study,
        respondents=replace(study.respondents, weights=known_names),
    )
    rules = PRESETS["research"]
    own, known = release_study(tables, study, rules, "raw"), release_all(renamed, plain, rules)
    for name in ("estimates", "claims"):
        hidden = [made[name].table["status"].to_numpy() for made in (own, known)]
        np.testing.assert_array_equal(*hidden)
    assert (own["estimates"].table["status"] == "suppressed").any()


@pytest.mark.slow
def test_a_category_called_missing_stays_in_table_1(odd):
    table = odd.table("public/table_1")
    ward = table[(table["variable"] == "ward") & (table["group"] == "overall")]
    assert ward.loc[ward["level"] == "missing", "n"].item() > 0
    assert "missing" in (odd.results / "tables/table_1.md").read_text(encoding="utf-8")
    shares = ward.loc[ward["level"].isin(["missing", "Ward A"]), "frame_percent"].sum()
    assert shares == pytest.approx(100)


@pytest.mark.slow
def test_no_label_loses_its_capital(odd):
    told = [
        *odd.results.glob("tables/*.md"),
        odd.results / "numbers.yaml",
        # The texts that stand for the figures.
        odd.results / "figures/index.json",
    ]
    said = "\n".join(path.read_text(encoding="utf-8") for path in told)
    assert "Flanders" in said and "Costa Sur" in said and "Wessex hospitals" in said
    assert re.findall(r"(?<![A-Za-z/_-])(?:flanders|costa Sur|wessex)[^\n]{0,40}", said) == []


# --- weights -----------------------------------------------------------------------------------------


def numbers_in_the_list(study: Project) -> None:
    """Base weights, years in post as a predictor, and a size to calibrate to."""
    draw = np.random.default_rng(3)
    study.staff["BaseW"] = np.where(study.staff["Hospital"] == "NORTH", "1.0", "2.5")
    study.staff["Years"] = draw.integers(0, 30, len(study.staff)).astype(str)
    study.config["frame"]["columns"] |= {"bw": "BaseW", "years": "Years"}
    study.config["frame"]["numeric"] = ["years"]
    study.config["design"] = {"weights": "bw"}
    study.config["weighting"]["schemes"] |= {
        "odds": {"label": "Propensity", "method": "propensity", "predictors": ["hospital", "years"]},
        "cal": {"label": "Calibrated", "method": "calibrate", "margins": ["hospital"], "numeric": ["years"]},
    }


def unknown_eligibility(study: Project) -> None:
    study.config["frame"]["verified"] = False
    study.config["response"]["dispositions"]["Nothing heard"] = "3.19"
    study.config["weighting"]["unknown_eligibility"] = {"by": ["hospital"]}


@pytest.fixture(scope="module")
def numbers(study_of) -> Project:
    """A run as far as its tables: weights are what is new in it."""
    return study_of(numbers_in_the_list, unknown_eligibility, targets=("numbers.yaml",))


@pytest.fixture(scope="module")
def weighed(numbers) -> pd.DataFrame:
    """Everybody on the list, with their weights, and what they count for once eligibility is resolved."""
    people = pd.read_parquet(numbers.results / "data/dispositions.parquet")
    assert people["years"].dtype == people["bw"].dtype == np.float64
    known = ~people["category"].isin(["UH", "UO"])
    assert (~known).sum() > 20
    sizes = people["bw"].groupby(people["hospital"]).sum()
    moved = sizes / people["bw"].where(known, 0.0).groupby(people["hospital"]).sum()
    counts = people["bw"] * people["hospital"].map(moved)
    people["start"] = counts.where(known & (people["category"] != "IE"), 0.0)
    return people.merge(pd.read_parquet(numbers.results / "data/weights.parquet"), how="left", on="id")


@pytest.mark.slow
def test_base_weights_and_unknown_eligibility_decide_what_the_weights_sum_to(weighed):
    by = weighed.groupby("hospital")
    np.testing.assert_allclose(by["w_site"].sum(), by["start"].sum())


@pytest.mark.slow
def test_numeric_totals_are_met(weighed):
    answered = weighed[weighed["w_cal"].notna()]
    assert answered["w_cal"] @ answered["years"] == pytest.approx(weighed["start"] @ weighed["years"])


@pytest.mark.slow
def test_a_numeric_predictor_enters_as_one_slope(weighed):
    """In one hospital, with one base weight, the inverse propensity only rises with the years, or falls."""
    here = weighed[(weighed["hospital"] == "NORTH") & weighed["w_odds"].notna()]
    by_year = here.groupby("years")["w_odds"].agg(["min", "max"])
    np.testing.assert_allclose(by_year["min"], by_year["max"])
    steps = np.diff(by_year["min"])
    assert (steps > 0).all() or (steps < 0).all()


# --- response of 100 per cent ------------------------------------------------------------------------


def everybody(study: Project) -> None:
    study.staff = study.staff[study.staff["Result"] == "Questionnaire back"]
    study.config["analysis"]["fpc"] = {"descriptive": True, "tests": True}


@pytest.mark.slow
def test_with_everybodys_answers_tests_say_that_there_is_nothing_to_test(study_of):
    study = study_of(everybody, targets=("numbers.yaml",))
    estimates = study.table("private/estimates")
    tests = estimates[estimates["statistic"].isin(["rao_scott", "rank_test"])]
    assert len(tests) == 3
    assert tests["estimate"].isna().all() and tests["p_value"].isna().all()
    assert tests["flag"].str.contains("everybody answered").all()
    without = estimates[estimates["statistic"].isin(["rao_scott_nofpc", "rank_test_nofpc"])]
    assert len(without) == 3 and without["p_value"].notna().all()
    told = estimates[(estimates["statistic"] == "tost") & (estimates["group"] == "overall")]
    # Known to differ from 0, and by less than the margin.
    assert told["flag"].tolist() == ["both"]
    shown = (study.results / "tables/tests.md").read_text(encoding="utf-8")
    assert "nan" not in shown


# --- what is refused ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory, copied, snakemake) -> Callable[..., str]:
    def told(change: Callable[[Project], None]) -> str:
        study = Project(copied(tmp_path_factory.mktemp("refused") / "project"))
        change(study)
        study.save()
        done = snakemake(study.folder, f"{RESULTS}/data/frame.parquet")
        assert done.returncode != 0
        assert "Traceback" not in done.stdout + done.stderr
        return done.stdout + done.stderr

    return told


def test_what_is_no_number_and_what_might_be_one_are_told_at_once(refused):
    def change(study: Project) -> None:
        numbers_in_the_list(study)
        study.staff.loc[[0, 1, 2], "Years"] = ["12,5", "n/a", "n/a"]
        study.staff["Size"] = [str(20 + n % 9) for n in range(len(study.staff))]
        study.config["frame"]["columns"]["size"] = "Size"

    said = refused(change)
    assert "nurses_staff.csv: Years: 3 values are no numbers (12,5 (1 case), n/a (2 cases))" in said
    assert "Size holds numbers in 260 of 260 rows (9 different, 20 to 28)" in said
    assert "frame.numeric" in said and "frame.categorical" in said


def test_names_of_the_tables_own_and_numbers_as_categories_are_refused(refused):
    def change(study: Project) -> None:
        numbers_in_the_list(study)
        study.config["groups"]["overall"] = {"label": "All", "levels": {"a": "A", "b": "B"}}
        study.config["weighting"]["schemes"]["none"] = {"label": "X", "method": "rake", "margins": ["years"]}

    said = refused(change)
    assert "groups.overall" in said and "weighting.schemes.none" in said
    assert "'years' is read as a number" in said


def test_the_draft_of_the_codebook_says_which_answer_is_counted(tmp_path, copied):
    study = Project(copied(tmp_path / "project"))
    drafted = study.codebook["variables"]
    assert {name: drafted[name].get("counts") for name in ("USES", "LOST")} == {"USES": 1, "LOST": 1}
    assert json.dumps(drafted["HOSP"]).count("counts") == 0
