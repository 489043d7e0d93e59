"""How many users a test needs, before it begins."""

from dataclasses import dataclass

import numpy as np

from opslab.ground.arguments import LARGEST, as_choice, as_number

METHODS = ("baseline", "pooled", "unpooled", "arcsine", "sixteen")

# Words
NO_SHARE = "baseline + lift is {found:g}; expected a share between 0 and 1"
NOTHING = "{what} is {found:g}; expected a difference that is to be seen, or a margin"
BEYOND_MARGIN = "lift + margin is {found:g}; a test of non-inferiority needs it above 0"
ONLY_UNPOOLED = "method is {found!r}; a test with a margin uses 'unpooled'"

TINY = 1e-12
LEAST_SQUARE = float(np.finfo(float).tiny)  # what is divided by it is beyond all sizes


@dataclass(frozen=True, slots=True)
class SampleSize:
    """Users in each arm: `n_per_arm` rounded up, and `raw` before rounding."""

    n_per_arm: int
    raw: float

    def __int__(self) -> int:
        return self.n_per_arm

    def __float__(self) -> float:
        return self.raw


def sample_size(
    baseline: float,
    lift: float,
    power: float = 0.8,
    alpha: float = 0.05,
    method: str | None = None,
    margin: float | None = None,
) -> SampleSize:
    """Return how many users each of two arms needs, so that a test of shares sees `lift`.

    Parameters
    ----------
    baseline
        Share of 1 in the control arm, above 0 and below 1.
    lift
        The difference to be seen, absolute: 0.05 is from 20 % to 25 %. Below 0 for a fall.
    power
        Chance to see it, if it is there.
    alpha
        Two-sided; one-sided with a `margin`.
    method
        How the spread is reckoned. ``"baseline"`` (the default): that of the control arm in both arms if
        nothing works (Evan Miller's calculator). ``"pooled"``: that of the mean of both shares (Fleiss 1981).
        ``"unpooled"``: each arm's own (Chow, Shao and Wang), always so with a margin. ``"arcsine"``: Cohen's
        h. ``"sixteen"``: the rule 16 p (1 - p) / lift^2, for power 0.8 and alpha 0.05.
    margin
        Non-inferiority: how much worse, as a share of 1, the new version may be. `lift` is then the
        difference that you expect, often 0.

    Raises
    ------
    ValueError
        A share outside 0 to 1, no difference to be seen, an unknown method.

    Examples
    --------
    >>> sample_size(0.2, 0.05).n_per_arm
    1031
    >>> sample_size(0.65, 0.2, margin=0.1).n_per_arm
    25
    """
    p = as_number(baseline, "baseline", least=TINY, most=1 - TINY)
    d = as_number(lift, "lift", least=-1, most=1)
    q = p + d
    if not 0 < q < 1:
        raise ValueError(NO_SHARE.format(found=q))
    if margin is not None:
        if method not in (None, "unpooled"):
            raise ValueError(ONLY_UNPOOLED.format(found=method))
        return _sized((p * (1 - p) + q * (1 - q)) * _with_margin(d, margin, power, alpha))
    way = as_choice("baseline" if method is None else method, "method", METHODS)
    if q == p:
        raise ValueError(NOTHING.format(what="lift", found=d))
    a, b = _quantiles(power, alpha, sides=2)
    own = p * (1 - p) + q * (1 - q)
    middle = (p + q) / 2
    raw = {
        "baseline": (a * np.sqrt(2 * p * (1 - p)) + b * np.sqrt(own)) ** 2 / d**2,
        "pooled": (a * np.sqrt(2 * middle * (1 - middle)) + b * np.sqrt(own)) ** 2 / d**2,
        "unpooled": (a + b) ** 2 * own / d**2,
        "arcsine": 2 * ((a + b) / (2 * np.arcsin(np.sqrt(q)) - 2 * np.arcsin(np.sqrt(p)))) ** 2,
        "sixteen": 16 * p * (1 - p) / d**2,
    }
    return _sized(raw[way])


def sample_size_means(
    delta: float,
    sd: float,
    power: float = 0.8,
    alpha: float = 0.05,
    method: str | None = None,
    margin: float | None = None,
) -> SampleSize:
    """Return how many users each of two arms needs, so that a test of means sees `delta`.

    Reckoned with the normal distribution: 2 sd^2 (z + z)^2 / delta^2 (Chow, Shao and Wang). For a ratio whose
    users are randomised, `sd` is `compare_ratios(...).sd`.

    Parameters
    ----------
    delta
        The difference to be seen, in the unit of the measure.
    sd
        Standard deviation of one user's measure, in the same unit.
    power, alpha
        As in `sample_size`: two-sided, one-sided with a `margin`.
    method
        ``"normal"`` (the default), or ``"sixteen"``: 16 sd^2 / delta^2.
    margin
        Non-inferiority: how much worse the new version may be, in the same unit.

    Raises
    ------
    ValueError
        No spread, no difference to be seen, an unknown method.

    Examples
    --------
    >>> sample_size_means(5, 10).n_per_arm
    63
    """
    d = as_number(delta, "delta")
    spread = as_number(sd, "sd", least=TINY)
    way = as_choice("normal" if method is None else method, "method", ("normal", "sixteen"))
    if margin is not None:
        return _sized(2 * spread**2 * _with_margin(d, margin, power, alpha))
    if d == 0:
        raise ValueError(NOTHING.format(what="delta", found=d))
    if way == "sixteen":
        return _sized(16 * spread**2 / _square(d))
    return _sized(2 * spread**2 * sum(_quantiles(power, alpha, sides=2)) ** 2 / _square(d))


def _with_margin(difference: float, margin: float, power: float, alpha: float) -> float:
    room = difference + as_number(margin, "margin", least=0)
    if room <= 0:
        raise ValueError(BEYOND_MARGIN.format(found=room))
    return sum(_quantiles(power, alpha, sides=1)) ** 2 / _square(room)


def _square(difference: float) -> float:
    return max(difference**2, LEAST_SQUARE)


def _quantiles(power: float, alpha: float, sides: int) -> tuple[float, float]:
    from scipy.special import ndtri

    error = as_number(alpha, "alpha", least=TINY, most=0.5)
    chance = as_number(power, "power", least=0.5, most=1 - TINY)
    return float(ndtri(1 - error / sides)), float(ndtri(chance))


def _sized(raw: float) -> SampleSize:
    raw = as_number(raw, "the size", least=0, most=LARGEST)
    return SampleSize(int(np.ceil(raw - 1e-9)), raw)
