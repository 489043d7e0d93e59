"""A KPI dictionary: each number of a dashboard is one function over raw events, with its window and users.

Tables may be pandas, Polars, DuckDB or whatever else Narwhals knows. An engine of its own counts itself, and
one row of sums comes back.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.goals.windows import EVENTS, EngineEvents, empty, window
from opslab.ground.arguments import as_choice, as_number
from opslab.ground.days import as_date, as_day, day_numbers, ends_of_days, require_span, rows_from
from opslab.ground.engine import (
    ANY_AGE,
    DAY,
    START,
    came_back,
    can_join,
    counts_itself,
    ends_of,
    marks,
    require_met,
    rows_by_day,
    settled,
)
from opslab.ground.frames import (
    ColumnKind,
    collect,
    in_words,
    kinds_of,
    native,
    one_row,
    places_among,
    plain_numbers,
    read_table,
    require_unique,
    to_pandas,
)
from opslab.ground.ids import numbered

# Words
USERS = "users"
NO_COHORT = "nobody in users started from {start:%Y-%m-%d} to {end:%Y-%m-%d}; choose another window"
NOT_WATCHED = (
    "nobody who started from {start:%Y-%m-%d} to {end:%Y-%m-%d} can be watched for {days} days: "
    "events end on {last:%Y-%m-%d}; choose earlier users, or fewer days"
)
NEEDS_USERS = "kpi {name!r} needs users: one row for each user, with the day of sign-up"
NEEDLESS = "kpi {name!r} takes no {what}; leave it out"
NOT_A_SCORE = (
    "column {column!r} of events goes from {low:g} to {high:g}; a satisfaction is scored from 1 to 5"
)

ACTIVE_WITHIN = {"wau": 7, "mau": 30, "stickiness": 30}  # days up to the window's last
SATISFIED = 4  # of 5: the two best answers
ROWS = "_rows"


@dataclass(frozen=True)
class Kpi:
    """One entry of the dictionary `KPIS`.

    Attributes
    ----------
    chinese, meaning, unit
        The practitioners' word, what is counted of whom in which window, and the unit.
    parent
        The KPI that it feeds in the metric tree, None at the top.
    events, when
        Which table it reads, and the column of its day there unless another is named.
    days
        The window behind a sign-up, or the day after it; None where there is none.
    value
        The column that it adds up or looks at; None where rows or users count.
    cohort
        Whether it follows users from their sign-up and so needs the table `users`.
    """

    chinese: str
    meaning: str
    unit: str
    parent: str | None
    events: str
    when: str = "date"
    days: int | None = None
    value: str | None = None
    cohort: bool = False


KPIS = {
    "exposure": Kpi(
        "曝光", "how often a message was shown in the window", "times", "acquisition",
        "spend", "week", value="impressions",
    ),
    "downloads": Kpi(
        "下载量", "downloads in the window, repeated ones included", "downloads", "acquisition", "downloads",
    ),
    "acquisition": Kpi(
        "拉新", "different users who signed up in the window", "users", "mau", "users", "signup_date",
    ),
    "referral": Kpi(
        "裂变", "share of those who signed up in the window whose inviter is known", "share of 1",
        "acquisition", "users", "signup_date", value="invited_by",
    ),
    "activation": Kpi(
        "激活", "share of those who signed up in the window with an event in their first 7 days, "
        "the sign-up day being the first", "share of 1", "mau", "events", days=7, cohort=True,
    ),
    "retention": Kpi(
        "留存", "share of those who signed up in the window with an event on exactly the 7th day after",
        "share of 1", "mau", "events", days=7, cohort=True,
    ),
    "dau": Kpi("日活", "different users on a day, the mean over the window", "users", "mau", "events"),
    "wau": Kpi("周活", "different users in the 7 days up to the window's last", "users", "mau", "events"),
    "mau": Kpi("月活", "different users in the 30 days up to the window's last", "users", None, "events"),
    "stickiness": Kpi("黏性", "DAU over the same 30 days, divided by MAU", "share of 1", "mau", "events"),
    "conversion": Kpi(
        "转化", "share of those who signed up in the window who paid in their first 30 days, "
        "the sign-up day being the first", "share of 1", None, "orders", days=30, cohort=True,
    ),
    "repurchase": Kpi(
        "复购", "share of those who paid in the window who paid at least twice in it", "share of 1",
        "conversion", "orders",
    ),
    "satisfaction": Kpi(
        "满意度", "share of scores in the window that are 4 or 5 of 5", "share of 1", "retention",
        "answers", value="score",
    ),
}  # fmt: skip


@in_words()
def kpi(
    name: str,
    events: Any,
    users: Any = None,
    *,
    start: Any = None,
    end: Any = None,
    days: int | None = None,
    user: str = "user_id",
    when: str | None = None,
    since: str = "signup_date",
    value: str | None = None,
) -> float:
    """Return one KPI of `KPIS`, counted over raw events; `KPIS[name].meaning` says of whom, and when.

    Parameters
    ----------
    name
        One of `KPIS`.
    events
        One row for each event: a visit, a payment, a sign-up, a score ...; any order, repeats allowed.
    users
        For activation, retention and conversion: one row for each user, with the day `since`.
    start, end
        First and last day of the window, both included; by default the first and last day in `events` (or,
        for those that follow users, of the sign-ups). wau, mau and stickiness see 7 or 30 days up to `end`.
    days
        For activation and conversion: how many days count, the sign-up day being the first. For retention:
        the day after sign-up. Users whose days do not lie within `events` are left out, above and below.
    user, when, since, value
        Columns, where they are not called as `KPIS` has them.

    Raises
    ------
    ValueError
        An unknown KPI (the nearest is named), a bad table, an empty window, users who cannot be watched.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-03-01", "2024-03-01", "2024-03-02", "2024-03-02"])
    >>> visits = pd.DataFrame({"user_id": [1, 2, 1, 1], "date": days})
    >>> kpi("dau", visits), kpi("mau", visits)
    (1.5, 2.0)
    """
    entry = KPIS[as_choice(name, "name", KPIS)]
    day = entry.when if when is None else when
    _require_fitting(name, entry, users=users, days=days, value=value)
    if entry.cohort:
        least = 0 if name == "retention" else 1
        wanted = as_number(entry.days if days is None else days, "days", least=least, whole=True)
        span = (wanted, wanted) if name == "retention" else (0, wanted - 1)
        return _followed(events, users, start, end, span, user, day, since)
    if entry.value is not None:
        return _valued(name, events, start, end, user, day, entry.value if value is None else value)
    if name == "downloads":
        return _rows(events, start, end, day)
    if name == "repurchase":
        return _repeated(events, start, end, user, day)
    return _active(name, events, start, end, user, day)


def _require_fitting(name: str, entry: Kpi, *, users: Any, days: Any, value: Any) -> None:
    """Refuse what a KPI does not look at, and a cohort's KPI without its users."""
    takes = {"users": entry.cohort, "days": entry.days, "value": entry.value}
    for what, given in {"users": users, "days": days, "value": value}.items():
        if given is not None and not takes[what]:
            raise ValueError(NEEDLESS.format(name=name, what=what))
    if entry.cohort and users is None:
        raise ValueError(NEEDS_USERS.format(name=name))


