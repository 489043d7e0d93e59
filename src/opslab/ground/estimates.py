"""What several subjects reckon alike: intervals, steady growth and value under churn, kinds seen so far."""

from statistics import NormalDist
from typing import Any, overload

import numpy as np

from opslab.ground.arguments import as_choice, as_number

# Words
BEYOND = (
    "{terms:g} steps that each multiply by {ratio:g} grow beyond any number; take fewer, or a smaller one"
)
ENDLESS = "churn and discount are both 0: the value has no end; give at least one of them above 0"

TIMINGS = ("start", "end")
Z95 = 1.959963984540054  # standard normal quantile of a two-sided 95 % interval
NEAR_ONE = 1e-9  # so near to a ratio of 1 the formula divides one rounding error by another


def share_interval(hits: float, trials: float) -> tuple[float, float]:
    """Return the 95 % interval of a share, `hits` of `trials`, as shares of 1 (Wilson 1927).

    Raises
    ------
    ValueError
        If `trials` is below 1, or `hits` is not between 0 and `trials`.

    Examples
    --------
    >>> low, high = share_interval(30, 100)
    >>> round(low, 3), round(high, 3)
    (0.219, 0.396)
    """
    count = as_number(trials, "trials", least=1)
    low, high = wilson(as_number(hits, "hits", least=0, most=count) / count, count)
    return float(low), float(high)


def wilson(share: Any, trials: Any) -> tuple[Any, Any]:
    """Return the ends of the Wilson interval of one share, or of many at once."""
    middle = share + Z95**2 / (2 * trials)
    half = Z95 * np.sqrt(share * (1 - share) / trials + Z95**2 / (4 * trials**2))
    whole = 1 + Z95**2 / trials
    return np.clip((middle - half) / whole, 0, share), np.clip((middle + half) / whole, share, 1)


def normal_quantile(level: Any) -> float:
    """Return how many standard deviations a two-sided interval of this level (0.8: 80 %) reaches."""
    share = as_number(level, "level", least=0.01, most=0.9999)
    return NormalDist().inv_cdf((1 + share) / 2)


@overload
def geometric_sum(ratio: float, terms: float) -> float: ...


@overload
def geometric_sum(ratio: float, terms: np.ndarray) -> np.ndarray: ...


def geometric_sum(ratio: float, terms: float | np.ndarray) -> float | np.ndarray:
    """Return 1 + ratio + ratio^2 + ... of so many terms, one number or several; `ratio` from 0 up.

    Raises
    ------
    ValueError
        If the sum is too large for a number.
    """
    with np.errstate(over="ignore"):
        total = (
            terms if abs(ratio - 1) < NEAR_ONE else (1 - np.power(ratio, terms, dtype=float)) / (1 - ratio)
        )
    if not np.isfinite(total).all():
        raise ValueError(BEYOND.format(ratio=ratio, terms=np.max(terms)))
    return total


def lifetime_value(margin: float, churn: float, discount: float = 0, *, timing: str = "start") -> float:
    """Return what a customer brings in a lifetime (yuan), if churn never changes.

    Parameters
    ----------
    margin
        What is left of a customer's payment of one period after the costs of serving (yuan).
    churn
        Share of customers who leave in a period (0 to 1).
    discount
        By how much less a yuan is worth a period later (0.01 is 1 %). At 0 the value is margin / churn.
    timing
        "start": paid at the start of each period, the first at once. "end": paid at the end of each
        period, by those who are still there; the value is one whole `margin` lower.

    Notes
    -----
    Start: margin (1 + discount) / (churn + discount), the sum of margin ((1 - churn) / (1 + discount))^t over
    t = 0, 1, ... End: margin (1 - churn) / (churn + discount), the same sum from t = 1 on; as a multiple
    of the margin, that is r / (1 + i - r) of Gupta and Lehmann (2003). The horizon is for ever. Where
    customers differ in churn, an average churn gives the wrong value.

    Examples
    --------
    >>> lifetime_value(margin=40, churn=0.05)
    800.0
    >>> round(lifetime_value(margin=40, churn=0.05, discount=0.01), 1)
    673.3
    >>> round(lifetime_value(margin=40, churn=0.05, discount=0.01, timing="end"), 1)
    633.3
    """
    left = as_number(margin, "margin", least=0)
    leaving = as_number(churn, "churn", least=0, most=1)
    rate = as_number(discount, "discount", least=0)
    as_choice(timing, "timing", TIMINGS)
    if leaving + rate == 0:
        raise ValueError(ENDLESS)
    return left * ((1 + rate) if timing == "start" else (1 - leaving)) / (leaving + rate)


def share_seen(kinds: int, draws: float) -> float:
    """Return the expected share of `kinds`, all alike in frequency, that came up in so many draws.

    Examples
    --------
    >>> share_seen(kinds=2, draws=1), share_seen(kinds=2, draws=2)
    (0.5, 0.75)
    """
    return 1 - (1 - 1 / kinds) ** draws
