"""Reads a table's file and checks it against its entry in the data package, value by value."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Field = dict[str, Any]  # a field descriptor of Frictionless Data's Table Schema

# Words
NO_FILE = "{path} is missing; restore it with: git checkout -- datasets (or: python -m opslab.datasets)"
NOT_A_FILE = "{path} is a folder; expected a file. Move it away, then: git checkout -- datasets"
UNREADABLE = "{path} cannot be read ({error}); look at who may read it"
NOT_GZIP = "{path} is damaged and cannot be unpacked ({error}); restore it with: git checkout -- datasets"
NOT_CSV = "{path} is not a table that can be read ({error}); restore it with: git checkout -- datasets"
CHECKSUM = (
    "{path} is not the file that datapackage.json describes (its checksum differs); "
    "restore it with: git checkout -- datasets"
)
COLUMNS = "{path} has the columns {found}; expected {expected}"
BAD_VALUE = "{path}, line {line}, column {column!r}: {value!r} is not {expected}"
REPEATED = "{path}, line {line}: the key {key} = {value} stands on an earlier line, too"
TYPES = {
    "integer": "a whole number",
    "date": "a date like 2024-01-31",
    "boolean": "True or False",
    "string": "text",
}
REQUIRED, LEAST, MOST, ONE_OF = "a value", "{} or more", "{} or less", "one of {}"


def read(path: Path, resource: dict[str, Any]) -> pd.DataFrame:
    """Return the table in a gzipped CSV file.

    Parameters
    ----------
    path
        The file.
    resource
        Its entry in the data package: columns with types and limits, key, and checksum.

    Raises
    ------
    ValueError
        The file is missing or cannot be read, a value does not fit (with its line and column; the header is
        line 1), a key stands there twice, or the checksum differs.
    """
    content = contents(path)
    fields, text = resource["schema"]["fields"], _text(content, path)
    expected = [field["name"] for field in fields]
    if list(text.columns) != expected:
        raise ValueError(COLUMNS.format(path=path, found=", ".join(text), expected=", ".join(expected)))
    table = pd.DataFrame({field["name"]: _typed(text[field["name"]], field, path) for field in fields})
    _require_key(table, resource["schema"]["primaryKey"], path)
    if resource.get("hash") != f"sha256:{hashlib.sha256(content).hexdigest()}":
        raise ValueError(CHECKSUM.format(path=path))
    return table


def contents(path: Path) -> bytes:
    """Return what stands in a file, or say why it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ValueError(NO_FILE.format(path=path)) from error
    except IsADirectoryError as error:
        raise ValueError(NOT_A_FILE.format(path=path)) from error
    except OSError as error:
        raise ValueError(UNREADABLE.format(path=path, error=error.strerror)) from error


def _text(content: bytes, path: Path) -> pd.DataFrame:
    try:
        unpacked = io.BytesIO(gzip.decompress(content))
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(NOT_GZIP.format(path=path, error=error)) from error
    try:
        return pd.read_csv(unpacked, dtype=str, keep_default_na=False, skip_blank_lines=False)
    except ValueError as error:  # pandas' parser errors, and bytes that are not UTF-8
        raise ValueError(NOT_CSV.format(path=path, error=error)) from error


def _typed(text: pd.Series, field: Field, path: Path) -> pd.Series:
    """Return a column in its own type, or name the first value that does not fit."""
    values = _CONVERT[field["type"]](text)
    for wrong, expected in _faults(text, values, field):
        if wrong.any():
            place = int(wrong.argmax())
            words = {"line": place + 2, "column": field["name"], "value": text.iloc[place]}
            raise ValueError(BAD_VALUE.format(path=path, expected=expected, **words))
    return values.astype(_dtype(field))


def _faults(text: pd.Series, values: pd.Series, field: Field) -> Iterator[tuple[np.ndarray, str]]:
    """Yield which rows break a rule, and the rule in words, one rule after another."""
    limits, empty = field["constraints"], (text == "").to_numpy(dtype=bool)
    if limits["required"]:
        yield empty, REQUIRED
    yield values.isna().to_numpy() & ~empty, TYPES[field["type"]]
    if "enum" in limits:
        yield (
            ~values.isin(limits["enum"]).to_numpy() & ~empty,
            ONE_OF.format(", ".join(map(str, limits["enum"]))),
        )
    if "minimum" in limits:
        yield (values < _limit(limits["minimum"], field)).to_numpy(), LEAST.format(limits["minimum"])
    if "maximum" in limits:
        yield (values > _limit(limits["maximum"], field)).to_numpy(), MOST.format(limits["maximum"])


def _dtype(field: Field) -> str:
    if field["type"] == "integer" and not field["constraints"]["required"]:
        return "Int64"
    return _DTYPE[field["type"]]


def _limit(value: Any, field: Field) -> Any:
    return pd.Timestamp(value) if field["type"] == "date" else value


def _integers(text: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(text, errors="coerce")
    return numbers.where(numbers % 1 == 0)


def _dates(text: pd.Series) -> pd.Series:
    return pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")


def _booleans(text: pd.Series) -> pd.Series:
    return text.map({"True": True, "False": False})


def _strings(text: pd.Series) -> pd.Series:
    return text.mask(text == "")


_CONVERT = {"integer": _integers, "date": _dates, "boolean": _booleans, "string": _strings}
_DTYPE = {"integer": "int64", "date": "datetime64[us]", "boolean": "bool", "string": "str"}


def _require_key(table: pd.DataFrame, key: list[str], path: Path) -> None:
    repeated = table.duplicated(key).to_numpy()
    if repeated.any():
        place = int(repeated.argmax())
        value = ", ".join(str(table[column].iloc[place]) for column in key)
        raise ValueError(REPEATED.format(path=path, line=place + 2, key=", ".join(key), value=value))
