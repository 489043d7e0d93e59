"""What is really so at Lantern: every parameter behind the data, in the field's terms.

Seed 0 has round reference values. Each other seed is a parallel world: the same rules, its own values, each
within a stated distance of the reference. The planted effects hold in all of them.
"""

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from opslab.world.parameters import group, lives, market, trials, voices
from opslab.world.random_draws import uniforms

LAST_SEED = 10**15 - 1

# How far a parallel world may lie from the reference: a share of the value, or (SHARES) an amount to add.
AROUND = 0.08
SHARES = 0.02
PARTS = ("lives", "market", "trials", "voices", "group")


@dataclass(frozen=True, slots=True)
class BetaGeometric:
    """Contractual survival: each one's chance to leave in a period is drawn from Beta(alpha, beta)."""

    alpha: float
    beta: float


@dataclass(frozen=True, slots=True)
class Channel:
    """Where users come from. Shares of 1: of sign-ups before and after week 39, of them who have the need."""

    name: str
    mix_before: float
    mix_after: float
    with_need: float


@dataclass(frozen=True, slots=True)
class UserKind:
    """One of two kinds of user, which no table shows: those with the need, and the curious.

    Attributes
    ----------
    life
        Weeks until they leave the app for good, if neither the trial's end nor muting makes it sooner.
    trial_exit, trial_exit_improved
        Share that leaves exactly at day 7, when the free trial ends: before and after week 39.
    rhythm
        Shares of users whose daily chance to open the app is `Truth.daily_rates`, in that order.
    answers
        Chance to write an answer on an active day.
    joins
        Share that pays the entry fee of a group, if they are still there at that day.
    buys
        Share that ever buys a course.
    """

    life: BetaGeometric
    trial_exit: float
    trial_exit_improved: float
    rhythm: tuple[float, ...]
    answers: float
    joins: float
    buys: float


@dataclass(frozen=True, slots=True)
class Notifications:
    """Pushes a week, assigned at random at sign-up, and what they do.

    Attributes
    ----------
    per_week
        The four arms, equally likely.
    lift
        Factor on the daily chance to be active, for each arm, as long as the user has not muted the app.
    muting
        Chance a week to mute, for each arm, from the second week on.
    muted_activity
        Factor on the daily chance to be active once muted.
    muted_life
        Share of the remaining weeks that a user stays after muting.
    """

    per_week: tuple[int, ...]
    lift: tuple[float, ...]
    muting: tuple[float, ...]
    muted_activity: float
    muted_life: float


@dataclass(frozen=True, slots=True)
class Membership:
    """Paid groups: an entry fee once, and dues every 30 days until a member does not renew (yuan, days)."""

    entry_fee: int
    dues: int
    days: int
    joining: float  # chance a week, from the second week on, for those who will join
    life: BetaGeometric


@dataclass(frozen=True, slots=True)
class Courses:
    """Repeat purchase without a contract, and what a purchase is worth.

    Attributes
    ----------
    starting
        Chance a week of the first purchase, for those who ever buy.
    r, alpha
        Repeat purchases a week are Poisson; their rate varies as Gamma(r, rate alpha): BG/NBD.
    a, b
        After each repeat purchase a buyer is lost with a chance that varies as Beta(a, b): BG/NBD.
    p, q, gamma
        A purchase's value is Gamma(p, rate v), and v varies as Gamma(q, rate gamma, in yuan): gamma-gamma,
        with mean p gamma / (q - 1) yuan.
    """

    starting: float
    r: float
    alpha: float
    a: float
    b: float
    p: float
    q: float
    gamma: float


