"""What no table shows: who has the need, how often each comes, and when each is gone for good."""

import numpy as np
import pandas as pd

from opslab.world import calendar
from opslab.world.story import Story


def make(story: Story) -> pd.DataFrame:
    """Return one row for each user: user_id, need, daily_rate, exit_date (none if after the last day)."""
    true, who = story.truth, story.people
    return pd.DataFrame(
        {
            "user_id": story.user_ids,
            "need": who.need,
            "daily_rate": np.array(true.daily_rates)[who.rate],
            "exit_date": calendar.dates_if_reached(who.signup_day + who.exit_age),
        }
    )
