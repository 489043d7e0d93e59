"""From what a run handed over to marks: decoded as data, judged here, far from the submission's process."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

import pandas as pd

from opslab.exercises.answer_key import AnswerKey, assess
from opslab.exercises.judge import judge
from opslab.exercises.questions import Question
from opslab.grading.sandbox import Outcome
from opslab.grading.serialisation import BadDataError, Unreadable, decode
from opslab.grading.submissions import Submission

# Words
ERROR = "The cell stopped before it was checked. {cause}"
MISSING = 'No cell calls check("{question}", …): the answer cell was deleted or renamed.'
NOT_DATA = "This cannot be checked: {cause}"
SEVERAL = "Several answers were given to this question; the last one counts."
WRITTEN = "To be read by your teacher, with this rubric."
MORE = "…"

SHOWN = 120  # letters of an answer that stand in a report


@dataclass(frozen=True)
class Mark:
    """One student's result in one question.

    `score` is 1 or 0; of a written answer it is None while it waits for its reader, then its level / 4.
    `finding` is right, written, reviewed, unanswered, uncheckable, different, error, missing, other-world, or
    the name of a recognised mistake. `answer` is short, and whole where it was written in words. `note` is
    what else there is to say of it.
    """

    student: str
    question: str
    score: float | None
    finding: str
    message: str
    answer: str = ""
    level: int | None = None
    comment: str = ""
    note: str = ""


@dataclass(frozen=True)
class Key:
    """What is right in the world that a class is graded on."""

    lesson: str
    seed: int
    questions: Mapping[str, Question]
    answers: AnswerKey


def marks_of(submission: Submission, outcome: Outcome, key: Key) -> list[Mark]:
    """Return a mark for each question of the lesson, whatever became of the submission."""
    return [_mark(submission, outcome, key, question) for question in key.questions.values()]


def _mark(submission: Submission, outcome: Outcome, key: Key, question: Question) -> Mark:
    name = question.name
    if name in outcome.measured:
        return _measured(submission, outcome, key, question)
    if name not in outcome.answers:
        cause = next(
            (
                outcome.errors[place]
                for place, cell in submission.cells.items()
                if name in cell.questions and place in outcome.errors
            ),
            None,
        )
        if cause is None:
            return Mark(submission.student, name, 0, "missing", MISSING.format(question=name))
        return Mark(submission.student, name, 0, "error", ERROR.format(cause=cause))
    try:
        received = decode(outcome.answers[name])
        finding = assess(key.lesson, key.answers, question, received, submission.own_seed)
        given = str(received) if finding.status == "written" else short(received)
    except BadDataError as error:
        return Mark(submission.student, name, 0, "uncheckable", NOT_DATA.format(cause=error))
    except Exception as error:  # a value made to break the comparison costs its own question
        cause = type(error).__name__
        return Mark(submission.student, name, 0, "uncheckable", NOT_DATA.format(cause=cause))
    note = SEVERAL if name in outcome.changed else ""
    if finding.status == "written":
        return Mark(submission.student, name, None, "written", WRITTEN, given, note=note)
    code = finding.mistake if finding.status == "mistake" else finding.status
    return Mark(submission.student, name, float(finding.is_right), code, finding.text, given, note=note)


def _measured(submission: Submission, outcome: Outcome, key: Key, question: Question) -> Mark:
    """Return the mark of a function that was handed over and measured by asking it."""
    name, found = question.name, outcome.measured[question.name]
    if "value" not in found:
        return Mark(submission.student, name, 0, "uncheckable", NOT_DATA.format(cause=found["fault"]))
    finding = judge(question, found["value"], *key.answers[name], key.answers.others(name))
    code = finding.mistake if finding.status == "mistake" else finding.status
    note = SEVERAL if name in outcome.changed else ""
    given = short(found["value"])
    return Mark(submission.student, name, float(finding.is_right), code, finding.text, given, note=note)


def short(value: object) -> str:
    """Return an answer in a line that is equal for answers equal to four digits."""
    if value is ... or value is None:
        return ""
    if isinstance(value, float | int) and not isinstance(value, bool):
        return f"{value:.4g}"
    if isinstance(value, pd.DataFrame):
        return _cut(f"{value.shape[0]} × {value.shape[1]}: " + short(value.to_numpy().ravel().tolist()))
    if isinstance(value, pd.Series | Mapping):
        pairs = islice(value.items(), SHOWN)
        return _cut(", ".join(f"{_label(label)}: {short(cell)}" for label, cell in pairs))
    if isinstance(value, list | tuple):
        return _cut(", ".join(short(item) for item in islice(value, SHOWN)))
    if isinstance(value, Unreadable | str):
        return _cut(str(value))
    plain = getattr(value, "tolist", None)
    return _cut(short(plain()) if plain else str(value))


def _label(label: object) -> str:
    return label.date().isoformat() if isinstance(label, pd.Timestamp) else str(label)


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + MORE
