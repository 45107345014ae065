"""The comparison of two runs finds what was planted, and nothing else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import compare_studies

ESTIMATES = "shipped/public/estimates.csv"
MANIFEST = "shipped/public/manifest.json"
TEXT = "shipped/text/manuscript.txt"


@pytest.fixture(scope="module")
def old(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    compare_studies.keep(finished / "results", folder / "shipped")
    return folder


@pytest.fixture
def new(old: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(old, tmp_path / "new"))


def compared(old: Path, new: Path, *words: str) -> int:
    return compare_studies.main(["compare", str(old), str(new), *words])


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def add_column(path: Path) -> None:
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([f"{head},outcome", *(f"{row},none" for row in rows)]) + "\n", encoding="utf-8")


def test_a_run_equals_itself(old, new, capsys):
    assert compared(old, new) == 0
    assert capsys.readouterr().out == "No difference.\n"


def test_one_digit_of_one_number_is_found(old, new, capsys):
    rows = compare_studies.table(new / ESTIMATES)
    place = rows[0].index("estimate")
    value = rows[5][place]
    change(new / ESTIMATES, value, value[:-1] + str((int(value[-1]) + 1) % 10))
    assert compared(old, new) == 1
    assert f"estimate: {value!r} became" in capsys.readouterr().out


def test_a_column_may_come_only_by_name_and_none_may_go(old, new, capsys):
    add_column(new / ESTIMATES)
    assert compared(old, new) == 1
    assert "column 'outcome' came" in capsys.readouterr().out
    assert compared(old, new, "--added", "estimates.csv:outcome") == 0
    assert compared(new, old, "--added", "estimates.csv:outcome") == 1


def test_a_changed_number_beside_a_named_column_is_found(old, new):
    add_column(new / ESTIMATES)
    change(new / ESTIMATES, ",119,", ",120,")
    assert compared(old, new, "--added", "estimates.csv:outcome") == 1


def test_a_row_a_file_and_a_drawing_that_differ_are_found(old, new, capsys):
    content = (new / ESTIMATES).read_text(encoding="utf-8").splitlines(keepends=True)
    (new / ESTIMATES).write_text("".join(content[:-1]), encoding="utf-8")
    (new / "shipped/public/flow.csv").unlink()
    change(new / "shipped/figures/ledger.svg", "</svg>", "<g/></svg>")
    assert compared(old, new) == 1
    told = capsys.readouterr().out
    assert "rows became" in told and "flow.csv: only in" in told and "ledger.svg:" in told


def test_other_quotes_around_the_same_values_are_found(old, new):
    change(new / ESTIMATES, "119", '"119"')
    assert compared(old, new) == 1


def test_the_manifest_may_hold_other_checksums_and_no_other_rule(old, new):
    content = json.loads((new / MANIFEST).read_text(encoding="utf-8"))
    content["files"][0]["sha256"] = content["configuration_sha256"] = "0"
    (new / MANIFEST).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert compared(old, new) == 0
    content["files"][0]["rule"] = "another"
    (new / MANIFEST).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert compared(old, new) == 1


def test_a_changed_sentence_is_shown_and_may_be_accepted_while_a_number_may_not(old, new, capsys):
    change(new / TEXT, "questionnaire", "form")
    assert compared(old, new) == 1
    told = capsys.readouterr().out
    assert told.count("\n  ~ ") == 1 and "[-questionnaire.-] {+form.+}" in told
    assert compared(old, new, "--words-may-differ") == 0
    change(new / ESTIMATES, ",119,", ",120,")
    assert compared(old, new, "--words-may-differ") == 1


def test_every_sort_of_text_of_a_page_is_read():
    page = (
        "<html><head><title>Title</title><style>p {}</style></head><body><h2>Head</h2><p>One <em>two</em>"
        " three.</p><table><tr><td>1</td><td>2</td></tr></table><img alt='A picture'><script>x</script>"
        "<!-- unread --> last</body></html>"
    )
    assert compare_studies.text_lines(page) == [
        "Title",
        "Head",
        "One two three.",
        "1",
        "2",
        "[A picture]",
        "last",
    ]


def test_a_folder_without_a_run_is_refused(old, tmp_path, capsys):
    with pytest.raises(SystemExit):
        compared(old, tmp_path)
    assert "no run was kept here" in capsys.readouterr().err
