"""Lantern 灯塔, the course's company: a paid learning community with an app, and the truth behind its data.

The parts of the story, each from the ones before it:

    calendar -> truth -> people -> log -> story -> the tables users, activity, orders

A further table is one more module with a `TABLE`, named in `TABLES`.
"""

import pandas as pd

from opslab.frames import as_choice, as_number
from opslab.world import activity, orders, users
from opslab.world.schema import Column, Table
from opslab.world.story import tell
from opslab.world.truth import Truth, truth

__all__ = ["LARGEST", "SIZE", "SMALLEST", "TABLES", "Column", "Table", "Truth", "table", "truth"]

SIZE = 20_000  # users in the course's own worlds
SMALLEST, LARGEST = 4_000, 200_000
LARGEST_SEED = 2**63 - 1

TABLES: dict[str, Table] = {part.TABLE.name: part.TABLE for part in (users, activity, orders)}


def table(name: str, seed: int = 0, size: int = SIZE) -> pd.DataFrame:
    """Return a table of the world `seed`, told afresh; see `opslab.datasets.load` for everyday use.

    Parameters
    ----------
    name
        One of `TABLES`.
    seed
        Which parallel world: a whole number from 0.
    size
        Number of users, 4,000 to 200,000: fewer make tests quick, in more the effects stand out.

    Raises
    ------
    ValueError
        Unknown name (suggests the nearest), seed or size that is no such number.
    """
    as_choice(name, "name", TABLES)
    seed = as_number(seed, "seed", least=0, most=LARGEST_SEED, whole=True)
    size = as_number(size, "size", least=SMALLEST, most=LARGEST, whole=True)
    return TABLES[name].make(tell(seed, size))
