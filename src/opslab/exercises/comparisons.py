"""Read an answer as it was meant, and tell how far it lies from another: values are compared, never text.

Each kind of question has one class. It reads what was received (a Series, a dictionary, a list, a text that
holds a number ...), says in a note what it made of an odd form, and measures distances in tolerances: up to 1
is the same.
"""

import inspect
import math
import re
import sys
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import is_dataclass
from decimal import Decimal
from functools import lru_cache
from numbers import Real
from typing import Any, TypeGuard

import numpy as np
import pandas as pd

from opslab.exercises.questions import Question
from opslab.ground.frames import as_pandas

PLAIN_NUMBERS = (float, int)  # to ask `numbers` of each value takes longer than all else that is compared
ROUNDING = 1e-9  # floating-point roads differ in the last digits, whatever the tolerance
SHOWN = 6  # labels that a message lists
NUMBER_TEXT = re.compile(
    r"\s*([-+]?(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:e[-+]?\d+)?)\s*(%|[a-z¥元天 ]*)\s*", re.IGNORECASE
)

SIGNS = {"¥": "yuan", "元": "yuan", "天": "day"}  # for a unit
PERCENT = ("per cent", "percent", "%")

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
BETWEEN_LETTERS = {"and", "or", "both", "&", "und", "oder", "和", "或"}
CALLED = r"(?:(?:my |the )?(?:option|answer|choice|letter)(?: is)? |选项? ?|答案是? ?)(\w)"  # "option b"
LEAST_LETTERS = 4  # of the beginning of an option, when it is written instead of its letter

# Words
WANTS_NUMBER = "This cannot be checked: received {received}, expected one number{unit}.{more}"
SEVERAL_VALUES = " You gave {count} values: add them up, average them, or choose one?"
WORDS_GIVEN, YES_GIVEN = " Write the number without words.", " A question of how much has no yes or no."
IN_UNIT = " in {unit}"
INFINITE = (
    "This cannot be checked: {what} is infinite ({received}). Something is divided by 0, or what is waited "
    "for never comes."
)
GAP = "This cannot be checked: {what} is {received}. A missing value gives that, or 0 divided by 0."
THE_RESULT = "the result"
TAKEN_AS_NUMBER = "You gave a text; it was taken as the number {number:.15g}."
TAKEN_FROM_NAME = "You gave a value under a name, {name!r}; it was taken alone."
TAKEN_AS_NUMBERS = "Some of your values are texts; they were taken as the numbers that they hold."
TAKEN_AS_NAMES = "The names were taken from the column `{column}`."
TAKEN_TURNED = "Your rows and columns are exchanged; they were taken the other way round."
NOT_CALLED = "You gave the function `{name}` itself. Call it, with its arguments in parentheses: `{name}(…)`."
HOLDS_ANSWER = (
    "You gave the whole result, of the kind {received}. One of its parts is asked for: its `.{name}`."
)
PART_ASKED = (
    "This cannot be checked: received a result of the kind {received}, expected one number{unit}. It has the "
    "parts `.{names}`: give the one that is asked for."
)
CELL_ASKED = "You gave {received}. One value of it is asked for: choose it."
SUM_ASKED = "You gave {received}. The sum of its values is asked for: add them up."
MEAN_ASKED = "You gave {received}. The mean of its values is asked for: average them."
WANTS_TABLE = (
    "This cannot be checked: received {received}, expected a table with {count} values ({labels}).{more}"
)
ONE_GIVEN = " You gave one value: each of these names wants its own."
NAME_GIVEN = " You gave one of the names: give the value that stands under each."
NAMES_GIVEN = " You gave the names: give the values that stand under them."
TAKEN_FROM_PARTS = "The values were taken from the parts of your result."
MISSING_LABELS = "This cannot be checked: nothing stands under {missing}. Expected {count} values: {labels}."
SPLIT_FURTHER = (
    "This cannot be checked: you split once more, by {parts}. Expected {count} values: {labels}. Choose one "
    "part, or leave this split out."
)
GROUP_MISSING = (
    "What you gave is right, but nothing stands under {missing}. Expected {count} values: {labels}."
)
GROUP_EXTRA = "The values asked for are right, but {extra} {too} many. Expected {count} values: {labels}."
SEVERAL, NAMED = "some", "names"
ONE_TOO, SOME_TOO = "is one too", "are too"
COLUMN_ASKED = "You gave a whole table. One column of it is asked for: add `[{column!r}]`."
ROW_ASKED = "You gave a whole table. One row of it is asked for: add `.loc[{row!r}]`."
ROWS_GIVEN = (
    "This cannot be checked: received a table with {count} rows, expected one value for each of {labels}. "
    "Choose a row, add the rows up, or average them."
)
COLUMNS_GIVEN = (
    "This cannot be checked: received a table with the columns {columns}, expected one value for each of "
    "{labels}. Give the one column that is asked for."
)
WRONG_LENGTH = "This cannot be checked: received {received} values, expected {count} ({labels})."
SEVERAL_UNDER = (
    "This cannot be checked: {label} is {received}, expected one number. Count its values, or choose one?"
)
MORE_LABELS = " and {count} more"
PLACE, SHAPED = "place {place}", "a {type} of shape {shape}"
WANTS_CHOICE = "This cannot be checked: received {received}, expected one of {options}. {more}"
ONE_LETTER = "Give one letter: the option that answers the question alone."
NO_PLACE = "Give the letter that stands before the option; a place may be counted from 0 or from 1."
NO_VALUE = "Which option says this? Give its letter."
NO_WORDS = "Which option do you mean? Give its letter alone."
TAKEN_AS_OPTION = "You gave words; they were taken as `{letter}`."
WANTS_ORDER = (
    "This cannot be checked: received {received}, expected each of {labels} once, in your order.{more}"
)
NO_PLACES = " Give the letters themselves, the first one first: a number may be a place or an option."
NO_GROUPS = " Give one list, without lists inside."
LEFT_OUT, TWICE, UNKNOWN = " {letters} missing.", " More than once: {letters}.", " Not among them: {letters}."
TAKEN_BY_PLACE = "The letters were taken in the order of their places."


