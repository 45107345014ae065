"""The way back from Word: an edited file becomes a patch of the source, or a refusal that says why."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from surveypipe.problems import SurveyError
from surveypipe.rendering.finishing import render_document
from surveypipe.rendering.staging import stage
from surveypipe.review.comparison import Review, review
from surveypipe.review.word_file import read_word_file

from .conftest import AUTHORS, EPOCH, SAMPLE, metadata, sources
from .word_edits import (
    Edit,
    add_after,
    add_paragraph,
    comment_on,
    delete_control,
    delete_paragraph,
    delete_paragraph_tracked,
    edited,
    join,
    move,
    split,
    write_over,
)

SOURCE = SAMPLE / "sample.qmd"


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as it is sent out, its numbers with their sources."""
    folder = tmp_path_factory.mktemp("sent") / "sample"
    staged = stage(folder, "sample", sources(SAMPLE), metadata(AUTHORS))
    staged.provenance = {key: {} for key in staged.metadata["num"]}
    return render_document(staged, "pandoc", EPOCH)["docx"]


def came_back(sent: Path, path: Path) -> Review:
    text = SOURCE.read_text(encoding="utf-8")
    return review(read_word_file(sent), read_word_file(path), text, "sample.qmd")


def through_libreoffice(path: Path, folder: Path) -> Path:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed; files saved by it are not read back")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, "--headless", profile, "--convert-to", "docx:MS Word 2007 XML"]
    done = [*command, "--outdir", str(folder / "out"), str(path)]
    subprocess.run(done, check=True, capture_output=True, timeout=180)
    return folder / "out" / path.name


def test_an_unedited_file_changes_nothing(sent: Path) -> None:
    found = came_back(sent, sent)
    assert (found.patch(), found.refusals, found.comments) == ("", [], [])


ETHICS = "The authors thank the services that took part. Ethics: {{< meta statements.ethics >}}\n"
FUNDING = "Funding: {{< meta statements.funding >}}\n"
# Edit, and what stands in the source before and after it.
TAKEN: dict[str, tuple[Edit, str, str]] = {
    "a word": (write_over("to one scale", "to a common scale"), "to one scale", "to a common scale"),
    "a word, tracked": (
        write_over("The study follows", "This study follows", tracked=True),
        "The study follows",
        "This study follows",
    ),
    "words added": (add_after("the method is", " set out"), "method is in", "method is set out in"),
    "words added, tracked": (
        add_after("others have found", " much", tracked=True),
        "others have found",
        "others have found much",
    ),
    "words at the start": (write_over("Staff of", "All staff of"), "Staff of two", "All staff of two"),
    "words at the end": (add_after("None stated.", " So far."), FUNDING, FUNDING.replace("}}", "}} So far.")),
    "words taken out": (write_over(", which is wide,", ""), "@tbl-wide, which is wide,", "@tbl-wide"),
    "words taken out, tracked": (
        write_over(" that took part", "", tracked=True),
        "the services that took part.",
        "the services.",
    ),
    "beside a number": (
        write_over(" were asked and", " had been asked and"),
        "{{< meta num.n-staff >}} were asked",
        "{{< meta num.n-staff >}} had been asked",
    ),
    "quotation marks": (add_after("The study", " \u2018as such\u2019"), "The study ", "The study 'as such' "),
    "signs of Markdown": (
        add_after("The study", " *_[itself]"),
        "The study ",
        "The study \\*\\_\\[itself\\] ",
    ),
    "a dash": (add_after("The study", "\u2014as such\u2014"), "The study ", "The study---as such--- "),
    "bold words": (write_over("Background.", "Setting."), "**Background.**", "**Setting.**"),
    "bold words taken out": (write_over("Background. ", ""), "**Background.** Serv", "Serv"),
    "words under a condition": (write_over("hidden", "kept back"), "[hidden]{", "[kept back]{"),
    "the abstract": (write_over("Services in", "All services in"), "Services in", "All services in"),
    "a heading": (write_over("Included tables", "Tables put in"), "Included tables", "Tables put in"),
    "a heading with a label": (write_over("Introduction", "Background"), "# Introduction", "# Background"),
    "a sentence with its number and citation taken out": (
        write_over("The study follows Webber, McCree and Angeli (2013), and", "And"),
        "The study follows @webber2013, and",
        "And",
    ),
    "a number taken out": (
        delete_control("64.2%"),
        "**Results.** The share was {{< meta num.read__pct >}} (",
        "**Results.** The share was  (",
    ),
    "a paragraph taken out": (delete_paragraph("The authors thank"), ETHICS, ""),
    "a paragraph taken out, tracked": (delete_paragraph_tracked("The authors thank"), ETHICS, ""),
    "a paragraph added": (
        add_paragraph("Funding:", "We thank nobody."),
        FUNDING,
        f"{FUNDING}\nWe thank nobody.\n",
    ),
    "a heading added": (add_paragraph("Funding:", "Thanks", "Heading2"), FUNDING, f"{FUNDING}\n## Thanks\n"),
    "a paragraph parted": (
        split("The study follows"),
        "answered.\nThe study follows",
        "answered.\n\nThe study follows",
    ),
    "paragraphs joined": (
        join("Background."),
        "were asked.\n\n  **Results.**",
        "were asked. **Results.**",
    ),
    "words moved": (
        move(" in Table\u00a03", "The flow of staff is", tracked=False),
        "The flow of staff is in @fig-flow,\nthe estimates are in @tbl-estimates,",
        "The flow of staff is in @tbl-estimates in @fig-flow,\nthe estimates are,",
    ),
    "words moved, tracked": (
        move(" in Table\u00a03", "The flow of staff is", tracked=True),
        "The flow of staff is in @fig-flow,\nthe estimates are in @tbl-estimates,",
        "The flow of staff is in @tbl-estimates in @fig-flow,\nthe estimates are,",
    ),
}


