"""Answers pass the pipe as data: they judge as before, and nothing that arrives can run or break anything."""

import contextlib
import json
import math
import pickle
from collections import namedtuple
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as some

from opslab.grading.serialisation import (
    DEEPEST,
    LARGEST,
    MOST_COLUMNS,
    BadDataError,
    Unreadable,
    decode,
    encode,
)

SCALARS = some.none() | some.booleans() | some.integers(-(2**62), 2**62) | some.floats() | some.text()
JSON = some.recursive(
    SCALARS, lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner), max_leaves=20
)
TAGS = some.sampled_from(["list", "tuple", "array", "mapping", "series", "index", "table", "names", "time"])
FORGED = some.recursive(
    SCALARS, lambda inner: some.lists(inner) | some.dictionaries(TAGS, inner), max_leaves=20
)


def passed(value):
    return decode(encode(value))


def test_no_answer_arrives_as_none():
    assert passed(...) is ...


@given(SCALARS | some.lists(SCALARS) | some.dictionaries(some.text(), SCALARS))
def test_plain_values_come_back_as_they_were(value):
    assert repr(passed(value)) == repr(value)


@pytest.mark.parametrize(
    "table",
    [
        pd.Series([1.5, np.nan], index=pd.to_datetime(["2024-01-01", "2024-01-08"])),
        pd.Series([1, 2], index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])),
        pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}, index=["r", "s"]),
        pd.Series([True, False], index=["a", "b"]),
    ],
    ids=["dates", "pairs", "frame", "booleans"],
)
def test_tables_keep_labels_and_cells(table):
    there = passed(table)
    assert list(there.index) == list(table.index)
    assert there.astype(object).where(table.notna()).equals(table.astype(object).where(table.notna()))


def test_labels_that_are_no_data_keep_their_text():
    days = pd.Series([1.0, 2.0], index=[date(2024, 1, 1), pd.Period("2024-01", "M")])
    assert list(passed(days).index) == ["2024-01-01", "2024-01"]


def test_a_gap_is_a_gap_and_a_tuple_a_tuple():
    assert math.isnan(passed(pd.NaT))
    assert passed((1, [2, (3,)])) == (1, [2, (3,)])


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"a": inner}, lambda inner: (inner,)])
def test_a_value_may_be_as_deep_as_the_limit_says(wrap):
    def nested(depth):
        return wrap(nested(depth - 1)) if depth else 0.5

    assert passed(nested(DEEPEST)) == nested(DEEPEST)
    assert f"lists within lists, more than {DEEPEST} deep" in repr(passed(nested(DEEPEST + 1)))


def test_cells_count_as_one_level():
    deep = 0.5
    for _ in range(DEEPEST - 1):
        deep = [deep]
    assert passed(pd.Series([deep], ["a"])).iloc[0] == deep
    assert "lists within lists" in repr(passed(pd.Series([[deep]], ["a"])).iloc[0])


def test_the_longest_answer_and_the_widest_table_pass():
    assert passed("x" * (LARGEST - 2)) == "x" * (LARGEST - 2)  # JSON adds two quotation marks
    assert passed(pd.DataFrame([[1.5] * MOST_COLUMNS])).shape == (1, MOST_COLUMNS)


def test_numbers_of_numpy_pass_and_large_whole_numbers_become_floats():
    assert passed(np.float32(0.5)) == 0.5
    assert passed(np.int64(7)) == 7
    assert passed(np.array([0.25])).item() == 0.25
    assert passed(10**30) == 1e30


class Payload:
    def __reduce__(self):
        return (pytest.fail, ("a payload ran",))

    def __eq__(self, other):
        return True

    __hash__ = None


class Angry:
    @property
    def __class__(self):
        raise RuntimeError("do not look at me")


@pytest.mark.parametrize("make", [Payload, Angry, lambda: print, lambda: pd, lambda: iter("ab")])
def test_whatever_is_no_data_arrives_as_its_description(make):
    assert isinstance(passed(make()), Unreadable)


@pytest.mark.parametrize(
    ("value", "what"), [(iter([]), "a list_iterator"), (print, "a builtin_function_or_method")]
)
def test_what_cannot_be_read_is_named_by_its_type(value, what):
    assert passed(value) == Unreadable(what)
    assert passed([1, value])[1] == Unreadable(what)


Named = namedtuple("Named", ["low", "high"])


@dataclass
class Told:
    value: float
    words: str = ""


@pytest.mark.parametrize(
    ("value", "arrives"),
    [
        ({2.5}, {2.5}),
        (pd.Index(["b", "a"]), ["b", "a"]),
        (np.array("c"), "c"),
        (Named(1, 2.5), {"low": 1, "high": 2.5}),
        (Told(0.25), {"value": 0.25}),
        (Decimal("0.25"), 0.25),
    ],
    ids=repr,
)
def test_what_a_check_reads_arrives_as_something_that_it_reads(value, arrives):
    assert passed(value) == arrives


def test_a_table_of_another_library_arrives_as_pandas():
    table = pl.DataFrame({"channel": ["ads", "seo"], "share": [0.25, 0.75]})
    assert passed(table).to_dict("list") == table.to_dict(as_series=False)
    assert passed(pl.Series([0.25])).tolist() == [0.25]


def test_what_raises_when_it_is_looked_at_is_named_by_its_type():
    assert passed(Angry()) == Unreadable("a Angry")


def test_a_pickle_is_never_read_as_one():
    assert passed(pickle.dumps(Payload)) == Unreadable("a bytes")


def test_a_value_without_end_is_described():
    endless = []
    endless.append(endless)
    assert "lists within lists" in repr(passed(endless))
    assert "letters" in repr(passed("x" * LARGEST))


@given(JSON | FORGED)
def test_forged_data_is_read_or_refused_and_nothing_else(data):
    with contextlib.suppress(BadDataError):
        decode(json.dumps(data))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1]", "[" * 100_000, '{"list": 7}', '{"series": [1], "index": [1, 2]}', "1" * 5000,
     '{"time": "never"}', '{"table": [], "names": 3}', '{"table": [' + "[]," * 300 + "[]]}",
     "x" * (LARGEST + 1), '{"mapping": [[{"list": []}, 1]]}'],
)  # fmt: skip
def test_text_that_encode_never_wrote_is_refused(text):
    with pytest.raises(BadDataError, match=r"the answer did not arrive as data: .|where .+ are the most"):
        decode(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [("[1]", "a list without its kind"), ('{"who": 1}', "who"),
     ("x" * (LARGEST + 1), f"a value of {LARGEST + 1:,} letters, where {LARGEST:,} are the most"),
     ('{"table": [' + "[]," * 300 + "[]]}", f"a table of 301 columns, where {MOST_COLUMNS} are the most")],
)  # fmt: skip
def test_what_is_refused_says_why(text, words):
    with pytest.raises(BadDataError, match=f"{words}$"):
        decode(text)
