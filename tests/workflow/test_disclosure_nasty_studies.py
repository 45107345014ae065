"""What is released, attacked: suppressed counts may not be worked out from the public files together."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

import disclose
from _shared import read_csv, write_csv
from surveypipe.disclosure.kinds import JOINED, KINDS, RELEASED_TABLES
from surveypipe.disclosure.questions import Respondents
from surveypipe.disclosure.rules import rules_of
from surveypipe.disclosure.tables import release_all
from surveypipe.reporting.names import CHECKLISTS
from surveypipe.study.base import plain
from surveypipe.study.reading import read
from surveypipe.study.settings import Configuration

ROOT = Path(__file__).resolve().parents[2]
SECTIONS = (
    "analysis",
    "bases",
    "disclosure",
    "claims",
    "cleaning",
    "frame",
    "groups",
    "sensitivity",
    "weighting",
)
NEEDED = ("results/tables/index.json",)


def helper(path: Path) -> ModuleType:
    """Load a module that stands beside the tests."""
    spec = importlib.util.spec_from_file_location(path.stem + "_helper", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


attack = helper(ROOT / "tests/workflow/disclosure_attack.py")
joint_attack = helper(ROOT / "tests/workflow/joint_attack.py")
page_attack = helper(ROOT / "tests/workflow/page_attack.py")
nasty_studies = helper(ROOT / "tests/workflow/nasty_studies.py")


# The default run attacks the shipped study; these take a minute each.
SLOW = ("rare_profession", "many_codes", "small_agency", "rare_point", "routed_base", "unanimous_part")
STUDIES = [pytest.param(name, marks=pytest.mark.slow) for name in SLOW]
# Three of a third agency, all alike: four counts of parts of fewer than ten stay certain. Should the
# audit come to hold this study too, the test will say so.
BEYOND = [pytest.mark.slow, pytest.mark.xfail(strict=True, reason="a group of three beside two others")]
STUDIES.append(pytest.param("third_agency", marks=BEYOND))


@pytest.fixture(scope="module", params=STUDIES)
def nasty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a run on a study made to be hard to protect, up to its tables."""
    tools = helper(ROOT / "tests/conftest.py")
    folder = tools.copy_project(tmp_path_factory.mktemp(request.param) / "project")
    nasty_studies.make(folder, getattr(nasty_studies, request.param))
    done = tools.run_snakemake(folder, "--cores", "2", *NEEDED)
    assert done.returncode == 0, done.stderr[-4000:]
    return folder / "results"


def found(results: Path, public: Path | None = None) -> dict[str, list[str]]:
    """Everything that the attack gets out of a release."""
    public, private = public or results / "public", results / "private"
    analysis = pd.read_parquet(results / "data/analysis.parquet")
    about = json.loads((results / "data/variables.json").read_text())
    asked_if = {name: one["asked_if"] for name, one in about.items()}
    made = {
        "answers": list(attack.answers(public, private, analysis, asked_if)),
        "staff": list(attack.staff(public, pd.read_parquet(results / "data/dispositions.parquet"))),
        "flow": list(attack.flow(public, private)),
    }
    if public == results / "public":
        made["jointly"] = joint_attack.attack(results)
        made["words"] = list(attack.words(results, public, private))
        made["pages"] = page_attack.attack(results)
    return made


def unaudited(results: Path, folder: Path) -> Path:
    """The same tables, each judged by itself only."""
    settings = read(results.parent / "config/config.yaml", Configuration)
    config = plain(settings)
    chosen = {name: config[name] for name in SECTIONS}
    data = results / "data"
    answers = pd.read_parquet(data / "analysis.parquet")
    people = Respondents(
        answers, pd.read_parquet(data / "weights.parquet"), config["frame"]["group"],
        disclose.bases_of(chosen, answers),
    )  # fmt: skip
    staff = pd.read_parquet(data / "dispositions.parquet")
    variables = json.loads((results / "data/variables.json").read_text())
    private = {name: read_csv(results / f"private/{name}.csv") for name in KINDS}
    study = disclose.study_of(chosen, people, staff, variables)
    rules = rules_of(settings.disclosure)
    folder.mkdir()
    for name, release in release_all(private, study, rules, audited=False).items():
        write_csv(release.table, folder / f"{name}.csv")
    return folder


def test_nothing_suppressed_can_be_worked_out_from_the_default_study(finished):
    made = found(finished / "results")
    assert not any(made.values()), made


