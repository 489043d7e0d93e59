"""Writes a world as files: gzipped CSV tables, a Frictionless Data Package, and a data dictionary to read."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from opslab.world.table_types import Column, Table

PACKAGE, DICTIONARY = "datapackage.json", "README.md"

# Words
TITLE = "Lantern 灯塔: sample data of a course on internet operations"
ABOUT = (
    "Invented data about Lantern 灯塔, a paid learning community with an app, from its first week "
    "(Monday 2024-01-01) to Sunday 2025-06-29. A seeded generator makes them from stated behaviour; "
    "`opslab.world.truth()` tells every parameter."
)
HOW = """\
Load a table with `opslab.datasets.load("users")`; any other `seed` is a parallel world with its own values.
`size` sets the number of users, `strength` how strong each planted effect is (`opslab.datasets.effects()`).
The files are UTF-8 CSV, gzipped. Types, keys and limits are in [datapackage.json](datapackage.json), a
[Frictionless Data Package](https://datapackage.org/), against which a table is checked whenever it is loaded.
`python -m opslab.datasets` writes this folder anew, `python -m opslab.datasets --verify` compares it."""
HEADINGS = "| column | type | unit | allowed | meaning |\n|---|---|---|---|---|"
KEY, REFERS = "Key: {key}.", "`{column}` refers to `{table}`."
FLAWS = "Known flaws, left in on purpose:"
ROWS = "{rows:,} rows."
LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}


def as_csv(frame: pd.DataFrame) -> bytes:
    """Return the table as UTF-8 CSV with dates like 2024-01-31 and booleans True, False."""
    return frame.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d").encode()


def packed(text: bytes) -> bytes:
    """Return gzip bytes without a time stamp."""
    return gzip.compress(text, 9, mtime=0)


def descriptor(tables: Mapping[str, Table], files: Mapping[str, bytes]) -> str:
    """Return the text of datapackage.json for these tables and their gzipped files."""
    package = {
        "profile": "tabular-data-package",
        "name": "lantern",
        "title": TITLE,
        "description": ABOUT,
        "licenses": [LICENCE],
        "resources": [_resource(table, tables, files[name]) for name, table in tables.items()],
    }
    return json.dumps(package, indent=1, ensure_ascii=False) + "\n"


def dictionary(tables: Mapping[str, Table], rows: Mapping[str, int]) -> str:
    """Return the data dictionary as Markdown."""
    parts = [f"# {TITLE}", ABOUT, HOW]
    for name, table in tables.items():
        key = KEY.format(key=", ".join(f"`{column}`" for column in table.key))
        refers = [REFERS.format(column=column, table=other) for column, other in table.refers.items()]
        lines = [
            f"| `{column.name}` | {column.type} | {column.unit} | {allowed(column)} | {column.meaning} |"
            for column in table.columns
        ]
        parts += [f"## {name}", " ".join([table.meaning, ROWS.format(rows=rows[name]), key, *refers])]
        parts += ["\n".join([HEADINGS, *lines])]
        if table.flaws:
            parts += [FLAWS, "\n".join(f"- {flaw}" for flaw in table.flaws)]
    return "\n\n".join(parts) + "\n"


def allowed(column: Column) -> str:
    """Return in words which values may stand in a column."""
    if column.options:
        return ", ".join(map(str, column.options))
    if column.most is not None:
        return f"{column.least} to {column.most}"
    return "" if column.least is None else f"≥ {column.least}"


def _resource(table: Table, tables: Mapping[str, Table], file: bytes) -> dict[str, Any]:
    """Return a table's entry in the data package; the checksum is that of the gzipped file."""
    return {
        "name": table.name,
        "path": f"{table.name}.csv.gz",
        "profile": "tabular-data-resource",
        "description": " ".join([table.meaning, *table.flaws]),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "compression": "gz",
        "bytes": len(file),
        "hash": f"sha256:{hashlib.sha256(file).hexdigest()}",
        "schema": schema_of(table, tables),
    }


def schema_of(table: Table, tables: Mapping[str, Table]) -> dict[str, Any]:
    """Return a table's columns and keys as Frictionless Data's Table Schema."""
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
    }
    if table.refers:
        schema["foreignKeys"] = [
            {
                "fields": [column],
                "reference": {
                    "resource": "" if other == table.name else other,
                    "fields": list(tables[other].key),
                },
            }
            for column, other in table.refers.items()
        ]
    return schema


def _field(column: Column) -> dict[str, Any]:
    limits = {"minimum": column.least, "maximum": column.most, "enum": list(column.options) or None}
    field = {
        "name": column.name,
        "type": column.type,
        "description": column.meaning,
        "constraints": {"required": column.required}
        | {limit: value for limit, value in limits.items() if value is not None},
    }
    if column.unit:
        field["unit"] = column.unit
    if column.type == "boolean":
        field |= {"trueValues": ["True"], "falseValues": ["False"]}
    return field
