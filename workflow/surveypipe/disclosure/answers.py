"""Estimates of answers: which of them may be read, each by itself.

What follows from several of them together is the business of :mod:`surveypipe.disclosure.audit_answers`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from surveypipe.disclosure.release import (
    MERGED,
    RELEASED,
    ROUNDED,
    SUPPRESSED,
    Release,
    blank,
    log_frame,
    log_rows,
    places_of,
)
from surveypipe.disclosure.rules import Rules
from surveypipe.identifiers import (
    ANSWERED,
    CHANGE,
    CLAIMED_COEFFICIENT,
    CLAIMED_MEDIAN,
    CLAIMED_ODDS_RATIO,
    HISTOGRAM,
    SHARE_OF_ANSWERS,
    TOTAL,
)
from surveypipe.study.comparing import OF_GROUPS
from surveypipe.study.poles import CATEGORIES

if TYPE_CHECKING:
    import pandas as pd

NOT_ABOUT_ANSWERS = ("count", "response_rate", "weight_diagnostic")
# A share of answers under any treatment of missing items, or how many people it is: what hides one hides the
# others.
SHARES = ("proportion", "proportion_complete_cases", "proportion_imputed", "level_share", TOTAL)
# Rows of claims whose `n_level` is the smallest part that they compare.
OF_PARTS = (OF_GROUPS, CHANGE, CLAIMED_ODDS_RATIO, CLAIMED_COEFFICIENT)
# Of people told apart by an answer of their own: all digits would give away who of them said what.
OF_LEVELS = ("level_share", "level_mean", "level_difference")
# How many answered, or did not: of all respondents, unweighted.
COUNTED = (ANSWERED, "no_answer")
# Describe one variable; every other statistic compares or models.
DESCRIPTIVE = (
    "proportion", "mean", "median", "lower_quartile", "upper_quartile", "quantile", TOTAL, HISTOGRAM,
    CLAIMED_MEDIAN, *COUNTED,
)  # fmt: skip
IDENTIFYING_COLUMNS = ("n_level",)
ROUNDED_COLUMNS = ("estimate", "se", "ci_low", "ci_high", "se_jackknife")
TELLING_COLUMNS = ("deff_kish", "deff_design", "effect")
POINT_DECIMALS = 2


def release_estimates(
    estimates: pd.DataFrame,
    rules: Rules,
    five_point: Iterable[str],
    primary: str | None = None,
    *,
    together: bool = True,
    made_from: Mapping[str, str] | None = None,
) -> Release:
    """Release estimates of answers; suppress small bases and groups that all answered alike.

    Where one group of a variable is suppressed, so are a second group (the one with fewest respondents),
    since all staff less the others would give the first, and every comparison between the groups.

    Parameters
    ----------
    estimates
        Private estimates (one tidy row each).
    rules
        Thresholds.
    five_point
        Ordered items of four points or more; within groups only their three merged categories are released.
    primary
        The primary scheme. Single points, means and quartiles of such items are released under it
        alone, and to two decimals: the same under two schemes gives the points of each group by
        subtraction, and all digits of a rare point tell by its weight who gave it. None: under all.
    together
        Whether a second group goes with the first. Off only to show what happens without.
    made_from
        Variable to the question whose 'yes' it repeats on a wider base (those routed past count as 'no'):
        where the question may not be read, nor may the variable, whose count of 'yes' is the same.

    Returns
    -------
    Release
        Rows in the private order. A count or diagnostic is passed on untouched here; the tables of
        characteristics have their own rules.
    """
    table = estimates.copy()
    if not rules.audited:
        return Release(table.assign(status=RELEASED), log_frame([]))
    detail = _detail(table, set(five_point), primary, rules)
    reasons = _reasons(table, rules)
    log = log_rows("estimates", table.loc[detail, "estimate_id"], MERGED, "three categories within groups")
    hidden = ~table["statistic"].notna()
    if made_from:
        small = repeats(table, reasons[0][0], made_from)
        reasons.append((small, "repeats a question that fewer answered than may be shown"))
    for where, reason in reasons:
        log += log_rows("estimates", table.loc[where & ~detail & ~hidden, "estimate_id"], SUPPRESSED, reason)
        hidden |= where
    if together:
        whole = _with_repeated(table, _whole_groups(table, rules), made_from or {})
        telling = _would_tell(table, whole) & ~table["statistic"].isin(NOT_ABOUT_ANSWERS) & ~hidden
        reason = "so that a suppressed group cannot be worked out"
        log += log_rows("estimates", table.loc[telling & ~detail, "estimate_id"], SUPPRESSED, reason)
        hidden |= telling
    table["status"] = RELEASED
    blank(table, hidden)
    if primary is not None:
        points = _points(table, set(five_point)) & ~detail
        round_estimates(table, points, POINT_DECIMALS)
        levels = table["statistic"].isin(OF_LEVELS)
        round_estimates(table, levels, POINT_DECIMALS)
        beside = dict.fromkeys(table.loc[levels, "variable"])
        log += log_rows("estimates", beside, ROUNDED, "people told apart by an answer of their own")
        items = dict.fromkeys(table.loc[points, "variable"])
        log += log_rows("estimates", items, ROUNDED, "single points and means of an ordered item")
    kept = table.loc[~detail].drop(columns=[c for c in IDENTIFYING_COLUMNS if c in table])
    return Release(kept.reset_index(drop=True), log_frame(log))


def _reasons(table: pd.DataFrame, rules: Rules) -> list[tuple[pd.Series, str]]:
    """Rows that may not be read, by reason; a row is logged under the first."""
    answers = ~table["statistic"].isin(NOT_ABOUT_ANSWERS)
    share = answers & table["statistic"].isin(SHARES)
    in_group = _text(table, "group_level") != ""
    gave = table["n_level"]
    binned = answers & (table["statistic"] == HISTOGRAM)
    told = share | binned | (table["statistic"] == SHARE_OF_ANSWERS)
    few = told & (gave > 0) & (gave < rules.min_answers)
    changed = table["statistic"] == CHANGE
    compared = table["statistic"].isin(OF_PARTS) & (gave < rules.min_base)
    made = [
        (answers & (table["n"] < rules.min_base), f"fewer than {rules.min_base} respondents"),
        (changed & (gave == 0), "all changed alike"),
        (compared, f"fewer than {rules.min_base} respondents in one of the groups"),
        (few, f"fewer than {rules.min_answers} gave the answer"),
        # All bins but one tell that one.
        (binned & table["variable"].isin(set(table.loc[few & binned, "variable"])), "a bin holds too few"),
        (share & in_group & _all_alike(table, share), "all of the group gave the same answer"),
    ]
    if rules.zeros_disclosive:
        none = share & ((gave == 0) | _all_alike(table, share))
        made.append((none, "nobody, or everybody, gave the answer"))
    if rules.complement:
        made.append((_complements(table, share, few), "the only other answer is suppressed"))
    if rules.min_df:
        compared = answers & ~table["statistic"].str.startswith(DESCRIPTIVE)
        few_df = compared & (table["df"] < rules.min_df)
        made.append((few_df, f"fewer than {rules.min_df} degrees of freedom"))
    if rules.min_answers:
        counted = table["statistic"].isin(COUNTED) & (table["estimate"] > 0)
        made.append(
            (counted & (table["estimate"] < rules.min_answers), f"fewer than {rules.min_answers} persons")
        )
    return made


def _whole_groups(table: pd.DataFrame, rules: Rules) -> pd.Series:
    """Rows of groups of which nothing may be read: too few, or all alike."""
    answers = ~table["statistic"].isin(NOT_ABOUT_ANSWERS)
    share = answers & table["statistic"].isin(SHARES)
    in_group = _text(table, "group_level") != ""
    return in_group & ((answers & (table["n"] < rules.min_base)) | _all_alike(table, share))


def repeats(table: pd.DataFrame, hidden: pd.Series, made_from: Mapping[str, str]) -> pd.Series:
    """Rows of a variable in a group in which the question that it repeats is hidden."""
    place = places_of(table, ["variable", "group", "group_level", "scheme"])
    source = place.where(~table["variable"].isin(list(made_from)))
    for variable, asked in made_from.items():
        mine = table["variable"] == variable
        source = source.where(~mine, asked + place.str.slice(len(variable)))
    compared = (table["group"] != "overall") & (_text(table, "group_level") == "")
    found = source.isin(set(place[hidden & ~compared])) & table["variable"].isin(list(made_from)) & ~compared
    return found & ~table["statistic"].isin(NOT_ABOUT_ANSWERS)


def _with_repeated(table: pd.DataFrame, whole: pd.Series, made_from: Mapping[str, str]) -> pd.Series:
    """Add to hidden groups those of the variables that repeat a question there, and so on along a chain."""
    for _ in made_from:
        gone = whole | _would_tell(table, whole)
        more = repeats(table, gone, made_from) & ~whole
        if not more.any():
            break
        whole = whole | more
    return whole


def _would_tell(table: pd.DataFrame, hidden: pd.Series) -> pd.Series:
    """Rows from which a hidden group of a variable could be worked out by taking differences.

    Parameters
    ----------
    table
        Estimates with ``variable, group, group_level, n``.
    hidden
        Rows within groups that are suppressed for themselves.

    Returns
    -------
    Series of bool
        All rows of the hidden groups, of a second group where only one is hidden, and of comparisons.
    """
    family = places_of(table, ["variable", "group"])
    level = _text(table, "group_level")
    # A comparison has no level, or names two.
    groups = set(family[hidden])
    described = table["statistic"].str.startswith(DESCRIPTIVE) | table["statistic"].isin(SHARES)
    plain = places_of(table.assign(level_=level), ["variable", "group", "level_"])
    compared = (level == "") | ~plain.isin(set(plain[described]))
    tells = family.isin(groups) & compared & (table["group"] != "overall")
    for name in dict.fromkeys(family[hidden]):
        mine = family == name
        gone = set(level[mine & hidden])
        others = table["n"][mine & ~compared & ~level.isin(gone)].groupby(level).max()
        if len(gone) == 1 and len(others):
            gone.add(str(others.sort_index().idxmin()))
        tells |= mine & level.isin(gone)
    return tells


def _text(table: pd.DataFrame, column: str) -> pd.Series:
    return table[column].fillna("").astype(str)


def _detail(table: pd.DataFrame, items: set[str], primary: str | None, rules: Rules) -> pd.Series:
    """Rows that give ordered items in more detail than is released.

    Where a preset looks at the count of an answer, an item with a rare point is merged for all staff too, and
    keeps no mean, from which the points could be worked out.
    """
    answers = ~table["statistic"].isin(NOT_ABOUT_ANSWERS)
    item = answers & table["variable"].isin(items)
    in_group = _text(table, "group_level") != ""
    fine = item & table["statistic"].isin(SHARES) & _single(table)
    if primary is None:
        return fine & in_group
    mean = item & table["statistic"].str.startswith("mean")
    ranked = item & table["statistic"].isin(["median", "lower_quartile", "upper_quartile"])
    other = table["scheme"] != primary
    if rules.min_answers:
        rare = fine & ~in_group & (table["n_level"] < rules.min_answers)
        rare &= (table["n_level"] > 0) | rules.zeros_disclosive
        other |= table["variable"].isin(set(table.loc[rare, "variable"]))
    return (fine & (in_group | other)) | (mean & other) | (ranked & (in_group | other))


def _single(table: pd.DataFrame) -> pd.Series:
    """Rows about one answer and not about several merged, whatever its code."""
    return ~_text(table, "level").isin(["", *CATEGORIES])


def _points(table: pd.DataFrame, items: set[str]) -> pd.Series:
    """Single points and means of ordered items."""
    single = table["statistic"].isin(SHARES) & _single(table)
    return table["variable"].isin(items) & (single | table["statistic"].str.startswith("mean"))


def round_estimates(table: pd.DataFrame, where: pd.Series, decimals: int) -> None:
    """Round some rows, and empty what would give their digits back."""
    for column in [c for c in ROUNDED_COLUMNS if c in table]:
        table[column] = table[column].astype("float64").where(~where, table[column].round(decimals))
    for column in [c for c in TELLING_COLUMNS if c in table]:
        table[column] = table[column].where(~where)


def _all_alike(table: pd.DataFrame, share: pd.Series) -> pd.Series:
    """Proportions of a variable in a group where one answer, or none but one, was given."""
    uniform = share & (table["n_level"] == table["n"])
    keys = ["variable", "base", "group", "group_level"]
    return share & places_of(table, keys).isin(set(places_of(table[uniform], keys)))


def _complements(table: pd.DataFrame, share: pd.Series, few: pd.Series) -> pd.Series:
    """Answers to a question with two, of which the other is suppressed."""
    keys = ["variable", "base", "group", "group_level"]
    place = places_of(table, keys)
    levels = table.loc[share].groupby(place[share])["level"].nunique()
    two = set(levels.index[levels == 2])
    return share & place.isin(two & set(place[few]))
