"""Judge an answer: right, a known mistake, or how it differs. Values in, a finding out.

The author's mistakes come first, then those that everybody makes (`common_mistakes`). No mistake passes as
right: where both lie within the tolerance, the nearer one counts, and where nothing can tell them apart, a
word says so.
"""

import html
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import chain, combinations, repeat
from typing import Any

from opslab.exercises.common_mistakes import (
    DIGITS,
    OTHER_WORLD,
    ROUNDED_EARLY,
    SLIPS,
    WHOLE,
    Seen,
    find_slip,
    is_rounding_of,
    is_surely,
    look_alikes,
)
from opslab.exercises.comparisons import (
    Comparison,
    NotYetError,
    UncheckableError,
    cells_apart,
    comparison_of,
    is_number,
    listed,
    short,
)
from opslab.exercises.display import Message
from opslab.exercises.mistake_report import offer
from opslab.exercises.questions import Question
from opslab.ground.arguments import nearest

CLEARLY = 0.25  # of the way from the answer to a mistake: nearer than this is the answer
SAME = 1e-6  # tolerances: what lies nearer than this is one number
CLOSE_BY = 0.05  # of the answer
ALIKE = 0.005  # of a mistake, and of its way to the answer: nearer than this is much the same deed

# Words
UNANSWERED = "Not answered yet. Replace `...` with your answer and run the cell again."
RIGHT = "Right."
NOT_YET = "Not yet. {message}"
SAVED = "Read the two answers below before you score your own."
TWINS = "In your world a known mistake gives the same number. Make sure that it is not yours: {message}"
MORE_TWINS = "Or: {message}"
ROUNDED_ALIKE = "Known mistakes are rounded to it, too: more decimals show whether you made one."
PERHAPS = "Other slips may end there, too: if this one is not yours, go through your steps."
BETWEEN = "Within the tolerance, but a known mistake gives nearly the same in your world. Give more digits."
EQUAL_WRONG = (
    "{question}: the wrong {name!r} gives {value}, the same as {other} or within two tolerances of it, so "
    "that a value between them would be both; change the wrong, remove it, or tighten the tolerance"
)
TAKEN_NAME = (
    "{question}: {name!r} is the name of a mistake that is known for every question; name the wrong after "
    "what went wrong in this one"
)
THE_ANSWER, THE_WRONG = "the answer", "the wrong {name!r}"
TOO_HIGH, TOO_LOW = "Too high{close}.", "Too low{close}."
CLOSE = ", but close: within 5 % of the answer"
SOME_RIGHT = "{right} of {count} right; {first}{more}."
LABEL_HIGH, LABEL_LOW = "{label} is too high", "{label} is too low"
LABEL_OF_NUMBER = "the value of {label}"  # "6 is too low" would speak of the 6
LABEL_OTHER = "{label} is {received}, which is not it"
LABEL_UNKNOWN = "{label} is {received}, which is none of the words asked for{nearest}"
MORE_OFF = "And {more} more to mend: {labels}. If you made one slip only, it may be another one."
AND_MORE = "; {count} more to mend"
OTHER_CHOICE = "Not this one."
ORDER_SECOND = "Place 1 is right; look at place 2."
ORDER_FROM = "The first {right} of {count} are in place; look at place {place}."
ORDER_FIRST = "Place 1 is not right yet: what has to come before everything else?"
WANTS_TEXT = "This cannot be checked: received {received}, expected a text between quotation marks."
ONE_WORD = "1 word so far; write at least {least} so that there is something to compare."
TOO_SHORT = "{count} words so far; write at least {least} so that there is something to compare."
COUNTED = " Three Chinese characters count as two words."

CHINESE = r"[\u4e00-\u9fff]"
WORD = r"[^\W\u4e00-\u9fff]+(?:[.'’-][^\W\u4e00-\u9fff]+)*"
# Code, and what an author emphasizes: not the factors of 2*3*4.
SPAN = re.compile(
    r"`(?P<code>[^`]+)`|(?<![\w*])(?P<stars>\*\*?)(?P<stressed>(?! )[^*`]+(?<! ))(?P=stars)(?![\w*])"
)
ROUNDS = re.compile(r"\bround(ed|ing)?\b")  # in an author's words
STRESS = {"*": "em", "**": "strong"}
MARKS = {
    "unanswered": ("○", "#767676"),
    "uncheckable": ("△", "#B07200"),
    "right": ("✔", "#007A57"),
    "mistake": ("✘", "#C24A00"),
    "different": ("✘", "#C24A00"),
    "written": ("✎", "#0072B2"),
}


