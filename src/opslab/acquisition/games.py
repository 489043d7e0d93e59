"""Fair shares of a joint result: Shapley values of any game."""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from opslab.ground.frames import as_list, as_number

# Words
NO_PLAYERS = "players is empty; give at least one"
TWICE = "players names {player!r} twice; give each once"
NOT_A_GAME = "value is a {found}; expected a function from a frozenset of players to a number"

EXACT = 12  # players up to which every coalition is asked


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
    backwards; the standard error of each share is told. Shares always add up to the value of all players.

    Parameters
    ----------
    value
        From a frozenset of players to what they achieve together.
    players
        Each once.
    """
    everyone = as_list(players, "players")
    if not everyone:
        raise ValueError(NO_PLAYERS)
    for player in everyone:
        if everyone.count(player) > 1:
            raise ValueError(TWICE.format(player=player))
    if not callable(value):
        raise ValueError(NOT_A_GAME.format(found=type(value).__name__))
    if len(everyone) <= EXACT:
        return _exact(value, everyone)
    orders = as_number(permutations, "permutations", least=2, whole=True)
    return _sampled(value, everyone, orders, as_number(seed, "seed", least=0, whole=True))


def _exact(value: Callable[[frozenset], float], players: list) -> ShapleyValues:
    count = len(players)
    masks = np.arange(1 << count)
    worth = np.array(
        [value(frozenset(p for bit, p in enumerate(players) if mask >> bit & 1)) for mask in masks.tolist()]
    )
    size = sum((masks >> bit & 1) for bit in range(count))
    weight = np.array([1 / (count * math.comb(count - 1, k)) for k in range(count)])
    shares = []
    for bit in range(count):
        without = masks[(masks >> bit & 1) == 0]
        shares.append(float(weight[size[without]] @ (worth[without | 1 << bit] - worth[without])))
    return ShapleyValues(pd.Series(shares, index=players), pd.Series(0.0, index=players), True)


def _sampled(value: Callable[[frozenset], float], players: list, orders: int, seed: int) -> ShapleyValues:
    rng, count = np.random.default_rng(seed), len(players)
    known: dict[frozenset, float] = {}

    def ask(coalition: frozenset) -> float:
        if coalition not in known:
            known[coalition] = value(coalition)
        return known[coalition]

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
