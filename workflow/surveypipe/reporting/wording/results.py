"""Sentences that depend on a result: directions, verdicts, and what it would take to change them.

The manuscript's text is written once and must be true whatever the results are. What can turn out either way
is therefore composed here from the released tables, never typed; the rest of the prose, which holds however
the results fall, stands in the text itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from surveypipe import formatting as fmt
from surveypipe.identifiers import estimate_id, key_slug, number_key, slug
from surveypipe.ledger.outcomes import ScenarioSource
from surveypipe.reporting.answer_words import common_poles, either
from surveypipe.reporting.lookups import known, number_of
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording.worst_cases import largest_shift, place, weighting_shifts
from surveypipe.study.claim import Claim
from surveypipe.study.claims import tost_level
from surveypipe.study.grades import Grade
from surveypipe.study.outcomes import Crossing

if TYPE_CHECKING:
    import pandas as pd

WITHHELD_SHARE = "a share that is withheld because too few people answered"
WITHHELD_SENTENCE = "This result is withheld because too few people answered."
NOT_COMPARED = "The groups are not compared, because too few people answered in one of them."

# What can be said of a claim in each grade, as the end of a sentence that begins with the claim.
CLAUSES: dict[int, str] = {
    0: "is not supported",
    1: "is supported whatever the silent think",
    2: "is supported unless the silent differ strongly from those who answered",
    3: "is supported if, within each response cell, the silent are like those who answered",
    4: "holds among those who answered only, and not under the primary weights",
}

# Where the reader scenario departs from the usual rule.
_ASSUMPTIONS = {
    ScenarioSource.ALL: ", silent non-readers answering like all non-readers who did answer",
    ScenarioSource.ASSUMED: ", a neutral answer being supposed of silent non-readers because too few "
    "non-readers answered",
}


def sentences(released: Released) -> dict[str, str]:
    """Compose every sentence and phrase that the manuscript takes from the results.

    Parameters
    ----------
    released
        The released tables.

    Returns
    -------
    dict
        Key under ``num:`` to Markdown. Per claim (and group) ``claim-c1__clause``, ``…__threshold-sentence``,
        ``…__bounds-sentence``, ``…__tipping-sentence``, ``…__reader-sentence``,
        ``…__groups-sentence``, ``…__items-sentence``; per share of the claims' variables a phrase
        ``<variable>__<answer>__proportion__<group>__primary__phrase``; ``survey__…`` for response
        and ``claims__…`` for all claims together.
    """
    made: dict[str, str] = {}
    for row in released.claim_rows():
        made |= claim_sentences(row, released)
    for claim in released.claims.values():
        for variable in [claim.variable, *claim.secondary]:
            made |= phrases(variable, released)
    return made | response_sentences(released) | all_claims(released)


def claim_key(row: pd.Series) -> str:
    """Prefix of a claim's keys: ``claim-c1``, and ``claim-c5-amh`` in a group."""
    parts = ("claim", slug(row["claim"]), key_slug(row["group_level"]))
    return "-".join(part for part in parts if part)


def claim_sentences(row: pd.Series, released: Released) -> dict[str, str]:
    """Compose the sentences of one row of the ledger."""
    claim = released.claim_of(row)
    equivalence = claim.has_margin
    made = {
        "clause": clause(row),
        "threshold-sentence": equivalence_sentence(row, claim)
        if equivalence
        else threshold_sentence(row, claim, released),
        "bounds-sentence": bounds_sentence(row),
        "tipping-sentence": shift_sentence(row, released) if equivalence else tipping_sentence(row, claim),
        "reader-sentence": reader_sentence(row, claim, released),
    }
    if not row["group_level"]:
        made["groups-sentence"] = groups_sentence(row, released)
        made["items-sentence"] = items_sentence(claim, released)
        made["items-range"] = items_range(claim, released)
        made["other-thresholds-sentence"] = other_thresholds_sentence(row, claim)
    if equivalence:
        made["power-sentence"] = power_sentence(row)
        made["estimate-phrase"] = mean_phrase(row)
    return {number_key(claim_key(row), field): text for field, text in made.items() if text}