@dataclass
class Finding(Message):
    """What a check answers.

    Attributes
    ----------
    status : one of MARKS
    mistake : the name of the mistake that was recognised
    unsure : whether other slips may lead to the same
    read : the answer as it was compared, where no mistake explains it
    report : what to copy into a report on such an answer
    """

    status: str
    text: str
    mistake: str = ""
    unsure: bool = False
    read: Any = None
    report: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the answer was right."""
        return self.status == "right"

    def __repr__(self) -> str:
        return f"{MARKS[self.status][0]} {self.text}"

    def _repr_html_(self) -> str:
        mark, colour = MARKS[self.status]
        text = SPAN.sub(_as_html, html.escape(self.text, quote=False))
        return (
            f'<div class="opslab-finding" role="status" style="border-left:4px solid {colour};'
            f'padding:.4em .9em;margin:.4em 0;font-size:1rem;white-space:pre-line">{mark} {text}</div>'
        ) + (offer(self.report) if self.report else "")


def _as_html(span: re.Match) -> str:
    if span["code"]:
        return f"<code>{span['code']}</code>"
    tag = STRESS[span["stars"]]
    return f"<{tag}>{span['stressed']}</{tag}>"


def judge(
    question: Question,
    received: object,
    expected: object,
    mistakes: Mapping[str, object],
    others: Mapping[str, object] | None = None,
) -> Finding:
    """Return the finding for one answer.

    Parameters
    ----------
    question : what is asked: kind, tolerance and the wrongs' messages
    received : the student's value
    expected : the value that the solution gives on the same data
    mistakes : the values that the wrongs give on the same data, by name
    others : the right numbers of the questions above on the sheet, by name
    """
    if is_unanswered(received):
        return Finding("unanswered", UNANSWERED)
    if question.kind == "written":
        return _judge_text(question, received)
    return judge_by(comparison_of(question, expected, mistakes), received, others or {})


def judge_by(comparison: Comparison, received: object, others: Mapping[str, object]) -> Finding:
    """Return the finding for an answer that is there; for several answers to a question, read it once."""
    try:
        answer, note = comparison.read(received)
    except NotYetError as error:
        return Finding("mistake", NOT_YET.format(message=error), error.mistake)
    except UncheckableError as error:
        return Finding("uncheckable", str(error), error.mistake)
    finding = _right_or_near(comparison, answer) or _known(comparison, answer, others)
    finding = finding or Finding("different", _difference(comparison, answer), read=answer)
    finding.text = " ".join(filter(None, [finding.text, note]))
    return finding


def is_right(question: Question, received: object, expected: object) -> bool:
    """Whether an answer is the expected value itself or its rounding: what lies near by chance is not."""
    comparison = comparison_of(question, expected, {})
    try:
        answer, _ = comparison.read(received)
    except UncheckableError:
        return False
    away = comparison.distance(answer, comparison.truth)
    return away <= SAME or (away <= 1 and is_rounding_of(comparison, answer, comparison.truth, digits=1))


def right_elsewhere(own: int, seed: int, finding: Finding) -> Finding:
    """Return the finding for an answer that is right in world `own`, and not in world `seed`.

    What else is known of it, where it is a mistake as well, comes first; one digit may be a guess.
    """
    message = OTHER_WORLD.format(other=own, seed=seed)
    if finding.mistake:
        return replace(finding, text=f"{finding.text} {MORE_TWINS.format(message=message)}")
    coarse = is_number(finding.read) and not is_surely(finding.read, finding.read, digits=2)
    return _mistake(message, "other-world", unsure=coarse)


def require_distinct(question: Question, expected: object, mistakes: Mapping[str, object]) -> None:
    """Refuse a wrong that cannot be told from the answer or another wrong: one value would be both.

    A wrong that the author marked as `sometimes_same` may be exactly the same.

    Raises
    ------
    ValueError
        Naming the question, the wrong, its value and what it equals.
    """
    if question.kind != "written":
        require_apart(comparison_of(question, expected, mistakes))


def require_apart(comparison: Comparison) -> None:
    """Refuse the same of a question whose answer and mistakes were read."""
    if taken := SLIPS.keys() & comparison.mistakes.keys():
        raise ValueError(TAKEN_NAME.format(question=comparison.question.name, name=min(taken)))
    require_wrong(comparison)
    excused = _excused(comparison)
    for (one, known), (name, value) in combinations(comparison.mistakes.items(), 2):
        gap = comparison.distance(value, known)
        # Whoever makes both reads both.
        if gap <= 2 and not (gap <= SAME and name in excused):
            raise _equal(comparison, name, THE_WRONG.format(name=one))


def require_wrong(comparison: Comparison) -> None:
    """Refuse a wrong that cannot be told from the answer, which whoever makes it would be told is right."""
    excused = _excused(comparison)
    for name, value in comparison.mistakes.items():
        gap = comparison.distance(value, comparison.truth)
        # Whoever makes it is told so in words (`TWINS`).
        if gap <= 2 and not (gap <= SAME and name in excused):
            raise _equal(comparison, name, THE_ANSWER)


def _excused(comparison: Comparison) -> set[str]:
    return {wrong.name for wrong in comparison.question.wrongs if wrong.sometimes_same}


def _equal(comparison: Comparison, name: str, other: str) -> ValueError:
    words = {"question": comparison.question.name, "name": name, "value": short(comparison.handed[name])}
    return ValueError(EQUAL_WRONG.format(**words, other=other))


def is_unanswered(received: object) -> bool:
    """Whether the placeholder still stands: `...`, None, an empty text, or a list that holds `...`."""
    if received is None or received is ...:
        return True
    if isinstance(received, str):
        return received.strip() in ("", "...")
    if isinstance(received, Mapping):
        return any(value is ... for value in received.values())
    return isinstance(received, list | tuple) and any(value is ... for value in received)


def _right_or_near(comparison: Comparison, answer: Any) -> Finding | None:
    """Return the finding for what lies within the tolerance: right, or a mistake that lies there too."""
    away = comparison.distance(answer, comparison.truth)
    if away > 1:
        return None
    twins = []
    named = ((wrong.name, wrong.message, comparison.mistakes[wrong.name])
             for wrong in comparison.question.wrongs)  # fmt: skip
    for name, message, mistake in (*named, *look_alikes(comparison)):
        gap = comparison.distance(mistake, comparison.truth)
        near = comparison.distance(answer, mistake)
        if gap <= SAME:
            twins.append(message)
        elif near < away:
            return _mistake(message, name)
        elif near <= 1 and away > CLEARLY * gap:
            return Finding("different", BETWEEN)
    said = zip(chain([TWINS], repeat(MORE_TWINS)), dict.fromkeys(twins), strict=False)
    return Finding("right", " ".join([RIGHT, *(words.format(message=message) for words, message in said)]))


def _known(comparison: Comparison, answer: Any, others: Mapping[str, object]) -> Finding | None:
    """Return the finding for a mistake of the author's, or one that everybody makes."""
    said = {wrong.name: wrong.message for wrong in comparison.question.wrongs}
    found = [name for name in said if comparison.distance(answer, comparison.mistakes[name]) <= 1]
    slip, words = find_slip(Seen(comparison, answer, others))
    # Where a slip explains every value, one of the author's mistakes that explains a part of them says less.
    if slip in WHOLE and (not found or (slip == ROUNDED_EARLY and _rounding_adds(comparison, answer, found))):
        found.append(slip)
    if found in ([], [ROUNDED_EARLY]):  # what is rounded to one number may be either
        alike = [name for name in said if is_rounding_of(comparison, answer, comparison.mistakes[name])]
        words = f"{words} {ROUNDED_ALIKE}" if found and alike else words
        found = found or alike
    if found:
        first, *others_too = dict.fromkeys(({slip: words} | said)[name] for name in found)
        more = [MORE_TWINS.format(message=message) for message in others_too]
        named = found[0] in said and not comparison.question.measure
        unsure = named and _by_chance(comparison, answer, found[0], _off(comparison, answer))
        return _mistake(" ".join([first, *more]), found[0], unsure)
    by_slip = _mistake(words, slip) if slip else None
    return _partly(comparison, answer) or by_slip or _much_like(comparison, answer)


