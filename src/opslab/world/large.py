"""Worlds that no memory holds: what users do and pay, written to Parquet part by part."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pandas as pd

from opslab.ground.arguments import as_number
from opslab.ground.paths import replaced
from opslab.world.story import BLOCK, SMALLEST, Story, tell_in_parts
from opslab.world.strengths import settled
from opslab.world.tables import activity, life_events, orders, top_ups, users
from opslab.world.truth import LAST_SEED

LARGEST = 20_000_000  # users
TABLES = {part.TABLE.name: part.TABLE for part in (users, activity, orders, top_ups, life_events)}

# Words
NO_PYARROW = "writing Parquet needs the library pyarrow; install it with: pip install pyarrow"
NO_FOLDER = "{folder} is not a folder; make it first"


def stream(
    folder: Path | str,
    size: int,
    *,
    seed: int = 0,
    strength: Mapping[str, float] | None = None,
    block: int = BLOCK,
) -> dict[str, int]:
    """Write a world of any size to Parquet, one file for each table, in memory for one block of users.

    A world of one block is the one that `opslab.world.table` tells. In a larger one users come in order of
    sign-up and have inviters from their own block; orders come in order of time within a block, and
    `order_id` counts on.

    Parameters
    ----------
    folder
        Where the files go; each replaces an old one only when it is complete.
    size
        Number of users, 4,000 to 20,000,000.
    seed, strength
        Which world; see `opslab.world.table`.
    block
        Users told at a time, 1,000 or more.

    Returns
    -------
    dict
        Rows of each table: users, activity, orders, top_ups, life_events.

    Raises
    ------
    ValueError
        A number outside its limits, or no such folder.
    ImportError
        pyarrow is not installed.
    OSError
        The disk is full or the folder may not be written; the old files stay.
    """
    size = as_number(size, "size", least=SMALLEST, most=LARGEST, whole=True)
    seed = as_number(seed, "seed", least=0, most=LAST_SEED, whole=True)
    block = as_number(block, "block", least=1_000, whole=True)
    if not Path(folder).is_dir():
        raise ValueError(NO_FOLDER.format(folder=folder))
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise ImportError(NO_PYARROW) from error

    rows, writers = dict.fromkeys(TABLES, 0), {}
    with ExitStack() as files:
        for story in tell_in_parts(seed, size, settled(strength), block):
            for name in TABLES:
                part = pa.Table.from_pandas(_frame(name, story, rows), preserve_index=False)
                if name not in writers:
                    path = files.enter_context(replaced(Path(folder) / f"{name}.parquet"))
                    writers[name] = files.enter_context(pq.ParquetWriter(path, part.schema))
                writers[name].write_table(part)
                rows[name] += len(part)
    return rows


def _frame(name: str, story: Story, rows: Mapping[str, int]) -> pd.DataFrame:
    frame = TABLES[name].make(story)
    if name == "orders":
        frame["order_id"] += rows[name]
    return frame