def _withheld(row: Any) -> bool:
    return math.isnan(number_of(row, "estimate")) or math.isnan(number_of(row, "ci_low"))


def _in_text(released: Released, label: str) -> str:
    """Give a label as it stands inside a sentence."""
    return fmt.escape(released.in_text(label))


def _printed(value: float, row: Any) -> str:
    """Print a value of a claim's own kind: a share as a percentage, a mean in scale points."""
    return fmt.decimal(value) if row["statistic"] == "mean" else fmt.percent(value)


def _level(row: Any) -> str:
    """Confidence level of a row's interval."""
    return fmt.confidence(number_of(row, "ci_level"))


def _levels(row: Any) -> tuple[str, str]:
    """Levels of the interval that decides an equivalence and of the published one."""
    return fmt.confidence(tost_level(number_of(row, "ci_level"))), _level(row)


def clause(row: pd.Series) -> str:
    """End of the sentence that begins with the claim: how far it is supported."""
    grade = number_of(row, "grade")
    return "cannot be judged, because too few people answered" if math.isnan(grade) else CLAUSES[int(grade)]


def threshold_sentence(row: pd.Series, claim: Claim, released: Released) -> str:
    """Say where the interval lies beside each threshold of a share."""
    if _withheld(row):
        return WITHHELD_SENTENCE
    low, high = number_of(row, "ci_low"), number_of(row, "ci_high")
    parts: list[str] = []
    for side in claim.sides():
        limit = f"{'that' if parts else 'the threshold'} of {fmt.percent(side.limit)}"
        if side.holds(low, high):
            parts.append(f"lies wholly {side.direction} {limit}")
        elif side.opposite.holds(low, high):
            parts.append(f"lies wholly {side.opposite.direction} {limit}")
        else:
            parts.append(f"includes {limit}")
    level = str(row["group_level"])
    whose = f"The interval for {_in_text(released, released.levels[level])}" if level else "That interval"
    return f"{whose} {fmt.sentence_list(parts)}."


def other_thresholds_sentence(row: pd.Series, claim: Claim) -> str:
    """Say whether a claim would stand against the thresholds kept for comparison; '' where there are none."""
    low, high = number_of(row, "ci_low"), number_of(row, "ci_high")
    parts = []
    for limit in claim.sensitivity_thresholds:
        holds = claim.at(limit).supported(low, high)
        parts.append(f"of {fmt.percent(limit)} the claim would {'' if holds else 'not '}be supported")
    return f"Against a threshold {fmt.sentence_list(parts)}." if parts and not _withheld(row) else ""


def bounds_sentence(row: pd.Series) -> str:
    """Give the least and greatest value that the silent could produce."""
    low, high = number_of(row, "bound_low"), number_of(row, "bound_high")
    if math.isnan(low) or math.isnan(high):
        return WITHHELD_SENTENCE
    ends = f"{_printed(low, row)} and {_printed(high, row)}"
    if row["statistic"] == "mean":
        return f"Whatever the silent think, the mean difference lies between {ends}."
    return f"Whatever the silent think, the share lies between {ends}."


def tipping_sentence(row: pd.Series, claim: Claim) -> str:
    """Say how strongly response must depend on the answer for a share to reach its threshold."""
    if _withheld(row):
        return WITHHELD_SENTENCE
    outcome = Crossing(row["tipping_outcome"])
    if outcome is Crossing.SURE:
        return "No answers from the silent could overturn this result."
    if outcome is Crossing.NEVER:
        return "However strongly response depended on the answer, the estimate would not reach the threshold."
    if outcome is Crossing.MISSED:
        return (
            "The estimate itself is on the wrong side of the threshold, so there is no tipping point to give."
        )
    theta = number_of(row, "tipping_theta")
    whom = "of whom this is true" if theta > 1 else "of whom this is not true"
    odds, limit = fmt.decimal(max(theta, 1 / theta), 1), fmt.percent(_crossed(theta, claim))
    return (
        f"The tipping point is {odds}: the odds of replying would have to be that many times as high among "
        f"those {whom} for the estimate to reach {limit}{_interval_tail(row)}."
    )


