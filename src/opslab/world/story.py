"""One world's story: its truth, its people, and every day on which they came."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from opslab.world import calendar
from opslab.world.log import Log, draw_log
from opslab.world.people import People, draw_people
from opslab.world.truth import Truth, truth

ATTEMPTS = 1000
LEAST_CHANGE = 0.004  # share of users: what the reversal must show in the data
NO_REVERSAL = "no world with the planted reversal in {attempts} attempts for seed {seed} and {size} users"


@dataclass(frozen=True, slots=True)
class Story:
    """What the tables of one world are told from."""

    truth: Truth
    people: People
    log: Log

    @property
    def size(self) -> int:
        """The number of users."""
        return len(self.people.need)


@lru_cache(maxsize=2)
def tell(seed: int, size: int) -> Story:
    """Return the story of the world `seed` with `size` users.

    Onboarding lifts retention in every channel while the mix lowers it in all. At full size chance alone
    hides that in about one world in twelve: such a world is drawn again.
    """
    true = truth(seed)
    for attempt in range(ATTEMPTS):
        who = draw_people(true, size, attempt)
        log = draw_log(true, who, attempt)
        if _reversal_shows(who, log):
            return Story(true, who, log)
    raise RuntimeError(NO_REVERSAL.format(attempts=ATTEMPTS, seed=seed, size=size))


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
