"""Answers as data: what a submission hands over is written as JSON and read back without running any code.

Pickle would run code of the sender's choice in the process that judges. Here only numbers, texts, lists,
sets, mappings and tables pass, and of a result its named numbers; everything else arrives as `Unreadable`,
which judges as "cannot be checked".
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Integral, Real

import numpy as np
import pandas as pd

from opslab.exercises.comparisons import parts_of
from opslab.exercises.judge import is_unanswered
from opslab.ground.frames import as_pandas

LARGEST = 500_000  # letters of JSON in one answer; the longest solution of the course has some thousands
MOST_COLUMNS = 200  # of a table; no answer of the course has more than a few
DEEPEST = 8  # lists within lists
LARGEST_WHOLE = 2**63  # larger whole numbers pass as floats

# Words
TOO_LARGE = "a value of {size:,} letters, where {largest:,} are the most"
TOO_DEEP = "lists within lists, more than {deepest} deep"
TOO_WIDE = "a table of {found:,} columns, where {most} are the most"
NOT_PLAIN = "a {type}"
UNTAGGED = "a list without its kind"
NOT_DATA = "the answer did not arrive as data: {cause}"


class BadDataError(ValueError):
    """What came through the pipe is not an answer as `encode` writes it."""


@dataclass(frozen=True)
class Unreadable:
    """An answer that is neither number, text, list, mapping nor table; `what` describes it."""

    what: str

    def __repr__(self) -> str:
        return self.what


def encode(value: object) -> str:
    """Return an answer as JSON text. Never raises: what cannot be written is described instead."""
    try:
        text = json.dumps(_plain(value, 0))
    except Exception:  # a student's class may raise anything when it is looked at
        text = json.dumps({"unreadable": NOT_PLAIN.format(type=type(value).__name__)})
    if len(text) > LARGEST:
        text = json.dumps({"unreadable": TOO_LARGE.format(size=len(text), largest=LARGEST)})
    return text


def decode(text: str) -> object:
    """Return the answer that `encode` wrote.

    Raises
    ------
    BadDataError
        If the text is anything else. The sender is not trusted, so that no other error is left to escape.
    """
    try:
        if len(text) > LARGEST:
            raise BadDataError(TOO_LARGE.format(size=len(text), largest=LARGEST))
        return _value(json.loads(text))
    except BadDataError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise BadDataError(NOT_DATA.format(cause=str(error)[:200])) from error


class Answers(dict[str, str]):
    """Encoded answers by question: the last that is an answer counts, an empty copy below it does not.

    `changed` has the questions that were answered in more than one way.
    """

    def __init__(self, known: Mapping[str, str] | None = None, changed: Iterable[str] = ()):
        super().__init__(known or {})
        self.changed = set(changed)

    def take(self, question: str, text: str) -> None:
        """Take a further answer to a question."""
        if question in self and self[question] != text:
            if _is_empty(text):
                return
            if not _is_empty(self[question]):
                self.changed.add(question)
        self[question] = text


def _is_empty(text: str) -> bool:
    try:
        return is_unanswered(decode(text))
    except BadDataError:
        return False


def _plain(value: object, depth: int) -> object:
    """Return JSON's own types for scalars, and an object that names its kind for everything else."""
    if depth > DEEPEST:
        return {"unreadable": TOO_DEEP.format(deepest=DEEPEST)}
    if value is ...:
        return {"unanswered": True}
    if value is None or value is pd.NaT:
        return value if value is None else math.nan
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Integral) and abs(int(value)) < LARGEST_WHOLE:
        return int(value)
    if isinstance(value, Real | Decimal):
        return float(value)
    if isinstance(value, pd.Timestamp):
        return {"time": value.isoformat()}
    if isinstance(value, np.ndarray) and value.dtype.kind in "iufb":
        return {"array": value.tolist()}
    if isinstance(value, np.ndarray) and not value.ndim:
        return _plain(value.item(), depth + 1)
    if isinstance(value, set | frozenset):
        return {"set": [_plain(item, depth + 1) for item in sorted(value, key=str)]}
    if isinstance(value, pd.Series):
        return {"series": _cells(value, depth), "index": [_label(key) for key in value.index]}
    if isinstance(value, pd.DataFrame):
        columns = [_cells(value.iloc[:, place], depth) for place in range(value.shape[1])]
        names, keys = ([_label(key) for key in labels] for labels in (value.columns, value.index))
        return {"table": columns, "names": names, "index": keys}
    if (table := as_pandas(value)) is not value:
        return _plain(table, depth)
    if parts := parts_of(value):
        return _plain(parts, depth)
    if isinstance(value, list | tuple | np.ndarray | pd.Index):
        return {"tuple" if isinstance(value, tuple) else "list": [_plain(item, depth + 1) for item in value]}
    if isinstance(value, Mapping):
        return {"mapping": [[_label(key), _plain(item, depth + 1)] for key, item in value.items()]}
    return {"unreadable": NOT_PLAIN.format(type=type(value).__name__)}


def _cells(column: pd.Series, depth: int) -> list[object]:
    return [_plain(item, depth + 1) for item in column.tolist()]


def _label(key: object) -> object:
    """Return a label that compares as it does in an answer that was never written down."""
    if isinstance(key, tuple):
        return {"tuple": [_label(part) for part in key]}
    return _plain(key, 0) if isinstance(key, str | Real | pd.Timestamp) else str(key)


def _value(data: object) -> object:
    """Return the value of decoded JSON; how deep it may be, the JSON reader's own limit says."""
    if isinstance(data, int) and abs(data) > LARGEST_WHOLE:
        return float(data)
    if not isinstance(data, dict):
        if isinstance(data, list):
            raise BadDataError(NOT_DATA.format(cause=UNTAGGED))
        return data
    kind = next(iter(data), None)
    if kind not in _READERS:
        raise BadDataError(NOT_DATA.format(cause=kind))
    return _READERS[kind](data)


def _values(items: Sequence[object]) -> list[object]:
    return [_value(item) for item in items]


def _labels(items: Sequence[object]) -> pd.Index:
    return pd.Index(_values(items), dtype=object, tupleize_cols=False)


def _table(data: dict) -> pd.DataFrame:
    if len(data["table"]) > MOST_COLUMNS:
        raise BadDataError(TOO_WIDE.format(found=len(data["table"]), most=MOST_COLUMNS))
    columns = dict(enumerate(map(_values, data["table"])))
    table = pd.DataFrame(columns, index=_labels(data["index"]), dtype=object)
    return table.set_axis(_labels(data["names"]), axis=1)


_READERS: dict[str, Callable[[dict], object]] = {
    "unanswered": lambda data: ...,
    "unreadable": lambda data: Unreadable(str(data["unreadable"])[:200]),
    "time": lambda data: pd.Timestamp(data["time"]),
    "array": lambda data: np.array(data["array"], dtype=object),
    "list": lambda data: _values(data["list"]),
    "tuple": lambda data: tuple(_values(data["tuple"])),
    "set": lambda data: set(_values(data["set"])),
    "mapping": lambda data: {_value(key): _value(item) for key, item in data["mapping"]},
    "series": lambda data: pd.Series(_values(data["series"]), _labels(data["index"]), dtype=object),
    "table": _table,
}
