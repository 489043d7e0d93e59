"""Tell where each user stands, who moved, and how well quiet days warn of a loss."""

from collections.abc import Iterable, Sequence
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.days import as_date, as_day
from opslab.ground.frames import as_list, as_number
from opslab.retention.inputs import rising, whole_numbers
from opslab.retention.visits import BEFORE_LOG, Visits, read_visits

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
            "active_days": visits.counts(visits.step > today - later),
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

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> stage_moves(events, "2024-01-08", "2024-01-15").loc["active"].to_dict()
    {'new': 0, 'returned': 0, 'active': 1, 'at risk': 1, 'dormant': 0, 'lost': 0}
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
    visits = read_visits(events, user, when)
    today = _day_in_log(visits, as_of, "as_of", horizon)
    past = np.maximum.reduceat(np.where(visits.step <= today, visits.step, -watch), visits.begins)
    quiet = today - past
    watched = quiet < watch
    if not watched.any():
        raise ValueError(NOBODY_WATCHED.format(watch=watch, as_of=as_date(as_day(as_of, "as_of"))))
    lost = ~visits.any((visits.step > today) & (visits.step <= today + horizon)) & watched
    table = pd.DataFrame(
        {
            "watched": watched.sum(),
            "flagged": _at_least(rules, quiet[watched]),
            "lost": lost.sum(),
            "hits": _at_least(rules, quiet[lost]),
        },
        index=pd.Index(rules, name="quiet_days"),
    )
    return table.assign(precision=table["hits"] / table["flagged"], recall=table["hits"] / table["lost"])


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
    visits = read_visits(events, user, when)
    first, last = (_day_in_log(visits, day, name, 0) for day, name in ((start, "start"), (end, "end")))
    _day_in_log(visits, end, "end", horizon)
    if last < first:
        raise ValueError(NOT_EARLIER.format(end=end, start=start))
    silence = visits.silences()
    near = (silence > rules.min()) & (visits.step >= first - rules.max()) & (visits.step <= last)
    step, silence = visits.step[near], silence[near]  # the other visits are due under no limit
    counts = [_sent(step + limit, silence - limit, first, last, horizon) for limit in rules]
    table = pd.DataFrame(counts, pd.Index(rules, name="quiet_days"), ["sent", "hits"])
    return table.assign(precision=table["hits"] / table["sent"])


def _sent(due: np.ndarray, more: np.ndarray, first: int, last: int, horizon: int) -> tuple[int, int]:
    """Count messages, and hits: `due` is the day of each, `more` how long the silence goes on after it."""
    sent = (due >= first) & (due <= last) & (more > 0)
    return int(sent.sum()), int((sent & (more > horizon)).sum())


def _rules(quiet_days: int | Iterable[int]) -> np.ndarray:
    given = [quiet_days] if isinstance(quiet_days, Number) else as_list(quiet_days, "quiet_days")
    return whole_numbers(given, "quiet_days", 0)


def _day_in_log(visits: Visits, given: Any, name: str, horizon: int) -> int:
    """Return the day's place in the log, which must go on for `horizon` days after it."""
    day, last = as_day(given, name), visits.starts[-1]
    if day < visits.origin:
        raise ValueError(BEFORE_LOG.format(name=name, found=as_date(day), first=visits.starts[0]))
    if day - visits.origin + horizon > visits.end:
        latest = last - pd.Timedelta(days=horizon)
        raise ValueError(
            AFTER_LOG.format(name=name, found=as_date(day), last=last, horizon=horizon, latest=latest)
        )
    return day - visits.origin


def _at_least(limits: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return for each limit how many values reach it."""
    return len(values) - np.searchsorted(np.sort(values), limits)


def _three(limits: Sequence[int]) -> list[int]:
    days = rising(limits, "limits", 1)
    if len(days) != 3:
        raise ValueError(NOT_THREE.format(found=len(days)))
    return days
