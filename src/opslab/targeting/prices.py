"""What people would pay: the price sensitivity meter of van Westendorp (1976, ESOMAR Congress)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_list, as_number, as_numbers
from opslab.ground.engine import read_unordered
from opslab.ground.estimates import wilson
from opslab.ground.frames import kinds_of, native, read_table, small_table

# Words
FOUR = "columns is {found!r}; expected four names: too cheap, cheap, dear, too dear"
NONE_IN_ORDER = (
    "no answer has its prices in order (too cheap <= cheap <= dear <= too dear, the first below the last)"
)
NO_WEIGHT = "weights are all 0; expected at least one answer that counts"
OUT_OF_ORDER = (
    "the range comes out upside down (lowest {lowest:g}, optimal {optimal:g}, indifferent {indifferent:g}, "
    "highest {highest:g}): {used} answers are too few or too alike; ask more people, or for exact prices"
)
TOO_FEW = "{found} answers are in order; an interval needs at least {least}: ask more people"
PRICE_TWICE = "trial names the price {price:g} twice; add up its people first"
MORE_JOINED = (
    "at the price {price:g} trial has {joined:g} who joined of {shown:g} who were shown it; expected at "
    "least 1 shown, and no more joined than shown"
)
NO_CROSSING = "the curves {first!r} and {second!r} do not meet: the answers are too few or too alike"

CLOSE = 1e-9
LEAST_ANSWERS, MOST_DRAWS = 20, 10_000
PRICES = ("too_cheap", "cheap", "dear", "too_dear")


@dataclass(frozen=True, slots=True)
class PriceSensitivity:
    """Four prices and the curves they come from.

    Attributes
    ----------
    lowest
        Point of marginal cheapness: as many say "too cheap" as say "no bargain". Below it, doubt prevails.
    optimal
        Optimal price point: as many say "too cheap" as say "too dear". It says nothing of profit.
    indifferent
        Indifference price point: as many say "a bargain" as say "dear".
    highest
        Point of marginal expensiveness: as many say "too dear" as say "not dear".
    curves
        Index price; share of 1 who call it too_cheap, cheap, dear, too_dear.
    used, dropped
        Answers used; answers left out because their prices are not in order.
    """

    lowest: float
    optimal: float
    indifferent: float
    highest: float
    curves: pd.DataFrame
    used: int
    dropped: int

    def shares(self, price: float) -> pd.Series:
        """Return at a price (yuan) the shares of 1: too_cheap, acceptable (neither), too_dear.

        Examples
        --------
        >>> import pandas as pd
        >>> limits = {"too_cheap": [2, 4], "cheap": [5, 8], "dear": [12, 14], "too_dear": [20, 22]}
        >>> price_sensitivity(pd.DataFrame(limits)).shares(21).round(2).to_dict()
        {'too_cheap': 0.0, 'acceptable': 0.5, 'too_dear': 0.5}
        """
        at = as_number(price, "price", least=0)
        cheap = float(_at_least(self.curves["too_cheap"], at))
        dear = float(_at_most(self.curves["too_dear"], at))
        return pd.Series({"too_cheap": cheap, "acceptable": 1 - cheap - dear, "too_dear": dear}, name=at)


def price_sensitivity(survey: Any, weights: Any = None, columns: Sequence[str] = PRICES) -> PriceSensitivity:
    """Find the range of acceptable prices from four questions.

    Each row of `survey` holds the prices at which a product is too cheap to be good, a bargain, dear, and
    too dear. Answers out of order are left out and counted; equal prices are allowed, but not all four.
    Curves are joined by straight lines between the prices named. The range is van Westendorp's own; some
    texts use a narrower one.

    Parameters
    ----------
    weights
        One number for each row, such as `poststratify(...).weights`; by default each answer counts once.

    Raises
    ------
    ValueError
        Bad table; missing or negative prices; weights of another length; no answer in order; no crossing;
        answers so few or so alike that the four prices do not come in order.

    Examples
    --------
    >>> import pandas as pd
    >>> limits = {"too_cheap": [2, 4, 5], "cheap": [5, 8, 9], "dear": [12, 14, 15], "too_dear": [20, 22, 25]}
    >>> answers = pd.DataFrame(limits)
    >>> prices = price_sensitivity(answers)
    >>> round(prices.lowest, 1), round(prices.optimal, 1), round(prices.highest, 1)
    (6.5, 11.5, 15.0)
    """
    prices, weight = _answers(survey, weights, columns, read_table if weights is not None else read_unordered)
    ordered = _in_order(prices)
    if not ordered.any():
        raise ValueError(NONE_IN_ORDER)
    prices, weight = prices[ordered], weight[ordered]
    if not weight.sum():
        raise ValueError(NO_WEIGHT)
    curves, points = _points(prices, weight)
    used = int(ordered.sum())
    lowest, *between, highest = points.values()
    # Each answer is in order, and so are the points of many; ties among a few can turn them over.
    if min(between) < lowest - CLOSE or max(between) > highest + CLOSE:
        raise ValueError(OUT_OF_ORDER.format(used=used, **points))
    return PriceSensitivity(curves=curves, used=used, dropped=len(ordered) - used, **points)


def price_interval(
    survey: Any, weights: Any = None, columns: Sequence[str] = PRICES, *, draws: int = 400, seed: int = 0
) -> pd.DataFrame:
    """Return the four prices of `price_sensitivity`, each with its 95 % interval (bootstrap percentiles).

    The answers are drawn anew, with replacement, `draws` times. The interval knows chance among those who
    answered, not what the silent would say, and not that words are no payments. `weights` are kept as they
    are; an interval that also draws them anew is a little wider.

    Returns
    -------
    DataFrame
        Index lowest, optimal, indifferent, highest; columns price, low, high.

    Raises
    ------
    ValueError
        As `price_sensitivity`; fewer than 20 answers in order.

    Examples
    --------
    >>> import pandas as pd
    >>> limits = {"too_cheap": [2, 4, 5], "cheap": [5, 8, 9], "dear": [12, 14, 15], "too_dear": [20, 22, 25]}
    >>> found = price_interval(pd.DataFrame(limits).loc[[0, 1, 2] * 10])
    >>> found.round(1).loc["lowest"].to_dict()      # thirty answers of three kinds
    {'price': 6.5, 'low': 5.8, 'high': 7.3}
    """
    whole = price_sensitivity(survey, weights, columns)
    times = as_number(draws, "draws", least=20, most=MOST_DRAWS, whole=True)
    chance = np.random.default_rng(as_number(seed, "seed", least=0, whole=True))
    if whole.used < LEAST_ANSWERS:
        raise ValueError(TOO_FEW.format(found=whole.used, least=LEAST_ANSWERS))
    prices, weight = _answers(survey, weights, columns)
    ordered = _in_order(prices)
    prices, weight = prices[ordered], weight[ordered]
    again = []
    for _ in range(times):
        # A draw with replacement is a number of copies of each answer.
        copies = np.bincount(chance.integers(0, len(prices), len(prices)), minlength=len(prices))
        if (weight * copies).sum():
            again.append(list(_points(prices, weight * copies)[1].values()))
    low, high = np.quantile(np.array(again), [0.025, 0.975], axis=0)
    names = ["lowest", "optimal", "indifferent", "highest"]
    found = {"price": [getattr(whole, name) for name in names], "low": low, "high": high}
    return pd.DataFrame(found, index=names)


def price_test(trial: Any) -> pd.DataFrame:
    """Compare prices that were really asked, each of people whom chance had chosen.

    Parameters
    ----------
    trial
        One row for each price: price (yuan), shown (people who were asked it), joined (those who paid).

    Returns
    -------
    DataFrame
        Index price; share who joined, low and high (95 %, Wilson), and revenue, revenue_low, revenue_high:
        yuan for each person who was shown the price.

    Raises
    ------
    ValueError
        A bad table, a price twice, or more people who joined than were shown it.

    Examples
    --------
    >>> import pandas as pd
    >>> trial = pd.DataFrame({"price": [10, 12], "shown": [500, 500], "joined": [120, 110]})
    >>> price_test(trial).revenue.round(2).to_dict()
    {10.0: 2.4, 12.0: 2.64}
    """
    kinds = kinds_of(amount=["price", "shown", "joined"])
    table = small_table(native(trial, kinds, what="trial"))[["price", "shown", "joined"]].astype(float)
    twice = table["price"][table["price"].duplicated()]
    if len(twice):
        raise ValueError(PRICE_TWICE.format(price=twice.iloc[0]))
    table = table.set_index("price").sort_index()
    for price, row in table.iterrows():
        if row["joined"] > row["shown"] or row["shown"] < 1:
            raise ValueError(MORE_JOINED.format(price=price, shown=row["shown"], joined=row["joined"]))
    share = table["joined"] / table["shown"]
    low, high = wilson(share, table["shown"])
    found = pd.DataFrame({"share": share, "low": low, "high": high})
    for name, ends in (("revenue", share), ("revenue_low", low), ("revenue_high", high)):
        found[name] = table.index * ends
    return found


def _answers(
    survey: Any, weights: Any, columns: Sequence[str], read: Callable[..., pd.DataFrame] = read_table
) -> tuple[np.ndarray, np.ndarray]:
    """Return the four prices of each answer, and its weight; weights and draws follow the order of rows."""
    names = as_list(columns, "columns")
    if isinstance(columns, str) or len(names) != 4:
        raise ValueError(FOUR.format(found=columns))
    prices = read(survey, kinds_of(amount=names), what="survey")[names].to_numpy(float)
    if weights is None:
        return prices, np.ones(len(prices))
    return prices, as_numbers(weights, "weights", least=0, length=len(prices))


def _in_order(prices: np.ndarray) -> np.ndarray:
    # Four times one price would call it too cheap and too dear at once.
    return (np.diff(prices, axis=1) >= 0).all(axis=1) & (prices[:, 0] < prices[:, 3])


def _points(prices: np.ndarray, weight: np.ndarray) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return the four curves, and the four prices at which they meet."""
    grid = np.unique(prices)
    share = [_counted(grid, prices[:, place], weight, upward=place >= 2) for place in range(4)]
    curves = pd.DataFrame(dict(zip(PRICES, share, strict=True)), index=pd.Index(grid, name="price"))
    return curves, {
        "lowest": _crossing(curves["too_cheap"], 1 - curves["cheap"]),
        "optimal": _crossing(curves["too_cheap"], curves["too_dear"]),
        "indifferent": _crossing(curves["cheap"], curves["dear"]),
        "highest": _crossing(1 - curves["dear"], curves["too_dear"]),
    }


