"""Tables at the door: every function that takes one looks at it here first; all else in `arguments`.

Tables may be pandas, Polars (eager or lazy), DuckDB relations or whatever else Narwhals knows; they come back
as a Narwhals frame. A check on a lazy frame asks its engine for one row of aggregates and reads nothing else.
`read_table` hands over the columns that a function counts with, each in one form whatever it came in.
"""

from collections.abc import Generator, Hashable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias, cast

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import LARGEST, are_flags, nearest, plain_value
from opslab.ground.days import day_numbers
from opslab.ground.ids import close_places

ColumnKind: TypeAlias = Literal["any", "key", "text", "flag", "date", "number", "amount", "payment", "share"]
Frame: TypeAlias = nw.DataFrame[Any] | nw.LazyFrame[Any]

# Words
NOT_A_FRAME = "{what} is a {found}; expected a table (a pandas, Polars or DuckDB frame)"
SAME_NAMES = "{what} has several columns of one name; give each its own name ({detail})"
NO_COLUMN = "{what} has no column {column!r}{nearest}; its columns are {columns}"
NOT_A_NAME = "a column is named {found!r}; expected the name of a column, such as 'user_id'"
NOT_READ = "{what} cannot be read: {error}"
ENGINE_FAILED = "its engine says: {error}. Do all parts of the table have the same columns and types?"
ENGINE_GONE = (
    "its engine has stopped ({error}), and no result was made; start it, read the table and call again"
)
NOT_COMPUTED = "the result cannot be computed from the table: {error}"
OTHER_TYPE = "column {column!r} was said to hold {said} and holds {found}"
SEVERAL_LEVELS = "{what} has columns in several levels, such as {example!r}; give each one name"
NO_ROWS = "{what} has no rows; check the filter that made it"
WRONG_KIND = "column {column!r} of {what} holds {found}; expected {expected}{remedy}"
MISSING = "column {column!r} of {what} has {count} missing {values}; drop or fill them first"
TOO_LOW = "column {column!r} of {what} goes down to {found}; expected {expected}{remedy}"
TOO_HIGH = "column {column!r} of {what} goes up to {found}; expected {expected}"
DUPLICATES = (
    "{what} has {count} {rows} too many: {columns} must be unique together; drop the duplicates first"
)
WHERE = "column {column!r} of {what}"
SEVERAL_KINDS = "{where} holds {found}; make it one kind, in pandas with .astype(str)"
NO_ORDER = "{where} holds {found}, such as {example!r}; expected text or numbers"
NO_FLAGS = "{where} holds {found!r}; expected True or False (1 or 0)"
NO_MATCH = (
    "{ours} and {theirs} have no {key} in common ({ours} has {one!r}, {theirs} has {other!r}); "
    "do both use the same ids?"
)
BOTH = " and "
ONE_VALUE = "text or numbers, one in each row"
EXPECTED = {
    "text": "text",
    "flag": "True or False",
    "date": "dates",
    "number": "finite numbers (up to 1e100)",
    "amount": "numbers from 0 up",
    "payment": "numbers from 0 up",
    "share": "shares between 0 and 1",
}
REMEDY = {
    "date": "; convert it, in pandas with pd.to_datetime",
    "number": "; convert it, in pandas with pd.to_numeric",
    "payment": ". Refunds? Take each off the payment that it undoes, or leave it out",
}

ENGINES = ("dask", "duckdb", "narwhals", "polars", "py4j", "pyspark")  # packages with errors of their own
# What is said of a session of Spark that has ended.
GONE = (
    "SESSION_OR_CONTEXT_NOT_EXISTS",
    "Answer from Java side is empty",
    "sending or receiving",
    "SparkContext",
)
CAUSE = "Caused by: "
LIMITS: dict[str, tuple[float, float]] = {
    "number": (-LARGEST, LARGEST),
    "amount": (0, LARGEST),
    "payment": (0, LARGEST),
    "share": (0, 1),
}


