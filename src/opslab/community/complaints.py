"""Hotline or open forum: who has to answer, and who reads along. A claim from practice as a model."""

import pandas as pd

from opslab.ground.arguments import as_number
from opslab.ground.estimates import share_seen


def complaint_desk(
    complaints: int,
    kinds: int,
    found: float = 0.7,
    readers: float = 20,
    put_off: float = 0.02,
    won: float = 0.03,
) -> pd.DataFrame:
    """Compare a hotline with an open forum, in expected values.

    Parameters
    ----------
    complaints, kinds
        So many customers have a complaint, each on one of `kinds` problems, all alike in frequency.
    found
        Share of those with a problem already answered in the forum who find the answer there.
    readers
        People who read a complaint in the forum and have none of their own.
    put_off, won
        Share of these readers whom a complaint puts off, and whom its public answer wins.

    Returns
    -------
    Rows `hotline` and `forum`: `answers` to be written, complaints `seen` by others, `readers_gained` (won
    less put off).

    Examples
    --------
    >>> complaint_desk(complaints=1_000, kinds=20).answers.round().to_dict()
    {'hotline': 1000.0, 'forum': 314.0}
    """
    count = as_number(complaints, "complaints", least=1, whole=True)
    kinds = as_number(kinds, "kinds", least=1, whole=True)
    found, put_off, won = (
        as_number(share, name, least=0, most=1)
        for share, name in ((found, "found"), (put_off, "put_off"), (won, "won"))
    )
    readers = as_number(readers, "readers", least=0)
    first = kinds * share_seen(kinds, count)  # problems that come up at all
    written = first + (count - first) * (1 - found)
    rows = {
        "hotline": (float(count), 0.0, 0.0),
        "forum": (written, written, written * readers * (won - put_off)),
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["answers", "seen", "readers_gained"])