def _counted(grid: np.ndarray, prices: np.ndarray, weight: np.ndarray, *, upward: bool) -> np.ndarray:
    """Return at each price of the grid the share whose own price is at most (`upward`) or at least that."""
    own = np.bincount(np.searchsorted(grid, prices), weights=weight, minlength=len(grid))
    share = (np.cumsum(own) if upward else np.cumsum(own[::-1])[::-1]) / weight.sum()
    return np.round(share, 12)


def _crossing(falling: pd.Series, rising: pd.Series) -> float:
    """Return where a falling curve meets a rising one; the middle if they run together for a while."""
    price, gap = falling.index.to_numpy(float), (falling - rising).to_numpy()
    equal = price[np.abs(gap) < CLOSE]
    if len(equal):
        return float((equal[0] + equal[-1]) / 2)
    after = int((gap < 0).argmax())
    if not after:
        raise ValueError(NO_CROSSING.format(first=falling.name, second=rising.name))
    before = after - 1
    way = gap[before] / (gap[before] - gap[after])
    return float(price[before] + way * (price[after] - price[before]))


def _at_least(curve: pd.Series, price: float) -> float:
    """Return the share whose own price is `price` or more: the curve's value at the next price named."""
    place = int(np.searchsorted(curve.index, price, side="left"))
    return curve.iloc[place] if place < len(curve) else 0.0


def _at_most(curve: pd.Series, price: float) -> float:
    place = int(np.searchsorted(curve.index, price, side="right"))
    return curve.iloc[place - 1] if place else 0.0
