"""Ranges of pages in the references of a web page, which no line parts."""

from __future__ import annotations

import re

_ENTRY = re.compile(r'<div id="ref-[^>]*class="csl-entry".*?</div>', flags=re.DOTALL)
_TEXT = re.compile(r">[^<]+<")
_RANGE = re.compile(r"\d+–\d+")


def with_whole_ranges(page: str) -> str:
    """Keep each range of numbers in the references in one line.

    The filter does so in the text; the references are made when it is done.

    Parameters
    ----------
    page
        HTML of a document.

    Returns
    -------
    str
        The same, its ranges in spans that do not break.

    Examples
    --------
    >>> print(with_whole_ranges('<div id="ref-a" class="csl-entry">pp. 1–19.</div>'))
    <div id="ref-a" class="csl-entry">pp. <span class="range">1–19</span>.</div>
    """

    def kept(text: re.Match[str]) -> str:
        return _RANGE.sub(r'<span class="range">\g<0></span>', text[0])

    return _ENTRY.sub(lambda entry: _TEXT.sub(kept, entry[0]), page)
