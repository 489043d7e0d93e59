"""What the solution gives on a student's own data, and what each named mistake gives."""

import ast
import contextlib
import copy
import io
import re
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from opslab.exercises.cells import AnyNotebook, Notebook, read_notebook
from opslab.exercises.judge import Finding, is_right, is_unanswered, judge, right_elsewhere
from opslab.exercises.messages import UsageError
from opslab.exercises.questions import Question, Wrong, read_question, read_sheet, tags
from opslab.ground.paths import solutions_folder

# Words
NO_LESSON = "there are no exercises {lesson!r}; there are {lessons}"
NO_QUESTION = "{lesson} has no question {question!r}; it has {questions}"
IN_WRONG = "the wrong {name!r}"
NOT_CHECKED = "{question}: the solution's cell does not call check({question!r}, …)"

# While a solution runs, `check` hands its value over here instead of judging it.
CAPTURED: ContextVar[dict[str, object] | None] = ContextVar("captured", default=None)


class AnswerKey:
    """The answers of one solution notebook in one world, worked out as they are asked for.

    It stands at a place in the notebook, with the names that the cells above have made. A question is known
    when it is done: whatever interrupts it leaves nothing half worked out, and the next call begins afresh.
    `held_back` takes the place of the sheet's own parameter of that name: luck that no submission knows.
    """

    def __init__(self, solution: AnyNotebook, seed: int, held_back: int | None = None):
        self._cells = [cell for cell in solution.cells if cell.cell_type == "code"]
        self.seed, self.held_back = seed, held_back
        self._expected: dict[str, Any] = {}
        self._mistakes: dict[str, dict[str, Any]] = {}
        self._measures: dict[str, Callable[[Any], Any]] = {}
        self._readers: dict[str, Callable[[str], object]] = {}
        self._rewind()

    def __getitem__(self, name: str) -> tuple[Any, dict[str, Any]]:
        """Return the expected value of a question and the values of its mistakes, by their names."""
        if name not in self._mistakes:
            question = self._go_to(name)
            opening = _Opening(question, self._names)
            self._mistakes[name] = {
                wrong.name: self._mistake(question, wrong, opening) for wrong in question.wrongs
            }
        return self.expected(name), self._mistakes[name]

    def expected(self, name: str) -> Any:
        """Return the expected value of a question; its mistakes are not worked out."""
        if name not in self._expected:
            self._go_to(name)
            self._step()
        return self._expected[name]

    def others(self, name: str) -> dict[str, Any]:
        """Return the numbers that the sheet asks for above a question, by the names of their questions.

        They are known when that question is, so one answer is given one reply, whatever else was worked out.
        The answers of questions below are not there: to work them out takes a first check up to 4 s.
        """
        numbers = {}
        for cell in self._cells:
            question = read_question(cell)
            if question and question.name == name:
                break
            if question and question.kind == "number":
                numbers[question.name] = self.expected(question.name)
        return numbers

    def advance(self) -> bool:
        """Work out the next question that is not known yet; tell whether there was one."""
        for cell in self._cells:
            question = read_question(cell)
            if question and question.name not in self._mistakes:
                self[question.name]
                return True
        return False

    def _mistake(self, question: Question, wrong: Wrong, opening: "_Opening") -> Any:
        """Return what one mistake gives, on a copy of what is there; an error names it."""
        try:
            names, code = opening.skipped(ast.parse(question.code(wrong.source)))
            captured = _execute(code, _copy(names, code))
        except Exception as error:
            error.add_note(IN_WRONG.format(name=wrong.name))
            raise
        return self.measured(question, _handed_over(question, captured))

    def measured(self, question: Question, value: object) -> Any:
        """Return what is compared: the value itself, or what the author's measure makes of it.

        Raises
        ------
        ValueError
            By the measure, in words, if the value is not what it can measure.
        """
        if not question.measure or is_unanswered(value):
            return value
        self.expected(question.name)  # the measure is known when its question is done
        return self._measures[question.name](value)

    def asked(self, question: Question, text: str) -> str:
        """Return what the author's reader asks about a written answer; "" without a reader."""
        if not question.reader:
            return ""
        self.expected(question.name)  # the reader is known when its question is done
        return str(self._readers[question.name](text))

    def _rewind(self) -> None:
        self._place = 0
        self._names: dict[str, object] = {"__name__": "__answers__"}

    def _go_to(self, name: str) -> Question:
        """Run the cells above a question's, from the top where it lies behind, and return the question."""
        questions = {question.name: (place, question) for place, cell in enumerate(self._cells)
                     if (question := read_question(cell))}  # fmt: skip
        place, question = questions[name]
        if self._place > place:
            self._rewind()
        while self._place < place:
            self._step()
        return question

    def _step(self) -> None:
        """Run the next cell, with the solution where it holds a question."""
        cell = self._cells[self._place]
        question = read_question(cell)
        try:
            if question is None:
                _execute(cell.source, self._names)
            else:
                # A later cell may change the value that this one handed over.
                captured = _execute(question.code(question.solution), self._names)
                value = _handed_over(question, captured)
                if question.measure:
                    measure: Any = self._names[question.measure]
                    self._measures[question.name], value = measure, measure(value)
                if question.reader:
                    reader: Any = self._names[question.reader]
                    self._readers[question.name] = reader
                self._expected[question.name] = _deep_copy(value, {})
        except BaseException:  # an interruption, too, leaves names that are half made
            self._rewind()
            raise
        if "parameters" in tags(cell):
            self._names["seed"] = self.seed
            if self.held_back is not None:
                self._names["held_back"] = self.held_back
        self._place += 1


