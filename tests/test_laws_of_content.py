"""Laws of inequality: what any measure of it must do when something is given, taken or repeated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opslab.content import gini, lorenz
from tests.strategies import LAW, some_amounts


@LAW
@given(some_amounts)
def test_the_curve_bends_down_and_stays_below_equality(values):
    curve = lorenz(values)
    assert (curve.iloc[0], curve.iloc[-1]) == pytest.approx((0, 1))
    assert (np.diff(curve, 2) >= -1e-9).all()
    assert (curve <= curve.index + 1e-9).all()
    assert 0 <= gini(values) < 1


@LAW
@given(some_amounts, st.integers(2, 4), st.floats(0.01, 100))
def test_inequality_knows_no_unit_no_order_and_no_number_of_people(values, times, factor):
    assert gini(values * times) == pytest.approx(gini(values), abs=1e-9)
    assert gini(sorted(factor * value for value in values)) == pytest.approx(gini(values), abs=1e-9)
    assert gini([values[0] + 1] * times) == pytest.approx(0, abs=1e-12)


@LAW
@given(some_amounts, st.floats(0.01, 0.49), st.data())
def test_a_gift_to_somebody_poorer_lowers_it(values, part, data):
    giver, taker = (data.draw(st.integers(0, len(values) - 1)) for _ in range(2))
    gap = values[giver] - values[taker]
    if gap > 1e-3 * sum(values):
        given_away = list(values)
        given_away[giver] -= part * gap
        given_away[taker] += part * gap
        assert gini(given_away) < gini(values)
        assert (lorenz(given_away) >= lorenz(values) - 1e-9).all()


@LAW
@given(some_amounts)
def test_the_same_for_everyone_lowers_it_and_a_member_with_nothing_raises_it(values):
    assert gini([value + max(values) for value in values]) <= gini(values) + 1e-9
    assert gini([*values, 0]) >= gini(values) - 1e-9