@pytest.mark.slow
def test_nothing_suppressed_can_be_worked_out_where_every_claim_is_false(false_study, tmp_path, snakemake):
    project = Path(shutil.copytree(false_study.parent, tmp_path / "project", symlinks=True))
    done = snakemake(project, "--cores", "2", "--configfile", "false.yaml")
    assert done.returncode == 0, done.stderr[-4000:]
    made = found(project / false_study.name)
    assert not any(made.values()), made


def test_nothing_suppressed_can_be_worked_out_from_nasty_studies(nasty):
    made = found(nasty)
    assert not any(made.values()), made


def test_without_the_audit_the_default_study_is_broken(finished, tmp_path):
    """The attack can succeed: a group of six by subtraction, and a group within a group by two schemes."""
    broken = found(finished / "results", unaudited(finished / "results", tmp_path / "public"))["answers"]
    assert any(name.startswith("access_worked") and "AMH" in name for name in broken), broken
    assert any("alike" in name for name in broken), broken


def test_without_the_audit_every_cell_of_the_default_study_is_known(finished, tmp_path):
    """All numbers of a question leave one combination of whole numbers: the attack can succeed."""
    results = finished / "results"
    survey = joint_attack.survey_of(results, unaudited(results, tmp_path / "public"))
    known = [one for one in joint_attack.questions(survey) if one.variable in ("read", "joint_3")]
    broken = [leak for question in known for leak in joint_attack.leaks(question)]
    assert any("alike" in leak for leak in broken), broken
    assert len({leak.split(" (")[0] for leak in broken}) == 2, broken
    assert joint_attack.characteristics(survey), "Table 1 to all digits tells who they are"


def test_no_number_about_an_answer_is_finer_than_its_shares(finished):
    """In whatever table: two decimals, or one digit; counts and settings aside."""
    exact = set("n N ci_level k value point points threshold upper_threshold margin df df2".split())
    # The explorer's odds ratios are those that a reader may choose.
    chosen = {"explorer": {"theta"}}
    public, checked = finished / "results/public", 0
    for name in (*RELEASED_TABLES,):
        table = pd.read_csv(public / f"{name}.csv", dtype=str, keep_default_na=False)
        if "claim" in table and name != "estimates":
            table = table[table["claim"] != ""]
        elif name == "estimates":
            table = table[~table["statistic"].isin(["count", "response_rate", "weight_diagnostic"])]
        else:
            continue
        for column in set(table) - exact - chosen.get(name, set()):
            for text in table[column]:
                if re.fullmatch(r"-?\d+\.\d+(e-?\d+)?", text):
                    checked += 1
                    digits = text.lstrip("-0.").split("e")[0]
                    assert len(text.partition(".")[2]) <= 2 or len(digits) == 1, (name, column, text)
    assert checked > 3000


def test_values_of_the_staff_list_that_no_table_names_are_told_nowhere(finished):
    results = finished / "results"
    about = json.loads((results / "public/variables.json").read_text())
    teams = json.loads((results / "data/variables.json").read_text())["team"]["values"]
    assert teams and not about["team"]["values"] and about["agency"]["values"]
    for path in (results / "public").iterdir():
        assert not [team for team in teams if team in path.read_text()], path.name


def test_without_the_audit_nasty_studies_are_broken(nasty, tmp_path):
    broken = found(nasty, unaudited(nasty, tmp_path / "public"))
    assert len(broken["answers"]) >= 2, broken


def test_attack_on_words_finds_a_planted_number(finished_copy):
    results = finished_copy / "results"
    table = attack.read(results / "public", "estimates")
    hidden = table.loc[table["status"] == "suppressed", "estimate_id"].iloc[0]
    with open(results / "numbers.yaml", "a", encoding="utf-8") as file:
        file.write(f'  {hidden}__pct: "67%"\n')
    with open(results / "tables/response.md", "a", encoding="utf-8") as file:
        file.write("| Refused | 16 |\n")
    leaks = list(attack.words(results, results / "public", results / "private"))
    assert leaks == [f"numbers.yaml: {hidden}__pct", "response.md: Refused"]


