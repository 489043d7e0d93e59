"""The table of touchpoints: the ways that led to a sign-up, and those that did not."""

import numpy as np
import pandas as pd

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice, whole_or_empty
from opslab.world.tables.users import CHANNELS

FIRST_DAY = calendar.DAYS - 7 * 13  # the last 13 weeks
LONGEST_PAUSE = 6  # days between two touches
START = -1  # what stands before the first touch


def make(story: Story) -> pd.DataFrame:
    """Return one row for each touch, by path and step; a user's last touch is the channel in users."""
    paths, who = story.truth.market.paths, story.people
    last_touch = np.array([channel.mix_after for channel in story.truth.channels])
    last_touch /= last_touch.sum()

    signed_up = np.flatnonzero(who.signup_day >= FIRST_DAY)
    others = int(len(signed_up) * (1 - paths.converting) / paths.converting + 0.5)
    leaving = paths.visits * (1 - paths.signing_up(last_touch) - np.array(paths.onward).sum(axis=1))
    channel = np.concatenate(
        [who.channel[signed_up], draw.pick(story.chance("touchpoints last", others), leaving)]
    )
    span = calendar.DAYS - FIRST_DAY
    day = np.concatenate(
        [
            who.signup_day[signed_up],
            FIRST_DAY + draw.whole(story.chance("touchpoints day", others), span),
        ]
    )
    user = np.concatenate([signed_up + story.first_id, np.zeros(others, dtype=np.int64)])
    order = np.argsort(day, kind="stable")
    path, step, channel, day = _backwards(story, channel[order], day[order])
    user = user[order][path]
    return pd.DataFrame(
        {
            "path_id": path + 1,
            "step": step,
            "date": calendar.dates(day),
            "channel": choice(CHANNELS, channel),
            "user_id": whole_or_empty(user, user == 0),
        }
    )


def _backwards(story: Story, channel: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return path, step, channel and day of all touches on the ways that end in these last ones.

    Seen from its end a Markov chain is one, too: the chance that `a` came before `b` is
    visits(a) onward(a, b) / visits(b), and that `b` was the first touch starts(b) / visits(b).
    """
    paths = story.truth.market.paths
    before = np.column_stack([np.array(paths.starts), (paths.visits[:, None] * np.array(paths.onward)).T])
    path, steps_left, touches = np.arange(len(channel)), 0, []
    while len(path):
        touches.append((path, np.full(len(path), steps_left), channel, day))
        steps_left += 1
        previous = draw.pick_within(story.chance(f"touchpoints {steps_left}", len(path)), before, channel) - 1
        pause = draw.whole(story.chance(f"touchpoints pause {steps_left}", len(path)), LONGEST_PAUSE + 1)
        on = previous != START
        path, channel, day = path[on], previous[on], (day - pause)[on]
    path, back, channel, day = (np.concatenate(column) for column in zip(*touches, strict=True))
    order = np.lexsort((-back, path))
    length = np.bincount(path)
    return path[order], (length[path] - back)[order], channel[order], day[order]


TABLE = Table(
    name="touchpoints",
    meaning=(
        "One row for each contact on the way to Lantern, for all whose way ended in the last 13 weeks: with "
        "a sign-up, or without one."
    ),
    columns=(
        Column("path_id", "integer", "The way of one person", least=1),
        Column("step", "integer", "Place of the touch on that way, from 1", least=1),
        Column("date", "date", "The day", least=str(calendar.START), most=str(calendar.END)),
        Column("channel", "string", "What the person saw", options=CHANNELS),
        Column("user_id", "integer", "Who signed up at the end; empty if nobody", required=False, least=1),
    ),
    key=("path_id", "step"),
    make=make,
    refers={"user_id": "users"},
)