def _rounding_adds(comparison: Comparison, answer: Any, found: list[str]) -> bool:
    """Tell whether a rounding adds to mistakes that are named: of one digit, or told by them, it does not."""
    told = any(wrong.name in found and ROUNDS.search(wrong.message) for wrong in comparison.question.wrongs)
    return not told and is_rounding_of(comparison, answer, comparison.truth, digits=2)


def _much_like(comparison: Comparison, answer: Any) -> Finding | None:
    """Return the finding for a number so near one of the author's mistakes that it is much the same deed."""
    if comparison.question.kind != "number" or comparison.question.measure:
        return None
    near = {
        wrong: abs(answer - mistake) / apart
        for wrong in comparison.question.wrongs
        if math.isfinite(mistake := comparison.mistakes[wrong.name])
        and (apart := min(abs(mistake), abs(comparison.truth - mistake)))
    }
    alike = [wrong for wrong in sorted(near, key=near.__getitem__) if near[wrong] <= ALIKE]
    return _mistake(alike[0].message, alike[0].name, unsure=True) if alike else None


def _by_chance(comparison: Comparison, answer: Any, name: str, off: Collection[str]) -> bool:
    """Tell whether chance may lead to what is off: to one number of few digits, or near the mistake's."""
    given, known = (comparison.pairs(values) for values in (answer, comparison.mistakes[name]))
    pairs = [(given[label][0], known[label][0]) for label in off]
    numbers = [pair for pair in pairs if all(map(is_number, pair))]
    digits = DIGITS if len(off) == 1 else 1
    return bool(numbers) and not any(is_surely(*pair, digits) for pair in numbers)


