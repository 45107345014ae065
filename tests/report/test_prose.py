"""The texts: no number typed by hand, every citation listed, nobody identified, every key known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import made_up
from surveypipe.rendering.expand import split_front_matter
from surveypipe.rendering.metadata import RESERVED
from surveypipe.rendering.typed_numbers import typed_number_problems, typed_numbers
from surveypipe.reporting import facts, names, numbers
from surveypipe.reporting.figures.register import DRAW
from surveypipe.reporting.tables import models, nonresponse, register
from surveypipe.reporting.wording import methods, results
from surveypipe.reporting.wording import nonresponse as bias_text

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "report"
# The shipped study's own, and those of the tool, which fit any study.
OWN = sorted(REPORT.glob("*.qmd"))
TOOLS = sorted((ROOT / "workflow/documents").glob("*.qmd"))
TEXTS = [*OWN, *TOOLS]
FIGURES = set(DRAW)

META_KEY = re.compile(r"\{\{<\s*meta\s+([^\s>]+)\s*>\}\}")
INCLUDE = re.compile(r"\{\{<\s*include\s+(\S+)\s*>\}\}")
CITATION = re.compile(r"(?<![\w\\])@([A-Za-z][\w:-]*)")
CROSS_REFERENCE = ("fig-", "tbl-", "sec-")


def citations(text: str) -> set[str]:
    block, body = split_front_matter(text)
    found = CITATION.findall(block + "\n" + body)
    return {key for key in found if not key.startswith((*CROSS_REFERENCE, "alt"))}


def bibliography(folder: Path) -> set[str]:
    return set(re.findall(r"^@\w+\{([^,]+),", (folder / "references.bib").read_text("utf-8"), re.MULTILINE))


@pytest.fixture(scope="module")
def known() -> dict[str, str]:
    made = made_up.released()
    texts = numbers.numbers(made) | results.sentences(made, made_up.words())
    return texts | bias_text.sentences(made, made_up.words())


def test_there_are_texts() -> None:
    made = {"manuscript.qmd", "rehearsal.qmd", "supplement.qmd", "title-page.qmd"}
    assert made == {path.name for path in TOOLS}
    assert {"manuscript.qmd", "title-page.qmd"} <= {path.name for path in OWN}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_number_is_typed_by_hand(path: Path) -> None:
    assert typed_numbers(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "sentence",
    ["An estimated 73% had read them.", "In all 119 answered.", "It was .50.", "Half, 50 per cent, agreed."],
)
def test_a_typed_number_is_found(sentence: str) -> None:
    text = (REPORT / "manuscript.qmd").read_text("utf-8")
    assert typed_numbers(text + f"\n{sentence}\n")


def test_a_number_in_title_or_abstract_is_found() -> None:
    assert typed_numbers('---\ntitle: "A survey of 119 staff"\n---\nText.\n')
    assert typed_numbers("---\nabstract: |\n  Of all, 38% answered.\n---\nText.\n")


def test_a_year_and_a_rate_may_stand() -> None:
    assert typed_numbers("---\ntitle: T\n---\nIn 2013 (AAPOR RR2) [@rao1984, p. {{< meta num.n >}}].\n") == []


@pytest.mark.parametrize(
    "passage",
    [
        "Under section 17 of the Children Act 1989.",
        "See @rao1984 [pp. 12-14] and [@rao1984, p. 3; @scie2009].",
        "Depression (PHQ-9) during COVID-19.",
        "In [30]{.given} teams.",
        "::: {.given}\n| a | 30 |\n|---|----|\n| b | 12 |\n:::",
        "[Text](https://example.org/2/3) <!-- 12 --> and a note.[^1]\n\n[^1]: Words.",
        "1. First\n2. Second",
    ],
)
def test_what_may_stand(passage: str) -> None:
    assert typed_numbers(f"---\ntitle: T\nformat: 3\n---\n{passage}\n") == []


@pytest.mark.parametrize("number", ["2013%", "1,989", "20.13", "p. 12", "RR7", "Table 2", "3-point", "N=320"])
def test_what_looks_like_an_exception_is_none(number: str) -> None:
    assert [found for _, found in typed_numbers(f"Words, {number} words.")]


def test_a_typed_number_is_told_with_its_line_and_what_to_do() -> None:
    text = "---\ntitle: T\nabstract: |\n  Of all,\n  38% answered.\n---\n\n<!-- a\nb -->\nIn 119.\n"
    first, second = typed_number_problems(text, "report/x.qmd")
    assert first.startswith("report/x.qmd, line 5: '38%' is typed by hand")
    assert second.startswith("report/x.qmd, line 10: '119'")
    assert "{{< meta num" in first and "[38%]{.given}" in first


def test_citations_and_bibliography_agree() -> None:
    """The tool's own works are put beside those of a study, so that its texts may cite them too."""
    shipped = bibliography(TOOLS[0].parent)
    templates = sorted((ROOT / "workflow/wording").rglob("*.j2"))
    named = citations(" ".join(cited for _, cited in facts.NAMED_SOFTWARE.values()))
    for texts, listed, beside in ((OWN, bibliography(REPORT), set()), ([*TOOLS, *templates], shipped, named)):
        cited = set().union(*(citations(path.read_text("utf-8")) for path in texts)) | beside
        assert cited - listed - shipped == set(), "cited and not in the bibliography"
        assert listed - cited == set(), "in the bibliography and never cited"


