"""Tie retention to what users do: active days, weekly activity, means by group, revenue by behaviour."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import as_names, as_number
from opslab.ground.days import day_numbers
from opslab.ground.engine import DAY, START, can_join, counts_itself, require_met, rows_by_day, settled
from opslab.ground.estimates import Z95
from opslab.ground.frames import in_words, kinds_of, native, one_row, places_among, read_table, small_table
from opslab.retention.event_log import EngineLog, engine_log, read_visits
from opslab.retention.inputs import rising
from opslab.retention.people import AGE, Followed, join_users

# Words
EDGES_START = "edges must start at 0 so that every user falls in a group; got {found}"


def active_days(
    events: Any,
    users: Any,
    days: int = 28,
    watched: int | None = None,
    *,
    since: str = "signup_date",
    user: str = "user_id",
    when: str = "date",
    until: Any = None,
) -> pd.DataFrame:
    """Count on how many of their first `days` days users were active.

    Returns the rows of `users` (as pandas) that can be watched for `watched` days (default: `days`), with the
    column `active_days` (0 to `days`; the day in `since` is the first). Users without events count 0.

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> users = pd.DataFrame({"user_id": [1, 2], "channel": ["ads", "seo"]})
    >>> users["signup_date"] = pd.Timestamp("2024-01-01")
    >>> active_days(events, users, days=7, until="2024-01-15").active_days.to_list()
    [1, 2]
    """
    days = as_number(days, "days", least=1, whole=True)
    needs = days if watched is None else as_number(watched, "watched", least=days, whole=True)
    log = engine_log(events, user, when, until) if can_join(events, users, user) else None
    if log is not None:
        return _active_days_in_engine(log, users, since, user, days, needs)
    visits = read_visits(events, user, when, until=until)
    people = join_users(visits, users, [], since, user)
    chosen = visits.watched(people.start, needs - 1)
    age = visits.step - visits.repeat(people.over(visits, people.start))
    counts = people.pick(visits.counts((age >= 0) & (age < days)))
    return people.table.assign(active_days=counts)[chosen].reset_index(drop=True)


@in_words()
def _active_days_in_engine(
    log: EngineLog, users: Any, since: str, user: str, days: int, needs: int
) -> pd.DataFrame:
    """Return the same: the users leave the engine, and a number for each that was there."""
    followed = Followed.of(log, users, [], since, user)
    table = small_table(followed.everyone)
    chosen = day_numbers(table[since]) <= log.last - (needs - 1)
    if not chosen.any():
        raise followed.too_short(needs - 1)
    counts = small_table(followed.days(user, days).group_by(user).agg(nw.len().alias("days")))
    active = table[user].map(counts.set_index(user)["days"]).fillna(0).astype(np.int64)
    return table.assign(active_days=active)[chosen].reset_index(drop=True)


def weekly_activity(
    events: Any,
    users: Any,
    by: str,
    weeks: int = 12,
    *,
    since: str = "signup_date",
    user: str = "user_id",
    when: str = "date",
    until: Any = None,
) -> pd.DataFrame:
    """Return mean active days a user in each week since sign-up, for groups such as pushes a week.

    Index `week` 1 to `weeks`; one column for each group in `by`; values days (0 to 7). All weeks rest on the
    same users, those who can be watched for all of them: a column's sum is a user's active days in total.

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> users = pd.DataFrame({"user_id": [1, 2], "channel": ["ads", "seo"]})
    >>> users["signup_date"] = pd.Timestamp("2024-01-01")
    >>> weekly_activity(events, users, "channel", weeks=2, until="2024-01-20").to_numpy().tolist()
    [[1.0, 2.0], [1.0, 0.0]]
    """
    weeks = as_number(weeks, "weeks", least=1, whole=True)
    log = engine_log(events, user, when, until) if can_join(events, users, user) else None
    if log is not None:
        return _weeks_in_engine(log, users, by, weeks, since, user)
    visits = read_visits(events, user, when, until=until)
    people = join_users(visits, users, [by], since, user)
    people = people.where(visits.watched(people.start, 7 * weeks - 1))
    group, names = pd.factorize(people.table[by], sort=True)
    week = (visits.step - visits.repeat(people.over(visits, people.start))) // 7
    counted = (week >= 0) & (week < weeks)
    cell = week * len(names) + visits.repeat(people.over(visits, group))
    days = np.bincount(cell[counted], minlength=weeks * len(names)).reshape(weeks, len(names))
    return pd.DataFrame(
        days / np.bincount(group), pd.RangeIndex(1, weeks + 1, name="week"), pd.Index(names, name=by)
    )


@in_words()
def _weeks_in_engine(log: EngineLog, users: Any, by: str, weeks: int, since: str, user: str) -> pd.DataFrame:
    """Return the same: one row for each group and week leaves the engine."""
    followed = Followed.of(log, users, [by], since, user)
    people = followed.people.filter(nw.col(START) <= log.last - (7 * weeks - 1))
    sizes = small_table(people.group_by(by).agg(nw.len().alias("users"))).set_index(by)["users"]
    if sizes.empty:
        raise followed.too_short(7 * weeks - 1)
    week = (nw.col(AGE) / 7).floor().cast(nw.Int32) + 1
    visits = settled(followed.days(user, 7 * weeks).join(people.select(user, by), on=user, how="inner"))
    counts = small_table(visits.select(by, week=week).group_by(by, "week").agg(days=nw.len()))
    days = counts.pivot(index="week", columns=by, values="days")
    names = sizes.sort_index().index
    days = days.reindex(index=pd.RangeIndex(1, weeks + 1, name="week"), columns=names).fillna(0)
    return days / sizes[names]


def mean_by(table: Any, by: str | Sequence[str], value: str) -> pd.DataFrame:
    """Return users (rows), mean, low and high (95 % normal interval) of `value` for each group.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"channel": ["ads", "ads", "seo", "seo"], "yuan": [0, 10, 20, 40]})
    >>> mean_by(table, "channel", "yuan")["mean"].to_dict()
    {'ads': 5.0, 'seo': 30.0}
    """
    names = as_names(by)
    kinds = kinds_of(key=names, number=[value])
    if counts_itself(table):
        result, spread = _means_in_engine(native(table, kinds), names, value)
    else:
        groups = read_table(table, kinds).groupby(names, observed=True)[value]
        result, spread = pd.DataFrame({"users": groups.size(), "mean": groups.mean()}), groups.std()
    return _with_interval(result, spread)


def _with_interval(groups: pd.DataFrame, spread: pd.Series) -> pd.DataFrame:
    """Add the interval of each group's mean, from its standard deviation."""
    half = Z95 * spread / np.sqrt(groups["users"])
    return groups.assign(low=groups["mean"] - half, high=groups["mean"] + half)


