"""A user is not a need: what people need moves with events in their lives."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_number
from opslab.ground.days import as_day, clock_times, day_numbers
from opslab.ground.engine import can_join, require_met
from opslab.ground.estimates import share_interval
from opslab.ground.frames import (
    ColumnKind,
    kinds_of,
    native,
    places_among,
    read_table,
    require_unique,
    small_table,
)

# Words
UNKNOWN_EVENT = "events has {event!r}, for which brings names no need; it names {known}"
NOT_BRINGS = "brings is a {found}; expected a dictionary or Series from event to need"
NOT_NOTED = "by is a {found}; expected a Series of needs with the index user_id, as current_needs gives"
NOBODY = "nobody in answers signed up {months:g} months before {when} or earlier; choose fewer months"

MONTH = 365.25 / 12


def current_needs(
    users: Any, events: Any, brings: Mapping[str, str] | pd.Series, until: Any = None
) -> pd.Series:
    """Return each user's need (index user_id): that of the last event so far, else that told at sign-up.

    Of several events at one time the one in the later row counts; times within a day are told apart.

    Parameters
    ----------
    users
        Columns user_id and need (told at sign-up).
    events
        Columns user_id, date, event.
    brings
        From event to the need that it mostly brings, learned from people who were asked.
    until
        Leave out events after this day; by default none.

    Raises
    ------
    ValueError
        Bad tables; a user twice; an event that `brings` does not name.

    Examples
    --------
    >>> import pandas as pd
    >>> users = pd.DataFrame({"user_id": [1, 2], "need": ["exam", "exam"]})
    >>> events = pd.DataFrame({"user_id": [2], "date": pd.to_datetime(["2024-03-01"]), "event": ["marriage"]})
    >>> current_needs(users, events, {"marriage": "income"}).to_dict()
    {1: 'exam', 2: 'income'}
    """
    people = read_table(users, ["user_id", "need"], what="users", unique=["user_id"])
    if not isinstance(brings, Mapping | pd.Series):
        raise ValueError(NOT_BRINGS.format(found=type(brings).__name__))
    known = dict(brings)
    told = native(events, {"user_id": "key", "date": "date", "event": "key"}, what="events")
    log = small_table(told.select("user_id", "date", "event"))
    first = people.set_index("user_id")["need"]
    places_among(log["user_id"], first.index, ours="events", theirs="users", key="user_id")
    for event in sorted(set(log["event"]) - set(known), key=str):
        raise ValueError(UNKNOWN_EVENT.format(event=event, known=", ".join(map(str, known))))
    if until is not None:
        log = log[day_numbers(log["date"]) <= as_day(until, "until")]
    order = clock_times(log["date"]).argsort(kind="stable")
    last = log.iloc[order].drop_duplicates("user_id", keep="last").set_index("user_id")["event"].map(known)
    return last.reindex(first.index).fillna(first).rename("need")


def still_right(
    users: Any, answers: Any, when: Any, months: float = 0, by: pd.Series | None = None
) -> pd.Series:
    """Return how often a need noted earlier is the need told in a survey on the day `when`.

    Of those in `answers` (columns user_id, need) who signed up at least `months` before `when`, the share
    (of 1) whose need is the noted one, with its 95 % interval. `by` are the noted needs (index user_id), by
    default those told at sign-up (column need of `users`).

    Returns
    -------
    Series
        people, right (share of 1), low, high.

    Raises
    ------
    ValueError
        Bad tables; nobody signed up so long ago.

    Examples
    --------
    >>> import pandas as pd
    >>> users = pd.DataFrame({"user_id": [1, 2], "signup_date": pd.Timestamp("2024-01-01"), "need": "exam"})
    >>> answers = pd.DataFrame({"user_id": [1, 2], "need": ["exam", "income"]})
    >>> still_right(users, answers, when="2024-07-01")[["people", "right"]].to_list()
    [2.0, 0.5]
    """
    kinds = kinds_of(key=["user_id", "need"], date=["signup_date"])
    if can_join(users, answers, "user_id"):
        users = _asked(users, answers, kinds)
    people = read_table(users, kinds, what="users", unique=["user_id"]).set_index("user_id")
    told = read_table(answers, ["user_id", "need"], what="answers")
    months = as_number(months, "months", least=0)
    place = places_among(told["user_id"], people.index, ours="answers", theirs="users", key="user_id")
    age = as_day(when, "when") - people["signup_date"].to_numpy()[place]
    told = told[(place >= 0) & (age >= months * MONTH)]
    if told.empty:
        raise ValueError(NOBODY.format(months=months, when=when))
    if not isinstance(by, pd.Series | None):
        raise ValueError(NOT_NOTED.format(found=type(by).__name__))
    need = people["need"] if by is None else by
    noted = places_among(told["user_id"], need.index, ours="answers", theirs="by", key="user_id")
    hits = int(np.sum((need.to_numpy()[noted] == told["need"].to_numpy()) & (noted >= 0)))
    low, high = share_interval(hits, len(told))
    return pd.Series({"people": len(told), "right": hits / len(told), "low": low, "high": high})


def _asked(users: Any, answers: Any, kinds: Mapping[str, ColumnKind]) -> pd.DataFrame:
    """Return those of `users` whom `answers` name, found by the engine that has both."""
    people = native(users, kinds, what="users")
    require_unique(people, ["user_id"], what="users")
    told = native(answers, ["user_id"], what="answers").lazy()
    asked = small_table(people.lazy().join(told.select("user_id"), on="user_id", how="semi").select(*kinds))
    require_met(len(asked), told, people.lazy(), ours="answers", theirs="users", key="user_id")
    return asked
