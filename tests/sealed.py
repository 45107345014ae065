"""The study of the tests, planned: its configuration changed at will, and the plan that follows."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import yaml

from studies import FIXED
from surveypipe.sealing.deciding import Plan, plan_of
from surveypipe.sealing.lock import Answers, Lock, write_lock
from surveypipe.study.checking import Checked
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.codebook_parsing import codebook_from
from surveypipe.study.completion import completed
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


__all__ = ["Change", "lock", "nothing", "plan", "study", "write_lock"]