def _crossed(theta: float, claim: Claim) -> float:
    wanted = "above" if theta > 1 else "below"
    limits = [side.limit for side in claim.sides() if side.direction == wanted]
    return limits[0] if limits else claim.threshold


def _interval_tail(row: pd.Series) -> str:
    outcome = Crossing(row["tipping_interval_outcome"])
    if outcome is Crossing.MISSED:
        return ", which the interval already includes"
    if outcome is Crossing.NEVER:
        return ", and at no ratio would the limit of the interval reach it"
    theta = number_of(row, "tipping_theta_interval")
    return f", and {fmt.decimal(max(theta, 1 / theta), 1)} times for the limit of the interval to reach it"


def shift_sentence(row: pd.Series, released: Released) -> str:
    """Say how far the silent must differ for a mean difference to leave its margin."""
    if _withheld(row):
        return WITHHELD_SENTENCE
    shift = number_of(row, "tipping_shift")
    if math.isnan(shift):
        return "The mean difference itself lies outside the margin, so there is no tipping point."
    minuend, subtrahend = _compared(str(row["variable"]), released)
    favoured = minuend if shift > 0 else subtrahend
    return (
        "The mean would leave the margin if the silent differed from those of their cell who answered "
        f"by {fmt.decimal(abs(shift))} scale points in favour of {favoured}{_as_odds(row)}."
    )


def _as_odds(row: pd.Series) -> str:
    """Give the tipping θ that the ledger prints beside the shift."""
    theta = number_of(row, "tipping_theta")
    if math.isnan(theta):
        return ""
    return f" (a tipping θ of {fmt.decimal(theta, 1)})"


def _compared(variable: str, released: Released) -> tuple[str, str]:
    """Labels of the two scores whose difference a variable is."""
    for recode in released.config["cleaning"].get("recodes", []):
        if recode["variable"] == variable and recode["type"] == "difference":
            minuend, subtrahend = recode["minuend"], recode["subtrahend"]
            return _in_text(released, released.label(minuend)), _in_text(released, released.label(subtrahend))
    return "the first score", "the second score"


def reader_sentence(row: pd.Series, claim: Claim, released: Released) -> str:
    """Say what the estimate becomes if there are fewer readers among the silent."""
    plan = released.config["sensitivity"]
    k = float(plan["reader_scenario"]["k_grade"])
    moved, none = (number_of(row, f"reader_k{round(100 * step):03d}") for step in (k, 0.0))
    limit = number_of(row, "reader_limit")
    if math.isnan(moved) or math.isnan(none) or math.isnan(limit):
        return WITHHELD_SENTENCE
    stands = claim.supported(limit, limit)
    without = f"; with none, the estimate would be {_printed(none, row)}" if k else ""
    return (
        f"With {readers_among_silent(k)}{_assumption(row)}, the estimate would be {_printed(moved, row)} and "
        f"the interval would {_reader_verdict(row, claim, stands)}{without}."
    )


def readers_among_silent(k: float) -> str:
    """Say in words how common readers are taken to be among the silent."""
    if k == 0:
        return "no readers among the silent"
    common = {0.5: "half as common", 1.0: "as common"}.get(k, f"{fmt.setting(k)} times as common")
    return f"readers {common} among the silent as among those who answered"


def _assumption(row: pd.Series) -> str:
    return _ASSUMPTIONS.get(ScenarioSource(row["scenario_source"]), "")


def _reader_verdict(row: pd.Series, claim: Claim, stands: bool) -> str:
    prefix = "ci_tost" if claim.has_margin else "ci"
    now = claim.supported(number_of(row, f"{prefix}_low"), number_of(row, f"{prefix}_high"))
    test = claim.test
    if stands:
        return f"still {test}" if now else test
    return f"no longer {test}" if now else f"not {test} either"


