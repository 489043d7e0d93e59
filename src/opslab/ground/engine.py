"""What an engine counts itself, so that results leave it and rows stay.

A lazy table (DuckDB, Spark, Dask, Polars) is asked in Narwhals' words that all of them know: group, join, add
up. What is asked here leaves the engine as one row, or as a small table that its caller names.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.days import day_number, require_span
from opslab.ground.frames import ColumnKind, Frame, native, one_row, places_among, read_table, small_table

DAY, START, TIMES = "_day", "_start", "_times"  # names of columns
QUERY = 60  # numbers that one query is asked for: many more, and planning takes longer than counting
ANY_AGE = (-(10**7), np.inf)  # in days: a span that every row lies in


def counts_itself(table: Any) -> bool:
    """Tell whether the table's own engine is the better place to count (that of pandas and Arrow is not)."""
    try:
        frame = nw.from_native(table, pass_through=True)
    except nw.exceptions.DuplicateError:  # two columns of one name, which `native` tells
        return False
    return isinstance(frame, nw.LazyFrame) or (
        isinstance(frame, nw.DataFrame) and frame.implementation.is_polars()
    )


def read_unordered(frame: Any, columns: Mapping[str, ColumnKind], *, what: str = "table") -> pd.DataFrame:
    """Return `columns` as `read_table` does, where the order of rows says nothing.

    Equal rows leave an engine once, with how often they stand there, and are written out again here.
    """
    if not counts_itself(frame):
        return read_table(frame, columns, what=what)
    table = native(frame, columns, what=what).lazy().select(*columns)
    counted = small_table(table.group_by(*columns).agg(nw.len().alias(TIMES)))
    rows = counted.loc[counted.index.repeat(counted[TIMES])]
    return read_table(rows, columns, what=what)


def can_join(one: Any, other: Any, key: str) -> bool:
    """Tell whether one engine has both tables; connections and sessions know only their own."""
    if not (counts_itself(one) and counts_itself(other)):
        return False
    try:
        left, right = (nw.from_native(table).lazy().select(key) for table in (one, other))
        kinds = [table.collect_schema()[key] for table in (left, right)]
        left.join(right, on=key, how="inner").collect_schema()
    except Exception:  # each engine has its own, and so has Narwhals for two engines
        return False
    return kinds[0].is_numeric() == kinds[1].is_numeric()  # DuckDB would read one as the other


def rows_by_day(table: Frame, when: str, *others: str) -> nw.LazyFrame[Any]:
    """Return each row's day as `DAY`, with other columns."""
    return table.lazy().select(*others, day_number(when).alias(DAY))


def ends_of(rows: nw.LazyFrame[Any], what: str, until: int | None = None) -> tuple[int, int]:
    """Return the first `DAY` and the last one, or `until`; refuse more than a century between them."""
    day = nw.col(DAY)
    seen = one_row(rows.select(low=day.min(), high=day.max(), middle=day.mean()))
    low, high = int(seen["low"]), int(seen["high"]) if until is None else until
    # The mean stands for all days: it shows which end lies far from the rest.
    require_span(np.array([low, np.clip(seen["middle"], low, max(low, high)), max(low, high)]), what)
    return low, high


def first_days(rows: nw.LazyFrame[Any], user: str) -> nw.LazyFrame[Any]:
    """Return each user with the day of the first row as `START`."""
    return settled(rows.group_by(user).agg(nw.col(DAY).min().alias(START)))


def came_back(
    people: nw.LazyFrame[Any], rows: nw.LazyFrame[Any], user: str, spans: Sequence[tuple[float, float]]
) -> nw.LazyFrame[Any]:
    """Add to each of `people` a column for each span: 1 for any row at such an age.

    `people` have the day from which their ages count as `START`; the columns are those of `marks`.
    """
    age = nw.col(DAY) - nw.col(START)
    aged = settled(rows.join(people.select(user, START), on=user, how="inner"))
    inside = [(age >= low) if stop == np.inf else (age >= low) & (age < stop) for low, stop in spans]
    names = marks(len(spans))
    marked = aged.select(
        user, *(one.cast(nw.Int32).alias(name) for name, one in zip(names, inside, strict=True))
    )
    back = settled(marked.group_by(user).agg(*(nw.col(name).max() for name in names)))
    marked = settled(people.join(back, on=user, how="left"))
    return marked.with_columns(*(nw.col(name).fill_null(0) for name in names))


def require_met(
    met: float, mine: nw.LazyFrame[Any], others: nw.LazyFrame[Any], *, ours: str, theirs: str, key: str
) -> None:
    """Refuse two tables without a common key: `met` rows of `mine` were found in the others."""
    if not met:
        one, other = (small_table(table.select(key).head(1))[key] for table in (mine, others))
        places_among(one, pd.Index(other), ours=ours, theirs=theirs, key=key)


def settled(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return what was joined, or grouped by several columns, so that one of these may be left out later.

    Dask's planner looks for it all the same, and fails on tables of many parts; a step that it cannot look
    through keeps it from that.
    """
    if not rows.implementation.is_dask():
        return rows
    return nw.from_native(rows.to_native().map_partitions(lambda part: part))


def marks(count: int) -> list[str]:
    """Return the names of the columns that `came_back` adds."""
    return [f"_back{number}" for number in range(count)]