def _active(name: str, events: Any, start: Any, end: Any, user: str, when: str) -> float:
    visits = _visits(events, user, when)
    if name in ACTIVE_WITHIN:
        last = visits.last if end is None else as_day(end, "end")
        start, end = as_date(last - ACTIVE_WITHIN[name] + 1), as_date(last)
    people, pairs, length = visits.within(start, end)
    if name == "dau":
        return pairs / length
    return pairs / length / people if name == "stickiness" else float(people)


class _Visits(NamedTuple):
    """Who was there and when, row by row; the first and last day."""

    people: pd.Series
    when: pd.Series
    first: int
    last: int

    def within(self, start: Any, end: Any) -> tuple[int, int, int]:
        """Count different users, different pairs of user and day, and days, from `start` to `end`."""
        first, last = window(start, end, self.first, self.last)
        people, when = self.people, self.when
        if first > self.first or last < self.last:
            inside = np.flatnonzero(self._among(first, last))
            if not len(inside):
                raise empty(first, last, self.first, self.last)
            people, when = people.iloc[inside], when.iloc[inside]
        number, length = _numbers(people), last - first + 1
        return _different(number), _pairs(number, day_numbers(when) - first, length), length

    def _among(self, first: int, last: int) -> np.ndarray:
        """Tell which rows lie from the day `first` to `last`."""
        if last >= self.last:
            return rows_from(self.when, first)
        early = ~rows_from(self.when, last + 1)
        return early if first <= self.first else early & rows_from(self.when, first)


def _different(people: np.ndarray) -> int:
    """Count the different numbers."""
    seen = np.zeros(int(people.max()) + 1, dtype=bool)
    seen[people] = True
    return int(np.count_nonzero(seen))


