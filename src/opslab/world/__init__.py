"""Lantern 灯塔, the course's company: a paid learning community with an app, and the truth behind its data.

The parts of the story, each from the ones before it:

    calendar, parameters -> truth -> strengths -> people -> activity_log -> story -> lives, group -> tables

`random_draws` turns seeds into chance; `table_types` has what describes a table, `data_package` writes it,
`validation` reads it back, and `large` streams worlds that no memory holds. A further table is one more
module in `tables` with a `Table`, named in `TABLES`: it has its own streams of chance and changes no other.
"""

from collections.abc import Mapping

import pandas as pd

from opslab.ground.arguments import as_number, nearest
from opslab.world.large import stream
from opslab.world.story import SMALLEST, tell
from opslab.world.strengths import EFFECTS, Strengths, settled, truth
from opslab.world.table_types import Column, Table
from opslab.world.tables import (
    activity,
    ai_answers,
    brand_messages,
    content_items,
    experiments,
    hidden,
    life_events,
    members,
    mentions,
    orders,
    recall_trial,
    regions,
    scqa_openings,
    spend_weekly,
    survey,
    task_cards,
    threads,
    tickets,
    top_ups,
    touchpoints,
    users,
)
from opslab.world.truth import LAST_SEED, Truth

__all__ = [
    "EFFECTS",
    "LARGEST",
    "LAST_SEED",
    "SIZE",
    "SMALLEST",
    "TABLES",
    "Column",
    "Table",
    "Truth",
    "hidden_facts",
    "stream",
    "table",
    "truth",
    "which",
]

SIZE = 20_000  # users in the course's own worlds
LARGEST = 200_000

# Words
NO_TABLE = "there is no table {name!r}{nearest}; the tables are {names}"

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        users.TABLE,
        activity.TABLE,
        orders.TABLE,
        top_ups.TABLE,
        life_events.TABLE,
        spend_weekly.TABLE,
        regions.TABLE,
        touchpoints.TABLE,
        experiments.TABLE,
        survey.TABLE,
        survey.POPULATION,
        recall_trial.TABLE,
        tickets.TABLE,
        content_items.TABLE,
        mentions.TABLE,
        mentions.COUNTS,
        mentions.LABELS,
        mentions.SALES,
        ai_answers.TABLE,
        brand_messages.TABLE,
        members.TABLE,
        members.ROTA,
        threads.TABLE,
        threads.ANSWERS,
        members.DUES,
        scqa_openings.TABLE,
        task_cards.TABLE,
    )
}


def table(
    name: str, seed: int = 0, size: int = SIZE, strength: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Return a table of the world `seed`, told afresh; `opslab.datasets.load` is for everyday use.

    Parameters
    ----------
    name
        One of `TABLES`.
    seed
        Which parallel world: a whole number from 0.
    size
        Number of users, 4,000 to 200,000: fewer make tests quick, among more the effects stand out. What
        does not come from users (tickets, content, posts, messages, openings, cards) keeps its size.
    strength
        Effects that are not as usual, by name (see `EFFECTS`): 0 takes one away, 2 doubles it.

    Raises
    ------
    ValueError
        Unknown name or effect (suggests the nearest), or a seed, size or strength outside its limits.

    Examples
    --------
    >>> len(table("users", seed=7, size=4_000))
    4000
    """
    name, seed, size, strengths = which(name, seed, size, strength)
    return TABLES[name].make(tell(seed, size, strengths))


def hidden_facts(
    seed: int = 0, size: int = SIZE, strength: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Return what no table shows, to score a rule by: user_id, need, daily_rate, exit_date.

    `daily_rate` is the user's own chance a day to open the app (a share, before weekday and notifications);
    `exit_date` is the first day on which the user is gone for good, NaT if that lies after the last day.

    Examples
    --------
    >>> list(hidden_facts(seed=7, size=4_000).columns)
    ['user_id', 'need', 'daily_rate', 'exit_date']
    """
    _, seed, size, strengths = which("users", seed, size, strength)
    return hidden.make(tell(seed, size, strengths))


def which(
    name: str, seed: int = 0, size: int = SIZE, strength: Mapping[str, float] | None = None
) -> tuple[str, int, int, Strengths]:
    """Return the four after checking that there is such a table, world, size and strength.

    Examples
    --------
    >>> which("users", seed=7)
    ('users', 7, 20000, ())
    """
    if not isinstance(name, str) or name not in TABLES:
        raise ValueError(NO_TABLE.format(name=name, nearest=nearest(name, TABLES), names=", ".join(TABLES)))
    return (
        name,
        as_number(seed, "seed", least=0, most=LAST_SEED, whole=True),
        as_number(size, "size", least=SMALLEST, most=LARGEST, whole=True),
        settled(strength),
    )