def native(frame: Any, columns: Mapping[str, ColumnKind] | Sequence[str], *, what: str = "table") -> Frame:
    """Return `frame` as a Narwhals frame after checking the columns a function needs.

    Parameters
    ----------
    frame
        A pandas, Polars or DuckDB table, or any other that Narwhals knows.
    columns
        Column name to kind; a plain list of names means kind ``"key"`` for each.
        ``"any"`` one kind of value that can be told apart; every other kind also refuses missing values
        (nulls and NaN): ``"key"`` the same; ``"text"``; ``"flag"`` True and False, or 1 and 0; ``"date"``
        dates or timestamps; ``"number"`` finite; ``"amount"`` finite and not negative; ``"payment"`` such
        an amount of money; ``"share"`` 0 to 1.
    what
        How messages call the table, for example ``"events"``.

    Raises
    ------
    ValueError
        Not a table; no rows; a column is missing, of the wrong type, has gaps or values out of range.
    """
    try:
        table = nw.from_native(frame)
    except TypeError as error:
        raise ValueError(NOT_A_FRAME.format(what=what, found=type(frame).__name__)) from error
    except nw.exceptions.DuplicateError as error:
        raise ValueError(SAME_NAMES.format(what=what, detail=error)) from error
    kinds = _by_name(columns)
    if isinstance(frame, pd.DataFrame) and isinstance(frame.columns, pd.MultiIndex):
        raise ValueError(SEVERAL_LEVELS.format(what=what, example=frame.columns[0]))
    with in_words(NOT_READ, what=what):
        require_columns(table, kinds, what=what)
        schema = table.collect_schema()
        _require_types(table, schema, kinds, what)
        _require_values(table, schema, kinds, what)
    return table


@contextmanager
def in_words(message: str = NOT_COMPUTED, **words: str) -> Generator[None]:
    """Turn what an engine says when it cannot compute a table, or is gone, into a ValueError in words.

    An engine may be asked already where a query is only planned: Spark is. Also a decorator.
    """
    try:
        yield
    except _EngineError as error:
        raise ValueError(message.format(error=error, **words)) from error
    except Exception as error:
        if not (isinstance(error, ConnectionError) or type(error).__module__.partition(".")[0] in ENGINES):
            raise
        raise ValueError(message.format(error=_EngineError(error), **words)) from error


def kinds_of(**names_by_kind: Iterable[Any]) -> dict[Any, ColumnKind]:
    """Return kinds for `native` from names that a caller chose: `kinds_of(key=[user], date=[when])`."""
    kinds: dict[Any, ColumnKind] = {}
    for kind, names in names_by_kind.items():
        for name in names:
            if not isinstance(name, str | int) or isinstance(name, bool):
                raise ValueError(NOT_A_NAME.format(found=name))
            kinds[name] = cast("ColumnKind", kind)
    return kinds


def read_table(
    frame: Any,
    columns: Mapping[str, ColumnKind] | Sequence[str],
    *,
    what: str = "table",
    unique: Sequence[str] = (),
) -> pd.DataFrame:
    """Return `columns` as pandas, checked by `native`, rows numbered from 0, in one form for every engine.

    Dates become whole days since 1970-01-01, numbers int64 or float64, flags booleans; keys stay as they are.
    The columns `unique`, if any, may not repeat together.
    """
    table = native(frame, columns, what=what)
    if unique:
        require_unique(table, unique, what=what)
    kinds = _by_name(columns)
    whole = small_table(table.select(*kinds))
    return whole.assign(**{name: _plain(whole[name], kind) for name, kind in kinds.items()})


def _by_name(columns: Mapping[str, ColumnKind] | Sequence[str]) -> dict[str, ColumnKind]:
    return dict(columns) if isinstance(columns, Mapping) else dict.fromkeys(columns, "key")


