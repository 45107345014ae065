"""Names of the released tables that exhibits are made of, and of the figures, tables and texts made.

Read by the workflow while it plans, so nothing is imported; what makes them, and what reads them, is held
against these lists by a test.
"""

from __future__ import annotations

# Tables of results that figures, tables and text read.
RESULTS = (
    "estimates",
    "claims",
    "table_1",
    "response_rates",
    "response_cells",
    "flow",
    "weight_diagnostics",
    "weight_cells",
    "weight_margins",
    "cleaning_summary",
)
# What stands beside them: who did not answer, other ways of estimating, and what was checked.
CONTEXT = (
    "nonresponse",
    "ledger_context",
    "follow_up_check",
    "not_at_random",
    "multiverse",
    "multiverse_summary",
    "verification",
)
READ = (*RESULTS, *CONTEXT)
# What is checked against R holds nothing of the survey, and does not come from disclosure control.
RELEASED = tuple(name for name in READ if name != "verification")

FIGURES = ("flow", "response", "likert", "scales", "weights", "ledger", "multiverse", "waves")

TABLES = (
    "table_1",
    "response",
    "weights",
    "cells",
    "items",
    "shares",
    "scales",
    "schemes",
    "ledger",
    "tests",
    "nrba_response",
    "nrba_model",
    "nrba_auxiliaries",
    "nrba_indicators",
    "nrba_partial",
    "nrba_claims",
    "nrba_waves",
    "nrba_range",
    "not_at_random",
    "proxy",
    "multiverse",
    "models",
    "reliability",
    "imputation",
    "multiplicity",
    "open_answers",
    "verification",
    "questionnaire",
    "level_contrast",
    "provenance",
)
METHODS = ("response", "cleaning", "weighting", "analysis", "claims", "sensitivity", "disclosure", "software")
# Everything that the tables' script writes as a text of its own.
TEXTS = (*TABLES, "nrba_summary", "reviewer_questions", *(f"methods_{name}" for name in METHODS))

CHECKLISTS = ("cross", "strobe", "cherries", "aapor")
