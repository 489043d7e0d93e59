"""Count who comes back: the cohort table, and day-N retention in its three definitions."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import as_choice, as_list, as_names, as_number
from opslab.ground.days import day_number
from opslab.ground.engine import (
    ANY_AGE,
    QUERY,
    START,
    came_back,
    can_join,
    first_days,
    marks,
    require_met,
    settled,
)
from opslab.ground.frames import in_words, one_row, small_table
from opslab.retention.event_log import (
    EngineLog,
    Period,
    Visits,
    cohort_sizes,
    engine_log,
    read_visits,
    too_short,
)
from opslab.retention.people import checked_users, join_users

Kind: TypeAlias = Literal["classic", "rolling", "bracket"]

# Words
TOO_MANY = (
    "a cohort table from {first:%Y-%m-%d} to {last:%Y-%m-%d} has {periods:,} cohorts; at most {most:,} fit. "
    "Choose a longer period, or leave out events dated long before or after the others"
)
NO_DAYS = "days is empty; give at least one, such as [1, 7, 28]"

MOST_PERIODS = 4_000  # a square of them takes 128 MB


def cohort_table(
    events: Any, user: str = "user_id", when: str = "date", period: Period = "W"
) -> pd.DataFrame:
    """Count the active users of each cohort by age.

    Parameters
    ----------
    events
        One row for each event; any order, repeats allowed.
    user, when
        Columns: who, and the date or time. Times are cut to their day, by the clock they were written with.
    period
        ``"D"`` days, ``"W"`` weeks from Monday, ``"M"`` calendar months.

    Returns
    -------
    DataFrame
        Index `cohort`: first day of the period of the user's first event (periods in which nobody started are
        left out). Columns `age`: 0, 1, ... periods later. Values: different users, as float; 0 where the log
        shows nobody, NaN where the age lies after the log's last period. The last period may be unfinished.

    Raises
    ------
    ValueError
        No rows, a missing column, dates that are no dates, gaps, an unknown period, a log of more than 100
        years or 4,000 periods.

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> cohort_table(events).to_numpy().tolist()      # one cohort, three weeks
    [[2.0, 1.0, 1.0]]
    """
    cohort, step, users, starts = cohort_sizes(events, user, when, period)
    periods = len(starts)
    if periods > MOST_PERIODS:
        words = {"first": starts[0], "last": starts[-1], "periods": periods, "most": MOST_PERIODS}
        raise ValueError(TOO_MANY.format(**words))
    counts = np.bincount(cohort * periods + step - cohort, users, minlength=periods * periods)
    counts = counts.reshape(periods, periods).astype(float)
    counts[np.add.outer(np.arange(periods), np.arange(periods)) >= periods] = np.nan
    table = pd.DataFrame(counts, starts.rename("cohort"), pd.RangeIndex(periods, name="age"))
    return table[counts[:, 0] > 0]


def retention_rate(
    events: Any,
    day: int,
    kind: Kind = "classic",
    width: int = 7,
    *,
    user: str = "user_id",
    when: str = "date",
    until: Any = None,
) -> float:
    """Return the share of users (0 to 1) who came back `day` days after their first event.

    Three definitions carry one name, and one log gives three answers:

    - ``"classic"``: active on exactly that day;
    - ``"rolling"`` (unbounded): active on that day or later. It sinks for recent users, who had less time;
    - ``"bracket"``: active at least once in the `width` days from `day` on.

    The denominator is the users whose day (for brackets: last day of the bracket) lies inside the log.

    Parameters
    ----------
    day, width
        Whole days; day 0 is the day of the first event.
    until
        The log's last day, where filtered events end earlier than the log did; later events are left out.

    Raises
    ------
    ValueError
        Bad events; a day that is negative or not whole; an unknown kind; a day beyond the log for every user.

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> retention_rate(events, day=7), retention_rate(events, day=7, kind="rolling")
    (0.5, 1.0)
    """
    table = retention_curve(events, [day], kind, width, user=user, when=when, until=until)
    return float(table["rate"].iloc[0])


def retention_curve(
    events: Any,
    days: Iterable[int] = range(29),
    kind: Kind = "classic",
    width: int = 7,
    *,
    user: str = "user_id",
    when: str = "date",
    until: Any = None,
) -> pd.DataFrame:
    """Return day-N retention for several days: index `day`; columns users, returned, rate (share of 1).

    Each day has its own denominator (`users`), as in `retention_rate`, which tells the definitions.

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> retention_curve(events, [1, 2, 7]).rate.to_dict()
    {1: 0.0, 2: 0.5, 7: 0.5}
    """
    wanted = [_Day.checked(day, kind, width) for day in as_list(days, "days")]
    if not wanted:
        raise ValueError(NO_DAYS)
    log = engine_log(events, user, when, until)
    if log is not None:
        blocks = [wanted[start : start + QUERY] for start in range(0, len(wanted), QUERY)]
        rows = [row for block in blocks for row in _curve_in_engine(log, user, block)]
    else:
        rows = _curve(read_visits(events, user, when, until=until), wanted)
    table = pd.DataFrame(rows, columns=["day", "users", "returned"]).set_index("day")
    return table.assign(rate=table["returned"] / table["users"])


def _curve(visits: Visits, wanted: list["_Day"]) -> list[tuple[int, int, int]]:
    """Return each day with the users who can be watched that long, and those of them who returned."""
    rows = []
    for day in wanted:
        watched = visits.watched(visits.first, day.needs)
        rows.append((day.day, watched.sum(), (watched & _returned(visits, visits.first, day)).sum()))
    return rows


@in_words()
def _curve_in_engine(log: EngineLog, user: str, wanted: list["_Day"]) -> list[tuple[int, int, int]]:
    """Return the same; one row leaves the engine."""
    people = came_back(first_days(log.rows, user), log.rows, user, [(day.day, day.stop) for day in wanted])
    counts = {}
    for place, (day, mark) in enumerate(zip(wanted, marks(len(wanted)), strict=True)):
        watched = (nw.col(START) <= log.last - day.needs).cast(nw.Int64)
        counts |= {f"users{place}": watched, f"returned{place}": watched * nw.col(mark)}
    seen = one_row(people.select(**counts).select(nw.col(*counts).sum()))
    for place, day in enumerate(wanted):
        if not seen[f"users{place}"]:
            raise too_short(day.needs, log.last, log.last - log.first)
    return [
        (day.day, int(seen[f"users{place}"]), int(seen[f"returned{place}"]))
        for place, day in enumerate(wanted)
    ]


def retention_by(
    events: Any,
    users: Any,
    by: str | Sequence[str],
    day: int,
    kind: Kind = "classic",
    width: int = 7,
    *,
    since: str | None = None,
    user: str = "user_id",
    when: str = "date",
    until: Any = None,
) -> pd.DataFrame:
    """Return day-N retention for groups of users, for example by channel and half-year of sign-up.

    A blended rate is the mean of the groups' rates weighted by `users`: it can fall while each group's rate
    rises (Simpson's paradox), when the weights move to weak groups.

    Parameters
    ----------
    users
        One row for each user, with the columns `by`. Only these users count.
    by
        One column of users, or several.
    since
        Date column of users from which the days count, such as ``"signup_date"``; users without any event
        then count as not returned. By default days count from the first event, and users without events are
        left out.
    day, kind, width, until
        As in `retention_rate`.

    Returns
    -------
    DataFrame
        Index: the groups. Columns: users (whose day lies inside the log), returned, rate (share of 1).

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> users = pd.DataFrame({"user_id": [1, 2], "channel": ["ads", "seo"]})
    >>> users["signup_date"] = pd.Timestamp("2024-01-01")
    >>> retention_by(events, users, "channel", day=7).rate.to_dict()
    {'ads': 1.0, 'seo': 0.0}
    """
    asked = _Day.checked(day, kind, width)
    names = as_names(by)
    log = engine_log(events, user, when, until) if can_join(events, users, user) else None
    if log is not None:
        table = _groups_in_engine(log, users, names, since, user, asked)
    else:
        visits = read_visits(events, user, when, until=until)
        people = join_users(visits, users, names, since, user)
        watched = visits.watched(people.start, asked.needs)
        back = people.pick(_returned(visits, people.over(visits, people.start), asked))
        table = people.table.assign(users=1, returned=back.astype(int))[watched]
    table = table.groupby(names, observed=True)[["users", "returned"]].sum()
    return table.assign(rate=table["returned"] / table["users"])


@in_words()
def _groups_in_engine(
    log: EngineLog, users: Any, names: list[str], since: str | None, user: str, asked: "_Day"
) -> pd.DataFrame:
    """Return the groups with their users and those who returned: one row a group leaves the engine."""
    everyone = checked_users(users, names, since, user).lazy()
    columns = list(dict.fromkeys([user, *names]))
    if since is None:
        people = settled(everyone.select(*columns).join(first_days(log.rows, user), on=user, how="inner"))
    else:
        people = everyone.select(*columns, day_number(since).alias(START))
    back, met = marks(2)
    watched = (nw.col(START) <= log.last - asked.needs).cast(nw.Int64)
    followed = came_back(people, log.rows, user, [(asked.day, asked.stop), ANY_AGE])
    counts = {
        "users": watched,
        "returned": watched * nw.col(back),
        "met": nw.col(met),
        "start": nw.col(START),
    }
    each = followed.select(*names, **{f"_{name}": count for name, count in counts.items()})
    sums = (nw.col(f"_{name}").sum().alias(name) for name in ("users", "returned", "met"))
    table = small_table(each.group_by(*names).agg(*sums, start=nw.col("_start").min()))
    require_met(table["met"].sum(), everyone, log.rows, ours="users", theirs="events", key=user)
    if not table["users"].sum():
        raise too_short(asked.needs, log.last, log.last - int(table["start"].min()))
    counted = table[table["users"] > 0]
    return counted.astype({"users": np.int64, "returned": np.int64})


class _Day(NamedTuple):
    """A day-N definition: returned means active on day `day` or later, before day `stop`."""

    day: int
    stop: float
    needs: int  # the last day that must lie inside the log

    @classmethod
    def checked(cls, day: Any, kind: Any, width: Any) -> "_Day":
        day = as_number(day, "day", least=0, whole=True)
        width = as_number(width, "width", least=1, whole=True)
        if as_choice(kind, "kind", ("classic", "rolling", "bracket")) == "bracket":
            return cls(day, day + width, day + width - 1)
        return cls(day, day + 1 if kind == "classic" else math.inf, day)


def _returned(visits: Visits, start: np.ndarray, asked: _Day) -> np.ndarray:
    age = visits.step - visits.repeat(start)
    return visits.any((age >= asked.day) & (age < asked.stop))