def require_columns(table: Frame, columns: Iterable[str], *, what: str = "table") -> None:
    """Refuse a table without one of `columns`; the message names the columns there and the nearest one."""
    there = table.columns if isinstance(table, nw.DataFrame) else table.collect_schema().names()
    for column in columns:
        if column not in there:
            raise ValueError(
                NO_COLUMN.format(
                    what=what,
                    column=column,
                    nearest=nearest(column, there),
                    columns=", ".join(map(str, there)),
                )
            )


def require_unique(table: Frame, key: Sequence[str], *, what: str = "table") -> None:
    """Refuse a table in which two rows share the same values in the columns of `key`."""
    if table.implementation.is_pandas() and not table.to_native().duplicated(list(key)).any():
        return  # the usual case, quicker than in words that every engine has
    lazy = table.lazy().select(*key)
    rows, different = one_row(lazy.select(nw.len())), one_row(lazy.unique().select(nw.len()))
    surplus = rows["len"] - different["len"]
    if surplus:
        raise ValueError(
            DUPLICATES.format(
                what=what, count=surplus, rows="row" if surplus == 1 else "rows", columns=", ".join(key)
            )
        )


def places_among(ids: pd.Series, known: pd.Index, *, ours: str, theirs: str, key: Hashable) -> np.ndarray:
    """Return the place of each of `ids` among the different `known` ones, -1 for a stranger.

    Raises
    ------
    ValueError
        If all are strangers: then the two tables `ours` and `theirs` do not speak of the same things.
    """
    place = close_places(ids, known)
    if place is None:
        place = known.get_indexer(pd.Index(ids))
    if (place < 0).all():
        words = {"ours": ours, "theirs": theirs, "key": key}
        words |= {"one": plain_value(pd.Index(ids)[0]), "other": plain_value(known[0])}
        raise ValueError(NO_MATCH.format(**words))
    return place


def _require_types(table: Frame, schema: nw.Schema, kinds: Mapping[str, ColumnKind], what: str) -> None:
    for column, kind in kinds.items():
        dtype = schema[column]
        words = {"column": column, "what": what}
        nameless = dtype in (nw.Object, nw.Unknown)  # such as pandas' objects and periods, DuckDB's UUIDs
        if nameless and not table.implementation.is_polars() and kind in ("any", "key", "flag"):
            whole = collect(table.select(column))
            _require_one_kind(to_pandas(whole.get_column(column)), kind, WHERE.format(**words))
        elif not _is_of_kind(dtype, kind) and not (kind == "date" and _is_zoned(table, column)):
            need = "number" if kind in LIMITS else kind
            remedy = REMEDY.get(need, "")
            raise ValueError(
                WRONG_KIND.format(found=dtype, expected=EXPECTED.get(kind, ONE_VALUE), remedy=remedy, **words)
            )


def _is_of_kind(dtype: Any, kind: ColumnKind) -> bool:
    if kind in LIMITS:
        return dtype.is_numeric()
    if kind == "date":
        return dtype in (nw.Date, nw.Datetime)
    if kind == "text":
        return dtype in (nw.String, nw.Categorical, nw.Enum)
    if kind == "flag":
        return dtype == nw.Boolean or dtype.is_numeric()
    return not (dtype.is_nested() or dtype in (nw.Object, nw.Unknown))


def _is_zoned(table: Frame, column: str) -> bool:
    """Tell whether a pandas column has times with a zone: Narwhals knows zones of plain letters only."""
    return table.implementation.is_pandas() and isinstance(
        table.to_native().dtypes[column], pd.DatetimeTZDtype
    )


def _require_one_kind(column: pd.Series, kind: ColumnKind, where: str) -> None:
    """Refuse Python objects that cannot be told apart or put in order: lists, or text among numbers."""
    there = column[column.notna()]
    if kind == "flag":
        good = are_flags(there)
        if not good.all():
            raise ValueError(NO_FLAGS.format(found=plain_value(there.iloc[int(good.argmin())]), where=where))
        return
    if pd.api.types.infer_dtype(there) in ("string", "integer", "floating", "mixed-integer-float", "empty"):
        return
    kinds = dict.fromkeys(map(type, there))
    if len(kinds) > 1:
        found = BOTH.join(sorted(one.__name__ for one in kinds))
        raise ValueError(SEVERAL_KINDS.format(found=found, where=where))
    example = there.iloc[0]
    try:
        hash(example), example < example
    except TypeError as error:
        found = type(example).__name__
        raise ValueError(NO_ORDER.format(found=found, example=example, where=where)) from error


