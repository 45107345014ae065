"""The unweighted scheme under the one name by which disclosure control knows it.

A study may call it as it likes. Shares without weights tell counts, so that everything rests on finding them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from surveypipe.disclosure.atoms import UNWEIGHTED
from surveypipe.disclosure.release import Release
from surveypipe.disclosure.rules import Rules
from surveypipe.disclosure.tables import Study, release_all

if TYPE_CHECKING:
    import pandas as pd


def release_study(
    private: Mapping[str, pd.DataFrame], study: Study, rules: Rules, unweighted: str
) -> dict[str, Release]:
    """Release every table of a study whose unweighted scheme has a name of its own.

    Parameters
    ----------
    private, study, rules
        As in :func:`surveypipe.disclosure.tables.release_all`, under the study's own names.
    unweighted
        Key of the scheme without weights.
    """
    # Counts that no scheme weights stand under the same word: the two names change places, and back.
    swap = {unweighted: UNWEIGHTED, UNWEIGHTED: unweighted}
    weights = study.respondents.weights.rename(columns=_columns(swap))
    errors = {swap.get(key, key): one for key, one in study.respondents.errors.items()}
    known = replace(
        study,
        respondents=replace(study.respondents, weights=weights, errors=errors),
        primary=swap.get(study.primary, study.primary),
    )
    made = release_all(
        {name: _renamed(table, swap) for name, table in private.items()}, known, rules, audited=rules.audited
    )
    for name, release in made.items():
        made[name] = replace(release, table=_renamed(release.table, swap))
    return made


def _columns(names: Mapping[str, str]) -> dict[str, str]:
    starts = ("w_", "cell_", "estimate_")
    return {f"{start}{old}": f"{start}{new}" for old, new in names.items() for start in starts}


def _renamed(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Give the schemes other names, as values and in the names of columns."""
    made = table.rename(columns=_columns(names))
    for column in [name for name in ("scheme", "scheme_primary") if name in made]:
        made[column] = made[column].replace(dict(names))
    return made
