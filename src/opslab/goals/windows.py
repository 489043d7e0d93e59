"""The window of a KPI: its first and last day, and the rows of events that an engine has within it."""

from typing import Any, NamedTuple

import narwhals as nw

from opslab.ground.days import MOST_YEARS, as_date, as_day
from opslab.ground.engine import DAY, ends_of, rows_by_day
from opslab.ground.frames import ColumnKind, native, one_row

# Words
EVENTS = "events"
UPSIDE_DOWN = "start is {start:%Y-%m-%d}, after the end on {end:%Y-%m-%d}; exchange the two"
TOO_LONG = (
    "the window runs from {start:%Y-%m-%d} to {end:%Y-%m-%d}; at most {years} years are counted, "
    "give a later start or an earlier end"
)
EMPTY_WINDOW = (
    "no row of events lies from {start:%Y-%m-%d} to {end:%Y-%m-%d}; "
    "they run from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
)


def window(start: Any, end: Any, first: int, last: int) -> tuple[int, int]:
    """Return the window's first and last day; by default those of the table."""
    begin = first if start is None else as_day(start, "start")
    stop = last if end is None else as_day(end, "end")
    if begin > stop:
        raise ValueError(UPSIDE_DOWN.format(start=as_date(begin), end=as_date(stop)))
    if stop - begin > MOST_YEARS * 365.25:
        raise ValueError(TOO_LONG.format(start=as_date(begin), end=as_date(stop), years=MOST_YEARS))
    return begin, stop


def empty(start: int, end: int, first: int, last: int) -> ValueError:
    """Return the error of a window from `start` to `end` without a row of events."""
    dates = {"start": start, "end": end, "first": first, "last": last}
    return ValueError(EMPTY_WINDOW.format(**{name: as_date(day) for name, day in dates.items()}))


class EngineEvents(NamedTuple):
    """Events that their own engine counts: columns beside `DAY`, not computed; their first and last day."""

    rows: nw.LazyFrame[Any]
    first: int
    last: int

    @classmethod
    def checked(cls, events: Any, kinds: dict[str, ColumnKind], when: str) -> "EngineEvents":
        """Return the columns `kinds`, checked."""
        rows = rows_by_day(native(events, kinds, what=EVENTS), when, *kinds.keys() - {when})
        return cls(rows, *ends_of(rows, EVENTS))

    def within(self, start: Any, end: Any) -> tuple[nw.LazyFrame[Any], int, int]:
        """Return the rows from `start` to `end`, and those two days."""
        first, last = window(start, end, self.first, self.last)
        return self.rows.filter((nw.col(DAY) >= first) & (nw.col(DAY) <= last)), first, last

    def totals(self, rows: nw.LazyFrame[Any], first: int, last: int, **sums: nw.Expr) -> dict[str, Any]:
        """Return `sums` over rows of that window, and their number as `rows`: one row leaves the engine."""
        seen = one_row(rows.select(nw.len().alias("rows"), **sums))
        if not seen["rows"]:
            raise empty(first, last, self.first, self.last)
        return seen
