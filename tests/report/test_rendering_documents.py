"""The sample document by Pandoc and Typst: every construct in every format."""

from __future__ import annotations

import hashlib
import re
import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from docx import Document
from lxml import html as lxml_html
from pypdf import PdfReader

from renderings import differences, docx_content, html_content, normalised
from surveypipe.problems import SurveyError
from surveypipe.rendering.blinding import identifying_terms, leaks
from surveypipe.rendering.finishing import render_document
from surveypipe.rendering.staging import Staged, stage
from surveypipe.study.authors import Authors

from .conftest import AUTHORS, EPOCH, SAMPLE, metadata, sources

FORMATS = ("html", "docx", "pdf")


def text_of(folder: Path, form: str) -> str:
    path = folder / f"sample.{form}"
    if form == "html":
        page = lxml_html.parse(str(path), lxml_html.HTMLParser(encoding="utf-8")).getroot().find("body")
        for unwanted in page.xpath(".//script | .//nav"):
            unwanted.drop_tree()
        return normalised(page.text_content())
    if form == "docx":
        with zipfile.ZipFile(path) as archive:
            parts = [
                archive.read(f"word/{name}.xml").decode() for name in ("document", "footnotes", "header_page")
            ]
        joined = re.sub(r"</w:p>|<w:tab/>", " ", " ".join(parts))
        return normalised(re.sub(r"<w:instrText[^>]*>[^<]*</w:instrText>|<[^>]+>", "", joined))
    return normalised(" ".join(page.extract_text() for page in PdfReader(path).pages))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "words",
    [
        "A sample of every construct, with 320 staff",
        "95% CI 58.1% to 69.9%",
        "Services in the London Borough of Eastmere were asked",
        "The flow of staff is in Figure 1",
        "the estimates are in Table 3",
        "the method is in Section 2",
        "Both Figure 1, Figure 2 are drawn",
        "Figure 1: Flow of staff from the list to the analysis, as in Webber",
        "Table 1: Staff and answers by agency, of 320",
        "Table 2: A grid table with a list in a cell",
        "Table 3: Estimates under the primary weights",
        "Table 4: The claims under every scheme",
        "Cleaver, Unell and Aldgate, 2011; Webber, McCree and Angeli, 2013, p. 150",
        "Supported, at 64.2% of staff",
        "A footnote that cites Cleaver",
        "Approved by the Eastmere committee, 12/34.",
        "The data are simulated.",
        "SIMULATED DATA. Every number",
        "Ada Lovelock",
        "University of Eastmere",
        "Keywords: children's social care, adult mental health, survey",
    ],
)
def test_every_construct_stands_in_every_format(authors_build: Path, form: str, words: str) -> None:
    text = (
        re.sub(r"-\s(?=[a-z])", "", text_of(authors_build, form))
        if form == "pdf"
        else text_of(authors_build, form)
    )
    assert words in text


@pytest.mark.parametrize("form", FORMATS)
def test_the_blinded_variant_hides_and_shows(blinded_build: Path, form: str) -> None:
    text = text_of(blinded_build, form)
    for words in ("Thanks are withheld", "one London borough", "A shown word", "Withheld for peer review."):
        assert words in text
    for words in ("The authors thank", "A hidden", "Approved by"):
        assert words not in text


@pytest.mark.parametrize("form", [*FORMATS, "typ"])
def test_nothing_in_a_blinded_file_identifies_the_authors(
    authors_build: Path, blinded_build: Path, form: str
) -> None:
    terms = identifying_terms(msgspec.convert(AUTHORS, Authors))
    assert {"Ada Lovelock", "Lovelock", "ada@example.org", "Eastmere Trust", "Eastmere"} <= set(terms)
    assert leaks(blinded_build / f"sample.{form}", terms) == []
    assert leaks(authors_build / f"sample.{form}", terms), "the scan must find the names where they are"


@pytest.mark.parametrize("hidden", ["<!-- Lovelock -->", '<p title="EASTMERE trust"></p>', "Love<b>lock</b>"])
def test_the_scan_reads_comments_attributes_and_cut_words(tmp_path: Path, hidden: str) -> None:
    (tmp_path / "a.html").write_text(f"<html>{hidden}</html>", encoding="utf-8")
    assert leaks(tmp_path / "a.html", identifying_terms(msgspec.convert(AUTHORS, Authors)))


