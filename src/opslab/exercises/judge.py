"""Judge an answer: right, a known mistake, or how it differs. Values in, a finding out.

Values are compared, never text, so that a correct answer by another road is correct. Each kind of
question has a small class that reads what was received, compares it and describes a difference.
"""

import html
import math
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd

from opslab.exercises.messages import Message
from opslab.exercises.sheets import Question

# Words
UNANSWERED = "Not answered yet. Replace `...` with your answer and run the cell again."
RIGHT = "Right."
MISTAKE = "Not yet. {message}"
SAVED = "Read the two answers below before you score your own."
EQUAL_WRONG = (
    "{question}: the wrong {name!r} gives {value}, the same as {other} or within two tolerances of it, so "
    "that a value between them would be both; change the wrong, remove it, or tighten the tolerance"
)
THE_ANSWER, THE_WRONG = "the answer", "the wrong {name!r}"
WANTS_NUMBER = "This cannot be checked: received {received}, expected one number{unit}."
IN_UNIT = " in {unit}"
WANTS_FINITE = (
    "This cannot be checked: {what} is {received}. A division by zero, a missing value or a sum without end "
    "gives that."
)
THE_RESULT = "the result"
TOO_HIGH = "Too high{close}."
TOO_LOW = "Too low{close}."
CLOSE = (
    ", but close: within 5 % of the answer. Look at the edges of what you count, and do not round on the way"
)
HUNDRED_HIGH = "100 times too high. Did you give a percentage where a share of 1 is asked for?"
HUNDRED_LOW = "100 times too low. Did you give a share of 1 where a percentage is asked for?"
SIGN = "The size is right, the sign is turned."
WANTS_TABLE = "This cannot be checked: received {received}, expected a table with {count} values ({labels})."
MISSING_LABELS = "This cannot be checked: {labels} missing. Expected {count} values: {expected}."
WRONG_LENGTH = "This cannot be checked: received {received} values, expected {count} ({labels})."
SOME_RIGHT = "{right} of {count} right; {first}{more}."
LABEL_HIGH = "{label} is too high"
LABEL_LOW = "{label} is too low"
LABEL_OTHER = "{label} is {received}, which is not it"
PLACE, SHAPED = "place {place}", "a {type} of shape {shape}"
AND_MORE = "; {count} more to mend"
WANTS_CHOICE = "This cannot be checked: received {received}, expected one of {options}."
OTHER_CHOICE = "Not this one."
WANTS_ORDER = "This cannot be checked: received {received}, expected each of {labels} once, in your order."
ORDER_SECOND = "Place 1 is right; look at place 2."
ORDER_FROM = "The first {right} of {count} are in place; look at place {place}."
ORDER_FIRST = "Place 1 is not right yet: what has to come before everything else?"
WANTS_TEXT = "This cannot be checked: received {received}, expected a text between quotation marks."
ONE_WORD = "1 word so far; write at least {least} so that there is something to compare."
TOO_SHORT = "{count} words so far; write at least {least} so that there is something to compare."

MARKS = {
    "unanswered": ("○", "#767676"),
    "uncheckable": ("△", "#B07200"),
    "right": ("✔", "#007A57"),
    "mistake": ("✘", "#C24A00"),
    "different": ("✘", "#C24A00"),
    "written": ("✎", "#0072B2"),
}

# What an answer may be multiplied by, by mistake.
FACTORS = {100: HUNDRED_HIGH, 0.01: HUNDRED_LOW, -1: SIGN}


class UncheckableError(ValueError):
    """What was received is not of the kind that was asked for."""


