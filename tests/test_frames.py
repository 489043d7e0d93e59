"""Whoever hands in the wrong table or number is told what was found, what was expected, and what to do."""

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opslab.ground.arguments import (
    BELOW_ONE,
    POSITIVE,
    as_choice,
    as_number,
    as_numbers,
    nearest,
    require_result,
)
from opslab.ground.frames import native, require_columns, require_unique
from opslab.ground.ids import _keys, labelled, numbered

COLUMNS = {
    "user_id": "key",
    "date": "date",
    "amount": "amount",
    "rate": "share",
    "product": "text",
    "answered": "flag",
    "anything": "any",
}


def orders() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "user_id": [1, 2, 2],
            "date": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-01-02"]),
            "amount": [10.0, 200.0, 0.0],
            "rate": [0.0, 0.5, 1.0],
            "product": ["dues", "entry", "dues"],
            "answered": [True, False, True],
            "anything": [1.0, np.nan, 3.0],
        }
    )


def as_duckdb(frame: pd.DataFrame) -> duckdb.DuckDBPyRelation:
    return duckdb.connect().from_df(frame)


ENGINES = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "polars lazy": lambda frame: pl.from_pandas(frame).lazy(),
    "duckdb": as_duckdb,
}


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]


def test_a_good_table_of_any_engine_comes_back_as_narwhals_with_all_its_columns(engine):
    table = native(engine(orders()), COLUMNS, what="orders")
    assert table.collect_schema().names() == list(COLUMNS)
    assert len(table.lazy().collect()) == 3


def test_a_list_of_names_asks_for_columns_without_gaps(engine):
    native(engine(orders()), ["user_id", "date"])
    with pytest.raises(ValueError, match="'anything' of table has 1 missing value; drop or fill them first"):
        native(engine(orders()), ["anything"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"date": ["2024-01-01"] * 3}, "'date' of orders holds String; expected dates; .*pd.to_datetime"),
        ({"amount": ["1", "2", "3"]}, "'amount' of orders holds String; expected numbers .*pd.to_numeric"),
        ({"amount": [True, False, True]}, "'amount' of orders holds Boolean; expected numbers from 0 up"),
        ({"answered": [1, 0, 2]}, "'answered' of orders holds 2; expected True or False"),
        ({"answered": ["yes", "no", ""]}, "'answered' of orders holds String; expected True or False"),
        ({"product": [1, 2, 3]}, "'product' of orders holds Int64; expected text"),
        ({"amount": [1.0, np.nan, np.nan]}, "'amount' of orders has 2 missing values"),
        ({"date": pd.to_datetime(["2024-01-01", None, None])}, "'date' of orders has 2 missing values"),
        ({"amount": [1.0, -3.5, 0.0]}, "'amount' of orders goes down to -3.5; expected numbers from 0 up"),
        ({"amount": [1.0, np.inf, 0.0]}, "'amount' of orders goes up to inf"),
        ({"rate": [0.0, 40.0, 0.5]}, "'rate' of orders goes up to 40.0; expected shares between 0 and 1"),
    ],
)
def test_a_column_that_does_not_fit_is_named_with_what_it_holds(engine, change, message):
    with pytest.raises(ValueError, match=message):
        native(engine(orders().assign(**change)), COLUMNS, what="orders")


def test_a_missing_column_is_named_with_those_there_and_the_nearest(engine):
    frame = engine(orders().rename(columns={"user_id": "userid"}))
    message = r"events has no column 'user_id' \(did you mean 'userid'\?\); its columns are userid, date, .*"
    with pytest.raises(ValueError, match=message):
        native(frame, COLUMNS, what="events")


def test_an_empty_table_is_refused(engine):
    with pytest.raises(ValueError, match=r"orders has no rows; check the filter"):
        native(engine(orders()[:0]), COLUMNS, what="orders")


def test_gaps_as_polars_nan_are_seen():
    frame = pl.from_pandas(orders()).with_columns(amount=pl.Series([1.0, float("nan"), 3.0]))
    with pytest.raises(ValueError, match="'amount' of table has 1 missing value"):
        native(frame, {"amount": "amount"})


@pytest.mark.parametrize("thing", [None, 3, "orders.csv", [1, 2], {"user_id": [1]}, orders()["amount"]])
def test_what_is_no_table_is_refused_by_its_type(thing):
    with pytest.raises(ValueError, match=f"orders is a {type(thing).__name__}; expected a table"):
        native(thing, COLUMNS, what="orders")


