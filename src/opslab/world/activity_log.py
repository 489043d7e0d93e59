"""The days on which people open the app, and those on which they also answer."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.people import People
from opslab.world.truth import Truth

FIRST_PAUSE_WEEK = 2  # counted from 0: nobody pauses in the first two weeks


@dataclass(frozen=True, slots=True)
class Log:
    """One entry for each person and active day, ordered by both.

    Attributes
    ----------
    person
        Index into `People`.
    day
        Day number.
    answered
        True where the person wrote an answer that day.
    """

    person: np.ndarray
    day: np.ndarray
    answered: np.ndarray


def draw_log(true: Truth, who: People, attempt: str) -> Log:
    """Return every active day; the day of sign-up is always one."""

    def chance(purpose: str, count: int) -> np.ndarray:
        return draw.uniforms(true.seed, f"log {purpose} {attempt}", count)

    person, age = draw.spread(who.days_there)
    active = chance("active", len(age)) < _daily_chance(true, who, person, age)
    active &= ~_paused(chance, true, who)[_week_of(who, person, age)]
    active |= age == 0
    person, age = person[active], age[active]
    answers = np.where(who.need, true.need.answers, true.curious.answers)[person]
    return Log(person, who.signup_day[person] + age, chance("answered", len(person)) < answers)


def _daily_chance(true: Truth, who: People, person: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Return the chance to be active: own rate x weekday x first week x notifications."""
    arms = true.notifications
    weekday = np.array(true.weekdays)[calendar.weekdays(who.signup_day[person] + age)]
    early = np.where(age < 7, true.first_week, 1.0)
    muted = age > who.mute_age[person]
    pushed = np.where(muted, arms.muted_activity, np.array(arms.lift)[who.pushes[person]])
    return np.array(true.daily_rates)[who.rate[person]] * weekday * early * pushed


def _weeks_there(who: People) -> np.ndarray:
    return (who.days_there + 6) // 7


def _week_of(who: People, person: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Return the place of each person's week in a list of all weeks of all people."""
    weeks = _weeks_there(who)
    return (np.cumsum(weeks) - weeks)[person] + age // 7


def _paused(chance: Callable[[str, int], np.ndarray], true: Truth, who: People) -> np.ndarray:
    """Tell for each week of each person whether it is silent: a pause takes 1 to 4 whole weeks."""
    _, week = draw.spread(_weeks_there(who))
    starts = (chance("pause", len(week)) < true.pause) & (week >= FIRST_PAUSE_WEEK)
    length = np.where(starts, 1 + draw.whole(chance("pause length", len(week)), true.longest_pause), 0)
    silent = starts.copy()
    for ago in range(1, true.longest_pause):
        silent[ago:] |= (length[:-ago] > ago) & (week[ago:] >= ago)
    return silent