def equivalence_sentence(row: pd.Series, claim: Claim) -> str:
    """Name the outcome of an equivalence test in words."""
    if _withheld(row):
        return WITHHELD_SENTENCE
    margin = fmt.decimal(claim.margin)
    inner, outer = _levels(row)
    within = f"The {inner} interval lies within ±{margin}"
    without = f"The {inner} interval does not lie within ±{margin}"
    return {
        "equivalent": f"{within} and the {outer} interval includes zero: the two are equivalent by this "
        "margin, and no difference between them is shown.",
        "both": f"{within} and the {outer} interval excludes zero: the two differ, but by less than the "
        "margin, and so count as equivalent.",
        "different": f"{without} and the {outer} interval excludes zero: the two differ, and equivalence is "
        "not shown.",
        "inconclusive": f"{without} and the {outer} interval includes zero: neither equivalence nor "
        "a difference is shown. That is an inconclusive result and not a finding that the two are equal.",
    }[str(row["equivalence"])]


def power_sentence(row: pd.Series) -> str:
    """Give the chance that the test would have shown an equivalence that is exact."""
    power = number_of(row, "power_at_zero")
    if math.isnan(power):
        return WITHHELD_SENTENCE
    return (
        f"Had the true difference been zero, a survey of this precision would have shown equivalence with a "
        f"probability of {fmt.decimal(power)}."
    )


def mean_phrase(row: pd.Series) -> str:
    """Give a mean difference with both intervals."""
    if _withheld(row):
        return "withheld because too few people answered"
    deciding = fmt.decimal_interval(number_of(row, "ci_tost_low"), number_of(row, "ci_tost_high"))
    full = fmt.decimal_interval(number_of(row, "ci_low"), number_of(row, "ci_high"))
    inner, outer = _levels(row)
    return (
        f"{fmt.decimal(number_of(row, 'estimate'))} scale points ({inner} interval {deciding}; {outer} "
        f"interval {full}; *n* = {fmt.count(number_of(row, 'n'))})"
    )


def groups_sentence(row: pd.Series, released: Released) -> str:
    """Compare two groups on a claim: shares, their difference, and the test."""
    variable, levels = str(row["variable"]), released.levels
    if len(levels) != 2:
        return ""
    first, second = levels
    shown = [_group_value(row, level, released) for level in levels]
    rows = released.estimates(variable, "difference", group_level="")
    if not all(shown) or rows.empty or math.isnan(number_of(rows.iloc[0], "estimate")):
        return NOT_COMPARED
    names = [_in_text(released, levels[level]) for level in (first, second)]
    noun = "mean" if row["statistic"] == "mean" else "share"
    return (
        f"The {noun} was {shown[0]} in {names[0]} and {shown[1]} in {names[1]}, "
        f"{_difference(rows.iloc[0], row)}. {_tested(rows.iloc[0], variable, released)}"
    ).strip()


def _group_value(row: pd.Series, level: str, released: Released) -> str:
    claim = released.claim_of(row)
    found = released.estimate_of(claim, group_level=level)
    if found is None or _withheld(found):
        return ""
    ends = number_of(found, "ci_low"), number_of(found, "ci_high")
    interval = claim.span_printed(*ends)
    return f"{_printed(float(found['estimate']), row)} ({interval}; *n* = {fmt.count(number_of(found, 'n'))})"


def _difference(difference: pd.Series, row: pd.Series) -> str:
    mean = row["statistic"] == "mean"
    value, low, high = (number_of(difference, name) for name in ("estimate", "ci_low", "ci_high"))

    def printed(number: float) -> str:
        return fmt.decimal(number) if mean else fmt.points(number)

    unit = "scale points" if mean else "percentage points"
    interval = f"{_level(difference)} interval {printed(low)} to {printed(high)}"
    if float(printed(abs(value))) == 0:
        return f"a difference of {printed(0.0)} {unit} ({interval})"
    return f"which is {printed(abs(value))} {unit} {'higher' if value > 0 else 'lower'} ({interval})"


