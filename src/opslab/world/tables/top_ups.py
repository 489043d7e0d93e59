"""The table of coins bought in the app: many small purchases, and a few whales."""

import numpy as np
import pandas as pd

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.story import Story
from opslab.world.table_types import Column, Table
from opslab.world.truth import REFERENCE

MONTH = 30


def purchases(story: Story) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return person, day and amount of each purchase, by person and day."""
    true, who = story.truth.lives.top_ups, story.people
    buys = story.chance("top_ups buys") < np.where(who.need, true.need_buys, true.curious_buys)
    whale = story.chance("top_ups whale") < true.whales
    person, age = draw.spread(np.where(buys, who.days_there, 0))
    rate = np.where(whale, true.whale_rate, true.usual_rate)[person]
    bought = story.chance("top_ups bought", len(person)) < rate / MONTH
    person, age = person[bought], age[bought]
    shares = (true.usual_packs, true.whale_packs)
    pack = draw.pick_within(story.chance("top_ups pack", len(person)), shares, whale[person].astype(int))
    return person, who.signup_day[person] + age, np.array(true.packs)[pack]


def make(story: Story) -> pd.DataFrame:
    """Return one row for each purchase, by user and date."""
    person, day, amount = purchases(story)
    return pd.DataFrame({"user_id": person + story.first_id, "date": calendar.dates(day), "amount": amount})


TABLE = Table(
    name="top_ups",
    meaning="One row for each purchase of coins, which users give as tips for good answers.",
    columns=(
        Column("user_id", "integer", "Who paid", least=1),
        Column("date", "date", "Day of payment", least=str(calendar.START), most=str(calendar.END)),
        Column("amount", "integer", "Price of the pack", unit="yuan", options=REFERENCE.lives.top_ups.packs),
    ),
    key=("user_id", "date"),
    make=make,
    refers={"user_id": "users"},
)
