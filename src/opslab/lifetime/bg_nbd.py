"""Repeat purchase without a contract: BG/NBD, the beta-geometric / negative binomial model.

Fader, Hardie and Lee (2005), "Counting your customers the easy way", *Marketing Science* 24(2). While she is
there, a customer buys at a rate of her own; after each purchase she is lost with a chance of her own. Rates
follow a gamma distribution (r, alpha), chances a beta distribution (a, b), independent of each other.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_number, as_numbers, is_single
from opslab.lifetime.fitting import NOT_FITTED, climb, parameter_table
from opslab.lifetime.inputs import MOST_TIME, histories, like

# Words
NO_REPEATS = (
    "nobody in frequency bought again (all are 0; frequency counts repeats, not purchases), so neither rate "
    "nor loss can be estimated; watch the customers for longer"
)
BEYOND = "with these parameters the expected number cannot be computed; fit them on more customers"
NO_COVARIANCE = "the fit found no covariance, so totals have no interval; see `.converged`"

LEAST, MOST = 1e-6, 1e6  # of a parameter
NEAR = 1e-5  # so near to a hole of the formula that it is bridged
BRIDGE = 1e-4
GRID = 200  # points of an integral
MODEL, MAKER = "BG/NBD", "fit_bg_nbd"
HISTORY = ("x", "t_x", "T")


@dataclass(frozen=True)
class BetaGeometricNBD:
    """Repeat purchases of customers who differ, and who leave unseen (BG/NBD).

    Attributes
    ----------
    r, alpha
        Purchase rates follow a gamma distribution with shape `r` and rate `alpha`: the mean is r / alpha
        purchases in a unit of time, the one in which the data were given (weeks, if T was in weeks).
    a, b
        Chances to be lost after a purchase follow Beta(a, b); the mean is a / (a + b).
    loglik
        Log-likelihood (NaN if the model was not fitted).
    converged
        Whether the likelihood has its top here; False says that the data do not determine the parameters.

    Notes
    -----
    In all methods `x` is the number of *repeat* purchases (the first one does not count), `t_x` the time
    from the first purchase to the last, `T` the time from the first purchase to today.

    Examples
    --------
    >>> model = BetaGeometricNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> round(model.expected_purchases(39, x=2, t_x=30.43, T=38.86), 3)
    1.226
    """

    r: float
    alpha: float
    a: float
    b: float
    loglik: float = math.nan
    converged: bool = True
    covariance: np.ndarray | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse parameters that are not above 0."""
        for name in ("r", "alpha", "a", "b"):
            as_number(getattr(self, name), name, least=LEAST, most=MOST)

    def probability_alive(self, x: Any, t_x: Any, T: Any) -> Any:
        """Return the chance (0 to 1) that a customer with this history is not lost.

        It is 1 for customers without a repeat: in this model one can be lost only after a repeat purchase.
        That is a property of the model, and no sign of loyalty. Fader, Hardie and Lee (2008), note 021.

        Examples
        --------
        >>> model = BetaGeometricNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> round(model.probability_alive(x=2, t_x=30.43, T=38.86), 3)
        0.727
        """
        counts, last, ages = histories(x, t_x, T, HISTORY)
        return like((x, t_x, T), _alive(self._parameters(), counts, last, ages))

    def expected_purchases(self, t: Any, x: Any, t_x: Any, T: Any) -> Any:
        """Return how many purchases a customer with this history is expected to make in the next `t`.

        `t` is one horizon, or one for each customer, in the data's unit of time. The expectation is a mean
        over customers of one history; a single one buys a whole number. Paper's equation 10, with Euler's
        transformation, so that it holds for frequent buyers.

        Examples
        --------
        >>> model = BetaGeometricNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> round(model.expected_purchases(39, x=2, t_x=30.43, T=38.86), 3)
        1.226
        """
        counts, last, ages = histories(x, t_x, T, HISTORY)
        ahead = _horizon(t, counts)
        size = max(len(ahead), len(counts))
        counts, last, ages = (np.broadcast_to(one, size) for one in (counts, last, ages))
        values = _expected(self._parameters(), ahead, counts, last, ages)
        if not np.isfinite(values).all():
            raise ValueError(BEYOND)
        return like((t, x, t_x, T), values)

    def parameter_intervals(self, level: float = 0.8) -> pd.DataFrame:
        """Return estimate, low and high of each parameter: normal approximation on the log scale.

        Raises
        ------
        ValueError
            If the model was not fitted, or `level` is no share.

        Examples
        --------
        >>> once, often = [0] * 60, [1, 1, 2, 2, 3, 5, 8, 1, 1, 2]
        >>> last = [5, 20, 9, 30, 22, 38, 37, 2, 35, 14]
        >>> model = fit_bg_nbd(once + often, [0] * 60 + last, [40] * 70)
        >>> model.parameter_intervals().loc["r"].round(2).to_dict()
        {'estimate': 0.08, 'low': 0.04, 'high': 0.14}
        """
        values = dict(zip(("r", "alpha", "a", "b"), self._parameters(), strict=True))
        return parameter_table(values, self.covariance, level, MAKER)

    def draw_purchases(self, t: float, x: Any, t_x: Any, T: Any, *, seed: int = 0) -> np.ndarray:
        """Return one possible future: a drawn whole number of purchases in the next `t` for each customer.

        A customer is there with `probability_alive`; then her rate and her chance to be lost are drawn from
        what her history leaves possible, and she buys until `t` is over or she is lost.

        Examples
        --------
        >>> model = BetaGeometricNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> model.draw_purchases(39, x=[2, 20], t_x=[30.43, 38], T=[38.86, 38.86]).tolist()
        [3, 5]
        """
        ahead = as_number(t, "t", least=0, most=MOST_TIME)
        rng = np.random.default_rng(as_number(seed, "seed", least=0, whole=True))
        return _futures(self._parameters(), ahead, *histories(x, t_x, T, HISTORY), rng)

    def total_interval(
        self,
        t: float,
        x: Any,
        t_x: Any,
        T: Any,
        *,
        level: float = 0.8,
        draws: int = 400,
        seed: int = 0,
    ) -> tuple[float, float]:
        """Return low and high of what these customers will buy *together* in the next `t`.

        In each draw the parameters come from their normal approximation (on the log scale) and each
        customer's purchases from `draw_purchases`: both kinds of not knowing are in it.

        Raises
        ------
        ValueError
            If the model was not fitted, or the fit found no covariance.

        Examples
        --------
        >>> once, often = [0] * 60, [1, 1, 2, 2, 3, 5, 8, 1, 1, 2]
        >>> last = [5, 20, 9, 30, 22, 38, 37, 2, 35, 14]
        >>> history = once + often, [0] * 60 + last, [40] * 70
        >>> [round(end) for end in fit_bg_nbd(*history).total_interval(40, *history, draws=100)]
        [9, 30]
        """
        ahead = as_number(t, "t", least=0, most=MOST_TIME)
        share = as_number(level, "level", least=0.01, most=0.9999)
        times = as_number(draws, "draws", least=20, most=20_000, whole=True)
        rng = np.random.default_rng(as_number(seed, "seed", least=0, whole=True))
        if self.covariance is None:
            raise ValueError(NOT_FITTED.format(maker=MAKER))
        if not np.isfinite(self.covariance).all():
            raise ValueError(NO_COVARIANCE)
        history = histories(x, t_x, T, HISTORY)
        centre = np.log(self._parameters())
        drawn = rng.multivariate_normal(centre, self.covariance, times)
        drawn = np.exp(np.clip(drawn, math.log(LEAST), math.log(MOST)))
        totals = [_futures(tuple(at), ahead, *history, rng).sum() for at in drawn]
        low, high = np.quantile(totals, [(1 - share) / 2, (1 + share) / 2])
        return float(low), float(high)

    def _parameters(self) -> tuple[float, float, float, float]:
        return self.r, self.alpha, self.a, self.b


