"""Stable identifiers of estimates, and the keys by which the text calls their numbers."""

from __future__ import annotations

import re
import unicodedata


def slug(text: object) -> str:
    """Reduce a label to ``[a-z0-9-]``, so that it can stand in an identifier.

    An underscore in a variable's name is kept, because names are unique only with it.
    """
    plain = unicodedata.normalize("NFKD", str(text)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", plain.replace("'", "")).strip("-")


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
        ``read__yes__proportion__agency-amh__cells``; it matches ``[a-z][a-z0-9_-]*`` for a
        variable whose name begins with a letter.
    """
    where = slug(f"{group}-{group_level}") if group_level else slug(group)
    parts = [slug(variable), slug(level_label) if level_label else "", slug(statistic), where, slug(scheme)]
    return "__".join(part for part in parts if part)


def number_key(identifier: str, field: str) -> str:
    """Key under ``num:`` in the metadata file for one field of an estimate or claim.

    Examples
    --------
    >>> number_key("read__yes__proportion__overall__cells", "pct")
    'read__yes__proportion__overall__cells__pct'
    """
    return f"{identifier}__{slug(field)}"