def _pairs(people: np.ndarray, day: np.ndarray, days: int) -> int:
    """Count the different pairs, day by day: of a user's rows in a day the one stamped last counts."""
    if (np.diff(day) < 0).any():
        order = np.argsort(day.astype(np.uint16), kind="stable")  # 16 bits sort fast, and hold 100 years
        people, day = people[order], day[order]
    stamp = np.empty(int(people.max()) + 1, dtype=np.int32)
    ends = np.searchsorted(day, np.arange(days + 1))
    count = 0
    for begin, stop in pairwise(ends):
        there, place = people[begin:stop], np.arange(stop - begin, dtype=np.int32)
        stamp[there] = place
        count += int(np.count_nonzero(stamp[there] == place))
    return count


def _visits(events: Any, user: str, when: str) -> "_Visits | _EngineVisits":
    """Return who was there on which day."""
    kinds = kinds_of(key=[user], date=[when])
    if counts_itself(events):
        return _EngineVisits(EngineEvents.checked(events, kinds, when), user)
    return _read_visits(events, user, when)


def _read_visits(events: Any, user: str, when: str) -> _Visits:
    kinds = kinds_of(key=[user], date=[when])
    whole = collect(native(events, kinds, what=EVENTS).select(user, when))
    dates = to_pandas(whole.get_column(when))
    return _Visits(to_pandas(whole.get_column(user)), dates, *ends_of_days(dates, EVENTS))


class _EngineVisits(NamedTuple):
    """The same, counted by the engine that has them."""

    events: EngineEvents
    user: str

    @property
    def last(self) -> int:
        return self.events.last

    def within(self, start: Any, end: Any) -> tuple[int, int, int]:
        """Count different users, different pairs of user and day, and days, from `start` to `end`."""
        rows, first, last = self.events.within(start, end)
        days = settled(rows.group_by(self.user, DAY).agg(nw.len().alias(ROWS))).group_by(self.user)
        seen = self.events.totals(days.agg(nw.len().alias(ROWS)), first, last, pairs=nw.col(ROWS).sum())
        return int(seen["rows"]), int(seen["pairs"]), last - first + 1


def _numbers(people: pd.Series) -> np.ndarray:
    """Return ids as numbers from 0; whole ones that lie close together serve as they are."""
    if isinstance(people.dtype, np.dtype) and people.dtype.kind in "iu":
        low, high = int(people.min()), int(people.max())
        if high - low < 4 * len(people) + 1_000:
            return people.to_numpy(np.int64) - low
    return numbered(people)[0]


def _rows(events: Any, start: Any, end: Any, when: str) -> float:
    """Count the rows in the window."""
    kinds = kinds_of(date=[when])
    if not counts_itself(events):
        return float(len(_read(events, kinds, when, start, end)))
    table = EngineEvents.checked(events, kinds, when)
    return float(table.totals(*table.within(start, end))["rows"])


def _read(events: Any, kinds: dict[str, ColumnKind], when: str, start: Any, end: Any) -> pd.DataFrame:
    """Return the rows within the window, checked, their day as a number."""
    rows = read_table(events, kinds, what=EVENTS)
    day = rows[when]
    require_span(day.to_numpy(), EVENTS)
    first, last = window(start, end, int(day.min()), int(day.max()))
    inside = rows[(day >= first) & (day <= last)]
    if not len(inside):
        raise empty(first, last, int(day.min()), int(day.max()))
    return inside


def _valued(name: str, events: Any, start: Any, end: Any, user: str, when: str, value: str) -> float:
    kinds = {
        "exposure": kinds_of(date=[when], amount=[value]),
        "referral": kinds_of(key=[user], date=[when], any=[value]),
        "satisfaction": kinds_of(date=[when], number=[value]),
    }[name]
    if counts_itself(events):
        return _valued_in_engine(name, EngineEvents.checked(events, kinds, when), start, end, user, value)
    rows = _read(events, kinds, when, start, end)
    if name == "exposure":
        return float(rows[value].sum())
    if name == "referral":
        known = rows.groupby(user, observed=True)[value].count() > 0
        return float(known.to_numpy().mean())
    scores = plain_numbers(rows[value])
    _require_scores(scores.min(), scores.max(), value)
    return float((scores >= SATISFIED).mean())


