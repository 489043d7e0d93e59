"""The course's data: `load` a table of Lantern 灯塔, `describe` what its columns mean.

`python -m opslab.datasets` writes the folder `datasets/` anew; with `--verify` it only compares.
"""

import argparse
import gzip
import hashlib
import io
import json
import sys
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from opslab import world
from opslab.frames import as_number, nearest
from opslab.paths import course_root
from opslab.world import publish

# Words
NO_TABLE = "there is no table {name!r}{nearest}; the tables are {names}"
NO_FILE = "{path} is missing; restore it with: git checkout -- datasets (or: python -m opslab.datasets)"
NO_ENTRY = "{path} does not describe the table {name!r}; write it anew with: python -m opslab.datasets"
NOT_GZIP = "{path} is damaged and cannot be unpacked ({error}); restore it with: git checkout -- datasets"
NOT_CSV = "{path} is not a table that can be read ({error}); restore it with: git checkout -- datasets"
CHECKSUM = (
    "{path} is not the file that datapackage.json describes (its checksum differs); "
    "restore it with: git checkout -- datasets"
)
COLUMNS = "{path} has the columns {found}; expected {expected}"
BAD_VALUE = "{path}, line {line}, column {column!r}: {value!r} is not {expected}"
EMPTY_VALUE = "{path}, line {line}, column {column!r}: the value is missing"
REPEATED = "{path}, line {line}: the key ({key}) = ({value}) stands on an earlier line, too"
TYPES = {
    "integer": "a whole number",
    "date": "a date like 2024-01-31",
    "boolean": "True or False",
    "string": "text",
}
LEAST, MOST, ONE_OF = "{least} or more", "{most} or less", "one of {options}"
TABLE_COLUMNS = ("table", "columns", "meaning")
COLUMN_COLUMNS = ("column", "type", "unit", "allowed", "meaning")
WRITTEN, UNCHANGED, SAME, DIFFERENT = "written", "unchanged", "same", "DIFFERENT"
DONE = "{count} of {all} files in {folder} {state}"
VERIFY_HELP = "compare the folder with what would be written, and write nothing"


def load(name: str, seed: int = 0, *, size: int = world.SIZE) -> pd.DataFrame:
    """Return one of the course's tables as a fresh data frame that you may change.

    Seed 0 comes from the committed file, checked against `datasets/datapackage.json`; any other seed is a
    parallel world, made on the spot by the same rules with its own values.

    Parameters
    ----------
    name
        For example ``"users"``, ``"activity"`` or ``"orders"``; see `describe`.
    seed
        Which world: a whole number from 0, for example a student number.
    size
        Number of users; anything but the usual 20,000 is made on the spot, for seed 0 too.

    Raises
    ------
    ValueError
        Unknown name (suggests the nearest), a seed or size that is no such number, or a file that is missing,
        damaged or edited (names line and column, or the checksum).
    """
    _known(name)
    seed = as_number(seed, "seed", least=0, most=world.LARGEST_SEED, whole=True)
    size = as_number(size, "size", least=world.SMALLEST, most=world.LARGEST, whole=True)
    committed = seed == 0 and size == world.SIZE
    table = _committed(name, course_root() / "datasets") if committed else _made(name, seed, size)
    return table.copy()


def describe(name: str | None = None) -> pd.DataFrame:
    """Return what there is: all tables, or the columns of one with type, unit, allowed values and meaning."""
    if name is None:
        rows = [
            (table.name, ", ".join(column.name for column in table.columns), table.meaning)
            for table in world.TABLES.values()
        ]
        return pd.DataFrame(rows, columns=TABLE_COLUMNS).set_index(TABLE_COLUMNS[0])
    _known(name)
    rows = [
        (column.name, column.type, column.unit, publish.allowed(column), column.meaning)
        for column in world.TABLES[name].columns
    ]
    return pd.DataFrame(rows, columns=COLUMN_COLUMNS).set_index(COLUMN_COLUMNS[0])


def read(path: Path, resource: dict[str, Any]) -> pd.DataFrame:
    """Return the table in a gzipped CSV file after checking it against its entry in the data package.

    Raises
    ------
    ValueError
        With the line and column of the first value that does not fit, or for a file whose checksum differs.
    """
    if not path.exists():
        raise ValueError(NO_FILE.format(path=path))
    content = path.read_bytes()
    try:
        text = pd.read_csv(io.BytesIO(gzip.decompress(content)), dtype=str, keep_default_na=False)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(NOT_GZIP.format(path=path, error=error)) from error
    except ValueError as error:  # pandas' parser errors, and bytes that are not UTF-8
        raise ValueError(NOT_CSV.format(path=path, error=error)) from error
    schema = resource["schema"]
    expected = [field["name"] for field in schema["fields"]]
    if list(text.columns) != expected:
        raise ValueError(
            COLUMNS.format(path=path, found=", ".join(text.columns), expected=", ".join(expected))
        )
    table = pd.DataFrame(
        {field["name"]: _column(text[field["name"]], field, path) for field in schema["fields"]}
    )
    _require_key(table, schema["primaryKey"], path)
    if resource["hash"] != f"sha256:{hashlib.sha256(content).hexdigest()}":
        raise ValueError(CHECKSUM.format(path=path))
    return table


def write(folder: Path) -> list[Path]:
    """Write the files of seed 0 into `folder`, each in one step; return those that changed.

    Everything is made before the first file is touched. A table whose rows are the same keeps its file,
    so that another release of zlib makes no difference.
    """
    changed = []
    for name, content in _files(folder).items():
        path = folder / name
        if not path.exists() or path.read_bytes() != content:
            publish.replace_file(path, content)
            changed.append(path)
    return changed


