"""What spend brings: carry-over, saturation, and the cost of the next customer."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from opslab.ground.arguments import BELOW_ONE, POSITIVE, as_number, as_numbers, is_single
from opslab.ground.estimates import Z95

# Words
SAME_SPEND = "spend is {found:g} in every week: a response needs weeks that differ in spend"
TOO_FEW_WEEKS = "spend has {found} weeks; a fit of three parameters needs at least {least}"
NO_SIGNUPS = "signups are all 0: a channel without data has no response to fit; leave it out"
NOT_RISING = "spend[{place}] is {found:g}, not above the one before; give levels of spend in rising order"
NOT_MORE = (
    "customers do not rise from {before:g} to {after:g} at place {place}: the next one has no price there"
)
NO_RESPONSE = (
    "customers is a {found}; expected a list of customers, or a response such as fit_saturation gives"
)
NOT_A_CURVE = "response is a {found}; expected a Saturation such as fit_saturation gives"
NOT_FITTED = "this response was not fitted, so its interval is unknown; take it from fit_saturation"
NO_MORE = "response does not rise at spend {spend:g}: the next customer has no price there"

LEAST_WEEKS = 8
MOST_CARRIED = 0.95
STEP = 1e-5  # of the spend, for slopes of functions that bring none


@dataclass(frozen=True)
class Saturation:
    """Sign-ups a week from spend on one channel: top x / (half + x), where x is spend with carry-over.

    The first yuan brings most, and each further one less; nothing brings more than `top`. Called with a
    steady weekly spend it gives sign-ups a week; x is then spend / (1 - carry_over).

    Attributes
    ----------
    top
        Sign-ups a week that the channel can bring at most, above 0.
    half
        Spend with carry-over (yuan) that brings half of them, above 0.
    carry_over
        Share of a week's effect still at work a week later, 0 to below 1.
    covariance
        Of log(top), log(half) and carry_over, if fitted.

    Examples
    --------
    >>> float(Saturation(top=200, half=1_000)(1_000))      # sign-ups a week at the spend that brings half
    100.0
    """

    top: float
    half: float
    carry_over: float = 0.0
    covariance: tuple[tuple[float, ...], ...] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse parameters out of range."""
        as_number(self.top, "top", least=POSITIVE)
        as_number(self.half, "half", least=POSITIVE)
        as_number(self.carry_over, "carry_over", least=0, most=BELOW_ONE)

    @property
    def half_spend(self) -> float:
        """Steady spend (yuan a week) that brings half of `top`."""
        return self.half * (1 - self.carry_over)

    def __call__(self, spend: Any) -> Any:
        """Return sign-ups a week at a steady `spend` (yuan a week), one number or several."""
        return self.top * spend / (self.half_spend + spend)

    def marginal(self, spend: Any) -> Any:
        """Return sign-ups for one yuan more a week at a steady `spend`.

        Examples
        --------
        >>> Saturation(top=200, half=1_000).marginal(1_000)      # the first yuan brings 0.2
        0.05
        """
        return self.top * self.half_spend / (self.half_spend + spend) ** 2

    def spend_at(self, marginal: float) -> float:
        """Return the steady spend at which one yuan more brings `marginal` sign-ups; 0 if it never does.

        Examples
        --------
        >>> Saturation(top=200, half=1_000).spend_at(0.05)
        1000.0
        """
        wanted = as_number(marginal, "marginal", least=POSITIVE)
        return max(0.0, math.sqrt(self.top * self.half_spend / wanted) - self.half_spend)

    def weekly(self, spend: Any) -> np.ndarray:
        """Return sign-ups in each of a series of weeks, with what earlier weeks of it carry over.

        Examples
        --------
        >>> Saturation(top=200, half=1_000, carry_over=0.5).weekly([1_000, 0, 0]).round(1).tolist()
        [100.0, 66.7, 40.0]
        """
        level = adstock(spend, self.carry_over)
        return self.top * level / (self.half + level)

    def top_interval(self) -> tuple[float, float]:
        """Return the 95 % interval of `top` (sign-ups a week), on the scale of its logarithm.

        Examples
        --------
        >>> fitted = fit_saturation([100, 200, 400, 800, 1_600] * 2, [3, 7, 11, 17, 19, 5, 5, 9, 15, 23], 0)
        >>> round(fitted.top), [round(end) for end in fitted.top_interval()]
        (31, [24, 41])
        """
        return _around(self.top, self._log_error([1, 0, 0]))

    def result_error(self, spend: float) -> float:
        """Return the standard error of log(sign-ups) at a steady `spend` (delta method).

        Examples
        --------
        >>> fitted = fit_saturation([100, 200, 400, 800, 1_600] * 2, [3, 7, 11, 17, 19, 5, 5, 9, 15, 23], 0)
        >>> round(fitted.result_error(500), 2)      # about 5 % more or less
        0.05
        """
        at = as_number(spend, "spend", least=0)
        left = self.half_spend
        # d log(sign-ups): by log(top), by log(half), by carry_over.
        return self._log_error([1, -left / (left + at), self.half / (left + at)])

    def marginal_cost_interval(self, spend: float) -> tuple[float, float]:
        """Return the 95 % interval (yuan) of the next sign-up's cost at a steady `spend` (delta method).

        Examples
        --------
        >>> fitted = fit_saturation([100, 200, 400, 800, 1_600] * 2, [3, 7, 11, 17, 19, 5, 5, 9, 15, 23], 0)
        >>> [round(yuan) for yuan in fitted.marginal_cost_interval(500)]
        [57, 79]
        """
        at = as_number(spend, "spend", least=0)
        left, total = self.half_spend, self.half_spend + at
        # d log(cost): by log(top), by log(half), by carry_over.
        by_half = 2 * left / total - 1
        error = self._log_error([-1, by_half, -by_half / (1 - self.carry_over)])
        return _around(1 / self.marginal(at), error)

    def _log_error(self, slope: Any) -> float:
        if self.covariance is None:
            raise ValueError(NOT_FITTED)
        along = np.array(slope, dtype=float)
        return math.sqrt(float(along @ np.array(self.covariance) @ along))


