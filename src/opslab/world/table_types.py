"""How a table of the course is described: once, beside the code that makes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from opslab.world.story import Story

Type = Literal["integer", "string", "date", "boolean"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `least` and `most` are allowed themselves, `options` are all that may stand there."""

    name: str
    type: Type
    meaning: str
    unit: str = ""
    required: bool = True
    least: int | str | None = None
    most: int | str | None = None
    options: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes
    ----------
    name, meaning, columns, key
        What a row is, what stands in it, and which columns no two rows share.
    make
        Tells the table from a story.
    refers
        Columns, and the tables whose key (of one column) they name.
    flaws
        Known faults of the data, left in on purpose, as real data have them.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    make: Callable[[Story], pd.DataFrame]
    refers: dict[str, str] = field(default_factory=dict)
    flaws: tuple[str, ...] = ()


def text(values: Any) -> pd.Series:
    """Return text as a column."""
    return pd.Series(np.asarray(values, dtype=object), dtype="str")


def choice(options: Sequence[str], places: np.ndarray) -> pd.Series:
    """Return the options at these places as a column of text."""
    return text(np.array(options, dtype=object)[places])


def whole_or_empty(values: np.ndarray, missing: np.ndarray) -> pd.Series:
    """Return whole numbers as a column that is empty where `missing` is true."""
    return pd.Series(values, dtype="Int64").mask(missing)
