"""The study of the tests, planned: its configuration changed at will, and the plan that follows."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import yaml

from studies import FIXED
from surveypipe.sealing.deciding import Plan, plan_of
from surveypipe.sealing.lock import Answers, Lock
from surveypipe.sealing.stamps import Stamp
from surveypipe.sealing.standing import Departed, Standing
from surveypipe.study import changes
from surveypipe.study.checking import Checked
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.codebook_parsing import codebook_from
from surveypipe.study.completion import completed
from surveypipe.study.deviations import Deviation
from surveypipe.study.reading import checked
from surveypipe.study.settings import Configuration

CONFIG, BOOK = (
    yaml.safe_load((FIXED / name).read_text(encoding="utf-8")) for name in ("config.yaml", "codebook.yaml")
)
Change = Callable[[dict[str, Any], dict[str, Any]], object]


def nothing(config: dict[str, Any], book: dict[str, Any]) -> None:
    """Leave the study as it is."""


def study(change: Change = nothing) -> Checked:
    """Give the study after a change of its configuration or codebook, completed as the workflow does."""
    config, book = copy.deepcopy(CONFIG), copy.deepcopy(BOOK)
    change(config, book)
    file = checked(book, CodebookFile, "codebook.yaml")
    settings = completed(checked(config, Configuration, "config.yaml"), file)
    return Checked(settings, codebook_from(file, "codebook.yaml"))


def plan(change: Change = nothing) -> Plan:
    """Give the plan of the study after a change."""
    return plan_of(*study(change))


def lock(**more: Any) -> Lock:
    """Give a lock of the study as it is, before any answer."""
    given = {
        "study": "fixed",
        "sealed": "2026-03-02T09:00:00Z",
        "dated_by": "clock",
        "tool": "surveypipe 0.1.0",
        "answers": Answers(state="absent"),
        "plan": plan().text,
    }
    return Lock(**(given | more))


def standing(**more: Any) -> Standing:
    """Give how a run stands that is as it was sealed."""
    given = {"sealed": "2026-03-02T09:00:00Z", "dated_by": "clock", "tool": "", "answers": "absent"}
    return Standing(**(given | more))


def _departed(*steps: str, change: Any = "changed", before: Any = None, after: Any = None) -> Standing:
    return standing(departures=(Departed(changes.Change(steps, change, before, after)),))


# Every way in which a run may stand to a plan, by what is said of it.
STANDINGS = {
    "no plan": Standing(),
    "as sealed": standing(),
    "unread": standing(answers="unread"),
    "read": standing(answers="read"),
    "unknown": standing(answers="unknown"),
    "record altered": standing(record_whole=False),
    "replaced": standing(replaces="2026-01-15T09:00:00Z"),
    "dated by hand": standing(dated_by="SOURCE_DATE_EPOCH"),
    "dated by hand, stamp unchecked": standing(dated_by="SOURCE_DATE_EPOCH", stamp=Stamp("no_package")),
    "stamp unchecked": standing(stamp=Stamp("no_certificate")),
    "stamped": standing(stamp=Stamp("confirmed", "2026-03-02T09:05:00Z")),
    "undeclared": _departed("claims", "C1", "threshold", before=0.5, after=0.6),
    "declared": standing(
        departures=(
            Departed(
                changes.Change(("claims", "C1", "threshold"), "changed", 0.5, 0.6),
                "The board asked for it",
                "2026-03-09",
            ),
        )
    ),
    "declared in words": standing(
        stated=(Deviation(what="One ward closed", why="It had no staff.", when="2026-03-10"),)
    ),
    "a switch": _departed("analysis", "fpc", "tests", before=True, after=False),
    "a list": _departed("weighting", "schemes", "cells", "by", before=["ward"], after=["ward", "grade_now"]),
    "a block changed": _departed("cleaning", "late", before={"a": 1}, after=[{"a": 2}]),
    "a claim added": _departed("claims", "C7", change="added", after={"kind": "share"}),
    "a value added": _departed("analysis", "seed", change="added", after=7),
    "a claim dropped": _departed("claims", "C2", change="dropped", before={"kind": "share"}),
    "a value dropped": _departed("analysis", "seed", change="dropped", before=7),
    "reordered": _departed("cleaning", "rules", change="reordered", before=["a", "b"], after=["b", "a"]),
}