def test_attack_on_pages_finds_what_is_planted(finished_copy):
    """In what a page holds for programs: a hidden estimate, a state of the explorer, a count left over."""
    results = finished_copy / "results"
    page = results / "report/manuscript.html"
    text = page.read_text(encoding="utf-8")
    public = pd.read_csv(results / "public/estimates.csv", dtype=str, keep_default_na=False)
    hidden = public.loc[public["status"] == "suppressed", "estimate_id"].iloc[0]
    secret = {
        "rows": [hidden],
        "n": "7",
        "told": ["Used: 43%, 95% interval 10% to 80%; 7 of 9 staff, weights: x."],
    }
    parts = {
        f"a__yes__proportion__{group}__none": {
            "rows": [f"a__yes__proportion__{group}__none"], "n": n, "told": [f"A: {p}%; {n} of {n} staff."],
        }
        for group, n, p in (("overall", "40", 50), ("AMH", "34", 59))
    }  # fmt: skip
    sources = json.loads(re.search(page_attack.SCRIPT.format("sources"), text, re.DOTALL)[1])
    data = re.search(page_attack.SCRIPT.format("explorer-data"), text, re.DOTALL)[1]
    explorer = json.loads(data.replace("<\\/", "</"))
    explorer["claims"][0]["schemes"]["none"]["thetas"] = explorer["claims"][0]["schemes"]["cells"]["thetas"]
    for name, told in (("sources", sources | parts | {"x": secret}), ("explorer-data", explorer)):
        written = json.dumps(told).replace("</", "<\\/")
        script = f'<script type="application/json" id="{name}">{written}</script>'
        text = re.sub(page_attack.SCRIPT.format(name), lambda _, by=script: by, text, flags=re.DOTALL)
    page.write_text(text, encoding="utf-8")
    assert any(hidden in leak for leak in page_attack.tips(results))
    assert any("C1 under none" in leak for leak in page_attack.explorer(results))
    assert list(page_attack.subtraction(results)) == ["a__yes__proportion: 0 of the 6 left over"]


def test_attack_on_words_reads_what_is_not_seen(finished_copy):
    results = finished_copy / "results"
    label, n = next(attack._labels_gone(results / "public", results / "private"))
    page = results / "report/supplement.html"
    text = page.read_text(encoding="utf-8")
    for planted in (f'<p aria-label="{label}: {n:.0f} of them">', f"<!-- {label} --><!-- {n:.0f} -->"):
        page.write_text(text.replace("<main", planted + "<main", 1), encoding="utf-8")
        assert list(attack.words(results, results / "public", results / "private"))


@pytest.mark.parametrize("study", ["finished", pytest.param("false_study", marks=pytest.mark.slow)])
def test_default_preset_leaves_table_1_and_every_headline_readable(study, request):
    results = request.getfixturevalue(study)
    public = results / "results/public" if study == "finished" else results / "public"
    table = attack.read(public, "table_1")
    assert len(table) > 15 and (table["status"] != "suppressed").all()
    claims = attack.read(public, "claims")
    headlines = claims[claims["group"] == "overall"]
    assert len(headlines) == 6 and (headlines["status"] == "released").all()
    assert headlines[["n", "estimate", "ci_low", "ci_high", "bound_low", "bound_high"]].notna().all(axis=None)
    within = claims[claims["group"] != "overall"]
    assert len(within) == 2 and (within["status"] == "released").all()


def test_log_of_what_was_done_holds_no_numbers(finished):
    log = pd.read_csv(finished / "results/public/disclosure_log.csv")
    reasons = log["reason"].str.replace(r"fewer than \d+|or \d+ staff|Table 1", "", regex=True)
    assert not reasons.str.contains(r"\d").any()
    assert not log["place"].str.contains(r"=\s*\d|\(\d").any()


def test_every_private_table_of_the_registry_is_released_or_joined(finished):
    assert set(RELEASED_TABLES) | set(JOINED) == set(KINDS)
    public = {path.stem for path in (finished / "results/public").glob("*.csv")}
    assert set(RELEASED_TABLES) <= public
    estimates = attack.read(finished / "results/public", "estimates")
    for name in JOINED:
        rows = attack.read(finished / "results/private", name)
        assert set(rows["estimate_id"]) & set(estimates["estimate_id"])


def test_no_table_of_the_shipped_study_is_left_without_rows(finished):
    """Whatever it holds, answers counted unweighted among them, reaches its table."""
    made = sorted((finished / "results/tables").glob("*.md"))
    assert len(made) > 20
    empty = [path.stem for path in made if "none in this study" in path.read_text(encoding="utf-8")]
    # No question answered with a number is among those that it analyses; it asks for no totals, and tests
    # between its agencies only.
    assert set(empty) <= {"numbers", "totals", "tests_others"} | {f"checklist_{name}" for name in CHECKLISTS}
