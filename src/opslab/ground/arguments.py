"""Arguments at the door: numbers, lists, labels, choices and results, each looked at here first.

A table is looked at in `frames`.
"""

import difflib
import re
from collections.abc import Hashable, Iterable, Mapping, Sized
from typing import Any, Literal, overload

import numpy as np
import pandas as pd

# Words
NO_NAMES = "{name} is empty; name at least one column"
NOT_A_LABEL = "{name}[{place}] is {found!r}; expected a name or a number"
TWICE = "{name} names {found!r} twice; give each once"
NOT_FLAGS = "{name}[{place}] is {found!r}; expected True or False (1 or 0)"
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
WHOLE, FINITE = "a whole number", "a number"
FROM, UP_TO = " from {least:,.15g} up", " up to {most:,.15g}"
BETWEEN = " from {least:,.15g} to {most:,.15g}"
ABOVE_ZERO, TO_BELOW_ONE = " above 0", " from {least:,.15g} to below 1"

LARGEST = 1e100  # no yuan, user or day needs more, and some such numbers multiplied are still a number
POSITIVE = 1 / LARGEST  # the least number above 0
BELOW_ONE = float(np.nextafter(1, 0))  # the most below 1
MOST_VALUES = 20_000_000  # in one list: more is a slip such as range(10**9), and would fill the memory
LEAST_ALIKE = 0.6  # of a misspelt name and the one that is meant, by difflib's ratio from 0 to 1
PHRASES_ALIKE = 0.75  # of several words: phrases share some of theirs
EXACT = 2**53  # up to here a float holds every whole number
NO_REAL = (str, bytes, complex)  # what NumPy would turn into a real number unasked


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
    good = are_flags(flags)
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
    """Return ``" (did you mean 'x'?)"`` for the option most like `name`, or an empty string.

    A word of one option alone means that option.
    """
    by_lower = {str(option).lower(): option for option in options}
    wanted = str(name).lower()
    cutoff = PHRASES_ALIKE if " " in wanted else LEAST_ALIKE
    close = difflib.get_close_matches(wanted, by_lower, n=1, cutoff=cutoff)
    with_word = [option for option in by_lower if wanted in re.findall(r"[^\W_]+", option)]
    if not close and len(with_word) == 1:
        close = with_word
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


def are_flags(values: pd.Series) -> np.ndarray:
    """Tell of each value whether it is a flag: True or False, or 1 or 0."""
    if values.dtype.kind in "biuf":
        return values.isin([0, 1]).to_numpy()
    real = (bool, int, float, np.bool_, np.integer, np.floating)
    return np.array([isinstance(value, real) and value in (0, 1) for value in values], dtype=bool)


def _all_numbers(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and column.dtype.kind not in "bc"


def plain_value(value: Any) -> Any:
    """Return one of NumPy's numbers as Python's, so that a message shows 3 and not np.int64(3)."""
    return value.item() if isinstance(value, np.generic) else value
