"""Checks at the door: every function that takes a table or a number looks at it here first.

Tables may be pandas, Polars (eager or lazy), DuckDB relations or whatever else Narwhals knows; they come back
as a Narwhals frame. A check on a lazy frame asks its engine for one row of aggregates and reads nothing else.
`read_table` hands over the columns that a function counts with, each in one form whatever it came in.
"""

import difflib
from collections.abc import Generator, Hashable, Iterable, Mapping, Sequence, Sized
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias, cast, overload

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.days import day_numbers
from opslab.ground.ids import close_places

ColumnKind: TypeAlias = Literal["any", "key", "text", "flag", "date", "number", "amount", "payment", "share"]
Frame: TypeAlias = nw.DataFrame[Any] | nw.LazyFrame[Any]

# Words
NOT_A_FRAME = "{what} is a {found}; expected a table (a pandas, Polars or DuckDB frame)"
SAME_NAMES = "{what} has several columns of one name; give each its own name ({detail})"
NO_COLUMN = "{what} has no column {column!r}{nearest}; its columns are {columns}"
NOT_A_NAME = "a column is named {found!r}; expected the name of a column, such as 'user_id'"
NO_NAMES = "{name} is empty; name at least one column"
NOT_READ = "{what} cannot be read: {error}"
ENGINE_FAILED = "its engine says: {error}. Do all parts of the table have the same columns and types?"
ENGINE_GONE = (
    "its engine has stopped ({error}), and no result was made; start it, read the table and call again"
)
NOT_COMPUTED = "the result cannot be computed from the table: {error}"
OTHER_TYPE = "column {column!r} was said to hold {said} and holds {found}"
NOT_A_LABEL = "{name}[{place}] is {found!r}; expected a name or a number"
TWICE = "{name} names {found!r} twice; give each once"
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
NOT_FLAGS = "{name}[{place}] is {found!r}; expected True or False (1 or 0)"
NO_FLAGS = "{where} holds {found!r}; expected True or False (1 or 0)"
NO_MATCH = (
    "{ours} and {theirs} have no {key} in common ({ours} has {one!r}, {theirs} has {other!r}); "
    "do both use the same ids?"
)
NOT_A_NUMBER = "{name} is {found!r}; expected {expected}"
NOT_NUMBERS = "{name} must be a sequence of numbers, got {found}"
TOO_MANY = "{name} has {found:,} values; at most {most:,} are taken"
NOT_A_LIST = "{name} is a {found}; expected a list"
NO_NUMBERS = "{name} is empty; give at least one number"
BAD_NUMBER = "{name}[{place}] is {found:g}; expected {expected}"
WRONG_LENGTH = "{name} has {found} values; expected {expected}"
NOT_THE_RESULT = "{name} is a {found}; expected the result of {maker}"
EMPTY = "table without rows"
LACKING = "table without the column {column!r}"
NO_NUMBERS_IN = "table whose column {column!r} does not hold numbers"
NOT_NAMED = "{name} is a {found}; expected a dictionary of names to {kind}, with at least one"
NOT_A_CHOICE = "{name} is {found!r}{nearest}; expected one of {options}"
NEAREST = " (did you mean {name!r}?)"
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
WHOLE, FINITE = "a whole number", "a number"
FROM, UP_TO = " from {least:,.15g} up", " up to {most:,.15g}"
BETWEEN = " from {least:,.15g} to {most:,.15g}"
ABOVE_ZERO, TO_BELOW_ONE = " above 0", " from {least:,.15g} to below 1"

