"""Lantern as the year begins: what `world.truth` says of it, where it stands, and what is guessed."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from opslab.outreach import waiting
from opslab.year.plan import MOST_CLERKS, TESTS, WEEKS

if TYPE_CHECKING:
    from opslab.world.parameters.trials import Experiment
    from opslab.world.parameters.voices import SupportDesk
    from opslab.world.truth import Truth, UserKind

DAYS, HOURS, MINUTES = 7, 24, 60  # of a place at the desk: every day, round the clock
NEED, CURIOUS = 0, 1
UNMUTED, MUTED = 0, 1
GROUPS = {
    "ads": ("search_ads", "feed_ads"),
    "own": ("seo", "content"),
    "friends": ("social", "partners", "referral"),
}
BY_WORD = ("content", "social", "referral")  # channels that live on what people pass on

# Where Lantern stands on the last day of its data (world 0): a test holds these against the tables.
USERS = {  # age in weeks: those with the need and the curious who are there, and who of them has muted
    1: ((84, 0), (273, 4)),
    4: ((210, 13), (223, 13)),
    12: ((450, 69), (211, 28)),
    19: ((470, 117), (118, 20)),
    38: ((440, 190), (65, 6)),
    64: ((162, 141), (2, 1)),
}
AWAY = (1_060, 700, 3_510, 1_900, 8_080)  # quiet for four weeks, in the groups of the recall trial
MEMBERS = 1_417
ENTRIES = 48  # a week pay the entry fee
SPLIT = {  # of each group's spend in the last quarter
    "search_ads": 0.55, "feed_ads": 0.45, "seo": 0.44, "content": 0.56,
    "social": 0.28, "partners": 0.37, "referral": 0.35,
}  # fmt: skip
BUYERS_TO_BE = 500  # who will buy a first course, and have not
TICKETS = 175.0  # a week
NEWCOMERS, KEPT = 418, 0.42  # last week's, and the share of a cohort that is there after four weeks

# What is guessed, with reasons; the debriefing tells them.
ASKING = 0.5  # share of the tickets that come from the week's newcomers
HOUR = 18.0  # yuan for an hour at the desk
CLERK = HOUR * HOURS * DAYS  # yuan a week for a place that is filled round the clock
FORUM_COST = 800.0  # yuan a week to look after the forum
FORUM_RELIEF = 0.25  # share of questions that are found answered there
FORUM_HEARD = 0.3  # share of unhappy posts that nobody sees without the forum
FORUM_WARMTH, FORUM_SPEED = 0.45, 1 / 13  # word of mouth without it, and how fast it gets there, a week
MESSAGE = 0.5  # yuan to write to one who is away, with the gift in it
ROUND = 13  # weeks in which everybody who is to be recalled is written to once
CAME_BACK = 8  # age in weeks whose leaving those who came back share
LONG_AGO = 13  # weeks until "recent" is "long ago"
FUND = 283_400.0  # yuan in it as the year begins: the entry fees of its members
TO_FUND = 0.2  # share of a new entry fee that goes there; the rest pays for the place
REWARD = 8_100.0  # yuan a week, promised to the members: at last year's pace the fund lasts for 52 weeks
UNPAID = 2.0  # factor on members' leaving in a week without the reward
TRUST = 0.55  # as the year begins (0 to 1)
DOUBT = 1 + TRUST  # leaving is as in the records at the trust of the beginning
TRUST_UP = 0.03  # share of the gap to 1 that a week of useful content closes, at full focus twice as much
TRUST_PUSHED = 0.03  # share of trust that seven pushes cost, by the square of their number
TRUST_WRITTEN = 0.006  # share of trust that writing to those who said no costs
TRUST_WAIT = 0.03  # share of trust that a week of answers later than a day costs
NARROW = 0.5  # reach lost at full focus
PULL = 0.2  # yuan in points for an answer that have two thirds of all the effect that points can have
CLUNG = 0.15  # of leaving that points can keep from happening
HELPED = 0.2  # share of questions that members answer, at many points
CHASE, CHASED_FROM = 0.03, 0.5  # trust lost for each yuan more: answers are then written for the points
REDEEMED = 0.08  # of points, a week
POSTS = 1_080 / 13  # about Lantern, a week
UNHAPPY_LATE = 0.2  # share of posts that turn from positive to negative if no ticket is answered in a day
TEST_COST, TEST_WEEKS = 2_000.0, 4  # yuan to begin one
UPKEEP = 100.0  # yuan a week for each thing that was adopted
COMPLETED = 1.0  # points of the trial's exit that a point more of completed profiles takes away
NOISE = {"newcomers": 0.15, "tickets": 0.12, "leaving": 0.08, "sales": 0.15}  # sd of the logarithm
# No two years are alike: how much more or less of it there is, for the whole year (sd of the logarithm).
CHARACTER = {"ads": 0.5, "own": 0.5, "friends": 0.5, "muting": 0.4, "leaving": 0.15, "tickets": 0.15,
             "points": 0.6, "recall": 0.5, "sales": 0.2}  # fmt: skip
SHOCKS = ("outage", "rival", "burst")
SHOCK_FROM, SHOCK_TO = 8, 44
OUTAGE_WEEKS, OUTAGE_TICKETS = 2, 3.0
RIVAL_WEEKS, RIVAL_REACH = 8, 0.55
BURST = (1.8, 1.4)  # as in `truth().bursts`
TRUSTED = 0.5  # of what is sold, the share that goes with trust
AHEAD = 52  # weeks for which those who are still there count in the score


@dataclass(frozen=True, eq=False)
class Firm:
    """What the simulation needs of a world's truth, in arrays. Weeks count from 0."""

    top: np.ndarray  # by channel: users a week, yuan at half of them, share carried over, share with the need
    half: np.ndarray
    carry: np.ndarray
    with_need: np.ndarray
    split: np.ndarray  # by group and channel
    by_word: np.ndarray  # by channel, True or False
    leaving: np.ndarray  # by week, kind, muted and cohort: chance to leave
    ahead: np.ndarray  # by kind, muted and cohort, at the year's end: weeks of the next 52 that they stay
    members_leaving: np.ndarray  # by week and cohort
    members_ahead: np.ndarray  # with the reward and without, by cohort: weeks of dues in the next 52
    users: np.ndarray  # by kind, muted and cohort, as the year begins
    exits: np.ndarray  # by kind: share that leaves when the free trial ends
    pushes: np.ndarray  # as in the trial of notifications: number, lift, muting
    lift: np.ndarray
    muting: np.ndarray
    muted_activity: float
    recall: np.ndarray  # by group: sure things, persuadables, sleeping dogs
    unsubscribe: np.ndarray  # share of dogs, share of the others
    will_join: np.ndarray  # by kind: of newcomers, share that ever joins a paid group
    joining: float
    entry_fee: float
    dues: float  # yuan a week
    buys: np.ndarray  # by kind
    starting: float
    price: float
    spending: np.ndarray  # by kind: yuan a week of repeat courses and top-ups, where everyone is as active
    answers: np.ndarray  # by kind: answers a week
    handling: float  # minutes
    attitudes: np.ndarray  # positive, neutral, negative
    core_lift: float
    tests: (
        np.ndarray
    )  # by test: completing without it and with it, as recorded; share of records with it; lift
    loads: np.ndarray  # of the desk; the most of them; and by clerks: median wait, share within a day
    most_load: float
    median_wait: np.ndarray
    within_day: np.ndarray


