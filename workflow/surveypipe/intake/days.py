"""Days as people and programs write them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from surveypipe.intake.timestamps import YEARS

if TYPE_CHECKING:
    import pandas as pd

YEAR_FIRST = re.compile(r"(?P<y>\d{4})([-/.]?)(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?!\d)")
YEAR_LAST = re.compile(r"(?P<a>\d{1,2})(?P<sign>[-/.]) ?(?P<b>\d{1,2})(?P=sign) ?(?P<y>\d{4}|\d{2})(?!\d)")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NAMED = re.compile(
    r"(?:[a-z]{3,9},? )?(?:(?P<d>\d{1,2})[- ./]?(?P<n>[a-z]{3,9})|(?P<n2>[a-z]{3,9})[- .]?(?P<d2>\d{1,2}),?)"
    r"[-, ./]{1,2}(?P<y>\d{4}|\d{2})(?!\d)",
    flags=re.IGNORECASE,
)
# Years of two digits up to this one are of this century, as spreadsheets have it.
TURN = 29


@dataclass(frozen=True)
class Days:
    """A column read as days.

    Attributes
    ----------
    days
        datetime64[ns] at midnight; missing where there is none.
    lost
        What is there and is no day, by row.
    order
        How days of figures alone with the year last were read: ``day first``, ``month first``, or '' where
        there are none.
    certain
        Whether some value shows that order; False where every value could be read either way.
    """

    days: pd.Series
    lost: pd.Series
    order: str = ""
    certain: bool = True


def read_days(column: pd.Series) -> Days:
    """Read a column as days: the day as written, whatever time or time zone follows it.

    Where the year stands last, the whole column says whether the day or the month comes first: a figure above
    12 can be no month. Where no value shows it, days are taken to come first.

    Parameters
    ----------
    column
        Days, text or a mixture; a bare number is no day.
    """
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column):
        found = column.dt.tz_localize(None) if column.dt.tz is not None else column
        return _bounded(column, list(found.dt.date.where(found.notna(), None)))
    values = [None if missing else value for value, missing in zip(column, column.isna(), strict=True)]
    texts = [value.strip() for value in values if isinstance(value, str)]
    order, certain = _order(texts)
    read = [None if value is None else _day(value, order) for value in values]
    days = _bounded(column, read)
    return Days(days.days, days.lost, order, certain)


def _bounded(column: pd.Series, read: list[Any]) -> Days:
    import pandas as pd

    inside = [
        day if day is not None and day == day and YEARS[0] <= day.year < YEARS[1] else None for day in read
    ]
    days = pd.Series(pd.to_datetime(pd.Series(inside, dtype="object"), errors="coerce").to_numpy())
    days = days.set_axis(column.index).astype("datetime64[ns]").dt.normalize()
    return Days(days, column[column.notna() & days.isna()])


def _order(texts: list[str]) -> tuple[str, bool]:
    matches = [match for match in map(YEAR_LAST.match, texts) if match]
    if not matches:
        return "", True
    first = sum(int(match["a"]) > 12 for match in matches)
    second = sum(int(match["b"]) > 12 for match in matches)
    if first or second:
        return ("day first" if first >= second else "month first"), True
    # With dots between, the day comes first in every country that writes them.
    return "day first", all(match["sign"] == "." for match in matches)


def _day(value: Any, order: str) -> dt.date | None:
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str):
        return None
    text = value.strip()
    match = YEAR_FIRST.match(text)
    if match:
        return _made(match["y"], match["m"], match["d"])
    match = YEAR_LAST.match(text)
    if match:
        day, month = (match["a"], match["b"]) if order == "day first" else (match["b"], match["a"])
        return _made(match["y"], month, day)
    match = NAMED.match(text)
    if match:
        name = (match["n"] or match["n2"])[:3].lower()
        month = str(MONTHS.index(name) + 1) if name in MONTHS else "0"
        return _made(match["y"], month, match["d"] or match["d2"])
    return None


def _made(year: str, month: str, day: str) -> dt.date | None:
    whole = int(year)
    if len(year) == 2:
        whole += 2000 if whole <= TURN else 1900
    try:
        return dt.date(whole, int(month), int(day))
    except ValueError:
        return None