class UncheckableError(ValueError):
    """What was received is not of the kind that was asked for; `mistake` names the slip that explains it."""

    def __init__(self, words: str, mistake: str = ""):
        super().__init__(words)
        self.mistake = mistake


class NotYetError(UncheckableError):
    """What was received leads to what is asked for, by a step that the words tell."""


class Comparison:
    """One question in one world: the right answer and the named mistakes, read once.

    Attributes
    ----------
    expected : the right answer as the solution gave it
    truth : the same as it is compared
    handed : what each named mistake gives, as its code gave it
    mistakes : the same as it is compared
    """

    def __init__(self, question: Question, expected: Any, mistakes: Mapping[str, object]):
        self.question = question
        self.expected = expected
        self.handed = mistakes
        self.options = [expected, *mistakes.values()]
        self.truth: Any = None
        self.truth = self.read_truth()
        self.mistakes = {name: self.read(value)[0] for name, value in mistakes.items()}

    def read(self, value: object) -> tuple[Any, str]:
        """Return the answer as it is compared, and what must be said of its form.

        Raises
        ------
        UncheckableError
            If it is not of the kind that was asked for.
        """
        return self._read(as_pandas(value))

    def _read(self, value: object) -> tuple[Any, str]:
        raise NotImplementedError

    def read_truth(self) -> Any:
        """Return the right answer as it is compared."""
        return self.read(self.expected)[0]

    def distance(self, one: Any, other: Any) -> float:
        """Return how far apart two answers lie, in tolerances of the second one; up to 1 is the same."""
        return 0 if one == other else math.inf

    def pairs(self, answer: Any) -> dict[str, tuple[Any, Any]]:
        """Return each value received beside the right one, by name; none where values are letters."""
        return {}


