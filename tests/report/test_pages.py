"""Pages that a checklist names are those on which the sections begin."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from surveypipe.problems import SurveyError
from surveypipe.rendering.pages import fill_pages, page_token, section_pages

ROOT = Path(__file__).resolve().parents[2]
WORDS = re.compile(r"\s+")


@pytest.fixture(params=["manuscript", "manuscript-blinded"])
def pdf(request: pytest.FixtureRequest, finished: Path) -> Path:
    return finished / f"results/report/{request.param}.pdf"


def test_each_section_begins_on_the_page_that_is_read(
    pdf: Path, page_texts: Callable[[Path], list[str]]
) -> None:
    found = section_pages(pdf)
    printed = [WORDS.sub(" ", text) for text in page_texts(pdf)]
    titles = re.findall(r"^#+ (.*?)(?: \{.*)?$", (ROOT / "report/manuscript.qmd").read_text(), re.MULTILINE)
    checked = 0
    for title in titles:
        key = page_token("manuscript", title).rsplit(":", 1)[1]
        if key not in found:
            continue
        # The heading stands on that page with its number, or without one; the words alone may be in the text.
        pattern = rf"(?:^|\s)(?:\d(?:\.\d)? )?{re.escape(title.replace(chr(39), '’'))}(?:\s|$)"
        assert re.search(pattern, printed[found[key] - 1]), title
        checked += 1
    assert checked > 15


def test_tokens_become_pages_or_nothing(tmp_path: Path, pdf: Path) -> None:
    page = section_pages(pdf)["limitations"]
    (tmp_path / "a.md").write_text(
        f"x{page_token('manuscript', 'Limitations')}; y{page_token('other', 'Z')}."
    )
    fill_pages(tmp_path, {"manuscript": pdf})
    assert (tmp_path / "a.md").read_text() == f"x (p. {page}); y."


def test_sections_that_the_pdf_lacks_are_named_together(tmp_path: Path, pdf: Path) -> None:
    (tmp_path / "a.md").write_text("@page:manuscript:nowhere and @page:manuscript:never")
    with pytest.raises(SurveyError) as caught:
        fill_pages(tmp_path, {"manuscript": pdf})
    assert [re.search(r"'(\w+)'", problem)[1] for problem in caught.value.problems] == ["nowhere", "never"]


def test_what_is_no_pdf_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "manuscript.pdf").write_text("no PDF")
    with pytest.raises(SurveyError, match="pages of its sections cannot be read"):
        section_pages(tmp_path / "manuscript.pdf")


@pytest.mark.parametrize("variant", ["", "-blinded"])
def test_the_supplement_names_the_pages_of_its_own_variant(
    variant: str, finished: Path, page_texts: Callable[[Path], list[str]]
) -> None:
    report = finished / "results/report"
    pages = section_pages(report / f"manuscript{variant}.pdf")
    text = WORDS.sub(" ", " ".join(page_texts(report / f"supplement{variant}.pdf")))
    named = re.findall(r"‘Limitations’ \(p\. (\d+)\)", text)
    assert named and set(named) == {str(pages["limitations"])}
    own = section_pages(report / f"supplement{variant}.pdf")
    questionnaire = re.findall(r"Section 3 \(The questionnaire, p\.\s?(\d+)\)", text)
    assert questionnaire and set(questionnaire) == {str(own["the-questionnaire"])}
    assert "@page" not in text
