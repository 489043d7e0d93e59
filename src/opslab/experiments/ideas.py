"""Many ideas through one queue of tests: what a company ships, and what it is worth afterwards."""

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_number

LARGEST = 100_000

# Words
VERDICTS = ("shipped, real", "shipped, false", "missed", "rightly left")


def ideas_factory(
    good: float,
    n: int,
    alpha: float = 0.05,
    runs: int = 1,
    *,
    ideas: int = 500,
    baseline: float = 0.3,
    lift: float = 0.02,
    seed: int = 1,
) -> pd.DataFrame:
    """Return one row for each idea: its true effect, its estimate and what became of it.

    Each idea is tested against a control with `n` users in each arm; it ships if it wins in every one of
    `runs` independent tests. The same luck is kept at every setting, so that what changes is the setting.

    Parameters
    ----------
    good
        Share of ideas that work, by about `lift`; the others do nothing.
    n, alpha, runs
        Users in each arm of a test, its two-sided error, and tests in a row that must be won.
    ideas, baseline, lift
        How many; the control's share; the mean effect of a good idea.
    seed
        Of the luck.

    Returns
    -------
    pandas.DataFrame
        effect, estimate (of the first test; shares), shipped, verdict.

    Examples
    --------
    >>> ideas_factory(0.1, 4_000)["verdict"].value_counts().sum()
    np.int64(500)
    """
    from scipy.special import ndtri

    share = as_number(good, "good", least=0, most=1)
    users = as_number(n, "n", least=10, whole=True)
    error = as_number(alpha, "alpha", least=1e-9, most=0.5)
    times = as_number(runs, "runs", least=1, most=5, whole=True)
    count = as_number(ideas, "ideas", least=1, most=LARGEST, whole=True)
    p = as_number(baseline, "baseline", least=0.001, most=0.999)
    mean = as_number(lift, "lift", least=0, most=1)
    chance = np.random.default_rng(as_number(seed, "seed", least=0, whole=True)).random((7, count))
    works = (np.arange(count) + 0.5) / count < share
    effect = np.where(works, mean * (0.5 + chance[0]), 0.0)
    se = np.sqrt(2 * p * (1 - p) / users)
    estimates = effect + se * ndtri(chance[1 : 1 + times])
    shipped = (estimates > se * ndtri(1 - error / 2)).all(axis=0)
    verdict = np.where(
        shipped, np.where(works, VERDICTS[0], VERDICTS[1]), np.where(works, VERDICTS[2], VERDICTS[3])
    )
    return pd.DataFrame({"effect": effect, "estimate": estimates[0], "shipped": shipped, "verdict": verdict})