class NumberComparison(Comparison):
    """One number."""

    def _read(self, value: object) -> tuple[float, str]:
        """Return one number; a text that holds one is taken as it, a dictionary of one value as that."""
        named = ""
        if isinstance(value, Mapping) and len(value) == 1:
            ((name, value),) = value.items()
            named = TAKEN_FROM_NAME.format(name=name)
        alone = _alone(value)
        number = as_number(alone, self.question.unit)
        if number is None:
            raise self._no_number(value)
        known = [option for option in self.options if is_number(option)]
        if not math.isfinite(number) and number not in known:  # money that never comes back may be a mistake
            raise _not_finite(THE_RESULT, number)
        text = TAKEN_AS_NUMBER.format(number=number) if isinstance(alone, str) else ""
        return number, " ".join(filter(None, [named, text]))

    def distance(self, one: float, other: float) -> float:
        """Return the distance in tolerances."""
        return cells_apart(self.question, one, other)

    def pairs(self, answer: float) -> dict[str, tuple[Any, Any]]:
        """Return the number received beside the right one."""
        return {THE_RESULT: (answer, self.truth)}

    def _no_number(self, value: object) -> UncheckableError:
        """Say what came in place of a number: a function, a result or a table that holds it, or else."""
        unit = IN_UNIT.format(unit=self.question.unit) if self.question.unit else ""
        kind, parts, cells = type(value).__name__, parts_of(value), labelled(value) or {}
        right = [name for name, part in parts.items() if self._is_right(part)]
        if inspect.isroutine(value):
            return NotYetError(NOT_CALLED.format(name=value.__name__), "not-called")
        if right:
            return NotYetError(HOLDS_ANSWER.format(received=kind, name=right[0]), "whole-result")
        if parts:
            words = PART_ASKED.format(received=kind, unit=unit, names="`, `.".join(parts))
            return NotYetError(words, "whole-result")
        for asked, numbers, slip in self._leads(list(cells.values())):
            if any(map(self._is_right, numbers)):
                return NotYetError(asked.format(received=short(value)), slip)
        more, slip = "", ""
        if len(cells) > 1:
            more, slip = SEVERAL_VALUES.format(count=len(cells)), "several-values"
        elif isinstance(value, str | bool):
            more, slip = (YES_GIVEN, "yes-or-no") if isinstance(value, bool) else (WORDS_GIVEN, "in-words")
        return UncheckableError(WANTS_NUMBER.format(received=short(value), unit=unit, more=more), slip)

    def _leads(self, cells: list[object]) -> Iterator[tuple[str, list[object], str]]:
        """Yield what may be asked of several values: one of them, their sum, their mean."""
        if len(cells) > 1:
            yield CELL_ASKED, cells, "whole-table"
            if all(is_number(cell) and math.isfinite(cell) for cell in cells):
                total = math.fsum(map(float, cells))  # ty: ignore[invalid-argument-type]
                yield SUM_ASKED, [total], "not-summed"
                yield MEAN_ASKED, [total / len(cells)], "not-averaged"

    def _is_right(self, part: object) -> bool:
        number = as_number(part)
        return number is not None and self.truth is not None and self.distance(number, self.truth) <= 1


