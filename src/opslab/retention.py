"""Keep users: cohorts, day-N retention, survival, renewals, growth accounting, stages and early warning.

Everything starts from a log with one row for each event: who (`user_id`) and when (`date`). The expected
action is chosen by choosing rows: `activity` is "opened the app", `activity[activity.answered]` is "wrote
an answer". Several rows of one user in one period count once. A week starts on Monday.

Logs may be pandas, Polars, DuckDB or whatever else Narwhals knows; results are pandas.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opslab import charts
from opslab.frames import as_choice, as_number, as_numbers, native, require_unique
from opslab.visits import (
    BEFORE_LOG,
    PERIODS,
    Visits,
    as_date,
    as_day,
    cohort_sizes,
    day_numbers,
    read_visits,
    small_table,
)

Kind: TypeAlias = Literal["classic", "rolling", "bracket"]
Period: TypeAlias = Literal["D", "W", "M"]

# Words
AFTER_LOG = (
    "as_of is {found:%Y-%m-%d}, but the events end on {last:%Y-%m-%d}: what happens in the {horizon} days "
    "after it is not known; choose {latest:%Y-%m-%d} or earlier"
)
LOG_TOO_SHORT = (
    "no user can be watched for {need} days: the log ends on {last:%Y-%m-%d}, {have} days after the first "
    "user started; choose a smaller day"
)
NO_SUCH_USERS = "none of the {count} users in users is in events; do both tables use the same {user!r}?"
FLAGS = "observed[{place}] is {found}; expected True or False (1 or 0): was the end of the time seen?"
NO_ENDS = "no end was observed in any group; there is nothing to compare yet"
NO_TABLES = "no tables to draw: expected the result of {maker}, or a dictionary of names to such tables"
ONE_GROUP = "group has one value ({found!r}) only; a comparison needs at least two groups"
RISING = "survivors rise from {before:g} to {after:g} at place {place}; give how many are left each time"
TOO_FEW = "survivors has {found} values; two parameters need at least 3 (the start and two renewals)"
NOBODY_LEFT = "survivors stay at {start:g}: nobody left, so no churn can be estimated"
NO_START = "survivors starts at 0; the first value is the number (or 100 per cent) that started"
WHOLE_NUMBERS = "{name} holds {found:g}; expected whole numbers from {least} up"
NO_PRODUCT = "orders has no rows with {column} = {value!r}; it has {values}"
NO_QUIET_DAYS = "quiet_days is {found} but the log has only {have} days; choose fewer"
NOBODY_WATCHED = (
    "nobody was seen in the {watch} days before {as_of:%Y-%m-%d}; choose another day or a longer watch"
)
EDGES_START = "edges must start at 0 so that every user falls in a group; got {found}"
NO_COLUMN_NAMED = "{name} is a table without the column {column!r}; expected the result of {maker}"
NOT_RISING = "{name} is {found}; expected rising whole numbers"
NOT_THREE = "limits has {found} values; expected three numbers of days, such as (7, 28, 84)"
NOT_LATER = "end ({end}) must lie after start ({start})"
WRONG_LENGTH = "{name} has {found} values, durations has {expected}; give one for each"

STAGES = ("new", "returned", "active", "at risk", "dormant", "lost")
AGE, DAY = "age ({unit} since the first event)", "days since the start"
WEEKS = "weeks since the start"
ACTIVE_AFTER = "After {week} weeks: {users:,} active users"
UNITS = {"D": "days", "W": "weeks", "M": "months"}
COHORT = "started in the {unit} of"
UNIT_OF = {"D": "day", "W": "week", "M": "month"}
SHARE_BACK = "share of the cohort active"
SHARE_RETURNED = "share of users who came back"
SHARE_STILL_THERE = "share still there"
RENEWALS = "renewals since joining"
PEOPLE = "users"
DATA_USED, DATA_LATER, MODEL, CONSTANT = (
    "used for the fit",
    "what happened later",
    "sBG model",
    "constant churn",
)
NEW, RESURRECTED, RETAINED, CHURNED = "new", "resurrected", "retained", "churned"
PRECISION, RECALL = "precision: of the users warned about, lost", "recall: of the users lost, warned about"
QUIET = "warn after so many quiet days"
SHARE = "share"
CHURN_CHANCE = "chance to leave in a period"
DENSITY = "density of members"
STILL_HERE = "after {count} renewals"
AT_START = "at the start"

Z95 = 1.959963984540054  # standard normal quantile of a two-sided 95 % interval
MONTH_DAYS = 30  # Lantern's billing month
ACTIVE_MOST = 42  # the axis' upper end in weeks' arrivals, fixed so that curves can be compared
NEVER = 2**40  # a day that no log reaches


# ----------------------------------------------------------------------------------------------------
# Cohorts and day-N retention


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
        No rows, a missing column, dates that are no dates, gaps, an unknown period.
    """
    cohort, step, users, starts = cohort_sizes(events, user, when, period)
    periods = len(starts)
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
    """
    wanted = [_Day.checked(day, kind, width) for day in days]
    visits = read_visits(events, user, when, until=until)
    rows = []
    for day in wanted:
        watched = _watched(visits, visits.first, day.needs)
        rows.append((day.day, watched.sum(), (watched & _returned(visits, visits.first, day)).sum()))
    table = pd.DataFrame(rows, columns=["day", "users", "returned"]).set_index("day")
    return table.assign(rate=table["returned"] / table["users"])


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
    """
    asked = _Day.checked(day, kind, width)
    visits = read_visits(events, user, when, until=until)
    people = _join(visits, users, _as_list(by), since, user)
    watched = _watched(visits, people.start, asked.needs)
    back = people.pick(_returned(visits, people.over(visits, people.start), asked))
    table = people.table.assign(users=1, returned=back.astype(int))[watched]
    table = table.groupby(by if isinstance(by, str) else list(by), observed=True)[["users", "returned"]].sum()
    return table.assign(rate=table["returned"] / table["users"])


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
    """
    days = as_number(days, "days", least=1, whole=True)
    needs = days if watched is None else as_number(watched, "watched", least=days, whole=True)
    visits = read_visits(events, user, when, until=until)
    people = _join(visits, users, [], since, user)
    chosen = _watched(visits, people.start, needs - 1)
    age = visits.step - visits.repeat(people.over(visits, people.start))
    counts = people.pick(visits.count((age >= 0) & (age < days)))
    return people.table.assign(active_days=counts)[chosen].reset_index(drop=True)


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
    """
    weeks = as_number(weeks, "weeks", least=1, whole=True)
    visits = read_visits(events, user, when, until=until)
    people = _join(visits, users, [by], since, user)
    people = people.where(_watched(visits, people.start, 7 * weeks - 1))
    group, names = pd.factorize(people.table[by], sort=True)
    week = (visits.step - visits.repeat(people.over(visits, people.start))) // 7
    counted = (week >= 0) & (week < weeks)
    cell = week * len(names) + visits.repeat(people.over(visits, group))
    days = np.bincount(cell[counted], minlength=weeks * len(names)).reshape(weeks, len(names))
    return pd.DataFrame(
        days / np.bincount(group), pd.RangeIndex(1, weeks + 1, name="week"), pd.Index(names, name=by)
    )


