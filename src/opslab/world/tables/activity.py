"""The table of activity: who opened the app on which day, and who wrote an answer."""

import pandas as pd

from opslab.world import calendar
from opslab.world.story import Story
from opslab.world.table_types import Column, Table


def make(story: Story) -> pd.DataFrame:
    """Return one row for each user and active day, by user and date."""
    log = story.log
    return pd.DataFrame(
        {"user_id": log.person + story.first_id, "date": calendar.dates(log.day), "answered": log.answered}
    )


TABLE = Table(
    name="activity",
    meaning="One row for each user and day on which the user opened the app; the first is the sign-up day.",
    columns=(
        Column("user_id", "integer", "Who", least=1),
        Column("date", "date", "The day", least=str(calendar.START), most=str(calendar.END)),
        Column(
            "answered", "boolean", "True if the user also wrote an answer to the week's question that day"
        ),
    ),
    key=("user_id", "date"),
    make=make,
    refers={"user_id": "users"},
)
