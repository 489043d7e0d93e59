"""How a table of the course is described: once, beside the code that makes it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

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
    """One table: what a row is, its columns, its key, and the tables that its columns refer to."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    make: Callable[[Story], pd.DataFrame]
    refers: dict[str, str] = field(default_factory=dict)  # column -> table with a column of that name
