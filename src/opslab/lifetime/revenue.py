"""Who brings the money: concentration, the stress test of losing the largest payers, revenue retention."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import POSITIVE, as_number, as_numbers
from opslab.ground.days import as_date, as_day, day_number
from opslab.ground.engine import DAY, counts_itself
from opslab.ground.frames import in_words, kinds_of, native, one_row, read_table, small_table
from opslab.ground.inequality import gini

# Words
NO_MONEY = "the column {column!r} of {what} adds up to 0: there is no money to divide"
TOO_FEW = "{what} has {found} {noun}; a top share needs at least {least}"
PAYER, PAYERS = "payer", "payers"
NOBODY_PAID = (
    "nobody of {what} paid between {start:%Y-%m-%d} and {stop:%Y-%m-%d}; there is no revenue to retain"
)
OVERLAP = "second begins {second:%Y-%m-%d}, within the {days} days from {first:%Y-%m-%d}; choose a later day"

LEAST_PAYERS = 2
TOPS = (0.01, 0.05, 0.1, 0.2, 0.5)


@dataclass(frozen=True)
class StressTest:
    """What is left when the largest payers are gone; money in the table's unit (yuan), shares of 1.

    Attributes
    ----------
    payers, gone
        How many paid, and how many of them are taken away.
    revenue, left
        With everybody, and without those who are gone.
    lost
        The share of revenue that goes with them; `low` to `high` is its interval.
    low, high
        Percentile bootstrap over payers: draw as many payers with replacement, take away the largest again.
    gini
        Gini coefficient of payments over payers.
    """

    payers: int
    gone: int
    revenue: float
    left: float
    lost: float
    low: float
    high: float
    gini: float


@dataclass(frozen=True)
class RevenueRetention:
    """What the payers of one period pay in a later one, as shares of 1 of what they paid.

    Attributes
    ----------
    payers, revenue
        Who paid in the first period, and how much (yuan).
    net
        All that the *same* payers pay in the second period, over `revenue`. It may lie above 1.
    gross
        The same, but nobody counts with more than before: expansion cannot hide losses. Never above 1.
    expansion, contraction, churned
        Parts of `revenue`: paid more, paid less, paid nothing any more. net = 1 + expansion - contraction -
        churned, gross = 1 - contraction - churned.
    """

    payers: int
    revenue: float
    net: float
    gross: float
    expansion: float
    contraction: float
    churned: float


def revenue_concentration(
    payments: Any,
    tops: Any = TOPS,
    *,
    user: str = "user_id",
    amount: str = "amount",
) -> pd.DataFrame:
    """Return which share of the money the largest payers bring.

    Parameters
    ----------
    payments
        One row for each payment. Only those who paid something are counted, so the shares are of payers and
        not of users.
    tops
        Shares of the payers (above 0, up to 1). A top has the whole number of payers below that share, and
        at least one: 1 % of 518 are 5.

    Returns
    -------
    DataFrame
        Index `top`; payers (how many), revenue (theirs, yuan), share (of all revenue), least (the smallest
        sum among them).

    Examples
    --------
    >>> import pandas as pd
    >>> paid = pd.DataFrame({"user_id": [1, 1, 2, 3, 4], "amount": [50, 30, 10, 6, 4]})
    >>> revenue_concentration(paid, [0.25, 0.5]).share.to_list()
    [0.8, 0.9]
    """
    paid = _paid(payments, user, amount)
    shares = as_numbers(tops, "tops", least=POSITIVE, most=1)
    count = _in_top(len(paid), shares)
    held = np.cumsum(paid)[count - 1]
    return pd.DataFrame(
        {"payers": count, "revenue": held, "share": held / paid.sum(), "least": paid[count - 1]},
        index=pd.Index(shares, name="top"),
    )


def without_top(
    payments: Any,
    top: float = 0.01,
    *,
    level: float = 0.8,
    draws: int = 400,
    seed: int = 0,
    user: str = "user_id",
    amount: str = "amount",
) -> StressTest:
    """Take the largest payers away: a stress test, with an interval for the share that goes with them.

    The same works for what people give instead of money: answers, say, with 1 in `amount`.

    Parameters
    ----------
    payments
        One row for each payment.
    top
        Share of the payers who go, counted as in `revenue_concentration`.
    level
        Of the interval (0.8: 80 %). With few large payers it is wide, and a bootstrap of maxima is known to
        be too narrow: read it as the least that you do not know.

    Examples
    --------
    >>> import pandas as pd
    >>> paid = pd.DataFrame({"user_id": [1, 2, 3, 4], "amount": [80, 10, 6, 4]})
    >>> test = without_top(paid, top=0.25)
    >>> test.gone, test.left, test.lost
    (1, 20.0, 0.8)
    """
    paid = _paid(payments, user, amount)
    share = as_number(top, "top", least=POSITIVE, most=1)
    inside = as_number(level, "level", least=0.01, most=0.9999)
    times = as_number(draws, "draws", least=20, most=20_000, whole=True)
    rng = np.random.default_rng(as_number(seed, "seed", least=0, whole=True))
    gone = int(_in_top(len(paid), np.array([share]))[0])
    drawn = [_drawn_share(paid, gone, rng) for _ in range(times)]
    low, high = np.quantile(drawn, [(1 - inside) / 2, (1 + inside) / 2])
    total, held = float(paid.sum()), float(paid[:gone].sum())
    return StressTest(len(paid), gone, total, total - held, held / total, float(low), float(high), gini(paid))


def revenue_retention(
    payments: Any,
    first: Any,
    second: Any,
    days: int = 30,
    *,
    user: str = "user_id",
    when: str = "date",
    amount: str = "amount",
) -> RevenueRetention:
    """Return net and gross revenue retention (NRR, GRR) between two periods of `days`.

    Parameters
    ----------
    payments
        One row for each payment.
    first, second
        The first day of each period; they may not overlap. New payers of the second period do not count.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03", "2024-02-01", "2024-02-02"])
    >>> paid = pd.DataFrame({"user_id": [1, 2, 3, 1, 2], "date": days, "amount": [10, 10, 20, 30, 5]})
    >>> kept = revenue_retention(paid, "2024-01-01", "2024-02-01")
    >>> kept.net, kept.gross
    (0.875, 0.375)
    """
    length = as_number(days, "days", least=1, most=3660, whole=True)
    start, later = as_day(first, "first"), as_day(second, "second")
    if later < start + length:
        raise ValueError(OVERLAP.format(second=as_date(later), days=length, first=as_date(start)))
    kinds = kinds_of(key=[user], date=[when], payment=[amount])
    if counts_itself(payments):
        table = native(payments, kinds, what="payments")
        payers, sums = _kept_in_engine(table, user, when, amount, (start, later), length)
    else:
        payers, sums = _kept(
            read_table(payments, kinds, what="payments"), user, when, amount, (start, later), length
        )
    revenue = sums.pop("revenue")
    if not revenue > 0:
        words = {"start": as_date(start), "stop": as_date(start + length - 1)}
        raise ValueError(NOBODY_PAID.format(what="payments", **words))
    return RevenueRetention(payers, revenue, **{name: part / revenue for name, part in sums.items()})


def _kept(
    paid: pd.DataFrame, user: str, when: str, amount: str, starts: tuple[int, int], length: int
) -> tuple[int, dict[str, float]]:
    """Return the payers of the first period, and the sums (yuan) that the result has as shares."""
    before, after = (
        paid[(paid[when] >= day) & (paid[when] < day + length)].groupby(user)[amount].sum().astype(float)
        for day in starts
    )
    revenue = float(before.sum())
    before = before[before > 0]
    again = after.reindex(before.index).fillna(0.0)
    change = again - before
    sums = {
        "revenue": revenue,
        "net": again.sum(),
        "gross": np.minimum(before, again).sum(),
        "expansion": change[change > 0].sum(),
        "contraction": -change[(change < 0) & (again > 0)].sum(),
        "churned": before[again == 0].sum(),
    }
    return len(before), {name: float(part) for name, part in sums.items()}


@in_words()
def _kept_in_engine(
    table: Any, user: str, when: str, amount: str, starts: tuple[int, int], length: int
) -> tuple[int, dict[str, float]]:
    """Return the same; one row leaves the engine."""
    day, paid = nw.col(DAY), nw.col("_paid")
    rows = table.lazy().select(
        user, day_number(when).alias(DAY), nw.col(amount).cast(nw.Float64).alias("_paid")
    )
    periods = {
        name: nw.when((day >= start) & (day < start + length)).then(paid).otherwise(0.0)
        for name, start in zip(("_before", "_again"), starts, strict=True)
    }
    sums = rows.select(user, **periods).group_by(user).agg(nw.col(*periods).sum())
    before, again = nw.col("_before"), nw.col("_again")
    parts = {
        "revenue": before,
        "net": again,
        "gross": nw.when(again < before).then(again).otherwise(before),
        "expansion": nw.when(again > before).then(again - before).otherwise(0.0),
        "contraction": nw.when((again < before) & (again > 0)).then(before - again).otherwise(0.0),
        "churned": nw.when(again == 0).then(before).otherwise(0.0),
    }
    counted = sums.filter(before > 0).select(payers=nw.lit(1), **parts)
    seen = one_row(counted.select(nw.col("payers", *parts).sum()))
    return int(seen["payers"] or 0), {name: float(seen[name] or 0) for name in parts}


def _paid(payments: Any, user: str, amount: str) -> np.ndarray:
    """Return what each payer paid in all, the largest first."""
    kinds = kinds_of(key=[user], payment=[amount])
    if counts_itself(payments):
        sums = _sums_in_engine(native(payments, kinds, what="payments"), user, amount)
    else:
        table = read_table(payments, kinds, what="payments")
        sums = table.groupby(user, observed=True)[amount].sum().to_numpy(float)
    paid = np.sort(sums[sums > 0])[::-1]
    if not paid.size:
        raise ValueError(NO_MONEY.format(column=amount, what="payments"))
    if len(paid) < LEAST_PAYERS:
        noun = PAYER if len(paid) == 1 else PAYERS
        raise ValueError(TOO_FEW.format(what="payments", found=len(paid), noun=noun, least=LEAST_PAYERS))
    return paid


@in_words()
def _sums_in_engine(table: Any, user: str, amount: str) -> np.ndarray:
    """Return what each payer paid in all: each different sum leaves the engine once."""
    paid = table.lazy().select(user, nw.col(amount).cast(nw.Float64).alias("_paid"))
    sums = paid.group_by(user).agg(nw.col("_paid").sum())
    counts = small_table(sums.group_by("_paid").agg(nw.len().alias("_payers")))
    return np.repeat(counts["_paid"].to_numpy(float), counts["_payers"].to_numpy(np.int64))


def _in_top(payers: int, shares: np.ndarray) -> np.ndarray:
    # The smallest step up keeps 0.07 of 100 at 7, which floating point puts just above.
    return np.maximum(np.floor(shares * payers + 1e-9), 1).astype(np.int64)


def _drawn_share(paid: np.ndarray, gone: int, rng: np.random.Generator) -> float:
    """Return the share of the largest `gone` among payers drawn with replacement."""
    times = np.bincount(rng.integers(0, len(paid), len(paid)), minlength=len(paid))
    taken = np.minimum(np.cumsum(times), gone)  # `paid` is sorted: the first ones go
    return float(paid @ np.diff(taken, prepend=0) / (paid @ times))
