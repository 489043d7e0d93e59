"""Days: every function that counts in days cuts times to them here, by the clock they were written with.

A day is a whole number, counted from 1970-01-01. A time with a zone keeps the day that its own clock showed;
DuckDB knows moments only and shows them by its session's clock (`set timezone`).
"""

from typing import Any, cast

import narwhals as nw
import numpy as np
import pandas as pd

# Words
NOT_A_DAY = "{name} is {found!r}; expected a date such as '2024-06-30'"
TOO_LONG = (
    "{what} run from {first} to {last}; at most {years} years are counted. "
    "Is {odd} a date that was never filled in? Leave out or mend such rows"
)

# Day 1 of Python's ordinals is Monday, 1 January of the year 1.
EPOCH = 719_163  # the ordinal of 1970-01-01
MARCH_0 = 719_468  # days from 1 March of the year 0 to 1970-01-01
MOST_YEARS = 100
MOST_MONTHS, MOST_WEEKS = 12 * MOST_YEARS, 52 * MOST_YEARS  # to look ahead, or back
NUMBERS = (bool, int, float, complex, np.number, np.bool_)  # pandas would read nanoseconds in them


def day_numbers(dates: pd.Series) -> np.ndarray:
    """Return a column of dates or times as whole days."""
    return clock_times(dates).to_numpy("datetime64[D]").view(np.int64)


def ends_of_days(dates: pd.Series, what: str) -> tuple[int, int]:
    """Return the first and the last day of a column; refuse more than a century between them."""
    raw = _ticks(dates)
    if raw is None:
        days = day_numbers(dates)
        low, high = int(days.min()), int(days.max())
    else:  # the days of all rows are not needed, and whole numbers are quick
        ends = np.array([raw.min(), raw.max()]).view(dates.to_numpy().dtype)
        low, high = ends.astype("datetime64[D]").astype(np.int64).tolist()
    if high - low > MOST_YEARS * 365:
        require_span(day_numbers(dates), what)
    return low, high


def rows_from(dates: pd.Series, first: int) -> np.ndarray:
    """Tell which rows are not before the day `first`."""
    raw = _ticks(dates)
    if raw is None:
        return day_numbers(dates) >= first
    return raw >= np.datetime64(first, "D").astype(dates.to_numpy().dtype).view(np.int64)


def _ticks(dates: pd.Series) -> np.ndarray | None:
    """Return NumPy's times as the whole numbers that they are; None for others."""
    return dates.to_numpy().view(np.int64) if isinstance(dates.dtype, np.dtype) else None


def clock_times(dates: pd.Series) -> pd.Series:
    """Return dates or times as their own clock showed them, without their zone."""
    zone = getattr(getattr(dates.dtype, "pyarrow_dtype", dates.dtype), "tz", None)
    return dates if zone is None else dates.dt.tz_localize(None)


def day_number(when: str) -> nw.Expr:
    """Say `day_numbers` in words that every engine has: few know day counts; division of ints is slow."""
    return (_ordinal(when) - EPOCH).cast(nw.Int32)


def week_number(when: str) -> nw.Expr:
    """Return the number of weeks (from Monday) since the one of 1970-01-01, a Thursday."""
    return (((_ordinal(when) - 1) / 7).floor() - (EPOCH - 4) // 7).cast(nw.Int32)


def month_number(when: str) -> nw.Expr:
    """Return the number of calendar months since January 1970."""
    return ((nw.col(when).dt.year() - 1970) * 12 + nw.col(when).dt.month() - 1).cast(nw.Int32)


def month_start(month: nw.Expr) -> nw.Expr:
    """Return the first day of the month with such a number, as a day number.

    Years that begin in March have the leap day at their end, and month lengths that a line through
    153 days in 5 months gives (Hinnant, "chrono-compatible low-level date algorithms").
    """
    march = month + (1970 * 12 - 2)
    year = (march / 12).floor()
    leap_days = (year / 4).floor() - (year / 100).floor() + (year / 400).floor()
    before = ((153 * (march - 12 * year) + 2) / 5).floor()
    return (365 * year + leap_days + before - MARCH_0).cast(nw.Int32)


def as_day(value: Any, name: str) -> int:
    """Return a date (text, date, timestamp) as whole days; `name` is for the message."""
    try:
        stamp = pd.NaT if isinstance(value, NUMBERS) else pd.Timestamp(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(NOT_A_DAY.format(name=name, found=value)) from error
    if stamp is pd.NaT or not 1 <= stamp.year <= 9999:
        raise ValueError(NOT_A_DAY.format(name=name, found=value))
    return int(stamp.tz_localize(None).to_datetime64().astype("datetime64[D]").astype(np.int64))


def as_date(day: int) -> pd.Timestamp:
    """Return a day as a date."""
    return cast("pd.Timestamp", pd.Timestamp(np.datetime64(int(day), "D")))  # never NaT


def as_dates(days: np.ndarray) -> pd.DatetimeIndex:
    """Return days as dates."""
    return pd.DatetimeIndex(days.astype(np.int64).view("datetime64[D]").astype("datetime64[s]"))


def require_span(days: np.ndarray, what: str) -> None:
    """Refuse days so far apart that one must be wrong; the message names the one far from the rest."""
    first, last = int(days.min()), int(days.max())
    if last - first > MOST_YEARS * 365.25:
        odd = first if np.median(days) - first > last - np.median(days) else last
        words = {
            name: np.datetime64(day, "D") for name, day in (("first", first), ("last", last), ("odd", odd))
        }
        raise ValueError(TOO_LONG.format(what=what, years=MOST_YEARS, **words))


def _ordinal(when: str) -> nw.Expr:
    before = nw.col(when).dt.year() - 1
    leap_days = (before / 4).floor() - (before / 100).floor() + (before / 400).floor()
    return 365 * before + leap_days + nw.col(when).dt.ordinal_day()
