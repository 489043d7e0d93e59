"""What a group cares for more than others do: the affinity index."""

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import as_numbers
from opslab.ground.estimates import wilson
from opslab.ground.frames import (
    Frame,
    kinds_of,
    native,
    places_among,
    read_table,
    require_one_kind,
    small_table,
    to_pandas,
)
from opslab.ground.ids import labelled

# Words
NOT_LABELS = "{name} is a {found}; expected a column of labels, or a dictionary of labels to numbers"
NOTHING = "{name} has no labels; check the filter that made it"
GAPS = "{name} has {count} missing labels; drop them first"
UNKNOWN_USER = "table has the user {user!r}, whom users does not have; hand over all users"
NOT_IN_BASE = "sample has {label!r}, which base does not have; base must hold everyone with whom you compare"


def affinity(sample: Any, base: Any) -> pd.DataFrame:
    """Return the affinity index of each label: 100 x its share in `sample` / its share in `base`.

    100 means as much as everybody, 200 twice as much, 50 half.

    Parameters
    ----------
    sample, base
        A column with one label for each row (pandas, Polars, a list), or labels and their numbers (a
        dictionary, or a Series of numbers indexed by label). `base` is all with whom the sample is compared.

    Returns
    -------
    DataFrame
        Index label; count, share_sample, share_base (shares of 1), index, and low, high: its 95 % interval
        (Wilson 1927), with the shares of the base taken as known.

    Raises
    ------
    ValueError
        No labels, missing ones, or a label in sample that base does not have.

    Examples
    --------
    >>> affinity(sample={"data": 30, "design": 10}, base={"data": 100, "design": 100})["index"].to_dict()
    {'data': 150.0, 'design': 50.0}
    """
    part, whole = _counts(sample, "sample"), _counts(base, "base")
    for label in part.index[part.to_numpy() > 0]:
        if not whole.get(label, 0) > 0:
            raise ValueError(NOT_IN_BASE.format(label=label))
    whole = whole[whole > 0].sort_index()
    return _indexed(part.reindex(whole.index, fill_value=0), whole).rename_axis("label")


def affinity_by(table: Any, group: str, label: str, users: Any = None, user: str = "user_id") -> pd.DataFrame:
    """Return the affinity index of each label (columns) in each group (rows), against the whole table.

    Rows without a label or a group are left out.

    Parameters
    ----------
    table
        One row for each purchase (or visit, answer, ...), with the columns `label` and `group`.
    users
        If given, `group` is a column of this table, which has one row for each `user`; no merge is needed.

    Raises
    ------
    ValueError
        Bad tables; a user twice, or one that `users` does not have; no row with both label and group.

    Examples
    --------
    >>> import pandas as pd
    >>> sold = pd.DataFrame({"persona": ["student", "student", "manager"], "topic": ["IT", "IT", "law"]})
    >>> affinity_by(sold, "persona", "topic").loc["student"].to_dict()
    {'IT': 150.0, 'law': 0.0}
    """
    if users is None:
        first, second, rows = _pairs(native(table, kinds_of(any=[label, group]), what="table"), group, label)
        groups = labelled(first)
    else:
        first, second, rows = _pairs(
            native(table, kinds_of(any=[label], key=[user]), what="table"), user, label
        )
        people = read_table(users, kinds_of(key=[user], any=[group]), what="users", unique=[user])
        groups = _group_of(first, people[user], people[group])
    square = _square(*groups, *labelled(second), rows)
    square = square.loc[square.sum(axis=1) > 0, square.sum() > 0]
    if not square.size:
        raise ValueError(NOTHING.format(name="table"))
    share = square.div(square.sum(axis=1), axis=0)
    index = 100 * share / (square.sum() / square.to_numpy().sum())
    return index.sort_index().sort_index(axis=1).rename_axis(index=group, columns=label)


def _pairs(table: Frame, one: str, other: str) -> tuple[pd.Series, pd.Series, np.ndarray | None]:
    """Return two columns; an engine that counts well hands over each pair once, with its number of rows."""
    if not (isinstance(table, nw.LazyFrame) or table.implementation.is_polars()):
        return to_pandas(table.get_column(one)), to_pandas(table.get_column(other)), None
    long = small_table(table.lazy().group_by(one, other).agg(nw.len().alias("_rows")))
    return long[one], long[other], long["_rows"].to_numpy(np.int64)


def _group_of(asked: pd.Series, users: pd.Series, group: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Return the group's number of each row, found through its user."""
    codes, names = labelled(group)
    place = places_among(asked, pd.Index(users), ours="table", theirs="users", key=users.name)
    if place.min() < 0:
        raise ValueError(UNKNOWN_USER.format(user=asked.iloc[int(place.argmin())]))
    return codes[place], names


def _square(
    row: np.ndarray, groups: pd.Index, column: np.ndarray, labels: pd.Index, rows: np.ndarray | None
) -> pd.DataFrame:
    # -1 marks a gap: one place more in each direction takes the gaps in, and is cut off.
    wide = len(labels) + 1
    cell = row * np.int64(wide)
    cell += column
    cell += wide + 1
    count = np.bincount(cell, rows, minlength=(len(groups) + 1) * wide)
    return pd.DataFrame(count.reshape(-1, wide)[1:, 1:], index=groups, columns=labels)


def _indexed(part: pd.Series, whole: pd.Series) -> pd.DataFrame:
    count, base = part.to_numpy(float), (whole / whole.sum()).to_numpy()
    total = count.sum()
    share = count / total
    low, high = wilson(share, total)
    return pd.DataFrame(
        {
            "count": part.to_numpy(),
            "share_sample": share,
            "share_base": base,
            "index": 100 * share / base,
            "low": 100 * low / base,
            "high": 100 * high / base,
        },
        index=whole.index,
    )


def _counts(labels: Any, name: str) -> pd.Series:
    """Count labels, or check the numbers that were given for them."""
    if isinstance(labels, Mapping) or (isinstance(labels, pd.Series) and _are_numbers(labels)):
        given = pd.Series(labels, dtype=object)
        require_one_kind(given.index.to_series(), name)
        numbers = pd.Series(as_numbers(given.to_numpy(), name, least=0), index=given.index)
        if not numbers.sum():
            raise ValueError(NOTHING.format(name=name))
        return numbers
    column = _column(labels, name)
    if not len(column):
        raise ValueError(NOTHING.format(name=name))
    require_one_kind(column, name)
    gaps = int(column.isna().sum())
    if gaps:
        raise ValueError(GAPS.format(name=name, count=gaps))
    return column.value_counts(sort=False)


def _are_numbers(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _column(labels: Any, name: str) -> pd.Series:
    if isinstance(labels, list | tuple | np.ndarray | pd.Index | pd.Series):
        return pd.Series(labels, dtype=object) if isinstance(labels, list | tuple) else pd.Series(labels)
    try:
        return to_pandas(nw.from_native(labels, series_only=True))
    except TypeError as error:
        raise ValueError(NOT_LABELS.format(name=name, found=type(labels).__name__)) from error
