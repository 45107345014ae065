"""How fine a number may be: no statistic about an answer is released finer than the answer's shares.

Whoever has two numbers of one question to many digits has the counts behind them: of the whole numbers that
fit a share in whole per cent, Cramér's *V* to six digits leaves one. So the shares are the measure of all
that depends on them, in whatever table it stands:

- what is linear in the shares (estimates, differences, shifts, standard errors, ends of intervals, bounds,
  waves) is rounded as they are, from the true value;
- what is not keeps one significant digit (p, tests, which are in halves below one), no more than one decimal
  besides (effects), or one decimal (ratios); how an answer hangs together with parts of groups that are not
  published is told in three bands.

Every number that is released has the decimals that are printed, so that which question has something to hide
is not told by its rounding. Another scheme than the primary tells of the same answers a second time with
other coefficients, and is released for the estimands of the claims alone, where it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from surveypipe.disclosure.answers import NOT_ABOUT_ANSWERS
from surveypipe.disclosure.digits import bands, coarse, decimals_of, digits_of, one_digit, tested
from surveypipe.disclosure.kinds import ESTIMATES, KINDS
from surveypipe.disclosure.release import ROUNDED, Release
from surveypipe.identifiers import CLAIMED_ODDS_RATIO
from surveypipe.study.claims import AnyClaim

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Form = Callable[[Floats], Floats]
# A share in whole per cent, a mean in hundredths of a point.
DECIMALS = 2
# Who replied, and how that hangs together with the staff list: functions of counts that are judged elsewhere.
# What is printed is made from them (odds ratios from their logarithms), so they keep more digits than it.
CHARACTERISTIC_DIGITS = 6
# Neither about people nor about what they answered.
SETTINGS = (
    "n N frame_n numerator denominator order ci_level level threshold upper_threshold margin theta theta_in "
    "k value points point grade n_cells n_merged frame_percent frame_share unweighted_share "
    "sum_weights weight"
).split()
ONE_DECIMAL = ("df", "df2", "deff_kish", "deff_design")
ODDS_RATIOS = ("tipping_theta", "tipping_theta_interval", "tipping_theta_other")
P_VALUE = re.compile(r"p_value|.*_p")
# Estimates that are tests, p-values or ratios, by the name of the statistic.
TESTS = re.compile(r"rao_scott|t_test|rank_test|adjusted_wald|claim_test|exact_test|proportional_odds")
ADJUSTED_P = re.compile(r".*_p_(holm|bh)$|exact_test")
RATIOS = re.compile(r"odds_ratio|log_odds|risk_ratio")
OWN_SCALE = ("estimate", "se", "ci_low", "ci_high")
# Columns of tables about claims that are on the scale of the estimate.
OF_ESTIMATE = re.compile(r"estimate.*|se|(scheme|ci|bound|deciding)_.*|least|greatest|largest_shift")
# What no table, figure or sentence shows, and what says the same as what is shown, with other coefficients.
NOT_SHOWN = ("se_jackknife", "deff_kish", "deff_design")
# Whoever reads a p-value asks on which side of this it lies.
SIGNIFICANCE = (0.05,)
# The same once more: another variance, another function of two shares.
BESIDE = ".*_nofpc|risk_ratio"
DESCRIBED = "proportion|mean|median|lower_quartile|upper_quartile|quantile|total"
WHOLE_PERCENT = ("percent",)
EVERY, PRINTED = "all numbers that are no counts", "to the digits that are printed"


def not_shown(estimates: pd.DataFrame, claims: Mapping[str, AnyClaim], primary: str) -> pd.Series:
    """Shares, means and quantiles under another scheme than the primary that are no estimand of a claim.

    Parameters
    ----------
    estimates
        Private estimates.
    claims
        The claims by key.
    primary
        The primary scheme.

    Returns
    -------
    Series of bool
        Rows that no table or figure shows; ratios of shares and what is without the population correction
        beside what has it are among them.
    """
    described = estimates["statistic"].str.fullmatch(DESCRIBED)
    level, group = estimates["level"].map(_text), estimates["group_level"].map(_text)
    shown = described & False
    for claim in claims.values():
        mine = estimates["variable"] == claim.variable
        mine &= estimates["statistic"] == claim.statistic
        mine &= level == _text(claim.counted)
        shown |= mine & ((group == "") | (estimates["group"] == claim.by))
    beside = estimates["statistic"].str.fullmatch(BESIDE)
    # What has no estimate under the primary scheme (coded answers are counted unweighted) is not said twice.
    place = estimates["variable"].map(_text) + "|" + estimates["statistic"] + "|" + level + "|" + group
    again = place.isin(set(place[estimates["scheme"] == primary]))
    return (described & (estimates["scheme"] != primary) & again & ~shown) | beside


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def apply(
    releases: Mapping[str, Release],
    limits: Mapping[str, Sequence[float]],
    least: int,
    units: Mapping[str, pd.Series],
    ratios: Collection[str] = (),
) -> None:
    """Round every released table to what its numbers may say.

    Parameters
    ----------
    releases
        Released tables by name, but the estimates; changed.
    limits
        Claim to the thresholds that its estimate is held against.
    least
        Fewest respondents of a group's characteristic whose weighted percentage is told.
    units
        Table about claims to the unit to which each row is rounded that tells a total; 0 for the others.
    ratios
        Claims whose estimate is an odds ratio.
    """
    for name, release in releases.items():
        if name == "nonresponse":
            _nonresponse(release.table, limits)
        elif "claim" in release.table:
            exact = release.table.copy()
            _columns(release.table, release.table["claim"].notna(), limits)
            on_scale = [c for c in _numbers(exact) if OF_ESTIMATE.fullmatch(c)]
            _odds_ratios(release.table, exact, limits, ratios, on_scale)
            if name in units:
                _totals(release.table, exact, limits, units[name], on_scale)
        elif KINDS[name] in ("table_1", "margins", "passed_on"):
            _characteristics(release.table)
            if KINDS[name] == "table_1":
                _few(release.table, least)
        else:
            continue
        release.note(name, [EVERY], ROUNDED, PRINTED)


def _numbers(table: pd.DataFrame) -> list[str]:
    return [c for c in table.select_dtypes("number").columns if c not in SETTINGS]


def estimates(
    release: Release,
    limits: Mapping[str, Sequence[float]],
    units: pd.Series,
    ratios: Collection[str] = (),
) -> None:
    """Round the released estimates.

    Parameters
    ----------
    release
        Changed.
    limits, ratios
        As in :func:`apply`.
    units
        Unit to which each row is rounded that tells a total; 0 for the others.
    """
    table = release.table
    release.note(ESTIMATES, [EVERY], ROUNDED, PRINTED)
    statistic = table["statistic"].astype(str)
    about_answers = ~statistic.isin(NOT_ABOUT_ANSWERS)
    exact = table.copy()
    _columns(table, about_answers, limits)
    # What a function of several shares says in place of a share. Its interval is on its own scale.
    for column in [c for c in NOT_SHOWN if c in table]:
        table[column] = table[column].where(~about_answers)
    table["se"] = table["se"].where(~statistic.str.match(RATIOS))
    for where, form in (
        (statistic.str.match(TESTS), tested),
        (statistic.str.match(ADJUSTED_P), _p),
        (statistic.str.match(RATIOS) & ~statistic.str.match(ADJUSTED_P), _ratio),
    ):
        for column in OWN_SCALE:
            _set(table, column, where & about_answers, form, exact)
    _set(table, "estimate", statistic == "weight_diagnostic", _rounded(DECIMALS))
    _totals(table, exact, limits, units)
    _odds_ratios(table, exact, limits, ratios, OWN_SCALE, statistic == CLAIMED_ODDS_RATIO)


def _odds_ratios(
    table: pd.DataFrame,
    exact: pd.DataFrame,
    limits: Mapping[str, Sequence[float]],
    claims: Collection[str],
    columns: Sequence[str],
    where: pd.Series | bool = True,
) -> None:
    """Round odds ratios of claims as those of models; the ends of intervals keep their side of a limit."""
    place = table["claim"].fillna("").astype(str)
    for claim in claims:
        mine = (place == claim) & where
        for column in columns:
            own = limits.get(claim, ()) if column.startswith(("ci", "deciding")) else ()
            _set(table, column, mine, partial(_ratio, limits=own), exact)
        if "se" in table:
            table["se"] = table["se"].where(~mine)


def _totals(
    table: pd.DataFrame,
    exact: pd.DataFrame,
    limits: Mapping[str, Sequence[float]],
    units: pd.Series,
    columns: Sequence[str] = OWN_SCALE,
) -> None:
    place = table["claim"].fillna("").astype(str)
    for unit in dict.fromkeys(units[units > 0]):
        for claim in dict.fromkeys(place[units == unit]):
            for column in columns:
                own = limits.get(claim, ()) if column.startswith(("ci", "deciding")) else ()
                _set(table, column, (units == unit) & (place == claim), in_units(unit, own), exact)


def in_units(unit: float, limits: Sequence[float] = ()) -> Form:
    """Round to multiples of a unit; a number that would reach a limit keeps its side."""
    return lambda values: unit * decimals_of(values / unit, 0, [limit / unit for limit in limits])


def _p(values: Floats) -> Floats:
    return one_digit(values, SIGNIFICANCE)


def _one_decimal(values: Floats) -> Floats:
    return decimals_of(values, 1)


def _rounded(decimals: int, limits: Sequence[float] = ()) -> Form:
    return lambda values: decimals_of(values, decimals, limits)


def _ratio(values: Floats, limits: Sequence[float] = ()) -> Floats:
    """One decimal; of a ratio below a tenth its first digit."""
    return np.where(np.abs(values) < 0.1, one_digit(values, limits), decimals_of(values, 1, limits))


def shifts_not_shown(table: pd.DataFrame, primary: str) -> pd.Series:
    """Shifts from weighting by another scheme than the primary."""
    return (table["measure"] == "shift") & (table["scheme"] != primary)


def _digits(values: Floats) -> Floats:
    return digits_of(values, CHARACTERISTIC_DIGITS)


def _nonresponse(table: pd.DataFrame, limits: Mapping[str, Sequence[float]]) -> None:
    answers = table["claim"].notna() & (table["claim"].astype(str) != "")
    exact = table.copy()
    _columns(table, answers, limits)
    linked = answers & (table["measure"] == "v_answer")
    _set(table, "estimate", linked, bands, exact)
    table["p_value"] = table["p_value"].where(~linked)
    for column in _numbers(table):
        _set(table, column, ~answers, _digits)


def _columns(table: pd.DataFrame, where: pd.Series, limits: Mapping[str, Sequence[float]]) -> None:
    """Round each column of some rows by what it is."""
    exact = {column: table[column].astype("float64").copy() for column in _numbers(table)}
    for column, values in exact.items():
        table[column] = values
        if P_VALUE.fullmatch(column):
            _set(table, column, where, _p)
        elif column == "statistic":
            _set(table, column, where, tested)
        elif column == "effect":
            _set(table, column, where, coarse)
        elif column in ONE_DECIMAL:
            _set(table, column, where, _one_decimal)
        elif column in ODDS_RATIOS:
            # Of a claim that lies below its limit θ may be small, and its reciprocal is what is told.
            _set(table, column, where, _ratio)
        else:
            _sided(table, column, where, limits)


# A difference and what follows from it is held against nought.
DIFFERENCES = re.compile(r"difference|change|coefficient|average_marginal|mean|tost")


def _sided(table: pd.DataFrame, column: str, where: pd.Series, limits: Mapping[str, Sequence[float]]) -> None:
    """Round a column on the scale of the estimate; the ends of intervals keep their side of each limit."""
    if not column.startswith(("ci", "reader_limit", "deciding")):
        _set(table, column, where, _rounded(DECIMALS))
        return
    place = table["claim"].fillna("").astype(str)
    zero = table["statistic"].astype(str).str.match(DIFFERENCES) if "statistic" in table else where & False
    for claim in dict.fromkeys(place[where]):
        mine = where & (place == claim)
        own = tuple(limits.get(claim, ()))
        _set(table, column, mine & zero, _rounded(DECIMALS, (0.0, *own)))
        _set(table, column, mine & ~zero, _rounded(DECIMALS, own))


def _characteristics(table: pd.DataFrame) -> None:
    for column in _numbers(table):
        places = 0 if column in WHOLE_PERCENT else DECIMALS
        _set(table, column, table[column].notna(), _rounded(places))


def _few(table: pd.DataFrame, least: int) -> None:
    """Leave out a group's weighted percentage of few people: the weights tell who of them are where.

    What the staff list holds of everybody is published by cell already.
    """
    known = table["frame_n"].notna()
    few = (table["group"] != "overall") & ~known & (table["n"] < least)
    table["percent"] = table["percent"].where(~few)


def _set(
    table: pd.DataFrame, column: str, where: pd.Series, form: Form, exact: pd.DataFrame | None = None
) -> None:
    """Round a column in some rows, from the exact table where the column was rounded already."""
    if column not in table or not where.any():
        return
    source = table if exact is None else exact
    values = table[column].astype("float64")
    values[where] = form(source.loc[where, column].to_numpy(float))
    table[column] = values


def limits_of(claims: Mapping[str, AnyClaim]) -> dict[str, tuple[float, ...]]:
    """Thresholds of each claim, those kept for comparison among them; nought and the margin for a mean."""
    return {key: tuple(dict.fromkeys(claim.landmarks())) for key, claim in claims.items()}
