"""Who gets the credit: first, last, linear, Markov removal and Shapley, from one log of paths."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from opslab.acquisition.touches import read_touches
from opslab.ground.arguments import as_choice, as_labels, as_list
from opslab.ground.frames import kinds_of, require_one_kind

# Words
NOT_PATHS = "paths is a {found}; expected a table, or a list of (path, conversions, non-conversions)"
NOT_A_ROW = (
    "paths[{place}] is {found!r}; expected (path, conversions, non-conversions), such as ('a>b', 2, 1)"
)
NOT_A_COUNT = "paths[{place}] counts {found!r}; expected a number from 0 up"
EMPTY_MARK = "paths[{place}] has an empty mark in {found!r}; name a channel between any two {sep!r}"
NO_PATHS = "paths has no rows; check the filter that made it"
NO_CONVERSIONS = "no path ends in a conversion, so there is no credit to divide"
UNKNOWN = "paths have unknown marks: {found}; channels are {known}"
RESERVED_MARK = "paths use {found!r} as a mark; rename it, for it names a state of the chain"

Model = Literal["first", "last", "linear", "markov", "shapley"]
MODELS = ("first", "last", "linear", "markov", "shapley")
START, CONVERSION, NULL = "(start)", "(conversion)", "(null)"
SEPARATOR = ">"


@dataclass(frozen=True)
class _Paths:
    """Touches as numbers, path after path: path and channel of each, counts of each path."""

    channels: list[Any]
    path: np.ndarray
    channel: np.ndarray
    won: np.ndarray
    lost: np.ndarray


def attribute(
    paths: Any,
    model: Model = "last",
    *,
    converted: str = "user_id",
    channels: Sequence[Any] | None = None,
    path: str = "path_id",
    step: str = "step",
    channel: str = "channel",
) -> pd.Series:
    """Divide the conversions among channels; the credits add up to the conversions.

    Parameters
    ----------
    paths
        A table with one row for each touch: `path`, `step`, `channel`, and `converted`, which is True or
        False (1 or 0), or filled, as with a user's id, where the path ended in a conversion. Or a list of
        (path, conversions, non-conversions), the path written ``"ads>search"`` or as a tuple of channels.
    model
        ``"first"`` or ``"last"`` touch takes all; ``"linear"`` each touch the same; ``"markov"`` in
        proportion to removal effects (`removal_effects`); ``"shapley"`` the Shapley value of the game in
        which a set of channels wins the conversions of paths that need no other.
    channels
        Names that may occur; a mark outside them is an error. Channels without a touch get 0.

    Notes
    -----
    No model sees what would have happened without a channel: users who would have come anyway get their
    touches credited. That needs an experiment. The Shapley value of this game is exact for any number of
    channels: a path's conversions in equal parts to its different channels (Zhao, Mahboobi and Bagheri 2018).

    Examples
    --------
    >>> paths = [("ads>search", 3, 10), ("search", 2, 20)]      # touches, conversions, none
    >>> attribute(paths, "first").to_dict()
    {'ads': 3.0, 'search': 2.0}
    >>> attribute(paths, "linear").to_dict()
    {'ads': 1.5, 'search': 3.5}
    """
    as_choice(model, "model", MODELS)
    seen = _read(paths, converted, channels, path, step, channel)
    if not seen.won.sum():
        raise ValueError(NO_CONVERSIONS)
    if model == "markov":
        effect = _removal(seen)
        credit = seen.won.sum() * effect / effect.sum()
    else:
        credit = _ruled(seen, model)
    return pd.Series(credit, index=pd.Index(seen.channels, name=channel), name=model)


def removal_effects(
    paths: Any,
    *,
    converted: str = "user_id",
    channels: Sequence[Any] | None = None,
    path: str = "path_id",
    step: str = "step",
    channel: str = "channel",
) -> pd.Series:
    """Return the share of conversions lost if a channel's touches led nowhere (Anderl et al. 2016).

    First-order Markov chain over the touches, solved exactly: the chance of conversion is the start's row
    of (I - Q)^-1 times the chances to convert, with and without the channel. Arguments as in `attribute`.

    Examples
    --------
    >>> removal_effects([("ads>search", 3, 10), ("search", 2, 20)]).round(2).to_dict()
    {'ads': 0.37, 'search': 1.0}
    """
    seen = _read(paths, converted, channels, path, step, channel)
    if not seen.won.sum():
        raise ValueError(NO_CONVERSIONS)
    return pd.Series(_removal(seen), index=pd.Index(seen.channels, name=channel), name="removal_effect")


def transitions(
    paths: Any,
    *,
    converted: str = "user_id",
    channels: Sequence[Any] | None = None,
    path: str = "path_id",
    step: str = "step",
    channel: str = "channel",
) -> pd.DataFrame:
    """Return the chances to go from one state (row) to the next (column).

    Each row adds up to 1; that of a channel without a touch is 0.

    Examples
    --------
    >>> transitions([("ads>search", 3, 10), ("search", 2, 20)]).loc["search"].round(2).to_dict()
    {'ads': 0.0, 'search': 0.0, '(conversion)': 0.14, '(null)': 0.86}
    """
    seen = _read(paths, converted, channels, path, step, channel)
    start, onward, ends = _chain(seen)
    table = np.vstack([np.append(start, [0, 0]), np.column_stack([onward, ends])])
    return pd.DataFrame(table, [START, *seen.channels], [*seen.channels, CONVERSION, NULL])


def _ruled(seen: _Paths, model: str) -> np.ndarray:
    path, channel, size = seen.path, seen.channel, len(seen.channels)
    if model == "shapley":
        path, channel = np.divmod(np.unique(path * size + channel), size)
    touches = np.bincount(path, minlength=len(seen.won))
    if model in ("first", "last"):
        ends = np.cumsum(touches) - 1
        chosen = ends if model == "last" else ends - touches + 1
        return np.bincount(channel[chosen], weights=seen.won, minlength=size)
    return np.bincount(channel, weights=(seen.won / touches)[path], minlength=size)


def _removal(seen: _Paths) -> np.ndarray:
    start, onward, ends = _chain(seen)
    whole = _conversion(start, onward, ends[:, 0])
    left = []
    for gone in range(len(seen.channels)):
        others = np.arange(len(seen.channels)) != gone
        left.append(_conversion(start[others], onward[np.ix_(others, others)], ends[others, 0]))
    return 1 - np.array(left) / whole


def _conversion(start: np.ndarray, onward: np.ndarray, converting: np.ndarray) -> float:
    return float(start @ np.linalg.solve(np.eye(len(start)) - onward, converting)) if len(start) else 0.0


def _chain(seen: _Paths) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return chances to start in, to go on to, and to end (conversion, null) from each channel."""
    size, weight = len(seen.channels), seen.won + seen.lost
    touches = np.bincount(seen.path, minlength=len(weight))
    last = np.cumsum(touches) - 1
    first = last - touches + 1
    start = np.bincount(seen.channel[first], weights=weight, minlength=size)
    goes_on = np.ones(len(seen.path), dtype=bool)
    goes_on[last] = False
    here = np.flatnonzero(goes_on)
    pairs = seen.channel[here] * size + seen.channel[here + 1]
    onward = np.bincount(pairs, weights=weight[seen.path[here]], minlength=size * size).reshape(size, size)
    ends = np.column_stack(
        [np.bincount(seen.channel[last], weights=count, minlength=size) for count in (seen.won, seen.lost)]
    )
    visits = onward.sum(axis=1) + ends.sum(axis=1)
    visits[visits == 0] = 1  # a channel without a touch leads nowhere
    return start / start.sum(), onward / visits[:, None], ends / visits[:, None]


