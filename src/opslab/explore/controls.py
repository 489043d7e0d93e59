"""The controls of an explorable: a slider over evenly spaced numbers, a choice among options, a guess."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from opslab.ground import formatting as say

# Words
NOT_A_NUMBER = "Slider({argument}={value!r}) is not a finite number; give an int or a float"
NO_RANGE = "Slider({start!r}, {stop!r}) has no room to move; give a stop above the start"
BAD_STEP = "Slider step is {step!r}; give a step above 0"
UNEVEN_STEP = (
    "Slider step {step!r} does not divide the way from {start!r} to {stop!r}; "
    "stop at {below} or {above}, or change the step"
)
OFF_GRID = "Slider value {value!r} is not one of its steps; the nearest is {nearest!r}"
TOO_MANY_STEPS = "Slider from {start!r} to {stop!r} has {found:,} steps; at most {most:,}: take a longer step"
TOO_MANY_OPTIONS = "Choice has {found:,} options; at most {most:,} can be looked through: group them"
FEW_OPTIONS = "Choice needs at least two options, found {options!r}; give a list, or a dict of label: value"
SAME_OPTIONS = "Choice has the option {option!r} twice; make the labels differ"
BAD_FORM = "Guess form is {form!r}; expected one of {forms}"
NO_PLACE = "Guess({form!r}) asks for the value at one place; give at=, a value on the x axis"
NO_ROOM = "Guess from low={low!r} to high={high!r} leaves no room; give a high above the low"
NO_PROMPT = "Guess prompt is {prompt!r}; say in one sentence what is to be guessed"
NEEDLESS_PLACE = (
    "Guess({form!r}) asks for no single place, and at is {at!r}; leave it out, or ask for a value"
)
NOT_COUNTED = "Guess({name}={value!r}) is not a whole number from 0 on"
NOT_A_UNIT = 'Guess(unit={unit!r}) is not text; give a unit such as "users" or "%"'
NO_SUCH_OPTION = "Choice value {value!r} is not among its options {options!r}"

MOST_STEPS, MOST_OPTIONS = 10_000, 1_000


@dataclass(frozen=True)
class Slider:
    """Numbers from `start` to `stop`, both included, `step` apart.

    `value` is where the slider stands when the picture opens (default: `start`), `unit` is written behind
    each number, `label` is the visible name (default: the parameter's name in words). The numbers are ints
    if `start` and `step` are whole.

    Raises
    ------
    ValueError
        If a number is not finite, the range is empty, `step` does not divide it, or `value` is no step.

    Examples
    --------
    >>> Slider(0, 0.5, step=0.25, unit="yuan").labels
    ['0.00 yuan', '0.25 yuan', '0.50 yuan']
    """

    start: float
    stop: float
    step: float = 1
    value: float | None = None
    unit: str = ""
    label: str | None = None

    def __post_init__(self):
        """Check the numbers at once, so that the error points at the line that wrote them."""
        start, stop, step = (_decimal(name, getattr(self, name)) for name in ("start", "stop", "step"))
        if stop <= start:
            raise ValueError(NO_RANGE.format(start=self.start, stop=self.stop))
        if step <= 0:
            raise ValueError(BAD_STEP.format(step=self.step))
        if (stop - start) / step > MOST_STEPS:
            words = {"start": self.start, "stop": self.stop, "found": int((stop - start) / step)}
            raise ValueError(TOO_MANY_STEPS.format(most=MOST_STEPS, **words))
        if (stop - start) % step:
            below = start + (stop - start) // step * step
            raise ValueError(
                UNEVEN_STEP.format(
                    step=self.step, start=self.start, stop=self.stop, below=below, above=below + step
                )
            )
        value = self.value
        if value is not None and _decimal("value", value) not in self._grid:
            nearest = min(self.values, key=lambda number: abs(number - value))
            raise ValueError(OFF_GRID.format(value=value, nearest=nearest))

    @cached_property
    def _grid(self) -> list[Decimal]:
        # Decimals: 3 * 0.1 is then 0.3, and the labels show what the author wrote.
        start, stop, step = (Decimal(str(number)) for number in (self.start, self.stop, self.step))
        return [start + step * i for i in range(int((stop - start) / step) + 1)]

    @cached_property
    def values(self) -> list[float]:
        """The numbers that the figure function receives."""
        whole = all(number == number.to_integral_value() for number in self._grid)
        return [int(number) if whole else float(number) for number in self._grid]

    @cached_property
    def labels(self) -> list[str]:
        """The numbers as a reader sees them, with the unit."""
        decimals = max(max(0, -int(number.normalize().as_tuple().exponent)) for number in self._grid)
        numbers = [f"{number:,.{decimals}f}" for number in self._grid]
        return [f"{number} {say.unit_of(number, self.unit)}".rstrip() for number in numbers]

    @property
    def opening(self) -> int:
        """The index of the opening value."""
        return 0 if self.value is None else self._grid.index(Decimal(str(self.value)))


@dataclass(frozen=True)
class Choice:
    """One of several named options, shown as a drop-down list.

    `options` is a list, or a dict of visible label: value. `value` is the one chosen when the picture opens
    (default: the first), `label` is the visible name (default: the parameter's name in words).

    Raises
    ------
    ValueError
        If there are fewer than two options, two read the same, or `value` is none of them.

    Examples
    --------
    >>> Choice({"before": 1, "after": 2}, value=2).opening
    1
    """

    options: Sequence[Any] | Mapping[str, Any]
    value: Any = None
    label: str | None = None

    def __post_init__(self):
        """Check the options at once, so that the error points at the line that wrote them."""
        if not isinstance(self.options, Sequence | Mapping) or isinstance(self.options, str):
            raise ValueError(FEW_OPTIONS.format(options=self.options))
        if len(self.options) < 2:
            raise ValueError(FEW_OPTIONS.format(options=self.options))
        if len(self.options) > MOST_OPTIONS:
            raise ValueError(TOO_MANY_OPTIONS.format(found=len(self.options), most=MOST_OPTIONS))
        label, times = Counter(self.labels).most_common(1)[0]
        if times > 1:
            raise ValueError(SAME_OPTIONS.format(option=label))
        if self.value is not None and self.value not in self.values:
            raise ValueError(NO_SUCH_OPTION.format(value=self.value, options=self.values))

    @property
    def values(self) -> list[Any]:
        """The values that the figure function receives."""
        return list(self.options.values() if isinstance(self.options, Mapping) else self.options)

    @property
    def labels(self) -> list[str]:
        """The options as a reader sees them."""
        # A whole number is written as a slider writes it; a year that is to stay together is given as text.
        return [
            f"{option:,}" if type(option) is int
            else say.name(option, capital=False) if isinstance(option, str)
            else str(option)
            for option in self.options
        ]  # fmt: skip

    @property
    def opening(self) -> int:
        """The index of the opening option."""
        return 0 if self.value is None else self.values.index(self.value)


FORMS = ("value", "peak", "curve")


@dataclass(frozen=True)
class Guess:
    """A prediction made on the picture's own axes, which are empty until it is made.

    The truth is read off the opening picture: trace `trace` at `at` on the x axis ("value"), the place of
    its highest point ("peak"), or all of it ("curve"). A point or a line is dragged, or moved with the arrow
    keys; then the truth is drawn over it, and the distance is told in words.

    Parameters
    ----------
    prompt : one sentence that says what is to be guessed; it is the title until the truth is shown
    form : "value", "peak" or "curve"
    low, high : ends of the axis on which the guess is made; wide enough to give nothing away
    at : for "value", where on the x axis
    trace : which trace of the figure holds the truth, counted from 0
    unit : written behind numbers; "%" shows shares of 1 in per cent
    decimals : of the numbers in the words

    Raises
    ------
    ValueError
        If there is no prompt, no room between low and high, an unknown form, no `at` where one is needed or
        one where none is, a `trace` or `decimals` that counts nothing, or a unit that is no text.

    Examples
    --------
    >>> Guess("How many come back on day 7?", at=7, low=0, high=0.6, unit="%").form
    'value'
    """

    prompt: str
    form: str = "value"
    low: float = 0
    high: float = 1
    at: float | str | None = None
    trace: int = 0
    unit: str = ""
    decimals: int = 1

    def __post_init__(self):
        """Check at once, so that the error points at the line that wrote it."""
        if not isinstance(self.prompt, str) or not self.prompt.strip():
            raise ValueError(NO_PROMPT.format(prompt=self.prompt))
        if self.form not in FORMS:
            raise ValueError(BAD_FORM.format(form=self.form, forms=", ".join(FORMS)))
        if self.form == "value" and self.at is None:
            raise ValueError(NO_PLACE.format(form=self.form))
        if self.form != "value" and self.at is not None:
            raise ValueError(NEEDLESS_PLACE.format(form=self.form, at=self.at))
        for name in ("trace", "decimals"):
            if type(value := getattr(self, name)) is not int or value < 0:
                raise ValueError(NOT_COUNTED.format(name=name, value=value))
        if not isinstance(self.unit, str):
            raise ValueError(NOT_A_UNIT.format(unit=self.unit))
        if _decimal("high", self.high) <= _decimal("low", self.low):
            raise ValueError(NO_ROOM.format(low=self.low, high=self.high))


def _decimal(argument: str, value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite():
        raise ValueError(NOT_A_NUMBER.format(argument=argument, value=value))
    return number
