"""Answers to one question from uniform numbers, distributed as is guessed or else flat.

Every answer is the quantile of its distribution at a number between 0 and 1, so that answers can be alike
within people and within sampling units (a normal copula) while each question keeps its distribution.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.study.codebook import Codebook, Variable, code_text
from surveypipe.study.margins import code_in
from surveypipe.study.rehearsal import Marginal

Floats = NDArray[np.float64]
# Of a number without a range; and days of a date of which neither range nor field period is told.
NUMBERS = (0.0, 100.0)
DAYS = (dt.date(2024, 1, 1), dt.date(2024, 12, 31))
# Share of those asked who write something, where nothing is guessed.
WRITES = 0.5
TEXT = "Made-up answer of a rehearsal."


def codes_and_shares(variable: Variable, guess: Marginal) -> tuple[Floats, Floats]:
    """Give the codes of a question whose answers are listed, and the share of each; shape (answers,)."""
    codes = np.array(list(variable.values), dtype=float)
    if guess.shares is not None:
        words = {code_text(code): text for code, text in variable.values.items()}
        named = {code_in(level, words): share for level, share in guess.shares.items()}
        shares = np.array([named.get(code_text(code), 0.0) for code in codes])
        return codes, shares / shares.sum()
    if guess.share is not None and variable.counts is not None:
        counted = codes == variable.counts
        others = max(1, int((~counted).sum()))
        return codes, np.where(counted, guess.share, (1 - guess.share) / others)
    return codes, np.full(len(codes), 1 / len(codes))


def listed_answers(u: Floats, variable: Variable, guess: Marginal) -> Floats:
    """Draw answers of a question whose answers are listed: the code at each quantile."""
    codes, shares = codes_and_shares(variable, guess)
    place = np.searchsorted(np.cumsum(shares), u, side="right")
    return codes[np.minimum(place, np.flatnonzero(shares).max())]


def numbers(u: Floats, variable: Variable, guess: Marginal, rng: np.random.Generator) -> Floats:
    """Draw numbers: flat over the range, or with the mean and the standard deviation that are guessed.

    Within a range [a, b] a number with mean m and standard deviation s is a + (b − a)·Beta(α, β), where with
    μ = (m − a)/(b − a) and ν = μ(1 − μ)(b − a)²/s² − 1, α = μν and β = (1 − μ)ν (method of moments; Johnson,
    Kotz and Balakrishnan 1995, chapter 25). Without a range it is normal. Where the range ends in whole
    numbers answers are whole: the fraction decides by chance which of the two neighbours, so that the mean is
    kept.
    """
    from scipy import stats

    ranged = variable.valid_range is not None
    low, high = map(float, variable.valid_range or NUMBERS)
    whole = low.is_integer() and high.is_integer()
    if guess.mean is None:
        return low + np.floor(u * (high - low + 1)) if whole else low + u * (high - low)
    sd = guess.sd if guess.sd is not None else (high - low) / 4
    if not ranged:
        return np.asarray(stats.norm.ppf(u, guess.mean, sd))
    share = (guess.mean - low) / (high - low)
    # Two values at the ends have the greatest spread that a mean within them allows.
    nu = max(share * (1 - share) * ((high - low) / sd) ** 2 - 1, 1e-3)
    made = low + (high - low) * np.asarray(stats.beta.ppf(u, share * nu, (1 - share) * nu))
    if not whole:
        return made
    floor = np.floor(made)
    return floor + (rng.random(len(u)) < made - floor)


def days(u: Floats, variable: Variable, period: tuple[str, str] | None) -> pd.Series:
    """Draw days, each as likely as another, of the codebook's range, else of the field period."""
    first, last = variable.valid_range or period or DAYS
    start, end = pd.Timestamp(str(first)), pd.Timestamp(str(last))
    if period and variable.valid_range:
        # What lies within the range and outside fieldwork is possible and not likely.
        inside = max(start, pd.Timestamp(period[0])), min(end, pd.Timestamp(period[1]))
        start, end = inside if inside[0] <= inside[1] else (start, end)
    span = (end - start).days + 1
    return pd.Series(start + pd.to_timedelta(np.floor(u * span).astype(int), unit="D")).astype(
        "datetime64[ns]"
    )


def texts(u: Floats, guess: Marginal) -> pd.Series:
    """Draw who writes something; it says of itself that it is made up."""
    share = WRITES if guess.share is None else guess.share
    return pd.Series([TEXT if number < share else None for number in u], dtype="object")


def flat_or(variable: Variable, codebook: Codebook) -> str:
    """Say in words what a question is answered with where nothing is guessed."""
    if variable.kind.form == "text":
        return f"half of those asked write '{TEXT}'"
    if variable.kind.listed:
        return f"each of {len(variable.values)} answers alike"
    if variable.kind.form == "day":
        return "each day alike"
    low, high = variable.valid_range or NUMBERS
    return f"each number from {low:g} to {high:g} alike"
