"""Another study than the shipped one, brought in as docs/your_own_study.md says, with the files there."""

from __future__ import annotations

import ast
import copy
import itertools
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml

from _shared import read_csv
from studies import make_files, read_page, three_hospitals, typed
from surveypipe.reporting.figures import answers
from surveypipe.reporting.figures.answers import answer_figures
from surveypipe.reporting.figures.register import DRAW
from surveypipe.reporting.figures.theme import themed
from surveypipe.reporting.released import Released
from surveypipe.study.base import plain
from surveypipe.study.reading import checked
from surveypipe.study.settings import Configuration

ROOT = Path(__file__).resolve().parents[2]
PAGE = read_page(ROOT)
CONFIG, TEXT = PAGE.config, PAGE.text
SHIPPED = re.compile(r"protocols?\b|agenc|southwark|profession\b|safeguard", re.IGNORECASE)
# The study of how the methods fare on populations like the shipped one.
MADE_FOR_THE_SHIPPED_STUDY = "simulation"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, copied, snakemake) -> Path:
    """The folder of the new study, with all that the page adds to it, after its run."""
    folder = three_hospitals(copied(tmp_path_factory.mktemp("other") / "project"), PAGE)
    done = snakemake(folder, "--cores", "2")
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    return folder


@pytest.fixture(scope="module")
def released(study: Path) -> Released:
    public = study / "results/public"
    variables = json.loads((public / "variables.json").read_text(encoding="utf-8"))
    tables = {path.stem: read_csv(path) for path in public.glob("*.csv")}
    settings = checked(yaml.safe_load(CONFIG), Configuration, "config/config.yaml")
    told = {"population": "list", "design": {"kind": "census"}}
    return Released(plain(settings) | told, variables, tables)


def test_the_commands_of_the_page_make_a_first_report_with_nothing_edited(tmp_path, copied):
    """The page's own lines, typed one after the other."""
    folder = copied(tmp_path / "project")
    make_files(folder)
    for line in PAGE.commands:
        if line.startswith("cd "):
            folder /= line.removeprefix("cd ")
            continue
        done = typed(line, folder, tmp_path / "project")
        assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    made = {path.name for path in (folder / "results/report").iterdir()}
    for name in ("manuscript", "manuscript-blinded", "supplement", "supplement-blinded", "title-page"):
        assert {f"{name}.{form}" for form in ("html", "docx", "pdf")} <= made
    told = typed("surveypipe check", folder, tmp_path / "project")
    assert told.returncode == 0 and "Nothing is wrong" in told.stdout


