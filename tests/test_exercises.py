"""The laws of exercises, on the committed world and on 20 others: solutions pass, mistakes are named."""

import re
from functools import cache, partial
from pathlib import Path

import nbformat
import pytest

from opslab.exercises.answer_key import AnswerKey, read_questions, read_solution
from opslab.exercises.comparisons import comparison_of
from opslab.exercises.judge import judge, judge_by, require_apart
from opslab.exercises.questions import tags
from opslab.grading.serialisation import decode, encode
from tests.exercise_laws import prompts, unoffered, unsaid

ROOT = Path(__file__).parents[1]
LESSONS = sorted(folder.name for folder in (ROOT / "lessons").iterdir() if folder.is_dir())
WORLDS = range(21)
WIDEST = 110  # letters of a line of code


@cache
def committed(lesson: str) -> AnswerKey:
    """Return a lesson's answers on the committed data: each is worked out once for all laws."""
    return AnswerKey(read_solution(lesson), 0)


@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("seed", WORLDS)
def test_every_answer_is_right_and_every_mistake_is_named(lesson, seed):
    key = AnswerKey(read_solution(lesson), seed) if seed else committed(lesson)
    for name, question in read_questions(lesson).items():
        expected, mistakes = key[name]
        if question.kind == "written":
            assert judge(question, expected, expected, {}).status == "written"
            continue
        comparison = comparison_of(question, expected, mistakes)
        require_apart(comparison)
        assert judge_by(comparison, expected, {}).is_right, name
        for wrong in question.wrongs:
            finding = judge_by(comparison, mistakes[wrong.name], {})
            if wrong.sometimes_same and finding.is_right:
                assert wrong.message in finding.text
            elif wrong.sometimes_same and finding.mistake != wrong.name:
                assert finding.mistake in mistakes
            else:
                assert (finding.status, finding.mistake) == ("mistake", wrong.name)
                assert wrong.message in finding.text


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_answer_and_mistake_judges_as_if_it_had_not_travelled(lesson):
    key = committed(lesson)
    for name, question in read_questions(lesson).items():
        expected, mistakes = key[name]
        told = partial(judge, question, expected=expected, mistakes=mistakes)
        if question.kind != "written":  # the answer and the mistakes are read once
            comparison = comparison_of(question, expected, mistakes)
            told = partial(judge_by, comparison, others={})
        for value in (expected, *mistakes.values()):
            there, here = told(received=decode(encode(value))), told(received=value)
            assert (there.status, there.mistake, there.text) == (here.status, here.mistake, here.text)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_mistake_in_a_table_does_not_say_that_the_other_values_are_right(lesson):
    """It is told as well where more than its own values are to be mended."""
    tables = [question for question in read_questions(lesson).values() if question.kind == "table"]
    said = [wrong.message for question in tables for wrong in question.wrongs]
    assert [words for words in said if re.search(r"\b(is|are) right[.,]", words)] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_prompt_states_tolerance_unit_and_length_as_the_check_has_them(lesson):
    prompt = prompts(lesson)
    asked = read_questions(lesson).items()
    assert [words for name, question in asked for words in unsaid(question, prompt[name])] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_option_of_a_prompt_is_the_answer_or_a_mistake_with_its_reason(lesson):
    prompt, key = prompts(lesson), committed(lesson)
    asked = read_questions(lesson).items()
    assert [
        words for name, question in asked for words in unoffered(question, prompt[name], *key[name])
    ] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_an_exercise_has_a_cell_for_each_question_and_no_output(lesson):
    notebook = nbformat.read(ROOT / "exercises" / f"{lesson}.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    assert len([cell for cell in notebook.cells if "answer" in tags(cell)]) == len(read_questions(lesson))
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert [line for line in code.splitlines() if len(line) > WIDEST] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_solution_leaks_into_the_exercise(lesson):
    exercise = (ROOT / "exercises" / f"{lesson}.ipynb").read_text(encoding="utf-8")
    for question in read_questions(lesson).values():
        code = [line for line in question.solution.splitlines() if len(line) > 25]
        assert [line for line in code if line.strip().replace('"', '\\"') in exercise] == []
        assert [wrong.name for wrong in question.wrongs if wrong.message in exercise] == []


@pytest.mark.parametrize("lesson", [lesson for lesson in LESSONS if lesson != "00-start-here"])
def test_a_lesson_has_eight_questions_of_four_kinds_with_two_mistakes_each(lesson):
    questions = read_questions(lesson).values()
    assert len(questions) >= 8
    assert len({question.kind for question in questions}) >= 4
    assert all(len(question.wrongs) >= 2 for question in questions if question.kind != "written")


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_solution_shows_that_it_is_right(lesson):
    notebook = nbformat.read(ROOT / "solutions" / f"{lesson}.ipynb", as_version=4)
    answers = [cell for cell in notebook.cells if "answer" in tags(cell)]
    shown = [re.search(r"✔ Right|Read the two answers", str(cell.outputs)) for cell in answers]
    assert answers
    assert all(shown)


def right_letters(kind: str) -> dict[str, list]:
    """Return the right answers of one kind of question, sheet by sheet and in order."""
    found = {}
    for lesson in LESSONS:
        key = committed(lesson)
        found[lesson] = [
            key.expected(name) for name, asked in read_questions(lesson).items() if asked.kind == kind
        ]
    return found


def test_no_letter_of_a_choice_can_be_guessed_from_the_others():
    sheets = right_letters("choice")
    letters = [letter for sheet in sheets.values() for letter in sheet]
    shares = {letter: letters.count(letter) / len(letters) for letter in "abc"}
    assert all(0.2 <= share <= 0.45 for share in shares.values()), shares
    assert not any(len(sheet) > 2 and len(set(sheet)) == 1 for sheet in sheets.values()), sheets


def test_no_order_can_be_guessed_from_another():
    orders = ["".join(order) for sheet in right_letters("ordering").values() for order in sheet]
    assert len(set(orders)) == len(orders)
    assert all(
        order not in ("".join(sorted(order)), "".join(sorted(order, reverse=True))) for order in orders
    )
    assert len({order[0] for order in orders}) > len(orders) // 2
