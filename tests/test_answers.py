"""The answers of a solution in one world: mistakes spoil nothing, nothing is printed, every check counts."""

import jupytext
import pytest

from opslab.exercises.answers import AnswerKey
from opslab.exercises.sheets import compile_sheet
from tests.course import EXERCISES

FRAME = EXERCISES.replace(
    "values = [1, 2, 3 + seed]", "import pandas as pd\nvalues = pd.Series([1, 2, 3 + seed])"
)


def key(text: str, seed: int = 0) -> AnswerKey:
    return AnswerKey(compile_sheet(jupytext.reads(text, fmt="md:myst"))[1], seed)


def test_answers_and_mistakes_are_those_of_the_world_that_is_asked_for():
    assert key(EXERCISES, 3)["q1"] == (3, {"sum": 9, "off-by-one": 4.5})


def test_a_mistake_that_writes_into_a_table_spoils_neither_the_answer_nor_another_mistake():
    text = FRAME.replace("mean = sum(values)\n", "values.iloc[0] = 100\nmean = sum(values)\n")
    assert key(text)["q1"] == (2, {"sum": 105, "off-by-one": 3})


def test_what_a_solution_prints_is_not_shown(capsys):
    assert key(EXERCISES.replace("start(", "print('started'); start("))["q1"][0] == 2
    assert capsys.readouterr().out == ""


def test_a_solution_that_hands_nothing_over_is_named():
    with pytest.raises(ValueError, match=r"^q1: the solution's cell does not call check\('q1', …\)$"):
        key(EXERCISES.replace('check("q1", mean)', "mean"))["q1"]
