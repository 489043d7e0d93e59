"""The table of brand messages: to whom, about what, with which image, and what is remembered."""

import numpy as np
import pandas as pd

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.parameters.voices import Focus
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice, text

GROUPS = ("career_changers", "managers", "students", "parents")
PRODUCTS = ("groups", "courses", "coaching", "books")
IMAGES = ("learning_by_writing", "famous_teachers", "low_price", "career_success", "good_company")
BRANDS = ("Lantern", "C")
ASKED = 100  # people asked about each message


def make(story: Story) -> pd.DataFrame:
    """Return one row for each message, in order of time."""
    frame = pd.concat([_one(story, focus) for focus in story.truth.voices.messages.focuses])
    frame = frame.sort_values(["date", "brand"], kind="stable", ignore_index=True)
    frame.insert(0, "message_id", np.arange(1, len(frame) + 1))
    return frame


def _one(story: Story, focus: Focus) -> pd.DataFrame:
    true, change = story.truth.voices.messages, calendar.IMPROVED_DAY
    first, last = (0, change) if focus.period == "before" else (change, calendar.DAYS)
    count = true.per_week * (last - first) // 7

    def chance(purpose: str) -> np.ndarray:
        return story.chance(f"messages {focus.brand} {focus.period} {purpose}", count)

    image = draw.pick(chance("image"), focus.images)
    recalled = true.recalled + true.focus_gain * np.array(focus.images)[image]
    return pd.DataFrame(
        {
            "date": calendar.dates(first + draw.whole(chance("day"), last - first)),
            "brand": text(np.full(count, focus.brand)),
            "target_group": choice(GROUPS, draw.pick(chance("group"), focus.groups)),
            "product_line": choice(PRODUCTS, draw.pick(chance("product"), focus.products)),
            "image": choice(IMAGES, image),
            "recalled": np.minimum(draw.poisson(chance("recalled"), ASKED * recalled), ASKED),
        }
    )


TABLE = Table(
    name="brand_messages",
    meaning="One row for each message of Lantern or its rival C to the public, in order of time.",
    columns=(
        Column("message_id", "integer", "The message's number, by time", least=1),
        Column("date", "date", "The day", least=str(calendar.START), most=str(calendar.END)),
        Column("brand", "string", "Whose message", options=BRANDS),
        Column("target_group", "string", "Whom it addresses", options=GROUPS),
        Column("product_line", "string", "What it offers", options=PRODUCTS),
        Column("image", "string", "What the brand wants to stand for", options=IMAGES),
        Column(
            "recalled",
            "integer",
            f"Of {ASKED} people asked, those who recalled it",
            unit="people",
            least=0,
            most=ASKED,
        ),
    ),
    key=("message_id",),
    make=make,
)
