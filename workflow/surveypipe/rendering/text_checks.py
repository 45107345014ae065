"""What the renderers would set differently, or not say in plain words; found before either runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from surveypipe.rendering.bibliography import keys_of, unknown_work
from surveypipe.rendering.expand import near

# A caption may run over lines and hold one level of brackets (a citation, a span).
FIGURE = re.compile(
    r"!\[(?P<caption>(?:[^\[\]]|\[[^\[\]]*\])*)\]\((?P<target>[^)\s]+)\)(?P<attributes>\{(?:[^}\"]|\"[^\"]*\")*\})?"
)
_CAPTION = re.compile(r"(?::|Table:)\s+(?P<text>\S.*)", flags=re.DOTALL)
_LABEL = re.compile(r"\{[^{}]*?#(?P<label>(?:fig|tbl|sec)-[\w-]+)[^{}]*\}")
_CITED = re.compile(r"(?<![\w@\\/.])-?@(?:\{(?P<braced>[^}]+)\}|(?P<key>\w(?:[\w:.#$%&+?<>~/-]*\w)?))")
_CODE = re.compile(r"^(```+|~~~+).*?^\1[ \t]*$|(`+)[^`].*?\2", flags=re.DOTALL | re.MULTILINE)
_CALLOUT = re.compile(r"^:{3,}\s*\{?[^}\n]*callout-(\w+)", flags=re.MULTILINE)


def text_problems(body: str, name: str, bibliography: Path) -> list[str]:
    """Check an expanded text before it is rendered.

    Parameters
    ----------
    body
        The text, everything included.
    name
        Name of the document, for the messages.
    bibliography
        The staged file of references.

    Returns
    -------
    list of str
        A sentence to each: captions without a label, whose numbers would differ from format to format;
        labels given twice; works and cross-references that lead nowhere; callouts.
    """
    text = _CODE.sub("", body)
    found = [*_unlabelled(text), *_twice(text), *_leading_nowhere(text, bibliography), *_callouts(text)]
    return [f"{name}: {sentence}" for sentence in dict.fromkeys(found)]


def _unlabelled(text: str) -> Iterator[str]:
    paragraphs = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", text)]
    for position, paragraph in enumerate(paragraphs):
        match = _CAPTION.fullmatch(paragraph)
        beside = paragraphs[max(position - 1, 0) : position + 2]
        if match and any(_is_table(part) for part in beside) and "{#tbl-" not in match["text"]:
            yield (
                f"the table with the caption '{_short(match['text'])}' has no label; write {{#tbl-name}} at "
                "the end of the caption, or its number differs between the formats."
            )
        figure = FIGURE.fullmatch(paragraph.strip())
        if figure and figure["caption"].strip() and "#fig-" not in (figure["attributes"] or ""):
            yield (
                f"the figure '{figure['target']}' has a caption and no label; write {{#fig-name}} behind it, "
                "or its number differs between the formats."
            )


def _is_table(paragraph: str) -> bool:
    lines = paragraph.strip().splitlines()
    return bool(lines) and (lines[0].lstrip().startswith(("|", "+-", "--")) or "|--" in paragraph)


def _short(caption: str) -> str:
    words = " ".join(caption.split())
    return words if len(words) <= 60 else f"{words[:57]}…"


def _twice(text: str) -> Iterator[str]:
    for label, times in Counter(match["label"] for match in _LABEL.finditer(text)).items():
        if times > 1:
            yield f"the label #{label} is given {times} times; a cross-reference can reach one only."


def _leading_nowhere(text: str, bibliography: Path) -> Iterator[str]:
    known = keys_of(bibliography)
    # A heading without a number has none that a reference could print.
    labels = [match["label"] for match in _LABEL.finditer(text) if ".unnumbered" not in match[0]]
    for match in _CITED.finditer(text):
        key = match["braced"] or match["key"]
        if key.split("-")[0] in {"fig", "tbl", "sec"}:
            if key not in labels:
                yield f"the cross-reference @{key} points to nothing.{near(key, labels)}"
        elif key not in known:
            yield unknown_work(key, known)


def _callouts(text: str) -> Iterator[str]:
    for match in _CALLOUT.finditer(text):
        yield (
            f"there is a callout of the kind '{match[1]}', which Word and PDF do not set alike; write a "
            "paragraph."
        )
