"""Maximum likelihood for parameters above 0: searched on the log scale, finished by Newton's steps.

The covariance is the inverse of the observed information (of the logarithms of the parameters). A search that
ends at an edge, or on a slope, has not converged: the fit says so and warns.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.estimates import normal_quantile

# Words
NOT_CONVERGED = (
    "the fit of {model} did not converge: {why}. Do not use its parameters one by one; watch the customers "
    "for longer, or take more of them"
)
AT_THE_EDGE = "{names} ran to the edge of the search, so these data hold no information about {them}"
ON_A_SLOPE = "the likelihood still rises where the search stopped"
NOT_FITTED = "these parameters were given, not fitted, so they have no interval; take the result of {maker}"

EDGE = 12.0  # the search goes from e^-12 to e^12 times the natural unit
FLAT = 1e-6  # slope of the log-likelihood a customer at which the top is reached
STEP = 1e-4  # of the logarithm, for the curvature
STEPS, HALVINGS, LONGEST = 60, 30, 2.0  # of the search; the longest step, of a logarithm

Loss = Callable[[np.ndarray], tuple[float, np.ndarray]]


@dataclass(frozen=True)
class Top:
    """Where a likelihood has its top: logs of the parameters, loss there, covariance, whether it is one."""

    at: np.ndarray
    loss: float
    covariance: np.ndarray
    converged: bool


def climb(loss: Loss, start: np.ndarray, names: tuple[str, ...], model: str) -> Top:
    """Return the least loss a customer (minus log-likelihood over their number) from logs `start` on."""
    # Newton's own steps: with four unknowns, a library's threads would wait for each other most of the time.
    at, curvature = _descend(loss, np.array(start, dtype=float))
    value, slope = loss(at)
    edge = [name for name, place in zip(names, at, strict=True) if abs(place) > EDGE - 1]
    steep = bool(np.abs(slope).max() > FLAT)
    if edge or steep:
        them = "it" if len(edge) == 1 else "them"
        why = AT_THE_EDGE.format(names=", ".join(edge), them=them) if edge else ON_A_SLOPE
        warnings.warn(NOT_CONVERGED.format(model=model, why=why), stacklevel=3)
    return Top(at, float(value), _inverse(curvature), not (edge or steep))


def _descend(loss: Loss, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest place found by damped Newton steps inside the edges, and the curvature there."""
    value, slope = loss(at)
    curvature = _curvature(loss, at)
    for _ in range(STEPS):
        if np.abs(slope).max() < FLAT / 1000:
            break
        # Where the valley bends the wrong way, its size still tells how far to go.
        sizes, axes = np.linalg.eigh(curvature)
        sizes = np.maximum(np.abs(sizes), 1e-9)
        step = -axes @ ((axes.T @ slope) / sizes)
        step *= min(1.0, LONGEST / max(np.abs(step).max(), 1e-300))
        for _ in range(HALVINGS):
            new = np.clip(at + step, -EDGE, EDGE)
            new_value, new_slope = loss(new)
            if new_value < value:
                break
            step /= 2
        else:
            break
        at, value, slope = new, new_value, new_slope
        curvature = _curvature(loss, at)
    return at, curvature


def _curvature(loss: Loss, at: np.ndarray) -> np.ndarray:
    columns = [(loss(at + step)[1] - loss(at - step)[1]) / (2 * STEP) for step in STEP * np.eye(len(at))]
    square = np.array(columns)
    return (square + square.T) / 2


def _is_bowl(curvature: np.ndarray) -> bool:
    if not np.isfinite(curvature).all():
        return False
    size = np.linalg.eigvalsh(curvature)
    return bool(size[0] > 1e-12 * max(size[-1], 1e-300))


def _inverse(curvature: np.ndarray) -> np.ndarray:
    return np.linalg.inv(curvature) if _is_bowl(curvature) else np.full(curvature.shape, np.nan)


def parameter_table(
    values: dict[str, float], covariance: np.ndarray | None, level: Any, maker: str
) -> pd.DataFrame:
    """Return a row for each parameter: estimate, low and high (normal on the log scale, so above 0)."""
    z = normal_quantile(level)
    if covariance is None:
        raise ValueError(NOT_FITTED.format(maker=maker))
    best = pd.Series(values, dtype=float)
    factor = np.exp(np.minimum(z * np.sqrt(np.diag(covariance)), 700.0))
    return pd.DataFrame({"estimate": best, "low": best / factor, "high": best * factor})
