"""Owned contacts (private domain, 私域): a stock that messages earn from and spend. A model, not data."""

import math

import pandas as pd

from opslab.ground.arguments import POSITIVE, as_number
from opslab.ground.days import MOST_MONTHS

# Words
USED_UP = "mute + delete is {found:g} a message; together they must be below 1, or nobody is left to write to"


def contact_stock(
    per_month: float,
    months: int = 24,
    *,
    contacts: float = 10_000,
    added: float = 200,
    worth: float = 3.0,
    enough: float = 4.0,
    mute: float = 0.008,
    delete: float = 0.002,
    leaving: float = 0.01,
) -> pd.DataFrame:
    """Return a stock of owned contacts month by month, written to `per_month` times a month.

    Every number in it is an assumption to be argued about, and a platform may set limits of its own. A month
    with m messages earns worth (1 - e^(-m / enough)) yuan from each contact that can be reached: each further
    message adds less. Each message makes the share `mute` of them mute the firm, and the share `delete`
    delete it; of those left, `leaving` go each month without any reason of ours.

    Parameters
    ----------
    per_month
        Messages to each contact.
    contacts, added
        Contacts at the start, and new ones a month.
    worth
        The most that a contact can bring in a month (yuan).
    enough
        Messages a month that bring 63 % of it.

    Returns
    -------
    DataFrame
        Index month, 0 to `months`; columns reachable, muted, gone (contacts), income (yuan, summed up).

    Examples
    --------
    >>> contact_stock(per_month=4, months=1, added=0).round().loc[1].to_list()
    [9510.0, 315.0, 175.0, 18964.0]
    """
    length = as_number(months, "months", least=1, most=MOST_MONTHS, whole=True)
    reachable = as_number(contacts, "contacts", least=0)
    new = as_number(added, "added", least=0)
    earned, muted_share, gone_share = _month(per_month, worth, enough, mute, delete, leaving)
    rows = [(reachable, 0.0, 0.0, 0.0)]
    for _ in range(length):
        reachable, muted, gone, income = rows[-1]
        mutes, goes = reachable * muted_share, reachable * gone_share
        rows.append((reachable - mutes - goes + new, muted + mutes, gone + goes, income + reachable * earned))
    months_index = pd.RangeIndex(length + 1, name="month")
    return pd.DataFrame(rows, columns=["reachable", "muted", "gone", "income"], index=months_index)


def contact_worth(
    per_month: float,
    *,
    worth: float = 3.0,
    enough: float = 4.0,
    mute: float = 0.008,
    delete: float = 0.002,
    leaving: float = 0.01,
) -> float:
    """Return what one contact brings until it is lost (yuan), in the model of `contact_stock`.

    Lost is who mutes, deletes or leaves. A month's yuan divided by the share that is lost in a month, not
    discounted.

    Examples
    --------
    >>> [round(contact_worth(often), 1) for often in (1, 3, 12)]
    [33.3, 40.2, 23.3]
    """
    earned, muted, gone = _month(per_month, worth, enough, mute, delete, leaving)
    return earned / (muted + gone)


def _month(
    per_month: float, worth: float, enough: float, mute: float, delete: float, leaving: float
) -> tuple[float, float, float]:
    """Return for a reachable contact: yuan in a month, the chance to mute, the chance to be gone."""
    sent = as_number(per_month, "per_month", least=0, most=1_000)
    most = as_number(worth, "worth", least=0)
    scale = as_number(enough, "enough", least=POSITIVE)
    mutes, deletes = (
        as_number(share, name, least=0, most=1) for share, name in ((mute, "mute"), (delete, "delete"))
    )
    leaves = as_number(leaving, "leaving", least=1e-6, most=1)
    each = mutes + deletes
    if each >= 1:
        raise ValueError(USED_UP.format(found=each))
    stays = (1 - each) ** sent
    muted = (1 - stays) * mutes / each if each else 0.0
    deleted = 1 - stays - muted
    return most * -math.expm1(-sent / scale), muted, deleted + stays * leaves
