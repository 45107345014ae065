"""Which private tables are released, and by the rule for which kind. A new table is a new line here.

Read by the workflow while it plans, so nothing is imported.

estimates       with the columns of ``estimates.csv``; put together with them and released as one table
claims          one row per claim and group, with the base n
about_claims    keyed by claim and group; goes with the claim
curves          the same, each row at an assumption of its own; audited against the answers together
with_bases      the same, and each row has a base n of its own
nonresponse     the non-response bias analysis, each row by what it is about
table_1, flow, rates, rates_by_cell, cells, margins
                characteristics of staff and respondents
passed_on       nothing in it is about fewer people than all respondents
"""

from __future__ import annotations

KINDS: dict[str, str] = {
    "estimates": "estimates",
    "further_estimates": "estimates",
    "claims": "claims",
    "table_1": "table_1",
    "flow": "flow",
    "weight_cells": "cells",
    "weight_margins": "margins",
    "not_at_random": "about_claims",
    "explorer": "curves",
    "nonresponse": "nonresponse",
    "ledger_context": "with_bases",
    "follow_up_check": "with_bases",
    "multiverse": "with_bases",
    "multiverse_summary": "with_bases",
    "response_rates": "rates",
    "response_cells": "rates_by_cell",
    "weight_diagnostics": "passed_on",
}
ESTIMATES = "estimates"
# Tables that are rows of the estimates once released.
JOINED = tuple(name for name, kind in KINDS.items() if kind == ESTIMATES and name != ESTIMATES)
RELEASED_TABLES = tuple(name for name in KINDS if name not in JOINED)
# Every table that disclosure control writes for readers, but for its own log.
PUBLIC = (*RELEASED_TABLES, "quotations")
