"""Days and times of day in statistical files: numbers counted from a day that each program has of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Program = Literal["SPSS", "Stata", "SAS"]
DAY = 86400
# Day from which each program counts.
ORIGIN: dict[Program, str] = {"SPSS": "1582-10-14", "Stata": "1960-01-01", "SAS": "1960-01-01"}
# Days outside these years are slips of the keyboard.
YEARS = (1700, 2200)


@dataclass(frozen=True)
class Stamp:
    """What a format says of the numbers of a column.

    Attributes
    ----------
    clock
        Whether they are times of day or durations; days otherwise.
    seconds
        Length of their unit in seconds; 0 where the unit is months.
    months
        Length of their unit in months, where it is that.
    """

    clock: bool = False
    seconds: float = 1
    months: int = 0


SPSS = {
    r"(DATE|ADATE|EDATE|JDATE|SDATE|MOYR|QYR|WKYR|DATETIME|YMDHMS)\d": Stamp(),
    r"(TIME|DTIME|MTIME)\d": Stamp(clock=True),
}
STATA = {
    r"%-?t[cC](?=.*HH)(?!.*(YY|NN|DD|Mon|dd))": Stamp(clock=True, seconds=0.001),
    r"%-?t[cC]": Stamp(seconds=0.001),
    r"%-?(td|d)": Stamp(seconds=DAY),
    r"%-?tm": Stamp(seconds=0, months=1),
    r"%-?tq": Stamp(seconds=0, months=3),
    r"%-?th": Stamp(seconds=0, months=6),
}
SAS = {
    r"(DATETIME|(E|B|IS)8601D[TN]|DATEAMPM|MDYAMPM)\d*": Stamp(),
    r"(TIME|HHMM|TOD|TIMEAMPM|(E|B|IS)8601TM)[\d.]*$": Stamp(clock=True),
    r"(WEEKDAT[EX]|(MMDD|DDMM)YY[BCDNPS]?|YYMMDD[BCDNPS]?|DATE|(E|B|IS)8601DA|MONYY|YYMM|YYQ)[\d.]*$": Stamp(
        seconds=DAY
    ),
}
FORMATS: dict[Program, dict[str, Stamp]] = {"SPSS": SPSS, "Stata": STATA, "SAS": SAS}


def stamp_of(written: str | None, program: Program) -> Stamp | None:
    """Say what a format makes of a column's numbers; None for a plain number or text."""
    for pattern, stamp in FORMATS[program].items():
        if re.match(pattern, written or "", flags=0 if program == "Stata" else re.IGNORECASE):
            return stamp
    return None


def converted(column: pd.Series, stamp: Stamp, program: Program) -> tuple[pd.Series, pd.Series]:
    """Turn numbers into days (datetime64[ns]) or times of day (text, H:MM:SS).

    Returns
    -------
    Series
        Days at midnight or text; missing where the number is no possible day.
    Series
        The numbers that are no possible day, by row.
    """
    import pandas as pd

    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    if stamp.clock:
        return _clock(numbers * stamp.seconds), numbers.iloc[:0]
    low, high = (pd.Timestamp(f"{year}-01-01") for year in YEARS)
    origin = pd.Timestamp(ORIGIN[program]).as_unit("s")
    if stamp.months:
        years = 1960 + numbers * stamp.months / 12
        inside = years.between(*YEARS)
        made = [
            pd.Timestamp(1960 + int(months // 12), int(months % 12) + 1, 1) if months == months else pd.NaT
            for months in numbers.where(inside) * stamp.months
        ]
        days = pd.Series(made, index=column.index, dtype="datetime64[ns]")
        return days, numbers[numbers.notna() & ~inside]
    seconds = numbers * stamp.seconds
    limits = ((low - origin).total_seconds(), (high - origin).total_seconds())
    inside = seconds.between(*limits)
    # Whole days: a time of day that a date carries is no part of an answer.
    whole = (seconds.where(inside) // DAY).astype("Int64")
    days = origin + pd.to_timedelta((whole * DAY).astype("Int64"), unit="s").dt.as_unit("s")
    return days.astype("datetime64[ns]"), numbers[numbers.notna() & ~inside]


def _clock(seconds: pd.Series) -> pd.Series:
    def written(value: float) -> str | None:
        if value != value:
            return None
        minutes, rest = divmod(round(abs(value)), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{'-' if value < 0 else ''}{hours:02d}:{minutes:02d}:{rest:02d}"

    return seconds.map(written).astype("object")