@lru_cache(maxsize=8)
def firm(world: int = 0) -> Firm:
    """Return Lantern as `world.truth` has it in one of the parallel worlds."""
    from opslab.world.strengths import truth  # the whole story, which only a year that is played needs

    true = truth(world)
    kinds = (true.need, true.curious)
    curves, groups, arms = true.market.responses, true.trials.recall.groups, true.notifications
    talk = true.voices.talk.brands[0]
    ages, users = np.array(list(USERS)), np.array(list(USERS.values()), dtype=float).transpose(1, 2, 0)
    came_back = np.zeros((2, 2, 1))
    leaving = np.stack([_leaving(true, week, ages) for week in range(WEEKS + AHEAD)])
    desks = true.voices.desks
    tests = {test.name: test for test in (*true.trials.experiments.tests, true.trials.start_screen)}
    recorded = [_recorded(true, tests[name]) for name in TESTS[1:]]
    loads = np.linspace(0.01, 0.98, 98)
    waits = [[_waits(load, clerks, desks) for load in loads] for clerks in range(1, MOST_CLERKS + 1)]
    return Firm(
        top=np.array([curve.top for curve in curves], dtype=float),
        half=np.array([curve.half for curve in curves], dtype=float),
        carry=np.array([curve.carry_over for curve in curves]),
        with_need=np.array([channel.with_need for channel in true.channels]),
        split=np.array(
            [[SPLIT[c.channel] if c.channel in names else 0.0 for c in curves] for names in GROUPS.values()]
        ),
        by_word=np.array([curve.channel in BY_WORD for curve in curves]),
        leaving=leaving[:WEEKS],
        ahead=_weeks_ahead(leaving[WEEKS:]),
        members_leaving=(monthly := _members_leaving(true))[:WEEKS],
        members_ahead=np.stack([_weeks_ahead(np.minimum(k * monthly[WEEKS:], 1)) for k in (1, UNPAID)]),
        users=np.concatenate([came_back, users, np.zeros((2, 2, WEEKS))], axis=2),
        exits=(exits := np.array([kind.trial_exit_improved for kind in kinds])),
        pushes=np.array(arms.per_week, dtype=float),
        lift=np.array(arms.lift),
        muting=np.array(arms.muting),
        muted_activity=arms.muted_activity,
        recall=np.array([[g.sure_things, g.persuadables, g.sleeping_dogs] for g in groups]).T,
        unsubscribe=np.array([true.trials.recall.dogs_unsubscribe, true.trials.recall.others_unsubscribe]),
        will_join=(1 - exits) * np.array([kind.joins * _still_there(true, kind) for kind in kinds]),
        joining=true.membership.joining,
        entry_fee=true.membership.entry_fee,
        dues=true.membership.dues * DAYS / true.membership.days,
        buys=np.array([kind.buys for kind in kinds]),
        starting=true.courses.starting,
        price=(price := true.courses.p * true.courses.gamma / (true.courses.q - 1)),
        spending=np.array([_spending(true, kind, price) for kind in (NEED, CURIOUS)]),
        answers=np.array([kind.answers * DAYS * np.dot(kind.rhythm, true.daily_rates) for kind in kinds]),
        handling=sum(d.per_day * d.minutes for d in desks) / sum(d.per_day for d in desks),
        attitudes=np.array(talk.attitudes),
        core_lift=true.voices.content.core_lift,
        tests=np.array([[0.5, 0.5, 0.5, 0.0], *recorded]),
        loads=loads,
        most_load=float(loads[-1]),
        median_wait=np.array(waits)[..., 0],
        within_day=np.array(waits)[..., 1],
    )