@dataclass(frozen=True, slots=True)
class Truth:
    """All parameters of one world.

    Attributes
    ----------
    seed
        The world's number; 0 is the one of the committed files.
    weekly_growth
        Growth of weekly sign-ups, a share (0.012 is 1.2 % a week).
    paid_push
        Factor on weekly sign-ups from week 39 on, when the budget moves to advertising.
    bursts
        Week number and factor of the weeks in which sign-ups jump.
    channels
        The seven channels.
    need, curious
        The two kinds of user.
    daily_rates
        Daily chance to open the app, from nearly daily to about weekly; each user has one of them.
    first_week
        Factor on that chance in the first seven days.
    weekdays
        Factors on it, Monday to Sunday, with mean 1.
    pause, longest_pause
        Chance a week (from the third week on) that a user who stays goes silent, and for how many weeks at
        most (any number from 1, equally likely).
    ios
        Share of users with an iOS telephone.
    notifications, membership, courses
        See there.
    lives, market, trials, voices, group
        The further parts of the story, in `opslab.world.parameters`.
    """

    seed: int
    weekly_growth: float
    paid_push: float
    bursts: tuple[tuple[int, float], ...]
    channels: tuple[Channel, ...]
    need: UserKind
    curious: UserKind
    daily_rates: tuple[float, ...]
    first_week: float
    weekdays: tuple[float, ...]
    pause: float
    longest_pause: int
    ios: float
    notifications: Notifications
    membership: Membership
    courses: Courses
    lives: lives.Lives
    market: market.Market
    trials: trials.Trials
    voices: voices.Voices
    group: group.Group

    def as_dict(self) -> dict[str, Any]:
        """Return everything as nested dictionaries, for tables and JSON.

        Examples
        --------
        >>> REFERENCE.as_dict()["channels"][0]["name"]
        'search_ads'
        """
        return dataclasses.asdict(self)


REFERENCE = Truth(
    seed=0,
    weekly_growth=0.01,
    paid_push=1.7,
    bursts=((9, 1.8), (10, 1.4), (26, 1.7), (40, 1.4), (41, 1.2), (57, 1.6), (58, 1.3)),
    channels=(
        Channel("search_ads", mix_before=0.09, mix_after=0.30, with_need=0.14),
        Channel("feed_ads", mix_before=0.09, mix_after=0.37, with_need=0.07),
        Channel("seo", mix_before=0.17, mix_after=0.07, with_need=0.52),
        Channel("content", mix_before=0.17, mix_after=0.07, with_need=0.62),
        Channel("social", mix_before=0.16, mix_after=0.07, with_need=0.33),
        Channel("partners", mix_before=0.14, mix_after=0.05, with_need=0.42),
        Channel("referral", mix_before=0.18, mix_after=0.07, with_need=0.74),
    ),
    need=UserKind(
        life=BetaGeometric(0.7, 10.3),
        trial_exit=0.31,
        trial_exit_improved=0.16,
        rhythm=(0.3, 0.28, 0.24, 0.12, 0.06),
        answers=0.26,
        joins=0.72,
        buys=0.4,
    ),
    curious=UserKind(
        life=BetaGeometric(1.2, 1.8),
        trial_exit=0.56,
        trial_exit_improved=0.40,
        rhythm=(0.06, 0.14, 0.24, 0.28, 0.28),
        answers=0.03,
        joins=0.07,
        buys=0.03,
    ),
    daily_rates=(0.68, 0.48, 0.3, 0.18, 0.12),
    first_week=1.2,
    weekdays=(0.98, 0.92, 1.0, 0.92, 0.86, 0.96, 1.36),
    pause=0.05,
    longest_pause=4,
    ios=0.42,
    notifications=Notifications(
        per_week=(0, 1, 3, 7),
        lift=(1.0, 1.1, 1.2, 1.35),
        muting=(0.002, 0.008, 0.025, 0.12),
        muted_activity=0.5,
        muted_life=0.35,
    ),
    membership=Membership(entry_fee=200, dues=10, days=30, joining=0.3, life=BetaGeometric(0.8, 4.0)),
    courses=Courses(starting=0.08, r=0.8, alpha=12.0, a=0.8, b=2.4, p=6.0, q=4.0, gamma=60.0),
    lives=lives.REFERENCE,
    market=market.REFERENCE,
    trials=trials.REFERENCE,
    voices=voices.REFERENCE,
    group=group.REFERENCE,
)


