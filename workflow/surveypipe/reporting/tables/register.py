"""Tables of the report as Markdown: pipe tables of finished values, each with a caption and a note."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.answers import items, numbers, scales, shares
from surveypipe.reporting.tables.claims import ledger, schemes
from surveypipe.reporting.tables.comparisons import other_tests, tests
from surveypipe.reporting.tables.layout import (
    Table,
    with_interval,
)
from surveypipe.reporting.tables.response import cells, response, table_1, weights
from surveypipe.reporting.tables.totals import totals

if TYPE_CHECKING:
    import pandas as pd


def ratio_cell(row: pd.Series | None) -> str:
    """Print a ratio with its interval: ``1.4 (0.6–3.4)``."""
    return with_interval(row, formatting.ratio)


TABLES: dict[str, Callable[[Released], Table]] = {
    "table_1": table_1,
    "response": response,
    "weights": weights,
    "cells": cells,
    "items": items,
    "shares": shares,
    "scales": scales,
    "numbers": numbers,
    "totals": totals,
    "schemes": schemes,
    "ledger": ledger,
    "tests": tests,
    "tests_others": other_tests,
}
