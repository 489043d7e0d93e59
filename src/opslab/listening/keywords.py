"""Which words one set of posts has more of than another: log-likelihood and ratio, in Chinese and English."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import POSITIVE, as_number
from opslab.listening.inputs import as_texts, counts_by

# Words
MORE_THAN_ALL = "{name} is {found:g}, more than {whole} ({total:g}); it counts one word among all"
NO_WORDS = "{name} has no words or Chinese characters to count"

WORD = r"[^\W\d_]+(?:['’][^\W\d_]+)?"
HAN = r"[\u3400-\u4dbf\u4e00-\u9fff]+"


def log_likelihood(a: float, n_a: float, b: float, n_b: float) -> tuple[float, float]:
    """Return G2 and the ratio of rates of a word that occurs `a` times in `n_a` words and `b` times in `n_b`.

    G2 is the two-term form of Rayson and Garside (2000) after Dunning (1993): above 3.84 the two differ at
    the 5 % level, for one word named in advance. The ratio is a rate by a rate; infinite if the second has
    none.

    Examples
    --------
    >>> g2, ratio = log_likelihood(100, 10_000, 50, 20_000)
    >>> round(g2, 2), ratio
    (69.31, 4.0)
    """
    sizes = as_number(n_a, "n_a", least=POSITIVE), as_number(n_b, "n_b", least=POSITIVE)
    counts = as_number(a, "a", least=0), as_number(b, "b", least=0)
    for name, whole, found, total in zip(("a", "b"), ("n_a", "n_b"), counts, sizes, strict=True):
        if found > total:
            raise ValueError(MORE_THAN_ALL.format(name=name, found=found, whole=whole, total=total))
    g2, ratio = _keyness(np.array([counts[0]]), sizes[0], np.array([counts[1]]), sizes[1])
    return float(g2[0]), float(ratio[0])


def keywords(a: Any, b: Any, *, least: int = 3) -> pd.DataFrame:
    """Return words that `a` has more of than `b`, the most telling first.

    Parameters
    ----------
    a, b
        Posts as lists of text, or dictionaries of words to counts. In posts, words are runs of letters in
        small letters; Chinese, which writes no spaces, is counted by pairs of neighbouring characters.
    least
        Leave out words with fewer occurrences than that in `a`.

    Returns
    -------
    Table by word: `a`, `b` (occurrences), `ratio` (rate in a / rate in b), `G2` (log-likelihood, two terms).
    Only words with a ratio above 1. With many words some are high by chance: read it as a list of candidates.

    Raises
    ------
    ValueError
        No posts, empty posts, or nothing to count in them.

    Examples
    --------
    >>> keywords({"late": 20, "good": 80}, {"late": 5, "good": 95}).ratio.round(1).to_dict()
    {'late': 4.0}
    """
    limit = as_number(least, "least", least=1, whole=True)
    here, there = _counts(a, "a"), _counts(b, "b")
    words = here.index[here >= limit]
    other = there.reindex(words, fill_value=0)
    g2, ratio = _keyness(here[words].to_numpy(), here.sum(), other.to_numpy(), there.sum())
    table = pd.DataFrame({"a": here[words].astype(int), "b": other.astype(int), "ratio": ratio, "G2": g2})
    return table[table["ratio"] > 1].sort_values("G2", ascending=False, kind="stable")


def _counts(values: Any, name: str) -> pd.Series:
    if isinstance(values, Mapping | pd.Series):
        return counts_by(values, "word", name)
    found = Counter(word for text in as_texts(values, name) for word in _words(text))
    if not found:
        raise ValueError(NO_WORDS.format(name=name))
    return pd.Series(found, dtype=float).rename_axis("word").sort_index()


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).lower()
    pairs = [run[place : place + 2] for run in re.findall(HAN, plain) for place in range(len(run) - 1)]
    return pairs + re.findall(WORD, re.sub(HAN, " ", plain))


def _keyness(a: np.ndarray, n_a: float, b: np.ndarray, n_b: float) -> tuple[np.ndarray, np.ndarray]:
    both, whole = a + b, n_a + n_b
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = [
            np.where(count > 0, count * np.log(count * whole / (size * both)), 0)
            for count, size in ((a, n_a), (b, n_b))
        ]
        ratio = (a / n_a) / (b / n_b)
    return 2 * (terms[0] + terms[1]), ratio
