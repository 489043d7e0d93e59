"""Follow users until they leave, or the watch ends: lifetimes, Kaplan-Meier, log-rank."""

import math
import warnings
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import as_flags, as_number, as_numbers, require_result
from opslab.ground.days import as_dates
from opslab.ground.engine import DAY
from opslab.ground.frames import in_words, native, small_table
from opslab.retention.event_log import engine_log, read_visits

# Words
NO_ENDS = "no end was observed in any group; there is nothing to compare yet"
NO_QUIET_DAYS = "quiet_days is {found} but the log has only {have} days; choose fewer"
ONE_GROUP = "group has one value ({found!r}) only; a comparison needs at least two groups"
WRONG_LENGTH = "{name} has {found} values, durations has {expected}; give one for each"


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

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> lifetimes(events, quiet_days=7)[["duration", "observed"]].to_numpy().tolist()
    [[8, True], [8, False]]
    """
    ids, first, last, origin, end = _spans(events, user, when, until)
    quiet = as_number(quiet_days, "quiet_days", least=1, whole=True)
    watch_end = end - quiet
    if watch_end < origin:
        raise ValueError(NO_QUIET_DAYS.format(found=quiet, have=end - origin + 1))
    gone = last <= watch_end
    seen_to = np.where(gone, last, watch_end)
    return pd.DataFrame(
        {
            user: ids,
            "first": as_dates(first),
            "last": as_dates(last),
            "duration": np.maximum(seen_to - first + 1, 0),
            "observed": gone,
        }
    )


@in_words()
def _spans(events: Any, user: str, when: str, until: Any) -> tuple[Any, np.ndarray, np.ndarray, int, int]:
    """Return users, the first and last day of each, and those of the log. One row a user leaves an engine."""
    log = engine_log(events, user, when, until)
    if log is None:
        visits = read_visits(events, user, when, until=until)
        return visits.ids, visits.first + visits.origin, visits.last + visits.origin, *visits.ends
    day = nw.col(DAY)
    people = small_table(log.rows.group_by(user).agg(first=day.min(), last=day.max())).sort_values(user)
    first, last = people[["first", "last"]].to_numpy(np.int64).T
    return people[user].array, first, last, log.first, log.last


def kaplan_meier(durations: Any, observed: Any = None) -> pd.DataFrame:
    """Estimate survival from times of which some ends were not seen (Kaplan and Meier 1958; by lifelines).

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

    Examples
    --------
    >>> kaplan_meier([1, 2, 2, 3], observed=[True, True, False, True]).survival.round(2).to_list()
    [1.0, 0.75, 0.5, 0.0]
    """
    time = as_numbers(durations, "durations", least=0)
    end = _ends(observed, len(time))
    from lifelines import KaplanMeierFitter

    # The fitter turns NumPy's warnings off and leaves them so; here they come on again.
    with np.errstate():
        fit = KaplanMeierFitter(alpha=0.05, label="survival").fit(time, end, ci_labels=["low", "high"])
    counts = fit.event_table[["at_risk", "observed", "censored"]].rename(columns={"observed": "events"})
    return counts.join([fit.survival_function_, fit.confidence_interval_]).rename_axis("time")


def median_survival(table: pd.DataFrame) -> float:
    """Return the first time at which at most half are left in a `kaplan_meier` table; infinite if never.

    Examples
    --------
    >>> median_survival(kaplan_meier([1, 2, 2, 3]))
    2.0
    """
    require_result(table, "table", ["survival"], "kaplan_meier")
    times = as_numbers(table.index, "the index of table")
    below = times[table["survival"] <= 0.5 + 1e-12]  # found through logarithms, a half is not exact
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
    """Test whether two or more groups survive alike (log-rank, Mantel 1966; by lifelines).

    Parameters
    ----------
    durations, observed
        As in `kaplan_meier`.
    group
        The group of each time, for example a channel; at least two different values.

    Examples
    --------
    >>> test = log_rank([1, 2, 3, 8, 9, 10], [True] * 6, ["ads"] * 3 + ["seo"] * 3)
    >>> round(test.chi2, 2), round(test.p, 3)
    (5.05, 0.025)
    """
    time = as_numbers(durations, "durations", least=0)
    end = _ends(observed, len(time))
    series = pd.Series(np.asarray(group))
    table = native(pd.DataFrame({"group": _of_length(series, len(time), "group")}), ["group"], what="group")
    names = table["group"].to_pandas()
    if names.nunique() < 2:
        raise ValueError(ONE_GROUP.format(found=names.iloc[0]))
    if not end.any():
        raise ValueError(NO_ENDS)
    from lifelines.statistics import multivariate_logrank_test

    with warnings.catch_warnings():
        # lifelines 0.30 calls pandas as pandas 4 will forbid; we stay below 4, so nobody need be alarmed.
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="lifelines")
        test = multivariate_logrank_test(time, names, end)
    together = kaplan_meier(time, end)
    hazard = (together["events"] / together["at_risk"]).cumsum()
    parts = pd.DataFrame({"group": names, "observed": end, "expected": hazard.loc[time].to_numpy()})
    counted = parts.groupby("group").agg(
        users=("observed", "size"), observed=("observed", "sum"), expected=("expected", "sum")
    )
    return LogRank(float(test.test_statistic), float(test.p_value), len(counted) - 1, counted)


def _ends(observed: Any, count: int) -> np.ndarray:
    return np.ones(count, dtype=bool) if observed is None else as_flags(observed, "observed", length=count)


def _of_length(values: pd.Series, length: int, name: str) -> pd.Series:
    if len(values) != length:
        raise ValueError(WRONG_LENGTH.format(name=name, found=len(values), expected=length))
    return values
