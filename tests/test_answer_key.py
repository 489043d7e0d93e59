"""The answers of a solution in one world: mistakes spoil nothing, nothing is printed, every check counts."""

import builtins

import jupytext
import pytest

from opslab.authoring.sheets import compile_sheet
from opslab.exercises import answer_key
from opslab.exercises.answer_key import AnswerKey, assess
from opslab.exercises.common_mistakes import OTHER_WORLD
from opslab.exercises.questions import read_sheet
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


def test_a_mistake_that_changes_a_list_spoils_neither_the_answer_nor_another_mistake():
    text = EXERCISES.replace("mean = sum(values)\n", "values.append(100)\nmean = sum(values)\n", 1)
    assert text != EXERCISES
    assert key(text)["q1"] == (2, {"sum": 106, "off-by-one": 3})


def test_a_mistake_that_writes_into_a_table_behind_pandas_back_spoils_no_answer():
    text = EXERCISES.replace("3 + seed]\n", "3 + seed]\nimport pandas as pd\nvalues = pd.Series(values)\n", 1)
    text = text.replace("mean = sum(values)\n", "values.array[0] = 100\nmean = int(sum(values))\n", 1)
    assert key(text)["q1"] == (2, {"sum": 105, "off-by-one": 3})


def test_a_mistake_that_calls_a_function_of_the_sheet_changes_its_own_names_only():
    text = EXERCISES.replace("3 + seed]\n", "3 + seed]\ndef spoil():\n    values.append(100)\n", 1)
    text = text.replace("mean = sum(values)\n", "spoil()\nmean = sum(values)\n", 1)
    assert key(text)["q1"] == (2, {"sum": 106, "off-by-one": 3})


def opening(first: str, total: str = "sum(parts)") -> str:
    """Return the sheet whose solution and mistakes begin alike and then take a total of their own."""
    text = EXERCISES.replace("mean = sum(values)", f"{first}\nmean = {total}")
    assert text.count(first) == 3
    return text


def test_what_mistakes_begin_with_as_the_solution_does_is_run_once_for_all_of_them(monkeypatch):
    calls = []
    monkeypatch.setattr(builtins, "slow", lambda values: calls.append(1) or list(values), raising=False)
    assert key(opening("parts = slow(values)"))["q1"] == (2, {"sum": 6, "off-by-one": 3})
    assert len(calls) == 2  # for the solution, and for its mistakes


def test_a_call_that_mistakes_make_different_things_of_is_run_once_for_all_of_them(monkeypatch):
    calls = []
    monkeypatch.setattr(builtins, "slow", lambda values: calls.append(1) or list(values), raising=False)
    assert key(EXERCISES.replace("sum(values)", "sum(slow(values))"))["q1"] == (
        2,
        {"sum": 6, "off-by-one": 3},
    )
    assert len(calls) == 2  # for the solution, and for its mistakes


@pytest.mark.parametrize(
    "code",
    [
        "told = note(1) + note(seen[-1]) * note(3)",
        "told = seen[0] + note(1)",  # what is looked up first is looked up before the call
        "told = len(seen) + note(1)",
        "told = note(1) if note(0) else note(2)",
        "told = note(0) and note(1) or note(2)",
        "told = note(3) < note(2) < note(1)",
        "told = [note(number) for number in range(note(2))]",
        "told = {'a': note(1), 'b': seen[:], 'c': note(2)}",
        "told = {note(1): note(2), note(3): note(4)}",
        "told = max(note(1), *[note(2)], key=lambda number: -note(number))",
        "told = f'{note(1)} {note(2)}'\nseen.append(note(3))",
        "told = (first := note(1)) + note(first)",
        "told = seen\ntold[note(0)] = note(7)",
        "told = 0\nfor number in range(2):\n    told += note(number)",
    ],
)
def test_a_mistake_runs_in_the_order_in_which_it_is_written(code):
    def run(codes):
        seen = [5]
        names = {"seen": seen, "note": lambda number: seen.append(number) or number}
        answer_key._execute(codes, names)
        return names["told"], seen

    assert run([statement.code for statement in answer_key._statements(code)]) == run([code])