LARGEST = 1e100  # no yuan, user or day needs more, and some such numbers multiplied are still a number
POSITIVE = 1 / LARGEST  # the least number above 0
BELOW_ONE = float(np.nextafter(1, 0))  # the most below 1
MOST_VALUES = 20_000_000  # in one list: more is a slip such as range(10**9), and would fill the memory
ENGINES = ("dask", "duckdb", "narwhals", "polars", "py4j", "pyspark")  # packages with errors of their own
# What is said of a session of Spark that has ended.
GONE = (
    "SESSION_OR_CONTEXT_NOT_EXISTS",
    "Answer from Java side is empty",
    "sending or receiving",
    "SparkContext",
)
CAUSE = "Caused by: "
LEAST_ALIKE = 0.6  # of a misspelt name and the one that is meant, by difflib's ratio from 0 to 1
EXACT = 2**53  # up to here a float holds every whole number
NO_REAL = (str, bytes, complex)  # what NumPy would turn into a real number unasked
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


def require_named(values: Any, name: str, kind: str) -> None:
    """Refuse what is no dictionary of names to something, or an empty one; `kind` says to what."""
    if not isinstance(values, Mapping) or not values:
        raise ValueError(NOT_NAMED.format(name=name, found=type(values).__name__, kind=kind))


def require_result(table: Any, name: str, columns: Iterable[Hashable], maker: str) -> None:
    """Refuse what is no pandas table with these columns; `maker` names the function that gives one."""
    found = _unlike_result(table, columns)
    if found is not None:
        raise ValueError(NOT_THE_RESULT.format(name=name, found=found, maker=maker))


def _unlike_result(table: Any, columns: Iterable[Hashable]) -> str | None:
    """Say what a table is that does not have columns of numbers by these names; None if it does."""
    if not isinstance(table, pd.DataFrame) or table.index.nlevels > 1:
        return type(table).__name__
    if not len(table):
        return EMPTY
    for column in columns:
        if column not in table.columns:
            return LACKING.format(column=column)
        if not _all_numbers(table[column]):
            return NO_NUMBERS_IN.format(column=column)
    return None


@overload
def as_number(
    value: Any, name: str, *, least: float = ..., most: float = ..., whole: Literal[True]
) -> int: ...


@overload
def as_number(
    value: Any, name: str, *, least: float = ..., most: float = ..., whole: Literal[False] = ...
) -> float: ...


