"""Looking before the end: what it costs, and what makes it right."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from opslab.ground.arguments import as_choice, as_number, as_numbers

KINDS = ("pocock", "obrien-fleming")
MOST_LOOKS = 200
NODES = 48  # of the integration, at the first look; more where paths spread

# Words
TOO_MANY = "successes is {found}, of {trials} trials; expected no more successes than trials"
TWO_NUMBERS = "prior has {found} numbers; expected two, a and b of a beta distribution"


def peeking_error(looks: int, alpha: float = 0.05) -> float:
    """Return the chance that a test of nothing "wins" at one of so many looks, each judged at `alpha`.

    Looks at equal steps, two-sided, any of them stops. Exact, by integration over the path (Armitage,
    McPherson and Rowe 1969). It is not 1 - (1 - alpha)^looks: later looks hold the earlier data.

    Raises
    ------
    ValueError
        Looks that are no whole number from 1 to 200, or an alpha outside 0 to 0.5.

    Examples
    --------
    >>> [round(peeking_error(looks), 3) for looks in (1, 5, 10)]
    [0.05, 0.142, 0.193]
    """
    from scipy.special import ndtri

    count = as_number(looks, "looks", least=1, most=MOST_LOOKS, whole=True)
    error = as_number(alpha, "alpha", least=1e-6, most=0.5)
    return 1 - _staying(np.full(count, ndtri(1 - error / 2)))


def sequential_bounds(looks: int, kind: str = "pocock", alpha: float = 0.05) -> np.ndarray:
    """Return the |z| that stops a test at each of so many equal looks, with the error `alpha` in all.

    ``"pocock"``: the same bound at each look (Pocock 1977). ``"obrien-fleming"``: c sqrt(looks / k) at look
    k, hard at first and nearly the usual bound at the end (O'Brien and Fleming 1979). Two-sided, exact.

    Raises
    ------
    ValueError
        Looks that are no whole number from 1 to 200, an unknown kind, an alpha outside 0 to 0.5.

    Examples
    --------
    >>> sequential_bounds(5).round(3).tolist()
    [2.413, 2.413, 2.413, 2.413, 2.413]
    >>> sequential_bounds(5, "obrien-fleming").round(2).tolist()
    [4.56, 3.23, 2.63, 2.28, 2.04]
    """
    count = as_number(looks, "looks", least=1, most=MOST_LOOKS, whole=True)
    name = as_choice(kind, "kind", KINDS)
    error = as_number(alpha, "alpha", least=1e-6, most=0.5)
    return np.array(_bounds(count, name, error))


@lru_cache(maxsize=256)
def _bounds(looks: int, kind: str, alpha: float) -> tuple[float, ...]:
    from scipy.optimize import brentq
    from scipy.special import ndtri

    k = np.arange(1, looks + 1)
    form = np.ones(looks) if kind == "pocock" else np.sqrt(looks / k)
    low, high = float(ndtri(1 - alpha / 2)), float(ndtri(1 - alpha / (2 * looks)))
    if looks == 1:
        return (low,)
    constant = brentq(lambda c: 1 - _staying(c * form) - alpha, low - 1e-9, high + 1e-9, xtol=1e-7)
    return tuple((constant * form).tolist())


def _staying(bounds: np.ndarray) -> float:
    """Return the chance that z stays within all bounds: the density of the sum, carried from look to look.

    The density is even, so half of it is enough: from y the sum moves to x or to -x.
    """
    edges = bounds * np.sqrt(np.arange(1, len(bounds) + 1))
    nodes, weights = _half_nodes(edges[0])
    density = _normal(nodes)
    for edge in edges[1:]:
        x, w = _half_nodes(edge)
        density = (_normal(x[:, None] - nodes) + _normal(x[:, None] + nodes)) @ (weights * density)
        nodes, weights = x, w
    return float(2 * weights @ density)


def _half_nodes(edge: float) -> tuple[np.ndarray, np.ndarray]:
    points, weights = _legendre(NODES if edge < 20 else 2 * NODES)
    return edge * (points + 1) / 2, edge * weights / 2


@lru_cache(maxsize=4)
def _legendre(count: int) -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(count)


def _normal(x: np.ndarray) -> np.ndarray:
    return np.exp(-0.5 * x * x) * 0.3989422804014327


def e_value(successes: int, trials: int, p0: float = 0.5, prior: tuple[float, float] = (1, 1)) -> float:
    """Return the evidence against the share `p0`: reject at any time when it reaches 1 / alpha.

    The likelihood, mixed over a beta distribution of the share, against that of `p0` (Ville 1939, Robbins
    1970). The uniform mixture (1, 1) spends itself on shares far away and is blind to a small sample-ratio
    mismatch that chi-square sees; ``prior=(500, 500)`` looks near a half.

    Parameters
    ----------
    successes, trials
        Counts so far; trials may be 0: no evidence, 1.
    p0
        The share if nothing is wrong, above 0 and below 1.
    prior
        a and b of the beta distribution, above 0.

    Raises
    ------
    ValueError
        More successes than trials, or a number outside its limits.

    Examples
    --------
    >>> round(e_value(60, 100), 3)      # below 20: not yet
    0.913
    """
    from scipy.special import betaln

    n = as_number(trials, "trials", least=0, whole=True)
    hits = as_number(successes, "successes", least=0, whole=True)
    if hits > n:
        raise ValueError(TOO_MANY.format(found=hits, trials=n))
    p = as_number(p0, "p0", least=1e-9, most=1 - 1e-9)
    shape = as_numbers(prior, "prior", least=1e-6)
    if len(shape) != 2:
        raise ValueError(TWO_NUMBERS.format(found=len(shape)))
    a, b = shape
    log = betaln(a + hits, b + n - hits) - betaln(a, b) - hits * np.log(p) - (n - hits) * np.log1p(-p)
    return float(np.exp(min(log, 700.0)))


@dataclass(frozen=True, slots=True)
class AlwaysValid:
    """A p-value that may be looked at at any time, and the `ratio` behind it: p = 1 / ratio, 1 at most."""

    p: float
    ratio: float

    def __float__(self) -> float:
        return self.p


def always_valid_p(difference: float, n: float, sd: float, tau: float) -> AlwaysValid:
    """Return the p-value of a mixture sequential ratio test of two means (Johari and others 2017).

    Keep the smallest seen so far; stop when it is below alpha.

    Parameters
    ----------
    difference
        Treatment less control, so far.
    n
        Users in each arm, so far.
    sd
        Standard deviation of one user's measure.
    tau
        Spread of the effects that you expect, in the measure's unit: the mixture is normal about 0.

    Raises
    ------
    ValueError
        A number outside its limits.

    Examples
    --------
    >>> round(always_valid_p(0.1, 2000, sd=1, tau=0.1).ratio, 2)
    28.4
    """
    seen = as_number(difference, "difference")
    variance = 2 * as_number(sd, "sd", least=1e-12) ** 2 / as_number(n, "n", least=1)
    mixed = as_number(tau, "tau", least=1e-12) ** 2
    log = 0.5 * np.log(variance / (variance + mixed)) + seen**2 * mixed / (2 * variance * (variance + mixed))
    ratio = float(np.exp(min(log, 700.0)))
    return AlwaysValid(min(1.0, 1 / ratio), ratio)
