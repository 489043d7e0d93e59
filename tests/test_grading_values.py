"""Answers pass the pipe as data: they judge as before, and nothing that arrives can run or break anything."""

import contextlib
import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from opslab.answers import AnswerKey, read_questions, read_solution
from opslab.grading.values import LARGEST, BadDataError, Unreadable, decode, encode
from opslab.judge import judge

ROOT = Path(__file__).parents[1]
LESSONS = sorted(folder.name for folder in (ROOT / "lessons").iterdir() if folder.is_dir())
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


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_answer_and_mistake_judges_as_if_it_had_not_travelled(lesson):
    key = AnswerKey(read_solution(lesson), 0)
    for name, question in read_questions(lesson).items():
        expected, mistakes = key[name]
        for value in (expected, *mistakes.values(), ...):
            there, here = judge(question, passed(value), *key[name]), judge(question, value, *key[name])
            assert (there.status, there.mistake, there.text) == (here.status, here.mistake, here.text)


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


@pytest.mark.parametrize(
    "make", [Payload, Angry, lambda: print, lambda: pd, lambda: {1, 2}, lambda: iter("ab")]
)
def test_whatever_is_no_data_arrives_as_its_description(make):
    assert isinstance(passed(make()), Unreadable)


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
    with pytest.raises(BadDataError):
        decode(text)
