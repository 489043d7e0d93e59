"""What a user costs, and what a user is worth."""

import math
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import POSITIVE, as_number, as_numbers, is_single
from opslab.ground.days import as_date, as_day, day_number
from opslab.ground.engine import DAY, START, can_join, require_met, settled
from opslab.ground.estimates import normal_quantile
from opslab.ground.frames import (
    ColumnKind,
    in_words,
    kinds_of,
    native,
    one_row,
    places_among,
    read_table,
    require_unique,
    small_table,
)

# Words
NOBODY_WON = (
    "customers{place} is 0: a cost for each customer needs at least one; leave it out or take more weeks"
)
NOTHING_SPENT = (
    "spend{place} is 0: count own work as spend, or leave it out; free users have no cost to divide"
)
TOO_YOUNG = "no user of users signed up {days} days or more before {until:%Y-%m-%d}; take fewer days"
OTHER_LABELS = (
    "spend and customers have different labels ({detail}); give one row of each for the same channels"
)

MONTH = 30  # days
PAYMENTS: dict[str, ColumnKind] = {"user_id": "key", "date": "date", "amount": "payment"}


def cac(spend: Any, customers: Any) -> Any:
    """Return the cost of acquiring a customer, in yuan: spend over customers, element by element.

    Two numbers give a number; two Series (of the same labels) or lists give one cost each. The blended cost
    of several channels is the ratio of sums, ``cac(spend.sum(), customers.sum())``, not the mean of ratios.

    Raises
    ------
    ValueError
        Zero or negative spend or customers, gaps, or different lengths or labels.

    Examples
    --------
    >>> cac(spend=6_000, customers=120)
    50.0
    """
    if is_single(spend) and is_single(customers):
        cost, won = as_number(spend, "spend", least=0), as_number(customers, "customers", least=0)
        _require_above_zero(np.array([cost]), NOTHING_SPENT, [""])
        _require_above_zero(np.array([won]), NOBODY_WON, [""])
        return cost / won
    costs = as_numbers(spend, "spend", least=0)
    won = as_numbers(customers, "customers", least=0, length=len(costs))
    labels: Any = range(len(costs))
    if isinstance(spend, pd.Series):
        labels = spend.index
        if isinstance(customers, pd.Series) and not customers.index.equals(labels):
            difference = sorted(map(str, labels.symmetric_difference(customers.index))) or "order"
            raise ValueError(OTHER_LABELS.format(detail=difference))
    _require_above_zero(costs, NOTHING_SPENT, [f"[{label!r}]" for label in labels])
    _require_above_zero(won, NOBODY_WON, [f"[{label!r}]" for label in labels])
    return pd.Series(costs / won, index=labels, name="cac") if isinstance(spend, pd.Series) else costs / won


def payback_months(cac: float, margin: float, churn: float = 0, discount: float = 0) -> float:
    """Return the months until a customer's margin has paid back the cost; infinite if it never does.

    `cac` in yuan; `margin` in yuan a month, above 0; `churn` and `discount` a month, as in `lifetime_value`.
    Without them it is cac / margin. Parts of a month count in proportion to the exponent.

    Examples
    --------
    >>> payback_months(cac=150, margin=40)
    3.75
    >>> round(payback_months(cac=150, margin=40, churn=0.07, discount=0.01), 2)
    4.27
    """
    cost = as_number(cac, "cac", least=0)
    left = as_number(margin, "margin", least=POSITIVE)
    kept = (1 - as_number(churn, "churn", least=0, most=1)) / (1 + as_number(discount, "discount", least=0))
    if kept == 1:
        return cost / left
    if kept == 0:
        return cost / left if cost <= left else math.inf
    paid = cost * (1 - kept) / left  # share of all margins to come
    return math.log1p(-paid) / math.log(kept) if paid < 1 else math.inf


def worth_by(
    users: Any,
    orders: Any,
    by: str = "channel",
    *,
    days: int = 180,
    margin: float = 1.0,
    discount: float = 0.0,
    level: float = 0.95,
    until: Any = None,
) -> pd.DataFrame:
    """Return what a sign-up brought in its first `days`, by a column of users.

    Users who paid nothing count with 0. Users who signed up less than `days` before the end cannot be
    watched, so they are left out.

    Parameters
    ----------
    users
        One row for each user: user_id, signup_date, and the column `by`.
    orders
        One row for each payment: user_id, date, amount (yuan).
    margin
        Share of a payment that is left after the costs of serving (0 to 1).
    discount
        By how much less a yuan is worth 30 days later.
    level
        Of the interval of the mean (0.8: 80 %).
    until
        Last day of the log; by default the last day in users or orders.

    Returns
    -------
    DataFrame
        Index `by`; columns users, worth (yuan a user), low and high (interval of the mean).

    Raises
    ------
    ValueError
        Bad tables; a user twice; orders of strangers only; nobody who can be watched for so long.

    Examples
    --------
    >>> import pandas as pd
    >>> users = pd.DataFrame({"user_id": [1, 2], "channel": ["ads", "seo"]})
    >>> users["signup_date"] = pd.Timestamp("2024-01-01")
    >>> dates = pd.to_datetime(["2024-02-01", "2024-12-31"])      # the second is after the first 180 days
    >>> orders = pd.DataFrame({"user_id": [2, 2], "date": dates, "amount": 30})
    >>> worth_by(users, orders).worth.to_dict()
    {'ads': 0.0, 'seo': 30.0}
    """
    days = as_number(days, "days", least=1, whole=True)
    kept = as_number(margin, "margin", least=0, most=1)
    rate = as_number(discount, "discount", least=0)
    z = normal_quantile(level)
    kinds = kinds_of(key=["user_id", by], date=["signup_date"])
    if can_join(users, orders, "user_id"):
        table = _worth_in_engine(users, orders, by, kinds, days, kept, rate, until)
    else:
        people = read_table(users, kinds, what="users", unique=["user_id"])
        paid = read_table(orders, PAYMENTS, what="orders")
        table = _worth(people, paid, by, days, kept, rate, until)
    half = z * table["sem"]
    return pd.DataFrame(
        {
            "users": table["count"],
            "worth": table["mean"],
            "low": table["mean"] - half,
            "high": table["mean"] + half,
        }
    )


