"""Check an answer, ask for a hint, see the solution: what a student calls in an exercise notebook."""

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ParamSpec, TypeVar

from opslab.exercises import answer_key, progress_file, repetition
from opslab.exercises.display import Message, Note, UsageError, has_kernel
from opslab.exercises.hints import Asked, digest
from opslab.exercises.judge import UNANSWERED, Finding, is_unanswered
from opslab.exercises.leading_zeros import watch_seeds
from opslab.exercises.mistake_report import report
from opslab.exercises.precompute import work_ahead
from opslab.exercises.progress_overview import Overview, overview

__all__ = ["check", "hint", "my_progress", "solution", "start"]

# Words
STARTED = "{title}: {count} questions, world {seed}."
NOT_STARTED = "first run the cell with start(…) at the top of this notebook: check needs to know the lesson"
BAD_SEED = "seed is {seed!r}; expected a whole number ≥ 0: the digits of your student number, or 0"
BARE_SEED = "; write `seed = {digits}`, without quotation marks and without zeros in front"
BAD_LEVEL = "level is {level!r}; expected 1, 2, 3 or 4"
ASKED = "**What a reader might ask you**\n\n{questions}"
READ_BOTH = "**Answer A**\n\n{a}\n\n**Answer B**\n\n{b}"
COMPARE = (
    "Which of the two is closer to yours in what matters? Now score your own answer with this rubric, and "
    'write the level into the call: `check("{question}", …, level=2)`.\n\n{rubric}'
)
SCORED = "You gave yourself level {level}: {words}"
LEVELS = "Answer A reaches level {a}, answer B level {b}."
NEXT_LEVEL = "To reach level {level}: {words}"

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=Message)

_session: dict[str, Any] = {}

watch_seeds()


def _for_students(tell: Callable[P, R]) -> Callable[P, R | None]:
    """Let a call do nothing while a solution or a submission runs for its answers alone."""

    @functools.wraps(tell)
    def told(*args: P.args, **kwargs: P.kwargs) -> R | None:
        return None if answer_key.CAPTURED.get() is not None else tell(*args, **kwargs)

    return told


@_for_students
def start(lesson: str, seed: int = 0) -> Note:
    """Choose the lesson and the world that the next checks are about.

    Parameters
    ----------
    lesson : the notebook's name, such as "06-retention"
    seed : the student's number; each has data of its own, and 0 is the committed world

    Notes
    -----
    In a few worlds a known mistake gives the right number. Which question that is takes seconds to know, so
    it is its check that says so.

    Examples
    --------
    >>> start("00-start-here", seed=4711)
    00 · Start here: 2 questions, world 4711.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        bare = BARE_SEED.format(digits=int(seed)) if isinstance(seed, str) and seed.isdecimal() else ""
        raise UsageError(BAD_SEED.format(seed=seed) + bare)
    questions = answer_key.read_questions(lesson)
    _session.update(lesson=lesson, seed=seed)
    if has_kernel():
        import opslab.exercises.reply_widget  # noqa: F401  slow, so not in the first check

        work_ahead(lesson, seed)
    title = answer_key.read_title(lesson)
    return Note(STARTED.format(title=title, count=len(questions), seed=seed)).tell()


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

    Examples
    --------
    >>> begun = start("00-start-here")
    >>> check("q1", ...)
    ○ Not answered yet. Replace `...` with your answer and run the cell again.
    """
    captured = answer_key.CAPTURED.get()
    if captured is not None:
        captured[question] = answer
        return None
    asked = _asked(question)
    if is_unanswered(answer):
        finding = Finding("unanswered", UNANSWERED)  # without a look at the data, which takes seconds
        asked.keep(functools.partial(repetition.emptied, world=asked.world))
        return _show(finding, asked)
    key = answer_key.read_key(asked.lesson, asked.world)
    finding = answer_key.assess(asked.lesson, key, asked.question, answer, other=0)
    if finding.status == "written":
        questions = key.asked(asked.question, str(answer)).replace("\n", "\n\n")
        return _show(_written(asked, finding, level, questions), asked)
    if finding.status != "uncheckable":
        told = {"now": progress_file.now(), "right": finding.is_right, "mistake": finding.mistake}
        asked.keep(functools.partial(repetition.answered, **told))
        tried = digest(asked.question, answer, *key[question])
        asked.keep(functools.partial(repetition.tried, world=asked.world, digest=tried))
    if finding.read is not None:
        told = report(asked.lesson, question, asked.world, finding.read)
        finding = replace(finding, report=told)
    if finding.is_right:
        words = filter(None, [finding.text, asked.question.because])
        finding = replace(finding, text="\n".join([" ".join(words), asked.next_text()]))
    return _show(finding, asked)


@_for_students
def hint(question: str) -> Note:
    """Show the next of three hints; after the third, the third again.

    Examples
    --------
    >>> begun = start("00-start-here")
    >>> hint("q1").text.partition(".")[0]
    '**Hint 1 of 3'
    """
    return _show(Note(_asked(question).hint()))


@_for_students
def solution(question: str) -> Note:
    """Show one way to answer and why it is right, once a hint was read or three answers were tried.

    Examples
    --------
    >>> begun, read = start("00-start-here"), hint("q1")
    >>> "**Why?**" in solution("q1").text
    True
    """
    return _show(Note(_asked(question).solution()))


@_for_students
def my_progress() -> Overview:
    """Show what is done and mastered in each lesson, the mistakes met, and what to practise again today.

    Examples
    --------
    >>> seen = my_progress()
    >>> len(seen.lessons["00-start-here"])
    2
    """
    return overview().tell()


def _asked(question: str) -> Asked:
    """Return what is known of a question of the lesson that was started."""
    if not _session:
        raise UsageError(NOT_STARTED)
    lesson, seed = _session["lesson"], _session["seed"]
    return Asked(lesson, seed, answer_key.find_question(lesson, question))


def _show(message: M, asked: Asked | None = None) -> M:
    """Show a message, below a question's reply its buttons, and bring those of earlier replies up to date."""
    if not has_kernel():
        return message.tell()
    from opslab.exercises import reply_widget  # ipywidgets is slow to import

    if asked:
        message.below = functools.partial(reply_widget.below, asked)
    message.tell()
    reply_widget.refresh()
    return message


def _written(asked: Asked, finding: Finding, level: int | None, questions: str) -> Note:
    """First show two answers to compare with, and only then take the student's own score.

    What the sheet's reader asks stands beside both.
    """
    question = asked.question
    first, second = question.exemplars
    told = [ASKED.format(questions=questions)] if questions else []
    if level is None:
        asked.keep(functools.partial(repetition.scored, now=progress_file.now()))
        rubric = "\n".join(f"{place}. {words}" for place, words in enumerate(question.rubric, start=1))
        both = READ_BOTH.format(a=first.text, b=second.text)
        compare = COMPARE.format(question=question.name, rubric=rubric)
        return Note("\n\n".join([finding.text, *told, both, compare]))
    if level not in range(1, len(question.rubric) + 1):
        raise UsageError(BAD_LEVEL.format(level=level))
    asked.keep(functools.partial(repetition.scored, now=progress_file.now(), level=level))
    lines = [
        SCORED.format(level=level, words=question.rubric[level - 1]),
        LEVELS.format(a=first.level, b=second.level),
    ]
    if level < len(question.rubric):
        lines.append(NEXT_LEVEL.format(level=level + 1, words=question.rubric[level]))
    return Note("\n\n".join([*lines, *told, asked.next_text()]))
