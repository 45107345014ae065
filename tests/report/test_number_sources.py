"""The source of each number: found for every key that the texts call, and shown without changing the text."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest
from lxml import html as lxml_html

import made_up
from renderings import differences, docx_content, html_content
from surveypipe.formatting import PRINTED
from surveypipe.problems import Problems
from surveypipe.rendering.docx_package import Package
from surveypipe.rendering.expand import Expander, marked_numbers
from surveypipe.rendering.finishing import render_document
from surveypipe.rendering.staging import stage
from surveypipe.reporting import names, number_sources, numbers
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording import nonresponse, results

from .conftest import AUTHORS, EPOCH, SAMPLE, metadata, sources

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [*sorted((ROOT / "report").glob("*.qmd")), *sorted((ROOT / "workflow/documents").glob("*.qmd"))]


@pytest.fixture(scope="module")
def released() -> Released:
    return made_up.released()


@pytest.fixture(scope="module")
def values(released: Released) -> dict[str, str]:
    return (
        numbers.numbers(released)
        | results.sentences(released, made_up.words())
        | nonresponse.sentences(released, made_up.words())
    )


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_number_of_a_text_has_a_source_that_exists(
    path: Path, released: Released, values: dict[str, str]
) -> None:
    called = [key for key, _ in number_sources.called(path.read_text("utf-8"))]
    found = number_sources.sources(released, called)
    printed = [key for key in called if re.search(r"\d", values.get(key, "")) and key != "title"]
    assert [key for key in printed if key not in found] == []
    known = set(released.table("estimates")["estimate_id"])
    for key in printed:
        for row in found[key].rows:
            assert row in known or row.endswith(".csv") or row.startswith("setting "), (key, row)
        assert found[key].method and found[key].rule


def test_the_source_of_a_claim_is_its_own_estimate(released: Released) -> None:
    found = number_sources.sources(released, ["claim-c1__pct", "claim-c1__bounds-sentence", "n", "rr2"])
    row = next(row for row in released.claim_rows() if row["claim"] == "C1" and not row["group_level"])
    estimates = released.table("estimates").set_index("estimate_id")
    source = estimates.loc[found["claim-c1__pct"].rows[0]]
    assert float(source["estimate"]) == pytest.approx(float(row["estimate"]))
    assert found["claim-c1__pct"].n == str(int(row["n"]))
    assert found["claim-c1__pct"].scheme == released.schemes[released.primary]
    assert found["claim-c1__pct"].rule == "analyse"
    assert found["claim-c1__bounds-sentence"].rule == "sensitivity"


def test_a_name_has_no_source_and_settings_say_so(released: Released) -> None:
    found = number_sources.sources(released, ["title", "group-amh", "theta-strong", "no-such-key"])
    assert list(found) == ["theta-strong"]
    assert found["theta-strong"].rule == "configuration"


def test_keys_are_listed_once_under_the_heading_they_stand_first_in() -> None:
    text = "---\nabstract: '{{< meta num.a >}}'\n---\n{{< meta num.b >}}\n# One {#sec-1}\n{{<meta num.a>}}\n"
    text += "{{< meta num.c >}} {{< meta place >}}\n## Two\n{{< meta num.d__x-y >}}"
    assert number_sources.called(text) == [("a", ""), ("b", ""), ("c", "One"), ("d__x-y", "Two")]


def test_the_list_has_a_row_for_each_key_that_prints_a_number(
    released: Released, values: dict[str, str]
) -> None:
    keys = ("n", "claim-c1__ci", "title", "n")
    text = "# Results\n".join(f"{{{{< meta num.{key} >}}}}\n" for key in keys)
    made = number_sources.listed(released, text, values)
    assert [(row["section"], row["key"]) for row in made] == [("Abstract", "n"), ("Results", "claim-c1__ci")]
    assert made[1]["printed"] == "; ".join(PRINTED.findall(values["claim-c1__ci"]))
    assert made[1]["estimate"] == number_sources.sources(released, ["claim-c1__ci"])["claim-c1__ci"].rows[0]
    assert {tuple(row) for row in made} == {number_sources.COLUMNS}


def test_digits_of_a_name_are_no_number(released: Released) -> None:
    """'Year 11' is a name wherever a sentence prints it, in the list as on the page."""
    levels = {"AMH": "Year 7", "CSC": "Year 11 (upper)"}
    groups = {"agency": {**released.config["groups"]["agency"], "levels": levels}}
    made = dataclasses.replace(released, config={**released.config, "groups": groups})
    names = number_sources.names_with_digits(made)
    assert {"Year 7", "Year 11 (upper)"} <= set(names)
    key, value = "survey__lowest-response-sentence", "It was lowest in year 11 (upper), 63% of 58."
    (row,) = number_sources.listed(made, f"{{{{< meta num.{key} >}}}}", {key: value})
    assert row["printed"] == "63%; 58"
    assert re.findall(r"\[([^\]]*)\]\{", marked_numbers(value, key, names)) == ["63%", "58"]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_text_that_names_the_list_names_the_file_that_is_written(path: Path) -> None:
    named = re.findall(r"`([\w-]+\.csv)`", path.read_text("utf-8"))
    assert set(named) <= {names.NUMBER_LIST}
    assert not named or (path.stem == "supplement")


@pytest.mark.parametrize(
    ("value", "spans"),
    [("58%", 1), ("C1 and tbl-2", 0), ("−2.52 to 2.61 (*n* = 45)", 3), ("±0.25", 1), ("none", 0)],
)
def test_only_numbers_are_marked_and_the_text_stays(value: str, spans: int) -> None:
    marked = marked_numbers(value, "k")
    assert marked.count(".num") == spans
    assert marked.count('first="1"') == min(spans, 1)
    assert re.sub(r"\[([^\]]*)\]\{\.num[^}]*\}", r"\1", marked) == value


def test_headings_captions_and_grid_tables_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.qmd"
    key = "{{< meta num.a-long-key-of-a-number >}}"
    lines = [f"# In {key}", f"In {key}.", f"![In {key}](f)", f": In {key}", f"+---+\n| {key} |\n+---+"]
    path.write_text("\n\n".join(lines))
    problems = Problems()
    found = {"num": {"a-long-key-of-a-number": "7"}}
    _, text = Expander(found, problems, {"a-long-key-of-a-number": {}}).document(path)
    assert [block for block in text.split("\n\n") if ".num" in block] == [
        '[]{.at line="3"}In [7]{.num source="a-long-key-of-a-number" first="1"}.'
    ]


def test_the_page_says_the_same_with_sources_and_the_word_file_names_their_keys_only(
    authors_build: Path, tmp_path: Path
) -> None:
    keys = metadata(AUTHORS)["num"]
    source = {"rows": ["an__id"], "n": "7", "scheme": "S</script>", "method": "m", "rule": "r"}
    given = sources(SAMPLE)
    (tmp_path / "provenance.json").write_text(json.dumps({key: source for key in keys}))
    told = type(given)(**{**vars(given), "provenance": tmp_path / "provenance.json"})
    made = render_document(stage(tmp_path / "build", "sample", told, metadata(AUTHORS)), "pandoc", EPOCH)
    again = render_document(stage(tmp_path / "again", "sample", told, metadata(AUTHORS)), "pandoc", EPOCH)
    for form in ("html", "docx", "pdf"):
        assert made[form].read_bytes() == again[form].read_bytes(), form
    assert differences(html_content(made["html"]), html_content(authors_build / "sample.html")) == []
    assert differences(docx_content(made["docx"]), docx_content(authors_build / "sample.docx")) == []
    written = b"".join(Package(made["docx"]).members.values())
    assert b'w:val="num:read__pct"' in written
    assert not [word for word in (b"an__id", b"S&lt;/script", b'"rule"') if word in written]
    page = lxml_html.parse(str(made["html"]), lxml_html.HTMLParser(encoding="utf-8")).getroot()
    data = json.loads(page.get_element_by_id("sources").text)
    marked = page.xpath("//*[contains(@class, 'num')][@data-source]")
    assert marked
    assert {span.get("data-source") for span in marked} == set(data)
    assert {span.get("tabindex") for span in marked} <= {"0", "-1"}
    assert data[marked[0].get("data-source")] == source
