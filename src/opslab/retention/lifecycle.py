"""Tell where each user stands, who moved, and how well quiet days warn of a loss."""

from collections.abc import Iterable, Sequence
from numbers import Number
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import as_list, as_number
from opslab.ground.days import as_date, as_dates, as_day
from opslab.ground.engine import DAY, QUERY, settled
from opslab.ground.frames import in_words, one_row, small_table
from opslab.retention.event_log import BEFORE_LOG, EngineLog, engine_log, read_visits
from opslab.retention.inputs import rising, whole_numbers

# Words
AFTER_LOG = (
    "{name} is {found:%Y-%m-%d}, but the events end on {last:%Y-%m-%d}: what happens in the {horizon} days "
    "after it is not known; choose {latest:%Y-%m-%d} or earlier"
)
NOBODY_WATCHED = (
    "nobody was seen in the {watch} days before {as_of:%Y-%m-%d}; choose another day or a longer watch"
)
NOT_THREE = "limits has {found} values; expected three numbers of days, such as (7, 28, 84)"
NOT_LATER = "end ({end}) must lie after start ({start})"
NOT_EARLIER = "end ({end}) must not lie before start ({start})"

STAGES = ("new", "returned", "active", "at risk", "dormant", "lost")
NEVER = 10**7  # days: further off than any log reaches


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

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> stages(events, as_of="2024-01-15").stage.to_list()
    ['at risk', 'active']
    """
    return _stages(events, as_day(as_of, "as_of"), "as_of", _three(limits), user, when)


def _stages(events: Any, day: int, name: str, limits: list[int], user: str, when: str) -> pd.DataFrame:
    log = engine_log(events, user, when, as_date(day), name)
    if log is not None:
        return _stages_in_engine(log, user, limits)
    soon, later, never = limits
    visits = read_visits(events, user, when, until=as_date(day), name=name)
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
            "active_days": visits.counts(visits.step > today - later),
            "stage": _named(place),
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

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> stage_moves(events, "2024-01-08", "2024-01-15").loc["active"].to_dict()
    {'new': 0, 'returned': 0, 'active': 1, 'at risk': 1, 'dormant': 0, 'lost': 0}
    """
    days, first, last = _three(limits), as_day(start, "start"), as_day(end, "end")
    if last <= first:
        raise ValueError(NOT_LATER.format(start=start, end=end))
    log = engine_log(events, user, when, as_date(last), "end")
    if log is not None:
        both = _moves_in_engine(log, user, first, days)
        moves = both.groupby(["stage_start", "stage_end"], observed=False)["users"].sum().unstack()
    else:
        before = _stages(events, first, "start", days, user, when)
        after = _stages(events, last, "end", days, user, when)
        both = before[[user, "stage"]].merge(after[[user, "stage"]], on=user, suffixes=("_start", "_end"))
        moves = both.groupby(["stage_start", "stage_end"], observed=False).size().unstack()
    return moves.rename_axis(index="stage at start", columns="stage at end")


@in_words()
def _stages_in_engine(log: EngineLog, user: str, limits: list[int]) -> pd.DataFrame:
    """Return the stages of all users: one row a user leaves the engine."""
    day = nw.col(DAY)
    days = settled(log.rows.group_by(user, DAY).agg(nw.len().alias("_rows")))
    recent = (day > log.last - limits[1]).cast(nw.Int64)
    extremes = _extremes(log.last, limits)
    each = days.select(user, start=day, active=recent, **{name: one for name, (one, _) in extremes.items()})
    ends = (getattr(nw.col(name), end)() for name, (_, end) in extremes.items())
    people = each.group_by(user).agg(nw.col("start").min(), nw.col("active").sum(), *ends)
    placed = people.with_columns(stage=_stage(log.last, limits))
    table = small_table(placed).sort_values(user, ignore_index=True)
    first, last, active, place = table[["start", "seen", "active", "stage"]].to_numpy(np.int64).T
    return pd.DataFrame(
        {
            user: table[user],
            "first": as_dates(first),
            "last": as_dates(last),
            "quiet_days": log.last - last,
            "active_days": active,
            "stage": _named(place),
        }
    )


