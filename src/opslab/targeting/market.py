"""How large a market is, when every figure behind it is a range (a Fermi estimate)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_numbers

# Words
NO_FACTORS = (
    "factors is {found}; expected a dictionary of names to ranges such as {{'adults': (180e6, 260e6)}}"
)
NOT_A_RANGE = "factor {name!r} is {found!r}; expected a range (low, high) of two numbers above 0"
TURNED = "factor {name!r} goes from {low:g} down to {high:g}; write the smaller number first"


@dataclass(frozen=True, slots=True)
class MarketSize:
    """A product of ranges.

    Attributes
    ----------
    low, middle, high
        The product: you may be as sure that it lies between low and high as you are of each factor.
    worst, best
        All factors low, all factors high: what happens if every guess errs to the same side.
    factors
        One row for each factor: low, middle, high, and `doubt`, its share (of 1) of the doubt about the
        product.
    """

    low: float
    middle: float
    high: float
    worst: float
    best: float
    factors: pd.DataFrame


def market_size(factors: Mapping[str, tuple[float, float]]) -> MarketSize:
    """Multiply ranges, each (low, high) in its own unit: people, or shares of 1.

    Each factor is taken as log-normal about its geometric middle, and independent of the others. Then the
    squares of the logarithms' widths add up, and no simulation is needed. A factor that is known is written
    with low equal to high.

    Raises
    ------
    ValueError
        No factors; a factor that is no range; a number that is not above 0; low above high.

    Examples
    --------
    >>> size = market_size({"people": (900_000, 1_100_000), "share who would join": (0.01, 0.04)})
    >>> round(size.middle), round(size.low), round(size.high)
    (19900, 9878, 40088)
    """
    if not isinstance(factors, Mapping) or not factors:
        raise ValueError(NO_FACTORS.format(found=type(factors).__name__))
    table = pd.DataFrame(
        {name: _checked(name, value) for name, value in factors.items()}, index=["low", "high"]
    ).T
    table.index.name = "factor"
    logs = np.log(table)
    half = (logs["high"] - logs["low"]) / 2
    table.insert(1, "middle", np.exp((logs["high"] + logs["low"]) / 2))
    doubt = half**2
    table["doubt"] = doubt / doubt.sum() if doubt.sum() else 0.0
    middle, spread = float(table["middle"].prod()), float(np.exp(np.sqrt(doubt.sum())))
    return MarketSize(
        low=middle / spread,
        middle=middle,
        high=middle * spread,
        worst=float(table["low"].prod()),
        best=float(table["high"].prod()),
        factors=table,
    )


def _checked(name: str, value: Any) -> tuple[float, float]:
    try:
        low, high = as_numbers(list(value), name, length=2)
    except (TypeError, ValueError) as error:
        raise ValueError(NOT_A_RANGE.format(name=name, found=value)) from error
    if low <= 0:
        raise ValueError(NOT_A_RANGE.format(name=name, found=value))
    if low > high:
        raise ValueError(TURNED.format(name=name, low=low, high=high))
    return float(low), float(high)