def test_html_and_docx_say_the_same(authors_build: Path, blinded_build: Path) -> None:
    for folder in (authors_build, blinded_build):
        page, word = html_content(folder / "sample.html"), docx_content(folder / "sample.docx")
        assert differences(page, word) == []
        assert len(page.captions) == 6
        assert page.headings[:3] == ("1 Introduction", "2 Method", "2.1 Weighting, with 119 respondents")
        assert page.references["Table 3"] == 2


def test_the_comparison_can_see_a_difference(
    authors_build: Path, blinded_build: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed.html"
    changed.write_text(
        (authors_build / "sample.html")
        .read_text()
        .replace("64.2%", "64.3%", 1)
        .replace("Table\u00a03", "Table\u00a05", 1)
    )
    found = differences(html_content(authors_build / "sample.html"), html_content(changed))
    assert [problem.split(":")[0] for problem in found] == ["numbers", "references"]


def test_the_same_sources_give_the_same_bytes_in_another_folder(authors_build: Path, tmp_path: Path) -> None:
    staged = stage(tmp_path / "elsewhere", "sample", sources(SAMPLE), metadata(AUTHORS))
    made = render_document(staged, "pandoc", EPOCH)
    for form, path in made.items():
        first = hashlib.sha256((authors_build / f"sample.{form}").read_bytes()).hexdigest()
        assert hashlib.sha256(path.read_bytes()).hexdigest() == first, form


def test_a_document_takes_less_than_four_seconds(tmp_path: Path) -> None:
    staged = stage(tmp_path / "timed", "sample", sources(SAMPLE), metadata(None))
    start = time.monotonic()
    render_document(staged, "pandoc", EPOCH)
    assert time.monotonic() - start < 4


def test_every_page_of_the_pdf_says_simulated_and_its_number(authors_build: Path) -> None:
    pages = PdfReader(authors_build / "sample.pdf").pages
    for number, page in enumerate(pages, start=1):
        text = page.extract_text()
        assert "SIMULATED DATA" in text
        assert f"{number} of {len(pages)}" in text
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)


def test_references_hang_in_the_pdf(authors_build: Path) -> None:
    pages = PdfReader(authors_build / "sample.pdf").pages
    lines = "\n".join(page.extract_text(extraction_mode="layout") for page in pages).splitlines()
    first = next(at for at, line in enumerate(lines) if line.lstrip().startswith("Cleaver, H."))
    indents = [len(line) - len(line.lstrip()) for line in lines[first:] if line.strip()]
    assert indents[1] > indents[0]


def test_no_page_in_the_references_is_parted_from_its_sign(sample: Path, tmp_path: Path) -> None:
    """Titles of every length bring the end of a line to every place of an entry."""
    bibliography, text = sample / "references.bib", sample / "sample.qmd"
    keys = [f"long{number}" for number in range(45)]
    works = [
        f"@article{{{key}, author = {{Doe, J.}}, title = {{Of {'a' * (2 * at + 1)}}}, journal = {{Ways}}, "
        f"year = 2001, volume = 11, pages = {{{'507' if at % 2 else '507--519'}}}}}"
        for at, key in enumerate(keys)
    ]
    bibliography.write_text("\n".join([bibliography.read_text("utf-8"), *works]), encoding="utf-8")
    cited = f"[{'; '.join(f'@{key}' for key in keys)}]"
    text.write_text(text.read_text("utf-8").replace("See @tbl-wide", f"{cited} See @tbl-wide"), "utf-8")
    made = render_document(
        stage(tmp_path / "build", "sample", sources(sample), metadata(AUTHORS)), "pandoc", EPOCH
    )
    lines = "\n".join(page.extract_text() for page in PdfReader(made["pdf"]).pages).splitlines()
    assert [line for line in lines if re.search(r"\bpp?\.\s*$", line)] == []
    assert sum(len(re.findall(r"\bpp?\.\s507", line)) for line in lines) == len(keys)
    page = made["html"].read_text(encoding="utf-8")
    assert len(re.findall(r'<span class="range">pp?\.\s507(?:–519)?</span>', page)) == len(keys)
    with zipfile.ZipFile(made["docx"]) as archive:
        word = archive.read("word/document.xml").decode()
    assert len(re.findall("pp?\\.\u00a0507", word)) == len(keys)