def require_one_kind(values: pd.Series, name: str) -> None:
    """Refuse labels that cannot be told apart or put in order: lists, or text among numbers."""
    if values.dtype == object:
        _require_one_kind(values, "key", name)


def _require_values(table: Frame, schema: nw.Schema, kinds: Mapping[str, ColumnKind], what: str) -> None:
    """Refuse a table without rows, columns with gaps, and values out of range."""
    asked = {column: kind for column, kind in kinds.items() if kind != "any"}
    rows, facts = _facts(table, schema, asked)
    if not rows:
        raise ValueError(NO_ROWS.format(what=what))
    for column, kind in asked.items():
        words = {"column": column, "what": what, "expected": EXPECTED.get(kind, "")}
        seen = facts[column]
        if count := int(seen["missing"]):
            raise ValueError(MISSING.format(count=count, values="value" if count == 1 else "values", **words))
        if kind in LIMITS:
            _require_between(plain_value(seen["low"]), plain_value(seen["high"]), kind, words)
        if seen.get("others"):
            value = nw.col(column)
            others = table.filter((value != 0) & (value != 1)).select(value.max())
            found = float(one_row(others)[column])
            where = WHERE.format(column=column, what=what)
            raise ValueError(NO_FLAGS.format(found=int(found) if found.is_integer() else found, where=where))


def _facts(
    table: Frame, schema: nw.Schema, kinds: Mapping[str, ColumnKind]
) -> tuple[int, dict[str, dict[str, Any]]]:
    """Return the number of rows, and what `_questions` asks of each column; an engine gives one row."""
    dask = table.implementation.is_dask()
    if isinstance(table, nw.DataFrame):  # column by column is quicker where nothing has to be planned
        return len(table), {
            column: _questions(table.get_column(column), kind, schema[column], dask)
            for column, kind in kinds.items()
        }
    wanted = {
        (column, fact): expression
        for column, kind in kinds.items()
        for fact, expression in _questions(nw.col(column), kind, schema[column], dask).items()
    }
    aliased = [expression.alias(f"fact{place}") for place, expression in enumerate(wanted.values())]
    rows, *answers = one_row(table.select(nw.len().alias("rows"), *aliased)).values()
    facts: dict[str, dict[str, Any]] = {column: {} for column in kinds}
    for (column, fact), answer in zip(wanted, answers, strict=True):
        facts[column][fact] = answer
    return rows, facts


def _questions(column: Any, kind: ColumnKind, dtype: Any, dask: bool) -> dict[str, Any]:
    """Return what has to be known of a column, a Narwhals series or expression, by name."""
    gaps = (
        (column.is_null() | column.is_nan()).cast(nw.Int64).sum() if dtype.is_float() else column.null_count()
    )
    facts = {"missing": gaps}
    # Dask believes its first part: an extreme of text tells whether the others hold numbers.
    if kind in LIMITS or (dask and kind in ("key", "text")):
        facts |= {"low": column.min(), "high": column.max()}
    if kind == "flag" and dtype.is_numeric():
        facts["others"] = ((column != 0) & (column != 1)).cast(nw.Int64).sum()
    return facts


def _require_between(low: float, high: float, kind: ColumnKind, words: Mapping[str, str]) -> None:
    least, most = LIMITS[kind]
    if low < least or low == -np.inf:
        remedy = REMEDY["payment"] if kind == "payment" and low > -np.inf else ""
        raise ValueError(TOO_LOW.format(found=low, remedy=remedy, **words))
    if high > most or high == np.inf:
        raise ValueError(TOO_HIGH.format(found=high, **words))


