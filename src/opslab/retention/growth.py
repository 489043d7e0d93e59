"""Account for growth: where each period's active users came from, and where steady arrivals lead."""

from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_number
from opslab.ground.engine import counts_itself
from opslab.ground.estimates import geometric_sum
from opslab.retention.event_log import Period, period_flows, read_visits


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

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-01", "2024-01-03", "2024-01-15"]
    >>> events = pd.DataFrame({"user_id": [1, 1, 2, 2, 2], "date": pd.to_datetime(days)})
    >>> growth_accounting(events, "W")[["new", "retained", "churned"]].to_numpy().tolist()
    [[2, 0, 0], [0, 1, 1], [0, 0, 1]]
    """
    if counts_itself(events):
        starts, active, new, retained = period_flows(events, user, when, period)
    else:
        visits = read_visits(events, user, when, period)
        starts, gap = visits.starts, visits.gaps()
        active, new, retained = (
            np.bincount(visits.step[marked], minlength=len(starts))
            for marked in (gap >= 0, gap == 0, gap == 1)
        )
    before = np.append(0, active[:-1])
    resurrected, churned = active - new - retained, before - retained
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
        index=starts.rename("period"),
    )


def active_users(new_per_week: float, weekly_retention: float, weeks: int) -> float:
    """Return the users active after some `weeks` of steady arrivals and one constant weekly retention.

    Each week's new users stay with the chance `weekly_retention` (share of 1) from week to week, so the sum
    is a geometric series that levels off at new_per_week / (1 - weekly_retention).

    Examples
    --------
    >>> round(active_users(new_per_week=100, weekly_retention=0.9, weeks=52))
    996
    """
    arrivals = as_number(new_per_week, "new_per_week", least=0)
    stay = as_number(weekly_retention, "weekly_retention", least=0, most=1)
    count = as_number(weeks, "weeks", least=0, whole=True)
    return arrivals * geometric_sum(stay, count)
