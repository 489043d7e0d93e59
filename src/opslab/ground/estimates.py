"""What several subjects reckon alike: intervals of shares, what growth adds up to, kinds seen so far."""

from typing import Any, overload

import numpy as np

from opslab.ground.frames import as_number

# Words
BEYOND = (
    "{terms:g} steps that each multiply by {ratio:g} grow beyond any number; take fewer, or a smaller one"
)

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


def share_seen(kinds: int, draws: float) -> float:
    """Return the expected share of `kinds`, all alike in frequency, that came up in so many draws.

    Examples
    --------
    >>> share_seen(kinds=2, draws=1), share_seen(kinds=2, draws=2)
    (0.5, 0.75)
    """
    return 1 - (1 - 1 / kinds) ** draws
