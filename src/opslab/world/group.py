"""The learning group: who sits in its 500 places, who does the talking, and how good the answers are."""

import heapq
from dataclasses import dataclass

import numpy as np

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.parameters.lives import NEEDS
from opslab.world.story import Story

OPENS = 7 * 26  # Monday 2024-07-01, first day of the group's first week
WEEKS = 52
FIRST_PLACES = 3  # answers to a thread that everybody sees


@dataclass(frozen=True, slots=True)
class ToldGroup:
    """The members in order of joining, one array each.

    Attributes
    ----------
    person
        Index into `People`.
    joined, left
        Day of taking a place, and the first day without it (it may lie after the calendar).
    role
        Index into `Truth.group.roles`.
    strengths
        Two columns: indices into `NEEDS`, the topics on which the member is good.
    """

    person: np.ndarray
    joined: np.ndarray
    left: np.ndarray
    role: np.ndarray
    strengths: np.ndarray

    def present(self, day: int) -> np.ndarray:
        """Return the places (in this order) of those who are members on a day."""
        return np.flatnonzero((self.joined <= day) & (self.left > day))


def tell_group(story: Story) -> ToldGroup:
    """Return the members of the group's 52 weeks."""
    person, joined, left = _seated(story)
    first = draw.whole(story.chance("group strength", len(person)), len(NEEDS))
    second = (first + 1 + draw.whole(story.chance("group second", len(person)), len(NEEDS) - 1)) % len(NEEDS)
    role = _roles(story, person, joined, left)
    return ToldGroup(person, joined, left, role, np.column_stack([first, second]))


def written(
    story: Story, person: np.ndarray, joined: np.ndarray, left: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return member (place in the group) and day for each day on which a member wrote an answer."""
    log = story.log
    place = np.full(story.size, -1)
    place[person] = np.arange(len(person))
    member = place[log.person]
    here = log.answered & (member >= 0) & (log.day >= joined[member]) & (log.day < left[member])
    return member[here], log.day[here]


def _seated(story: Story) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return person, first and last day of those who get a place: first come, first served.

    Who has paid the entry fee before the group opens waits for it; who pays while it is full joins another.
    """
    true, who = story.truth, story.people
    payers = np.flatnonzero(who.dues_paid)
    paid = who.signup_day[payers] + who.join_age[payers]
    until = paid + who.dues_paid[payers] * true.membership.days
    order = np.argsort(paid, kind="stable")
    seats: list[int] = []  # days on which the members leave, the soonest first
    taken = []
    for place in order[(until[order] > OPENS) & (paid[order] < calendar.DAYS)]:
        day = max(int(paid[place]), OPENS)
        while seats and seats[0] <= day:
            heapq.heappop(seats)
        if len(seats) < true.group.places:
            heapq.heappush(seats, int(until[place]))
            taken.append(place)
    return payers[taken], np.maximum(paid[taken], OPENS), until[taken]


def _roles(story: Story, person: np.ndarray, joined: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Return roles in their stated shares: who writes much in the app is likelier to talk in the group."""
    days = np.bincount(written(story, person, joined, left)[0], minlength=len(person))
    score = (1 + days) * (0.5 + story.chance("group role", len(person)))
    standing = np.argsort(np.argsort(-score, kind="stable"), kind="stable") / len(person)
    shares = np.array([role.share for role in story.truth.group.roles])
    return len(shares) - 1 - np.searchsorted(np.cumsum(shares[::-1])[:-1], standing, side="right")
