"""The text of a preregistration: whole, in the words of the methods, and without a result."""

from __future__ import annotations

import math
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from docx import Document
from lxml import etree

import any_study
import compare_plan
import made_up
import registration
from rules import rule_of
from stages import run_rule, whole
from studies import ROOT
from surveypipe.formatting import setting
from surveypipe.intake.files import read_codebook
from surveypipe.rendering.checks import docx_text
from surveypipe.reporting.planned import LOOKED_INTO, planned
from surveypipe.reporting.wording import methods
from surveypipe.reporting.wording import registration as text_of_plan
from surveypipe.sealing.deciding import plan_of
from surveypipe.sealing.lock import PlanFiles
from surveypipe.sealing.seal import seal
from surveypipe.sealing.standing import Standing
from surveypipe.study.checking import Checked
from surveypipe.study.cleaning import Late, StraightLining
from surveypipe.study.settings import Configuration

STUDIES = [ROOT, *sorted(path.parent.parent for path in (ROOT / "studies").glob("*/config/config.yaml"))]
# Of the preregistration form of the Open Science Framework, in its order.
HEADINGS = (
    "Study information/Hypotheses/Design plan/Study type/Blinding/Study design/Randomization/"
    "Sampling plan/Existing data/Data collection procedures/Sample size/Sample size rationale/Stopping rule/"
    "Variables/Manipulated variables/Measured variables/Indices/Analysis plan/Statistical models/"
    "Transformations/Inference criteria/Data exclusion/Missing data/Exploratory analysis/Other"
).split("/")
# Paragraphs of the methods that tell nothing of what was found.
PLANNED = ("claims", "sensitivity", "disclosure", "analysis")


def configuration(folder: Path) -> dict[str, Any]:
    return yaml.safe_load((folder / "config/config.yaml").read_text(encoding="utf-8"))


