"""Membership by subtraction 会员做减法: points as a debt, and tiers that change nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import POSITIVE, as_number, as_numbers, require_named
from opslab.ground.days import MOST_WEEKS
from opslab.ground.engine import read_unordered
from opslab.ground.estimates import normal_quantile
from opslab.ground.frames import kinds_of

# Words
TOO_MUCH = (
    "redeemed_rate {redeemed:g} and expiry_rate {expiry:g} add up to more than 1: more points would leave "
    "than "
    "there are"
)
THIN = (
    "near the {tier!r} threshold of {threshold:g} yuan {found} customers lie {side} it; at least {least} on "
    "each side "
    "are needed: widen `width` or leave the tier out"
)
BELOW, ABOVE = "below", "above"

LEAST_SIDE = 20  # customers on each side of a threshold


@dataclass(frozen=True)
class PointsLedger:
    """Points issued, redeemed, expired and still owed, week by week.

    Attributes
    ----------
    outstanding
        Points owed at the end of the last week.
    steady
        Where the stock comes to rest with the last week's issue; infinite if nothing ever leaves it.
    breakage
        Share of points (of 1) that are never redeemed, in the long run: expiry over expiry and redemption.
    table
        Index `week` from 1; issued, redeemed, expired, outstanding (points).
    """

    outstanding: float
    steady: float
    breakage: float
    table: pd.DataFrame


def points_ledger(
    issued: Any,
    redeemed_rate: float,
    expiry_rate: float,
    weeks: int,
    start: float = 0,
) -> PointsLedger:
    """Keep the stock of loyalty points as a ledger: what the members hold is what the firm owes.

    Redemption and expiry act on the stock at the start of a week; what is issued is added after.

    Parameters
    ----------
    issued
        Points issued a week: one number, or one for each week.
    redeemed_rate, expiry_rate
        Shares of the stock (0 to 1) that are redeemed and that expire in a week; together at most 1.
    weeks
        Weeks to follow, 1 or more.
    start
        Points owed at the start.

    Examples
    --------
    >>> ledger = points_ledger(1_000, redeemed_rate=0.02, expiry_rate=0.01, weeks=52)
    >>> round(ledger.outstanding), round(ledger.steady), round(ledger.breakage, 3)
    (26494, 33333, 0.333)
    """
    length = as_number(weeks, "weeks", least=1, most=MOST_WEEKS, whole=True)
    if isinstance(issued, int | float | np.number) or np.ndim(issued) == 0:
        new = np.full(length, as_number(issued, "issued", least=0, most=1e80))
    else:
        new = as_numbers(issued, "issued", least=0, most=1e80, length=length)
    redeemed = as_number(redeemed_rate, "redeemed_rate", least=0, most=1)
    expiry = as_number(expiry_rate, "expiry_rate", least=0, most=1)
    stock = as_number(start, "start", least=0, most=1e80)
    leaving = redeemed + expiry
    if leaving > 1 + 1e-12:
        raise ValueError(TOO_MUCH.format(redeemed=redeemed, expiry=expiry))
    rows = []
    for more in new:
        used, lapsed = stock * redeemed, stock * expiry
        stock = max(stock - used - lapsed, 0.0) + more
        rows.append((more, used, lapsed, stock))
    columns = ["issued", "redeemed", "expired", "outstanding"]
    table = pd.DataFrame(rows, columns=columns, index=pd.RangeIndex(1, length + 1, name="week"))
    # Rates below 1e-9 a week empty a stock in millions of years: for ever.
    rests = leaving > 1e-9
    last = float(new[-1])
    steady = last / leaving if rests else (np.inf if last else stock)
    return PointsLedger(float(stock), float(steady), expiry / leaving if rests else 1.0, table)


def prune_tiers(
    payers: Any,
    thresholds: Mapping[str, float],
    margin: float = 0.05,
    *,
    width: float = 0.5,
    level: float = 0.9,
    paid: str = "paid",
    kept: str = "kept",
) -> pd.DataFrame:
    """Ask of each tier whether it keeps anybody: compare customers just below its threshold and just above.

    Those above a threshold have paid more, so they stay more, tier or no tier: tiers may not be compared as
    wholes. The counterfactual is who missed the tier by little. Within `width` of the threshold, a straight
    line is fitted on each side; the gap between them at the threshold is what the tier adds (regression
    discontinuity, local linear, uniform kernel, heteroscedasticity-robust errors HC1).

    Parameters
    ----------
    payers
        One row for each payer: `paid` (yuan up to the day on which the tier is read) and `kept` (True or
        False: seen in a period after that day).
    thresholds
        Name of each tier to the yuan (above 0) from which it is given.
    margin
        The loss of retention (share of 1) that you would accept for a simpler plan.
    width
        Half-width of the window, as a share of the threshold.
    level
        Of the two-sided interval; at 0.9 its upper end is a one-sided test at 5 %.

    Returns
    -------
    DataFrame
        Index `tier`; below, above (customers), adds (points of retention at the threshold, share of 1),
        low, high, and prune: True if even `high` is below `margin`, so the tier may go (a test of
        non-inferiority). False does not say that the tier helps.

    Examples
    --------
    >>> import pandas as pd
    >>> paid = pd.Series(range(1, 4001)) / 2
    >>> people = pd.DataFrame({"paid": paid, "kept": 2 * paid % 10 < 3 + 4 * (paid >= 1000)})
    >>> prune_tiers(people, {"silver": 500, "gold": 1000}, margin=0.2).prune.to_dict()
    {'silver': True, 'gold': False}
    """
    require_named(thresholds, "thresholds", "yuan")
    accepted = as_number(margin, "margin", least=0, most=1)
    reach = as_number(width, "width", least=0.01, most=1)
    z = normal_quantile(level)
    table = read_unordered(payers, kinds_of(payment=[paid], flag=[kept]), what="payers")
    rows = {}
    for tier, threshold in thresholds.items():
        edge = as_number(threshold, f"thresholds[{tier!r}]", least=POSITIVE)
        near = table[(table[paid] - edge).abs() <= reach * edge]
        above = (near[paid] >= edge).to_numpy()
        for side, inside in ((BELOW, ~above), (ABOVE, above)):
            if inside.sum() < LEAST_SIDE:
                words = {"tier": tier, "threshold": edge, "found": int(inside.sum()), "side": side}
                raise ValueError(THIN.format(**words, least=LEAST_SIDE))
        adds, error = _gap(near[paid].to_numpy(float) / edge - 1, above, near[kept].to_numpy(float))
        low, high = adds - z * error, adds + z * error
        rows[tier] = (int((~above).sum()), int(above.sum()), adds, low, high, high < accepted)
    columns = ["below", "above", "adds", "low", "high", "prune"]
    found = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return found.rename_axis("tier")


def _gap(distance: np.ndarray, above: np.ndarray, kept: np.ndarray) -> tuple[float, float]:
    """Return the jump of `kept` at distance 0, and its standard error (HC1)."""
    wide = np.column_stack([np.ones(len(kept)), above, distance, above * distance])
    inverse = np.linalg.pinv(wide.T @ wide)
    effect = inverse @ wide.T @ kept
    missed = kept - wide @ effect
    scale = len(kept) / (len(kept) - wide.shape[1])
    spread = inverse @ (wide.T * missed**2) @ wide @ inverse * scale
    return float(effect[1]), float(np.sqrt(max(spread[1, 1], 0.0)))
