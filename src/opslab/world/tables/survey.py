"""The tables of the survey: who was asked, who answered what, and whom Lantern has in all."""

import numpy as np
import pandas as pd

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.lives import needs_on, tell_lives
from opslab.world.parameters.lives import NEEDS
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice, whole_or_empty
from opslab.world.tables.users import DEVICES, PERSONAS, devices

DAY = calendar.DAYS - 1  # the last day: all users can be asked
PRICES = ("too_cheap", "cheap", "dear", "too_dear")


def make(story: Story) -> pd.DataFrame:
    """Return one row for each user who was asked, by user; answers are empty where none came."""
    true, lives = story.truth.trials.survey, tell_lives(story)
    person = np.flatnonzero(story.chance("survey invited") < true.invited)
    persona = lives.persona[person]

    def chance(purpose: str) -> np.ndarray:
        return story.chance(f"survey {purpose}", len(person))

    response = np.array([one.response for one in true.answering])[persona]
    silent = chance("response") >= response
    need = choice(NEEDS, needs_on(story, lives, person, np.full(len(person), DAY)))
    prices = _prices(story, person, persona)
    return pd.DataFrame(
        {
            "user_id": person + story.first_id,
            "persona": choice(PERSONAS, persona),
            "answered": ~silent,
            "need": need.mask(silent),
            **{name: whole_or_empty(price, silent) for name, price in zip(PRICES, prices, strict=True)},
        }
    )


def _prices(story: Story, person: np.ndarray, persona: np.ndarray) -> list[np.ndarray]:
    """Return the four prices of each, in the order of `PRICES`; the careless give them the other way."""
    true = story.truth.trials.survey
    u = story.chance("survey price", len(person))
    middle = np.array([one.price for one in true.answering])[persona]
    too_dear = middle * draw.from_grid(u, _of_mean_one(draw.lognormal_grid(true.spread)))
    prices = [
        draw.rounded(too_dear * share, story.chance(f"survey {name}", len(person)))
        for name, share in zip(PRICES, (true.too_cheap, true.cheap, true.dear, 1.0), strict=True)
    ]
    careless = story.chance("survey careless", len(person)) < true.careless
    return [np.where(careless, other, price) for price, other in zip(prices, prices[::-1], strict=True)]


def _of_mean_one(grid: np.ndarray) -> np.ndarray:
    return grid / grid.mean()


def make_population(story: Story) -> pd.DataFrame:
    """Return one row for each persona and device: how many users Lantern has."""
    cell = tell_lives(story).persona * len(DEVICES) + devices(story)
    persona, device = np.divmod(np.arange(len(PERSONAS) * len(DEVICES)), len(DEVICES))
    return pd.DataFrame(
        {
            "persona": choice(PERSONAS, persona),
            "device": choice(DEVICES, device),
            "users": np.bincount(cell, minlength=len(persona)),
        }
    )


def _price(name: str, meaning: str) -> Column:
    return Column(name, "integer", meaning, unit="yuan a month", required=False, least=0)


TABLE = Table(
    name="survey",
    meaning=(
        "One row for each user, drawn at random, who was asked on 2025-06-29 what they need and at which "
        "monthly dues Lantern would be too cheap to be good, cheap, dear, and too dear to join."
    ),
    columns=(
        Column("user_id", "integer", "Who was asked", least=1),
        Column("persona", "string", "Who the user is, as in users", options=PERSONAS),
        Column("answered", "boolean", "True if an answer came; without it the columns below are empty"),
        Column("need", "string", "What the user needs now", required=False, options=NEEDS),
        _price("too_cheap", "Dues at which the user would doubt the quality"),
        _price("cheap", "Dues that are a bargain"),
        _price("dear", "Dues that are dear, but worth a thought"),
        _price("too_dear", "Dues at which the user would not join"),
    ),
    key=("user_id",),
    make=make,
    refers={"user_id": "users"},
    flaws=(
        "Whoever would pay more answers more often: the mean of the answers is not that of the users.",
        "About 3 % of the answers give the four prices in the opposite order.",
    ),
)
POPULATION = Table(
    name="population",
    meaning="One row for each persona and device: the users whom the survey stands for.",
    columns=(
        Column("persona", "string", "Who the users are", options=PERSONAS),
        Column("device", "string", "Kind of telephone", options=DEVICES),
        Column("users", "integer", "Number of users", least=0),
    ),
    key=("persona", "device"),
    make=make_population,
)