def _partly(comparison: Comparison, answer: Any) -> Finding | None:
    """Return the finding for a table that holds one of the author's mistakes, and another beside it."""
    off = _off(comparison, answer).keys()
    for wrong in comparison.question.wrongs:
        mistake = comparison.mistakes[wrong.name]
        here = _off(comparison, mistake).keys()
        if not here or not here < off:  # one that gives the answer in this world explains no difference
            continue
        if not any(_is_off(comparison, (answer[label], mistake[label])) for label in here):
            more = MORE_OFF.format(more=len(off) - len(here), labels=listed(sorted(off - here)))
            return _mistake(wrong.message, wrong.name, _by_chance(comparison, answer, wrong.name, here), more)
    return None


def _off(comparison: Comparison, answer: Any) -> dict[str, tuple[Any, Any]]:
    """Return each value that is not right beside the right one, by name."""
    return {label: pair for label, pair in comparison.pairs(answer).items() if _is_off(comparison, pair)}


def _is_off(comparison: Comparison, pair: tuple[object, object]) -> bool:
    return cells_apart(comparison.question, *pair) > 1


def _mistake(message: str, name: str, unsure: bool = False, more: str = "") -> Finding:
    said = " ".join(filter(None, [message, PERHAPS if unsure else "", more]))
    return Finding("mistake", NOT_YET.format(message=said), name, unsure)


def _difference(comparison: Comparison, answer: Any) -> str:
    """Say how an answer differs that no mistake explains."""
    if comparison.question.kind == "choice":
        return OTHER_CHOICE
    if comparison.question.kind == "ordering":
        places = enumerate(zip(answer, comparison.truth, strict=True))
        right = next(place for place, (one, other) in places if one != other)
        words = {0: ORDER_FIRST, 1: ORDER_SECOND}.get(right, ORDER_FROM)
        return words.format(right=right, count=len(comparison.truth), place=right + 1)
    pairs, off = comparison.pairs(answer), _off(comparison, answer)
    label, (given, truth) = next(iter(off.items()))
    if comparison.question.kind == "number":
        close = CLOSE if abs(given - truth) <= CLOSE_BY * abs(truth) else ""
        return (TOO_HIGH if given > truth else TOO_LOW).format(close=close)
    first = LABEL_OTHER.format(label=label, received=short(given))
    words = _words(comparison)
    if isinstance(given, str) and given not in words and (meant := nearest(given, words)):
        first = LABEL_UNKNOWN.format(label=label, received=short(given), nearest=meant)
    if is_number(given) and is_number(truth):
        named = LABEL_OF_NUMBER.format(label=label) if str(label)[:1].isdigit() else label
        first = (LABEL_HIGH if given > truth else LABEL_LOW).format(label=named)
    more = AND_MORE.format(count=len(off) - 1) if len(off) > 1 else ""
    return SOME_RIGHT.format(right=len(pairs) - len(off), count=len(pairs), first=first, more=more)


def _words(comparison: Comparison) -> set[str]:
    """Return the texts that the answer and the known mistakes of a table hold."""
    tables = (comparison.truth, *comparison.mistakes.values())
    return {cell for table in tables for cell in table.values() if isinstance(cell, str)}


def _judge_text(question: Question, received: object) -> Finding:
    if not isinstance(received, str):
        return Finding("uncheckable", WANTS_TEXT.format(received=short(received)))
    count = word_count(received)
    if count < question.least_words:
        words = {1: ONE_WORD}.get(count, TOO_SHORT)
        counted = COUNTED if re.search(CHINESE, received) else ""
        return Finding("uncheckable", words.format(count=count, least=question.least_words) + counted)
    return Finding("written", SAVED)


def word_count(text: str) -> int:
    """Count words; three Chinese characters count as two, as a text has in both languages."""
    chinese = len(re.findall(CHINESE, text))
    return len(re.findall(WORD, text)) + 2 * chinese // 3
