"""What docs/extending.md says is so: its examples are put into a copy of the project and run."""

from __future__ import annotations

import csv
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"```(python|yaml)\n# (\S+?)(?:, under (\S+))?\n(.*?)```", re.S)
EXAMPLES = BLOCK.findall((ROOT / "docs/extending.md").read_text())


def add(project: Path, language: str, name: str, section: str, text: str) -> None:
    """Put an example where it says: a function at the end of its module, a line first in its section."""
    path = project / name
    before = path.read_text()
    if language == "python":
        path.write_text(f"{before}\n\n{text}")
        return
    head = f"  {section.split('.')[-1]}:\n"
    assert before.count(head) == 1, head
    path.write_text(before.replace(head, head + text))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_examples_are_a_function_and_a_line_each():
    assert [language for language, *_ in EXAMPLES] == ["python", "yaml"] * 2
    assert all(len(text.strip().splitlines()) == 1 for language, _, _, text in EXAMPLES if language == "yaml")
    assert all(text.count("\ndef ") == 1 for language, _, _, text in EXAMPLES if language == "python")


def test_examples_run_as_they_stand(project, snakemake):
    for example in EXAMPLES:
        add(project, *example)
    done = snakemake(project, "--cores", "1", "results/private/further_estimates.csv")
    assert done.returncode == 0, done.stdout + done.stderr
    by_scheme: dict[str, dict[tuple[str, ...], str]] = {"agency": {}, "by_group": {}}
    for row in rows(project / "results/private/estimates.csv"):
        if row["scheme"] in by_scheme and row["statistic"] in ("proportion", "mean"):
            place = tuple(row[name] for name in ("variable", "level", "group", "group_level", "statistic"))
            by_scheme[row["scheme"]][place] = row["estimate"] + row["se"] + row["se_jackknife"]
    assert len(by_scheme["by_group"]) > 300
    # The example weights to the groups' staff, as the scheme `agency` does in another way.
    assert by_scheme["by_group"] == by_scheme["agency"]
    further = rows(project / "results/private/further_estimates.csv")
    found = [row for row in further if row["statistic"] == "unweighted_exact"]
    assert len(found) == 1
    assert found[0]["variable_label"] == "Was trained on the protocols"
    assert found[0]["method"] == "Exact test of unweighted counts"
    assert 0 < float(found[0]["p_value"]) <= 1
