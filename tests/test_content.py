"""Inequality is measured as its definition says, and bad values are named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opslab.content import gini, lorenz
from tests.references import CASES

POSITIVE = st.lists(st.floats(0.01, 1e6), min_size=1, max_size=50)


@pytest.mark.parametrize("name", ["equal", "one_of_ten", "ramp"])
def test_gini_of_the_reference_cases(name):
    case = CASES["gini"]
    assert gini(case["inputs"][name]) == pytest.approx(case["expected"][name], abs=1e-6)


def test_the_lorenz_curve_goes_from_nothing_to_all():
    curve = lorenz([3, 1])
    assert curve.index.to_list() == [0, 0.5, 1]
    assert curve.to_list() == [0, 0.25, 1]


@given(POSITIVE)
def test_gini_is_half_the_mean_difference_over_the_mean(values):
    array = np.array(values)
    pairwise = np.abs(array[:, None] - array).mean() / (2 * array.mean())
    assert gini(values) == pytest.approx(pairwise, abs=1e-9)


@given(POSITIVE, st.floats(0.1, 100))
def test_gini_knows_no_unit_and_no_order(values, factor):
    assert gini([factor * value for value in reversed(values)]) == pytest.approx(gini(values), abs=1e-9)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "values"),
        ([0, 0], "nothing to share"),
        ([1, -1], "values"),
        ([1, float("nan")], "values"),
        ("12", "values"),
        (None, "values"),
    ],
)
@pytest.mark.parametrize("function", [gini, lorenz])
def test_values_that_cannot_be_shared_are_refused(function, values, words):
    with pytest.raises(ValueError, match=words):
        function(values)
