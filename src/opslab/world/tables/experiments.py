"""The table of experiments: a test with a true lift, and two whose split is broken."""

import numpy as np
import pandas as pd

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.parameters.trials import Experiment
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice, text
from opslab.world.tables.users import DEVICES, devices
from opslab.world.truth import REFERENCE

ARMS = ("control", "treatment")
TESTS = tuple(test.name for test in REFERENCE.trials.tests)


def make(story: Story) -> pd.DataFrame:
    """Return one row for each recorded participant, by experiment and user."""
    return pd.concat([_one(story, test) for test in story.truth.trials.tests], ignore_index=True)


def _one(story: Story, test: Experiment) -> pd.DataFrame:
    true, who = story.truth.trials.experiments, story.people
    week = who.signup_day // 7
    person = np.flatnonzero((week >= test.weeks[0]) & (week < test.weeks[1]))

    def chance(purpose: str) -> np.ndarray:
        return story.chance(f"experiments {test.name} {purpose}", len(person))

    def varying(purpose: str, evenness: int) -> np.ndarray:
        return draw.from_grid(chance(purpose), draw.gamma_grid(evenness) / evenness)

    treated = chance("arm") < 0.5
    android = devices(story)[person] == DEVICES.index("android")
    level = varying("level", true.evenness)
    before = true.minutes_before * level * varying("before", true.noise_evenness)
    minutes = true.minutes * level * varying("after", true.noise_evenness) * (1 + test.minutes_lift * treated)
    # Half of the chance to complete is the same for all, half goes with the user's own level.
    share = (
        test.completing * np.where(android, true.android, true.ios) * (1 + level) / 2 + test.lift * treated
    )
    frame = pd.DataFrame(
        {
            "experiment": text(np.full(len(person), test.name)),
            "user_id": person + story.first_id,
            "date": calendar.dates(who.signup_day[person]),
            "arm": choice(ARMS, treated.astype(int)),
            "device": choice(DEVICES, android.astype(int)),
            "minutes_before": draw.rounded(before, chance("rounding before")),
            "minutes": draw.rounded(minutes, chance("rounding")),
            "completed": chance("completed") < share,
        }
    )
    unrecorded = treated & android & (chance("lost") < test.lost)
    return frame[~unrecorded]


TABLE = Table(
    name="experiments",
    meaning=(
        "One row for each recorded participant of three tests on new users, assigned to an arm by the toss "
        "of a coin after their first visit: welcome_tour (sign-ups of weeks 44 to 63), reminder_text (64 to "
        "77) and start_screen (0 to 77); watched beyond the calendar's end."
    ),
    columns=(
        Column("experiment", "string", "Which test", options=TESTS),
        Column("user_id", "integer", "Who", least=1),
        Column(
            "date", "date", "Day of assignment: of sign-up", least=str(calendar.START), most=str(calendar.END)
        ),
        Column("arm", "string", "Which version the user got", options=ARMS),
        Column("device", "string", "Kind of telephone", options=DEVICES),
        Column("minutes_before", "integer", "In the app before the assignment", unit="minutes", least=0),
        Column("minutes", "integer", "In the app in the 14 days after it", unit="minutes", least=0),
        Column("completed", "boolean", "True if the user completed the profile in these 14 days"),
    ),
    key=("experiment", "user_id"),
    make=make,
    refers={"user_id": "users"},
    flaws=(
        "In reminder_text the two arms are not of one size, as they should be. Find out who is missing "
        "before you compare them.",
        "In start_screen users are missing, too, and fewer of them.",
    ),
)
