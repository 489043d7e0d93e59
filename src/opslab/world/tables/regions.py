"""Where users live, and the weeks in which brand advertising went dark in half of the regions."""

import numpy as np
import pandas as pd

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice
from opslab.world.truth import REFERENCE

REGIONS = REFERENCE.trials.regions.names


def homes(story: Story) -> np.ndarray:
    """Return the index into `REGIONS` of each user's region.

    The users are there already, so the advertising moves where they live: in the weeks of the test a lit
    region has `lift` more of them, compared with a dark one, than before.
    """
    true = story.truth.trials.regions
    sizes, dark = _sizes(story), dark_regions(story)
    tested = _tested(story)[story.people.signup_day // 7]
    while_lit, while_dark = sizes, np.where(dark, sizes / (1 + true.lift), sizes)
    return draw.pick_within(
        story.chance("users region"), np.array([while_lit, while_dark]), tested.astype(int)
    )


def dark_regions(story: Story) -> np.ndarray:
    """Return which regions had no brand advertising in the test: one of each two neighbours in size."""
    true = story.truth
    first = draw.uniforms(true.seed, "regions dark", len(REGIONS) // 2) < 0.5
    return np.stack([first, ~first], axis=1).ravel()


def make(story: Story) -> pd.DataFrame:
    """Return one row for each region and week."""
    true, count = story.truth.trials.regions, len(REGIONS)
    cell = (story.people.signup_day // 7) * count + homes(story)
    signups = np.bincount(cell, minlength=calendar.WEEKS * count).reshape(calendar.WEEKS, count)
    lit = ~(_tested(story)[:, None] & dark_regions(story))
    sizes = _sizes(story)

    def chance(purpose: str) -> np.ndarray:
        return draw.uniforms(story.truth.seed, f"regions {purpose}", signups.size).reshape(signups.shape)

    usual = true.spend * sizes / sizes.sum()
    spend = usual * draw.from_grid(chance("spend"), draw.lognormal_grid(true.noise))
    claimed = np.where(lit, draw.rounded(true.claimed * signups, chance("claimed")), 0)
    return pd.DataFrame(
        {
            "week": np.repeat(calendar.week_starts(), count),
            "region": choice(REGIONS, np.tile(np.arange(count), calendar.WEEKS)),
            "spend": np.where(lit, np.floor(spend + 0.5), 0).astype(np.int64).ravel(),
            "signups": signups.ravel(),
            "claimed": claimed.ravel(),
        }
    )


def _sizes(story: Story) -> np.ndarray:
    return story.truth.trials.regions.fall ** np.arange(len(REGIONS))


def _tested(story: Story) -> np.ndarray:
    """Return for each week whether the test ran."""
    first, after = story.truth.trials.regions.weeks
    week = np.arange(calendar.WEEKS)
    return (week >= first) & (week < after)


TABLE = Table(
    name="region_weekly",
    meaning=(
        "One row for each region and week: what brand advertising (posters and films, not in spend_weekly) "
        "cost, and who signed up. From 2025-04-07 on it was switched off in ten of the twenty regions, "
        "chosen by chance, one of each two neighbours in size: there spend is 0."
    ),
    columns=(
        Column("week", "date", "Monday of the week", least=str(calendar.START), most=str(calendar.END)),
        Column("region", "string", "Where the users live", options=REGIONS),
        Column("spend", "integer", "Spent on brand advertising in the region", unit="yuan", least=0),
        Column("signups", "integer", "Users who signed up, as in the table users", least=0),
        Column(
            "claimed",
            "integer",
            "Sign-ups that the advertising platform says it brought: they had seen it",
            least=0,
        ),
    ),
    key=("week", "region"),
    make=make,
)
