"""Check an answer, ask for a hint, see the solution: what a student calls in an exercise notebook.

>>> start("06-retention", seed=0)       # doctest: +SKIP
>>> check("q1", 0.25)                   # doctest: +SKIP
✔ Right.
"""

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import ParamSpec, TypeVar

from opslab.exercises import answers, progress, repetition
from opslab.exercises.judge import UNANSWERED, Finding, is_unanswered
from opslab.exercises.messages import Note, UsageError
from opslab.exercises.overview import Overview, overview

# Words
STARTED = "{lesson}: {count} questions, world {seed}."
NOT_STARTED = "first run the cell with start(…) at the top of this notebook: check needs to know the lesson"
BAD_SEED = "seed is {seed!r}; expected a whole number ≥ 0: the digits of your student number, or 0"
BAD_LEVEL = "level is {level!r}; expected 1, 2, 3 or 4"
HINT = "**Hint {step} of {count}.** {text}"
LAST_HINT = '\n\nThat was the last hint. After an attempt, `solution("{question}")` shows one way.'
TRY_FIRST = "Try once first: any answer to `{question}` that `check` could read opens the solution."
SOLUTION = "**One way to do it**\n\n```python\n{code}\n```"
READ_BOTH = "**Answer A**\n\n{a}\n\n**Answer B**\n\n{b}"
COMPARE = (
    "Which of the two is closer to yours in what matters? Now score your own answer with this rubric, and "
    'write the level into the call: `check("{question}", …, level=2)`.\n\n{rubric}'
)
SCORED = "You gave yourself level {level}: {words}"
LEVELS = "Answer A reaches level {a}, answer B level {b}."
NEXT_LEVEL = "To reach level {level}: {words}"
NEXT = "Next: {heading}"
LAST = "That was the last question of this sheet."

P, R = ParamSpec("P"), TypeVar("R")

_session: dict[str, object] = {}


def _for_students(tell: Callable[P, R]) -> Callable[P, R | None]:
    """Let a call do nothing while a solution or a submission runs for its answers alone."""

    @functools.wraps(tell)
    def told(*args: P.args, **kwargs: P.kwargs) -> R | None:
        return None if answers.CAPTURED.get() is not None else tell(*args, **kwargs)

    return told


@_for_students
def start(lesson: str, seed: int = 0) -> Note:
    """Choose the lesson and the world that the next checks are about.

    Parameters
    ----------
    lesson : the notebook's name, such as "06-retention"
    seed : the student's number; each has data of its own, and 0 is the committed world
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise UsageError(BAD_SEED.format(seed=seed))
    questions = answers.read_questions(lesson)
    _session.update(lesson=lesson, seed=seed)
    return Note(STARTED.format(lesson=lesson, count=len(questions), seed=seed)).tell()


def check(question: str, answer: object, level: int | None = None) -> Finding | Note | None:
    """Say whether an answer is right, names a known mistake, or how it differs.

    Parameters
    ----------
    question : the question's name, such as "q1"
    answer : the student's value; `...` means not answered yet
    level : for written answers, the level from 1 to 4 that the student gives the own answer

    Raises
    ------
    ValueError
        If no lesson was started or the lesson has no such question.
    """
    captured = answers.CAPTURED.get()
    if captured is not None:
        captured[question] = answer
        return None
    lesson, seed = _started()
    asked = answers.find_question(lesson, question)
    if is_unanswered(answer):
        finding = Finding("unanswered", UNANSWERED)  # without a look at the data, which takes seconds
    else:
        finding = answers.assess(lesson, answers.answer_key(lesson, seed), asked, answer, other=0)
    if finding.status == "written":
        return _written(lesson, asked, finding, level).tell()
    if finding.status == "unanswered":
        progress.update(lesson, question, repetition.emptied)
    elif finding.status != "uncheckable":
        told = {"now": progress.now(), "right": finding.is_right, "mistake": finding.mistake}
        progress.update(lesson, question, functools.partial(repetition.answered, **told))
    if finding.is_right:
        finding = replace(
            finding, text=" ".join(filter(None, [finding.text, asked.because, _next(lesson, question)]))
        )
    return finding.tell()


@_for_students
def hint(question: str) -> Note:
    """Show the next of three hints; after the third, the third again."""
    lesson, _ = _started()
    asked = answers.find_question(lesson, question)
    record = progress.record_of(lesson, question)
    step = min(record.hints + 1, len(asked.hints))
    progress.update(lesson, question, functools.partial(repetition.helped, now=progress.now(), hint=step))
    text = HINT.format(step=step, count=len(asked.hints), text=asked.hints[step - 1])
    return Note(text + (LAST_HINT.format(question=question) if step == len(asked.hints) else "")).tell()


@_for_students
def solution(question: str) -> Note:
    """Show one way to answer, once an attempt has been made."""
    lesson, _ = _started()
    asked = answers.find_question(lesson, question)
    record = progress.record_of(lesson, question)
    if not record.attempts:
        return Note(TRY_FIRST.format(question=question)).tell()
    progress.update(lesson, question, functools.partial(repetition.helped, now=progress.now()))
    return Note(SOLUTION.format(code=asked.solution)).tell()


@_for_students
def my_progress() -> Overview:
    """Show what is done and mastered in each lesson, the mistakes met, and what to practise again today."""
    return overview().tell()


def _started() -> tuple[str, int]:
    if not _session:
        raise UsageError(NOT_STARTED)
    return _session["lesson"], _session["seed"]


def _next(lesson: str, question: str) -> str:
    """Name the question that follows on the sheet, with its heading."""
    headings = answers.read_headings(lesson)
    following = list(headings)[list(headings).index(question) + 1 :]
    if not following:
        return LAST
    heading = headings[following[0]].text
    return NEXT.format(heading=heading if heading.endswith(("?", "!", ".")) else f"{heading}.")


def _written(lesson: str, asked: answers.Question, finding: Finding, level: int | None) -> Note:
    """First show two answers to compare with, and only then take the student's own score."""
    first, second = asked.exemplars
    if level is None:
        progress.update(lesson, asked.name, functools.partial(repetition.scored, now=progress.now()))
        rubric = "\n".join(f"{place}. {words}" for place, words in enumerate(asked.rubric, start=1))
        both = READ_BOTH.format(a=first.text, b=second.text)
        return Note("\n\n".join([finding.text, both, COMPARE.format(question=asked.name, rubric=rubric)]))
    if level not in range(1, len(asked.rubric) + 1):
        raise UsageError(BAD_LEVEL.format(level=level))
    progress.update(lesson, asked.name, functools.partial(repetition.scored, now=progress.now(), level=level))
    lines = [
        SCORED.format(level=level, words=asked.rubric[level - 1]),
        LEVELS.format(a=first.level, b=second.level),
    ]
    if level < len(asked.rubric):
        lines.append(NEXT_LEVEL.format(level=level + 1, words=asked.rubric[level]))
    lines.append(_next(lesson, asked.name))
    return Note("\n\n".join(lines))
