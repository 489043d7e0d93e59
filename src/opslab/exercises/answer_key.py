"""What the solution gives on a student's own data, and what each named mistake gives."""

import ast
import contextlib
import copy
import io
import re
from collections.abc import Callable, Generator, Iterable, Mapping, Set
from contextvars import ContextVar
from functools import cache, lru_cache
from numbers import Integral
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from opslab.exercises.comparisons import short
from opslab.exercises.display import UsageError
from opslab.exercises.judge import Finding, is_right, is_unanswered, judge, right_elsewhere
from opslab.exercises.notebook_file import AnyNotebook, Notebook, read_notebook
from opslab.exercises.questions import Question, read_question, read_sheet, tags
from opslab.ground.frames import as_pandas
from opslab.ground.paths import solutions_folder

# Words
NO_LESSON = "there are no exercises {lesson!r}; there are {lessons}"
NO_QUESTION = "{lesson} has no question {question!r}; it has {questions}"
IN_WRONG = "the wrong {name!r}"
NOT_READ = (
    "This cannot be checked: received {received}, which is not of the form that is asked for ({error})."
)
NOT_CHECKED = "{question}: the solution's cell does not call check({question!r}, …)"

CALL = "call {number}"  # no name that a sheet can have
# Of expressions: those that work nothing out, and those that work out all their parts, from left to right.
IMMEDIATE = (ast.Name, ast.Constant, ast.expr_context, ast.operator, ast.unaryop, ast.cmpop)
IN_ORDER = (ast.Attribute, ast.BinOp, ast.Call, ast.List, ast.Subscript, ast.Tuple, ast.UnaryOp, ast.keyword)

# While a solution runs, `check` hands its value over here instead of judging it.
CAPTURED: ContextVar[dict[str, object] | None] = ContextVar("captured", default=None)


class AnswerKey:
    """The answers of one solution notebook in one world, worked out as they are asked for.

    It stands at a place in the notebook, with the names that the cells above have made. A question is known
    when it is done: whatever interrupts it leaves nothing half worked out, and the next call begins afresh.
    `held_back` takes the place of the sheet's own parameter of that name: luck that no submission knows.
    """

    def __init__(self, solution: AnyNotebook, seed: int, held_back: int | None = None):
        self._cells = [(cell, read_question(cell)) for cell in solution.cells if cell.cell_type == "code"]
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
            self._mistakes[name] = self._work_out(question)
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
        for _, question in self._cells:
            if question and question.name == name:
                break
            if question and question.kind == "number":
                numbers[question.name] = self.expected(question.name)
        return numbers

    def advance(self) -> bool:
        """Work out the next question that is not known yet; tell whether there was one."""
        for _, question in self._cells:
            if question and question.name not in self._mistakes:
                self[question.name]
                return True
        return False

    def _work_out(self, question: Question) -> dict[str, Any]:
        """Return what the mistakes give, on copies of what is there; an error names its mistake."""
        codes, found = {}, {}
        for wrong in question.wrongs:
            with _named(wrong.name):
                codes[wrong.name] = _statements(question.code(wrong.source))
        handed = _run_all(codes, self._names)
        for name in codes:
            found[name] = self.measured(question, _handed_over(question, handed[name]))
        return found

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
        return self._measures[question.name](as_pandas(value))

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
        questions = {question.name: (place, question)
                     for place, (_, question) in enumerate(self._cells) if question}  # fmt: skip
        place, question = questions[name]
        if self._place > place:
            self._rewind()
        while self._place < place:
            self._step()
        return question

    def _step(self) -> None:
        """Run the next cell, with the solution where it holds a question."""
        cell, question = self._cells[self._place]
        try:
            if question is None:
                _execute([cell.source], self._names)
            else:
                # A later cell may change the value that this one handed over.
                captured = _execute([question.code(question.solution)], self._names)
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
    except Exception as error:  # what an author's measure did not think of is no traceback for a student
        words = NOT_READ.format(received=short(received), error=type(error).__name__)
        return Finding("uncheckable", words)
    finding = judge(question, received, *known, key.others(question.name))
    comparable = question.kind in ("number", "table") and not question.measure
    # Of whole numbers two mistakes may give the same by chance: who makes one of them reads both.
    chance = finding.unsure or (finding.mistake in known[1] and isinstance(known[0], Integral))
    unsure = finding.status == "different" or chance
    if not unsure or other == key.seed or not comparable:
        return finding
    with contextlib.suppress(Exception):  # a notebook may name any world, and none of them must exist
        if is_right(question, received, read_key(lesson, other).expected(question.name)):
            return right_elsewhere(other, key.seed, finding)
    return finding


