"""Numbers as intervals: products of uncertain factors, and how often a guesser's intervals hold.

An interval of positive numbers is read as lognormal: symmetrical in ratios, so that a tenth and ten times
are as far from 1. Its median is the root of low x high.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import BELOW_ONE, POSITIVE, as_list, as_number, as_numbers
from opslab.ground.estimates import wilson
from opslab.ground.frames import kinds_of, read_table

# Words
UPSIDE_DOWN = "{name} goes from {low:g} down to {high:g}; give the low end first"
NO_FACTORS = "factors is empty; give at least one interval, such as {'visitors': (100, 400)}"
NOT_A_PAIR = "{name} is {found!r}; expected its low and its high end, such as (100, 400)"
WIDTHLESS = "row {row} of answers goes from {low:g} to {high:g}; an interval needs a width"

LOW_HIGH_TRUTH = ("low", "high", "truth")


def quantile(level: float) -> float:
    """Return the standard normal number that ends a two-sided interval of this level."""
    from scipy.special import ndtri  # slow to import

    return float(ndtri((1 + level) / 2))


@dataclass(frozen=True)
class Fermi:
    """Result of `fermi`.

    Attributes
    ----------
    median, low, high, mean
        Of the product. The mean lies above the median: a product that may be large is often smaller.
    shares
        By factor: its share of the product's uncertainty (of the variance of the logarithm); which one to
        learn more about first.
    """

    median: float
    low: float
    high: float
    mean: float
    shares: pd.Series


def fermi(factors: Any, level: float = 0.9) -> Fermi:
    """Multiply factors known as intervals (a Fermi estimate), independent and lognormal.

    Logarithms add and so do their variances: the product's interval is far narrower than low x low to
    high x high, since all factors are seldom low together.

    Parameters
    ----------
    factors
        (low, high) for each factor, in a list, or in a dictionary by name; all above 0.
    level
        Share of 1: how often such an interval holds the truth; of the factors and of the product.

    Raises
    ------
    ValueError
        No factors; an interval upside down or not above 0; a level that is not between 0 and 1.

    Examples
    --------
    >>> made = fermi({"visitors": (1_000, 4_000), "share who sign up": (0.02, 0.08)})
    >>> round(made.median), round(made.low), round(made.high)
    (80, 30, 213)
    """
    z = quantile(as_number(level, "level", least=POSITIVE, most=BELOW_ONE))
    named = dict(factors) if isinstance(factors, Mapping) else dict(enumerate(as_list(factors, "factors")))
    if not named:
        raise ValueError(NO_FACTORS)
    logs = [as_interval(pair, f"factors[{name!r}]") for name, pair in named.items()]
    middle = sum((high + low) / 2 for low, high in logs)
    variances = np.array([((high - low) / (2 * z)) ** 2 for low, high in logs])
    spread = math.sqrt(variances.sum())
    with np.errstate(over="ignore", invalid="ignore"):
        low, median, high, mean = np.exp(
            [middle - z * spread, middle, middle + z * spread, middle + spread**2 / 2]
        )
        shares = variances / variances.sum() if spread else np.zeros(len(variances))
    return Fermi(float(median), float(low), float(high), float(mean), pd.Series(shares, index=list(named)))


def as_interval(pair: Any, name: str) -> tuple[float, float]:
    """Return the logarithms of the two ends of an interval above 0."""
    if isinstance(pair, str | bytes | Mapping):
        raise ValueError(NOT_A_PAIR.format(name=name, found=pair))
    ends = as_list(pair, name)
    if len(ends) != 2:
        raise ValueError(NOT_A_PAIR.format(name=name, found=pair))
    low, high = as_numbers(ends, name, least=POSITIVE)
    if low > high:
        raise ValueError(UPSIDE_DOWN.format(name=name, low=low, high=high))
    return math.log(low), math.log(high)


@dataclass(frozen=True)
class Calibration:
    """Result of `calibration`.

    Attributes
    ----------
    hits, asked, share
        Intervals that hold the truth, of how many, and the share.
    low, high
        The 95 % interval of that share (Wilson): ten questions say little.
    level
        The share that was promised.
    widen
        The factor by which all intervals, about their middles, must be stretched to hold the promised share
        of these questions; below 1 they could be narrower.
    table
        One row for each question: low, high, truth, hit, and the factor that it needs.
    """

    hits: int
    asked: int
    share: float
    low: float
    high: float
    level: float
    widen: float
    table: pd.DataFrame

    def held(self, widen: float = 1) -> int:
        """Return how many intervals hold the truth if all are stretched by a factor.

        Examples
        --------
        >>> answers = pd.DataFrame({"low": [1, 5], "high": [3, 7], "truth": [2, 8]})
        >>> calibration(answers).held(), calibration(answers).held(2)
        (1, 2)
        """
        return int((self.table["needs"] <= as_number(widen, "widen", least=0) + 1e-12).sum())


def calibration(
    answers: Any, low: str = "low", high: str = "high", truth: str = "truth", *, level: float = 0.9
) -> Calibration:
    """Count how many of a guesser's intervals hold the truth, and say how much wider they should be.

    Parameters
    ----------
    answers
        One row for each question.
    low, high, truth
        Columns: the ends of the interval, and the true number.
    level
        Share of 1 that the intervals were to hold.

    Raises
    ------
    ValueError
        A bad table; an interval upside down or without a width; a level that is not between 0 and 1.

    Examples
    --------
    >>> answers = pd.DataFrame({"low": [1, 5], "high": [3, 7], "truth": [2, 8]})
    >>> found = calibration(answers)
    >>> found.hits, found.asked, found.widen
    (1, 2, 2.0)
    """
    promised = as_number(level, "level", least=POSITIVE, most=BELOW_ONE)
    read = read_table(answers, kinds_of(number=[low, high, truth]), what="answers")
    table = pd.DataFrame(
        {
            name: read[column].astype(float)
            for name, column in zip(LOW_HIGH_TRUTH, (low, high, truth), strict=True)
        }
    )
    for row, (start, end) in enumerate(zip(table["low"], table["high"], strict=True)):
        if start > end:
            raise ValueError(UPSIDE_DOWN.format(name=f"row {row} of answers", low=start, high=end))
        if start == end:
            raise ValueError(WIDTHLESS.format(row=row, low=start, high=end))
    middle, half = (table["low"] + table["high"]) / 2, (table["high"] - table["low"]) / 2
    hit = (table["low"] <= table["truth"]) & (table["truth"] <= table["high"])
    needs = ((table["truth"] - middle).abs() / half).where(
        ~hit, ((table["truth"] - middle).abs() / half).clip(upper=1)
    )
    asked, hits = len(table), int(hit.sum())
    must = min(asked, math.ceil(promised * asked - 1e-9))
    ends = wilson(hits / asked, asked)
    widen = float(np.sort(needs)[must - 1])
    made = table.assign(hit=hit, needs=needs)
    return Calibration(hits, asked, hits / asked, float(ends[0]), float(ends[1]), promised, widen, made)
