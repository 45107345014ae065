"""Stable identifiers of estimates, and the keys by which the text calls their numbers."""

from __future__ import annotations

import re
import unicodedata

# Level of the rows that count who gave no answer. It begins with a space and so is never in the data: text of
# the staff list is stripped, and codes are numbers.
NOT_ANSWERED = " not answered"
# Statistic of the rows that count who answered a question of which nothing is estimated.
ANSWERED = "answered"
# Statistic of the rows that say what part of all boxes ticked of a set one box is.
SHARE_OF_ANSWERS = "share_of_answers"
# Statistic of the rows that say what part of the people a bin of numbers holds.
HISTOGRAM = "histogram"
# What numbers a question allows: of the documentation of variables, read by the stages alone. The codebook
# tells it, and no released table needs it.
LIMITS = "range"
# Statistic of the rows that tell a total of the population.
TOTAL = "total"
# Statistic of the rows that a claim of a median has of its own.
CLAIMED_MEDIAN = "claimed_median"
# Statistics of the rows that a claim of an association has of its own. They begin as those of the models,
# beside which they are rounded.
CLAIMED_ODDS_RATIO, CLAIMED_COEFFICIENT = "odds_ratio_claimed", "coefficient_claimed"
# Statistic of the rows that a claim of a change between two waves has of its own.
CHANGE = "change"


def slug(text: object) -> str:
    """Reduce a label to ``[a-z0-9-]``, so that it can stand in an identifier.

    An underscore in a variable's name is kept, because names are unique only with it.
    """
    plain = unicodedata.normalize("NFKD", str(text)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", plain.replace("'", "")).strip("-")


def key_slug(key: object) -> str:
    """Reduce a code, or a level of a group, so that two of them stay apart in any alphabet.

    Letters, digits and signs that :func:`slug` would drop are written as ``x`` and their code point, and a
    leading minus as ``minus``.

    Examples
    --------
    >>> key_slug("AMH"), key_slug("-1"), key_slug("A+"), key_slug("병원")
    ('amh', 'minus-1', 'ax2b', 'xbcd1xc6d0')
    """
    text = re.sub(r"^-(?=\d)", "minus-", str(key))
    composed = unicodedata.normalize("NFC", text)
    return slug("".join(sign if _kept(sign) else f"x{ord(sign):x}" for sign in composed))


def variable_slug(name: object) -> str:
    """Reduce a variable's name, of any script, to what an identifier may begin with.

    Examples
    --------
    >>> variable_slug("guid_1"), variable_slug("_w"), variable_slug("병원")
    ('guid_1', 'v_w', 'xbcd1xc6d0')
    """
    plain = key_slug(name)
    return plain if re.match("[a-z]", plain) else f"v{plain}"


def _kept(sign: str) -> bool:
    """Whether :func:`slug` keeps a sign, or may drop it because it only parts or points words."""
    return bool(slug(sign)) or unicodedata.category(sign)[0] not in "LNSM"


def estimate_id(
    variable: str, level_label: str, statistic: str, group: str, group_level: str, scheme: str
) -> str:
    """Name an estimate by what it estimates.

    Parameters
    ----------
    variable, statistic, group, scheme
        Keys of the configuration or codebook.
    level_label
        Label of the answer for a proportion; empty for a mean or a test.
    group_level
        Key of the group's level; empty for all staff.

    Returns
    -------
    str
        Segments joined by two underscores, for example
        ``read__yes__proportion__agency-amh__cells``; it matches ``[a-z][a-z0-9_-]*``.
    """
    where = f"{slug(group)}-{key_slug(group_level)}".strip("-") if group_level else slug(group)
    parts = [
        variable_slug(variable),
        slug(level_label) if level_label else "",
        slug(statistic),
        where,
        slug(scheme),
    ]
    return "__".join(part for part in parts if part)


def number_key(identifier: str, field: str) -> str:
    """Key under ``num:`` in the metadata file for one field of an estimate or claim.

    Examples
    --------
    >>> number_key("read__yes__proportion__overall__cells", "pct")
    'read__yes__proportion__overall__cells__pct'
    """
    return f"{identifier}__{slug(field)}"
