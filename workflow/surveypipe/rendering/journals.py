"""A manuscript held against what a journal asks: words by the journal's own rule, keywords, statements."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveypipe.formatting import sentence_list
from surveypipe.study.journal import Journal

if TYPE_CHECKING:
    from lxml.html import HtmlElement

PARTS = ("text", "title", "abstract", "statements", "references", "tables", "figures")
# Headings and leading words under which a statement stands, in the manuscript or on the title page.
STATEMENTS = {
    "ethics": ("ethics", "ethical approval"),
    "interests": ("conflict of interest", "conflicts of interest", "competing interests"),
    "funding": ("funding",),
    "contributions": ("contributions", "author contributions"),
    "data availability": ("data availability",),
}
# What belongs to the printed page and not to the manuscript.
_FURNITURE = (
    "//nav",
    "//script",
    "//style",
    "//*[@class='simulated-banner']",
    "//*[@class='watermark']",
    "//a[@class='skip']",
)
# Where the title page prints each field; statements are found by their headings.
_FIELDS = {
    "title": "//header//h1",
    "authors": "//header//*[@class='authors']",
    "affiliations": "//header//*[@class='affiliation'][sup]",
    "contact": "//header//*[@class='affiliation'][starts-with(normalize-space(), 'Correspondence')]",
    "biography": "//section[h1[contains(., 'Biograph') or contains(., 'About the author')]]",
}
_UNFILLED = re.compile(r"to be filled in|none stated", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """One requirement and how the manuscript stands to it.

    Parameters
    ----------
    text
        A sentence.
    met
        Whether the requirement is met; None where the profile does not say what is required.
    """

    text: str
    met: bool | None


def count_words(text: str) -> int:
    """Count words as word processors do: what stands between spaces and holds a letter or a digit.

    Examples
    --------
    >>> count_words("Staff – all 312 of them – were asked (38%).")
    8
    """
    return sum(any(sign.isalnum() for sign in word) for word in text.split())


def manuscript_words(page: str) -> dict[str, int]:
    """Count the words of each part of a finished manuscript.

    Parameters
    ----------
    page
        Source of the HTML.

    Returns
    -------
    dict
        Words in ``title``, ``abstract``, ``statements``, ``references`` (the list with its heading),
        ``tables`` (caption, cells and note), ``figures`` (captions) and ``text``, which is all the rest.
    """
    root = _root(page)
    places = {
        "title": ".//header//h1",
        "abstract": ".//section[contains(@class, 'abstract')]/p[not(contains(@class, 'keywords'))]",
        "references": ".//section[.//div[@id='refs'] and not(.//section)]",
        "statements": ".//section[@id='sec-statements']",
        "tables": ".//figure[contains(@id, 'tbl-')] | .//div[contains(@class, 'table-note')]"
        " | .//table[not(ancestor::figure)]",
        "figures": ".//figure[not(contains(@id, 'tbl-'))]",
    }
    words = {part: _take(root, place) for part, place in places.items()}
    # Authors, addresses and keywords belong to the title page.
    _take(root, ".//header")
    return {"text": count_words(_text(root))} | words


def _root(page: str) -> HtmlElement:
    from lxml import html

    tree = html.fromstring(page)
    for path in _FURNITURE:
        for element in tree.xpath(path):
            element.drop_tree()
    found = tree.xpath("//main")
    return found[0] if found else tree


def _text(element: HtmlElement) -> str:
    # Cells and paragraphs may follow each other without a space.
    return re.sub(r"\s+", " ", " ".join(_pieces(element)))


def _pieces(element: HtmlElement) -> list[str]:
    blocks = {"p", "td", "th", "tr", "li", "div", "section", "figcaption", "h1", "h2", "h3", "h4"}
    pieces: list[str] = []
    current = element.text or ""
    for child in element:
        inner = _text(child) if isinstance(child.tag, str) else ""
        # Inline markup does not end a word; a block does.
        current += f" {inner} " if child.tag in blocks or child.tag == "br" else inner
        current += child.tail or ""
    pieces.append(current)
    return pieces


def _take(root: HtmlElement, path: str) -> int:
    found = root.xpath(path)
    words = sum(count_words(_text(element)) for element in found)
    for element in found:
        if element.getparent() is not None:
            element.drop_tree()
    return words


def keywords(page: str) -> list[str]:
    """Keywords as the manuscript prints them."""
    found = _root(page).xpath("//*[contains(@class, 'keywords')]")
    listed = _text(found[0]).partition(":")[2] if found else ""
    return [word.strip() for word in re.split(r"[,;]", listed) if word.strip()]


def statement(pages: Sequence[str], name: str) -> str | None:
    """Find a statement by its heading or its leading words.

    Returns
    -------
    str or None
        Its text; None where there is none.
    """
    found = None
    for page in pages:
        for element in _root(page).xpath("//p[strong] | //section"):
            head = element.find("strong") if element.tag == "p" else _heading(element)
            title = "" if head is None else _text(head).strip(" .").casefold()
            if title in STATEMENTS[name]:
                text = _text(element)[len(title) :].strip(" .")
                # The statement that is filled in counts, wherever it stands.
                if text and not _UNFILLED.search(text):
                    return text
                found = found or text
    return found


def _heading(section: HtmlElement) -> HtmlElement | None:
    return next((child for child in section if child.tag in {"h1", "h2", "h3", "h4"}), None)


def title_page_lacks(page: str, fields: Sequence[str]) -> list[str]:
    """Fields that a title page does not print, in the order asked for.

    Parameters
    ----------
    page
        Source of its HTML.
    fields
        Names of fields, as in the schema of the profiles.
    """
    root = _root(page)
    return [
        name
        for name in fields
        if not (statement([page], name) if name in STATEMENTS else root.xpath(_FIELDS[name]))
    ]


def citation_problems(page: str) -> list[str]:
    """Works cited and not listed, and works listed and never cited, in a finished manuscript."""
    root = _root(page)
    listed = {str(name) for name in root.xpath("//*[@id='refs']//*[starts-with(@id, 'ref-')]/@id")}
    cited = {str(link).lstrip("#") for link in root.xpath("//a[starts-with(@href, '#ref-')]/@href")}
    told = [f"'{name[4:]}' is cited and not in the list" for name in sorted(cited - listed)]
    return told + [f"'{name[4:]}' is in the list and never cited" for name in sorted(listed - cited)]


def findings(profile: Journal, pages: Sequence[str], *, csl: str) -> list[Finding]:
    """Hold a manuscript against a journal's profile.

    Parameters
    ----------
    profile
        Content of a journal's profile, for example of a file of ``workflow/journals``.
    pages
        HTML of the manuscript, then of the title page where there is one.
    csl
        Citation style of the run.
    """
    words = manuscript_words(pages[0])
    counted = ["text", *profile.count_includes]
    total = sum(words[part] for part in counted)
    listed = keywords(pages[0])
    made = [
        _limit(f"Words, {_rule(counted)}", total, profile.max_words),
        _limit("Words of the abstract", words["abstract"], profile.abstract_max),
        _limit("Keywords", len(listed), profile.keywords_max),
    ]
    made += [_statement(name, statement(pages, name)) for name in profile.statements]
    made += _title_page(pages[1:], profile.title_page_fields or [])
    wrong = citation_problems(pages[0])
    made.append(
        Finding(f"References and citations: {'; '.join(wrong) or 'each has the other: met'}.", not wrong)
    )
    wanted = profile.csl
    if wanted:
        same = wanted == csl
        words_csl = "met" if same else f"the run uses '{csl}'; set report.csl to '{wanted}'"
        made.append(Finding(f"Citation style {wanted}: {words_csl}.", same))
    return made


def _rule(counted: Sequence[str]) -> str:
    out = [part for part in PARTS if part not in counted]
    inside = f"with {sentence_list([part for part in counted if part != 'text'])}" if len(counted) > 1 else ""
    outside = f"without {sentence_list(out)}" if out else ""
    return ", ".join(filter(None, (inside, outside)))


def _limit(name: str, value: int, limit: int | None) -> Finding:
    if limit is None:
        return Finding(f"{name}: {value:,}; the profile gives no limit.", None)
    if value <= limit:
        return Finding(f"{name}: {value:,} of at most {limit:,}: met.", True)
    return Finding(f"{name}: {value:,} of at most {limit:,}: exceeded by {value - limit:,}.", False)


def _statement(name: str, text: str | None) -> Finding:
    if text is None:
        return Finding(
            f"Statement on {name}: missing; write one in the manuscript or on the title page.", False
        )
    if not text or _UNFILLED.search(text):
        return Finding(f"Statement on {name}: there is a place for it, still to be filled in.", False)
    return Finding(f"Statement on {name}: met.", True)


def _title_page(pages: Sequence[str], fields: Sequence[str]) -> list[Finding]:
    if not fields:
        return []
    asked = f"Title page with {sentence_list(list(fields))}"
    if not pages:
        return [Finding(f"{asked}: none is made; name title-page under report.documents.", False)]
    lacking = title_page_lacks(pages[0], fields)
    return [Finding(f"{asked}: {'lacks ' + sentence_list(lacking) if lacking else 'met'}.", not lacking)]


def report(profile: Journal, found: Sequence[Finding], words: Mapping[str, int]) -> str:
    """Lay the findings out as text, unmet ones marked."""
    marks = {True: "  ", False: "! ", None: "? "}
    lines = [f"The manuscript held against what {profile.name} asks", ""]
    lines += [marks[finding.met] + finding.text for finding in found]
    lines += ["", "Words by part: " + ", ".join(f"{part} {words[part]:,}" for part in PARTS) + "."]
    if profile.source:
        lines.append(f"The rules: {profile.source}")
    lines += _set(profile)
    if profile.self_cite_text:
        own = profile.self_cite_text
        lines.append(f'Works that report.own_works names are "{own}" in the blinded documents.')
    return "\n".join([*lines, ""])


def _set(profile: Journal) -> list[str]:
    placed = {
        "end": "tables and figures after the references",
        "separate": "tables and figures after the references, each on a page of its own",
    }
    both = [f"{profile.spacing or 'double'} spacing"]
    both += ["numbered lines"] if profile.line_numbers is not False else []
    unknown = [name for name in ("spacing", "line_numbers") if getattr(profile, name) is None]
    why = f" The profile does not say so ({sentence_list(unknown)})." if unknown else ""
    said = [f"Set in the Word file and the PDF: {sentence_list(both)}.{why}"]
    where = profile.tables_placement
    return said + ([f"Set in the Word file: {placed[where]}."] if where in placed else [])