Response = Callable[[float], float]


def calibrate(response: Saturation, caused: float, low: float, high: float) -> Saturation:
    """Scale a fitted curve to what an experiment found: `caused` of its sign-ups, and no others, need it.

    A curve of credited sign-ups counts people who would have come anyway. A geographic test tells which share
    of them the spend caused, with its 95 % interval. The curve keeps its form and its top becomes `caused`
    times as high; the test's error, taken on the scale of the logarithm, is added to the curve's own.

    Parameters
    ----------
    response
        From `fit_saturation`.
    caused, low, high
        Sign-ups caused for each one that the curve counts, above 0, and the ends of the interval.

    Examples
    --------
    >>> spend = [100, 200, 400, 800, 1_600, 200, 800, 100, 400, 1_600]
    >>> fitted = fit_saturation(spend, [100 * yuan / (yuan + 500) for yuan in spend], carry_over=0)
    >>> round(float(calibrate(fitted, caused=0.6, low=0.4, high=0.9)(500)))
    30
    """
    if not isinstance(response, Saturation):
        raise ValueError(NOT_A_CURVE.format(found=type(response).__name__))
    if response.covariance is None:
        raise ValueError(NOT_FITTED)
    share = as_number(caused, "caused", least=POSITIVE)
    ends = as_number(low, "low", least=POSITIVE, most=share), as_number(high, "high", least=share)
    covariance = np.array(response.covariance)
    covariance[0, 0] += (math.log(ends[1] / ends[0]) / (2 * Z95)) ** 2
    spread = tuple(map(tuple, covariance.tolist()))
    return replace(response, top=response.top * share, covariance=spread)


def _around(middle: float, error: float) -> tuple[float, float]:
    return middle * math.exp(-Z95 * error), middle * math.exp(Z95 * error)


def adstock(x: Any, decay: float) -> np.ndarray:
    """Return what works in each period: y(t) = x(t) + decay y(t-1), from 0 (Broadbent 1979).

    `x` is spend (yuan) in order of time, `decay` the share that is still at work a period later (0 to below
    1). The sum of all effects of one yuan is 1 / (1 - decay).

    Examples
    --------
    >>> adstock([1_000, 0, 0], decay=0.5).tolist()
    [1000.0, 500.0, 250.0]
    """
    spend = as_numbers(x, "x", least=0)
    kept = as_number(decay, "decay", least=0, most=BELOW_ONE)
    level, carried = np.empty(len(spend)), 0.0
    for place, value in enumerate(spend):
        carried = level[place] = value + kept * carried
    return level