def fit_bg_nbd(frequency: Any, recency: Any, T: Any) -> BetaGeometricNBD:
    """Fit BG/NBD by maximum likelihood (Fader, Hardie and Lee 2005), one row for each customer.

    Parameters
    ----------
    frequency
        *Repeat* purchases (whole, 0 or more): the first one does not count.
    recency
        Time from the first purchase to the last; 0 for those without a repeat.
    T
        Time from the first purchase to the end of the log. Unit: any, the same as recency (weeks are usual).
        `purchase_summary` makes all three.

    Returns
    -------
    BetaGeometricNBD
        A fit that did not converge has `.converged` False, and warns.

    Raises
    ------
    ValueError
        Columns of different lengths; recency above T; nobody bought again.

    Examples
    --------
    >>> once, often = [0] * 60, [1, 1, 2, 2, 3, 5, 8, 1, 1, 2]
    >>> last = [5, 20, 9, 30, 22, 38, 37, 2, 35, 14]
    >>> model = fit_bg_nbd(once + often, [0] * 60 + last, [40] * 70)
    >>> model.converged, round(model.r, 2)
    (True, 0.08)
    """
    counts, last, ages = histories(frequency, recency, T)
    if not counts.any():
        raise ValueError(NO_REPEATS)
    unit = ages.mean()
    # A likelihood knows customers of one history as one: rows are counted first.
    x, t_x, age, times = _distinct(counts, last / unit, ages / unit)
    kinds, per_kind = np.unique(counts, return_counts=True)
    loss = _loss(x, t_x, age, times, kinds, per_kind)
    top = climb(loss, np.zeros(4), ("r", "alpha", "a", "b"), MODEL)
    r, alpha, a, b = np.clip(np.exp(top.at) * [1, unit, 1, 1], LEAST, MOST).tolist()
    # The density of the purchase times has their unit: each repeat brings back one factor.
    loglik = float(-top.loss * len(counts) - counts.sum() * math.log(unit))
    return BetaGeometricNBD(r, alpha, a, b, loglik, top.converged, top.covariance / len(counts))