@in_words()
def _moves_in_engine(log: EngineLog, user: str, first: int, limits: list[int]) -> pd.DataFrame:
    """Return how many users stand at which stage on two days: one row for each pair leaves the engine."""
    log.require_begun(first, "start")
    ends = {"_start": first, "_end": log.last}
    extremes = {
        f"{name}{of}": one for of, day in ends.items() for name, one in _extremes(day, limits).items()
    }
    each = log.rows.select(user, start=nw.col(DAY), **{name: one for name, (one, _) in extremes.items()})
    people = each.group_by(user).agg(
        nw.col("start").min(), *(getattr(nw.col(name), end)() for name, (_, end) in extremes.items())
    )
    places = people.filter(nw.col("start") <= first).select(
        **{f"stage{of}": _stage(day, limits, of) for of, day in ends.items()}
    )
    names = [f"stage{of}" for of in ends]
    counts = small_table(places.group_by(*names).agg(users=nw.len())).astype(np.int64)
    return counts.assign(**{name: _named(counts[name].to_numpy()) for name in names})


def _extremes(today: int, limits: list[int]) -> dict[str, tuple[nw.Expr, str]]:
    """Return what tells a stage on the day `today`, and which extreme over a user's rows it takes.

    Whoever comes back after a silence does so on the first of the days just before `today` (within the
    shortest limit): a later one follows a day that is too near. So two days of each user tell it.
    """
    day, edge = nw.col(DAY), today - limits[0]
    recent = (day > edge) & (day <= today)
    return {
        "seen": (nw.when(day <= today).then(day).otherwise(-NEVER), "max"),
        "woke": (nw.when(recent).then(day).otherwise(NEVER), "min"),
        "slept": (nw.when(day <= edge).then(day).otherwise(-NEVER), "max"),
    }


def _stage(today: int, limits: list[int], of: str = "") -> nw.Expr:
    """Return the place in `STAGES` of users with these extremes, and with their first day as `start`."""
    soon, later, never = limits
    seen, woke, slept = (nw.col(f"{name}{of}") for name in ("seen", "woke", "slept"))
    quiet = today - seen
    back = (slept > -NEVER) & (woke < NEVER) & (woke - slept >= later)
    place = nw.lit(STAGES.index("lost"))
    tests = {
        "dormant": quiet < never,
        "at risk": quiet < later,
        "active": quiet < soon,
        "returned": back,
        "new": nw.col("start") > today - soon,
    }
    for name, test in tests.items():
        place = nw.when(test).then(nw.lit(STAGES.index(name))).otherwise(place)
    return place