def test_an_error_in_what_mistakes_begin_with_names_one_of_them():
    with pytest.raises(NameError) as raised:
        key(opening("parts = list(lost)"))["q1"]
    assert raised.value.__notes__ == ["the wrong 'sum'"]


@pytest.mark.parametrize("first", ["parts = (value for value in values)", "parts = map(float, values)"])
def test_what_gives_its_values_once_gives_them_to_each_mistake(first):
    assert key(opening(first))["q1"] == (2, {"sum": 6, "off-by-one": 3})


def test_a_mistake_that_changes_what_it_began_with_spoils_no_other():
    text = opening("parts = list(values)")
    text = text.replace("mean = sum(parts)\n", "parts.append(100)\nmean = sum(parts)\n")
    assert key(text)["q1"] == (2, {"sum": 106, "off-by-one": 3})


def test_a_function_that_mistakes_begin_with_sees_the_names_of_each():
    text = opening("def total():\n    return sum(values)\n", "total()")
    text = text.replace("mean = total()\n", "values.append(100)\nmean = total()\n")
    assert key(text)["q1"] == (2, {"sum": 106, "off-by-one": 3})


def test_what_python_itself_knows_is_not_copied(monkeypatch):
    """A kernel puts its own ways to show and to ask there, and they lead to the kernel."""
    copied = []
    shown = type("Shown", (), {"__deepcopy__": lambda self, memo: copied.append(self)})()
    monkeypatch.setattr(builtins, "display", shown, raising=False)
    text = EXERCISES.replace("3 + seed]\n", "3 + seed]\ndef total():\n    return sum(values)\n", 1)
    text = text.replace("mean = sum(values)\n", "mean = total()\n", 1)
    assert key(text)["q1"] == (2, {"sum": 6, "off-by-one": 3})
    assert copied == []


def test_a_value_that_a_later_cell_changes_stays_as_it_was_handed_over():
    text = EXERCISES.replace("mean = sum(values) / len(values)\n#| both\n", "mean = [2]\n#| both\n", 1)
    told = key(text.replace("## q2 · Why", "```{code-cell}\nmean.append(9)\n```\n\n## q2 · Why"))
    assert told.expected("q2")
    assert told.expected("q1") == [2]


def test_an_interrupted_key_begins_afresh(monkeypatch):
    tried = key(EXERCISES, 3)
    with monkeypatch.context() as patched:
        patched.setattr(answer_key, "_execute", interrupt)
        with pytest.raises(KeyboardInterrupt):
            tried["q1"]
    assert tried["q1"] == (3, {"sum": 9, "off-by-one": 4.5})


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("lesson", ["06-retention", "12-scqa"])
def test_the_order_of_asking_does_not_matter(lesson):
    solution = answer_key.read_solution(lesson)
    forth, back = AnswerKey(solution, 4), AnswerKey(solution, 4)
    names = list(answer_key.read_questions(lesson))
    one = {name: forth.expected(name) for name in names}
    other = {name: back.expected(name) for name in reversed(names[-3:])}
    assert {name: str(value) for name, value in other.items()} == {name: str(one[name]) for name in other}


FIRST = EXERCISES[EXERCISES.index("## q1") : EXERCISES.index("## q2")]
LARGE = FIRST.replace("q1", "q3").replace("mean = sum(values)", "mean = 1000.5 + 2 * sum(values)")
TWO_NUMBERS = f"{EXERCISES}\n+++\n\n{LARGE}"


def test_the_numbers_of_the_questions_above_are_known_with_a_question(monkeypatch):
    tried = key(TWO_NUMBERS)
    assert tried["q3"][0] == 1004.5
    monkeypatch.setattr(answer_key, "_execute", None)  # nothing more is run
    assert [tried.others(name) for name in ("q1", "q2", "q3")] == [{}, {"q1": 2}, {"q1": 2}]


