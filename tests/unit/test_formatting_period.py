"""Periods are printed without saying month or year twice."""

from __future__ import annotations

import pytest

from surveypipe.formatting import period


@pytest.mark.parametrize(
    "first, last, printed",
    [
        ("2012-01-16", "2012-03-31", "16 January to 31 March 2012"),
        ("2012-03-01", "2012-03-09", "1 to 9 March 2012"),
        ("2011-12-01", "2012-01-09", "1 December 2011 to 9 January 2012"),
        ("2011-03-01", "2012-03-09", "1 March 2011 to 9 March 2012"),
    ],
)
def test_period(first: str, last: str, printed: str):
    assert period(first, last) == printed


def test_what_is_no_day_is_refused():
    with pytest.raises(ValueError):
        period("2012-02-30", "2012-03-01")
