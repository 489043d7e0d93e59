"""What a purchase is worth: gamma-gamma, which draws a customer's mean towards everybody's.

Fader and Hardie (2013), note 025; Fader, Hardie and Lee (2005), *J. Marketing Research* 42(4).
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import LARGEST, as_number, as_numbers, is_single
from opslab.lifetime.bg_nbd import LEAST, MOST
from opslab.lifetime.fitting import climb, parameter_table
from opslab.lifetime.inputs import MOST_PURCHASES, like

# Words
NOTHING_PAID = (
    "value[{place}] is 0 although frequency[{place}] is {found:g}; a customer with purchases has a mean "
    "value "
    "above 0"
)
NOBODY = (
    "no row of frequency is above 0: nobody has a purchase to learn from; frequency counts those behind value"
)
ALL_EQUAL = (
    "all values are {found:g}: without differences there is nothing to fit; everybody's expected "
    "value is that"
)
NO_MEAN = (
    "q is {q:g}: with q up to 1 the mean over customers is infinite; give only customers with "
    "frequency above 0"
)

MODEL, MAKER = "gamma-gamma", "fit_gamma_gamma"
MOST_VALUE = math.sqrt(LARGEST)


@dataclass(frozen=True)
class GammaGamma:
    """Values of purchases: each varies about its customer's mean, and the means differ (gamma-gamma).

    Attributes
    ----------
    p
        Shape of the gamma distribution of one customer's values: the larger, the less they vary.
    q, gamma
        A customer's rate follows Gamma(q, gamma). The mean over customers is p gamma / (q - 1), if q > 1.
        The package lifetimes calls gamma `v`; it is not the paper's ν, which is one customer's rate.
    loglik, converged
        As in `BetaGeometricNBD`.

    Examples
    --------
    >>> model = GammaGamma(p=6.25, q=3.74, gamma=15.44)
    >>> [round(model.expected_value(times, 80)) for times in (1, 3, 20)]      # one dear purchase says little
    [66, 74, 79]
    """

    p: float
    q: float
    gamma: float
    loglik: float = math.nan
    converged: bool = True
    covariance: np.ndarray | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse parameters that are not above 0."""
        for name, most in (("p", MOST), ("q", MOST), ("gamma", MOST_VALUE)):
            as_number(getattr(self, name), name, least=LEAST, most=most)

    @property
    def mean(self) -> float:
        """The mean value of a purchase over customers (yuan); infinite if q is at most 1."""
        return self.p * self.gamma / (self.q - 1) if self.q > 1 else math.inf

    def expected_value(self, frequency: Any, value: Any) -> Any:
        """Return the expected value of a customer's purchases to come (yuan).

        `frequency` is the number of purchases behind the mean `value`; without any (0) it is everybody's
        mean. A weighted mean: the more purchases, the more her own counts.

        Examples
        --------
        >>> round(GammaGamma(p=6.25, q=3.74, gamma=15.44).expected_value(3, 80), 1)
        74.3
        """
        counts, means = _spending(frequency, value)
        if self.q <= 1 and not counts.all():
            raise ValueError(NO_MEAN.format(q=self.q))
        expected = self.p * (self.gamma + counts * means) / (self.p * counts + self.q - 1)
        return like((frequency, value), expected)

    def parameter_intervals(self, level: float = 0.8) -> pd.DataFrame:
        """Return estimate, low and high of each parameter: normal approximation on the log scale.

        Examples
        --------
        >>> model = fit_gamma_gamma([1, 2, 4, 1, 3, 2, 6, 1], [20, 35, 30, 90, 45, 28, 60, 15])
        >>> model.parameter_intervals().loc["p"].round(1).to_dict()      # eight customers say little
        {'estimate': 2.7, 'low': 0.9, 'high': 8.0}
        """
        values = {"p": self.p, "q": self.q, "gamma": self.gamma}
        return parameter_table(values, self.covariance, level, MAKER)


def fit_gamma_gamma(frequency: Any, value: Any) -> GammaGamma:
    """Fit gamma-gamma by maximum likelihood, one row for each customer.

    Parameters
    ----------
    frequency
        Purchases behind `value`: *repeats*, if the first purchase is left out as `purchase_summary` does.
        Customers with 0 say nothing about values and are left out.
    value
        Mean value of these purchases (yuan), above 0 where frequency is.

    Raises
    ------
    ValueError
        Negative values; no purchase at all; all values equal.

    Notes
    -----
    The model takes value and frequency to be independent: check their correlation first.

    Examples
    --------
    >>> model = fit_gamma_gamma([1, 2, 4, 1, 3, 2, 6, 1], [20, 35, 30, 90, 45, 28, 60, 15])
    >>> model.converged, round(model.mean)
    (True, 42)
    """
    counts, means = _spending(frequency, value)
    counts, means = counts[counts > 0], means[counts > 0]
    if not counts.size:
        raise ValueError(NOBODY)
    if np.ptp(means) <= 1e-12 * means.max():
        raise ValueError(ALL_EQUAL.format(found=means[0]))
    unit = means.mean()
    top = climb(_loss(counts, means / unit), np.zeros(3), ("p", "q", "gamma"), MODEL)
    p, q, gamma = (np.exp(top.at) * [1, 1, unit]).tolist()
    p, q = min(max(p, LEAST), MOST), min(max(q, LEAST), MOST)
    loglik = float(-len(counts) * (top.loss + math.log(unit)))
    return GammaGamma(p, q, max(gamma, LEAST), loglik, top.converged, top.covariance / len(counts))


def _loss(x: np.ndarray, m: np.ndarray) -> Any:
    """Return minus the log-likelihood a customer, and its slope by the logarithms of p, q and gamma."""
    from scipy.special import digamma, gammaln

    log_m, log_x = np.log(m), np.log(x)

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        p, q, gamma = np.exp(at)
        px, all_in = p * x, gamma + x * m
        log_all = np.log(all_in)
        value = gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(gamma) - log_m
        value += px * (log_m + log_x) - (px + q) * log_all
        by_p = x * (digamma(px + q) - digamma(px) + log_m + log_x - log_all)
        by_q = digamma(px + q) - digamma(q) + np.log(gamma) - log_all
        by_gamma = q / gamma - (px + q) / all_in
        slope = np.array([by_p.mean() * p, by_q.mean() * q, by_gamma.mean() * gamma])
        return -value.mean(), -slope

    return loss


def _spending(frequency: Any, value: Any) -> tuple[np.ndarray, np.ndarray]:
    one = is_single(frequency) and is_single(value)
    if one:
        counts = np.array([as_number(frequency, "frequency", least=0, most=MOST_PURCHASES)])
        means = np.array([as_number(value, "value", least=0, most=MOST_VALUE)])
    else:
        counts = as_numbers(frequency, "frequency", least=0, most=MOST_PURCHASES)
        means = as_numbers(value, "value", least=0, most=MOST_VALUE, length=len(counts))
    bad = (counts > 0) & (means <= 0)
    if bad.any():
        place = int(bad.argmax())
        raise ValueError(NOTHING_PAID.format(place=place, found=counts[place]))
    return counts, means
