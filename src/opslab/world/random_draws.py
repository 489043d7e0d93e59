"""Random draws that are the same on every machine.

All chance comes from the raw integers of PCG64, whose stream NumPy guarantees, one stream for each purpose,
so that a new table never changes an old one. They become uniforms, and uniforms become everything else
through tables built with + - * / alone: no sampler that depends on a machine's mathematical library.
"""

from collections.abc import Sequence
from zlib import crc32

import numpy as np

Values = np.ndarray


def uniforms(seed: int, purpose: str, count: int) -> Values:
    """Return `count` uniforms from 0 up to (not including) 1 from the stream of this seed and purpose."""
    stream = np.random.PCG64(np.random.SeedSequence([seed, crc32(purpose.encode())]))
    return (stream.random_raw(count) >> np.uint64(11)) * 2.0**-53


def pick(u: Values, shares: Sequence[float] | Values) -> Values:
    """Return for each uniform the index of a class, where class k has the k-th of `shares` (any scale)."""
    heights = np.cumsum(np.asarray(shares, dtype=float))
    return np.searchsorted(heights / heights[-1], u, side="right")


def pick_within(u: Values, table: Sequence[Sequence[float]] | Values, row: Values) -> Values:
    """Return what `pick` gives with the shares in `table[row]`, each uniform with its own row."""
    chosen = np.empty(len(u), dtype=np.int64)
    for number, shares in enumerate(table):
        here = row == number
        chosen[here] = pick(u[here], shares)
    return chosen


def whole(u: Values, count: int) -> Values:
    """Return whole numbers 0 to `count` - 1, all equally likely."""
    return (u * count).astype(np.int64)


def sbg_survival(alpha: float, beta: float, periods: int) -> Values:
    """Return the share still there after 0, 1, ... `periods` renewals of a shifted beta geometric.

    S(t) = S(t-1) (beta + t - 1) / (alpha + beta + t - 1): Fader & Hardie (2007), "How to project customer
    retention", Journal of Interactive Marketing 21(1), equation 6.
    """
    t = np.arange(periods)
    return np.concatenate([[1.0], np.cumprod((beta + t) / (alpha + beta + t))])


def sbg_lifetimes(u: Values, alpha: float, beta: float, periods: int) -> Values:
    """Return in which period (1, 2, ...) each one leaves; `periods` + 1 for those who outlast the table."""
    leaving = 1 - sbg_survival(alpha, beta, periods)
    return np.searchsorted(leaving, u, side="right")


def geometric(u: Values, chance: float, periods: int) -> Values:
    """Return the period (0, 1, ...) of the first success at `chance` a period; `periods` for none in time."""
    still_waiting = np.cumprod(np.full(periods, 1 - chance))
    return np.searchsorted(1 - still_waiting, u, side="right")


def from_grid(u: Values, grid: Values) -> Values:
    """Return a value of `grid` for each uniform, all equally likely."""
    return grid[whole(u, len(grid))]


def gamma_grid(shape: float, points: int = 200) -> Values:
    """Return `points` equally likely values that stand for a gamma distribution of scale 1.

    Rounded, so that the last bit of a machine's mathematical library makes no difference.
    """
    from scipy.special import gammaincinv

    return np.round(gammaincinv(shape, (np.arange(points) + 0.5) / points), 9)


def beta_grid(a: float, b: float, points: int = 200) -> Values:
    """Return `points` equally likely values that stand for a beta distribution, rounded like `gamma_grid`."""
    from scipy.special import betaincinv

    return np.round(betaincinv(a, b, (np.arange(points) + 0.5) / points), 9)


def exactly(u: Values, share: float) -> Values:
    """Return True for exactly this share (to the next whole number), False for the rest."""
    standing = np.argsort(np.argsort(u, kind="stable"), kind="stable")
    return standing < np.floor(share * len(u) + 0.5)


def spread(counts: Values) -> tuple[Values, Values]:
    """Return for counts (2, 3) the owners 0 0 1 1 1 and the places 0 1 0 1 2."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - (np.cumsum(counts) - counts)[owner]


def normal_grid(points: int = 200) -> Values:
    """Return `points` equally likely values that stand for the standard normal distribution, rounded."""
    from scipy.special import ndtri

    return np.round(ndtri((np.arange(points) + 0.5) / points), 9)


def lognormal_grid(spread: float, points: int = 200) -> Values:
    """Return equally likely values with median 1 whose logarithm has the standard deviation `spread`."""
    return np.round(np.exp(spread * normal_grid(points)), 9)


def poisson(u: Values, mean: Values) -> Values:
    """Return Poisson counts, each with its own mean (up to about 700), by adding up chances."""
    share, power = np.frexp(np.exp(-mean))
    chance = np.ldexp(np.round(share, 12), power)  # without a machine's last bits
    reached, count = chance.copy(), np.zeros(len(u), dtype=np.int64)
    short = (u >= reached) & (mean > 0)
    while short.any():
        count[short] += 1
        chance[short] *= mean[short] / count[short]
        reached[short] += chance[short]
        short &= (u >= reached) & (count < 10 * mean + 30)
    return count


def rounded(values: Values, u: Values) -> Values:
    """Return whole numbers next to `values`, up or down by chance, so that their mean is kept."""
    return np.floor(values + u).astype(np.int64)