@dataclass
class Finding(Message):
    """What a check answers. `status` is one of MARKS; `mistake` names the wrong that was recognised."""

    status: str
    text: str
    mistake: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the answer was right."""
        return self.status == "right"

    def __repr__(self) -> str:
        return f"{MARKS[self.status][0]} {self.text}"

    def _repr_html_(self) -> str:
        mark, colour = MARKS[self.status]
        text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.text, quote=False))
        return (
            f'<div class="opslab-finding" role="status" style="border-left:4px solid {colour};'
            f'padding:.4em .9em;margin:.4em 0;font-size:1rem">{mark} {text}</div>'
        )


def judge(question: Question, received: object, expected: object, mistakes: Mapping[str, object]) -> Finding:
    """Return the finding for one answer.

    Parameters
    ----------
    question : what is asked: kind, tolerance and the wrongs' messages
    received : the student's value
    expected : the value that the solution gives on the same data
    mistakes : the values that the wrongs give on the same data, by name
    """
    if is_unanswered(received):
        return Finding("unanswered", UNANSWERED)
    if question.kind == "written":
        return _judge_text(question, received)
    kind = COMPARISONS[question.kind]
    try:
        answer = kind.read(question, received, expected, mistakes)
    except UncheckableError as error:
        return Finding("uncheckable", str(error))
    if kind.same(question, answer, kind.read(question, expected, expected, mistakes)):
        return Finding("right", RIGHT)
    for wrong in question.wrongs:
        if kind.same(question, answer, kind.read(question, mistakes[wrong.name], expected, mistakes)):
            return Finding("mistake", MISTAKE.format(message=wrong.message), wrong.name)
    return Finding("different", kind.difference(question, answer, expected, mistakes))


def require_distinct(question: Question, expected: object, mistakes: Mapping[str, object]) -> None:
    """Refuse a wrong that cannot be told from the answer or another wrong: one value would be both.

    Raises
    ------
    ValueError
        Naming the question, the wrong, its value and what it equals.
    """
    if question.kind == "written":
        return
    kind, nearby = COMPARISONS[question.kind], question.looser(2)
    seen = {THE_ANSWER: kind.read(question, expected, expected, mistakes)}
    for name, value in mistakes.items():
        read = kind.read(question, value, expected, mistakes)
        for other, known in seen.items():
            if kind.same(nearby, read, known):
                raise ValueError(
                    EQUAL_WRONG.format(question=question.name, name=name, value=_short(value), other=other)
                )
        seen[THE_WRONG.format(name=name)] = read


def is_unanswered(received: object) -> bool:
    """Whether the placeholder still stands: `...`, None, an empty text, or a list that holds `...`."""
    if received is None or received is ...:
        return True
    if isinstance(received, str):
        return received.strip() in ("", "...")
    if isinstance(received, Mapping):
        return any(value is ... for value in received.values())
    return isinstance(received, list | tuple) and any(value is ... for value in received)


class _Number:
    @staticmethod
    def read(question: Question, value: object, expected: object, mistakes: Mapping[str, object]) -> float:
        value = _alone(value)
        if not _is_number(value):
            unit = IN_UNIT.format(unit=question.unit) if question.unit else ""
            raise UncheckableError(WANTS_NUMBER.format(received=_short(value), unit=unit))
        if not math.isfinite(value):
            raise UncheckableError(WANTS_FINITE.format(what=THE_RESULT, received=value))
        return float(value)

    @staticmethod
    def same(question: Question, one: float, other: float) -> bool:
        return _near(question, one, other)

    @staticmethod
    def difference(
        question: Question, answer: float, expected: object, mistakes: Mapping[str, object]
    ) -> str:
        truth = float(expected)
        for factor, words in FACTORS.items():
            if _near(question, answer / factor, truth):
                return words
        close = CLOSE if abs(answer - truth) <= 0.05 * abs(truth) else ""
        return (TOO_HIGH if answer > truth else TOO_LOW).format(close=close)


class _Table:
    @staticmethod
    def read(question: Question, value: object, expected: object, mistakes: Mapping[str, object]) -> dict:
        truth = _labelled(expected)
        found = _labelled(value)
        labels = _listed(truth)
        if found is None:
            raise UncheckableError(
                WANTS_TABLE.format(received=_short(value), count=len(truth), labels=labels)
            )
        if _is_plain(value) and not _is_plain(expected):
            if len(found) != len(truth):
                raise UncheckableError(
                    WRONG_LENGTH.format(received=len(found), count=len(truth), labels=labels)
                )
            found = dict(zip(truth, found.values(), strict=True))
        given = {label.lower(): cell for label, cell in found.items()}
        missing = [label for label in truth if label.lower() not in given]
        if missing:
            raise UncheckableError(
                MISSING_LABELS.format(labels=_listed(missing), count=len(truth), expected=labels)
            )
        asked = {label: given[label.lower()] for label in truth}  # whatever else was handed over does no harm
        for label, cell in asked.items():
            if _is_number(cell) and not math.isfinite(cell) and not _alike(question, cell, truth[label]):
                raise UncheckableError(WANTS_FINITE.format(what=label, received=cell))
        return asked

    @staticmethod
    def same(question: Question, one: dict, other: dict) -> bool:
        return one.keys() == other.keys() and all(_alike(question, one[key], other[key]) for key in other)

    @staticmethod
    def difference(question: Question, answer: dict, expected: object, mistakes: Mapping[str, object]) -> str:
        truth = _labelled(expected)
        for factor, words in FACTORS.items():
            if all(
                _is_number(answer[key]) and _alike(question, answer[key] / factor, truth[key])
                for key in truth
            ):
                return words
        off = [key for key in truth if not _alike(question, answer[key], truth[key])]
        first, more = off[0], len(off) - 1
        return SOME_RIGHT.format(
            right=len(truth) - len(off),
            count=len(truth),
            first=_describe(first, answer[first], truth[first]),
            more=AND_MORE.format(count=more) if more else "",
        )


class _Choice:
    @staticmethod
    def read(question: Question, value: object, expected: object, mistakes: Mapping[str, object]) -> str:
        options = sorted({_choice(option) for option in (expected, *mistakes.values())})
        if not isinstance(value, str) or _choice(value) not in options:
            raise UncheckableError(WANTS_CHOICE.format(received=_short(value), options=", ".join(options)))
        return _choice(value)

    @staticmethod
    def same(question: Question, one: str, other: str) -> bool:
        return one == other

    @staticmethod
    def difference(question: Question, answer: str, expected: object, mistakes: Mapping[str, object]) -> str:
        return OTHER_CHOICE


class _Ordering:
    @staticmethod
    def read(
        question: Question, value: object, expected: object, mistakes: Mapping[str, object]
    ) -> list[str]:
        labels = [_choice(item) for item in expected]
        found = [_choice(item) for item in value] if isinstance(value, str) or _is_flat(value) else []
        if sorted(found) != sorted(labels):
            listed = ", ".join(sorted(map(str, expected)))
            raise UncheckableError(WANTS_ORDER.format(received=_short(value), labels=listed))
        return found

    @staticmethod
    def same(question: Question, one: list[str], other: list[str]) -> bool:
        return one == other

    @staticmethod
    def difference(
        question: Question, answer: list[str], expected: object, mistakes: Mapping[str, object]
    ) -> str:
        truth = [_choice(item) for item in expected]
        right = next(place for place, (a, b) in enumerate(zip(answer, truth, strict=True)) if a != b)
        words = {0: ORDER_FIRST, 1: ORDER_SECOND}.get(right, ORDER_FROM)
        return words.format(right=right, count=len(truth), place=right + 1)


COMPARISONS = {"number": _Number, "table": _Table, "choice": _Choice, "ordering": _Ordering}


def _judge_text(question: Question, received: object) -> Finding:
    if not isinstance(received, str):
        return Finding("uncheckable", WANTS_TEXT.format(received=_short(received)))
    count = word_count(received)
    if count < question.least_words:
        words = {1: ONE_WORD}.get(count, TOO_SHORT)
        return Finding("uncheckable", words.format(count=count, least=question.least_words))
    return Finding("written", SAVED)


def word_count(text: str) -> int:
    """Count words; a Chinese character counts as half a word, as is usual for mixed texts."""
    chinese = len(re.findall(r"[\u4e00-\u9fff]", text))
    return len(re.findall(r"[^\W\u4e00-\u9fff]+(?:[.'’-][^\W\u4e00-\u9fff]+)*", text)) + chinese // 2


def _near(question: Question, one: float, other: float) -> bool:
    # Floating-point roads differ in the last digits, whatever the tolerance.
    allowed = max(question.absolute, question.relative * abs(float(other)), 1e-12)
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=allowed)


def _alike(question: Question, one: object, other: object) -> bool:
    numbers = _is_number(one) and _is_number(other)
    if numbers and math.isnan(one) and math.isnan(other):
        return True
    return _near(question, one, other) if numbers else _label(one) == _label(other)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _alone(value: object) -> object:
    """Return the one value of an array or a table that holds no more; infinity where no float can hold it."""
    if isinstance(value, np.ndarray | pd.Series | pd.DataFrame) and value.size == 1:
        value = np.asarray(value).item()
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        return math.inf if value > 0 else -math.inf
    return value


def _labelled(value: object) -> dict[str, object] | None:
    """Return a table's values by label: `row`, or `row, column` where there are several columns."""
    if isinstance(value, pd.DataFrame):
        if value.shape[1] == 1:
            return _labelled(value.iloc[:, 0])
        return {
            f"{_label(row)}, {_label(column)}": _alone(cell)
            for column, cells in value.items()
            for row, cell in cells.items()
        }
    if isinstance(value, pd.Series | Mapping):
        return {_label(key): _alone(cell) for key, cell in value.items()}
    if _is_flat(value):
        return {PLACE.format(place=place): _alone(cell) for place, cell in enumerate(value, start=1)}
    return None


def _is_plain(value: object) -> bool:
    return isinstance(value, list | tuple | np.ndarray)


def _is_flat(value: object) -> bool:
    """Whether it is a list, tuple or array of single values."""
    if isinstance(value, np.ndarray):
        return value.ndim == 1
    return isinstance(value, list | tuple) and not any(map(_is_plain, value))


def _describe(label: str, received: object, truth: object) -> str:
    if _is_number(received) and _is_number(truth):
        return (LABEL_HIGH if received > truth else LABEL_LOW).format(label=label)
    return LABEL_OTHER.format(label=label, received=_short(received))


def _label(key: object) -> str:
    if isinstance(key, pd.Timestamp):
        return key.date().isoformat()
    return ", ".join(map(_label, key)) if isinstance(key, tuple) else str(key)


def _listed(labels: Sequence[str]) -> str:
    shown = list(labels)[:6]
    return ", ".join(shown) + (", …" if len(labels) > len(shown) else "")


def _choice(value: object) -> str:
    return str(value).strip().lower()


def _short(value: object) -> str:
    if isinstance(value, pd.DataFrame | pd.Series | np.ndarray):
        return SHAPED.format(type=type(value).__name__, shape=value.shape)
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
