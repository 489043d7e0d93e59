"""The people behind the tables: what each one needs and how long each one stays. No table shows it all."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.truth import Truth, UserKind

NEVER = 10 * calendar.DAYS  # an age that nobody reaches

Chance = Callable[[str], np.ndarray]  # purpose -> one uniform for each person


@dataclass(frozen=True, slots=True)
class People:
    """One array each, in order of sign-up; ages are days since sign-up (the sign-up day is age 0).

    Attributes
    ----------
    signup_day
        Day number of sign-up.
    channel, pushes, rate
        Index into `Truth.channels`, `Truth.notifications.per_week`, `Truth.daily_rates`.
    need
        True for those with the need, False for the curious.
    exit_age
        Age at which the user is gone: the last possible day of activity is the one before.
    mute_age, join_age
        Age of muting the app, and of joining a group; `NEVER` for those who do not.
    dues_paid
        Monthly dues that a member pays in all, the first on the day of joining; 0 for others.
    """

    signup_day: np.ndarray
    channel: np.ndarray
    pushes: np.ndarray
    rate: np.ndarray
    need: np.ndarray
    exit_age: np.ndarray
    mute_age: np.ndarray
    join_age: np.ndarray
    dues_paid: np.ndarray

    @property
    def improved(self) -> np.ndarray:
        """Who met the new onboarding of week 39."""
        return self.signup_day >= calendar.IMPROVED_DAY

    @property
    def days_there(self) -> np.ndarray:
        """Days from sign-up to leaving, or to the end of the calendar."""
        return np.minimum(self.exit_age, calendar.DAYS - self.signup_day)


def draw_people(true: Truth, size: int, attempt: str, between: tuple[float, float] = (0.0, 1.0)) -> People:
    """Return `size` people of the world `true`, of all sign-ups those between two shares (0 to 1) in time."""

    def chance(purpose: str) -> np.ndarray:
        return draw.uniforms(true.seed, f"people {purpose} {attempt}", size)

    start, stop = between
    moment = start + (stop - start) * chance("signup")
    signup_day = np.sort(draw.pick(moment, signup_weights(true)))
    improved = signup_day >= calendar.IMPROVED_DAY
    mixes = [[c.mix_before for c in true.channels], [c.mix_after for c in true.channels]]
    channel = draw.pick_within(chance("channel"), mixes, improved.astype(int))
    need = chance("need") < np.array([c.with_need for c in true.channels])[channel]
    rhythms = [true.curious.rhythm, true.need.rhythm]
    rate = draw.pick_within(chance("rate"), rhythms, need.astype(int))
    pushes = draw.whole(chance("pushes"), len(true.notifications.per_week))

    life = np.where(need, _app_life(chance, true.need, improved), _app_life(chance, true.curious, improved))
    mute_age = _mute_age(chance, true, pushes, life)
    exit_age = _shortened(life, mute_age, true.notifications.muted_life)
    join_age = _join_age(chance, true, need, exit_age)
    dues_paid = _dues_paid(chance, true, join_age)
    # A member comes as long as the membership lasts, whatever the app alone would have been worth.
    exit_age = np.where(
        dues_paid > 0, np.maximum(exit_age, join_age + dues_paid * true.membership.days), exit_age
    )
    return People(signup_day, channel, pushes, rate, need, exit_age, mute_age, join_age, dues_paid)


def signup_weights(true: Truth) -> np.ndarray:
    """Return how many sign-ups each day brings, on any scale."""
    weekly = np.cumprod(np.full(calendar.WEEKS, 1 + true.weekly_growth))
    weekly[calendar.IMPROVED_DAY // 7 :] *= true.paid_push
    for week, factor in true.bursts:
        weekly[week] *= factor
    return np.repeat(weekly, 7) * np.tile(true.weekdays, calendar.WEEKS)


def _app_life(chance: Chance, kind: UserKind, improved: np.ndarray) -> np.ndarray:
    """Return the age at which each would leave alone: on a day of the week that the sBG names, or day 7."""
    week = draw.sbg_lifetimes(chance("life"), kind.life.alpha, kind.life.beta, calendar.WEEKS)
    age = 7 * (week - 1) + 1 + draw.whole(chance("leaving day"), 7)
    trial_exit = np.where(improved, kind.trial_exit_improved, kind.trial_exit)
    return np.where(chance("trial") < trial_exit, np.minimum(age, 7), age)


def _mute_age(chance: Chance, true: Truth, pushes: np.ndarray, life: np.ndarray) -> np.ndarray:
    """Return the age of muting, in the second week at the soonest; `NEVER` for those who leave before."""
    u = chance("mute")
    by_arm = np.stack([draw.geometric(u, arm, calendar.WEEKS) for arm in true.notifications.muting])
    week = 1 + by_arm[pushes, np.arange(len(u))]
    age = 7 * week + 1 + draw.whole(chance("muting day"), 7)
    return np.where((week <= calendar.WEEKS) & (age < life), age, NEVER)


def _shortened(life: np.ndarray, mute_age: np.ndarray, share: float) -> np.ndarray:
    """Return lives of which only `share` of the rest remains after muting, a day at least."""
    rest = np.maximum(((life - mute_age) * share).astype(np.int64), 1)
    return np.where(mute_age < NEVER, mute_age + rest, life)


def _join_age(chance: Chance, true: Truth, need: np.ndarray, exit_age: np.ndarray) -> np.ndarray:
    """Return the age of joining a group; `NEVER` for those who do not want to, or left before."""
    week = 1 + draw.geometric(chance("joining week"), true.membership.joining, calendar.WEEKS)
    age = 7 * week + draw.whole(chance("joining day"), 7)
    wants = chance("join") < np.where(need, true.need.joins, true.curious.joins)
    return np.where(wants & (age < exit_age), age, NEVER)


def _dues_paid(chance: Chance, true: Truth, join_age: np.ndarray) -> np.ndarray:
    life = true.membership.life
    months = draw.sbg_lifetimes(chance("paid"), life.alpha, life.beta, calendar.WEEKS)
    return np.where(join_age < NEVER, months, 0)