def _distinct(x: np.ndarray, t_x: np.ndarray, T: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return different histories and how often each occurs."""
    again = x > 0
    ages, of_once = np.unique(T[~again], return_counts=True)
    last, last_code = np.unique(t_x[again], return_inverse=True)
    age, age_code = np.unique(T[again], return_inverse=True)
    code = (x[again].astype(np.int64) * len(last) + last_code) * len(age) + age_code
    code, of_again = np.unique(code, return_counts=True)
    rest, age_code = np.divmod(code, len(age))
    count, last_code = np.divmod(rest, len(last))
    return (
        np.concatenate([np.zeros(len(ages)), count]),
        np.concatenate([np.zeros(len(ages)), last[last_code]]),
        np.concatenate([ages, age[age_code]]),
        np.concatenate([of_once, of_again]).astype(float),
    )


def _loss(x: Any, t_x: Any, T: Any, times: Any, kinds: Any, per_kind: Any) -> Any:
    """Return minus the log-likelihood a customer, and its slope by the logarithms of the parameters."""
    from scipy.special import digamma, expit, gammaln

    everyone, again, repeats = per_kind.sum(), x > 0, kinds > 0
    many, of_many = kinds[repeats], per_kind[repeats]
    x1, t1, T1, times1 = x[again], t_x[again], T[again], times[again]

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        r, alpha, a, b = np.exp(at)
        end = alpha + T
        value = per_kind @ (gammaln(r + kinds) - gammaln(r)) + everyone * r * np.log(alpha)
        value += of_many @ (gammaln(a + b) - gammaln(a + b + many) + gammaln(b + many) - gammaln(b))
        value -= times @ ((r + x) * np.log(end))
        # Those who bought again may be lost since their last purchase: odds, and the weight of that.
        ago = np.log((alpha + T1) / (alpha + t1))
        odds = np.log(a / (b + x1 - 1)) + (r + x1) * ago
        value += times1 @ np.logaddexp(0, odds)
        gone = times1 * expit(odds)
        by_r = per_kind @ (digamma(r + kinds) - digamma(r)) + everyone * np.log(alpha)
        by_r += -times @ np.log(end) + gone @ ago
        by_alpha = everyone * r / alpha - times @ ((r + x) / end)
        by_alpha += gone @ ((r + x1) * (1 / (alpha + T1) - 1 / (alpha + t1)))
        both = of_many @ (digamma(a + b) - digamma(a + b + many))
        by_a = both + gone.sum() / a
        by_b = both + of_many @ (digamma(b + many) - digamma(b)) - gone @ (1 / (b + x1 - 1))
        slope = np.array([by_r * r, by_alpha * alpha, by_a * a, by_b * b])
        return -value / everyone, -slope / everyone

    return loss


def _horizon(t: Any, counts: np.ndarray) -> np.ndarray:
    if is_single(t):
        return np.array([as_number(t, "t", least=0, most=MOST_TIME)])
    return as_numbers(t, "t", least=0, most=MOST_TIME, length=None if len(counts) == 1 else len(counts))


def _odds_of_loss(at: tuple[float, ...], x: Any, t_x: Any, T: Any) -> np.ndarray:
    """Return the log-odds that a customer is lost; minus infinity without a repeat."""
    r, alpha, a, b = at
    odds = np.log(a / (b + np.maximum(x, 1) - 1)) + (r + x) * np.log((alpha + T) / (alpha + t_x))
    return np.where(x > 0, odds, -np.inf)


def _alive(at: tuple[float, ...], x: Any, t_x: Any, T: Any) -> np.ndarray:
    from scipy.special import expit

    return expit(-_odds_of_loss(at, x, t_x, T))


def _expected(at: tuple[float, ...], t: Any, x: Any, t_x: Any, T: Any) -> np.ndarray:
    r, alpha, a, b = at
    # At a = 1 and at a + b + x = 1 the formula is 0 / 0, its value smooth: bridge the hole.
    if abs(a - 1) < NEAR or (np.abs(a + b + x - 1) < NEAR).any():
        step = min(BRIDGE, a / 2)
        sides = [_bought(r, alpha, a + side, b, t, x, T) for side in (-step, step)]
        bought = (sides[0] + sides[1]) / 2
    else:
        bought = _bought(r, alpha, a, b, t, x, T)
    return np.maximum(bought, 0) * _alive(at, x, t_x, T)


def _bought(r: float, alpha: float, a: float, b: float, t: Any, x: Any, T: Any) -> np.ndarray:
    """Return purchases in the next `t` of those who are still there."""
    from scipy.special import hyp2f1

    third, ratio = a + b + x - 1, t / (alpha + T + t)
    with np.errstate(all="ignore"):  # at an edge of the parameters the series may fail: see below
        series = hyp2f1(a + b - 1 - r, a - 1, third, ratio)
        bought = np.asarray(third / (a - 1) * (1 - (1 - ratio) ** (a - 1) * series))
    most = (r + x) * t / (alpha + T)  # if nobody could be lost
    failed = ~((bought >= -1e-9) & (bought <= most * (1 + 1e-6) + 1e-9))
    if failed.any():
        x, t, T = (np.broadcast_to(one, bought.shape)[failed] for one in (x, t, T))
        bought[failed] = _integrated(r, a, b, x, t / (alpha + T))
    return bought


def _integrated(r: float, a: float, b: float, x: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Return the same as an integral over the chance to be lost, where the series cannot be summed."""
    from scipy.special import betaincinv

    nodes, weights = np.polynomial.legendre.leggauss(GRID)
    chance = betaincinv(a, b + x[:, None], (nodes + 1) / 2).clip(1e-300, 1)
    until_lost = -np.expm1(-(r + x[:, None]) * np.log1p(chance * ratio[:, None])) / chance
    return until_lost @ weights / 2


def _futures(
    at: tuple[float, ...], t: float, x: Any, t_x: Any, T: Any, rng: np.random.Generator
) -> np.ndarray:
    r, alpha, a, b = at
    there = rng.random(len(x)) < _alive(at, x, t_x, T)
    rate = rng.gamma(r + x, 1 / (alpha + T))
    loss = np.maximum(rng.beta(a, b + x), 1e-12)
    would = rng.poisson(np.minimum(rate * t, 1e9))
    until = rng.geometric(loss)  # the purchase after which she is lost
    return np.where(there, np.minimum(would, until), 0)