def _tested(difference: pd.Series, variable: str, released: Released) -> str:
    includes = number_of(difference, "ci_low") <= 0 <= number_of(difference, "ci_high")
    tests = released.table("estimates")
    tests = tests[(tests["variable"] == variable) & (tests["statistic"] == "rao_scott")]
    tests = tests[tests["scheme"] == released.primary]
    p = number_of(tests.iloc[0], "p_value") if len(tests) else math.nan
    described = "The interval includes zero" if includes else "The interval excludes zero"
    if math.isnan(p):
        return f"{described}."
    if p < 0.05:
        link, verb = ("although" if includes else "and"), "rejects"
    else:
        link, verb = ("and" if includes else "but"), "does not reject"
    apart = _VARIANCES[released.tested_difference]
    return f"{described}, {link} the test{apart} {verb} equality ({fmt.p_statement(p)})."


# The interval of a difference describes these people; the test may ask about others like them.
_VARIANCES = {
    "difference": "",
    "difference_fpc": ", with the finite-population correction that the interval leaves out,",
    "difference_nofpc": ", without the finite-population correction that the interval has,",
}


def _agreed(claim: Claim, released: Released) -> dict[str, float]:
    """Share of the upper answers to each item of a claim, as far as they are released."""
    agreed = {}
    for item in claim.secondary:
        if len(released.values(item)) >= 4:
            shares = released.agreement(item)
            if shares:
                agreed[item] = shares["agree"]
    return agreed


def items_range(claim: Claim, released: Released) -> str:
    """Give the least and the greatest share that agrees with an item of a claim: ``33% to 47%``."""
    shares = _agreed(claim, released).values()
    if not shares:
        return WITHHELD_SHARE if any(len(released.values(i)) >= 4 for i in claim.secondary) else ""
    low, high = fmt.percent(min(shares)), fmt.percent(max(shares))
    return low if low == high else f"{low} to {high}"


def items_sentence(claim: Claim, released: Released) -> str:
    """Name the items of a scale on which the upper answers were most and least frequent."""
    shares = _agreed(claim, released)
    shared = common_poles(released, list(shares))
    if len(shares) < 2 or shared is None:
        return ""
    ordered = sorted(shares, key=lambda name: (-shares[name], name))
    most, least = ordered[0], ordered[-1]
    number, answers = fmt.numeral(len(shares)), either(shared[2])
    if fmt.percent(shares[most]) == fmt.percent(shares[least]):
        return f"{fmt.percent(shares[most])} answered {answers} on each of the {number} items."

    def shown(item: str) -> str:
        return f"'{fmt.escape(released.short(item))}' ({fmt.percent(shares[item])})"

    return (
        f"Among the {number} items, {answers} was most frequent on {shown(most)} and least on {shown(least)}."
    )


def phrases(variable: str, released: Released) -> dict[str, str]:
    """Phrases of a variable's shares or mean under the scheme in force, for all staff and each group."""
    made: dict[str, str] = {}
    for level in ("", *released.levels):
        group, values = (released.group if level else "overall"), released.values(variable)
        for code in released.answers_shown(variable):
            row = released.share(variable, code, group_level=level)
            name = estimate_id(variable, values[code], "proportion", group, level, "primary")
            if row is not None:
                own = str(row["estimate_id"]).rpartition("__")[0]
                name = f"{own}__primary"
            made[number_key(name, "phrase")] = share_phrase(row)
            made[number_key(name, "pct")] = short_share(row)
        if released.has_mean(variable) and (row := released.mean(variable, group_level=level)) is not None:
            name = estimate_id(variable, "", "mean", group, level, "primary")
            made[number_key(name, "phrase")] = score_phrase(row)
    return made


def share_phrase(row: pd.Series | None) -> str:
    """Give a share with its interval and base: ``84% (95% interval 77% to 89%; n = 113)``."""
    if row is None or _withheld(row):
        return WITHHELD_SHARE
    ends = fmt.percent_interval(float(row["ci_low"]), float(row["ci_high"]))
    share = fmt.percent(float(row["estimate"]))
    return f"{share} ({_level(row)} interval {ends}; *n* = {fmt.count(float(row['n']))})"


