"""How a community spreads by word of mouth: viral cycles, Bass's diffusion, chains that die out."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from opslab.ground.arguments import POSITIVE, as_choice, as_number, as_numbers, is_single
from opslab.ground.estimates import geometric_sum

Method = Literal["best", "density", "nls", "ols"]
METHODS = ("best", "density", "nls", "ols")

# Words
TOO_FEW = "sales has {found} values; Bass's model has three unknowns, give at least 4 periods"
NO_SALES = "sales add up to 0; there is no diffusion to fit"
NO_FIT = "Bass's model does not fit these sales ({reason}); try another method or a longer series"
ENDLESS, NO_MARKET = "the market seems to have no end", "the regression finds no market size"

MOST_PERIODS = 100_000
MOST_STARTS = 1_000_000
NEAR_CRITICAL = 1e-4  # above r = 1: so near to its branch point lambertw loses digits, and at last all
MOST = 1e4  # a market so many times the sales seen is no estimate
PLAINLY = 0.5  # another reading fits plainly better if it leaves less than so much of the squares


def viral_growth(
    customers: float, invites: float, conversion: float, time: object, cycle_time: float = 1
) -> float | np.ndarray:
    """Return all customers after `time`, each of whom invites once, one cycle after joining.

    ``customers * (K ** (time / cycle_time + 1) - 1) / (K - 1)`` with ``K = invites * conversion``
    (Skok 2009). `time` (a number or several) and `cycle_time` have one unit, such as days.

    Raises
    ------
    ValueError
        If a number is negative, `conversion` is no share, or `cycle_time` is not above 0.

    Examples
    --------
    >>> round(viral_growth(customers=5, invites=10, conversion=0.2, time=20, cycle_time=2))
    10235
    """
    start = as_number(customers, "customers", least=0)
    k = as_number(invites, "invites", least=0) * as_number(conversion, "conversion", least=0, most=1)
    cycles = as_numbers([time] if is_single(time) else time, "time", least=0)
    cycles = cycles / as_number(cycle_time, "cycle_time", least=POSITIVE)
    total = start * geometric_sum(k, cycles + 1)
    return float(total[0]) if is_single(time) else total


def extinction_probability(r: float, starts: int = 1) -> float:
    """Return the probability that a chain of recommendations dies out.

    Each person wins a Poisson number of others with mean `r`; `starts` people begin. The smallest root of
    ``q = exp(r (q - 1))`` is one chain's probability (Galton and Watson 1875); all must die out.

    Examples
    --------
    >>> round(extinction_probability(1.2), 3)      # nearly 7 chains in 10 die out although each wins 1.2
    0.686
    """
    r = as_number(r, "r", least=0)
    starts = as_number(starts, "starts", least=1, whole=True)
    if r <= 1:
        return 1.0
    more = r - 1
    if more < NEAR_CRITICAL:
        return (1 - 2 * more + 8 / 3 * more**2) ** starts
    from scipy.special import lambertw  # slow to import

    return float(-lambertw(-r * np.exp(-r)).real / r) ** starts


def chains_alive(r: float, starts: int = 1, *, runs: int = 200, rounds: int = 20, seed: int = 0) -> pd.Series:
    """Return how many of `runs` chains of recommendations still win somebody, round by round.

    Each chain is drawn as `extinction_probability` has it: whoever came in a round wins, in the next, a
    Poisson number of others with mean `r`; `starts` people begin. A chain lives as long as somebody comes.

    Returns
    -------
    Series
        Index round (0 to `rounds`).

    Examples
    --------
    >>> chains_alive(1.2).loc[[0, 1, 20]].tolist()      # 63 in 100 are dead by then; 69 in the end
    [200, 155, 74]
    """
    mean = as_number(r, "r", least=0, most=100)
    first = as_number(starts, "starts", least=1, most=MOST_STARTS, whole=True)
    count = as_number(runs, "runs", least=1, most=1_000_000, whole=True)
    length = as_number(rounds, "rounds", least=1, most=1_000, whole=True)
    rng = np.random.default_rng(as_number(seed, "seed", least=0, whole=True))
    came = np.full(count, first)
    alive = [count]
    for _ in range(length):
        came = rng.poisson(mean * np.minimum(came, MOST_STARTS))  # so many do not all fail by chance
        alive.append(np.count_nonzero(came))
    return pd.Series(alive, index=pd.RangeIndex(length + 1, name="round"), name="alive")


@dataclass(frozen=True)
class Bass:
    """A fitted Bass (1969) model: who adopts on their own (p), who follows others (q), how many in all (m).

    p and q are per period, m in the unit of the sales.
    """

    p: float
    q: float
    m: float

    def __post_init__(self) -> None:
        """Refuse parameters that are not above 0."""
        for name in ("p", "q", "m"):
            as_number(getattr(self, name), name, least=POSITIVE)

    @property
    def peak(self) -> float:
        """Time of the highest sales, in periods since the start: ln(q / p) / (p + q)."""
        return float(np.log(self.q / self.p) / (self.p + self.q))

    def adopters(self, time: object) -> float | np.ndarray:
        """Return how many have adopted up to a time or several (periods since the start).

        Examples
        --------
        >>> round(Bass(p=0.01, q=0.5, m=1_000).adopters(8))
        533
        """
        times = as_numbers([time] if is_single(time) else time, "time", least=0)
        adopted = self.m * _adopted(times, self.p, self.q)
        return float(adopted[0]) if is_single(time) else adopted

    def sales(self, periods: int) -> np.ndarray:
        """Return the sales of the periods 1 to `periods`.

        Examples
        --------
        >>> Bass(p=0.01, q=0.5, m=1_000).sales(3).round().tolist()
        [13.0, 21.0, 33.0]
        """
        count = as_number(periods, "periods", least=1, most=MOST_PERIODS, whole=True)
        return np.diff(self.adopters(np.arange(count + 1)))


def fit_bass(sales: object, method: Method = "best") -> Bass:
    """Fit Bass's model to the sales of each period.

    The three ways read the figures differently, so they give different p, q and m.

    Parameters
    ----------
    sales
        First purchases in period 1, 2, ..., at least four.
    method
        "density" least squares on the curve's slope at the end of each period, as in textbooks (Cowpertwait
        and Metcalfe 2009, section 3.3: ten years of VCR sales, m 67,981, p 0.0066, q 0.638);
        "nls" least squares on what each period adds to the cumulative curve (Srinivasan and Mason 1986), for
        sales that are sums over a period: the same ten years give m 67,660, p 0.0088, q 0.642;
        "ols" Bass's own regression of sales on earlier adopters and their square (1969), for sales made step
        by step;
        "best", the default, is "density", unless one of the others leaves less than half of its squares.

    Raises
    ------
    ValueError
        If there are fewer than four periods, a negative value or only zeros, or no curve fits.

    Examples
    --------
    >>> vcr = [840, 1_470, 2_110, 4_000, 7_590, 10_950, 10_530, 9_470, 7_790, 5_890]
    >>> fitted = fit_bass(vcr, method="density")
    >>> round(fitted.p, 4), round(fitted.q, 2)
    (0.0066, 0.64)
    """
    values = as_numbers(sales, "sales", least=0)
    as_choice(method, "method", METHODS)
    if len(values) < 4:
        raise ValueError(TOO_FEW.format(found=len(values)))
    if not values.sum():
        raise ValueError(NO_SALES)
    return _best(values) if method == "best" else _fit(values, method)


def _best(sales: np.ndarray) -> Bass:
    """Return the textbook's fit, or the closest other one if it is plainly closer."""
    fits, failures = {}, []
    for method in ("density", "nls", "ols"):
        try:
            fit = _fit(sales, method)
        except ValueError as error:
            failures.append(error)
        else:
            fits[method] = fit, np.sum((_drawn(fit, sales, method) - sales) ** 2)
    if not fits:
        raise failures[0]
    closest, squares = min(fits.values(), key=lambda found: found[1])
    textbook, textbook_squares = fits.get("density", (closest, np.inf))
    return closest if squares < PLAINLY * textbook_squares else textbook


