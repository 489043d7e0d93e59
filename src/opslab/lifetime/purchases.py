"""From orders to histories: repeat purchases, the last one, the time watched, and their mean value."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import as_number
from opslab.ground.days import as_date, as_day, day_number, day_numbers, require_span
from opslab.ground.engine import settled
from opslab.ground.frames import collect, in_words, kinds_of, native, plain_numbers, small_table, to_pandas
from opslab.ground.ids import close_numbers

# Words
BEFORE_ORDERS = "until is {found:%Y-%m-%d}, before the first order ({first:%Y-%m-%d}); choose a later day"
NOTHING_HELD_OUT = (
    "split is {split:%Y-%m-%d} and the log ends on {until:%Y-%m-%d}; leave at least one day after the split"
)

COLUMNS = ["frequency", "recency", "T", "value"]


def purchase_summary(
    orders: Any,
    until: Any = None,
    *,
    unit_days: int = 7,
    user: str = "user_id",
    when: str = "date",
    amount: str = "amount",
) -> pd.DataFrame:
    """Return each customer's history as the models of repeat purchase want it.

    A purchase is a *day* with at least one order: two orders on one day are one purchase, and their amounts
    are added. Time counts from the customer's first purchase.

    Parameters
    ----------
    orders
        One row for each order: pandas, Polars, DuckDB or any frame that Narwhals knows. Choose the rows
        first: courses, say, without dues.
    until
        The last day of the log; by default the last day in orders. Later orders are left out.
    unit_days
        Days in the unit of time of recency and T: 7 gives weeks.

    Returns
    -------
    DataFrame
        Index user; `frequency` (*repeat* purchases: days with orders, less the first), `recency` (time from
        the first purchase to the last; 0 without a repeat), `T` (time from the first purchase to `until`),
        `value` (mean amount of a repeat purchase, yuan; 0 without one).

    Raises
    ------
    ValueError
        Bad orders; a negative amount; `until` before the first order.

    Examples
    --------
    >>> import pandas as pd
    >>> dates = pd.to_datetime(["2024-01-01", "2024-01-15", "2024-01-15", "2024-01-08"])
    >>> orders = pd.DataFrame({"user_id": [1, 1, 1, 2], "date": dates, "amount": [20.0, 30, 10, 50]})
    >>> purchase_summary(orders, until="2024-01-29").to_numpy().tolist()
    [[1.0, 2.0, 4.0, 40.0], [0.0, 0.0, 3.0, 0.0]]
    """
    unit = as_number(unit_days, "unit_days", least=1, most=366, whole=True)
    table = native(orders, kinds_of(key=[user], date=[when], payment=[amount]), what="orders")
    table = table.select(user, when, amount)
    if isinstance(table, nw.LazyFrame) or table.implementation.is_polars():
        people, found, end = _in_engine(table, until, user, when, amount)
    else:
        people, found, end = _in_numpy(table, until, user, when, amount)
    first, last, days, total, at_first = found
    require_span(np.append(first, end), "orders")
    repeats = days - 1
    value = np.where(repeats > 0, (total - at_first) / np.maximum(repeats, 1), 0.0)
    columns = [repeats, (last - first) / unit, (end - first) / unit, value]
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)), index=pd.Index(people, name=user))


def hold_out(
    orders: Any,
    split: Any,
    until: Any = None,
    *,
    unit_days: int = 7,
    user: str = "user_id",
    when: str = "date",
    amount: str = "amount",
) -> pd.DataFrame:
    """Return the histories up to the day `split`, and what the same customers bought after it.

    Fit a model on the first columns, let it foretell `actual`, and compare. Customers whose first purchase
    lies after the split are left out: nobody could have known them.

    Parameters
    ----------
    orders, until, unit_days
        As for `purchase_summary`.
    split
        The last day that a model may see.

    Returns
    -------
    DataFrame
        As `purchase_summary(orders, split)`, with `actual` (purchases after the split, days with orders) and
        `ahead` (time from the split to the end of the log).

    Examples
    --------
    >>> import pandas as pd
    >>> dates = pd.to_datetime(["2024-01-01", "2024-01-15", "2024-01-20", "2024-01-08"])
    >>> orders = pd.DataFrame({"user_id": [1, 1, 1, 2], "date": dates, "amount": [20.0, 30, 10, 50]})
    >>> hold_out(orders, "2024-01-15", "2024-01-29")[["frequency", "actual", "ahead"]].to_numpy().tolist()
    [[1.0, 1.0, 2.0], [0.0, 0.0, 2.0]]
    """
    names = {"unit_days": unit_days, "user": user, "when": when, "amount": amount}
    whole = purchase_summary(orders, until, **names)
    seen = purchase_summary(orders, split, **names)
    ahead = float(whole["T"].loc[seen.index].sub(seen["T"]).iloc[0])
    if ahead <= 0:
        day = as_day(split, "split")
        raise ValueError(
            NOTHING_HELD_OUT.format(split=as_date(day), until=as_date(day + round(ahead * unit_days)))
        )
    actual = whole["frequency"].loc[seen.index] - seen["frequency"]
    return seen.assign(actual=actual, ahead=ahead)


def _in_numpy(table: Any, until: Any, user: str, when: str, amount: str) -> Any:
    number, ids = close_numbers(to_pandas(table.get_column(user)))
    days = day_numbers(to_pandas(table.get_column(when)))
    paid = plain_numbers(to_pandas(table.get_column(amount))).astype(float)
    low, high = int(days.min()), int(days.max())
    end = high if until is None else as_day(until, "until")
    if end < low:
        raise ValueError(BEFORE_ORDERS.format(found=as_date(end), first=as_date(low)))
    if end < high:
        inside = days <= end
        number, days, paid = number[inside], days[inside], paid[inside]
    require_span(np.append(days, min(end, high)), "orders")
    # One number for each customer and day: sorted, it shows every customer's days one after another.
    span = min(end, high) - low + 1
    visits = np.sort(number * span + (days - low))
    visits = visits[np.concatenate([[True], visits[1:] != visits[:-1]])]
    who = visits // span
    starts = np.flatnonzero(np.concatenate([[True], who[1:] != who[:-1]]))
    stops = np.concatenate([starts[1:], [len(who)]])
    bought = who[starts]
    first, last = visits[starts] - bought * span + low, visits[stops - 1] - bought * span + low
    begins = np.zeros(int(bought[-1]) + 1, dtype=np.int64)
    begins[bought] = first
    total = np.bincount(number, weights=paid)[bought]
    on_first = days == begins[number]
    at_first = np.bincount(number[on_first], weights=paid[on_first], minlength=len(begins))[bought]
    people = ids.take(bought) if isinstance(ids, pd.Index) else pd.Index(bought + ids)
    order = np.argsort(people) if not people.is_monotonic_increasing else slice(None)
    return people[order], [one[order] for one in (first, last, stops - starts, total, at_first)], end


@in_words()
def _in_engine(table: Any, until: Any, user: str, when: str, amount: str) -> Any:
    """Let Polars or DuckDB count: only one row a customer leaves the engine."""
    paid = nw.col(amount).cast(nw.Float64)
    lazy = table.lazy().select(user, day_number(when).alias("_day"), paid.alias("_paid"))
    ends = collect(lazy.select(low=nw.col("_day").min(), high=nw.col("_day").max())).rows(named=True)[0]
    end = int(ends["high"]) if until is None else as_day(until, "until")
    if end < ends["low"]:
        raise ValueError(BEFORE_ORDERS.format(found=as_date(end), first=as_date(ends["low"])))
    per_day = settled(lazy.filter(nw.col("_day") <= end).group_by(user, "_day").agg(nw.col("_paid").sum()))
    start = per_day.group_by(user).agg(_first=nw.col("_day").min())
    joined = settled(per_day.join(start, on=user, how="inner"))
    at_first = nw.when(nw.col("_day") == nw.col("_first")).then(nw.col("_paid")).otherwise(0.0)
    totals = (
        joined.with_columns(_at_first=at_first)
        .group_by(user)
        .agg(
            nw.col("_first").min(),
            _last=nw.col("_day").max(),
            _days=nw.len(),
            _total=nw.col("_paid").sum(),
            _once=nw.col("_at_first").sum(),
        )
    )
    found = small_table(totals).set_index(user).sort_index()
    whole = [found[name].to_numpy(np.int64) for name in ("_first", "_last", "_days")]
    return found.index, [*whole, *(found[name].to_numpy(float) for name in ("_total", "_once"))], end