def verify(folder: Path) -> list[Path]:
    """Return the files in `folder` that are missing or differ from what `write` would write."""
    wanted = _files(folder)
    paths = {folder / name: content for name, content in wanted.items()}
    return [path for path, content in paths.items() if not path.exists() or path.read_bytes() != content]


def _known(name: str) -> None:
    if name not in world.TABLES:
        raise ValueError(
            NO_TABLE.format(name=name, nearest=nearest(name, world.TABLES), names=", ".join(world.TABLES))
        )


@lru_cache(maxsize=16)
def _committed(name: str, folder: Path) -> pd.DataFrame:
    package = folder / publish.PACKAGE
    if not package.exists():
        raise ValueError(NO_FILE.format(path=package))
    for resource in json.loads(package.read_text(encoding="utf-8"))["resources"]:
        if resource["name"] == name:
            return read(folder / resource["path"], resource)
    raise ValueError(NO_ENTRY.format(path=package, name=name))


@lru_cache(maxsize=16)
def _made(name: str, seed: int, size: int) -> pd.DataFrame:
    return world.table(name, seed, size)


def _column(text: pd.Series, field: dict[str, Any], path: Path) -> pd.Series:
    """Return the column in its own type; the error names the first line that does not fit (the header is 1)."""
    limits, empty = field["constraints"], text.to_numpy() == ""

    def refuse(wrong: np.ndarray, message: str, **words: Any) -> None:
        if wrong.any():
            place = int(np.asarray(wrong).argmax())
            raise ValueError(
                message.format(
                    path=path, line=place + 2, column=field["name"], value=text.iloc[place], **words
                )
            )

    if limits["required"]:
        refuse(empty, EMPTY_VALUE)
    values = _TYPED[field["type"]](text)
    refuse(values.isna().to_numpy() & ~empty, BAD_VALUE, expected=TYPES[field["type"]])
    if "enum" in limits:
        options = limits["enum"]
        refuse(
            ~values.isin(options) & ~empty,
            BAD_VALUE,
            expected=ONE_OF.format(options=", ".join(map(str, options))),
        )
    if "minimum" in limits:
        low = _limit(limits["minimum"], field)
        refuse(values < low, BAD_VALUE, expected=LEAST.format(least=limits["minimum"]))
    if "maximum" in limits:
        high = _limit(limits["maximum"], field)
        refuse(values > high, BAD_VALUE, expected=MOST.format(most=limits["maximum"]))
    return values.astype({"integer": "int64", "boolean": "bool"}.get(field["type"], values.dtype))


def _limit(value: Any, field: dict[str, Any]) -> Any:
    return pd.Timestamp(value) if field["type"] == "date" else value


def _integers(text: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(text, errors="coerce")
    return numbers.where(numbers % 1 == 0)


def _dates(text: pd.Series) -> pd.Series:
    return pd.to_datetime(text, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")


def _booleans(text: pd.Series) -> pd.Series:
    return text.map({"True": True, "False": False})


_TYPED = {
    "integer": _integers,
    "date": _dates,
    "boolean": _booleans,
    "string": lambda text: text.astype("str"),
}


def _require_key(table: pd.DataFrame, key: list[str], path: Path) -> None:
    repeated = table.duplicated(key).to_numpy()
    if repeated.any():
        place = int(repeated.argmax())
        value = ", ".join(str(table[column].iloc[place]) for column in key)
        raise ValueError(REPEATED.format(path=path, line=place + 2, key=", ".join(key), value=value))


def _files(folder: Path) -> dict[str, bytes]:
    """Return name to content of every file of seed 0, the tables first and what describes them last."""
    tables = list(world.TABLES.values())
    frames = [world.table(table.name) for table in tables]
    packed = [
        _packed(publish.as_csv(frame), folder / f"{table.name}.csv.gz")
        for table, frame in zip(tables, frames, strict=True)
    ]
    resources = [publish.resource(table, file) for table, file in zip(tables, packed, strict=True)]
    return {
        **{resource["path"]: file for resource, file in zip(resources, packed, strict=True)},
        publish.PACKAGE: publish.descriptor(resources).encode(),
        publish.DICTIONARY: publish.dictionary(tables, [len(frame) for frame in frames]).encode(),
    }


def _packed(text: bytes, path: Path) -> bytes:
    """Return the bytes of the file that is there if it holds this text, otherwise fresh ones."""
    try:
        old = path.read_bytes()
        return old if gzip.decompress(old) == text else publish.packed(text)
    except (OSError, EOFError, zlib.error):
        return publish.packed(text)


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; return 1 if `--verify` found a difference."""
    parser = argparse.ArgumentParser(prog="python -m opslab.datasets", description=__doc__)
    parser.add_argument("--verify", action="store_true", help=VERIFY_HELP)
    only_compare = parser.parse_args(arguments).verify
    folder = course_root() / "datasets"
    changed = verify(folder) if only_compare else write(folder)
    for path in changed:
        print(f"{path.name}: {DIFFERENT if only_compare else WRITTEN}")
    print(
        DONE.format(
            count=len(changed),
            all=len(world.TABLES) + 2,
            folder=folder,
            state=DIFFERENT if only_compare else WRITTEN,
        )
    )
    return int(only_compare and bool(changed))


if __name__ == "__main__":
    sys.exit(main())
