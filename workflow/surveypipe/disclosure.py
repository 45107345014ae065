"""Statistical disclosure control: what of the private results may be read by anybody.

Primary suppression and merging. Answers are judged by the number of respondents behind them;
characteristics (who the staff are, who replied) by the number of respondents *and* of staff, because
the frame is known and a member of a small group can be identified even when silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from surveypipe.problems import Problems, SurveyError, shown

if TYPE_CHECKING:
    import pandas as pd

RELEASED, MERGED, SUPPRESSED = "released", "merged", "suppressed"
DESCRIPTIVE_OF_ANSWERS = ("proportion", "mean", "median", "quantile", "ratio")
NOT_ABOUT_ANSWERS = ("count", "response_rate", "weight_diagnostic")
# A share of answers under any treatment of missing items: what hides one hides the others.
SHARES = ("proportion", "proportion_complete_cases", "proportion_imputed")
IDENTIFYING_COLUMNS = ("n_level",)


@dataclass(frozen=True)
class Rules:
    """Thresholds of a preset.

    Parameters
    ----------
    min_base
        Fewest respondents behind a published answer.
    min_answers
        Fewest respondents in the published answer itself (0: a small count alone is no reason).
    min_cell
        Fewest respondents in a published characteristic.
    min_population
        Fewest staff in a published characteristic.
    max_lost
        Greatest share of the cells of Table 1 that may be suppressed before the build fails.
    """

    min_base: int
    min_answers: int
    min_cell: int
    min_population: int
    max_lost: float = 0.10


PRESETS: dict[str, Rules] = {
    "research": Rules(min_base=10, min_answers=0, min_cell=5, min_population=10),
    "strict": Rules(min_base=10, min_answers=10, min_cell=10, min_population=10),
}


def rules_of(config: Mapping[str, Any]) -> Rules:
    """Thresholds from the ``disclosure`` section: the preset, with the study's own numbers over it.

    Raises
    ------
    SurveyError
        If the preset is unknown.
    """
    if config["preset"] not in PRESETS:
        raise SurveyError(
            f"disclosure.preset: unknown preset {config['preset']!r}; the presets are {', '.join(PRESETS)}."
        )
    own = {key: config[key] for key in ("min_base", "min_cell", "min_population") if key in config}
    return replace(PRESETS[config["preset"]], **own)


@dataclass
class Release:
    """A public table and what was done to make it so.

    Parameters
    ----------
    table
        The private table's rows that may be read, with a column ``status``; numbers of suppressed rows
        are empty.
    log
        One row for each merged or suppressed place: ``table, place, status, reason``; no numbers.
    """

    table: pd.DataFrame
    log: pd.DataFrame


def _log(table: str, places: Iterable[str], status: str, reason: str) -> list[dict[str, str]]:
    return [{"table": table, "place": place, "status": status, "reason": reason} for place in places]


def _places(table: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    """Join columns of text into one key for each row; an empty table gives no key."""
    joined = table[keys[0]].fillna("").astype(str)
    for key in keys[1:]:
        joined = joined + "|" + table[key].fillna("").astype(str)
    return joined


def _log_frame(rows: list[dict[str, str]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=["table", "place", "status", "reason"]).drop_duplicates(
        ignore_index=True
    )


def release_estimates(estimates: pd.DataFrame, rules: Rules, five_point: Iterable[str]) -> Release:
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
        Agreement items; within groups only their three merged categories are released.

    Returns
    -------
    Release
        Rows in the private order. A count or diagnostic is passed on untouched here; the tables of
        characteristics have their own rules.
    """
    table = estimates.copy()
    answers = ~table["statistic"].isin(NOT_ABOUT_ANSWERS)
    in_group = table["group_level"].fillna("") != ""
    fine = table["variable"].isin(list(five_point)) & table["level"].fillna("").str.fullmatch(r"\d+(\.0)?")
    hidden_detail = answers & in_group & fine & table["statistic"].isin(SHARES)
    small = answers & (table["n"] < rules.min_base)
    few = answers & table["statistic"].isin(SHARES) & (table["n_level"] < rules.min_answers)
    alike = answers & in_group & _all_alike(table)
    log = _log("estimates", table.loc[hidden_detail, "estimate_id"], MERGED, "three categories within groups")
    for where, reason in (
        (small, f"fewer than {rules.min_base} respondents"),
        (few & ~small, f"fewer than {rules.min_answers} gave the answer"),
        (alike & ~small & ~few, "all of the group gave the same answer"),
    ):
        log += _log("estimates", table.loc[where & ~hidden_detail, "estimate_id"], SUPPRESSED, reason)
    primary = small | few | alike
    telling = answers & _would_tell(table, primary & in_group) & ~primary
    reason = "so that a suppressed group cannot be worked out"
    log += _log("estimates", table.loc[telling & ~hidden_detail, "estimate_id"], SUPPRESSED, reason)
    table["status"] = RELEASED
    _blank(table, primary | telling)
    kept = table.loc[~hidden_detail].drop(columns=[c for c in IDENTIFYING_COLUMNS if c in table])
    return Release(kept.reset_index(drop=True), _log_frame(log))


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
    family = _places(table, ["variable", "group"])
    level = table["group_level"].fillna("")
    tells = family.isin(set(family[hidden])) & (level == "") & (table["group"] != "overall")
    for name in dict.fromkeys(family[hidden]):
        mine = family == name
        gone = set(level[mine & hidden])
        others = table["n"][mine & (level != "") & ~level.isin(gone)].groupby(level).max()
        if len(gone) == 1 and len(others):
            gone.add(str(others.sort_index().idxmin()))
        tells |= mine & level.isin(gone)
    return tells


