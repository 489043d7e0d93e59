"""What the solution gives on a student's own data, and what each named mistake gives."""

import contextlib
import io
import re
from collections.abc import Iterator
from contextvars import ContextVar
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from opslab.exercises.cells import Notebook, read_notebook
from opslab.exercises.messages import UsageError
from opslab.ground.paths import solutions_folder
from opslab.exercises.sheets import Question, read_question, read_sheet, tags

# Words
NO_LESSON = "there are no exercises {lesson!r}; there are {lessons}"
NO_QUESTION = "{lesson} has no question {question!r}; it has {questions}"
NOT_CHECKED = "{question}: the solution's cell does not call check({question!r}, …)"

# While a solution runs, `check` hands its value over here instead of judging it.
CAPTURED: ContextVar[dict[str, object] | None] = ContextVar("captured", default=None)


class AnswerKey:
    """The answers of one solution notebook in one world, worked out as they are asked for."""

    def __init__(self, solution: Notebook, seed: int):
        self._run = _run(solution, seed)
        self._known: dict[str, tuple[object, dict[str, object]]] = {}

    def __getitem__(self, question: str) -> tuple[object, dict[str, object]]:
        """Return the expected value and the values of the mistakes, by their names."""
        while question not in self._known:
            name, expected, mistakes = next(self._run)
            self._known[name] = expected, mistakes
        return self._known[question]


@lru_cache(maxsize=8)
def answer_key(lesson: str, seed: int) -> AnswerKey:
    """Return the answers of a lesson's exercises in the world `seed`."""
    return AnswerKey(read_solution(lesson), seed)


@lru_cache
def read_solution(lesson: str) -> Notebook:
    """Return a lesson's solution notebook.

    Raises
    ------
    ValueError
        If there is none of this name; the error lists those that there are.
    """
    folder = solutions_folder()
    path = folder / f"{lesson}.ipynb"
    if not path.is_file():
        lessons = ", ".join(sorted(file.stem for file in folder.glob("*.ipynb")))
        raise UsageError(NO_LESSON.format(lesson=lesson, lessons=lessons))
    return read_notebook(path.read_text("utf-8"))


@lru_cache
def read_questions(lesson: str) -> dict[str, Question]:
    """Return a lesson's questions, by name and in order."""
    return read_sheet(read_solution(lesson))


class Heading(NamedTuple):
    """The heading that a question stands under: its words, and the id of its cell."""

    text: str
    cell: str


@lru_cache
def read_headings(lesson: str) -> dict[str, Heading]:
    """Return the headings of a lesson's questions, by the questions' names and in order."""
    headings, last = {}, Heading("", "")
    for cell in read_solution(lesson).cells:
        if question := read_question(cell):
            headings[question.name] = last
        elif cell.cell_type == "markdown" and (found := re.findall(r"^#+ +(.+?) *$", cell.source, re.M)):
            last = Heading(found[-1], cell.id)
    return headings


def find_question(lesson: str, name: str) -> Question:
    """Return one question of a lesson, or raise a ValueError that lists its questions."""
    questions = read_questions(lesson)
    if name not in questions:
        raise UsageError(NO_QUESTION.format(lesson=lesson, question=name, questions=", ".join(questions)))
    return questions[name]


def _run(solution: Notebook, seed: int) -> Iterator[tuple[str, object, dict[str, object]]]:
    """Run a solution's cells in order; at each answer, first its mistakes, each on its own copy."""
    namespace: dict[str, object] = {"__name__": "__answers__"}
    for cell in solution.cells:
        if cell.cell_type != "code":
            continue
        question = read_question(cell)
        if question is None:
            _execute(cell.source, namespace)
        else:
            mistakes = {
                wrong.name: _value(question, wrong.source, _copy(namespace)) for wrong in question.wrongs
            }
            yield question.name, _value(question, question.solution, namespace), mistakes
        if "parameters" in tags(cell):
            namespace["seed"] = seed


def _value(question: Question, answer: str, namespace: dict[str, object]) -> object:
    captured = _execute(question.code(answer), namespace)
    if question.name not in captured:
        raise ValueError(NOT_CHECKED.format(question=question.name))
    return captured[question.name]


def _execute(source: str, namespace: dict[str, object]) -> dict[str, object]:
    """Run code quietly and return what it handed to `check`."""
    captured: dict[str, object] = {}
    token = CAPTURED.set(captured)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(source, namespace)
    finally:
        CAPTURED.reset(token)
    return captured


def _copy(namespace: dict[str, object]) -> dict[str, object]:
    """Copy a namespace so that a mistake which writes into a table spoils nothing."""
    return {
        name: value.copy() if isinstance(value, pd.DataFrame | pd.Series) else value
        for name, value in namespace.items()
    }