def test_real_data_carry_no_banner(stage_sample: Callable[..., Staged], sample: Path) -> None:
    made = render_document(stage_sample(AUTHORS, "real"), "pandoc", EPOCH)
    assert "SIMULATED" not in made["html"].read_text(encoding="utf-8")
    assert "SIMULATED" not in " ".join(page.extract_text() for page in PdfReader(made["pdf"]).pages)
    with zipfile.ZipFile(made["docx"]) as archive:
        assert b"SIMULATED" not in b"".join(
            archive.read(name) for name in archive.namelist() if "header" in name
        )
        assert b"SIMULATED" not in archive.read("word/document.xml")


def test_a_table_longer_than_a_page_breaks_and_repeats_its_header(
    sample: Path, stage_sample: Callable[..., Staged]
) -> None:
    path = sample / "tables" / "estimates.md"
    row = "| Read the protocols | 119 | 64.2 | 58.1 to 69.9 | 1.15 |\n"
    path.write_text(path.read_text(encoding="utf-8").replace(row, row * 9), encoding="utf-8")
    made = render_document(stage_sample(), "pandoc", EPOCH)
    pages = [page.extract_text() for page in PdfReader(made["pdf"]).pages]
    headed = [bool(re.search(r"Measure\s+n\s+Per cent", page)) for page in pages]
    held = ["Trained on the protocols" in page for page in pages]
    assert sum(held) >= 3
    assert headed == held
    note = next(page for page in pages if "logit intervals" in page)
    assert "Trained on the protocols" in note, "the note stays with the last rows"


def test_pdf_metadata_and_fonts(authors_build: Path, blinded_build: Path) -> None:
    told, silent = PdfReader(authors_build / "sample.pdf"), PdfReader(blinded_build / "sample.pdf")
    assert told.metadata.title == "A sample of every construct, with 320 staff"
    assert "Ada Lovelock" in told.metadata.author
    assert not silent.metadata.author
    assert told.metadata.creation_date.timestamp() == EPOCH
    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for page in told.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert all(name.startswith(("LibertinusSerif", "NewCM", "DejaVuSansMono")) for name in fonts), fonts


def test_the_page_is_one_file_with_alt_text_language_and_a_way_past_the_contents(authors_build: Path) -> None:
    page = lxml_html.parse(
        str(authors_build / "sample.html"), lxml_html.HTMLParser(encoding="utf-8")
    ).getroot()
    assert page.get("lang") == "en-GB"
    images = page.xpath("//img | //*[@role='img']")
    assert len(images) == 2
    assert images[0].get("alt", images[0].get("aria-label")).startswith("Flow chart: 320 staff")
    assert not page.xpath("//*[@aria-hidden='true'][not(self::svg)]"), "captions must be read out"
    assert page.xpath("//body/a[1]")[0].get("href") == "#text"
    assert [h.tag for h in page.xpath("//main//h1")].count("h1") >= 1
    assert not page.xpath("//link[@rel='stylesheet' and not(starts-with(@href, 'data:'))] | //script[@src]")


def test_figures_of_the_pdf_have_alt_text(authors_build: Path) -> None:
    reader = PdfReader(authors_build / "sample.pdf")
    objects = (reader.get_object(number) for number in range(1, int(reader.trailer["/Size"])))
    described = [str(entry["/Alt"]) for entry in objects if isinstance(entry, dict) and "/Alt" in entry]
    assert sorted(text.split(":")[0] for text in described) == ["Bars", "Flow chart"]


