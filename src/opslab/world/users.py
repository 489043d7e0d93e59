"""The table of users: when they signed up, from which channel, and what they did with notifications."""

import numpy as np
import pandas as pd

from opslab.world import calendar, draw
from opslab.world.schema import Column, Table
from opslab.world.story import Story
from opslab.world.truth import REFERENCE

DEVICES = ("ios", "android")


def make(story: Story) -> pd.DataFrame:
    """Return one row for each user, in order of sign-up."""
    true, who = story.truth, story.people
    names = np.array([channel.name for channel in true.channels], dtype=object)
    device = (draw.uniforms(true.seed, "users device", story.size) >= true.ios).astype(int)
    return pd.DataFrame(
        {
            "user_id": np.arange(1, story.size + 1),
            "signup_date": calendar.dates(who.signup_day),
            "channel": pd.Series(names[who.channel], dtype="str"),
            "device": pd.Series(np.array(DEVICES, dtype=object)[device], dtype="str"),
            "pushes_per_week": np.array(true.notifications.per_week)[who.pushes],
            "muted_date": calendar.dates_if_reached(who.signup_day + who.mute_age),
        }
    )


TABLE = Table(
    name="users",
    meaning="One row for each user who signed up, in order of sign-up.",
    columns=(
        Column("user_id", "integer", "The user's number, by order of sign-up", least=1),
        Column(
            "signup_date",
            "date",
            "Day of sign-up; seven days of free trial begin",
            least=str(calendar.START),
            most=str(calendar.END),
        ),
        Column(
            "channel",
            "string",
            "Where the user came from",
            options=tuple(channel.name for channel in REFERENCE.channels),
        ),
        Column("device", "string", "Kind of telephone", options=DEVICES),
        Column(
            "pushes_per_week",
            "integer",
            "Notifications sent until the user mutes them: assigned at random at sign-up",
            unit="per week",
            options=REFERENCE.notifications.per_week,
        ),
        Column(
            "muted_date",
            "date",
            "Day on which the user turned notifications off; empty if never",
            required=False,
            least=str(calendar.START),
            most=str(calendar.END),
        ),
    ),
    key=("user_id",),
    make=make,
)