def one_row(table: Frame) -> dict[str, Any]:
    """Return a table's only row, computed."""
    return collect(table).rows(named=True)[0]


def collect(table: Frame) -> nw.DataFrame:
    """Return a table computed, if it was lazy."""
    if isinstance(table, nw.DataFrame):
        return table
    try:
        # DuckDB and Spark would hand over Arrow, which students need not have.
        found = table.collect() if table.implementation.is_polars() else table.collect("pandas")
    except Exception as error:  # each engine has its own, for a table that it cannot compute
        raise _EngineError(error) from error
    if table.implementation.is_dask():
        _require_promised(table.collect_schema(), found.schema)
    return found


def _require_promised(said: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Refuse numbers that became something else: Dask believes the first part of a table."""
    for column, found in schema.items():
        whole = said[column].is_integer() and not found.is_integer()
        if whole or (said[column].is_numeric() and not found.is_numeric()):
            raise _EngineError(OTHER_TYPE.format(column=column, said=said[column], found=found))


class _EngineError(ValueError):
    """What an engine says of a table that it cannot compute."""

    def __init__(self, said: Any) -> None:
        first, *others = str(said).splitlines() or [""]
        causes = [line for line in others if line.startswith(CAUSE)]  # what Java's first line does not tell
        text = (causes[-1].removeprefix(CAUSE) if causes else first or type(said).__name__).rstrip(". ")
        gone = isinstance(said, ConnectionError) or any(sign in text for sign in GONE)
        super().__init__((ENGINE_GONE if gone else ENGINE_FAILED).format(error=text))


def to_pandas(column: nw.Series) -> pd.Series:
    """Return a column as pandas."""
    if column.implementation.is_pyarrow() and column.dtype == nw.Datetime:
        column = column.dt.replace_time_zone(None)  # a table of several would be read by London's clock
    if not column.implementation.is_polars():
        return column.to_pandas()
    if column.dtype.is_nested() or column.dtype == nw.Unknown:
        return pd.Series(column.to_list(), dtype=object)
    if column.dtype == nw.Datetime:
        column = column.dt.replace_time_zone(None)  # NumPy knows no zones, and would get London's clock
    return pd.Series(column.to_numpy())  # Polars' own way to pandas needs Arrow


def as_pandas(value: Any) -> Any:
    """Return a table or a column of Polars, Arrow or DuckDB as pandas has it, and anything else as it is."""
    if isinstance(value, pd.DataFrame | pd.Series) or type(value).__module__ in ("builtins", "numpy"):
        return value  # at once, which Narwhals takes a while to find out
    found = nw.from_native(value, pass_through=True, allow_series=True)
    if isinstance(found, nw.LazyFrame):
        found = found.collect()
    return found.to_pandas() if isinstance(found, nw.DataFrame | nw.Series) else value


def small_table(table: Frame) -> pd.DataFrame:
    """Return a whole table as pandas, rows numbered from 0."""
    whole = collect(table)
    if whole.implementation.is_pandas():
        return whole.to_native().reset_index(drop=True)
    return pd.DataFrame({name: to_pandas(whole.get_column(name)).array for name in whole.columns})


def _plain(column: pd.Series, kind: ColumnKind) -> pd.Series | np.ndarray:
    if kind == "date":
        return day_numbers(column)
    if kind in LIMITS:
        return plain_numbers(column)
    if isinstance(column.dtype, pd.CategoricalDtype) and not column.dtype.ordered:
        return column.astype(column.cat.categories.dtype)  # such cannot be compared with others
    return column.to_numpy(bool) if kind == "flag" else column


def plain_numbers(column: pd.Series) -> np.ndarray:
    """Return numbers of whatever type (Int64, Arrow's, Decimal), without gaps, as int64 or float64."""
    whole = pd.api.types.is_integer_dtype(column.dtype)
    return column.to_numpy(np.int64 if whole and column.max() < 2**63 else float)
