"""Statistical disclosure control: what of the private results may be read by anybody.

Answers are judged by the number of respondents behind them; characteristics (who the staff are, who
replied) by the number of respondents *and* of staff, because the frame is known and a member of a small
group can be identified even when silent. First each table is released by the rule for its kind
(:mod:`tables`), then what follows from all of them together is worked out and hidden too (:mod:`audit`).
"""

from surveypipe.disclosure.answers import release_estimates
from surveypipe.disclosure.characteristics import (
    align,
    check_lost,
    cleaning_summary,
    release_cells,
    release_characteristics,
    release_flow,
    release_margins,
    release_rates,
    release_response_cells,
)
from surveypipe.disclosure.context import (
    release_bases,
    release_claims,
    release_nonresponse,
    release_with_claims,
)
from surveypipe.disclosure.meanings import shown_values
from surveypipe.disclosure.release import MERGED, RELEASED, ROUNDED, SUPPRESSED, Release
from surveypipe.disclosure.rules import PRESETS, Rules, rules_of

__all__ = [
    "MERGED",
    "PRESETS",
    "RELEASED",
    "ROUNDED",
    "SUPPRESSED",
    "Release",
    "Rules",
    "align",
    "check_lost",
    "cleaning_summary",
    "release_bases",
    "release_cells",
    "release_characteristics",
    "release_claims",
    "release_estimates",
    "release_flow",
    "release_margins",
    "release_nonresponse",
    "release_rates",
    "release_response_cells",
    "release_with_claims",
    "rules_of",
    "shown_values",
]