def _all_alike(table: pd.DataFrame) -> pd.Series:
    """Proportions of a variable in a group where one answer, or none but one, was given."""
    share = table["statistic"].isin(SHARES)
    uniform = share & (table["n_level"] == table["n"])
    keys = ["variable", "base", "group", "group_level"]
    alike = _places(table[uniform], keys)
    return share & _places(table, keys).isin(set(alike))


def _blank(table: pd.DataFrame, where: pd.Series) -> None:
    """Empty every number of some rows, except the level of confidence, and mark them."""
    numbers = [c for c in table.select_dtypes("number").columns if c != "ci_level"]
    for column in numbers:
        table[column] = table[column].astype("float64").where(~where)
    if "effect" in table and "effect" not in numbers:
        table["effect"] = table["effect"].where(~where)
    table.loc[where, "status"] = SUPPRESSED


def release_claims(claims: pd.DataFrame, rules: Rules) -> Release:
    """Release claims whose base is large enough.

    Raises
    ------
    SurveyError
        If a claim's headline would be suppressed, naming the claim and what to do.
    """
    table = claims.copy()
    small = table["n"] < rules.min_base
    headline = small & (table["group"] == "overall")
    if headline.any():
        raise SurveyError(
            f"claims: the headline of {shown(table.loc[headline, 'claim'])} rests on fewer than "
            f"{rules.min_base} respondents and may not be published; choose an estimand with a wider base."
        )
    hidden = small & (table["group_level"].fillna("") != "")
    # Both bases of a claim come from the same respondents: with one group hidden its fellows are hidden too.
    small |= _places(table, ["claim", "group"]).isin(set(_places(table[hidden], ["claim", "group"])))
    table["status"] = RELEASED
    _blank(table, small)
    words = ["grade_label", "verdict", "tipping_note", "reader_note", "equivalence", "other_thresholds"]
    for column in [c for c in words if c in table]:
        table[column] = table[column].where(~small, "")
    log = _log("claims", table.loc[small, "claim"], SUPPRESSED, f"fewer than {rules.min_base} respondents")
    return Release(table, _log_frame(log))


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
    keys = ["claim", "group", "group_level"]
    hidden = _places(claims[claims["status"] == SUPPRESSED], keys)
    place = _places(table, keys)
    gone = place.isin(set(hidden))
    log = _log(name, place[gone], SUPPRESSED, "the claim itself is suppressed")
    return Release(table.loc[~gone].assign(status=RELEASED).reset_index(drop=True), _log_frame(log))


