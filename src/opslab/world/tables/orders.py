"""The table of orders: entry to a group, monthly dues, and courses now and then."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.lives import needs_on, tell_lives
from opslab.world.parameters.lives import NEEDS
from opslab.world.people import People
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice
from opslab.world.truth import Courses, Truth

PRODUCTS = ("entry", "dues", "course")
ENTRY, DUES, COURSE = range(3)
LEAST_PRICE = 9  # yuan

Payments = tuple[np.ndarray, np.ndarray, np.ndarray]  # person, day, amount


def make(story: Story) -> pd.DataFrame:
    """Return one row for each payment, in order of time."""
    person, day, amount, product = payments(story)
    return pd.DataFrame(
        {
            "order_id": np.arange(1, len(person) + 1),
            "user_id": person + story.first_id,
            "date": calendar.dates(day),
            "product": choice(PRODUCTS, product),
            "amount": amount,
            "topic": _topics(story, person, day).mask(product != COURSE),
        }
    )


def payments(story: Story) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return person, day, amount and product (index into `PRODUCTS`) of each payment, in order of time."""
    parts = [_entries(story), _dues(story), _courses(story)]
    person, day, amount = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    product = np.repeat(np.arange(len(PRODUCTS)), [len(part[0]) for part in parts])
    order = np.lexsort((product, person, day))
    order = order[day[order] < calendar.DAYS]
    return person[order], day[order], amount[order], product[order]


def _topics(story: Story, person: np.ndarray, day: np.ndarray) -> pd.Series:
    """Return what a course bought by each person on each day is about."""
    need = needs_on(story, tell_lives(story), person, day)
    fits = story.chance("orders fits", len(person)) < story.truth.lives.fits
    any_topic = draw.whole(story.chance("orders topic", len(person)), len(NEEDS))
    return choice(NEEDS, np.where(fits, need, any_topic))


def _entries(story: Story) -> Payments:
    true, who = story.truth, story.people
    person = np.flatnonzero(who.dues_paid)
    day = who.signup_day[person] + who.join_age[person]
    return person, day, np.full(len(person), true.membership.entry_fee)


def _dues(story: Story) -> Payments:
    true, who = story.truth, story.people
    person, renewal = draw.spread(who.dues_paid)
    day = who.signup_day[person] + who.join_age[person] + renewal * true.membership.days
    return person, day, np.full(len(person), true.membership.dues)


def _courses(story: Story) -> Payments:
    """Return what each buyer buys: a first course, then repeats until the buyer is lost (BG/NBD)."""
    true, who, size = story.truth, story.people, story.size

    def chance(purpose: str, count: int = size) -> np.ndarray:
        return story.chance(f"courses {purpose}", count)

    first = _first_course(chance, true, who)
    rate = draw.from_grid(chance("rate"), draw.gamma_grid(true.courses.r)) / true.courses.alpha
    loss = draw.from_grid(chance("loss"), draw.beta_grid(true.courses.a, true.courses.b))

    person, later = draw.spread(np.maximum(calendar.DAYS - first, 0))
    bought = (chance("repeat", len(later)) < rate[person] / 7) | (later == 0)
    person, later = person[bought], later[bought]
    lost = (chance("lost", len(later)) < loss[person]) & (later > 0)
    lost_before = np.cumsum(lost) - lost
    at_first = np.zeros(size, dtype=np.int64)
    at_first[person[later == 0]] = lost_before[later == 0]
    there = lost_before == at_first[person]
    person, day = person[there], (first[person] + later)[there]
    return person, day, _prices(chance, true.courses, person)


def _first_course(chance: Callable[..., np.ndarray], true: Truth, who: People) -> np.ndarray:
    """Return the day of the first course; a day after the calendar's end for those who never buy one."""
    week = draw.geometric(chance("first week"), true.courses.starting, calendar.WEEKS)
    day = who.signup_day + 7 * week + draw.whole(chance("first day"), 7)
    buys = chance("buys") < np.where(who.need, true.need.buys, true.curious.buys)
    return np.where(buys, day, calendar.DAYS)


def _prices(chance: Callable[..., np.ndarray], courses: Courses, person: np.ndarray) -> np.ndarray:
    """Return whole yuan: each buyer has a level, each purchase varies about it (gamma-gamma)."""
    level = courses.gamma / draw.from_grid(chance("level"), draw.gamma_grid(courses.q))
    value = draw.from_grid(chance("value", len(person)), draw.gamma_grid(courses.p)) * level[person]
    return np.maximum(np.floor(value + 0.5), LEAST_PRICE).astype(np.int64)


TABLE = Table(
    name="orders",
    meaning="One row for each payment, in order of time. Courses are also sold outside the app.",
    columns=(
        Column("order_id", "integer", "The order's number, by time", least=1),
        Column("user_id", "integer", "Who paid", least=1),
        Column("date", "date", "Day of payment", least=str(calendar.START), most=str(calendar.END)),
        Column(
            "product",
            "string",
            "entry: once, on joining a group; dues: that day and every 30 days for members; course: a course",
            options=PRODUCTS,
        ),
        Column("amount", "integer", "Price paid", unit="yuan", least=1),
        Column(
            "topic",
            "string",
            "What a course is about; empty for entry and dues",
            required=False,
            options=NEEDS,
        ),
    ),
    key=("order_id",),
    make=make,
    refers={"user_id": "users"},
)