@in_words()
def _means_in_engine(table: Any, names: list[str], value: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return users and mean of each group, and its standard deviation: one row a group leaves the engine."""
    rows = table.lazy().select(*names, nw.col(value).cast(nw.Float64).alias("_value"))
    column = nw.col("_value")
    sums = rows.group_by(*names).agg(users=nw.len(), mean=column.mean(), spread=column.std(ddof=1))
    groups = small_table(sums).set_index(names).sort_index()
    return groups[["users", "mean"]], groups["spread"].astype(float)


def revenue_by_behaviour(
    events: Any,
    orders: Any,
    users: Any,
    days: int = 28,
    horizon: int = 180,
    edges: Sequence[int] = (0, 1, 3, 6),
    *,
    since: str = "signup_date",
    user: str = "user_id",
    when: str = "date",
    amount: str = "amount",
    until: Any = None,
) -> pd.DataFrame:
    """Tie behaviour to money: group users by early active days, sum what they pay *afterwards*.

    Behaviour comes first and revenue later (days `days` to `horizon` - 1), so that paying cannot cause the
    behaviour. It is still no proof that more behaviour would bring more money: who has the need does both.

    Parameters
    ----------
    events
        The behaviour, for example ``activity[activity.answered]``.
    orders
        One row for each payment: user, date, `amount` in yuan (0 or more).
    users
        Everyone who counts, with sign-up dates in `since`; those count who can be watched for `horizon` days.
    edges
        Lower ends of the groups of active days in the first `days` days: (0, 1, 3) gives 0, 1–2, 3+.

    Returns
    -------
    DataFrame
        Index `active_days`: the groups. Columns: users; paying (share of 1); revenue (yuan); mean, low, high
        (yuan a user, 95 % interval); share of all revenue.

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> users = pd.DataFrame({"user_id": [1, 2], "channel": ["ads", "seo"]})
    >>> users["signup_date"] = pd.Timestamp("2024-01-01")
    >>> orders = pd.DataFrame({"user_id": [2], "date": pd.to_datetime(["2024-02-01"]), "amount": [30.0]})
    >>> table = revenue_by_behaviour(events, orders, users, horizon=60, edges=(0, 3), until="2024-06-01")
    >>> table.revenue.to_list()      # from users with 0 to 2 active days, and with 3 or more
    [0.0, 30.0]
    """
    kinds_of(date=[since])  # from here on orders count, so there must be such a day
    ends = rising(edges, "edges", 0)
    if ends[0] != 0:
        raise ValueError(EDGES_START.format(found=list(edges)))
    days = as_number(days, "days", least=1, whole=True)
    horizon = as_number(horizon, "horizon", least=days + 1, whole=True)
    asked = _Paying(orders, users, (days, horizon), ends, since, user, when, amount)
    joined = can_join(events, users, user) and can_join(orders, users, user)
    log = engine_log(events, user, when, until) if joined else None
    if log is not None:
        groups = _paid_in_engine(log, asked)
    else:
        people = active_days(events, users, days, horizon, since=since, user=user, when=when, until=until)
        groups = _paid(people, asked)
    groups.index = pd.Index(pd.Categorical.from_codes(groups.index, _range_names(ends), ordered=True))
    paying = groups["payers"] / groups["users"]
    table = _with_interval(
        groups[["users"]].assign(paying=paying, revenue=groups["revenue"], mean=groups["mean"]),
        groups["spread"],
    )
    return table.assign(share=table["revenue"] / table["revenue"].sum()).rename_axis("active_days")


class _Paying(NamedTuple):
    """Whose orders are added up: in days of `span` after `since`, by groups from `ends` active days on."""

    orders: Any
    users: Any
    span: tuple[int, int]
    ends: Sequence[int]
    since: str
    user: str
    when: str
    amount: str


def _paid(people: pd.DataFrame, asked: _Paying) -> pd.DataFrame:
    """Return of each group its users and payers; sum, mean and spread of what they paid in days of `span`."""
    orders, users, span, ends, since, user, when, amount = asked
    bought = read_table(orders, kinds_of(key=[user], date=[when], payment=[amount]), what="orders")
    everyone = pd.Index(small_table(native(users, kinds_of(key=[user]), what="users").select(user))[user])
    places_among(bought[user], everyone, ours="orders", theirs="users", key=user)
    start = pd.Series(day_numbers(people[since]), index=people[user])
    age = bought[when] - bought[user].map(start)
    sums = bought[(age >= span[0]) & (age < span[1])].groupby(user)[amount].sum()
    paid = people[user].map(sums).fillna(0).astype(float)
    group = np.searchsorted(ends, people["active_days"], side="right") - 1
    groups = paid.groupby(group).agg(users="size", revenue="sum", mean="mean", spread="std")
    return groups.assign(payers=(paid > 0).groupby(group).sum())


@in_words()
def _paid_in_engine(log: EngineLog, asked: _Paying) -> pd.DataFrame:
    """Return the same: one row a group leaves the engine."""
    orders, users, span, ends, since, user, when, amount = asked
    followed = Followed.of(log, users, [], since, user)
    people = followed.people.filter(nw.col(START) <= log.last - (span[1] - 1))
    if not one_row(people.select(count=nw.len()))["count"]:
        raise followed.too_short(span[1] - 1)
    table = native(orders, kinds_of(key=[user], date=[when], payment=[amount]), what="orders")
    bought = rows_by_day(
        table.with_columns(nw.col(amount).cast(nw.Float64).alias("_paid")), when, user, "_paid"
    )
    met = bought.select(user).join(followed.people.select(user), on=user, how="inner")
    require_met(
        one_row(met.select(met=nw.len()))["met"],
        bought, followed.people, ours="orders", theirs="users", key=user,
    )  # fmt: skip
    age = nw.col(DAY) - nw.col(START)
    later = settled(bought.join(people, on=user, how="inner")).filter((age >= span[0]) & (age < span[1]))
    sums = settled(later.group_by(user).agg(nw.col("_paid").sum()))
    active = settled(followed.days(user, span[0]).group_by(user).agg(_active=nw.len()))
    each = settled(people.select(user).join(active, on=user, how="left"))
    each = settled(each.join(sums, on=user, how="left"))
    paid, reached = nw.col("_paid").fill_null(0.0), nw.col("_active").fill_null(0)
    group = sum(((reached >= end).cast(nw.Int64) for end in ends[1:]), nw.lit(0))
    rows = each.select(_group=group, paid=paid, payers=(paid > 0).cast(nw.Int64)).group_by("_group")
    column = nw.col("paid")
    groups = small_table(
        rows.agg(
            nw.col("payers").sum(),
            users=nw.len(),
            revenue=column.sum(),
            mean=column.mean(),
            spread=column.std(ddof=1),
        )
    )
    return (
        groups.astype({"_group": np.int64, "users": np.int64, "spread": float})
        .set_index("_group")
        .sort_index()
    )


def _range_names(lows: Sequence[int]) -> list[str]:
    """Return (0, 1, 3) as 0, 1–2, 3+."""
    inner = [str(low) if low + 1 == stop else f"{low}–{stop - 1}" for low, stop in pairwise(lows)]
    return [*inner, f"{lows[-1]}+"]
