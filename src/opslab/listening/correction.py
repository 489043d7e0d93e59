"""From the share that a classifier reports to the share that is true: Rogan and Gladen's correction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_number, as_numbers, is_single
from opslab.ground.estimates import Z95
from opslab.listening.inputs import counts_by

# Words
NO_QUALITY = (
    "corrected_share needs the classifier's quality: a confusion table, or both sensitivity and specificity"
)
TELLS_NOTHING = (
    "sensitivity {sensitivity:.3g} + specificity {specificity:.3g} is {total:.3g}; expected more than 1: "
    "such a classifier says the same whatever is true, and nothing can be undone"
)
NOT_SQUARE = (
    "confusion is a {found}; expected a square table, true labels in rows and predicted ones in columns"
)
NOT_COUNTS = "confusion has {found}; expected counts of posts, numbers from 0 up"
EMPTY_ROW = "confusion has no post that is truly {label!r}; label more by hand"
SINGULAR = (
    "confusion cannot be inverted: some labels are told apart no better than by chance; join labels, or "
    "label more posts by hand"
)
OTHER_LABELS = "predicted has {found!r}, which confusion does not have; it has {known}"
NEEDS_NAMES = "predicted is one share, and confusion has {count} labels; give a dictionary of labels to posts"

NEARLY_SINGULAR = 1e-6


@dataclass(frozen=True, slots=True)
class CorrectedShare:
    """The true share behind a reported one, with its standard error and 95 % interval, all from 0 to 1."""

    share: float
    se: float
    low: float
    high: float
    reported: float


def reported_share(share: float, sensitivity: float, specificity: float) -> float:
    """Return the share that a classifier reports where `share` is true.

    Parameters
    ----------
    sensitivity
        Of the posts that have the label, the share that it finds (recall).
    specificity
        Of the posts that do not have it, the share that it leaves alone.

    Examples
    --------
    >>> round(reported_share(0.10, sensitivity=0.8, specificity=0.9), 2)
    0.17
    """
    true = as_number(share, "share", least=0, most=1)
    found, spared = _quality(sensitivity, specificity)
    return true * found + (1 - true) * (1 - spared)


@overload
def corrected_share(
    predicted: float,
    confusion: Any = ...,
    *,
    sensitivity: float | None = ...,
    specificity: float | None = ...,
    posts: float | None = ...,
    labelled: tuple[float, float] | None = ...,
) -> CorrectedShare: ...


@overload
def corrected_share(
    predicted: Mapping | pd.Series | Sequence | np.ndarray, confusion: Any = ...
) -> pd.DataFrame: ...


def corrected_share(
    predicted: Any,
    confusion: Any = None,
    *,
    sensitivity: float | None = None,
    specificity: float | None = None,
    posts: float | None = None,
    labelled: tuple[float, float] | None = None,
) -> CorrectedShare | pd.DataFrame:
    """Return the true share behind the one that a classifier reports.

    Share = (reported + specificity - 1) / (sensitivity + specificity - 1): Rogan and Gladen's (1978)
    estimator, "adjusted classify and count" (Forman 2008). For several labels the confusion table is inverted
    in the same way. It holds where posts differ from the tested ones in their mix of labels alone. The
    interval (delta method) counts the posts classified and the posts tested by hand.

    Parameters
    ----------
    predicted
        The share reported, of 1; or posts by predicted label (a dictionary, a Series, or a list of labels).
    confusion
        Posts labelled by hand *and* by the classifier, not trained on: true labels in rows, predicted in
        columns. For one share a table of two labels, of which the first is the one asked about.
    sensitivity, specificity
        In place of `confusion`, for one share.
    posts
        How many posts the share rests on; without it the interval takes the share as exact.
    labelled
        With `sensitivity` and `specificity`: how many posts with and without the label they rest on.

    Returns
    -------
    `CorrectedShare`; for several labels a table: `reported`, `share`, `se`, `low`, `high`. Shares outside 0
    to 1 are cut there (and several made to add up to 1); an interval that ends at 0 or 1 says that the posts
    hardly tell.

    Raises
    ------
    ValueError
        No quality given, a classifier no better than chance, a table that cannot be inverted, other labels.

    Examples
    --------
    >>> round(corrected_share(0.4, sensitivity=0.8, specificity=0.9).share, 4)
    0.4286
    """
    if confusion is None:
        if sensitivity is None or specificity is None:
            raise ValueError(NO_QUALITY)
        return _from_quality(predicted, sensitivity, specificity, posts, labelled)
    table = _confusion(confusion)
    if is_single(predicted):
        if len(table) != 2:
            raise ValueError(NEEDS_NAMES.format(count=len(table)))
        counts = table.to_numpy(float)
        tested = counts.sum(axis=1)
        return _from_quality(
            predicted, counts[0, 0] / tested[0], counts[1, 1] / tested[1], posts, (tested[0], tested[1])
        )
    return _from_table(_predicted(predicted, table), table)


def _from_quality(
    predicted: Any, sensitivity: float, specificity: float, posts: float | None, labelled: Any
) -> CorrectedShare:
    reported = as_number(predicted, "predicted", least=0, most=1)
    found, spared = _quality(sensitivity, specificity)
    if found + spared - 1 < NEARLY_SINGULAR:
        words = {"sensitivity": found, "specificity": spared, "total": found + spared}
        raise ValueError(TELLS_NOTHING.format(**words))
    number = np.inf if posts is None else as_number(posts, "posts", least=1)
    tested = np.array([np.inf, np.inf])
    if labelled is not None:
        tested = as_numbers(labelled, "labelled", least=1, length=2)
    said = np.array([[found, 1 - spared], [1 - found, spared]])
    share, se = _solve(np.array([reported, 1 - reported]), said, number, tested)
    value, error = share[0], se[0]
    low, high = np.clip([value - Z95 * error, value + Z95 * error], 0, 1)
    return CorrectedShare(float(np.clip(value, 0, 1)), float(error), float(low), float(high), reported)


def _from_table(counts: pd.Series, table: pd.DataFrame) -> pd.DataFrame:
    tested = table.to_numpy(float)
    rows = tested.sum(axis=1)
    said = (tested / rows[:, None]).T
    if abs(np.linalg.det(said)) < NEARLY_SINGULAR:
        raise ValueError(SINGULAR)
    reported = (counts / counts.sum()).to_numpy()
    share, se = _solve(reported, said, counts.sum(), rows)
    cut = np.clip(share, 0, 1)
    return pd.DataFrame(
        {
            "reported": reported,
            "share": cut / cut.sum(),
            "se": se,
            "low": np.clip(share - Z95 * se, 0, 1),
            "high": np.clip(share + Z95 * se, 0, 1),
        },
        index=table.index,
    )


def _solve(
    reported: np.ndarray, said: np.ndarray, posts: float, tested: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares that `said` (predicted by true) turns into `reported`, and their errors."""
    back = np.linalg.inv(said)
    share = back @ reported
    spread = _multinomial(reported) / posts
    for place, weight in enumerate(np.clip(share, 0, 1)):
        spread = spread + weight**2 * _multinomial(said[:, place]) / tested[place]
    return share, np.sqrt(np.clip(np.diag(back @ spread @ back.T), 0, None))


