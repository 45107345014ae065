"""The reporting checklists are whole, and name sections that exist."""

from __future__ import annotations

import copy
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from surveypipe.problems import SurveyError
from surveypipe.rendering.pages import automatic_identifier
from surveypipe.reporting.checklists import BY, check, checklist_table, sections, where
from surveypipe.reporting.names import CHECKLISTS
from surveypipe.reporting.parts import known_parts
from surveypipe.study.vocabulary import Vocabulary

PAPER = {"mode": "paper", "field_period": {"first": "2012-01-16", "last": "2012-03-31"}}
ROOT = Path(__file__).resolve().parents[3]
LISTS = yaml.safe_load((ROOT / "workflow/checklists.yaml").read_text())
DOCUMENTS = ("manuscript", "supplement", "title-page")
SHIPPED = {
    "manuscript": ROOT / "report/manuscript.qmd",
    "supplement": ROOT / "workflow/documents/supplement.qmd",
    "title-page": ROOT / "report/title-page.qmd",
}
KNOWN = {name: sections(path.read_text()) for name, path in SHIPPED.items()}
# A study that has written nothing yet.
TOOLS = {name: sections((ROOT / f"workflow/documents/{name}.qmd").read_text()) for name in DOCUMENTS}


def test_cross_has_forty_items():
    # Sharma et al. 2021: 40 items; which of them a pipeline can fill is counted in the method notes.
    by = Counter(item["by"] for item in LISTS["cross"]["items"])
    assert (by["A"] + by["A+T"], by["K"], by["T"], by["N/A"]) == (25, 3, 11, 1)
    assert len(LISTS["cross"]["items"]) == 40


def test_the_other_lists_are_whole():
    numbers = {
        name: list(dict.fromkeys(int(re.match(r"\d+", item["id"])[0]) for item in LISTS[name]["items"]))
        for name in CHECKLISTS
    }
    assert numbers["strobe"] == list(range(1, 23))
    assert numbers["cherries"] == list(range(1, 31))
    assert numbers["aapor"] == list(range(1, 12))


@pytest.mark.parametrize("name", CHECKLISTS)
def test_ids_are_unique_and_every_item_is_complete(name: str):
    items = LISTS[name]["items"]
    assert max(Counter(item["id"] for item in items).values()) == 1
    for item in items:
        assert item["what"] and item["by"] in BY
        assert ("because" in item) if item["by"] == "N/A" else ("where" in item)


def test_every_section_that_is_named_exists():
    check(LISTS, KNOWN, DOCUMENTS)
    check(LISTS, TOOLS, DOCUMENTS)


def test_unknown_sections_are_told_in_words_and_together():
    wrong = copy.deepcopy(LISTS)
    wrong["cross"]["items"][0]["where"] = {"manuscript": ["abstracts"]}
    wrong["aapor"]["items"][3]["where"] = {"appendix": ["sec-x"]}
    with pytest.raises(SurveyError) as caught:
        check(wrong, KNOWN, DOCUMENTS)
    first, second = caught.value.problems
    assert "CROSS item 1a" in first and "report/manuscript.qmd" in first and "'abstracts'" in first
    assert "abstract" in first.split("has that name.")[1]
    assert "AAPOR item 4" in second and "'appendix'" in second


def test_what_the_run_checks_it_checks():
    checked = [item for name in CHECKLISTS for item in LISTS[name]["items"] if item["by"] == "K"]
    assert checked and all(item["says"] for item in checked)
    text = (ROOT / "report/manuscript.qmd").read_text().replace("cross-sectional", "single")
    with pytest.raises(SurveyError) as caught:
        check(LISTS, {**KNOWN, "manuscript": sections(text)}, DOCUMENTS)
    assert len(caught.value.problems) == 4
    assert "CROSS item 1a" in caught.value.problems[0]
    assert "wants the words 'cross-sectional'" in caught.value.problems[0]


def test_a_document_that_the_study_does_not_make_is_passed_over():
    without = {name: KNOWN[name] for name in ("manuscript", "supplement")}
    check(LISTS, without, DOCUMENTS)
    rows = {
        row[0]: row for row in checklist_table("cross", LISTS["cross"], without, PAPER, Vocabulary()).rows
    }
    assert "Manuscript" in rows["17"][2] and "Title page" not in rows["17"][2]
    assert rows["5d"][3] == "Pipeline"


def test_headings_are_named_as_pandoc_names_them():
    found = sections(
        "---\ntitle: x\n---\n\n# One {#sec-one .unnumbered}\n\n## 2. It's, well: two\n\nWords.\n\n# Last\n"
    )
    assert list(found) == ["title", "sec-one", "its-well-two", "last"]
    assert found["its-well-two"].reference == "sec-one"
    assert found["its-well-two"].text.strip() == "Words."
    assert found["last"].reference == ""
    assert automatic_identifier("Estimates, intervals and tests") == "estimates-intervals-and-tests"


