"""What a result means: how likely B is better, how many wins are real, what a win is worth, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np

from opslab.experiments.comparing import counts
from opslab.ground.arguments import as_choice, as_number, as_numbers, is_single

# Words
NO_EFFECT = "true_effect is 0; nothing exaggerates no effect: every significant result is false"

METHODS = ("bh", "by", "holm", "bonferroni")


@dataclass(frozen=True, slots=True)
class Belief:
    """The probability that B's share is the larger, and what choosing B is expected to lose (a share)."""

    probability: float
    expected_loss: float


def probability_better(successes: Sequence[float], trials: Sequence[float]) -> Belief:
    """Return how probable it is that B (the second arm) has the larger share, from uniform priors.

    Closed form (Evan Miller); the expected loss is the mean of max(A - B, 0) (Stucchio 2015). It is no cure
    for peeking: a probability of 0.95 that is looked at every day comes up by chance, too.

    Raises
    ------
    ValueError
        Not two arms, no trials, more successes than trials.

    Examples
    --------
    >>> found = probability_better([100, 120], [200, 200])
    >>> round(found.probability, 4), round(found.expected_loss, 5)
    (0.9776, 0.00041)
    """
    hits, n = counts(successes, trials)
    a, b = hits + 1, n - hits + 1
    better = _above(a[1], b[1], a[0], b[0])
    lose = a[0] / (a[0] + b[0]) * (1 - _above(a[1], b[1], a[0] + 1, b[0]))
    keep = a[1] / (a[1] + b[1]) * (1 - _above(a[1] + 1, b[1], a[0], b[0]))
    return Belief(float(better), float(max(lose - keep, 0.0)))


def _above(a: float, b: float, c: float, d: float) -> float:
    """Return the chance that a Beta(a, b) is above a Beta(c, d); `a` is whole."""
    from scipy.special import betaln

    i = np.arange(int(a))
    return float(np.exp(betaln(c + i, d + b) - np.log(b + i) - betaln(1 + i, b) - betaln(c, d)).sum())


@overload
def false_positive_risk(success_rate: float, *, alpha: float = ..., power: float = ...) -> float: ...


@overload
def false_positive_risk(
    success_rate: Sequence[float], *, alpha: float = ..., power: float = ...
) -> np.ndarray: ...


def false_positive_risk(success_rate: Any, *, alpha: float = 0.05, power: float = 0.8) -> Any:
    """Return which share of significant wins is false, where this share of ideas works.

    (alpha / 2) (1 - s) / ((alpha / 2) (1 - s) + power s): half of alpha, since of two-sided errors only those
    upwards count as wins (Kohavi, Deng and Vermeer 2022).

    Parameters
    ----------
    success_rate
        Share of ideas that work, one or several.
    alpha, power
        Of the tests, two-sided.

    Examples
    --------
    >>> round(false_positive_risk(0.08), 3)
    0.264
    """
    error = as_number(alpha, "alpha", least=1e-12, most=1) / 2
    chance = as_number(power, "power", least=1e-12, most=1)
    single = is_single(success_rate)
    s = (
        np.array(as_number(success_rate, "success_rate", least=0, most=1))
        if single
        else as_numbers(success_rate, "success_rate", least=0, most=1)
    )
    risk = error * (1 - s) / (error * (1 - s) + chance * s)
    return float(risk) if single else risk


@dataclass(frozen=True, slots=True)
class Curse:
    """What significance does to an estimate.

    Attributes
    ----------
    power
        Chance of a significant result.
    wrong_sign
        Share of significant results that point the wrong way.
    exaggeration
        Mean size of significant estimates, divided by the true effect.
    """

    power: float
    wrong_sign: float
    exaggeration: float


def winners_curse(true_effect: float, se: float, alpha: float = 0.05) -> Curse:
    """Return how much estimates exaggerate where only significant ones are kept (Gelman and Carlin 2014).

    Closed form of Lu, Qiu and Deng (2019), for a normal estimate and a two-sided test.

    Parameters
    ----------
    true_effect, se
        The true effect (not 0) and the standard error of its estimate, in one unit.
    alpha
        Two-sided.

    Examples
    --------
    >>> found = winners_curse(2, 8.1)
    >>> round(found.power, 2), round(found.wrong_sign, 2), round(found.exaggeration, 1)
    (0.06, 0.24, 9.5)
    """
    from scipy.special import ndtr, ndtri

    size = abs(as_number(true_effect, "true_effect"))
    if size == 0:
        raise ValueError(NO_EFFECT)
    far = size / as_number(se, "se", least=1e-12)
    bound = float(ndtri(1 - as_number(alpha, "alpha", least=1e-12, most=1 - 1e-12) / 2))
    right, wrong = float(ndtr(far - bound)), float(ndtr(-far - bound))
    density = [np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi) for z in (bound - far, bound + far)]
    power = right + wrong
    mean = (far * (right - wrong) + sum(density)) / power
    return Curse(power, wrong / power, float(mean / far))


def adjust(p: Sequence[float], method: str = "bh") -> np.ndarray:
    """Return p-values corrected for their number; below alpha a finding stands.

    ``"bh"`` holds the share of false findings among all findings (Benjamini and Hochberg 1995; ``"by"``
    under any dependence); ``"holm"`` and ``"bonferroni"`` hold the chance of even one.

    Raises
    ------
    ValueError
        No p-values, one outside 0 to 1, an unknown method.

    Examples
    --------
    >>> adjust([0.01, 0.04, 0.03, 0.5], "bh").round(3).tolist()
    [0.04, 0.053, 0.053, 0.5]
    """
    from scipy.stats import false_discovery_control

    values, way = as_numbers(p, "p", least=0, most=1), as_choice(method, "method", METHODS)
    if way in ("bh", "by"):
        return np.asarray(false_discovery_control(values, method=way))
    if way == "bonferroni":
        return np.minimum(values * len(values), 1)
    order = np.argsort(values, kind="stable")
    raised = np.maximum.accumulate(values[order] * (len(values) - np.arange(len(values))))
    holm = np.empty_like(values)
    holm[order] = np.minimum(raised, 1)
    return holm