def test_a_heading_within_a_table_spans_its_columns(authors_build: Path) -> None:
    page = (authors_build / "sample.html").read_text(encoding="utf-8")
    assert re.search(r'<td[^>]*colspan="5"[^>]*><strong>Dissemination', page)
    assert re.search(
        r"colspan: 5.{0,20}\[#strong\[Dissemination\]\]",
        (authors_build / "sample.typ").read_text(),
        re.DOTALL,
    )
    row = Document(str(authors_build / "sample.docx")).tables[2].rows[1]
    assert row._tr.tc_lst[0].grid_span == 5
    assert len(row._tr.tc_lst) == 1


def test_word_opens_with_real_tables_fields_and_properties(authors_build: Path, blinded_build: Path) -> None:
    document = Document(str(authors_build / "sample.docx"))
    assert len(document.tables) == 4
    assert document.core_properties.author == "Ada Lovelock; Bert Quill"
    assert (
        document.core_properties.created.timestamp() == EPOCH or document.core_properties.created.year == 2023
    )
    assert Document(str(blinded_build / "sample.docx")).core_properties.author == ""
    styles = {paragraph.style.name for paragraph in document.paragraphs}
    assert {
        "Title",
        "Author",
        "Affiliation",
        "Abstract",
        "Keywords",
        "Simulated Banner",
        "Table Caption",
    } <= styles
    assert "Table Note" in styles
    assert document.sections[0].header.paragraphs[0].text.endswith("\tSIMULATED DATA")


@pytest.mark.parametrize(
    ("added", "said"),
    [
        (
            "As @webber2031 wrote.",
            "the text cites '@webber2031', which is not in the bibliography. Near it: webber2013.",
        ),
        ("See @fig-flwo.", "the cross-reference @fig-flwo points to nothing."),
        ("See @sec-statements.", "the cross-reference @sec-statements points to nothing."),
        (
            "# Twice {#fig-flow}",
            "the label #fig-flow is given 2 times; a cross-reference can reach one only.",
        ),
        (
            "| A |\n|---|\n| 1 |\n\n: A caption [of](b) more words",
            "the table with the caption 'A caption [of](b) more words' has no label",
        ),
        (
            '![A caption](figures/flow){fig-alt="b"}',
            "the figure 'figures/flow' has a caption and no label",
        ),
        ("::: {.callout-note}\nA.\n:::", "there is a callout of the kind 'note'"),
        ("See {{< meta num.raed__pct >}}.", "sample.qmd, line LAST: the text asks for 'num.raed__pct'"),
        (
            "![A](https://x.example/a.svg){#fig-a fig-alt='b'}",
            "the figure 'https://x.example/a.svg' does not exist",
        ),
        ('![A](figures/none.svg){#fig-a fig-alt="b"}', "the figure 'figures/none.svg' does not exist"),
    ],
)
def test_a_failed_look_up_stops_the_build(
    sample: Path, stage_sample: Callable[..., Staged], added: str, said: str
) -> None:
    path = sample / "sample.qmd"
    path.write_text(path.read_text(encoding="utf-8") + f"\n{added}\n", encoding="utf-8")
    with pytest.raises(SurveyError) as caught:
        render_document(stage_sample(None), "pandoc", EPOCH)
    said = said.replace("LAST", str(path.read_text(encoding="utf-8").count("\n")))
    assert any(said in problem for problem in caught.value.problems), caught.value.problems


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.skipif(
    CHROMIUM is None or shutil.which("chromedriver") is None, reason="no Chromium on this machine"
)
def test_the_page_fits_a_phone_and_works_by_keyboard(authors_build: Path, tmp_path: Path) -> None:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = str(CHROMIUM)
    for word in ("headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-sync"):
        options.add_argument(f"--{word}")
    for word in ("disable-background-networking", "disable-component-update", f"user-data-dir={tmp_path}"):
        options.add_argument(f"--{word}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get((authors_build / "sample.html").as_uri())
        assert browser.execute_script("return document.documentElement.scrollWidth") == 390
        boxes = browser.execute_script(
            "return document.querySelectorAll('.table-scroll[tabindex=\"0\"]').length"
        )
        assert boxes >= 1, "a wide table scrolls in its own box and can be reached by keyboard"
        browser.execute_script("document.querySelector('button.enlarge').click()")
        assert browser.execute_script("return document.querySelector('dialog.enlarged').open")
        assert browser.get_log("browser") == []
    finally:
        browser.quit()