def fit_saturation(spend: Any, signups: Any, carry_over: float | None = None) -> Saturation:
    """Fit `Saturation` to one channel's weeks by least squares on square roots of sign-ups.

    Counts vary with their mean; their square roots vary alike, so each week weighs the same.

    Parameters
    ----------
    spend, signups
        Yuan and sign-ups of consecutive weeks in order of time, at least eight.
    carry_over
        Take this value instead of fitting it (0 to 0.95).

    Raises
    ------
    ValueError
        Too few weeks, no sign-ups, the same spend in every week, or gaps.

    Notes
    -----
    It reads spend as the cause. Where spend follows demand (a holiday raises both) the fit flatters spend;
    an experiment that varies spend by chance is the cure.

    Examples
    --------
    >>> spend = [100, 200, 400, 800, 1_600, 200, 800, 100, 400, 1_600]
    >>> fitted = fit_saturation(spend, [100 * yuan / (yuan + 500) for yuan in spend], carry_over=0)
    >>> round(float(fitted(500)))
    50
    """
    from scipy.optimize import least_squares

    cost = as_numbers(spend, "spend", least=0)
    won = as_numbers(signups, "signups", least=0, length=len(cost))
    if len(cost) < LEAST_WEEKS:
        raise ValueError(TOO_FEW_WEEKS.format(found=len(cost), least=LEAST_WEEKS))
    if not won.any():
        raise ValueError(NO_SIGNUPS)
    if np.ptp(cost) == 0:
        raise ValueError(SAME_SPEND.format(found=cost[0]))
    fixed = None if carry_over is None else as_number(carry_over, "carry_over", least=0, most=MOST_CARRIED)

    def response(at: np.ndarray) -> Saturation:
        return Saturation(math.exp(at[0]), math.exp(at[1]), float(at[2]) if fixed is None else fixed)

    def misses(at: np.ndarray) -> np.ndarray:
        return 2 * (np.sqrt(won) - np.sqrt(response(at).weekly(cost)))

    start = [math.log(2 * won.max()), math.log(2 * cost.mean())] + ([0.2] if fixed is None else [])
    low = [math.log(won.max()) - 3, math.log(cost.max()) - 12] + ([0.0] if fixed is None else [])
    high = [math.log(won.max()) + 7, math.log(cost.max()) + 7] + ([MOST_CARRIED] if fixed is None else [])
    found = least_squares(misses, start, bounds=(low, high), xtol=1e-12, ftol=1e-12)
    spread = 2 * found.cost / max(len(cost) - len(start), 1)
    covariance = np.zeros((3, 3))
    covariance[: len(start), : len(start)] = spread * np.linalg.pinv(found.jac.T @ found.jac)
    best = response(found.x)
    return Saturation(best.top, best.half, best.carry_over, tuple(map(tuple, covariance.tolist())))


def marginal_cac(spend: Any, customers: Any) -> Any:
    """Return what the next customer costs (yuan), at a spend or between levels of spend.

    Parameters
    ----------
    spend
        With a response: one steady spend or several (yuan). With a list of customers: rising levels.
    customers
        A response (`Saturation`, or any rising function from spend to customers), or the customers won at
        each level; then the result is one shorter: more yuan over more customers between neighbours.

    Raises
    ------
    ValueError
        Levels that do not rise, or a next customer that no money buys.

    Examples
    --------
    >>> marginal_cac([1_000, 2_000, 3_000], [100, 150, 170]).tolist()      # yuan for one more customer
    [20.0, 50.0]
    """
    if callable(customers):
        if not is_single(spend):
            return np.array([marginal_cac(value, customers) for value in as_numbers(spend, "spend", least=0)])
        at = as_number(spend, "spend", least=0)
        more = slope(customers, at)
        if not more > 0:
            raise ValueError(NO_MORE.format(spend=at))
        return 1 / more
    if is_single(customers):
        raise ValueError(NO_RESPONSE.format(found=type(customers).__name__))
    cost = as_numbers(spend, "spend", least=0)
    won = as_numbers(customers, "customers", least=0, length=len(cost))
    falls = np.flatnonzero(np.diff(cost) <= 0)
    if len(falls):
        raise ValueError(NOT_RISING.format(place=int(falls[0]) + 1, found=cost[falls[0] + 1]))
    flat = np.flatnonzero(np.diff(won) <= 0)
    if len(flat):
        place = int(flat[0]) + 1
        raise ValueError(NOT_MORE.format(before=won[place - 1], after=won[place], place=place))
    return np.diff(cost) / np.diff(won)


def slope(response: Response, spend: float) -> float:
    """Return the result of one yuan more: the response's own `marginal`, or a difference on both sides."""
    own = getattr(response, "marginal", None)
    if own is not None:
        return float(own(spend))
    step = STEP * max(spend, 1e-6)
    return float(response(spend + step) - response(max(spend - step, 0))) / (
        spend + step - max(spend - step, 0)
    )
