"""Facts of a claim beside its headline: two groups, items of its scale, single shares and means."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from surveypipe.formatting import MINUS, percent
from surveypipe.reporting.answer_words import common_poles
from surveypipe.reporting.lookups import known, number_of
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording.claims import interval, withheld
from surveypipe.reporting.wording.ledger import Facts
from surveypipe.study.claim import Claim
from surveypipe.study.item_types import type_of
from surveypipe.study.poles import HIGH

if TYPE_CHECKING:
    import pandas as pd

LIMIT_P = 0.05
# The interval of a difference describes these people; the test may ask about others like them.
_VARIANCES = {
    "difference": "the same",
    "difference_fpc": "with the correction",
    "difference_nofpc": "without the correction",
}


def groups(row: pd.Series, released: Released) -> Facts:
    """Compare two groups on a claim: values, their difference, and the test."""
    facts: Facts = {"kind": str(row["kind"])}
    if len(released.levels) != 2 or not released.claim_of(row).describes:
        return facts | {"outcome": "none"}
    shown = [_in_group(row, level, released) for level in released.levels]
    rows = released.estimates(str(row["variable"]), "difference", group_level="")
    if not all(shown) or rows.empty or not known(number_of(rows.iloc[0], "estimate")):
        return facts | {"outcome": "withheld"}
    return facts | {
        "first": shown[0],
        "second": shown[1],
        **_difference(rows.iloc[0], row, released),
        "rounded_apart": rounded_apart(
            released.claim_of(row),
            [float(one["value"]) for one in shown if one],
            float(rows.iloc[0]["estimate"]),
        ),
        **_tested(rows.iloc[0], str(row["variable"]), released),
    }


def rounded_apart(claim: Claim, values: Sequence[float], difference: float) -> bool:
    """Whether a difference, rounded once, is another than that of the two values as they are printed.

    Parameters
    ----------
    claim
        It says how all three are printed.
    values
        The two.
    difference
        Of the two before they were rounded.
    """

    def read(text: str) -> float:
        return float(re.sub(r"[^\d.-]", "", text.replace(MINUS, "-")))

    first, second = (read(claim.tabled(value)) for value in values)
    return not math.isclose(abs(second - first), abs(read(claim.tabled(difference))), abs_tol=1e-9)


def _in_group(row: pd.Series, level: str, released: Released) -> Facts | None:
    found = released.estimate_of(row, group_level=level)
    if found is None or withheld(found):
        return None
    return {"name": released.in_text(released.levels[level]), **interval(found)}


def _difference(found: pd.Series, row: pd.Series, released: Released) -> Facts:
    value, low, high = (number_of(found, name) for name in ("estimate", "ci_low", "ci_high"))
    printed = released.claim_of(row).shift_printed
    outcome = "alike" if printed(value) == printed(0.0) else "higher" if value > 0 else "lower"
    return {
        "outcome": outcome,
        "size": 0.0 if outcome == "alike" else abs(value),
        "low": low,
        "high": high,
        "ci_level": number_of(found, "ci_level"),
    }


def _tested(found: pd.Series, variable: str, released: Released) -> Facts:
    """Say whether the interval of a difference holds zero, and whether the test rejects equality."""
    includes = number_of(found, "ci_low") <= 0 <= number_of(found, "ci_high")
    tests = released.table("estimates")
    tests = tests[(tests["variable"] == variable) & (tests["statistic"] == "rao_scott")]
    tests = tests[tests["scheme"] == released.primary]
    p = number_of(tests.iloc[0], "p_value") if len(tests) else math.nan
    return {
        "zero": "included" if includes else "excluded",
        "p": p,
        "rejected": p < LIMIT_P,
        "variance": _VARIANCES[released.tested_difference],
    }


def _upper(row: pd.Series, released: Released) -> dict[str, float]:
    """Share of the upper answers to each item of a claim, as far as they are released."""
    found = {item: released.merged(item) for item in _items(row, released)}
    return {item: shares[HIGH] for item, shares in found.items() if shares}


def _items(row: pd.Series, released: Released) -> list[str]:
    """Items of a claim with answers in an order."""
    listed = released.claim_of(row).secondary
    known_items = [item for item in listed if item in released.variables]
    return [item for item in known_items if type_of(released.variables[item]).ordered]


def items_range(row: pd.Series, released: Released) -> Facts:
    """Give the least and the greatest share of the upper answers to an item of a claim."""
    shares = list(_upper(row, released).values())
    if not shares:
        return {"outcome": "withheld" if _items(row, released) else "none"}
    least, most = min(shares), max(shares)
    outcome = "alike" if percent(least) == percent(most) else "unequal"
    return {"outcome": outcome, "least": least, "most": most}


def items(row: pd.Series, released: Released) -> Facts:
    """Find the items of a scale on which the upper answers were most and least frequent."""
    listed, shares = _items(row, released), _upper(row, released)
    shared = common_poles(released, list(shares) if len(shares) > 1 else listed)
    if len(listed) < 2 or shared is None:
        return {"outcome": "none"}
    if len(shares) < 2:
        return {"outcome": "withheld"}

    def having(share: float) -> Facts:
        """Name every item whose share prints as this one."""
        alike = [name for name in shares if percent(shares[name]) == percent(share)]
        return {"labels": [released.short(name) for name in alike], "share": share}

    most, least = having(max(shares.values())), having(min(shares.values()))
    return {
        **items_range(row, released),
        "items": len(shares),
        "answers": shared[2].words,
        "most": most,
        "least": least,
    }


def single(row: pd.Series | None) -> Facts:
    """Give one share or mean with its interval and base."""
    if row is None or withheld(row):
        return {"outcome": "withheld"}
    return {"outcome": "known", **interval(row), "ci_level": number_of(row, "ci_level")}


# Template under claims/ to the facts of a headline that it words.
FACTS: dict[str, Callable[[pd.Series, Released], Facts]] = {
    "groups": groups,
    "items": items,
    "items_range": items_range,
}
