"""What is checked against which computation in R: a table made from the golden tests themselves.

Each golden test file holds a list ``CHECKS`` of (entries, what computes them, tolerance[, data]) and may hold
``LEFT_OUT``, entry -> reason, and ``THROUGH``, the stages whose published tables it reads its results from;
without it a file checks formulas. They are read as text and never run, so that the table needs no test tools;
that they are true is itself tested (tests/workflow/test_verification.py).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from surveypipe.problems import Problems, shown

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "id",
    "data",
    "what",
    "r_call",
    "tolerance",
    "tolerance_kind",
    "status",
    "reason",
    "tests",
    "through",
    "not_offered",
)
CHECKED, LEFT_OUT = "checked", "left out"
KNOWN_ANSWER = re.compile(r"GT-\d+")


@dataclass(frozen=True)
class Check:
    """One entry that one file of golden tests holds a result against."""

    entry: str
    what: str
    tolerance: float
    data: str
    test: str
    through: str = ""


def literal(source: str, name: str) -> Any:
    """Value of a module's constant that is written out as a literal; None if there is none."""
    for node in ast.parse(source).body:
        targets = [getattr(target, "id", "") for target in getattr(node, "targets", [])]
        if isinstance(node, ast.Assign) and name in targets:
            return ast.literal_eval(node.value)
    return None


def checks_of(source: str, test: str) -> list[Check]:
    """List what a file of golden tests checks.

    Parameters
    ----------
    source
        The file's text.
    test
        Its name, without folder and ending.
    """
    found = []
    through = literal(source, "THROUGH") or ""
    for entries, what, tolerance, *data in literal(source, "CHECKS") or []:
        # Several entries of api.json may share a line; a known answer is one.
        names = entries.split()
        given = data[0] if data else ""
        found += [Check(name, what, float(tolerance), given, test, through) for name in names]
    return found


def verification_table(
    sources: Mapping[str, str], reference: Mapping[str, Mapping[str, Any]], calls: Mapping[str, str]
) -> pd.DataFrame:
    """Lay out every entry of the reference and every known answer, with where and how closely it is held.

    Parameters
    ----------
    sources
        Text of each file of golden tests, by name.
    reference
        R's answers by entry, with `data`, `what` and `r_call`.
    calls
        R calls written out for entries that hold none, or a part.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`, the reference's entries first and in its order. `tolerance` is the closest to
        which any test holds the entry; `through` names the stages whose published tables were compared, and
        is empty where only a formula was.

    Raises
    ------
    SurveyError
        If an entry of the reference is neither checked nor left out with a reason, or both; or if a test
        names an entry that is not there.
    """
    import pandas as pd

    checks = [check for name in sorted(sources) for check in checks_of(sources[name], name)]
    left_out: dict[str, tuple[str, str]] = {}
    for name in sorted(sources):
        left_out |= literal(sources[name], "LEFT_OUT") or {}
    _check_complete(checks, left_out, reference)
    others = [check.entry for check in checks if check.entry not in reference]
    others = sorted(dict.fromkeys(others), key=_in_order)
    rows = [_row(entry, checks, left_out, reference, calls) for entry in [*reference, *others]]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _check_complete(
    checks: Sequence[Check], left_out: Mapping[str, Sequence[str]], reference: Mapping[str, Mapping[str, Any]]
) -> None:
    problems = Problems()
    checked = {check.entry for check in checks}
    if lacking := [name for name in reference if name not in checked and name not in left_out]:
        problems.add(
            f"verification: {shown(lacking)} of the reference are in no CHECKS of the golden tests; "
            "test them, or give the reason in LEFT_OUT."
        )
    if both := sorted(checked & set(left_out)):
        problems.add(f"verification: {shown(both)} are in CHECKS and in LEFT_OUT; they cannot be both.")
    if unknown := sorted(set(left_out) - set(reference)):
        problems.add(f"verification: LEFT_OUT names {shown(unknown)}, which the reference does not hold.")
    named = {check.entry for check in checks if re.match(r"(strat|clus1|srs|stage)_", check.entry)}
    if strange := sorted(named - set(reference)):
        problems.add(f"verification: CHECKS names {shown(strange)}, which the reference does not hold.")
    problems.raise_if_any()


def _in_order(entry: str) -> tuple[int, str]:
    number = re.search(r"\d+", entry)
    return (int(number.group()) if number and KNOWN_ANSWER.fullmatch(entry) else 1000, entry)


def _row(
    entry: str,
    checks: Sequence[Check],
    left_out: Mapping[str, Sequence[str]],
    reference: Mapping[str, Mapping[str, Any]],
    calls: Mapping[str, str],
) -> dict[str, Any]:
    own = [check for check in checks if check.entry == entry]
    about = reference.get(entry, {})
    lacking, instead = left_out.get(entry, ("", ""))
    functions = "; ".join(dict.fromkeys(check.what for check in own if check.what))
    data = about.get("data") or ", ".join(
        dict.fromkeys(part for check in own for part in check.data.split(", ") if part)
    )
    return {
        "id": entry,
        "data": data,
        "what": about.get("what", functions),
        "r_call": (calls.get(entry) or about.get("r_call") or functions) if about else "",
        "tolerance": min((check.tolerance for check in own), default=None),
        "tolerance_kind": _kind(bool(about)) if own else "",
        "status": CHECKED if own else LEFT_OUT,
        "reason": "; ".join(filter(None, [f"{lacking} is not offered" if lacking else "", instead])),
        "tests": ", ".join(dict.fromkeys(check.test for check in own)),
        "through": "; ".join(dict.fromkeys(check.through for check in own if check.through)),
        "not_offered": lacking,
    }


def _kind(in_reference: bool) -> str:
    return "relative" if in_reference else "printed digits"
