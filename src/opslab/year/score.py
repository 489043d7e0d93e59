"""What a year was worth, who paid for it, and what would have become of it otherwise."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_choice, as_list, as_number
from opslab.ground.estimates import Z95
from opslab.year.plan import LEVERS, WEEKS, Plan, as_plan
from opslab.year.simulation import History, replay, require_history

# Words
UNLIKE = (
    "the two histories are {ours} and {theirs}; compare what was played with the same seed, runs and world, "
    "as `replay` does"
)
CHANGE = "changes[{place}]"
# What may not be broken, and how it is called.
GUARDRAILS = {
    "said_no": "said no",
    "within_day": "within a day",
    "wrote_to_no": "wrote to no",
    "sentiment": "sentiment",
    "reward": "reward",
}

LEAST_WITHIN_DAY, MOST_SAID_NO = 0.9, 0.12
MOST_BROKEN = 0.1  # share of the years in which a guardrail may break: it is kept in nine years of ten
CAP = 0.6  # of the grade for a policy that does not keep a guardrail
NAIVE = Plan()
# The plan worth most of 324 that never change and keep each guardrail in nine years of ten:
# `benchmarks/year.py` has them and finds the same on three seeds in each of three worlds.
PAR = Plan(
    ads=0, own=4_500, friends=7_000, pushes=0, recall="answered", clerks=5, focus=0.5, points=0.4,
    test="welcome_tour",
)  # fmt: skip


def score(history: History) -> pd.DataFrame:
    """Tell what each run was worth at the end of week 52, and which guardrails it broke.

    worth = cash + what those who are still there are expected to bring in the next 52 weeks (as in lesson 07:
    survival times weekly spending, dues of the members) - points that are owed - rewards that were promised
    to the members and not paid.

    Returns
    -------
    DataFrame
        Index run. Columns worth, cash, ahead, points_owed, unpaid (yuan); then who paid for it, as shares and
        people: said_no (muted or unsubscribed in the year, of all who could be written to), within_day (share
        of tickets answered within a day in the mean week: every week counts the same, one with a long queue
        too), wrote_to_no (messages to people who had said no), sentiment (the
        lower end of its interval in week 52), reward (share of what was promised to the members); and
        `broken`, the names of the guardrails that did not hold: said_no up to 0.12, within_day from 0.9,
        no wrote_to_no, sentiment from 0, reward in full.

    Examples
    --------
    >>> from opslab.year import Plan, play
    >>> score(play(Plan(recall="nobody", pushes=0), seed=7)).wrote_to_no.to_list()
    [0.0]
    """
    require_history(history)
    runs, end = history.table.groupby("run"), history.end
    unpaid = runs.unpaid.sum()
    told = pd.DataFrame(
        {
            "worth": end.cash + end.ahead - end.points_owed - unpaid,
            "cash": end.cash,
            "ahead": end.ahead,
            "points_owed": end.points_owed,
            "unpaid": unpaid,
            "said_no": end.said_no,
            "within_day": runs.within_day.mean(),
            "wrote_to_no": runs.told_no.sum(),
            "sentiment": end.sentiment - end.sentiment_error,
            "reward": 1 - unpaid / runs.reward_due.sum(),
        }
    )
    broken = {
        "said_no": told.said_no > MOST_SAID_NO,
        "within_day": told.within_day < LEAST_WITHIN_DAY,
        "wrote_to_no": told.wrote_to_no > 0,
        "sentiment": told.sentiment < 0,
        "reward": unpaid > 0,
    }
    names = np.array(list(GUARDRAILS))
    told["broken"] = [tuple(names[row]) for row in np.stack([broken[name] for name in GUARDRAILS], axis=1)]
    return told


def unkept(told: pd.DataFrame) -> tuple[str, ...]:
    """Return the guardrails that broke in more than one year of ten, the one that broke most often first.

    Parameters
    ----------
    told
        What `score` returned for a few years.

    Examples
    --------
    >>> from opslab.year import Plan, play
    >>> sorted(unkept(score(play(Plan(recall="nobody", pushes=0, clerks=1), seed=7, runs=10))))
    ['reward', 'sentiment', 'within_day']
    """
    share = told.broken.explode().value_counts() / len(told)
    return tuple(share.index[share > MOST_BROKEN])


def compare(before: History, after: History, column: str = "cash") -> pd.DataFrame:
    """Return week by week how two years with the same luck differ: after less before.

    Parameters
    ----------
    column
        What to compare: a column of `History.table` that holds numbers.

    Returns
    -------
    DataFrame
        Index week. Columns: mean of the difference over the runs; low and high, its 95 % interval (equal to
        the mean for a single run, whose luck is shared).

    Examples
    --------
    >>> from opslab.year import Plan, play, replay
    >>> year = play(Plan(), seed=7)
    >>> compare(year, replay(year, 30, clerks=5), "tickets")["mean"].iloc[:3].to_list()
    [0.0, 0.0, 0.0]
    """
    for history in (before, after):
        require_history(history)
    ours, theirs = ({"seed": h.seed, "runs": h.runs, "world": h.world} for h in (before, after))
    if ours != theirs:
        raise ValueError(UNLIKE.format(ours=ours, theirs=theirs))
    numbers = before.table.select_dtypes("number").columns
    gap = (after.table[as_choice(column, "column", numbers)] - before.table[column]).unstack("run")
    mean = gap.mean(axis=1)
    reach = Z95 * gap.std(axis=1).fillna(0) / np.sqrt(before.runs)
    return pd.DataFrame({"mean": mean, "low": mean - reach, "high": mean + reach})


def debrief(history: History, week: int = 1, changes: Iterable[dict[str, Any]] | None = None) -> pd.DataFrame:
    """Hold court over a year: what would each change from `week` on have cost or gained, with the same luck?

    Parameters
    ----------
    week
        From which week on each change is tried.
    changes
        Dictionaries of fields of `Plan`; by default one for each lever, back to last year's plan.

    Returns
    -------
    DataFrame
        One row for each change (index `change`): gain (mean yuan of worth), low and high (95 % interval over
        the runs); for one run the three are equal.

    Examples
    --------
    >>> from opslab.year import Plan, play
    >>> court = debrief(play(Plan(pushes=7), seed=7), week=1, changes=[{"pushes": 1}])
    >>> bool(court.gain.iloc[0] > 0)
    True
    """
    require_history(history)
    first = as_number(week, "week", least=1, most=WEEKS, whole=True)
    if changes is None:
        changes = [{lever: getattr(NAIVE, lever)} for lever in LEVERS]
    now = score(history).worth
    rows = []
    for place, change in enumerate(as_list(changes, "changes")):
        as_plan(change, CHANGE.format(place=place))
        gain = score(replay(history, first, **change)).worth - now
        reach = Z95 * gain.std() / np.sqrt(len(gain)) if len(gain) > 1 else 0.0
        label = ", ".join(f"{name}={_said(value)}" for name, value in change.items())
        rows.append((label, gain.mean(), gain.mean() - reach, gain.mean() + reach))
    return pd.DataFrame(rows, columns=["change", "gain", "low", "high"]).set_index("change")


def _said(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
