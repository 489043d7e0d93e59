"""A quantity is what one thing is in every run: for several runs an array, for a single one a number.

Python reckons with numbers ten times as fast as NumPy with arrays of one number, three times as fast as with
NumPy's own numbers, and comes to the same bits.
`of_runs` gives the few things that the two do in different words.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import sqrt
from typing import Any, NamedTuple

import numpy as np

Quantity = Any  # a float, or an array with one float for each run


class Arithmetic(NamedTuple):
    """How quantities are made and reckoned with."""

    all_runs: Callable[[float], Quantity]  # the same in every run
    of: Callable[
        [np.ndarray], Any
    ]  # quantities of an array whose first axis is the runs; they stand in `.T`'s order
    plain: Callable[[Any], Quantity]  # a quantity that NumPy has made
    column: Callable[[Quantity], Any]  # what multiplies each row of an array whose first axis is the runs
    least: Callable[[Quantity, Quantity], Quantity]
    most: Callable[[Quantity, Quantity], Quantity]
    root: Callable[[Quantity], Quantity]
    some: Callable[[Quantity], bool]  # whether it is not 0 in any run
    where: Callable[[Any, Quantity, Quantity], Quantity]
    whole: Callable[[Quantity], Any]
    each: Callable[[Quantity], Sequence[float]]  # run by run
    by_run: Callable[[Mapping[str, Quantity]], Iterable[dict[str, float]]]  # several of them, by name

    def between(self, value: Quantity, low: float, high: float) -> Quantity:
        """Return what `np.clip` does."""
        return self.least(self.most(value, low), high)


def of_runs(runs: int) -> Arithmetic:
    """Return how quantities of so many runs are made and compared.

    Examples
    --------
    >>> of_runs(1).between(of_runs(1).all_runs(3), 0, 1), of_runs(2).between(of_runs(2).all_runs(3), 0, 1)
    (1, array([1., 1.]))
    """
    if runs == 1:
        return Arithmetic(
            float, lambda values: values[0].T.tolist(), float, lambda value: value, min, max, sqrt, bool,
            lambda found, this, that: this if found else that, int,
            lambda value: (value,), lambda named: (dict(named),),
        )  # fmt: skip
    return Arithmetic(
        lambda value: np.full(runs, float(value)), lambda values: values.T, lambda value: value,
        lambda value: value[:, None],
        np.minimum, np.maximum, np.sqrt, np.any, np.where, lambda values: values.astype(int),
        lambda values: values.tolist(), _by_run,
    )  # fmt: skip


def _by_run(named: Mapping[str, np.ndarray]) -> Iterable[dict[str, float]]:
    runs = zip(*(values.tolist() for values in named.values()), strict=True)
    return (dict(zip(named, values, strict=True)) for values in runs)


total = np.add.reduce  # what `.sum` does, without the way there


def rows(*quantities: Quantity) -> np.ndarray:
    """Return an array with a row for each run and a column for each quantity."""
    return np.array(quantities).reshape(len(quantities), -1).T


def weighed(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted sum over the last axis. A matrix product rounds each run by how many there are."""
    return total(values * weights, -1)


def mixed(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return for each run the weighted sums, one for each column of `weights`; see `weighed`."""
    return total(values[:, :, None] * weights, 1)
