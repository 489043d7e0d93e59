"""Groups by behaviour: k-means, and three questions to ask before believing in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_number, as_numbers
from opslab.ground.frames import native, small_table

# Words
NO_FEATURES = "features has no columns; give at least one column of numbers"
K_TOO_LARGE = "k is {k}, but features has only {rows} different rows; choose a smaller k"
CONSTANT = (
    "column {column!r} of features is the same for everybody; leave it out, it cannot tell groups apart"
)

LAST_SEED = 2**32 - 1  # of scikit-learn
STARTS = 10
MOST_REPEATS = 100
SHOWN_ROWS = 1_500  # silhouettes compare each row with each: a fixed draw of rows is enough
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Segments:
    """Groups found by k-means.

    Attributes
    ----------
    labels
        The group of each row, 0 for the largest.
    centres
        One row for each group: the mean of each feature, in the feature's own unit.
    sizes
        Rows in each group.
    silhouette
        Mean silhouette, -1 to 1: how much nearer a row is to its own group than to the next one.
    inertia
        Sum of squared distances from the centres, features standardised.
    """

    labels: pd.Series
    centres: pd.DataFrame
    sizes: pd.Series
    silhouette: float
    inertia: float


def segment(features: Any, k: int, seed: int = 0) -> Segments:
    """Divide the rows of a table of numbers into `k` groups by k-means (Lloyd 1982; scikit-learn).

    Each feature is first divided by its standard deviation, so that yuan do not outweigh days. Take
    logarithms of skewed features yourself. The same `seed` gives the same groups.

    Raises
    ------
    ValueError
        Bad features; a constant column; k below 2 (one group is everybody) or above the number of rows.

    Examples
    --------
    >>> import pandas as pd
    >>> two = pd.DataFrame({"days": [1, 2, 1, 30, 31], "yuan": [0, 0, 1, 90, 91]})
    >>> segment(two, k=2).labels.nunique()
    2
    """
    k = as_number(k, "k", least=2, whole=True)
    seed = as_number(seed, "seed", least=0, most=LAST_SEED, whole=True)
    table, z = _standardised(features, k)
    model = _k_means(z, k, seed, STARTS)
    order = np.argsort(-np.bincount(model.labels_, minlength=k), kind="stable")
    label = np.empty(k, dtype=np.int64)
    label[order] = np.arange(k)
    labels = pd.Series(label[model.labels_], index=table.index, name="segment")
    return Segments(
        labels=labels,
        centres=table.groupby(labels).mean().round(DIGITS),
        sizes=labels.value_counts().sort_index().rename("size"),
        silhouette=_silhouette(z, model.labels_, seed),
        inertia=round(float(model.inertia_), DIGITS),
    )


def compare_k(
    features: Any, ks: Sequence[int] = range(2, 9), repeats: int = 10, seed: int = 0
) -> pd.DataFrame:
    """Ask for several k: are the groups apart, do they come again, and are they large enough to serve?

    Returns
    -------
    DataFrame
        Index k; inertia; silhouette; silhouette_shuffled (the same after each column was shuffled by itself:
        what k-means finds where there are no groups); stability (mean adjusted Rand index between the groups
        and those found in `repeats` other draws of the same rows with replacement: 1 the same people, 0
        chance; Hubert and Arabie 1985); smallest (share of 1 in the smallest group).

    Raises
    ------
    ValueError
        As `segment`.

    Examples
    --------
    >>> import pandas as pd
    >>> two = pd.DataFrame({"days": [1, 2, 1, 2, 30, 31, 30, 31], "yuan": [0, 0, 1, 1, 90, 90, 91, 91]})
    >>> compare_k(two, ks=[2, 3], repeats=2).silhouette.idxmax()
    2
    """
    from sklearn.metrics import adjusted_rand_score

    ks = [as_number(k, "ks", least=2, whole=True) for k in as_numbers(ks, "ks", least=2)]
    seed = as_number(seed, "seed", least=0, most=LAST_SEED, whole=True)
    table, z = _standardised(features, max(ks, default=2))
    repeats = as_number(repeats, "repeats", least=1, most=MOST_REPEATS, whole=True)
    chance = np.random.default_rng(seed)
    shuffled = np.column_stack([chance.permutation(column) for column in z.T])
    draws = [chance.integers(0, len(z), len(z)) for _ in range(repeats)]
    rows = {}
    for k in ks:
        found = segment(table, k, seed)
        again = [_k_means(z[draw], k, seed, 3).predict(z) for draw in draws]
        rows[k] = {
            "inertia": found.inertia,
            "silhouette": found.silhouette,
            "silhouette_shuffled": _silhouette(shuffled, _k_means(shuffled, k, seed, 3).labels_, seed),
            "stability": round(
                float(np.mean([adjusted_rand_score(found.labels, other) for other in again])), DIGITS
            ),
            "smallest": found.sizes.min() / len(z),
        }
    return pd.DataFrame(rows).T.rename_axis("k")


def feature_table(features: Any) -> pd.DataFrame:
    """Return the features as pandas, each a column of finite numbers that are not all the same."""
    frame = native(features, [], what="features")
    names = frame.collect_schema().names()
    if not names:
        raise ValueError(NO_FEATURES)
    frame = native(features, dict.fromkeys(names, "number"), what="features")
    table = small_table(frame).astype(float)
    if isinstance(features, pd.DataFrame):
        table.index = features.index
    for column in table.columns[table.std(ddof=0).to_numpy() < 1e-12]:
        raise ValueError(CONSTANT.format(column=column))
    return table


def _standardised(features: Any, k: int) -> tuple[pd.DataFrame, np.ndarray]:
    table = feature_table(features)
    different = len(table.drop_duplicates())
    if k > different:
        raise ValueError(K_TOO_LARGE.format(k=k, rows=different))
    return table, ((table - table.mean()) / table.std(ddof=0)).to_numpy()


def _k_means(z: np.ndarray, k: int, seed: int, starts: int) -> Any:
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    # One thread adds up in one order, so that every machine finds the same groups; and it is fast enough.
    with threadpool_limits(1):
        return KMeans(k, n_init=starts, random_state=seed).fit(z)


def _silhouette(z: np.ndarray, labels: np.ndarray, seed: int) -> float:
    from sklearn.metrics import silhouette_score

    if len(z) <= labels.max() + 1:
        return 0.0  # a group of one has the silhouette 0 by definition
    if len(z) > SHOWN_ROWS:
        rows = np.random.default_rng(seed).choice(len(z), SHOWN_ROWS, replace=False)
        z, labels = z[rows], labels[rows]
    return round(float(silhouette_score(z, labels)), DIGITS)
