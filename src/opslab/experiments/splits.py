"""Whether the arms have the sizes that chance would give them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from opslab.ground.arguments import as_numbers

# Words
FEW_ARMS = "counts has {found} arm; expected two or more"
NO_USERS = "counts adds up to 0; expected users in the arms"
NOT_ONE = "expected adds up to {found:g}; expected shares that add up to 1"
NO_SHARE = "expected[{place}] is 0; an arm that gets nobody is no arm"
WHOLE = "counts[{place}] is {found:g}; expected whole numbers"


@dataclass(frozen=True, slots=True)
class Split:
    """The arms' shares, what was expected, and Pearson's test: below p = 0.001 look for who is missing."""

    shares: tuple[float, ...]
    expected: tuple[float, ...]
    chi2: float
    p: float


def sample_ratio_mismatch(counts: Sequence[float], expected: Sequence[float] | None = None) -> Split:
    """Return the test of whether arms of these sizes come from the split that was meant.

    Pearson's chi-square (Fabijan and others 2019). A small p says: somebody is missing, so compare nothing.

    Parameters
    ----------
    counts
        Users in each arm.
    expected
        The shares that were meant, adding up to 1; equal ones if not given.

    Raises
    ------
    ValueError
        One arm, no users, shares that do not add up to 1.

    Examples
    --------
    >>> found = sample_ratio_mismatch([44700, 45489])
    >>> round(found.chi2, 3), round(found.p, 4)
    (6.902, 0.0086)
    """
    from scipy.special import chdtrc

    n = as_numbers(counts, "counts", least=0)
    if len(n) < 2:
        raise ValueError(FEW_ARMS.format(found=len(n)))
    broken = n != np.rint(n)
    if broken.any():
        raise ValueError(WHOLE.format(place=broken.argmax(), found=n[broken][0]))
    if n.sum() == 0:
        raise ValueError(NO_USERS)
    shares = (
        np.full(len(n), 1 / len(n))
        if expected is None
        else as_numbers(expected, "expected", least=0, most=1, length=len(n))
    )
    if abs(shares.sum() - 1) > 1e-6:
        raise ValueError(NOT_ONE.format(found=shares.sum()))
    if (shares == 0).any():
        raise ValueError(NO_SHARE.format(place=(shares == 0).argmax()))
    meant = shares * n.sum()
    chi2 = float(((n - meant) ** 2 / meant).sum())
    return Split(tuple((n / n.sum()).tolist()), tuple(shares.tolist()), chi2, float(chdtrc(len(n) - 1, chi2)))
