"""The mistakes that everybody makes, known for every question, so that no author writes them down.

Each slip is a small function of what was received and what is right; it returns the words for the student, or
nothing. They are tried in order, after the author's own mistakes. A slip speaks only where it can be true: of
percentages where a share is asked for, of rounding where the digits show it.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import accumulate
from numbers import Integral
from typing import Any

from opslab.exercises.comparisons import Comparison, allowed, cells_apart, is_number, listed

NARROW = 0.002  # of a number: how near a factor must come; a wider net would catch other mistakes
EXACTLY = 1e-9  # of a number of one digit
ROUNDED_BY = 0.1  # of a number, at most; what lies farther off is no rounding
DIGITS = 3  # that a number needs to be recognised by its rounding
DIGITS_ELSEWHERE = 4  # by the rounding of another question's answer: with three, chance finds one
MOST_PLACES = 6  # of a rounded number
ROUNDED_EARLY = "rounded-early"
TIMES = {7: "7 days in a week", 12: "12 months in a year", 30: "30 days in a month", 52: "52 weeks in a year"}
POWERS = (10, 100, 1_000, 10_000, 1_000_000)

# Words
PERCENT = "You gave a percentage where a share of 1 is asked for: 25 % is 0.25. Divide by 100."
SHARE = "You gave a share of 1 where a percentage is asked for: 0.25 is 25 %. Multiply by 100."
REST = "That is the rest: {whole} minus the answer. Asked is the other part."
ODDS = "You divided by what is left over. A share divides by all, those in question too."
SIGN = "The size is right, the sign is turned: what is taken from what, or was a sign left out?"
RECIPROCAL = "That is 1 divided by the answer. Exchange what stands above and below in your division."
POINT = "The digits are right, the decimal point is not: {factor:,} times too {high}."
ONE_DIGIT = "{factor:,} times too {high}: does the decimal point stand in its place?"
TIME = "{factor} times too {high}: is it of another span of time ({why}), or are there as many parts?"
ROUNDED = "That is the answer, rounded or cut to {places}. Give {wanted}, and round at the end only."
COARSE = "Near: one digit may be the answer, rounded, or a guess. Give {wanted}, and round at the end only."
DIFFERENT_PLACES = "different numbers of decimals"
WHOLES, ONE_PLACE, PLACES = "a whole number", "1 decimal", "{count} decimals"
AT_LEAST, ALL_PLACES = "at least {places}", "all decimals"
ROUND_UNITS = "multiples of {unit:,}"
ONE_APART = "One too {many}. Look at the edges of what you count: does the first belong to it, or the last?"
HIGH, LOW, MANY, FEW = "high", "low", "many", "few"
SWAPPED = "The values are right, but they stand under the wrong names. Which value belongs to which name?"
OR_SWAPPED = "{words} Or: {swapped}"
TWO_SWAPPED = "All values are right, but {first} and {second} are exchanged."
SHIFTED = "Each name has the value of its neighbour: all are shifted by one place."
PART_OFF = "{right} of {count} right. Under {labels}: {words}"
ONE_OFF = "{right} of {count} right. Only {label} is off: it is too {high}."
ONE_PART_OFF = "{right} of {count} right. All that is off belongs to {part}."
COUNTS = "You gave amounts. Divide each by their sum: the shares of the whole are asked for."
DIVIDED = "Your values add up to {whole}: each was divided by their sum. They are asked for as they are."
ADDED_UP = "You added up, from the first to each. The value of each by itself is asked for."
NOT_ADDED_UP = "You gave the value of each by itself. The sum from the first up to each is asked for."
DOUBLE = "Too {high} by a factor of {factor}. Is one of two parts or groups counted too often, or left out?"
NOTHING = "You gave 0. Is no row left of what you selected, or is something multiplied by 0?"
ALIKE = "You gave one value for all names. Each has its own."
ONE_FACTOR = (
    "All are too {high}, by the same factor: they fit one another. What did you divide by, or multiply with?"
)
NO_SHARE = "A share cannot be {beyond}, as {label} is. Which part is asked for, and of which whole?"
ABOVE, BELOW = "above 1", "below 0"
NOT_WHOLE = "Too {high}. And the answer is a whole number, which yours is not: what is divided, or averaged?"
OTHER_QUESTION = "That is the answer of {question}. Read once more what is asked here."
OTHER_WORLD = (
    "Right in world {other}, and not in world {seed}: a number is typed in, or a call names its world itself "
    "or leaves `seed` out. Work it out in your own world."
)
AS_PRINTED = "That is the order in which they are printed. Which one comes first of all?"
REVERSED = "The order is turned round: what you have last comes first."
NEIGHBOURS = "Right but for two neighbours: exchange places {place} and {next}."
TWO_EXCHANGED = "Right but for two that are exchanged, at places {place} and {next}."
ONE_MISPLACED = "All but one stand in their order: {item} belongs somewhere else."


@dataclass(frozen=True)
class Seen:
    """What a slip looks at: the answer as it was read, the right one, and the answers of other questions.

    `only` names the values of a table that are looked at, by themselves; without it all are.
    """

    comparison: Comparison
    answer: Any
    others: Mapping[str, object]
    only: Sequence[str] = ()

    @cached_property
    def pairs(self) -> dict[str, tuple[float, float]]:
        """Each number received beside the right one; none where not all are finite numbers."""
        pairs = self.comparison.pairs(self.answer)
        pairs = {label: pairs[label] for label in self.only or pairs}
        finite = all(is_number(cell) and math.isfinite(cell) for pair in pairs.values() for cell in pair)
        return {label: (float(given), float(truth)) for label, (given, truth) in pairs.items() if finite}

    @cached_property
    def given(self) -> list[float]:
        """The numbers received, in order."""
        return [given for given, _ in self.pairs.values()]

    @cached_property
    def truth(self) -> list[float]:
        """The right numbers, in the same order."""
        return [truth for _, truth in self.pairs.values()]

    @property
    def off(self) -> list[str]:
        """The names of the numbers that are not right."""
        return [
            label for label, pair in self.pairs.items() if cells_apart(self.comparison.question, *pair) > 1
        ]

    @property
    def is_table(self) -> bool:
        """Whether there are several numbers under names."""
        return self.comparison.question.kind == "table" and len(self.pairs) > 1

    @property
    def is_share(self) -> bool:
        """Whether shares of 1 are asked for."""
        unit, truth = self.comparison.question.unit, self.truth
        if unit:
            return "share" in unit or "0 to 1" in unit
        return all(0 <= one <= 1 for one in truth) and not all(one in (0, 1) for one in truth)

    @property
    def is_percentage(self) -> bool:
        """Whether percentages are asked for."""
        unit = self.comparison.question.unit
        return any(word in unit for word in ("per cent", "percent", "points", "%"))

    @property
    def whole(self) -> int:
        """What shares or percentages add up to; 0 where something else is asked for."""
        return 1 if self.is_share else 100 if self.is_percentage else 0

    def same(self, some: Sequence[float], others: Sequence[float]) -> bool:
        """Whether two rows of numbers are the same within the tolerance."""
        pairs = zip(some, others, strict=True)
        return all(cells_apart(self.comparison.question, one, other) <= 1 for one, other in pairs)

    def are(self, turn: Callable[[float], float], most: float = math.inf) -> bool:
        """Whether each number received is the right one turned, and that is another number."""
        pairs = self.pairs.values()
        return (
            bool(pairs)
            and all(self._is(given, turn(truth), truth, turn, most) for given, truth in pairs)
            and any(cells_apart(self.comparison.question, turn(truth), truth) > 1 for truth in self.truth)
        )

    def _is(
        self, given: float, wrong: float, truth: float, turn: Callable[[float], float], most: float
    ) -> bool:
        """Whether a number is the wrong one within the tolerance, turned like the number, or rounded."""
        if not math.isfinite(wrong):
            return False
        tolerance = abs(turn(truth + allowed(self.comparison.question, truth)) - wrong)
        near = min(tolerance * (1 + 1e-9), most * abs(wrong))
        return abs(given - wrong) <= near or _is_written(given, wrong)


def _percent(seen: Seen) -> str:
    return PERCENT if seen.is_share and seen.are(lambda truth: 100 * truth) else ""


def _share(seen: Seen) -> str:
    return SHARE if seen.is_percentage and seen.are(lambda truth: truth / 100) else ""


def _rest(seen: Seen) -> str:
    whole = seen.whole
    return REST.format(whole=whole) if whole and seen.are(lambda truth: whole - truth) else ""


def _odds(seen: Seen) -> str:
    whole = seen.whole
    turned = seen.are(lambda truth: whole * truth / (whole - truth) if whole != truth else math.inf, NARROW)
    return ODDS if whole and turned else ""


def _sign(seen: Seen) -> str:
    return SIGN if seen.are(lambda truth: -truth) else ""


def _reciprocal(seen: Seen) -> str:
    return RECIPROCAL if seen.are(lambda truth: 1 / truth if truth else math.inf, NARROW) else ""


def _point(seen: Seen) -> str:
    return _by_factor(seen, dict.fromkeys(POWERS, POINT))


def _time(seen: Seen) -> str:
    return _by_factor(seen, {factor: TIME.replace("{why}", why) for factor, why in TIMES.items()})


def _double(seen: Seen) -> str:
    return _by_factor(seen, {2: DOUBLE})


def _one_digit(seen: Seen) -> str:
    return _by_factor(seen, dict.fromkeys(POWERS, ONE_DIGIT), least=1)


def _by_factor(seen: Seen, words: Mapping[int, str], least: int = 2) -> str:
    coarse = all(_digits(given) < 2 for given in seen.given)
    if max(map(_digits, (*seen.given, *seen.truth))) < least:
        return ""  # 10 is a power of ten of many numbers
    for factor, said in words.items():
        for turn, high in ((factor, HIGH), (1 / factor, LOW)):
            if seen.are(lambda truth, turn=turn: truth * turn, EXACTLY if coarse else NARROW):
                return said.format(factor=factor, high=high)
    return ""


def _rounded(seen: Seen) -> str:
    """The digits show it: every number is the right one, rounded to as many places as the longest has."""
    changed = [given for given, truth in seen.pairs.values() if given and given != truth]
    if not changed:
        return ""
    written = [_places(given) for given in changed]
    # 1,100 may be whole, and then it is no multiple of 100: the finest rounding that fits.
    fits = (
        places
        for places in range(max(0, *written), max(written) - 1, -1)
        if all(_is_rounding(given, truth, places) for given, truth in seen.pairs.values())
    )
    places = next(fits, None)
    # Several numbers of one rounding are no accident; one alone must lie near.
    near = all(abs(given - truth) <= ROUNDED_BY * abs(truth) for given, truth in seen.pairs.values())
    coarse = all(_digits(given) < 2 for given in changed)
    if places is None:
        found = near and not coarse and _rounded_each(seen)
    else:
        found = (near or seen.is_table) and not (coarse and places < 0) and places <= MOST_PLACES
    if not found:
        return ""
    closest = min(allowed(seen.comparison.question, truth) for truth in seen.truth)
    whole = not any(truth % 1 for truth in seen.truth)
    wanted = 0 if whole else max(0, math.ceil(-math.log10(2 * closest)))
    least = AT_LEAST.format(places=_in_words(wanted)) if wanted <= MOST_PLACES else ALL_PLACES
    one_digit = places is not None and all(abs(given) < 10.0 ** (1 - places) for given in seen.given)
    if one_digit and not seen.is_table:  # whoever guesses is not told that it is the answer
        return COARSE.format(wanted=least)
    return ROUNDED.format(places=DIFFERENT_PLACES if places is None else _in_words(places), wanted=least)


def _rounded_each(seen: Seen) -> bool:
    """Whether each number of a table is the right one, rounded to as many places as it has itself."""
    return seen.is_table and all(
        given == truth or (_places(given) >= 0 and _is_rounding(given, truth, _places(given)))
        for given, truth in seen.pairs.values()
    )


def _one_apart(seen: Seen) -> str:
    counted = all(truth == int(truth) and truth > 1 for truth in seen.truth)
    if not counted or seen.is_table or seen.comparison.question.absolute >= 1:
        return ""
    apart = {given - truth for given, truth in seen.pairs.values()}
    return ONE_APART.format(many=MANY if apart == {1} else FEW) if apart in ({1}, {-1}) else ""


def _shifted(seen: Seen) -> str:
    given, truth = seen.given, seen.truth
    if not seen.is_table or len(given) < 4:
        return ""
    late, early = seen.same(given[1:], truth[:-1]), seen.same(given[:-1], truth[1:])
    return SHIFTED if late or early else ""


def _swapped(seen: Seen) -> str:
    if not seen.is_table or not seen.same(sorted(seen.given), sorted(seen.truth)):
        return ""
    off = seen.off
    return TWO_SWAPPED.format(first=off[0], second=off[1]) if len(off) == 2 < len(seen.pairs) else SWAPPED


def _words_swapped(seen: Seen) -> str:
    """Each word asked for stands once, and under another name."""
    pairs = seen.comparison.pairs(seen.answer)
    given, truth = ([str(pair[side]).casefold() for pair in pairs.values()] for side in (0, 1))
    # Of words that stand more than once, two mistakes look like an exchange.
    if len({*truth}) < len(truth) or sorted(given) != sorted(truth):
        return ""
    off = [label for label, one, other in zip(pairs, given, truth, strict=True) if one != other]
    return TWO_SWAPPED.format(first=off[0], second=off[1]) if len(off) == 2 < len(truth) else SWAPPED


def _counts(seen: Seen) -> str:
    whole, total = sum(seen.given), sum(seen.truth)
    if not seen.is_table or not whole or not math.isclose(total, 1, rel_tol=1e-6):
        return ""
    return COUNTS if seen.same([given / whole for given in seen.given], seen.truth) else ""


def _divided(seen: Seen) -> str:
    total = sum(seen.truth)
    if not seen.is_table or not total:
        return ""
    wholes = [
        whole for whole in (1, 100) if seen.are(lambda truth, whole=whole: truth * whole / total, NARROW)
    ]
    return DIVIDED.format(whole=wholes[0]) if wholes else ""


def _added_up(seen: Seen) -> str:
    sums = list(accumulate(seen.truth))
    return ADDED_UP if seen.is_table and seen.same(seen.given, sums) else ""


def _not_added_up(seen: Seen) -> str:
    sums = list(accumulate(seen.given))
    return NOT_ADDED_UP if seen.is_table and seen.same(sums, seen.truth) else ""


def _nothing(seen: Seen) -> str:
    return "" if any(seen.given) else NOTHING


def _all_alike(seen: Seen) -> str:
    return ALIKE if seen.is_table and len(set(seen.given)) == 1 < len(set(seen.truth)) else ""


def _one_factor(seen: Seen) -> str:
    total = sum(seen.truth)
    if len(seen.off) < max(3, len(seen.pairs)) or not total:
        return ""
    factor, shift = sum(seen.given) / total, (sum(seen.given) - total) / len(seen.pairs)
    # Numbers that lie close together, such as a share and its interval, do not tell a factor from a shift.
    fits = seen.are(lambda truth: truth * factor, NARROW) and not seen.are(lambda truth: truth + shift)
    return ONE_FACTOR.format(high=HIGH if factor > 1 else LOW) if fits else ""


def _no_share(seen: Seen) -> str:
    whole = replace(seen, only=())
    asked = (seen.comparison.question.unit or whole.is_table) and whole.is_share
    if not asked or min(whole.truth) < 0 or max(whole.truth) > 1:
        return ""
    for label, (given, _) in seen.pairs.items():
        if not 0 <= given <= 1:
            return NO_SHARE.format(label=label, beyond=ABOVE if given > 1 else BELOW)
    return ""


def _not_whole(seen: Seen) -> str:
    """Of what is counted there is no half; that 12.0 yuan are whole is an accident."""
    expected, question = seen.comparison.expected, seen.comparison.question
    if not isinstance(expected, Integral) or question.absolute >= 1 or not seen.given[0] % 1:
        return ""
    return NOT_WHOLE.format(high=HIGH if seen.given[0] > seen.truth[0] else LOW)


def _part_off(seen: Seen) -> str:
    """One slip explains all that is off, and the other values are right."""
    off, count = seen.off, len(seen.pairs)
    if not seen.is_table or seen.only or not 0 < len(off) < count:
        return ""
    part = replace(seen, only=off)
    name, words = find_slip(part)
    words = words if name in WHOLE else _no_share(part)
    return words and PART_OFF.format(right=count - len(off), count=count, labels=listed(off), words=words)


def _one_off(seen: Seen) -> str:
    if not seen.is_table or len(seen.pairs) < 3 or len(seen.off) != 1:
        return ""
    given, truth = seen.pairs[seen.off[0]]
    count = len(seen.pairs)
    return ONE_OFF.format(
        right=count - 1, count=count, label=seen.off[0], high=HIGH if given > truth else LOW
    )


def _one_part_off(seen: Seen) -> str:
    """All that is off lies in one column, or in one row, of several."""
    labels = [label.split(", ") for label in seen.pairs]
    off = [label.split(", ") for label in seen.off]
    if not seen.is_table or {len(parts) for parts in labels} != {2} or len(off) < 2:
        return ""
    for side in (1, 0):
        parts = {parts[side] for parts in off}
        if len(parts) == 1 and len({parts[side] for parts in labels}) > 1:
            right = len(labels) - len(off)
            return ONE_PART_OFF.format(right=right, count=len(labels), part=parts.pop())
    return ""


def _other_question(seen: Seen) -> str:
    if seen.comparison.question.kind != "number":
        return ""
    given = seen.given[0]
    for name, other in seen.others.items():
        # Small whole numbers are many questions' answers.
        if (
            is_number(other)
            and (other != int(other) or abs(other) >= 100)
            and _is_written(given, float(other), DIGITS_ELSEWHERE)
        ):
            return OTHER_QUESTION.format(question=name)
    return ""


def _as_printed(seen: Seen) -> str:
    return AS_PRINTED if seen.answer == sorted(seen.answer) else ""


def _reversed(seen: Seen) -> str:
    return REVERSED if seen.answer == seen.comparison.truth[::-1] else ""


def _exchanged(seen: Seen) -> str:
    given, truth = seen.answer, seen.comparison.truth
    off = [place for place, (one, other) in enumerate(zip(given, truth, strict=True), 1) if one != other]
    if len(off) != 2:
        return ""
    words = NEIGHBOURS if off[1] == off[0] + 1 else TWO_EXCHANGED
    return words.format(place=off[0], next=off[1])


def _misplaced(seen: Seen) -> str:
    def without(one: str, order: list[str]) -> list[str]:
        return [item for item in order if item != one]

    given, truth = seen.answer, seen.comparison.truth
    letters = zip(seen.comparison.expected, truth, strict=True)
    moved = [letter for letter, one in letters if without(one, given) == without(one, truth)]
    return ONE_MISPLACED.format(item=moved[0]) if moved else ""


@lru_cache(1024)  # each slip asks it of the same answer
def _places(number: float) -> int:
    """Return how many decimals a number is written with; fewer than 0 for round tens, hundreds ..."""
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


@lru_cache(1024)
def _digits(number: float) -> int:
    return len(Decimal(f"{number:.12g}").normalize().as_tuple().digits)  # 7.999999999999999 is 8


def _is_rounding(given: float, number: float, places: int) -> bool:
    """Whether one number is the other, rounded or cut off after so many places."""
    unit = 10.0**-places
    cut = abs(given) <= abs(number) < abs(given) + unit and given * number >= 0
    return cut or abs(given - number) <= unit / 2 * (1 + 1e-9)


def _is_written(given: float, number: float, digits: int = DIGITS) -> bool:
    """Whether a number was typed in for another: it is the same, or its rounding to enough digits."""
    return math.isclose(given, number, rel_tol=1e-9) or (
        _digits(given) >= digits and _is_rounding(given, number, _places(given))
    )


def is_surely(given: float, number: float, digits: int = DIGITS) -> bool:
    """Whether chance hardly leads to a number: it is the other, or rounds it, to so many digits or more."""
    given, number = float(given), float(number)
    rounded = abs(given - number) <= 10.0 ** -_places(given) / 2
    return _digits(given) >= digits and (rounded or math.isclose(given, number, rel_tol=1e-9))


def is_rounding_of(comparison: Comparison, answer: Any, value: Any, digits: int = DIGITS) -> bool:
    """Whether the numbers of an answer are those of a value, rounded or cut off alike."""
    rows = (comparison.pairs(one).values() for one in (answer, value))
    given, whole = ([cell for cell, _ in row] for row in rows)
    if not given or not all(is_number(cell) and math.isfinite(cell) for cell in (*given, *whole)):
        return False
    places = max(map(_places, map(float, given)))
    alike = all(_is_rounding(one, other, places) for one, other in zip(given, whole, strict=True))
    return alike and max(map(_digits, map(float, given))) >= digits


def _in_words(places: int) -> str:
    if places < 0:
        return ROUND_UNITS.format(unit=10**-places)
    return {0: WHOLES, 1: ONE_PLACE}.get(places, PLACES.format(count=places))


@dataclass(frozen=True)
class Slip:
    """A universal mistake: what it is, for lists of mistakes met, and what finds it in an answer."""

    about: str
    find: Callable[[Seen], str] | None = None  # None: it shows in the form, and `comparisons` finds it


NUMBERS = {
    "percent-for-share": Slip("a percentage where a share of 1 is asked for", _percent),
    "share-for-percent": Slip("a share of 1 where a percentage is asked for", _share),
    "the-rest": Slip("the whole minus the answer", _rest),
    "odds": Slip("a part divided by what is left over where a share of the whole is asked for", _odds),
    "turned-sign": Slip("the right size with the wrong sign", _sign),
    "shifted-names": Slip("each value under the name of its neighbour", _shifted),
    "swapped-names": Slip("the right values under the wrong names", _swapped),
    "one-apart": Slip("one too many or too few", _one_apart),
    ROUNDED_EARLY: Slip("rounded to too few digits", _rounded),
    "turned-division": Slip("1 divided by the answer", _reciprocal),
    "amounts": Slip("amounts where shares of the whole are asked for", _counts),
    "divided": Slip("shares of the whole where the values themselves are asked for", _divided),
    "added-up": Slip("running sums where single values are asked for", _added_up),
    "not-added-up": Slip("single values where running sums are asked for", _not_added_up),
    "decimal-point": Slip("the right digits with the decimal point elsewhere", _point),
    "span-of-time": Slip("another span of time than the one asked for", _time),
    "factor-two": Slip("twice or half of the answer", _double),
    "nothing-there": Slip("0 where there is something", _nothing),
    "all-alike": Slip("one value under all names", _all_alike),
    "one-factor": Slip("all values off by the same factor", _one_factor),
    "part-off": Slip("one slip in a part of the values, and the others right", _part_off),
    "one-off": Slip("right but for one value", _one_off),
    "one-part-off": Slip("right but for one column or row", _one_part_off),
    "answer-of-another": Slip("the answer of another question", _other_question),
    "power-of-ten": Slip("a number of one digit, off by a power of ten", _one_digit),
    "not-whole": Slip("a fraction where whole things are counted", _not_whole),
    "no-share": Slip("a number above 1 or below 0 where a share of 1 is asked for", _no_share),
}
# These say of every value where it comes from; the others say less.
WHOLE = {
    "percent-for-share",
    "share-for-percent",
    "the-rest",
    "odds",
    "turned-sign",
    "shifted-names",
    "swapped-names",
    ROUNDED_EARLY,
    "turned-division",
    "amounts",
    "divided",
    "added-up",
    "not-added-up",
    "decimal-point",
    "span-of-time",
    "swapped-words",
}
WORDS = {"swapped-words": Slip("the right words under the wrong names", _words_swapped)}
ORDERS = {
    "turned-order": Slip("the order turned round", _reversed),
    "printed-order": Slip("the order in which the options are printed", _as_printed),
    "exchanged": Slip("two exchanged in an order", _exchanged),
    "misplaced": Slip("one out of its place in an order", _misplaced),
}
FORMS = {
    "not-called": Slip("a function that was not called"),
    "whole-result": Slip("a whole result where one of its parts is asked for"),
    "whole-table": Slip("a whole table where one column or value is asked for"),
    "group-missing": Slip("right but for a group that is missing"),
    "group-too-many": Slip("right but for a group too many"),
    "not-summed": Slip("several values where their sum is asked for"),
    "not-averaged": Slip("several values where their mean is asked for"),
    "several-values": Slip("several values where one number is asked for"),
    "in-words": Slip("words where a number is asked for"),
    "yes-or-no": Slip("yes or no where a number is asked for"),
    "one-value": Slip("one value where each name wants its own"),
    "names-alone": Slip("names where the values under them are asked for"),
    "another-length": Slip("more or fewer values than names"),
    "other-names": Slip("values under other names than those asked for"),
    "split-further": Slip("several values under each name where one is asked for"),
    "several-letters": Slip("several options where one is asked for"),
    "place-for-letter": Slip("an option's place where its letter is asked for"),
    "value-for-letter": Slip("a value where an option's letter is asked for"),
    "words-for-letter": Slip("words where an option's letter is asked for"),
    "places-for-letters": Slip("numbers where the letters of an order are asked for"),
    "in-groups": Slip("groups where one order is asked for"),
    "letter-twice": Slip("a letter more than once in an order"),
    "no-such-letter": Slip("a letter in an order that is not among those asked for"),
    "letter-missing": Slip("a letter missing in an order"),
    "infinite": Slip("an infinite number where a finite one is asked for"),
    "missing-value": Slip("a missing value where a number is asked for"),
    "other-world": Slip("the answer of another world"),
}
SLIPS = NUMBERS | WORDS | ORDERS | FORMS


def look_alikes(comparison: Comparison) -> Iterator[tuple[str, str, float]]:
    """Yield the slips that may fall together with the right number: name, words, and the number they give.

    That are those which leave some number inside the range of answers as it is: the rest one half, a turned
    sign 0, a turned division 1. Exactly 0 has no sign, and 1 is often a count: there they are no slips. A
    table's values do not all lie there.
    """
    if comparison.question.kind != "number":
        return
    truth, whole = comparison.truth, Seen(comparison, comparison.truth, {}).whole
    if whole:
        yield "the-rest", REST.format(whole=whole), whole - truth
    if truth:
        yield "turned-sign", SIGN, -truth
    if truth not in (0, 1):
        yield "turned-division", RECIPROCAL, 1 / truth


def find_slip(seen: Seen) -> tuple[str, str]:
    """Return the name of the first slip that explains an answer and its words, or two empty texts."""
    kind = seen.comparison.question.kind
    known = NUMBERS if seen.pairs else {"table": WORDS, "ordering": ORDERS}.get(kind, {})
    for name, slip in known.items():
        if slip.find and (words := slip.find(seen)):
            # Two shares that add up to 1, and two numbers that differ in their sign, are exchanged just so.
            swapped = _swapped(seen) if name in ("the-rest", "turned-sign") else ""
            return name, OR_SWAPPED.format(words=words, swapped=swapped) if swapped else words
    return "", ""
