"""Alarms: how odd a day's posts are, how often a quiet quarter rings, and how long a crisis goes unheard."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from opslab.ground.arguments import POSITIVE, as_number, as_numbers, is_single

QUARTER = 91  # days

# Words
NOT_WHOLE = "counts[{place}] is {found:g}; expected a whole number of posts"

TRIALS, LONGEST = 400, 60  # simulated crises, and the days for which each is watched


@dataclass(frozen=True, slots=True)
class Surge:
    """Counts beside what is usual: `p`, the chance of so many or more on a quiet day, and `false_alarms`.

    `false_alarms` is how many quiet days out of `days` would look like that: `days` times `p`. Both are
    numbers for one count, arrays for several.
    """

    count: Any
    baseline: float
    p: Any
    false_alarms: Any
    days: int


@dataclass(frozen=True, slots=True)
class AlarmOdds:
    """What a threshold does: false alarms expected in so many quiet days, and days until a crisis is heard.

    `heard` is the share of crises that ring within 60 days; `days_to_detect` the mean over all, 60 for the
    unheard.
    """

    false_alarms: float
    days_to_detect: float
    heard: float


def surge(counts: Any, baseline: float, *, days: int = QUARTER) -> Surge:
    """Return how odd one count of posts, or several, are where `baseline` is the usual mean.

    The chance is a Poisson tail: so many *or more*. It takes posts for independent; where they copy one
    another (reposts, one thread), quiet days vary more and ring more often.

    Parameters
    ----------
    counts
        Posts of a day (or an hour, a week), one number or several.
    baseline
        Posts expected in as long a time when nothing is wrong, above 0.
    days
        How many such times are watched for `false_alarms`; 91 days are a quarter.

    Raises
    ------
    ValueError
        Counts that are negative or not whole, a baseline of 0.

    Examples
    --------
    >>> odd = surge(20, baseline=10)
    >>> round(odd.p, 4), round(odd.false_alarms, 2)
    (0.0035, 0.31)
    """
    from scipy.special import pdtrc  # slow to import

    one = is_single(counts)
    found = np.array([as_number(counts, "counts", least=0)]) if one else as_numbers(counts, "counts", least=0)
    usual = as_number(baseline, "baseline", least=POSITIVE)
    watched = as_number(days, "days", least=1, whole=True)
    if (found % 1).any():
        place = int((found % 1 > 0).argmax())
        raise ValueError(NOT_WHOLE.format(place=place, found=found[place]))
    chance = np.where(found > 0, pdtrc(np.maximum(found - 1, 0), usual), 1.0)
    if one:
        return Surge(float(found[0]), usual, float(chance[0]), float(watched * chance[0]), watched)
    return Surge(found, usual, chance, watched * chance, watched)


def alarm_odds(
    baseline: float, crisis: float, threshold: float, *, window: int = 1, days: int = QUARTER, seed: int = 0
) -> AlarmOdds:
    """Return false alarms against days to detection, for an alarm on the posts of the last `window` days.

    The rule is asked every evening and rings when the window holds `threshold` posts or more. False alarms
    are counted in evenings (Poisson); the delay is the mean of 400 simulated crises that begin in the
    morning of day 1.

    Parameters
    ----------
    baseline
        Posts of a quiet day.
    crisis
        How many times as many a day of the crisis has, from 1 up.
    threshold
        Posts in the window that ring the alarm.

    Examples
    --------
    >>> odds = alarm_odds(baseline=10, crisis=2, threshold=20)
    >>> round(odds.false_alarms, 2), odds.heard
    (0.31, 1.0)
    """
    usual = as_number(baseline, "baseline", least=POSITIVE, most=1e6)
    times = as_number(crisis, "crisis", least=1, most=1e3)
    limit = as_number(threshold, "threshold", least=1, whole=True)
    length = as_number(window, "window", least=1, most=28, whole=True)
    rng = np.random.default_rng(as_number(seed, "seed", least=0, whole=True))
    before = rng.poisson(usual, (TRIALS, length - 1))
    posts = np.hstack([before, rng.poisson(usual * times, (TRIALS, LONGEST))])
    total = np.cumsum(np.pad(posts, ((0, 0), (1, 0))), axis=1)
    rings = total[:, length:] - total[:, :-length] >= limit
    heard = rings.any(axis=1)
    delay = np.where(heard, rings.argmax(axis=1) + 1, LONGEST)
    quiet = surge(limit, usual * length, days=days).false_alarms
    return AlarmOdds(float(quiet), float(delay.mean()), float(heard.mean()))