def test_two_columns_of_one_name_are_refused():
    twice = pd.concat([orders(), orders()[["amount"]]], axis=1)
    with pytest.raises(ValueError, match="several columns of one name"):
        native(twice, COLUMNS)


def test_the_callers_frame_is_not_changed():
    frame, before = orders(), orders()
    native(frame, COLUMNS)
    pd.testing.assert_frame_equal(frame, before)


def test_duplicate_keys_are_counted(engine):
    table = native(engine(orders()), COLUMNS)
    require_unique(table, ["user_id", "date"])
    with pytest.raises(ValueError, match="events has 1 row too many: user_id must be unique together"):
        require_unique(table, ["user_id"], what="events")


def test_columns_alone_can_be_asked_for(engine):
    require_columns(native(engine(orders()), []), ["date"])
    with pytest.raises(ValueError, match="has no column 'day'"):
        require_columns(native(engine(orders()), []), ["day"])


@given(st.floats(-1e100, 1e100))
def test_every_finite_number_is_a_number(value):
    assert as_number(value, "x") == value


@pytest.mark.parametrize("value", [2e100, -1e308, 10**200])
def test_a_number_that_nobody_needs_is_refused_before_it_grows_beyond_all(value):
    with pytest.raises(ValueError, match=r"x is -?\d.*; expected a number from -1e\+100 to 1e\+100"):
        as_number(value, "x")
    with pytest.raises(ValueError, match=r"x\[1\] is -?\d.*; expected a number from 0 to 1e\+100|expected"):
        as_numbers([1, float(value)], "x", least=0)
    with pytest.raises(ValueError, match=r"column 'x' of table goes (up|down) to"):
        native(pd.DataFrame({"x": [float(value), 1.0]}), {"x": "number"})


@pytest.mark.parametrize("value", ["3", None, True, np.nan, np.inf, [1], -1, 11, 2.5, 1j])
def test_a_number_that_does_not_fit_is_shown_with_its_limits(value):
    with pytest.raises(ValueError, match=r"days is .*; expected a whole number from 0 to 10"):
        as_number(value, "days", least=0, most=10, whole=True)


def test_numbers_keep_their_kind():
    assert as_number(np.int64(3), "days", whole=True) == 3
    assert isinstance(as_number(3.0, "days", whole=True), int)
    assert isinstance(as_number(np.float32(0.5), "share", least=0, most=1), float)
    with pytest.raises(ValueError, match="budget is -1; expected a number from 0 up"):
        as_number(-1, "budget", least=0)
    with pytest.raises(ValueError, match="budget is 2000000; expected a number up to 1,000,000"):
        as_number(2000000, "budget", most=1_000_000)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"least": POSITIVE}, "x is 0; expected a number above 0$"),
        ({"least": POSITIVE, "most": 5}, "x is 0; expected a number above 0 up to 5$"),
        ({"least": 0.5, "most": BELOW_ONE}, "x is 0; expected a number from 0.5 to below 1$"),
    ],
)
def test_an_end_that_does_not_belong_to_its_range_is_named_as_such(limits, words):
    with pytest.raises(ValueError, match=words):
        as_number(0, "x", **limits)


def test_a_table_that_is_not_the_result_asked_for_is_refused():
    require_result(pd.DataFrame({"fund": [1]}), "ledger", ["fund"], "fund_ledger")
    message = "ledger is a table without the column 'fund'; expected the result of fund_ledger"
    with pytest.raises(ValueError, match=message):
        require_result(pd.DataFrame({"fees": [1]}), "ledger", ["fund"], "fund_ledger")
    with pytest.raises(ValueError, match="ledger is a list; expected the result of fund_ledger"):
        require_result([], "ledger", ["fund"], "fund_ledger")


