"""Users' lives: who they are, which events meet them, what they need, and who invited them."""

from dataclasses import dataclass

import numpy as np

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.parameters.lives import NEEDS
from opslab.world.story import Story

YEAR = 365
TRIES = 8  # how often an inviter is looked for who is still there


@dataclass(frozen=True, slots=True)
class ToldLives:
    """What is told of each user.

    Attributes
    ----------
    persona, need
        Index into `Truth.lives.personas` and `NEEDS`: at sign-up.
    person, day, event, moved
        Life events in order of person and day: whose, when, which, and whether it moved the need.
    """

    persona: np.ndarray
    need: np.ndarray
    person: np.ndarray
    day: np.ndarray
    event: np.ndarray
    moved: np.ndarray


def tell_lives(story: Story) -> ToldLives:
    """Return personas, first needs, and each life event from sign-up to the last day of the calendar."""
    true, who = story.truth.lives, story.people
    shares = [[p.among_curious for p in true.personas], [p.among_need for p in true.personas]]
    persona = draw.pick_within(story.chance("lives persona"), shares, who.need.astype(int))
    need = draw.pick_within(story.chance("lives need"), [p.needs for p in true.personas], persona)

    yearly = np.array([p.events for p in true.personas])[persona]
    happens = story.chance("lives event", yearly.size).reshape(yearly.shape)
    day = who.signup_day[:, None] + 1 + (happens / np.maximum(yearly, 1e-9) * YEAR).astype(np.int64)
    person, event = np.nonzero(day < calendar.DAYS)
    day = day[person, event]
    order = np.lexsort((event, day, person))
    moved = story.chance("lives moved", len(person)) < true.moves
    return ToldLives(persona, need, person[order], day[order], event[order], moved)


def needs_on(story: Story, lives: ToldLives, person: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Return what each person needs on each day: the last event that moved the need counts."""
    if not lives.moved.any():
        return lives.need[person]
    brings = np.array([NEEDS.index(event.need) for event in story.truth.lives.events])
    whose, when, what = (part[lives.moved] for part in (lives.person, lives.day, lives.event))
    # One number for person and day, so that one search finds the last event up to that day.
    last = np.searchsorted(whose * calendar.DAYS + when, person * calendar.DAYS + day, side="right") - 1
    met = (last >= 0) & (whose[last] == person)
    return np.where(met, brings[what[last]], lives.need[person])


def inviters(story: Story) -> np.ndarray:
    """Return the `user_id` of who invited each user; 0 where nobody did, or it is not known who.

    It is not known where the code was not given, or where all who are tried as inviters have left.
    """
    true, who = story.truth, story.people
    invitations = true.lives.invitations
    weight = draw.from_grid(story.chance("invites"), draw.gamma_grid(invitations.shape))
    reach = np.concatenate([[0.0], np.cumsum(weight * np.where(who.need, invitations.need_factor, 1.0))])
    referral = [channel.name for channel in true.channels].index("referral")
    known = story.chance("inviter known") < invitations.known
    invited = np.flatnonzero((who.channel == referral) & known)

    day = who.signup_day[invited]
    before = reach[np.searchsorted(who.signup_day, day)]  # all who signed up on an earlier day
    u = story.chance("inviter", TRIES * len(invited)).reshape(TRIES, -1)
    candidate = np.searchsorted(reach, u * before, side="right") - 1
    there = (who.signup_day + who.exit_age)[candidate] > day
    chosen = candidate[there.argmax(axis=0), np.arange(len(invited))]
    result = np.zeros(story.size, dtype=np.int64)
    found = there.any(axis=0) & (before > 0)
    result[invited[found]] = story.first_id + chosen[found]
    return result
