"""Two ways to grow: a funnel that is paid for, and a diffusion from user to user."""

from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import POSITIVE, as_number, as_numbers, is_single
from opslab.ground.days import MOST_WEEKS
from opslab.ground.estimates import geometric_sum


def viral_users(start: float, k: float, cycles: Any) -> Any:
    """Return all users after `cycles` rounds of invitations, the first ones included (Skok 2009).

    start (k^(cycles + 1) - 1) / (k - 1). Each user invites once, in the round after joining, and brings `k`
    others: invitations sent times the share accepted. Below 1 the sum stops at start / (1 - k).

    Examples
    --------
    >>> viral_users(start=100, k=0.5, cycles=3)
    187.5
    """
    first = as_number(start, "start", least=0)
    each = as_number(k, "k", least=0)
    given = as_numbers([cycles] if is_single(cycles) else cycles, "cycles", least=0)
    rounds = np.array([as_number(value, "cycles", least=0, whole=True) for value in given], dtype=float)
    total = first * geometric_sum(each, rounds + 1)
    return float(total[0]) if is_single(cycles) else total


def funnel_users(budget: float, cost: float, weeks: int, *, k: float = 0.0) -> np.ndarray:
    """Return users won up to each week (0 to `weeks`) for a steady `budget` (yuan a week) at `cost` a user.

    Each user invites once, in the week after joining, and brings `k` others; 0 is a funnel alone.

    Examples
    --------
    >>> funnel_users(budget=1_000, cost=20, weeks=3).tolist()
    [0.0, 50.0, 100.0, 150.0]
    """
    money = as_number(budget, "budget", least=0)
    price = as_number(cost, "cost", least=POSITIVE)
    each = as_number(k, "k", least=0)
    length = as_number(weeks, "weeks", least=1, most=MOST_WEEKS, whole=True)
    joined, total = 0.0, [0.0]
    for _ in range(length):
        joined = money / price + each * joined
        total.append(total[-1] + joined)
    return np.array(total)


def trust_policy(
    offer_every: int | None,
    *,
    weeks: int = 52,
    members: int = 500,
    price: float = 30,
    built: float = 0.12,
    spent: float = 0.35,
    buying: float = 0.2,
    leaving: float = 0.06,
    asking: float = 0,
    opens: int = 1,
    seen: float = 1,
    lapse: float = 0,
    fee: float = 0,
) -> pd.DataFrame:
    """Return a small community week by week, if every `offer_every` weeks it is sold to; None: never.

    A model, not data: every number in it is an assumption to be argued about. In a week without an offer
    free, useful content builds trust: it closes the share `built` of the gap to 1. An offer sells to the
    share `buying` times trust of the members at `price` (yuan), then takes the share `spent` of their trust
    away, and of those who do not trust some leave: the share `leaving` times (1 - trust).

    From the week `opens` on the share `asking` times trust of the members buys without an offer, as in a
    shop; that takes no trust away. Only the share `seen` of the members meets what is done in a week. Of
    those who do, the share `lapse` is let down in a week without an offer and loses the share `spent` of
    its trust. `fee` (yuan a week) is paid throughout, and taken off the income.

    Returns
    -------
    DataFrame
        Index week (1 to `weeks`); columns trust (0 to 1), members and income (yuan, summed up).

    Examples
    --------
    >>> trust_policy(offer_every=4).income.iloc[[3, 51]].round().to_list()      # yuan after 4 and 52 weeks
    [1364.0, 17156.0]
    >>> shop = trust_policy(None, asking=0.03, opens=9, fee=100)
    >>> shop.income.iloc[[7, 51]].round().to_list()
    [-800.0, 13654.0]
    """
    length = as_number(weeks, "weeks", least=1, most=MOST_WEEKS, whole=True)
    every = length + 1 if offer_every is None else as_number(offer_every, "offer_every", least=1, whole=True)
    there = float(as_number(members, "members", least=1, whole=True))
    cost = as_number(price, "price", least=0)
    first = as_number(opens, "opens", least=1, whole=True)
    paid = as_number(fee, "fee", least=0)
    shares = {"built": built, "spent": spent, "buying": buying, "leaving": leaving}
    shares |= {"asking": asking, "seen": seen, "lapse": lapse}
    up, down, buy, leave, ask, met, bad = (
        as_number(value, name, least=0, most=1) for name, value in shares.items()
    )
    trust, income, rows = 0.2, 0.0, []
    for week in range(1, length + 1):
        if week % every == 0:
            income += there * met * trust * buy * cost
            trust *= 1 - met * down
            there *= 1 - met * leave * (1 - trust)
        else:
            trust += met * ((1 - bad) * up * (1 - trust) - bad * down * trust)
        if week >= first:
            income += there * met * trust * ask * cost
        income -= paid
        rows.append((trust, there, income))
    weeks_index = pd.RangeIndex(1, length + 1, name="week")
    return pd.DataFrame(rows, columns=["trust", "members", "income"], index=weeks_index)