@lru_cache(maxsize=64)
def drawn(seed: int) -> Truth:
    """Return the parameters of the world `seed` with every effect at its usual strength.

    In another world than 0 chances, alpha and beta, rates and what a factor adds to 1 lie within 8 % of the
    reference, shares with the need and the trial's exits within 0.02. Prices, the notification arms,
    rhythms, the calendar and the channel mix stay.
    """
    if seed == 0:
        return REFERENCE
    near = _Jitter(seed)
    return dataclasses.replace(
        REFERENCE,
        seed=seed,
        weekly_growth=near.scaled(REFERENCE.weekly_growth),
        paid_push=near.factor(REFERENCE.paid_push),
        channels=tuple(
            dataclasses.replace(channel, with_need=near.shifted(channel.with_need))
            for channel in REFERENCE.channels
        ),
        need=near.kind(REFERENCE.need),
        curious=near.kind(REFERENCE.curious),
        first_week=near.factor(REFERENCE.first_week),
        weekdays=near.weekdays(REFERENCE.weekdays),
        pause=near.scaled(REFERENCE.pause),
        notifications=near.notifications(REFERENCE.notifications),
        membership=dataclasses.replace(REFERENCE.membership, life=near.each(REFERENCE.membership.life)),
        courses=near.each(REFERENCE.courses),
        **{name: _Jitter(seed, f"truth {name}").everything(getattr(REFERENCE, name)) for name in PARTS},
    )


def _rounded(value: float) -> float:
    """Return `value` with four significant digits: what can be read can be typed in."""
    return float(f"{value:.4g}")


class _Jitter:
    """Values near a reference, drawn one after another from the stream of a seed."""

    def __init__(self, seed: int, purpose: str = "truth") -> None:
        self._draws = iter(uniforms(seed, purpose, 200).tolist())

    def _between(self, low: float, high: float) -> float:
        return low + (high - low) * next(self._draws)

    def scaled(self, value: float) -> float:
        return _rounded(value * self._between(1 - AROUND, 1 + AROUND))

    def shifted(self, share: float) -> float:
        return round(share + self._between(-SHARES, SHARES), 4)

    def factor(self, value: float) -> float:
        """Scale what a factor adds to or takes from 1, so that 1 stays 1."""
        return round(1 + (value - 1) * self._between(1 - AROUND, 1 + AROUND), 4)

    def each(self, part: Any) -> Any:
        """Scale every field of a dataclass of numbers."""
        return type(part)(**{name: self.scaled(value) for name, value in dataclasses.asdict(part).items()})

    def everything(self, part: Any) -> Any:
        """Scale every field of the type `float`, in the parts of a part, too."""
        if isinstance(part, tuple):
            return tuple(self.everything(member) for member in part)
        if not dataclasses.is_dataclass(part):
            return part
        changes = {}
        for field in dataclasses.fields(part):
            value = getattr(part, field.name)
            changes[field.name] = self.scaled(value) if field.type is float else self.everything(value)
        return dataclasses.replace(part, **changes)

    def kind(self, kind: UserKind) -> UserKind:
        # One step for both trial exits: the improvement keeps its size in every world.
        step = self._between(-SHARES, SHARES)
        return dataclasses.replace(
            kind,
            life=self.each(kind.life),
            trial_exit=round(kind.trial_exit + step, 4),
            trial_exit_improved=round(kind.trial_exit_improved + step, 4),
            answers=self.scaled(kind.answers),
            joins=self.scaled(kind.joins),
            buys=self.scaled(kind.buys),
        )

    def weekdays(self, factors: tuple[float, ...]) -> tuple[float, ...]:
        strength = self._between(1 - AROUND, 1 + AROUND)
        return tuple(round(1 + (factor - 1) * strength, 4) for factor in factors)

    def notifications(self, arms: Notifications) -> Notifications:
        strength = self._between(1 - AROUND, 1 + AROUND)
        return dataclasses.replace(
            arms,
            lift=tuple(round(1 + (factor - 1) * strength, 4) for factor in arms.lift),
            muting=tuple(self.scaled(chance) for chance in arms.muting),
            muted_activity=self.scaled(arms.muted_activity),
            muted_life=self.scaled(arms.muted_life),
        )
