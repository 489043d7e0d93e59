"""A log of events as numbers: the different (user, period) pairs, sorted, in a few NumPy arrays.

Retention asks one question in many forms: who was there in which day, week or month. This is the one place
that reads a log for it. Logs may be pandas, Polars, DuckDB or whatever else Narwhals knows.
"""

from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.frames import Frame, as_choice, native

# Words
NOT_A_DAY = "{name} is {found!r}; expected a date such as '2024-06-30'"
BEFORE_LOG = "{name} is {found:%Y-%m-%d}, before the first event ({first:%Y-%m-%d}); choose a later day"

EVERY = {"D": "1d", "W": "1w", "M": "1mo"}  # our periods in Narwhals' words


class Visits(NamedTuple):
    """The different (user, period) pairs of a log, sorted by user, then period.

    Attributes
    ----------
    ids
        The users.
    begins
        The place in `step` of each user's first visit.
    step
        For each visit the number of its period; 0 is the log's first.
    starts
        The first day of each period, without gaps.
    """

    ids: pd.Index
    begins: np.ndarray
    step: np.ndarray
    starts: pd.DatetimeIndex

    @property
    def first(self) -> np.ndarray:
        """Each user's first period."""
        return self.step[self.begins]

    @property
    def last(self) -> np.ndarray:
        """Each user's last period."""
        return self.step[np.append(self.begins[1:], len(self.step)) - 1]

    @property
    def end(self) -> int:
        """The log's last period."""
        return len(self.starts) - 1

    @property
    def origin(self) -> int:
        """Day number (since 1970-01-01) of the log's first period."""
        return as_day(self.starts[0], "start")

    def repeat(self, values: np.ndarray) -> np.ndarray:
        """Repeat one value a user over the user's visits."""
        return np.repeat(values, np.diff(self.begins, append=len(self.step)))

    def gaps(self) -> np.ndarray:
        """Return for each visit the periods since the user's visit before; 0 for the first one."""
        gaps = np.diff(self.step, prepend=0)
        gaps[self.begins] = 0
        return gaps

    def any(self, marked: np.ndarray) -> np.ndarray:
        """Tell for each user whether one of the visits is marked."""
        return np.logical_or.reduceat(marked, self.begins)

    def count(self, marked: np.ndarray) -> np.ndarray:
        """Count for each user the visits that are marked."""
        return np.add.reduceat(marked.astype(np.int64), self.begins)


def read_visits(events: Any, user: str, when: str, period: str = "D", until: Any = None) -> Visits:
    """Return the visits in `events`, up to the last event or to the day `until` (later rows are left out).

    Times are cut to their day by the clock they were written with; weeks start on Monday.

    Raises
    ------
    ValueError
        Bad events (see `opslab.frames.native`), an unknown period, `until` before the first event.
    """
    table = checked_log(events, user, when, period)
    if counts_natively(table):
        table = collect(distinct_periods(table, user, when, "D" if until is not None else period))
    people, days = to_pandas(table[user]), day_numbers(to_pandas(table[when]))
    if until is None:
        return sort_visits(people, days, period)
    last = as_day(until, "until")
    inside = days <= last
    if not inside.any():
        raise ValueError(BEFORE_LOG.format(name="until", found=as_date(last), first=as_date(days.min())))
    return sort_visits(people[inside], days[inside], period, last)


def cohort_sizes(
    events: Any, user: str, when: str, period: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, pd.DatetimeIndex]:
    """Return the users of each cohort in each period, in long form: cohort, period, users, first days.

    `users` None means that each entry is one user.
    """
    table = checked_log(events, user, when, period)
    if not counts_natively(table):
        visits = sort_visits(to_pandas(table[user]), day_numbers(to_pandas(table[when])), period)
        return visits.repeat(visits.first), visits.step, None, visits.starts
    # The engine counts (cohort, period) pairs itself: only a small table leaves it.
    pairs = distinct_periods(table, user, when, period)
    cohorts = pairs.group_by(user).agg(nw.col(when).min().alias("_cohort"))
    sizes = collect(pairs.join(cohorts, on=user).group_by("_cohort", when).agg(nw.len().alias("_users")))
    days = np.concatenate([day_numbers(to_pandas(sizes[name])) for name in ("_cohort", when)])
    number, starts = number_periods(days, period)
    cohort, step = np.split(number, 2)
    return cohort, step, to_pandas(sizes["_users"]).to_numpy(float), starts