def _multinomial(shares: np.ndarray) -> np.ndarray:
    return np.diag(shares) - np.outer(shares, shares)


def _quality(sensitivity: Any, specificity: Any) -> tuple[float, float]:
    found = as_number(sensitivity, "sensitivity", least=0, most=1)
    return found, as_number(specificity, "specificity", least=0, most=1)


def _confusion(confusion: Any) -> pd.DataFrame:
    try:
        table = confusion if isinstance(confusion, pd.DataFrame) else pd.DataFrame(np.array(confusion))
        counts = table.to_numpy(float)
    except (TypeError, ValueError) as error:
        raise ValueError(NOT_SQUARE.format(found=type(confusion).__name__)) from error
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or len(counts) < 2:
        raise ValueError(NOT_SQUARE.format(found=f"table of {' x '.join(map(str, counts.shape))}"))
    if list(table.index) != list(table.columns):
        raise ValueError(NOT_SQUARE.format(found=f"table of {list(table.index)} x {list(table.columns)}"))
    if not np.isfinite(counts).all() or (counts < 0).any():
        raise ValueError(NOT_COUNTS.format(found=counts.min()))
    empty = counts.sum(axis=1) == 0
    if empty.any():
        raise ValueError(EMPTY_ROW.format(label=table.index[int(empty.argmax())]))
    return table


def _predicted(values: Any, table: pd.DataFrame) -> pd.Series:
    if not isinstance(values, Mapping | pd.Series):
        values = pd.Series(list(values), dtype=object).value_counts()
    counts = counts_by(values, "label", "predicted")
    for label in counts.index:
        if label not in table.index:
            known = ", ".join(map(repr, table.index))
            raise ValueError(OTHER_LABELS.format(found=label, known=known))
    return counts.reindex(table.index, fill_value=0)