CHARACTERISTIC_STEPS = ("rates", "frame", "response_model", "representativity")


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
        rows would give it away.
    """
    release = release_with_claims(table, claims, "nonresponse")
    made = release.table
    who = made["step"].isin(CHARACTERISTIC_STEPS) | (made["measure"] == "v_response")
    small = who & ((made["n"] < rules.min_cell) | (made["N"] < rules.min_population))
    small |= ~who & (made["n"] < rules.min_base)
    series = _places(made, ["claim", "group", "group_level"])
    wave = made["step"].isin(["waves", "extrapolation"])
    alike = (made["measure"] == "wave") & made["estimate"].isin([0.0, 1.0])
    small |= wave & series.isin(set(series[alike]))
    _blank(made, small)
    places = (made["step"] + ": " + series)[small]
    log = _log("nonresponse", places, SUPPRESSED, "small base, or all of a wave alike")
    return Release(made, _concat_logs(release.log, _log_frame(log)))


def release_bases(release: Release, rules: Rules, name: str) -> Release:
    """Empty the numbers of rows that rest on too few respondents, of a table released otherwise."""
    small = release.table["n"] < rules.min_base
    _blank(release.table, small)
    reason = f"fewer than {rules.min_base} respondents"
    log = _log(name, release.table.loc[small, "claim"], SUPPRESSED, reason)
    return Release(release.table, _concat_logs(release.log, _log_frame(log)))


def _concat_logs(*logs: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([log for log in logs if len(log)] or [logs[0]], ignore_index=True)


def release_characteristics(
    table_1: pd.DataFrame, rules: Rules, ordered: Iterable[str], joiner: str = " or "
) -> Release:
    """Merge categories of Table 1 until every published cell is large enough; suppress what remains.

    Parameters
    ----------
    table_1
        Columns ``variable, variable_label, level, level_label, group, group_level, n, percent,
        frame_n, frame_percent, std_diff``; rows with level ``missing`` count who did not answer and
        say nothing about a characteristic, so they are passed on.
    rules
        Thresholds.
    ordered
        Variables whose categories are in order: only neighbours are merged.
    joiner
        Put between the labels of merged categories.

    Returns
    -------
    Release
        Rows in the private order of variables.

    Raises
    ------
    SurveyError
        If more than ``rules.max_lost`` of the cells would still be suppressed, naming the categories.
    """
    import pandas as pd

    parts, log = [], []
    for variable, rows in table_1.groupby("variable", sort=False):
        merged = _merge_until_large(rows, rules, neighbours=variable in set(ordered), joiner=joiner)
        small = _small_cells(merged, rules)
        places = merged.loc[small, "variable_label"] + ": " + merged.loc[small, "level_label"]
        log += _log(
            "table_1",
            places,
            SUPPRESSED,
            f"fewer than {rules.min_cell} respondents or {rules.min_population} staff",
        )
        changed = merged["status"] == MERGED
        log += _log(
            "table_1",
            merged.loc[changed, "variable_label"] + ": " + merged.loc[changed, "level_label"],
            MERGED,
            "small categories",
        )
        parts.append(merged)
    table = pd.concat(parts, ignore_index=True)
    small = _small_cells(table, rules)
    _fail_if_too_much_is_lost(table, small, rules)
    _blank(table, small)
    return Release(table, _log_frame(log))


def _small_cells(rows: pd.DataFrame, rules: Rules) -> pd.Series:
    """Cells with somebody in them, but too few; an empty post is nobody's secret."""
    exists = (rows["n"] > 0) | (rows["frame_n"].fillna(0) > 0)
    few = rows["n"] < rules.min_cell
    rare = rows["frame_n"].notna() & (rows["frame_n"] < rules.min_population)
    return exists & (few | rare) & (rows["level"] != "missing")


def _merge_until_large(rows: pd.DataFrame, rules: Rules, *, neighbours: bool, joiner: str) -> pd.DataFrame:
    rows = rows.assign(status=RELEASED)
    while True:
        levels = [level for level in dict.fromkeys(rows["level"]) if level != "missing"]
        small = rows.loc[_small_cells(rows, rules)]
        if small.empty or len(levels) <= 2:
            return rows
        totals = rows.groupby("level", sort=False)["n"].sum()
        worst = min(small["level"].unique(), key=lambda level: (totals[level], levels.index(level)))
        rows = _merge_two(rows, worst, _partner(worst, levels, totals, neighbours=neighbours), levels, joiner)


def _partner(worst: str, levels: list[str], totals: pd.Series, *, neighbours: bool) -> str:
    at = levels.index(worst)
    near = [levels[i] for i in (at - 1, at + 1) if 0 <= i < len(levels)]
    others = near if neighbours else [level for level in levels if level != worst]
    return min(others, key=lambda level: (totals[level], levels.index(level)))