@pytest.mark.parametrize("known", [(), ("q1",), ("q3",), ("q3", "q1")])
def test_the_answer_of_another_question_gets_one_reply_whatever_is_known(known):
    text = TWO_NUMBERS.replace("values = [1, 2, 3 + seed]", "values = [100, 200, 300.5 + seed]")
    sheet = compile_sheet(jupytext.reads(text, fmt="md:myst"))[1]
    tried, questions = AnswerKey(sheet, 0), read_sheet(sheet)
    for name in known:
        assert tried[name]
    above, below = tried.expected("q1"), 1000.5 + 2 * 600.5 / 3
    found = [assess("06-tiny", tried, questions[name], received, other=0).mistake
             for name, received in (("q3", above), ("q1", below))]  # fmt: skip
    assert found == ["answer-of-another", ""]


def test_a_count_that_is_a_mistake_and_right_in_another_world_is_told_both(monkeypatch):
    text = EXERCISES.replace("mean = sum(values) / len(values)", "mean = max(values)")
    text = text.replace("mean = sum(values) / (len(values) - 1)", "mean = sum(values[:2])")
    sheet = compile_sheet(jupytext.reads(text, fmt="md:myst"))[1]
    monkeypatch.setattr(answer_key, "read_key", lambda lesson, seed: AnswerKey(sheet, seed))
    finding = assess("06-tiny", AnswerKey(sheet, 3), read_sheet(sheet)["q1"], 3, other=0)
    assert finding.mistake == "off-by-one"
    assert finding.text.startswith(
        "Not yet. You divided by one too few. Other slips may end there, too: "
        "if this one is not yours, go through your steps. Or: Right in world 0, and not in world 3"
    )


def test_a_number_near_a_mistake_and_right_in_another_world_is_told_both(monkeypatch):
    text = EXERCISES.replace("values = [1, 2, 3 + seed]", "values = [100, 200, 300.5 + 10 * seed]")
    text = text.replace("mean = sum(values) / (len(values) - 1)", "mean = 200.2")
    sheet = compile_sheet(jupytext.reads(text, fmt="md:myst"))[1]
    monkeypatch.setattr(answer_key, "read_key", lambda lesson, seed: AnswerKey(sheet, seed))
    finding = assess("06-tiny", AnswerKey(sheet, 3), read_sheet(sheet)["q1"], 600.5 / 3, other=0)
    assert finding.mistake == "off-by-one"
    assert finding.text.endswith("go through your steps. Or: " + OTHER_WORLD.format(other=0, seed=3))


def test_a_guess_of_one_digit_that_is_right_in_another_world_is_not_surely_its_answer(monkeypatch):
    text = EXERCISES.replace("values = [1, 2, 3 + seed]", "values = [50, 50, 50 - seed]")
    sheet = compile_sheet(jupytext.reads(text, fmt="md:myst"))[1]
    monkeypatch.setattr(answer_key, "read_key", lambda lesson, seed: AnswerKey(sheet, seed))
    finding = assess("06-tiny", AnswerKey(sheet, 30), read_sheet(sheet)["q1"], 50.0, other=0)
    assert finding.text.startswith("Not yet. Right in world 0, and not in world 30")
    assert finding.text.endswith(
        "Other slips may end there, too: if this one is not yours, go through your steps."
    )


def test_what_stands_above_a_measured_question_is_run_once_for_its_check(monkeypatch):
    text = EXERCISES.replace("values = [1,", "def half(value):\n    return value / 2\nvalues = [1,", 1)
    text = text.replace(":question: q1\n", ":question: q1\n:measure: half\n", 1)
    sheet = compile_sheet(jupytext.reads(text, fmt="md:myst"))[1]
    tried, question, run = AnswerKey(sheet, 0), read_sheet(sheet)["q1"], []
    execute = answer_key._execute
    monkeypatch.setattr(answer_key, "_execute", lambda code, names: run.append(code) or execute(code, names))
    assert assess("06-tiny", tried, question, 2.0, other=0).status == "right"
    assert len([code for code in run if "def half" in str(code)]) == 1
    finding = assess("06-tiny", tried, question, object(), other=0)
    assert finding.status == "uncheckable"
    assert "received <object object>, which is not of the form that is asked for (TypeError)" in finding.text
