"""Metadata, shortcodes and staging: what happens before a renderer runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec
import pytest
import yaml

from studies import ROOT
from surveypipe.problems import Problems, SurveyError
from surveypipe.rendering.expand import Expander, split_front_matter
from surveypipe.rendering.metadata import WITHHELD, build_metadata, pandoc_authors, quarto_authors
from surveypipe.rendering.programs import choose_renderer, renderer_version
from surveypipe.rendering.quarto_renderer import metadata_yaml
from surveypipe.rendering.staging import Staged, find_csl
from surveypipe.study.about import Study
from surveypipe.study.authors import Author, Authors
from surveypipe.study.report import Report

META = {"num": {"read__pct": "64.2%", "n": "119"}, "place": "one borough"}


def expanded(folder: Path, text: str, **files: str) -> tuple[str, list[str]]:
    (folder / "text.qmd").write_text(text, encoding="utf-8")
    for name, content in files.items():
        (folder / f"{name}.md").write_text(content, encoding="utf-8")
    problems = Problems()
    _, body = Expander(META, problems).document(folder / "text.qmd")
    try:
        problems.raise_if_any()
    except SurveyError as error:
        return body, error.problems
    return body, []


def test_values_enter_text_headings_captions_cells_and_included_files(tmp_path: Path) -> None:
    text = "# {{< meta num.n >}} staff\n\n| a |\n|---|\n| {{<meta num.read__pct>}} |\n"
    text += "\n: of {{< meta\nplace >}} {#tbl-a}\n\n"
    body, problems = expanded(tmp_path, text + "{{< include more.md >}}\n", more="In {{< meta place >}}.\n")
    assert problems == []
    heading = '# []{.at line="1"}119 staff'
    assert body == f"{heading}\n\n| a |\n|---|\n| 64.2% |\n\n: of one borough {{#tbl-a}}\n\nIn one borough.\n"


def test_front_matter_values_that_yaml_would_read_otherwise_stay_text(tmp_path: Path) -> None:
    (tmp_path / "t.qmd").write_text('---\ntitle: "n: {{< meta num.n >}} # {{< meta place >}}"\n---\nx\n')
    front, _ = Expander(META, Problems()).document(tmp_path / "t.qmd")
    assert front == {"title": "n: 119 # one borough"}


def test_all_unknown_keys_are_named_with_file_line_and_near_keys(tmp_path: Path) -> None:
    text = "---\ntitle: x\nabstract: |\n  {{< meta nun.n >}}\n---\n"
    text += "\nOne.\n\nTwo {{< meta num.read_pct >}}.\n\n{{< include part.md >}}\n"
    _, problems = expanded(tmp_path, text, part="First\n{{< meta num.q >}}\n")
    assert [problem.split(": ")[0] for problem in problems] == [
        "text.qmd, line 4",
        "text.qmd, line 9",
        "part.md, line 2",
    ]
    assert "'num.read_pct'" in problems[1]
    assert "Near it: num.read__pct" in problems[1]


def test_a_missing_include_an_endless_one_and_an_unknown_shortcode_are_problems(tmp_path: Path) -> None:
    text = "{{< include tabel.md >}}\n\n{{< include loop.md >}}\n\n{{< video x >}}\n"
    _, problems = expanded(tmp_path, text, table="x", loop="{{< include loop.md >}}\n")
    assert any("line 1" in p and "'tabel.md', which does not exist" in p for p in problems)
    assert any("does it include itself" in p for p in problems)
    assert any("line 5" in p and "'video' is not known" in p for p in problems)


def test_a_value_in_a_grid_table_keeps_the_grid_in_line(tmp_path: Path) -> None:
    grid = "+----------------------+\n| {{< meta num.n >}}   |\n+----------------------+\n"
    body, problems = expanded(tmp_path, grid)
    assert problems == []
    assert {len(line) for line in body.splitlines()} == {24}
    assert "| 119 " in body


def test_a_value_wider_than_its_grid_cell_is_a_problem(tmp_path: Path) -> None:
    problems = Problems()
    (tmp_path / "t.qmd").write_text("+-----------------+\n| {{< meta p >}}  |\n+-----------------+\n")
    Expander({"p": "a value that is much too wide"}, problems).document(tmp_path / "t.qmd")
    with pytest.raises(SurveyError, match=r"t.qmd, line 2: the value of 'p' is wider than its cell"):
        problems.raise_if_any()


def study(data: Literal["simulated", "real"] = "simulated") -> Study:
    return Study(id="s", title="T", data=data, setting="one London borough", mode="paper")


def test_the_blinded_variant_holds_no_author_and_withholds_statements() -> None:
    made = build_metadata(study(), Report(), {"n": "1"}, None)
    assert made["blinded"] is True
    assert made["place"] == "one London borough"
    assert set(made["statements"].values()) == {WITHHELD}
    assert not {"author", "affiliations"} & set(made)


def test_the_authors_variant_names_the_place_and_is_not_blinded() -> None:
    authors = Authors(authors=(Author(name="A B"),), place="Eastmere", ethics="yes")
    made = build_metadata(study("real"), Report(), {}, authors)
    assert "blinded" not in made
    assert "simulated" not in made
    assert (made["place"], made["statements"]["ethics"]) == ("Eastmere", "yes")


def test_authors_take_quartos_form_and_pandoc_gets_them_resolved() -> None:
    authors = {
        "authors": [{"name": "A B", "email": "a@b.org", "corresponding": True, "affiliations": [2]}],
        "affiliations": [{"id": 1, "name": "One"}, {"id": 2, "name": "Two"}],
    }
    made = quarto_authors(msgspec.convert(authors, Authors))
    assert made["author"] == [
        {"name": "A B", "email": "a@b.org", "corresponding": True, "affiliations": [{"ref": "aff-2"}]}
    ]
    resolved = pandoc_authors(made)
    assert resolved["author"] == ["A B"]
    assert resolved["by-author"][0]["affiliations"] == [{"id": "aff-2", "number": "2", "name": "Two"}]


def test_an_affiliation_that_is_not_defined_is_a_problem() -> None:
    with pytest.raises(SurveyError, match="A B names affiliation 7, which is not defined"):
        quarto_authors(Authors(authors=(Author(name="A B", affiliations=(7,)),)))


def test_numbers_are_quoted_in_quartos_metadata_file() -> None:
    text = metadata_yaml({"num": {"p": "0.050", "b": "58\\% to 60\\%"}})
    assert '"0.050"' in text
    assert yaml.safe_load(text) == {"num": {"p": "0.050", "b": "58\\% to 60\\%"}}


def test_authors_in_the_front_matter_stop_the_build(
    sample: Path, stage_sample: Callable[..., Staged]
) -> None:
    path = sample / "sample.qmd"
    path.write_text(path.read_text().replace("---\ntitle", "---\nauthor: Ada\nthanks: all\ntitle", 1))
    with pytest.raises(SurveyError) as caught:
        stage_sample()
    assert len(caught.value.problems) == 2
    assert "the front matter holds 'author'" in caught.value.problems[0]


def test_alt_text_comes_from_the_index_and_a_missing_one_is_named(
    sample: Path, stage_sample: Callable[..., Staged]
) -> None:
    assert (
        stage_sample().alts[0]
        == "Flow chart: 320 staff on the list, 119 usable questionnaires, 201 not 'returned'."
    )
    (sample / "figures" / "index.json").write_text(json.dumps({"flwo": {"alt": "x"}, "shares": {"alt": "y"}}))
    with pytest.raises(SurveyError) as caught:
        stage_sample()
    assert (
        "sample.qmd, line 24: there is no alt text for a figure 'flow'. Near it: flwo."
        in caught.value.problems
    )


def test_a_figure_that_no_index_lists_does_not_come_along(
    sample: Path, stage_sample: Callable[..., Staged]
) -> None:
    path = sample / "sample.qmd"
    (sample / "figures" / "old.svg").write_text("<svg/>")
    path.write_text(
        path.read_text() + '\n![Old [@webber2013],\nover lines](figures/old){#fig-old fig-alt="Old"}\n'
    )
    with pytest.raises(SurveyError, match=r"the figure 'figures/old.svg' does not exist"):
        stage_sample()


def test_an_unknown_citation_style_is_answered_with_near_ones() -> None:
    with pytest.raises(
        SurveyError, match=r"no citation style 'harvard-cite-them-rihgt'.*harvard-cite-them-right"
    ):
        find_csl("harvard-cite-them-rihgt")


def test_a_dependent_style_gives_its_parent() -> None:
    # The journal's own entry only names its publisher's style, which Pandoc would fetch from the internet.
    found = find_csl("child-and-adolescent-social-work-journal")
    assert "dependent" not in str(found)
    assert "<citation" in found.read_text(encoding="utf-8")


def test_the_staged_folder_has_all_and_no_project_file(stage_sample: Callable[..., Staged]) -> None:
    staged = stage_sample(None)
    names = {str(path.relative_to(staged.folder)) for path in staged.folder.rglob("*") if path.is_file()}
    assert {
        "sample.qmd",
        "references.bib",
        "citation-style.csl",
        "tables/wide.md",
        "figures/flow.png",
    } <= names
    assert "_quarto.yml" not in names
    front = yaml.safe_load(split_front_matter(staged.qmd.read_text(encoding="utf-8"))[0])
    assert set(front["format"]) == {"html", "docx", "typst"}
    assert "../" not in staged.qmd.read_text(encoding="utf-8")


def script(folder: Path, name: str, lines: str) -> str:
    path = folder / name
    path.write_text("#!/bin/sh\n" + lines)
    path.chmod(0o755)
    return str(path)


def test_auto_takes_quarto_only_where_it_runs(tmp_path: Path) -> None:
    good, broken = script(tmp_path, "good", "echo 1.6.0\n"), script(tmp_path, "broken", "exit 1\n")
    assert choose_renderer("auto", which=lambda _: good) == "quarto"
    assert choose_renderer("auto", which=lambda _: broken) == "pandoc"
    assert choose_renderer("auto", which=lambda _: None) == "pandoc"
    assert choose_renderer("pandoc", which=lambda _: good) == "pandoc"
    with pytest.raises(SurveyError, match="does not run on this machine"):
        choose_renderer("quarto", which=lambda _: None)


def test_the_version_names_both_programs() -> None:
    import re

    assert re.fullmatch(r"Pandoc \d+(\.\d+)+, Typst \d+(\.\d+)+", renderer_version("pandoc"))


@pytest.mark.parametrize("path", sorted([*ROOT.glob("workflow/documents/*.qmd"), *ROOT.glob("report/*.qmd")]))
def test_words_that_may_be_hidden_leave_no_second_space(path: Path) -> None:
    """Word shows both spaces, Typst and browsers one."""
    hidden = r"(?<= )\[(?! )[^\[\]]*(?<! )\]\{\.part[^}]*\} "
    text = path.read_text("utf-8")
    assert re.findall(hidden, text) == []
    # Pandoc strips such a span, and a filter joins the spaces around it.
    assert re.findall(r" \]\{\.content-|\]\{\.content-[^}]*\}\w", text) == []


@pytest.mark.parametrize("simulated", [True, False])
def test_words_that_a_filter_shows_or_hides_stand_between_single_spaces(
    simulated: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pypandoc
    from docx import Document

    text = 'Before. [Shown.]{.content-visible when-meta="simulated"} Behind.'
    front = f"---\nsimulated: {str(simulated).lower()}\nabstract: |\n  {text}\n---\n\n{text}\n"
    monkeypatch.chdir(ROOT / "workflow/typesetting")
    options = ["--lua-filter=filters/pandoc.lua"]
    made = tmp_path / "made.docx"
    pypandoc.convert_text(front, "docx", format="markdown", outputfile=str(made), extra_args=options)
    wanted = "Before. Shown. Behind." if simulated else "Before. Behind."
    assert [one.text for one in Document(str(made)).paragraphs if "Before" in one.text] == [wanted, wanted]