NEEDED = {
    "article": ["journal", "volume", "pages"],
    "book": ["publisher"],
    "inproceedings": ["booktitle", "pages"],
}


@pytest.mark.parametrize("folder", [REPORT, TOOLS[0].parent], ids=["study", "tool"])
def test_entries_are_complete(folder: Path) -> None:
    for entry in re.split(r"^@", (folder / "references.bib").read_text("utf-8"), flags=re.MULTILINE)[1:]:
        needed = ["author", "title", "year", *NEEDED[entry.partition("{")[0]]]
        doi = re.search(r"^\s*doi = \{(.*)\}", entry, re.MULTILINE)
        assert doi is None or re.fullmatch(r"10\.\d{4,9}/\S+", doi[1]), entry.splitlines()[0]
        lacking = [field for field in needed if not re.search(rf"^\s*{field}\s*=", entry, re.MULTILINE)]
        assert lacking == [], entry.splitlines()[0]


def identifying_words() -> list[str]:
    authors = yaml.safe_load((ROOT / "config/authors.yaml").read_text("utf-8"))
    words = [person["name"] for person in authors["authors"]]
    words += [place["name"] for place in authors["affiliations"]] + [authors["place"]]
    return words + list(authors["identifying_words"])


def identified(text: str) -> list[str]:
    return [word for word in identifying_words() if word.casefold() in text.casefold()]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_author_and_no_place_stands_in_a_text(path: Path) -> None:
    assert identified(path.read_text("utf-8")) == []