def _fit(sales: np.ndarray, method: str) -> Bass:
    return _regression(sales) if method == "ols" else _least_squares(sales, method)


def _drawn(fit: Bass, sales: np.ndarray, method: str) -> np.ndarray:
    """Return the sales that a fit draws, read as its method reads them."""
    if method == "ols":
        before = np.cumsum(sales) - sales
        return (fit.p + fit.q / fit.m * before) * (fit.m - before)
    if method == "nls":
        return fit.sales(len(sales))
    return fit.m * _slope(np.arange(1.0, len(sales) + 1), fit.p, fit.q)


def _regression(sales: np.ndarray) -> Bass:
    before = np.cumsum(sales) - sales
    a, b, c = np.linalg.lstsq(np.column_stack([np.ones_like(before), before, before**2]), sales, rcond=None)[
        0
    ]
    root = b**2 - 4 * a * c
    if root < 0 or c >= 0 or a <= 0:
        raise ValueError(NO_FIT.format(reason=NO_MARKET))
    m = (-b - np.sqrt(root)) / (2 * c)
    if m > MOST * sales.sum():
        raise ValueError(NO_FIT.format(reason=ENDLESS))
    return Bass(p=float(a / m), q=float(-m * c), m=float(m))


def _least_squares(sales: np.ndarray, method: str) -> Bass:
    from scipy.optimize import least_squares  # slow to import

    time, total = np.arange(len(sales) + 1.0), sales.sum()

    def gaps(unknown: np.ndarray) -> np.ndarray:
        p, q, m = np.exp(unknown)
        curve = np.diff(_adopted(time, p, q)) if method == "nls" else _slope(time[1:], p, q)
        return m * curve - sales / total

    # From several starts, since the squares have more than one valley.
    starts = [(p, q, 1.5) for p in (0.002, 0.01, 0.05) for q in (0.2, 0.4, 0.8)]
    fits = [least_squares(gaps, np.log(start), xtol=1e-12, ftol=1e-12, gtol=1e-12) for start in starts]
    best = min(fits, key=lambda fit: fit.cost)
    p, q, m = np.exp(best.x)
    if not best.success or m > MOST:
        raise ValueError(NO_FIT.format(reason=ENDLESS))
    return Bass(p=float(p), q=float(q), m=float(m * total))


def _adopted(time: np.ndarray, p: float, q: float) -> np.ndarray:
    fade = np.exp(-(p + q) * time)
    return (1 - fade) / (1 + q / p * fade)


def _slope(time: np.ndarray, p: float, q: float) -> np.ndarray:
    fade = np.exp(-(p + q) * time)
    return (p + q) ** 2 / p * fade / (1 + q / p * fade) ** 2
