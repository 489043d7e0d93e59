"""A log of events as numbers: the different (user, period) pairs, sorted, in a few NumPy arrays.

Retention asks one question in many forms: who was there in which day, week or month. This is the one place
that reads a log for it. Logs may be pandas, Polars, DuckDB or whatever else Narwhals knows.
"""

from typing import Any, Literal, NamedTuple, TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import as_choice
from opslab.ground.days import (
    as_date,
    as_dates,
    as_day,
    day_number,
    day_numbers,
    month_number,
    require_span,
    week_number,
)
from opslab.ground.engine import DAY, counts_itself, ends_of, rows_by_day, settled
from opslab.ground.frames import Frame, collect, in_words, kinds_of, native, small_table, to_pandas
from opslab.ground.ids import numbered

Period: TypeAlias = Literal["D", "W", "M"]

# Words
EVENTS, EVENTS_AND = "events", "events and {name}"
BEFORE_LOG = "{name} is {found:%Y-%m-%d}, before the first event ({first:%Y-%m-%d}); choose a later day"
LOG_TOO_SHORT = (
    "no user can be watched for {need} days: the log ends on {last:%Y-%m-%d}, {have} days after the first "
    "user started; choose a smaller day"
)

NUMBERED = {"D": day_number, "W": week_number, "M": month_number}
PERIODS = tuple(NUMBERED)
MANY = 1_000  # events are enough to tell an odd date from the others


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

    @property
    def ends(self) -> tuple[int, int]:
        """Day numbers of the log's first and last day, if its periods are days."""
        return self.origin, self.origin + self.end

    def repeat(self, values: np.ndarray) -> np.ndarray:
        """Repeat one value a user over the user's visits."""
        return np.repeat(values, np.diff(self.begins, append=len(self.step)))

    def gaps(self) -> np.ndarray:
        """Return for each visit the periods since the user's visit before; 0 for the first one."""
        gaps = np.diff(self.step, prepend=0)
        gaps[self.begins] = 0
        return gaps

    def silences(self) -> np.ndarray:
        """Return for each visit the periods to the user's next one; after the last, more than any log has."""
        ahead = np.roll(self.gaps(), -1)
        ahead[np.append(self.begins[1:], len(self.step)) - 1] = np.iinfo(np.int64).max // 2
        return ahead

    def any(self, marked: np.ndarray) -> np.ndarray:
        """Tell for each user whether one of the visits is marked."""
        return np.logical_or.reduceat(marked, self.begins)

    def counts(self, marked: np.ndarray) -> np.ndarray:
        """Count for each user the visits that are marked."""
        return np.add.reduceat(marked.astype(np.int64), self.begins)

    def watched(self, start: np.ndarray, days: int) -> np.ndarray:
        """Tell for each start (a day of this log) whether the log goes on for so many days after it."""
        watched = start <= self.end - days
        if not watched.any():
            raise too_short(days, self.end + self.origin, self.end - int(start.min()))
        return watched


class EngineLog(NamedTuple):
    """The rows of a log that its own engine counts: user and `DAY`, not computed; its first and last day."""

    rows: nw.LazyFrame[Any]
    first: int
    last: int

    def require_begun(self, day: int, name: str) -> None:
        """Refuse a day before the log's first."""
        if day < self.first:
            raise ValueError(BEFORE_LOG.format(name=name, found=as_date(day), first=as_date(self.first)))


@in_words()
def engine_log(events: Any, user: str, when: str, until: Any = None, name: str = "until") -> EngineLog | None:
    """Return the log, checked, up to its last day or to `until`; None if NumPy counts better than its engine.

    `name` is what messages call `until`.

    Raises
    ------
    ValueError
        As `read_visits` does.
    """
    if not counts_itself(events):
        return None
    rows = rows_by_day(_checked(events, user, when), when, user)
    if until is None:
        return EngineLog(rows, *ends_of(rows, EVENTS))
    last = as_day(until, name)
    first, _ = ends_of(rows, EVENTS_AND.format(name=name), last)
    log = EngineLog(rows.filter(nw.col(DAY) <= last), first, last)
    log.require_begun(last, name)
    return log


