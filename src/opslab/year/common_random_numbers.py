"""Luck that two years share: every draw has its place, by seed, purpose, run and week.

No draw is ever taken "from the next number in line". So a year played again with one thing changed meets the
same weather, the same rival and the same posts, and what differs is what the change did (common random
numbers; Glasserman & Yao 1992, *Management Science* 38).
"""

from zlib import crc32

import numpy as np

from opslab.year.plan import WEEKS

LEAST = 2.0**-54  # so that no draw is 0, whose normal score is without end


def uniforms(seed: int, purpose: str, runs: int, weeks: int = WEEKS) -> np.ndarray:
    """Return one uniform (0 to 1) for each run and week. Run k is the same whatever the number of runs.

    Examples
    --------
    >>> bool((uniforms(7, "rival", runs=2)[1] == uniforms(7, "rival", runs=9)[1]).all())
    True
    """
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, crc32(purpose.encode())])))
    return stream.random((runs, weeks)) + LEAST


def scores(seed: int, purpose: str, runs: int, weeks: int = WEEKS) -> np.ndarray:
    """Return the same as standard normal scores."""
    from scipy.special import ndtri

    return ndtri(uniforms(seed, purpose, runs, weeks))
