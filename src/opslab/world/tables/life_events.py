"""The table of life events, which move what users need."""

import pandas as pd

from opslab.world import calendar
from opslab.world.lives import tell_lives
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice
from opslab.world.truth import REFERENCE

EVENTS = tuple(event.name for event in REFERENCE.lives.events)


def make(story: Story) -> pd.DataFrame:
    """Return one row for each event, by user and date."""
    lives = tell_lives(story)
    return pd.DataFrame(
        {
            "user_id": lives.person + story.first_id,
            "date": calendar.dates(lives.day),
            "event": choice(EVENTS, lives.event),
        }
    )


TABLE = Table(
    name="life_events",
    meaning="One row for each event in a user's life after sign-up, as told in the yearly call to all users.",
    columns=(
        Column("user_id", "integer", "Whose life", least=1),
        Column("date", "date", "The day", least=str(calendar.START), most=str(calendar.END)),
        Column("event", "string", "What happened", options=EVENTS),
    ),
    key=("user_id", "event"),
    make=make,
    refers={"user_id": "users"},
)