class TableComparison(Comparison):
    """Values under names."""

    def _read(self, value: object) -> tuple[dict[str, object], str]:
        """Return the values that are asked for, under the names of the right answer."""
        found, note = self._named(value)
        given = {_plain_label(label): cell for label, cell in found.items()}
        missing = [label for label in self.truth if _plain_label(label) not in given]
        asked = {label: given[_plain_label(label)] for label in self.truth if label not in missing}
        numbers = self._numbers(asked)
        asked, note = asked | numbers, note or (TAKEN_AS_NUMBERS if numbers else "")
        if missing:
            raise self._missing(value, asked, missing)
        for label in self._off(asked):
            cell = asked[label]
            if is_number(self.truth[label]) and labelled(cell):
                raise UncheckableError(
                    SEVERAL_UNDER.format(label=label, received=short(cell)), "several-values"
                )
            if is_number(cell) and not math.isfinite(cell):
                raise _not_finite(label, cell)
        extra = self._extra(found)
        if extra and not self._off(asked):
            too = ONE_TOO if len(extra) == 1 else SOME_TOO
            words = GROUP_EXTRA.format(extra=listed(extra), too=too, **self._wanted())
            raise NotYetError(words, "group-too-many")
        return asked, note

    def read_truth(self) -> dict[str, object]:
        """Return the right answer by name."""
        truth = labelled(self.expected)
        if truth is None:
            words = WANTS_TABLE.format(received=short(self.expected), count=SEVERAL, labels=NAMED, more="")
            raise UncheckableError(words)
        return truth

    def distance(self, one: dict, other: dict) -> float:
        """Return the distance of the two values that lie farthest apart."""
        return max((cells_apart(self.question, one[label], other[label]) for label in other), default=0)

    def pairs(self, answer: dict) -> dict[str, tuple[Any, Any]]:
        """Return each value received beside the right one."""
        return {label: (answer[label], truth) for label, truth in self.truth.items()}

    def _named(self, value: object) -> tuple[dict[str, object], str]:
        """Return the values by name; a list gets the names of the right answer, in order."""
        if inspect.isroutine(value):
            raise NotYetError(NOT_CALLED.format(name=value.__name__), "not-called")
        for form, note in _forms(value):
            found = labelled(form)
            if found is not None and {*map(_plain_label, self.truth)} <= {*map(_plain_label, found)}:
                return found, note
        found = labelled(value)
        names = {_plain_label(str(cell)) for cell in (found or {}).values()}
        if names and names == {*map(_plain_label, self.truth)}:
            raise self._no_table(value, NAMES_GIVEN, "names-alone")
        if found is None:
            raise self._no_names(value)
        if _is_plain(value) and not _is_plain(self.expected):
            if len(found) != len(self.truth):
                words = WRONG_LENGTH.format(received=len(found), **self._wanted())
                raise UncheckableError(words, "another-length")
            return dict(zip(self.truth, found.values(), strict=True)), ""
        return found, ""

    def _no_names(self, value: object) -> UncheckableError:
        """Say what came that has no names: a result that holds the table, one name, one value, or else."""
        parts = attributes_of(value)
        right = [name for name, part in parts.items() if self._is_right(part)]
        if right:
            words = HOLDS_ANSWER.format(received=type(value).__name__, name=right[0])
            return NotYetError(words, "whole-result")
        if self.truth.keys() <= parts.keys():
            label = next(iter(self.truth))
            words = SEVERAL_UNDER.format(label=label, received=short(parts[label]))
            return UncheckableError(words, "several-values")
        if isinstance(value, str) and _plain_label(value) in {*map(_plain_label, self.truth)}:
            return self._no_table(value, NAME_GIVEN, "names-alone")
        return self._no_table(value, ONE_GIVEN, "one-value" if as_number(_alone(value)) is not None else "")

    def _is_right(self, part: object) -> bool:
        cells = labelled(part) or {}
        return self.truth.keys() <= cells.keys() and not self._off({name: cells[name] for name in self.truth})

    def _no_table(self, value: object, more: str, slip: str) -> UncheckableError:
        """Say that something else came in place of a table, and more where a slip explains it."""
        words = WANTS_TABLE.format(received=short(value), **self._wanted(), more=more if slip else "")
        return UncheckableError(words, slip)

    def _numbers(self, cells: Mapping[str, object]) -> dict[str, float]:
        """Return the numbers that stand in texts where a number is asked for."""
        texts = {label: cell for label, cell in cells.items() if isinstance(cell, str)}
        unit = self.question.unit
        numbers = {
            label: as_number(text, unit) for label, text in texts.items() if is_number(self.truth[label])
        }
        return {label: number for label, number in numbers.items() if number is not None}

    def _missing(self, value: object, asked: dict[str, object], missing: list[str]) -> UncheckableError:
        """Say which names are missing, or that a whole table was given where one column is asked for."""
        for form, note in _forms(value):
            columns = {
                column: {label: cells[label] for label in self.truth}
                for column, cells in _columns(form).items()
                if self.truth.keys() <= cells.keys()
            }
            right = [column for column, cells in columns.items() if not self._off(cells)]
            asked_of, given = (
                (ROW_ASKED, ROWS_GIVEN) if note == TAKEN_TURNED else (COLUMN_ASKED, COLUMNS_GIVEN)
            )
            if right:
                return NotYetError(asked_of.format(column=right[0], row=right[0]), "whole-table")
            if columns:
                names, labels = listed([*map(str, columns)]), listed(self.truth)
                words = given.format(columns=names, count=len(columns), labels=labels)
                return NotYetError(words, "whole-table")
        words = {"missing": listed(missing), **self._wanted()}
        if asked and not self._off(asked):
            return NotYetError(GROUP_MISSING.format(**words), "group-missing")
        if parts := self._split_further(value):
            return UncheckableError(SPLIT_FURTHER.format(parts=listed(parts), **words), "split-further")
        return UncheckableError(MISSING_LABELS.format(**words), "other-names")

    def _split_further(self, value: object) -> list[str]:
        """Return what a table is grouped by beside the names that are asked for."""
        rows = [label.split(", ") for label in labelled(value) or {}]
        for side in (0, 1) if {*map(len, rows)} == {2} else ():
            if {_plain_label(row[side]) for row in rows} == {*map(_plain_label, self.truth)}:
                return sorted({row[1 - side] for row in rows})
        return []

    def _off(self, cells: Mapping[str, object]) -> list[str]:
        """Return the labels whose values are not right."""
        truth = self.truth
        return [label for label, cell in cells.items() if cells_apart(self.question, cell, truth[label]) > 1]

    def _extra(self, found: Mapping[str, object]) -> list[str]:
        """Return the names of rows that nobody asked for; further columns do no harm."""
        rows = {part for label in self.truth for part in _names(label)}
        return [label for label in found if rows.isdisjoint(_names(label))]

    def _wanted(self) -> dict[str, object]:
        return {"count": len(self.truth), "labels": listed(self.truth)}