def _read(
    paths: Any, converted: str, channels: Sequence[Any] | None, path: str, step: str, channel: str
) -> _Paths:
    kinds = kinds_of(key=[path, channel], number=[step], any=[converted])
    if isinstance(paths, str) or (isinstance(paths, Sequence) and not len(paths)):
        raise ValueError(NO_PATHS if not len(paths) else NOT_PATHS.format(found="str"))
    if isinstance(paths, Sequence):
        number, marks, won, lost = _from_list(paths)
    else:
        number, marks, won, lost = read_touches(paths, kinds, converted, path, step, channel)
    codes, names = pd.factorize(marks, sort=True)
    known = list(names) if channels is None else as_labels(channels, "channels", unique=True)
    for mark in names:
        if mark in (START, CONVERSION, NULL):
            raise ValueError(RESERVED_MARK.format(found=mark))
    unknown = [mark for mark in names if mark not in known]
    if unknown:
        raise ValueError(UNKNOWN.format(found=", ".join(map(str, unknown)), known=", ".join(map(str, known))))
    places = np.array([known.index(mark) for mark in names])
    used = won + lost > 0  # a path that nobody took says nothing
    if not used.all():
        keep = used[number]
        number, codes = (np.cumsum(used) - 1)[number[keep]], codes[keep]
        won, lost = won[used], lost[used]
    if not len(won):
        raise ValueError(NO_PATHS)
    return _Paths(known, number, places[codes], won, lost)


def _from_list(rows: Sequence[Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    number, marks, counts = [], [], []
    for place, row in enumerate(rows):
        if not isinstance(row, Sequence) or isinstance(row, str) or len(row) != 3:
            raise ValueError(NOT_A_ROW.format(place=place, found=row))
        steps = (
            [mark.strip() for mark in row[0].split(SEPARATOR)]
            if isinstance(row[0], str)
            else as_list(row[0], f"paths[{place}]")
        )
        if not steps or any(mark == "" or pd.isna(mark) for mark in steps):
            raise ValueError(EMPTY_MARK.format(place=place, found=row[0], sep=SEPARATOR))
        for count in row[1:]:
            if not isinstance(count, int | float | np.number) or not 0 <= count < np.inf:
                raise ValueError(NOT_A_COUNT.format(place=place, found=count))
        marks += steps
        number += [place] * len(steps)
        counts.append(row[1:])
    require_one_kind(pd.Series(marks, dtype=object), "paths")
    won, lost = np.array(counts, dtype=float).T
    return np.array(number), np.array(marks, dtype=object), won, lost
