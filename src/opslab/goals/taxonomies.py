"""Two filings of the same cards: how far they agree."""

from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.frames import kinds_of, native, small_table

# Words
ONE_KIND = "column {column!r} of cards has one value only, {found!r}; to agree or not, it needs two"
SAME = "a and b are both {found!r}; give two filings"

COUNT = "_cards"


@dataclass(frozen=True, eq=False)
class TaxonomyAgreement:
    """Result of `taxonomy_agreement`.

    Attributes
    ----------
    cramers_v
        0 (one filing tells nothing of the other) to 1 (it tells all), without correction for small tables.
    adjusted_rand
        Pairs of cards that are together in both or in neither, above chance; 1 is the same filing, about 0 by
        lot.
    table
        Cards by `a` (rows) and `b` (columns).
    """

    cramers_v: float
    adjusted_rand: float
    table: pd.DataFrame = field(repr=False)


def taxonomy_agreement(cards: Any, a: str, b: str) -> TaxonomyAgreement:
    """Compare two taxonomies on the same cards: Cramér's V (1946) and the adjusted Rand index.

    Kappa does not apply: the two have different categories. The index is Hubert and Arabie's (1985).

    Parameters
    ----------
    cards
        One row for each card.
    a, b
        Columns: where one and the other taxonomy puts it.

    Raises
    ------
    ValueError
        A bad table; the same column twice; a taxonomy with one category.

    Examples
    --------
    >>> cards = pd.DataFrame({"branch": list("aabb"), "viewpoint": list("xxyy")})
    >>> taxonomy_agreement(cards, "branch", "viewpoint").adjusted_rand
    1.0
    """
    kinds = kinds_of(key=[a, b])
    if a == b:
        raise ValueError(SAME.format(found=a))
    table = native(cards, kinds, what="cards")
    counts = small_table(table.lazy().select(a, b).group_by(a, b).agg(nw.len().alias(COUNT)))
    crossed = (
        counts.pivot(index=a, columns=b, values=COUNT).fillna(0).astype(int).sort_index().sort_index(axis=1)
    )
    for column, labels in ((a, crossed.index), (b, crossed.columns)):
        if len(labels) == 1:
            raise ValueError(ONE_KIND.format(column=column, found=labels[0]))
    cells = crossed.to_numpy(float)
    return TaxonomyAgreement(_cramers_v(cells), _adjusted_rand(cells), crossed)


def _cramers_v(cells: np.ndarray) -> float:
    total, rows, columns = cells.sum(), cells.sum(axis=1), cells.sum(axis=0)
    by_chance = np.outer(rows, columns) / total
    chi_square = ((cells - by_chance) ** 2 / by_chance).sum()
    return float(np.sqrt(chi_square / total / (min(cells.shape) - 1)))


def _adjusted_rand(cells: np.ndarray) -> float:
    def pairs(counts: np.ndarray) -> float:
        return float((counts * (counts - 1) / 2).sum())

    together, rows, columns = pairs(cells), pairs(cells.sum(axis=1)), pairs(cells.sum(axis=0))
    by_chance = rows * columns / pairs(np.array([cells.sum()]))
    most = (rows + columns) / 2
    return (together - by_chance) / (most - by_chance) if most != by_chance else 1.0