class ChoiceComparison(Comparison):
    """One letter of several."""

    def _read(self, value: object) -> tuple[str, str]:
        """Return the letter, also of "b)", ["b"] or the option's own words."""
        options, alone = sorted({_option(option) for option in self.options}), _alone(value)
        found = _option(alone) if isinstance(alone, str) else ""
        if found in options:
            return found, ""
        if (letter := _by_words(self.question, alone)) in options:
            return letter, TAKEN_AS_OPTION.format(letter=letter)
        more, slip = self._slip(alone, options)
        words = WANTS_CHOICE.format(received=short(value), options=", ".join(options), more=more)
        raise UncheckableError(words, slip)

    @staticmethod
    def _slip(value: object, options: list[str]) -> tuple[str, str]:
        """Return what to say of an answer that is no letter, and the name of the slip."""
        words = re.findall(r"[\w&]+", value.casefold()) if isinstance(value, str) else _items(value)
        letters = [word for word in words if _option(word) not in BETWEEN_LETTERS]
        if len(letters) > 1 and all(_option(letter) in options for letter in letters):
            return ONE_LETTER, "several-letters"
        places = {*map(str, range(len(options) + 1)), *ORDINALS}
        if places & {str(word) for word in words} and not isinstance(value, bool):
            return NO_PLACE, "place-for-letter"
        return (NO_WORDS, "words-for-letter") if isinstance(value, str) else (NO_VALUE, "value-for-letter")


class OrderingComparison(Comparison):
    """All letters, in an order."""

    def _read(self, value: object) -> tuple[list[str], str]:
        """Return the letters in order, also of "cab", "c, a, b", "c > a > b" or places by letter."""
        value = _alone(value)
        items, note = _by_place(value), TAKEN_BY_PLACE
        if not items:
            items, note = _letters(value) if isinstance(value, str) else value, ""
        wanted = sorted(map(_option, self.expected))
        found = [_by_words(self.question, item) or _option(item) for item in items] if _is_flat(items) else []
        if sorted(found) == wanted:
            return found, note
        labels = ", ".join(sorted(map(str, self.expected)))
        more, slip = self._slip(value, found, wanted, str.upper if labels.isupper() else str)
        words = WANTS_ORDER.format(received=short(value), labels=labels, more=more)
        raise UncheckableError(words, slip)

    @staticmethod
    def _slip(
        value: object, found: list[str], wanted: list[str], printed: Callable[[str], str]
    ) -> tuple[str, str]:
        """Return what to say of an answer that is no order of the letters, and the name of the slip."""
        if _is_plain(value) and not _is_flat(value):
            return NO_GROUPS, "in-groups"
        if found and all(re.fullmatch(r"\d+", item) for item in found):
            return NO_PLACES, "places-for-letters"
        unknown, missing = {*found} - {*wanted}, {*wanted} - {*found}
        twice = {letter for letter in wanted if found.count(letter) > 1}
        if not found or missing == {*wanted}:
            return "", ""
        said = (
            (twice, TWICE, "letter-twice"),
            (unknown, UNKNOWN, "no-such-letter"),
            (missing, LEFT_OUT, "letter-missing"),
        )
        more = "".join(
            words.format(letters=printed(", ".join(sorted(some)))) for some, words, _ in said if some
        )
        return more, next(slip for some, _, slip in said if some)


COMPARISONS: dict[str, type[Comparison]] = {
    "number": NumberComparison,
    "table": TableComparison,
    "choice": ChoiceComparison,
    "ordering": OrderingComparison,
}


