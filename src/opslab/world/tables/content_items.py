"""The table of content: most of it is seen by nobody, a little by many."""

import numpy as np
import pandas as pd

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice
from opslab.world.truth import REFERENCE

FORMS = tuple(form.name for form in REFERENCE.voices.content.forms)
PLACES = tuple(place.name for place in REFERENCE.voices.content.places)
HOURS = (1, 6, 24)


def make(story: Story) -> pd.DataFrame:
    """Return one row for each item, in order of time."""
    true = story.truth.voices.content

    def chance(purpose: str) -> np.ndarray:
        return story.chance(f"content {purpose}", true.items)

    form = draw.pick(chance("form"), [form.share for form in true.forms])
    place = draw.pick(chance("place"), [place.share for place in true.places])
    promoted = chance("promoted") < np.array([form.promoted for form in true.forms])[form]
    on_core = chance("core") < true.core
    core_factor = np.where(on_core, true.core_lift, 1.0)

    mean = true.views * np.array([form.views for form in true.forms])[form] * core_factor
    mean = mean * np.where(promoted, true.promotion_lift, 1.0)
    luck = draw.from_grid(chance("luck"), draw.gamma_grid(true.evenness) / true.evenness)
    views = np.where(chance("seen") < true.unseen, 0, draw.rounded(mean * luck, chance("views")))
    shares = draw.poisson(chance("shares"), views * true.sharing * core_factor)

    half_life = np.array([place.half_life for place in true.places])[place]
    early = {
        f"views_{hours}h": draw.rounded(
            views * np.round(1 - 2.0 ** (-hours / half_life), 9), chance(f"views {hours}")
        )
        for hours in HOURS
    }
    return pd.DataFrame(
        {
            "content_id": np.arange(1, true.items + 1),
            "date": calendar.dates(np.sort(draw.whole(chance("day"), calendar.DAYS))),
            "form": choice(FORMS, form),
            "place": choice(PLACES, place),
            "on_core": on_core,
            "promoted": promoted,
            **early,
            "views": views,
            "shares": shares,
        }
    )


TABLE = Table(
    name="content_items",
    meaning="One row for each piece of content that Lantern published, in order of time.",
    columns=(
        Column("content_id", "integer", "The item's number, by time", least=1),
        Column("date", "date", "Day of publication", least=str(calendar.START), most=str(calendar.END)),
        Column("form", "string", "What kind of content it is", options=FORMS),
        Column("place", "string", "Where it appeared", options=PLACES),
        Column("on_core", "boolean", "True if it keeps to Lantern's one core: learning by writing"),
        Column("promoted", "boolean", "True if Lantern paid for its spread"),
        *(
            Column(f"views_{hours}h", "integer", f"Views in the first {hours} hours", least=0)
            for hours in HOURS
        ),
        Column("views", "integer", "Views in all", least=0),
        Column("shares", "integer", "How often it was passed on", least=0),
    ),
    key=("content_id",),
    make=make,
    flaws=("Videos are promoted far more often than other forms: compare like with like.",),
)