def _worth(
    people: pd.DataFrame, paid: pd.DataFrame, by: str, days: int, kept: float, rate: float, until: Any
) -> pd.DataFrame:
    """Return count, mean and standard error of what users of each group brought."""
    place = places_among(
        paid["user_id"], pd.Index(people["user_id"]), ours="orders", theirs="users", key="user_id"
    )
    end = max(people["signup_date"].max(), paid["date"].max()) if until is None else as_day(until, "until")
    watched = (people["signup_date"] <= end - days).to_numpy()
    if not watched.any():
        raise _too_young(days, end)
    age = (paid["date"] - people["signup_date"].to_numpy()[place]).to_numpy()
    counts = (place >= 0) & (age >= 0) & (age < days)
    value = kept * paid["amount"] / (1 + rate) ** (age / MONTH)
    each = np.bincount(place[counts], weights=value[counts], minlength=len(people))
    worth = pd.Series(each[watched], index=people[by][watched]).groupby(level=0)
    return pd.DataFrame({"count": worth.count(), "mean": worth.mean(), "sem": worth.sem()})


@in_words()
def _worth_in_engine(
    users: Any,
    orders: Any,
    by: str,
    kinds: dict[str, ColumnKind],
    days: int,
    kept: float,
    rate: float,
    until: Any,
) -> pd.DataFrame:
    """Return the same; one row a group leaves the engine that has both tables."""
    user, day, start, paid = "user_id", nw.col(DAY), nw.col(START), nw.col("_paid")
    signed = native(users, kinds, what="users")
    require_unique(signed, [user], what="users")
    people = signed.lazy().select(user, by, day_number("signup_date").alias(START))
    bought = native(orders, PAYMENTS, what="orders").lazy()
    bought = bought.select(
        user, day_number("date").alias(DAY), nw.col("amount").cast(nw.Float64).alias("_paid")
    )
    joined = settled(bought.join(people.select(user, START), on=user, how="inner"))
    met = one_row(joined.select(met=nw.len()))["met"]
    require_met(met, bought, people, ours="orders", theirs="users", key=user)
    if until is None:
        ends = one_row(bought.select(high=day.max())), one_row(people.select(high=start.max()))
        end = int(max(one["high"] for one in ends))
    else:
        end = as_day(until, "until")
    age = day - start
    value = kept * paid * (age * (-math.log1p(rate) / MONTH)).exp()
    each = joined.filter((age >= 0) & (age < days)).select(user, _value=value)
    sums = settled(each.group_by(user).agg(nw.col("_value").sum()))
    worth = settled(people.filter(start <= end - days).join(sums, on=user, how="left"))
    brought = worth.select(by, _value=nw.col("_value").fill_null(0.0)).group_by(by)
    column = nw.col("_value")
    table = small_table(brought.agg(count=nw.len(), mean=column.mean(), sem=column.std(ddof=1)))
    if table.empty:
        raise _too_young(days, end)
    table = table.set_index(by).sort_index().astype({"count": np.int64, "mean": float, "sem": float})
    return table.assign(sem=table["sem"] / np.sqrt(table["count"]))


def _too_young(days: int, end: int) -> ValueError:
    return ValueError(TOO_YOUNG.format(days=days, until=as_date(end)))


def live_sale(
    sales: float,
    *,
    returns: float,
    commission: float,
    slot_fee: float,
    margin: float,
    return_cost: float = 0.0,
) -> pd.Series:
    """Return what a live sale leaves (yuan): margin on what is kept, less commission, fee and returns.

    Parameters
    ----------
    sales
        Yuan sold in the stream, returns included.
    returns, commission, margin
        Shares of 1: of the sales that is sent back; of what is kept, for the host; of what is kept, after
        goods and parcels.
    slot_fee
        Yuan paid before, whatever is sold.
    return_cost
        What a return costs, a share of its price.

    Returns
    -------
    Series
        margin, commission, slot fee, returns (the last three negative or 0) and profit, their sum.

    Examples
    --------
    >>> sale = live_sale(100_000, returns=0.4, commission=0.2, slot_fee=10_000, margin=0.45)
    >>> round(sale["profit"])
    5000
    """
    sold = as_number(sales, "sales", least=0)
    back = as_number(returns, "returns", least=0, most=1)
    kept = sold * (1 - back)
    parts = {
        "margin": as_number(margin, "margin", least=0, most=1) * kept,
        "commission": -as_number(commission, "commission", least=0, most=1) * kept,
        "slot fee": -as_number(slot_fee, "slot_fee", least=0),
        "returns": -as_number(return_cost, "return_cost", least=0, most=1) * sold * back,
    }
    return pd.Series(parts | {"profit": sum(parts.values())})


def _require_above_zero(values: np.ndarray, message: str, places: list[str]) -> None:
    if (values < POSITIVE).any():
        raise ValueError(message.format(place=places[int((values < POSITIVE).argmax())]))
