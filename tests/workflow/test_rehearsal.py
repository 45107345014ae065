"""A rehearsal on the stages' own road: it expects what theory says, and all that it makes is marked."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from docx import Document
from pypdf import PdfReader

import rehearsed
from _shared import read_csv
from conftest import run_snakemake
from studies import ROOT, copy_project, small_study
from surveypipe.commands.rehearse import ANSWERS, MARK, SIGN, Request, make_folder
from surveypipe.commands.running import LOCKS
from surveypipe.problems import SurveyError
from surveypipe.rehearsal.plan import plan_table, possible_grades

STUDIES = sorted(path.parent.parent.name for path in (ROOT / "studies").glob("*/config/config.yaml"))


def value(table: Any, measure: str, level: str = "mean") -> tuple[float, float]:
    row = table[(table["claim"] == "use") & (table["measure"] == measure) & (table["level"] == level)].iloc[0]
    return float(row["value"]), float(row["mc_se"])


def test_estimates_have_the_guess_for_mean_and_widths_are_those_of_a_simple_random_sample(
    tmp_path: Path,
) -> None:
    """The logit interval is expit(logit p ± t·se/(p(1 − p))), with se² = p(1 − p)/(n − 1)."""
    from scipy.special import expit, logit
    from scipy.stats import t

    n, p = 150, 0.4
    rehearsal = {"respondents": n, "missing": 0.0, "answers": {"uses": {"share": p}}}
    # The weights are all alike: a simple random sample, of a population without end.
    variables = {"w": {"role": "admin", "type": "numeric", "label": "Weight"}}
    found = rehearsed.study(tmp_path, rehearsal, design={"weights": "w"}, variables=variables)
    draws = rehearsed.outcomes(*found, count=20)
    table = plan_table(draws, found[0].claims, possible_grades(silent_known=False))
    estimate, error = value(table, "estimate")
    assert abs(estimate - p) < 4 * error and error == pytest.approx(math.sqrt(p * (1 - p) / n / 20), rel=0.5)
    se = math.sqrt(p * (1 - p) / (n - 1))
    limits = expit(logit(p) + t.ppf([0.025, 0.975], n - 1) * se / (p * (1 - p)))
    width, error = value(table, "width")
    # The mean over p̂ lies below the width at p by a second-order term, far smaller than the width.
    assert abs(width - (limits[1] - limits[0])) < 4 * error + 0.002
    assert value(table, "n") == (n, 0.0)
    assert value(table, "published", "chance") == (1.0, 0.0)


def test_a_group_too_small_to_be_published_is_told(tmp_path: Path) -> None:
    claims = {"use": {**rehearsed.CLAIMS["use"], "by": "site"}}
    answers = {"site": {"shares": {"North": 0.9, "South": 0.1}}}
    rehearsal = {"respondents": 60, "answers": answers}
    found = rehearsed.study(tmp_path, rehearsal, claims=claims, groups={"site": {}})
    draws = rehearsed.outcomes(*found, count=4)
    rows = draws[draws["what"] == "claim"].set_index(["rehearsal", "group_level"])
    small = draws[(draws["group_level"] == "2") & (draws["what"] == "group")].set_index("rehearsal")["n"]
    for number, n in small.items():
        if n < 8:
            assert not rows.loc[(number, "1"), "published"] and not rows.loc[(number, "2"), "published"]
    assert (small < 8).any()


def test_no_answer_is_read_and_nothing_is_written_beside_the_folder(tmp_path: Path) -> None:
    study = small_study(tmp_path)
    (study / "data/raw/answers.csv").unlink()
    (study / "data/raw/SHA256SUMS").unlink()
    before = {path: path.read_bytes() for path in study.rglob("*") if path.is_file()}
    folder = make_folder(Request(study))
    after = {path: path.read_bytes() for path in study.rglob("*") if path.is_file()}
    assert {path for path in after if path not in before} == {p for p in folder.rglob("*") if p.is_file()}
    assert all(after[path] == content for path, content in before.items())
    assert (folder / "data/raw/answers_REHEARSAL.csv").is_file() and (folder / SIGN).is_file()
    again = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    make_folder(Request(study))
    assert {
        path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()
    }.items() <= again.items()


def test_a_folder_that_no_rehearsal_made_is_left_alone(tmp_path: Path) -> None:
    study = small_study(tmp_path)
    (study / "rehearsal").mkdir()
    (study / "rehearsal/notes.txt").write_text("mine")
    with pytest.raises(SurveyError, match="no rehearsal made it"):
        make_folder(Request(study))


def marked(folder: Path) -> None:
    """Everything that the run in a folder wrote for readers says what it is, on each page."""
    results = folder / "results"
    report = results / "report"
    assert {"html", "docx", "pdf"} <= {path.suffix[1:] for path in report.glob("rehearsal.*")}
    for path in report.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "REHEARSAL, MADE-UP ANSWERS" in text and 'class="watermark"' in text, path
    for path in report.glob("*.docx"):
        for section in Document(str(path)).sections:
            first = section.different_first_page_header_footer
            heads = [section.header, *([section.first_page_header] if first else [])]
            assert all(MARK.word in "".join(head._element.itertext()) for head in heads), path
    for path in report.glob("*.pdf"):
        for number, page in enumerate(PdfReader(path).pages, start=1):
            assert MARK.word in page.extract_text(), (path, number)
    for path in [*results.glob("public/*.csv"), *results.glob("figures/*.csv"), *report.glob("*.csv")]:
        assert path.read_text(encoding="utf-8").startswith(f"# {MARK.word}"), path
    for path in (results / "index.html", results / "public/manifest.json", results / "summary.txt"):
        assert MARK.word in path.read_text(encoding="utf-8"), path


def expected_of_each_claim(folder: Path) -> None:
    """The plan tells the width of the interval and the chance of each grade, of each claim."""
    config = yaml.safe_load((folder / "config/config.yaml").read_text(encoding="utf-8"))
    found = read_csv(folder / "results/public/rehearsal_plan.csv")
    for claim in config.get("claims", ()):
        own = found[(found["claim"] == claim) & (found["group"] == "overall")]
        assert {"width", "n", "grade", "published"} <= set(own["measure"]), claim
        assert own.loc[own["measure"] == "grade", "value"].sum() == pytest.approx(1.0), claim


@pytest.mark.slow
@pytest.mark.parametrize("name", [*STUDIES, "shipped"])
def test_a_rehearsal_of_every_study_ends_in_a_report(name: str, tmp_path: Path) -> None:
    """Without a file that came with the answers or after them, and where an earlier one was killed."""
    project = copy_project(tmp_path / "project")
    study = project
    if name != "shipped":
        study = Path(shutil.copytree(ROOT / "studies" / name, project / "studies" / name))
    path = study / "config/config.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump(config | {"rehearsal": {"count": 10}}, sort_keys=False), encoding="utf-8")
    for key in ("survey", *ANSWERS):
        if config["inputs"].get(key):
            (study / config["inputs"][key]).unlink()
    locks = study / "rehearsal" / LOCKS
    locks.mkdir(parents=True)
    (locks / "0.output.lock").write_text("results/summary.txt\n", encoding="utf-8")
    (study / "rehearsal" / SIGN).touch()
    done = run_snakemake(study, "-s", str(project / "Snakefile"), "--cores", "2", "rehearse", timeout=3000)
    assert done.returncode == 0, done.stderr[-6000:]
    assert not (study / "results/public").exists()
    marked(study / "rehearsal")
    expected_of_each_claim(study / "rehearsal")