def _leaving(true: "Truth", week: int, ages: np.ndarray) -> np.ndarray:
    """Return by kind, muted and cohort the chance to leave in a week, counted from the year's first.

    Cohorts: those who came back, who do not age; those of `USERS`; the newcomers of each week of the year.
    """
    age = np.concatenate([[CAME_BACK], ages + week, week - np.arange(WEEKS)])
    table = []
    for kind in (true.need, true.curious):
        chance = kind.life.alpha / (kind.life.alpha + kind.life.beta + np.maximum(age - 1, 0))
        chance = np.where(age == 1, kind.trial_exit_improved, np.where(age < 1, 0.0, chance))
        # Who mutes stays only a part of the weeks that were left: the chance is larger by as much.
        table.append([chance, np.minimum(chance / true.notifications.muted_life, 1.0)])
    return np.array(table)


def _members_leaving(true: "Truth") -> np.ndarray:
    """Return by week and cohort (last year's members, then each week's) the chance not to renew."""
    week, life = np.arange(WEEKS + AHEAD)[:, None], true.membership.life
    tenure = np.concatenate([np.full((1, 1), -26.0), np.arange(WEEKS)[None, :]], axis=1)
    months = np.maximum(week - tenure, 0) * DAYS / true.membership.days
    return life.alpha / (life.alpha + life.beta + months) * DAYS / true.membership.days


def _still_there(true: "Truth", kind: "UserKind") -> float:
    """Return the share of those who will join who are still there on the day."""
    weeks, life = np.arange(WEEKS), kind.life
    stays = np.cumprod(1 - life.alpha / (life.alpha + life.beta + weeks))
    return float((true.membership.joining * (1 - true.membership.joining) ** weeks * stays).sum())


def _weeks_ahead(leaving: np.ndarray) -> np.ndarray:
    """Return the expected number of weeks (of those in `leaving`) that each cohort is still there."""
    return np.cumprod(1 - leaving, axis=0).sum(axis=0)


def _spending(true: "Truth", kind: int, price: float) -> float:
    """Return yuan a week: repeat courses (BG/NBD, buyers not yet lost) and top-ups."""
    courses, coins = true.courses, true.lives.top_ups
    repeats = (true.need, true.curious)[kind].buys * courses.r / courses.alpha * price
    usual, whales = (np.dot(coins.packs, packs) for packs in (coins.usual_packs, coins.whale_packs))
    monthly = (1 - coins.whales) * coins.usual_rate * usual + coins.whales * coins.whale_rate * whales
    buys = (coins.need_buys, coins.curious_buys)[kind]
    return repeats + buys * monthly * DAYS / true.membership.days


def _recorded(true: "Truth", test: "Experiment") -> tuple[float, float, float, float]:
    """Return what the records of a trial tell, where some treated Android users were never recorded."""
    trials, ios = true.trials.experiments, true.ios
    left = (1 - ios) * (1 - test.lost)
    of_ios = ios / (ios + left)
    base = ios * trials.ios + (1 - ios) * trials.android
    seen = (of_ios * trials.ios + (1 - of_ios) * trials.android) / base
    share = (ios + left) / (1 + ios + left)
    return test.completing, test.completing * seen + test.lift, share, test.lift


def _waits(load: float, clerks: int, desks: "tuple[SupportDesk, ...]") -> tuple[float, float]:
    """Return the median wait (minutes) and the share taken up within a day."""
    minutes = sum(d.per_day * d.minutes for d in desks) / sum(d.per_day for d in desks)
    desk = waiting(load * clerks / minutes, minutes, clerks, target=HOURS * MINUTES)
    return desk.median_wait, desk.within_target
