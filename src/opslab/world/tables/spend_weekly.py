"""The table of spend: what each channel cost a week, and what it brought."""

import numpy as np
import pandas as pd

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.parameters.market import SpendCurve
from opslab.world.people import signup_weights
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice, whole_or_empty
from opslab.world.tables.users import CHANNELS

USUAL_SIZE = 20_000  # users for which `SpendCurve.top` and `half` are stated
FULLEST = 0.9  # share of `SpendCurve.top` above which no budget goes
SILENT = "partners"  # the channel that reports no impressions


def make(story: Story) -> pd.DataFrame:
    """Return one row for each week and channel.

    The users are there already, so spend is the budget that brings what was to be expected of them: most of
    the chance in their weekly numbers counts as planned, the rest stays chance.
    """
    scale = story.size / USUAL_SIZE
    signups, expected = _signups(story), _expected(story)
    rows = []
    for number, response in enumerate(story.truth.market.responses):
        used = np.minimum(expected[number] / (scale * response.top), FULLEST)
        conversion = response.conversion * (1 - response.quality_fall * used)
        clicks = _noisy(story, f"clicks {response.channel}", expected[number] / conversion)
        clicks = np.maximum(clicks, signups[number])
        impressions = _noisy(story, f"impressions {response.channel}", clicks / response.click_through)
        rows.append((_spend(response, used, scale), impressions, clicks, signups[number]))
    # Channel by channel above, week by week below.
    spend, impressions, clicks, signed_up = np.array(rows, dtype=np.int64).transpose(1, 2, 0).reshape(4, -1)
    channel = np.tile(np.arange(len(CHANNELS)), calendar.WEEKS)
    return pd.DataFrame(
        {
            "week": np.repeat(calendar.week_starts(), len(CHANNELS)),
            "channel": choice(CHANNELS, channel),
            "spend": spend,
            "impressions": whole_or_empty(impressions, channel == CHANNELS.index(SILENT)),
            "clicks": clicks,
            "signups": signed_up,
        }
    )


def _signups(story: Story, counted: np.ndarray | None = None) -> np.ndarray:
    """Return users by channel and week: all, or those `counted`."""
    who = story.people
    cell = who.channel * calendar.WEEKS + who.signup_day // 7
    return np.bincount(cell, weights=counted, minlength=len(CHANNELS) * calendar.WEEKS).reshape(
        len(CHANNELS), calendar.WEEKS
    )


def _expected(story: Story) -> np.ndarray:
    """Return the sign-ups to be expected, by channel and week, given the budget.

    A thinned Poisson count and what was thinned away are independent: the first part is taken as planned, of
    the second only the mean.
    """
    true, chance_left = story.truth, story.truth.market.unexplained
    planned = _signups(story, (story.chance("spend planned") >= chance_left).astype(float))
    weekly = signup_weights(true).reshape(calendar.WEEKS, 7).sum(axis=1)
    mix = np.array([[c.mix_before, c.mix_after] for c in true.channels])
    mix = (mix / mix.sum(axis=0))[:, (np.arange(calendar.WEEKS) >= calendar.IMPROVED_DAY // 7).astype(int)]
    return planned + chance_left * story.size * mix * weekly / weekly.sum()


def _spend(response: SpendCurve, used: np.ndarray, scale: float) -> np.ndarray:
    """Return whole yuan a week that use these shares of the channel's top: the response, solved for spend."""
    wanted = scale * response.half * used / (1 - used)
    spend, carried = np.zeros(len(used), dtype=np.int64), 0.0
    for week, level in enumerate(wanted):
        spend[week] = np.floor(max(level - carried, 0.0) + 0.5)
        carried = response.carry_over * (spend[week] + carried)
    return spend


def _noisy(story: Story, purpose: str, mean: np.ndarray) -> np.ndarray:
    factor = draw.from_grid(
        story.chance(f"spend {purpose}", len(mean)), draw.lognormal_grid(story.truth.market.noise)
    )
    return np.floor(mean * factor + 0.5)


TABLE = Table(
    name="spend_weekly",
    meaning="One row for each week and channel: what was spent, and what came of it.",
    columns=(
        Column("week", "date", "Monday of the week", least=str(calendar.START), most=str(calendar.END)),
        Column("channel", "string", "Where the users came from", options=CHANNELS),
        Column("spend", "integer", "Spent on the channel, own work included", unit="yuan", least=0),
        Column(
            "impressions",
            "integer",
            "How often the channel's message was shown; partners do not report it",
            required=False,
            least=0,
        ),
        Column("clicks", "integer", "Clicks through to Lantern", least=0),
        Column("signups", "integer", "Users who signed up, as in the table users", least=0),
    ),
    key=("week", "channel"),
    make=make,
    flaws=("Partners report no impressions: the cells are empty, not 0.",),
)