def sort_visits(people: pd.Series, days: np.ndarray, period: str, last: int | None = None) -> Visits:
    """Return the visits of `people` (one user a row) on `days` (day numbers)."""
    # User and period in one whole number: a single fast sort finds equal pairs, first and last visits.
    step, starts = number_periods(days, period, last)
    room = len(starts)
    key, ids = _number_users(people, room)
    key *= room
    key += step
    del step
    key.sort()
    key = key[_changes(key)]
    number = key // room
    key -= number * room
    begins = np.flatnonzero(_changes(number))
    number = number[begins]
    return Visits(pd.Index(number + ids) if isinstance(ids, int) else ids.take(number), begins, key, starts)


def number_periods(
    days: np.ndarray, period: str, last: int | None = None
) -> tuple[np.ndarray, pd.DatetimeIndex]:
    """Return the number of each day's period, and the first day of every period to the `last` day."""
    low = int(days.min())
    calendar = np.arange(low, (int(days.max()) if last is None else last) + 1)
    if period == "D":
        label = first = calendar
    elif period == "W":
        label = (calendar + 3) // 7  # 1970-01-01 was a Thursday
        first = label * 7 - 3
    else:
        month = calendar.view("datetime64[D]").astype("datetime64[M]")
        label, first = month.view(np.int64), month.astype("datetime64[D]").view(np.int64)
    # One look-up in this short table is faster than calendar arithmetic on every row.
    starts = pd.DatetimeIndex(np.unique(first).view("datetime64[D]").astype("datetime64[s]"))
    return (label - label[0])[days - low], starts


def checked_log(events: Any, user: str, when: str, period: str = "D") -> Frame:
    """Return the two columns that count, checked."""
    as_choice(period, "period", EVERY)
    return native(events, {user: "key", when: "date"}, what="events").select(user, when)


def counts_natively(table: Frame) -> bool:
    """Tell whether the table's own engine is the better place to count (that of pandas and Arrow is not)."""
    return isinstance(table, nw.LazyFrame) or table.implementation.is_polars()


def distinct_periods(table: Frame, user: str, when: str, period: str) -> nw.LazyFrame:
    """Return the different (user, first day of the period) pairs, not computed yet."""
    return table.lazy().select(user, nw.col(when).dt.date().dt.truncate(EVERY[period])).unique()


def collect(table: nw.LazyFrame) -> nw.DataFrame:
    """Compute a lazy table."""
    # DuckDB and Spark would hand over Arrow, which students need not have.
    return table.collect() if table.implementation.is_polars() else table.collect("pandas")


def to_pandas(column: nw.Series) -> pd.Series:
    """Return a column as pandas."""
    # Polars' own way to pandas needs Arrow.
    return pd.Series(column.to_numpy()) if column.implementation.is_polars() else column.to_pandas()


def small_table(table: Frame) -> pd.DataFrame:
    """Return a whole table as pandas, rows numbered from 0."""
    whole = collect(table) if isinstance(table, nw.LazyFrame) else table
    return pd.DataFrame({name: to_pandas(whole[name]).array for name in whole.columns})


def day_numbers(dates: pd.Series) -> np.ndarray:
    """Return whole days since 1970-01-01, by the clock that the dates were written with."""
    if getattr(dates.dtype, "tz", None) is not None:
        dates = dates.dt.tz_localize(None)
    return dates.to_numpy("datetime64[D]").view(np.int64)


def as_day(value: Any, name: str) -> int:
    """Return a date (text, date, timestamp) as whole days since 1970-01-01; `name` is for the message."""
    try:
        stamp = pd.NaT if isinstance(value, int | float) else pd.Timestamp(value)
    except (TypeError, ValueError) as error:
        raise ValueError(NOT_A_DAY.format(name=name, found=value)) from error
    if stamp is pd.NaT:
        raise ValueError(NOT_A_DAY.format(name=name, found=value))
    return int(stamp.tz_localize(None).to_datetime64().astype("datetime64[D]").astype(np.int64))


def as_date(day: int) -> pd.Timestamp:
    """Return a day number as a date."""
    return pd.Timestamp(np.datetime64(int(day), "D"))


def _number_users(users: pd.Series, room: int) -> tuple[np.ndarray, pd.Index | int]:
    """Number the rows' users; return also what turns numbers back: an index, or the lowest of whole ids.

    Whole ids serve as they are, as long as id x `room` fits in 64 bits: no hash table is needed.
    """
    if isinstance(users.dtype, np.dtype) and users.dtype.kind in "iu":
        low, high = int(users.min()), int(users.max())
        if (high - low + 1) * room < 2**63 and high < 2**63:
            return users.to_numpy().astype(np.int64) - low, low
    numbers, ids = pd.factorize(users)
    return numbers.astype(np.int64, copy=False), pd.Index(ids)


def _changes(values: np.ndarray) -> np.ndarray:
    """Mark the first of each run of equal values."""
    marks = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=marks[1:])
    return marks
