"""The tables of members and moderators: who is in the group, who looks after it, and what they pay."""

import numpy as np
import pandas as pd

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.group import OPENS, WEEKS, ToldGroup, tell_group
from opslab.world.lives import needs_on, tell_lives
from opslab.world.parameters.lives import NEEDS
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice
from opslab.world.tables import orders
from opslab.world.tables.users import PERSONAS
from opslab.world.truth import REFERENCE

INDUSTRIES = (
    "education",
    "internet",
    "finance",
    "health",
    "manufacturing",
    "public_service",
    "retail",
    "media",
)
PATHS = (
    "same_field",
    "from_practice_to_management",
    "from_employee_to_own_firm",
    "from_another_field",
    "starting",
)
HOBBIES = (
    "reading",
    "running",
    "cooking",
    "music",
    "travel",
    "photography",
    "gardening",
    "games",
    "film",
    "chess",
)
ROLES = tuple(role.name for role in REFERENCE.group.roles)
PAY_EACH = REFERENCE.group.weekly_pay // REFERENCE.group.moderators


def make(story: Story) -> pd.DataFrame:
    """Return one row for each member, in order of joining."""
    group, lives = tell_group(story), tell_lives(story)

    def any_of(purpose: str, options: tuple[str, ...]) -> pd.Series:
        return choice(
            options, draw.whole(story.chance(f"members {purpose}", len(group.person)), len(options))
        )

    return pd.DataFrame(
        {
            "user_id": group.person + story.first_id,
            "joined_date": calendar.dates(group.joined),
            "left_date": calendar.dates_if_reached(group.left),
            "occupation": choice(PERSONAS, lives.persona[group.person]),
            "industry": any_of("industry", INDUSTRIES),
            "path": any_of("path", PATHS),
            "strength": choice(NEEDS, group.strengths[:, 0]),
            "second_strength": choice(NEEDS, group.strengths[:, 1]),
            "need": choice(NEEDS, needs_on(story, lives, group.person, group.joined)),
            "hobby": any_of("hobby", HOBBIES),
            "role": choice(ROLES, group.role),
        }
    )


def make_dues(story: Story) -> pd.DataFrame:
    """Return one row for each monthly payment of a member of the group: a part of the table orders."""
    person, day, amount, product = orders.payments(story)
    group = tell_group(story)
    joined, left = np.full(story.size, calendar.DAYS), np.zeros(story.size, dtype=np.int64)
    joined[group.person], left[group.person] = group.joined, group.left
    mine = np.flatnonzero((product == orders.DUES) & (day >= joined[person]) & (day < left[person]))
    return pd.DataFrame(
        {
            "order_id": mine + 1,
            "user_id": person[mine] + story.first_id,
            "date": calendar.dates(day[mine]),
            "week": (day[mine] - OPENS) // 7 + 1,
            "amount": amount[mine],
        }
    )


def make_rota(story: Story) -> pd.DataFrame:
    """Return one row for each week and moderator: the first of the members to put their names down."""
    true, group = story.truth.group, tell_group(story)
    rows = [_on_duty(story, group, week, true.moderators) for week in range(WEEKS)]
    week = np.repeat(np.arange(1, WEEKS + 1), [len(row) for row in rows])
    user = np.concatenate(rows)
    return pd.DataFrame({"week": week, "user_id": user, "pay": np.full(len(user), PAY_EACH)})


def _on_duty(story: Story, group: ToldGroup, week: int, count: int) -> np.ndarray:
    there = group.present(OPENS + 7 * week)
    speed = story.chance(f"rota {week}", len(there))
    return np.sort(group.person[there[np.argsort(speed, kind="stable")[:count]]]) + story.first_id


_WEEK = Column("week", "integer", "Week of the group; 1 begins on 2024-07-01", least=1, most=WEEKS)
TABLE = Table(
    name="members",
    meaning=(
        f"One row for each member of a learning group of {REFERENCE.group.places} places, from 2024-07-01 "
        "for 52 weeks, in order of joining. The profile has four parts: role, industry and path; strengths; "
        "needs; hobbies."
    ),
    columns=(
        Column("user_id", "integer", "Who", least=1),
        Column("joined_date", "date", "First day in the group", least="2024-07-01", most=str(calendar.END)),
        Column(
            "left_date",
            "date",
            "First day after the paid months; empty if still there on the last day",
            required=False,
            least="2024-07-01",
            most=str(calendar.END),
        ),
        Column("occupation", "string", "What the member is, as in users", options=PERSONAS),
        Column("industry", "string", "Where the member works or worked", options=INDUSTRIES),
        Column("path", "string", "How the member came there", options=PATHS),
        Column("strength", "string", "Topic on which the member is good", options=NEEDS),
        Column("second_strength", "string", "Another one", options=NEEDS),
        Column("need", "string", "What the member looks for, on joining", options=NEEDS),
        Column("hobby", "string", "What the member likes", options=HOBBIES),
        Column("role", "string", "What the member turned out to be, by the share that writes", options=ROLES),
    ),
    key=("user_id",),
    make=make,
    refers={"user_id": "users"},
)
DUES = Table(
    name="dues",
    meaning="One row for each monthly payment of a member while in the group: a part of the table orders.",
    columns=(
        Column("order_id", "integer", "The order", least=1),
        Column("user_id", "integer", "Who paid", least=1),
        Column("date", "date", "Day of payment", least="2024-07-01", most=str(calendar.END)),
        _WEEK,
        Column("amount", "integer", "Dues paid", unit="yuan", least=1),
    ),
    key=("order_id",),
    make=make_dues,
    refers={"order_id": "orders", "user_id": "members"},
)
ROTA = Table(
    name="rota",
    meaning="One row for each week and moderator: those who put their names down first.",
    columns=(
        _WEEK,
        Column("user_id", "integer", "Who", least=1),
        Column("pay", "integer", "For the week", unit="yuan", least=0),
    ),
    key=("week", "user_id"),
    make=make_rota,
    refers={"user_id": "members"},
)
