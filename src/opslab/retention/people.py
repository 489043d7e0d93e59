"""Users beside the log: who counts, when each starts, and where the log has them."""

from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.days import day_number, day_numbers
from opslab.ground.engine import DAY, START, require_met, settled
from opslab.ground.frames import (
    Frame,
    kinds_of,
    native,
    one_row,
    places_among,
    require_unique,
    small_table,
)
from opslab.retention.event_log import EngineLog, Visits, too_short

AGE = "_age"  # name of a column
NEVER = 2**40  # a day that no log reaches


class JoinedUsers(NamedTuple):
    """Users who count: their rows, the day each starts (0: the log's first), the place in the log or -1."""

    table: pd.DataFrame
    start: np.ndarray
    place: np.ndarray

    def where(self, chosen: np.ndarray) -> "JoinedUsers":
        """Keep the people who are chosen."""
        return JoinedUsers(self.table[chosen], self.start[chosen], self.place[chosen])

    def over(self, visits: Visits, values: np.ndarray) -> np.ndarray:
        """Put people's values in the order of the log's users; those who do not count get `NEVER`."""
        result = np.full(len(visits.ids), NEVER)
        there = self.place >= 0
        result[self.place[there]] = values[there]
        return result

    def pick(self, values: np.ndarray) -> np.ndarray:
        """Put values of the log's users in the order of the people; zero (False) for those without events."""
        return np.where(self.place >= 0, values[self.place], values.dtype.type(0))


def join_users(visits: Visits, users: Any, by: list[str], since: str | None, user: str) -> JoinedUsers:
    """Return the rows of `users`, checked for the columns `by`, with each one's start and place in the log.

    Days count from the date column `since`; without it from the first event, and users without events are
    left out.
    """
    table = small_table(checked_users(users, by, since, user))
    place = places_among(table[user], visits.ids, ours="users", theirs="events", key=user)
    if since is not None:
        return JoinedUsers(table, day_numbers(table[since]) - visits.origin, place)
    return JoinedUsers(table, visits.first[place], place).where(place >= 0)


def checked_users(users: Any, by: list[str], since: str | None, user: str) -> Frame:
    """Return the table of users, each there once, checked for the columns `by` and the date `since`."""
    checked = native(users, kinds_of(key=[user, *by], date=[] if since is None else [since]), what="users")
    require_unique(checked, [user], what="users")
    return checked


class Followed(NamedTuple):
    """Users of a table beside a log, both on one engine; nothing is computed.

    `everyone` has all columns of the users, `people` a few and the day from which each counts as `START`.
    """

    log: EngineLog
    everyone: nw.LazyFrame[Any]
    people: nw.LazyFrame[Any]

    @classmethod
    def of(cls, log: EngineLog, users: Any, by: list[str], since: str, user: str) -> "Followed":
        """Return the users, checked as in `join_users`."""
        everyone = checked_users(users, by, since, user).lazy()
        met = everyone.select(user).join(log.rows.select(user), on=user, how="inner").head(1)
        require_met(
            one_row(met.select(met=nw.len()))["met"],
            everyone,
            log.rows,
            ours="users",
            theirs="events",
            key=user,
        )
        return cls(log, everyone, everyone.select(user, *by, day_number(since).alias(START)))

    def days(self, user: str, most: int) -> nw.LazyFrame[Any]:
        """Return once each day on which a user was there in the first `most` days, with its `AGE`."""
        joined = settled(self.log.rows.join(self.people.select(user, START), on=user, how="inner"))
        ages = joined.select(user, (nw.col(DAY) - nw.col(START)).alias(AGE))
        inside = ages.filter((nw.col(AGE) >= 0) & (nw.col(AGE) < most))
        return settled(inside.group_by(user, AGE).agg(nw.len().alias("_rows")))

    def too_short(self, needs: int) -> ValueError:
        """Return the error of a log in which nobody can be watched for so many days."""
        start = int(one_row(self.people.select(nw.col(START).min()))[START])
        return too_short(needs, self.log.last, self.log.last - start)