@lru_cache(maxsize=8)
def read_key(lesson: str, seed: int) -> AnswerKey:
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


def read_title(lesson: str) -> str:
    """Return a lesson's number and name, as the heading of its exercises says them; else the file's name."""
    first = next((cell.source for cell in read_solution(lesson).cells if cell.cell_type == "markdown"), "")
    return (re.findall(r"^# [^:\n]+: +(.+?) *$", first, re.M) or [lesson])[0]


def find_question(lesson: str, name: str) -> Question:
    """Return one question of a lesson, or raise a ValueError that lists its questions."""
    questions = read_questions(lesson)
    if name not in questions:
        raise UsageError(NO_QUESTION.format(lesson=lesson, question=name, questions=", ".join(questions)))
    return questions[name]


def assess(lesson: str, key: AnswerKey, question: Question, received: object, other: int) -> Finding:
    """Return the finding for one answer.

    Parameters
    ----------
    key : what is right in the world of the check
    other : a world whose answer would give away that a number was typed in
    """
    known = key[question.name]  # before the measure, which would lead the key past the question
    try:
        received = key.measured(question, received)
    except ValueError as error:
        return Finding("uncheckable", str(error))
    finding = judge(question, received, *known, key.others(question.name))
    comparable = question.kind in ("number", "table") and not question.measure
    if finding.status != "different" or other == key.seed or not comparable:
        return finding
    with contextlib.suppress(Exception):  # a notebook may name any world, and none of them must exist
        if is_right(question, received, read_key(lesson, other).expected(question.name)):
            return right_elsewhere(other, key.seed)
    return finding


class _Opening:
    """How a solution begins: most of its mistakes begin so too, and what takes long there is run once."""

    def __init__(self, question: Question, names: dict[str, object]):
        self._statements = ast.parse(question.opening).body
        self._dumps = list(map(ast.dump, self._statements))
        self._names = [names]  # before the first statement, after it, after the second, ...

    def skipped(self, code: ast.Module) -> tuple[dict[str, object], ast.Module]:
        """Return the names after the first statements that are the solution's, and the code that is left."""
        shared = 0
        for ours, theirs in zip(self._dumps, code.body, strict=False):
            if ours != ast.dump(theirs) or not self._reach(shared + 1):
                break
            shared += 1
        return self._names[shared], ast.Module(code.body[shared:], [])

    def _reach(self, count: int) -> bool:
        """Run the first `count` statements; False if what they leave cannot be given to several mistakes."""
        if count == len(self._names):
            before, statement = self._names[-1], ast.Module([self._statements[count - 1]], [])
            after = _copy(before, statement)
            _execute(statement, after)
            made = {name: value for name, value in after.items() if value is not before.get(name)}
            if not _can_be_copied(made):
                del self._dumps[count - 1 :]
                return False
            self._names.append(after)
        return True


def _handed_over(question: Question, captured: dict[str, object]) -> object:
    if question.name not in captured:
        raise ValueError(NOT_CHECKED.format(question=question.name))
    return captured[question.name]


def _execute(code: str | ast.Module, namespace: dict[str, object]) -> dict[str, object]:
    """Run code quietly and return what it handed to `check`."""
    captured: dict[str, object] = {}
    token = CAPTURED.set(captured)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(code if isinstance(code, str) else compile(code, "<string>", "exec"), namespace)
    finally:
        CAPTURED.reset(token)
    return captured


def _copy(names: dict[str, object], code: ast.Module) -> dict[str, object]:
    """Return the names for a mistake's code, with copies of whatever it could change.

    Copied is what the code mentions; all, where it calls a function of the sheet, which looks names up.
    """
    mentioned = {node.id for node in ast.walk(code) if isinstance(node, ast.Name)}
    functions = {
        name: value
        for name, value in names.items()
        if isinstance(value, FunctionType) and value.__globals__ is names
    }
    wanted = names.keys() if functions.keys() & mentioned else names.keys() & mentioned
    wanted = wanted - {"__builtins__"}  # in a kernel they lead to the kernel itself
    memo: dict[int, object] = {}
    copied = names | {name: _deep_copy(names[name], memo) for name in wanted}
    for name, function in functions.items():
        copied[name] = FunctionType(
            function.__code__, copied, name, function.__defaults__, function.__closure__
        )
    return copied


def _can_be_copied(names: dict[str, object]) -> bool:
    """Tell whether each copy is whole: a generator has none, and gives its values once."""
    try:
        copy.deepcopy([value for value in names.values() if not isinstance(value, ModuleType)])
    except Exception:  # each raises what it likes
        return False
    return True


def _deep_copy(value: object, memo: dict[int, object]) -> object:
    """Return a copy that shares nothing that can be changed; what cannot be copied stays itself."""
    if isinstance(value, ModuleType):
        return value
    try:
        return copy.deepcopy(value, memo)
    except Exception:  # generators, open files, locks and the like: each raises what it likes
        return value
