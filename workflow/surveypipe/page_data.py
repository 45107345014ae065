"""Data within a web page: JSON in which no text can mean anything, to a browser or to what makes the page."""

from __future__ import annotations

import json
import re
from typing import Any

STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
# What begins or ends an element, a shortcode, an image, code, a reference, mathematics.
MEANING = re.compile(r"[<>&{}!`@$]")


def page_data(value: Any) -> str:
    r"""Write a value as JSON that can stand in a script element of a page, and in the Markdown it is made of.

    Examples
    --------
    >>> print(page_data({"a": "</script>{{< x >}}"}))
    {"a":"\u003c/script\u003e\u007b\u007b\u003c x \u003e\u007d\u007d"}
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return STRING.sub(lambda string: MEANING.sub(_code, string[0]), text)


def _code(sign: re.Match[str]) -> str:
    return f"\\u{ord(sign[0]):04x}"
