"""Luck: the same pieces in several worlds that differ by chance alone, and what of a hit comes back."""

from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_labels, as_number, as_numbers

# Words
ONE_ITEM = "quality has one item; the share of each among several is what differs between worlds: give two"
NO_QUALITY = "quality adds up to 0, so nobody would choose anything; give some item a number above 0"
NOT_WORLDS = "views is a {found}; expected the table that worlds gives: a row for each item, a column a world"
ONE_WORLD = "views has {found} column(s); chance shows only between two worlds or more"
NOTHING_SEEN = "world {world!r} of views has no views; nothing is shared there"
MOST_LISTENERS, MOST_WORLDS = 100_000, 1_000


def worlds(
    quality: Any,
    listeners: int = 1_000,
    influence: float = 0.5,
    worlds: int = 8,
    *,
    ranked: bool = True,
    seed: int = 0,
) -> pd.DataFrame:
    """Let the same items start at zero in several worlds, and return how often each is chosen in each.

    A model after the Music Lab of Salganik, Dodds and Watts (2006). People come one after the other and
    choose one item. The share 1 - `influence` of them choose on their own, an item's chance in proportion
    to its quality. The others follow those before them, an item's chance in proportion to its choices so
    far (one for each item before the first). In a list `ranked` by choices these look half as often at the
    second place as at the first, a third as often at the third, and so on; equals stand in an order of that
    world. All else is chance, one stream for each world.

    Parameters
    ----------
    quality
        How attractive each item is in itself: numbers from 0 up, a list or a series by item.
    listeners
        How many people choose in each world.
    influence
        0: everybody on their own; 1: quality counts for nothing.

    Returns
    -------
    DataFrame of choices: index item, columns the worlds from 1.

    Examples
    --------
    >>> table = worlds([1, 2, 3], listeners=600, influence=0, worlds=2, ranked=False)
    >>> table.sum().to_list(), bool((table.loc[2] > table.loc[0]).all())
    ([600, 600], True)
    """
    pull = as_numbers(quality, "quality", least=0)
    if len(pull) < 2:
        raise ValueError(ONE_ITEM)
    if not pull.sum():
        raise ValueError(NO_QUALITY)
    items = (
        as_labels(quality.index, "quality", unique=True)
        if isinstance(quality, pd.Series)
        else range(len(pull))
    )
    people = as_number(listeners, "listeners", least=1, most=MOST_LISTENERS, whole=True)
    social = as_number(influence, "influence", least=0, most=1)
    count = as_number(worlds, "worlds", least=1, most=MOST_WORLDS, whole=True)
    first = as_number(seed, "seed", least=0, whole=True)
    streams = [np.random.default_rng([first, world]) for world in range(count)]
    luck = np.stack([stream.random(people) for stream in streams])
    ties = np.stack([stream.random(len(pull)) / 2 for stream in streams])  # the order of equals in each world
    chosen = np.zeros((count, len(pull)))
    alone, rows = pull / pull.sum(), np.arange(count)
    for person in range(people):
        popular = chosen + 1
        if ranked:
            popular = popular / (1 + (-chosen - ties).argsort(axis=1).argsort(axis=1))
        chance = (1 - social) * alone + social * popular / popular.sum(axis=1, keepdims=True)
        edges = chance.cumsum(axis=1)
        picked = (edges < luck[:, [person]] * edges[:, [-1]]).sum(axis=1)
        chosen[rows, picked] += 1
    columns = pd.RangeIndex(1, count + 1, name="world")
    return pd.DataFrame(chosen.T.astype(int), index=pd.Index(items, name="item"), columns=columns)


def unpredictability(views: pd.DataFrame) -> pd.Series:
    """Return for each item how much its share of a world's views differs between two worlds, on average.

    Salganik, Dodds and Watts (2006): the mean difference of its shares over all pairs of worlds. 0: each
    world repeats the others. Its mean over the items is the unpredictability of the whole.

    Parameters
    ----------
    views
        What `worlds` gives: a row for each item, a column for each world.

    Examples
    --------
    >>> unpredictability(pd.DataFrame({1: [6, 4], 2: [4, 6]})).round(2).to_list()
    [0.2, 0.2]
    """
    if not isinstance(views, pd.DataFrame):
        raise ValueError(NOT_WORLDS.format(found=type(views).__name__))
    if views.shape[1] < 2:
        raise ValueError(ONE_WORLD.format(found=views.shape[1]))
    for world in views:
        if not as_numbers(views[world], f"world {world}", least=0).sum():
            raise ValueError(NOTHING_SEEN.format(world=world))
    shares = np.sort((views / views.sum()).to_numpy(float), axis=1)
    # Each of the sorted shares is added once for each smaller one, and taken off once for each larger one.
    count = shares.shape[1]
    weights = 2 * np.arange(count) - count + 1
    apart = shares @ weights / (count * (count - 1) / 2)
    return pd.Series(apart, index=views.index, name="unpredictability")
