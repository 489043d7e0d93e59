"""One world's story: its truth, its people, and every day on which they came."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.activity_log import Log, draw_log
from opslab.world.people import People, draw_people
from opslab.world.strengths import Strengths, true_world
from opslab.world.truth import Truth

# Words
NO_REVERSAL = "no world with the planted reversal in {attempts} attempts for seed {seed} and {size} users"

ATTEMPTS = 1000
SMALLEST = 4_000  # users in a world
BLOCK = 50_000  # users in one part of a world that is told in parts
LEAST_CHANGE = 0.004  # share of users: what the reversal must show in the data


@dataclass(frozen=True, slots=True)
class Story:
    """What the tables of one world are told from.

    Attributes
    ----------
    truth, people, log
        See there.
    first_id
        The `user_id` of the first of `people`.
    part
        The part of a large world: 0 for the first, and for a world that is told at once.
    """

    truth: Truth
    people: People
    log: Log
    first_id: int = 1
    part: int = 0

    @property
    def size(self) -> int:
        """The number of users."""
        return len(self.people.need)

    @property
    def user_ids(self) -> np.ndarray:
        """The users' numbers, by order of sign-up."""
        return np.arange(self.first_id, self.first_id + self.size)

    def chance(self, purpose: str, count: int | None = None) -> np.ndarray:
        """Return `count` uniforms (one for each user) from the stream of this world, part and purpose."""
        stream = purpose + _suffix(self.part)
        return draw.uniforms(self.truth.seed, stream, self.size if count is None else count)


@lru_cache(maxsize=2)
def tell(seed: int, size: int, strength: Strengths = ()) -> Story:
    """Return the story of the world `seed` with `size` users, both checked.

    Onboarding lifts retention in every channel while the mix lowers it in all. At full size chance alone
    hides that in about one world in twelve: such a world is drawn again. (Not where one of the two effects is
    made weaker.)
    """
    true = true_world(seed, strength)
    wanted = all(value > 1 for name, value in strength if name in ("onboarding", "mix_shift"))
    for attempt in range(ATTEMPTS):
        who = draw_people(true, size, str(attempt))
        log = draw_log(true, who, str(attempt))
        if not wanted or _reversal_shows(who, log):
            return Story(true, who, log)
    raise RuntimeError(NO_REVERSAL.format(attempts=ATTEMPTS, seed=seed, size=size))


def tell_in_parts(seed: int, size: int, strength: Strengths = (), block: int = BLOCK) -> Iterator[Story]:
    """Yield the story of a world of any size, about `block` users at a time, in order of sign-up.

    A world that fits in one block is the one that `tell` tells.
    """
    parts = -(-size // block)
    if parts == 1:
        yield tell(seed, size, strength)
        return
    true = true_world(seed, strength)
    for part in range(parts):
        first, after = size * part // parts, size * (part + 1) // parts
        attempt = "0" + _suffix(part)
        who = draw_people(true, after - first, attempt, (first / size, after / size))
        yield Story(true, who, draw_log(true, who, attempt), first + 1, part)


def _suffix(part: int) -> str:
    return f" part {part}" if part else ""


def _reversal_shows(who: People, log: Log) -> bool:
    """Tell whether day-28 retention (days 28 to 34; 28 or later) rose in every channel and fell in all."""
    age = log.day - who.signup_day[log.person]
    counted = who.signup_day + 34 < calendar.DAYS
    return all(_reversed(who, counted, log.person[came]) for came in ((age >= 28) & (age < 35), age >= 28))


def _reversed(who: People, counted: np.ndarray, came: np.ndarray) -> bool:
    """Compare the shares of the users `counted` who `came` (their places), before and after week 39."""
    returned = np.zeros(len(counted), dtype=bool)
    returned[came] = True
    group, groups = 2 * who.channel + who.improved, 2 * (who.channel.max() + 1)
    users = np.bincount(group[counted], minlength=groups).reshape(-1, 2)
    back = np.bincount(group[counted & returned], minlength=groups).reshape(-1, 2)
    before, after = (back / np.maximum(users, 1)).T
    all_before, all_after = back.sum(axis=0) / np.maximum(users.sum(axis=0), 1)
    return bool((after - before > LEAST_CHANGE).all() and all_before - all_after > LEAST_CHANGE)