def test_web_items_apply_to_the_web_only():
    on_paper = checklist_table("cherries", LISTS["cherries"], KNOWN, PAPER, Vocabulary())
    assert on_paper.rows == []
    for mode in ("web", "mixed"):
        assert (
            len(checklist_table("cherries", LISTS["cherries"], KNOWN, {"mode": mode}, Vocabulary()).rows)
            == 30
        )
    visitors = {
        mode: next(
            r
            for r in checklist_table("cross", LISTS["cross"], KNOWN, {"mode": mode}, Vocabulary()).rows
            if r[0] == "11d"
        )
        for mode in ("paper", "web", "records", "telephone", None)
    }
    assert visitors["records"][2] == "Not applicable: nobody was asked"
    assert visitors["paper"][2] == "Not applicable: paper questionnaire"
    assert visitors["telephone"][2] == "Not applicable: interviews by telephone"
    assert visitors["web"][2:] == visitors[None][2:] == ["For the authors to add", "Author"]
    assert checklist_table("cherries", LISTS["cherries"], KNOWN, {}, Vocabulary()).rows == []


def test_a_section_of_the_supplement_is_a_reference_and_one_of_the_manuscript_is_named():
    rows = {row[0]: row for row in checklist_table("cross", LISTS["cross"], KNOWN, PAPER, Vocabulary()).rows}
    assert "@sec-response" in rows["11c"][2]
    assert "section 'Response and respondents'" in rows["11c"][2]
    assert rows["1a"][2] == "Manuscript, title and abstract"
    assert "@sec-models (Models`, #ref(<sec-models>" in rows["13b"][2]


def test_a_numbered_reference_is_to_the_section_that_it_names():
    cells = [
        row[2]
        for key, checklist in LISTS.items()
        for row in checklist_table(key, checklist, KNOWN, {**PAPER, "mode": "mixed"}, Vocabulary()).rows
    ]
    found = [pair for cell in cells for pair in re.findall(r"@(sec-[\w-]+) \(([^`()]+)`", cell)]
    assert ("sec-early-late", "Early and late") in found
    assert [(name, title) for name, title in found if KNOWN["supplement"][name].title != title] == []


def test_a_heading_without_a_name_of_its_own_is_found_in_the_section_above_it():
    known = {"supplement": sections("# Bias {#sec-bias}\n\n## Early and late\n\nText.\n")}
    item = {"where": {"supplement": ["early-and-late"]}}
    assert where(item, known).startswith("'Early and late' in @sec-bias`, #ref(<early-and-late>")
    named = {"supplement": sections("# Bias\n\n## Early and late {#sec-late}\n\nText.\n")}
    item = {"where": {"supplement": ["sec-late"]}}
    assert where(item, named).startswith("@sec-late (Early and late`, #ref(<sec-late>")


def test_dates_are_the_authors_to_add_where_the_study_does_not_give_them():
    for name, item in (("cross", "7b"), ("aapor", "7")):
        given, missing = (
            next(
                row
                for row in checklist_table(name, LISTS[name], KNOWN, study, Vocabulary()).rows
                if row[0] == item
            )
            for study in (PAPER, {"mode": "paper"})
        )
        assert "Design and setting" in given[2] and given[3] == "Pipeline"
        assert missing[2:] == ["For the authors to add", "Author"]


def test_a_rate_that_cannot_be_given_is_no_item_that_is_answered():
    for lacks, told in ((set(), False), ({"rates"}, True)):
        rows = checklist_table("cross", LISTS["cross"], KNOWN, PAPER, Vocabulary(), lacks).rows
        (row,) = [row for row in rows if row[0] == "11c"]
        assert ("nothing is known of those who are not in the data" in row[2]) == told
        assert (row[3] == "—") == told


def test_no_item_points_to_what_the_study_has_not():
    """Without a table of who the respondents are, or the wording of questions, the authors have to say."""
    for lacks, told in ((set(), False), ({"characteristics", "worded"}, True)):
        for name, item in (("cross", "12"), ("strobe", "14a"), ("cross", "5d"), ("aapor", "3")):
            rows = checklist_table(name, LISTS[name], KNOWN, PAPER, Vocabulary(), lacks).rows
            (row,) = [row for row in rows if row[0] == item]
            assert (row[2:] == ["For the authors to add", "Author"]) == told, (name, item)
    asked = {
        row[0]: row
        for row in checklist_table("cross", LISTS["cross"], KNOWN, PAPER, Vocabulary(), {"asked"}).rows
    }
    assert {asked[item][2] for item in ("5c", "5d", "8")} == {"Not applicable: nobody was asked"}


def test_subgroups_are_pointed_to_only_where_something_is_told_of_some():
    for lacks, told in ((set(), "Manuscript"), ({"subgroups"}, "Not applicable: no groups are compared")):
        rows = checklist_table("strobe", LISTS["strobe"], KNOWN, PAPER, Vocabulary(), lacks).rows
        (row,) = [row for row in rows if row[0] == "12b"]
        assert row[2].startswith(told)


def test_no_item_that_holds_of_records_too_speaks_of_unanswered_questions():
    """Whether anybody was asked is said by the cell beside it, and not by what the item is called."""
    for name in ("cross", "strobe"):
        for item in LISTS[name]["items"]:
            assert item.get("part") == "asked" or "nanswered" not in item["what"], item["id"]


def test_what_an_item_asks_for_is_a_part_of_a_report():
    named = {
        item[key]
        for one in LISTS.values()
        for item in one["items"]
        for key in ("part", "held")
        if key in item
    }
    assert named <= known_parts()
