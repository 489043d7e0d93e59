"""The figures of a learning community's plan, each as a function: the fund, the pay, the people.

The plan is practitioner source S2's (群基金, 群管): an entry fee from each member is spent on weekly rewards,
monthly dues pay the moderators. Money in yuan, time in weeks.
"""

import pandas as pd

from opslab.ground.arguments import POSITIVE, as_number, as_numbers, require_result
from opslab.ground.days import MOST_WEEKS

MONTHS_A_YEAR, WEEKS_A_YEAR = 12, 52


def weekly_reward(members: float = 500, entry_fee: float = 200, weeks: int = WEEKS_A_YEAR) -> float:
    """Return the yuan a week if all entry fees are spent evenly over `weeks`.

    Examples
    --------
    >>> round(weekly_reward(500, entry_fee=200, weeks=52), 2)
    1923.08
    """
    members = as_number(members, "members", least=1)
    return members * as_number(entry_fee, "entry_fee", least=0) / _weeks(weeks)


def weekly_pay(members: float = 500, dues: float = 10) -> float:
    """Return the yuan a week for all moderators if they share the monthly `dues` of all members.

    Examples
    --------
    >>> round(weekly_pay(500, dues=10), 2)
    1153.85
    """
    members = as_number(members, "members", least=1)
    return members * as_number(dues, "dues", least=0) * MONTHS_A_YEAR / WEEKS_A_YEAR


def threshold_members(entry_fee: float = 200, weeks: int = WEEKS_A_YEAR) -> int:
    """Return the fewest members at which one week's reward is worth the entry fee (the 52 rule).

    `members * entry_fee / weeks >= entry_fee` holds from `members == weeks` on: the fee cancels.

    Raises
    ------
    ValueError
        If the fee is not above 0 (then no reward ever pays it back) or `weeks` is below 1.

    Examples
    --------
    >>> threshold_members(entry_fee=200), threshold_members(entry_fee=500)      # the fee cancels
    (52, 52)
    """
    as_number(entry_fee, "entry_fee", least=POSITIVE)
    return _weeks(weeks)


def break_even_joins(
    members: float = 500,
    entry_fee: float = 200,
    weeks: int = WEEKS_A_YEAR,
    weekly_spend: float | None = None,
) -> float:
    """Return how many must join each week so that the fund stays as it is.

    `weekly_spend` (yuan) is by default the plan's own: the first members' fees spread over `weeks`.

    Examples
    --------
    >>> round(break_even_joins(members=500, entry_fee=200, weeks=52), 1)
    9.6
    """
    fee = as_number(entry_fee, "entry_fee", least=POSITIVE)
    planned = weekly_reward(members, fee, weeks)
    return (planned if weekly_spend is None else as_number(weekly_spend, "weekly_spend", least=0)) / fee


def fund_ledger(
    members: float = 500,
    entry_fee: float = 200,
    weeks: int = WEEKS_A_YEAR,
    joins: float = 0,
    churn: float = 0,
    dues: float = 10,
    horizon: int = 2 * WEEKS_A_YEAR,
    weekly_spend: float | None = None,
) -> pd.DataFrame:
    """Return the plan's money week by week.

    Parameters
    ----------
    members, entry_fee, weeks
        The first members' fees are the fund; the plan spends it evenly over `weeks`.
    joins
        Members who join in each week; each brings an entry fee.
    churn
        Share of the members that leaves in each week (0 to 1). Fees are not paid back.
    dues
        Yuan a month from each member, for the moderators.
    horizon
        Weeks to follow.
    weekly_spend
        Yuan of reward a week; by default the plan's, ``members * entry_fee / weeks``.

    Returns
    -------
    Table by week (1, 2, ...): `members` at the week's start, `fees` that came in, `reward` paid (what is
    left if the fund does not suffice), `fund` at the week's end, `moderators` (dues for their pay).

    Raises
    ------
    ValueError
        If a number is negative, no members are there, or a week count is below 1.

    Examples
    --------
    >>> fund_ledger(members=500, entry_fee=200, weeks=52).fund.iloc[[0, 51]].round().to_list()
    [98077.0, 0.0]
    """
    fund = as_number(members, "members", least=1) * as_number(entry_fee, "entry_fee", least=0)
    planned = weekly_reward(members, entry_fee, weeks)
    spend = planned if weekly_spend is None else as_number(weekly_spend, "weekly_spend", least=0)
    joins = as_number(joins, "joins", least=0)
    stay = 1 - as_number(churn, "churn", least=0, most=1)
    people = float(members)
    rows = []
    for week in range(1, as_number(horizon, "horizon", least=1, most=MOST_WEEKS, whole=True) + 1):
        fees = joins * entry_fee
        reward = min(spend, fund + fees)
        fund = fund + fees - reward
        rows.append((week, people, fees, reward, fund, weekly_pay(1, dues) * people))
        people = people * stay + joins
    columns = ["week", "members", "fees", "reward", "fund", "moderators"]
    return pd.DataFrame(rows, columns=columns).set_index("week")


def fund_ends(ledger: pd.DataFrame) -> int | None:
    """Return the first week after which less than one yuan is left in a `fund_ledger`, or None.

    Examples
    --------
    >>> fund_ends(fund_ledger(joins=0)), fund_ends(fund_ledger(joins=10))
    (52, None)
    """
    require_result(ledger, "ledger", ["fund"], "fund_ledger")
    weeks = as_numbers(ledger.index, "the index of ledger")
    empty = weeks[ledger["fund"] < 1]
    return int(empty[0]) if len(empty) else None


def introduction_hours(members: int = 500, minutes: float = 1) -> float:
    """Return the hours that introductions take if everyone speaks for so many minutes.

    Examples
    --------
    >>> round(introduction_hours(500, minutes=1), 2)
    8.33
    """
    members = as_number(members, "members", least=1, whole=True)
    return members * as_number(minutes, "minutes", least=0) / 60


def pairs(members: int = 500) -> int:
    """Return in how many pairs the members could meet: n (n - 1) / 2.

    Examples
    --------
    >>> pairs(500)
    124750
    """
    members = as_number(members, "members", least=1, whole=True)
    return members * (members - 1) // 2


def _weeks(weeks: int) -> int:
    return as_number(weeks, "weeks", least=1, whole=True)