def table(study: Path, name: str) -> str:
    return (study / f"results/tables/{name}.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_documents_are_there_and_nothing_speaks_of_the_shipped_study(study):
    for name in ("handover", "handover-blinded"):
        for form in ("html", "docx", "pdf"):
            assert (study / f"results/report/{name}.{form}").stat().st_size > 5000
    told = "".join(path.read_text(encoding="utf-8") for path in study.glob("results/tables/*.md"))
    told += (study / "results/numbers.yaml").read_text(encoding="utf-8")
    assert not SHIPPED.search(told)


@pytest.mark.slow
def test_the_studys_own_words_stand_in_what_every_stage_writes(study):
    """The page calls the scenario's group users; keys and the words of Markdown are left aside."""
    told = [table(study, path.stem) for path in study.glob("results/tables/*.md")]
    numbers = yaml.safe_load((study / "results/numbers.yaml").read_text(encoding="utf-8"))["num"]
    told += numbers.values()
    told += [
        figure["alt"] for figure in json.loads((study / "results/figures/index.json").read_text()).values()
    ]
    written = "\n".join(told)
    assert re.search(r"\busers\b", written) and re.search(r"\bsheet-using respondents\b", written)
    wrong = re.compile(r"(?<!sensitivity\.)\b(?:non-)?reader(?:s|ship)?\b(?!\\_)")
    assert [line for line in written.splitlines() if wrong.search(line)] == []


def test_no_string_of_the_library_names_an_agency_or_a_protocol():
    """Docstrings may explain by the shipped study; what is printed may not."""
    found = []
    for path in sorted((ROOT / "workflow/surveypipe").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        told = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found += [
            f"{path.name}: {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in told
            if SHIPPED.search(node.value) and path.parent.name != MADE_FOR_THE_SHIPPED_STUDY
        ]
    assert found == []


@pytest.mark.slow
def test_no_number_reads_nan(study):
    numbers = yaml.safe_load((study / "results/numbers.yaml").read_text(encoding="utf-8"))["num"]
    assert [key for key, value in numbers.items() if re.search(r"\bnan\b|\binf\b|None", value)] == []


@pytest.mark.slow
def test_cleaning_that_found_nothing_is_told(study):
    summary = pd.read_csv(study / "results/public/cleaning_summary.csv")
    assert summary.empty
    assert "They left out no records" in table(study, "methods_cleaning")


@pytest.mark.slow
def test_every_scale_is_estimated_also_one_that_no_claim_and_no_test_names(study):
    office = next(line for line in table(study, "scales").splitlines() if "Office" in line)
    assert re.search(r"\d\.\d\d", office), office


@pytest.mark.slow
def test_how_often_is_not_shown_as_agreement(study, released):
    assert [battery.key for battery in released.batteries()] == ["bedside", "office"]
    assert "sheet is used" not in table(study, "items")


@pytest.mark.slow
def test_questions_of_the_draft_stand_in_the_questionnaire(study):
    assert "Question BED1" in table(study, "questionnaire")


@pytest.mark.slow
def test_scales_of_three_groups_are_tested_by_ranks(study):
    told = table(study, "tests")
    bedside = next(line for line in told.splitlines() if "Bedside" in line or "bedside" in line)
    assert re.search(r"χ²\(2\)\s=\s\d", bedside), bedside
    assert "Kruskal and Wallis" in told
    assert "*t*, design-based" not in told and "Difference |" not in told


@pytest.mark.slow
def test_names_of_places_keep_their_capitals(study):
    assert "NORTH, North General; RIVER, Riverside Hospital" in table(study, "scales")


@pytest.mark.slow
def test_texts_of_figures_of_three_groups_do_not_overlap(study, released):
    drawn = json.loads((study / "results/figures/index.json").read_text(encoding="utf-8"))
    assert [(name, clashes(released, name)) for name in drawn if clashes(released, name)] == []


@pytest.mark.slow
def test_flow_of_groups_with_long_names_and_ledger_of_long_keys(released):
    """No capital abbreviations: 'Hill Infirmary' is too long for the head of a column, 'shifts' for a key."""
    config = copy.deepcopy(released.config)
    levels = config["groups"]["hospital"]["levels"]
    config["groups"]["hospital"]["levels"] = {key.lower(): text for key, text in levels.items()}
    tables = {key: frame.copy() for key, frame in released.tables.items()}
    for frame in tables.values():
        if "group_level" in frame:
            frame["group_level"] = frame["group_level"].astype("str").str.lower().replace("nan", "")
    tables["claims"]["claim"] = tables["claims"]["claim"].map({"C1": "uses", "C2": "lostly", "C3": "shifts"})
    config["claims"] = dict(zip(("uses", "lostly", "shifts"), config["claims"].values(), strict=True))
    other = Released(config, released.variables, tables)
    assert clashes(other, "flow") == []
    assert clashes(other, "ledger") == []


def clashes(released: Released, name: str) -> list[tuple[str, str]]:
    """Pairs of texts of a figure that lie on each other, or that leave the page."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    with themed(name):
        block = answer_figures(released).get(name)
        figure = (answers.draw(released, block=block) if block else DRAW[name](released)).figure
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
        found = [item for item in figure.findobj(Text) if item.get_visible() and item.get_text().strip()]
        boxes = [(item.get_text(), item.get_window_extent(renderer)) for item in found]
    pairs = itertools.combinations(boxes, 2)
    return [
        (first, second)
        for (first, a), (second, b) in pairs
        if a.x0 + 2 < b.x1 - 2 and b.x0 + 2 < a.x1 - 2 and a.y0 + 3 < b.y1 - 3 and b.y0 + 3 < a.y1 - 3
    ]


def no_scales(config: dict) -> None:
    for key in ("scales", "recodes", "reverse"):
        del config["cleaning"][key]
    del config["claims"]["C3"]
    config["analysis"]["tests"].pop()
    config["analysis"]["items"] = ["USES", "LOST"]


def no_items(config: dict) -> None:
    config["analysis"] |= {"items": [], "tests": []}


@pytest.mark.slow
@pytest.mark.parametrize("change", [no_scales, no_items])
def test_parts_that_are_left_out(study, snakemake, change: Callable[[dict], None]):
    folder = Path(shutil.copytree(study, study.parent / change.__name__, symlinks=True))
    config = yaml.safe_load(CONFIG)
    change(config)
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    line = "Bedside handover scored {{< meta num.bedside__mean__overall__site_and_grade__est >}}."
    text = TEXT.replace(line, "")
    (folder / "report/handover.qmd").write_text(text, encoding="utf-8")
    done = snakemake(folder, "--cores", "2")
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