def test_a_place_in_a_text_is_found() -> None:
    assert identified(f"Staff in {identifying_words()[-1]} answered.")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_front_matter_leaves_to_the_build_what_is_the_builds(path: Path) -> None:
    front = yaml.safe_load(split_front_matter(path.read_text("utf-8"))[0])
    assert set(front) & set(RESERVED) == set()


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_key_is_well_formed_and_known(path: Path, known: dict[str, str]) -> None:
    keys = META_KEY.findall(path.read_text("utf-8"))
    assert keys
    for key in keys:
        assert re.fullmatch(r"place|journal|statements\.[a-z]+|num\.[a-z][a-z0-9_-]*", key), key
        if key.startswith("num."):
            assert key.removeprefix("num.") in known, key


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_shortcodes_are_only_meta_and_include(path: Path) -> None:
    text = path.read_text("utf-8")
    left = INCLUDE.sub("", META_KEY.sub("", text))
    assert "{{<" not in left and ">}}" not in left
    # Quarto expands an include only where it stands alone on its line.
    for line in text.splitlines():
        assert not INCLUDE.search(line) or INCLUDE.fullmatch(line.strip()), line


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_tables_and_figures_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    made = {
        *register.TABLES,
        *nonresponse.TABLES,
        *models.TABLES,
        "questionnaire",
        "nrba_summary",
        "level_contrast",
    }
    made |= {"answers", "answers_found", "claims_found", "claims_doubts", "remaining"}
    # What readers may move stands on the web page alone.
    made |= {"explorer"}
    made |= {*names.REHEARSAL, names.REHEARSAL_ACCOUNT}
    made |= {"reviewer_questions", *(f"methods_{name}" for name in methods.FACTS)}
    made |= {f"checklist_{name}" for name in names.CHECKLISTS}
    assert {Path(name).stem for name in INCLUDE.findall(text)} <= made
    drawn = re.findall(r"\]\(figures/([\w-]+)\)\{#fig-([\w-]+) fig-alt=\"@alt:([\w-]+)\"\}", text)
    assert len(drawn) == text.count("](figures/")
    assert all(file == alt and file in FIGURES for file, _, alt in drawn)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_code_cells_and_no_callouts(path: Path) -> None:
    assert not re.search(r"^```|\.callout|^\s*<[a-z]", path.read_text("utf-8"), re.MULTILINE)


def test_every_table_and_figure_of_the_manuscript_is_named_in_its_text() -> None:
    text = (REPORT / "manuscript.qmd").read_text("utf-8")
    shown = [
        f"tbl-{Path(name).stem.replace('_', '-')}"
        for name in INCLUDE.findall(text)
        if "methods_" not in name and Path(name).stem != "explorer"
    ]
    shown += re.findall(r"\{#(fig-[\w-]+)", text)
    for name in shown:
        assert f"@{name}" in text, name
    assert len([name for name in shown if name.startswith("tbl-")]) <= 4
    assert len([name for name in shown if name.startswith("fig-")]) <= 3


def test_the_manuscript_says_where_it_matters_that_data_are_simulated() -> None:
    block, body = split_front_matter((REPORT / "manuscript.qmd").read_text("utf-8"))
    parts = dict(
        zip(
            ("introduction", "method", "results", "discussion"),
            re.split(r"^# ", body, flags=re.M)[1:],
            strict=False,
        )
    )
    for name in ("introduction", "method", "discussion"):
        hidden = re.findall(
            r'::: \{\.content-visible when-meta="simulated"\}\n(.*?)\n:::', parts[name], re.DOTALL
        )
        assert any("simulated" in passage for passage in hidden), name
    assert re.search(r'\[[^\]]*simulated[^\]]*\]\{\.content-visible when-meta="simulated"\}', block)
    # With real data the word must vanish altogether.
    bare = re.sub(r'::: \{\.content-visible when-meta="simulated"\}\n.*?\n:::', "", body, flags=re.DOTALL)
    bare = re.sub(r'\[[^\]]*\]\{\.content-visible when-meta="simulated"\}', "", block + bare)
    bare = re.sub(r'\{\.content-hidden when-meta="simulated"\}', "", bare)
    assert "simulated" not in bare


def test_abstract_and_keywords_keep_to_the_journals_limits(known: dict[str, str]) -> None:
    front = yaml.safe_load(split_front_matter((REPORT / "manuscript.qmd").read_text("utf-8"))[0])
    abstract = re.sub(r"\{\.[^}]*\}", "", front["abstract"])
    expanded = META_KEY.sub(
        lambda m: known.get(m[1].removeprefix("num."), "the London Borough of Somewhere"), abstract
    )
    assert len(expanded.split()) <= 200
    assert 3 <= len(front["keywords"]) <= 6


def test_the_census_has_no_margin_of_sampling_error() -> None:
    for path in TEXTS:
        assert "margin of sampling error" not in path.read_text("utf-8")
    assert "uncertainty from non-response under the stated response model" in (
        REPORT / "manuscript.qmd"
    ).read_text("utf-8")
