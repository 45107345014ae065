"""A second program, written from the documents' description of the methods, prints the same numbers."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

HERE = Path(__file__).parent
# Far fewer would mean that pages are no longer read.
FEWEST = 2000


def recompute(project: Path, results: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "recomputation", str(results)],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(HERE.parent)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_owes_nothing_to_the_library() -> None:
    for path in HERE.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {
            name
            for node in ast.walk(tree)
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert not {n for n in imported if n.split(".")[0] in ("surveypipe", "workflow", "svy")}, path.name


@pytest.fixture(scope="module")
def shipped(finished: Path) -> subprocess.CompletedProcess[str]:
    return recompute(finished, finished / "results")


def test_every_printed_number_is_recomputed(shipped: subprocess.CompletedProcess[str]) -> None:
    done = shipped
    assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-3000:]
    compared = sum(int(n) for n in re.findall(r"(\d+) recomputed", done.stdout))
    assert compared >= FEWEST, done.stdout[:500]


def test_the_analysis_of_non_response_is_released_as_finely_as_it_is_printed(finished: Path) -> None:
    """A rule for another table with a column `measure` once rounded all of it: p = .0019 became '< .001'."""
    table = pd.read_csv(finished / "results/public/nonresponse.csv")
    tests = table.loc[table["measure"] == "chi2_test", "p_value"].dropna()
    assert len(tests) and (tests > 0).all()
    indicator = table.loc[table["measure"] == "R", "estimate"].iloc[0]
    assert indicator != round(indicator, 2)


@pytest.mark.slow
def test_a_changed_digit_is_found(
    finished: Path, shipped: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    """One figure in a cell, one in a sentence and one in an alternative text are changed by one unit."""
    report = tmp_path / "report"
    report.mkdir()
    for name in ("manuscript", "supplement"):
        text = (finished / "results/report" / f"{name}.html").read_text(encoding="utf-8")
        if name == "manuscript":
            cell = re.search(r"<td[^>]*>(\d{2,3})</td>\s*<td[^>]*>\d+ \(", text)
            said = re.search(r'data-source="claim-c1__bounds-sentence"[^>]*>(\d+)%', text)
            drawn = re.search(r'(?:alt|aria-label)="[^"]*bounds (\d+)%', text)
            assert cell and said and drawn
            for match in sorted((cell, said, drawn), key=lambda m: -m.start(1)):
                text = text[: match.start(1)] + str(int(match.group(1)) + 1) + text[match.end(1) :]
        (report / f"{name}.html").write_text(text, encoding="utf-8")
    after = recompute(finished, tmp_path)
    assert after.returncode == 1
    assert after.stdout.count("  different:") == shipped.stdout.count("  different:") + 3