@pytest.fixture(params=STUDIES, ids=lambda path: path.name)
def study(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what a study says, and no answer."""
    folder = tmp_path / "study"
    shutil.copytree(request.param / "config", folder / "config")
    if (request.param / "report").is_dir():
        shutil.copytree(request.param / "report", folder / "report")
    for key in ("counts", "margins"):
        if named := configuration(folder)["inputs"].get(key):
            (folder / named).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(request.param / named, folder / named)
    monkeypatch.chdir(folder)
    return folder


def registered(config: dict[str, Any]) -> str:
    """Run the two stages of the target in the folder worked in; give the text with straight quotes."""
    results = Path("results")
    (results / "public").mkdir(parents=True, exist_ok=True)
    (results / "registration").mkdir(exist_ok=True)
    for stage in (compare_plan, registration):
        rule = rule_of(stage.__name__, whole(config), results)
        rule.words |= {name: Path(rule.words[name]) for name in ("wording", "build") if name in rule.words}
        run_rule(stage.main, rule)
    text = (results / "registration/registration.md").read_text(encoding="utf-8")
    return text.replace("‘", "'").replace("’", "'")


def listed(text: str) -> dict[str, Any]:
    """The settings that end the text."""
    return yaml.safe_load(text.split("\n```\n")[1])


def part(text: str, heading: str) -> str:
    """What stands under a heading, without emphasis."""
    return re.split(r"^#+ ", text.split(f"# {heading}\n")[1], flags=re.MULTILINE)[0].replace("*", "")


def worded(settings: Configuration) -> str:
    """The text before it is typeset."""
    codebook = read_codebook(Path(settings.inputs.codebook))
    made = planned(settings, codebook)
    words = made_up.words_of(made.vocabulary)
    return text_of_plan.text(made, words, plan_of(settings, codebook), Standing())


def test_nothing_of_the_plan_is_left_out_and_no_answer_is_needed(study: Path):
    settings = whole(configuration(study))
    text = worded(settings)
    assert re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE) == HEADINGS
    plan = plan_of(settings, read_codebook(Path(settings.inputs.codebook))).text
    assert listed(text) == yaml.safe_load(yaml.safe_dump({k: v for k, v in plan.items() if k != "codebook"}))
    hypotheses = part(text, "Hypotheses")
    for claim in settings.claims.values():
        assert claim.label in hypotheses
        for held in (claim.margin, claim.threshold, claim.upper_threshold):
            assert held is None or math.isnan(held) or claim.set_printed(held) in hypotheses
    routed = "asked_if" in Path(settings.inputs.codebook).read_text(encoding="utf-8")
    # A rule that has nothing to find is not told of.
    idle = {"skip": not routed, "duplicate": not settings.frame.survey_id}
    told = [rule for rule in settings.cleaning.rules if not idle.get(rule.tag())]
    assert len(re.findall("^- ", part(text, "Data exclusion"), flags=re.MULTILINE)) == len(told)
    for rule in settings.cleaning.rules:
        if isinstance(rule, StraightLining):
            assert f"at least {rule.min_items} items" in part(text, "Data exclusion")
        if isinstance(rule, Late):
            assert str(int(rule.after[-2:])) + " " in part(text, "Data exclusion")
    models = part(text, "Statistical models")
    analysis = settings.analysis
    counted = len(analysis.tests) + len(analysis.further_tests) + len(analysis.compare) + len(analysis.models)
    assert len(re.findall("^- ", models, flags=re.MULTILINE)) == counted + len(settings.weighting.schemes)
    if settings.sensitivity.scenario and settings.claims:
        assert f"k = {setting(settings.sensitivity.scenario.k_grade)}" in part(text, "Inference criteria")
    assert not re.search(r"\bnan\b|\{\{|\?\?|\bNone\b(?!\.| but)", text.split("\n```\n")[0])


@pytest.mark.parametrize("study", STUDIES[:1], indirect=True, ids=["shipped"])
def test_word_and_text_say_the_same(study: Path):
    config = configuration(study)
    text = registered(config)
    document = Document(str(study / "results/registration/registration.docx"))
    headings = [one.text for one in document.paragraphs if one.style.name.startswith("Heading")]
    assert headings == [*HEADINGS, "References"]
    written = [docx_text(etree.tostring(one._p, encoding="unicode")) for one in document.paragraphs[2:]]
    told = [re.sub(r"\W+", " ", line).strip() for line in written if not line.startswith("population:")]
    plain = re.sub(r"\W+", " ", text.replace("*", ""))
    assert [line for line in told if line not in plain] == []
    mark = "SIMULATED DATA" if config["study"]["data"] == "simulated" else ""
    header = "".join(one.text for one in document.sections[0].header.paragraphs)
    assert (mark in header) and (mark in text) and ("SIMULATED" in text) == bool(mark)


def test_the_words_are_those_of_the_methods_section(tmp_path_factory: pytest.TempPathFactory):
    """What is registered is what the report will say, but for what only the answers tell."""
    config = any_study.run(tmp_path_factory, any_study.COUNTED).config
    given = any_study.released(tmp_path_factory, any_study.COUNTED)
    for table, columns in LOOKED_INTO.items():
        assert set(columns) <= set(given.tables[table].columns)
    settings = whole(config)
    made = planned(settings, read_codebook(Path(settings.inputs.codebook)))
    before, after = (methods.paragraphs(one, made_up.words()) for one in (made, given))
    until = r", where there are no more than [\d,]+ respondents| \(\d+ data sets\)"
    until += r"|, except in the comparison of \w+"
    for name in PLANNED:
        assert re.sub(until, "", before[name]) == re.sub(until, "", after[name])


@pytest.mark.parametrize("study", STUDIES[:1], indirect=True, ids=["shipped"])
def test_it_tells_of_the_sealed_plan_and_of_what_departs_from_it(study: Path):
    config = configuration(study)
    assert "No plan was sealed before this text was written" in part(registered(config), "Existing data")
    files = PlanFiles(*(Path("results") / f"plan.{name}" for name in PlanFiles._fields))
    settings = whole(config)
    seal(Checked(settings, read_codebook(Path(settings.inputs.codebook))), files, [])
    text = registered(config)
    assert "By then there was no file of answers" in part(text, "Existing data")
    checksum = yaml.safe_load(files.lock.read_text(encoding="utf-8"))["checksum"]
    assert checksum in part(text, "Other")
    config["claims"]["C1"]["threshold"] = 0.6
    text = registered(config)
    assert "claim C1, threshold: 0.5 when sealed, 0.6 now." in part(text, "Existing data")
    assert "above 60%" in part(text, "Hypotheses")
