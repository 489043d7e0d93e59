"""The table of the win-back trial: dormant users who got a message, or none, by the toss of a coin."""

import numpy as np
import pandas as pd

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice

ARMS = ("hold_out", "message")
SURE, PERSUADABLE, DOG, LOST = range(4)


def make(story: Story) -> pd.DataFrame:
    """Return one row for each dormant user who took part, by user."""
    true, who, log = story.truth.trials.recall, story.people, story.log
    quiet = calendar.DAYS - _last_days(story)
    taking_part = story.chance("recall sampled") < true.sampled
    person = np.flatnonzero((quiet >= true.quiet_days) & taking_part)
    quiet = quiet[person]
    muted = (who.signup_day + who.mute_age < calendar.DAYS)[person]
    answered = (np.bincount(log.person, weights=log.answered, minlength=story.size) > 0)[person]

    long_quiet = (quiet >= true.long_quiet_days).astype(int)
    group = np.where(muted, 0, np.where(answered, 1, 3) + long_quiet)
    shares = [(g.sure_things, g.persuadables, g.sleeping_dogs) for g in true.groups]
    kind = draw.pick_within(
        story.chance("recall kind", len(person)), [(*three, 1 - sum(three)) for three in shares], group
    )
    message = story.chance("recall arm", len(person)) < 0.5
    leaves = np.where(kind == DOG, true.dogs_unsubscribe, true.others_unsubscribe)
    return pd.DataFrame(
        {
            "user_id": person + story.first_id,
            "arm": choice(ARMS, message.astype(int)),
            "muted": muted,
            "answered_before": answered,
            "days_quiet": quiet,
            "returned": (kind == SURE) | ((kind == PERSUADABLE) & message) | ((kind == DOG) & ~message),
            "unsubscribed": message & (story.chance("recall unsubscribes", len(person)) < leaves),
        }
    )


def _last_days(story: Story) -> np.ndarray:
    """Return the last day on which each user came; the log is in order of day."""
    rows = np.bincount(story.log.person, minlength=story.size)
    return story.log.day[np.cumsum(rows) - 1]


TABLE = Table(
    name="recall_trial",
    meaning=(
        "One row for each dormant user in the win-back trial: on 2025-06-30, the day after the calendar's "
        "end, half of them were sent a message; they were watched for 28 days."
    ),
    columns=(
        Column("user_id", "integer", "Who", least=1),
        Column("arm", "string", "message, or hold_out: nothing was sent", options=ARMS),
        Column("muted", "boolean", "True if the user had turned notifications off"),
        Column("answered_before", "boolean", "True if the user had ever written an answer"),
        Column("days_quiet", "integer", "Since the last visit", unit="days", least=28),
        Column("returned", "boolean", "True if the user came back in the 28 days"),
        Column("unsubscribed", "boolean", "True if the user forbade all messages in the 28 days"),
    ),
    key=("user_id",),
    make=make,
    refers={"user_id": "users"},
)
