"""For how many people each of those who were asked stands before anything is known of who answered."""

from __future__ import annotations

import pandas as pd

from surveypipe.design.selection import base_weights
from surveypipe.study.design import Sampling

# Column of everybody: how many people they were drawn for; 1 where all were asked.
ASKED = "asked_for"


def everybody_asked(dispositions: pd.DataFrame, sampling: Sampling, *, alike: bool) -> pd.DataFrame:
    """Put beside everybody on the list how many people they were drawn for.

    Parameters
    ----------
    dispositions
        Everyone on the list, with the variables of the design where they are a sample.
    sampling
        How they were drawn.
    alike
        Whether the weighting scheme takes no heed of how people were drawn: then all count for as many.
    """
    known = sampling.drawn and set(sampling.variables) <= set(dispositions.columns)
    base = base_weights(dispositions, sampling) if known else None
    if base is None:
        return dispositions.assign(**{ASKED: 1.0})
    return dispositions.assign(**{ASKED: base.mean() if alike else base})


def beside_those_asked(
    people: pd.DataFrame, respondents: pd.DataFrame, eligible: pd.DataFrame
) -> pd.DataFrame:
    """Put beside respondents how many people they were drawn for, and weights that add up to all of these.

    Parameters
    ----------
    people
        One row for each respondent: ``weight`` and more.
    respondents
        The same people in the same order, with ``id``.
    eligible
        Eligible people from :func:`everybody_asked`.
    """
    if (eligible[ASKED] == 1).all():
        return people
    own = respondents["id"].map(eligible.set_index("id")[ASKED]).to_numpy(float)
    scale = eligible[ASKED].sum() / people["weight"].sum()
    return people.assign(asked=own, weight=people["weight"] * scale)
