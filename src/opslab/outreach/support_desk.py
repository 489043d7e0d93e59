"""The desk that answers: how long people wait by the queue's arithmetic, and by the tickets of a firm."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import POSITIVE, as_names, as_number
from opslab.ground.engine import read_unordered
from opslab.ground.frames import kinds_of, native

# Words
TICKETS = "tickets"
OVERLOADED = (
    "{clerks} {people} can answer {can:.4g} tickets where {come:.4g} come: a load of {load:.4g}. "
    "At 1 and above the line grows without end, so there is no mean wait; "
    "give more clerks, a shorter handling time or fewer tickets"
)
CLERK, CLERKS = "clerk", "clerks"
BEFORE_IT_CAME = (
    "column {column!r} of tickets goes down to {found:g}: a ticket cannot be {done} before it {came}. "
    "Mend its times, or leave such rows out"
)
TAKEN_UP, CAME, CLOSED, OPENED = "taken up", "came", "closed", "was opened"
NO_WAITS = "no ticket of {group!r} has a wait in column {column!r}; leave that group out"

MOST_CLERKS = 100_000
NINETY = 0.9


@dataclass(frozen=True)
class Waiting:
    """Result of `waiting`; times are in the unit of `handling`.

    Attributes
    ----------
    load
        Share of the clerks' time that is work (utilisation, 利用率), below 1.
    p_wait
        Share of tickets that wait at all.
    mean_wait, median_wait, p90_wait
        Until somebody takes the ticket up: the first answer. Nine in ten wait `p90_wait` or less.
    within_target
        Share that waits `target` or less; NaN without a target.
    in_line
        Mean number of tickets that wait (Little's law: arrivals x mean wait).
    """

    load: float
    p_wait: float
    mean_wait: float
    median_wait: float
    p90_wait: float
    within_target: float
    in_line: float


def waiting(
    arrivals: float,
    handling: float,
    clerks: int = 1,
    target: float | None = None,
    variation: float = 1,
    *,
    arrival_variation: float = 1,
) -> Waiting:
    """Return how long tickets wait at a desk, first come, first served.

    With both variations 1 it is the M/M/c queue, exact (Erlang 1917): arrivals at random, handling times
    exponential. Else the mean is Allen and Cunneen's: that of M/M/c times the mean of both squared
    variations; for one clerk that is Kingman's (1961), and exact where arrivals are at random (Pollaczek
    and Khinchine). The spread of waits is then taken as exponential beyond 0 with that mean, which is an
    approximation.

    Parameters
    ----------
    arrivals
        Tickets in a unit of time, such as minutes.
    handling
        Mean work on a ticket, in the same unit: a clerk answers 1 / handling in a unit.
    target
        A time to keep, in the same unit.
    variation, arrival_variation
        Coefficient of variation (standard deviation / mean) of handling times, and of the times between
        arrivals. 0: all alike; 1: exponential; above 1: a few very long ones.

    Raises
    ------
    ValueError
        A number out of range; a load of 1 or more.

    Examples
    --------
    >>> desk = waiting(arrivals=8 / 720, handling=55)      # eight tickets in a day of twelve hours
    >>> round(desk.load, 3), round(desk.mean_wait, 1), round(desk.median_wait, 1)
    (0.611, 86.4, 28.4)
    """
    rate = as_number(arrivals, "arrivals", least=POSITIVE)
    work = as_number(handling, "handling", least=POSITIVE)
    servers = as_number(clerks, "clerks", least=1, most=MOST_CLERKS, whole=True)
    limit = None if target is None else as_number(target, "target", least=0)
    spreads = (
        as_number(variation, "variation", least=0),
        as_number(arrival_variation, "arrival_variation", least=0),
    )
    offered = rate * work
    load = offered / servers
    if load >= 1:
        words = {"clerks": servers, "people": CLERK if servers == 1 else CLERKS}
        raise ValueError(OVERLOADED.format(can=servers / work, come=rate, load=load, **words))
    p_wait = _erlang_c(offered, servers)
    mean = p_wait * work / (servers - offered) * (spreads[0] ** 2 + spreads[1] ** 2) / 2
    longer = mean / p_wait if p_wait else 0.0  # mean of those who wait

    def quantile(share: float) -> float:
        return longer * math.log(p_wait / (1 - share)) if p_wait > 1 - share else 0.0

    within = math.nan
    if limit is not None:
        within = 1 - p_wait * math.exp(-limit / longer) if longer else 1.0
    return Waiting(load, p_wait, mean, quantile(0.5), quantile(NINETY), within, rate * mean)


def _erlang_c(offered: float, servers: int) -> float:
    """Return the share that waits, by way of Erlang's loss formula, whose recursion never overflows."""
    lost = 1.0
    for clerk in range(1, servers + 1):
        lost = offered * lost / (clerk + offered * lost)
    return lost / (1 - offered / servers * (1 - lost))