@pytest.mark.parametrize("name", TAKEN)
def test_an_edit_of_prose_is_taken_over(name: str, sent: Path, tmp_path: Path) -> None:
    edit, old, new = TAKEN[name]
    text = SOURCE.read_text(encoding="utf-8")
    assert text.count(old) == 1
    found = came_back(sent, edited(sent, tmp_path / "edited.docx", edit))
    assert found.refusals == []
    assert found.new == text.replace(old, new)


# Edit, and words of the refusal.
REFUSED: dict[str, tuple[Edit, str]] = {
    "within a number": (write_over("119", "120"), "'119' ({{< meta num.n >}}) is supplied by the build"),
    "within a number, tracked": (write_over("64.2%", "65%", tracked=True), "{{< meta num.read__pct >}}"),
    "within a citation": (write_over("Webber, McCree and Angeli (2013)", "Webber (2013)"), "(@webber2013)"),
    "within a cross-reference": (write_over("Figure\u00a01", "Figure\u00a09"), "(@fig-flow) is supplied"),
    "a number typed by hand": (
        add_after("The study", " of 120 people"),
        "holds the number '120' typed by hand",
    ),
    "a cell of a table": (
        write_over("Guidance was clear", "It was clear"),
        "a cell of 'Table 2: A grid table",
    ),
    "a caption": (write_over("Shares who agreed", "Those who agreed"), "words of the build"),
    "paragraphs joined over a condition": (
        join("The data are simulated."),
        "in different parts of the source",
    ),
    "a heading taken out": (delete_paragraph("Introduction"), "the heading 'Introduction' was deleted"),
    "a new paragraph with a number": (add_paragraph("Funding:", "We had 3 helpers."), "holds the number '3'"),
    "a new paragraph beside a table": (
        add_paragraph("Note. Weighted", "Somebody adds words."),
        "a new paragraph beside words of the build",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_edit_of_what_the_build_supplies_is_refused(name: str, sent: Path, tmp_path: Path) -> None:
    edit, words = REFUSED[name]
    found = came_back(sent, edited(sent, tmp_path / "edited.docx", edit))
    assert found.patch() == ""
    assert [words in refusal.sentence for refusal in found.refusals] == [True]


def test_a_footnote_is_edited_too(sent: Path, tmp_path: Path) -> None:
    edit = write_over("A footnote that cites", "A note that cites")
    found = came_back(sent, edited(sent, tmp_path / "edited.docx", edit, part="footnotes"))
    assert found.refusals == []
    assert "[^note]: A note that cites @cleaver2011" in found.new


def test_a_comment_is_listed_with_its_line_and_words(sent: Path, tmp_path: Path) -> None:
    path = comment_on(edited(sent, tmp_path / "edited.docx"), "one scale", "Which one?")
    found = came_back(sent, path)
    assert found.patch() == ""
    (comment,) = found.comments
    assert (comment.author, comment.date, comment.text) == ("B. Quill", "2026-01-02", "Which one?")
    assert (comment.words, comment.line) == ("one scale", 12)


def test_a_change_of_the_source_since_is_no_edit(sent: Path, tmp_path: Path) -> None:
    path = edited(sent, tmp_path / "edited.docx", write_over("to one scale", "to a common scale"))
    text = SOURCE.read_text(encoding="utf-8").replace("The study follows", "Our study follows")
    found = review(read_word_file(sent), read_word_file(path), text, "sample.qmd")
    assert found.patch() == ""
    assert [refusal.line for refusal in found.refusals] == [12]


def test_a_file_of_another_run_is_told_apart(sent: Path, tmp_path: Path) -> None:
    staged = stage(tmp_path / "other", "sample", sources(SAMPLE), metadata(AUTHORS))
    staged.metadata["num"]["n"] = "118"
    other = render_document(staged, "pandoc", EPOCH)["docx"]
    with pytest.raises(SurveyError, match="made from another run"):
        came_back(sent, other)


def test_what_is_no_word_file_is_said(tmp_path: Path) -> None:
    path = tmp_path / "edited.docx"
    path.write_text("no zip", encoding="utf-8")
    with pytest.raises(SurveyError, match="cannot be read as a Word file"):
        read_word_file(path)


def test_libreoffice_saves_it_without_a_change(sent: Path, tmp_path: Path) -> None:
    found = came_back(sent, through_libreoffice(sent, tmp_path))
    assert (found.patch(), found.refusals) == ("", [])


def test_edits_that_libreoffice_saved_come_back(sent: Path, tmp_path: Path) -> None:
    """Several at once, tracked and not, one of them within a number."""
    names = ("a word", "words added, tracked", "a heading", "a paragraph added", "words taken out, tracked")
    edits = [TAKEN[name][0] for name in names]
    path = edited(sent, tmp_path / "edited.docx", *edits, REFUSED["within a number"][0])
    found = came_back(sent, through_libreoffice(comment_on(path, "Both", "Of what?"), tmp_path))
    text = SOURCE.read_text(encoding="utf-8")
    for name in names:
        text = text.replace(*TAKEN[name][1:])
    assert found.new == text
    assert [REFUSED["within a number"][1] in refusal.sentence for refusal in found.refusals] == [True]
    assert [comment.text for comment in found.comments] == ["Of what?"]
