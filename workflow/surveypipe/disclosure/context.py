"""Tables about the claims, and the non-response bias analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveypipe.disclosure.published_counts import about_characteristics
from surveypipe.disclosure.release import (
    RELEASED,
    ROUNDED,
    SUPPRESSED,
    Release,
    blank,
    joined_logs,
    log_frame,
    log_rows,
    places_of,
)
from surveypipe.disclosure.rules import Rules

if TYPE_CHECKING:
    import pandas as pd

CLAIM_KEYS = ("claim", "group", "group_level")
WORDS = (
    "grade_label",
    "verdict",
    "tipping_note",
    "tipping_outcome",
    "tipping_interval_outcome",
    "reader_note",
    "scenario_source",
    "bounds_outcome",
    "equivalence",
    "other_thresholds",
)
HEADLINE = "overall"


def release_claims(claims: pd.DataFrame, rules: Rules, *, together: bool = True) -> Release:
    """Release claims whose base is large enough; with one group hidden its fellows are hidden too.

    A claim whose headline may not be read is withheld whole, and the others are published.
    """
    table = claims.assign(status=RELEASED)
    release = Release(table, log_frame([]))
    small = claims["n"] < rules.min_base
    suppress_claims(release, small, f"fewer than {rules.min_base} respondents")
    if together:
        family = places_of(claims, ["claim", "group"])
        in_group = claims["group_level"].fillna("").astype(str) != ""
        fellows = in_group & family.isin(set(family[small & in_group])) & ~small
        suppress_claims(release, fellows, "would give away another group")
    return release


def suppress_claims(release: Release, where: pd.Series, reason: str) -> None:
    """Empty the numbers and the words of some rows of the claims; of a claim without headline, of all.

    Parameters
    ----------
    release
        The released claims; changed.
    where
        Which rows.
    reason
        Why they may not be read.
    """
    table = release.table
    headless = table.loc[where & (table["group"] == HEADLINE), "claim"]
    gone = (where | table["claim"].isin(set(headless))) & (table["status"] != SUPPRESSED)
    blank(table, gone)
    for column in [c for c in WORDS if c in table]:
        table[column] = table[column].where(~gone, "")
    release.note("claims", table.loc[gone, "claim"], SUPPRESSED, reason)


def without_headline(claims: pd.DataFrame) -> list[str]:
    """List the released claims that are withheld whole."""
    hidden = claims[(claims["group"] == HEADLINE) & (claims["status"] == SUPPRESSED)]
    return [str(key) for key in hidden["claim"]]


def release_with_claims(table: pd.DataFrame, claims: pd.DataFrame, name: str) -> Release:
    """Release further tables of the claims, without the rows of a claim that was suppressed.

    Parameters
    ----------
    table
        With ``claim, group, group_level``.
    claims
        The released claims, with ``status``.
    name
        What the log calls the table.
    """
    hidden = places_of(claims[claims["status"] == SUPPRESSED], CLAIM_KEYS)
    place = places_of(table, CLAIM_KEYS)
    gone = place.isin(set(hidden)) | table["claim"].isin(without_headline(claims))
    log = log_rows(name, place[gone], SUPPRESSED, "the claim itself is suppressed")
    return Release(table.loc[~gone].assign(status=RELEASED).reset_index(drop=True), log_frame(log))


def release_measures(release: Release, estimates: pd.DataFrame, name: str) -> Release:
    """Let rows that count a claim otherwise say no more than the estimates do, in hundredths.

    Parameters
    ----------
    release
        A table with ``measure``: the variable counted instead, empty for the claim's own; changed.
    estimates
        Released estimates. A measure of which any is suppressed is hidden whole.
    name
        What the log calls the table.
    """
    table = release.table
    if "measure" not in table:
        return release
    measure = table["measure"].fillna("").astype(str)
    other = measure != ""
    for column in [c for c in table.select_dtypes("float").columns if c not in ("ci_level", "k", "df")]:
        table[column] = table[column].where(~other, table[column].round(2))
    hidden = other & measure.isin(set(estimates.loc[estimates["status"] == SUPPRESSED, "variable"]))
    blank(table, hidden)
    release.note(name, measure[hidden], SUPPRESSED, "the estimate of this measure is suppressed")
    release.note(name, measure[other & ~hidden], ROUNDED, "a claim counted otherwise")
    return release


def release_bases(release: Release, rules: Rules, name: str) -> Release:
    """Empty the numbers of rows that rest on too few respondents, of a table released otherwise."""
    small = release.table["n"] < rules.min_base
    blank(release.table, small)
    release.note(
        name, release.table.loc[small, "claim"], SUPPRESSED, f"fewer than {rules.min_base} respondents"
    )
    return release


def release_nonresponse(table: pd.DataFrame, claims: pd.DataFrame, rules: Rules) -> Release:
    """Release the non-response bias analysis, each row by what it is about.

    Parameters
    ----------
    table
        ``step, measure, variable, level, group, group_level, claim, n, N, estimate`` and more; n counts
        respondents, N staff.
    claims
        The released claims; rows about a suppressed claim are left out.
    rules
        Thresholds: for characteristics those of respondents and staff, for answers the base.

    Returns
    -------
    Release
        A wave in which all answered alike is suppressed with its whole series, since the cumulative
        rows would give it away; with a wave of few go what adds up the waves, and a second wave.
    """
    release = release_with_claims(table, claims, "nonresponse")
    made = release.table
    who = about_characteristics(made)
    small = who & ((made["n"] < rules.min_cell) | (made["N"] < rules.min_population))
    small |= ~who & (made["n"] < rules.min_base)
    series = places_of(made, CLAIM_KEYS)
    wave = made["step"].isin(["waves", "extrapolation"])
    alike = (made["measure"] == "wave") & made["estimate"].isin([0.0, 1.0])
    small |= wave & series.isin(set(series[alike]))
    small |= _waves_beside(made, small, series)
    blank(made, small)
    places = (made["step"] + ": " + series)[small]
    log = log_rows("nonresponse", places, SUPPRESSED, "small base, or all of a wave alike")
    return Release(made, joined_logs(release.log, log_frame(log)))


def _waves_beside(made: pd.DataFrame, small: pd.Series, series: pd.Series) -> pd.Series:
    """Rows from which a hidden wave would follow: sums up to a wave, what carries waves on, a second wave."""
    wave, told = made["measure"] == "wave", made["step"].isin(["waves", "extrapolation"])
    touched = set(series[wave & small])
    tells = told & series.isin(touched) & ~wave
    for name in touched:
        mine = wave & (series == name)
        if (mine & small).sum() == 1 and (left := made.loc[mine & ~small, "n"]).notna().any():
            tells |= made.index == left.idxmin()
    return tells