def desk_report(
    tickets: Any,
    by: str | Sequence[str] = "channel",
    target: float = 60,
    *,
    wait: str = "wait_minutes",
    handling: str = "handling_minutes",
) -> pd.DataFrame:
    """Report how long the tickets of each group waited for the first answer, and the work on them.

    Parameters
    ----------
    tickets
        One row for each ticket. A wait that was not written down (empty) counts among the tickets and not
        among the waits.
    by
        The column, or columns, to group by.
    target
        A time to keep, in the unit of `wait`.

    Returns
    -------
    DataFrame
        Index `by`. Columns: tickets; recorded (waits that are known); mean, median, p90 (wait that nine in
        ten do not exceed); at_once, within_target (shares of recorded: 0, `target` or less); handling (mean)
        and variation (standard deviation / mean of handling times; 0 where there is one ticket only).

    Raises
    ------
    ValueError
        A bad table; a negative time: taken up before it came, or closed before it was opened; a group
        without any recorded wait.

    Examples
    --------
    >>> import pandas as pd
    >>> tickets = pd.DataFrame({"channel": ["app"] * 4, "wait_minutes": [0, 0, 10, 90]})
    >>> report = desk_report(tickets.assign(handling_minutes=20))
    >>> report[["mean", "median", "at_once", "within_target"]].loc["app"].to_list()
    [25.0, 5.0, 0.5, 0.75]
    """
    names = as_names(by)
    limit = as_number(target, "target", least=0)
    table = native(tickets, kinds_of(key=names, any=[wait], number=[handling]), what=TICKETS)
    known = table.filter(~nw.col(wait).is_null())
    native(known.to_native(), kinds_of(number=[wait]), what=TICKETS)
    waited = read_unordered(tickets, kinds_of(key=names, any=[wait]), what=TICKETS)
    worked = read_unordered(tickets, kinds_of(key=names, number=[handling]), what=TICKETS)
    waited = waited[names].assign(wait=_floats(waited[wait]))
    worked = worked[names].assign(handling=worked[handling])
    for column, least, done, came in (
        (wait, waited["wait"].min(), TAKEN_UP, CAME), (handling, worked["handling"].min(), CLOSED, OPENED)
    ):  # fmt: skip
        if least < 0:
            raise ValueError(BEFORE_IT_CAME.format(column=column, found=least, done=done, came=came))
    key = names if len(names) > 1 else names[0]
    waits, work = waited.groupby(key, observed=True)["wait"], worked.groupby(key, observed=True)["handling"]
    recorded = waits.count()
    if not recorded.all():
        raise ValueError(NO_WAITS.format(group=recorded.index[int((recorded == 0).argmax())], column=wait))
    flags = waited.assign(at_once=waited["wait"].eq(0), within=waited["wait"].le(limit)).dropna(subset="wait")
    shares = flags.groupby(key, observed=True)[["at_once", "within"]].mean()
    return pd.DataFrame(
        {
            "tickets": waits.size(),
            "recorded": recorded,
            "mean": waits.mean(),
            "median": waits.median(),
            "p90": waits.quantile(NINETY),
            "at_once": shares["at_once"],
            "within_target": shares["within"],
            "handling": work.mean(),
            "variation": (work.std() / work.mean()).fillna(0),
        }
    )


def _floats(column: pd.Series) -> np.ndarray:
    """Return numbers of whatever type as floats, gaps as NaN."""
    return pd.to_numeric(column).astype("Float64").to_numpy(float, na_value=np.nan)
