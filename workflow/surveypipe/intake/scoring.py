"""Scales and recodes made from the cleaned answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from surveypipe.study.cleaning import Above, AnyRecode, Bands, Cleaning, Difference, ItemsHigh, Scale
from surveypipe.study.codebook import Codebook
from surveypipe.study.poles import HIGH, parted


def derive(answers: pd.DataFrame, cleaning: Cleaning, codebook: Codebook) -> pd.DataFrame:
    """Turn reverse-worded items, then add scales and recodes.

    Parameters
    ----------
    answers
        Valid answers only; everything missing is NaN.
    """
    made = answers.copy()
    for item in cleaning.reverse:
        codes = codebook.variables[item].values
        made[item] = min(codes) + max(codes) - made[item]
    for scale in cleaning.scales:
        made[scale.variable] = scale_score(made[list(scale.items)], scale.min_share)
    for recode in cleaning.recodes:
        made[recode.variable] = _recoded(made, recode, codebook, cleaning)
    return made


def scale_score(items: pd.DataFrame, min_share: float) -> pd.Series:
    """Person mean of the answered items; NaN where fewer than `min_share` of them were answered."""
    enough = items.notna().sum(axis=1) >= min_share * items.shape[1] - 1e-9
    return items.mean(axis=1).where(enough)


def items_high(answers: pd.DataFrame, scale: Scale, codebook: Codebook) -> pd.Series:
    """Share of the answered items that were given an answer in the upper half of the codes.

    Items are already turned. NaN where the scale itself has no score.
    """
    items = list(scale.items)
    codes = sorted(codebook.variables[items[0]].values)
    known = answers[items]
    upper = known.isin(parted(codes)[HIGH]).astype(float).where(known.notna())
    return upper.mean(axis=1).where(answers[scale.variable].notna())


def _recoded(answers: pd.DataFrame, recode: AnyRecode, codebook: Codebook, cleaning: Cleaning) -> pd.Series:
    if isinstance(recode, ItemsHigh):
        scale = next(made for made in cleaning.scales if made.variable == recode.from_)
        return items_high(answers, scale, codebook)
    if isinstance(recode, Above):
        source = answers[recode.from_]
        return (source > recode.cut).astype(float).where(source.notna())
    if isinstance(recode, Difference):
        return answers[recode.minuend] - answers[recode.subtrahend]
    if isinstance(recode, Bands):
        source = answers[recode.from_]
        bands = np.searchsorted(np.asarray(recode.cuts, dtype=float), source.to_numpy(float), side="right")
        return pd.Series(bands + 1.0, index=answers.index).where(source.notna())
    return routed_no(answers, recode.from_, recode.filter, codebook)


def routed_no(answers: pd.DataFrame, source: str, filter_name: str, codebook: Codebook) -> pd.Series:
    """Count those routed past a yes/no question as *no*; unknown where neither answer is known.

    Whoever was routed past the filter question itself never came to the question either, and counts as *no*.
    *Yes* is the answer that the codebook counts (``counts``). Who was asked is said by the question's own
    filter, else by the counted answer of the filter variable.
    """
    answered = (answers[source] == codebook.variables[source].counts).astype(float)
    answered = answered.where(answers[source].notna())
    counted = codebook.variables[filter_name].counts
    needed = codebook.variables[source].asked_if.get(filter_name, () if counted is None else (counted,))
    past = _said_otherwise(answers, filter_name, needed) | _routed_past(answers, filter_name, codebook)
    return answered.mask(answered.isna() & past, 0.0)


def _said_otherwise(answers: pd.DataFrame, name: str, needed: Sequence[float]) -> pd.Series:
    return answers[name].notna() & ~answers[name].isin(needed)


def _routed_past(answers: pd.DataFrame, name: str, codebook: Codebook) -> pd.Series:
    """Whether a question was not to be asked, by its own condition or by that of a question before it."""
    past = pd.Series(False, index=answers.index)
    for earlier, needed in codebook.variables[name].asked_if.items():
        past |= _said_otherwise(answers, earlier, needed) | _routed_past(answers, earlier, codebook)
    return past
