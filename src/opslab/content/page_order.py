"""The order of a page: what is clicked where, the best order, and the test that tells place from quality."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_choice, as_labels, as_number, as_numbers
from opslab.ground.estimates import Z95
from opslab.ground.frames import read_table

MODELS = ("position", "cascade", "dbn")

# Words
NOT_THE_ITEMS = "order has {found}; expected each item of attraction once: {items}"
ONE_ITEM = "attraction has {found} item(s); a page whose order matters has two or more"
NEEDS_EXAMINATION = "the model 'position' needs examination: a share of readers for each place, first to last"
NEEDLESS = "{name} belongs to the model {model!r}; leave it out, or choose that model"
NEEDS_SATISFACTION = (
    "the model 'dbn' needs satisfaction: which share of the clicks on an item ends the search"
)
TWO_PLACES = "swaps has {found} place(s); an item has to be shown at two places or more"
TWICE = "swaps has place {place!r} twice; add up the clicks of each place first"
NO_CLICKS = "swaps has no click at place {place!r}; the ratio of clicks needs some at each place"
MORE_CLICKS = (
    "swaps has {clicks:g} clicks and {shown:g} times shown at place {place!r}; clicks are at most shown"
)


def clicks(
    order: Sequence[Any],
    attraction: Any,
    examination: Any = None,
    model: str = "position",
    *,
    satisfaction: Any = None,
    perseverance: float = 1.0,
) -> pd.Series:
    """Return the expected clicks on each item of a page, for one reader, under a model of how a page is read.

    - ``"position"``: each place is looked at with its own probability, whatever stands above it (Craswell and
      others, 2008).
    - ``"cascade"``: the reader goes down the page and stops at the first click (Craswell and others, 2008).
    - ``"dbn"``: a click satisfies with the item's probability and ends the search; otherwise the reader goes
      on with the probability `perseverance` (Chapelle and Zhang, 2009). What is examined there is not what is
      clicked.

    Parameters
    ----------
    order
        The items from the top down: labels of `attraction`, or places in it from 0.
    attraction
        The probability that an item is clicked if it is looked at: a list, or a series by item.
    examination
        For ``"position"``: the probability that each place is looked at.
    satisfaction
        For ``"dbn"``: the probability that a click on the item ends the search, in the form of `attraction`.

    Returns
    -------
    Series of clicks a reader: index item, in the order of the page.

    Examples
    --------
    >>> page = clicks([0, 1, 2], attraction=[0.2, 0.5, 0.3], examination=[1, 0.6, 0.4])
    >>> page.round(2).to_list(), f"{page.sum():.2f}"
    ([0.2, 0.3, 0.12], '0.62')
    >>> f"{clicks([2, 1, 0], [0.2, 0.5, 0.3], model='cascade').sum():.2f}"      # the same in each order
    '0.72'
    """
    items, pull, places, pleased = _checked(attraction, examination, model, satisfaction)
    shown = as_labels(order, "order", unique=True)
    if set(shown) != set(items):
        raise ValueError(NOT_THE_ITEMS.format(found=shown, items=items))
    rows = [items.index(item) for item in shown]
    pull, pleased = pull[rows], pleased[rows]
    on = as_number(perseverance, "perseverance", least=0, most=1)
    seen = (
        places if model == "position" else np.append(1, np.cumprod(_going_on(model, pull, pleased, on)))[:-1]
    )
    return pd.Series(seen * pull, index=pd.Index(shown, name="item"), name="clicks")


def best_order(
    attraction: Any,
    examination: Any = None,
    model: str = "position",
    *,
    satisfaction: Any = None,
    perseverance: float = 1.0,
) -> list[Any]:
    """Return the items in the order that brings the most clicks; equals stay in the order in which they came.

    Under ``"position"`` the most attractive item stands where most readers look. Under ``"dbn"`` two
    neighbours never gain by a swap if they stand by attraction / (1 - chance to go on). For a ``"cascade"``
    reader each order brings the same, so the items stay as they are.

    Examples
    --------
    >>> best_order([0.2, 0.5, 0.3], examination=[1, 0.6, 0.4])
    [1, 2, 0]
    """
    items, pull, places, pleased = _checked(attraction, examination, model, satisfaction)
    on = as_number(perseverance, "perseverance", least=0, most=1)
    if model == "cascade":
        return items
    if model == "position":
        ranked = np.argsort(-pull, kind="stable")
        order = np.empty(len(items), dtype=int)
        order[np.argsort(-places, kind="stable")] = ranked
        return [items[row] for row in order]
    stopping = 1 - _going_on(model, pull, pleased, on)
    worth = np.divide(pull, stopping, out=np.where(pull > 0, np.inf, 0.0), where=stopping > 0)
    return [items[row] for row in np.argsort(-worth, kind="stable")]


def examination(swaps: Any, first: Any = None) -> pd.DataFrame:
    """Return how often each place is looked at, relative to another, from showing one item at several.

    The item is shown at a place drawn by chance, so its quality is the same at each: what differs is the
    place. Intervals are of the logarithm of the ratio (95 %). Joachims, Swaminathan and Schnabel (2017).

    Parameters
    ----------
    swaps
        Columns place, clicks, shown; or a dictionary of place: (clicks, shown).
    first
        The place that the others are compared with; by default the lowest.

    Returns
    -------
    DataFrame
        Index place; clicks, shown, rate (clicks / shown), relative, low, high (shares of the first place).

    Examples
    --------
    >>> examination({1: (120, 600), 3: (45, 600)}).loc[3, ["relative", "low", "high"]].round(3).to_list()
    [0.375, 0.271, 0.518]
    """
    table = _swap_table(swaps)
    if len(table) < 2:
        raise ValueError(TWO_PLACES.format(found=len(table)))
    for place, row in table.iterrows():
        if not row.clicks:
            raise ValueError(NO_CLICKS.format(place=place))
        if row.clicks > row.shown:
            raise ValueError(MORE_CLICKS.format(clicks=row.clicks, shown=row.shown, place=place))
    base = table.index[0] if first is None else as_choice(first, "first", table.index)
    rate = table.clicks / table.shown
    doubt = 1 / table.clicks - 1 / table.shown
    relative = rate / rate[base]
    reach = np.exp(Z95 * np.sqrt(doubt + doubt[base]))
    reach[base] = 1.0  # compared with itself
    return table.assign(rate=rate, relative=relative, low=relative / reach, high=relative * reach)


def _checked(
    attraction: Any, looked_at: Any, model: str, satisfaction: Any
) -> tuple[list[Any], np.ndarray, np.ndarray, np.ndarray]:
    as_choice(model, "model", MODELS)
    pull = as_numbers(attraction, "attraction", least=0, most=1)
    labels = attraction.index if isinstance(attraction, pd.Series) else range(len(pull))
    items = as_labels(labels, "attraction", unique=True)
    if len(items) < 2:
        raise ValueError(ONE_ITEM.format(found=len(items)))
    places, pleased = np.ones(len(pull)), np.ones(len(pull))
    if model == "position":
        if looked_at is None:
            raise ValueError(NEEDS_EXAMINATION)
        places = as_numbers(looked_at, "examination", least=0, most=1, length=len(pull))
    elif looked_at is not None:
        raise ValueError(NEEDLESS.format(name="examination", model="position"))
    if model == "dbn":
        if satisfaction is None:
            raise ValueError(NEEDS_SATISFACTION)
        pleased = as_numbers(satisfaction, "satisfaction", least=0, most=1, length=len(pull))
    elif satisfaction is not None:
        raise ValueError(NEEDLESS.format(name="satisfaction", model="dbn"))
    return items, pull, places, pleased


def _going_on(model: str, pull: np.ndarray, pleased: np.ndarray, on: float) -> np.ndarray:
    """Return the probability that a reader who has come to an item looks at the next one."""
    return 1 - pull if model == "cascade" else on * (1 - pull * pleased)


def _swap_table(swaps: Any) -> pd.DataFrame:
    if isinstance(swaps, Mapping):
        if not swaps:
            raise ValueError(TWO_PLACES.format(found=0))
        for place, pair in swaps.items():
            as_numbers(pair, f"swaps[{place!r}]", length=2)
        swaps = pd.DataFrame(
            [(place, *pair) for place, pair in swaps.items()], columns=["place", "clicks", "shown"]
        )
    table = read_table(swaps, {"place": "key", "clicks": "amount", "shown": "amount"}, what="swaps")
    twice = table.place[table.place.duplicated()]
    if len(twice):
        raise ValueError(TWICE.format(place=twice.iloc[0]))
    return table.set_index("place").sort_index()
