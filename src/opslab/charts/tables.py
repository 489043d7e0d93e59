"""Tables as people read them: names in words, numbers of one kind below one another, units in the header."""

import html
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from opslab.ground import formatting as say
from opslab.ground.arguments import as_choice

# Words
NOT_A_TABLE = "table is a {found}; expected a pandas DataFrame or Series"
NOT_UNITS = "units is a {found}; expected a dictionary of columns to units, such as {{'cost': 'yuan a user'}}"
HEADER = "{name} ({unit})"

DATE = re.compile(r"\d{4}-\d\d-\d\d")  # stays on one line
SHORT = 12  # letters of a row's name that stays on one line, at most
BOUND = "below|above|under|over|about|up to|at (most|least)|(less|more) than"
FIGURE = re.compile(  # a number that was written in words before
    rf"(({BOUND}) )?[+−-]?\d[\d,.]*(\s?(%|million|billion))?", re.I
)
# On a phone a number may stand above its "million", not above its "%".
PARTED = re.compile(rf"{say.SPACE}(?!%)")
NUMBERED = " ID"  # ends the name of a column whose numbers are names: nothing is separated in them


class ReadableTable:
    """A table that shows itself: HTML in a notebook and on a page, lined-up text elsewhere.

    `cells` are its texts, `rows` the number of leading columns that name the row.
    """

    def __init__(self, cells: pd.DataFrame, rows: int, numeric: list[bool]):
        self.cells, self.rows, self.numeric = cells, rows, numeric

    def __repr__(self) -> str:
        return self.cells.to_string(index=False)

    def _repr_html_(self) -> str:
        head = "".join(self._head(place, str(name)) for place, name in self._columns())
        body = "".join(f"<tr>{self._row(values)}</tr>" for values in self.cells.itertuples(index=False))
        return f'<table class="dataframe"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'

    def _head(self, place: int, name: str) -> str:
        # A header without a name heads nothing.
        return self._cell(*(("th", 'scope="col"') if name.strip() else ("td", "")), place, name)

    def _columns(self) -> list[tuple[int, str]]:
        return list(enumerate(self.cells.columns))

    def _row(self, values: tuple) -> str:
        return "".join(
            self._cell(*(("th", 'scope="row"') if place < self.rows else ("td", "")), place, value)
            for place, value in enumerate(values)
        )

    def _cell(self, tag: str, scope: str, place: int, text: str) -> str:
        side = "right" if self.numeric[place] else "left"
        short = place < self.rows and " " in text and len(text) <= SHORT
        whole = "; white-space: nowrap" if short or DATE.fullmatch(text) else ""
        words = html.escape(PARTED.sub(" ", text))
        return f'<{tag} {scope} style="text-align: {side}{whole}">{words}</{tag}>'


def as_table(table: Any, units: Mapping[Any, str] | None = None) -> ReadableTable:
    """Return a table for people to read: the last line of a cell shows it.

    Names lose their underscores, numbers get two to three digits that mean something, thousands are
    separated, and a unit stands in the header. With the unit ``"%"`` a column holds shares of 1. An index
    that only counts rows is left out.

    Raises
    ------
    ValueError
        If `table` is no pandas table, or `units` names a column that is not there.

    Examples
    --------
    >>> costs = pd.DataFrame({"spend": [5514.3, 12203.0], "right": [0.1357, 0.5]}, index=["feed_ads", "seo"])
    >>> as_table(costs, units={"spend": "yuan", "right": "%"})
             Spend (yuan) Right (%)
    Feed ads        5,514      13.6
         SEO       12,203      50.0
    """
    frame = table.to_frame() if isinstance(table, pd.Series) else table
    if not isinstance(frame, pd.DataFrame):
        raise ValueError(NOT_A_TABLE.format(found=type(table).__name__))
    units = {} if units is None else units
    if not isinstance(units, Mapping):
        raise ValueError(NOT_UNITS.format(found=type(units).__name__))
    for column in units:
        as_choice(column, "units", list(frame.columns))
    counting = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
    index = [] if counting else [frame.index.get_level_values(i) for i in range(frame.index.nlevels)]
    parts = [("" if values.name is None else say.name(values.name), values, "") for values in index]
    for place, column in enumerate(frame.columns):
        parts.append((_header(column, units.get(column, "")), frame.iloc[:, place], units.get(column, "")))
    cells = pd.concat([pd.Series(_cells(*part)) for part in parts], axis=1)
    numeric = [_is_number(values) for _, values, _ in parts[: len(index)]]
    numeric += [_reads_as_numbers(cells.iloc[:, place]) for place in range(len(index), len(parts))]
    return ReadableTable(cells.set_axis([name for name, _, _ in parts], axis=1), len(index), numeric)


def _header(column: Any, unit: str) -> str:
    words = " ".join(map(say.name, column)) if isinstance(column, tuple) else say.name(column)
    return HEADER.format(name=words, unit=unit) if unit else words


def _is_number(values: Any) -> bool:
    return pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype)


def _reads_as_numbers(texts: pd.Series) -> bool:
    """Tell whether a column's texts are all numbers, some with a sign or unit of their own."""
    written = [text for text in texts if text != say.MISSING]
    return bool(written) and all(map(FIGURE.fullmatch, written))


def _cells(name: str, values: Any, unit: str) -> list[str]:
    if _is_number(values):
        texts = say.column(values, unit)
        return [text.replace(",", "") for text in texts] if name.endswith(NUMBERED) else texts
    return [say.MISSING if pd.isna(value) else say.name(value) for value in values]
