"""The table of tickets: what users told the desk, and how long they waited."""

import numpy as np
import pandas as pd

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.parameters.voices import CONTENTS, DESK_MINUTES, PURPOSES, SupportDesk
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice, text, whole_or_empty
from opslab.world.truth import REFERENCE

FIRST_DAY = calendar.DAYS - 7 * 26  # the last 26 weeks
OPENING = 9 * 60  # minute of the day at which the desk opens
CHANNELS = tuple(desk.channel for desk in REFERENCE.voices.desks)


def make(story: Story) -> pd.DataFrame:
    """Return one row for each ticket, in order of time."""
    frame = pd.concat([_one(story, desk) for desk in story.truth.voices.desks], ignore_index=True)
    frame = frame.sort_values(["date", "minute"], kind="stable", ignore_index=True)
    frame.insert(0, "ticket_id", np.arange(1, len(frame) + 1))
    frame.insert(1, "user_id", _writers(story, frame["date"].to_numpy()))
    return frame


def _one(story: Story, desk: SupportDesk) -> pd.DataFrame:
    """Return the tickets of one desk: arrivals at random, one clerk, first come, first served."""
    days = calendar.DAYS - FIRST_DAY
    most = int(desk.per_day * days * 1.5) + 50

    def chance(purpose: str, count: int = most) -> np.ndarray:
        return story.chance(f"tickets {desk.channel} {purpose}", count)

    exponential = draw.gamma_grid(1.0)
    arrival = np.cumsum(draw.from_grid(chance("arrival"), exponential) * DESK_MINUTES / desk.per_day)
    arrival = arrival[arrival < days * DESK_MINUTES]
    count = len(arrival)
    handling = draw.from_grid(chance("handling", count), exponential) * desk.minutes
    waiting = _waiting(arrival, handling)
    day, minute = np.divmod(arrival.astype(np.int64), DESK_MINUTES)
    return pd.DataFrame(
        {
            "date": calendar.dates(FIRST_DAY + day),
            "minute": OPENING + minute,
            "channel": text(np.full(count, desk.channel)),
            "public": np.full(count, desk.public),
            "purpose": choice(PURPOSES, draw.pick(chance("purpose", count), desk.purposes)),
            "content": choice(CONTENTS, draw.pick(chance("content", count), desk.contents)),
            "wait_minutes": whole_or_empty(
                draw.rounded(waiting, chance("rounding", count)),
                chance("unrecorded", count) < story.truth.voices.unrecorded,
            ),
            "handling_minutes": draw.rounded(handling, chance("rounding handling", count)),
        }
    )


def _waiting(arrival: np.ndarray, handling: np.ndarray) -> np.ndarray:
    """Return how long each waits at a queue with one clerk.

    Lindley's recursion: a wait is the one before, plus its handling, less the gap, but never below 0. Summed
    up, that is the distance of a walk from its lowest point so far.
    """
    walk = np.concatenate([[0.0], np.cumsum(handling[:-1] - np.diff(arrival))])
    return walk - np.minimum.accumulate(walk)


def _writers(story: Story, dates: np.ndarray) -> np.ndarray:
    """Return for each ticket one of the users who were active on its day."""
    by_day = np.argsort(story.log.day, kind="stable")
    day = (dates.astype("datetime64[D]") - calendar.START).astype(int)
    active = np.bincount(story.log.day, minlength=calendar.DAYS)
    first = np.cumsum(active) - active
    place = first[day] + (story.chance("tickets user", len(day)) * active[day]).astype(np.int64)
    return story.log.person[by_day[place]] + story.first_id


TABLE = Table(
    name="tickets",
    meaning=(
        "One row for each message to Lantern's desk in the last 26 weeks. Each channel has one clerk, daily "
        "from 9:00 to 21:00; nobody is helped out of turn."
    ),
    columns=(
        Column("ticket_id", "integer", "The ticket's number, by time", least=1),
        Column("user_id", "integer", "Who wrote or called", least=1),
        Column("date", "date", "The day", least=str(calendar.START), most=str(calendar.END)),
        Column(
            "minute", "integer", "Minute of the day at which it came", unit="minutes", least=540, most=1259
        ),
        Column("channel", "string", "How it came", options=CHANNELS),
        Column("public", "boolean", "True if other users can read it"),
        Column("purpose", "string", "What the user wants of Lantern", options=PURPOSES),
        Column("content", "string", "What it is about", options=CONTENTS),
        Column(
            "wait_minutes",
            "integer",
            "Opening time until somebody took it up; nights do not count",
            unit="minutes",
            required=False,
            least=0,
        ),
        Column("handling_minutes", "integer", "Work until it was answered", unit="minutes", least=0),
    ),
    key=("ticket_id",),
    make=make,
    refers={"user_id": "users"},
    flaws=("About 2 % of the waiting times were not written down.",),
)
