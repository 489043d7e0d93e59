"""How unequally attention and work are spread: the Lorenz curve and the Gini coefficient."""

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_numbers

# Words
NOTHING_TO_SHARE = "values add up to 0: with nothing to share there is no inequality to measure"


def lorenz(values: object) -> pd.Series:
    """Return the Lorenz curve: the share of the total held by each share of people, poorest first.

    Parameters
    ----------
    values
        One number ≥ 0 for each person (answers, views, yuan), in any order, with those who have 0.

    Returns
    -------
    Series from (0, 0) to (1, 1): index the share of people, values the share of the total.

    Raises
    ------
    ValueError
        If `values` is empty, not numeric, negative, has gaps, or adds up to 0.

    Examples
    --------
    >>> lorenz([1, 1, 2]).to_list()      # the share that the first 0, 1, 2, 3 of three have
    [0.0, 0.25, 0.5, 1.0]
    """
    ordered = np.sort(as_numbers(values, "values", least=0))
    total = ordered.sum()
    if not total:
        raise ValueError(NOTHING_TO_SHARE)
    held = np.concatenate([[0.0], np.cumsum(ordered) / total])
    people = pd.Index(np.linspace(0, 1, len(held)), name="share of people")
    return pd.Series(held, index=people, name="share of the total")


def gini(values: object) -> float:
    """Return the Gini coefficient of the people given: 0 if all have the same, near 1 if one has all.

    Twice the area between the diagonal and the Lorenz curve, without the factor n / (n - 1) for samples.

    Raises
    ------
    ValueError
        As for `lorenz`.

    Examples
    --------
    >>> gini([1, 1, 1, 1]), gini([0, 0, 0, 4])
    (0.0, 0.75)
    """
    curve = lorenz(values).to_numpy()
    return max(0.0, float(1 - (curve[1:] + curve[:-1]).sum() / (len(curve) - 1)))
