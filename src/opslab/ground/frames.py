"""Checks at the door: every function that takes a table or a number looks at it here first.

Tables may be pandas, Polars (eager or lazy), DuckDB relations or whatever else Narwhals knows; they come back
as a Narwhals frame. A check on a lazy frame asks its engine for one row of aggregates and reads nothing else.
"""

import difflib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd

ColumnKind: TypeAlias = Literal["any", "key", "text", "flag", "date", "number", "amount", "share"]
Frame: TypeAlias = nw.DataFrame[Any] | nw.LazyFrame[Any]

# Words
NOT_A_FRAME = "{what} is a {found}; expected a table (a pandas, Polars or DuckDB frame)"
SAME_NAMES = "{what} has several columns of one name; give each its own name ({detail})"
NO_COLUMN = "{what} has no column {column!r}{nearest}; its columns are {columns}"
NO_ROWS = "{what} has no rows; check the filter that made it"
WRONG_KIND = "column {column!r} of {what} holds {found}; expected {expected}{remedy}"
MISSING = "column {column!r} of {what} has {count} missing {values}; drop or fill them first"
TOO_LOW = "column {column!r} of {what} goes down to {found}; expected {expected}"
TOO_HIGH = "column {column!r} of {what} goes up to {found}; expected {expected}"
DUPLICATES = (
    "{what} has {count} {rows} too many: {columns} must be unique together; drop the duplicates first"
)
NOT_A_NUMBER = "{name} is {found!r}; expected {expected}"
NOT_NUMBERS = "{name} must be a sequence of numbers, got {found}"
NOT_A_LIST = "{name} is a {found}; expected a list"
NO_NUMBERS = "{name} is empty; give at least one number"
BAD_NUMBER = "{name}[{place}] is {found:g}; expected {expected}"
WRONG_LENGTH = "{name} has {found} values; expected {expected}"
NOT_A_DAY = "{name} is {found!r}; expected a date such as '2024-06-30'"
NOT_THE_RESULT = "{name} is a {found}; expected the result of {maker}"
LACKING = "table without the column {column!r}"
NOT_A_CHOICE = "{name} is {found!r}{nearest}; expected one of {options}"
NEAREST = " (did you mean {name!r}?)"
EXPECTED = {
    "text": "text",
    "flag": "True or False",
    "date": "dates",
    "number": "finite numbers",
    "amount": "numbers from 0 up",
    "share": "shares between 0 and 1",
}
REMEDY = {
    "date": "; convert it, in pandas with pd.to_datetime",
    "number": "; convert it, in pandas with pd.to_numeric",
}
WHOLE, FINITE = "a whole number", "a number"
FROM, UP_TO = " from {least:,.15g} up", " up to {most:,.15g}"
BETWEEN = " from {least:,.15g} to {most:,.15g}"
ABOVE_ZERO, TO_BELOW_ONE = " above 0", " from {least:,.15g} to below 1"

