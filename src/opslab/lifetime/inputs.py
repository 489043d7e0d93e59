"""Checks that the models of repeat purchase share: what a customer's history may look like."""

from typing import Any

import numpy as np

from opslab.ground.arguments import as_number, as_numbers, is_single

# Words
NOT_WHOLE = "{name}[{place}] is {found:g}; expected whole numbers of repeat purchases, from 0 up"
TOO_LATE = (
    "{recency}[{place}] is {found:g}, but {age}[{place}] is {end:g}; both count from the first purchase, "
    "so the last one cannot lie after the end of the log"
)
NO_LAST = (
    "{frequency}[{place}] is {x:g} and {recency}[{place}] is {found:g}; recency is 0 for those without a "
    "repeat purchase, and above 0 for all others"
)

MOST_TIME = 1e5  # units of time; two thousand years of weeks
MOST_PURCHASES = 1e6
NAMES = ("frequency", "recency", "T")


def histories(
    x: Any, t_x: Any, T: Any, names: tuple[str, str, str] = NAMES
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return repeat purchases, time of the last one and age, of one customer or of many, as arrays."""
    frequency, recency, age = names
    given = {frequency: (x, MOST_PURCHASES), recency: (t_x, MOST_TIME), age: (T, MOST_TIME)}
    length = next((len(as_numbers(v, name)) for name, (v, _) in given.items() if not is_single(v)), 1)
    counts, last, ages = (_column(v, name, most, length) for name, (v, most) in given.items())
    words = {"frequency": frequency, "recency": recency, "age": age}
    _refuse(counts != np.rint(counts), NOT_WHOLE, counts, name=frequency)
    _refuse(last > ages, TOO_LATE, last, end=ages, **words)
    _refuse((counts > 0) != (last > 0), NO_LAST, last, x=counts, **words)
    return counts, last, ages


def _column(values: Any, name: str, most: float, length: int) -> np.ndarray:
    if is_single(values):
        return np.full(length, as_number(values, name, least=0, most=most))
    return as_numbers(values, name, least=0, most=most, length=length)


def _refuse(bad: np.ndarray, message: str, found: np.ndarray, **words: Any) -> None:
    if bad.any():
        place = int(bad.argmax())
        here = {name: word[place] if isinstance(word, np.ndarray) else word for name, word in words.items()}
        raise ValueError(message.format(place=place, found=found[place], **here))


def like(given: tuple[Any, ...], values: np.ndarray) -> Any:
    """Return one number if only single values were given, else the array."""
    return float(values[0]) if all(is_single(value) for value in given) else values
