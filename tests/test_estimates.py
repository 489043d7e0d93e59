"""The interval of a share is Wilson's, for one share and for many."""

import numpy as np
import pytest
from scipy.stats import binomtest

from opslab.ground.estimates import share_interval, wilson


@pytest.mark.parametrize(("hits", "trials"), [(44, 200), (0, 10), (10, 10), (1, 1), (3, 7)])
def test_the_interval_is_wilsons(hits, trials):
    expected = binomtest(hits, trials).proportion_ci(0.95, "wilson")
    assert share_interval(hits, trials) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_many_shares_at_once_are_each_alone():
    low, high = wilson(np.array([0.1, 0.5]), 20)
    assert (low[1], high[1]) == pytest.approx(share_interval(10, 20))


@pytest.mark.parametrize("counts", [(3, 0), (-1, 5), (6, 5), ("a", 4), (float("nan"), 4)])
def test_counts_that_cannot_be_are_refused(counts):
    with pytest.raises(ValueError, match="expected a number from"):
        share_interval(*counts)