def _valued_in_engine(name: str, events: EngineEvents, start: Any, end: Any, user: str, value: str) -> float:
    rows, first, last = events.within(start, end)
    column = nw.col(value)
    if name == "exposure":
        return float(events.totals(rows, first, last, shown=column.sum())["shown"])
    if name == "referral":
        known = ~column.is_null()
        if rows.collect_schema()[value].is_float():
            known = known & ~column.is_nan()
        each = rows.select(user, known.cast(nw.Int64).alias(ROWS)).group_by(user).agg(nw.col(ROWS).max())
        seen = events.totals(each, first, last, known=nw.col(ROWS).sum())
        return float(seen["known"]) / seen["rows"]
    scored = rows.select(value, good=(column >= SATISFIED).cast(nw.Int64))
    sums = {"low": column.min(), "high": column.max(), "good": nw.col("good").sum()}
    seen = events.totals(scored, first, last, **sums)
    _require_scores(seen["low"], seen["high"], value)
    return float(seen["good"]) / seen["rows"]


def _require_scores(low: float, high: float, column: str) -> None:
    if low < 1 or high > 5:
        raise ValueError(NOT_A_SCORE.format(column=column, low=low, high=high))


def _repeated(events: Any, start: Any, end: Any, user: str, when: str) -> float:
    """Return the share of payers in the window with two payments or more in it."""
    kinds = kinds_of(key=[user], date=[when])
    if not counts_itself(events):
        rows = _read(events, kinds, when, start, end)
        payments = np.bincount(_numbers(rows[user].reset_index(drop=True)))
        return float((payments >= 2).sum() / (payments >= 1).sum())
    table = EngineEvents.checked(events, kinds, when)
    inside, *days = table.within(start, end)
    each = inside.group_by(user).agg(nw.len().alias(ROWS))
    again = each.select(again=(nw.col(ROWS) >= 2).cast(nw.Int64))
    seen = table.totals(again, *days, again=nw.col("again").sum())
    return float(seen["again"]) / seen["rows"]


def _followed(
    events: Any,
    users: Any,
    start: Any,
    end: Any,
    span: tuple[int, int],
    user: str,
    when: str,
    since: str,
) -> float:
    """Return the share of users who signed up in the window and have an event so many days after it."""
    if can_join(events, users, user):
        return _followed_in_engine(events, users, start, end, span, user, when, since)
    people = read_table(users, kinds_of(key=[user], date=[since]), what=USERS, unique=[user])
    signed = people[since].to_numpy(np.int64)
    visits = _read_visits(events, user, when)
    first, last = window(start, end, int(signed.min()), int(signed.max()))
    cohort = (signed >= first) & (signed <= last)
    log_end = visits.last
    watched = cohort & (signed + span[1] <= log_end)
    _require_watched(cohort.any(), watched.any(), first, last, log_end, span[1])
    place = places_among(visits.people, pd.Index(people[user]), ours=EVENTS, theirs=USERS, key=user)
    age = day_numbers(visits.when).astype(np.int32) - signed.astype(np.int32)[place]
    came = np.zeros(len(people), dtype=bool)
    came[place[(place >= 0) & (age >= span[0]) & (age <= span[1])]] = True
    return float(came[watched].mean())


def _followed_in_engine(
    events: Any, users: Any, start: Any, end: Any, span: tuple[int, int], user: str, when: str, since: str
) -> float:
    """Return the same, counted by the engine that has both tables."""
    signed = native(users, kinds_of(key=[user], date=[since]), what=USERS)
    require_unique(signed, [user], what=USERS)
    people = rows_by_day(signed, since, user)
    log = EngineEvents.checked(events, kinds_of(key=[user], date=[when]), when)
    first, last = window(start, end, *ends_of(people, USERS))
    day = nw.col(START)
    back, met = marks(2)
    followed = came_back(
        people.rename({DAY: START}), log.rows, user, [(span[0], span[1] + 1), ANY_AGE]
    ).with_columns(cohort=((day >= first) & (day <= last)).cast(nw.Int64))
    watched = nw.col("cohort") * (day <= log.last - span[1]).cast(nw.Int64)
    counts = followed.select("cohort", met, watched=watched, back=watched * nw.col(back))
    seen = one_row(counts.select(nw.col("cohort", "watched", "back", met).sum()))
    _require_watched(seen["cohort"], seen["watched"], first, last, log.last, span[1])
    require_met(seen[met], log.rows, people, ours=EVENTS, theirs=USERS, key=user)
    return float(seen["back"]) / float(seen["watched"])


def _require_watched(cohort: Any, watched: Any, first: int, last: int, log_end: int, days: int) -> None:
    words = {"start": as_date(first), "end": as_date(last)}
    if not cohort:
        raise ValueError(NO_COHORT.format(**words))
    if not watched:
        raise ValueError(NOT_WATCHED.format(days=days, last=as_date(log_end), **words))