def _merge_two(rows: pd.DataFrame, first: str, second: str, levels: list[str], joiner: str) -> pd.DataFrame:
    """Add up two categories."""
    import pandas as pd

    first, second = sorted((first, second), key=levels.index)
    pair = rows[rows["level"].isin([first, second])]
    labels = pair.drop_duplicates("level").set_index("level")["level_label"]
    sums = ["n", "percent", "frame_n", "frame_percent"]
    keys = ["variable", "variable_label", "group", "group_level"]
    made = pair.groupby(keys, sort=False, dropna=False)[sums].sum(min_count=1).reset_index()
    made["level"] = f"{first}+{second}"
    made["level_label"] = f"{labels[first]}{joiner}{labels[second]}"
    # The standardised difference compares who answered with who was asked, so its shares are unweighted.
    answered = rows[rows["level"] != "missing"].groupby(keys, sort=False, dropna=False)["n"].sum()
    totals = answered.reindex(pd.MultiIndex.from_frame(made[keys]))
    p, q = made["n"] / np.asarray(totals, float), made["frame_percent"] / 100
    spread = np.sqrt((p * (1 - p) + q * (1 - q)) / 2)
    made["std_diff"] = ((p - q) / spread).where(spread > 0)
    made["status"] = MERGED
    keep = rows[~rows["level"].isin([first, second])]
    order = [level if level != first else f"{first}+{second}" for level in levels if level != second] + [
        "missing"
    ]
    both = pd.concat([keep, made], ignore_index=True)
    both["_order"] = both["level"].map({level: i for i, level in enumerate(order)})
    return both.sort_values("_order", kind="stable").drop(columns="_order").reset_index(drop=True)


def _fail_if_too_much_is_lost(table: pd.DataFrame, small: pd.Series, rules: Rules) -> None:
    counted = table["level"] != "missing"
    if small.sum() <= rules.max_lost * counted.sum():
        return
    problems = Problems()
    for variable, rows in table.loc[small].groupby("variable_label", sort=False):
        problems.add(
            f"Table 1: {len(rows)} cells of '{variable}' are too small to publish "
            f"({shown(rows['level_label'].unique())}); merge these categories in the configuration "
            "(frame.recodes or cleaning.recodes) or leave the variable out of analysis.characteristics."
        )
    problems.raise_if_any()


def release_flow(
    flow: pd.DataFrame, rules: Rules, branches: Iterable[Sequence[str]], labels: Sequence[str]
) -> Release:
    """Release the flow of cases; outcomes too rare to show join the last outcome of their branch.

    Parameters
    ----------
    flow
        Columns ``order, stage, stage_label, group, group_level, n``.
    rules
        Thresholds (``min_cell`` persons).
    branches
        For each branch of the diagram the stages that say what became of those not analysed; the last
        takes in the rare ones.
    labels
        What the last stage of each branch is called once it has taken in others.

    Returns
    -------
    Release
        An outcome is merged for all staff and in every group alike, so that columns add up and no count
        follows from their difference; while the merged outcome is still rare the next rarest joins it.
    """
    table, log = flow.assign(status=RELEASED), []
    for stages, label in zip(branches, labels, strict=True):
        table, rare = _merge_branch(table, rules, stages, label)
        log += _log("flow", rare, MERGED, f"fewer than {rules.min_cell} persons")
        small = _rare_in(table, stages[-1], rules)
        _blank_keeping(table, small, ["order"])
        log += _log(
            "flow", table.loc[small, "stage_label"], SUPPRESSED, f"fewer than {rules.min_cell} persons"
        )
    return Release(table, _log_frame(log))


def _merge_branch(
    table: pd.DataFrame, rules: Rules, stages: Sequence[str], label: str
) -> tuple[pd.DataFrame, list[str]]:
    counts = table[table["stage"].isin(stages[:-1])].groupby("stage")["n"]
    smallest = counts.agg(lambda n: n[n > 0].min() if (n > 0).any() else np.inf).sort_values(kind="stable")
    rare = [str(stage) for stage, n in smallest.items() if n < rules.min_cell]
    candidates = [str(stage) for stage, n in smallest.items() if rules.min_cell <= n < np.inf]
    merged = _add_to_last(table, rare, stages[-1], label)
    while _rare_in(merged, stages[-1], rules).any() and candidates:
        rare.append(candidates.pop(0))
        merged = _add_to_last(table, rare, stages[-1], label)
    return merged, rare


def _add_to_last(table: pd.DataFrame, rare: list[str], last: str, label: str) -> pd.DataFrame:
    if not rare:
        return table
    table = table.copy()
    keys = table["group"] + "|" + table["group_level"].fillna("")
    joining = table["stage"].isin(rare)
    added = keys.map(table.loc[joining, "n"].groupby(keys[joining]).sum())
    target = table["stage"] == last
    table["n"] = table["n"].where(~target, table["n"] + added)
    table.loc[target, "stage_label"] = label
    table.loc[target, "status"] = MERGED
    return table[~joining].reset_index(drop=True)


def _rare_in(table: pd.DataFrame, stage: str, rules: Rules) -> pd.Series:
    return (table["stage"] == stage) & (table["n"] > 0) & (table["n"] < rules.min_cell)


def _blank_keeping(table: pd.DataFrame, where: pd.Series, kept: list[str]) -> None:
    saved = table[kept].copy()
    _blank(table, where)
    table[kept] = saved