def mean_by(table: Any, by: str | Sequence[str], value: str) -> pd.DataFrame:
    """Return users (rows), mean, low and high (95 % normal interval) of `value` for each group."""
    kinds = {**dict.fromkeys(_as_list(by), "key"), value: "number"}
    frame = small_table(native(table, kinds).select(*kinds))
    groups = frame.groupby(by if isinstance(by, str) else list(by), observed=True)[value]
    result = groups.agg(users="size", mean="mean")
    half = Z95 * groups.std() / np.sqrt(result["users"])
    return result.assign(low=result["mean"] - half, high=result["mean"] + half)


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
    """
    ends = _rising(edges, "edges", 0)
    if ends[0] != 0:
        raise ValueError(EDGES_START.format(found=list(edges)))
    horizon = as_number(horizon, "horizon", least=days + 1, whole=True)
    people = active_days(events, users, days, horizon, since=since, user=user, when=when, until=until)
    kinds = {user: "key", when: "date", amount: "amount"}
    bought = small_table(native(orders, kinds, what="orders").select(*kinds))
    start = pd.Series(day_numbers(people[since]), index=people[user])
    age = day_numbers(bought[when]) - bought[user].map(start)
    paid = bought[(age >= days) & (age < horizon)].groupby(user)[amount].sum()
    group = np.searchsorted(ends, people["active_days"], side="right") - 1
    table = pd.DataFrame(
        {
            "active_days": pd.Categorical.from_codes(group, _range_names(ends), ordered=True),
            "paid": people[user].map(paid).fillna(0).astype(float),
        }
    )
    result = mean_by(table, "active_days", "paid")
    groups = table.groupby("active_days", observed=True)["paid"]
    result.insert(1, "paying", groups.agg(lambda paid: (paid > 0).mean()))
    result.insert(2, "revenue", groups.sum())
    return result.assign(share=result["revenue"] / result["revenue"].sum())


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


class _People(NamedTuple):
    """Users who count: their rows, the day each starts (0: the log's first), the place in the log or -1."""

    table: pd.DataFrame
    start: np.ndarray
    place: np.ndarray

    def where(self, chosen: np.ndarray) -> "_People":
        return _People(self.table[chosen], self.start[chosen], self.place[chosen])

    def over(self, visits: Visits, values: np.ndarray) -> np.ndarray:
        """Put people's values in the order of the log's users; those who do not count get `NEVER`."""
        result = np.full(len(visits.ids), NEVER)
        there = self.place >= 0
        result[self.place[there]] = values[there]
        return result

    def pick(self, values: np.ndarray) -> np.ndarray:
        """Put values of the log's users in the order of the people; zero (False) for those without events."""
        return np.where(self.place >= 0, values[self.place], values.dtype.type(0))


def _join(visits: Visits, users: Any, by: list[str], since: str | None, user: str) -> _People:
    dates = {since: "date"} if since else {}
    checked = native(users, {user: "key", **dict.fromkeys(by, "key"), **dates}, what="users")
    require_unique(checked, [user], what="users")
    table = small_table(checked)
    place = visits.ids.get_indexer(pd.Index(table[user]))
    if (place < 0).all():
        raise ValueError(NO_SUCH_USERS.format(count=len(table), user=user))
    if since:
        return _People(table, day_numbers(table[since]) - visits.origin, place)
    return _People(table, visits.first[place], place).where(place >= 0)


def _watched(visits: Visits, start: np.ndarray, days: int) -> np.ndarray:
    """Tell for each start whether the log goes on for so many days after it."""
    watched = start + days <= visits.end
    if not watched.any():
        have = visits.end - int(start.min())
        raise ValueError(LOG_TOO_SHORT.format(need=days, last=visits.starts[-1], have=have))
    return watched


def _returned(visits: Visits, start: np.ndarray, asked: _Day) -> np.ndarray:
    age = visits.step - visits.repeat(start)
    return visits.any((age >= asked.day) & (age < asked.stop))


def _as_list(by: str | Sequence[str]) -> list[str]:
    return [by] if isinstance(by, str) else list(by)


def _range_names(lows: Sequence[int]) -> list[str]:
    """Return (0, 1, 3) as 0, 1–2, 3+."""
    inner = [str(low) if low + 1 == stop else f"{low}–{stop - 1}" for low, stop in pairwise(lows)]
    return [*inner, f"{lows[-1]}+"]


# ----------------------------------------------------------------------------------------------------
# Survival


def lifetimes(
    events: Any, quiet_days: int = 28, *, user: str = "user_id", when: str = "date", until: Any = None
) -> pd.DataFrame:
    """Return how long each user stayed, and whether the end was seen.

    A user is gone when the last `quiet_days` days of the log show nothing of them. What happened before those
    days is known for everyone, so the watch ends there: users seen later were still there (censored), and
    counting their days on to the log's end would claim too much.

    Returns
    -------
    DataFrame
        One row for each user: the user's column; first, last (dates of the events); duration (days from the
        first event to the last, both counted, or to the end of the watch; 0 for who started after it);
        observed (True: gone, False: censored). Kaplan-Meier survival at d days is then the share still seen
        at day d or later, corrected for users who had less time.

    Raises
    ------
    ValueError
        Bad events, `quiet_days` below 1 or not whole, or as long as the log.
    """
    visits = read_visits(events, user, when, until=until)
    quiet = as_number(quiet_days, "quiet_days", least=1, whole=True)
    watch_end = visits.end - quiet
    if watch_end < 0:
        raise ValueError(NO_QUIET_DAYS.format(found=quiet, have=visits.end + 1))
    gone = visits.last <= watch_end
    seen_to = np.where(gone, visits.last, watch_end)
    return pd.DataFrame(
        {
            user: visits.ids,
            "first": visits.starts[visits.first],
            "last": visits.starts[visits.last],
            "duration": np.maximum(seen_to - visits.first + 1, 0),
            "observed": gone,
        }
    )


def kaplan_meier(durations: Any, observed: Any = None) -> pd.DataFrame:
    """Estimate survival from times of which some ends were not seen (Kaplan and Meier, 1958).

    Parameters
    ----------
    durations
        Times, 0 or more, in any unit.
    observed
        For each time True (1) if it is the end, False (0) if the watch stopped first (censored). Default:
        all seen.

    Returns
    -------
    DataFrame
        Index `time`: 0 and every different time. Columns: at_risk (just before), events, censored, survival
        (share of 1, still there after the time), low, high (95 % interval, log-log: Kalbfleisch and
        Prentice).
    """
    time = as_numbers(durations, "durations", least=0)
    end = _as_flags(observed, len(time))
    moments, place = np.unique(np.append(time, 0.0), return_inverse=True)
    place = place[:-1]
    events = np.bincount(place, end, minlength=len(moments)).astype(int)
    leaving = np.bincount(place, minlength=len(moments))
    at_risk = len(time) - np.cumsum(leaving) + leaving
    survival = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(events / (at_risk * (at_risk - events)))
        spread = np.exp(Z95 * np.sqrt(variance) / np.log(survival))
        low, high = survival ** (1 / spread), survival**spread
    certain = (survival == 0) | (survival == 1)
    return pd.DataFrame(
        {
            "at_risk": at_risk,
            "events": events,
            "censored": leaving - events,
            "survival": survival,
            "low": np.where(certain, survival, low),
            "high": np.where(certain, survival, high),
        },
        index=pd.Index(moments, name="time"),
    )


def median_survival(table: pd.DataFrame) -> float:
    """Return the first time at which at most half are left in a `kaplan_meier` table; infinite if never."""
    _require_table(table, "table", ["survival"], "kaplan_meier")
    below = table.index[table["survival"] <= 0.5 + 1e-12]  # a product of ratios is not exact
    return float(below[0]) if len(below) else math.inf


class LogRank(NamedTuple):
    """Result of `log_rank`.

    Attributes
    ----------
    chi2, p, degrees
        Test statistic, its p-value, degrees of freedom (groups - 1).
    table
        For each group: users, observed ends, and the ends expected if all groups shared one survival curve.
    """

    chi2: float
    p: float
    degrees: int
    table: pd.DataFrame


def log_rank(durations: Any, observed: Any, group: Any) -> LogRank:
    """Test whether two or more groups survive alike (log-rank, Mantel 1966; statistic by lifelines).

    Parameters
    ----------
    durations, observed
        As in `kaplan_meier`.
    group
        The group of each time, for example a channel; at least two different values.
    """
    time = as_numbers(durations, "durations", least=0)
    end = _as_flags(observed, len(time))
    series = pd.Series(np.asarray(group))
    table = native(pd.DataFrame({"group": _of_length(series, len(time), "group")}), ["group"], what="group")
    names = table["group"].to_pandas()
    if names.nunique() < 2:
        raise ValueError(ONE_GROUP.format(found=names.iloc[0]))
    if not end.any():
        raise ValueError(NO_ENDS)
    from lifelines.statistics import multivariate_logrank_test

    test = multivariate_logrank_test(time, names, end)
    together = kaplan_meier(time, end)
    hazard = (together["events"] / together["at_risk"]).cumsum()
    parts = pd.DataFrame({"group": names, "observed": end, "expected": hazard.loc[time].to_numpy()})
    counted = parts.groupby("group").agg(
        users=("observed", "size"), observed=("observed", "sum"), expected=("expected", "sum")
    )
    return LogRank(float(test.test_statistic), float(test.p_value), len(counted) - 1, counted)


def _as_flags(values: Any, length: int) -> np.ndarray:
    if values is None:
        return np.ones(length, dtype=bool)
    series = pd.Series(np.asarray(values))
    flags = _of_length(series, length, "observed").to_numpy()
    good = (
        np.isin(flags, [0, 1]) if flags.dtype.kind in "biuf" else np.array([flag in (0, 1) for flag in flags])
    )
    if not good.all():
        place = int(np.argmin(good))
        raise ValueError(FLAGS.format(place=place, found=flags[place]))
    return flags.astype(bool)


def _of_length(values: pd.Series, length: int, name: str) -> pd.Series:
    if len(values) != length:
        raise ValueError(WRONG_LENGTH.format(name=name, found=len(values), expected=length))
    return values


# ----------------------------------------------------------------------------------------------------
# Renewals under a contract


@dataclass(frozen=True)
class ShiftedBetaGeometric:
    """Survival of contracts whose holders differ: shifted beta geometric (Fader and Hardie 2007).

    Each holder has an own chance to leave at each renewal, which never changes; over all holders it follows
    a beta distribution. Retention rises with age because those likely to leave do so first, not because
    anyone changes.

    Attributes
    ----------
    alpha, beta
        Parameters of the beta distribution, above 0. Its mean alpha / (alpha + beta) is the first period's
        churn.
    loglik
        Log-likelihood in the unit of the survivors given to `fit_sbg` (NaN if the model was not fitted).
    """

    alpha: float
    beta: float
    loglik: float = math.nan

    def __post_init__(self) -> None:
        """Refuse parameters that are not above 0."""
        for name in ("alpha", "beta"):
            as_number(getattr(self, name), name, least=np.nextafter(0, 1))

    def survival(self, t: Any) -> Any:
        """Return the share (of 1) still there after `t` renewals, one whole number or several; 1 at t = 0."""
        from scipy.special import betaln

        times = _whole(t, "t", 0)
        return _like(t, np.exp(betaln(self.alpha, self.beta + times) - betaln(self.alpha, self.beta)))

    def retention(self, t: Any) -> Any:
        """Return the share of those there after renewal t - 1 who make renewal `t` (1, 2, ...)."""
        return _like(t, self._rates(_whole(t, "t", 1)))

    def derl(self, renewals: Any, discount: float) -> Any:
        """Return discounted expected residual lifetime, in periods, of one about to decide on a renewal.

        The expected number of renewals to come of someone who has made `renewals` so far (0, 1, ...), the
        next one counted in full and each later one discounted by 1 / (1 + `discount`) a period more; times
        the net cash of a renewal it is residual value. Infinite at discount 0 if alpha is at most 1. Fader
        and Hardie (2010).
        """
        rate = as_number(discount, "discount", least=0)
        made = _whole(renewals, "renewals", 0)
        if rate == 0:
            left = (self.beta + made) / (self.alpha - 1) if self.alpha > 1 else np.full(made.shape, math.inf)
            return _like(renewals, left)
        series = _hypergeometric(self.beta + made + 1, self.alpha + self.beta + made + 1, 1 / (1 + rate))
        return _like(renewals, self._rates(made + 1) * series)

    def _rates(self, t: np.ndarray) -> np.ndarray:
        return (self.beta + t - 1) / (self.alpha + self.beta + t - 1)


def fit_sbg(survivors: Any) -> ShiftedBetaGeometric:
    """Fit a shifted beta geometric by maximum likelihood (Fader and Hardie 2007, appendix B).

    Parameters
    ----------
    survivors
        How many (or per cent, or shares) are still there at the start and after 1, 2, ... renewals; all
        from one cohort, at least three values, none above the one before. Estimates do not depend on the
        unit; `loglik` does.

    Notes
    -----
    Where churn does not fall with age the data know no difference between holders: alpha and beta then grow
    to the search's limit (about 22,000) and survival is that of one constant churn.
    """
    left = as_numbers(survivors, "survivors", least=0)
    _require_survivors(left)
    from scipy.optimize import minimize

    scale = left[0]
    before, after = left[:-1] / scale, left[1:] / scale
    lost, age = before - after, np.arange(len(after))

    # Renewal rates (beta + age) / (alpha + beta + age) turn the likelihood into one binomial for each age.
    # Searched over the log-odds of the mean and log(alpha + beta): near constant churn is a straight ridge.
    def parameters(at: np.ndarray) -> tuple[float, float, float]:
        mean, total = 1 / (1 + np.exp(-at[0])), np.exp(at[1])
        return mean * total, (1 - mean) * total, mean

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        alpha, beta, mean = parameters(at)
        stay, everyone = beta + age, alpha + beta + age
        value = lost.sum() * np.log(alpha) + after @ np.log(stay) - before @ np.log(everyone)
        pull = (before / everyone).sum()
        by_alpha, by_beta = lost.sum() / alpha - pull, (after / stay).sum() - pull
        slope = [(by_alpha - by_beta) * alpha * (1 - mean), by_alpha * alpha + by_beta * beta]
        return -value, -np.array(slope)

    tight = {"ftol": 1e-15, "gtol": 1e-10}
    best = minimize(loss, np.zeros(2), jac=True, method="L-BFGS-B", bounds=[(-10, 10)] * 2, options=tight)
    alpha, beta, _ = parameters(best.x)
    return ShiftedBetaGeometric(float(alpha), float(beta), float(-best.fun * scale))


def renewal_survivors(
    orders: Any,
    months: int = 12,
    *,
    value: str = "dues",
    column: str = "product",
    month_days: float = MONTH_DAYS,
    user: str = "user_id",
    when: str = "date",
    until: Any = None,
) -> pd.Series:
    """Count members by renewals made, from payments of dues: a table of survivors for `fit_sbg`.

    Only members whose first payment lies so early that all `months` renewals would be in the log count, so
    each one can be watched to the end. A member with a gap is counted as there until the last payment.

    Parameters
    ----------
    orders
        One row for each payment; those with `value` in `column` are dues.
    months
        Renewals to follow (whole, 1 or more); the first payment is renewal 0.
    month_days
        Days from one payment to the next (30 at Lantern; 30.44 for calendar months).
    until
        Last day of the log; by default the last day in orders.

    Returns
    -------
    Series
        Index `renewals` 0 to `months`; values members still paying.
    """
    months = as_number(months, "months", least=1, whole=True)
    length = as_number(month_days, "month_days", least=1)
    table = native(orders, {user: "key", when: "date", column: "key"}, what="orders")
    bought = small_table(table.select(user, when, column))
    dues = bought[bought[column] == value]
    if dues.empty:
        known = ", ".join(map(repr, sorted(bought[column].unique())))
        raise ValueError(NO_PRODUCT.format(column=column, value=value, values=known))
    last_day = as_date(day_numbers(bought[when]).max()) if until is None else until
    visits = read_visits(dues, user, when, until=last_day)
    watched = _watched(visits, visits.first, math.ceil(months * length))
    made = np.rint((visits.last - visits.first)[watched] / length).astype(int)
    left = np.bincount(np.minimum(made, months), minlength=months + 1)[::-1].cumsum()[::-1]
    return pd.Series(left, index=pd.RangeIndex(months + 1, name="renewals"), name="members")


def _hypergeometric(b: np.ndarray, c: np.ndarray, z: float) -> np.ndarray:
    """Return Gauss's 2F1(1, b; c; z), 0 < z < 1, by his continued fraction (scipy's is NaN for large b)."""
    terms = min(20 / math.sqrt(1 - z) + 20, 200_000)  # enough for 12 digits at discounts from 1e-8 up
    value = np.ones(np.shape(b))
    for term in range(int(terms), 0, -1):
        k = term // 2
        if term % 2:
            step = (b + k) * (c - 1 + k) / ((c + 2 * k - 1) * (c + 2 * k))
        else:
            step = k * (c - b + k - 1) / ((c + 2 * k - 2) * (c + 2 * k - 1))
        value = 1 - step * z / value
    return 1 / value


def _require_survivors(left: np.ndarray) -> None:
    if len(left) < 3:
        raise ValueError(TOO_FEW.format(found=len(left)))
    if left[0] == 0:
        raise ValueError(NO_START)
    rises = np.flatnonzero(np.diff(left) > 0)
    if len(rises):
        place = int(rises[0]) + 1
        raise ValueError(RISING.format(before=left[place - 1], after=left[place], place=place))
    if left[-1] == left[0]:
        raise ValueError(NOBODY_LEFT.format(start=left[0]))


def _whole(values: Any, name: str, least: int) -> np.ndarray:
    """Return whole numbers as an array; one number alone gives an array without a dimension."""
    if np.ndim(values) == 0:
        return np.asarray(as_number(values, name, least=least, whole=True))
    array = as_numbers(values, name, least=least)
    broken = array != np.rint(array)
    if broken.any():
        raise ValueError(WHOLE_NUMBERS.format(name=name, found=array[broken][0], least=least))
    return array.astype(np.int64)


def _like(given: Any, values: np.ndarray) -> Any:
    return float(values) if np.ndim(given) == 0 else values


# ----------------------------------------------------------------------------------------------------
# Growth accounting, stages, early warning


def growth_accounting(
    events: Any, period: Period = "M", *, user: str = "user_id", when: str = "date"
) -> pd.DataFrame:
    """Split each period's active users by where they came from (J. Hsu 2015).

    Returns
    -------
    DataFrame
        Index `period`: its first day; all periods from the log's first to its last, which may be unfinished.
        Columns in users: active = new (never seen before) + retained (seen in the period before) +
        resurrected (seen earlier, but not in the period before); churned (seen in the period before, not in
        this one). Then quick_ratio = (new + resurrected) / churned, infinite if nobody churned; retention =
        retained / active of the period before. Both are NaN in the first period.
    """
    visits = read_visits(events, user, when, period)
    gap = visits.gaps()

    def count(marked: np.ndarray) -> np.ndarray:
        return np.bincount(visits.step[marked], minlength=len(visits.starts))

    active, new = count(gap >= 0), count(gap == 0)
    retained, resurrected = count(gap == 1), count(gap > 1)
    before = np.append(0, active[:-1])
    churned = before - retained
    with np.errstate(divide="ignore", invalid="ignore"):
        quick, retention = (new + resurrected) / churned, retained / before
    quick[0] = np.nan
    return pd.DataFrame(
        {
            "active": active,
            "new": new,
            "retained": retained,
            "resurrected": resurrected,
            "churned": churned,
            "quick_ratio": quick,
            "retention": retention,
        },
        index=visits.starts.rename("period"),
    )


def active_users(new_per_week: float, weekly_retention: float, weeks: int) -> float:
    """Return the users active after some `weeks` of steady arrivals and one constant weekly retention.

    Each week's new users stay with the chance `weekly_retention` (share of 1) from week to week, so the sum
    is a geometric series that levels off at new_per_week / (1 - weekly_retention).
    """
    arrivals = as_number(new_per_week, "new_per_week", least=0)
    stay = as_number(weekly_retention, "weekly_retention", least=0, most=1)
    count = as_number(weeks, "weeks", least=0, whole=True)
    return arrivals * count if stay == 1 else arrivals * (1 - stay**count) / (1 - stay)


def stages(
    events: Any,
    as_of: Any,
    limits: Sequence[int] = (7, 28, 84),
    *,
    user: str = "user_id",
    when: str = "date",
) -> pd.DataFrame:
    """Tell at which stage each user stands on the day `as_of`, from what the log shows up to that day.

    With `limits` (a, b, c) in days and quiet days counted from the last event to `as_of`: *new* first seen
    less than a days ago; *returned* quiet for less than a days, after a silence of at least b that ended
    less than a days ago; *active* quiet for less than a; *at risk* less than b; *dormant* less than c;
    *lost* c or more.

    Returns
    -------
    DataFrame
        One row for each user seen by then: the user's column; first, last (dates); quiet_days; active_days
        (in the b days up to `as_of`); stage (ordered categorical).
    """
    soon, later, never = _three(limits)
    visits = read_visits(events, user, when, until=as_date(as_day(as_of, "as_of")), name="as_of")
    today, started = visits.end, visits.first
    quiet = today - visits.last
    back = visits.any((visits.gaps() >= later) & (visits.step > today - soon))
    place = np.select(
        [today - started < soon, back, quiet < soon, quiet < later, quiet < never], range(5), len(STAGES) - 1
    )
    return pd.DataFrame(
        {
            user: visits.ids,
            "first": visits.starts[started],
            "last": visits.starts[visits.last],
            "quiet_days": quiet,
            "active_days": visits.count(visits.step > today - later),
            "stage": pd.Categorical.from_codes(place, STAGES, ordered=True),
        }
    )


def stage_moves(
    events: Any,
    start: Any,
    end: Any,
    limits: Sequence[int] = (7, 28, 84),
    *,
    user: str = "user_id",
    when: str = "date",
) -> pd.DataFrame:
    """Count users by stage on the day `start` (rows) and the later day `end` (columns).

    Users first seen after `start` are left out. Divide by the row sums for shares.
    """
    before = stages(events, start, limits, user=user, when=when)
    after = stages(events, end, limits, user=user, when=when)
    both = before[[user, "stage"]].merge(after[[user, "stage"]], on=user, suffixes=("_start", "_end"))
    if as_day(end, "end") <= as_day(start, "start"):
        raise ValueError(NOT_LATER.format(start=start, end=end))
    moves = both.groupby(["stage_start", "stage_end"], observed=False).size().unstack()
    return moves.rename_axis(index="stage at start", columns="stage at end")


def early_warning(
    events: Any,
    as_of: Any,
    quiet_days: int | Iterable[int],
    horizon: int = 28,
    watch: int = 28,
    *,
    user: str = "user_id",
    when: str = "date",
) -> pd.DataFrame:
    """Score the rule "warn about whoever has been quiet for so many days" against what happened next.

    Watched are users seen in the `watch` days up to `as_of`: nobody needs a warning about users long gone,
    and counting them would flatter the rule. A watched user is lost if the `horizon` days after `as_of`
    show no event.

    Parameters
    ----------
    as_of
        The day of the warning; the log must go on for `horizon` days.
    quiet_days
        One limit or several (whole, 0 or more): days from the last event to `as_of`.

    Returns
    -------
    DataFrame
        Index `quiet_days`. Columns: watched, flagged, lost, hits (flagged and lost), in users; precision =
        hits / flagged (NaN if nobody is flagged), recall = hits / lost (NaN if nobody is lost). The share
        lost of those watched is the precision of a rule that flags everyone.
    """
    rules = _whole(
        np.atleast_1d(np.asarray(quiet_days if np.ndim(quiet_days) == 0 else list(quiet_days))),
        "quiet_days",
        0,
    )
    horizon = as_number(horizon, "horizon", least=1, whole=True)
    watch = as_number(watch, "watch", least=1, whole=True)
    visits = read_visits(events, user, when)
    today = as_day(as_of, "as_of") - visits.origin
    day, first, last = as_date(today + visits.origin), visits.starts[0], visits.starts[-1]
    if today < 0:
        raise ValueError(BEFORE_LOG.format(name="as_of", found=day, first=first))
    if today + horizon > visits.end:
        latest = last - pd.Timedelta(days=horizon)
        raise ValueError(AFTER_LOG.format(found=day, last=last, horizon=horizon, latest=latest))
    past = np.maximum.reduceat(np.where(visits.step <= today, visits.step, -watch), visits.begins)
    quiet = today - past
    watched = quiet < watch
    if not watched.any():
        raise ValueError(NOBODY_WATCHED.format(watch=watch, as_of=day))
    lost = ~visits.any((visits.step > today) & (visits.step <= today + horizon)) & watched
    rows = [
        (rule, watched.sum(), flagged.sum(), lost.sum(), (flagged & lost).sum())
        for rule in rules
        for flagged in [watched & (quiet >= rule)]
    ]
    table = pd.DataFrame(rows, columns=["quiet_days", "watched", "flagged", "lost", "hits"]).set_index(
        "quiet_days"
    )
    return table.assign(precision=table["hits"] / table["flagged"], recall=table["hits"] / table["lost"])


def _three(limits: Sequence[int]) -> list[int]:
    days = _rising(limits, "limits", 1)
    if len(days) != 3:
        raise ValueError(NOT_THREE.format(found=len(days)))
    return days


def _rising(values: Sequence[int], name: str, least: int) -> list[int]:
    numbers = _whole(list(values), name, least)
    if (np.diff(numbers) <= 0).any():
        raise ValueError(NOT_RISING.format(name=name, found=list(values)))
    return numbers.tolist()


# ----------------------------------------------------------------------------------------------------
# Pictures


def cohort_chart(table: pd.DataFrame, title: str = "", *, period: Period = "W") -> go.Figure:
    """Draw a `cohort_table` as a heat map of shares: each row divided by the cohort's size at age 0."""
    as_choice(period, "period", PERIODS)
    _require_table(table, "table", [0], "cohort_table")
    rates = table.div(table[0], axis=0)
    later = rates.drop(columns=0).to_numpy()
    return charts.heatmap(
        rates,
        title,
        AGE.format(unit=UNITS[period]),
        COHORT.format(unit=UNIT_OF[period]),
        share=True,
        unit=SHARE_BACK,
        # Age 0 is 100 % by definition; the colours are for what can differ.
        top=float(np.nanmax(later)) if np.isfinite(later).any() else 1.0,
    )


def retention_chart(curves: pd.DataFrame | Mapping[str, pd.DataFrame], title: str = "") -> go.Figure:
    """Draw one or several `retention_curve` tables (name to table), share over days."""
    named = _named(curves, ["rate"], "retention_curve")
    return charts.lines(
        pd.DataFrame({name: curve["rate"] for name, curve in named.items()}),
        title,
        DAY,
        SHARE_RETURNED,
        share=True,
    )


def survival_chart(
    curves: pd.DataFrame | Mapping[str, pd.DataFrame], title: str = "", *, unit: str = "days"
) -> go.Figure:
    """Draw one or several `kaplan_meier` tables (name to table) as steps with their 95 % bands."""
    named = _named(curves, ["survival", "low", "high"], "kaplan_meier")
    drawing = charts.figure(title, unit, SHARE_STILL_THERE, legend=len(named) > 1)
    for place, (name, curve) in enumerate(named.items()):
        style = charts.series_style(place)
        steps = {"shape": "hv"}
        drawing.add_scatter(
            x=curve.index,
            y=curve["low"],
            mode="lines",
            line={"width": 0, **steps},
            showlegend=False,
            hoverinfo="skip",
        )
        drawing.add_scatter(
            x=curve.index,
            y=curve["high"],
            mode="lines",
            line={"width": 0, **steps},
            fill="tonexty",
            fillcolor=charts.pale(style["line"]["color"]),
            showlegend=False,
            hoverinfo="skip",
        )
        drawing.add_scatter(
            x=curve.index, y=curve["survival"], name=str(name), mode="lines", line={**style["line"], **steps}
        )
    drawing.update_yaxes(range=[0, 1.02])
    return charts.shares(drawing)


def renewal_chart(survivors: Any, fitted: int = 7, horizon: int = 12, title: str = "") -> go.Figure:
    """Fit an sBG on the first `fitted` renewals, project it to `horizon`, and draw it beside what happened.

    The line of constant churn, fitted on the same renewals, shows what ignoring differences would foretell.
    """
    left = as_numbers(survivors, "survivors", least=0)
    fitted = as_number(fitted, "fitted", least=2, most=len(left) - 1, whole=True)
    horizon = as_number(horizon, "horizon", least=fitted, whole=True)
    model = fit_sbg(left[: fitted + 1])
    share, ages = left / left[0], np.arange(len(left))
    future = np.arange(horizon + 1)
    churn = (left[0] - left[fitted]) / left[:fitted].sum()
    drawing = charts.figure(title, RENEWALS, SHARE_STILL_THERE, legend=True)
    drawing.add_scatter(
        x=future, y=model.survival(future), name=MODEL, mode="lines", **charts.series_style(0)
    )
    drawing.add_scatter(
        x=future, y=(1 - churn) ** future, name=CONSTANT, mode="lines", **charts.series_style(1)
    )
    for name, chosen, symbol in (
        (DATA_USED, ages <= fitted, "circle"),
        (DATA_LATER, (ages > fitted) & (ages <= horizon), "circle-open"),
    ):
        drawing.add_scatter(
            x=ages[chosen],
            y=share[chosen],
            name=name,
            mode="markers",
            marker={"color": charts.BLACK, "symbol": symbol, "size": 9, "line": {"width": 2}},
        )
    drawing.update_yaxes(range=[0, 1.02])
    drawing.update_xaxes(range=[-0.2, horizon + 0.2])
    return charts.shares(drawing)


def active_users_chart(weekly_retention: float, new_per_week: float = 100, weeks: int = 52) -> go.Figure:
    """Draw `active_users` week by week, with the last level in the title."""
    weeks = as_number(weeks, "weeks", least=1, whole=True)
    curve = pd.Series({week: active_users(new_per_week, weekly_retention, week) for week in range(weeks + 1)})
    title = ACTIVE_AFTER.format(week=weeks, users=round(curve[weeks]))
    drawing = charts.lines(curve, title, WEEKS, PEOPLE, markers=False)
    return drawing.update_yaxes(range=[0, ACTIVE_MOST * new_per_week])


def churn_mix_chart(alpha: float, beta: float, renewals: int = 4, title: str = "") -> go.Figure:
    """Draw how chances to leave are spread at the start, and among those left after some `renewals`."""
    model = ShiftedBetaGeometric(alpha, beta)
    made = as_number(renewals, "renewals", least=0, whole=True)
    chance = np.linspace(0.005, 0.995, 199)
    table = pd.DataFrame(
        {
            AT_START: _beta_density(chance, model.alpha, model.beta),
            STILL_HERE.format(count=made): _beta_density(chance, model.alpha, model.beta + made),
        },
        index=chance,
    )
    drawing = charts.lines(table, title, CHURN_CHANCE, DENSITY, markers=False)
    return charts.shares(drawing, "x")


def growth_chart(table: pd.DataFrame, title: str = "") -> go.Figure:
    """Draw a `growth_accounting` table: where active users came from above zero, who was lost below."""
    _require_table(table, "table", ["new", "resurrected", "retained", "churned"], "growth_accounting")
    parts = pd.DataFrame(
        {
            RETAINED: table["retained"],
            NEW: table["new"],
            RESURRECTED: table["resurrected"],
            CHURNED: -table["churned"],
        }
    )
    return charts.bars(parts, title, "", PEOPLE, stacked=True)


def warning_chart(table: pd.DataFrame, title: str = "") -> go.Figure:
    """Draw precision and recall of an `early_warning` table over quiet days."""
    _require_table(table, "table", ["precision", "recall"], "early_warning")
    parts = pd.DataFrame({PRECISION: table["precision"], RECALL: table["recall"]})
    drawing = charts.lines(parts, title, QUIET, SHARE, share=True)
    return drawing.update_yaxes(range=[0, 1.02])


def _beta_density(x: np.ndarray, alpha: float, beta: float) -> np.ndarray:
    scale = math.lgamma(alpha + beta) - math.lgamma(alpha) - math.lgamma(beta)
    return np.exp(scale + (alpha - 1) * np.log(x) + (beta - 1) * np.log1p(-x))


def _named(
    curves: pd.DataFrame | Mapping[str, pd.DataFrame], columns: list[str], maker: str
) -> dict[str, pd.DataFrame]:
    named = {"": curves} if isinstance(curves, pd.DataFrame) else curves
    if not isinstance(named, Mapping) or not named:
        raise ValueError(NO_TABLES.format(maker=maker))
    for name, curve in named.items():
        _require_table(curve, repr(name), columns, maker)
    return dict(named)


def _require_table(table: Any, name: str, columns: Sequence[Any], maker: str) -> None:
    for column in columns:
        if not isinstance(table, pd.DataFrame) or column not in table.columns:
            raise ValueError(NO_COLUMN_NAMED.format(name=name, column=column, maker=maker))
