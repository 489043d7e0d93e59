"""Fair shares of a joint result: Shapley values of any game."""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_labels, as_number, plain_value

# Words
NO_PLAYERS = "players is empty; give at least one"
TOO_MANY = "players has {found} names; at most {most} can be shared out among, group some of them"
TOO_LONG = (
    "permutations is {found:,} for {players:,} players; at most {most:,} for so many: "
    "give fewer permutations, or group some players"
)
NOT_A_VALUE = "value({team}) is {found!r}; expected a number"
NOT_A_GAME = "value is a {found}; expected a function from a frozenset of players to a number"

EXACT = 12  # players up to which every coalition is asked
MOST_PLAYERS, MOST_ORDERS = 1_000, 100_000
MOST_NAMES = 500_000_000  # players² x permutations: half a minute, if value itself is quick
REMEMBERED = 2_000_000  # names in all coalitions whose value is kept: some hundred megabytes


@dataclass(frozen=True)
class ShapleyValues:
    """Each player's share. `error` is the standard error of each share, 0 where `exact`."""

    values: pd.Series
    error: pd.Series
    exact: bool


def shapley_values(
    value: Callable[[frozenset], float],
    players: Sequence[Hashable],
    *,
    permutations: int = 2000,
    seed: int = 0,
) -> ShapleyValues:
    """Return each player's mean contribution over all orders in which players can join (Shapley 1953).

    Exact for up to 12 players. Beyond that, a sample of `permutations` orders, each taken forwards and
    backwards; the standard error of each share is told. Shares always add up to the value of all players
    less that of nobody, the empty frozenset: what is there without any player is no player's share.

    Parameters
    ----------
    value
        From a frozenset of players to what they achieve together, a number.
    players
        Each once; at most 1,000.
    permutations
        Orders drawn beyond 12 players: 2 to 100,000. Players² x permutations is at most 500 million, so 500
        players can have the default and 1,000 can have 500.

    Raises
    ------
    ValueError
        No players, one of them twice, too many permutations for so many players, or a coalition whose value
        is no finite number.

    Examples
    --------
    >>> worth = {frozenset(): 0, frozenset("a"): 10, frozenset("b"): 20, frozenset("ab"): 50}
    >>> shapley_values(worth.get, ["a", "b"]).values.to_dict()
    {'a': 20.0, 'b': 30.0}
    """
    everyone = as_labels(players, "players", unique=True)
    _require_players(everyone)
    if not callable(value):
        raise ValueError(NOT_A_GAME.format(found=type(value).__name__))

    def worth(coalition: frozenset) -> float:
        found = value(coalition)
        try:
            return float(as_number(found, "value"))
        except ValueError as error:
            team = set(coalition) or "{}"
            raise ValueError(NOT_A_VALUE.format(team=team, found=plain_value(found))) from error

    if len(everyone) <= EXACT:
        return _exact(worth, everyone)
    orders = as_number(permutations, "permutations", least=2, most=MOST_ORDERS, whole=True)
    _require_short(len(everyone), orders)
    return _sampled(worth, everyone, orders, as_number(seed, "seed", least=0, whole=True))


def _require_players(players: list) -> None:
    if not players:
        raise ValueError(NO_PLAYERS)
    if len(players) > MOST_PLAYERS:
        raise ValueError(TOO_MANY.format(found=len(players), most=MOST_PLAYERS))


def _require_short(players: int, orders: int) -> None:
    most = MOST_NAMES // players**2
    if orders > most:
        raise ValueError(TOO_LONG.format(found=orders, players=players, most=most))


def _exact(value: Callable[[frozenset], float], players: list) -> ShapleyValues:
    count = len(players)
    masks = np.arange(1 << count)
    worth = np.array(
        [value(frozenset(p for bit, p in enumerate(players) if mask >> bit & 1)) for mask in masks.tolist()]
    )
    size = np.sum([masks >> bit & 1 for bit in range(count)], axis=0)
    weight = np.array([1 / (count * math.comb(count - 1, k)) for k in range(count)])
    shares = []
    for bit in range(count):
        without = masks[(masks >> bit & 1) == 0]
        shares.append(float(weight[size[without]] @ (worth[without | 1 << bit] - worth[without])))
    return ShapleyValues(pd.Series(shares, index=players), pd.Series(0.0, index=players), True)


def _sampled(value: Callable[[frozenset], float], players: list, orders: int, seed: int) -> ShapleyValues:
    rng, count = np.random.default_rng(seed), len(players)
    ask = lru_cache(REMEMBERED // count)(value)

    def contributions(order: np.ndarray) -> np.ndarray:
        found, there, before = np.empty(count), frozenset(), ask(frozenset())
        for place in order:
            there = there | {players[place]}
            after = ask(there)
            found[place], before = after - before, after
        return found

    drawn = []
    for _ in range(orders):
        order = rng.permutation(count)
        # An order and its reverse err in opposite directions, so their mean errs less.
        drawn.append((contributions(order) + contributions(order[::-1])) / 2)
    error = np.std(drawn, axis=0, ddof=1) / math.sqrt(orders)
    return ShapleyValues(
        pd.Series(np.mean(drawn, axis=0), index=players), pd.Series(error, index=players), False
    )