def as_number(
    value: Any, name: str, *, least: float = -np.inf, most: float = np.inf, whole: bool = False
) -> float:
    """Return `value` as a float, or as an int if `whole`, between `least` and `most` (both allowed).

    Raises
    ------
    ValueError
        If it is not a finite number of that kind; the message names `name`, the value and what was expected.
    """
    number = _finite(value)
    if number is not None and abs(number) > LARGEST:
        least, most = max(least, -LARGEST), min(most, LARGEST)
    if whole and number is not None and value > EXACT:
        most = min(most, EXACT)
    if number is None or not least <= number <= most or (whole and number != int(number)):
        raise ValueError(
            NOT_A_NUMBER.format(
                name=name,
                found=plain_value(value),
                expected=_range_words(WHOLE if whole else FINITE, least, most),
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
    require_few(values, name)
    try:
        raw = np.asarray(values)
        odd = raw.dtype == object and any(isinstance(value, NO_REAL) for value in raw.flat)
        if raw.dtype.kind not in "iufO" or odd:
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
    if (np.abs(array) > LARGEST).any():
        least, most = max(least, -LARGEST), min(most, LARGEST)
    bad = ~(np.isfinite(array) & (array >= least) & (array <= most))
    if bad.any():
        place = int(bad.argmax())
        raise ValueError(
            BAD_NUMBER.format(
                name=name, place=place, found=array[place], expected=_range_words(FINITE, least, most)
            )
        )
    return array


def as_flags(values: Any, name: str, *, length: int | None = None) -> np.ndarray:
    """Return `values` (True and False, or 1 and 0, in a list, array or series) as an array of booleans.

    Raises
    ------
    ValueError
        If one of them is anything else (text, a gap), or they are not `length`; the message names its place.
    """
    flags = pd.Series(as_list(values, name), dtype=object)
    if length is not None and len(flags) != length:
        raise ValueError(WRONG_LENGTH.format(name=name, found=len(flags), expected=length))
    good = _are_flags(flags)
    if not good.all():
        place = int(good.argmin())
        raise ValueError(NOT_FLAGS.format(name=name, place=place, found=plain_value(flags[place])))
    return flags.to_numpy(bool)


def as_list(values: Any, name: str) -> list[Any]:
    """Return what can be gone through (list, range, array, set) as a list; the error names what cannot."""
    require_few(values, name)
    try:
        return list(() if isinstance(values, bytes) else values)
    except TypeError as error:
        raise ValueError(NOT_A_LIST.format(name=name, found=type(values).__name__)) from error


def as_labels(values: Any, name: str, *, unique: bool = False) -> list[Hashable]:
    """Return names, ids or other labels as a list; each may be needed once only (`unique`).

    Raises
    ------
    ValueError
        If it is no list, or one of them is missing, is itself a list, or (`unique`) stands there twice.
    """
    seen: dict[Hashable, None] = {}
    labels = as_list(values, name)
    for place, label in enumerate(labels):
        if not isinstance(label, Hashable) or (is_single(label) and pd.isna(label) is not False):
            raise ValueError(NOT_A_LABEL.format(name=name, place=place, found=plain_value(label)))
        if unique and label in seen:
            raise ValueError(TWICE.format(name=name, found=plain_value(label)))
        seen[label] = None
    return labels


def as_names(by: str | Iterable[str], name: str = "by") -> list[str]:
    """Return one column name or several as a list."""
    names = [by] if isinstance(by, str) else as_list(by, name)
    if not names:
        raise ValueError(NO_NAMES.format(name=name))
    return names


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
    close = difflib.get_close_matches(str(name).lower(), by_lower, n=1, cutoff=LEAST_ALIKE)
    return NEAREST.format(name=by_lower[close[0]]) if close else ""


def _finite(value: Any) -> float | None:
    """Return a real number as a float; None for anything else, and for what no float can hold."""
    if isinstance(value, bool | np.timedelta64) or not isinstance(
        value, int | float | np.integer | np.floating
    ):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if np.isfinite(number) else None


def is_single(value: Any) -> bool:
    """Tell one value from a list of them, without looking into the list."""
    return not isinstance(value, Iterable) or (isinstance(value, np.ndarray) and value.ndim == 0)


def require_few(values: Any, name: str) -> None:
    """Refuse a list so long that it must be a slip, before it is written out."""
    count = len(values) if isinstance(values, Sized) and not is_single(values) else 0
    if count > MOST_VALUES:
        raise ValueError(TOO_MANY.format(name=name, found=count, most=MOST_VALUES))


def _range_words(kind: str, least: float, most: float) -> str:
    if least == POSITIVE:
        return kind + ABOVE_ZERO + ("" if most == np.inf else UP_TO.format(most=most))
    if most == BELOW_ONE:
        return kind + TO_BELOW_ONE.format(least=least)
    if least == -np.inf:
        return kind if most == np.inf else kind + UP_TO.format(most=most)
    return kind + (FROM if most == np.inf else BETWEEN).format(least=least, most=most)


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
        good = _are_flags(there)
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


def _are_flags(values: pd.Series) -> np.ndarray:
    if values.dtype.kind in "biuf":
        return values.isin([0, 1]).to_numpy()
    real = (bool, int, float, np.bool_, np.integer, np.floating)
    return np.array([isinstance(value, real) and value in (0, 1) for value in values], dtype=bool)


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


def small_table(table: Frame) -> pd.DataFrame:
    """Return a whole table as pandas, rows numbered from 0."""
    whole = collect(table)
    if whole.implementation.is_pandas():
        return whole.to_native().reset_index(drop=True)
    return pd.DataFrame({name: to_pandas(whole.get_column(name)).array for name in whole.columns})


def _all_numbers(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and column.dtype.kind not in "bc"


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


def plain_value(value: Any) -> Any:
    """Return one of NumPy's numbers as Python's, so that a message shows 3 and not np.int64(3)."""
    return value.item() if isinstance(value, np.generic) else value
