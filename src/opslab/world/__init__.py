"""Lantern 灯塔, the course's company: a paid learning community with an app, and the truth behind its data.

The parts of the story, each from the ones before it:

    calendar -> truth -> people -> log -> story -> the tables users, activity, orders

`draw` turns seeds into chance; `schema` describes a table, `publish` writes it, `checked` reads it back.
A further table is one more module with a `TABLE`, named in `TABLES`.
"""

import pandas as pd

from opslab.frames import as_number, nearest
from opslab.world import activity, hidden, orders, users
from opslab.world.schema import Column, Table
from opslab.world.story import tell
from opslab.world.truth import Truth, truth

__all__ = [
    "LARGEST",
    "LAST_SEED",
    "SIZE",
    "SMALLEST",
    "TABLES",
    "Column",
    "Table",
    "Truth",
    "hidden_facts",
    "table",
    "truth",
    "which",
]

SIZE = 20_000  # users in the course's own worlds
SMALLEST, LARGEST = 4_000, 200_000
LAST_SEED = 10**15 - 1

# Words
NO_TABLE = "there is no table {name!r}{nearest}; the tables are {names}"

TABLES: dict[str, Table] = {part.TABLE.name: part.TABLE for part in (users, activity, orders)}


def table(name: str, seed: int = 0, size: int = SIZE) -> pd.DataFrame:
    """Return a table of the world `seed`, told afresh; `opslab.datasets.load` is for everyday use.

    Parameters
    ----------
    name
        One of `TABLES`.
    seed
        Which parallel world: a whole number from 0.
    size
        Number of users, 4,000 to 200,000: fewer make tests quick, among more the effects stand out.

    Raises
    ------
    ValueError
        Unknown name (suggests the nearest), or a seed or size that is no such number.
    """
    name, seed, size = which(name, seed, size)
    return TABLES[name].make(tell(seed, size))


def hidden_facts(seed: int = 0, size: int = SIZE) -> pd.DataFrame:
    """Return what no table shows, to score a rule by: user_id, need, daily_rate, exit_date.

    `daily_rate` is the user's own chance a day to open the app (a share, before weekday and notifications);
    `exit_date` is the first day on which the user is gone for good, NaT if that lies after the last day.
    """
    _, seed, size = which("users", seed, size)
    return hidden.make(tell(seed, size))


def which(name: str, seed: int = 0, size: int = SIZE) -> tuple[str, int, int]:
    """Return the three after checking that there is such a table, world and size."""
    if name not in TABLES:
        raise ValueError(NO_TABLE.format(name=name, nearest=nearest(name, TABLES), names=", ".join(TABLES)))
    return (
        name,
        as_number(seed, "seed", least=0, most=LAST_SEED, whole=True),
        as_number(size, "size", least=SMALLEST, most=LARGEST, whole=True),
    )
