"""What a student typed is there again in a later lesson, and what cannot be kept is told."""

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from opslab.explore import keep_table, kept_table
from opslab.ground.saved_input import keep

TABLE = pd.DataFrame({"question": ["users", "median price"], "low": [1_000, 2.5], "high": [2_000, 4.5]})


def test_a_table_comes_back_as_it_was_and_the_last_one_counts():
    assert kept_table("intervals") is None
    keep_table("intervals", TABLE)
    keep_table("others", TABLE.assign(low=0))
    assert_frame_equal(kept_table("intervals"), TABLE)
    keep_table("intervals", TABLE.assign(high=9_000))
    assert_frame_equal(kept_table("intervals"), TABLE.assign(high=9_000))


def test_what_is_no_table_is_told():
    with pytest.raises(ValueError, match="table is list; expected a pandas DataFrame"):
        keep_table("intervals", [1, 2])


def test_where_something_else_was_kept_there_is_no_table():
    keep("tables", "torn")
    assert kept_table("intervals") is None
