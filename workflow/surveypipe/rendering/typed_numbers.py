"""Numbers typed by hand into a text in which every number should come from the results."""

from __future__ import annotations

import re

from surveypipe.rendering.expand import SHORTCODE, split_front_matter

# What of the front matter is printed.
PRINTED = {"title", "subtitle", "running-title", "abstract", "keywords"}
# What stands for itself: names of response rates and of instruments, years, and numbers of
# sections, in a statute for example.
ALLOWED = re.compile(
    r"\b(?:RR[1-6]|COOP[1-4]|REF[1-3]|CON[1-3])\b|\b[A-Z][A-Za-z]+-\d+\b"
    r"|(?<![\d.,])\b(?:19|20)\d\d\b(?![.,]?\d|%)"
    r"|\b(?:[Ss]ections?|[Cc]hapters?|[Aa]rticles?|[Ss]chedules?)[\s\u00a0]\d+(?:\.\d+)*[A-Z]?\b"
)
NUMBER = re.compile(r"\S*\d\S*|\bper cent\b|\bpercent\b", re.IGNORECASE)

_FENCE = re.compile(r"^:{3,}\s*\{[^}\n]*\.given\b[^}\n]*\}.*?^:{3,}[ \t]*$", re.MULTILINE | re.DOTALL)
_CITED = re.compile(r"(?<![\w\\])@[A-Za-z][\w:.-]*\s+\[[^\]]*\]|\[[^\[\]]*@[^\[\]]*\]")
_LOCATOR = re.compile(r"\b(?:pp?|chaps?|secs?|vols?)\.[\s\u00a0]*\d+(?:[-–]\d+)?")
# Blocks, expressions and comments of a template.
_TEMPLATE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_MARKUP = (
    re.compile(r"<!--.*?-->", re.DOTALL),
    SHORTCODE,
    re.compile(r"(?<=\])\([^)\s]*\)"),
    re.compile(r"\[[^\[\]]*\]\{[^}\n]*\.given\b[^}\n]*\}"),
    re.compile(r"\{[#.][^}\n]*\}"),
    re.compile(r"\[\^[^\]]+\]:?"),
    re.compile(r"(?<![\w\\])@[A-Za-z](?:[\w:.-]*\w)?"),
    re.compile(r"https?://\S+|\bdoi:\s*\S+|\b10\.\d{4,}/\S+"),
    re.compile(r"&#?\w+;"),
    re.compile(r"^[ \t]*\d+[.)](?=\s)", re.MULTILINE),
)


def prose(text: str) -> str:
    """Take out of a document what the build puts in and what is markup.

    Parameters
    ----------
    text
        A document in Quarto's Markdown.

    Returns
    -------
    str
        What is printed as it was typed, on the same lines.
    """
    block, body = split_front_matter(text)
    bare = f"\n{_printed(block)}\n{body}" if block else text
    bare = _CITED.sub(lambda found: _LOCATOR.sub("", found[0]), _FENCE.sub(_lines, bare))
    for pattern in _MARKUP:
        bare = pattern.sub(_lines, bare)
    return bare


def _lines(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n") or " "


def _printed(block: str) -> str:
    kept, printed = [], False
    for line in block.splitlines():
        key = re.match(r"([A-Za-z][\w-]*)\s*:", line)
        printed = key[1] in PRINTED if key else printed and not line.startswith("#")
        kept.append(line if printed else "")
    return "\n".join([*kept, ""])


def typed_numbers(text: str) -> list[tuple[int, str]]:
    r"""Find the numbers of a text that come neither from the results nor from the list of exceptions.

    Parameters
    ----------
    text
        A document in Quarto's Markdown.

    Returns
    -------
    list of tuple
        Line, counted from 1, and the number with what belongs to it.

    Examples
    --------
    >>> typed_numbers("Of all,\n38% answered in 2013 [@smith2001, p. 4].")
    [(2, '38%')]
    """
    bare = ALLOWED.sub(" ", prose(text))
    return [
        (number, found.strip(".,;:!?()[]*_\"'"))
        for number, line in enumerate(bare.splitlines(), 1)
        for found in NUMBER.findall(line)
    ]


def template_number_problems(text: str, name: str) -> list[str]:
    """Say of each number typed by hand into a template where it stands and what to do.

    Parameters
    ----------
    text
        A template of sentences; what its blocks, expressions and comments hold is not printed as it stands.
    name
        Its path, for the messages.
    """
    bare = _TEMPLATE.sub(_lines, text)
    return [
        f"{name}, line {line}: '{found}' is typed by hand, and would stay when the results change. Take it "
        "from the facts that the template of that name prints; if it comes from elsewhere, mark "
        f"it: [{found}]{{.given}}."
        for line, found in typed_numbers(bare)
    ]


def typed_number_problems(text: str, name: str) -> list[str]:
    """Say of each number typed by hand where it stands and what to do.

    Parameters
    ----------
    text
        A document in Quarto's Markdown.
    name
        Its path, for the messages.
    """
    return [
        f"{name}, line {line}: '{found}' is typed by hand, and would stay when the results change. "
        "Take it from the results ({{< meta num.… >}}, listed in numbers.yaml); if it comes from elsewhere, "
        f"mark it: [{found}]{{.given}}."
        for line, found in typed_numbers(text)
    ]