class _Calls(ast.NodeTransformer):
    """Take the calls that an expression begins with out of it, each to a line of its own above.

    What takes long is such a call, `retention_by(...)`, and mistakes differ in what they make of its result.
    A call stays in its place where something else is worked out before it: the order is as it was written.
    """

    def __init__(self, lines: list[ast.stmt]):
        self._lines = lines
        self._nothing_before = True

    def visit(self, node: ast.AST) -> Any:
        """Return the expression with names in place of the calls."""
        if not self._nothing_before or isinstance(node, IMMEDIATE):
            return node
        if _in_written_order(node):
            self.generic_visit(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = CALL.format(number=len(self._lines))
            self._lines.append(ast.Assign([ast.Name(name, ast.Store())], node))
            self._nothing_before = True  # the call's arguments are worked out with it
            return ast.Name(name, ast.Load())
        self._nothing_before = isinstance(node, ast.keyword) and self._nothing_before
        return node


def _in_written_order(node: ast.AST) -> bool:
    """Tell whether all parts of an expression are worked out once, and from left to right."""
    if isinstance(node, ast.Dict):
        return all(isinstance(key, ast.Constant) for key in node.keys)
    return isinstance(node, IN_ORDER) or (isinstance(node, ast.Compare) and len(node.ops) == 1)


class Statement(NamedTuple):
    """A statement of a mistake's code: its text, which others may have alike, and the names it mentions."""

    text: str
    code: CodeType
    names: frozenset[str]


@cache  # a class has a world for each student, and all have the same mistakes
def _statements(code: str) -> tuple[Statement, ...]:
    """Return the statements of a code, the calls that they begin with before them."""
    lines: list[ast.stmt] = []
    for statement in ast.parse(code).body:
        if isinstance(statement, ast.Assign | ast.Expr):
            statement.value = _Calls(lines).visit(statement.value)
        lines.append(statement)
    return tuple(map(_statement, lines))


def _statement(line: ast.stmt) -> Statement:
    whole = ast.fix_missing_locations(ast.Module([line], []))
    names = frozenset(node.id for node in ast.walk(line) if isinstance(node, ast.Name))
    return Statement(ast.dump(line), compile(whole, "<string>", "exec"), names)


def _run_all(
    codes: Mapping[str, tuple[Statement, ...]], names: dict[str, object]
) -> dict[str, dict[str, object]]:
    """Return what each code hands to `check`; what several of them begin with alike is run once.

    Each gets copies of what it could change.
    """
    groups: dict[str, dict[str, tuple[Statement, ...]]] = {}
    for name, code in codes.items():
        groups.setdefault(code[0].text, {})[name] = code
    handed: dict[str, dict[str, object]] = {}
    for alike in groups.values():
        first = next(iter(alike.values()))[0]
        begun = _begun(first, names) if len(alike) > 1 and all(code[1:] for code in alike.values()) else None
        if begun is not None:
            handed |= _run_all({name: code[1:] for name, code in alike.items()}, begun)
            continue
        for name, code in alike.items():
            with _named(name):
                mentioned = frozenset[str]().union(*(statement.names for statement in code))
                handed[name] = _execute([statement.code for statement in code], _copy(names, mentioned))
    return handed


def _begun(first: Statement, names: dict[str, object]) -> dict[str, object] | None:
    """Return the names after a statement; None if what it leaves cannot be given to several mistakes."""
    after = _copy(names, first.names)
    try:
        if _execute([first.code], after):
            return None
        for name, value in after.items():
            if value is not names.get(name):
                _whole_copy(value, {})
    except Exception:  # each raises what it likes; a generator has no copy, and gives its values once
        return None
    return after


@contextlib.contextmanager
def _named(name: str) -> Generator[None]:
    """Let an error name the mistake that it belongs to."""
    try:
        yield
    except Exception as error:
        error.add_note(IN_WRONG.format(name=name))
        raise


def _handed_over(question: Question, captured: dict[str, object]) -> object:
    if question.name not in captured:
        raise ValueError(NOT_CHECKED.format(question=question.name))
    return captured[question.name]


def _execute(codes: Iterable[str | CodeType], namespace: dict[str, object]) -> dict[str, object]:
    """Run code quietly and return what it handed to `check`."""
    captured: dict[str, object] = {}
    token = CAPTURED.set(captured)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            for code in codes:
                exec(code, namespace)
    finally:
        CAPTURED.reset(token)
    return captured


def _copy(names: dict[str, object], mentioned: Set[str]) -> dict[str, object]:
    """Return the names for a mistake's code, with copies of whatever it could change.

    Copied is what the code mentions; all, where it calls a function of the sheet, which looks names up.
    """
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


def _whole_copy(value: object, memo: dict[int, object]) -> object:
    """Return a copy that shares nothing that can be changed."""
    if isinstance(value, ModuleType):
        return value
    return copy.deepcopy(value, memo)


def _deep_copy(value: object, memo: dict[int, object]) -> object:
    """Return such a copy; what cannot be copied stays itself."""
    try:
        return _whole_copy(value, memo)
    except Exception:  # generators, open files, locks and the like: each raises what it likes
        return value