def _named(place: np.ndarray) -> pd.Categorical:
    return pd.Categorical.from_codes(place, STAGES, ordered=True)


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

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> warned = early_warning(events, as_of="2024-01-08", quiet_days=5, horizon=7)
    >>> warned[["watched", "flagged", "hits"]].iloc[0].to_list()
    [2, 1, 0]
    """
    rules, horizon = _rules(quiet_days), as_number(horizon, "horizon", least=1, whole=True)
    watch = as_number(watch, "watch", least=1, whole=True)
    log = engine_log(events, user, when)
    if log is not None:
        today = _day_in_log(log.first, log.last, as_of, "as_of", horizon)
        blocks = [rules[start : start + QUERY] for start in range(0, len(rules), QUERY)]
        parts = [_warned_in_engine(log, user, today, block, horizon, watch) for block in blocks]
        return _scored({name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, rules)
    visits = read_visits(events, user, when)
    today = _day_in_log(*visits.ends, as_of, "as_of", horizon) - visits.origin
    past = np.maximum.reduceat(np.where(visits.step <= today, visits.step, -watch), visits.begins)
    quiet = today - past
    watched = quiet < watch
    if not watched.any():
        raise _nobody(watch, today + visits.origin)
    lost = ~visits.any((visits.step > today) & (visits.step <= today + horizon)) & watched
    counts = {
        "watched": watched.sum(),
        "flagged": _at_least(rules, quiet[watched]),
        "lost": lost.sum(),
        "hits": _at_least(rules, quiet[lost]),
    }
    return _scored(counts, rules)


@in_words()
def _warned_in_engine(
    log: EngineLog, user: str, today: int, rules: np.ndarray, horizon: int, watch: int
) -> dict[str, np.ndarray]:
    """Count those watched, flagged, lost and hit, for each rule: one row leaves the engine."""
    day = nw.col(DAY)
    back = (day > today) & (day <= today + horizon)
    past = nw.when(day <= today).then(day).otherwise(-NEVER)
    each = log.rows.select(user, past=past, back=back.cast(nw.Int64))
    people = each.group_by(user).agg(nw.col("past").max(), nw.col("back").max())
    watched = people.filter(nw.col("past") > today - watch)
    gone = 1 - nw.col("back")
    counts = {"watched": nw.lit(1), "lost": gone}
    for place, quiet in enumerate(rules.tolist()):
        flagged = (nw.col("past") <= today - quiet).cast(nw.Int64)
        counts |= {f"flagged{place}": flagged, f"hits{place}": flagged * gone}
    seen = one_row(watched.with_columns(**counts).select(nw.col(*counts).sum()))
    if not seen["watched"]:
        raise _nobody(watch, today)
    numbers = {
        "watched": [seen["watched"]] * len(rules),
        "flagged": [seen[f"flagged{place}"] for place in range(len(rules))],
        "lost": [seen["lost"]] * len(rules),
        "hits": [seen[f"hits{place}"] for place in range(len(rules))],
    }
    return {name: np.array(values, dtype=np.int64) for name, values in numbers.items()}


def _scored(counts: dict[str, Any], rules: np.ndarray) -> pd.DataFrame:
    table = pd.DataFrame(counts, index=pd.Index(rules, name="quiet_days"))
    return table.assign(precision=table["hits"] / table["flagged"], recall=table["hits"] / table["lost"])


def _nobody(watch: int, today: int) -> ValueError:
    return ValueError(NOBODY_WATCHED.format(watch=watch, as_of=as_date(today)))


def running_warning(
    events: Any,
    start: Any,
    end: Any,
    quiet_days: int | Iterable[int],
    horizon: int = 28,
    *,
    user: str = "user_id",
    when: str = "date",
) -> pd.DataFrame:
    """Score the same rule as it runs: each morning it warns whoever reaches so many quiet days on that day.

    `early_warning` judges one day, on which all who are quiet for longer are warned as well. A rule that runs
    meets each silence once, when it is as long as the limit; so it is right less often. Whoever is silent for
    longer than limit and horizon is met by every limit, sooner or later: recall is 1, and what a late limit
    loses is time.

    Parameters
    ----------
    start, end
        The first and the last day of warning; the log must go on for `horizon` days after the last.
    quiet_days
        One limit or several (whole, 0 or more): days from a user's last event to the day of the warning.

    Returns
    -------
    DataFrame
        Index `quiet_days`. Columns: sent (messages), hits (sent to users of whom the `horizon` days after it
        show no event), precision = hits / sent (NaN if nothing is sent).

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> running_warning(events, "2024-01-03", "2024-01-08", 2, horizon=7)[["sent", "hits"]].iloc[0].to_list()
    [2, 1]
    """
    rules, horizon = _rules(quiet_days), as_number(horizon, "horizon", least=1, whole=True)
    log = engine_log(events, user, when)
    if log is not None and not log.rows.implementation.is_dask():  # which knows no next row
        first, last = _morning(log.first, log.last, start, end, horizon)
        blocks = [rules[place : place + QUERY] for place in range(0, len(rules), QUERY)]
        counts = [row for block in blocks for row in _sent_in_engine(log, user, block, first, last, horizon)]
    else:
        visits = read_visits(events, user, when)
        first, last = (day - visits.origin for day in _morning(*visits.ends, start, end, horizon))
        silence = visits.silences()
        near = (silence > rules.min()) & (visits.step >= first - rules.max()) & (visits.step <= last)
        step, silence = visits.step[near], silence[near]  # the other visits are due under no limit
        counts = [_sent(step + limit, silence - limit, first, last, horizon) for limit in rules]
    table = pd.DataFrame(counts, pd.Index(rules, name="quiet_days"), ["sent", "hits"])
    return table.assign(precision=table["hits"] / table["sent"])


def _morning(low: int, high: int, start: Any, end: Any, horizon: int) -> tuple[int, int]:
    """Return the first and the last day of warning, in a log of the days `low` to `high`."""
    first, last = (_day_in_log(low, high, day, name, 0) for day, name in ((start, "start"), (end, "end")))
    _day_in_log(low, high, end, "end", horizon)
    if last < first:
        raise ValueError(NOT_EARLIER.format(end=end, start=start))
    return first, last


@in_words()
def _sent_in_engine(
    log: EngineLog, user: str, rules: np.ndarray, first: int, last: int, horizon: int
) -> list[tuple[int, int]]:
    """Count messages and hits of each rule: one row leaves the engine."""
    days = log.rows.group_by(user, DAY).agg(nw.len().alias("_rows"))
    following = nw.col(DAY).shift(-1).over(user, order_by=DAY).fill_null(NEVER)
    silence, counts = nw.col("_next") - nw.col(DAY), {}
    for place, limit in enumerate(rules.tolist()):
        sent = (nw.col(DAY) >= first - limit) & (nw.col(DAY) <= last - limit) & (silence > limit)
        counts |= {f"sent{place}": sent, f"hits{place}": sent & (silence > limit + horizon)}
    each = days.select(DAY, _next=following).select(
        **{name: one.cast(nw.Int64) for name, one in counts.items()}
    )
    seen = one_row(each.select(nw.col(*counts).sum()))
    return [(int(seen[f"sent{place}"]), int(seen[f"hits{place}"])) for place in range(len(rules))]


def _sent(due: np.ndarray, more: np.ndarray, first: int, last: int, horizon: int) -> tuple[int, int]:
    """Count messages, and hits: `due` is the day of each, `more` how long the silence goes on after it."""
    sent = (due >= first) & (due <= last) & (more > 0)
    return int(sent.sum()), int((sent & (more > horizon)).sum())


def _rules(quiet_days: int | Iterable[int]) -> np.ndarray:
    given = [quiet_days] if isinstance(quiet_days, Number) else as_list(quiet_days, "quiet_days")
    return whole_numbers(given, "quiet_days", 0)


def _day_in_log(first: int, last: int, given: Any, name: str, horizon: int) -> int:
    """Return a day of a log, which must go on for `horizon` days after it."""
    day = as_day(given, name)
    if day < first:
        raise ValueError(BEFORE_LOG.format(name=name, found=as_date(day), first=as_date(first)))
    if day + horizon > last:
        words = {"found": as_date(day), "last": as_date(last), "latest": as_date(last - horizon)}
        raise ValueError(AFTER_LOG.format(name=name, horizon=horizon, **words))
    return day


def _at_least(limits: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return for each limit how many values reach it."""
    return len(values) - np.searchsorted(np.sort(values), limits)


def _three(limits: Sequence[int]) -> list[int]:
    days = rising(limits, "limits", 1)
    if len(days) != 3:
        raise ValueError(NOT_THREE.format(found=len(days)))
    return days
