"""What growth by a constant factor adds up to."""

import numpy as np

NEAR_ONE = 1e-9  # so near to a ratio of 1 the formula divides one rounding error by another


def geometric_sum(ratio: float, terms: float | np.ndarray) -> float | np.ndarray:
    """Return 1 + ratio + ratio^2 + ... of so many terms, one number or several; `ratio` from 0 up."""
    return terms if abs(ratio - 1) < NEAR_ONE else (1 - ratio**terms) / (1 - ratio)
