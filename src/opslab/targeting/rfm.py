"""RFM: how recently, how often and for how much each customer bought."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import as_number
from opslab.ground.days import as_date, as_day, day_number, day_numbers
from opslab.ground.frames import collect, in_words, kinds_of, native, plain_numbers, small_table, to_pandas
from opslab.ground.ids import close_numbers

# Words
BEFORE_ORDERS = "as_of is {found:%Y-%m-%d}, before the first order ({first:%Y-%m-%d}); choose a later day"
MORE_BINS = "bins is {bins}, but only {found} customers have bought by then; choose fewer bins"


def rfm(
    orders: Any,
    as_of: Any,
    bins: int = 5,
    user: str = "user_id",
    when: str = "date",
    amount: str = "amount",
) -> pd.DataFrame:
    """Score each customer by recency, frequency and monetary value on the day `as_of`.

    The convention is that of Hughes (1994), *Strategic Database Marketing*: `bins` groups of equal size on
    each of the three, the best one `bins`, each scored by itself. Customers with equal values get equal
    scores, so groups are of unequal size where many are alike.

    Parameters
    ----------
    orders
        One row for each order: pandas, Polars, DuckDB or any frame that Narwhals knows. Orders after
        `as_of` are left out.

    Returns
    -------
    DataFrame
        Index user; recency (days since the last order), frequency (orders), monetary (sum of `amount`, yuan),
        r, f, m (1 to `bins`), score (their text, such as "555").

    Raises
    ------
    ValueError
        Bad orders; a negative amount; `as_of` before the first order; more bins than customers.

    Examples
    --------
    >>> import pandas as pd
    >>> dates = pd.to_datetime(["2024-01-01", "2024-03-01", "2024-03-15"])
    >>> orders = pd.DataFrame({"user_id": [1, 2, 2], "date": dates, "amount": [30.0, 50, 70]})
    >>> scored = rfm(orders, as_of="2024-04-01", bins=2)
    >>> scored[["recency", "frequency", "monetary", "score"]].to_numpy().tolist()
    [[91, 1, 30.0, '111'], [17, 2, 120.0, '222']]
    """
    bins = as_number(bins, "bins", least=2, most=9, whole=True)
    last = as_day(as_of, "as_of")
    table = native(orders, kinds_of(key=[user], date=[when], payment=[amount]), what="orders")
    table = table.select(user, when, amount)
    if isinstance(table, nw.LazyFrame) or table.implementation.is_polars():
        people, day, count, paid = _in_engine(table, last, user, when, amount)
    else:
        people, day, count, paid = _in_numpy(
            to_pandas(table.get_column(user)),
            day_numbers(to_pandas(table.get_column(when))),
            plain_numbers(to_pandas(table.get_column(amount))),
            last,
        )
    if len(people) < bins:
        raise ValueError(MORE_BINS.format(bins=bins, found=len(people)))
    recency = last - day
    r = bins + 1 - quantile_scores(recency, bins)
    f, m = quantile_scores(count, bins), quantile_scores(paid, bins)
    score = pd.array([str(code) for code in range(1000)], dtype="str").take(100 * r + 10 * f + m)
    return pd.DataFrame(
        {"recency": recency, "frequency": count, "monetary": paid, "r": r, "f": f, "m": m, "score": score},
        index=pd.Index(people, name=user),
    )


def quantile_scores(values: np.ndarray, bins: int) -> np.ndarray:
    """Return 1 to `bins` by the quantiles of `pandas.qcut`, which stops at equal edges; this goes on."""
    # Rounded, so that a value equal to an edge is not parted from it by the last bit.
    edges = np.quantile(values, np.arange(1, bins) / bins).round(9)
    return 1 + np.searchsorted(edges, values, side="left")


def _in_numpy(
    users: pd.Series, days: np.ndarray, paid: np.ndarray, last: int
) -> tuple[pd.Index, np.ndarray, np.ndarray, np.ndarray]:
    number, ids = close_numbers(users)
    if days.max() > last:
        inside = days <= last
        _require_orders(bool(inside.any()), last, int(days.min()))
        number, days, paid = number[inside], days[inside], paid[inside]
    count = np.bincount(number)
    total = np.bincount(number, weights=paid)
    latest = np.full(len(count), np.iinfo(np.int64).min)
    np.maximum.at(latest, number, days)
    bought = np.flatnonzero(count)
    people = ids.take(bought) if isinstance(ids, pd.Index) else pd.Index(bought + ids)
    total = total[bought]
    if paid.dtype.kind in "iu":
        total = np.rint(total).astype(np.int64)
    return people, latest[bought], count[bought], total


@in_words()
def _in_engine(
    table: Any, last: int, user: str, when: str, amount: str
) -> tuple[pd.Index, np.ndarray, np.ndarray, np.ndarray]:
    """Let Polars or DuckDB count: only one row a customer leaves the engine."""
    whole = table.collect_schema()[amount].is_integer()
    paid = nw.col(amount).cast(nw.Int64 if whole else nw.Float64)
    lazy = table.lazy().select(user, day_number(when).alias("_day"), paid.alias("_paid"))
    totals = (
        lazy.filter(nw.col("_day") <= last)
        .group_by(user)
        .agg(nw.col("_day").max(), nw.len().alias("_count"), nw.col("_paid").sum())
    )
    found = small_table(totals).set_index(user).sort_index()
    if found.empty:
        _require_orders(False, last, collect(lazy.select(nw.col("_day").min()))["_day"][0])
    return (
        found.index,
        *(found[name].to_numpy(np.int64) for name in ("_day", "_count")),
        (found["_paid"].to_numpy(np.int64 if whole else float)),
    )


def _require_orders(some: bool, last: int, first: int) -> None:
    if not some:
        raise ValueError(BEFORE_ORDERS.format(found=as_date(last), first=as_date(first)))