def short_share(row: pd.Series | None) -> str:
    """Give a share alone, for an abstract."""
    return WITHHELD_SHARE if row is None or _withheld(row) else fmt.percent(float(row["estimate"]))


def score_phrase(row: pd.Series) -> str:
    """Give a mean score with its interval and base."""
    if _withheld(row):
        return "withheld because too few people answered"
    ends = fmt.decimal_interval(float(row["ci_low"]), float(row["ci_high"]))
    mean = fmt.decimal(float(row["estimate"]))
    return f"{mean} ({_level(row)} interval {ends}; *n* = {fmt.count(float(row['n']))})"


def response_sentences(released: Released) -> dict[str, str]:
    """Say in which group fewer answered, and into how many cells respondents were put."""
    table = released.table("weight_diagnostics")
    cells = int(table.loc[table["scheme"] == released.primary, "n_cells"].iloc[0])
    made = {"survey__cells": fmt.numeral(cells, "response cell")}
    return made | {
        "survey__response-sentence": _response_by_group(released),
        "survey__lowest-response-sentence": _lowest_response(released),
    }


NOT_BY_GROUP = "Response is not shown by group, because too few answered."


def _rates_by_group(released: Released) -> dict[str, float]:
    """Response rate (RR2) of each group; empty where one is withheld."""
    rates = {level: released.rate("RR2", level) for level in released.levels}
    known = {level: float(rate["value"]) for level, rate in rates.items() if rate is not None}
    return {} if len(known) < len(rates) or any(map(math.isnan, known.values())) else known


def _at(rates: Mapping[str, float], rate: str, released: Released) -> str:
    """Name the groups whose printed rate is this one."""
    return fmt.sentence_list(
        [
            fmt.escape(released.in_text(released.levels[level]))
            for level, value in rates.items()
            if fmt.percent(value) == rate
        ]
    )


def _response_by_group(released: Released) -> str:
    rates = _rates_by_group(released)
    if not rates:
        return NOT_BY_GROUP
    low, high = fmt.percent(min(rates.values())), fmt.percent(max(rates.values()))
    if len(rates) == 1:
        return f"All belong to one group ({_at(rates, low, released)})."
    if low == high:
        return f"Response was {low} in each of the {fmt.numeral(len(rates), 'group')}."
    words = ("lower", "than") if len(rates) == 2 else ("lowest", "and highest")
    return (
        f"Response was {words[0]} in {_at(rates, low, released)} ({low}) {words[1]} in "
        f"{_at(rates, high, released)} ({high})."
    )


def _lowest_response(released: Released) -> str:
    """Say where fewest answered, and what that asks of the weights."""
    rates = _rates_by_group(released)
    if not rates:
        return NOT_BY_GROUP
    low, high = fmt.percent(min(rates.values())), fmt.percent(max(rates.values()))
    if low == high:
        return "No group stands out by a low response."
    return (
        f"It was lowest in {_at(rates, low, released)}, where each respondent has to speak for the largest "
        "number of others."
    )


def all_claims(released: Released) -> dict[str, str]:
    """Tell all claims together: how many have each grade, and how far weighting moved them."""
    rows = [row for row in released.claim_rows() if not row["group_level"]]
    by_grade: dict[int, list[str]] = {}
    for row in rows:
        grade = number_of(row, "grade")
        by_grade.setdefault(-1 if math.isnan(grade) else int(grade), []).append(
            _in_text(released, str(row["label"]))
        )
    supported = sum(
        len(names) for grade, names in by_grade.items() if grade >= 0 and Grade.of(grade).supported
    )
    return {
        "claims__count": fmt.numeral(len(rows)),
        "claims__supported": _of_all(supported, len(rows)),
        "claims__tally": " ".join(filter(None, [_tally(by_grade, len(rows)), _weaker(released)])),
        "claims__tally-short": _tally_short(by_grade, len(rows)),
        "claims__by-grade": _by_grade(by_grade),
        "claims__largest-shift-sentence": _largest_shift(released),
    }


