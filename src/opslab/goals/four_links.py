"""The four links as a machine: find, attract, keep, stay in touch; two stocks, active and dormant users."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_number
from opslab.ground.days import MOST_WEEKS

# Words
TOO_MANY_LEAVE = (
    "recall + lost is {found:g}; of those away one share comes back and another is lost for good in a week, "
    "so the two together are at most 1"
)

LINKS = ("reach", "attract", "keep", "recall")
POINT = 0.01


@dataclass(frozen=True, eq=False)
class FourLinks:
    """Result of `four_links`.

    Attributes
    ----------
    active, dormant
        Users in the last week.
    steady_active, steady_dormant
        Where the two stocks level off; infinite if nobody leaves for good.
    table
        Index week (0 to `weeks`); columns active and dormant.
    """

    active: float
    dormant: float
    steady_active: float
    steady_dormant: float
    table: pd.DataFrame = field(repr=False)


def four_links(
    reach: float,
    attract: float,
    keep: float,
    recall: float,
    weeks: int = 52,
    *,
    lost: float = 0.05,
    active: float = 0,
    dormant: float = 0,
) -> FourLinks:
    """Return active and dormant users, week by week, from one rate for each of the four links.

    active' = keep x active + recall x dormant + reach x attract;
    dormant' = (1 - keep) x active + (1 - recall - lost) x dormant.

    Parameters
    ----------
    reach
        Find: people with the need who hear of it in a week.
    attract
        Share of them (of 1) who become active users.
    keep
        Share of the active who are active in the next week.
    recall
        Stay in touch: share of the dormant who come back in a week.
    lost
        Share of the dormant who are gone for good in a week.
    active, dormant
        Users at the start.

    Raises
    ------
    ValueError
        A rate that is no share of 1; recall and lost together above 1.

    Examples
    --------
    >>> year = four_links(reach=1_000, attract=0.1, keep=0.9, recall=0.02)
    >>> round(year.active), round(year.dormant), round(year.steady_active)
    (1278, 1623, 1400)
    """
    found = as_number(reach, "reach", least=0, most=1e12)
    shares = {"attract": attract, "keep": keep, "recall": recall, "lost": lost}
    won, stay, back, gone = (as_number(value, name, least=0, most=1) for name, value in shares.items())
    if back + gone > 1:
        raise ValueError(TOO_MANY_LEAVE.format(found=back + gone))
    length = as_number(weeks, "weeks", least=1, most=MOST_WEEKS, whole=True)
    there = as_number(active, "active", least=0, most=1e12)
    away = as_number(dormant, "dormant", least=0, most=1e12)
    new = found * won
    rows = [(there, away)]
    for _ in range(length):
        there, away = stay * there + back * away + new, (1 - stay) * there + (1 - back - gone) * away
        rows.append((there, away))
    table = pd.DataFrame(rows, columns=["active", "dormant"], index=pd.RangeIndex(length + 1, name="week"))
    steady = _steady(new, stay, back, gone)
    return FourLinks(float(there), float(away), *steady, table)


def _steady(new: float, stay: float, back: float, gone: float) -> tuple[float, float]:
    """Return the stocks at which as many are lost for good as come."""
    if not new:
        return 0.0, 0.0
    if stay == 1 or not gone:
        return np.inf, np.inf if stay < 1 else 0.0
    return new * (back + gone) / (gone * (1 - stay)), new / gone


def leverage(
    reach: float,
    attract: float,
    keep: float,
    recall: float,
    weeks: int = 52,
    *,
    lost: float = 0.05,
    active: float = 0,
    dormant: float = 0,
) -> pd.DataFrame:
    """Return what a little more in one link adds to the active users of the last week.

    Returns
    -------
    DataFrame
        Index: the links. Columns: now (its rate); point (users added by one percentage point more; a point of
        reach is one in a hundred of it), percent (users added by one per cent more of the rate). A rate stops
        at 1.

    Examples
    --------
    >>> table = leverage(reach=1_000, attract=0.1, keep=0.9, recall=0.02)
    >>> table.point.idxmax(), table.percent.idxmax()      # a point of attract is a tenth of it
    ('attract', 'keep')
    """
    rates = {"reach": reach, "attract": attract, "keep": keep, "recall": recall}

    def users(**rates: float) -> float:
        return four_links(**rates, weeks=weeks, lost=lost, active=active, dormant=dormant).active

    base = users(**rates)
    rows = []
    for link, rate in rates.items():
        most = np.inf if link == "reach" else 1 - lost if link == "recall" else 1.0
        percent, point = rate * (1 + POINT), rate * (1 + POINT) if link == "reach" else rate + POINT
        gains = [users(**{**rates, link: min(more, most)}) - base for more in (point, percent)]
        rows.append((rate, *gains))
    return pd.DataFrame(rows, columns=["now", "point", "percent"], index=pd.Index(LINKS, name="link"))
