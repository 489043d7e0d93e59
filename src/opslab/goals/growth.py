"""What a goal asks for: the growth of each period, and the new users of each period when some leave."""

from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import BELOW_ONE, POSITIVE, as_number, as_numbers, is_single
from opslab.ground.days import MOST_WEEKS
from opslab.ground.estimates import geometric_sum

# Words
BELOW_START = (
    "goal is {goal:,g}, below the start of {start:,g}; a goal of growth lies at the start or above it. "
    "Did you exchange the two?"
)


def required_growth(start: float, goal: Any, periods: int) -> Any:
    """Return the growth of each period (share of 1) that turns `start` users into `goal` users.

    (goal / start)^(1 / periods) - 1: growth multiplies, so that a tenfold year is 4.5 % a week and not a
    fifty-second of 900 %.

    Parameters
    ----------
    start, goal
        Users now and at the end; several goals give an array.
    periods
        Whole weeks, months ...

    Raises
    ------
    ValueError
        A start or goal that is not above 0, a goal below the start, no period.

    Examples
    --------
    >>> round(required_growth(start=1_000, goal=100_000, periods=6), 3)      # 115 % a month
    1.154
    """
    first = as_number(start, "start", least=POSITIVE)
    count = as_number(periods, "periods", least=1, most=MOST_WEEKS, whole=True)
    if is_single(goal):
        return float(_at_least(as_number(goal, "goal", least=POSITIVE), first) ** (1 / count) - 1)
    ratios = [_at_least(value, first) for value in as_numbers(goal, "goal", least=POSITIVE)]
    return np.power(ratios, 1 / count) - 1


def required_intake(start: float, goal: float, periods: int, retention: float) -> float:
    """Return the new users needed in each period if only a share of the users stays from one to the next.

    users(t + 1) = retention x users(t) + intake: those who come in a period are counted at its end, so the
    last of them have lost nobody yet.

    Parameters
    ----------
    start, goal
        Users now and at the end.
    periods
        Whole weeks, months ...
    retention
        Share of 1 that stays from one period to the next; below 1.

    Raises
    ------
    ValueError
        A goal that is not above 0 or lies below the start, no period, a retention of 1 or more.

    Examples
    --------
    >>> round(required_intake(start=2_000, goal=10_000, periods=26, retention=0.95))
    643
    """
    first = as_number(start, "start", least=0)
    last = as_number(goal, "goal", least=POSITIVE)
    count = as_number(periods, "periods", least=1, most=MOST_WEEKS, whole=True)
    stay = as_number(retention, "retention", least=0, most=BELOW_ONE)
    _at_least(last, first)
    return float((last - first * stay**count) / geometric_sum(stay, count))


def growth_path(start: float, goal: float, periods: int, retention: float = 0.9) -> pd.DataFrame:
    """Return three roads from `start` to `goal`, period by period.

    Returns
    -------
    DataFrame
        Index `period`, 0 to `periods`. Columns in users: growth (the same share each period), straight (the
        same number each period), intake (the same number of new users each period, of whom the share
        `retention` stays).

    Examples
    --------
    >>> growth_path(start=1_000, goal=9_000, periods=2).loc[1, ["growth", "straight"]].round().to_list()
    [3000.0, 5000.0]
    """
    rate = required_growth(start, goal, periods)
    intake = required_intake(start, goal, periods, retention)
    first, last, time = float(start), float(goal), np.arange(periods + 1)
    arrived = np.array([geometric_sum(retention, float(t)) if t else 0.0 for t in time])
    return pd.DataFrame(
        {
            "growth": first * (1 + rate) ** time,
            "straight": first + (last - first) * time / periods,
            "intake": first * float(retention) ** time + intake * arrived,
        },
        index=pd.RangeIndex(periods + 1, name="period"),
    )


def _at_least(goal: float, start: float) -> float:
    """Return goal / start (infinite from nothing), after refusing a goal below the start."""
    if goal < start:
        raise ValueError(BELOW_START.format(goal=goal, start=start))
    return goal / start if start else np.inf