def _of_all(found: int, total: int) -> str:
    if found == total:
        return f"all {fmt.numeral(total)}"
    return f"{'none' if found == 0 else fmt.numeral(found)} of the {fmt.numeral(total)}"


# From the strongest to the weakest, which is not the order of the codes.
_ORDER = (1, 2, 3, 4, 0)
_PLURALS = {
    0: "are not supported",
    4: "hold among those who answered only, and not under the primary weights",
}


def _ending(grade: int, many: bool) -> str:
    text = CLAUSES[grade]
    if not many:
        return text
    return _PLURALS.get(grade, text.replace("is ", "are ", 1))


def _tally(by_grade: Mapping[int, list[str]], total: int) -> str:
    found = [grade for grade in _ORDER if grade in by_grade]
    if len(found) == 1:
        return _all_alike(found[0], total)
    parts = [
        f"{fmt.numeral(len(by_grade[grade]))} {_ending(grade, len(by_grade[grade]) > 1)}" for grade in found
    ]
    return f"Of the {fmt.numeral(total)} claims, {_joined(parts)}." if parts else WITHHELD_SENTENCE


def _all_alike(grade: int, total: int) -> str:
    if total == 1:
        return f"The one claim {_ending(grade, many=False)}."
    if grade == 0:
        return f"None of the {fmt.numeral(total)} claims is supported."
    return f"All {fmt.numeral(total)} claims {_ending(grade, True)}."


def _weaker(released: Released) -> str:
    """Name the groups in which a claim has a weaker grade than over all; '' where there are none."""
    over_all: dict[str, float] = {}
    parts: list[str] = []
    for row in released.claim_rows():
        grade = number_of(row, "grade")
        if not row["group_level"]:
            over_all[str(row["claim"])] = grade
        elif not math.isnan(grade) and _strength(grade) < _strength(over_all[str(row["claim"])]):
            parts.append(f"{place(row, released)} {CLAUSES[int(grade)]}")
    return f"By group the evidence is weaker: {_joined(parts)}." if parts else ""


def _strength(grade: float) -> int:
    return -len(_ORDER) if math.isnan(grade) else -_ORDER.index(int(grade))


def _tally_short(by_grade: Mapping[int, list[str]], total: int) -> str:
    """Count the claims of each grade by its label, for an abstract."""
    found = [grade for grade in _ORDER if grade in by_grade]
    if found == [0]:
        return f"None of {fmt.numeral(total)} claims was supported."
    words = []
    for grade in found:
        verb = "was" if len(by_grade[grade]) == 1 else "were"
        how = f"{'supported ' if grade else ''}{Grade.of(grade).label}"
        words.append(f"{fmt.numeral(len(by_grade[grade]))} {verb} {how}")
    return f"Of {fmt.numeral(total)} claims, {fmt.sentence_list(words)}." if words else WITHHELD_SENTENCE


def _by_grade(by_grade: Mapping[int, list[str]]) -> str:
    found = [grade for grade in _ORDER if grade in by_grade]
    if len(found) == 1:
        return _all_alike(found[0], len(by_grade[found[0]]))
    parts = []
    for grade in found:
        names = by_grade[grade]
        noun = "claim" if len(names) == 1 else "claims"
        listed = fmt.sentence_list([f"that {name}" for name in names])
        parts.append(f"The {noun} {listed} {_ending(grade, len(names) > 1)}.")
    return " ".join(parts) or WITHHELD_SENTENCE


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{'; '.join(parts[:-1])}; and {parts[-1]}" if parts else ""


def _largest_shift(released: Released) -> str:
    """Say how far the primary weights move an estimate, over all and within groups."""
    shifts = [(row, shift) for row, shift, _ in weighting_shifts(released)]
    if not any(known(shift) for _, shift in shifts):
        # Without a bias analysis the ledger's own columns tell, to a whole point.
        name = f"estimate_{released.unweighted}"
        shifts = [(row, number_of(row, "estimate") - number_of(row, name)) for row in released.claim_rows()]
    return largest_shift(shifts, released, lead="Through weighting the", verb="was") or WITHHELD_SENTENCE
