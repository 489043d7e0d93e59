"""The table of users: when they signed up, from which channel, and what they did with notifications."""

import numpy as np
import pandas as pd

from opslab.world import calendar
from opslab.world.lives import inviters, tell_lives
from opslab.world.parameters.lives import NEEDS
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice, whole_or_empty
from opslab.world.tables import orders, top_ups
from opslab.world.tables.regions import REGIONS, homes
from opslab.world.truth import REFERENCE

CHANNELS = tuple(channel.name for channel in REFERENCE.channels)
DEVICES = ("ios", "android")
PERSONAS = tuple(persona.name for persona in REFERENCE.lives.personas)
TIERS = tuple(tier.name for tier in REFERENCE.lives.tiers)


def make(story: Story) -> pd.DataFrame:
    """Return one row for each user, in order of sign-up."""
    true, who, lives, inviter = story.truth, story.people, tell_lives(story), inviters(story)
    return pd.DataFrame(
        {
            "user_id": story.user_ids,
            "signup_date": calendar.dates(who.signup_day),
            "channel": choice(CHANNELS, who.channel),
            "device": choice(DEVICES, devices(story)),
            "pushes_per_week": np.array(true.notifications.per_week)[who.pushes],
            "muted_date": calendar.dates_if_reached(who.signup_day + who.mute_age),
            "persona": choice(PERSONAS, lives.persona),
            "need": choice(NEEDS, lives.need),
            "invited_by": whole_or_empty(inviter, inviter == 0),
            "tier": choice(TIERS, _tiers(story)),
            "region": choice(REGIONS, homes(story)),
        }
    )


def devices(story: Story) -> np.ndarray:
    """Return the index into `DEVICES` of each user's telephone."""
    return (story.chance("users device") >= story.truth.ios).astype(int)


def _tiers(story: Story) -> np.ndarray:
    """Return the index of the tier that each user has reached by the last day."""
    paid = np.zeros(story.size)
    for person, _, amount, *_ in (orders.payments(story), top_ups.purchases(story)):
        paid += np.bincount(person, weights=amount, minlength=story.size)
    return np.searchsorted([tier.from_yuan for tier in story.truth.lives.tiers], paid, side="right") - 1


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
            options=CHANNELS,
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
        Column("persona", "string", "Who the user is, in their own words at sign-up", options=PERSONAS),
        Column("need", "string", "What the user came for, as said at sign-up; it may change", options=NEEDS),
        Column(
            "invited_by",
            "integer",
            "Who invited the user (channel referral); empty if nobody, or if it is not known",
            required=False,
            least=1,
        ),
        Column(
            "tier",
            "string",
            "Rank on the last day, by all that was paid: "
            + ", ".join(f"{tier.name} from {tier.from_yuan}" for tier in REFERENCE.lives.tiers)
            + " yuan",
            options=TIERS,
        ),
        Column("region", "string", "Where the user lives", options=REGIONS),
    ),
    key=("user_id",),
    make=make,
    refers={"invited_by": "users"},
    flaws=(
        "About one in eight invited users has an empty `invited_by`, though the channel is referral: they "
        "did not give the inviter's code, or gave that of a user who had left.",
    ),
)
