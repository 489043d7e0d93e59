"""Checks of arguments that several rooms of this package share."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from opslab.ground.arguments import EXACT, as_list, as_number, as_numbers, is_single

# Words
NOT_RISING = "{name} is {found}; expected rising whole numbers"
WHOLE_NUMBERS = "{name} holds {found:g}; expected whole numbers from {least} up"


def whole_numbers(values: Any, name: str, least: int) -> np.ndarray:
    """Return whole numbers as an array; one number alone gives an array without a dimension."""
    if is_single(values):
        return np.asarray(as_number(values, name, least=least, whole=True))
    array = as_numbers(values, name, least=least)
    broken = (array != np.rint(array)) | (array > EXACT)
    if broken.any():
        raise ValueError(WHOLE_NUMBERS.format(name=name, found=array[broken][0], least=least))
    return array.astype(np.int64)


def rising(values: Sequence[int], name: str, least: int) -> list[int]:
    """Return whole numbers, each above the one before."""
    given = as_list(values, name)
    numbers = whole_numbers(given, name, least)
    if (np.diff(numbers) <= 0).any():
        raise ValueError(NOT_RISING.format(name=name, found=given))
    return numbers.tolist()