@pytest.mark.parametrize("values", [[1, 2], (1, 2), np.array([1, 2]), pd.Series([1, 2]), pl.Series([1, 2])])
def test_any_sequence_of_numbers_becomes_a_fresh_array(values):
    array = as_numbers(values, "x")
    assert array.dtype == float
    array[0] = 9
    assert list(values) == [1, 2]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "x is empty"),
        ("12", "x must be a sequence of numbers, got str"),
        (["1", "2"], "x must be a sequence of numbers, got list"),
        ([True], "x must be a sequence of numbers, got list"),
        (3, "x must be a sequence of numbers, got 0-D int"),
        ([[1], [2]], "x must be a sequence of numbers, got 2-D list"),
        ([1, None], r"x\[1\] is nan; expected a number"),
        ([1, 2, -1], r"x\[2\] is -1; expected a number from 0 up"),
        ([np.inf], r"x\[0\] is inf"),
        ([1, 2, 3, 4], "x has 4 values; expected 3"),
    ],
)
def test_numbers_that_do_not_fit_are_named_by_place(values, message):
    length = 3 if len(np.ravel(values)) == 4 else None
    with pytest.raises(ValueError, match=message):
        as_numbers(values, "x", least=0, length=length)


def test_a_choice_is_one_of_its_options():
    assert as_choice("classic", "kind", ["classic", "rolling"]) == "classic"
    message = r"kind is 'Rollin' \(did you mean 'rolling'\?\); expected one of 'classic', 'rolling'"
    with pytest.raises(ValueError, match=message):
        as_choice("Rollin", "kind", ["classic", "rolling"])
    with pytest.raises(ValueError, match=r"kind is \[1\]; expected one of"):
        as_choice([1], "kind", ["classic", "rolling"])


def test_nearest_stays_silent_when_nothing_is_near():
    assert nearest("xyz", ["users", "orders"]) == ""
    assert nearest("USER", ["users", "orders"]) == " (did you mean 'users'?)"


SHORT = st.text(alphabet="ab0é日\0", max_size=5)


@given(
    st.sampled_from(["", "u", "user-", "CUST0000", "CUST-00000"]),
    st.lists(SHORT, min_size=1, max_size=30),
    st.booleans(),
)
def test_text_is_numbered_as_pandas_numbers_it(prefix, texts, sort):
    ids = pd.Series([prefix + text for text in texts], dtype="str")
    for column in (ids, pd.concat([ids, ids])[1:], ids.astype(object), ids.astype("category")):
        codes, different = numbered(column, sort=sort)
        expected, names = pd.factorize(column, sort=sort)
        assert codes.tolist() == expected.tolist()
        assert list(different) == list(names)


@given(
    st.sampled_from(["", "u", "user-", "CUST-00000"]),
    st.lists(st.text(alphabet="0129:/a", max_size=7), min_size=1, max_size=30),
    st.booleans(),
)
def test_text_that_is_a_number_after_letters_is_numbered_as_pandas_numbers_it(prefix, texts, sort):
    ids = pd.Series([prefix + text for text in texts], dtype="str")
    codes, different = numbered(ids, sort=sort)
    expected, names = pd.factorize(ids, sort=sort)
    assert codes.tolist() == expected.tolist()
    assert list(different) == list(names)


@pytest.mark.parametrize("text", ["user-{}", "{}", "{:07d}", "no {}", "{}.", "x{}00000"])
@pytest.mark.parametrize("sort", [True, False])
def test_many_ids_are_numbered_as_few_are(text, sort):
    numbers = np.random.default_rng(1).integers(0, 900, 40_000)
    ids = pd.Series([text.format(number) for number in numbers], dtype="str")
    codes, different = numbered(ids, sort=sort)
    expected, names = pd.factorize(ids, sort=sort)
    assert np.array_equal(codes, expected)
    assert different.equals(pd.Index(names))
    keys = _keys(ids)
    assert (keys.places() is None) == (text in ("{}.", "x{}00000"))


@pytest.mark.parametrize("labels", [["b", "a", "b"], ["b", None, "a"], [2, 1, 2], [True, False, None]])
def test_few_labels_are_numbered_as_pandas_numbers_them(labels):
    column = pd.Series(labels, dtype="str" if "b" in labels else None)
    for one in (column, column.astype("category"), column.astype(object), column[1:]):
        codes, different = labelled(one)
        expected, names = pd.factorize(one)
        assert codes.tolist() == expected.tolist()
        assert list(different) == list(names)


def test_short_text_is_numbered_by_its_bytes_and_long_text_by_pandas():
    short = pd.Series([f"user-{place % 7}" for place in range(40_000)], dtype="str")
    assert _keys(short) is not None
    assert len(numbered(short)[1]) == 7
    assert _keys(short + "-of-the-other-shop") is None
    assert _keys(pd.Series(["a", None], dtype="str")) is None
    assert numbered(pd.Series(["a", None, "a"], dtype="str"))[0].tolist() == [0, -1, 0]
