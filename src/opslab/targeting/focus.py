"""How narrow a firm's effort is: the Herfindahl-Hirschman index, and what focus does to memory."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_list, as_names, as_numbers
from opslab.ground.engine import read_unordered
from opslab.ground.frames import kinds_of

# Words
NOT_ONE = "shares add up to {found:.6g}; expected 1{hint}"
HINT_HUNDRED = " (these look like per cent: divide by 100)"
HINT_COUNTS = " (divide counts by their sum)"

FOCUSES = ("target_group", "product_line", "image")
TOLERANCE = 1e-6


def concentration(shares: Any) -> float:
    """Return the Herfindahl-Hirschman index: the sum of squared shares (Hirschman 1964, Am. Econ. Rev. 54).

    From 1/n (n equal parts) to 1 (all in one). One over it is the number of equal parts that would be as
    concentrated.

    Parameters
    ----------
    shares
        Shares of 1 that add up to 1: a list, an array, a Series, or a dictionary.

    Raises
    ------
    ValueError
        No shares; a share below 0 or above 1; shares that do not add up to 1.

    Examples
    --------
    >>> concentration([0.5, 0.25, 0.25])
    0.375
    """
    values = as_numbers(list(shares.values()) if isinstance(shares, dict) else shares, "shares", least=0)
    total = values.sum()
    if abs(total - 1) > TOLERANCE:
        hint = HINT_HUNDRED if abs(total - 100) < 0.5 else HINT_COUNTS if total > 1 else ""
        raise ValueError(NOT_ONE.format(found=total, hint=hint))
    return float(values @ values)


def focus_table(messages: Any, by: str | Sequence[str], columns: Sequence[str] = FOCUSES) -> pd.DataFrame:
    """Return for each group of messages the concentration (HHI) of each column, and the mean of `recalled`.

    Raises
    ------
    ValueError
        Bad messages: a column that is missing or has gaps, no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> images = ["speed", "speed", "care", "care"]
    >>> messages = pd.DataFrame({"year": 2024, "image": images, "recalled": [1, 0, 0, 0]})
    >>> focus_table(messages, "year", columns=["image"]).iloc[0].to_dict()
    {'image': 0.5, 'recalled': 0.25}
    """
    keys = as_names(by)
    columns = as_list(columns, "columns")
    table = read_unordered(messages, kinds_of(key=[*keys, *columns], amount=["recalled"]), what="messages")
    groups = table.groupby(keys, observed=True)
    index = {name: groups[name].agg(_index_of) for name in columns}
    return pd.DataFrame({**index, "recalled": groups["recalled"].mean()})


def _index_of(labels: pd.Series) -> float:
    share = labels.value_counts().to_numpy() / len(labels)
    return float(np.square(share).sum())