def too_short(need: int, last: int, have: int) -> ValueError:
    """Return the error of a log that ends on the day `last`, too early to watch anybody for `need` days."""
    return ValueError(LOG_TOO_SHORT.format(need=need, last=as_date(last), have=have))


@in_words()
def read_visits(
    events: Any, user: str, when: str, period: str = "D", until: Any = None, name: str = "until"
) -> Visits:
    """Return the visits in `events`, up to the last event or to the day `until` (later rows are left out).

    Times are cut to their day by the clock they were written with; weeks start on Monday. `name` is what
    messages call `until`.

    Raises
    ------
    ValueError
        Bad events (see `opslab.ground.frames.native`), an unknown period, `until` before the first event.
    """
    table = _checked(events, user, when, period)
    fine = "D" if until is not None else period
    if counts_itself(table):
        pairs = collect(_pairs(table, user, when, fine))
        people = to_pandas(pairs.get_column(user))
        label = to_pandas(pairs.get_column("_period")).to_numpy(np.int64)
    else:
        people, label = _rows(table, user, when, fine)
    if until is None:
        return _sort(people, label, period)
    last = as_day(until, name)
    inside = label <= last
    if not inside.any():
        raise ValueError(BEFORE_LOG.format(name=name, found=as_date(last), first=as_date(label.min())))
    days = np.append(label[inside], last)
    *label, last = _labels(days, period)
    return _sort(people[inside], np.array(label), period, last, name)


@in_words()
def cohort_sizes(
    events: Any, user: str, when: str, period: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, pd.DatetimeIndex]:
    """Return the users of each cohort in each period, in long form: cohort, period, users, first days.

    `users` None means that each entry is one user.
    """
    table = _checked(events, user, when, period)
    if not counts_itself(table):
        visits = _sort(*_rows(table, user, when, period), period)
        return visits.repeat(visits.first), visits.step, None, visits.starts
    # The engine counts (cohort, period) pairs itself: only a small table leaves it.
    pairs = _pairs(table, user, when, period)
    cohorts = pairs.group_by(user).agg(nw.col("_period").min().alias("_cohort"))
    sizes = settled(pairs.join(cohorts, on=user)).group_by("_cohort", "_period").agg(nw.len().alias("_users"))
    cohort, label, users = small_table(sizes)[["_cohort", "_period", "_users"]].to_numpy(np.int64).T
    first = cohort.min()
    return cohort - first, label - first, users, _starts(label, period)


@in_words()
def period_flows(
    events: Any, user: str, when: str, period: str
) -> tuple[pd.DatetimeIndex, np.ndarray, np.ndarray, np.ndarray]:
    """Return all periods' first days, and the engine's counts: active, new, active the period before too."""
    pairs = _pairs(_checked(events, user, when, period), user, when, period)
    firsts = pairs.group_by(user).agg(nw.col("_period").min().alias("_cohort"))
    before = pairs.select(user, (nw.col("_period") + 1).cast(nw.Int32).alias("_period"), "_rows")
    joined = settled(pairs.select(user, "_period").join(firsts, on=user, how="inner"))
    joined = settled(joined.join(before, on=[user, "_period"], how="left"))
    marked = joined.select(
        "_period",
        _active=nw.lit(1),
        _new=(nw.col("_cohort") == nw.col("_period")).cast(nw.Int64),
        _kept=(~nw.col("_rows").is_null()).cast(nw.Int64),
    )
    names = ("_active", "_new", "_kept")
    counts = small_table(marked.group_by("_period").agg(*(nw.col(name).sum() for name in names)))
    label, *sizes = (counts[name].to_numpy(np.int64) for name in ("_period", *names))
    starts = _starts(label, period)
    active, new, kept = (
        np.bincount(label - label.min(), size, minlength=len(starts)).astype(np.int64) for size in sizes
    )
    return starts, active, new, kept


