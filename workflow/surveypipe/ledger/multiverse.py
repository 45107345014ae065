"""Every claim under every reasonable way of estimating it: the weighting multiverse.

A specification is a weighting scheme, complete cases or imputed items, the finite-population correction on or
off, and a method of interval. Only the first two move the point; the others move the interval alone. So a
specification curve shows *distinct point estimates*, with the rest as whiskers, and no share of
specifications that 'agree' is ever counted: they are not draws from anything.

Beside them stands each claim with its answer counted by another rule (``alternatives`` of the claim: another
cut of a scale, the share of its items agreed with). That is another question and no other specification of
the same one; so it has rows of its own, and is measured against the published estimate.

All specifications assume response at random within the cells of their scheme. The bounds and the reader
scenario, which do not, stand on the same axis.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveypipe.design import intervals
from surveypipe.ledger.cases import Case
from surveypipe.ledger.specifications import ALTERNATIVE, SAME, identity, specifications
from surveypipe.ledger.universe import Universe
from surveypipe.study.grades import Grade
from surveypipe.study.vocabulary import Vocabulary

COLUMNS = (
    "claim", "group", "group_level", "what", "scheme", "scheme_label", "missing", "fpc", "interval", "k", "n",
    "estimate", "se", "df", "ci_low", "ci_high", "ci_level", "deciding_low", "deciding_high", "supported",
    "grade", "point", "distinct", "primary", "note", "measure",
)  # fmt: skip
SUMMARY_COLUMNS = (
    "claim", "group", "group_level", "n", "points", "estimate", "least", "greatest", "largest_shift",
    "largest_shift_scheme", "largest_shift_missing", "grade", "grade_label", "grade_changes",
    "support_changes", "note", "measure",
)  # fmt: skip


def beyond_rows(space: Universe, ledger: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Bounds and reader scenario of each claim, as the ledger has them, for the same axis."""
    made = space.made
    lines: dict[Any, Any] = {
        (line["claim"], line["group"], line["group_level"]): line
        for line in ledger.fillna({"group_level": ""}).to_dict("records")
    }
    for case in _own(space) if made.silent_known else ():
        line = lines[case.key, case.group, case.group_level]
        n = int((~np.isnan(case.outcome)).sum())
        low, high = float(line["bound_low"]), float(line["bound_high"])
        yield {
            **identity(case), "what": "bounds", "n": n, "ci_low": low, "ci_high": high,
            "supported": case.claim.supported(low, high),
            "note": "nothing assumed of the silent; in a census exact",
        }  # fmt: skip
        for k in sorted(made.sensitivity.scenario.k) if made.sensitivity.scenario else ():
            name = f"k{round(100 * k):03d}"
            neutral, worst = float(line[f"reader_{name}"]), float(line[f"reader_worst_{name}"])
            apart = abs(neutral - worst) > SAME
            yield {
                **identity(case), "what": "reader scenario", "scheme": made.primary,
                "scheme_label": space.labels[made.primary], "k": k, "n": n, "estimate": neutral,
                "ci_low": min(neutral, worst) if apart else math.nan,
                "ci_high": max(neutral, worst) if apart else math.nan,
                "note": "the silent's reader share is k times the respondents'"
                + ("; the interval reaches to the worst case" if apart else ""),
            }  # fmt: skip


def table(space: Universe, ledger: pd.DataFrame) -> pd.DataFrame:
    """Lay out every specification, the bounds and the reader scenario of every claim.

    Parameters
    ----------
    space
        See :func:`universe`.
    ledger
        The claim ledger: bound_low, bound_high, reader_k..., reader_worst_k...

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`. ``what``: specification, bounds or reader scenario; ``point``: number of the
        distinct point estimate within the claim, ascending; ``distinct``: one row of each point; ``primary``:
        the published specification; ``grade``: what the claim would be graded were this the published one.
    """
    made = pd.DataFrame([*specifications(space), *beyond_rows(space, ledger)], columns=list(COLUMNS))
    order = {key: place for place, key in enumerate(_places(space))}
    keys = made[["claim", "group", "group_level"]].apply(tuple, axis=1).map(order)
    made = made.assign(_order=keys).sort_values("_order", kind="stable", ignore_index=True)
    for column in ("scheme", "scheme_label", "missing", "interval", "note", "measure"):
        made[column] = made[column].fillna("")
    whole = {name: "Int64" for name in ("n", "grade", "point")}
    flags = {name: "boolean" for name in ("fpc", "supported", "distinct", "primary")}
    return made.drop(columns="_order").astype({**whole, **flags})


def _places(space: Universe) -> list[tuple[str, str, str]]:
    return [(case.key, case.group, case.group_level) for case in _own(space)]


def _own(space: Universe) -> list[Case]:
    """Cases of the claims as they are, without those counted otherwise."""
    return [case for case in space.cases[space.made.primary] if not case.measure]