POSITIVE = float(np.nextafter(0, 1))  # the least number above 0
BELOW_ONE = float(np.nextafter(1, 0))  # the most below 1
EXACT = 2**53  # up to here a float holds every whole number
NO_REAL = (str, bytes, complex)  # what NumPy would turn into a real number unasked
LIMITS: dict[str, tuple[float, float]] = {
    "number": (-np.inf, np.inf),
    "amount": (0, np.inf),
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
        ``"any"`` the column exists; every other kind also refuses missing values (nulls and NaN):
        ``"key"`` any type; ``"text"``; ``"flag"`` booleans; ``"date"`` dates or timestamps;
        ``"number"`` finite; ``"amount"`` finite and not negative; ``"share"`` 0 to 1.
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
    kinds = dict(columns) if isinstance(columns, Mapping) else dict.fromkeys(columns, "key")
    require_columns(table, kinds, what=what)
    _require_types(table, kinds, what)
    _require_values(table, kinds, what)
    return table


def require_columns(table: Frame, columns: Iterable[str], *, what: str = "table") -> None:
    """Refuse a table without one of `columns`; the message names the columns there and the nearest one."""
    there = table.collect_schema().names()
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
    lazy = table.lazy().select(*key)
    rows, different = _one_row(lazy.select(nw.len())), _one_row(lazy.unique().select(nw.len()))
    surplus = rows["len"] - different["len"]
    if surplus:
        raise ValueError(
            DUPLICATES.format(
                what=what, count=surplus, rows="row" if surplus == 1 else "rows", columns=", ".join(key)
            )
        )


def require_result(table: Any, name: str, columns: Iterable[Hashable], maker: str) -> None:
    """Refuse what is no pandas table with these columns; `maker` names the function that gives one."""
    is_table = isinstance(table, pd.DataFrame)
    lacking = [column for column in columns if is_table and column not in table.columns]
    if lacking or not is_table:
        found = LACKING.format(column=lacking[0]) if lacking else type(table).__name__
        raise ValueError(NOT_THE_RESULT.format(name=name, found=found, maker=maker))


def as_number(
    value: Any, name: str, *, least: float = -np.inf, most: float = np.inf, whole: bool = False
) -> int | float:
    """Return `value` as a float, or as an int if `whole`, between `least` and `most` (both allowed).

    Raises
    ------
    ValueError
        If it is not a finite number of that kind; the message names `name`, the value and what was expected.
    """
    number = _finite(value)
    if whole and number is not None and value > EXACT:
        most = min(most, EXACT)
    if number is None or not least <= number <= most or (whole and number != int(number)):
        raise ValueError(
            NOT_A_NUMBER.format(
                name=name, found=value, expected=_range_words(WHOLE if whole else FINITE, least, most)
            )
        )
    return int(number) if whole else number


def as_numbers(
    values: Any, name: str, *, least: float = -np.inf, most: float = np.inf, length: int | None = None
) -> np.ndarray:
    """Return `values` (list, array, series) as a fresh 1-D float array, each between `least` and `most`.

    Raises
    ------
    ValueError
        If it is empty, not numeric, of another `length`, or holds a value that is missing or out of range;
        the message names the first such value and its place (counted from 0).
    """
    try:
        raw = np.asarray(values)
        if raw.dtype.kind not in "iufO" or any(isinstance(value, NO_REAL) for value in raw.flat):
            raise TypeError
        array = np.array(raw, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(NOT_NUMBERS.format(name=name, found=type(values).__name__)) from error
    if array.ndim != 1:
        raise ValueError(NOT_NUMBERS.format(name=name, found=f"{array.ndim}-D {type(values).__name__}"))
    if not array.size:
        raise ValueError(NO_NUMBERS.format(name=name))
    if length is not None and array.size != length:
        raise ValueError(WRONG_LENGTH.format(name=name, found=array.size, expected=length))
    bad = ~(np.isfinite(array) & (array >= least) & (array <= most))
    if bad.any():
        place = int(bad.argmax())
        raise ValueError(
            BAD_NUMBER.format(
                name=name, place=place, found=array[place], expected=_range_words(FINITE, least, most)
            )
        )
    return array


def as_list(values: Any, name: str) -> list[Any]:
    """Return what can be gone through (list, range, array, set) as a list; the error names what cannot."""
    try:
        return list(values)
    except TypeError as error:
        raise ValueError(NOT_A_LIST.format(name=name, found=type(values).__name__)) from error


def as_names(by: str | Iterable[str], name: str = "by") -> list[str]:
    """Return one column name or several as a list."""
    return [by] if isinstance(by, str) else as_list(by, name)


def as_choice(value: Any, name: str, options: Iterable[Hashable]) -> Any:
    """Return `value` if it is one of `options`; otherwise the error lists them and suggests the nearest."""
    known = dict.fromkeys(options)  # looked up by hash: pandas.NA refuses to be compared
    if not isinstance(value, Hashable) or value not in known:
        raise ValueError(
            NOT_A_CHOICE.format(
                name=name, found=value, nearest=nearest(value, known), options=", ".join(map(repr, known))
            )
        )
    return value


def nearest(name: Any, options: Iterable[Any]) -> str:
    """Return ``" (did you mean 'x'?)"`` for the option most like `name`, or an empty string."""
    by_lower = {str(option).lower(): option for option in options}
    close = difflib.get_close_matches(str(name).lower(), by_lower, n=1, cutoff=0.6)
    return NEAREST.format(name=by_lower[close[0]]) if close else ""


def _finite(value: Any) -> float | None:
    """Return a real number as a float; None for anything else, and for what no float can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if np.isfinite(number) else None


def _range_words(kind: str, least: float, most: float) -> str:
    if least == POSITIVE:
        return kind + ABOVE_ZERO + ("" if most == np.inf else UP_TO.format(most=most))
    if most == BELOW_ONE:
        return kind + TO_BELOW_ONE.format(least=least)
    if least == -np.inf:
        return kind if most == np.inf else kind + UP_TO.format(most=most)
    return kind + (FROM if most == np.inf else BETWEEN).format(least=least, most=most)


def _require_types(table: Frame, kinds: Mapping[str, ColumnKind], what: str) -> None:
    schema = table.collect_schema()
    for column, kind in kinds.items():
        if not _is_of_kind(schema[column], kind):
            need = "number" if kind in LIMITS else kind
            raise ValueError(
                WRONG_KIND.format(
                    column=column,
                    what=what,
                    found=schema[column],
                    expected=EXPECTED[kind],
                    remedy=REMEDY.get(need, ""),
                )
            )


def _is_of_kind(dtype: Any, kind: ColumnKind) -> bool:
    if kind in LIMITS:
        return dtype.is_numeric()
    if kind == "date":
        return dtype in (nw.Date, nw.Datetime)
    if kind == "text":
        return dtype in (nw.String, nw.Categorical, nw.Enum)
    return dtype == nw.Boolean if kind == "flag" else True


def _require_values(table: Frame, kinds: Mapping[str, ColumnKind], what: str) -> None:
    """Ask for the number of rows, of missing values, and the extremes, all in one row."""
    schema = table.collect_schema()
    wanted = [nw.len().alias("rows")]
    for number, (column, kind) in enumerate(kinds.items()):
        if kind == "any":
            continue
        missing = nw.col(column).is_null()
        if schema[column].is_float():
            missing = missing | nw.col(column).is_nan()
        wanted.append(missing.cast(nw.Int64).sum().alias(f"missing{number}"))
        if kind in LIMITS:
            wanted += [
                nw.col(column).min().alias(f"low{number}"),
                nw.col(column).max().alias(f"high{number}"),
            ]
    seen = _one_row(table.lazy().select(*wanted))
    if not seen["rows"]:
        raise ValueError(NO_ROWS.format(what=what))
    for number, (column, kind) in enumerate(kinds.items()):
        words = {"column": column, "what": what, "expected": EXPECTED.get(kind, "")}
        count = seen.get(f"missing{number}", 0)
        if count:
            raise ValueError(MISSING.format(count=count, values="value" if count == 1 else "values", **words))
        if kind in LIMITS:
            _require_between(seen[f"low{number}"], seen[f"high{number}"], kind, words)


def _require_between(low: float, high: float, kind: ColumnKind, words: Mapping[str, str]) -> None:
    least, most = LIMITS[kind]
    if low < least or low == -np.inf:
        raise ValueError(TOO_LOW.format(found=low, **words))
    if high > most or high == np.inf:
        raise ValueError(TOO_HIGH.format(found=high, **words))


def _one_row(lazy: nw.LazyFrame[Any]) -> dict[str, Any]:
    return lazy.collect().rows(named=True)[0]


def collect(table: nw.LazyFrame) -> nw.DataFrame:
    """Compute a lazy table."""
    # DuckDB and Spark would hand over Arrow, which students need not have.
    return table.collect() if table.implementation.is_polars() else table.collect("pandas")


def to_pandas(column: nw.Series) -> pd.Series:
    """Return a column as pandas."""
    # Polars' own way to pandas needs Arrow.
    return pd.Series(column.to_numpy()) if column.implementation.is_polars() else column.to_pandas()


def small_table(table: Frame) -> pd.DataFrame:
    """Return a whole table as pandas, rows numbered from 0."""
    whole = collect(table) if isinstance(table, nw.LazyFrame) else table
    return pd.DataFrame({name: to_pandas(whole[name]).array for name in whole.columns})


def day_numbers(dates: pd.Series) -> np.ndarray:
    """Return whole days since 1970-01-01, by the clock that the dates were written with."""
    if getattr(dates.dtype, "tz", None) is not None:
        dates = dates.dt.tz_localize(None)
    return dates.to_numpy("datetime64[D]").view(np.int64)


def as_day(value: Any, name: str) -> int:
    """Return a date (text, date, timestamp) as whole days since 1970-01-01; `name` is for the message."""
    try:
        stamp = pd.NaT if isinstance(value, int | float) else pd.Timestamp(value)
    except (TypeError, ValueError) as error:
        raise ValueError(NOT_A_DAY.format(name=name, found=value)) from error
    if stamp is pd.NaT:
        raise ValueError(NOT_A_DAY.format(name=name, found=value))
    return int(stamp.tz_localize(None).to_datetime64().astype("datetime64[D]").astype(np.int64))


def as_date(day: int) -> pd.Timestamp:
    """Return a day number as a date."""
    return pd.Timestamp(np.datetime64(int(day), "D"))