def _sort(
    people: pd.Series, label: np.ndarray, period: str, last: int | None = None, name: str = ""
) -> Visits:
    # User and period in one whole number: a single fast sort finds equal pairs, first and last visits.
    first = label.min()
    starts = _starts(label, period, last, name)
    key, ids = _number_users(people, len(starts))
    key *= len(starts)
    key += label
    key -= first
    del label
    if (key[1:] < key[:-1]).any():  # most logs are kept in order
        key.sort()
    key = key[_changes(key)]
    number = key // len(starts)
    key -= number * len(starts)
    begins = np.flatnonzero(_changes(number))
    number = number[begins]
    return Visits(pd.Index(number + ids) if isinstance(ids, int) else ids.take(number), begins, key, starts)


def _labels(days: np.ndarray, period: str) -> np.ndarray:
    """Return for each day (since 1970-01-01) the number of its day, week or month, each counted from 1970."""
    if period == "D":
        return days
    low = days.min()
    calendar = np.arange(low, days.max() + 1)
    if period == "W":
        table = (calendar + 3) // 7
    else:
        table = calendar.view("datetime64[D]").astype("datetime64[M]").view(np.int64)
    # One look-up in this short table is faster than calendar arithmetic on every row.
    return table[days - low]


def _starts(label: np.ndarray, period: str, last: int | None = None, name: str = "") -> pd.DatetimeIndex:
    """Return the first days of all periods from the first of `label` to its last, or to `last`."""
    first, end = label.min(), label.max() if last is None else last
    what = EVENTS if last is None else EVENTS_AND.format(name=name)
    require_span(_first_days(np.concatenate([[first, end], label[:: len(label) // MANY + 1]]), period), what)
    return as_dates(_first_days(np.arange(first, end + 1), period))


def _first_days(label: np.ndarray, period: str) -> np.ndarray:
    """Return the first day of each numbered period."""
    if period == "M":
        return label.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return label * 7 - 3 if period == "W" else label


def _checked(events: Any, user: str, when: str, period: str = "D") -> Frame:
    """Return the two columns of a log that count, checked."""
    as_choice(period, "period", PERIODS)
    return native(events, kinds_of(key=[user], date=[when]), what="events").select(user, when)


def _rows(table: Frame, user: str, when: str, period: str) -> tuple[pd.Series, np.ndarray]:
    """Return user and number of the period of each row."""
    whole = collect(table)
    days = day_numbers(to_pandas(whole.get_column(when)))
    return to_pandas(whole.get_column(user)), _labels(days, period)


def _pairs(table: Frame, user: str, when: str, period: str) -> nw.LazyFrame:
    """Return the different (user, number of the period) pairs, not computed yet."""
    labels = table.lazy().select(user, NUMBERED[period](when).alias("_period"))
    # Grouping, where `unique` would do as well, is what DuckDB does much faster.
    return settled(labels.group_by(user, "_period").agg(nw.len().alias("_rows")))


def _number_users(users: pd.Series, room: int) -> tuple[np.ndarray, pd.Index | int]:
    """Number the rows' users; return also what turns numbers back: an index, or the lowest of whole ids.

    Whole ids serve as they are, as long as id x `room` fits in 64 bits: no hash table is needed.
    """
    if isinstance(users.dtype, np.dtype) and users.dtype.kind in "iu":
        low, high = int(users.min()), int(users.max())
        if (high - low + 1) * room < 2**63 and high < 2**63:
            return users.to_numpy().astype(np.int64) - low, low
    return numbered(users)


def _changes(values: np.ndarray) -> np.ndarray:
    """Mark the first of each run of equal values."""
    marks = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=marks[1:])
    return marks
