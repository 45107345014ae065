"""Pages in the references of a web page, which no line parts."""

from __future__ import annotations

import re

_ENTRY = re.compile(r'<div id="ref-[^>]*class="csl-entry".*?</div>', flags=re.DOTALL)
_TEXT = re.compile(r">[^<]+<")
# A number of a page goes with its sign; the style may have put a space that breaks between them.
_RANGE = re.compile(r"(?:\bpp?\.\s)?\d+–\d+|\bpp?\.\s\d+")


def with_whole_ranges(page: str) -> str:
    """Keep each range of numbers in the references, and each page, in one line with its 'p.'.

    The filter does so in the text; the references are made when it is done.

    Parameters
    ----------
    page
        HTML of a document.

    Returns
    -------
    str
        The same, its ranges and pages in spans that do not break.

    Examples
    --------
    >>> print(with_whole_ranges('<div id="ref-a" class="csl-entry">pp. 1–19.</div>'))
    <div id="ref-a" class="csl-entry"><span class="range">pp. 1–19</span>.</div>
    """

    def kept(text: re.Match[str]) -> str:
        return _RANGE.sub(r'<span class="range">\g<0></span>', text[0])

    return _ENTRY.sub(lambda entry: _TEXT.sub(kept, entry[0]), page)
