"""What Lantern knows on a Monday, as a few readings: how much now, a quarter ago, and the way between."""

from dataclasses import asdict
from typing import NamedTuple

import pandas as pd

from opslab.ground import formatting as say
from opslab.year.plan import State
from opslab.year.simulation import History

QUARTER = 13


class Reading(NamedTuple):
    """One number of the dashboard: its name, now and 13 weeks before in words, and its weeks so far."""

    name: str
    now: str
    before: str
    weeks: list[float]


# Field of `State` (or `so_far`, the mean of its `within_day`), its name, how much of it is 1, and its unit.
SHOWN = {
    "cash": ("Cash, 1,000 yuan", 1e-3, ""),
    "budget": ("Left for ads, own and friends until week 52, 1,000 yuan", 1e-3, ""),
    "active": ("Active users", 1, ""),
    "newcomers": ("Newcomers last week", 1, ""),
    "retention": ("Still there after four weeks", 1, "%"),
    "dormant": ("Away, might come back", 1, ""),
    "members": ("Members", 1, ""),
    "fund": ("Members' fund, 1,000 yuan", 1e-3, ""),
    "said_no": ("Said no, of those who could be written to", 1, "%"),
    "tickets": ("Tickets waiting", 1, ""),
    "within_day": ("Answered within a day, last week", 1, "%"),
    "so_far": ("Answered within a day, mean week so far", 1, "%"),
    "sentiment": ("Net sentiment, its 95 % interval", 1, "%"),
    "trust": ("Trust, asked of 100", 1, "%"),
}
ERROR = "sentiment_error"  # the guardrail asks for the lower end


def known(first: State, history: History) -> pd.DataFrame:
    """Return what is known on each Monday, by weeks gone by: 0 as the year begins, 52 at its end."""
    then = history.table.loc[1].rename(columns={"users": "active", "away": "dormant"})
    mondays = pd.concat([pd.DataFrame([asdict(first)], index=[0]), then])
    so_far = then.within_day.expanding().mean()  # as the guardrail counts
    return mondays.assign(so_far=so_far).fillna({"so_far": first.within_day})[[*SHOWN, ERROR]].astype(float)


def readings(mondays: pd.DataFrame, week: int) -> list[Reading]:
    """Return the dashboard after `week` weeks of a year."""
    found = []
    for field, (name, scale, _) in SHOWN.items():
        values = (mondays[field].loc[:week] * scale).tolist()
        before = _read_out(mondays.loc[week - QUARTER], field) if week else ""
        found.append(Reading(name, _read_out(mondays.loc[week], field), before, values))
    return found


def _read_out(monday: pd.Series, field: str) -> str:
    _, scale, unit = SHOWN[field]
    value = monday[field] * scale
    if field == "sentiment":
        return say.between(value - monday[ERROR], value + monday[ERROR], unit)
    return say.share(value) if unit else say.number(round(value))
