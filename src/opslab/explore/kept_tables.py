"""What a student typed into a cell, kept from one lesson for a later one."""

from typing import Any

import pandas as pd

from opslab.ground.saved_input import keep, recall

TABLES = "tables"  # what is kept under this name: tables, by theirs

# Words
NO_TABLE = "table is {kind}; expected a pandas DataFrame"


def keep_table(name: str, table: pd.DataFrame) -> None:
    """Keep a table of the student's own, for a later lesson; what was kept under the name before is replaced.

    Parameters
    ----------
    name : under which it is asked for again
    table : numbers and texts, in columns

    Raises
    ------
    ValueError
        If it is no table.

    Examples
    --------
    >>> keep_table("intervals", pd.DataFrame({"low": [1], "high": [3]}))      # doctest: +SKIP
    >>> kept_table("intervals").high.tolist()                                 # doctest: +SKIP
    [3]
    """
    if not isinstance(table, pd.DataFrame):
        raise ValueError(NO_TABLE.format(kind=type(table).__name__))
    columns = {str(column): values.tolist() for column, values in table.items()}
    keep(TABLES, {**_tables(), name: columns})


def kept_table(name: str) -> pd.DataFrame | None:
    """Return the table that was kept under a name; None where there is none.

    Examples
    --------
    >>> kept_table("nothing yet") is None
    True
    """
    columns = _tables().get(name)
    return None if columns is None else pd.DataFrame(columns)


def _tables() -> dict[str, Any]:
    stored = recall(TABLES)
    return stored if isinstance(stored, dict) else {}