def comparison_of(question: Question, expected: object, mistakes: Mapping[str, object]) -> Comparison:
    """Return what compares the answers of a question of any kind but a written one."""
    return COMPARISONS[question.kind](question, expected, mistakes)


def _not_finite(what: str, received: float) -> UncheckableError:
    words, slip = (GAP, "missing-value") if math.isnan(received) else (INFINITE, "infinite")
    return UncheckableError(words.format(what=what, received=received), slip)


def allowed(question: Question, truth: float) -> float:
    """Return how far from `truth` a number may lie."""
    return max(question.absolute, question.relative * abs(truth), ROUNDING * abs(truth), 1e-12)


def cells_apart(question: Question, one: object, other: object) -> float:
    """Return the distance of two values in tolerances: 0 for equal texts or two gaps, else infinity."""
    if not (is_number(one) and is_number(other)):
        return 0 if _plain_label(_label(one)) == _plain_label(_label(other)) else math.inf
    if one == other or (math.isnan(one) and math.isnan(other)):
        return 0
    apart = abs(one - other)
    return apart / allowed(question, float(other)) / (1 + ROUNDING) if math.isfinite(apart) else math.inf


def is_number(value: object) -> TypeGuard[float]:
    """Whether it is a real number, and not True or False."""
    return type(value) in PLAIN_NUMBERS or (isinstance(value, Real) and not isinstance(value, bool))


def as_number(value: object, unit: str = "") -> float | None:
    """Return a number, also of a text such as "1,234.5 yuan" or "25 %"; None for anything else.

    A text in another unit than `unit`, where there is one, is something else. A percentage is a share of 1
    unless per cent is the unit.
    """
    if not isinstance(value, str):
        return float(value) if is_number(value) else None
    found = NUMBER_TEXT.fullmatch(_narrow(value).replace("−", "-"))
    if found is None or not re.search(r"\d", found[1]):
        return None
    number, written = float(found[1].replace(",", "")), found[2].casefold()
    if written == "%":
        return number if unit in PERCENT else number / 100
    return number if not unit or _unit_words(written) <= _unit_words(unit) else None


def _narrow(text: str) -> str:
    """Return a text whose letters, digits and signs were typed in the width of Chinese in their own."""
    return unicodedata.normalize("NFKC", text)


def _unit_words(unit: str) -> set[str]:
    """Return the words of a unit, one or several of it alike."""
    return {
        SIGNS.get(word, word.removesuffix("s")) for word in re.findall(r"[a-z]+|[¥元天]", unit.casefold())
    }


def labelled(value: object) -> dict[str, object] | None:
    """Return a table's values by label: `row`, or `row, column` where there are several columns."""
    if isinstance(value, pd.DataFrame):
        if value.shape[1] == 1:
            return labelled(value.iloc[:, 0])
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


def listed(labels: Sequence[str] | Mapping[str, object]) -> str:
    """Return the first labels, and how many more there are."""
    shown = list(labels)[:SHOWN]
    more = len(labels) - len(shown)
    return ", ".join(shown) + (MORE_LABELS.format(count=more) if more else "")


def short(value: object) -> str:
    """Return what was received in a few words."""
    if isinstance(value, pd.DataFrame | pd.Series | np.ndarray):
        return SHAPED.format(type=type(value).__name__, shape=value.shape)
    with np.printoptions(legacy="1.25"):  # 0.4 for `np.float64(0.4)`
        text = re.sub(" at 0x[0-9a-fA-F]+", "", repr(value))  # where in memory is nobody's business
    return text if len(text) <= 60 else f"{text[:57]}…"


def _forms(value: object) -> Iterator[tuple[object, str]]:
    """Yield what a table may have meant: as it is, with its names in a column, with rows for columns."""
    yield value, ""
    if isinstance(value, pd.DataFrame) and value.columns.is_unique:
        for column in value.columns[~value.dtypes.map(pd.api.types.is_float_dtype)]:
            yield value.set_index(column), TAKEN_AS_NAMES.format(column=column)
        yield value.T, TAKEN_TURNED
    if parts := parts_of(value):
        yield parts, TAKEN_FROM_PARTS


