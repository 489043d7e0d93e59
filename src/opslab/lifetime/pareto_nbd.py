"""Pareto/NBD, the older model of repeat purchase, for comparison: here a customer can leave at any moment."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from opslab.ground.arguments import as_number
from opslab.lifetime.bg_nbd import BEYOND, HISTORY, LEAST, MOST
from opslab.lifetime.inputs import MOST_TIME, histories, like


@dataclass(frozen=True)
class ParetoNBD:
    """Purchase rates Gamma(r, alpha), rates of leaving Gamma(s, beta) (Schmittlein, Morrison, Colombo 1987).

    Unlike BG/NBD, it lets a customer without a repeat be gone. Parameters are above 0, `s` not 1; the unit
    of time is the data's. Formulas: Fader and Hardie, note 009.

    Examples
    --------
    >>> model = ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669)
    >>> round(model.probability_alive(x=0, t_x=0, T=38.86), 3)      # BG/NBD says 1
    0.295
    """

    r: float
    alpha: float
    s: float
    beta: float

    def __post_init__(self) -> None:
        """Refuse parameters that are not above 0."""
        for name in ("r", "alpha", "s", "beta"):
            as_number(getattr(self, name), name, least=LEAST, most=MOST)

    def probability_alive(self, x: Any, t_x: Any, T: Any) -> Any:
        """Return the chance (0 to 1) that a customer with this history has not left.

        Examples
        --------
        >>> model = ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669)
        >>> round(model.probability_alive(x=2, t_x=30.43, T=38.86), 3)
        0.869
        """
        return like((x, t_x, T), self._alive(*histories(x, t_x, T, HISTORY)))

    def expected_purchases(self, t: float, x: Any, t_x: Any, T: Any) -> Any:
        """Return how many purchases a customer with this history is expected to make in the next `t`.

        Examples
        --------
        >>> model = ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669)
        >>> round(model.expected_purchases(39, x=2, t_x=30.43, T=38.86), 3)
        1.455
        """
        ahead = as_number(t, "t", least=0, most=MOST_TIME)
        counts, last, ages = histories(x, t_x, T, HISTORY)
        log = np.log1p(ahead / (self.beta + ages))
        # (1 - e^-(s-1)log) / (s-1): the time for which those there will stay, smooth at s = 1.
        off = self.s - 1
        stay = log if abs(off) < 1e-9 else -np.expm1(-np.minimum(np.maximum(off * log, -700), 700)) / off
        rate = (self.r + counts) * (self.beta + ages) / (self.alpha + ages)
        return like((t, x, t_x, T), rate * stay * self._alive(counts, last, ages))

    def _alive(self, x: np.ndarray, t_x: np.ndarray, T: np.ndarray) -> np.ndarray:
        power = self.r + self.s + x
        scale = (self.r + x) * np.log(self.alpha + T) + self.s * np.log(self.beta + T)
        lost = self.s / power * (self._part(x, t_x, scale) - self._part(x, T, scale))
        if not np.isfinite(lost).all():
            raise ValueError(BEYOND)
        return 1 / (1 + np.maximum(lost, 0))

    def _part(self, x: np.ndarray, t: np.ndarray, scale: np.ndarray) -> np.ndarray:
        from scipy.special import hyp2f1

        power, larger = self.r + self.s + x, max(self.alpha, self.beta)
        other = self.s + 1 if self.alpha >= self.beta else self.r + x
        series = hyp2f1(power, other, power + 1, abs(self.alpha - self.beta) / (larger + t))
        return np.exp(np.clip(scale - power * np.log(larger + t), -700, 700)) * series
