"""Values that stand as in the template: names, places and statements that nobody has filled in yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Names that can belong to nobody (RFC 2606), and the words of the template.
_RESERVED = re.compile(
    r"@(?:[\w-]+\.)*(?:[\w-]+\.example|example\.(?:com|org|net))\b|\bto be filled in\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Placeholder:
    """A value that stands as in the template.

    Parameters
    ----------
    file
        Path of the file that holds it.
    key
        Where in the file, with the number of an entry in a list counted from 1: ``authors.2.name``.
    value
        What stands there.
    """

    file: str
    key: str
    value: str

    @property
    def text(self) -> str:
        """One line that names file, key and value."""
        return f"{self.file}: {self.key} is still '{self.value}'."


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Give every single value with its dotted key; entries of a list are counted from 1."""
    parts: Iterator[tuple[Any, Any]] | None = None
    if isinstance(value, Mapping):
        parts = iter(value.items())
    elif isinstance(value, list):
        parts = iter(enumerate(value, start=1))
    if parts is None:
        yield key, str(value)
        return
    for name, inner in parts:
        yield from leaves(inner, f"{key}.{name}" if key else str(name))


def placeholders(file: str, content: Mapping[str, Any], template: Mapping[str, Any]) -> list[Placeholder]:
    """Find what stands as in the template.

    Parameters
    ----------
    file
        Path of the file, for the message.
    content
        What the file holds.
    template
        Key without the numbers of list entries (``authors.name``), to the values of the template.

    Returns
    -------
    list of Placeholder
        In the order of the file. An address under a domain that is reserved for examples, and a text that
        says 'to be filled in', are found under any key.
    """
    found = []
    for key, value in leaves(content):
        plain = re.sub(r"\.\d+(?=\.|$)", "", key)
        known = [_plain(text) for text in template.get(plain, [])]
        if _plain(value) in known or _RESERVED.search(value):
            found.append(Placeholder(file, key, value))
    return found


def _plain(text: Any) -> str:
    return " ".join(str(text).split()).casefold()


def report(found: list[Placeholder], *, real: bool) -> str:
    """Lay out what was found as a numbered list; '' where there is nothing to say."""
    if not real or not found:
        return ""
    count = "1 value stands" if len(found) == 1 else f"{len(found)} values stand"
    lines = [
        f"NOT YET YOURS: {count} as in the template, and the documents print what they say.",
        *(f"  {number}. {one.text}" for number, one in enumerate(found, start=1)),
        "Fill them in before anybody else reads the documents. A value that happens to be right may stay.",
    ]
    return "\n".join(lines)
