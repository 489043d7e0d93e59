"""Paths from a table of touches: an engine hands over each different path once, with its number."""

from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import as_flags, plain_value
from opslab.ground.engine import QUERY, counts_itself, settled
from opslab.ground.frames import (
    ColumnKind,
    Frame,
    in_words,
    native,
    one_row,
    read_table,
    require_unique,
    small_table,
)

# Words
NOT_CONVERTED = (
    "column {column!r} of paths holds {found!r}; expected True or False (1 or 0), or filled where the "
    "path ended in a conversion and empty where it did not"
)
MIXED = "path {path!r} has both a conversion and none; {column!r} must be the same in all its rows"

NO_IN_WORDS = (  # filled, and yet not
    "", "-", "0", "0.0", "n", "no", "f", "false", "none", "nan", "null", "n/a", "lost", "否",
)  # fmt: skip
WON, ALL = "_won", "_all"

# Of each touch, path after path, its path's number and its channel; of each path how many were won and lost.
Touches: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def read_touches(
    paths: Any, kinds: dict[Any, ColumnKind], converted: str, path: str, step: str, channel: str
) -> Touches:
    """Return the touches of a table; equal paths may come as one.

    Raises
    ------
    ValueError
        A bad table, a step twice in a path, a path that converted in some of its rows only.
    """
    if counts_itself(paths):
        table = native(paths, kinds, what="paths")
        require_unique(table, [path, step], what="paths")
        found = _in_engine(table, converted, path, step, channel)
        if found is not None:
            return found
    return _in_numpy(paths, kinds, converted, path, step, channel)


@in_words()
def _in_engine(table: Frame, converted: str, path: str, step: str, channel: str) -> Touches | None:
    """Return each different path once; None where steps or channels are too many for columns and terms."""
    rows, schema = table.lazy(), table.collect_schema()
    if not schema[step].is_integer():
        return None
    ends = one_row(rows.select(low=nw.col(step).min(), high=nw.col(step).max()))
    low, count = int(ends["low"]), int(ends["high"]) - int(ends["low"]) + 1
    names = small_table(rows.group_by(channel).agg(nw.len().alias(ALL)))[channel].sort_values()
    if max(count, len(names)) > QUERY:
        return None
    # A column for each step holds the number of the channel that was touched there, 0 for none.
    numbers = ((nw.col(channel) == name).cast(nw.Int64) * one for one, name in enumerate(names.tolist(), 1))
    touched = sum(numbers, nw.lit(0))
    steps = {
        f"_{place}": nw.when(nw.col(step) == low + place).then(touched).otherwise(0) for place in range(count)
    }
    won = _won(rows, schema[converted], converted).cast(nw.Int64)
    marked = rows.select(path, **steps, **{WON: won, ALL: won})
    each = settled(marked.group_by(path).agg(nw.col(*steps, WON).max(), nw.col(ALL).min()))
    found = small_table(each.group_by(*steps, WON, ALL).agg(_paths=nw.len())).astype(np.int64)
    if (found[WON] != found[ALL]).any():
        mixed = small_table(each.filter(nw.col(WON) != nw.col(ALL)).select(path))[path].min()
        raise ValueError(MIXED.format(path=plain_value(mixed), column=converted))
    numbers = found[list(steps)].to_numpy()
    paths, there = found["_paths"].to_numpy(float), numbers > 0
    marks = names.to_numpy()[numbers[there] - 1]
    return np.nonzero(there)[0], marks, paths * found[WON].to_numpy(), paths * (1 - found[WON].to_numpy())


def _won(rows: nw.LazyFrame[Any], dtype: Any, column: str) -> nw.Expr:
    """Say what `_reached` tells in words that every engine has."""
    value = nw.col(column)
    filled, denied = ~value.is_null(), nw.lit(False)
    if dtype == nw.Boolean or dtype.is_numeric():
        number = value.cast(nw.Float64)
        filled = filled & ~number.is_nan() if dtype.is_float() else filled
        seen = one_row(
            rows.select(rows=nw.len(), flags=(filled & ((number == 0) | (number == 1))).cast(nw.Int64).sum())
        )
        if seen["rows"] == seen["flags"]:
            return number == 1
        denied = number == 0
    elif dtype in (nw.String, nw.Categorical, nw.Enum):
        denied = value.cast(nw.String).str.strip_chars().str.to_lowercase().is_in(NO_IN_WORDS)
        seen = one_row(rows.select(rows=nw.len(), filled=filled.cast(nw.Int64).sum()))
        if seen["rows"] == seen["filled"]:
            denied = filled
    found = small_table(rows.filter(filled & denied).select(column).head(1))[column]
    if len(found):
        raise ValueError(NOT_CONVERTED.format(column=column, found=plain_value(found[0])))
    return filled


def _in_numpy(
    paths: Any, kinds: dict[Any, ColumnKind], converted: str, path: str, step: str, channel: str
) -> Touches:
    rows = read_table(paths, kinds, what="paths", unique=[path, step])
    number, names = pd.factorize(rows[path], sort=True)
    order = np.lexsort((rows[step].to_numpy(float), number))
    reached = _reached(rows[converted], converted)
    number, reached = number[order], reached[order]
    count = np.bincount(number)
    won = np.bincount(number, weights=reached)
    mixed = (won > 0) & (won < count)
    if mixed.any():
        raise ValueError(MIXED.format(path=names[int(mixed.argmax())], column=converted))
    return number, rows[channel].to_numpy()[order], (won > 0).astype(float), (won == 0).astype(float)


def _reached(told: pd.Series, column: str) -> np.ndarray:
    """Tell for each row whether it says that its path converted: by a flag, or by being filled."""
    filled = told.notna().to_numpy()
    there = told[filled]
    if filled.all() and there.isin([0, 1]).all():
        return as_flags(there, column)
    # Whatever is filled counts as a conversion, so nothing that is filled may say "no".
    denied = there.astype(str).str.strip().str.lower().isin(NO_IN_WORDS)
    # Text in every row, such as "won" and "lost", would count them all.
    denied |= filled.all() and isinstance(there.iloc[0], str)
    if denied.any():
        found = plain_value(there.iloc[int(denied.argmax())])
        raise ValueError(NOT_CONVERTED.format(column=column, found=found))
    return filled
