"""One text becomes the exercise and the solution."""

import copy

import jupytext
import pytest

from opslab.authoring.sheets import compile_sheet
from opslab.exercises.questions import Exemplar, Question, Wrong, read_question, read_sheet, tags
from tests.course import EXERCISES

Q1 = Question(
    "q1",
    "number",
    "0.001",
    unit="points",
    section="A tiny lesson",
    because="The mean shares the sum out evenly.",
    wrongs=(
        Wrong("sum", "You forgot to divide by the count.", "mean = sum(values)"),
        Wrong("off-by-one", "You divided by one too few.", "mean = sum(values) / (len(values) - 1)"),
    ),
    hints=("What is asked?", "Look at `values`.", "Divide by `len(values)`."),
    before="# Give points.\nvalues = sorted(values)",
    solution="mean = sum(values) / len(values)",
    after='check("q1", mean)',
)
Q2 = Question(
    "q2",
    "written",
    least_words=5,
    section="A tiny lesson",
    hints=("One.", "Two.", "Three."),
    rubric=("says nothing", "names the mean", "says that it moves, and how", "says when it misleads"),
    exemplars=(Exemplar(2, "The mean is {a number}."), Exemplar(4, "One whale moves it.")),
    solution='text = "The mean moves with every value, even with one {whale}."',
    after='check("q2", text)',
)
TEXT = (
    EXERCISES.replace(":tolerance: 0.001\n", ":tolerance: 0.001\n:unit: points\n")
    .replace("#| student\nmean", "#| both\n# Give points.\nvalues = sorted(values)\n#| student\nmean")
    .replace("- says that it moves\n", "- says that it moves,\n  and how\n")
)


def authored(text: str = TEXT):
    return jupytext.reads(text, fmt="md:myst")


def answers(notebook):
    return [cell for cell in notebook.cells if "answer" in tags(cell)]


def test_the_exercise_holds_the_students_part_and_no_help():
    exercise, _ = compile_sheet(authored())
    assert [cell.source for cell in answers(exercise)] == [
        '# Give points.\nvalues = sorted(values)\nmean = ...\ncheck("q1", mean)',
        'text = ...\ncheck("q2", text)',
    ]
    assert [cell.metadata for cell in answers(exercise)] == [{"tags": ["answer"]}] * 2
    assert [set(tags(cell)) for cell in exercise.cells if tags(cell)] == [
        {"parameters"},
        {"answer"},
        {"answer"},
    ]


def test_the_solution_holds_the_solved_cells_and_keeps_the_whole_question():
    _, solution = compile_sheet(authored())
    assert [cell.source for cell in answers(solution)] == [
        f"{Q1.before}\n{Q1.solution}\n{Q1.after}",
        f"{Q2.solution}\n{Q2.after}",
    ]
    assert read_sheet(solution) == {"q1": Q1, "q2": Q2}
    assert [set(tags(cell)) for cell in solution.cells if tags(cell)] == [
        {"parameters"},
        {"answer"},
        {"answer"},
    ]


def test_the_authored_text_stays_as_it_was():
    before = authored()
    compile_sheet(read := copy.deepcopy(before))
    assert read == before


def test_what_an_author_leaves_out_has_its_usual_value():
    text = TEXT.replace(":tolerance: 0.001\n:unit: points\n", "").replace(":least_words: 5\n", "")
    read = read_sheet(compile_sheet(authored(text))[1])
    assert (read["q1"].tolerance, read["q1"].unit, read["q2"].least_words) == ("0", "", 15)


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_an_exemplar_reaches_one_of_four_levels(level):
    text = TEXT.replace('"level": 2', f'"level": {level}')
    assert read_sheet(compile_sheet(authored(text))[1])["q2"].exemplars[0].level == level


def test_a_cell_without_a_question_answers_none():
    assert read_question(authored().cells[0]) is None


@pytest.mark.parametrize(
    ("tolerance", "absolute", "relative"),
    [("0", 0, 0), ("0.001", 0.001, 0), ("5e-05", 5e-5, 0), ("1.5%", 0, 0.015)],
)
def test_a_tolerance_is_absolute_or_a_share(tolerance, absolute, relative):
    question = Question("q1", "number", tolerance)
    assert (question.absolute, question.relative) == (absolute, pytest.approx(relative))
    text = TEXT.replace("0.001", tolerance)
    assert float(read_sheet(compile_sheet(authored(text))[1])["q1"].absolute) == absolute