def release_cells(cells: pd.DataFrame, rules: Rules) -> Release:
    """Release response cells with enough respondents and staff; empty the numbers of the rest."""
    table = cells.assign(status=RELEASED)
    small = (table["n"] < rules.min_cell) | (table["N"] < rules.min_population)
    _blank(table, small)
    places = table.loc[small, "scheme"] + ": " + table.loc[small, "cell"]
    return Release(table, _log_frame(_log("weight_cells", places, SUPPRESSED, "small cell")))


def release_margins(margins: pd.DataFrame, rules: Rules) -> Release:
    """Release the margins of the weights for levels with enough staff."""
    table = margins.assign(status=RELEASED)
    small = table["frame_n"] < rules.min_population
    _blank(table, small)
    places = table.loc[small, "scheme"] + ": " + table.loc[small, "level"].astype(str)
    return Release(table, _log_frame(_log("weight_margins", places, SUPPRESSED, "few staff")))


def release_rates(rates: pd.DataFrame, flow: pd.DataFrame) -> Release:
    """Release outcome rates, without those that would give away outcomes merged in the flow.

    Parameters
    ----------
    rates
        Columns ``group, group_level, rate, value, numerator, denominator, formula``.
    flow
        The released flow.

    Returns
    -------
    Release
        Response rates of all groups; co-operation, refusal and contact rates only where the flow
        shows the same outcomes unmerged.
    """
    rates = rates.copy()
    place = rates["group"] + "|" + rates["group_level"].fillna("")
    merged = flow.loc[flow["status"] != RELEASED]
    coarse = set(merged["group"] + "|" + merged["group_level"].fillna(""))
    telling = rates["rate"].str.match("COOP|REF|CON") & place.isin(coarse)
    log = _log(
        "response_rates", place[telling] + ": " + rates.loc[telling, "rate"], SUPPRESSED, "merged outcomes"
    )
    kept = rates.loc[~telling].assign(status=RELEASED).reset_index(drop=True)
    return Release(kept, _log_frame(log))


def release_response_cells(rates: pd.DataFrame, rules: Rules, rate: str = "RR2") -> Release:
    """Release one response rate of each group by profession, where respondents and staff are enough."""
    cells = rates[(rates["rate"] == rate) & rates["group"].str.contains(":")].assign(status=RELEASED)
    cells = cells.reset_index(drop=True)
    small = (cells["numerator"] < rules.min_cell) | (cells["denominator"] < rules.min_population)
    _blank(cells, small)
    log = _log("response_cells", cells.loc[small, "group_level"], SUPPRESSED, "small cell")
    return Release(cells, _log_frame(log))


def align(
    estimates: pd.DataFrame, statistic: str, public: pd.DataFrame, *, name: str, value: str, base: str
) -> pd.DataFrame:
    """Let the rows of the estimates that repeat another released table say what that table says.

    Parameters
    ----------
    estimates
        Released estimates.
    statistic
        The rows concerned.
    public
        The released table, with ``group, group_level, status``.
    name, value, base
        Its columns with the variable's name, the value and the base.

    Returns
    -------
    DataFrame
        Rows that the released table has left out are left out here too.
    """
    keys = ["variable", "group", "group_level"]
    other = public.rename(columns={name: "variable"})[[*keys, value, base, "status"]]
    other = other.assign(group_level=other["group_level"].fillna(""))
    rows = estimates["statistic"] == statistic
    mine = estimates.loc[rows].assign(group_level=estimates.loc[rows, "group_level"].fillna(""))
    joined = mine[keys].merge(
        other.set_axis([*keys, "_value", "_base", "_status"], axis=1),
        on=keys,
        how="left",
        validate="one_to_one",
    )
    table = estimates.copy()
    table.loc[rows, "estimate"] = joined["_value"].to_numpy(dtype=float)
    table.loc[rows, "n"] = joined["_base"].to_numpy(dtype=float)
    table.loc[rows, "status"] = joined["_status"].to_numpy()
    return table.loc[~rows | table["status"].notna()].reset_index(drop=True)


def cleaning_summary(log: pd.DataFrame) -> pd.DataFrame:
    """Count what each rule of cleaning did, without saying to whom.

    Returns
    -------
    DataFrame
        ``rule, action, records, values``: records concerned and single values concerned.
    """
    if log.empty:
        return log.reindex(columns=["rule", "action", "records", "values"])
    grouped = log.groupby(["rule", "action"], sort=False)
    made = grouped.agg(records=("row", "nunique"), values=("variable", "size")).reset_index()
    return made.sort_values(["action", "rule"], kind="stable").reset_index(drop=True)
