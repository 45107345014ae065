"""Names of the released tables that exhibits are made of, and of the figures, tables and texts made.

Read by the workflow while it plans, so nothing of the library is imported; what makes them, and what reads
them, is held against these lists by a test.
"""

from __future__ import annotations

import ast
from pathlib import Path


def keys_of(module: str, table: str) -> tuple[str, ...]:
    """Read the keys of a dictionary from the source of a module of this room, without importing what draws.

    Parameters
    ----------
    module
        Path of the module within the room, for example ``figures/register.py``.
    table
        Name of the dictionary.
    """
    tree = ast.parse(Path(__file__).parent.joinpath(module).read_text(encoding="utf-8"))
    return tuple(
        key.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == table
        if isinstance(node.value, ast.Dict)
        for key in node.value.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    )


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
    "explorer",
    "verification",
)
READ = (*RESULTS, *CONTEXT)
# What is checked against R holds nothing of the survey, and does not come from disclosure control.
RELEASED = tuple(name for name in READ if name != "verification")

# A figure and a table are named once, beside the function that makes it.
FIGURES = keys_of("figures/register.py", "DRAW")

TABLES = (
    *keys_of("tables/register.py", "TABLES"),
    *keys_of("tables/nonresponse.py", "TABLES"),
    *keys_of("tables/models.py", "TABLES"),
    # Each made by a function of its own in the tables' script.
    "questionnaire",
    "level_contrast",
)
METHODS = (
    "response",
    "cleaning",
    "weighting",
    "analysis",
    "claims",
    "sensitivity",
    "sealed",
    "disclosure",
    "software",
)
# Everything that the tables' script writes as a text of its own, but for the tables of the answers: of
# these the codebook tells how many there are (surveypipe.reporting.answer_blocks).
TEXTS = (
    *TABLES,
    "answers",
    "answers_found",
    "claims_found",
    "claims_doubts",
    "explorer",
    "remaining",
    "nrba_summary",
    "reviewer_questions",
    *(f"methods_{name}" for name in METHODS),
)

# Where each number of the article comes from; it lies beside the documents.
NUMBER_LIST = "number_sources.csv"

# Of a rehearsal only, written by a rule of its own into the folder of the tables.
REHEARSAL = ("rehearsal_widths", "rehearsal_grades", "rehearsal_groups", "rehearsal_guesses")
REHEARSAL_ACCOUNT = "rehearsal_account"

CHECKLISTS = ("cross", "strobe", "cherries", "aapor")
