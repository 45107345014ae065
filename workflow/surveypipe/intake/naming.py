"""Names, labels and short labels for the columns of a survey file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from surveypipe.identifiers import variable_slug
from surveypipe.study.base import VARIABLE_NAME
from surveypipe.study.codebook_parsing import RESERVED

LONGEST_NAME = 28
# How the columns of weights begin.
WEIGHTS = "w_"
# A label longer than this gets a short one for figures, of at most so many signs.
LONG_LABEL, SHORT_LABEL = 60, 48
STOP_WORDS = set(
    "a an and are as at be been by can could did do does for from had has have how i if in is it its "
    "may me my of on or our please select so tell than that the their them there these they this those "
    "to us was we were what when where which who why will with would you your following die der das den "
    "dem des ein eine einer und oder sie ihr ihre ihrer wie was wer haben hat ist sind le la les des du "
    "de et ou est vous votre".split()
)


def name_for(column: str, taken: set[str], *, identifies: bool = False) -> str:
    """Give a column a name that a codebook takes: its own, or a short one made of its words.

    Parameters
    ----------
    column
        Name in the file.
    taken
        Identifiers (:func:`surveypipe.identifiers.variable_slug`) of the names given so far; the new one is
        added.
    identifies
        Whether it holds the identifier, which is no column of the stages' own.
    """
    reserved = RESERVED - {"id"} if identifies else RESERVED
    own = column.casefold() in reserved or column.startswith(WEIGHTS)
    if re.fullmatch(VARIABLE_NAME, column) and not own and _free(column, taken):
        taken.add(variable_slug(column))
        return column
    stem = _stem(column)
    if stem in reserved or stem.startswith(WEIGHTS):
        stem = f"asked_{stem}"
    name, number = stem, 1
    while not _free(name, taken):
        number += 1
        name = f"{stem}_{number}"
    taken.add(variable_slug(name))
    return name


def _free(name: str, taken: set[str]) -> bool:
    return variable_slug(name) not in taken


def _stem(column: str) -> str:
    """Make a name of the first words, and of those in brackets or after a colon, which tell most."""
    inner = re.search(r"[\[(]([^\[\]()]+)[\])]\W*$", column) or re.search(r"[:?]\s*([^:?]+)$", column)
    parts = [column[: inner.start()], inner[1]] if inner and inner.start() > 0 else [column]
    words = [_words(part) for part in parts]
    chosen = [*words[0][: 2 if len(words) > 1 else 4], *(words[1][:3] if len(words) > 1 else [])]
    name = ""
    for each in chosen or re.findall(r"\w+", column.lower())[:3]:
        longer = f"{name}_{each}" if name else each
        if name and len(longer) > LONGEST_NAME:
            break
        name = longer[:LONGEST_NAME]
    name = name.strip("_")
    return (
        name if re.fullmatch(VARIABLE_NAME, name) else f"q_{re.sub(r'[^a-zA-Z0-9_]', '', name)}".rstrip("_")
    )


def _words(text: str) -> list[str]:
    found = re.findall(r"[^\W_]+", text.lower())
    return [each for each in found if each not in STOP_WORDS] or found


def plain_label(text: str) -> str:
    """Write a label without markup and line breaks."""
    return " ".join(re.sub(r"</?[a-zA-Z][^<>]*>", " ", text.replace("&nbsp;", " ")).split())


def short_label(label: str) -> str | None:
    """Cut a long label at a word; None where it is short enough."""
    if len(label) <= LONG_LABEL:
        return None
    cut = label[:SHORT_LABEL]
    if " " in cut[SHORT_LABEL // 2 :]:
        cut = cut.rpartition(" ")[0]
    return cut.rstrip(" ,.;:-–(") + "…"


def stem_of(name: str) -> str:
    """Reduce a name to what it has in common with its neighbours: ``risk_1`` and ``risk_2`` to ``risk``."""
    return re.sub(r"(?<=[^\W\d_])[\W_]*\d+[\W_]*[a-zA-Z]{0,2}$|(?<=\d)[\W_]?[a-zA-Z]$|_[^_]+$", "", name)


def common_beginning(labels: Sequence[str]) -> str:
    """Words with which all labels begin; '' where they are fewer than two or one label is nothing else."""
    if len(labels) < 2:
        return ""
    first, last = min(labels), max(labels)
    shared = first[
        : next((k for k, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    ]
    if not all(len(label) > len(shared) for label in labels):
        return ""
    end = max(shared.rfind(sign) for sign in " [(:-–?_/")
    beginning = shared[: end + 1]
    return (
        beginning if len(re.findall(r"\w+", beginning)) >= 2 or re.search(r"[\[(:?]\s*$", beginning) else ""
    )


def ends_itself(beginning: str) -> bool:
    """Whether words that labels have in common are a question of their own, not the half of a sentence."""
    return re.search(r"[\[(:?–…-]\s*$|\.\.\s*$", beginning) is not None


def without_beginning(label: str, beginning: str) -> str:
    """Take a question that a block has in common off a label."""
    if not ends_itself(beginning):
        return label
    rest = label[len(beginning) :].strip(" -–:[]()?.…")
    return rest[:1].upper() + rest[1:] if len(rest) > 1 else label


def plain_beginning(beginning: str) -> str:
    """Write the common beginning of labels as the name of a block."""
    plain = beginning.strip().rstrip("[(:-–_/ ").strip()
    return plain if not plain or ends_itself(beginning) else f"{plain} …"
