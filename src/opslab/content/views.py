"""Views: most pieces have none, a few have most; and no views has two causes."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from opslab.ground.arguments import POSITIVE, as_number, as_numbers

# Words
TOP_ABOVE = "top is {top}, and there are {found} items; give at most so many, or a share below 1"
NOTHING_SEEN = "values add up to 0: where nothing was seen there is no top to speak of"
NO_TAIL = (
    "values has {found} numbers from least = {least:g} up that are not all equal to it; a tail needs two"
)
NOT_COUNTS = "views has {found!r} at place {place}; expected whole numbers from 0 up"
NOTHING_TO_FIT = "views has {found} items that were seen; a model of the views needs at least 5 that differ"
NOT_FITTED = "the model of the views was not found ({reason}); are they counts of one kind of item?"


@dataclass(frozen=True)
class PowerTail:
    """The tail of a distribution: the share above x falls like x to the power 1 - `alpha`.

    Attributes
    ----------
    alpha
        The exponent of the density; 2 to 3 is common, and at 2 or below the mean has no limit.
    se
        Its standard error.
    count
        How many values lie in the tail.
    """

    alpha: float
    se: float
    count: int


@dataclass(frozen=True)
class ViewModel:
    """Views as a mixture: some items were never shown, the others vary like Gamma times Poisson chance.

    Attributes
    ----------
    share
        Items without a view, as a share of 1, counted.
    mean, shape
        Mean views of an item that was shown, and the shape of the Gamma distribution: the smaller it is,
        the more unequal the views.
    never_shown
        Items that were never shown, as the model sees it: better content could not have helped them.
    by_chance
        Of the items that were shown, those that nobody happened to view.
    """

    share: float
    mean: float
    shape: float
    never_shown: float
    by_chance: float


def top_share(values: Any, top: float) -> float:
    """Return which share of the total the `top` largest values hold.

    Parameters
    ----------
    values
        Views, yuan or answers, one number from 0 up for each item; those that have none belong to it.
    top
        A number of items (1 or more), or a share of them below 1, such as 0.01, rounded up to whole items.

    Examples
    --------
    >>> top_share([70, 20, 10, 0], top=1), top_share([70, 20, 10, 0], top=0.5)
    (0.7, 0.9)
    """
    ordered = np.sort(as_numbers(values, "values", least=0))[::-1]
    total = ordered.sum()
    if not total:
        raise ValueError(NOTHING_SEEN)
    asked = as_number(top, "top", least=POSITIVE)
    items = (
        max(int(np.ceil(round(asked * len(ordered), 9))), 1)
        if asked < 1
        else int(as_number(top, "top", whole=True))
    )
    if items > len(ordered):
        raise ValueError(TOP_ABOVE.format(top=items, found=len(ordered)))
    return float(ordered[:items].sum() / total)


def tail_exponent(values: Any, least: float) -> PowerTail:
    """Fit a power law to the values from `least` up: continuous maximum likelihood.

    Clauset, Shalizi and Newman (2009), *SIAM Review* 51, eq. 3.1 and 3.2: alpha is 1 + n / sum of the
    logarithms of value / `least`, its standard error (alpha - 1) / root of n.

    Raises
    ------
    ValueError
        If fewer than two values lie in the tail, or all of them equal `least`.

    Examples
    --------
    >>> tail = tail_exponent([1.2, 1.5, 2.0, 2.2, 3.1, 4.8, 7.9, 15.0], least=1)
    >>> round(tail.alpha, 3), round(tail.se, 3)
    (1.838, 0.296)
    """
    low = as_number(least, "least", least=POSITIVE)
    numbers = as_numbers(values, "values", least=0)
    tail = numbers[numbers >= low]
    spread = float(np.log(tail / low).sum())
    if len(tail) < 2 or not spread:
        raise ValueError(NO_TAIL.format(found=len(tail), least=low))
    alpha = 1 + len(tail) / spread
    return PowerTail(alpha, (alpha - 1) / len(tail) ** 0.5, len(tail))


def zero_share(mean: float, shape: float, never_shown: float = 0.0) -> float:
    """Return the expected share of items without a view.

    Views of an item that was shown are Poisson counts whose mean varies like a Gamma distribution (so they
    are negative binomial): nobody views it with the probability (1 + `mean` / `shape`) ** -`shape`.

    Examples
    --------
    >>> round(zero_share(mean=120, shape=0.6), 4), round(zero_share(120, 0.6, never_shown=0.56), 4)
    (0.0415, 0.5783)
    """
    views = as_number(mean, "mean", least=0)
    even = as_number(shape, "shape", least=POSITIVE)
    hidden = as_number(never_shown, "never_shown", least=0, most=1)
    return hidden + (1 - hidden) * float((1 + views / even) ** -even)


def unseen(views: Any) -> ViewModel:
    """Tell the two causes of no views apart: never shown, or shown and viewed by nobody.

    Maximum likelihood of the zero-inflated negative binomial distribution. With many views an item that was
    shown and has none is rare, so nearly all zeros are items that were never shown.

    Parameters
    ----------
    views
        A whole number from 0 up for each item.

    Raises
    ------
    ValueError
        Bad counts; fewer than five items with views, or all with the same; a fit that does not converge.

    Examples
    --------
    >>> found = unseen([0] * 50 + [1, 2, 3, 5, 8, 13, 21, 34, 55, 89] * 5)
    >>> found.share, round(found.never_shown, 2)
    (0.5, 0.33)
    """
    counts = as_numbers(views, "views", least=0)
    if (counts % 1).any():
        place = int((counts % 1).argmax())
        raise ValueError(NOT_COUNTS.format(found=float(counts[place]), place=place))
    seen = counts[counts > 0]
    if len(seen) < 5 or len(np.unique(seen)) < 2:
        raise ValueError(NOTHING_TO_FIT.format(found=len(seen)))
    mean, shape = _fit_seen(seen)
    by_chance = zero_share(mean, shape)
    share = 1 - len(seen) / len(counts)
    # What the zeros are above those that chance explains; the likelihood has its top at 0 if there are fewer.
    never_shown = max(0.0, 1 - (1 - share) / (1 - by_chance))
    return ViewModel(share, mean, shape, never_shown, by_chance)


def _fit_seen(seen: np.ndarray) -> tuple[float, float]:
    """Return mean and shape from the items with views: a negative binomial without its zeros."""
    from scipy.optimize import minimize
    from scipy.special import gammaln
    from threadpoolctl import threadpool_limits

    values, times = np.unique(seen, return_counts=True)

    def loss(logs: np.ndarray) -> float:
        mean, shape = np.exp(logs)
        odds = np.log1p(mean / shape)
        each = gammaln(values + shape) - gammaln(shape) - gammaln(values + 1) - shape * odds
        each += values * (np.log(mean / shape) - odds)
        return -float(times @ (each - np.log(-np.expm1(-shape * odds)))) / len(seen)

    begin = np.log([seen.mean(), 1.0])
    bounds = [(begin[0] - 10, begin[0] + 1), (np.log(1e-3), np.log(1e4))]
    with threadpool_limits(1):  # two parameters, as in `fit_sbg`: threads would wait for each other
        found = minimize(loss, begin, method="L-BFGS-B", bounds=bounds)
    if not found.success:
        raise ValueError(NOT_FITTED.format(reason=found.message))
    mean, shape = np.exp(found.x)
    return float(mean), float(shape)