def summary(space: Universe, made: pd.DataFrame, note: str = "") -> pd.DataFrame:
    """Largest shift of each claim's estimate, and every change of its grade or support.

    Parameters
    ----------
    space, made
        What :func:`table` was made from, and its result.
    note
        What to say of the imputation.

    Returns
    -------
    DataFrame
        Columns :data:`SUMMARY_COLUMNS`; ``estimate`` is the primary one, ``largest_shift`` signed, from it;
        the changes are said in words, or 'none'.
    """
    rows, words = [], space.made.vocabulary
    specs = made[made["what"] == "specification"]
    for claim, group, level in _places(space):
        own = specs[(specs["claim"] == claim) & (specs["group"] == group) & (specs["group_level"] == level)]
        main = own[own["primary"].astype(bool)].iloc[0]
        shift = own["estimate"] - main["estimate"]
        far = own.loc[shift.abs().fillna(0.0).idxmax()]
        moved = abs(far["estimate"] - main["estimate"]) > SAME
        rows.append(
            {
                "claim": claim,
                "group": group,
                "group_level": level,
                "n": int(own["n"].min()),
                "points": int(own["point"].max()),
                "estimate": main["estimate"],
                "least": own["estimate"].min(),
                "greatest": own["estimate"].max(),
                "largest_shift": far["estimate"] - main["estimate"] if moved else 0.0,
                "largest_shift_scheme": far["scheme_label"] if moved else "",
                "largest_shift_missing": far["missing"] if moved else "",
                "grade": int(main["grade"]),
                "grade_label": Grade.of(int(main["grade"])).label(words),
                "grade_changes": _grade_changes(own, int(main["grade"]), words),
                "support_changes": _support_changes(own, bool(main["supported"])),
                "note": note,
                "measure": "",
            }
        )
        if not level:
            rows += _counted_otherwise(made, claim, main, note, words)
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))


def _counted_otherwise(
    made: pd.DataFrame, claim: str, main: pd.Series, note: str, words: Vocabulary
) -> Iterator[dict[str, Any]]:
    """One row for each other rule of counting: its estimate, and how far it lies from the published one."""
    others = made[(made["what"] == ALTERNATIVE) & (made["claim"] == claim)]
    for measure, own in others.groupby("measure", sort=False):
        first = own[own["primary"].astype(bool)].iloc[0]
        yield {
            "claim": claim, "group": "overall", "group_level": "", "n": int(own["n"].min()),
            "points": int(own["point"].max()), "estimate": first["estimate"], "least": own["estimate"].min(),
            "greatest": own["estimate"].max(), "largest_shift": first["estimate"] - main["estimate"],
            "largest_shift_scheme": "", "largest_shift_missing": "", "grade": int(first["grade"]),
            "grade_label": Grade.of(int(first["grade"])).label(words),
            "grade_changes": _grade_changes(own, int(first["grade"]), words),
            "support_changes": _support_changes(own, bool(first["supported"])), "note": note,
            "measure": str(measure),
        }  # fmt: skip


def _grade_changes(own: pd.DataFrame, grade: int, words: Vocabulary) -> str:
    parts = []
    for other in sorted(set(own["grade"].astype(int)) - {grade}):
        chosen = own[own["grade"].astype(int) == other]
        parts.append(f"{Grade.of(other).label(words)}: {_where(chosen, own)}")
    return "; ".join(parts) or "none"


def _support_changes(own: pd.DataFrame, supported: bool) -> str:
    chosen = own[own["supported"].astype(bool) != supported]
    if chosen.empty:
        return "none"
    return f"{'not supported' if supported else 'supported'}: {_where(chosen, own)}"


CHOICES = ("scheme_label", "missing", "fpc", "interval")


def _where(chosen: pd.DataFrame, own: pd.DataFrame, choices: Sequence[str] = CHOICES) -> str:
    """Say under which choices something holds, naming a choice only where it makes a difference."""
    if not choices or len(chosen) == len(own):
        return "" if len(choices) < len(CHOICES) else "everywhere"
    column, rest = choices[0], list(choices[1:])
    patterns: dict[frozenset[Any], list[Any]] = {}
    for value, part in chosen.groupby(column, sort=False):
        patterns.setdefault(frozenset(part[rest].itertuples(index=False, name=None)), []).append(value)
    parts = []
    for values in patterns.values():
        every = set(values) == set(own[column])
        name = "" if every else " or ".join(_choice(column, value) for value in values)
        inner = _where(chosen[chosen[column] == values[0]], own[own[column] == values[0]], rest)
        parts.append(f"{name} ({inner})" if name and inner else name or inner)
    return ", or ".join(parts)


def _choice(column: str, value: Any) -> str:
    if column == "fpc":
        return "with the correction" if value else "without the correction"
    return intervals.INTERVAL_NAMES[value] if column == "interval" else str(value)