def _columns(value: object) -> dict[Hashable, dict[str, object]]:
    """Return the columns of a table that has several, each by label."""
    if not isinstance(value, pd.DataFrame) or not value.columns.is_unique or value.shape[1] < 2:
        return {}
    return {column: labelled(value[column]) or {} for column in value.columns}


def _items(value: object) -> list[object]:
    """Return the single values of a list, a set or a table; a value itself stands alone."""
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    return list((labelled(value) or {"": value}).values())


def _by_place(value: object) -> list[object]:
    """Return the letters of {"A": 2, "B": 1} or {1: "B", 2: "A"} in the order of their places."""
    if not isinstance(value, Mapping | pd.Series):
        return []
    places = {key: place for key, place in value.items() if is_number(place)}
    if not places:
        places = {letter: place for place, letter in value.items() if is_number(place)}
    first = min(places.values(), default=0)
    complete = (
        sorted(places.values()) == [*range(int(first), int(first) + len(value))] if first in (0, 1) else False
    )
    return sorted(places, key=places.__getitem__) if complete else []


def _by_words(question: Question, value: object) -> str:
    """Return the letter of "option b", or of the one option that begins with an answer's words, or ""."""
    words = _plain_words(value) if isinstance(value, str) else ""
    if called := re.fullmatch(CALLED, words):
        return called[1]
    begun = [
        letter
        for letter, option in question.options.items()
        if f"{_plain_words(option)} ".startswith(f"{words} ")
    ]
    return begun[0].casefold() if len(begun) == 1 and len(words) >= LEAST_LETTERS else ""


def _plain_words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def parts_of(value: object) -> dict[str, object]:
    """Return the public numbers of a result that has named parts, such as an estimate with its interval."""
    return {name: part for name, part in attributes_of(value).items() if is_number(part)}


def attributes_of(value: object) -> dict[str, object]:
    """Return all that a result with named parts holds, and what it is asked for by name."""
    if isinstance(value, type) or not (is_dataclass(value) or hasattr(value, "_fields")):
        return {}
    found = {}
    for name in dir(value):
        with suppress(Exception):  # a property may raise whatever it likes
            found[name] = getattr(value, name)
    return {name: part for name, part in found.items() if not name.startswith("_")}


def _alone(value: object) -> object:
    """Return the one value of an array, a list or a table that holds no more; infinity where no float can."""
    if isinstance(value, np.ndarray | pd.Series | pd.DataFrame) and value.size == 1:
        value = np.asarray(value).item()
    elif isinstance(value, list | tuple | set | frozenset) and len(value) == 1:
        (value,) = value
    if isinstance(value, Decimal):  # as databases give it
        return float(value)
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        return math.inf if value > 0 else -math.inf
    return value


def _is_plain(value: object) -> bool:
    return isinstance(value, list | tuple | np.ndarray)


def _is_flat(value: object) -> TypeGuard[Iterable[object]]:
    """Whether it is a list, tuple, array or column of single values."""
    if isinstance(value, np.ndarray | pd.Series | pd.Index):
        return value.ndim == 1
    return isinstance(value, list | tuple) and not any(map(_is_plain, value))


def _label(key: object) -> str:
    if isinstance(key, pd.Timestamp):
        return key.date().isoformat()
    return ", ".join(map(_label, key)) if isinstance(key, tuple) else str(key)


@lru_cache(4096)
def _plain_label(label: str) -> str:
    """Return a label without case, and with one space for `_` and `-`: "Feed-ads" is `feed_ads`."""
    return re.sub(r"(?<=\w)[\s_-]+(?=\w)", " ", label.strip()).casefold()


def _names(label: str) -> set[str]:
    """Return a label and its row, as they are compared."""
    return {_plain_label(label), _plain_label(label.split(", ")[0])}


def _option(value: object) -> str:
    """Return the letter of "b", " B ", "b)", "(b)" or "b — its words"; a text such as "b and a" itself."""
    text = _narrow(str(value)).strip().casefold()
    found = re.fullmatch(r"\W*(\w)\s*(?:[])}.:—–-].*|[^\w\s,/]*)", text, re.DOTALL)
    return found[1] if found else text


def _letters(text: str) -> list[str]:
    """Return the letters of "cab", "c, a, b" or "c > a > b"."""
    text = _narrow(text)
    return re.findall(r"\w+", text) if re.search(r"\w\W+\w", text) else [*text.strip()]
