"""Two ways to grow: a funnel that is paid for, and a diffusion from user to user."""

from typing import Any

import numpy as np

from opslab.frames import as_number
from opslab.acquisition.costs import POSITIVE


def viral_users(start: float, k: float, cycles: Any) -> Any:
    """Return all users after `cycles` rounds of invitations, the first ones included (Skok 2009).

    start (k^(cycles + 1) - 1) / (k - 1). Each user invites once, in the round after joining, and brings `k`
    others: invitations sent times the share accepted. Below 1 the sum stops at start / (1 - k).
    """
    first = as_number(start, "start", least=0)
    each = as_number(k, "k", least=0)
    rounds = np.vectorize(lambda value: as_number(value, "cycles", least=0, whole=True), otypes=[float])(cycles)
    total = first * (rounds + 1) if each == 1 else first * (each ** (rounds + 1) - 1) / (each - 1)
    return float(total) if np.ndim(cycles) == 0 else total


def funnel_users(
    budget: float, cost: float, weeks: int, *, k: float = 0.0
) -> np.ndarray:
    """Return users won up to each week (0 to `weeks`) for a steady `budget` (yuan a week) at `cost` a user.

    Each user invites once, in the week after joining, and brings `k` others; 0 is a funnel alone.
    """
    money = as_number(budget, "budget", least=0)
    price = as_number(cost, "cost", least=POSITIVE)
    each = as_number(k, "k", least=0)
    length = as_number(weeks, "weeks", least=1, whole=True)
    joined, total = 0.0, [0.0]
    for _ in range(length):
        joined = money / price + each * joined
        total.append(total[-1] + joined)
    return np.array(total)
